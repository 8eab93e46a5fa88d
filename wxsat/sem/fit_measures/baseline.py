r"""
The baseline model: every variable by itself; only covariances among covariates stay, as taken for granted.

Its solution needs no search. For ML, ULS and DWLS the variances and means are those of the sample; for GLS and WLS,
where the moments are linear in the parameters and the weight is fixed, it is one regression.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.implied import implied_groups
from wxsat.sem.matrices import Cells, GroupedCells
from wxsat.sem.moments import Moments
from wxsat.sem.restrictions import unrestricted
from wxsat.sem.robust.casewise import NO_VARIABLES
from wxsat.sem.robust.gamma import turned_jacobian
from wxsat.sem.robust.hessian import group_shares
from wxsat.sem.robust.sandwich import Recipe, robust_inference
from wxsat.sem.robust.scaled_tests import TestStatistic, standard_test
from wxsat.sem.robust.weights import estimator_metrics, turned_residual, unbiased

if TYPE_CHECKING:
    from numpy.typing import NDArray


def baseline_test(sample: NDArray[np.float64], covariates: NDArray[np.intp], n_obs: float) -> tuple[float, int]:
    """
    Return chi-square and degrees of freedom of one group's baseline model by ML.

    Parameters
    ----------
    covariates : ndarray of int
        Positions of the variables whose covariances among themselves stay.
    """
    p, x = len(sample), len(covariates)
    own = np.ones(p, dtype=bool)
    own[covariates] = False
    log_baseline = float(np.log(np.diag(sample)[own]).sum())
    if x:
        log_baseline += float(np.linalg.slogdet(sample[np.ix_(covariates, covariates)])[1])
    statistic = n_obs * (log_baseline - float(np.linalg.slogdet(sample)[1]))
    df = p * (p - 1) // 2 - x * (x - 1) // 2
    return max(statistic, 0.0), df


@dataclass(frozen=True)
class Baseline:
    """
    Attributes
    ----------
    tests : mapping of str to TestStatistic
        The same tests as the model's, with the baseline's own scaling factors.
    """

    tests: Mapping[str, TestStatistic]


def fit_baseline(
    sample: Sequence[Moments],
    recipe: Recipe,
    *,
    has_means: bool,
    covariates: NDArray[np.intp] = NO_VARIABLES,
    given: NDArray[np.intp] = NO_VARIABLES,
    wishart: bool = False,
) -> Baseline:
    """
    Return the baseline model of complete rows with all tests of a recipe.

    Parameters
    ----------
    sample : sequence of Moments
        Covariances divided by N whatever the estimator.
    covariates, given : ndarray of int
        Positions of the exogenous covariates, and of those whose moments are taken as given (all or none).
    wishart : bool
        Whether N - 1 replaces N under ML.
    """
    statistic, df = 0.0, 0
    for moments in sample:
        size = moments.weight_sum - (1.0 if wishart else 0.0)
        value, own = baseline_test(moments.covariance, covariates, size)
        statistic, df = statistic + value, df + own
    if recipe.estimator == "ML" and not recipe.tests:
        return Baseline({"standard": standard_test(statistic, df)})
    # Given covariates have the moments that the estimator compares with.
    adjusted = wishart or recipe.estimator != "ML"
    moments_used = [replace(m, covariance=unbiased(m)) for m in sample] if adjusted else list(sample)
    groups = _layout(moments_used, covariates, given, has_means)
    theta = _sample_values(groups, moments_used)
    if recipe.estimator != "ML":
        theta, statistic = _least_squares(groups, theta, sample, recipe, given)
    implied = implied_groups(groups, theta)
    free = unrestricted(groups.n_free)
    inference = robust_inference(
        implied, sample, free, statistic=statistic, df=df, recipe=recipe, given=given, wishart=wishart
    )
    return Baseline(inference.tests)


def _layout(
    sample: Sequence[Moments], covariates: NDArray[np.intp], given: NDArray[np.intp], has_means: bool
) -> GroupedCells:
    p = len(sample[0].mean)
    kept = [(i, j) for i in covariates.tolist() for j in covariates.tolist() if j < i]
    pairs = [(i, i) for i in range(p)] + kept
    fixed = set(given.tolist())
    free = [(i, j) for i, j in pairs if not (i in fixed and j in fixed)]
    means = [i for i in range(p) if i not in fixed] if has_means else []
    each = len(free) + len(means)
    groups = []
    for g, moments in enumerate(sample):
        s = np.zeros((p, p))
        s[np.ix_(given, given)] = moments.covariance[np.ix_(given, given)]
        alpha = np.zeros(p)
        alpha[given] = moments.mean[given]
        groups.append(
            Cells(
                names=moments.names,
                n_observed=p,
                n_free=each * len(sample),
                index=np.arange(g * each, (g + 1) * each),
                directed=np.zeros(each, dtype=bool),
                intercept=np.arange(each) >= len(free),
                row=np.array([i for i, _ in free] + means, dtype=np.intp),
                column=np.array([j for _, j in free] + means, dtype=np.intp),
                fixed_a=np.zeros((p, p)),
                fixed_s=s,
                fixed_alpha=alpha,
                has_means=has_means,
            )
        )
    return GroupedCells(groups)


def _sample_values(groups: GroupedCells, sample: Sequence[Moments]) -> NDArray[np.float64]:
    parts = [
        np.where(cells.intercept, moments.mean[cells.row], moments.covariance[cells.row, cells.column])
        for cells, moments in zip(groups, sample, strict=True)
    ]
    return np.concatenate(parts)


def _least_squares(
    groups: GroupedCells,
    theta: NDArray[np.float64],
    sample: Sequence[Moments],
    recipe: Recipe,
    given: NDArray[np.intp],
) -> tuple[NDArray[np.float64], float]:
    """Return the estimates and chi-square: the moments are linear in them, so that one regression ends the search."""
    at = implied_groups(groups, theta)
    metrics = estimator_metrics(recipe.estimator, at, sample, given)
    shares = group_shares(sample)
    jacobian = np.vstack([np.sqrt(f) * turned_jacobian(i, m) for f, i, m in zip(shares, at, metrics, strict=True)])

    def residual(point: NDArray[np.float64]) -> list[NDArray[np.float64]]:
        return [
            turned_residual(i, unbiased(moments), moments.mean, m)
            for i, moments, m in zip(implied_groups(groups, point), sample, metrics, strict=True)
        ]

    gap = np.concatenate([np.sqrt(f) * r for f, r in zip(shares, residual(theta), strict=True)])
    theta = theta + np.linalg.lstsq(jacobian, gap, rcond=None)[0]
    squares = [(moments.weight_sum - 1.0) * float(r @ r) for moments, r in zip(sample, residual(theta), strict=True)]
    return theta, float(sum(squares))
