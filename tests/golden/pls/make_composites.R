# Reference values for everything about composite models that resamples: PLSpredict and CVPAT, blindfolding, MICOM and
# the permutation of paths, BCa intervals, HI95; and for the interaction, the importance-performance map and rho_A.
# Run in this folder: Rscript make_composites.R > composites.json   (needs lavaan for its data, boot; ../sem/write_json.R)
# The route is another one than wxsat's: scores of rows and lm(), one sample at a time, loops over folds, cells and
# draws; wxsat works on correlation matrices, all samples at once. Folds, draws and permutations are written out, so
# that the figures can be compared to the digits.
suppressMessages({library(lavaan); library(boot)}); source("../sem/write_json.R")
hs <- HolzingerSwineford1939
X <- as.matrix(hs[, paste0("x", 1:9)]); n <- nrow(X)
pasteur <- hs$school == "Pasteur"
blocks <- list(Visual = 1:3, Textual = 4:6, Speed = 7:9)
formative <- c(Visual = TRUE, Textual = FALSE, Speed = FALSE)
causes <- list(Textual = "Visual", Speed = c("Visual", "Textual"))

pls <- function(X, formative) {
  Z <- scale(X); J <- names(blocks)
  w <- lapply(blocks, function(b) rep(1, length(b)))
  score <- function(w) { Y <- sapply(J, function(j) Z[, blocks[[j]]] %*% w[[j]]); scale(Y) }
  for (i in 1:2000) {
    Y <- score(w); P <- matrix(0, nrow(Z), length(J), dimnames = list(NULL, J))
    for (j in J) {
      if (!is.null(causes[[j]])) {
        b <- coef(lm(Y[, j] ~ Y[, causes[[j]], drop = FALSE] - 1))
        P[, j] <- P[, j] + Y[, causes[[j]], drop = FALSE] %*% b
      }
      for (k in J) if (j %in% causes[[k]]) P[, j] <- P[, j] + cor(Y[, j], Y[, k]) * Y[, k]
    }
    fresh <- lapply(J, function(j) {
      z <- Z[, blocks[[j]], drop = FALSE]
      v <- if (formative[j]) coef(lm(P[, j] ~ z - 1)) else as.vector(cor(z, P[, j]))
      as.vector(v / sd(z %*% v))
    })
    names(fresh) <- J
    step <- max(abs(unlist(fresh) - unlist(w))); w <- fresh
    if (step < 1e-14) break
  }
  Y <- score(w)
  for (j in J) if (sum(sign(cor(Z[, blocks[[j]]], Y[, j]))) < 0) { w[[j]] <- -w[[j]]; Y[, j] <- -Y[, j] }
  B <- matrix(0, length(J), length(J), dimnames = list(J, J)); r2 <- c()
  for (j in names(causes)) {
    fit <- lm(Y[, j] ~ Y[, causes[[j]], drop = FALSE] - 1)
    B[j, causes[[j]]] <- coef(fit); r2[j] <- 1 - sum(resid(fit)^2) / sum(Y[, j]^2)
  }
  loading <- unlist(lapply(J, function(j) as.vector(cor(Z[, blocks[[j]]], Y[, j]))))
  list(w = w, Y = Y, B = B, r2 = r2, loading = loading, mean = colMeans(X), sd = apply(X, 2, sd))
}
paths <- function(m) c(m$B["Textual", "Visual"], m$B["Speed", "Visual"], m$B["Speed", "Textual"])
full <- pls(X, formative)

# --- PLSpredict (predictions from the exogenous composite alone) and CVPAT: 2 deals of 5 folds, averaged over deals.
set.seed(1)
deals <- lapply(1:2, function(r) split(sample(n), rep(1:5, length.out = n)))
own <- line <- flat <- matrix(0, n, 6)
for (deal in deals) for (out in deal) {
  train <- X[-out, ]; m <- pls(train, formative)
  visual <- scale(X[out, 1:3], m$mean[1:3], m$sd[1:3]) %*% m$w$Visual
  textual <- visual * m$B["Textual", "Visual"]
  speed <- visual * m$B["Speed", "Visual"] + textual * m$B["Speed", "Textual"]
  for (i in 1:6) {
    s <- if (i <= 3) textual else speed
    own[out, i] <- own[out, i] + (s * m$loading[i + 3] * m$sd[i + 3] + m$mean[i + 3]) / 2
    f <- lm(y ~ ., data.frame(y = train[, i + 3], train[, 1:3]))
    line[out, i] <- line[out, i] + predict(f, data.frame(X[out, 1:3])) / 2
    flat[out, i] <- flat[out, i] + m$mean[i + 3] / 2
  }
}
errors <- lapply(list(own = own, lm = line, mean = flat), function(p) X[, 4:9] - p)
measures <- lapply(errors, function(e) list(rmse = sqrt(colMeans(e^2)), mae = colMeans(abs(e))))
cvpat <- do.call(rbind, lapply(list(Textual = 1:3, Speed = 4:6, overall = 1:6), function(k)
  do.call(rbind, lapply(c("mean", "lm"), function(b) {
    t <- t.test(rowMeans(errors$own[, k]^2), rowMeans(errors[[b]][, k]^2), paired = TRUE)
    data.frame(benchmark = b, difference = unname(t$estimate), t = unname(t$statistic), p = t$p.value,
               lower = t$conf.int[1], upper = t$conf.int[2])
  }))))
cvpat$construct <- rep(c("Textual", "Speed", "overall"), each = 2)
q2_predict <- 1 - measures$own$rmse^2 / measures$mean$rmse^2

# --- Q2 by blindfolding, omission distance 8 (301 is a multiple of 7): cells of a block counted down its columns.
Z <- scale(X); D <- 8
q2 <- sapply(c("Textual", "Speed"), function(j) {
  sse <- sso <- 0; cols <- blocks[[j]]
  for (d in 0:(D - 1)) {
    F <- Z; held <- matrix(FALSE, n, 3); number <- 0
    for (c in 1:3) for (r in 1:n) { held[r, c] <- number %% D == d; number <- number + 1 }
    means <- sapply(1:3, function(c) mean(Z[!held[, c], cols[c]]))
    for (c in 1:3) F[held[, c], cols[c]] <- means[c]
    m <- pls(F, formative)
    score <- m$Y[, causes[[j]], drop = FALSE] %*% m$B[j, causes[[j]]]
    for (c in 1:3) for (r in which(held[, c])) {
      guess <- score[r] * m$loading[cols[c]] * m$sd[cols[c]] + m$mean[cols[c]]
      sse <- sse + (Z[r, cols[c]] - guess)^2; sso <- sso + (Z[r, cols[c]] - means[c])^2
    }
  }
  1 - sse / sso
})

# --- MICOM and the permutation of paths: 39 permutations of the labels.
set.seed(2)
labels <- rbind(pasteur, t(replicate(39, sample(pasteur))))
division <- function(first) {
  one <- pls(X[first, ], formative); two <- pls(X[!first, ], formative)
  # Either group's composite of all rows: its weights are on its own standardised items.
  of <- function(m, j) X[, blocks[[j]]] %*% (m$w[[j]] / m$sd[blocks[[j]]])
  list(c = sapply(names(blocks), function(j) cor(of(one, j), of(two, j))[1]),
       mean = colMeans(full$Y[first, ]) - colMeans(full$Y[!first, ]),
       variance = log(apply(full$Y[first, ], 2, var) / apply(full$Y[!first, ], 2, var)),
       first = paths(one), second = paths(two))
}
divisions <- apply(labels, 1, division)
table_of <- function(name) t(sapply(divisions, `[[`, name))
c_all <- table_of("c"); gap <- table_of("first") - table_of("second")
two_sided <- function(m) sapply(seq_len(ncol(m)), function(k) mean(abs(m[, k]) >= abs(m[1, k]) - 1e-12))
micom <- list(c = c_all[1, ], limit = apply(c_all[-1, ], 2, quantile, .05, names = FALSE),
  p = sapply(1:3, function(k) mean(c_all[, k] <= c_all[1, k] + 1e-12)),
  mean = table_of("mean")[1, ], p_mean = two_sided(table_of("mean")),
  variance = table_of("variance")[1, ], p_variance = two_sided(table_of("variance")))
mga <- list(first = divisions[[1]]$first, second = divisions[[1]]$second, difference = gap[1, ], p = two_sided(gap))

# --- Percentile and BCa intervals of the paths by boot, 199 draws, jackknife acceleration.
set.seed(3)
drawn <- boot(X, function(d, i) paths(pls(d[i, ], formative)), R = 199)
left_out <- t(sapply(1:n, function(i) paths(pls(X[-i, ], formative))))
intervals <- lapply(1:3, function(k) {
  L <- (n - 1) * (mean(left_out[, k]) - left_out[, k])
  ci <- boot.ci(drawn, index = k, type = c("perc", "bca"), L = L)
  list(percentile = ci$percent[4:5], bca = ci$bca[4:5], se = sd(drawn$t[, k]))
})

# --- SRMR, d_ULS, d_G of composites, and HI95 by the first 60 of these draws.
Sigma <- function(R, m, saturated) {
  C <- cor(m$Y)
  if (!saturated) {
    I <- solve(diag(3) - m$B); Psi <- diag(c(1, 1 - m$r2)); C <- I %*% Psi %*% t(I); diag(C) <- 1
  }
  L <- matrix(0, 9, 3); for (j in 1:3) L[blocks[[j]], j] <- m$loading[blocks[[j]]]
  S <- L %*% C %*% t(L); for (b in blocks) S[b, b] <- R[b, b]
  S
}
far <- function(R, S) {
  d <- (R - S)[lower.tri(R, diag = TRUE)]
  c(sqrt(mean(d^2)), sum((R - S)^2) / 2, sum(log(Re(eigen(solve(R) %*% S)$values))^2) / 2)
}
power <- function(M, p) { e <- eigen(M, symmetric = TRUE); e$vectors %*% diag(e$values^p) %*% t(e$vectors) }
rows <- boot.array(drawn, indices = TRUE)[1:60, ]
chain <- list(Textual = "Visual", Speed = "Textual")  # one path fewer, so that the estimated model is not saturated
fits <- function(causes_of) {
  causes <<- causes_of
  lapply(c(saturated = TRUE, estimated = FALSE), function(saturated) {
    R <- cor(X); m <- pls(X, formative); S <- Sigma(R, m, saturated)
    obeys <- scale(X) %*% power(R, -.5) %*% power(S, .5)
    chance <- apply(rows, 1, function(i) { x <- obeys[i, ]; far(cor(x), Sigma(cor(x), pls(x, formative), saturated)) })
    list(observed = far(R, S), limit = apply(chance, 1, quantile, .95, names = FALSE))
  })
}
fit <- fits(chain); causes <- list(Textual = "Visual", Speed = c("Visual", "Textual"))

# --- Two-stage interaction: product of standardised scores (divisor N), itself not standardised.
Y <- as.data.frame(full$Y * sqrt(n / (n - 1)))
both <- lm(Speed ~ Visual * Textual, Y)

# --- Importance (unstandardised total effect on Speed, points of 0-100) and performance; all composites in mode A.
plain <- pls(X, c(Visual = FALSE, Textual = FALSE, Speed = FALSE))
points <- as.data.frame(sapply(names(blocks), function(j) {
  v <- plain$w[[j]] / plain$sd[blocks[[j]]]; 10 * X[, blocks[[j]]] %*% (v / sum(v))
}))
to_textual <- coef(lm(Textual ~ Visual, points)); to_speed <- coef(lm(Speed ~ Visual + Textual, points))
importance <- c(Visual = unname(to_speed["Visual"] + to_textual["Visual"] * to_speed["Textual"]),
                Textual = unname(to_speed["Textual"]))
rho <- sapply(names(blocks), function(j) {
  w <- plain$w[[j]]; S <- cor(X[, blocks[[j]]]); s <- S - diag(3)
  sum(w^2)^2 * (t(w) %*% s %*% w) / (t(w) %*% (w %o% w - diag(w^2)) %*% w)
})

cat(as_json(list(r = R.version.string, boot = as.character(packageVersion("boot")),
  lavaan = as.character(packageVersion("lavaan")), values = X, pasteur = as.integer(pasteur),
  paths = paths(full), weights = unlist(full$w, use.names = FALSE), loadings = full$loading, r2 = full$r2,
  predict = list(folds = lapply(deals, function(d) unname(lapply(d, function(f) f - 1))), measures = measures,
                 q2_predict = q2_predict, cvpat = cvpat),
  q2 = q2, labels = matrix(as.integer(labels), nrow(labels)), micom = micom, mga = mga,
  draws = boot.array(drawn, indices = TRUE) - 1, intervals = intervals, fit = fit,
  interaction = coef(both), interaction_r2 = summary(both)$r.squared,
  importance = importance, performance = colMeans(points), rho_a = rho)), "\n")
