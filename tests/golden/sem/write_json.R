# A JSON writer of a few lines: full double precision, NA and non-finite numbers as null, data frames by column.
as_json <- function(x) {
  quote_text <- function(s) paste0('"', gsub("\n", "\\n", gsub('"', '\\"', gsub("\\", "\\\\", enc2utf8(s), fixed = TRUE), fixed = TRUE), fixed = TRUE), '"')
  if (is.null(x)) return("null")
  if (is.data.frame(x)) {
    columns <- vapply(x, function(column) paste0("[", paste(vapply(seq_along(column), function(i) as_json(column[[i]]), ""), collapse = ","), "]"), "")
    return(paste0("{", paste0(quote_text(names(x)), ":", columns, collapse = ","), "}"))
  }
  if (is.matrix(x)) return(paste0("[", paste(apply(x, 1, function(row) as_json(as.list(unname(row)))), collapse = ","), "]"))
  if (is.list(x) || length(x) > 1) {
    parts <- vapply(as.list(x), as_json, "")
    if (is.null(names(x))) return(paste0("[", paste(parts, collapse = ","), "]"))
    return(paste0("{", paste0(quote_text(names(x)), ":", parts, collapse = ",\n"), "}"))
  }
  if (length(x) == 0 || is.na(x)) return("null")
  if (is.character(x)) return(quote_text(x))
  if (is.logical(x)) return(if (x) "true" else "false")
  if (!is.finite(x)) "null" else sprintf("%.17g", x)
}
