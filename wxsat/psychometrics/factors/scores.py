"""Factor scores: regression (Thurstone), Bartlett, ten Berge."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
ScoreMethod = Literal["regression", "bartlett", "tenberge"]


def score_weights(correlation: Array, pattern: Array, phi: Array, method: ScoreMethod = "regression") -> Array:
    r"""
    Weights that turn standardised answers into factor scores.

    Parameters
    ----------
    correlation : ndarray, shape (n_items, n_items)
    pattern : ndarray, shape (n_items, n_factors)
        Rotated loadings.
    phi : ndarray, shape (n_factors, n_factors)
    method : {"regression", "bartlett", "tenberge"}
        Highest correlation with the factor (scores shrink); unbiased for the person; or scores that correlate among
        each other exactly as the factors do.

    Returns
    -------
    ndarray, shape (n_items, n_factors)

    Notes
    -----
    .. math::
        W_{reg} = R^{-1} \Lambda \Phi, \quad
        W_{Bartlett} = U^{-2} \Lambda (\Lambda' U^{-2} \Lambda)^{-1}, \quad
        W_{tB} = R^{-1/2} C \Phi^{1/2}, \; C = L (L'L)^{-1/2},\; L = R^{-1/2} \Lambda \Phi^{1/2}

    Checked against ``psych::factor.scores`` 2.2.9.

    References
    ----------
    .. [1] Grice, J. W. (2001). Psychological Methods, 6, 430-450.

    Examples
    --------
    >>> lam = np.array([[0.8], [0.7], [0.6]])
    >>> r = lam @ lam.T + np.diag(1 - lam[:, 0] ** 2)
    >>> score_weights(r, lam, np.eye(1)).round(3)[:, 0].tolist()
    [0.517, 0.319, 0.218]
    """
    if method == "regression":
        return np.asarray(np.linalg.solve(correlation, pattern @ phi))
    if method == "bartlett":
        unique = 1 - np.einsum("if,fg,ig->i", pattern, phi, pattern)
        scaled = pattern / unique[:, None]
        return np.asarray(scaled @ np.linalg.inv(pattern.T @ scaled))
    root, weak = _power(phi, 0.5), _power(correlation, -0.5)
    base = weak @ pattern @ root
    return np.asarray(weak @ base @ _power(base.T @ base, -0.5) @ root)


def score_factors(
    values: Array, correlation: Array, pattern: Array, phi: Array, method: ScoreMethod = "regression"
) -> Array:
    """
    Factor scores of respondents; NaN for one who left an item out.

    Parameters
    ----------
    values : ndarray, shape (n_rows, n_items)
        Answers; standardised here by the mean and deviation of the complete rows.
    correlation, pattern, phi, method
        As in :func:`score_weights`.

    Returns
    -------
    ndarray, shape (n_rows, n_factors)
    """
    complete = values[~np.isnan(values).any(axis=1)]
    standard = (values - complete.mean(axis=0)) / complete.std(axis=0, ddof=1)
    return np.asarray(standard @ score_weights(correlation, pattern, phi, method))


def _power(matrix: Array, power: float) -> Array:
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * np.maximum(values, 1e-12) ** power) @ vectors.T)
