r"""
Score (Lagrange multiplier) tests of equality restrictions: would the fit improve if one of them were released?

:math:`X = N s'K_r(K_r'IK_r)^{-1}K_r's` with s the gradient of the log-likelihood of one observation at the restricted
estimates, I its information and :math:`K_r` a basis of what the *remaining* restrictions leave free.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.robust.inverse import ranked_inverse
from wxsat.sem.robust.scaled_tests import TestStatistic, upper_tail

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Release:
    """
    What releasing restrictions would do.

    Attributes
    ----------
    test : TestStatistic
    change : ndarray, shape (n_free,)
        Expected change of every parameter (EPC) when they are released.
    """

    test: TestStatistic
    change: Matrix


def release_test(score: Matrix, information: Matrix, kept: Matrix, n_released: int, size: float) -> Release:
    """
    Return the test that releases some restrictions and keeps others.

    Parameters
    ----------
    score : ndarray, shape (n_free,)
        Derivative of the log-likelihood of one observation (minus half that of F).
    information : ndarray, shape (n_free, n_free)
        Of one observation, before restrictions.
    kept : ndarray, shape (n_kept, n_free)
        Rows of the restrictions that stay.
    n_released : int
    size : float
        N.
    """
    basis = null_basis(kept, len(score))
    inverse, rank = ranked_inverse(basis.T @ information @ basis)
    pull = basis.T @ score
    statistic = size * float(pull @ inverse @ pull)
    # Released restrictions that the information cannot tell apart bring no degree of freedom.
    df = float(max(n_released - (basis.shape[1] - rank), 0))
    return Release(TestStatistic("score", statistic, df, upper_tail(statistic, df)), basis @ inverse @ pull)


def score_tests(
    score: Matrix, information: Matrix, restrictions: Matrix, size: float
) -> tuple[Release, tuple[Release, ...]]:
    """
    Return the test that releases every restriction at once, and one for each of them alone.

    Parameters
    ----------
    restrictions : ndarray, shape (n_restrictions, n_free)
        One row a restriction.

    Notes
    -----
    Checked against lavaan 0.6-14's ``lavTestScore()``.
    """
    count = len(restrictions)
    whole = release_test(score, information, restrictions[:0], int(np.linalg.matrix_rank(restrictions)), size)
    single = tuple(release_test(score, information, np.delete(restrictions, k, axis=0), 1, size) for k in range(count))
    return whole, single


def null_basis(rows: Matrix, n_free: int) -> Matrix:
    """Return an orthonormal basis of what linear restrictions leave free, shape (n_free, n_left)."""
    if len(rows) == 0:
        return np.eye(n_free)
    _, singular, vt = np.linalg.svd(rows)
    rank = int((singular > 1e-10 * singular[0]).sum()) if singular[0] > 0 else 0
    return np.asarray(vt[rank:].T)
