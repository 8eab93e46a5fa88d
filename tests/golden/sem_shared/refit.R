# Every shared case that is not ordinal, refitted by lavaan and brought to a zero gradient of lavaan's own discrepancy:
# its default optimiser stops up to 1e-4 away. Where that is not possible (inequalities, bounds, levels) the fit is
# lavaan's own, with the tightest limits it converges under.
# Run: Rscript refit.R SHARED > refit.json   (SHARED has data/ and reference/; needs lavaan and jsonlite)
suppressMessages({library(lavaan); library(jsonlite)}); source("../../../benchmarks/lavaan_newton.R")
shared <- commandArgs(TRUE)[1]
out <- list()
for (path in sort(list.files(file.path(shared, "reference/golden/cases"), full.names = TRUE))) {
  case <- fromJSON(path, simplifyVector = TRUE, simplifyDataFrame = FALSE)
  if (is.null(case$dataset) || length(case$ordered)) next
  data <- read.csv(file.path(shared, "data/golden", case$dataset))
  if (!is.null(case$subset_rows)) data <- subset(data, eval(parse(text = case$subset_rows)))
  how <- if (grepl("level:", case$model)) list(list()) else list(TIGHT, list())
  for (limits in how) { found <- attempt(case, data, limits); if (is.null(found$error)) break }
  stopifnot(is.null(found$error))
  fit <- tryCatch(suppressWarnings(polished(found$fit, case, data)), error = function(e) found$fit)
  slope <- slope_at(fit, lavaan:::lav_model_get_parameters(fit@Model, type = "free"))
  if (fit@Model@eq.constraints) slope <- crossprod(fit@Model@eq.constraints.K, slope)
  table <- parameterEstimates(fit, standardized = TRUE, remove.eq = TRUE, remove.ineq = TRUE)
  table$group <- table$group %||% ifelse(table$op == ":=", 0L, 1L); table$level <- table$level %||% 1L
  out[[case$name]] <- list(gradient = max(abs(slope)),
    parameters = table[, c("lhs", "op", "rhs", "group", "level", "est", "se", "std.lv", "std.all")],
    fit = as.list(unclass(fitMeasures(fit))))
}
cat(toJSON(list(lavaan = as.character(packageVersion("lavaan")), r = R.version.string, cases = out),
  digits = NA, na = "null", null = "null", auto_unbox = TRUE, dataframe = "columns"))
