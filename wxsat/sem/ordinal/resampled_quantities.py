"""What every draw of an ordinal bootstrap gives: parameters, definitions, standardised values and effects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from wxsat.sem.bootstrap.quantities import Quantity
from wxsat.sem.definitions import defined_values
from wxsat.sem.effects import effects_frame
from wxsat.sem.matrices import cell_of, implied_value
from wxsat.sem.standardised_errors import standardised_jacobian

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from wxsat.sem.implied import Implied
    from wxsat.sem.parameter import Parameter
    from wxsat.sem.parameter_table import ParameterTable

    Array = NDArray[np.float64]


@dataclass(frozen=True)
class OrdinalQuantities:
    """
    The list of quantities of a table, and how to compute them.

    Attributes
    ----------
    table : ParameterTable
    listed : tuple of Quantity
    has_effects : bool
    """

    table: ParameterTable
    listed: tuple[Quantity, ...]
    has_effects: bool

    @classmethod
    def of(cls, table: ParameterTable, effects: pd.DataFrame) -> OrdinalQuantities:
        """List what a table's draws give, in the order of :meth:`values`."""
        rows = table.parameters
        listed = [_quantity(row, "raw") for row in rows if row.free]
        listed += [_definition(row, "raw") for row in table.definitions]
        listed += [_quantity(row, "std_all") for row in rows if not row.exo]
        listed += [_definition(row, "std_all") for row in table.definitions]
        for scale in ("raw", "std_all"):
            listed += [_effect(record, table, scale) for record in effects.to_dict("records")]
        return cls(table, tuple(listed), len(effects) > 0)

    def values(self, implied: Sequence[Implied], theta: Array) -> Array:
        """Return every quantity of one draw."""
        table = self.table
        rows = table.parameters
        place = {name: i for i, name in enumerate(implied[0].cells.names)}
        raw = np.array([implied_value(cell_of(row, place), implied[row.group - 1]) for row in rows])
        std = standardised_jacobian(table, implied, "std_all")[0]
        free = np.array([bool(row.free) for row in rows])
        shown = np.array([not row.exo for row in rows])
        parts = [raw[free], defined_values(table, raw), std[shown], defined_values(table, std)]
        if self.has_effects:
            frame = effects_frame(table, implied, np.zeros((len(theta), len(theta))))
            parts += [frame["estimate"].to_numpy(dtype="float64"), frame["std_all"].to_numpy(dtype="float64")]
        return np.concatenate([np.asarray(part, dtype=np.float64) for part in parts])


def _name(row: Parameter) -> str:
    return row.name + (f".g{row.group}" if row.group > 1 else "")


def _quantity(row: Parameter, scale: str) -> Quantity:
    label = "" if row.label.startswith(".p") or "~" in row.label else row.label
    name = _name(row) if scale == "raw" else f"std({_name(row)})"
    return Quantity(name, "parameter", scale, row.lhs, row.op, row.rhs, row.group, label)


def _definition(row: Parameter, scale: str) -> Quantity:
    name = row.lhs if scale == "raw" else f"std({row.lhs})"
    return Quantity(name, "defined", scale, row.lhs, ":=", row.rhs, 0, row.lhs)


def _effect(record: Mapping[Any, Any], table: ParameterTable, scale: str) -> Quantity:
    names = {name: g for g, name in enumerate(table.group_names, start=1)}
    given = record.get("group", 1)
    group = given if isinstance(given, int) else names.get(str(given), 1)
    path = str(record.get("path") or "") if record["kind"] == "specific" else ""
    way = path or f"{record['source']} -> {record['outcome']}"
    suffix = f".g{group}" if group > 1 else ""
    name = f"{record['kind']}({way}){suffix}"
    source = path or str(record["source"])
    outcome, kind = str(record["outcome"]), str(record["kind"])
    return Quantity(name if scale == "raw" else f"std({name})", "effect", scale, outcome, kind, source, group)
