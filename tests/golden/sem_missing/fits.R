# lavaan's fits of survey.csv (simulate.R) with missing answers: FIML in all its forms, two-stage ML.
# `gradient` is that of lavaan at its end, in its own units. em.h1.tol makes the saturated model exact (the default stops at 1e-5). nlminb with a tight
# rel.tol: Gauss-Newton of lavaan 0.6-14 does not end at a zero gradient when answers are missing.
# Run: Rscript fits.R > fits.json   (needs lavaan)
suppressMessages(library(lavaan)); source("../sem/write_json.R")
d <- read.csv("survey.csv")
cfa2 <- "f1 =~ y1 + y2 + y3\nf2 =~ y4 + y5 + y6"; mimic <- paste0(cfa2, "\nf1 ~ x + sex\nf2 ~ f1 + sex"); aged <- paste0(cfa2, "\nf1 ~ age\nf2 ~ f1 + sex")
cases <- list(
  ml = list(cfa2), mlr = list(cfa2, estimator = "MLR"), mlf = list(cfa2, estimator = "MLF"), expected = list(cfa2, information = "expected"),
  mlr_expected = list(cfa2, estimator = "MLR", information = "expected"),
  equal_loadings = list("f1 =~ y1 + a*y2 + a*y3\nf2 =~ y4 + b*y5 + y6\nb == 2*a - 0.7", estimator = "MLR"),
  mimic = list(mimic), mimic_mlr = list(mimic, estimator = "MLR"), mimic_free_x = list(mimic, estimator = "MLR", fixed.x = FALSE),
  age_given = list(aged, estimator = "MLR"), age_free = list(aged, estimator = "MLR", fixed.x = FALSE),
  clusters = list(cfa2, cluster = "school"), groups = list(cfa2, group = "group", group.equal = c("loadings", "intercepts")),
  groups_mlr = list(cfa2, estimator = "MLR", group = "group", group.equal = c("loadings", "intercepts")),
  weights = list(cfa2, estimator = "MLR", sampling.weights = "weight"),
  two_stage = list(cfa2, missing = "two.stage"), robust_two_stage = list(cfa2, missing = "robust.two.stage"),
  robust_two_stage_groups = list(cfa2, missing = "robust.two.stage", group = "group", group.equal = "loadings")
)
out <- list(lavaan = as.character(packageVersion("lavaan")), r = R.version.string, cases = list())
for (name in names(cases)) {
  case <- cases[[name]]; options <- case[-1]
  if (is.null(options$missing)) options$missing <- "ml"
  # lavaan 0.6-14 counts the weight of a row without any answer: it is left out here.
  rows <- if (is.null(options$sampling.weights)) d else d[-7, ]
  run <- function(control) try(suppressWarnings(do.call("sem", c(list(model = case[[1]], data = rows, em.h1.tol = 1e-14,
    em.h1.iter.max = 50000L, control = control), options))), silent = TRUE)
  fit <- run(list(rel.tol = 1e-13, x.tol = 1e-10))
  if (!lavInspect(fit, "converged")) fit <- run(list())
  if (inherits(fit, "try-error")) { message(name, ": ", fit); next }
  pt <- parTable(fit); pt$se <- fit@ParTable$se; pt <- pt[pt$op %in% c("=~", "~", "~~", "~1"), ]
  out$cases[[name]] <- list(model = case[[1]], options = options, gradient = max(abs(lavInspect(fit, "optim.gradient"))),
    nobs = as.list(lavInspect(fit, "nobs")), groups = as.list(lavInspect(fit, "group.label")),
    parameters = pt[, c("lhs", "op", "rhs", "group", "free", "est", "se")], fit = as.list(unclass(fitMeasures(fit))))
}
cat(as_json(out), "\n")
