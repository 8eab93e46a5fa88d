# Reference values for factor scores, rotations, the greatest lower bound and ordinal omega.
# Run in this folder: Rscript make_golden.R  (writes reference.json)
# Data: nine tests of Holzinger & Swineford (1939) as lavaan ships them; for ordinal omega cut at the quartiles.
suppressMessages({library(lavaan); library(psych); library(semTools); library(GPArotation)})
number <- function(x) ifelse(is.finite(x), sprintf("%.15g", x), "null")
rows <- function(m) paste0("[", paste(apply(unclass(m), 1, function(r) paste0("[", paste(number(r), collapse = ", "), "]")), collapse = ",\n "), "]")
hs <- HolzingerSwineford1939[, paste0("x", 1:9)]
r <- cor(hs)
f <- fa(hs, 3, fm = "minres", rotate = "oblimin")
plain <- fa(hs, 3, fm = "minres", rotate = "none")
L <- unclass(plain$loadings)
geo <- geominQ(L, eps = 1e-8, maxit = 5000)
geoT <- geominT(L, eps = 1e-8, maxit = 5000)
target <- matrix(0, 9, 3); target[4:6, 1] <- NA; target[1:3, 2] <- NA; target[7:9, 3] <- NA
tq <- targetQ(L, Target = target, eps = 1e-8, maxit = 5000)
tt <- targetT(L, Target = target, eps = 1e-8, maxit = 5000)
w <- function(m) factor.scores(hs, f, method = m)$weights
cut4 <- function(x) as.integer(cut(x, c(-Inf, quantile(x, c(.25, .5, .75)), Inf)))
ord <- as.data.frame(lapply(hs, cut4))
omega_ord <- sapply(list(1:3, 4:6, 7:9), function(k) {
  v <- paste0("x", k)
  m <- cfa(paste("f =~", paste(v, collapse = " + ")), ord, ordered = v, std.lv = TRUE)
  as.numeric(unclass(compRelSEM(m)))
})
glb <- c(glb.algebraic(r)$glb, glb.algebraic(cov(hs))$glb, glb.algebraic(cov(hs[, 1:3]))$glb)
text <- paste0("{\"R\": \"", R.version$major, ".", R.version$minor, "\", \"psych\": \"", packageVersion("psych"),
  "\", \"GPArotation\": \"", packageVersion("GPArotation"), "\", \"semTools\": \"", packageVersion("semTools"), "\",\n",
  "\"values\": ", rows(as.matrix(hs)), ",\n\"plain\": ", rows(L), ",\n\"oblimin\": ", rows(f$loadings), ",\n\"phi\": ", rows(f$Phi),
  ",\n\"geomin_oblique\": ", rows(geo$loadings), ",\n\"geomin_phi\": ", rows(geo$Phi), ",\n\"geomin_orthogonal\": ", rows(geoT$loadings),
  ",\n\"target_oblique\": ", rows(tq$loadings), ",\n\"target_phi\": ", rows(tq$Phi), ",\n\"target_orthogonal\": ", rows(tt$loadings),
  ",\n\"weights\": {\"regression\": ", rows(w("Thurstone")), ", \"bartlett\": ", rows(w("Bartlett")), ", \"tenberge\": ", rows(w("tenBerge")), "}",
  ",\n\"ordinal\": ", rows(as.matrix(ord)), ",\n\"omega_ordinal\": [", paste(number(omega_ord), collapse = ", "), "]",
  ",\n\"glb\": [", paste(number(glb), collapse = ", "), "]}\n")
cat(text, file = "reference.json")
