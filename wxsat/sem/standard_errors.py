r"""Standard errors from the expected information, in closed form: :math:`N^{-1} K (K' I K)^{-1} K'`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.discrepancy.ml import ml_information
from wxsat.sem.implied import implied_moments
from wxsat.sem.matrices import Cells
from wxsat.sem.restrictions import Restrictions

if TYPE_CHECKING:
    from numpy.typing import NDArray


def expected_covariance(
    cells: Cells, restrictions: Restrictions, theta: NDArray[np.float64], n_obs: int
) -> NDArray[np.float64]:
    """
    Return the covariance of the free parameters, shape (n_free, n_free); NaN where the information is singular.

    Checked against lavaan 0.6-14's ``vcov()`` in ``tests/against/test_against_lavaan.py``.
    """
    try:
        information = ml_information(implied_moments(cells, theta))
        covariance = restrictions.covariance(information) / n_obs
    except np.linalg.LinAlgError:
        return np.full((cells.n_free, cells.n_free), np.nan)
    return np.asarray((covariance + covariance.T) / 2)


def information_condition(cells: Cells, restrictions: Restrictions, theta: NDArray[np.float64]) -> float:
    """
    Return the reciprocal condition number of the information, parameters scaled to unit information;
    0 is singular.
    """
    information = restrictions.basis.T @ ml_information(implied_moments(cells, theta)) @ restrictions.basis
    scale = np.sqrt(np.maximum(np.diag(information), 1e-300))
    eigenvalues = np.linalg.eigvalsh(information / np.outer(scale, scale))
    return float(max(eigenvalues[0], 0.0) / eigenvalues[-1])
