"""Fit a model with rotated blocks: once with the blocks held in place, then turned, errors and all.

Turning changes neither the implied moments nor the test of fit. The errors of what is turned follow from those of the
solution before by the delta method: the turned parameters are the ones that imply the same moments and meet the
conditions of the rotation, so that both say how they move.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wxsat.errors import ModelError, UsageError
from wxsat.finding import Finding
from wxsat.psychometrics.factors.criteria import Criterion
from wxsat.sem.assemble import group_fits
from wxsat.sem.esem.blocks import Block, checked_blocks, has_blocks, split_blocks, with_loadings
from wxsat.sem.esem.criterion import RotationOptions, criterion_of
from wxsat.sem.esem.turning import Turn, departures, turn_block, turned_matrices
from wxsat.sem.estimates import estimates_columns
from wxsat.sem.implied import Implied, implied_groups, moments_jacobian
from wxsat.sem.inputs import model_text
from wxsat.sem.matrices import cell_of, cell_value, lay_out_groups
from wxsat.sem.model_options import ModelOptions
from wxsat.sem.parameter_table import ParameterTable, complete_model
from wxsat.sem.restrictions import Restrictions, null_basis
from wxsat.sem.syntax import read_syntax

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument
    from wxsat.sem.result import SemResult

Array = NDArray[np.float64]
STEP = 1e-5
"""Of the differences that give the slopes of the rotation's conditions; their error is some 1e-9."""
FEW = 0.2
"""Share of the starts below which a criterion counts as one with rival solutions."""


@dataclass(frozen=True)
class _Problem:
    """What is turned: the rotated table and its layout, the blocks and their criteria."""

    table: ParameterTable
    blocks: tuple[Block, ...]
    criteria: Mapping[str, Criterion]
    rotation: RotationOptions
    oblique: bool

    def departures(self, groups: Sequence[Implied]) -> Array:
        parts = [
            departures(at, b, self.criteria[b.name], oblique=self.oblique, standardise=self.rotation.standardise)
            for at in groups
            for b in self.blocks
        ]
        return np.concatenate(parts)


def explored_text(model: Any, instrument: Instrument | None) -> str | None:
    """Return a model's text when it explores factors (``efa()``), else None."""
    if isinstance(model, ParameterTable):
        return None
    text = model_text(model, instrument)[0]
    return text if has_blocks(text) else None


def check_explored(explored: str | None, **unavailable: Any) -> None:
    """
    Refuse a rotation of nothing, and options that a rotated solution cannot carry.

    Raises
    ------
    UsageError
        SEM-099.
    """
    if explored is None:
        raise UsageError(
            "SEM-099", "a rotation is asked, and the model explores no factors.", where="rotation",
            hint='Write efa("block")*F1 + efa("block")*F2 =~ x1 + x2 + x3 + x4',
        )  # fmt: skip
    asked = [name for name, value in unavailable.items() if value not in (None, False, (), "", [])]
    if asked:
        raise UsageError(
            "SEM-099", f"{', '.join(asked)}: not available for a model with efa() blocks.", where=asked[0],
            hint="Fit the confirmatory model, or leave the option out.",
        )  # fmt: skip


def fit_esem(
    model: str, data: Any, shape: ModelOptions, rotation: RotationOptions, groups: tuple[str, ...], **options: Any
) -> SemResult:
    """
    Fit a model text with ``efa()`` blocks; called by :func:`wxsat.fit_sem`.

    Parameters
    ----------
    model : str
        Text.
    data : DataFrame, Responses or None
    shape : ModelOptions
        Without equalities over groups.
    rotation : RotationOptions
    groups : tuple of str
        Names of the groups, one empty name without.
    **options
        Further arguments of ``fit_sem``.

    Returns
    -------
    SemResult
        Of the rotated parameters.

    Notes
    -----
    Checked against lavaan 0.6-14's ``efa()`` blocks.
    """
    from wxsat.sem.fit import fit_sem

    name = "model"
    plain, named = split_blocks(model, name)
    syntax = read_syntax(plain, name)
    blocks = checked_blocks(syntax, named)
    oblique = not shape.orthogonal
    first = complete_model(with_loadings(syntax, blocks, echelon=True, oblique=oblique), shape, groups)
    table = complete_model(with_loadings(syntax, blocks, echelon=False, oblique=oblique), shape, groups)
    criteria = {b.name: criterion_of(rotation, b) for b in blocks}
    before = fit_sem(first, data, **options)
    lost = [v for v in table.observed_names if v not in before.table.observed_names]
    if lost:
        raise ModelError(
            "SEM-089", f"the form did not ask {', '.join(lost)}; a rotated block needs all of its items.", where=name
        )
    problem = _Problem(table, blocks, criteria, rotation, oblique)
    return _turned(before, problem)


def _turned(before: SemResult, problem: _Problem) -> SemResult:
    import pandas as pd

    old = before.outcome
    if old is None:
        raise UsageError("SEM-099", "the solution of this engine cannot be rotated.", where="engine")
    by_name = {b.name: b for b in problem.blocks}
    turns = [
        [
            turn_block(at, b, number, problem.criteria[b.name], problem.rotation, oblique=problem.oblique)
            for b in problem.blocks
        ]
        for number, at in enumerate(old.implied, start=1)
    ]
    theta = _turned_theta(problem.table, old.implied, turns, by_name)
    cells = lay_out_groups(problem.table, old.sample)
    implied = implied_groups(cells, theta)
    slopes = _slopes(problem, cells, theta)
    jacobian = _moves(problem, before.table, old.implied, implied, slopes)
    vcov = jacobian @ old.vcov @ jacobian.T
    basis = null_basis(slopes)
    back = np.linalg.pinv(basis.T @ jacobian)
    outcome = replace(
        old, estimate=replace(old.estimate, theta=theta, start=None), implied=implied, vcov=vcov,
        information=basis @ back.T @ old.information @ back @ basis.T,
        restrictions=Restrictions(basis, np.asarray(theta - basis @ (basis.T @ theta))),
    )  # fmt: skip
    fits = group_fits(problem.table, outcome)
    return replace(
        before, table=problem.table, parameters=pd.DataFrame(estimates_columns(problem.table, implied, theta, vcov)),
        latent_covariance=fits[0].latent_covariance, parameter_covariance=vcov, groups=fits, outcome=outcome,
        latent_names=problem.table.latent_names,
        findings=(*before.findings, *_findings([t for own in turns for t in own], problem.rotation)),
        provenance=dict(before.provenance) | {"rotation": _provenance(turns, problem.rotation, problem.oblique)},
    )  # fmt: skip


def _turned_theta(
    table: ParameterTable, old: Sequence[Implied], turns: Sequence[Sequence[Turn]], blocks: Mapping[str, Block]
) -> Array:
    theta = np.zeros(table.n_free)
    for number, (at, own) in enumerate(zip(old, turns, strict=True), start=1):
        place = {name: k for k, name in enumerate(at.cells.names)}
        matrices = turned_matrices(at, own, blocks)
        for row in table.parameters:
            if row.free and row.group == number:
                theta[row.free - 1] = cell_value(cell_of(row, place), *matrices)
    return theta


def _slopes(problem: _Problem, cells: Any, theta: Array) -> Array:
    """Return the derivative of the rotation's conditions, by central differences; zero where they do not depend."""
    columns = []
    for k in range(len(theta)):
        step = STEP * max(1.0, abs(theta[k]))
        ends = []
        for side in (1.0, -1.0):
            moved = theta.copy()
            moved[k] += side * step
            ends.append(problem.departures(implied_groups(cells, moved)))
        columns.append((ends[0] - ends[1]) / (2 * step))
    return np.column_stack(columns)


def _moves(
    problem: _Problem, first: ParameterTable, old: Sequence[Implied], new: Sequence[Implied], slopes: Array
) -> Array:
    """Return the derivative of the turned parameters with respect to those before."""
    factors = {f for b in problem.blocks for f in b.factors}
    places = {(row.group, row.key): row.free - 1 for row in first.parameters if row.free}
    kept, source = [], []
    for row in problem.table.parameters:
        if row.free and not factors.intersection((row.lhs, row.rhs)):
            kept.append(row.free - 1)
            source.append(places[row.group, row.key])
    same_new, same_old = np.zeros((len(kept), problem.table.n_free)), np.zeros((len(kept), first.n_free))
    same_new[np.arange(len(kept)), kept] = 1.0
    same_old[np.arange(len(kept)), source] = 1.0
    left = np.vstack([*(moments_jacobian(at) for at in new), slopes, same_new])
    right = np.vstack([*(moments_jacobian(at) for at in old), np.zeros((len(slopes), first.n_free)), same_old])
    # Columns of unlike size: scaled, so that none is lost in the rank.
    scale = np.linalg.norm(left, axis=0)
    return np.asarray(np.linalg.lstsq(left / scale, right, rcond=1e-12)[0] / scale[:, None])


def _findings(turns: Sequence[Turn], rotation: RotationOptions) -> tuple[Finding, ...]:
    found = []
    for turn in turns:
        where = turn.block
        if not turn.rotated.converged:
            message = f"the rotation of block {where} did not converge: its loadings are not final."
            found.append(Finding("SEM-183", "warning", where, message, {"block": where}))
        elif turn.rotated.starts_agreeing < FEW * turn.rotated.starts:
            message = (
                f"{turn.rotated.starts_agreeing} of {turn.rotated.starts} starts of the rotation of block {where} end "
                f"at the best value of {rotation.name}: it has rival solutions."
            )
            evidence = {"block": where, "agreeing": turn.rotated.starts_agreeing, "starts": turn.rotated.starts}
            found.append(Finding("SEM-184", "note", where, message, evidence))
    return tuple(found)


def _provenance(turns: Sequence[Sequence[Turn]], rotation: RotationOptions, oblique: bool) -> dict[str, Any]:
    return {
        "method": rotation.name,
        "oblique": oblique,
        "epsilon": rotation.epsilon if rotation.name == "geomin" else None,
        "standardised": rotation.standardise,
        "starts": rotation.starts,
        "seed": rotation.seed,
        "blocks": [
            {"block": t.block, "group": t.group, "value": t.rotated.value, "starts_agreeing": t.rotated.starts_agreeing}
            for own in turns
            for t in own
        ],
    }
