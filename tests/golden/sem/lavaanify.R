# What lavaan's own parser makes of a list of model texts, as cfa()/sem() would call it.
# Run: Rscript lavaanify.R > lavaanify.json   (needs lavaan)
suppressMessages(library(lavaan))
source("write_json.R")
texts <- list(
  one_factor = "f =~ x1 + x2 + x3",
  three_factors = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9",
  political_democracy = paste("ind60 =~ x1 + x2 + x3", "dem60 =~ y1 + y2 + y3 + y4", "dem65 =~ y5 + y6 + y7 + y8",
    "dem60 ~ ind60", "dem65 ~ ind60 + dem60", "y1 ~~ y5", "y2 ~~ y4 + y6", "y3 ~~ y7", "y4 ~~ y8", "y6 ~~ y8", sep = "\n"),
  mediation = "M =~ m1 + m2 + m3\nX =~ x1 + x2 + x3\nY =~ y1 + y2 + y3\nM ~ a*X\nY ~ b*M + c*X\nind := a*b\ntotal := c + a*b\nprop := ind/total",
  equal_labels = "f1 =~ x1 + x2 + x3\nf2 =~ x4 + a*x5 + x6\nf3 =~ x7 + x8 + a*x9 + a*x10",
  fixed_and_free = "f =~ NA*x1 + x2 + x3 + x4\nf ~~ 1*f\nx1 ~~ 0.5*x2",
  start_and_label = "f =~ x1 + start(0.8)*x2 + b*x3\nf =~ x4",
  several_modifiers = "f =~ x1 + a*x2 + start(0.7)*x2 + x3",
  second_order = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9\ng =~ visual + textual + speed",
  two_outcomes = "F1 =~ a1 + a2 + a3\nF2 =~ b1 + b2 + b3\nY1 =~ c1 + c2 + c3\nY2 =~ d1 + d2 + d3\nY1 ~ F1 + F2\nY2 ~ F1",
  outcome_covariance_fixed = "F1 =~ a1 + a2 + a3\nY1 =~ c1 + c2 + c3\nY2 =~ d1 + d2 + d3\nY1 ~ F1\nY2 ~ F1\nY2 ~~ 0*Y1",
  reversed_covariance = "F1 =~ a1 + a2 + a3\nF2 =~ b1 + b2 + b3\nF2 ~~ F1\nb2 ~~ a1",
  mimic = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nvisual ~ sex + age\ntextual ~ sex + visual",
  path_model = "x9 ~ x1 + x4 + age\nx4 ~ x1 + sex",
  observed_outcomes = "F =~ x1 + x2 + x3\ny1 ~ F\ny2 ~ F + z",
  covariate_covariance = "F =~ x1 + x2 + x3\nF ~ z1 + z2\nz1 ~~ z2",
  single_indicator = "F =~ x1\nG =~ y1 + y2 + y3\nG ~ F",
  single_indicator_fixed = "F =~ x1\nx1 ~~ 0.3*x1\nG =~ y1 + y2 + y3\nG ~ F",
  user_equality = "f =~ x1 + a*x2 + b*x3 + x4\na == b\nx1 ~~ c*x1\nc > 0.1",
  comments_and_semicolons = "# a comment\nf =~ x1 + x2 + x3; g =~ y1 +\n  y2 ! another\n  + y3\n\ng ~ f",
  method_factor = "A =~ x1 + x2 + x3\nB =~ x4 + x5 + x6\nM =~ m*x1 + m*x2 + m*x3 + m*x4 + m*x5 + m*x6\nM ~~ 0*A + 0*B",
  several_left = "A =~ x1 + x2 + x3\nB =~ x4 + x5 + x6\nC =~ x7 + x8 + x9\nB + C ~ A",
  composites = "S =~ s1 + s2 + s3\nL =~ l1 + l2 + l3\nS ~~ L\nU =~ u1 + u2 + u3\nU ~ a1*S + a1*L\nD := 2*a1",
  feedback = "A =~ x1 + x2 + x3\nB =~ x4 + x5 + x6\nC =~ x7 + x8 + x9\nD =~ x10 + x11 + x12\nC ~ A + D\nD ~ B + C",
  latent_indicator_and_item = "A =~ x1 + x2 + x3\nB =~ A + x4 + x5 + x6",
  phantom = "A =~ x1 + x2 + x3\nB =~ x4 + x5 + x6\nP =~ 0*x1\nP ~ 0.5*A + 0.5*B\nP ~~ 0*P\nY =~ y1 + y2 + y3\nY ~ P",
  covariances_only = "x1 ~~ x2 + x3\nx2 ~~ x3",
  intercepts = "f =~ x1 + x2 + x3\nx1 ~ 1\nf ~ 1 + z",
  equal_function = "f =~ x1 + x2 + equal('f=~x2')*x3",
  error_on_regression_outcome = "F =~ x1 + x2 + x3\ny1 ~ F\ny2 ~ y1"
)
grouped <- list(
  plain_groups = "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\ng ~ f",
  group_labels = "f =~ x1 + c(a, b)*x2 + x3\ng =~ x4 + x5 + c(d, d)*x6\ng ~ c(r1, r2)*f\ndiff := r2 - r1",
  group_values = "f =~ x1 + c(NA, 0.8)*x2 + x3 + x4\nf ~ c(0, NA)*1\nx1 ~~ c(0.5, 0.6)*x1",
  one_label = "f =~ x1 + a*x2 + x3\ng =~ x4 + a*x5 + x6",
  group_starts = "f =~ x1 + start(c(0.5, 0.9))*x2 + start(0.7)*x3 + x4\nx2 ~~ x3",
  covariates = "f =~ x1 + x2 + x3\nf ~ z1 + z2\nx2 ~ z1",
  residual_covariance = "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\nx1 ~~ x4\nx6 ~~ x5",
  second_order = "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\nh =~ x7 + x8 + x9\nt =~ f + g + h",
  bounds = "f =~ x1 + lower(0)*x2 + x3 + x4\nx1 ~~ lower(0)*x1 + upper(2)*x1\nx2 ~~ lower(c(0, 0.1))*x2",
  latent_means = "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\nf ~ c(m1, m2)*1\nm1 == 0",
  path = "y ~ x1 + x2\nx2 ~ x1"
)
whole <- c("loadings", "intercepts", "means", "residuals", "residual.covariances", "lv.variances", "lv.covariances", "regressions")
grouped_variants <- list(
  configural = list(), metric = list(group.equal = "loadings"), scalar = list(group.equal = c("loadings", "intercepts")),
  strict = list(group.equal = c("loadings", "intercepts", "residuals", "residual.covariances")), full = list(group.equal = whole),
  regressions = list(group.equal = "regressions"), structure = list(group.equal = c("lv.variances", "lv.covariances")),
  partial = list(group.equal = c("loadings", "intercepts"), group.partial = c("f=~x2", "x3~1")),
  std_lv = list(std.lv = TRUE, group.equal = c("loadings", "intercepts")), free_x = list(fixed.x = FALSE, group.equal = "intercepts"),
  coded = list(auto.fix.first = FALSE, effect.coding = c("loadings", "intercepts"))
)
means <- list(
  growth = "i =~ 1*t1 + 1*t2 + 1*t3 + 1*t4\ns =~ 0*t1 + 1*t2 + 2*t3 + 3*t4",
  growth_covariates = "i =~ 1*t1 + 1*t2 + 1*t3 + 1*t4\ns =~ 0*t1 + 1*t2 + 2*t3 + 3*t4\ni ~ x1 + x2\ns ~ x1 + x2\nt1 ~ c1\nt2 ~ c2",
  cfa = "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\ng ~ f + z",
  intercepts = "f =~ x1 + x2 + x3 + x4\nx1 + x2 ~ 1\nx3 ~ a*1\nf ~ 0*1",
  product = "y ~ a + b + a:b\nf =~ x1 + x2 + x3\nf ~ y + a:b",
  product_of_outcome = "y ~ a + b\nz ~ y:a + b",
  half = "f =~ x1 + 0.5?x2 + a*x3 + equal(\"f=~x2\")*x4"
)
means_variants <- list(means = list(meanstructure = TRUE), growth = list(meanstructure = TRUE, int.ov.free = FALSE, int.lv.free = TRUE),
  coded = list(meanstructure = TRUE, auto.fix.first = FALSE, effect.coding = c("loadings", "intercepts")),
  coded_loadings = list(meanstructure = FALSE, auto.fix.first = FALSE, effect.coding = "loadings"))
variants <- list(plain = list(), std_lv = list(std.lv = TRUE), orthogonal = list(orthogonal = TRUE), free_x = list(fixed.x = FALSE))
as_called <- function(text, extra) {
  args <- list(model = text, model.type = "sem", meanstructure = grepl("[^~]~ *1 *(\\n|\\+|$)", text), int.ov.free = TRUE, int.lv.free = FALSE,
               auto = TRUE, fixed.x = TRUE, auto.fix.first = !isTRUE(extra$std.lv), auto.fix.single = TRUE, auto.var = TRUE,
               auto.cov.lv.x = TRUE, auto.cov.y = TRUE)
  args[names(extra)] <- extra
  if (!is.null(args$ngroups)) args$meanstructure <- TRUE
  # auto = TRUE would switch auto.fix.first on again with std.lv: cfa()/sem() pass the pieces, so do we
  args$auto <- FALSE
  do.call(lavaanify, args)
}
out <- list(lavaan = as.character(packageVersion("lavaan")), r = R.version.string, cases = list())
for (name in names(texts)) for (variant in names(variants)) {
  table <- suppressWarnings(as_called(texts[[name]], variants[[variant]]))
  table <- table[, intersect(c("id","lhs","op","rhs","user","group","free","ustart","exo","label","plabel"), names(table))]
  out$cases[[paste(name, variant, sep = "/")]] <- list(text = texts[[name]], variant = variant, rows = table)
}
add <- function(texts, variants, extra) for (name in names(texts)) for (variant in names(variants)) {
  table <- suppressWarnings(as_called(texts[[name]], c(extra, variants[[variant]])))
  wanted <- c("id","lhs","op","rhs","user","block","group","free","ustart","exo","label","plabel","lower","upper")
  out$cases[[paste(name, variant, if (length(extra)) "groups" else "means", sep = "/")]] <<-
    list(text = texts[[name]], variant = variant, options = variants[[variant]], ngroups = if (length(extra)) extra$ngroups else 1,
         rows = table[, intersect(wanted, names(table))])
}
add(grouped, grouped_variants, list(ngroups = 2L))
add(means, means_variants, list())
cat(as_json(out), "\n")
