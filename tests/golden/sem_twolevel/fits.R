# lavaan's two-level fits of accounts.csv and singular.csv (simulate.R).
# optim.method = "em" with tight limits ends where the gradient is zero; nlminb, the default, stops up to 1e-3 away, but
# lavaan's EM does not keep equalities across levels, so the tied models stay with nlminb.
# The saturated model of lavaan 0.6-14 always stops at a gain of 1e-4, so chi-square is kept for comparison alone.
# Run: Rscript fits.R > fits.json   (needs lavaan)
suppressMessages(library(lavaan)); source("../sem/write_json.R")
within <- "level: 1\nUNAw =~ UNA1 + UNA2 + UNA3\nPUw =~ PU1 + PU2 + PU3\nSATw =~ SAT1 + SAT2 + SAT3\nPUw ~ UNAw\nSATw ~ PUw + UNAw"
tied <- paste("level: 1\nUNAw =~ UNA1 + lu2*UNA2 + lu3*UNA3\nPUw =~ PU1 + lp2*PU2 + lp3*PU3\nSATw =~ SAT1 + ls2*SAT2 + ls3*SAT3",
  "PUw ~ UNAw\nSATw ~ PUw + UNAw\nlevel: 2\nUNAb =~ UNA1 + lu2*UNA2 + lu3*UNA3\nPUb =~ PU1 + lp2*PU2 + lp3*PU3",
  "SATb =~ SAT1 + ls2*SAT2 + ls3*SAT3\nlr ~ al*olc\nUNAb ~ bl*lr\nPUb ~ bu*UNAb\nSATb ~ bp*PUb + bs*UNAb\nind := al*bl*(bs + bu*bp)", sep = "\n")
zeros <- paste0(c("UNA", "PU", "SAT"), rep(1:3, each = 3), " ~~ 0*", c("UNA", "PU", "SAT"), rep(1:3, each = 3), collapse = "\n")
cases <- list(
  free = list("accounts", paste(within, "level: 2\nUNAb =~ UNA1 + UNA2 + UNA3\nPUb =~ PU1 + PU2 + PU3\nSATb =~ SAT1 + SAT2 + SAT3\nPUb ~ UNAb\nSATb ~ PUb + UNAb", sep = "\n")),
  within_covariate = list("accounts", "level: 1\nPUw =~ PU1 + PU2 + PU3\nPUw ~ age\nlevel: 2\nPUb =~ PU1 + PU2 + PU3\nPUb ~ olc + lr"),
  tied = list("accounts", tied), tied_mlr = list("accounts", tied, estimator = "MLR"),
  just_identified = list("accounts", "level: 1\nPUw =~ PU1 + PU2 + PU3\nlevel: 2\nPUb =~ PU1 + PU2 + PU3", estimator = "MLR"),
  path_between = list("accounts", "level: 1\nSAT1 ~ PU1 + age\nlevel: 2\nSAT1 ~ lr + olc\nPU1 ~~ SAT1\nPU1 ~~ lr\nPU1 ~~ olc"),
  singular = list("singular", sub("\nind :=.*", paste0("\n", zeros), tied))
)
out <- list(lavaan = as.character(packageVersion("lavaan")), r = R.version.string, cases = list())
for (name in names(cases)) {
  case <- cases[[name]]; options <- case[-(1:2)]
  data <- read.csv(paste0(case[[1]], ".csv"))
  tight <- if (name %in% c("free", "within_covariate", "just_identified"))
    list(optim.method = "em", em.iter.max = 3000, em.fx.tol = 1e-14, em.dx.tol = 1e-9) else list(control = list(rel.tol = 1e-12))
  fit <- suppressWarnings(try(do.call("sem", c(list(model = case[[2]], data = data, cluster = "cluster", optim.force.converged = TRUE), tight, options)), silent = TRUE))
  if (inherits(fit, "try-error")) { message(name, ": ", fit); next }
  pe <- parameterEstimates(fit, remove.eq = TRUE)
  if (is.null(pe$level)) stop("no levels")
  pt <- parTable(fit); pt <- pt[pt$op %in% c("=~", "~", "~~", "~1"), ]
  pt$se <- fit@ParTable$se[match(pt$id, fit@ParTable$id)]
  out$cases[[name]] <- list(data = case[[1]], model = case[[2]], options = if (length(options)) options else NULL,
    gradient = max(abs(lavInspect(fit, "gradient"))),
    parameters = pt[, c("lhs", "op", "rhs", "level", "free", "est", "se")],
    fit = as.list(unclass(fitMeasures(fit))))
}
cat(as_json(out), "\n")
