"""The asymptotic covariance matrix of ordinal statistics from the influence of the rows, or its diagonal alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wxsat.psychometrics.ordinal.influence import Influence, Rows
from wxsat.psychometrics.ordinal.tables import CrossTable

Array = NDArray[np.float64]


def full_covariance(influence: Influence) -> Array:
    """Return the covariance matrix of all statistics (not of their square root of n)."""
    size, pairs = influence.layout.size, influence.layout.pairs
    total = np.zeros((size, size))
    rows = influence.rows
    if rows.weighted or rows.clusters is not None or not influence.tabled_variables.all():
        for block in influence.blocks():
            total += block @ block.T
        return total * _few_clusters(rows)
    for block in influence.blocks():
        thresholds, correlations = block[:pairs], block[pairs:]
        total[pairs:, pairs:] += correlations @ correlations.T
        total[:pairs, pairs:] += thresholds @ correlations.T
    total[pairs:, :pairs] = total[:pairs, pairs:].T
    total[:pairs, :pairs] = _covariance_of_thresholds(influence)
    return total


def _covariance_of_thresholds(influence: Influence) -> Array:
    """Return the covariance matrix of the thresholds from the tables of the pairs, without the rows."""
    cross, places = influence.cross, influence.layout.margins
    spread = np.zeros((len(cross.cells), influence.layout.pairs))
    for variable, table in influence.margin_tables.items():
        at = int(influence.position[variable])
        size = int(cross.sizes[at])
        first = int(cross.starts[at])
        spread[first : first + size, places[variable]] = table[:size]
    return np.asarray(spread.T @ cross.cells @ spread)


def variances(influence: Influence, squared: CrossTable | None) -> Array:
    """
    Return the variance of each statistic, from the tables alone where they suffice.

    Parameters
    ----------
    influence : Influence
    squared : CrossTable, optional
        Tables weighted by the square of the weights; None where rows must be looked at (clusters, numeric or
        exogenous variables).
    """
    layout = influence.layout
    result = np.zeros(layout.size)
    if squared is None:
        for block in influence.blocks():
            result += np.einsum("ij,ij->i", block, block, dtype=np.float64)
        return result * _few_clusters(influence.rows)
    for variable, table in influence.margin_tables.items():
        counts = squared.margin(int(influence.position[variable]))
        table = table[: len(counts)]
        result[layout.margins[variable]] = counts @ table**2
    sizes = np.array([table.shape for table in influence.pair_tables.values()]) @ [1000, 1]
    for kind in np.unique(sizes):
        pairs = np.array(list(influence.pair_tables))[sizes == kind]
        tables = np.stack([influence.pair_tables[int(pair)] for pair in pairs])
        counts = squared.tables(influence.position[layout.first[pairs]], influence.position[layout.second[pairs]])
        tables = tables[:, : counts.shape[0], : counts.shape[1]]
        result[layout.pairs + pairs] = np.einsum("ijm,mij->m", counts, tables**2)
    return result


def _few_clusters(rows: Rows) -> float:
    """Small-sample factor: clusters by clusters less one."""
    if rows.clusters is None:
        return 1.0
    number = len(np.unique(rows.clusters))
    return number / (number - 1)
