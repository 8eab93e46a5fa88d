"""The replication files of a fit: its model in lavaan's language, its moments, and R that refits it."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from wxsat.errors import UsageError

if TYPE_CHECKING:
    from wxsat.sem.result import SemResult

_SCRIPT = """\
# Refits the headline model from its moments. Run in this folder: Rscript reproduce.R
library(lavaan)
moments <- read.csv("moments.csv", check.names = FALSE, row.names = 1)
variables <- setdiff(rownames(moments), c("mean", "n"))
fit <- sem(
  paste(readLines("model.lavaan", encoding = "UTF-8"), collapse = "\\n"),
  sample.cov = as.matrix(moments[variables, variables]),
  sample.mean = unlist(moments["mean", variables]),
  sample.nobs = moments["n", 1],
  sample.cov.rescale = FALSE,  # the covariances are divided by N already
  estimator = "ML", std.lv = {std_lv}, orthogonal = {orthogonal}, fixed.x = {fixed_x}, meanstructure = {means}
)
write.csv(parameterEstimates(fit), "estimates.csv", row.names = FALSE)
cat(sprintf("chisq %.10f df %d\\n", fitMeasures(fit, "chisq"), as.integer(fitMeasures(fit, "df"))))
cat("wxsat printed: chisq {chisq} df {df}\\n")
"""


def why_not_from_moments(result: SemResult) -> str:
    """Return why one covariance matrix cannot give the fit again; empty when it can."""
    if result.estimator != "ML":
        return f"estimator {result.estimator}: it needs more than means and covariances"
    if result.missing != "listwise":
        return f"missing = {result.missing}: it needs every respondent's own pattern of missing answers"
    if result.table.n_groups > 1 or result.table.n_levels > 1:
        return "several groups or levels"
    return ""


def replication_files(result: SemResult) -> dict[str, str]:
    """
    Return the files that give a fit again, text by file name.

    ``model.lavaan`` (every default written out), ``moments.csv`` (covariances divided by N, then rows ``mean`` and
    ``n``) and ``reproduce.R``.

    Parameters
    ----------
    result : SemResult
        ML on complete answers, one group, one level.

    Raises
    ------
    UsageError
        ``OUT-030`` when means and covariances do not suffice.

    Examples
    --------
    >>> replication_files(fit)["model.lavaan"]  # doctest: +SKIP
    """
    reason = why_not_from_moments(result)
    if reason:
        raise UsageError(
            "OUT-030",
            f"this fit cannot be given again from a covariance matrix: {reason}.",
            hint="Fit with ML on complete answers in one group, or share the answers under their own conditions.",
        )
    table, flag = result.table, {True: "TRUE", False: "FALSE"}
    script = _SCRIPT.format(
        std_lv=flag[table.std_lv],
        orthogonal=flag[table.orthogonal],
        fixed_x=flag[table.fixed_x],
        means=flag[table.has_mean_structure],
        chisq=repr(float(result.fit_measures["chisq"])),
        df=int(result.fit_measures["df"]),
    )
    return {"model.lavaan": table.to_text(), "moments.csv": _moments(result), "reproduce.R": script}


def _moments(result: SemResult) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    names = result.observed_names
    writer.writerow(["", *names])
    for name, row in zip(names, result.sample_covariance, strict=True):
        writer.writerow([name, *(repr(float(value)) for value in row)])
    writer.writerow(["mean", *(repr(float(value)) for value in result.groups[0].sample_mean)])
    writer.writerow(["n", *[result.n_obs] * len(names)])
    return text.getvalue()
