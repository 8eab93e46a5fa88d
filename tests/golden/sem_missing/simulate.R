# A simulated survey with answers missing at random: six items of two factors, two covariates, schools, two groups, weights.
# Run: Rscript simulate.R   (base R alone; writes survey.csv)
set.seed(31)
n <- 360
x <- rnorm(n); sex <- rbinom(n, 1, 0.5); school <- sample(24, n, replace = TRUE); u <- rnorm(24, 0, 0.4)[school]
group <- sample(c("town", "village"), n, replace = TRUE, prob = c(0.6, 0.4))
skew <- function(k) (rchisq(k, 4) - 4) / sqrt(8)
f1 <- 0.4 * x + u + 0.8 * skew(n); f2 <- 0.5 * f1 + 0.3 * sex + 0.8 * skew(n)
item <- function(f, lambda, mean) mean + lambda * f + 0.7 * skew(n)
d <- data.frame(y1 = item(f1, 1, 3), y2 = item(f1, 0.8, 4), y3 = item(f1, 0.9, 3.5), y4 = item(f2, 1, 2), y5 = item(f2, 1.1, 3), y6 = item(f2, 0.7, 4),
                x = x, sex = sex)
# What is missing depends on x and sex, which are always there, and on chance.
for (j in 1:6) d[runif(n) < plogis(-2.2 + 0.5 * x + 0.4 * sex + 0.1 * j), j] <- NA
d[] <- lapply(d, round, 4)
d$age <- round(40 + 5 * x + rnorm(n, 0, 8)); d$age[runif(n) < 0.05] <- NA
d$school <- school; d$group <- group; d$weight <- round(runif(n, 0.4, 2.2), 3)
d[7, 1:6] <- NA
write.csv(d, "survey.csv", row.names = FALSE)
