"""Psychometric synonyms and antonyms: do answers to items that go together in the sample go together in a person?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wxsat.responses.careless.mahalanobis import available_covariance
from wxsat.responses.careless.within_person import pair_correlation

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]


def psychometric_synonyms(answers: Matrix, *, critical: float = 0.60) -> tuple[Vector, int]:
    """
    Within-person correlation over the item pairs that correlate at least `critical` in the sample.

    Parameters
    ----------
    answers : ndarray, shape (n_respondents, n_items)
        Raw answers.
    critical : float
        Least correlation of a pair; a negative value asks for antonyms (at most that correlation).

    Returns
    -------
    index : ndarray, shape (n_respondents,)
        In [-1, 1], low (antonyms: high) means inconsistent; NaN with fewer than three answered pairs.
    n_pairs : int
        Pairs found.

    Notes
    -----
    Checked against ``careless::psychsyn`` 1.2.2 on complete data. R resamples at random where a respondent's
    correlation is undefined; here it stays NaN.

    References
    ----------
    .. [1] Meade, A. W., & Craig, S. B. (2012). Psychological Methods, 17(3), 437-455.
    """
    r = sample_correlation(answers)
    lower = np.tril(np.ones_like(r, dtype=bool), k=-1)
    with np.errstate(invalid="ignore"):
        chosen = lower & ((r >= critical) if critical > 0 else (r <= critical))
    later, earlier = np.nonzero(chosen)
    return pair_correlation(answers, later, earlier), len(later)


def sample_correlation(answers: Matrix) -> Matrix:
    """Return the correlations of items over available pairs; NaN for an item that does not vary."""
    covariance = available_covariance(answers)
    sd = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(covariance / np.outer(sd, sd))


def strongest_pairs(answers: Matrix, names: Sequence[str], *, antonyms: bool = False) -> pd.DataFrame:
    """
    List the item pairs by their correlation, strongest first: where to put the critical value.

    Parameters
    ----------
    answers : ndarray, shape (n_respondents, n_items)
    names : sequence of str, length n_items
    antonyms : bool
        Most negative first.

    Returns
    -------
    DataFrame
        ``first second r``, every pair once.

    Notes
    -----
    Checked against ``careless::psychsyn_critval`` 1.2.2, the forty strongest pairs of both of its data sets.

    Examples
    --------
    >>> strongest_pairs(np.array([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]]), ["a", "b"])["r"].round(6).tolist()
    [1.0]
    """
    r = sample_correlation(answers)
    later, earlier = np.tril_indices(len(names), k=-1)
    # R keeps the later item of a pair first.
    frame = pd.DataFrame(
        {"first": np.asarray(names)[later], "second": np.asarray(names)[earlier], "r": r[later, earlier]}
    )
    return frame.sort_values("r", ascending=antonyms, kind="stable").reset_index(drop=True)
