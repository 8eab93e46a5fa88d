# Variance components of a crossed panel with gaps (lme4, REML) and the additive model (lm, sum contrasts).
# Writes sheets.csv (simulated here, seed below) and panel.json.
suppressMessages({library(lme4); library(jsonlite)})
set.seed(20261122)
A <- 16; R <- 6; M <- 8
a <- rnorm(A, 0, 8); r <- rnorm(R, 0, 4); m <- rnorm(M, 0, 2)
ar <- matrix(rnorm(A * R, 0, 2.5), A); am <- matrix(rnorm(A * M, 0, 3), A)
rows <- do.call(rbind, lapply(seq_len(A), function(i) do.call(rbind, lapply(seq_len(M), function(k) {
  who <- sample(R, if ((i + k) %% 4 == 0) 1 else 2)
  data.frame(account = sprintf("a%02d", i), rater = paste0("r", who), month = sprintf("2026-%02d", k),
             score = round(pmin(100, 70 + a[i] + r[who] + m[k] + ar[i, who] + am[i, k] + rnorm(length(who), 0, 4)), 1))
}))))
write.csv(rows, "sheets.csv", row.names = FALSE)
fit <- lmer(score ~ 1 + (1 | account) + (1 | rater) + (1 | month) + (1 | account:rater) + (1 | account:month), rows,
            control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 1e5)))
v <- as.data.frame(VarCorr(fit))
components <- setNames(as.list(v$vcov), v$grp)
additive <- lm(score ~ account + rater + month, rows,
               contrasts = list(account = "contr.sum", rater = "contr.sum", month = "contr.sum"))
full <- function(prefix, levels) { b <- coef(additive)[paste0(prefix, seq_len(levels - 1))]; c(b, -sum(b)) }
V <- vcov(additive)
se_last <- function(prefix, levels) { n <- paste0(prefix, seq_len(levels - 1)); sqrt(sum(V[n, n])) }
rater_se <- c(sqrt(diag(V))[paste0("rater", 1:(R - 1))], se_last("rater", R))
one <- rows[rows$month == "2026-01", ]
k <- table(one$account); double <- one[one$account %in% names(k)[k > 1], ]
aov1 <- anova(lm(score ~ account, double))
write_json(list(
  versions = list(R = R.version.string, lme4 = as.character(packageVersion("lme4"))),
  components = components, mean = unname(fixef(fit)), reml = as.numeric(-2 * logLik(fit)),
  fair = unname(coef(additive)[1] + full("account", A)), leniency = unname(full("rater", R)), leniency_se = unname(rater_se),
  sigma = sigma(additive), icc_january = list(ms_between = aov1$`Mean Sq`[1], ms_within = aov1$`Mean Sq`[2], n_accounts = nrow(table(double$account)))
), "panel.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
