# Reference values for the diagnosis room, made with the R package survey and plain matrix algebra.
# Run in this folder: Rscript make_golden.R   (writes the CSV, the JSON files and session_info.txt)
suppressMessages(library(survey))
options(digits = 17, survey.adjust.domain.lonely = FALSE)

number <- function(x) ifelse(is.na(x), "null", formatC(x, digits = 17, format = "g"))
json <- function(x, indent = "") {
  if (is.list(x)) {
    inner <- paste0(indent, " ")
    keys <- names(x)
    cells <- vapply(seq_along(x), function(i) {
      value <- json(x[[i]], inner)
      if (is.null(keys)) value else paste0("\"", keys[i], "\": ", value)
    }, "")
    brackets <- if (is.null(keys)) c("[", "]") else c("{", "}")
    return(paste0(brackets[1], "\n", paste0(inner, cells, collapse = ",\n"), "\n", indent, brackets[2]))
  }
  cells <- if (is.character(x)) paste0("\"", x, "\"") else number(as.numeric(x))
  if (is.matrix(x)) {
    rows <- apply(matrix(cells, nrow(x)), 1, function(r) paste0("[", paste(r, collapse = ", "), "]"))
    return(paste0("[", paste(rows, collapse = ", "), "]"))
  }
  if (length(cells) == 1) cells else paste0("[", paste(cells, collapse = ", "), "]")
}

# ---- 1. clustered severity with missing scores -----------------------------------------------------------------
set.seed(20140713)
G <- 24
n <- 260
account <- sample(seq_len(G), n, replace = TRUE, prob = runif(G, 0.5, 2))
u <- matrix(rnorm(G * 4, 0, 8), G)[account, ]
common <- rnorm(n, 0, 10)
parts <- c("AUD", "GEO", "FUN", "LAND")
S <- sapply(1:4, function(j) pmin(100, pmax(0, round(c(48, 43, 58, 53)[j] + u[, j] + common + rnorm(n, 0, 12), 1))))
colnames(S) <- parts
S[matrix(runif(n * 4), n) < matrix(rep(c(.05, .10, .25, .40), each = n), n)] <- NA
S[account == 3, "LAND"] <- NA          # one account without any answer on one part
weight <- round(runif(n, 0.4, 2.2), 2)
data <- data.frame(account, weight, S)
write.csv(data, "clustered_severity.csv", row.names = FALSE, na = "")

omega <- c(.4, .3, .2, .1)
case <- function(ids, w) {
  d <- data
  for (p in parts) { d[[paste0("r", p)]] <- as.numeric(!is.na(d[[p]])); d[[paste0("y", p)]] <- ifelse(is.na(d[[p]]), 0, d[[p]]) }
  design <- svydesign(ids = ids, weights = w, data = d)
  totals <- svytotal(as.formula(paste("~", paste(c(paste0("y", parts), paste0("r", parts)), collapse = "+"))), design)
  ratio <- function(p) paste0("y", p, "/r", p)
  single <- lapply(parts, function(p) svycontrast(totals, list(x = parse(text = ratio(p))[[1]])))
  joint <- svycontrast(totals, setNames(lapply(parts, function(p) parse(text = ratio(p))[[1]]), parts))
  formula <- parse(text = paste(omega, ratio(parts), sep = " * ", collapse = " + "))[[1]]
  composite <- svycontrast(totals, list(x = formula))
  direct <- lapply(parts, function(p) svymean(as.formula(paste("~", p)), design, na.rm = TRUE))
  df <- if (identical(ids, ~account)) length(unique(data$account)) - 1 else n - 1
  interval <- confint(composite, df = df)
  list(means = as.numeric(coef(joint)), covariance = unname(as.matrix(vcov(joint))),
       svymean_se = sapply(direct, function(m) as.numeric(SE(m))),
       composite = as.numeric(coef(composite)), composite_se = as.numeric(SE(composite)), df = df,
       composite_ci = as.numeric(interval), n = as.numeric(colSums(!is.na(S))))
}
golden <- list(
  software = "survey", version = as.character(packageVersion("survey")),
  call = "svydesign(ids, weights) -> svytotal -> svycontrast of ratios; svymean(na.rm = TRUE) for single means",
  data = "clustered_severity.csv", parts = parts, omega = omega,
  clustered = case(~account, ~1), clustered_weighted = case(~account, ~weight), unclustered = case(~1, ~1),
  complete = local({                       # svymean of complete cases: all parts at once
    design <- svydesign(ids = ~account, weights = ~1, data = data[complete.cases(data), ])
    m <- svymean(~AUD + GEO + FUN + LAND, design)
    c1 <- svycontrast(m, c(AUD = .4, GEO = .3, FUN = .2, LAND = .1))
    list(means = as.numeric(coef(m)), covariance = unname(as.matrix(vcov(m))),
         composite = as.numeric(coef(c1)), composite_se = as.numeric(SE(c1)))
  })
)
writeLines(json(golden), "clustered_severity.json")

# ---- 2. the reference population of the hierarchy --------------------------------------------------------------
lv <- c("SHOW", "LDR", "AUD", "GEO", "FUN", "LAND", "FRAG", "LOOP", "CAP", "COPY", "UNA", "EOU", "PU", "PVAL", "SAT", "TRU", "CI", "CMI")
k <- length(lv)
blocks <- list(D1 = lv[1:2], D2 = lv[3:6], D4 = lv[7:9])
B <- matrix(0, k, k, dimnames = list(lv, lv))
path <- function(y, x, b) { from <- if (x %in% names(blocks)) blocks[[x]] else x; B[y, from] <<- B[y, from] + b / length(from) }
for (y in names(f <- c(AUD = .575, GEO = .23, FUN = .46, LAND = .345, FRAG = .5175, LOOP = .6325, CAP = .5175))) path(y, "D1", f[[y]])
truth <- list(c("COPY", "D2", .45), c("COPY", "D4", .15), c("UNA", "D4", .50), c("UNA", "D1", .20), c("EOU", "D2", -.25),
  c("EOU", "D4", -.25), c("PU", "EOU", .40), c("PU", "D2", -.30), c("PU", "COPY", -.20), c("PVAL", "PU", .40),
  c("PVAL", "EOU", .15), c("PVAL", "UNA", -.20), c("PVAL", "D1", -.15), c("SAT", "PU", .25), c("SAT", "EOU", .10),
  c("SAT", "PVAL", .35), c("SAT", "UNA", -.20), c("TRU", "SAT", .45), c("TRU", "UNA", -.15), c("TRU", "D1", -.20),
  c("CI", "SAT", .35), c("CI", "PU", .25), c("CI", "TRU", .15), c("CMI", "SAT", -.30), c("CMI", "TRU", -.15))
for (t in truth) path(t[1], t[2], as.numeric(t[3]))
R <- diag(k); dimnames(R) <- list(lv, lv)
for (b in blocks[c("D2", "D4")]) { R[b, b] <- .25; diag(R[b, b]) <- 1 }
R[blocks$D2, blocks$D4] <- .12; R[blocks$D4, blocks$D2] <- .12
R["SHOW", "LDR"] <- R["LDR", "SHOW"] <- .5
diag(R) <- 1
A <- solve(diag(k) - B)
sd <- rep(1, k)
for (i in 1:2000) { Sigma <- A %*% (R * outer(sd, sd)) %*% t(A); sd <- sqrt(pmax(1e-9, sd^2 + 1 - diag(Sigma))) }
Sigma <- A %*% (R * outer(sd, sd)) %*% t(A)
stopifnot(max(abs(diag(Sigma) - 1)) < 1e-12)
do <- function(parts, y) { cut <- B; cut[parts, ] <- 0; solve(diag(k) - cut)[match(y, lv), match(parts, lv), drop = FALSE] |> sum() }
sources <- c(blocks, list(D3 = c("COPY", "UNA"), COPY = "COPY", UNA = "UNA", EOU = "EOU", PU = "PU", PVAL = "PVAL"))
outcomes <- c("PU", "SAT", "TRU")
severity <- c(57.3, 58, 48, 44, 57, 53, 56.6, 62, 55, 59.6, 55.9); tau <- 20    # for the own-loss identity
D <- lv[1:11]; excess <- setNames(severity - tau, D); rest <- lv[12:18]
own <- A[match("SAT", lv), 1:11] * (excess - drop(B[D, D] %*% excess))
all_four <- solve(diag(length(rest)) - B[rest, rest], B[rest, D] %*% excess)["SAT", 1]
population <- list(
  software = "R", version = as.character(getRversion()), call = "recursive path algebra, all latent variances 1",
  nodes = lv, matrix = unname(B), covariance = unname(Sigma),
  do = setNames(lapply(outcomes, function(y) lapply(sources, do, y = y)), outcomes),
  severity = severity, target = tau, own_loss = unname(own), all_four = unname(all_four)
)
writeLines(json(population), "hierarchy_population.json")
writeLines(c(R.version.string, paste("survey", packageVersion("survey"))), "session_info.txt")
