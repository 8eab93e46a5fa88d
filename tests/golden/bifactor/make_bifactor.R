# Reference values of bifactor models. Run in this folder: Rscript make_bifactor.R  (writes reference.json)
# Data: Holzinger & Swineford (1939), a Heywood case, and nine items simulated from a bifactor model (seed 7).
suppressMessages(library(lavaan))
num <- function(x) paste0("[", paste(sprintf("%.15g", x), collapse = ", "), "]")
rows <- function(m) paste0("[", paste(apply(as.matrix(m), 1, num), collapse = ",\n "), "]")
model <- "g =~ x1+x2+x3+x4+x5+x6+x7+x8+x9
F1 =~ x1+x2+x3
F2 =~ x4+x5+x6
F3 =~ x7+x8+x9"
case <- function(data) {
  f <- suppressWarnings(cfa(model, data, orthogonal = TRUE, std.lv = TRUE))
  L <- inspect(f, "std")$lambda; r <- cor(data)
  paste0("{\"correlation\": ", rows(r), ",\n\"n\": ", nrow(data), ", \"loadings\": ", rows(L),
    ",\n\"errors\": ", num(diag(inspect(f, "std")$theta)), ", \"chisq\": ", num(fitMeasures(f, "chisq")),
    ", \"df\": ", num(fitMeasures(f, "df")), ", \"omega_h\": ", num(sum(L[, 1])^2 / sum(r)),
    ", \"omega_total\": ", num(sum(colSums(L)^2) / sum(r)), "}")
}
set.seed(7); n <- 800
g <- rnorm(n); s <- matrix(rnorm(3 * n), n)[, rep(1:3, each = 3)]
a <- c(.7, .6, .65, .5, .6, .55, .7, .6, .5); b <- c(.4, .5, .3, .5, .4, .6, .3, .4, .5)
e <- sapply(1:9, function(j) rnorm(n, sd = sqrt(1 - a[j]^2 - b[j]^2)))
sim <- as.data.frame(outer(g, a) + s * rep(b, each = n) + e); names(sim) <- paste0("x", 1:9)
cat(paste0("{\"R\": \"", R.version$major, ".", R.version$minor, "\", \"lavaan\": \"", packageVersion("lavaan"),
  "\",\n\"heywood\": ", case(HolzingerSwineford1939[, paste0("x", 1:9)]), ",\n\"clean\": ", case(sim), "}\n"), file = "reference.json")
