r"""Robust statistics of incomplete data: sandwich, Yuan–Bentler–Mplus scaling, and fit indices of the complete data.

The scaling factor compares the casewise scores with the information, in the saturated model and in the fitted one:
:math:`c = \{tr(B_1A_1^{-1}) - tr(B_0A_0^{-1})\}/df` (Yuan and Bentler 2000; the form of Mplus and of lavaan's MLR).

Under missing data the plain RMSEA and CFI estimate something that depends on how much is missing. Zhang and Savalei
(2023) evaluate the *complete-data* discrepancy at the FIML estimates and the EM moments and correct its expectation:
without the assumption of normality (their FIML-C V3, used with robust tests) and with it (V6).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.discrepancy.ml import ml_value
from wxsat.sem.implied import Implied, moments_jacobian
from wxsat.sem.missing.em import SaturatedMoments
from wxsat.sem.missing.fiml import InformationKind, casewise_scores, saturated_scores
from wxsat.sem.missing.moment_model import kept_moments
from wxsat.sem.missing.pattern_likelihood import Kind, pattern_terms
from wxsat.sem.missing.patterns import MissingPatterns, complete_pattern
from wxsat.sem.restrictions import Restrictions
from wxsat.sem.robust.casewise import sum_of_squares

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Clusters = Sequence[NDArray[np.intp] | None]


@dataclass(frozen=True)
class SaturatedInformation:
    """
    What the saturated model of one group knows, about the moments that are explained; for one row.

    Attributes
    ----------
    share : float
        The group's share of all rows.
    kept : ndarray of int
        Positions of the explained moments in (mu, vech Sigma).
    observed : ndarray
        Observed information at the EM moments, of the incomplete data.
    chosen : ndarray
        The same of the kind that the fit's own information has (observed, expected, or the scores' alone).
    complete : ndarray
        The same if nothing were missing.
    meat : ndarray
        Mean outer product of the casewise scores; within clusters they are summed.
    """

    share: float
    kept: NDArray[np.intp]
    observed: NDArray[np.float64]
    chosen: NDArray[np.float64]
    complete: NDArray[np.float64]
    meat: NDArray[np.float64]


def saturated_information(
    patterns: Sequence[MissingPatterns],
    saturated: Sequence[SaturatedMoments],
    *,
    given: Sequence[int] = (),
    clusters: Clusters | None = None,
    kind: InformationKind = "observed",
    meat: bool = True,
) -> tuple[SaturatedInformation, ...]:
    """Return the saturated model's information of every group; `clusters` has codes for the rows as they were read."""
    total = sum(p.total for p in patterns)
    found = []
    for g, (rows, best) in enumerate(zip(patterns, saturated, strict=True)):
        kept = kept_moments(rows.n_variables, given)
        block = np.ix_(kept, kept)
        information = _information(rows, best, "observed") / rows.total
        complete = _information(complete_pattern(best.covariance, best.mean, 1.0), best, "expected")
        outer = np.zeros_like(information)
        if meat or kind == "first_order":
            scores = saturated_scores(rows, best.covariance, best.mean)
            outer = sum_of_squares([scores], [clusters[g] if clusters is not None else None]) / rows.total
        chosen = {"observed": information, "first_order": outer}.get(kind)
        if chosen is None:
            chosen = _information(rows, best, "expected") / rows.total
        share = rows.total / total
        found.append(
            SaturatedInformation(share, kept, information[block], chosen[block], complete[block], outer[block])
        )
    return tuple(found)


def _information(patterns: MissingPatterns, at: SaturatedMoments, kind: Kind) -> NDArray[np.float64]:
    terms = pattern_terms(patterns, at.covariance, at.mean, kind)
    if terms is None:
        raise np.linalg.LinAlgError("the saturated matrix is not positive definite")
    return terms.information


def fiml_meat(
    implied: Sequence[Implied], patterns: Sequence[MissingPatterns], clusters: Clusters | None = None
) -> NDArray[np.float64]:
    """Return the sum of outer products of the casewise (clusterwise) scores, shape (n_free, n_free)."""
    scores = casewise_scores(implied, patterns)
    return sum_of_squares(scores, clusters if clusters is not None else [None] * len(scores))


def sandwich(
    restrictions: Restrictions, information: NDArray[np.float64], meat: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the Huber–White covariance of the free parameters."""
    bread = restrictions.covariance(information)
    return np.asarray(bread @ meat @ bread)


@dataclass(frozen=True)
class ScalingTraces:
    """
    What the scores vary over what the information says, summed over parameters.

    Attributes
    ----------
    saturated, model : float
        Of the saturated model and of the fitted one; each equals its number of parameters under normality.
    n_moments, n_parameters : int
    """

    saturated: float
    model: float
    n_moments: int
    n_parameters: int

    @property
    def trace(self) -> float:
        """What takes the place of the degrees of freedom in the mean of chi-square."""
        return self.saturated - self.model

    @property
    def factor(self) -> float:
        """By what chi-square is divided; NaN without degrees of freedom or when it is not positive."""
        df = self.n_moments - self.n_parameters
        return self.trace / df if df > 0 and self.trace > 0 else float("nan")


def yuan_bentler_traces(
    saturated: Sequence[SaturatedInformation], restrictions: Restrictions,
    information: NDArray[np.float64], meat: NDArray[np.float64],
) -> ScalingTraces:  # fmt: skip
    """
    Return the traces of the Yuan–Bentler–Mplus test.

    Parameters
    ----------
    information, meat : ndarray, shape (n_free, n_free)
        Of all rows, the information of the kind that is in `chosen`.
    """
    h1 = sum(float(np.trace(np.linalg.solve(g.chosen, g.meat))) for g in saturated)
    h0 = float(np.einsum("ij,ij->", restrictions.covariance(information), meat))
    return ScalingTraces(h1, h0, sum(len(g.kept) for g in saturated), restrictions.n_unique)


@dataclass(frozen=True)
class CompleteDataFit:
    """
    The complete-data statistic of a model that was fitted to incomplete data.

    Attributes
    ----------
    chisq : float
        N times the complete-data discrepancy of EM moments and implied moments.
    scaling : float
        Its expectation over df under a model that holds: cfi.robust and rmsea.robust use ``chisq - scaling * df``.
    df : int
    """

    chisq: float
    scaling: float
    df: int


def complete_data_fit(
    implied: Sequence[Implied],
    restrictions: Restrictions,
    patterns: Sequence[MissingPatterns],
    saturated: Sequence[SaturatedMoments],
    information: Sequence[SaturatedInformation],
    df: int,
    *,
    robust: bool,
) -> CompleteDataFit:
    """
    Return the corrected complete-data statistic of Zhang and Savalei.

    Parameters
    ----------
    implied : sequence of Implied
        At the FIML estimates.
    robust : bool
        Without the assumption of normality (V3) or with it (V6).

    Notes
    -----
    Zhang, X. and Savalei, V. (2023). New computations for RMSEA and CFI following FIML and TS estimation with missing
    data. *Psychological Methods* 28(2), 263-283. Checked against lavaan 0.6-14's ``cfi.robust``, ``rmsea.robust``;
    as there, the model's own projection rests on the kind of information that was asked for its errors.
    """
    chisq = sum(
        p.total * ml_value(g.sigma, s.covariance, s.mean - g.mu)
        for g, p, s in zip(implied, patterns, saturated, strict=True)
    )
    if df <= 0:
        return CompleteDataFit(chisq, float("nan"), df)
    basis = restrictions.basis
    jacobians = [moments_jacobian(g)[h.kept] @ basis for g, h in zip(implied, information, strict=True)]
    pairs = list(zip(jacobians, information, strict=True))
    inner = np.linalg.inv(sum(h.share * d.T @ h.chosen @ d for d, h in pairs))
    complete = sum(h.share * d.T @ h.complete @ d for d, h in pairs)
    if not robust:
        trace = sum(float(np.trace(np.linalg.solve(h.observed, h.complete))) for h in information)
        trace -= float(np.einsum("ij,ij->", inner, complete))
        return CompleteDataFit(chisq, trace / df, df)
    trace, mixed, meat = 0.0, np.zeros_like(inner), np.zeros_like(inner)
    for d, h in pairs:
        inverse = np.linalg.inv(h.observed)
        spread = inverse @ h.meat
        trace += float(np.einsum("ij,ji->", h.complete, spread @ inverse))
        mixed += h.share * (h.complete @ d).T @ (spread @ d)
        meat += h.share * d.T @ h.meat @ d
    trace -= 2.0 * float(np.einsum("ij,ji->", inner, mixed))
    trace += float(np.trace(inner @ complete @ inner @ meat))
    return CompleteDataFit(chisq, trace / df, df)
