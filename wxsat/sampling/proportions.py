"""Proportions of the levels of a variable, with intervals that stay between 0 and 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from wxsat.errors import DataError, UsageError, nearest
from wxsat.finding import Finding
from wxsat.sampling.design import SurveyDesign
from wxsat.sampling.estimates import Degrees, Estimates, Labelled, assemble, coded_column, domains, multiplier
from wxsat.sampling.statistics import Means

Interval = Literal["logit", "beta", "asin", "mean"]
INTERVALS = ("logit", "beta", "asin", "mean")


def estimate_proportion(
    design: SurveyDesign,
    variable: str,
    by: str | Sequence[str] | None = None,
    *,
    interval: Interval = "logit",
    confidence: float = 0.95,
    degrees: Degrees = "design",
) -> Estimates:
    r"""
    Estimate the proportion of every level of a variable.

    Parameters
    ----------
    design : SurveyDesign
    variable : str
        Any column; those without a value are left out.
    by : str or sequence of str, optional
        Columns whose levels are subpopulations.
    interval : {"logit", "beta", "asin", "mean"}
        Wald on the logit; Clopper-Pearson with the effective sample size of Korn and Graubard; Wald on the arcsine of
        the root; symmetric. A proportion of 0 or 1 has no variance to transform: its interval is then the beta one
        with n in place of the effective size.
    confidence, degrees
        As in :func:`wxsat.estimate_mean`.

    Raises
    ------
    UsageError
        SAMP-045 an unknown interval.

    Notes
    -----
    Checked against ``survey::svyciprop`` 4.1 (api data), whose default interval is the logit one too.

    References
    ----------
    .. [1] Korn, E. L., & Graubard, B. I. (1998). Confidence intervals for proportions with small expected number of
       positive counts estimated from survey data. Survey Methodology, 24, 193-201.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"follows": ["yes", "yes", "no", "yes"]})
    >>> design = SurveyDesign(people, sampling="probability")
    >>> estimate_proportion(design, "follows").table["estimate"].tolist()
    [0.25, 0.75]
    """
    if interval not in INTERVALS:
        hint = f"Known: {', '.join(INTERVALS)}.{nearest(interval, INTERVALS)}"
        raise UsageError("SAMP-045", f"there is no interval '{interval}' of a proportion.", hint=hint)
    codes, levels = coded_column(design, variable)
    groups = [(name, mask & (codes >= 0)) for name, mask in domains(design, by)]
    groups = [(name, mask) for name, mask in groups if mask.any()]
    if not groups:
        raise DataError("SAMP-042", f"'{variable}' has no value in the subpopulation.", where=variable)
    present = [k for k in range(len(levels)) if any((codes[mask] == k).any() for _, mask in groups)]
    members = np.column_stack([mask.astype(np.float64) for _, mask in groups for _ in present])
    values = np.column_stack([(mask & (codes == k)).astype(np.float64) for _, mask in groups for k in present])
    labels = Labelled(
        (variable,) * members.shape[1],
        tuple(levels[k] for _ in groups for k in present),
        tuple(name for name, _ in groups for _ in present),
        tuple(int(n) for n in members.sum(axis=0)),
    )
    found = assemble(
        design, "proportion", Means(values, members), labels, confidence, degrees, _missing(design, codes, variable)
    )
    if found.covariance is None or interval == "mean":
        return found
    df, factor = multiplier(design, confidence, degrees)
    table = found.table.copy()
    limits = [
        proportion_interval(p, se, n, df, factor, interval, confidence)
        for p, se, n in zip(table["estimate"], table["std_error"], table["n"], strict=True)
    ]
    table[["ci_lower", "ci_upper"]] = np.array(limits)
    return replace(found, table=table)


def proportion_interval(
    p: float, std_error: float, n: int, df: float, factor: float, interval: str, confidence: float
) -> tuple[float, float]:
    """
    Return the limits of a proportion's interval.

    Examples
    --------
    >>> [round(x, 4) for x in proportion_interval(0.5, 0.05, 100, 99, 1.9842, "logit", 0.95)]
    [0.4021, 0.5979]
    """
    if not 0 < p < 1 or interval == "beta":
        return _beta_interval(min(max(p, 0.0), 1.0), std_error, n, df, confidence)
    if interval == "asin":
        middle, half = np.arcsin(np.sqrt(p)), factor * std_error / (2 * np.sqrt(p * (1 - p)))
        low, high = max(middle - half, 0.0), min(middle + half, np.pi / 2)
        return float(np.sin(low) ** 2), float(np.sin(high) ** 2)
    middle, half = np.log(p / (1 - p)), factor * std_error / (p * (1 - p))
    return float(1 / (1 + np.exp(half - middle))), float(1 / (1 + np.exp(-half - middle)))


def _beta_interval(p: float, std_error: float, n: int, df: float, confidence: float) -> tuple[float, float]:
    from scipy.special import betaincinv, stdtrit

    tail = (1 - confidence) / 2
    effective = float(n) if not 0 < p < 1 or not std_error > 0 else p * (1 - p) / std_error**2
    if n > 1 and np.isfinite(df) and df > 0:
        effective *= (stdtrit(n - 1, tail) / stdtrit(df, tail)) ** 2
    yes, no = effective * p, effective * (1 - p)
    low = 0.0 if p <= 0 else float(betaincinv(yes, no + 1, tail))
    high = 1.0 if p >= 1 else float(betaincinv(yes + 1, no, 1 - tail))
    return low, high


def _missing(design: SurveyDesign, codes: NDArray[np.int64], variable: str) -> list[Finding]:
    gone = int(((codes < 0) & (design.current_weights != 0)).sum())
    if not gone:
        return []
    message = f"{gone} respondents have no value in '{variable}'; its estimate is of those who have one."
    return [Finding("SAMP-111", "note", variable, message, {"n": gone})]
