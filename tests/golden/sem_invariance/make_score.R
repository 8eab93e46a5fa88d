# Score tests of equal intercepts in the scalar model of Holzinger and Swineford, by school.
library(lavaan)
model <- "visual =~ x1 + x2 + x3
textual =~ x4 + x5 + x6
speed =~ x7 + x8 + x9"
fit <- cfa(model, HolzingerSwineford1939, group = "school", group.equal = c("loadings", "intercepts"), std.lv = TRUE)
table <- parTable(fit)
found <- lavTestScore(fit)$uni
rows <- match(found$lhs, table$plabel)
keep <- table$op[rows] == "~1"
values <- as.list(found$X2[keep])
names(values) <- paste0(table$lhs[rows][keep], "~1")
values$versions <- paste("R", getRversion(), "lavaan", packageVersion("lavaan"))
cat(jsonlite::toJSON(values, auto_unbox = TRUE, digits = NA, pretty = TRUE), "\n", file = "score.json")
