# Reference values for accounts drawn towards their mean, in base R: run with `Rscript make_accounts.R` in this folder.
# Writes accounts.json. Adjusted restricted likelihood: Li and Lahiri (2010); moderated variances: Smyth (2004).
options(digits = 17)
num <- function(v) paste0("[", paste(format(unname(v), digits = 15), collapse = ", "), "]")
eblup <- function(y, v) {
  n <- length(y)
  loglik <- function(a) {
    V <- diag(a + v); X <- matrix(1, n, 1)
    inner <- t(X) %*% solve(V, X)
    beta <- solve(inner, t(X) %*% solve(V, y))
    r <- y - X %*% beta
    as.numeric(-0.5 * determinant(V)$modulus - 0.5 * log(det(inner)) - 0.5 * t(r) %*% solve(V, r)) + log(a)
  }
  a <- optimize(loglik, c(1e-6, 2000), maximum = TRUE, tol = 1e-12)$maximum
  w <- 1 / (a + v); mu <- sum(w * y) / sum(w); own <- a / (a + v)
  g1 <- own * v; g2 <- (1 - own)^2 / sum(w); g3 <- v^2 / (a + v)^3 * 2 / sum(w^2)
  list(a = a, mu = mu, own = own, shrunk = own * y + (1 - own) * mu, mse = g1 + g2 + g3)
}
pm <- function(y, v) {
  f <- function(t) { w <- 1 / (v + t); m <- sum(w * y) / sum(w); sum(w * (y - m)^2) - (length(y) - 1) }
  if (f(0) <= 0) 0 else uniroot(f, c(0, 1e6), tol = 1e-12)$root
}
moderate <- function(s2, d) {
  ok <- d > 0
  z <- log(s2[ok]); e <- z - digamma(d[ok] / 2) + log(d[ok] / 2)
  beyond <- var(e) - mean(trigamma(d[ok] / 2))
  half <- uniroot(function(x) log(trigamma(exp(x))) - log(beyond), c(-15, 15), tol = 1e-13)$root
  d0 <- 2 * exp(half); s0 <- exp(mean(e) + digamma(d0 / 2) - log(d0 / 2))
  c(d0, s0, (d0 * s0 + d * ifelse(ok, s2, 0)) / (d0 + d))
}
set.seed(20140713)
acc <- round(rnorm(20, 50, 8), 3); err <- round(runif(20, 1.5, 5), 3)
full <- eblup(acc, err^2)
alike <- eblup(round(rnorm(8, 50, 1), 3) -> near, rep(5, 8)^2)
few <- acc[1:3]; t2 <- pm(few, err[1:3]^2)
d <- c(9, 14, 29, 11, 4, 0, 19, 24); s2 <- c(310.5, 122.1, 405.8, 96.4, 640.2, NA, 255.7, 181.3)
cat("{\"r\": \"", R.version.string, "\", \"accounts\": ", num(acc), ", \"errors\": ", num(err),
    ", \"between\": ", num(full$a), ", \"mu\": ", num(full$mu), ", \"shrunk\": ", num(full$shrunk), ", \"mse\": ", num(full$mse),
    ", \"near\": ", num(near), ", \"near_between\": ", num(alike$a), ", \"near_shrunk\": ", num(alike$shrunk),
    ", \"few_between\": ", num(t2), ", \"df\": ", num(d), ", \"variances\": ", num(ifelse(d > 0, s2, -1)),
    ", \"moderated\": ", num(moderate(s2, d)), "}\n", sep = "", file = "accounts.json")
