"""Quantiles with Woodruff's intervals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wxsat.errors import UsageError
from wxsat.sampling.design import SurveyDesign
from wxsat.sampling.estimates import (
    Degrees,
    Estimates,
    available,
    domains,
    missing_finding,
    multiplier,
    numeric_columns,
)
from wxsat.sampling.means import mean_with_error

Array = NDArray[np.float64]
# Cumulative weights this near to the wanted share have reached it: sums of weights carry rounding errors.
REACHED = 1e-12
MEASURES = ("estimate", "std_error", "ci_lower", "ci_upper")


def weighted_quantile(values: Array, weights: Array, p: float) -> float:
    """
    Return the smallest value whose cumulative share of the weights reaches p.

    Examples
    --------
    >>> weighted_quantile(np.array([1.0, 2.0, 3.0]), np.ones(3), 0.5)
    2.0
    """
    kept = weights > 0
    order = np.argsort(values[kept], kind="stable")
    cumulative = np.cumsum(weights[kept][order])
    at = int(np.searchsorted(cumulative, p * cumulative[-1] * (1 - REACHED), side="left"))
    return float(values[kept][order][min(at, len(order) - 1)])


def estimate_quantile(
    design: SurveyDesign,
    variables: str | Sequence[str],
    quantiles: Sequence[float] = (0.25, 0.5, 0.75),
    by: str | Sequence[str] | None = None,
    *,
    confidence: float = 0.95,
    degrees: Degrees = "design",
) -> Estimates:
    """
    Estimate quantiles.

    Parameters
    ----------
    design : SurveyDesign
    variables : str or sequence of str
        Numeric columns.
    quantiles : sequence of float
        Between 0 and 1; ``level`` in the table.
    by, confidence, degrees
        As in :func:`wxsat.estimate_mean`.

    Returns
    -------
    Estimates
        A limit of an interval is missing where the share it belongs to lies below 0 or above 1. The standard error is
        the interval's length over twice its factor.

    Raises
    ------
    UsageError
        SAMP-043 a quantile outside (0, 1).

    Notes
    -----
    The quantile is the inverse of the weighted distribution function; the interval is that function's symmetric
    interval at the quantile, turned back (Woodruff). Checked against ``survey::svyquantile`` 4.1 with its defaults
    (``qrule = "math"``, ``interval.type = "mean"``).

    References
    ----------
    .. [1] Woodruff, R. S. (1952). Confidence intervals for medians and other position measures. Journal of the
       American Statistical Association, 47(260), 635-646.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"score": [1.0, 2.0, 3.0, 4.0, 5.0]})
    >>> estimate_quantile(SurveyDesign(people, sampling="probability"), "score", [0.5]).estimate
    3.0
    """
    import pandas as pd

    wrong = [p for p in quantiles if not 0 < p < 1]
    if wrong or not len(quantiles):
        raise UsageError("SAMP-043", f"quantiles lie between 0 and 1; got {wrong or 'none'}.", hint="0.5")
    names = [variables] if isinstance(variables, str) else list(variables)
    values = numeric_columns(design, names)
    groups = domains(design, by)
    members = available(values, groups, names) > 0
    df, factor = (None, float("nan")) if design.optin else multiplier(design, confidence, degrees)
    rows = []
    for column in range(members.shape[1]):
        own, x = members[:, column], values[:, column % len(names)]
        lead = {
            "statistic": "quantile",
            "variable": names[column % len(names)],
            "group": groups[column // len(names)][0],
            "n": int(own.sum()),
        }
        rows += [lead | {"level": f"{p:g}"} | _quantile(design, x, own, p, factor) for p in quantiles]
    findings = (*design.findings(), *missing_finding(design, values, names))
    table = pd.DataFrame(rows)[["statistic", "variable", "level", "group", "n", *MEASURES]]
    return Estimates(table, None, confidence, df, design.describe(), findings)


def _quantile(design: SurveyDesign, x: Array, own: NDArray[np.bool_], p: float, factor: float) -> dict[str, float]:
    weights = design.current_weights[own]
    estimate = weighted_quantile(x[own], weights, p)
    found = {"estimate": estimate, "std_error": float("nan"), "ci_lower": float("nan"), "ci_upper": float("nan")}
    if design.optin:
        return found
    share, error = mean_with_error(design, (x <= estimate).astype(np.float64), own)
    low, high = share - factor * error, share + factor * error
    found["ci_lower"] = weighted_quantile(x[own], weights, low) if low >= 0 else float("nan")
    found["ci_upper"] = weighted_quantile(x[own], weights, high) if high <= 1 else float("nan")
    found["std_error"] = (found["ci_upper"] - found["ci_lower"]) / (2 * factor)
    return found
