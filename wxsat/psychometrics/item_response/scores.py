"""Trait scores of respondents: expected a posteriori, with their standard errors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wxsat.psychometrics.item_response.graded import GradedItems, posterior
from wxsat.psychometrics.item_response.quadrature import normal_nodes

Array = NDArray[np.float64]


def score_respondents(items: GradedItems, codes: NDArray[np.int64]) -> tuple[Array, Array]:
    """
    Posterior mean and standard deviation of the trait of every respondent.

    Parameters
    ----------
    items : GradedItems
    codes : ndarray of int, shape (n_rows, n_items)
        Categories from 0; -1 where there is no answer.

    Returns
    -------
    estimate, std_error : ndarray, shape (n_rows,)
        NaN for a respondent without any answer.
    """
    points, prior = normal_nodes()
    patterns, place = np.unique(codes, axis=0, return_inverse=True)
    share, _ = posterior(items, patterns, points, prior)
    mean = share @ points
    spread = np.sqrt(np.maximum(share @ points**2 - mean**2, 0.0))
    silent = (codes < 0).all(axis=1)
    rows = place.reshape(-1)
    return np.where(silent, np.nan, mean[rows]), np.where(silent, np.nan, spread[rows])
