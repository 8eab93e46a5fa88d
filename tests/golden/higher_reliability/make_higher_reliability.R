# Reliability of factors of factors and average variance extracted, from semTools.
#   cd tests/golden/higher_reliability && Rscript make_higher_reliability.R
suppressMessages({library(lavaan); library(semTools); library(jsonlite)})
items <- paste0("x", 1:9)
data <- as.data.frame(scale(HolzingerSwineford1939[items]))  # AVE of standardised items is the mean squared loading
model <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9\ng =~ visual + textual + speed"
fit <- cfa(model, data)
of <- function(observed) as.list(c(compRelSEM(fit, obs.var = observed, higher = "g")))
second <- reliabilityL2(fit, "g")
result <- list(
  made_by = "make_higher_reliability.R", r = R.version.string, lavaan = as.character(packageVersion("lavaan")),
  semTools = as.character(packageVersion("semTools")), model = model, n = nrow(data), covariance = cov(data),
  items = items, observed = of(TRUE), implied = of(FALSE), ave = as.list(AVE(fit)), reliabilityL2 = as.list(second)
)
write_json(result, "higher_reliability.json", auto_unbox = TRUE, digits = NA, pretty = TRUE)
