r"""The data as they would be if the model held (Bollen and Stine 1992), to be drawn from under the null hypothesis.

:math:`Y = (X - \bar x)S^{-1/2}\hat\Sigma^{1/2} + \hat\mu` has exactly the model's moments and keeps the shape of the
data: the chi-squares of its draws are the distribution of chi-square when the model is true and the data are as
non-normal as these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.implied import Implied
from wxsat.sem.moments import Moments

if TYPE_CHECKING:
    from numpy.typing import NDArray


def data_under_model(sample: Sequence[Moments], implied: Sequence[Implied]) -> tuple[Moments, ...]:
    """
    Return every group's rows turned so that their moments are the implied ones.

    Parameters
    ----------
    sample : sequence of Moments
        With their rows.
    implied : sequence of Implied
        At the full-sample estimates.

    Notes
    -----
    Symmetric square roots, as lavaan takes them. Without a mean structure the means stay what they are.
    """
    return tuple(_turned(moments, at) for moments, at in zip(sample, implied, strict=True))


def _turned(moments: Moments, implied: Implied) -> Moments:
    assert moments.values is not None
    turn = _power(moments.covariance, -0.5) @ _power(implied.sigma, 0.5)
    mean = implied.mu if implied.has_means else moments.mean
    values = (moments.values - moments.mean) @ turn + mean
    return replace(moments, values=values, covariance=implied.sigma, mean=mean)


def _power(matrix: NDArray[np.float64], exponent: float) -> NDArray[np.float64]:
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * values**exponent) @ vectors.T)


def bollen_stine_p_value(chisq: float, draws: NDArray[np.float64]) -> float:
    """
    Return the share of chi-squares at least as large as the observed one, the observed one counted among them.

    :math:`(1 + k) / (1 + R)`: never zero, since the sample itself is one of the ways it could have come out (Davison
    and Hinkley 1997, 4.11; lavaan prints k / R).

    Examples
    --------
    >>> bollen_stine_p_value(10.0, np.array([5.0, 12.0, 7.0]))
    0.5
    """
    known = draws[np.isfinite(draws)]
    return float((1 + np.count_nonzero(known >= chisq)) / (1 + len(known)))
