# Change between two waves by R's survey: accounts in common, the same persons, independent samples; weights.
# Run: Rscript make_waves.R   (needs survey; writes waves.csv and waves.json)
suppressMessages(library(survey)); source("../sem/write_json.R")
set.seed(20140713)
G <- 14; base <- rnorm(G, 50, 8)
wave <- function(id, n, shift) { a <- sample(G, n, replace = TRUE)
  data.frame(wave = id, account = paste0("a", a), person = NA, y = round(base[a] + shift + rnorm(n, 0, 12), 2), w = round(runif(n, .5, 2), 3)) }
d <- rbind(wave("w1", 180, 0), wave("w2", 210, 4))
# 120 persons answer both waves, their second answer near the first.
d$person <- paste0("p", seq_len(nrow(d))); both <- 1:120
d$person[180 + both] <- d$person[both]; d$account[180 + both] <- d$account[both]
d$y[180 + both] <- round(.6 * d$y[both] + .4 * 50 + 4 + rnorm(120, 0, 7), 2)
d$y[c(5, 44, 200, 301)] <- NA
write.csv(d, "waves.csv", row.names = FALSE, na = "")
d$row <- seq_len(nrow(d))
known <- !is.na(d$y); filled <- ifelse(known, d$y, 0)
for (k in 1:2) { here <- d$wave == paste0("w", k); d[[paste0("y", k)]] <- filled * here; d[[paste0("r", k)]] <- as.numeric(known & here) }
one <- function(ids, weighted) {
  design <- svydesign(ids = ids, weights = if (weighted) ~w else ~1, data = d)
  totals <- svytotal(~y1 + r1 + y2 + r2, design)
  means <- svycontrast(totals, list(w1 = quote(y1 / r1), w2 = quote(y2 / r2)))
  change <- svycontrast(totals, quote(y2 / r2 - y1 / r1))
  list(means = as.numeric(coef(means)), covariance = as.numeric(vcov(means)), change = as.numeric(coef(change)), se = as.numeric(SE(change)))
}
out <- list(survey = as.character(packageVersion("survey")), r = R.version.string, cases = list(
  accounts = one(~account, FALSE), accounts_weighted = one(~account, TRUE), persons = one(~person, FALSE),
  independent = one(~row, FALSE)))
writeLines(as_json(out), "waves.json")
