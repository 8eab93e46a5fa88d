"""What is resampled: parameters, defined parameters, standardised values and effects, of many draws at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.bootstrap.batched_implied import Batch
from wxsat.sem.bootstrap.batched_newton import BatchModel
from wxsat.sem.definitions import defined_values
from wxsat.sem.matrices import cell_of
from wxsat.sem.parameter import Parameter
from wxsat.sem.parameter_table import ParameterTable

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(frozen=True)
class Quantity:
    """
    One number that every draw gives.

    Attributes
    ----------
    name : str
        Unique: ``f~g``, ``f~g.g2`` in group 2, ``std(f~g)``, ``total(g -> f)``.
    quantity : {"parameter", "defined", "effect"}
    scale : {"raw", "std_all"}
    lhs, op, rhs : str
        Of a parameter or definition; of an effect outcome, kind and source (of a specific one the path).
    group : int
    label : str
    """

    name: str
    quantity: str
    scale: str
    lhs: str
    op: str
    rhs: str
    group: int
    label: str = ""


@dataclass(frozen=True)
class Effect:
    """One effect along the regressions of one group, by the places of its variables."""

    kind: str
    group: int
    outcome: int
    source: int
    path: tuple[int, ...]


@dataclass(frozen=True)
class Quantities:
    """
    The list of quantities of a table, and how to compute them.

    Attributes
    ----------
    listed : tuple of Quantity
    """

    table: ParameterTable
    shown: tuple[int, ...]
    effects: tuple[Effect, ...]
    listed: tuple[Quantity, ...]

    @property
    def names(self) -> list[str]:
        """Names, in the order of the columns."""
        return [q.name for q in self.listed]

    def values(self, model: BatchModel, groups: Sequence[Batch]) -> Array:
        """Return every quantity in every draw, from the implied moments of every group; (n_draws, n_quantities)."""
        place = {name: i for i, name in enumerate(model.layouts[0].cells.names)}
        raw = np.stack([_cell(groups[r.group - 1], r, place) for r in self.table.parameters], axis=1)
        std = np.stack(
            [v * _scale(groups[r.group - 1], r, place) for v, r in zip(raw.T, self.table.parameters, strict=True)],
            axis=1,
        )
        free = [i for i, r in enumerate(self.table.parameters) if r.free]
        parts = [raw[:, free], self._defined(raw), std[:, list(self.shown)], self._defined(std)]
        if self.effects:
            effects, ratios = self._effects(groups, model)
            parts += [effects, effects * ratios]
        return np.concatenate(parts, axis=1)

    def _defined(self, by_row: Array) -> Array:
        if not self.table.definitions:
            return np.zeros((len(by_row), 0))
        return np.array([defined_values(self.table, values) for values in by_row])

    def _effects(self, groups: Sequence[Batch], model: BatchModel) -> tuple[Array, Array]:
        found, ratios = [], []
        totals: dict[int, tuple[Array, Array, Array]] = {}
        for effect in self.effects:
            if effect.group not in totals:
                b = _regressions(groups[effect.group - 1], self.table, effect.group, model)
                whole = np.asarray(np.linalg.inv(np.eye(b.shape[1]) - b), dtype=np.float64)
                c = groups[effect.group - 1].all_covariance
                with np.errstate(invalid="ignore"):
                    totals[effect.group] = b, whole, np.asarray(np.sqrt(np.diagonal(c, axis1=1, axis2=2)))
            b, whole, sd = totals[effect.group]
            i, j = effect.outcome, effect.source
            if effect.kind == "specific":
                value = np.ones(len(b))
                for k, m in zip(effect.path[1:], effect.path[:-1], strict=True):
                    value = value * b[:, k, m]
            else:
                value = {"direct": b[:, i, j], "total": whole[:, i, j], "indirect": whole[:, i, j] - b[:, i, j]}[
                    effect.kind
                ]
            found.append(value)
            ratios.append(sd[:, j] / sd[:, i])
        return np.stack(found, axis=1), np.stack(ratios, axis=1)


def list_quantities(table: ParameterTable, model: BatchModel, effects: pd.DataFrame | None) -> Quantities:
    """
    List what a table's draws give.

    Parameters
    ----------
    effects : DataFrame, optional
        As :func:`wxsat.sem.effects.effects_frame` returns it; a column ``group`` says of which group (number or name).
    """
    rows = table.parameters
    listed = [Quantity(_named(r), "parameter", "raw", r.lhs, r.op, r.rhs, r.group, _label(r)) for r in rows if r.free]
    defined = [Quantity(r.lhs, "defined", "raw", r.lhs, ":=", r.rhs, 0, r.lhs) for r in table.definitions]
    shown = tuple(i for i, r in enumerate(rows) if not r.exo)
    std = [
        Quantity(f"std({_named(rows[i])})", "parameter", "std_all", rows[i].lhs, rows[i].op, rows[i].rhs,
                 rows[i].group, _label(rows[i]))
        for i in shown
    ]  # fmt: skip
    std += [Quantity(f"std({q.name})", "defined", "std_all", q.lhs, q.op, q.rhs, 0, q.label) for q in defined]
    found = _list_effects(effects, table, model)
    listed += [*defined, *std]
    for scale in ("raw", "std_all"):
        listed += [_effect_quantity(e, names, scale, table.n_groups) for e, names in found]
    return Quantities(table, shown, tuple(e for e, _ in found), tuple(listed))


def _list_effects(
    frame: pd.DataFrame | None, table: ParameterTable, model: BatchModel
) -> list[tuple[Effect, tuple[str, ...]]]:
    if frame is None or frame.empty:
        return []
    place = {name: i for i, name in enumerate(model.layouts[0].cells.names)}
    numbers = {name: g for g, name in enumerate(table.group_names, start=1)}
    found = []
    for record in frame.to_dict("records"):
        given = record.get("group", 1)
        group = numbers.get(str(given), given if isinstance(given, int) else 1)
        path = tuple(str(record.get("path") or "").split(" -> ")) if record["kind"] == "specific" else ()
        names = path or (str(record["source"]), str(record["outcome"]))
        steps = tuple(place[name] for name in path)
        effect = Effect(str(record["kind"]), group, place[names[-1]], place[names[0]], steps)
        found.append((effect, names))
    return found


def _effect_quantity(effect: Effect, names: tuple[str, ...], scale: str, n_groups: int) -> Quantity:
    path = " -> ".join(names)
    suffix = f".g{effect.group}" if n_groups > 1 and effect.group > 1 else ""
    name = f"{effect.kind}({path}){suffix}"
    source = path if effect.kind == "specific" else names[0]
    return Quantity(
        name if scale == "raw" else f"std({name})", "effect", scale, names[-1], effect.kind, source, effect.group
    )


def _named(row: Parameter) -> str:
    return row.name + (f".g{row.group}" if row.group > 1 else "")


def _label(row: Parameter) -> str:
    return "" if row.label.startswith(".p") or "~" in row.label else row.label


def _cell(batch: Batch, row: Parameter, place: dict[str, int]) -> Array:
    kind, i, j = cell_of(row, place)
    if kind == "intercept":
        # The mean is E alpha, hence alpha is (I - A) mean.
        return np.asarray(batch.all_mean[:, i] - np.einsum("nj,nj->n", batch.a[:, i], batch.all_mean))
    return np.asarray((batch.a if kind == "directed" else batch.s)[:, i, j])


def _scale(batch: Batch, row: Parameter, place: dict[str, int]) -> Array:
    """Return what a row's value is multiplied by to be standardised, as in wxsat.sem.standardise."""
    kind, i, j = cell_of(row, place)
    with np.errstate(invalid="ignore", divide="ignore"):
        sd = np.sqrt(batch.all_covariance[:, i, i])
        if kind == "intercept":
            factor = 1.0 / sd
        elif kind == "directed":
            factor = np.sqrt(batch.all_covariance[:, j, j]) / sd
        elif i == j:
            factor = 1.0 / sd**2
        else:
            factor = 1.0 / np.sqrt(batch.s[:, i, i] * batch.s[:, j, j])
    return np.asarray(np.where(np.isfinite(factor), factor, np.nan))


def _regressions(batch: Batch, table: ParameterTable, group: int, model: BatchModel) -> Array:
    """Return the regressions alone, loadings left out, as a matrix over all variables."""
    names = model.layouts[0].cells.names
    place = {name: i for i, name in enumerate(names)}
    mask = np.zeros((len(names), len(names)), dtype=bool)
    for row in table.parameters:
        if row.op == "~" and row.group == group:
            mask[place[row.lhs], place[row.rhs]] = True
    return np.where(mask, batch.a, 0.0)
