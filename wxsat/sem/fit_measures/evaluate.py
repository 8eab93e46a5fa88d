"""Every fit measure of a solution on complete rows, under lavaan's names with ``.`` written as ``_``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.fit_measures.baseline import Baseline
from wxsat.sem.fit_measures.chi_square import chi_square_measures
from wxsat.sem.fit_measures.ecvi import ecvi
from wxsat.sem.fit_measures.gfi import agfi, gfi, pgfi, weighted_gfi
from wxsat.sem.fit_measures.information import aic, bic, log_likelihood, sabic
from wxsat.sem.fit_measures.srmr import residual_measures
from wxsat.sem.implied import Implied
from wxsat.sem.moments import Moments
from wxsat.sem.robust.casewise import NO_VARIABLES
from wxsat.sem.robust.gamma import Metric
from wxsat.sem.robust.hessian import group_shares
from wxsat.sem.robust.inverse import symmetric_inverse
from wxsat.sem.robust.scaled_indices import (
    WITHOUT_ROBUST,
    population_quantities,
    robust_measures,
    scaled_measures,
)
from wxsat.sem.robust.scaled_tests import TestStatistic
from wxsat.sem.robust.weights import estimator_metrics, turned_residual, unbiased

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Discrepancies without a chi-square distribution, and the test that has one for their solutions too.
UNDISTRIBUTED, RESIDUAL = ("ULS", "DWLS"), "browne.residual.nt"
SCALED = ("satorra.bentler", "mean.var.adjusted", "scaled.shifted", "yuan.bentler", "yuan.bentler.mplus")


def evaluate_fit(
    implied: Sequence[Implied],
    sample: Sequence[Moments],
    *,
    tests: Mapping[str, TestStatistic],
    baseline: Baseline,
    n_parameters: int,
    estimator: str = "ML",
    wishart: bool = False,
    given: NDArray[np.intp] = NO_VARIABLES,
) -> dict[str, float]:
    """
    Return every fit measure that lavaan prints, and its value.

    Parameters
    ----------
    implied : sequence of Implied
        One a group, at the estimates.
    sample : sequence of Moments
        Covariances divided by N whatever the estimator.
    tests : mapping of str to TestStatistic
        Of :func:`wxsat.sem.robust.sandwich.robust_inference`; a corrected one gives ``_scaled`` and ``_robust``.
    baseline : Baseline
        Of :func:`wxsat.sem.fit_measures.baseline.fit_baseline`, made with the same recipe.
    n_parameters : int
        After equality restrictions.
    estimator : {"ML", "GLS", "ULS", "DWLS", "WLS"}
        What was minimised (``Recipe.estimator``).
    wishart : bool
        Whether covariances divided by N - 1 and chi-square with N - 1 were used under ML.
    given : ndarray of int
        Positions of the variables whose moments are taken as given.

    Notes
    -----
    Checked against lavaan 0.6-14's ``fitMeasures()``, all names, for every recipe, several groups, means, covariates.
    ULS and DWLS: the discrepancy has no chi-square distribution. With a scaled test its own p-value is NaN; without one
    (recipes ULS, DWLS) Browne's residual test under normality gives every chi-square measure, the baseline's too, as
    lavaan 0.7-2 has it for ULS (HS: chi-square 74.53, CFI .791; 0.6-14 prints 72.10, .974). lavaan 0.6-14 forgets the
    model's factor in ``cfi.robust`` when the baseline's happens to be exactly 1 (DWLS on continuous data: .976 instead
    of .961); we do not.
    """
    own_n = estimator == "ML" and not wishart
    groups = len(sample)
    total = sum(moments.n_obs for moments in sample)
    size = float(total if own_n else total - groups)
    covariances = [moments.covariance if own_n else unbiased(moments) for moments in sample]
    standard, of_baseline = tests["standard"], baseline.tests["standard"]
    found = {"npar": float(n_parameters), "fmin": standard.statistic / (2.0 * (size if estimator == "ML" else total))}
    scaled = next((name for name in SCALED if name in tests), None)
    if scaled is None and estimator in UNDISTRIBUTED and RESIDUAL in tests:
        standard, of_baseline = tests[RESIDUAL], baseline.tests[RESIDUAL]
    found |= chi_square_measures(standard, of_baseline, size, groups)
    if scaled:
        found |= scaled_measures(standard, tests[scaled], baseline.tests[scaled], size, groups)
        if scaled not in WITHOUT_ROBUST:
            quantities = population_quantities(standard, tests[scaled], of_baseline, baseline.tests[scaled])
            found |= robust_measures(quantities, size, groups)
    if standard.name == "standard" and estimator in UNDISTRIBUTED:
        found |= {"pvalue": np.nan, "baseline_pvalue": np.nan}
    if estimator == "ML":
        found |= _information(implied, sample, covariances, n_parameters, total, given)
    means = None
    if implied[0].has_means:
        means = [(moments.mean, at.mu) for moments, at in zip(sample, implied, strict=True)]
    shares = group_shares(sample).tolist()
    found |= residual_measures(covariances, [at.sigma for at in implied], shares, means)
    goodness = _goodness(implied, sample, covariances, estimator, given, shares, means)
    found |= _goodness_family(goodness, implied, standard.df)
    found["ecvi"] = ecvi(standard.statistic, n_parameters, size)
    return found


def _information(
    implied: Sequence[Implied],
    sample: Sequence[Moments],
    covariances: Sequence[NDArray[np.float64]],
    n_parameters: int,
    total: int,
    given: NDArray[np.intp],
) -> dict[str, float]:
    """Return log-likelihoods and criteria, the part of the given variables left out."""
    logl = saturated = 0.0
    for at, moments, covariance in zip(implied, sample, covariances, strict=True):
        block = covariance[np.ix_(given, given)]
        known = log_likelihood(block, block, moments.weight_sum)
        distance = moments.mean - at.mu if at.has_means else None
        logl += log_likelihood(covariance, at.sigma, moments.weight_sum, distance) - known
        saturated += log_likelihood(covariance, covariance, moments.weight_sum) - known
    return {
        "logl": logl,
        "unrestricted_logl": saturated,
        "aic": aic(logl, n_parameters),
        "bic": bic(logl, n_parameters, total),
        "ntotal": float(total),
        "bic2": sabic(logl, n_parameters, total),
    }


def _goodness(
    implied: Sequence[Implied],
    sample: Sequence[Moments],
    covariances: Sequence[NDArray[np.float64]],
    estimator: str,
    given: NDArray[np.intp],
    shares: Sequence[float],
    means: Sequence[tuple[NDArray[np.float64], NDArray[np.float64]]] | None,
) -> float:
    if estimator in ("ML", "GLS"):
        values = []
        for g, (at, covariance) in enumerate(zip(implied, covariances, strict=True)):
            weight = None if estimator == "ML" else symmetric_inverse(covariance)
            values.append(gfi(covariance, at.sigma, given, None if means is None else means[g], weight))
        return float(np.dot(shares, values))
    metrics = estimator_metrics(estimator, implied, sample, given)
    residuals, wholes = [], []
    for at, moments, covariance, metric in zip(implied, sample, covariances, metrics, strict=True):
        residuals.append(turned_residual(at, covariance, moments.mean, metric))
        wholes.append(residuals[-1] + _turned_implied(at, metric))
    return weighted_gfi(residuals, wholes, shares)


def _turned_implied(at: Implied, metric: Metric) -> NDArray[np.float64]:
    zero = np.zeros_like(at.sigma)
    return -turned_residual(at, zero, np.zeros(len(zero)), metric)


def _goodness_family(value: float, implied: Sequence[Implied], df: float) -> dict[str, float]:
    p = len(implied[0].sigma)
    moments = len(implied) * (p * (p + 1) // 2 + (p if implied[0].has_means else 0))
    return {"gfi": value, "agfi": agfi(value, int(df), moments), "pgfi": pgfi(value, int(df), moments)}
