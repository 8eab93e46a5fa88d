r"""How much each answer moves each statistic, and what that makes of their asymptotic covariance matrix.

Two-step estimation (Muthen 1984): with :math:`s` the scores of the margins and :math:`u` those of the pairs, the
influence of a row on the statistics is :math:`B^{-1}(s, u)` with :math:`B` block-triangular, one block a margin, one
row a pair. Where all variables of a pair are ordered and nothing is exogenous, the influence is a table over the
categories of the pair: its cost does not depend on the number of rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wxsat.psychometrics.ordinal.margins import (
    Column,
    Margin,
    margin_scores,
    numeric_column,
    ordered_column,
    stack_locations,
)
from wxsat.psychometrics.ordinal.pairs import Patterns, row_scores
from wxsat.psychometrics.ordinal.polychoric import pair_scores
from wxsat.psychometrics.ordinal.tables import Codes, CrossTable

Array = NDArray[np.float64]

# Numbers in one block of casewise influences.
BLOCK_NUMBERS = 8_000_000
# Numbers in one array of cell scores of many pairs.
SCORE_NUMBERS = 2_000_000
# From so many rows the products of influences are made in single precision, blockwise, and added in double: twice as
# fast. Relative to the variances the error stays below 1e-5 (4e-6 at 100,000 rows), the sampling error being 1e-2.
SINGLE_FROM = 20_000


@dataclass(frozen=True)
class Rows:
    """
    The rows that are used.

    Attributes
    ----------
    values : ndarray, shape (n, p)
        Numeric variables; the columns of ordered ones are not read.
    codes : ndarray of uint8, shape (n, p)
        Category numbers of the ordered variables; the columns of numeric ones are not read.
    exogenous : ndarray, shape (n, m)
    weights : ndarray, shape (n,)
        Sum to n.
    weighted : bool
    clusters : ndarray of int, shape (n,), optional
        Not decreasing: rows of one cluster stand together.
    patterns : Patterns, optional
        Rows that share the values of the exogenous variables.
    """

    values: Array
    codes: Codes
    exogenous: Array
    weights: Array
    weighted: bool
    clusters: NDArray[np.intp] | None
    patterns: Patterns | None = None

    def part(self, rows: slice) -> Rows:
        """Return some of the rows."""
        clusters = None if self.clusters is None else self.clusters[rows]
        patterns = None if self.patterns is None else Patterns(self.patterns.number, self.patterns.of_row[rows])
        return Rows(
            self.values[rows],
            self.codes[rows],
            self.exogenous[rows],
            self.weights[rows],
            self.weighted,
            clusters,
            patterns,
        )

    def column(self, variable: int, margin: Margin) -> Column:
        """Return one variable as its margin sees it."""
        if margin.ordered:
            return ordered_column(margin, self.codes[:, variable], self.exogenous)
        return numeric_column(margin, self.values[:, variable], self.exogenous)


@dataclass(frozen=True)
class Layout:
    """
    Where each parameter stands among the statistics.

    Attributes
    ----------
    margins : tuple of ndarray of int
        Positions of the parameters of each margin: thresholds or mean, slopes, variance.
    first, second : ndarray of int, shape (n_pairs,)
        The variables of each pair.
    pairs : int
        Position of the first correlation or covariance; they are the last.
    size : int
    """

    margins: tuple[NDArray[np.intp], ...]
    first: NDArray[np.intp]
    second: NDArray[np.intp]
    pairs: int
    size: int


def layout_of(margins: tuple[Margin, ...]) -> Layout:
    """Place thresholds and means by variable, then slopes by exogenous variable, variances, pairs by column."""
    n_variables, n_slopes = len(margins), len(margins[0].slopes)
    sizes = np.array([len(margin.location) for margin in margins])
    starts = np.concatenate([[0], np.cumsum(sizes)])
    slopes = int(starts[-1])
    variances = slopes + n_variables * n_slopes
    numeric = np.array([not margin.ordered for margin in margins])
    rank = np.cumsum(numeric) - 1
    places = []
    for index in range(n_variables):
        own = [np.arange(starts[index], starts[index + 1]), slopes + index + n_variables * np.arange(n_slopes)]
        if numeric[index]:
            own.append(np.array([variances + rank[index]]))
        places.append(np.concatenate(own).astype(np.intp))
    first, second = np.triu_indices(n_variables, 1)
    pairs = variances + int(numeric.sum())
    return Layout(tuple(places), first, second, pairs, pairs + len(first))


@dataclass(frozen=True)
class PairCoefficients:
    """
    What turns a row's scores into the influence on one correlation.

    Attributes
    ----------
    information : float
        Weighted sum of squares of the correlation's own score.
    first, second : ndarray
        Weighted cross-products of that score with the scores of the pair by the margins' parameters.
    """

    information: float
    first: Array
    second: Array


class Influence:
    """
    Influence of the rows on every statistic, from margins and correlations.

    Parameters
    ----------
    margins : tuple of Margin
    correlations : ndarray, shape (n_pairs,)
        In the order of `layout`.
    rows : Rows
    layout : Layout
    cross : CrossTable
        Tables of the ordered variables, weighted once, missing as a category.
    position : ndarray of int, shape (p,)
        Where a variable stands in `cross`; -1 for numeric ones.
    """

    def __init__(
        self,
        margins: tuple[Margin, ...],
        correlations: Array,
        rows: Rows,
        layout: Layout,
        cross: CrossTable,
        position: NDArray[np.intp],
    ) -> None:
        self.margins, self.correlations, self.rows, self.layout = margins, correlations, rows, layout
        self.cross, self.position = cross, position
        conditional = rows.exogenous.shape[1] > 0
        ordered = np.array([margin.ordered for margin in margins])
        self.tabled_variables = ordered & (not conditional)
        self.tabled_pairs = self.tabled_variables[layout.first] & self.tabled_variables[layout.second]
        self.margin_tables = {
            index: self._margin_table(index) for index in np.flatnonzero(self.tabled_variables).tolist()
        }
        self.pair_tables = self._pair_tables()
        self.inverses: dict[int, Array] = {}
        self.coefficients: dict[int, PairCoefficients] = {}
        self._casewise_coefficients()

    def _margin_table(self, variable: int) -> Array:
        """Influence of each category (the last row: missing) on the thresholds, shape (K + 1, K - 1)."""
        thresholds = self.margins[variable].location
        counts = self.cross.margin(int(self.position[variable]))[: len(thresholds) + 1]
        shares = np.cumsum(counts)[:-1] / counts.sum()
        below = np.arange(len(counts))[:, None] <= np.arange(len(thresholds))
        height = np.exp(-(thresholds**2) / 2) / np.sqrt(2 * np.pi)
        table = (below - shares) / (height * counts.sum())
        return np.concatenate([table, np.zeros((1, len(thresholds)))])

    def _pair_tables(self) -> dict[int, Array]:
        """Influence of each pair of categories (the last: missing) on each tabled correlation."""
        tables: dict[int, Array] = {}
        chosen = np.flatnonzero(self.tabled_pairs)
        sizes = np.array([len(margin.location) for margin in self.margins])
        first, second = self.layout.first[chosen], self.layout.second[chosen]
        kinds = sizes[first] * 1000 + sizes[second]
        for kind in np.unique(kinds):
            group = chosen[kinds == kind]
            length = max(1, SCORE_NUMBERS // int(sizes[self.layout.first[group[0]]] + 1) ** 3)
            for begin in range(0, len(group), length):
                part = group[begin : begin + length]
                tables.update(zip(part.tolist(), self._tables_of_kind(part), strict=True))
        return tables

    def _tables_of_kind(self, pairs: NDArray[np.intp]) -> Array:
        first, second = self.layout.first[pairs], self.layout.second[pairs]
        locations_a, locations_b = stack_locations(self.margins, first), stack_locations(self.margins, second)
        counts = self.cross.tables(self.position[first], self.position[second])
        counts = counts[: len(locations_a) + 1, : len(locations_b) + 1]
        scores = pair_scores(self.correlations[pairs], locations_a, locations_b)
        weighted = counts * scores.rho
        information = (weighted * scores.rho).sum((0, 1))
        cross_a, cross_b = scores.crossed(weighted)
        own_a, own_b = self._margin_tables_of(first), self._margin_tables_of(second)
        result = np.pad(scores.rho, ((0, 1), (0, 1), (0, 0)))
        result -= np.einsum("tm,itm->im", cross_a, own_a)[:, None, :]
        result -= np.einsum("tm,itm->im", cross_b, own_b)[None, :, :]
        return np.ascontiguousarray(np.moveaxis(result / information, 2, 0))

    def _margin_tables_of(self, variables: NDArray[np.intp]) -> Array:
        """Margin tables of variables of one size, as often as they are named, shape (K + 1, K - 1, variables)."""
        different, which = np.unique(variables, return_inverse=True)
        return np.stack([self.margin_tables[index] for index in different.tolist()], axis=2).take(which, axis=2)

    def _casewise_coefficients(self) -> None:
        """One pass over the rows for the margins and pairs that no table serves."""
        if self.tabled_pairs.all() and self.tabled_variables.all():
            return
        rows = self.rows
        columns = [rows.column(index, margin) for index, margin in enumerate(self.margins)]
        for index, margin in enumerate(self.margins):
            if not self.tabled_variables[index]:
                scores = margin_scores(margin, columns[index], rows.exogenous)
                outer = (scores * rows.weights[:, None]).T @ scores
                self.inverses[index] = np.asarray(np.linalg.pinv(outer, hermitian=True), dtype=np.float64)
        for pair in np.flatnonzero(~self.tabled_pairs):
            a, b = int(self.layout.first[pair]), int(self.layout.second[pair])
            found = row_scores(
                self.margins[a],
                self.margins[b],
                columns[a],
                columns[b],
                self.correlations[pair],
                rows.exogenous,
                rows.patterns,
            )
            weighted = found.rho * rows.weights
            self.coefficients[int(pair)] = PairCoefficients(
                float(weighted @ found.rho), weighted @ found.first, weighted @ found.second
            )

    def _margin_block(self, part: Rows, columns: list[Column], target: NDArray[np.floating]) -> None:
        for index, margin in enumerate(self.margins):
            places = self.layout.margins[index]
            if self.tabled_variables[index]:
                codes = part.codes[:, index].astype(np.intp)
                lines = self.margin_tables[index].T.astype(target.dtype)
                for place, line in zip(places.tolist(), lines, strict=True):
                    line.take(codes, out=target[place], mode="clip")
            else:
                scores = margin_scores(margin, columns[index], part.exogenous)
                target[places] = np.asarray(self.inverses[index] @ scores.T)

    def _pair_block(
        self, part: Rows, columns: list[Column], tables: dict[int, NDArray[np.floating]], target: NDArray[np.floating]
    ) -> None:
        codes = part.codes.T.astype(np.intp, order="C")
        cell = np.empty(codes.shape[1], dtype=np.intp)
        variables = zip(self.layout.first.tolist(), self.layout.second.tolist(), strict=True)
        begun, line = (-1, 0), cell
        for pair, (a, b) in enumerate(variables):
            place = self.layout.pairs + pair
            if pair in self.pair_tables:
                width = self.pair_tables[pair].shape[1]
                # The pairs of one variable follow each other: its share of the cell number is made once.
                if begun != (a, width):
                    begun, line = (a, width), codes[a] * width
                np.add(line, codes[b], out=cell)
                tables[pair].take(cell, out=target[place], mode="clip")
                continue
            known = self.coefficients[pair]
            found = row_scores(
                self.margins[a],
                self.margins[b],
                columns[a],
                columns[b],
                self.correlations[pair],
                part.exogenous,
                part.patterns,
            )
            moved = known.first @ target[self.layout.margins[a]] + known.second @ target[self.layout.margins[b]]
            target[place] = self._to_covariance(pair, (found.rho - moved) / known.information, target)

    def _to_covariance(self, pair: int, influence: Array, target: NDArray[np.floating]) -> Array:
        """From the influence on a correlation to that on a covariance, where a variable is numeric."""
        a, b = int(self.layout.first[pair]), int(self.layout.second[pair])
        rho = self.correlations[pair]
        deviation_a, deviation_b = np.sqrt(self.margins[a].variance), np.sqrt(self.margins[b].variance)
        result = deviation_a * deviation_b * influence
        if not self.margins[a].ordered:
            result = result + rho * deviation_b / (2 * deviation_a) * target[self.layout.margins[a][-1]]
        if not self.margins[b].ordered:
            result = result + rho * deviation_a / (2 * deviation_b) * target[self.layout.margins[b][-1]]
        return np.asarray(result)

    def blocks(self) -> Iterator[NDArray[np.floating]]:
        """
        Yield the influences of the rows, or of the clusters, in blocks of shape (k, rows of the block).

        Weighted, and with the sign of a mean turned, as in the vector of statistics; their cross-products sum to
        the covariance matrix of the statistics.
        """
        rows = self.rows
        single = len(rows.weights) >= SINGLE_FROM
        kind: type[np.floating] = np.float32 if single else np.float64
        tables: dict[int, NDArray[np.floating]] = {}
        for pair, table in self.pair_tables.items():
            tables[pair] = table.astype(np.float32).ravel() if single else table.ravel()
        for span in _spans(rows, max(1, BLOCK_NUMBERS // self.layout.size)):
            part = rows.part(span)
            columns = [
                part.column(index, margin) if not self.tabled_variables[index] or not self.tabled_pairs.all() else _NO
                for index, margin in enumerate(self.margins)
            ]
            block = np.empty((self.layout.size, len(part.weights)), dtype=kind)
            self._margin_block(part, columns, block)
            self._pair_block(part, columns, tables, block)
            for index, margin in enumerate(self.margins):
                if not margin.ordered:
                    block[self.layout.margins[index][0]] *= -1
            if rows.weighted:
                block *= part.weights.astype(kind)
            if part.clusters is not None:
                edges = np.flatnonzero(np.concatenate([[True], np.diff(part.clusters) != 0]))
                block = np.add.reduceat(block, edges, axis=1)
            yield block


_NO = Column(np.zeros(0, bool), np.zeros(0, np.intp), np.zeros(0), np.zeros(0), np.zeros(0))


def _spans(rows: Rows, length: int) -> Iterator[slice]:
    """Slices of about `length` rows that do not cut a cluster."""
    total, first = len(rows.weights), 0
    while first < total:
        last = min(first + length, total)
        if rows.clusters is not None and last < total:
            last = int(np.searchsorted(rows.clusters, rows.clusters[last - 1], side="right"))
        yield slice(first, last)
        first = last
