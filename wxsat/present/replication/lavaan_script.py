"""R that refits a model with lavaan: from moments, from ordinal statistics, or from answers that it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.present.replication.moments import moments_names
from wxsat.present.replication.replication import Source

if TYPE_CHECKING:
    from wxsat.sem.result import SemResult

_HEAD = """\
# Refits the headline model with lavaan. Run in this folder: Rscript reproduce.R
library(lavaan)
model <- paste(readLines("model.lavaan", encoding = "UTF-8"), collapse = "\\n")
"""
_READ = """\
read_moments <- function(file) {{
  moments <- read.csv(file, check.names = FALSE, row.names = 1, fileEncoding = "UTF-8")
  variables <- setdiff(rownames(moments), c("mean", "n"))
  n <- moments["n", 1]
  list(cov = as.matrix(moments[variables, variables]){factor}, mean = unlist(moments["mean", variables]),
       n = n)
}}
groups <- lapply({files}, read_moments)
part <- function(name) {{
  parts <- lapply(groups, function(group) group[[name]])
  if (length(parts) == 1) parts[[1]] else parts
}}
"""
_FROM_MOMENTS = """\
fit <- sem(
  model,
  sample.cov = part("cov"),
  sample.mean = part("mean"),
  sample.nobs = part("n"),
  sample.cov.rescale = FALSE,  # the covariances are divided by what this estimator divides by
  estimator = "{estimator}", {options}
)
"""
_FROM_ORDINAL = """\
read_matrix <- function(file) as.matrix(read.csv(file, check.names = FALSE, row.names = 1, fileEncoding = "UTF-8"))
read_cuts <- function(file, variables) {{
  cuts <- read.csv(file, fileEncoding = "UTF-8")
  values <- cuts$value
  names(values) <- paste0(cuts$variable, "|", cuts$threshold)
  attr(values, "th.idx") <- match(cuts$variable, variables)
  values
}}
weigh <- function(gamma) {weigh}
variables <- rownames(groups[[1]]$cov)
cuts <- lapply({thresholds}, read_cuts, variables = variables)
gammas <- lapply({nacov}, read_matrix)
only <- function(parts) if (length(parts) == 1) parts[[1]] else parts
attr(cuts, "th.idx") <- lapply(cuts, attr, "th.idx")  # of several groups lavaan looks for it here
fit <- sem(
  model,
  sample.cov = part("cov"),
  sample.mean = part("mean"),
  sample.th = only(cuts),
  sample.nobs = part("n"),
  NACOV = only(gammas),
  WLS.V = only(lapply(gammas, weigh)),
  ordered = TRUE, estimator = "{estimator}", {options}
)
"""
_FROM_ANSWERS = """\
# {why}
# The answers themselves are not in this folder. Put them beside this script as answers.csv, UTF-8, a header line, one
# row a respondent, missing answers empty, with the columns:
{columns}
if (!file.exists("answers.csv")) stop("answers.csv is needed; the head of reproduce.R says which columns it must have")
answers <- read.csv("answers.csv", check.names = FALSE, fileEncoding = "UTF-8")
fit <- sem(
  model,
  data = answers,
  {arguments},
  {options}
)
"""
_TAIL = """\
write.csv(parameterEstimates(fit), "estimates.csv", row.names = FALSE)
{measures}
"""
_WHY = {
    "ordered": "Ordinal items: this fit needs more than their moments.",
    "levels": "Two levels: this fit needs the respondents of every cluster.",
    "missing": "Missing answers are used: this fit needs every respondent's own pattern of them.",
    "weights": "Weighted respondents: standard errors and test need each of them.",
    "clusters": "Clustered respondents: standard errors and test need each of them.",
    "estimator": "Robust standard errors and tests need fourth moments, that is, the answers.",
}
_MISSING = {"listwise": "listwise", "fiml": "fiml", "two_stage": "two.stage", "robust_two_stage": "robust.two.stage",
            "pairwise": "pairwise"}  # fmt: skip
# The weight of each estimator, from the asymptotic covariances.
_WEIGHTS = {"WLS": "solve(gamma)", "ULSMV": "diag(nrow(gamma))", "ULSM": "diag(nrow(gamma))"}


def lavaan_script(result: SemResult, source: Source, reason: str) -> str:
    """Return the text of ``reproduce.R``; its last lines print its test and ours."""
    wishart = result.outcome is not None and result.outcome.wishart
    # ML divides by N, as the files do; Wishart likelihood and least squares by N - 1.
    factor = " * n / (n - 1)" if wishart or result.estimator in ("GLS", "ULS") else ""
    read = _READ.format(files=_files(result, moments_names(result)), factor=factor)
    if source == "moments":
        body = read + _FROM_MOMENTS.format(estimator=result.estimator, options=_options(result))
    elif source == "ordinal":
        body = read + _FROM_ORDINAL.format(
            estimator=result.estimator,
            options=_options(result),
            weigh=_WEIGHTS.get(result.estimator, "diag(1 / diag(gamma))"),
            thresholds=_files(result, _numbered("thresholds", result)),
            nacov=_files(result, _numbered("nacov", result)),
        )
    else:
        body = _from_answers(result, reason)
    return _HEAD + body + _TAIL.format(measures=_measures(result))


def _numbered(stem: str, result: SemResult) -> tuple[str, ...]:
    count = len(result.groups)
    return (f"{stem}.csv",) if count < 2 else tuple(f"{stem}.{i}.csv" for i in range(1, count + 1))


def _files(result: SemResult, names: tuple[str, ...]) -> str:
    """Write file names as an R list, named by group."""
    if len(names) == 1:
        return f'list("{names[0]}")'
    pairs = (f"{_quoted(group.name)} = {_quoted(name)}" for group, name in zip(result.groups, names, strict=True))
    return f"list({', '.join(pairs)})"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _options(result: SemResult) -> str:
    table, flag = result.table, {True: "TRUE", False: "FALSE"}
    said = {
        "std.lv": flag[table.std_lv],
        "orthogonal": flag[table.orthogonal],
        "fixed.x": flag[table.fixed_x],
        "meanstructure": flag[table.has_mean_structure],
    }
    if table.ordered:
        said["parameterization"] = _quoted(table.options.parameterization)
    if result.outcome is not None and result.outcome.wishart:
        said["likelihood"] = '"wishart"'
    return ", ".join(f"{name} = {value}" for name, value in said.items())


def _from_answers(result: SemResult, reason: str) -> str:
    table = result.table
    arguments = {"estimator": _quoted(result.estimator)}
    if table.ordered:
        arguments["ordered"] = f"c({', '.join(map(_quoted, table.ordered))})"
    arguments["missing"] = _quoted(_MISSING.get(result.missing, result.missing))
    columns = list(result.observed_names)
    sample = result.outcome.sample if result.outcome is not None else ()
    if table.n_groups > 1:
        names = ", ".join(_quoted(name) for name in table.group_names)
        arguments |= {"group": '"group"', "group.label": f"c({names})"}
        columns.append(f"group  (one of {', '.join(table.group_names)})")
    if any(group.weights is not None for group in sample):
        arguments["sampling.weights"] = '"weight"'
        columns.append("weight  (sampling weight)")
    if table.n_levels > 1 or any(group.clusters is not None for group in sample):
        arguments["cluster"] = '"cluster"'
        columns.append("cluster  (account or other cluster)")
    return _FROM_ANSWERS.format(
        why=_WHY[reason],
        columns="\n".join(f"#   {column}" for column in columns),
        arguments=",\n  ".join(f"{name} = {value}" for name, value in arguments.items()),
        options=_options(result),
    )


def _measures(result: SemResult) -> str:
    scaled = "chisq_scaled" in result.fit_measures
    name, ours = ("chisq.scaled", "chisq_scaled") if scaled else ("chisq", "chisq")
    chisq, df = repr(float(result.fit_measures[ours])), float(result.fit_measures["df"])
    note = ""
    if result.estimator in ("ULS", "DWLS") and not scaled:
        note = "# lavaan before 0.7 prints the discrepancy itself, wxsat Browne's residual test: the estimates agree.\n"
    return note + (
        f'cat(sprintf("{name} %.10f df %d\\n", fitMeasures(fit, "{name}"), as.integer(fitMeasures(fit, "df"))))\n'
        f'cat("wxsat printed: {name} {chisq} df {df:g}\\n")'
    )
