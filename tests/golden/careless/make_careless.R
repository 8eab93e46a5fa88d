# Reference values that the R package careless does not give. Run in this folder: Rscript make_careless.R
# (1) Person fit of polytomous items: Guttman errors counted pair by pair over item steps, and their maximum found by
#     going through every possible answer vector; definitions of Molenaar (1991) and Emons (2008).
# (2) lavaan's moments of incomplete normal data, and Little's (1988) statistic from them pattern by pattern.
suppressPackageStartupMessages(library(lavaan))
options(digits = 17)
num <- function(x) paste(ifelse(is.na(x), "null", format(x, digits = 17, trim = TRUE)), collapse = ", ")
mat <- function(x) paste0("[", paste(apply(x, 1, function(r) paste0("[", num(r), "]")), collapse = ",\n "), "]")

steps <- function(v, m) as.vector(sapply(v, function(x) as.numeric(seq_len(m) <= x)))
errors <- function(v, m, order_easy) {
  s <- steps(v, m)[order_easy]
  total <- 0
  for (i in seq_along(s)) for (j in seq_along(s)) if (i < j && s[i] == 0 && s[j] == 1) total <- total + 1
  total
}
person_fit <- function(x, m) {
  popular <- as.vector(sapply(seq_len(ncol(x)), function(i) sapply(seq_len(m), function(k) mean(x[, i] >= k))))
  easy <- order(popular, decreasing = TRUE)
  all <- as.matrix(expand.grid(rep(list(0:m), ncol(x))))
  every <- apply(all, 1, errors, m = m, order_easy = easy)
  most <- tapply(every, rowSums(all), max)
  list(errors = apply(x, 1, errors, m = m, order_easy = easy), most = as.vector(most))
}
set.seed(20260301)
theta <- rnorm(120)
draw <- function(items, m) sapply(seq_len(items), function(i)
  pmin(pmax(round(m / 2 + theta + (i - items / 2) / 3 + rnorm(120, sd = 1.2)), 0), m))
a <- draw(6, 2); b <- draw(4, 4)
b[1:12, ] <- sample(0:4, 48, replace = TRUE)
write.csv(cbind(a, b), "person_fit.csv", row.names = FALSE)
fa <- person_fit(a, 2); fb <- person_fit(b, 4)

holes <- matrix(rnorm(150 * 5), 150) %*% chol(0.5 * diag(5) + 0.5)
holes <- round(holes, 3)
gone <- matrix(runif(750) < 0.12, 150)
gone[, 2] <- gone[, 2] | (holes[, 1] > 1)
holes[gone] <- NA
holes <- holes[rowSums(!is.na(holes)) > 0, ]
colnames(holes) <- paste0("x", 1:5)
write.csv(holes, "holes.csv", row.names = FALSE, na = "")
found <- lavaan:::lav_mvnorm_missing_h1_estimate_moments(holes, tol = 1e-12, max.iter = 5000L)
key <- apply(!is.na(holes), 1, function(o) paste(as.integer(o), collapse = ""))
statistic <- 0; df <- -5
for (k in unique(key)) {
  rows <- holes[key == k, , drop = FALSE]
  o <- !is.na(rows[1, ])
  d <- colMeans(rows[, o, drop = FALSE]) - found$Mu[o]
  statistic <- statistic + nrow(rows) * sum(d * solve(found$Sigma[o, o], d))
  df <- df + sum(o)
}
writeLines(c("{", sprintf('"R": "%s", "lavaan": "%s",', getRversion(), packageVersion("lavaan")),
  sprintf('"mean": [%s],', num(as.vector(found$Mu))), sprintf('"covariance": %s,', mat(found$Sigma)),
  sprintf('"little": {"statistic": %s, "df": %d, "p_value": %s, "n_patterns": %d}', num(statistic), df,
    num(pchisq(statistic, df, lower.tail = FALSE)), length(unique(key))), "}"), "holes.json")
writeLines(c("{", sprintf('"R": "%s",', getRversion()),
  sprintf('"errors_a": [%s], "most_a": [%s],', num(fa$errors), num(fa$most)),
  sprintf('"errors_b": [%s], "most_b": [%s]', num(fb$errors), num(fb$most)), "}"), "person_fit.json")

# The data on which the R package naniar documents its Little test: 35.1 on 14 degrees of freedom, p = .00142, 4 patterns.
write.csv(datasets::airquality, "airquality.csv", row.names = FALSE, na = "")
