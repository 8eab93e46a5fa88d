"""What calibration leaves over: the residuals whose variance is the variance of a calibrated estimator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Calibration:
    r"""
    One calibration of weights, remembered for the standard errors.

    Attributes
    ----------
    design : ndarray, shape (n, p)
        Auxiliary variables X.
    regression : ndarray, shape (n,)
        Weights q of the regression on X: the base weights; ones after iterative raking.
    weights : ndarray, shape (n,)
        Calibrated weights w.

    Notes
    -----
    A linearised variable z (weights not applied) is replaced by :math:`z - X (X'QX)^- X'Q z`: what the known totals
    explain does not vary from sample to sample. With q the base weights this is the residual of
    ``survey::calibrate`` and ``postStratify``, with ones that of ``survey::rake``.

    References
    ----------
    .. [1] Deville, J.-C., & Särndal, C.-E. (1992), as above, section 3.
    """

    design: Array
    regression: Array
    weights: Array
    _hat: Array = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        cross = self.design.T @ (self.design * self.regression[:, None])
        object.__setattr__(self, "_hat", np.linalg.pinv(cross, rcond=1e-13, hermitian=True))

    def residuals(self, weighted: Array) -> Array:
        """Return weighted linearised variables, shape (n, k), with the calibrated part taken out."""
        safe = np.where(self.weights == 0, 1.0, self.weights)
        z = weighted / safe[:, None]
        coefficients = self._hat @ (self.design.T @ (z * self.regression[:, None]))
        return (z - self.design @ coefficients) * self.weights[:, None]


def indicator_design(codes: Sequence[NDArray[np.int64]], sizes: Sequence[int], extra: Sequence[Array] = ()) -> Array:
    """
    Return the columns of all cells of all margins, then the numeric variables; of deficient rank for two margins.

    Examples
    --------
    >>> indicator_design([np.array([0, 1, 1])], [2]).tolist()
    [[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]
    """
    n = len(codes[0]) if codes else len(extra[0])
    design = np.zeros((n, sum(sizes) + len(extra)))
    start = 0
    for code, size in zip(codes, sizes, strict=True):
        design[np.arange(n), start + code] = 1.0
        start += size
    for column, values in enumerate(extra, start=start):
        design[:, column] = values
    return design
