# Ordinal models that the shared cases do not have. Run here: Rscript make_sem_ordinal.R
# Simulated answers go to answers.csv, lavaan's fits to sem_ordinal.json.
suppressPackageStartupMessages({library(lavaan); library(jsonlite)})
set.seed(20240501)
N <- 600
g <- rep(1:2, each = N / 2)
z <- round(rnorm(N), 3); s <- rbinom(N, 1, .5)
f1 <- .4 * z + .3 * (g == 2) + rnorm(N); f2 <- .5 * f1 - .3 * s + rnorm(N, sd = .9)
f3 <- .4 * f1 + .3 * f2 + rnorm(N, sd = .8)
cutted <- function(x, th) as.integer(cut(x, c(-Inf, th, Inf)))
item <- function(f, l) l * f + rnorm(N, sd = sqrt(.5))
d <- data.frame(
  a1 = cutted(item(f1, .8), c(-1.5, -.7, .2, 1.2)), a2 = cutted(item(f1, .7), c(-1, 0, 1)),
  a3 = cutted(item(f1, .9), c(-.5, .6, 1.4)),
  b1 = cutted(item(f2, .8), c(-.8, .4)), b2 = cutted(item(f2, .7), c(-1.2, -.4, .3, 1)),
  b3 = cutted(item(f2, .9), c(.2, 1.1)),
  d1 = cutted(item(f3, .8), .1), d2 = cutted(item(f3, .9), -.5), d3 = cutted(item(f3, .7), .6),
  y1 = round(2 + item(f3, 1.2), 3), y2 = round(item(f3, .9), 3), z = z, s = s, g = g,
  w = round(runif(N, .4, 2), 3))
write.csv(d, "answers.csv", row.names = FALSE)
items <- c("a1", "a2", "a3", "b1", "b2", "b3", "d1", "d2", "d3")
cfa6 <- "f1 =~ a1 + a2 + a3\nf2 =~ b1 + b2 + b3"
str9 <- paste0(cfa6, "\nf3 =~ d1 + d2 + d3\nf2 ~ f1\nf3 ~ f1 + f2")
cov9 <- paste0(str9, "\nf1 ~ z\nf2 ~ s\nf3 ~ z + s")
mixed <- paste0(cfa6, "\nf3 =~ y1 + y2 + d1\nf3 ~ f1 + f2")
# Equal thresholds and loadings as Wu and Estabrook have them: written out, since 0.6-14 does not free the intercepts.
th <- function(v, k) paste0(v, " | ", paste(sprintf("c(%s%d, %s%d)*t%d", v, 1:k, v, 1:k, 1:k), collapse = " + "))
we <- function(scale) paste(c(
  "f1 =~ 1*a1 + c(l2, l2)*a2 + c(l3, l3)*a3", "f2 =~ 1*b1 + c(m2, m2)*b2 + c(m3, m3)*b3",
  th("a1", 4), th("a2", 3), th("a3", 3), th("b1", 2), th("b2", 4), th("b3", 2),
  sprintf("%s ~ c(0, NA)*1", items[1:6]),
  if (scale == "delta") sprintf("%s ~*~ c(1, NA)*%s", items[1:6], items[1:6]) else sprintf("%s ~~ c(1, NA)*%s", items[1:6], items[1:6]),
  "f1 ~ c(0, 0)*1", "f2 ~ c(0, 0)*1"), collapse = "\n")
scalar <- gsub("c(0, NA)*1", "c(0, 0)*1", we("delta"), fixed = TRUE)
scalar <- gsub("f1 ~ c(0, 0)*1", "f1 ~ c(0, NA)*1", scalar, fixed = TRUE)
scalar <- gsub("f2 ~ c(0, 0)*1", "f2 ~ c(0, NA)*1", scalar, fixed = TRUE)
partial <- gsub("a2 ~ c(0, 0)*1", "a2 ~ c(0, NA)*1", scalar, fixed = TRUE)
cases <- list(
  theta_covariates = list(model = cov9, ordered = items, parameterization = "theta"),
  delta_covariates = list(model = cov9, ordered = items),
  covariates_random = list(model = cov9, ordered = items, conditional.x = FALSE, fixed.x = FALSE),
  second_order_theta = list(model = paste0(cfa6, "\nf3 =~ d1 + d2 + d3\nh =~ f1 + f2 + f3"), ordered = items, parameterization = "theta"),
  mixed_theta = list(model = mixed, ordered = items, parameterization = "theta"),
  mixed_ulsmv = list(model = mixed, ordered = items, estimator = "ULSMV"),
  mixed_wls = list(model = mixed, ordered = items, estimator = "WLS"),
  mixed_covariates = list(model = paste0(mixed, "\nf1 ~ z\ny1 ~ s"), ordered = items),
  wlsm = list(model = str9, ordered = items, estimator = "WLSM"),
  ulsm = list(model = str9, ordered = items, estimator = "ULSM"),
  mediator = list(model = "b1 ~ a1 + z\nd1 ~ b1 + a1\na1 ~ z", ordered = c("a1", "b1", "d1")),
  mediator_theta = list(model = "b1 ~ a1 + z\nd1 ~ b1 + a1\na1 ~ z", ordered = c("a1", "b1", "d1"), parameterization = "theta"),
  item_predicts = list(model = paste0("f1 =~ a1 + a2 + a3\nb1 ~ f1 + a3\ny1 ~ b1 + f1"), ordered = items),
  equal_by_label = list(model = "f1 =~ a1 + l*a2 + l*a3\na2 | u*t1\na3 | u*t1", ordered = items),
  groups_configural_covariates = list(model = paste0(cfa6, "\nf2 ~ f1 + z\nf1 ~ s"), ordered = items, group = "g"),
  groups_thresholds_loadings = list(model = we("delta"), ordered = items, group = "g"),
  groups_thresholds_loadings_theta = list(model = we("theta"), ordered = items, group = "g", parameterization = "theta"),
  groups_scalar = list(model = scalar, ordered = items, group = "g"),
  groups_partial = list(model = partial, ordered = items, group = "g"),
  weighted = list(model = cfa6, ordered = items, sampling.weights = "w"))
out <- list(); fits <- list()
for (nm in names(cases)) {
  a <- cases[[nm]]
  fit <- try(do.call("sem", c(a, list(data = d))), silent = TRUE)
  if (inherits(fit, "try-error")) { cat(nm, fit, "\n"); next }
  if (!lavInspect(fit, "converged")) { cat(nm, "did not converge\n"); next }
  fits[[nm]] <- fit
  p <- parameterEstimates(fit, remove.eq = FALSE, remove.system.eq = FALSE, standardized = TRUE)
  st <- standardizedSolution(fit)
  p <- p[p$op %in% c("=~", "~", "~~", "~1", "|", "~*~"), ]
  st <- st[st$op %in% c("=~", "~", "~~", "~1", "|", "~*~"), ]
  keep <- function(x) lapply(seq_len(nrow(x)), function(i) as.list(x[i, ]))
  fm <- fitMeasures(fit)
  b <- a; b$model <- NULL
  out[[nm]] <- list(model = a$model, options = b, converged = lavInspect(fit, "converged"),
    parameters = keep(data.frame(lhs = p$lhs, op = p$op, rhs = p$rhs, group = if (is.null(p$group)) 1 else p$group,
      est = p$est, se = p$se, std_all = p$std.all)),
    standardized = keep(data.frame(lhs = st$lhs, op = st$op, rhs = st$rhs, group = if (is.null(st$group)) 1 else st$group,
      est = st$est.std, se = st$se)),
    fit = as.list(fm[c("npar", "chisq", "df", "cfi", "tli", "rmsea", "srmr", intersect(c("chisq.scaled", "df.scaled",
      "chisq.scaling.factor", "cfi.scaled", "tli.scaled", "rmsea.scaled", "cfi.robust", "baseline.chisq",
      "baseline.chisq.scaled"), names(fm)))]),
    modification = if (is.null(a$group)) { m <- try(modindices(fit, sort. = TRUE)[1:6, ], silent = TRUE); if (inherits(m, "try-error")) NULL else keep(data.frame(lhs = m$lhs, op = m$op, rhs = m$rhs, mi = m$mi, epc = m$epc, sepc_all = m$sepc.all)) })
}
lrt <- function(x, y, ...) { t <- lavTestLRT(x, y, ...); list(diff = t[2, "Chisq diff"], df = t[2, "Df diff"], p = t[2, "Pr(>Chisq)"]) }
short <- "f1 =~ a1 + a2 + a3\nf2 =~ b1 + b2 + b3\nf3 =~ d1 + d2 + d3\nf2 ~ f1\nf3 ~ f2"
two <- function(est) lrt(sem(str9, d, ordered = items, estimator = est), sem(short, d, ordered = items, estimator = est))
out$differences <- list(WLSMV = two("WLSMV"), ULSMV = two("ULSMV"), WLSM = two("WLSM"),
  WLSM_2000 = lrt(sem(str9, d, ordered = items, estimator = "WLSM"), sem(short, d, ordered = items, estimator = "WLSM"), method = "satorra.2000"),
  scalar = lrt(fits$groups_thresholds_loadings, fits$groups_scalar),
  partial = lrt(fits$groups_partial, fits$groups_scalar))
pt <- function(...) { p <- parTable(sem(..., data = d, do.fit = FALSE)); lapply(seq_len(nrow(p)), function(i) as.list(p[i, c("lhs", "op", "rhs", "user", "group", "free", "ustart", "exo", "label")])) }
out$tables <- list(
  covariates = pt(model = cov9, ordered = items), mixed = pt(model = mixed, ordered = items),
  configural = pt(model = cfa6, ordered = items, group = "g"),
  loadings = pt(model = cfa6, ordered = items, group = "g", group.equal = "loadings"),
  written = pt(model = we("delta"), ordered = items, group = "g"))
write(toJSON(list(r = R.version.string, lavaan = as.character(packageVersion("lavaan")), cases = out), auto_unbox = TRUE, digits = NA, na = "null"), "sem_ordinal.json")
