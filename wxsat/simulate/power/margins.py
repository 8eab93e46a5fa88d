r"""What an answer shows of the normal score behind it: a number, a skewed number, or a category.

Every margin is a function f of a standard normal score, and :math:`f(z) = \sum_k h_k He_k(z)/k!`. For two scores that
correlate :math:`\rho` the covariance of what they show is :math:`\sum_{k\ge1} h_k^a h_k^b \rho^k / k!` (Mehler): with
it the moments of categories are exact, and Vale and Maurelli's intermediate correlation is a root of a cubic.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

TERMS = 160  # of the series for steps; .9 ** 160 is 5e-8, and the coefficients fall as well


@dataclass(frozen=True)
class Margin:
    """
    One variable's margin.

    Attributes
    ----------
    thresholds : tuple of float
        In standard units; with them the variable is ordinal with codes from `lowest`.
    polynomial : tuple of four float
        Fleishman's constants a, b, c, d of a skewed number; (0, 1, 0, 0) for a normal one.
    lowest : float
        Code of the lowest category.
    """

    thresholds: tuple[float, ...] = ()
    polynomial: tuple[float, float, float, float] = (0.0, 1.0, 0.0, 0.0)
    lowest: float = 1.0

    @property
    def ordinal(self) -> bool:
        """Whether the variable comes in categories."""
        return bool(self.thresholds)

    @property
    def normal(self) -> bool:
        """Whether the variable is the normal score itself."""
        return not self.thresholds and self.polynomial == (0.0, 1.0, 0.0, 0.0)

    def shown(self, z: Array) -> Array:
        """Return what normal scores show."""
        if self.thresholds:
            return self.lowest + np.searchsorted(np.array(self.thresholds), z, side="left").astype(np.float64)
        a, b, c, d = self.polynomial
        return np.asarray(a + z * (b + z * (c + z * d)))

    def coefficients(self) -> Array:
        """Return the normalised Hermite coefficients, shape (TERMS,); the first is the mean."""
        found = np.zeros(TERMS)
        if not self.thresholds:
            a, b, c, d = self.polynomial
            found[:4] = a + c, b + 3 * d, math.sqrt(2) * c, math.sqrt(6) * d
            return found
        points = np.array(self.thresholds)
        upper = np.array([0.5 * math.erfc(t / math.sqrt(2)) for t in points])
        found[0] = self.lowest + upper.sum()
        density = np.exp(-(points**2) / 2) / math.sqrt(2 * math.pi)
        # The step at t contributes phi(t) He_{k-1}(t) / sqrt(k!), by the recurrence of normalised polynomials.
        before, now = np.zeros_like(points), np.ones_like(points)
        for k in range(1, TERMS):
            found[k] = float(density @ now) / math.sqrt(k)
            before, now = now, (points * now - math.sqrt(k - 1) * before) / math.sqrt(k)
        return found


def shown_moments(margins: Sequence[Margin], correlation: Array) -> tuple[Array, Array]:
    """
    Return mean and covariance of what the margins show of normal scores with this correlation matrix.

    Returns
    -------
    mean : ndarray, shape (p,)
    covariance : ndarray, shape (p, p)
        Exact on the diagonal; off it the series is cut where a correlation of .9 leaves 1e-8.

    Examples
    --------
    >>> halves = [Margin(thresholds=(0.0,))] * 2
    >>> mean, covariance = shown_moments(halves, np.array([[1.0, 0.5], [0.5, 1.0]]))
    >>> mean.round(6).tolist(), round(float(covariance[0, 1]), 6), round(float(covariance[0, 0]), 6)
    ([1.5, 1.5], 0.083333, 0.25)
    """
    h = np.stack([margin.coefficients() for margin in margins])
    covariance = np.zeros_like(correlation)
    power = np.ones_like(correlation)
    for k in range(1, TERMS):
        power = power * correlation
        covariance += power * np.outer(h[:, k], h[:, k])
    covariance[np.diag_indices(len(margins))] = [_variance(margin) for margin in margins]
    return h[:, 0].copy(), covariance


def _variance(margin: Margin) -> float:
    if not margin.ordinal:
        return float((margin.coefficients()[1:] ** 2).sum())
    upper = np.array([0.5 * math.erfc(t / math.sqrt(2)) for t in margin.thresholds])
    # A code is the number of thresholds below: its second moment is a sum over pairs of steps.
    later = np.arange(1, len(upper) + 1) * 2 - 1
    return float((later * upper).sum() - upper.sum() ** 2)


def fleishman(skewness: float, kurtosis: float) -> tuple[float, float, float, float]:
    """
    Constants of the cubic of a normal score that has mean 0, variance 1 and this skewness and excess kurtosis.

    Raises
    ------
    UsageError
        MEAS-083 when no cubic has them: kurtosis must exceed about ``1.59 * skewness**2 - 1.14``.

    References
    ----------
    .. [1] Fleishman, A. I. (1978). A method for simulating non-normal distributions. Psychometrika, 43, 521-532.

    Examples
    --------
    >>> [round(v, 4) for v in fleishman(1.75, 3.75)]
    [-0.3995, 0.9297, 0.3995, -0.0365]
    """
    from scipy.optimize import root

    def gap(x: Array) -> list[float]:
        b, c, d = x
        return [
            b * b + 6 * b * d + 2 * c * c + 15 * d * d - 1,
            2 * c * (b * b + 24 * b * d + 105 * d * d + 2) - skewness,
            24 * (b * d + c * c * (1 + b * b + 28 * b * d) + d * d * (12 + 48 * b * d + 141 * c * c + 225 * d * d))
            - kurtosis,
        ]

    if skewness == 0 and kurtosis == 0:
        return 0.0, 1.0, 0.0, 0.0
    for start in (
        (1.0, skewness / 6, 0.0),
        (0.9, 0.2 * skewness, 0.05),
        (0.8, 0.4 * skewness, -0.03),
        (1.1, 0.3, -0.1),
    ):
        found = root(gap, np.array(start), tol=1e-12)
        if found.success and max(map(abs, gap(found.x))) < 1e-9 and found.x[0] + 3 * found.x[2] > 0:
            b, c, d = map(float, found.x)
            return -c, b, c, d
    least = 1.58837 * skewness**2 - 1.13168
    raise UsageError(
        "MEAS-083",
        f"no cubic of a normal score has skewness {skewness:g} and excess kurtosis {kurtosis:g}.",
        where="skewness, kurtosis",
        hint=f"With this skewness the kurtosis must be above about {least:.2f}.",
    )


def intermediate_correlation(margins: Sequence[Margin], target: Array) -> Array:
    """
    Correlations of the normal scores such that skewed numbers correlate as `target` (Vale & Maurelli 1983).

    Pairs with an ordinal variable keep `target`: there it is the correlation of the latent responses, and a skewed
    partner is not supported in that sense.

    Raises
    ------
    UsageError
        MEAS-083 when a correlation cannot be reached by these margins.
    """
    found = np.array(target, dtype=np.float64)
    h = np.stack([margin.coefficients()[:4] for margin in margins])
    for i in range(len(margins)):
        for j in range(i):
            a, b = margins[i], margins[j]
            if (a.normal and b.normal) or a.ordinal or b.ordinal:
                continue
            cubic = [*(h[i, k] * h[j, k] for k in (3, 2, 1)), -target[i, j]]
            roots = [r.real for r in np.roots(cubic) if abs(r.imag) < 1e-9 and abs(r.real) <= 1 + 1e-12]
            if not roots:
                raise UsageError(
                    "MEAS-083", f"skewed numbers cannot correlate {target[i, j]:.3f} with such margins.",
                    where="skewness, kurtosis", hint="Take less skewness, or weaker loadings.",
                )  # fmt: skip
            found[i, j] = found[j, i] = min(roots, key=lambda r: abs(r - target[i, j]))
    return found
