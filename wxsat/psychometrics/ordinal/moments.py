"""Sample statistics of ordinal (and mixed) data for a structural model, with their asymptotic covariance matrix.

Thresholds, polychoric, polyserial and Pearson correlations in two steps (margins first, then every pair given its
margins), as Muthen (1984) and lavaan do it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wxsat.finding import Finding
from wxsat.psychometrics.ordinal.answers import Where, check_known, check_used, encode_answers, observed_categories
from wxsat.psychometrics.ordinal.covariance import full_covariance, variances
from wxsat.psychometrics.ordinal.influence import Influence, Layout, Rows, layout_of
from wxsat.psychometrics.ordinal.margins import (
    Margin,
    fit_numeric_margin,
    fit_ordered_margin,
    stack_locations,
    thresholds_from_counts,
)
from wxsat.psychometrics.ordinal.notes import (
    EmptyTable,
    empty_tables,
    note_clusters,
    note_correlations,
    note_empty_tables,
)
from wxsat.psychometrics.ordinal.pairs import find_patterns, fit_pair
from wxsat.psychometrics.ordinal.polychoric import polychoric_from_tables
from wxsat.psychometrics.ordinal.selection import Selection, select_rows
from wxsat.psychometrics.ordinal.tables import CrossTable, cross_table

Array = NDArray[np.float64]
MissingRule = Literal["listwise", "pairwise"]
Extent = Literal["full", "diagonal", "none"]


@dataclass(frozen=True)
class OrdinalMoments:
    r"""
    Sample statistics of one group, ordered variables on the scale of their latent responses.

    Attributes
    ----------
    names : tuple of str
        The p variables, in the order of the model.
    ordered : tuple of bool
    n_obs, n_read : int
        Rows used and rows read.
    categories : tuple of tuple of float
        Codes of each ordered variable; empty for a numeric one.
    thresholds : tuple of ndarray
        Of each ordered variable, given x where there are exogenous variables (those at x = 0); empty for a numeric
        one.
    means : ndarray, shape (p,)
        0 for an ordered variable; given x, the intercept.
    covariance : ndarray, shape (p, p)
        1 on the diagonal for an ordered variable; numeric ones divided by N; of the residuals given x.
    exogenous : tuple of str
        The m exogenous variables everything is conditional on.
    slopes : ndarray, shape (p, m)
    exogenous_mean, exogenous_covariance : ndarray, shape (m,) and (m, m)
        Divided by N.
    statistics : ndarray, shape (k,)
        lavaan's ``WLS.obs``: by variable its thresholds, or minus its mean; slopes, one exogenous variable after
        the other; variances of the numeric variables; the lower triangle of `covariance`, column by column.
    labels : tuple of str
        ``u1|t1``, ``y1~1`` (of minus the mean), ``u1~x``, ``y1~~y1``, ``u1~~u2``.
    nacov : ndarray, shape (k, k), optional
        Covariance matrix of :math:`\sqrt{n}` times the statistics, lavaan's ``NACOV`` (Gamma): divide by `n_obs`
        for that of the statistics. None if only its diagonal was asked for.
    nacov_diagonal : ndarray, shape (k,), optional
        None if it was not asked for at all.
    pair_n : ndarray of int, shape (p, p)
        Rows behind each entry of `covariance`.
    empty_tables : tuple of EmptyTable
        Pairs of ordered variables whose table has an empty cell.
    n_clusters : int
        0 without clusters.
    findings : tuple of Finding
    """

    names: tuple[str, ...]
    ordered: tuple[bool, ...]
    n_obs: int
    n_read: int
    categories: tuple[tuple[float, ...], ...]
    thresholds: tuple[Array, ...]
    means: Array
    covariance: Array
    exogenous: tuple[str, ...]
    slopes: Array
    exogenous_mean: Array
    exogenous_covariance: Array
    statistics: Array
    labels: tuple[str, ...]
    nacov: Array | None
    nacov_diagonal: Array | None
    pair_n: NDArray[np.int64]
    empty_tables: tuple[EmptyTable, ...] = ()
    n_clusters: int = 0
    findings: tuple[Finding, ...] = ()


def evaluate_ordinal_moments(
    values: ArrayLike,
    names: Sequence[str],
    ordered: Sequence[bool] | NDArray[np.bool_],
    *,
    exogenous: ArrayLike | None = None,
    exogenous_names: Sequence[str] = (),
    missing: MissingRule = "listwise",
    weights: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    categories: Sequence[Sequence[float]] | None = None,
    group: str = "",
    full_nacov: bool = True,
) -> OrdinalMoments:
    r"""
    Thresholds, polychoric and polyserial correlations of one group, with their asymptotic covariance matrix.

    Parameters
    ----------
    values : array_like, shape (n, p)
        NaN where there is no answer. Ordered variables may carry any numbers, their order counts.
    names : sequence of str
    ordered : sequence of bool
        Which variables are ordered; the others are numeric.
    exogenous : array_like, shape (n, m), optional
        Everything is then conditional on these (lavaan's ``conditional.x = TRUE``): ordered probit and linear
        regressions, and correlations of their residuals. Rows with a hole here are dropped.
    exogenous_names : sequence of str
    missing : {"listwise", "pairwise"}
        ``pairwise`` uses for every margin and every pair the rows that have it; valid if answers are missing
        completely at random.
    weights : array_like, shape (n,), optional
        Sampling weights; rescaled to sum to the rows used. Estimates solve the weighted score equations, and the
        asymptotic covariance matrix is the sandwich with squared weights.
    clusters : array_like, shape (n,), optional
        Labels (numbers) of sampled clusters; influences are summed within clusters before they are squared, with
        the factor C / (C - 1).
    categories : sequence, optional
        Of each variable over all groups, from :func:`observed_categories`; by default those of these rows.
    group : str
        Its name, for messages.
    full_nacov : bool
        Whether the whole asymptotic covariance matrix is made, k x k numbers, or its diagonal alone; the diagonal
        costs nothing where all variables are ordered and there are neither clusters nor exogenous variables.

    Returns
    -------
    OrdinalMoments

    Raises
    ------
    DataError
        MEAS-030 a category that the group never uses, MEAS-031 a single category, MEAS-032 more than 20,
        MEAS-033 unusable weights, MEAS-034 exogenous variables without variance or collinear, MEAS-035 no rows,
        MEAS-036 two ordered variables that answer for one another without exception, MEAS-037 a numeric variable
        without variance, MEAS-039 shapes, names, clusters.
    EstimationError
        MEAS-038 a probit regression without a finite solution.

    Notes
    -----
    In a 2 x 2 table an empty cell gets half a person and the margins are kept; larger tables stay as they are
    (lavaan's ``zero.add = c(0.5, 0)``). The blocks of the outer matrices of the sandwich are sums of squared
    scores, as in lavaan. Checked against ``lavaan`` 0.6-14 (``sampstat``, ``gamma``) on ordinal, mixed,
    conditional, weighted and incomplete data; clusters, which lavaan ignores here, against simulation.

    References
    ----------
    .. [1] Muthen, B. (1984). Psychometrika, 49(1), 115-132.
    .. [2] Olsson, U. (1979). Psychometrika, 44(4), 443-460.
    .. [3] Muthen, B., & Satorra, A. (1995). Psychometrika, 60(4), 489-503.

    Examples
    --------
    >>> rows = np.array([[1, 1], [1, 2], [2, 1], [2, 2], [2, 2], [1, 1.0]])
    >>> moments = evaluate_ordinal_moments(rows, ["u1", "u2"], [True, True])
    >>> moments.labels
    ('u1|t1', 'u2|t1', 'u1~~u2')
    >>> round(float(moments.statistics[2]), 6)
    0.5
    """
    selection = select_rows(
        values, names, ordered, exogenous, exogenous_names, missing=missing, weights=weights, clusters=clusters,
        where=Where(group),
    )  # fmt: skip
    if categories is None:
        known: Sequence[Sequence[float]] = observed_categories(selection.values, names, selection.ordered)
    else:
        known = categories
        check_known(selection.values, names, selection.ordered, known, Where(group))
    every = tuple(tuple(float(code) for code in codes) for codes in known)
    return moments_of_selection(selection, every, Where(group), "full" if full_nacov else "diagonal")


def moments_of_selection(
    selection: Selection, categories: tuple[tuple[float, ...], ...], where: Where, nacov: Extent
) -> OrdinalMoments:
    """Return the statistics of selected rows, with as much of their asymptotic covariance matrix as `nacov` says."""
    rows, position, sizes, holes = _coded(selection, categories)
    cross = cross_table(rows.codes[:, selection.ordered], sizes + holes, rows.weights if rows.weighted else None)
    _check_margins(selection, categories, cross, where)
    margins = _fit_margins(selection, rows, cross, sizes)
    layout = layout_of(margins)
    correlations = _fit_correlations(margins, layout, rows, cross, position)
    empty = empty_tables(selection.names, categories, cross, position)
    notes = note_empty_tables(empty, where) + note_correlations(
        selection.names, selection.ordered, layout, correlations, where, refuse=nacov != "none"
    )
    full: Array | None = None
    diagonal: Array | None = None
    if nacov != "none":
        influence = Influence(margins, correlations, rows, layout, cross, position)
        if nacov == "full":
            full = full_covariance(influence) * len(rows.weights)
            diagonal = np.diag(full).copy()
        else:
            diagonal = variances(influence, _squared(influence, selection, sizes + holes)) * len(rows.weights)
    n_clusters = 0 if rows.clusters is None else len(np.unique(rows.clusters))
    notes += note_clusters(n_clusters, layout.size, where)
    return _assemble(selection, categories, margins, layout, correlations, full, diagonal, empty, n_clusters, notes)


def _coded(
    selection: Selection, categories: tuple[tuple[float, ...], ...]
) -> tuple[Rows, NDArray[np.intp], NDArray[np.intp], int]:
    """Return the rows with category codes, where each ordered variable stands in the tables, sizes, and holes."""
    ordered = selection.ordered
    codes = np.zeros(selection.values.shape, dtype=np.uint8, order="F")
    known = [scale for scale, is_ordered in zip(categories, ordered, strict=True) if is_ordered]
    codes[:, ordered] = encode_answers(selection.values[:, ordered], known)
    sizes = np.array([len(scale) for scale in known], dtype=np.intp)
    position = np.where(ordered, np.cumsum(ordered) - 1, -1).astype(np.intp)
    holes = int(np.isnan(selection.values[:, ordered]).any()) if ordered.any() else 0
    rows = Rows(
        selection.values,
        codes,
        selection.exogenous,
        selection.weights,
        selection.weighted,
        selection.clusters,
        find_patterns(selection.exogenous),
    )
    return rows, position, sizes, holes


def _check_margins(
    selection: Selection, categories: tuple[tuple[float, ...], ...], cross: CrossTable, where: Where
) -> None:
    names = [name for name, is_ordered in zip(selection.names, selection.ordered, strict=True) if is_ordered]
    known = [codes for codes, is_ordered in zip(categories, selection.ordered, strict=True) if is_ordered]
    counts = [cross.margin(index)[: len(codes)] for index, codes in enumerate(known)]
    check_used(counts, names, known, where)


def _fit_margins(selection: Selection, rows: Rows, cross: CrossTable, sizes: NDArray[np.intp]) -> tuple[Margin, ...]:
    margins: list[Margin] = []
    at = 0
    for index, name in enumerate(selection.names):
        if not selection.ordered[index]:
            margins.append(fit_numeric_margin(rows.values[:, index], rows.exogenous, rows.weights))
            continue
        size = int(sizes[at])
        if rows.exogenous.shape[1]:
            margins.append(fit_ordered_margin(rows.codes[:, index], size, rows.exogenous, rows.weights, name))
        else:
            margins.append(Margin(thresholds_from_counts(cross.margin(at)[:size]), np.zeros(0), 1.0, ordered=True))
        at += 1
    return tuple(margins)


def _fit_correlations(
    margins: tuple[Margin, ...], layout: Layout, rows: Rows, cross: CrossTable, position: NDArray[np.intp]
) -> Array:
    """Return the correlations in the order of the layout; pairs of tables at once, the others one by one."""
    correlations = np.full(len(layout.first), np.nan)
    sizes = np.array([len(margin.location) + 1 for margin in margins])
    ordered = np.array([margin.ordered for margin in margins])
    tabled = ordered[layout.first] & ordered[layout.second] & (rows.exogenous.shape[1] == 0)
    kinds = np.where(tabled, sizes[layout.first] * 1000 + sizes[layout.second], -1)
    for kind in np.unique(kinds[tabled]):
        pairs = np.flatnonzero(kinds == kind)
        a, b = layout.first[pairs], layout.second[pairs]
        tables = cross.tables(position[a], position[b])[: sizes[a[0]], : sizes[b[0]]]
        first, second = stack_locations(margins, a), stack_locations(margins, b)
        correlations[pairs] = polychoric_from_tables(tables, first, second)
    if not tabled.all():
        columns = [rows.column(index, margin) for index, margin in enumerate(margins)]
        for pair in np.flatnonzero(~tabled):
            i, j = int(layout.first[pair]), int(layout.second[pair])
            correlations[pair] = fit_pair(margins[i], margins[j], columns[i], columns[j], rows.weights, rows.patterns)
    return correlations


def _squared(influence: Influence, selection: Selection, sizes: NDArray[np.intp]) -> CrossTable | None:
    """Return the tables by squared weights, if the diagonal can be had from tables."""
    if selection.clusters is not None or not influence.tabled_variables.all():
        return None
    if not selection.weighted:
        return influence.cross
    return cross_table(influence.rows.codes[:, selection.ordered], sizes, selection.weights**2)


def _assemble(
    selection: Selection,
    categories: tuple[tuple[float, ...], ...],
    margins: tuple[Margin, ...],
    layout: Layout,
    correlations: Array,
    full: Array | None,
    diagonal: Array | None,
    empty: tuple[EmptyTable, ...],
    n_clusters: int,
    notes: tuple[Finding, ...],
) -> OrdinalMoments:
    variance = np.array([margin.variance for margin in margins])
    covariance = np.diag(variance)
    entries = correlations * np.sqrt(variance[layout.first] * variance[layout.second])
    covariance[layout.first, layout.second] = covariance[layout.second, layout.first] = entries
    slopes = np.array([margin.slopes for margin in margins]).reshape(len(margins), -1)
    location = [margin.location if margin.ordered else -margin.location for margin in margins]
    statistics = np.concatenate([*location, slopes.T.ravel(), variance[~selection.ordered], entries])
    present = (~np.isnan(selection.values)).astype(np.float32)
    x_mean, x_covariance = _exogenous_moments(selection)
    return OrdinalMoments(
        names=selection.names,
        ordered=tuple(bool(flag) for flag in selection.ordered),
        n_obs=len(selection.values),
        n_read=selection.n_read,
        categories=categories,
        thresholds=tuple(margin.location if margin.ordered else np.zeros(0) for margin in margins),
        means=np.array([0.0 if margin.ordered else margin.location[0] for margin in margins]),
        covariance=covariance,
        exogenous=selection.exogenous_names,
        slopes=slopes,
        exogenous_mean=x_mean,
        exogenous_covariance=x_covariance,
        statistics=statistics,
        labels=_labels(selection, margins, layout),
        nacov=full,
        nacov_diagonal=diagonal,
        pair_n=np.rint(present.T @ present).astype(np.int64),
        empty_tables=empty,
        n_clusters=n_clusters,
        findings=notes,
    )


def _exogenous_moments(selection: Selection) -> tuple[Array, Array]:
    share = selection.weights / selection.weights.sum()
    mean = share @ selection.exogenous
    centred = selection.exogenous - mean
    return np.asarray(mean), np.asarray((centred * share[:, None]).T @ centred)


def _labels(selection: Selection, margins: tuple[Margin, ...], layout: Layout) -> tuple[str, ...]:
    names = selection.names
    labels: list[str] = []
    for name, margin in zip(names, margins, strict=True):
        labels += [f"{name}|t{t + 1}" for t in range(len(margin.location))] if margin.ordered else [f"{name}~1"]
    labels += [f"{name}~{x}" for x in selection.exogenous_names for name in names]
    labels += [f"{name}~~{name}" for name, margin in zip(names, margins, strict=True) if not margin.ordered]
    labels += [f"{names[a]}~~{names[b]}" for a, b in zip(layout.first, layout.second, strict=True)]
    return tuple(labels)
