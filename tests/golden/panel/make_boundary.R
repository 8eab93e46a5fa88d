# Variance components of a small panel in which two of them are zero (lme4, REML).
# Reads boundary.csv (simulated: 10 accounts, 6 supervisors, 12 months; accounts differ with a deviation of 5,
# supervisors of 2, the rest of 3) and writes boundary.json.
suppressMessages({library(lme4); library(jsonlite)})
d <- read.csv("boundary.csv")
fit <- lmer(score ~ 1 + (1 | account) + (1 | rater) + (1 | month) + (1 | account:rater) + (1 | account:month), d,
            control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 1e5)))
v <- as.data.frame(VarCorr(fit))
write_json(list(
  versions = list(R = R.version.string, lme4 = as.character(packageVersion("lme4"))),
  components = setNames(as.list(v$vcov), v$grp), reml = as.numeric(REMLcrit(fit))
), "boundary.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
