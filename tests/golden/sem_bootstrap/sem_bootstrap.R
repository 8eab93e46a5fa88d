# Run in this folder: Rscript sem_bootstrap.R <folder of dat2way500.csv>
# lavaan's bootstrap draws with lavaan's own intervals of those draws; SAM; latent interactions by product indicators.
suppressMessages({library(lavaan); library(semTools)})
source("../sem/write_json.R")
args <- commandArgs(TRUE)
table_of <- function(x, columns) as.data.frame(x)[, columns, drop = FALSE]

small <- "ind60 =~ x1 + x2 + x3
dem60 =~ y1 + y2 + y3
dem60 ~ a*ind60
twice := 2*a"
set.seed(20240501)
fit <- sem(small, PoliticalDemocracy, se = "bootstrap", bootstrap = 250)
draws <- lavInspect(fit, "boot")
intervals <- list()
for (kind in c("perc", "basic", "norm", "bca.simple")) {
  p <- parameterEstimates(fit, boot.ci.type = kind)
  p <- p[p$label != "twice" & p$se > 0, ]
  intervals[[kind]] <- table_of(p, c("lhs", "op", "rhs", "est", "se", "ci.lower", "ci.upper"))
}

hs <- HolzingerSwineford1939
hs_model <- "visual =~ x1 + x2 + x3
textual =~ x4 + x5 + x6
speed =~ x7 + x8 + x9
speed ~ visual + textual
textual ~ visual"
pd_model <- "ind60 =~ x1 + x2 + x3
dem60 =~ y1 + y2 + y3 + y4
dem65 =~ y5 + y6 + y7 + y8
dem60 ~ a*ind60
dem65 ~ c*ind60 + b*dem60
ind := a*b"
cov_model <- "visual =~ x1 + x2 + x3
speed =~ x7 + x8 + x9
visual ~ ageyr
speed ~ b*visual + ageyr"
cases <- list(hs = list(hs_model, hs), pd = list(pd_model, PoliticalDemocracy), covariate = list(cov_model, hs))
sams <- list()
for (name in names(cases)) for (kind in c("local", "global")) {
  for (mapping in if (kind == "local") c("ML", "GLS", "ULS") else "ML") {
    fitted <- tryCatch(
      sam(cases[[name]][[1]], data = cases[[name]][[2]], sam.method = kind, local.options = list(M.method = mapping),
          mm.args = list(optim.method = "GN", optim.gn.tol.x = 1e-10)),
      error = function(e) { message(name, kind, mapping, conditionMessage(e)); NULL })
    if (is.null(fitted)) next
    p <- as.data.frame(parameterEstimates(fitted))
    sams[[paste(name, kind, mapping, sep = "_")]] <- list(
      model = cases[[name]][[1]], data = if (name == "pd") "pd" else "hs", kind = kind, mapping = mapping,
      parameters = table_of(p, c("lhs", "op", "rhs", "est", "se")))
  }
}

data <- read.csv(file.path(args[1], "dat2way500.csv"))
interactions <- list()
for (match in c(TRUE, FALSE)) {
  products <- indProd(data, 1:3, 4:6, match = match)
  made <- setdiff(names(products), names(data))
  shared <- ""
  if (!match) for (i in seq_along(made)) for (j in seq_len(i - 1)) {
    a <- strsplit(made[j], ".", fixed = TRUE)[[1]]; b <- strsplit(made[i], ".", fixed = TRUE)[[1]]
    if (a[1] == b[1] || a[2] == b[2]) shared <- paste0(shared, made[j], " ~~ ", made[i], "\n")
  }
  measured <- paste0("f1 =~ x1 + x2 + x3\nf2 =~ x4 + x5 + x6\nf3 =~ x7 + x8 + x9\nf3 ~ f1 + f2 + f12\n")
  fitted <- sem(paste0(measured, "f12 =~ ", paste(made, collapse = " + "), "\n", shared), products, meanstructure = TRUE, optim.gn.tol.x = 1e-10,
                optim.method = "GN")
  means <- paste0(measured, "f12 =~ ", paste(made, collapse = " + "), "\n", shared,
    "f12 ~~ 0*f1 + 0*f2\nx1 ~ 0*1\nx4 ~ 0*1\n", made[1], " ~ 0*1\nx7 ~ 0*1\nf1 ~ NA*1\nf2 ~ NA*1\nf12 ~ NA*1\nf3 ~ NA*1")
  # semTools reads the intercept only where it is free.
  with_means <- sem(means, products, meanstructure = TRUE, optim.gn.tol.x = 1e-10, optim.method = "GN")
  probe <- function(f) probe2WayMC(f, nameX = c("f1", "f2", "f12"), nameY = "f3", modVar = "f2", valProbe = c(-1, 0, 1.5))
  slopes <- probe(fitted)$SimpleSlope
  p <- as.data.frame(parameterEstimates(fitted))
  both <- probe(with_means)
  interactions[[if (match) "matched" else "all"]] <- list(
    products = lapply(products[made], function(x) x[1:5]),
    parameters = table_of(p[p$op != "~1", ], c("lhs", "op", "rhs", "est", "se")),
    slopes = unclass(slopes)[c("f2", "est", "se", "z", "pvalue")],
    means_model = means, means_slopes = unclass(both$SimpleSlope)[c("f2", "est", "se")],
    means_intercepts = unclass(both$SimpleIntcept)[c("f2", "est", "se")])
}
writeLines(as_json(list(intervals = list(model = small, draws = unname(draws), names = colnames(draws), tables = intervals),
  sam = sams, interactions = interactions)), "sem_bootstrap.json")
info <- capture.output(sessionInfo())
writeLines(info[!grepl("^(BLAS|LAPACK|Running)", info)], "session_info.txt")
