# Reference values of R's survey package for the weights and designs of wxsat/sampling.
# Run in this folder: Rscript make_survey.R > survey.json. The data come with the package (data(api), data(nhanes)).
suppressMessages(library(survey))
num <- function(x) { x <- unname(as.numeric(x)); paste0("[", paste(ifelse(is.finite(x), formatC(x, digits = 15, format = "g"), "null"), collapse = ","), "]") }
out <- character()
put <- function(name, ...) { parts <- list(...); out <<- c(out, sprintf('"%s":{%s}', name, paste(sprintf('"%s":%s', names(parts), vapply(parts, num, "")), collapse = ","))) }
data(api); data(nhanes)
mean_of <- function(name, x) put(name, est = coef(x), se = SE(x))
both <- function(name, d) { mean_of(paste0(name, "_mean"), svymean(~api00 + enroll, d, na.rm = TRUE)); mean_of(paste0(name, "_total"), svytotal(~enroll, d, na.rm = TRUE)) }
clus1 <- svydesign(~dnum, weights = ~pw, fpc = ~fpc, data = apiclus1)
clus1n <- svydesign(~dnum, weights = ~pw, data = apiclus1)
clus2 <- svydesign(~dnum + snum, fpc = ~fpc1 + fpc2, data = apiclus2)
strat <- svydesign(~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = apistrat)
srs <- svydesign(~1, weights = ~pw, fpc = ~fpc, data = apisrs)
nh <- svydesign(~SDMVPSU, strata = ~SDMVSTRA, weights = ~WTMEC2YR, nest = TRUE, data = nhanes)
both("clus2", clus2); both("strat", strat)
put("clus2_weights", w = weights(clus2)[1:10])
mean_of("nhanes_mean", svymean(~HI_CHOL, nh, na.rm = TRUE)); put("nhanes_df", df = degf(nh))
by <- svyby(~HI_CHOL, ~race + RIAGENDR, nh, svymean, na.rm = TRUE); put("nhanes_by", est = coef(by), se = SE(by))
# calibration
types <- data.frame(stype = c("E", "H", "M"), Freq = c(4421, 755, 1018)); wide <- data.frame(sch.wide = c("No", "Yes"), Freq = c(1072, 5122))
tight <- list(maxit = 200, epsilon = 1e-11)
for (k in c("clus1", "clus1n", "strat", "srs")) { r <- rake(get(k), list(~stype, ~sch.wide), list(types, wide), control = tight)
  put(paste0("rake_", k, "_weights"), w = weights(r)); both(paste0("rake_", k), r) }
pop <- c("(Intercept)" = 6194, stypeH = 755, stypeM = 1018, sch.wideYes = 5122)
uneven <- apistrat; uneven$w2 <- apistrat$pw * (0.5 + (seq_len(200) * 7 %% 13) %% 10 / 6)
un <- svydesign(~1, strata = ~stype, weights = ~w2, fpc = ~fpc, data = uneven)
un <- svydesign(~1, strata = ~stype, weights = ~w3, data = transform(uneven, w3 = w2 * 6194 / sum(w2)))
put("uneven", w = weights(un)); both("uneven_rake", rake(un, list(~stype, ~sch.wide), list(types, wide), control = tight))
both("uneven_post", postStratify(un, ~stype, types))
cal <- function(name, ...) { x <- calibrate(un, ~stype + sch.wide, pop, epsilon = 1e-12, maxit = 500, ...); put(paste0(name, "_weights"), w = weights(x)); both(name, x) }
cal("uneven_linear"); cal("uneven_truncated", bounds = c(0.85, 1.25), calfun = "linear"); cal("uneven_raking_bounded", bounds = c(0.8, 1.25), calfun = "raking"); cal("uneven_logit", bounds = c(0.7, 1.5), calfun = "logit")
joint <- as.data.frame(table(stype = apipop$stype, sch.wide = apipop$sch.wide)); names(joint)[3] <- "Freq"
both("joint_post", postStratify(strat, ~stype + sch.wide, joint)); put("joint_counts", count = joint$Freq)
rs <- rake(strat, list(~stype, ~sch.wide), list(types, wide), control = tight)
sub <- subset(rs, comp.imp == "Yes"); both("rake_subset", sub)
by <- svyby(~api00, ~stype, subset(clus2, comp.imp == "Yes"), svymean); put("clus2_by", est = coef(by), se = SE(by), df = degf(subset(clus2, comp.imp == "Yes")))
put("trim", w = weights(trimWeights(un, lower = 15, upper = 50)), strict = weights(trimWeights(un, lower = 15, upper = 50, strict = TRUE)))
# ratio, difference, regression, quantiles, proportions
x <- svyratio(~api.stu, ~enroll, clus2, na.rm = TRUE); put("ratio_clus2", est = coef(x), se = SE(x))
x <- svyratio(~api.stu, ~enroll, rs); put("ratio_raked", est = coef(x), se = SE(x))
x <- svyttest(enroll ~ comp.imp, clus1); put("ttest_clus1", est = x$estimate, t = x$statistic, df = x$parameter, p = x$p.value, ci = x$conf.int)
x <- summary(svyglm(api00 ~ meals + stype, clus1)); put("glm_clus1", est = x$coefficients[, 1], se = x$coefficients[, 2], t = x$coefficients[, 3], p = x$coefficients[, 4])
for (k in c("clus1", "clus2", "rs")) { q <- svyquantile(~api00, get(k), c(.1, .25, .5, .9)); put(paste0("quantile_", k), m = t(q$api00)) }
q <- svyquantile(~api00, subset(strat, stype == "H"), c(.25, .5)); put("quantile_subset", m = t(q$api00))
for (k in c("clus1", "strat", "rs")) for (m in c("logit", "beta", "asin", "mean")) { x <- svyciprop(~I(awards == "Yes"), get(k), method = m); put(paste("ciprop", k, m, sep = "_"), est = coef(x), ci = attr(x, "ci")) }
x <- svyciprop(~I(HI_CHOL == 1), nh, na.rm = TRUE, method = "logit"); put("ciprop_nhanes", est = coef(x), ci = attr(x, "ci"))
x <- svymean(~api00, strat); put("confint", normal = confint(x), t = confint(x, df = degf(strat)))
# chi-square
chi <- function(name, f, d) { a <- svychisq(f, d); b <- svychisq(f, d, statistic = "Chisq"); put(name, f = a$statistic, df = a$parameter, p = a$p.value, x2 = b$statistic, chisq_p = b$p.value) }
chi("chisq_clus1", ~sch.wide + stype, clus1); chi("chisq_clus2", ~awards + stype, clus2); chi("chisq_nhanes", ~HI_CHOL + race, nh); chi("chisq_raked", ~awards + comp.imp, rs)
# replicate weights
jk1 <- as.svrepdesign(clus1, type = "JK1"); both("jk1", jk1); put("jk1_df", df = degf(jk1))
jkn <- as.svrepdesign(strat, type = "JKn"); both("jkn", jkn); x <- svyratio(~api.stu, ~enroll, jkn); put("jkn_ratio", est = coef(x), se = SE(x))
q <- svyquantile(~api00, jkn, c(.25, .5)); put("jkn_quantile", m = t(q$api00)); chi("jkn_chisq", ~sch.wide + comp.imp, jkn)
both("jkn_raked", rake(jkn, list(~stype, ~sch.wide), list(types, wide), control = tight))
both("jkn_linear", calibrate(jkn, ~stype + sch.wide, pop, epsilon = 1e-12))
set.seed(20140713); sb <- as.svrepdesign(clus1, type = "subbootstrap", replicates = 40)
both("sub", sb); put("sub_weights", w = weights(sb, "analysis")[!duplicated(apiclus1$dnum), ] / apiclus1$pw[!duplicated(apiclus1$dnum)], scale = sb$scale, df = degf(sb))
sm <- sb; sm$mse <- TRUE; both("sub_mse", sm)
# lonely units
lone <- apistrat[c(which(apistrat$stype != "H"), which(apistrat$stype == "H")[1]), ]
for (rule in c("adjust", "certainty")) { options(survey.lonely.psu = rule); d <- svydesign(~1, strata = ~stype, weights = ~pw, data = lone); both(paste0("lonely_", rule), d) }
cat("{", sprintf('"versions":{"R":"%s","survey":"%s"},\n', getRversion(), packageVersion("survey")), paste(out, collapse = ",\n"), "}\n", sep = "")
