# The CFA marker technique (Williams, Hartman and Cavazotte 2010), step by step in lavaan, on made-up answers that
# are written beside: a method factor shared by marker and items. Factor-variance identification throughout.
# Run: Rscript make_method_bias.R > method_bias.json   (needs lavaan; writes marker_answers.csv; ../sem/write_json.R)
suppressMessages(library(lavaan)); source("../sem/write_json.R")
set.seed(77); n <- 400
m <- rnorm(n); a <- rnorm(n); b <- .4*a + sqrt(.84)*rnorm(n); c <- .3*a + .3*b + .8*rnorm(n)
item <- function(f, l, k) l*f + k*m + sqrt(1 - l^2)*rnorm(n)
d <- data.frame(A1=item(a,.8,.3), A2=item(a,.7,.3), A3=item(a,.75,.35), B1=item(b,.8,.3), B2=item(b,.7,.25),
  B3=item(b,.75,.3), C1=item(c,.8,.3), C2=item(c,.7,.4), C3=item(c,.75,.3),
  MK1=.8*m+.6*rnorm(n), MK2=.7*m+.7*rnorm(n), MK3=.75*m+.66*rnorm(n))
d <- round(d, 4); write.csv(d, "marker_answers.csv", row.names = FALSE)
meas <- "A =~ A1 + A2 + A3\nB =~ B1 + B2 + B3\nC =~ C1 + C2 + C3"
fit <- function(t) cfa(t, d, std.lv = TRUE)
f1 <- fit(paste(meas, "MK =~ MK1 + MK2 + MK3", sep = "\n")); e <- parameterEstimates(f1)
l <- e$est[e$lhs == "MK" & e$op == "=~"]; r <- e$est[e$op == "~~" & e$lhs == e$rhs & grepl("MK[123]", e$lhs)]
fixed <- sprintf("MK =~ %.17g*MK1 + %.17g*MK2 + %.17g*MK3\nMK1 ~~ %.17g*MK1\nMK2 ~~ %.17g*MK2\nMK3 ~~ %.17g*MK3\nMK ~~ 0*A + 0*B + 0*C",
  l[1], l[2], l[3], r[1], r[2], r[3])
items <- colnames(d)[1:9]
base <- fit(paste(meas, fixed, sep = "\n"))
mc <- fit(paste(meas, fixed, paste("MK =~", paste0("m*", items, collapse = " + ")), sep = "\n"))
mu <- fit(paste(meas, fixed, paste("MK =~", paste0(items, collapse = " + ")), sep = "\n"))
eb <- parameterEstimates(base); phi <- eb[eb$op == "~~" & eb$lhs != eb$rhs & eb$lhs != "MK" & eb$rhs != "MK", ]
held <- paste(sprintf("%s ~~ %.17g*%s", phi$lhs, phi$est, phi$rhs), collapse = "\n")
mr_c <- fit(paste(meas, fixed, paste("MK =~", paste0("m*", items, collapse = " + ")), held, sep = "\n"))
mr_u <- fit(paste(meas, fixed, paste("MK =~", paste0(items, collapse = " + ")), held, sep = "\n"))
eu <- parameterEstimates(mu); k <- eu$lhs == "MK" & eu$rhs %in% items
far <- eu$est[k] + sign(eu$est[k]) * qnorm(.975) * eu$se[k]
ms <- fit(paste(meas, fixed, paste("MK =~", paste0(sprintf("%.17g*", far), items, collapse = " + ")), sep = "\n"))
one <- fit(paste("G =~", paste(items, collapse = " + ")))
cor_of <- function(f) { p <- standardizedSolution(f); p <- p[p$op == "~~" & p$lhs != p$rhs & p$lhs %in% c("A","B","C") & p$rhs %in% c("A","B","C"), ]; as.list(setNames(p$est.std, paste0(p$lhs, p$rhs))) }
chi <- function(f) as.list(fitMeasures(f, c("chisq", "df", "cfi", "rmsea")))
dec <- function(f, own) { s <- standardizedSolution(f); v <- function(x, op) s$est.std[s$lhs == x & s$op == op & s$rhs %in% own]
  x <- substr(own[1], 1, 1); t <- s$est.std[s$op == "~~" & s$lhs == s$rhs & s$lhs %in% own]
  S <- sum(v(x, "=~"))^2; M <- sum(v("MK", "=~"))^2; list(substantive = S/(S+M+sum(t)), method = M/(S+M+sum(t)), total = (S+M)/(S+M+sum(t))) }
ulmc <- fit(paste(meas, paste("M =~", paste0("m*", items, collapse = " + ")), "M ~~ 0*A + 0*B + 0*C", sep = "\n"))
cfa3 <- fit(meas)
cat(as_json(list(r = R.version.string, lavaan = as.character(packageVersion("lavaan")), cfa = chi(f1), baseline = chi(base),
  method_c = chi(mc), method_u = chi(mu), method_r_of_c = chi(mr_c), method_r_of_u = chi(mr_u), sensitivity = chi(ms),
  r_cfa = cor_of(f1), r_baseline = cor_of(base), r_c = cor_of(mc), r_u = cor_of(mu), r_s = cor_of(ms),
  reliability_baseline = dec(base, items[1:3]), reliability_u = list(A = dec(mu, items[1:3]), B = dec(mu, items[4:6]), C = dec(mu, items[7:9])),
  one_factor = chi(one), eigen_share = eigen(cor(d[items]))$values[1]/9, ulmc = chi(ulmc), cfa_alone = chi(cfa3), r_ulmc = cor_of(ulmc),
  ulmc_loading = parameterEstimates(ulmc)$est[parameterEstimates(ulmc)$label == "m"][1])), "\n")
