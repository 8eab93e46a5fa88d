# Kaplan-Meier with log-log intervals and ties, censored before and after the limit of five days.
library(survival)
library(jsonlite)
set.seed(20)
days <- round(rexp(60, 1 / 4), 1)
days[1:6] <- c(0, 0, 1, 1, 1, 5)
replied <- as.integer(runif(60) < 0.7)
fit <- survfit(Surv(days, replied) ~ 1, conf.type = "log-log")
at <- summary(fit, times = 5)
events <- fit$n.event > 0
write_json(
  list(
    versions = list(R = as.character(getRversion()), survival = as.character(packageVersion("survival"))),
    days = days, replied = replied, time = fit$time[events], surv = fit$surv[events], lower = fit$lower[events],
    upper = fit$upper[events], at5 = c(at$surv, at$lower, at$upper)
  ),
  "reply_survival.json", digits = NA, auto_unbox = TRUE, na = "null"
)
