"""Standardised solutions: latents alone (std_lv), and latents and observed variables (std_all)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.implied import Implied
from wxsat.sem.matrices import Cells, cell_of
from wxsat.sem.parameter_table import ParameterTable

if TYPE_CHECKING:
    from numpy.typing import NDArray


def standardised_estimates(
    table: ParameterTable, cells: Cells, implied: Implied, *, observed: bool
) -> NDArray[np.float64]:
    r"""
    Return the standardised value of every parameter row, shape (n_parameters,); NaN where a variance is negative.

    Loadings and regressions are multiplied by the ratio of implied standard deviations, variances divided by the
    implied variance, and covariances divided by the *residual* standard deviations:
    :math:`\theta_{ij} / \sqrt{\theta_{ii}\theta_{jj}}`, so that they are residual correlations.

    Parameters
    ----------
    observed : bool
        False for std_lv (only latents have unit variance), True for std_all.

    Notes
    -----
    Checked against lavaan 0.6-14 in ``tests/against/test_against_lavaan.py``.
    """
    place = {name: i for i, name in enumerate(cells.names)}
    with np.errstate(invalid="ignore"):
        scale = np.sqrt(np.diag(implied.all_covariance))
        residual = np.sqrt(np.diag(implied.s))
    if not observed:
        scale = np.where(np.arange(len(scale)) < cells.n_observed, 1.0, scale)
        residual = np.where(np.arange(len(scale)) < cells.n_observed, 1.0, residual)
    values = []
    for row in table.parameters:
        kind, i, j = cell_of(row, place)
        with np.errstate(invalid="ignore", divide="ignore"):
            if kind == "intercept":
                value = implied.alpha[i] / scale[i]
            elif kind == "directed":
                value = implied.a[i, j] * scale[j] / scale[i]
            elif i == j:
                value = implied.s[i, i] / scale[i] ** 2
            else:
                value = implied.s[i, j] / (residual[i] * residual[j])
        values.append(float(value) if np.isfinite(value) else np.nan)
    return np.array(values)
