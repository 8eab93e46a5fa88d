# lavaan's fits on two data sets that ship with lavaan and with semopy.examples.
# Gauss-Newton is used so that the figures are those of the maximum, not of the optimiser's stopping rule.
# Run: Rscript fits.R > fits.json   (needs lavaan)
suppressMessages(library(lavaan)); source("write_json.R")
hs <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
pd_m <- "ind60 =~ x1 + x2 + x3\ndem60 =~ y1 + y2 + y3 + y4\ndem65 =~ y5 + y6 + y7 + y8"
pd_r <- "y1 ~~ y5\ny2 ~~ y4 + y6\ny3 ~~ y7\ny4 ~~ y8\ny6 ~~ y8"
cases <- list(
  hs_cfa = list("hs", hs), hs_cfa_std_lv = list("hs", hs, std.lv = TRUE), hs_cfa_orthogonal = list("hs", hs, orthogonal = TRUE),
  hs_one_factor = list("hs", "g =~ x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9"),
  hs_second_order = list("hs", paste(hs, "g =~ visual + textual + speed", sep = "\n")),
  hs_equal_labels = list("hs", "visual =~ x1 + a*x2 + a*x3\ntextual =~ x4 + b*x5 + b*x6\nspeed =~ x7 + x8 + x9"),
  hs_linear_constraint = list("hs", paste("visual =~ x1 + a*x2 + b*x3\ntextual =~ x4 + c*x5 + d*x6\nspeed =~ x7 + e*x8 + f*x9",
                              "a == b\nc == d\nf == 2*a - 0.2", sep = "\n")),
  hs_regressions = list("hs", paste(hs, "speed ~ a*visual + b*textual\ntextual ~ c*visual\nind := c*b\nshare := ind/(ind + a)", sep = "\n")),
  hs_covariates = list("hs", paste(hs, "visual ~ sex + ageyr\ntextual ~ sex + ageyr\nspeed ~ ageyr", sep = "\n")),
  hs_free_covariates = list("hs", paste(hs, "visual ~ sex + ageyr\ntextual ~ sex + ageyr\nspeed ~ ageyr", sep = "\n"), fixed.x = FALSE),
  hs_path = list("hs", "x9 ~ x1 + x4 + ageyr\nx4 ~ x1 + sex"),
  hs_single_indicator = list("hs", "visual =~ x1 + x2 + x3\nQ =~ x9\nx9 ~~ 0.3*x9\nQ ~ visual"),
  pd_sem = list("pd", paste(pd_m, "dem60 ~ ind60\ndem65 ~ ind60 + dem60", pd_r, sep = "\n")),
  pd_std_lv = list("pd", paste(pd_m, "dem60 ~ ind60\ndem65 ~ ind60 + dem60", pd_r, sep = "\n"), std.lv = TRUE),
  pd_indirect = list("pd", paste(pd_m, "dem60 ~ a*ind60\ndem65 ~ c*ind60 + b*dem60", pd_r,
                     "ind := a*b\ntotal := c + a*b\nprop := ind/total", sep = "\n")),
  pd_cfa = list("pd", pd_m)
)
data <- list(hs = HolzingerSwineford1939, pd = PoliticalDemocracy)
out <- list(lavaan = as.character(packageVersion("lavaan")), r = R.version.string, cases = list())
for (name in names(cases)) {
  case <- cases[[name]]
  options <- case[-(1:2)]
  # Gauss-Newton ends at a zero gradient; nlminb, lavaan's default, stops up to 3e-5 away
  fit <- suppressWarnings(do.call("sem", c(list(model = case[[2]], data = data[[case[[1]]]],
    optim.method = "GN", optim.gn.tol.x = 1e-11, optim.gn.iter.max = 2000), options)))
  stopifnot(lavInspect(fit, "converged"))
  pe <- parameterEstimates(fit, standardized = TRUE, remove.eq = TRUE, remove.ineq = TRUE)
  pe <- pe[pe$op %in% c("=~", "~", "~~", ":="), c("lhs","op","rhs","est","se","std.lv","std.all")]
  measures <- as.list(unclass(fitMeasures(fit)))
  r2 <- as.list(unclass(inspect(fit, "r2")))
  cor_resid <- unclass(residuals(fit, type = "cor.bollen")$cov)
  out$cases[[name]] <- list(data = case[[1]], model = case[[2]], options = if (length(options)) options else NULL,
    parameters = pe, fit = measures, r2 = r2, names = rownames(cor_resid), residual_correlations = unname(cor_resid),
    vcov_trace = sum(diag(vcov(fit)[seq_len(max(parTable(fit)$free)), seq_len(max(parTable(fit)$free))])))
}
cat(as_json(out), "\n")
