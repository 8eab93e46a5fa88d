# Path weighting partial least squares written out in base R, run on real sets; figures only, no data.
#   cd tests/golden/pls && Rscript make_real_sets.R FOLDER_OF_REAL_SETS RADIOMICS_AS_CSV
# (the first sheet of the radiomics workbook, saved as CSV).
# An independent second computation: scores are computed row by row and updated by lm(), where the package works on the
# matrix of correlations.
library(jsonlite)
given <- commandArgs(trailingOnly = TRUE)
real <- given[1]

pls <- function(data, blocks, modes, causes) {
  X <- scale(as.matrix(data[unlist(blocks)]))
  names <- names(blocks)
  linked <- sapply(names, function(a) sapply(names, function(b) a %in% causes[[b]] || b %in% causes[[a]]))
  weights <- lapply(blocks, function(items) rep(1, length(items)))
  scores_of <- function(weights) scale(sapply(names, function(b) X[, blocks[[b]], drop = FALSE] %*% weights[[b]]))
  Y <- scores_of(weights)
  for (step in 1:500) {
    inner <- matrix(0, length(names), length(names), dimnames = list(names, names))
    for (b in names) {
      before <- intersect(causes[[b]], names)
      if (length(before)) inner[before, b] <- coef(lm(Y[, b] ~ Y[, before] - 1))
      for (after in names[sapply(names, function(a) b %in% causes[[a]])]) inner[after, b] <- cor(Y[, after], Y[, b])
    }
    Z <- Y %*% inner
    colnames(Z) <- names
    fresh <- lapply(names, function(b) {
      items <- X[, blocks[[b]], drop = FALSE]
      w <- if (modes[[b]] == "A") drop(cor(items, Z[, b])) else coef(lm(Z[, b] ~ items - 1))
      w / sd(items %*% w)
    })
    names(fresh) <- names
    moved <- sum(abs(unlist(fresh) - unlist(weights)))
    weights <- fresh
    Y <- scores_of(weights)
    if (moved < 1e-12) break
  }
  for (b in names) if (sum(sign(cor(X[, blocks[[b]], drop = FALSE], Y[, b]))) < 0) Y[, b] <- -Y[, b]
  Y <- as.data.frame(Y)
  paths <- list(); r2 <- list(); f2 <- list()
  for (b in names(causes)) {
    model <- lm(reformulate(causes[[b]], b), Y)
    r2[[b]] <- summary(model)$r.squared
    for (a in causes[[b]]) {
      paths[[paste(a, b, sep = "->")]] <- unname(coef(model)[a])
      left <- setdiff(causes[[b]], a)
      without <- if (length(left)) summary(lm(reformulate(left, b), Y))$r.squared else 0
      f2[[paste(a, b, sep = "->")]] <- (r2[[b]] - without) / (1 - r2[[b]])
    }
  }
  list(n = nrow(X), paths = paths, r2 = r2, f2 = f2)
}
of <- function(stem, n) paste0(stem, n)
all_a <- function(blocks) setNames(as.list(rep("A", length(blocks))), names(blocks))
sets <- list()

blocks <- list(pe = of("pe", 1:4), ee = of("ee", 1:4), sn = of("sn", 1:3), fc = of("fc", 1:3), bi = of("bi", 1:3), use = of("use", 1:4))
sets$technology <- pls(read.csv(file.path(real, "A_satisfaction_sem/plspm/technology.csv")), blocks, all_a(blocks),
  list(bi = c("pe", "ee", "sn"), use = c("fc", "bi")))

blocks <- list(SIC = of("sic_", 1:7), PL = of("pl_", 1:4), PQ = of("pq_", 1:4), PI = of("pi_", 1:5), WTP = "wtp", PIC = of("pic_", 1:5))
modes <- all_a(blocks); modes$SIC <- "B"
influencer <- read.csv(file.path(real, "A_satisfaction_sem/seminr/influencer_data.csv"))
inner <- list(PL = "SIC", PQ = "SIC", PI = c("SIC", "PL", "PQ", "PIC"), WTP = "PI")
sets$influencer <- pls(influencer, blocks, modes, inner)

blocks <- list(AdoptAISys = of("Q0", c(5, 6, 8, 9)), PerfExp = of("Q", 10:12), EffExp = of("Q", 13:15), SocInf = of("Q", 16:18),
  FacCond = of("Q", 19:21), IntUse = of("Q", 22:25), Security = of("Q", 29:31), Privacy = of("Q", 32:34), Trust = of("Q", 35:37))
radiomics <- read.csv(given[2])
sets$radiomics <- pls(radiomics, blocks, all_a(blocks), list(
  Security = c("Privacy", "SocInf", "AdoptAISys"), Trust = c("AdoptAISys", "Privacy", "Security"),
  EffExp = c("SocInf", "FacCond", "Trust"), PerfExp = c("SocInf", "EffExp", "Privacy", "Trust"),
  IntUse = c("PerfExp", "FacCond", "Security", "AdoptAISys")))

africa <- read.csv(file.path(real, "B_tam_egov/utaut_africa/HISurvey_Africa.csv"))
africa <- africa[africa$order_attempt == 1, ]
blocks <- list(AT = of("AT0", 1:3), EE = of("EE0", 1:2), PE = of("PE0", 1:3), SI = of("SI0", 1:4), FC02 = "FC02", BIU = of("BIU0", 1:2),
  BII = of("BII0", 1:3))
sets$africa <- pls(africa, blocks, all_a(blocks), list(EE = c("FC02", "SI"), AT = c("PE", "SI", "EE"),
  BIU = c("PE", "SI", "EE", "FC02", "AT"), BII = c("PE", "SI", "EE", "FC02", "AT")))

write_json(list(made_by = "make_real_sets.R", r = R.version.string, sets = sets), "real_sets.json", auto_unbox = TRUE, digits = NA, pretty = TRUE)
