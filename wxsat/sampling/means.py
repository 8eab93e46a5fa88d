"""Means, totals, ratios and differences of means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from wxsat.errors import UsageError
from wxsat.finding import Finding
from wxsat.sampling.design import SurveyDesign
from wxsat.sampling.estimates import (
    Degrees,
    Estimates,
    Labelled,
    assemble,
    available,
    domains,
    missing_finding,
    multiplier,
    numeric_columns,
)
from wxsat.sampling.statistics import Means, Ratios, Totals, covariance_of

Array = NDArray[np.float64]
Columns = str | Sequence[str]


def estimate_mean(
    design: SurveyDesign,
    variables: Columns,
    by: Columns | None = None,
    *,
    confidence: float = 0.95,
    degrees: Degrees = "design",
) -> Estimates:
    """
    Estimate means, for all or for every group.

    Parameters
    ----------
    design : SurveyDesign
    variables : str or sequence of str
        Numeric columns; each mean is of those with a value, who are a subpopulation of random size.
    by : str or sequence of str, optional
        Columns whose levels are subpopulations.
    confidence : float
        Level of the intervals.
    degrees : "design" or float
        Degrees of freedom of the intervals: the design's (units minus strata), or a number; ``math.inf`` gives the
        normal intervals that ``confint(svymean(...))`` gives in R.

    Returns
    -------
    Estimates
        With ``deff``, the variance over that of simple random sampling without replacement.

    Raises
    ------
    DataError
        SAMP-033 a stratum with one unit, SAMP-040 to SAMP-042.

    Notes
    -----
    Checked against ``survey::svymean`` and ``svyby`` 4.1 (api data).

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"score": [4.0, 5.0, 9.0]})
    >>> estimate_mean(SurveyDesign(people, sampling="probability"), "score").std_error.__round__(4)
    1.5275
    """
    spread, members, labels, missing = _by_group(design, variables, by)
    statistic = Means(spread, members)
    found = assemble(design, "mean", statistic, labels, confidence, degrees, missing)
    table = found.table.assign(deff=_mean_deff(design, statistic, found))
    return replace(found, table=table)


def _mean_deff(design: SurveyDesign, statistic: Means, found: Estimates) -> Array:
    """Variance over that of a simple random sample of the same size from the same population."""
    k = len(found.table)
    if found.covariance is None:
        return np.full(k, np.nan)
    weights = design.current_weights
    mean = statistic.evaluate(weights)
    size = weights @ statistic.members
    n = ((weights != 0)[:, None] & (statistic.members > 0)).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        squares = (weights @ ((statistic.values - mean * statistic.members) ** 2)) / size * n / (n - 1)
        # Weights that do not sum to a population (scaled to the sample) leave no finite correction.
        remaining = np.where(size > n, (size - n) / size, 1.0)
        return np.asarray(np.diag(found.covariance) / (squares / n * remaining))


def estimate_total(
    design: SurveyDesign,
    variables: Columns,
    by: Columns | None = None,
    *,
    confidence: float = 0.95,
    degrees: Degrees = "design",
) -> Estimates:
    """
    Estimate population totals; weights must sum to the population. Missing values count as absent from the total.

    Parameters, errors and intervals as in :func:`estimate_mean`. Checked against ``survey::svytotal`` 4.1.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"visits": [1.0, 3.0], "w": [10.0, 20.0]})
    >>> estimate_total(SurveyDesign(people, sampling="probability", weights="w"), "visits").estimate
    70.0
    """
    spread, _, labels, missing = _by_group(design, variables, by)
    return assemble(design, "total", Totals(spread), labels, confidence, degrees, missing)


def estimate_ratio(
    design: SurveyDesign,
    numerator: str,
    denominator: str,
    by: Columns | None = None,
    *,
    confidence: float = 0.95,
    degrees: Degrees = "design",
) -> Estimates:
    """
    Estimate the ratio of two population totals.

    Parameters
    ----------
    design : SurveyDesign
    numerator, denominator : str
        Numeric columns; respondents who lack either are left out of both.
    by, confidence, degrees
        As in :func:`estimate_mean`.

    Notes
    -----
    Checked against ``survey::svyratio`` 4.1.

    Examples
    --------
    >>> import pandas as pd
    >>> cases = pd.DataFrame({"solved": [1.0, 3.0], "filed": [2.0, 6.0]})
    >>> estimate_ratio(SurveyDesign(cases, sampling="probability"), "solved", "filed").estimate
    0.5
    """
    values = numeric_columns(design, [numerator, denominator])
    both = np.where(np.isnan(values).any(axis=1), np.nan, 1.0)[:, None]
    groups = domains(design, by)
    name = f"{numerator} / {denominator}"
    members = available(both, groups, [name])
    clean = np.nan_to_num(values)
    statistic = Ratios(clean[:, [0]] * members, clean[:, [1]] * members)
    found = missing_finding(design, both, [name])
    return assemble(design, "ratio", statistic, _labels([name], groups, members), confidence, degrees, found)


def estimate_difference(
    design: SurveyDesign,
    variable: str,
    by: str,
    *,
    reference: str | None = None,
    confidence: float = 0.95,
    degrees: Degrees = "design",
) -> Estimates:
    """
    Estimate differences of group means from a reference group, with their t tests.

    Parameters
    ----------
    design : SurveyDesign
    variable, by : str
        Numeric column, and the column of the groups.
    reference : str, optional
        Level of `by`; the first one when left out.
    confidence, degrees
        As in :func:`estimate_mean`, but one degree of freedom less, as ``survey::svyttest`` has it.

    Returns
    -------
    Estimates
        With ``t`` and ``p_value``. The groups may share units: their covariance is allowed for.

    Raises
    ------
    UsageError
        SAMP-045 a reference that is no level, or a single group.

    Notes
    -----
    Checked against ``survey::svyttest`` 4.1.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"score": [4.0, 5.0, 9.0, 8.0], "g": list("aabb")})
    >>> estimate_difference(SurveyDesign(people, sampling="probability"), "score", "g").estimate
    4.0
    """
    from scipy.special import stdtr

    means = estimate_mean(design, variable, by, confidence=confidence, degrees=degrees)
    groups = [str(g) for g in means.table["group"]]
    wanted = groups[0] if reference is None else f"{by}={reference}"
    if wanted not in groups or len(groups) < 2:
        known = ", ".join(groups)
        raise UsageError("SAMP-045", f"there is no group '{wanted}' to compare others with; groups: {known}.")
    base = groups.index(wanted)
    others = [k for k in range(len(groups)) if k != base]
    contrast = np.zeros((len(others), len(groups)))
    contrast[np.arange(len(others)), others], contrast[:, base] = 1.0, -1.0
    estimate = contrast @ means.table["estimate"].to_numpy()
    table = means.table.iloc[others].drop(columns="deff").reset_index(drop=True)
    table["statistic"], table["estimate"] = "difference", estimate
    table["reference"] = wanted
    missing = np.full(len(others), np.nan)
    covariance, df = None, None
    table["t"], table["p_value"] = missing, missing
    if means.covariance is not None:
        covariance = contrast @ means.covariance @ contrast.T
        own: Degrees = design.degrees_of_freedom - 1.0 if degrees == "design" else degrees
        df, factor = multiplier(design, confidence, own)
        table["std_error"] = np.sqrt(np.diag(covariance))
        table["t"] = table["estimate"] / table["std_error"]
        table["p_value"] = 2 * stdtr(df, -table["t"].abs().to_numpy())
        table["ci_lower"], table["ci_upper"] = (table["estimate"] + s * factor * table["std_error"] for s in (-1, 1))
    else:
        table[["std_error", "ci_lower", "ci_upper"]] = np.nan
    return replace(means, table=table, covariance=covariance, df=df)


def mean_with_error(design: SurveyDesign, values: Array, members: NDArray[np.bool_]) -> tuple[float, float]:
    """Return a mean over members and its standard error; NaN for the error of an opt-in sample."""
    own = members.astype(np.float64)[:, None]
    statistic = Means(np.where(members, values, 0.0)[:, None], own)
    mean = float(statistic.evaluate(design.current_weights)[0])
    return mean, float("nan") if design.optin else float(np.sqrt(covariance_of(statistic, design)[0, 0]))


def _listed(variables: Columns) -> list[str]:
    return [variables] if isinstance(variables, str) else list(variables)


def _by_group(
    design: SurveyDesign, variables: Columns, by: Columns | None
) -> tuple[Array, Array, Labelled, list[Finding]]:
    """Return values (0 where missing) and members of every variable in every group, their labels, and what lacks."""
    names = _listed(variables)
    values = numeric_columns(design, names)
    groups = domains(design, by)
    members = available(values, groups, names)
    spread = np.tile(np.nan_to_num(values), (1, len(groups))) * members
    return spread, members, _labels(names, groups, members), missing_finding(design, values, names)


def _labels(names: Sequence[str], groups: Sequence[tuple[str | None, NDArray[np.bool_]]], members: Array) -> Labelled:
    return Labelled(
        tuple(name for _ in groups for name in names),
        (None,) * (len(groups) * len(names)),
        tuple(group for group, _ in groups for _ in names),
        tuple(int(n) for n in members.sum(axis=0)),
    )
