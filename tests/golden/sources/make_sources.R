# Reference values for the combination of sources, in base R: run with `Rscript make_sources.R` in this folder.
# Writes sources.json and surface.csv.
options(digits = 17)
y <- c(57.1, 45.7, 50.6); se <- c(0.95, 1.3, 1.9)
dl <- function(y, se) {
  w <- 1 / se^2
  fixed <- sum(w * y) / sum(w)
  q <- sum(w * (y - fixed)^2)
  tau2 <- max(0, (q - (length(y) - 1)) / (sum(w) - sum(w^2) / sum(w)))
  star <- 1 / (se^2 + tau2)
  c(mean = sum(star * y) / sum(star), se = sqrt(1 / sum(star)), tau2 = tau2)
}
q <- sum((y - mean(y))^2 / (se^2 + 25))
set.seed(20140713)
invisible(c(rnorm(20), runif(20)))  # the surface below keeps its draws
n <- 120
x <- round(runif(n, 10, 90), 2); z <- round(runif(n, 10, 90), 2)
out <- round(40 + 0.4 * (x - 50) - 0.2 * (z - 50) + 0.005 * (x - 50)^2 + rnorm(n, 0, 8), 3)
write.csv(data.frame(outcome = out, x = x, y = z), "surface.csv", row.names = FALSE)
u <- x - 50; v <- z - 50
m <- lm(out ~ u + v + I(u^2) + I(u * v) + I(v^2))
X <- model.matrix(m); h <- hatvalues(m); bread <- solve(crossprod(X))
hc3 <- bread %*% crossprod(X * (resid(m) / (1 - h))) %*% bread
b <- unname(coef(m)); L <- rbind(c(0,1,1,0,0,0), c(0,0,0,1,1,1), c(0,1,-1,0,0,0), c(0,0,0,1,-1,1))
num <- function(v) paste0("[", paste(format(unname(v), digits = 15), collapse = ", "), "]")
d <- dl(y, se)
cat("{\"r\": \"", R.version.string, "\", \"y\": ", num(y), ", \"se\": ", num(se),
    ", \"dl\": ", num(d), ", \"q\": ", num(q), ", \"i2\": ", num(max(0, (q - 2) / q)),
    ", \"surface\": ", num(c(b, L %*% b)), ", \"surface_se\": ", num(c(sqrt(diag(hc3)), sqrt(diag(L %*% hc3 %*% t(L))))),
    ", \"r2\": ", num(summary(m)$r.squared), "}\n", sep = "", file = "sources.json")
