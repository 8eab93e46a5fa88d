# Two simulated data sets for the two-level models: persons rate accounts, accounts have records of their own.
# Run: Rscript simulate.R   (base R alone; writes accounts.csv and singular.csv)
simulate <- function(seed, n_clusters, sizes, residual_b) {
  set.seed(seed)
  n <- sample(sizes, n_clusters, replace = TRUE)
  cl <- rep(seq_len(n_clusters), n)
  olc <- rnorm(n_clusters); lr <- 0.4 * olc + rnorm(n_clusters, 0, 0.9)
  unab <- -0.3 * lr + rnorm(n_clusters, 0, 0.5); pub <- -0.4 * unab + rnorm(n_clusters, 0, 0.5)
  satb <- 0.5 * pub - 0.3 * unab + rnorm(n_clusters, 0, 0.4)
  N <- length(cl)
  age <- round(rnorm(N, 40, 12)) / 10
  unaw <- 0.2 * (age - 4) + rnorm(N, 0, 0.8); puw <- -0.3 * unaw + rnorm(N, 0, 0.8); satw <- 0.5 * puw - 0.2 * unaw + rnorm(N, 0, 0.6)
  lambda <- c(1, 0.9, 0.8)
  items <- function(name, w, b) {
    x <- sapply(1:3, function(k) 4 + lambda[k] * (w + b[cl]) + rnorm(n_clusters, 0, residual_b)[cl] + rnorm(N, 0, 0.7))
    colnames(x) <- paste0(name, 1:3); x
  }
  d <- data.frame(cluster = cl, items("UNA", unaw, unab), items("PU", puw, pub), items("SAT", satw, satb), age = age,
                  olc = olc[cl], lr = lr[cl])
  d[] <- lapply(d, round, 3)
  d
}
write.csv(simulate(11, 110, 3:9, 0.25), "accounts.csv", row.names = FALSE)
write.csv(simulate(12, 90, c(4, 6, 8), 0), "singular.csv", row.names = FALSE)
