# lavaan brought to a zero gradient: Newton steps on its own analytic gradient, then its own inference at that point.
# Sourced by agreement_worker.R and tests/golden/sem_shared/refit.R; needs lavaan.
`%||%` <- function(a, b) if (is.null(a)) b else a
TIGHT <- list(control = list(rel.tol = 1e-14, x.tol = 1e-14, abs.tol = 0, eval.max = 20000, iter.max = 20000))

attempt <- function(case, data, how) {
  arguments <- c(list(model = case$model, data = data), case$options, how)
  fit <- try(suppressWarnings(do.call(case$fun %||% "sem", arguments)), silent = TRUE)
  if (inherits(fit, "try-error")) return(list(error = as.character(fit)))
  if (!lavInspect(fit, "converged")) return(list(error = "not converged", fit = fit))
  list(fit = fit)
}
judged <- function(fit, x) {
  model <- lavaan:::lav_model_set_parameters(fit@Model, x = x)
  value <- try(lavaan:::lav_model_objective(model, lavsamplestats = fit@SampleStats, lavdata = fit@Data, lavcache = fit@Cache), silent = TRUE)
  if (inherits(value, "try-error")) NA else as.numeric(value)
}
# The gradient of what lavaan minimises; with missing values the groups are weighted already.
slope_at <- function(fit, x) as.numeric(lavaan:::lav_model_gradient(lavaan:::lav_model_set_parameters(fit@Model, x = x),
  lavsamplestats = fit@SampleStats, lavdata = fit@Data, lavcache = fit@Cache, type = "free",
  group.weight = !(fit@SampleStats@missing.flag || fit@Data@nlevels > 1L)))
# lavaan's optimiser stops up to 1e-4 from the optimum: Newton steps on lavaan's own gradient end at it. Where they go
# nowhere (other constraints than linear equalities, no identification) the fit stays as it is.
polished <- function(fit, case, data) {
  model <- fit@Model
  if (length(model@cin.function) && !is.null(body(model@cin.function))) return(fit)
  if (length(model@ceq.nonlinear.idx) || lavInspect(fit, "nlevels") > 1) return(fit) # start= does not know of levels
  known <- parTable(fit)
  if (any(is.finite(c(known$lower[known$free > 0], known$upper[known$free > 0])))) return(fit)
  x <- lavaan:::lav_model_get_parameters(model, type = "free")
  K <- if (model@eq.constraints) model@eq.constraints.K else diag(length(x))
  slope <- function(x) slope_at(fit, x)
  last <- Inf
  for (i in 1:12) {
    g <- as.numeric(crossprod(K, slope(x)))
    H <- sapply(seq_len(ncol(K)), function(k) { h <- 1e-5; as.numeric(crossprod(K, slope(x + h * K[, k]) - slope(x - h * K[, k]))) / (2 * h) })
    step <- try(solve((H + t(H)) / 2, g), silent = TRUE)
    if (inherits(step, "try-error")) return(fit)
    gain <- sum(g * step)
    if (is.finite(gain) && abs(gain) < 1e-16 && gain > last) break # rounding
    if (!is.finite(gain) || gain < 0 || gain > 10 * last + 1e-12) return(fit)
    x <- x - as.numeric(K %*% step); last <- gain
    if (gain < 1e-22) break
  }
  table <- parTable(fit); free <- table$free > 0
  table$start[free] <- table$est[free] <- x[table$free[free]]
  case$options$fixed.x <- fit@Options$fixed.x # without optimiser lavaan would free the covariates
  again <- attempt(case, data, list(start = table, optim.method = "none"))$fit
  if (is.null(again) || judged(again, lavaan:::lav_model_get_parameters(again@Model, type = "free")) > judged(fit, lavaan:::lav_model_get_parameters(model, type = "free")) + 1e-10) return(fit)
  again@baseline <- fit@baseline # the baseline model of a refit without optimiser would not be optimised either
  again
}
