"""The standard bivariate normal distribution, for whole arrays of points at once.

Sheppard's integral over the angle ``asin(rho)`` by Gauss-Legendre quadrature serves moderate correlations; it can
also be continued from one correlation to the next, which is what an iteration needs. Near plus and minus one
Owen's T function takes over.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from wxsat.psychometrics.ordinal.normal import normal_cdf, owens_t

Array = NDArray[np.float64]

# Stands for an infinite limit: the density there is zero in double precision whatever the correlation.
BEYOND = 40.0
# Above this correlation the integrand of Sheppard's formula is too peaked for the quadrature.
STEEP = 0.9
FULL_NODES = 24
# Above this ratio the quadrature would need more nodes than evaluating afresh costs.
MOST_NODES = 20
# From so many correlations on they are integrated in as many shares, by their size.
MANY, SHARES = 64, 4
_TINY = 1e-30


@lru_cache(maxsize=32)
def _legendre(nodes: int) -> tuple[Array, Array]:
    """Nodes and weights on [0, 1]."""
    points, weights = np.polynomial.legendre.leggauss(nodes)
    return (points + 1) / 2, weights / 2


def bivariate_density(h: Array, k: Array, rho: Array) -> Array:
    """
    Density of the standard bivariate normal at (h, k).

    Parameters
    ----------
    h, k, rho : ndarray
        Broadcast against each other; ``|rho| < 1``.
    """
    spread = 1 - rho**2
    return np.asarray(np.exp((2 * rho * h * k - h**2 - k**2) / (2 * spread)) / (2 * np.pi * np.sqrt(spread)))


def density_slope(h: Array, k: Array, rho: Array, density: Array) -> Array:
    """Derivative of `density` (that of :func:`bivariate_density`) with respect to rho."""
    spread = 1 - rho**2
    return np.asarray(density * (rho * spread + h * k * (1 + rho**2) - rho * (h**2 + k**2)) / spread**2)


def bivariate_cdf(h: Array, k: Array, rho: Array) -> Array:
    r"""
    Probability that both standard normal variables lie below (h, k).

    Parameters
    ----------
    h, k, rho : ndarray
        Broadcast against each other; ``|rho| < 1``; an infinite limit is given as 40.

    Returns
    -------
    ndarray
        Absolute error below 1e-14.

    Notes
    -----
    .. math:: \Phi_2(h,k,\rho) = \Phi(h)\Phi(k) + \frac{1}{2\pi}\int_0^{\arcsin\rho}
              \exp\Bigl(-\frac{h^2+k^2-2hk\sin t}{2\cos^2 t}\Bigr)\,dt

    and Owen's T where ``|rho| > 0.9``. Checked against 30-digit quadrature (mpmath).

    References
    ----------
    .. [1] Owen, D. B. (1956). Annals of Mathematical Statistics, 27, 1075-1090.
    .. [2] Genz, A. (2004). Statistics and Computing, 14, 251-260.

    Examples
    --------
    >>> round(float(bivariate_cdf(np.array(0.0), np.array(0.0), np.array(0.5))), 12)
    0.333333333333
    """
    if np.abs(rho).max(initial=0.0) <= STEEP:
        return _mild_cdf(h, k, rho)
    h, k, rho = np.broadcast_arrays(h, k, rho)
    steep = np.abs(rho) > STEEP
    result = np.empty(h.shape)
    result[steep] = _cdf_by_owen(h[steep], k[steep], rho[steep])
    mild = ~steep
    result[mild] = bivariate_cdf(h[mild], k[mild], rho[mild])
    return result


def _mild_cdf(h: Array, k: Array, rho: Array) -> Array:
    """Sheppard's integral; small correlations, which are most, with as few nodes as they need."""
    start, target, zero = normal_cdf(h) * normal_cdf(k), np.arcsin(rho), np.zeros(())
    if rho.ndim != 1 or len(rho) < MANY or not h.shape[-1:] == k.shape[-1:] == rho.shape:
        return continue_cdf(start, h, k, zero, target, min(FULL_NODES, nodes_needed(zero, target)))
    # One correlation for a whole table of points: its sine is that of all of them.
    result = np.empty(np.broadcast_shapes(start.shape, target.shape))
    order = np.argsort(np.abs(target))
    for which in np.array_split(order, SHARES):
        nodes = min(FULL_NODES, nodes_needed(zero, target[which]))
        at = (..., which)
        result[at] = continue_cdf(start[at], h[at], k[at], zero, target[which], nodes)
    return result


def _cdf_by_owen(h: Array, k: Array, rho: Array) -> Array:
    h, k = np.where(h == 0, _TINY, h), np.where(k == 0, _TINY, k)
    root = np.sqrt((1 - rho) * (1 + rho))
    opposite = np.where((h < 0) != (k < 0), 0.5, 0.0)
    below = (normal_cdf(h) + normal_cdf(k)) / 2
    result = below - owens_t(h, (k / h - rho) / root) - owens_t(k, (h / k - rho) / root) - opposite
    return np.asarray(np.clip(result, 0.0, 1.0))


def continue_cdf(start: Array, h: Array, k: Array, angle: Array, target: Array, nodes: int) -> Array:
    """
    Carry the distribution function from one correlation to another.

    Parameters
    ----------
    start : ndarray
        Its value at ``rho = sin(angle)``.
    h, k : ndarray
        The points; `angle` and `target` broadcast against them.
    angle, target : ndarray
        ``asin(rho)`` before and after.
    nodes : int
        Of the quadrature; :func:`nodes_needed` says how many.

    Returns
    -------
    ndarray
    """
    points, weights = _legendre(nodes)
    product, squares = h * k, (h**2 + k**2) / 2
    width = target - angle
    total = np.zeros(np.broadcast_shapes(product.shape, width.shape))
    for point, weight in zip(points, weights, strict=True):
        sine = np.sin(angle + point * width)
        term = np.asarray(product * sine)
        term -= squares
        term /= 1 - sine**2
        np.exp(term, out=term)
        term *= weight
        total += term
    total *= width / (2 * np.pi)
    total += start
    return np.asarray(total)


def nodes_needed(angle: Array, target: Array) -> int:
    """Return how many nodes carry the integral between the two angles to 1e-15, or a number above MOST_NODES."""
    half = np.abs(target - angle) / 2
    distance = np.pi / 2 - np.abs(target + angle) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(half > 0, np.maximum(distance / half, 1.0), np.inf)
        growth = np.log(ratio + np.sqrt(ratio**2 - 1))
        # Half the distance to the singularity, so that the integrand stays small on the ellipse.
        needed = np.where(np.isinf(ratio), 1, 36 / (2 * np.maximum(growth - np.log(2), 1e-3)))
    return int(np.ceil(needed.max(initial=1))) + 1
