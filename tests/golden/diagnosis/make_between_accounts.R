# lavaan's two-level fit of the path between accounts: leaders' commitment -> reply rate -> unanswered -> satisfaction.
# Run: Rscript make_between_accounts.R   (needs lavaan; writes between_accounts.csv and between_accounts.json)
suppressMessages(library(lavaan)); source("../sem/write_json.R")
set.seed(20140713)
G <- 110; n <- sample(5:11, G, replace = TRUE); a <- rep(seq_len(G), n); N <- length(a)
olc <- rnorm(G, 5, 1); lr <- 1 + 0.5 * (olc - 5) + rnorm(G, 0, 0.8)
ub <- -0.6 * lr + rnorm(G, 0, 0.5); sb <- -0.6 * ub + rnorm(G, 0, 0.4)
uw <- rnorm(N, 0, 1.2); sw <- -0.3 * uw + rnorm(N, 0, 1)
items <- function(name, w, b) { x <- sapply(c(1, 0.9, 0.8), function(l) 5 + l * (w + b[a]) + rnorm(N)); colnames(x) <- paste0(name, 1:3); x }
d <- data.frame(account = a - 1, items("UNA", uw, ub), items("SAT", sw, sb), olc = olc[a], lr = lr[a])
d[] <- lapply(d, round, 3)
write.csv(d, "between_accounts.csv", row.names = FALSE)
text <- function(more_una, more_sat) paste0("level: 1
UNAw =~ UNA1 + l_UNA2*UNA2 + l_UNA3*UNA3
SATw =~ SAT1 + l_SAT2*SAT2 + l_SAT3*SAT3
SATw ~ cw*UNAw
level: 2
UNAb =~ UNA1 + l_UNA2*UNA2 + l_UNA3*UNA3
SATb =~ SAT1 + l_SAT2*SAT2 + l_SAT3*SAT3
lr ~ al*olc
UNAb ~ bl*lr", more_una, "
SATb ~ bs*UNAb", more_sat, "
", paste0(c("UNA1","UNA2","UNA3","SAT1","SAT2","SAT3"), " ~~ 0*", c("UNA1","UNA2","UNA3","SAT1","SAT2","SAT3"), collapse = "\n"), "
al_p := al
bl_p := bl*(1 + l_UNA2 + l_UNA3)/3
bs_p := bs*(1 + l_SAT2 + l_SAT3)/(1 + l_UNA2 + l_UNA3)
cw_p := cw*(1 + l_SAT2 + l_SAT3)/(1 + l_UNA2 + l_UNA3)
ind := al*bl*bs*(1 + l_SAT2 + l_SAT3)/3")
out <- list(lavaan = as.character(packageVersion("lavaan")), r = R.version.string, cases = list())
for (case in list(list("chain", "", ""), list("open", " + olc", " + lr + olc"))) {
  fit <- sem(text(case[[2]], case[[3]]), d, cluster = "account", estimator = "MLR", control = list(rel.tol = 1e-12), optim.force.converged = TRUE)
  pe <- parameterEstimates(fit, remove.eq = TRUE)
  pe <- pe[pe$label %in% c("al_p", "bl_p", "bs_p", "cw_p", "ind"), c("label", "est", "se")]
  out$cases[[case[[1]]]] <- list(parameters = pe, gradient = max(abs(lavInspect(fit, "gradient"))),
    fit = as.list(unclass(fitMeasures(fit, c("chisq", "df", "logl", "srmr_within", "srmr_between")))))
}
writeLines(as_json(out), "between_accounts.json")
