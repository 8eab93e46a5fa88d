# Sample statistics of ordinal, mixed, conditional, incomplete and weighted data with their asymptotic covariance
# matrix, from lavaan; data are simulated here. Run in this folder: Rscript make_ordinal.R
suppressMessages(library(lavaan))
set.seed(20)
n <- 400
x1 <- rbinom(n, 1, .45)
x2 <- round(rnorm(n, 35, 9))
f <- .4 * x1 + .02 * (x2 - 35) + rnorm(n)
g <- .5 * f + rnorm(n)
cut_at <- function(y, at) as.integer(cut(y, c(-Inf, at, Inf)))
d <- data.frame(
  u1 = cut_at(.8 * f + .6 * rnorm(n), c(-1.2, -.3, .5, 1.4)),
  u2 = cut_at(.7 * f + .7 * rnorm(n), c(-.8, .2, 1.1)),
  u3 = cut_at(.6 * g + .8 * rnorm(n), .3),
  u4 = cut_at(.8 * g + .6 * rnorm(n), c(.4, 1.2)),
  u5 = cut_at(.5 * g + .8 * rnorm(n), -.9),
  y1 = round(2 + f + rnorm(n), 3),
  y2 = round(10 + 4 * g + 3 * rnorm(n) + 2 * rexp(n), 2),
  x1 = x1, x2 = x2, w = round(runif(n, .3, 2.5), 3)
)
for (name in names(d)[1:7]) d[[paste0(name, "m")]] <- replace(d[[name]], sample(n, 50), NA)
write.csv(d, "ordinal.csv", row.names = FALSE, na = "")

names_of <- function(v, suffix) paste0(v, suffix)
case <- function(variables, ordered, exogenous = character(0), ...) {
  model <- paste("f =~", paste(variables, collapse = " + "))
  if (length(exogenous)) model <- paste0(model, "\nf ~ ", paste(exogenous, collapse = " + "))
  fit <- suppressWarnings(cfa(model, d, ordered = ordered, ...))
  gamma <- unname(lavInspect(fit, "gamma"))
  obs <- lavInspect(fit, "wls.obs")
  list(variables = variables, ordered = ordered, exogenous = exogenous, nobs = lavInspect(fit, "nobs"),
       statistics = as.numeric(obs), gamma = gamma[lower.tri(gamma, diag = TRUE)])
}
u <- paste0("u", 1:5); mixed <- c("u1", "y1", "u3", "y2", "u4")
um <- names_of(u, "m"); mixedm <- names_of(mixed, "m")
cases <- list(
  ordinal = case(u, u),
  mixed = case(mixed, c("u1", "u3", "u4")),
  conditional = case(mixed, c("u1", "u3", "u4"), c("x1", "x2")),
  ordinal_pairwise = case(um, um, missing = "pairwise"),
  mixed_pairwise = case(mixedm, names_of(c("u1", "u3", "u4"), "m"), missing = "pairwise"),
  conditional_pairwise = case(mixedm, names_of(c("u1", "u3", "u4"), "m"), c("x1", "x2"), missing = "pairwise"),
  ordinal_weighted = case(u, u, sampling.weights = "w"),
  mixed_weighted = case(mixed, c("u1", "u3", "u4"), sampling.weights = "w"),
  conditional_weighted = case(mixed, c("u1", "u3", "u4"), c("x1", "x2"), sampling.weights = "w")
)
versions <- list(R = as.character(getRversion()), lavaan = as.character(packageVersion("lavaan")))
jsonlite::write_json(list(versions = versions, cases = cases), "ordinal.json", digits = 12, auto_unbox = TRUE)
