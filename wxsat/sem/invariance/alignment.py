r"""
Alignment of many groups (Asparouhov and Muthen 2014): comparable factor means without exact invariance.

From the configural solution (factor mean 0, variance 1 in every group) the factor of group g is given mean
:math:`\alpha_g` and variance :math:`\psi_g`, which turns loadings and intercepts into

.. math:: \lambda_{ig} = \lambda_{ig}^0/\sqrt{\psi_g},\qquad
          \nu_{ig} = \nu_{ig}^0 - \alpha_g\lambda_{ig}^0/\sqrt{\psi_g}

without changing the fit. Chosen are those that minimise the total component loss

.. math:: F = \sum_i\sum_{g<h} \sqrt{N_gN_h}\,\{f(\lambda_{ig}-\lambda_{ih}) + f(\nu_{ig}-\nu_{ih})\},\quad
          f(x) = (x^2+\epsilon)^{1/4},

which likes few large differences better than many small ones. It is taken in the unit in which the product of the
variances is 1: with the first group's variance as unit every other group could escape to an infinite variance, where
its loadings vanish and differ from one another by nothing. FIXED sets the first group's mean to 0 and is reported in
the unit of that group's variance; FREE estimates that mean, too, and is reported in the unit of the search.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

EPSILON = 0.01
STARTS = 10
STEP = 1e-5


@dataclass(frozen=True)
class AlignedFactor:
    """
    One aligned factor.

    Attributes
    ----------
    mean, variance : ndarray, shape (n_groups,)
    mean_error : ndarray, shape (n_groups,)
        Standard errors of the means, by the delta method; NaN where no covariances were given.
    loadings, intercepts : ndarray, shape (n_groups, n_items)
        Aligned.
    loss : float
    r2_loadings, r2_intercepts : ndarray, shape (n_items,)
        Share of the variation of the configural parameters over groups that means and variances explain: 1 is
        invariance. NaN where nothing varies.
    """

    mean: Array
    variance: Array
    mean_error: Array
    loadings: Array
    intercepts: Array
    loss: float
    r2_loadings: Array
    r2_intercepts: Array


def align_factor(
    loadings: Array,
    intercepts: Array,
    sizes: Array,
    *,
    free: bool = False,
    epsilon: float = EPSILON,
    covariances: Array | None = None,
    seed: int = 1,
) -> AlignedFactor:
    """
    Align one factor over groups.

    Parameters
    ----------
    loadings, intercepts : ndarray, shape (n_groups, n_items)
        Configural, with factor mean 0 and variance 1 in every group.
    sizes : ndarray, shape (n_groups,)
    free : bool
        FREE instead of FIXED alignment.
    epsilon : float
        Of the component loss.
    covariances : ndarray, shape (n_groups, 2 n_items, 2 n_items), optional
        Of loadings and intercepts of every group, for the errors of the means.
    seed : int
        Of the random starts.

    Notes
    -----
    Checked against the definition minimised by R's ``optim`` in another parametrisation (loss 1e-9, means and variances
    1e-5), by recovery from parameters with a quarter of the intercepts shifted, and by invariance of the fit.

    References
    ----------
    .. [1] Asparouhov, T., & Muthen, B. (2014). Multiple-group factor analysis alignment. Structural Equation Modeling,
       21(4), 495-508.
    """
    problem = _Problem(loadings, intercepts, sizes, epsilon, free)
    best = problem.solve(seed)
    alpha, psi = problem.unpack(best)
    aligned, shifted = problem.transform(alpha, psi)
    errors = np.full(len(sizes), np.nan)
    if covariances is not None:
        errors = _mean_errors(problem, best, covariances)
    weights = sizes / sizes.sum()
    return AlignedFactor(
        alpha, psi, errors, aligned, shifted, problem.loss(best)[0],
        _explained(loadings, (weights @ aligned) * np.sqrt(psi)[:, None]),
        _explained(intercepts, weights @ shifted + alpha[:, None] * (weights @ aligned)),
    )  # fmt: skip


class _Problem:
    """The loss in what is searched: log variances and means, those of the first group by FIXED or FREE."""

    def __init__(self, loadings: Array, intercepts: Array, sizes: Array, epsilon: float, free: bool) -> None:
        self.loadings, self.intercepts, self.epsilon, self.free = loadings, intercepts, epsilon, free
        self.sizes = sizes
        self.count = len(sizes)
        self.first, self.second = np.triu_indices(self.count, 1)
        weights = np.sqrt(sizes[self.first] * sizes[self.second])
        self.weights = weights / weights.sum()

    def unpack(self, x: Array) -> tuple[Array, Array]:
        """Return means and variances of all groups."""
        logs = x[: self.count - 1]
        means = x[self.count - 1 :]
        if self.free:
            return means, np.exp(np.append(-logs.sum(), logs))
        return np.append(0.0, means), np.exp(np.append(0.0, logs))

    def transform(self, alpha: Array, psi: Array) -> tuple[Array, Array]:
        """Return aligned loadings and intercepts."""
        aligned = self.loadings / np.sqrt(psi)[:, None]
        return aligned, self.intercepts - alpha[:, None] * aligned

    def loss(self, x: Array) -> tuple[float, Array]:
        """Return the loss and its gradient."""
        alpha, psi = self.unpack(x)
        aligned, shifted = self.transform(alpha, psi)
        # From the unit of what is reported to the one with product 1; mean times loading has no unit.
        unit = float(np.exp(np.log(psi).mean() / 2))
        value, slopes = 0.0, []
        for table in (aligned * unit, shifted):
            gap = table[self.first] - table[self.second]
            base = gap**2 + self.epsilon
            value += float(self.weights @ np.sqrt(np.sqrt(base)).sum(axis=1))
            pull = self.weights[:, None] * 0.5 * gap * base**-0.75
            slope = np.zeros_like(table)
            np.add.at(slope, self.first, pull)
            np.add.at(slope, self.second, -pull)
            slopes.append(slope)
        by_alpha = -(slopes[1] * aligned).sum(axis=1)
        by_log = -0.5 * ((slopes[0] * unit - alpha[:, None] * slopes[1]) * aligned).sum(axis=1)
        by_log += (slopes[0] * aligned).sum() * unit / (2 * self.count)
        if self.free:
            return value, np.concatenate([by_log[1:] - by_log[0], by_alpha])
        return value, np.concatenate([by_log[1:], by_alpha[1:]])

    def solve(self, seed: int) -> Array:
        """Return the lowest of several local minima."""
        from scipy.optimize import minimize

        rng = np.random.default_rng(seed)
        length = 2 * (self.count - 1) + int(self.free)
        anchor = np.einsum("gi,gi->g", self.intercepts - self.intercepts.mean(0), self.loadings)
        anchor = anchor / np.maximum((self.loadings**2).sum(axis=1), 1e-8)
        start = np.zeros(length)
        start[self.count - 1 :] = anchor if self.free else anchor[1:] - anchor[0]
        best, lowest = start, np.inf
        for k in range(STARTS):
            begin = start if k == 0 else start + rng.normal(scale=0.4, size=length)
            found = minimize(self.loss, begin, jac=True, method="BFGS", options={"gtol": 1e-9, "maxiter": 2000})
            if found.fun < lowest:
                best, lowest = found.x, float(found.fun)
        return np.asarray(best, dtype=np.float64)


def _mean_errors(problem: _Problem, best: Array, covariances: Array) -> Array:
    """Return the errors of the means: the minimum moves with the configural parameters (implicit function theorem)."""
    hessian = np.array([
        (problem.loss(best + STEP * e)[1] - problem.loss(best - STEP * e)[1]) / (2 * STEP) for e in np.eye(len(best))
    ])  # fmt: skip
    inverse = np.linalg.pinv((hessian + hessian.T) / 2)
    items = problem.loadings.shape[1]
    total = np.zeros((len(best), len(best)))
    for g in range(problem.count):
        moved = np.zeros((len(best), 2 * items))
        for k in range(2 * items):
            for sign in (1.0, -1.0):
                loadings, intercepts = problem.loadings.copy(), problem.intercepts.copy()
                (loadings if k < items else intercepts)[g, k % items] += sign * STEP
                other = _Problem(loadings, intercepts, problem.sizes, problem.epsilon, problem.free)
                moved[:, k] += sign * other.loss(best)[1] / (2 * STEP)
        slope = -inverse @ moved
        total += slope @ covariances[g] @ slope.T
    own = np.sqrt(np.maximum(np.diag(total)[problem.count - 1 :], 0.0))
    return own if problem.free else np.append(0.0, own)


def _explained(found: Array, expected: Array) -> Array:
    """Return one minus the unexplained share of the variation over groups, of every item."""
    spread = found.var(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(spread > 1e-12, 1.0 - (found - expected).var(axis=0) / spread, np.nan)
