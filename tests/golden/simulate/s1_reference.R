# The reference population S1, solved in base R by a fixed-point iteration on the residual standard deviations.
# Run: Rscript s1_reference.R > s1_reference.json     (writes session_info.txt beside it)
lv <- c("SHOW","LDR","AUD","GEO","FUN","LAND","FRAG","LOOP","CAP","COPY","UNA","EOU","PU","PVAL","SAT","TRU","CI","CMI")
p <- length(lv); B <- matrix(0, p, p, dimnames = list(lv, lv))
sets <- list(D1 = c("SHOW","LDR"), D2 = c("AUD","GEO","FUN","LAND"), D4 = c("FRAG","LOOP","CAP"))
spread <- function(y, x, b) { parts <- if (x %in% names(sets)) sets[[x]] else x; for (k in parts) B[y, k] <<- B[y, k] + b / length(parts) }
root <- c(AUD = .50, GEO = .20, FUN = .40, LAND = .30, FRAG = .45, LOOP = .55, CAP = .45) * 1.15
for (y in names(root)) spread(y, "D1", root[[y]])
spread("COPY", "D2", .45); spread("COPY", "D4", .15)
spread("UNA", "D4", .50);  spread("UNA", "D1", .20)
spread("EOU", "D2", -.25); spread("EOU", "D4", -.25)
spread("PU", "EOU", .40);  spread("PU", "D2", -.30);   spread("PU", "COPY", -.20)
spread("PVAL", "PU", .40); spread("PVAL", "EOU", .15); spread("PVAL", "UNA", -.20); spread("PVAL", "D1", -.15)
spread("SAT", "PU", .25);  spread("SAT", "EOU", .10);  spread("SAT", "PVAL", .35);  spread("SAT", "UNA", -.20)
spread("TRU", "SAT", .45); spread("TRU", "UNA", -.15); spread("TRU", "D1", -.20)
spread("CI", "SAT", .35);  spread("CI", "PU", .25);    spread("CI", "TRU", .15)
spread("CMI", "SAT", -.30); spread("CMI", "TRU", -.15)
rr <- diag(p); dimnames(rr) <- list(lv, lv)
for (s in c("D2", "D4")) rr[sets[[s]], sets[[s]]] <- .25
rr[sets$D2, sets$D4] <- .12; rr[sets$D4, sets$D2] <- .12
rr["SHOW", "LDR"] <- rr["LDR", "SHOW"] <- .5; diag(rr) <- 1
sdv <- rep(1, p)
for (it in 1:5000) {
  P <- diag(sdv) %*% rr %*% diag(sdv); IB <- solve(diag(p) - B); S <- IB %*% P %*% t(IB)
  sdv <- sdv * sqrt((sdv^2 + 1 - diag(S)) / sdv^2)
}
P <- diag(sdv) %*% rr %*% diag(sdv); S <- IB %*% P %*% t(IB)
dimnames(P) <- dimnames(S) <- list(lv, lv)
do_effect <- function(x, y) {
  parts <- if (x %in% names(sets)) sets[[x]] else x
  cut <- B; cut[parts, ] <- 0; inv <- solve(diag(p) - cut); dimnames(inv) <- list(lv, lv); sum(inv[y, parts])
}
num <- function(x) sprintf("%.15g", x)
obj <- function(x, f = num) paste0("{", paste0('"', names(x), '": ', vapply(x, f, ""), collapse = ", "), "}")
rows <- function(M) paste0("{", paste0('"', rownames(M), '": ', apply(M, 1, obj), collapse = ",\n    "), "}")
causes <- c("D1", "D2", "D4", "COPY", "UNA"); outcomes <- c("PU", "PVAL", "SAT", "TRU", "CI")
TE <- sapply(outcomes, function(y) sapply(causes, do_effect, y = y))
cat("{\n \"software\": \"R ", as.character(getRversion()), "\",\n",
    " \"largest_deviation_from_unit_variance\": ", num(max(abs(diag(S) - 1))), ",\n",
    " \"r2\": ", obj(1 - diag(P)), ",\n",
    " \"residual_covariance\": ", rows(P), ",\n",
    " \"covariance\": ", rows(S), ",\n",
    " \"total_effects\": ", rows(TE), "\n}\n", sep = "")
writeLines(c(R.version.string, "base R only, no packages"), "session_info.txt")
