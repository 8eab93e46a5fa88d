"""The greatest lower bound: the smallest reliability that the covariances allow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
LAST_BARRIER = 1e-12
NEWTON_STEPS = 60


def greatest_lower_bound(covariance: Array) -> float:
    r"""
    Greatest lower bound to the reliability of a sum score.

    Parameters
    ----------
    covariance : ndarray, shape (n_items, n_items)
        Positive definite.

    Returns
    -------
    float
        At least alpha and Guttman's lambda 2 and 6. In small samples it lies above the reliability of the population
        (ten Berge & Socan 2004): below some 1000 respondents read it as optimistic.

    Notes
    -----
    The algebraic definition: the largest sum of error variances :math:`\theta_i \ge 0` that leaves
    :math:`\Sigma - \operatorname{diag}(\theta)` positive semidefinite, ``glb = 1 - sum(theta) / sum(Sigma)``; a convex
    problem, solved by Newton's method along a logarithmic barrier. Checked against ``psych::glb.algebraic`` 2.2.9
    (Rcsdp 0.1.57).

    References
    ----------
    .. [1] Jackson, P. H., & Agunwamba, C. C. (1977). Psychometrika, 42, 567-578.
    .. [2] ten Berge, J. M. F., & Socan, G. (2004). Psychometrika, 69, 613-625.

    Examples
    --------
    >>> round(greatest_lower_bound(np.array([[1.0, 0.5], [0.5, 1.0]])), 5)
    0.66667
    """
    scale = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(scale, scale)
    weight = scale**2
    theta = np.full(len(scale), 0.5 * float(np.linalg.eigvalsh(correlation)[0]))
    barrier = float(weight.mean())
    while barrier > LAST_BARRIER * float(weight.mean()):
        theta = _centre(correlation, weight, theta, barrier)
        barrier /= 8
    return float(1 - weight @ theta / covariance.sum())


def _centre(correlation: Array, weight: Array, theta: Array, barrier: float) -> Array:
    """Maximise ``weight'theta + barrier (log|R - diag theta| + sum log theta)`` by damped Newton steps."""
    for _ in range(NEWTON_STEPS):
        inverse = np.linalg.inv(correlation - np.diag(theta))
        gradient = weight + barrier * (1 / theta - np.diag(inverse))
        curvature = barrier * (inverse**2 + np.diag(1 / theta**2))
        step = np.linalg.solve(curvature, gradient)
        decrement = float(gradient @ step) / barrier
        if decrement < 1e-10:
            break
        length = 1.0 if decrement < 0.06 else 1 / (1 + np.sqrt(decrement))
        while not _inside(correlation, theta + length * step):
            length /= 2
            if length < 1e-12:
                return theta
        theta = theta + length * step
    return theta


def _inside(correlation: Array, theta: Array) -> bool:
    return bool((theta > 0).all() and np.linalg.eigvalsh(correlation - np.diag(theta))[0] > 0)
