# Kaplan-Meier curve with Greenwood's errors, and the interval of its median (survival::survfit, conf.type logit).
suppressMessages({library(survival); library(jsonlite)})
set.seed(11)
n <- 50
wait <- round(rexp(n, 1/4), 3); end <- round(runif(n, 0, 20), 3)
time <- pmin(wait, end); replied <- as.integer(wait <= end)
fit <- survfit(Surv(time, replied) ~ 1, conf.type = "logit", error = "greenwood")
at <- c(1, 2, 3, 5, 8)
table <- summary(fit)$table
curve <- summary(fit, times = at)
write_json(list(versions = list(R = R.version.string, survival = as.character(packageVersion("survival"))),
  time = time, replied = replied, at = at, survival = curve$surv, std_error = curve$std.err,
  median = table[["median"]], lower = table[["0.95LCL"]], upper = table[["0.95UCL"]]),
  "median_interval.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
