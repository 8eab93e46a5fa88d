# Reference values of exploratory structural equation models. Run in this folder: Rscript make_esem.R  (writes reference.json)
# Data: Holzinger & Swineford (1939) as lavaan ships them; with missing values the ones that are knocked out below.
suppressMessages(library(lavaan))
hs <- HolzingerSwineford1939
set.seed(11); holes <- hs; for (v in paste0("x", 1:9)) holes[runif(nrow(hs)) < .08, v] <- NA
q <- function(x) paste0("\"", x, "\"")
num <- function(x) ifelse(is.finite(x), sprintf("%.12g", x), "null")
three <- "efa('b')*f1 + efa('b')*f2 + efa('b')*f3 =~ x1+x2+x3+x4+x5+x6+x7+x8+x9"
two <- "efa('b')*f1 + efa('b')*f2 =~ x1+x2+x3+x4+x5+x6"
full <- paste(two, "s =~ x7+x8+x9\ns ~ f1 + f2\nf1 ~ ageyr\nf2 ~ ageyr", sep = "\n")
exo <- paste(two, "s =~ x7+x8+x9\ns ~ f1 + f2 + ageyr", sep = "\n")
target <- matrix(0, 9, 3); mask <- matrix(1, 9, 3); mask[1:3, 1] <- 0; mask[4:6, 2] <- 0; mask[7:9, 3] <- 0
case <- function(name, model, data, ...) {
  f <- suppressWarnings(sem(model, data, ...))
  p <- parameterEstimates(f, remove.nonfree = FALSE); s <- standardizedSolution(f)
  key <- paste0(p$lhs, p$op, p$rhs)
  s <- s[match(key, paste0(s$lhs, s$op, s$rhs)), ]
  fm <- fitMeasures(f)
  if (is.null(p$se)) p$se <- NA
  message(name, " ", format(Sys.time()))
  paste0(q(name), ": {\"model\": ", q(gsub("\n", "\\\\n", model)), ", \"chisq\": ", num(fm[["chisq"]]), ", \"df\": ", fm[["df"]], ", \"npar\": ", fm[["npar"]],
    ", \"rmsea\": ", num(fm[["rmsea"]]), ", \"bic\": ", num(fm[["bic"]]),
    ",\n\"rows\": [", paste(paste0("[", q(key), ", ", num(p$est), ", ", num(p$se), ", ", num(s$est.std), ", ", num(s$se), "]"), collapse = ",\n"), "]}")
}
# With std.ov the errors of 0.6-14 leave the covariances of oblique factors out of the items' variances: raw = without it.
tight <- list(gpa.tol = 1e-6, rstarts = 4L)
raw <- c(tight, std.ov = FALSE)
cases <- c(
  case("geomin", three, hs, rotation = "geomin", rotation.args = tight),
  case("geomin_01", three, hs, rotation = "geomin", rotation.args = c(raw, geomin.epsilon = .01)),
  case("oblimin", three, hs, rotation = "oblimin", rotation.args = raw),
  case("target", three, hs, rotation = "pst", rotation.args = c(tight, list(target = target, target.mask = mask))),
  case("orthogonal", three, hs, rotation = "geomin", rotation.args = c(tight, orthogonal = TRUE)),
  case("mlr", three, hs, rotation = "oblimin", estimator = "MLR", rotation.args = raw),
  case("fiml", three, holes, rotation = "oblimin", missing = "fiml", rotation.args = raw),
  case("outcome", exo, hs, rotation = "geomin", rotation.args = raw),
  case("full", full, hs, rotation = "geomin", rotation.args = raw),
  case("groups", three, hs, rotation = "oblimin", group = "school", rotation.args = raw)
)
cat(paste0("{\"R\": \"", R.version$major, ".", R.version$minor, "\", \"lavaan\": \"", packageVersion("lavaan"), "\",\n\"cases\": {", paste(cases, collapse = ",\n"), "}}\n"), file = "reference.json")
write.csv(holes[, paste0("x", 1:9)], "holes.csv", row.names = FALSE, na = "")
