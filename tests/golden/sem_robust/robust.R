# lavaan's robust inference, standardised solutions, modification indices and score tests on two data sets that ship
# with lavaan and with semopy.examples. Gauss-Newton ends at a zero gradient; nlminb stops up to 3e-5 away from it.
# Run: Rscript robust.R > robust.json   (needs lavaan; ../sem/write_json.R)
suppressMessages(library(lavaan)); source("../sem/write_json.R")
hs <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
hs_x <- paste(hs, "visual ~ sex + ageyr\ntextual ~ sex + ageyr\nspeed ~ ageyr", sep = "\n")
hs_eq <- "visual =~ x1 + a*x2 + a*x3\ntextual =~ x4 + b*x5 + b*x6\nspeed =~ x7 + x8 + x9"
pd <- paste("ind60 =~ x1 + x2 + x3\ndem60 =~ y1 + y2 + y3 + y4\ndem65 =~ y5 + y6 + y7 + y8",
  "dem60 ~ a*ind60\ndem65 ~ c*ind60 + b*dem60", "y1 ~~ y5\ny2 ~~ y4 + y6\ny3 ~~ y7\ny4 ~~ y8\ny6 ~~ y8",
  "ind := a*b\ntotal := c + a*b\nshare := ind/total", sep = "\n")
scalar <- c("loadings", "intercepts")
all_tests <- c("standard", "satorra.bentler", "mean.var.adjusted", "scaled.shifted")
cases <- list(
  hs_yb = list("hs", hs, estimator = "ML", se = "robust.huber.white", test = c("standard", "yuan.bentler")),
  hs_mean_yb = list("hs", hs, estimator = "ML", se = "robust.huber.white", test = c("standard", "yuan.bentler"), meanstructure = TRUE),
  hs_scalar_yb = list("hs", hs, estimator = "ML", se = "robust.huber.white", test = c("standard", "yuan.bentler"), group = "school", group.equal = scalar),
  hs_x_yb = list("hs", hs_x, estimator = "ML", se = "robust.huber.white", test = c("standard", "yuan.bentler")),
  hs_x_mlm = list("hs", hs_x, estimator = "MLM"), hs_x_mlmv = list("hs", hs_x, estimator = "MLMV"),
  hs_x_mlr = list("hs", hs_x, estimator = "MLR"),
  hs_scalar_mlm = list("hs", hs, estimator = "MLM", group = "school", group.equal = scalar),
  hs_scalar_mlmv = list("hs", hs, estimator = "MLMV", group = "school", group.equal = scalar),
  hs_scalar_mlmvs = list("hs", hs, estimator = "MLMVS", group = "school", group.equal = scalar),
  hs_scalar_mlr = list("hs", hs, estimator = "MLR", group = "school", group.equal = scalar),
  hs_scalar_mlf = list("hs", hs, estimator = "MLF", group = "school", group.equal = scalar),
  hs_eq_mlm = list("hs", hs_eq, estimator = "MLM"), hs_eq_mlr = list("hs", hs_eq, estimator = "MLR"),
  hs_weights = list("hs", hs, estimator = "MLR", sampling.weights = "wt"),
  hs_cluster = list("hs", hs, cluster = "cl"), hs_cluster_weights = list("hs", hs, cluster = "cl", sampling.weights = "wt"),
  hs_wishart = list("hs", hs, likelihood = "wishart"),
  hs_ml_group = list("hs", hs, group = "school"), hs_ml_metric = list("hs", hs, group = "school", group.equal = "loadings"),
  pd_ml = list("pd", pd), pd_mlr = list("pd", pd, estimator = "MLR"), pd_std_lv = list("pd", pd, std.lv = TRUE),
  hs_x_ml = list("hs", hs_x), hs_x_free = list("hs", hs_x, fixed.x = FALSE, estimator = "MLM"),
  hs_eq_ml = list("hs", hs_eq),
  hs_gls = list("hs", hs, estimator = "GLS"), hs_gls_group = list("hs", hs, estimator = "GLS", group = "school", group.equal = scalar),
  hs_wls = list("hs", hs, estimator = "WLS"), hs_ulsm = list("hs", hs, estimator = "ULSM"),
  hs_ulsmv_group = list("hs", hs, estimator = "ULSMV", group = "school", group.equal = scalar),
  hs_wlsm = list("hs", hs, estimator = "WLSM"), hs_wlsmv_group = list("hs", hs, estimator = "WLSMV", group = "school", group.equal = scalar),
  hs_nt = list("hs", hs, test = c("standard", "browne.residual.nt")), hs_ntm = list("hs", hs, test = c("standard", "browne.residual.nt.model")),
  hs_adf = list("hs", hs, test = c("standard", "browne.residual.adf")),
  hs_nt_scalar = list("hs", hs, test = c("standard", "browne.residual.nt"), group = "school", group.equal = scalar),
  hs_adf_scalar = list("hs", hs, test = c("standard", "browne.residual.adf"), group = "school", group.equal = scalar),
  hs_uls_nt = list("hs", hs, estimator = "ULS", test = c("standard", "browne.residual.nt")),
  hs_uls_adf = list("hs", hs, estimator = "ULS", test = c("standard", "browne.residual.adf"))
)
data <- list(hs = HolzingerSwineford1939, pd = PoliticalDemocracy)
i <- seq_len(nrow(data$hs)); data$hs$wt <- 0.5 + (i %% 7) / 6; data$hs$cl <- (i * 7) %% 31
number <- function(x) if (is.null(x)) NULL else as.list(x)
out <- list(lavaan = as.character(packageVersion("lavaan")), r = R.version.string, cases = list())
for (name in names(cases)) {
  case <- cases[[name]]; options <- case[-(1:2)]
  base <- list(model = case[[2]], data = data[[case[[1]]]])
  fit <- suppressWarnings(do.call("sem", c(base, list(optim.method = "GN", optim.gn.tol.x = 1e-11, optim.gn.iter.max = 5000), options)))
  # Gauss-Newton does not end for some least-squares fits and ends beside the optimum under equality of intercepts.
  usual <- suppressWarnings(do.call("sem", c(base, options)))
  if (!lavInspect(fit, "converged") || fitMeasures(fit, "fmin") > fitMeasures(usual, "fmin") + 1e-8) { message("nlminb: ", name); fit <- usual }
  if (!lavInspect(fit, "converged")) stop(name)
  p <- parTable(fit); p$se[is.na(p$se)] <- 0
  tests <- lapply(lavInspect(fit, "test"), function(t) number(unlist(t[c("stat", "df", "pvalue", "scaling.factor", "shift.parameter", "trace.UGamma", "trace.UGamma2")])))
  std <- function(type) { s <- suppressWarnings(standardizedSolution(fit, type = type)); s[c("lhs", "op", "rhs", "est.std", "se")] }
  ml <- fit@Options$estimator == "ML" && length(options$test) == 0 && is.null(options$cluster)
  mi <- if (ml) { m <- suppressWarnings(modindices(fit)); m[c("lhs", "op", "rhs", if ("group" %in% names(m)) "group", "mi", "epc", "sepc.lv", "sepc.all", "sepc.nox")] } else NULL
  eq <- ml && any(p$op == "==")
  score <- if (eq) { s <- suppressWarnings(lavTestScore(fit, epc = FALSE)); list(total = s$test$X2, df = s$test$df, single = s$uni$X2) } else NULL
  out$cases[[name]] <- list(data = case[[1]], model = case[[2]], options = options,
    columns = c(lavNames(fit, "ov")), latents = lavNames(fit, "lv"), groups = if (lavInspect(fit, "ngroups") > 1) as.list(lavInspect(fit, "group.label")) else NULL,
    fixed_x = fit@Options$fixed.x, optimiser = fit@Options$optim.method,
    parameters = as.data.frame(p[c("lhs", "op", "rhs", "group", "free", "label", "plabel", "est", "se")]),
    tests = setNames(tests, vapply(lavInspect(fit, "test"), function(t) t$test, "")),
    fit = number(unclass(fitMeasures(fit))), std_all = std("std.all"), std_lv = std("std.lv"), std_nox = std("std.nox"),
    modification = mi, score = score)
}
# Differences of nested models, and a Wald test.
pair <- function(estimator, ...) {
  fit <- function(...) suppressWarnings(cfa(hs, data$hs, estimator = estimator, group = "school", optim.method = "GN", optim.gn.tol.x = 1e-11, ...))
  list(free = fit(), restricted = fit(group.equal = "loadings"))
}
difference <- function(models, method) { t <- suppressWarnings(lavTestLRT(models$free, models$restricted, method = method))
  list(statistic = t[2, "Chisq diff"], df = t[2, "Df diff"], p = t[2, "Pr(>Chisq)"]) }
mlm <- pair("MLM"); mlr <- pair("MLR")
out$differences <- list(
  mlm_2000 = difference(mlm, "satorra.2000"), mlm_2001 = difference(mlm, "satorra.bentler.2001"), mlm_2010 = difference(mlm, "satorra.bentler.2010"),
  mlr_2001 = difference(mlr, "satorra.bentler.2001"), mlr_2010 = difference(mlr, "satorra.bentler.2010"),
  mlm_2000_mean = { t <- suppressWarnings(lavTestLRT(mlm$free, mlm$restricted, method = "satorra.2000", scaled.shifted = FALSE)); list(statistic = t[2, "Chisq diff"], df = t[2, "Df diff"], p = t[2, "Pr(>Chisq)"]) })
out$wald <- lapply(c(ML = "ML", MLR = "MLR"), function(e) {
  fit <- cfa("visual =~ x1 + a*x2 + b*x3\ntextual =~ x4 + c*x5 + x6\nspeed =~ x7 + x8 + x9", data$hs, estimator = e, optim.method = "GN", optim.gn.tol.x = 1e-11)
  w <- lavTestWald(fit, "a == b\nc == 1"); list(statistic = w$stat, df = w$df, p = w$p.value) })
# Residuals and scores.
plain <- cfa(hs, data$hs, optim.method = "GN", optim.gn.tol.x = 1e-11)
grouped <- suppressWarnings(cfa(hs, data$hs, group = "school", group.equal = "loadings", optim.method = "GN", optim.gn.tol.x = 1e-11))
bare <- function(x) unname(unclass(as.matrix(x)))
out$residuals <- list(hs = list(normalized = bare(residuals(plain, "normalized")$cov), standardized = bare(residuals(plain, "standardized")$cov),
  summary = lapply(lavResiduals(plain)$summary, as.list)),
  metric = lapply(c("Pasteur", "Grant-White"), function(g) list(normalized = bare(residuals(grouped, "normalized")[[g]]$cov), standardized = bare(residuals(grouped, "standardized")[[g]]$cov))))
out$scores <- list(regression = bare(lavPredict(plain)[1:20, ]), bartlett = bare(lavPredict(plain, method = "Bartlett")[1:20, ]),
  metric_regression = bare(lavPredict(grouped)[[2]][1:20, ]), metric_bartlett = bare(lavPredict(grouped, method = "Bartlett")[[2]][1:20, ]))
# Modification indices of other estimators; the holes are made from row numbers.
holes <- data$hs; holes$x1[i %% 5 == 0] <- NA; holes$x5[i %% 7 == 0] <- NA; holes$x9[i %% 4 == 1] <- NA
indices <- function(...) { fit <- suppressWarnings(cfa(hs, ...)); m <- modindices(fit)
  p <- parTable(fit); list(parameters = as.data.frame(p[c("lhs", "op", "rhs", "est")]), indices = m[c("lhs", "op", "rhs", "mi", "epc")]) }
out$modification <- list(gls = indices(data$hs, estimator = "GLS"), fiml = indices(holes, missing = "ml"), wishart = indices(data$hs, likelihood = "wishart"))
out$casewise <- list(loglik = as.list(unname(lavInspect(plain, "loglik.casewise")))[1:20])
cat(as_json(out), "\n")
