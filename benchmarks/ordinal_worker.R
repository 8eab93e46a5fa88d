# A live worker: reads one command a line, runs it, answers with one line. Started by ordinal.py; start-up is not timed.
#   data NAME FILE | cor NAME | gamma NAME | wlsmv NAME | write NAME FILE | versions
suppressMessages(library(lavaan))
data <- list(); last <- list()
answer <- function(...) { cat(..., "\n", sep = " "); flush(stdout()) }
connection <- file("stdin"); open(connection)
while (length(line <- readLines(connection, n = 1)) > 0) {
  words <- strsplit(line, "\t", fixed = TRUE)[[1]]
  if (words[1] == "data") { data[[words[2]]] <- read.csv(words[3]); answer("ok") }
  if (words[1] %in% c("cor", "gamma")) {
    d <- data[[words[2]]]; gc(verbose = FALSE); before <- proc.time()
    last <- if (words[1] == "cor") unclass(lavCor(d, ordered = names(d))) else
      unname(lavInspect(lavCor(d, ordered = names(d), se = "robust.sem", output = "fit"), "gamma"))
    spent <- proc.time() - before
    answer(sprintf("%.6f %.6f", spent[["elapsed"]], spent[["user.self"]] + spent[["sys.self"]]))
  }
  if (words[1] == "wlsmv") {
    d <- data[[words[2]]]; items <- split(names(d), substr(names(d), 1, 1))
    model <- paste(sapply(names(items), function(f) paste0(f, " =~ ", paste(items[[f]], collapse = " + "))), collapse = "\n")
    gc(verbose = FALSE); before <- proc.time()
    fit <- cfa(model, d, ordered = names(d))
    last <- matrix(fitMeasures(fit, c("chisq", "chisq.scaled", "cfi.robust", "rmsea.scaled", "srmr")), nrow = 1)
    spent <- proc.time() - before
    answer(sprintf("%.6f %.6f", spent[["elapsed"]], spent[["user.self"]] + spent[["sys.self"]]))
  }
  if (words[1] == "write") { write.table(last, words[2], row.names = FALSE, col.names = FALSE, sep = ","); answer("ok") }
  if (words[1] == "versions") {
    maps <- tryCatch(readLines("/proc/self/maps"), error = function(e) "")
    used <- unique(basename(sub(".*\\s", "", grep("blas", maps, value = TRUE))))
    answer(R.version.string, "| lavaan", as.character(packageVersion("lavaan")), "| BLAS", paste(used, collapse = ", "))
  }
}
