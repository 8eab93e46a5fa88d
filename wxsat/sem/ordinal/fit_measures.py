"""Every fit measure of an ordinal solution, under lavaan's names with ``.`` written as ``_``."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.fit_measures.chi_square import chi_square_measures
from wxsat.sem.fit_measures.gfi import agfi, pgfi, weighted_gfi
from wxsat.sem.fit_measures.srmr import correlation
from wxsat.sem.ordinal.implied import OrdinalPoint
from wxsat.sem.ordinal.sample import OrdinalGroup
from wxsat.sem.ordinal.weights import Root
from wxsat.sem.robust.scaled_indices import (
    WITHOUT_ROBUST,
    PopulationQuantities,
    robust_measures,
    scaled_measures,
)
from wxsat.sem.robust.scaled_tests import TestStatistic

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


def ordinal_measures(
    points: Sequence[OrdinalPoint],
    sample: Sequence[OrdinalGroup],
    roots: Sequence[Root],
    *,
    tests: Mapping[str, TestStatistic],
    baseline: Mapping[str, TestStatistic],
    population: PopulationQuantities | None,
    n_parameters: int,
) -> dict[str, float]:
    """
    Return the measures of an ordinal solution.

    Parameters
    ----------
    tests, baseline : mapping of str to TestStatistic
        The same tests of the model and of the baseline, ``standard`` first.
    population : PopulationQuantities, optional
        Of the robust indices, where they are defined; they are NaN otherwise.
    n_parameters : int
        After equality restrictions.

    Notes
    -----
    ``srmr`` is that of the correlations, without thresholds; ``srmr_bentler`` and ``crmr`` count thresholds too, as
    lavaan does. There is no likelihood, so no AIC or BIC. Checked against lavaan 0.6-14's ``fitMeasures()``.
    """
    sizes = np.array([group.weight_sum for group in sample])
    total, groups = float(sizes.sum()), len(sample)
    size = total - groups
    standard = tests["standard"]
    found = {"npar": float(n_parameters), "fmin": standard.statistic / (2.0 * total), "ntotal": total}
    found |= chi_square_measures(standard, baseline["standard"], size, groups)
    scaled = next((name for name in tests if name != "standard"), None)
    if scaled:
        found |= scaled_measures(standard, tests[scaled], baseline[scaled], size, groups)
        if scaled not in WITHOUT_ROBUST:
            found |= _robust(population, total, groups)
    shares = (sizes / total).tolist()
    found |= _residuals(points, sample, shares)
    found |= _goodness(points, sample, roots, shares, standard.df)
    return found


def _robust(population: PopulationQuantities | None, total: float, groups: int) -> dict[str, float]:
    if population is None:
        nothing = PopulationQuantities(*[math.nan] * 8)
        return dict.fromkeys(robust_measures(nothing, total, groups), math.nan)
    return robust_measures(population, total, groups)


def _residuals(
    points: Sequence[OrdinalPoint], sample: Sequence[OrdinalGroup], shares: Sequence[float]
) -> dict[str, float]:
    names = ("srmr_bentler", "srmr_bentler_nomean", "crmr", "crmr_nomean", "rmr", "rmr_nomean")
    found = dict.fromkeys(names, 0.0)
    for point, group, share in zip(points, sample, shares, strict=True):
        layout = point.layout
        observed, implied = group.known.covariance, implied_covariance(point)
        p = len(observed)
        low, below = np.tril_indices(p), np.tril_indices(p, -1)
        scale = np.sqrt(np.diag(observed))
        gap = observed - implied
        squares = float(((gap / np.outer(scale, scale))[low] ** 2).sum())
        raw = float((gap[low] ** 2).sum())
        of_correlations = float(((correlation(observed) - correlation(implied))[below] ** 2).sum())
        cuts = np.flatnonzero(layout.margins.is_threshold)
        count = len(cuts)
        of_cuts = float(((np.asarray(group.known.statistics) - point.statistics)[cuts] ** 2).sum())
        both, off = p * (p + 1) // 2, p * (p - 1) // 2
        found["srmr_bentler_nomean"] += share * math.sqrt(squares / both)
        found["srmr_bentler"] += share * math.sqrt((squares + of_cuts) / (both + count))
        found["crmr_nomean"] += share * math.sqrt(of_correlations / off) if off else 0.0
        found["crmr"] += share * math.sqrt((of_correlations + of_cuts) / (off + count))
        found["rmr_nomean"] += share * math.sqrt(raw / both)
        found["rmr"] += share * math.sqrt((raw + of_cuts) / (both + count))
    found["srmr"] = found["srmr_bentler_nomean"]
    return found


def implied_covariance(point: OrdinalPoint) -> Array:
    """Return the implied covariances of a group, in the metric of its statistics."""
    layout = point.layout
    p = len(layout.own)
    found = np.eye(p)
    i, j = layout.below
    found[i, j] = found[j, i] = point.statistics[layout.first_covariance :]
    at = layout.numeric
    found[at, at] = point.base.sigma[layout.own[at], layout.own[at]]
    return found


def _goodness(
    points: Sequence[OrdinalPoint],
    sample: Sequence[OrdinalGroup],
    roots: Sequence[Root],
    shares: Sequence[float],
    df: float,
) -> dict[str, float]:
    """Return the goodness of fit in the metric of the weight, and the weighted root mean square residual."""
    residuals, moments = [], []
    for point, group, root in zip(points, sample, roots, strict=True):
        observed = np.asarray(group.known.statistics)
        residuals.append(root.turn(observed - point.statistics))
        moments.append(root.turn(observed))
    value = weighted_gfi(residuals, moments, shares)
    count = sum(map(len, moments))
    # lavaan's divisor: the statistics of one group.
    size = sum((group.weight_sum - 1.0) * float(r @ r) for group, r in zip(sample, residuals, strict=True))
    return {
        "gfi": value,
        "agfi": agfi(value, int(df), count),
        "pgfi": pgfi(value, int(df), count),
        "wrmr": math.sqrt(size / len(moments[0])),
    }
