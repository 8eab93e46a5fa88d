"""Correlations between constructs: latent, for Fornell and Larcker, and of sum scores.

Items are grouped into blocks, one block a construct.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wxsat.numerics.covariance import pairwise_correlation
from wxsat.psychometrics.htmt import Block


def latent_correlations(
    correlation: NDArray[np.float64], blocks: Sequence[Block], loadings: Sequence[NDArray[np.float64]]
) -> NDArray[np.float64]:
    r"""
    Correlations between constructs freed of measurement error, each construct measured by its own one-factor
    model.

    The first step of structural-after-measurement estimation: the correlation between two blocks of items is
    mapped onto the factors, the measurement models being held.

    Parameters
    ----------
    correlation : ndarray, shape (n_items, n_items)
    blocks : sequence of ndarray of int
        Positions of the items of each construct.
    loadings : sequence of ndarray
        Standardised one-factor loadings of each block; error variances are ``1 - loadings**2``.

    Returns
    -------
    ndarray, shape (n_constructs, n_constructs)
        1 on the diagonal; may leave [-1, 1] when two constructs are not distinct. NaN for a construct without
        loadings.

    Notes
    -----
    .. math:: \phi_{ab} = M_a R_{ab} M_b', \qquad M = (\lambda'\Sigma^{-1}\lambda)^{-1}\lambda'\Sigma^{-1}

    with the implied :math:`\Sigma` in place of :math:`\Theta`, which gives the same M and lives with an error
    variance of zero. Checked against ``lavaan::sam`` 0.6-14 (local, ML mapping).

    References
    ----------
    .. [1] Rosseel, Y., & Loh, W. W. (2022). A structural after measurement approach to SEM. Psychological
           Methods.

    Examples
    --------
    >>> r = np.array([[1, 0.6, 0.3, 0.3], [0.6, 1, 0.3, 0.3], [0.3, 0.3, 1, 0.6], [0.3, 0.3, 0.6, 1]])
    >>> lam = [np.sqrt([0.6, 0.6])] * 2
    >>> round(float(latent_correlations(r, [np.array([0, 1]), np.array([2, 3])], lam)[0, 1]), 6)
    0.5
    """
    mapping = np.full((len(blocks), len(correlation)), 0.0)
    for row, (block, lam) in enumerate(zip(blocks, loadings, strict=True)):
        mapping[row, block] = _factor_mapping(lam)
    latent = mapping @ correlation @ mapping.T
    np.fill_diagonal(latent, np.where(np.isnan(np.diag(latent)), np.nan, 1.0))
    for row, lam in enumerate(loadings):
        if np.isnan(lam).any():
            latent[row, :] = latent[:, row] = np.nan
    return np.asarray(latent)


def _factor_mapping(lam: NDArray[np.float64]) -> NDArray[np.float64]:
    if np.isnan(lam).any():
        return np.zeros_like(lam)
    implied = np.outer(lam, lam) + np.diag(1 - lam**2)
    weights = np.linalg.lstsq(implied, lam, rcond=None)[0]
    return np.asarray(weights / (lam @ weights))


def score_correlations(values: NDArray[np.float64], blocks: Sequence[Block]) -> NDArray[np.float64]:
    """
    Correlations between the sum scores, each over the rows that answered every item of the construct.

    Parameters
    ----------
    values : ndarray, shape (n_rows, n_items)
    blocks : sequence of ndarray of int

    Returns
    -------
    ndarray, shape (n_constructs, n_constructs)
        In [-1, 1]; weakened by measurement error.
    """
    return pairwise_correlation(np.column_stack([values[:, block].sum(axis=1) for block in blocks]))
