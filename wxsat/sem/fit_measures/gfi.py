r"""Goodness-of-fit index: one minus the weighted squares of the residuals over those of the moments themselves.

For ML :math:`1 - tr[(\Sigma^{-1}S - I)^2] / tr[(\Sigma^{-1}S)^2]` (Jöreskog and Sörbom); else in the estimator's own
weight. This is the classical index, as in lavaan 0.6; lavaan 0.7 prints another under the same name, made of the
noncentrality like gamma hat (:func:`wxsat.sem.fit_measures.mfi.gamma_hat`): HS .9433 here, .9594 there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

NO_VARIABLES = np.zeros(0, dtype=np.intp)


def gfi(
    sample: Matrix,
    sigma: Matrix,
    given: NDArray[np.intp] = NO_VARIABLES,
    means: tuple[Matrix, Matrix] | None = None,
    weight: Matrix | None = None,
) -> float:
    """
    Return GFI of one group, at most 1.

    Parameters
    ----------
    given : ndarray of int
        Variables whose moments are taken as given: they are not explained and do not count.
    means : (observed, implied), optional
        With a mean structure.
    weight : ndarray, shape (p, p), optional
        Inverse covariance of the normal-theory weight; the implied one (ML) when left out.
    """
    inverse = np.linalg.inv(sigma) if weight is None else weight
    gap, whole = sample - sigma, sample.copy()
    if given.size:
        gap[np.ix_(given, given)] = whole[np.ix_(given, given)] = 0.0
    residual, total = inverse @ gap, inverse @ whole
    left = 0.5 * float((residual * residual.T).sum())
    all_ = 0.5 * float((total * total.T).sum())
    if means is not None:
        observed = means[0].copy()
        observed[given] = 0.0
        distance = means[0] - means[1]
        distance[given] = 0.0
        left += float(distance @ inverse @ distance)
        all_ += float(observed @ inverse @ observed)
    return 1.0 - left / all_


def weighted_gfi(residuals: Sequence[Matrix], moments: Sequence[Matrix], shares: Sequence[float]) -> float:
    """Return GFI over groups from residuals and moments in the metric of the weight (least squares)."""
    ratios = [float(r @ r) / float(m @ m) for r, m in zip(residuals, moments, strict=True)]
    return 1.0 - float(np.dot(shares, ratios))


def agfi(value: float, df: int, n_moments: int) -> float:
    """Return GFI adjusted for degrees of freedom; NaN for a saturated model (lavaan prints 1)."""
    return 1.0 - (n_moments / df) * (1.0 - value) if df > 0 else float("nan")


def pgfi(value: float, df: int, n_moments: int) -> float:
    """Return the parsimonious GFI, GFI times df over the number of moments."""
    return df / n_moments * value if n_moments else float("nan")
