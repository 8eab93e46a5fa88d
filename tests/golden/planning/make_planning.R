# RMSEA-based power and sample size by semTools, and a small Monte-Carlo study by lavaan.
# Run: Rscript make_planning.R > planning.json   (needs lavaan, semTools, MASS; ../sem/write_json.R)
suppressMessages({library(lavaan); library(semTools)}); source("../sem/write_json.R")
grid <- expand.grid(df = c(5, 20, 41, 100), n = c(100, 200, 500), pair = 1:3)
null <- c(.05, .05, 0); true <- c(.08, .01, .05)
power <- lapply(seq_len(nrow(grid)), function(i) with(grid[i, ], list(df = df, n = n, rmsea0 = null[pair],
  rmsea1 = true[pair], power = findRMSEApower(null[pair], true[pair], df, n, alpha = .05, group = 1))))
sizes <- lapply(seq_len(nrow(grid)), function(i) with(grid[i, ], list(df = df, rmsea0 = null[pair],
  rmsea1 = true[pair], n = if (n == 100) findRMSEAsamplesize(null[pair], true[pair], df, power = .80, alpha = .05, group = 1) else 0)))
sizes <- Filter(function(x) x$n > 0, sizes)
pop <- "a =~ .8*x1 + .7*x2 + .6*x3\nb =~ .8*y1 + .7*y2 + .6*y3\nb ~ .3*a\na ~~ 1*a\nb ~~ .91*b
x1 ~~ .36*x1\nx2 ~~ .51*x2\nx3 ~~ .64*x3\ny1 ~~ .36*y1\ny2 ~~ .51*y2\ny3 ~~ .64*y3"
ana <- "a =~ .8*x1 + x2 + x3\nb =~ .8*y1 + y2 + y3\nb ~ a"
set.seed(20); est <- se <- p <- numeric(0)
for (i in 1:4000) {
  fit <- try(sem(ana, simulateData(pop, sample.nobs = 150)), silent = TRUE)
  if (inherits(fit, "try-error") || !lavInspect(fit, "converged")) next
  row <- subset(parameterEstimates(fit), lhs == "b" & op == "~")
  est <- c(est, row$est); se <- c(se, row$se); p <- c(p, row$pvalue)
}
mc <- list(n = 150, replicates = length(est), mean = mean(est), sd = sd(est), mean_se = mean(se),
  power = mean(p < .05), coverage = mean(abs(est - .3) < qnorm(.975) * se))
cat(as_json(list(r = R.version.string, lavaan = as.character(packageVersion("lavaan")),
  semTools = as.character(packageVersion("semTools")), power = power, sizes = sizes, monte_carlo = mc)), "\n")
