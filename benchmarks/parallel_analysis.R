# Times psych::fa.parallel (components and factors) on answers.csv of the folder named as first argument; draws as second.
suppressMessages(library(psych))
args <- commandArgs(trailingOnly = TRUE)
x <- read.csv(file.path(args[1], "answers.csv"))
options(mc.cores = 1)
seconds <- system.time(invisible(capture.output(fa.parallel(x, fa = "both", n.iter = as.integer(args[2]), plot = FALSE))))[["elapsed"]]
cat(seconds, "\n")
