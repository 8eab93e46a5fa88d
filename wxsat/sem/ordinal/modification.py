r"""
Modification indices of ordinal models: lavaan's, and one with a distribution.

``mi`` is by how much the discrepancy would fall, :math:`Ns^2/V` with s the slope of the discrepancy as it counts (N - 1
rows of N), as lavaan prints it; under DWLS and ULS it has no
chi-square distribution. ``mi_scaled`` divides by what the slope really varies (the general score test with the
asymptotic covariance of the statistics), and `p_value` is that one's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.matrices import cell_of
from wxsat.sem.modification import (
    COLUMNS,
    UNIDENTIFIED,
    ModificationIndices,
    candidate_parameters,
    standardised_change,
    unit_scales,
)
from wxsat.sem.ordinal.implied import OrdinalPoint, ordinal_point
from wxsat.sem.ordinal.layout import OrdinalLayout
from wxsat.sem.ordinal.outcome import OrdinalOutcome, OrdinalWork
from wxsat.sem.parameter import Parameter
from wxsat.sem.parameter_table import ParameterTable
from wxsat.sem.robust.inverse import ranked_inverse
from wxsat.sem.robust.scaled_tests import upper_tail

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


def ordinal_modification_indices(table: ParameterTable, outcome: OrdinalOutcome) -> ModificationIndices:
    """
    Return the modification indices of an ordinal solution, largest first.

    Notes
    -----
    Candidates are those of continuous models, and scales where thresholds are tied; residual variances that follow from
    the rest are none. ``mi`` and ``epc`` are checked against lavaan 0.6-14's ``modindices()``.
    """
    import pandas as pd

    work = outcome.work
    assert work is not None
    candidates = [_candidates(table, block) for block in range(1, table.n_groups + 1)]
    points = _extended(work, outcome.estimate.theta, candidates)
    first = len(outcome.estimate.theta)
    score, information, meat = _pieces(points, work, outcome)
    basis = outcome.restrictions.basis
    inverse, rank = ranked_inverse(basis.T @ information[:first, :first] @ basis)
    own = basis @ inverse @ basis.T
    cross = information[first:, :first]
    carried = cross @ own
    alone = np.diag(information)[first:]
    left = alone - np.einsum("ij,ij->i", carried, cross)
    slope = score[first:] - carried @ score[:first]
    out = np.hstack([-carried, np.eye(len(carried))])
    spread = np.einsum("ij,ij->i", out @ meat, out)
    size = float(work.sizes.sum())
    flat = [(block, row) for block, rows in enumerate(candidates) for row in rows]
    scales = [unit_scales(table, at) for at in outcome.implied]
    place = {name: k for k, name in enumerate(outcome.implied[0].cells.names)}
    records = []
    for k in np.flatnonzero((left > UNIDENTIFIED * alone) & (spread > 0)).tolist():
        block, row = flat[k]
        epc, scaled = float(slope[k] / left[k]), float(size * slope[k] ** 2 / spread[k])
        head = {"lhs": row.lhs, "op": row.op, "rhs": row.rhs, "group": row.group}
        head |= {"mi": size * float(slope[k] ** 2 / left[k]), "p_value": upper_tail(scaled, 1), "epc": epc}
        changes = standardised_change(scales[block], cell_of(row, place), epc)
        records.append(head | changes | {"mi_scaled": scaled})
    frame = pd.DataFrame(records, columns=[*COLUMNS, "mi_scaled"])
    frame = frame.sort_values("mi", ascending=False, ignore_index=True)
    return ModificationIndices(frame, rank, outcome.restrictions.n_unique, ())


def _candidates(table: ParameterTable, block: int) -> list[Parameter]:
    cuts, delta = table.ordered, table.options.parameterization == "delta"
    # With thresholds of its own an item's scale cannot be told from its loading.
    tied = delta and (table.n_groups > 1 or bool(table.constraints))
    found = []
    for row in candidate_parameters(table.in_block(block), block):
        if row.op == "~*~" and tied:
            found.append(row)
        follows = delta and row.op == "~~" and row.lhs == row.rhs and row.lhs in cuts
        if row.op not in ("|", "~*~") and not follows:
            found.append(row)
    return found


def _extended(work: OrdinalWork, theta: Array, candidates: Sequence[Sequence[Parameter]]) -> list[OrdinalPoint]:
    """Return the points with derivatives for the candidates after the model's own parameters."""
    total = len(theta) + sum(map(len, candidates))
    offset, found = len(theta), []
    for layout, point, rows in zip(work.layouts, work.points, candidates, strict=True):
        whole = np.zeros(total)
        whole[: len(theta)] = theta
        found.append(_longer(layout, point, rows, whole, offset))
        offset += len(rows)
    return found


def _longer(
    layout: OrdinalLayout, point: OrdinalPoint, rows: Sequence[Parameter], theta: Array, offset: int
) -> OrdinalPoint:
    """Return one group's point with further cells and scales, whose numbers begin at `offset`."""
    cells, base = layout.cells, point.base
    place = {name: i for i, name in enumerate(cells.names)}
    where = [cell_of(row, place) for row in rows]
    is_scale = np.array([kind == "scale" for kind, _, _ in where], dtype=bool)
    numbers = np.arange(offset, offset + len(rows))
    kinds = np.array([kind for kind, _, _ in where], dtype=object)[~is_scale]
    i = np.array([i for _, i, _ in where], dtype=np.intp)
    j = np.array([j for _, _, j in where], dtype=np.intp)
    scaled = np.array([int(np.flatnonzero(layout.own == k)[0]) for k in i[is_scale].tolist()], dtype=np.intp)
    scale_place = layout.scale_place.copy()
    scale_place[scaled] = numbers[is_scale]
    theta[numbers[is_scale]] = layout.scale_value[scaled]
    i, j = i[~is_scale], j[~is_scale]
    longer = replace(
        cells,
        n_free=len(theta),
        index=np.concatenate([cells.index, numbers[~is_scale]]).astype(np.intp),
        directed=np.concatenate([cells.directed, kinds == "directed"]),
        intercept=np.concatenate([cells.intercept, kinds == "intercept"]),
        row=np.concatenate([cells.row, i]),
        column=np.concatenate([cells.column, j]),
    )
    values = np.where(kinds == "directed", base.a[i, j], np.where(kinds == "intercept", base.alpha[i], base.s[i, j]))
    theta[numbers[~is_scale]] = values.astype(np.float64)
    return ordinal_point(replace(layout, cells=longer, scale_place=scale_place), theta)


def _pieces(points: Sequence[OrdinalPoint], work: OrdinalWork, outcome: OrdinalOutcome) -> tuple[Array, Array, Array]:
    """Return score, information and variance of the score of one row, over groups."""
    length = points[0].jacobian.shape[1]
    score, information, meat = np.zeros(length), np.zeros((length, length)), np.zeros((length, length))
    shares = work.sizes / work.sizes.sum()
    parts = zip(points, work.roots, work.turned, shares, work.sizes, outcome.ordinal_groups, strict=True)
    for point, root, gamma, share, size, group in parts:
        jacobian = root.turn(point.jacobian)
        residual = root.turn(np.asarray(group.known.statistics) - point.statistics)
        score += share * (1.0 - 1.0 / size) * (jacobian.T @ residual)
        information += share * (jacobian.T @ jacobian)
        meat += share * (jacobian.T @ (gamma @ jacobian))
    return score, information, meat
