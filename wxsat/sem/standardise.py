"""Standardised solutions: latents alone (std_lv), and latents and observed variables (std_all)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.implied import Implied
from wxsat.sem.row_places import BlockPlaces

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]


def standardised_estimates(places: Sequence[BlockPlaces], implied: Sequence[Implied], *, observed: bool) -> Matrix:
    r"""
    Return the standardised value of every parameter row, shape (n_parameters,); NaN where a variance is negative.

    Loadings and regressions are multiplied by the ratio of implied standard deviations, variances divided by the
    implied variance, and covariances divided by the *residual* standard deviations:
    :math:`\theta_{ij} / \sqrt{\theta_{ii}\theta_{jj}}`, so that they are residual correlations.

    Parameters
    ----------
    places : sequence of BlockPlaces
        Of :func:`wxsat.sem.row_places.place_rows`.
    implied : sequence of Implied
    observed : bool
        False for std_lv (only latents have unit variance), True for std_all.

    Notes
    -----
    Checked against lavaan 0.6-14 in ``tests/against/test_against_lavaan.py``.
    """
    values = np.empty(sum(len(block.rows) for block in places))
    for block, at in zip(places, implied, strict=True):
        with np.errstate(invalid="ignore"):
            total = np.sqrt(np.diag(at.all_covariance))
            residual = np.sqrt(np.diag(at.s))
        if not observed:
            seen = at.cells.n_observed
            total[:seen] = residual[:seen] = 1.0
        values[block.rows] = standardised_values(block, block.raw_values(at), total, residual)[0]
    return values


def standardised_values(block: BlockPlaces, raw: Matrix, total: Matrix, residual: Matrix) -> tuple[Matrix, Matrix]:
    """Return the standardised values of a block's rows, and what each raw value is multiplied by."""
    i, j = block.i, block.j
    factor = np.empty(len(raw))
    d, v, c = block.directed, block.variance, block.covariance
    located = np.concatenate([block.intercept, block.ordinal])
    with np.errstate(invalid="ignore", divide="ignore"):
        factor[located] = 1.0 / total[i[located]]
        factor[d] = total[j[d]] / total[i[d]]
        factor[v] = 1.0 / total[i[v]] ** 2
        factor[c] = 1.0 / (residual[i[c]] * residual[j[c]])
        value = raw * factor
    # The scale of a standardised response is 1.
    scales = [k for k in block.ordinal.tolist() if block.kinds[k] == "scale"]
    value[scales], factor[scales] = 1.0, 0.0
    value[~np.isfinite(value)] = np.nan
    return value, factor
