"""Loadings: how each indicator goes with its construct in the fitted model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.present.numbers import Language
from wxsat.present.table import Table
from wxsat.present.tables.building import TableBuilder
from wxsat.present.tables.parameters import FIGURES, add_figures, has_groups, key_of, mark_of, parameters_with

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument
    from wxsat.sem.result import SemResult


def tabulate_loadings(
    result: SemResult,
    instrument: Instrument | None,
    language: Language,
    *,
    id: str = "",
    refused: bool | None = None,
) -> Table:
    """Return the measurement model under each construct; a fixed loading has no standard error."""
    build = TableBuilder("loadings", instrument, language, id)
    groups = has_groups(result)
    if groups:
        build.add_column("group", "integer")
    build.add_column("construct", collapse=True)
    build.add_column("item")
    add_figures(build)
    rows = parameters_with(result, "=~")
    for row in rows:
        names = (build.names.of(row["lhs"]), build.names.of(row["rhs"]))
        lead = (row["group"], *names) if groups else names
        build.add_row(key_of(row, groups), (*lead, *(row[name] for name in FIGURES)), marked=mark_of(result, refused))
    build.add_note("figures", n=result.n_obs)
    if any(row["std_error"] is None for row in rows):
        build.add_note("fixed")
    build.add_note("convention")
    build.add_refusal(result.findings)
    return build.build()
