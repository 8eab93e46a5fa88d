# lavaan's fits of what the engine adds to plain ML: groups, means, every constraint, other likelihoods and estimators.
# Gauss-Newton where nothing is tied (it ends at a zero gradient; with equalities 0.6-14 ends elsewhere); else nlminb
# with tight limits.
# Run: Rscript engine.R > engine.json   (needs lavaan)
suppressMessages(library(lavaan)); source("write_json.R")
hs <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
hs_l <- "visual =~ x1 + a*x2 + b*x3\ntextual =~ x4 + c*x5 + d*x6\nspeed =~ x7 + e*x8 + f*x9"
paths <- paste(hs, "speed ~ visual + textual\ntextual ~ visual", sep = "\n")
whole <- c("loadings", "intercepts", "means", "residuals", "residual.covariances", "lv.variances", "lv.covariances", "regressions")
cases <- list(
  nonlinear = list(paste(hs_l, "a*b == 0.5\nc == exp(d) - 1.5", sep = "\n")),
  nonlinear_mlr = list(paste(hs_l, "a*b == 0.5", sep = "\n"), estimator = "MLR"),
  inequality = list(paste(hs_l, "a > b\ne < 1\nc > 0.2", sep = "\n")),
  linear = list(paste(hs_l, "a + b == 1.5\ne == 2*f - 1\nd2 := d^2", sep = "\n")),
  bound = list(sub("$", "\nx1 ~~ lower(0.7)*x1\nx2 ~~ upper(2)*x2", hs)),
  wishart = list(hs, likelihood = "wishart"), wishart_means = list(hs, likelihood = "wishart", meanstructure = TRUE),
  observed = list(paths, information = "observed"), first_order = list(hs, information = "first.order"),
  gls_means = list(hs, estimator = "GLS", meanstructure = TRUE), wls_means = list(hs, estimator = "WLS", meanstructure = TRUE),
  uls = list(hs, estimator = "ULS", se = "robust.sem"), dwls = list(hs, estimator = "DWLS", se = "robust.sem"),
  product = list("x9 ~ x1 + x4 + x1:x4"), product_latent = list("f =~ x7 + x8 + x9\nf ~ x1 + x4 + x1:x4"),
  non_recursive = list("x1 ~ x2 + x4\nx2 ~ x1 + x7\nx1 ~~ x2"),
  bifactor = list(paste("g =~ x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9\nv =~ x1 + x2 + x3\ns =~ x7 + x8 + x9"), orthogonal = TRUE, std.lv = TRUE),
  coded = list(hs, effect.coding = c("loadings", "intercepts"), meanstructure = TRUE),
  covariates_free_means = list(paste(hs, "visual ~ sex + ageyr", sep = "\n"), fixed.x = FALSE, meanstructure = TRUE),
  covariates_means = list(paste(hs, "visual ~ sex + ageyr\nspeed ~ ageyr", sep = "\n"), meanstructure = TRUE),
  weights = list(paths, sampling.weights = "w"), weights_means = list(hs, sampling.weights = "w", meanstructure = TRUE),
  cluster = list(hs, cluster = "cl"), weights_cluster = list(paths, sampling.weights = "w", cluster = "cl"),
  groups = list(hs, group = "school"), groups_metric_std = list(hs, group = "school", group.equal = "loadings", std.lv = TRUE),
  groups_scalar_std = list(hs, group = "school", group.equal = c("loadings", "intercepts"), std.lv = TRUE),
  groups_partial = list(hs, group = "school", group.equal = c("loadings", "intercepts"), group.partial = c("visual=~x2", "x3~1", "x7~1")),
  groups_strict = list(hs, group = "school", group.equal = c("loadings", "intercepts", "residuals")),
  groups_all = list(paths, group = "school", group.equal = whole),
  groups_regressions = list(paths, group = "school", group.equal = c("loadings", "regressions")),
  groups_labels = list("visual =~ x1 + c(a, b)*x2 + c(v, v)*x3\nspeed =~ x7 + x8 + c(NA, 1)*x9\nspeed ~ c(r1, r2)*visual\ndiff := r2 - r1", group = "school"),
  groups_coded = list(hs, group = "school", group.equal = c("loadings", "intercepts"), effect.coding = c("loadings", "intercepts")),
  groups_nonlinear = list("visual =~ x1 + c(a, b)*x2 + x3 + x4\na*b == 0.3", group = "school"),
  groups_wishart = list(hs, group = "school", likelihood = "wishart"),
  groups_gls = list(hs, group = "school", group.equal = "loadings", estimator = "GLS"),
  groups_mlr_four = list(paste(hs, "speed ~ textual", sep = "\n"), group = "four", group.equal = c("loadings", "intercepts"), estimator = "MLR"),
  groups_mlmv = list(hs, group = "school", group.equal = "loadings", estimator = "MLMV"),
  groups_covariate = list(paste(hs, "visual ~ ageyr", sep = "\n"), group = "school", group.equal = "intercepts"),
  groups_weights = list(hs, group = "school", sampling.weights = "w"),
  groups_observed = list(paths, group = "school", group.equal = "loadings", information = "observed")
)
data <- HolzingerSwineford1939
data$w <- 1 + (data$id %% 5) / 4; data$cl <- data$id %/% 12; data$four <- paste0(substr(data$school, 1, 1), data$sex)
out <- list(lavaan = as.character(packageVersion("lavaan")), r = R.version.string, cases = list())
for (name in names(cases)) {
  case <- cases[[name]]; options <- case[-1]
  newton <- !name %in% c("inequality", "bound", "nonlinear", "nonlinear_mlr", "groups_nonlinear") && is.null(options$group.equal) && !grepl("labels|coded|linear", name)
  how <- if (newton) list(optim.method = "GN", optim.gn.tol.x = 1e-11, optim.gn.iter.max = 5000) else
    list(control = list(rel.tol = 1e-12, eval.max = 20000, iter.max = 20000))
  fit <- try(suppressWarnings(do.call("sem", c(list(model = case[[1]], data = data), how, options))), silent = TRUE)
  if (inherits(fit, "try-error") || !lavInspect(fit, "converged")) { message(name, " by nlminb")
    fit <- suppressWarnings(do.call("sem", c(list(model = case[[1]], data = data, optim.force.converged = TRUE), options))) }
  pe <- parameterEstimates(fit, standardized = TRUE, remove.eq = TRUE, remove.ineq = TRUE)
  if (is.null(pe$group)) pe$group <- ifelse(pe$op == ":=", 0L, 1L)
  pe <- pe[, c("lhs", "op", "rhs", "group", "est", "se", "std.lv", "std.all")]
  measures <- as.list(unclass(fitMeasures(fit)))
  keep <- grep("^(npar|chisq|df|pvalue|baseline.chisq|cfi|tli|rmsea|srmr|logl|unrestricted.logl|aic|bic|bic2|crmr|scaling)", names(measures), value = TRUE)
  gradient <- if (newton) max(abs(lavInspect(fit, "gradient"))) else NA
  out$cases[[name]] <- list(model = case[[1]], options = if (length(options)) options else NULL, nobs = lavInspect(fit, "nobs"),
    gradient = gradient, parameters = pe, fit = measures[keep])
}
cat(as_json(out), "\n")
