r"""Two-stage ML of incomplete data: EM moments first, then the model is fitted to them as if they were complete.

The errors and the test take from the first stage how well the moments are known: with :math:`\Gamma` N times the
covariance of the EM moments, W the normal weight of complete data and :math:`\Delta` the model's Jacobian,

.. math:: N\,acov(\hat\theta) = (\Delta'W\Delta)^{-1}\Delta'W\Gamma W\Delta(\Delta'W\Delta)^{-1}, \qquad
   c = tr(U\Gamma)/df,\quad U = W - W\Delta(\Delta'W\Delta)^{-1}\Delta'W.

:math:`\Gamma` is the inverse information of the saturated model (``two_stage``) or its sandwich
(``robust_two_stage``; Savalei and Bentler 2009; Yuan and Lu 2008). lavaan 0.6-14 scales the baseline model with a
:math:`\Gamma` that knows nothing of the missing answers; here both models are scaled with the same one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.discrepancy.ml import ml_value
from wxsat.sem.implied import Implied, implied_groups, moments_jacobian
from wxsat.sem.matrices import lay_out_groups
from wxsat.sem.missing.ascent import minimise
from wxsat.sem.missing.fiml import FimlObjective
from wxsat.sem.missing.fiml_robust import SaturatedInformation, saturated_information
from wxsat.sem.missing.fit import Incomplete
from wxsat.sem.missing.moment_model import independence_implied
from wxsat.sem.missing.patterns import complete_pattern
from wxsat.sem.moments import Moments
from wxsat.sem.parameter_table import ParameterTable
from wxsat.sem.restrictions import Constraints, Restrictions, unrestricted
from wxsat.sem.scoring import Optimum

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class TwoStageFit:
    """
    A model fitted to EM moments.

    Attributes
    ----------
    optimum : Optimum
        Its value is minus twice the log-likelihood a row of complete data with these moments.
    implied : tuple of Implied
    vcov : ndarray, shape (n_free, n_free)
    information : ndarray, shape (n_free, n_free)
        Of one row of complete data, before restrictions.
    chisq, baseline_chisq : float
        N times the complete-data discrepancy; not chi-square distributed: divide by `scaling`.
    df, baseline_df : int
    scaling, baseline_scaling : float
        NaN without degrees of freedom.
    """

    optimum: Optimum
    implied: tuple[Implied, ...]
    vcov: NDArray[np.float64]
    information: NDArray[np.float64]
    chisq: float
    df: int
    scaling: float
    baseline_chisq: float
    baseline_df: int
    baseline_scaling: float


def estimate_two_stage(
    table: ParameterTable,
    constraints: Constraints,
    sample: Sequence[Moments],
    incomplete: Sequence[Incomplete],
    start: NDArray[np.float64],
    *,
    robust: bool = False,
) -> TwoStageFit:
    """
    Fit a table to EM moments, with errors and test that know what is missing.

    Parameters
    ----------
    table : ParameterTable
        With a mean structure.
    sample : sequence of Moments
        With EM moments, one a group (:func:`wxsat.sem.missing.fit.incomplete_moments`).
    robust : bool
        Without the assumption of normality.

    Notes
    -----
    Checked against lavaan 0.6-14 (``missing = "two.stage"``, ``"robust.two.stage"``), the baseline's scaling against
    the formula with R's own matrices (``tests/golden/sem_missing``).
    """
    groups = lay_out_groups(table, sample)
    whole = [complete_pattern(m.covariance, m.mean, i.patterns.total) for m, i in zip(sample, incomplete, strict=True)]
    optimum = minimise(FimlObjective(groups, whole), constraints, start)
    restrictions = constraints.at_solution(optimum.theta)
    implied = implied_groups(groups, optimum.theta)
    given = [sample[0].names.index(name) for name in table.covariates]
    h1 = saturated_information(
        [i.patterns for i in incomplete],
        [i.saturated for i in incomplete],
        given=given,
        clusters=[m.clusters for m in sample],
        meat=robust,
    )
    gammas = [_gamma(h, robust) for h in h1]
    information, meat = _pieces(implied, h1, gammas)
    bread = restrictions.covariance(information)
    total = sum(i.patterns.total for i in incomplete)
    correlated = [sample[0].names.index(name) for name in table.roles.covariates]
    baseline = independence_implied([(m.mean, _spared(m, correlated)) for m in sample], correlated, given)
    every = unrestricted(baseline[0].u.shape[1])
    return TwoStageFit(
        optimum,
        implied,
        bread @ meat @ bread / total,
        information,
        _chisq(implied, sample, incomplete),
        (df := _df(h1, constraints.n_unique)),
        _scaling(h1, gammas, bread, meat, df),
        _chisq(baseline, sample, incomplete),
        (baseline_df := _df(h1, every.n_unique)),
        _scaling(h1, gammas, *_bread_and_meat(baseline, every, h1, gammas), baseline_df),
    )


def _gamma(h: SaturatedInformation, robust: bool) -> NDArray[np.float64]:
    inverse = np.linalg.inv(h.observed)
    return np.asarray(inverse @ h.meat @ inverse if robust else inverse)


def _pieces(
    implied: Sequence[Implied], h1: Sequence[SaturatedInformation], gammas: Sequence[NDArray[np.float64]]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the complete-data information of one row and the covariance of its gradient."""
    width = implied[0].u.shape[1]
    information, meat = np.zeros((width, width)), np.zeros((width, width))
    for group, h, gamma in zip(implied, h1, gammas, strict=True):
        jacobian = moments_jacobian(group)[h.kept]
        weighted = h.complete @ jacobian
        information += h.share * jacobian.T @ weighted
        meat += h.share * weighted.T @ gamma @ weighted
    return information, meat


def _bread_and_meat(
    implied: Sequence[Implied],
    restrictions: Restrictions,
    h1: Sequence[SaturatedInformation],
    gammas: Sequence[NDArray[np.float64]],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    information, meat = _pieces(implied, h1, gammas)
    return restrictions.covariance(information), meat


def _scaling(
    h1: Sequence[SaturatedInformation],
    gammas: Sequence[NDArray[np.float64]],
    bread: NDArray[np.float64],
    meat: NDArray[np.float64],
    df: int,
) -> float:
    if df <= 0:
        return float("nan")
    trace = sum(float(np.einsum("ij,ij->", h.complete, gamma)) for h, gamma in zip(h1, gammas, strict=True))
    return (trace - float(np.einsum("ij,ij->", bread, meat))) / df


def _df(h1: Sequence[SaturatedInformation], n_unique: int) -> int:
    return sum(len(h.kept) for h in h1) - n_unique


def _chisq(implied: Sequence[Implied], sample: Sequence[Moments], incomplete: Sequence[Incomplete]) -> float:
    return sum(
        i.patterns.total * ml_value(g.sigma, m.covariance, m.mean - g.mu)
        for g, m, i in zip(implied, sample, incomplete, strict=True)
    )


def _spared(moments: Moments, correlated: Sequence[int]) -> NDArray[np.float64]:
    """Return the covariance matrix with zeros between all variables but the covariates."""
    covariance = np.diag(np.diag(moments.covariance))
    at = np.ix_(list(correlated), list(correlated))
    covariance[at] = moments.covariance[at]
    return covariance
