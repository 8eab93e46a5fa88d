"""One common factor: the maximum likelihood solution of ``S = ll' + T``.

Newton's method on loadings and error variances with analytic derivatives; a closed form for three variables.
A negative error variance (Heywood case) is returned as it is and named, never moved to the border in silence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FactorStatus = Literal["converged", "equal_loadings", "no_solution", "not_converged"]

GRADIENT_TOLERANCE = 1e-11
MAX_ITERATIONS = 500
# A standardised loading this large belongs to a path without a finite optimum: one error variance runs to
# minus infinity while the discrepancy still falls (lavaan does not converge on such matrices either).
RUNAWAY_LOADING = 6.0


@dataclass(frozen=True, slots=True)
class OneFactor:
    """
    A one-factor solution in the standardised metric.

    Attributes
    ----------
    loadings : ndarray, shape (n_variables,)
        Standardised, sum not negative; NaN without a solution.
    error_variances : ndarray, shape (n_variables,)
        Standardised, ``1 - loading**2`` at the optimum; NaN without a solution.
    status : {"converged", "equal_loadings", "no_solution", "not_converged"}
        ``equal_loadings``: two variables, identified only by holding the standardised loadings equal.
        ``no_solution``: three variables whose correlations have a product that is not positive, or a loading
        that grows without bound.
    iterations : int
        Newton steps; 0 for a closed form.
    heywood : tuple of int
        Positions of the variables with an error variance that is not positive.
    """

    loadings: NDArray[np.float64]
    error_variances: NDArray[np.float64]
    status: FactorStatus
    iterations: int
    heywood: tuple[int, ...]

    @property
    def solved(self) -> bool:
        """Whether there are loadings to work with."""
        return self.status in ("converged", "equal_loadings")


def fit_one_factor(correlation: NDArray[np.float64]) -> OneFactor:
    r"""
    Maximum likelihood loadings of one factor behind two or more variables.

    Use it to weigh the items of one construct. Maximum likelihood is scale equivariant: raw loadings are the
    standardised ones times the standard deviations, so that one solution serves both.

    Parameters
    ----------
    correlation : ndarray, shape (n_variables, n_variables)
        Positive definite, two variables or more.

    Returns
    -------
    OneFactor

    Notes
    -----
    Minimises :math:`\log|\Sigma| + \operatorname{tr}(S\Sigma^{-1})`, :math:`\Sigma=\lambda\lambda'+\Theta`,
    until no element of the gradient exceeds 1e-11. Three variables are saturated:
    :math:`\lambda_1^2 = r_{12}r_{13}/r_{23}`. Two variables are not identified; with equal standardised
    loadings :math:`\lambda^2 = |r_{12}|`, the sign following the correlation.

    Checked against lavaan 0.6-14 in ``tests/golden/psychometrics/``.

    References
    ----------
    .. [1] Jöreskog, K. G. (1967). Psychometrika, 32(4), 443-482.

    Examples
    --------
    >>> correlation = np.array([[1, 0.48, 0.56], [0.48, 1, 0.42], [0.56, 0.42, 1]])
    >>> fit_one_factor(correlation).loadings.round(6).tolist()
    [0.8, 0.6, 0.7]
    """
    n_variables = len(correlation)
    if n_variables == 2:
        return _two_variables(float(correlation[0, 1]))
    if n_variables == 3:
        return _three_variables(correlation)
    return _newton(correlation)


def _two_variables(r: float) -> OneFactor:
    size = np.sqrt(abs(r))
    loadings = np.array([size, size if r >= 0 else -size])
    return _solution(loadings, 1 - loadings**2, "equal_loadings", 0)


def _three_variables(r: NDArray[np.float64]) -> OneFactor:
    r12, r13, r23 = r[0, 1], r[0, 2], r[1, 2]
    if r12 * r13 * r23 <= 0:
        return _nothing(3, "no_solution", 0)
    first = np.sqrt(r12 * r13 / r23)
    loadings = np.array([first, r12 / first, r13 / first])
    return _solution(loadings, 1 - loadings**2, "converged", 0)


def _solution(
    loadings: NDArray[np.float64], errors: NDArray[np.float64], status: FactorStatus, iterations: int
) -> OneFactor:
    oriented = loadings if loadings.sum() >= 0 else -loadings
    return OneFactor(oriented, errors, status, iterations, tuple(int(i) for i in np.flatnonzero(errors <= 0)))


def _newton(sample: NDArray[np.float64]) -> OneFactor:
    n_variables = len(sample)
    theta = _start(sample)
    value = discrepancy(theta, sample)
    for iteration in range(1, MAX_ITERATIONS + 1):
        gradient, hessian, information = derivatives(theta, sample)
        if np.max(np.abs(gradient)) < GRADIENT_TOLERANCE:
            return _solution(theta[:n_variables], theta[n_variables:], "converged", iteration - 1)
        step = _descent(gradient, hessian, information)
        slope, length = float(gradient @ step), 1.0
        while length > 1e-12:
            proposal = theta + length * step
            new_value = discrepancy(proposal, sample)
            # Near the optimum the value cannot fall by more than its own rounding.
            if new_value <= value + 1e-4 * length * slope + 1e-13 * (1 + abs(value)):
                break
            length /= 2
        else:
            break
        theta, value = proposal, new_value
        if np.max(np.abs(theta[:n_variables])) > RUNAWAY_LOADING:
            return _nothing(n_variables, "no_solution", iteration)
    return _nothing(n_variables, "not_converged", iteration)


def _nothing(n_variables: int, status: FactorStatus, iterations: int) -> OneFactor:
    return OneFactor(np.full(n_variables, np.nan), np.full(n_variables, np.nan), status, iterations, ())


def _start(sample: NDArray[np.float64]) -> NDArray[np.float64]:
    """First principal axis, the largest correlation of each variable taken as its communality."""
    reduced = sample.copy()
    np.fill_diagonal(reduced, np.max(np.abs(sample - np.eye(len(sample))), axis=1))
    eigenvalues, vectors = np.linalg.eigh(reduced)
    loadings = np.clip(vectors[:, -1] * np.sqrt(max(eigenvalues[-1], 1e-3)), -0.95, 0.95)
    return np.concatenate([loadings, 1 - loadings**2])


def _descent(
    gradient: NDArray[np.float64], hessian: NDArray[np.float64], information: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Newton's step where the curvature is positive, the scoring step where it is not."""
    try:
        factor = np.linalg.cholesky(hessian)
    except np.linalg.LinAlgError:
        return np.asarray(-np.linalg.lstsq(information, gradient, rcond=None)[0])
    return np.asarray(-np.linalg.solve(factor.T, np.linalg.solve(factor, gradient)))


def discrepancy(theta: NDArray[np.float64], sample: NDArray[np.float64]) -> float:
    """
    ``log|Sigma| + tr(S Sigma^-1)`` at stacked loadings and error variances; infinite where Sigma is not PD.

    Parameters
    ----------
    theta : ndarray, shape (2 * n_variables,)
        Loadings, then error variances.
    sample : ndarray, shape (n_variables, n_variables)
    """
    implied = _implied(theta)
    try:
        factor = np.linalg.cholesky(implied)
    except np.linalg.LinAlgError:
        return float("inf")
    return float(2 * np.log(np.diag(factor)).sum() + np.trace(np.linalg.solve(implied, sample)))


def _implied(theta: NDArray[np.float64]) -> NDArray[np.float64]:
    n_variables = len(theta) // 2
    return np.asarray(np.outer(theta[:n_variables], theta[:n_variables]) + np.diag(theta[n_variables:]))


def derivatives(
    theta: NDArray[np.float64], sample: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """
    Gradient, Hessian and expected information of :func:`discrepancy`.

    Parameters
    ----------
    theta, sample
        As in :func:`discrepancy`.

    Returns
    -------
    gradient : ndarray, shape (2 * n_variables,)
    hessian, information : ndarray, shape (2 * n_variables, 2 * n_variables)

    Notes
    -----
    With ``A = Sigma^-1``, ``B = A S A``, ``D_i = dSigma/dtheta_i`` and ``Q = A - B``: gradient ``tr(Q D_i)``,
    Hessian ``tr(D_i (-A D_j A + A D_j B + B D_j A)) + tr(Q d2Sigma)``, information ``tr(D_i A D_j A)``.
    """
    n_variables = len(theta) // 2
    inverse = np.linalg.inv(_implied(theta))
    middle = inverse @ sample @ inverse
    residual = inverse - middle
    slopes = np.zeros((2 * n_variables, n_variables, n_variables))
    for i in range(n_variables):
        slopes[i, i, :] += theta[:n_variables]
        slopes[i, :, i] += theta[:n_variables]
        slopes[n_variables + i, i, i] = 1.0
    gradient = np.einsum("ab,iab->i", residual, slopes)
    expected = inverse @ slopes @ inverse
    crossed = inverse @ slopes @ middle
    change = -expected + crossed + np.swapaxes(crossed, 1, 2)
    hessian = np.einsum("iab,jab->ij", slopes, change)
    hessian[:n_variables, :n_variables] += 2 * residual
    return gradient, hessian, np.einsum("iab,jab->ij", slopes, expected)
