"""Fit measures of models fitted to incomplete data: tests from likelihoods, residuals against EM moments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.fit_measures.chi_square import chi_square_measures
from wxsat.sem.fit_measures.ecvi import ecvi
from wxsat.sem.fit_measures.gfi import agfi, gfi, pgfi
from wxsat.sem.fit_measures.information import aic, bic, sabic
from wxsat.sem.fit_measures.srmr import residual_measures
from wxsat.sem.implied import Implied
from wxsat.sem.moments import Moments
from wxsat.sem.robust.scaled_indices import PopulationQuantities, robust_measures, scaled_measures
from wxsat.sem.robust.scaled_tests import TestStatistic

if TYPE_CHECKING:
    from numpy.typing import NDArray


def incomplete_measures(
    implied: Sequence[Implied],
    sample: Sequence[Moments],
    tests: Mapping[str, TestStatistic],
    baseline: Mapping[str, TestStatistic],
    n_parameters: int,
    loglik: float,
    saturated: float,
    quantities: PopulationQuantities | None,
    given: NDArray[np.intp] | None = None,
) -> dict[str, float]:
    """
    Return every fit measure of an incomplete-data fit.

    Parameters
    ----------
    sample : sequence of Moments
        EM moments.
    loglik, saturated : float
        NaN where there is no likelihood of the data (two-stage estimation).
    quantities : PopulationQuantities, optional
        Of the complete-data problem, for the ``_robust`` measures (lavaan prints them for plain ML too).
    given : ndarray of int, optional
        Positions of the variables whose moments are taken as given.
    """
    total = sum(moments.n_obs for moments in sample)
    groups, standard = len(sample), tests["standard"]
    found = {"npar": float(n_parameters), "fmin": standard.statistic / (2.0 * total)}
    found |= chi_square_measures(standard, baseline["standard"], total, groups)
    scaled = next((name for name in tests if name != "standard"), None)
    if scaled is not None:
        found |= scaled_measures(standard, tests[scaled], baseline[scaled], total, groups)
    if quantities is not None:
        found |= robust_measures(quantities, total, groups)
    found |= {
        "logl": loglik,
        "unrestricted_logl": saturated,
        "aic": aic(loglik, n_parameters),
        "bic": bic(loglik, n_parameters, total),
        "ntotal": float(total),
        "bic2": sabic(loglik, n_parameters, total),
    }
    shares = [moments.n_obs / total for moments in sample]
    means = [(moments.mean, at.mu) for moments, at in zip(sample, implied, strict=True)]
    covariances = [moments.covariance for moments in sample]
    found |= residual_measures(covariances, [at.sigma for at in implied], shares, means)
    nothing = np.zeros(0, dtype=np.intp) if given is None else given
    value = float(
        np.dot(
            shares,
            [gfi(s, at.sigma, nothing, pair) for s, at, pair in zip(covariances, implied, means, strict=True)],
        )
    )
    p = len(implied[0].sigma)
    moments_count = groups * (p * (p + 1) // 2 + p)
    found |= {
        "gfi": value,
        "agfi": agfi(value, int(standard.df), moments_count),
        "pgfi": pgfi(value, int(standard.df), moments_count),
        "ecvi": ecvi(standard.statistic, n_parameters, total),
    }
    return found
