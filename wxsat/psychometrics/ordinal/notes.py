"""What a reader must know about ordinal statistics: empty cells, correlations near one, few clusters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wxsat.errors import DataError, Fault
from wxsat.finding import Finding
from wxsat.psychometrics.ordinal.answers import Where
from wxsat.psychometrics.ordinal.influence import Layout
from wxsat.psychometrics.ordinal.tables import CrossTable

Array = NDArray[np.float64]

# lavaan's limit.
NEARLY_ONE = 0.99
# Findings name so many tables one by one; one more finding counts the others.
NAMED_TABLES = 10


@dataclass(frozen=True)
class EmptyTable:
    """
    The table of a pair of ordered variables with at least one empty cell.

    Attributes
    ----------
    a, b : str
        Rows and columns.
    categories_a, categories_b : tuple of float
    counts : ndarray, shape (K_a, K_b)
        Weighted where there are weights.
    """

    a: str
    b: str
    categories_a: tuple[float, ...]
    categories_b: tuple[float, ...]
    counts: Array

    @property
    def n_empty(self) -> int:
        """How many cells are empty."""
        return int((self.counts == 0).sum())

    @property
    def corrected(self) -> bool:
        """Whether half a person was moved into the empty cell: one empty cell in a 2 x 2 table."""
        return self.counts.shape == (2, 2) and self.n_empty == 1


def empty_tables(
    names: Sequence[str],
    categories: Sequence[tuple[float, ...]],
    cross: CrossTable,
    position: NDArray[np.intp],
) -> tuple[EmptyTable, ...]:
    """Return every table with an empty cell, in the order of the pairs."""
    if not len(cross.sizes):
        return ()
    nothing = cross.cells == 0
    known = np.array([len(categories[index]) for index in np.flatnonzero(position >= 0).tolist()])
    if (cross.sizes > known).any():
        nothing[cross.starts + known] = nothing[:, cross.starts + known] = False
    number = np.add.reduceat(np.add.reduceat(nothing.astype(int), cross.starts, axis=0), cross.starts, axis=1)
    found = []
    ordered = np.flatnonzero(position >= 0)
    for first, second in np.argwhere(np.triu(number, 1)).tolist():
        a, b = int(ordered[first]), int(ordered[second])
        counts = cross.tables(np.array([first]), np.array([second]))[: len(categories[a]), : len(categories[b]), 0]
        found.append(EmptyTable(names[a], names[b], categories[a], categories[b], counts))
    return tuple(found)


def _empty_cells(table: EmptyTable) -> str:
    cells = [
        f"{table.a} = {table.categories_a[i]:g} with {table.b} = {table.categories_b[j]:g}"
        for i, j in np.argwhere(table.counts == 0)[:3]
    ]
    return "; ".join(cells) + ("; ..." if table.n_empty > 3 else "")


def note_empty_tables(tables: Sequence[EmptyTable], where: Where) -> tuple[Finding, ...]:
    """Return MEAS-130, one a table, those with most empty cells first, and MEAS-131 for the rest of a long list."""
    worst = sorted(tables, key=lambda table: -table.n_empty)
    notes = [
        Finding(
            "MEAS-130",
            "note",
            f"{table.a} ~~ {table.b}",
            f"{table.n_empty} of {table.counts.size} cells of the table of {table.a} and {table.b} are empty"
            f"{where.suffix} ({_empty_cells(table)}): their correlation rests on the others.",
            {
                "a": table.a,
                "b": table.b,
                "n_empty": table.n_empty,
                "n_cells": int(table.counts.size),
                "cells": _empty_cells(table),
                "group": where.group,
            },
        )
        for table in worst[:NAMED_TABLES]
    ]
    if len(tables) > NAMED_TABLES:
        notes.append(
            Finding(
                "MEAS-131",
                "warning",
                where.group or "ordered",
                f"{len(tables)} pairs of ordered variables have empty cells in their tables{where.suffix}; "
                f"the {NAMED_TABLES} with most are named. Collapsing rare categories makes the correlations steadier.",
                {"n_tables": len(tables), "named": NAMED_TABLES, "group": where.group},
            )
        )
    return tuple(notes)


def note_correlations(
    names: Sequence[str],
    ordered: NDArray[np.bool_],
    layout: Layout,
    correlations: Array,
    where: Where,
    *,
    refuse: bool,
) -> tuple[Finding, ...]:
    """
    Return MEAS-132 for every correlation near one and MEAS-133 for a matrix that is not positive definite.

    Raises
    ------
    DataError
        MEAS-036 for a correlation of exactly one, if `refuse`: its standard error does not exist.
    """
    exact = np.flatnonzero(np.abs(correlations) >= 1)
    if refuse and len(exact):
        raise DataError.from_faults(
            Fault(
                "MEAS-036",
                f"{names[layout.first[pair]]} and {names[layout.second[pair]]} answer for one another without "
                f"exception{where.suffix}: their correlation is {correlations[pair]:+g}, without a standard error.",
                f"{names[layout.first[pair]]}, {names[layout.second[pair]]}",
                "Leave one of them out of the model.",
            )
            for pair in exact
        )
    notes = []
    for pair in np.flatnonzero(np.abs(correlations) > NEARLY_ONE):
        a, b = names[layout.first[pair]], names[layout.second[pair]]
        notes.append(
            Finding(
                "MEAS-132",
                "warning",
                f"{a} ~~ {b}",
                f"{a} and {b} correlate {correlations[pair]:.3f}{where.suffix}, nearly one: they may be the same "
                "question asked twice.",
                {"a": a, "b": b, "correlation": float(correlations[pair]), "group": where.group},
            )
        )
    return (*notes, *_note_definite(len(ordered), layout, correlations, where))


def _note_definite(size: int, layout: Layout, correlations: Array, where: Where) -> tuple[Finding, ...]:
    if np.isnan(correlations).any():
        return ()
    matrix = np.eye(size)
    matrix[layout.first, layout.second] = matrix[layout.second, layout.first] = correlations
    smallest = float(np.linalg.eigvalsh(matrix)[0])
    if smallest > 0:
        return ()
    return (
        Finding(
            "MEAS-133",
            "warning",
            where.group or "ordered",
            f"the matrix of polychoric correlations is not positive definite{where.suffix} (smallest eigenvalue "
            f"{smallest:.3g}): each pair is estimated on its own, from few rows or rare categories.",
            {"eigenvalue": smallest, "group": where.group},
        ),
    )


def note_clusters(n_clusters: int, n_statistics: int, where: Where) -> tuple[Finding, ...]:
    """Return MEAS-134 if there are no more clusters than statistics: their covariance matrix has no inverse."""
    if n_clusters == 0 or n_clusters > n_statistics:
        return ()
    return (
        Finding(
            "MEAS-134",
            "warning",
            where.group or "clusters",
            f"{n_clusters} clusters{where.suffix} for {n_statistics} thresholds and correlations: their covariance "
            "matrix is singular. Diagonal weights (WLSMV) still serve, full weights (WLS) do not, and tests with so "
            "few clusters are rough.",
            {"n_clusters": n_clusters, "n_statistics": n_statistics, "group": where.group},
        ),
    )
