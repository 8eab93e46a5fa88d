# lavaan's side of agreement.py: fits every case of a folder and judges our solution by lavaan's own discrepancy.
# Run: Rscript agreement_worker.R FOLDER   (cases.json in, lavaan.json out; needs lavaan and jsonlite)
suppressMessages({library(lavaan); library(jsonlite)})
source(file.path(dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE))), "lavaan_newton.R"))
folder <- commandArgs(TRUE)[1]
cases <- fromJSON(file.path(folder, "cases.json"), simplifyVector = TRUE, simplifyDataFrame = FALSE, simplifyMatrix = FALSE)
# Our estimates in lavaan's order of free parameters.
placed <- function(fit, ours) {
  table <- parTable(fit); free <- table[table$free > 0, ]; free <- free[!duplicated(free$free), ]
  name <- function(t, block) paste(t$lhs, t$op, t$rhs, block)
  at <- match(name(free, free$block), name(ours, ours$block))
  if (anyNA(at)) { swapped <- paste(free$rhs, free$op, free$lhs, free$block); at <- ifelse(is.na(at), match(swapped, name(ours, ours$block)), at) }
  x <- numeric(max(free$free)); x[free$free] <- ours$estimate[at]; x
}
out <- vector("list", length(cases))
for (i in seq_along(cases)) {
  case <- cases[[i]]
  data <- if (is.null(case$data)) NULL else read.csv(file.path(folder, case$data))
  tries <- if (grepl("level:", case$model)) list(list()) else list(TIGHT, list())
  for (how in tries) { found <- attempt(case, data, how); if (is.null(found$error)) break }
  record <- list(error = found$error)
  if (is.null(found$error)) found$fit <- tryCatch(suppressWarnings(polished(found$fit, case, data)), error = function(e) found$fit)
  if (!is.null(found$fit) && !is.null(case$ours)) {
    ours <- as.data.frame(lapply(case$ours, unlist), stringsAsFactors = FALSE)
    x <- try(placed(found$fit, ours), silent = TRUE)
    record$at_ours <- if (inherits(x, "try-error") || anyNA(x)) NULL else judged(found$fit, x)
    record$at_theirs <- judged(found$fit, lavaan:::lav_model_get_parameters(found$fit@Model, type = "free"))
  }
  if (is.null(found$error)) {
    fit <- found$fit
    table <- parameterEstimates(fit, standardized = TRUE, remove.eq = TRUE, remove.ineq = TRUE)
    if (is.null(table$block)) table$block <- ifelse(table$op == ":=", 0L, 1L)
    record$parameters <- table[, c("lhs", "op", "rhs", "block", "est", "se", "std.lv", "std.all")]
    measures <- suppressWarnings(try(as.list(unclass(fitMeasures(fit))), silent = TRUE))
    record$fit <- if (inherits(measures, "try-error")) list() else measures
    record$r2 <- as.list(unlist(try(lavInspect(fit, "r2"), silent = TRUE)))
    if (isTRUE(case$modification)) {
      mi <- suppressWarnings(try(modindices(fit, standardized = TRUE), silent = TRUE))
      if (!inherits(mi, "try-error")) record$modification <- as.data.frame(unclass(mi))
      else record$modification_error <- as.character(mi)
    }
  }
  out[[i]] <- record
}
writeLines(toJSON(out, digits = NA, na = "null", null = "null", auto_unbox = TRUE, dataframe = "columns"), file.path(folder, "lavaan.json"))
