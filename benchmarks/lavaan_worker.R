# A live worker: reads one command a line, runs it, answers with one line. Started by sem.py; start-up is not timed.
#   data NAME FILE | case NAME DATA KIND MODELFILE | run NAME | table NAME FILE | versions
suppressMessages(library(lavaan))
data <- list(); cases <- list(); last <- list()
answer <- function(...) { cat(..., "\n", sep = " "); flush(stdout()) }
run <- function(case) {
  d <- data[[case$data]]
  switch(case$kind,
    everything = { f <- sem(case$model, d); fitMeasures(f); parameterEstimates(f); standardizedSolution(f); f },
    point = sem(case$model, d, se = "none", test = "none", baseline = FALSE),
    mlr = sem(case$model, d, estimator = "MLR"),
    fiml = { f <- sem(case$model, d, missing = "ml"); fitMeasures(f); parameterEstimates(f); f },
    bootstrap = { f <- last[["boot.fit"]]; if (is.null(f)) { f <- sem(case$model, d); last[["boot.fit"]] <<- f }
                  last[["boot.draws"]] <<- bootstrapLavaan(f, R = 10); f })
}
connection <- file("stdin"); open(connection)
while (length(line <- readLines(connection, n = 1)) > 0) {
  words <- strsplit(line, "\t", fixed = TRUE)[[1]]
  if (words[1] == "data") { data[[words[2]]] <- read.csv(words[3]); answer("ok") }
  if (words[1] == "case") {
    cases[[words[2]]] <- list(data = words[3], kind = words[4], model = paste(readLines(words[5]), collapse = "\n")); answer("ok")
  }
  if (words[1] == "run") {
    if (cases[[words[2]]]$kind == "bootstrap" && is.null(last[["boot.fit"]])) run(cases[[words[2]]])
    gc(verbose = FALSE)
    before <- proc.time(); last[[words[2]]] <- suppressWarnings(run(cases[[words[2]]])); spent <- proc.time() - before
    answer(sprintf("%.6f %.6f", spent[["elapsed"]], spent[["user.self"]] + spent[["sys.self"]]))
  }
  if (words[1] == "table") {
    p <- as.data.frame(parameterEstimates(last[[words[2]]]))
    p$chisq <- tryCatch(fitMeasures(last[[words[2]]])[["chisq"]], error = function(e) NA)
    if (is.null(p$se)) p$se <- NA
    write.csv(p[c("lhs", "op", "rhs", "est", "se", "chisq")], words[3], row.names = FALSE); answer("ok")
  }
  if (words[1] == "versions") {
    maps <- tryCatch(readLines("/proc/self/maps"), error = function(e) "")
    used <- unique(basename(sub(".*\\s", "", grep("blas", maps, value = TRUE))))
    answer(R.version.string, "| lavaan", as.character(packageVersion("lavaan")), "| BLAS", paste(used, collapse = ", "))
  }
}
