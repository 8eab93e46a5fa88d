r"""Wald test of linear (or linearised) hypotheses: :math:`W = (R\theta - r)'(RVR')^{-1}(R\theta - r)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.robust.inverse import ranked_inverse
from wxsat.sem.robust.scaled_tests import TestStatistic, upper_tail

if TYPE_CHECKING:
    from numpy.typing import NDArray


def wald_test(distance: NDArray[np.float64], jacobian: NDArray[np.float64], vcov: NDArray[np.float64]) -> TestStatistic:
    """
    Return the test that some functions of the parameters are all zero.

    Parameters
    ----------
    distance : ndarray, shape (n_hypotheses,)
        The functions at the estimates.
    jacobian : ndarray, shape (n_hypotheses, n_free)
        Their derivatives.
    vcov : ndarray, shape (n_free, n_free)
        Covariance of the estimates, robust or not.

    Returns
    -------
    TestStatistic
        Degrees of freedom are the rank of the hypotheses' covariance: hypotheses that say the same twice count once.

    Notes
    -----
    Checked against lavaan 0.6-14's ``lavTestWald()``.

    Examples
    --------
    >>> test = wald_test(np.array([0.5]), np.array([[1.0, -1.0]]), np.diag([0.02, 0.02]))
    >>> round(test.statistic, 2), test.df
    (6.25, 1.0)
    """
    distance, jacobian = np.atleast_1d(distance), np.atleast_2d(jacobian)
    inverse, rank = ranked_inverse(jacobian @ vcov @ jacobian.T)
    statistic = float(distance @ inverse @ distance)
    return TestStatistic("wald", statistic, float(rank), upper_tail(statistic, rank))
