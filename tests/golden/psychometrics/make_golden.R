# Reference values for alpha, omega, CR, AVE, HTMT, item statistics and latent correlations.
# Run in this folder: Rscript make_golden.R  (writes simulated.csv, reference.json, session_info.txt)
# Data: nine tests of Holzinger & Swineford (1939) as lavaan ships them, and answers simulated below with a seed.
suppressMessages({library(lavaan); library(psych); library(semTools)})

number <- function(x) ifelse(is.finite(x), sprintf("%.17g", x), "null")
json <- function(x) {
  if (is.list(x)) {
    inner <- vapply(x, json, "")
    if (is.null(names(x))) return(paste0("[", paste(inner, collapse = ", "), "]"))
    return(paste0("{", paste0("\"", names(x), "\": ", inner, collapse = ",\n "), "}"))
  }
  if (is.character(x)) return(if (length(x) == 1) paste0("\"", x, "\"") else
    paste0("[", paste0("\"", x, "\"", collapse = ", "), "]"))
  if (is.matrix(x)) return(json(lapply(seq_len(nrow(x)), function(i) list_row(x[i, ]))))
  if (length(x) == 1 && is.null(names(x))) return(number(x))
  paste0("[", paste(number(unname(x)), collapse = ", "), "]")
}
list_row <- function(x) structure(unname(x), row = TRUE)

# ---- data ----------------------------------------------------------------------------------------------
simulate <- function(n = 400, seed = 20391) {
  set.seed(seed)
  eta <- matrix(rnorm(n * 4), n) %*% chol(matrix(c(1, .6, .5, .3,  .6, 1, .7, .2,  .5, .7, 1, .2,  .3, .2, .2, 1), 4))
  lam <- list(PU = c(.9, .8, .7, .6), EOU = c(.8, .8, .6, .5, .7), SAT = c(.85, .8, .75), OPEN = c(.7, .7))
  out <- list()
  for (k in seq_along(lam)) for (j in seq_along(lam[[k]])) {
    y <- lam[[k]][j] * eta[, k] + sqrt(1 - lam[[k]][j]^2) * rnorm(n)
    out[[paste0(names(lam)[k], j)]] <- findInterval(y, c(-1.8, -1.1, -.5, .2, .9, 1.6)) + 1
  }
  out$EOU4 <- 8 - out$EOU4                      # reverse keyed, as asked
  d <- as.data.frame(out)
  for (v in c("PU2", "EOU1", "SAT3", "OPEN1")) d[sample(n, 30), v] <- NA
  d$account <- rep(seq_len(25), length.out = n)
  d
}
sim_raw <- simulate()
write.csv(sim_raw, "simulated.csv", row.names = FALSE, na = "")
hs <- HolzingerSwineford1939[, c(paste0("x", 1:9), "school")]
sim <- sim_raw; sim$EOU4 <- 8 - sim$EOU4

sets <- list(
  holzinger = list(data = hs, scales = list(visual = paste0("x", 1:3), textual = paste0("x", 4:6),
                   speed = paste0("x", 7:9), general = paste0("x", 1:9))),
  simulated = list(data = sim, scales = list(PU = paste0("PU", 1:4), EOU = paste0("EOU", 1:5),
                   SAT = paste0("SAT", 1:3), OPEN = paste0("OPEN", 1:2)))
)

tight <- list(rel.tol = 1e-14, x.tol = 1e-12, abs.tol = 0, eval.max = 50000, iter.max = 50000)
# GN (scoring) ends at the gradient's rounding; the default optimiser stops three digits earlier.
one_factor <- function(items, data) {
  cfa(paste("f =~", paste(items, collapse = " + ")), data, std.lv = TRUE, optim.method = "GN",
      optim.gn.tol.x = 1e-12, optim.gn.iter.max = 2000L)
}
construct <- function(items, data) {
  complete <- data[stats::complete.cases(data[items]), items]
  a <- suppressWarnings(psych::alpha(complete, check.keys = FALSE))
  ci <- psych::alpha.ci(a$total$raw_alpha, nrow(complete), length(items))
  d <- psych::describe(data[items], type = 2)
  out <- list(items = items, n = nrow(complete), alpha = a$total$raw_alpha, alpha_std = a$total$std.alpha,
              alpha_ci_lower = ci$lower.ci, alpha_ci_upper = ci$upper.ci, mean_r = a$total$average_r,
              item_rest = a$item.stats$r.drop, item_n = d$n, item_mean = d$mean, item_sd = d$sd,
              item_skew = d$skew, item_kurtosis = d$kurtosis)
  if (length(items) > 2) {
    out$alpha_dropped <- a$alpha.drop$raw_alpha
    fit <- one_factor(items, complete)
    std <- standardizedSolution(fit, se = FALSE)
    lam <- std$est.std[std$op == "=~"]; the <- std$est.std[std$op == "~~" & std$lhs == std$rhs & std$lhs != "f"]
    out$loadings <- lam
    out$omega <- unname(compRelSEM(fit, obs.var = FALSE))
    out$cr <- sum(lam)^2 / (sum(lam)^2 + sum(the))
    out$ave <- mean(lam^2)
  }
  out
}
pairs <- function(scales, data) {
  model <- paste(names(scales), "=~", sapply(scales, paste, collapse = " + "), collapse = "\n")
  # lavCor(missing = "pairwise") scales pairwise covariances by the variances of all available answers; R's cor()
  # takes both variances over the common rows too, as this package does. Both are kept.
  R <- cor(data[unlist(scales)], use = "pairwise.complete.obs")
  list(constructs = names(scales),
       htmt = unclass(htmt(model, sample.cov = R, absolute = TRUE, htmt2 = FALSE)),
       htmt2 = unclass(htmt(model, sample.cov = R, htmt2 = TRUE)),
       htmt_lavcor = unclass(htmt(model, data, missing = "pairwise", absolute = TRUE, htmt2 = FALSE)))
}
latent <- function(scales, data) {            # complete rows: sam's two steps see the same sample
  complete <- data[stats::complete.cases(data[unlist(scales)]), unlist(scales)]
  model <- paste(names(scales), "=~", sapply(scales, paste, collapse = " + "), collapse = "\n")
  # a saturated structure: every construct regressed on those before it
  k <- names(scales)
  paths <- paste(sapply(2:length(k), function(i) paste(k[i], "~", paste(k[1:(i - 1)], collapse = " + "))), collapse = "\n")
  fit <- sam(paste(model, paths, sep = "\n"), complete, mm.list = as.list(k),
             mm.args = list(se = "none", optim.method = "GN", optim.gn.tol.x = 1e-12),
             struc.args = list(se = "none"), se = "none")
  psi <- lavInspect(fit, "cov.lv")
  list(constructs = k, n = nrow(complete), correlation = unclass(cov2cor(psi[k, k])))
}
bootstrap <- function(scales, data, draws = 2000, cluster = NULL, seed = 7) {
  set.seed(seed)
  r <- function(d) {
    R <- abs(cor(d[unlist(scales)], use = "pairwise.complete.obs")); a <- scales[[1]]; b <- scales[[2]]
    within <- function(s) mean(R[s, s][upper.tri(R[s, s])])
    mean(R[a, b]) / sqrt(within(a) * within(b))
  }
  rows <- if (is.null(cluster)) as.list(seq_len(nrow(data))) else split(seq_len(nrow(data)), cluster)
  drawn <- replicate(draws, r(data[unlist(sample(rows, replace = TRUE)), ]))
  list(constructs = names(scales)[1:2], draws = draws, clustered = !is.null(cluster),
       ci_lower = unname(quantile(drawn, .025)), ci_upper = unname(quantile(drawn, .975)), sd = sd(drawn))
}

reference <- lapply(sets, function(s) {
  three <- s$scales[setdiff(names(s$scales), c("general", "OPEN"))]
  list(constructs = lapply(s$scales, construct, s$data),
       pairs = pairs(s$scales[setdiff(names(s$scales), "general")], s$data),
       latent = latent(three, s$data), bootstrap = bootstrap(three, s$data))
})
reference$simulated$bootstrap_clustered <-
  bootstrap(sets$simulated$scales[1:2], sim, cluster = sim$account)
reference$simulated$covariance_pairwise <- unname(cov(sim[paste0("EOU", 1:5)], use = "pairwise.complete.obs"))
reference$simulated$correlation_pairwise <- unname(cor(sim[paste0("EOU", 1:5)], use = "pairwise.complete.obs"))
# A Heywood case and items that no single factor fits well, as correlation matrices.
heywood <- matrix(c(1, .9, .8, .3,  .9, 1, .6, .3,  .8, .6, 1, .2,  .3, .3, .2, 1), 4,
                  dimnames = list(letters[1:4], letters[1:4]))
fit <- suppressWarnings(cfa("f =~ a + b + c + d", sample.cov = heywood, sample.nobs = 500, std.lv = TRUE,
                            sample.cov.rescale = FALSE, control = tight))
reference$heywood <- list(correlation = unname(heywood), loadings = unname(lavInspect(fit, "est")$lambda[, 1]),
                          error_variances = unname(diag(lavInspect(fit, "est")$theta)))
reference$software <- list(R = as.character(getRversion()), lavaan = as.character(packageVersion("lavaan")),
                           psych = as.character(packageVersion("psych")), semTools = as.character(packageVersion("semTools")))
writeLines(json(reference), "reference.json")
info <- capture.output(sessionInfo())
writeLines(info[!grepl("^(BLAS|LAPACK|Running|Platform)|locale|LC_|^$|loaded via", info)], "session_info.txt")
