"""Random numbers that are the same bits on every machine and under every numpy.

numpy promises the stream of a bit generator, not of ``Generator.normal``, and a compiled ``log`` may differ
in its last bit between processors. So only PCG64's raw words are used, and everything after them is
addition, multiplication, division and square root, which IEEE 754 fixes to the bit. Each purpose has a
stream of its own, named by a word: adding a question or a nuisance leaves every other draw as it was.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Wichura (1988), algorithm AS 241 (PPND16): numerator and denominator, constant term first.
_CENTRE = (
    (
        3.3871328727963666080e0, 1.3314166789178437745e2,
        1.9715909503065514427e3, 1.3731693765509461125e4,
        4.5921953931549871457e4, 6.7265770927008700853e4,
        3.3430575583588128105e4, 2.5090809287301226727e3,
    ),
    (
        1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
        2.1213794301586595867e4, 3.9307895800092710610e4,
        2.8729085735721942674e4, 5.2264952788528545610e3,
    ),
)  # fmt: skip
_NEAR_TAIL = (
    (
        1.42343711074968357734e0, 4.63033784615654529590e0,
        5.76949722146069140550e0, 3.64784832476320460504e0,
        1.27045825245236838258e0, 2.41780725177450611770e-1,
        2.27238449892691845833e-2, 7.74545014278341407640e-4,
    ),
    (
        1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
        1.48103976427480074590e-1, 1.51986665636164571966e-2,
        5.47593808499534494600e-4, 1.05075007164441684324e-9,
    ),
)  # fmt: skip
_FAR_TAIL = (
    (
        6.65790464350110377720e0, 5.46378491116411436990e0,
        1.78482653991729133580e0, 2.96560571828504891230e-1,
        2.65321895265761230930e-2, 1.24266094738807843860e-3,
        2.71155556874348757815e-5, 2.01033439929228813265e-7,
    ),
    (
        1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
        7.86869131145613259100e-4, 1.84631831751005468180e-5,
        1.42151175831644588870e-7, 2.04426310338993978564e-15,
    ),
)  # fmt: skip
_LOG_TERMS = 12


def _horner(coefficients: Sequence[float], x: Floats) -> Floats:
    value = np.full_like(x, coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        value = value * x
        value = value + coefficient
    return value


def _ratio(parts: tuple[Sequence[float], Sequence[float]], x: Floats) -> Floats:
    return _horner(parts[0], x) / _horner(parts[1], x)


def portable_log(x: Floats) -> Floats:
    r"""
    Natural logarithm by arithmetic alone, for positive normal numbers.

    Notes
    -----
    :math:`x = m 2^e` with m in [√½, √2); :math:`\log m = 2\,\mathrm{artanh}((m-1)/(m+1))` by its series,
    whose first term left out is below 1e-20. Checked against ``math.log`` to 1e-15 relative.

    Examples
    --------
    >>> float(portable_log(np.array([1.0]))[0])
    0.0
    """
    mantissa, exponent = np.frexp(x)
    low = mantissa < math.sqrt(0.5)
    mantissa = np.where(low, 2.0 * mantissa, mantissa)
    exponent = np.where(low, exponent - 1, exponent)
    s = (mantissa - 1.0) / (mantissa + 1.0)
    series = _horner([1.0 / (2 * k + 1) for k in range(_LOG_TERMS)], s * s)
    return np.asarray(exponent * 0.6931471805599453 + 2.0 * s * series)


def normal_quantile(p: Floats) -> Floats:
    """
    Standard normal quantile, algorithm AS 241 (about 1e-16 relative), by portable arithmetic.

    Parameters
    ----------
    p : ndarray
        Probabilities, strictly between 0 and 1.

    Notes
    -----
    Checked against ``scipy.stats.norm.ppf`` to 1e-14.

    References
    ----------
    .. [1] Wichura, M. J. (1988). Algorithm AS 241. Applied Statistics, 37(3), 477-484.

    Examples
    --------
    >>> float(normal_quantile(np.array([0.5]))[0])
    0.0
    """
    q = p - 0.5
    centre = np.abs(q) <= 0.425
    z = np.empty_like(p)
    z[centre] = q[centre] * _ratio(_CENTRE, 0.180625 - q[centre] * q[centre])
    tail = ~centre
    r = np.sqrt(-portable_log(np.minimum(p[tail], 1.0 - p[tail])))
    size = np.where(r <= 5.0, _ratio(_NEAR_TAIL, r - 1.6), _ratio(_FAR_TAIL, r - 5.0))
    z[tail] = np.where(q[tail] < 0.0, -size, size)
    return z


@dataclass(frozen=True)
class Draws:
    """
    Named streams of random numbers from one seed.

    Parameters
    ----------
    seed : int
        Non-negative.

    Examples
    --------
    >>> bool((Draws(7).normal("PU1", 3) == Draws(7).normal("PU1", 3)).all())
    True
    """

    seed: int

    def uniform(self, stream: str, size: int) -> Floats:
        """Return `size` numbers strictly between 0 and 1, each a multiple of 2^-53."""
        word = int.from_bytes(hashlib.sha256(stream.encode()).digest()[:8], "big")
        raw = np.random.PCG64(np.random.SeedSequence([self.seed, word])).random_raw(size)
        # 52 bits and a half step: exact in a double, never 0, never 1.
        return ((np.asarray(raw, dtype=np.uint64) >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52

    def normal(self, stream: str, size: int) -> Floats:
        """Return `size` standard normal numbers."""
        return normal_quantile(self.uniform(stream, size))

    def below(self, stream: str, size: int, upper: int) -> Ints:
        """Return `size` whole numbers from 0 to `upper` - 1, equally likely."""
        return np.asarray(np.floor(self.uniform(stream, size) * upper), dtype=np.int64)

    def which(self, stream: str, size: int, shares: Sequence[float]) -> Ints:
        """Return `size` positions in `shares`, drawn in proportion to them."""
        total = math.fsum(shares)
        cuts = np.array([math.fsum(shares[: i + 1]) / total for i in range(len(shares) - 1)])
        return np.asarray(np.searchsorted(cuts, self.uniform(stream, size), side="right"), dtype=np.int64)

    def happens(self, stream: str, probability: Floats | float, size: int) -> NDArray[np.bool_]:
        """Return `size` yes or no, each with its probability."""
        return np.asarray(self.uniform(stream, size) < probability)
