# Alignment by its definition (Asparouhov and Muthen 2014): explicit loops, optim from many starts, product of variances 1.
# Another parametrisation than the package's: all log variances sum to zero, all means free but the first.
suppressMessages(library(jsonlite))
component <- function(x, eps) (x^2 + eps)^0.25
total_loss <- function(lambda0, nu0, n, alpha, psi, eps) {
  G <- nrow(lambda0); weight <- 0; value <- 0
  lambda <- lambda0; nu <- nu0
  for (g in 1:G) {
    lambda[g, ] <- lambda0[g, ] / sqrt(psi[g])
    nu[g, ] <- nu0[g, ] - alpha[g] * lambda0[g, ] / sqrt(psi[g])
  }
  for (g in 1:(G - 1)) for (h in (g + 1):G) {
    w <- sqrt(n[g] * n[h]); weight <- weight + w
    value <- value + w * sum(component(lambda[g, ] - lambda[h, ], eps) + component(nu[g, ] - nu[h, ], eps))
  }
  value / weight
}
align <- function(lambda0, nu0, n, eps = 0.01, starts = 30) {
  G <- nrow(lambda0)
  open <- function(x) {
    logs <- c(x[1:(G - 1)], -sum(x[1:(G - 1)]))
    list(alpha = c(0, x[G:(2 * G - 2)]), psi = exp(logs))
  }
  f <- function(x) { o <- open(x); total_loss(lambda0, nu0, n, o$alpha, o$psi, eps) }
  best <- NULL
  for (k in 1:starts) {
    x <- if (k == 1) rep(0, 2 * G - 2) else rnorm(2 * G - 2, sd = 0.5)
    for (round in 1:4) x <- optim(x, f, method = "BFGS", control = list(maxit = 5000, reltol = 1e-15))$par
    if (is.null(best) || f(x) < f(best)) best <- x
  }
  o <- open(best)
  list(loss = f(best), mean = o$alpha / sqrt(o$psi[1]), variance = o$psi / o$psi[1])
}
set.seed(4)
cases <- list()
for (name in c("five", "two", "uneven")) {
  G <- c(five = 5, two = 2, uneven = 6)[[name]]; p <- c(five = 4, two = 5, uneven = 3)[[name]]
  n <- if (name == "uneven") c(60, 400, 90, 1200, 75, 300) else rep(200, G)
  lambda <- matrix(runif(p, 0.5, 1), G, p, byrow = TRUE) + matrix(rnorm(G * p, sd = 0.08), G, p)
  nu <- matrix(rnorm(p), G, p, byrow = TRUE) + matrix(rnorm(G * p, sd = 0.1), G, p)
  if (G > 2) nu[2, 1] <- nu[2, 1] + 0.9
  alpha <- c(0, rnorm(G - 1, sd = 0.5)); psi <- c(1, exp(rnorm(G - 1, sd = 0.3)))
  lambda0 <- lambda * sqrt(psi); nu0 <- nu + alpha * lambda
  cases[[name]] <- c(list(loadings = lambda0, intercepts = nu0, sizes = n), align(lambda0, nu0, n))
}
out <- list(made_by = R.version.string, cases = cases)
write(toJSON(out, digits = 12, auto_unbox = TRUE, pretty = TRUE), "alignment.json")
