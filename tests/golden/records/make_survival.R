# Kaplan-Meier curve, median and restricted mean of reply times with censoring (survival::survfit).
suppressMessages({library(survival); library(jsonlite)})
set.seed(5)
n <- 60
wait <- round(rexp(n, 1/4), 2); end <- round(runif(n, 0, 12), 2)
time <- pmin(wait, end); replied <- as.integer(wait <= end)
fit <- survfit(Surv(time, replied) ~ 1)
weights <- sample(0:3, n, TRUE)
weighted <- survfit(Surv(time, replied) ~ 1, weights = weights, subset = weights > 0)
at <- c(1, 2, 3, 5, 8)
rmean <- function(f, tau) summary(f, rmean = tau)$table[["rmean"]]
write_json(list(versions = list(R = R.version.string, survival = as.character(packageVersion("survival"))),
  time = time, replied = replied, weights = weights, at = at, survival = summary(fit, times = at)$surv,
  weighted = summary(weighted, times = at)$surv, median = unname(summary(fit)$table[["median"]]), rmean8 = rmean(fit, 8)),
  "survival.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
