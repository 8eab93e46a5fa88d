"""Explained variance of the endogenous constructs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.present.numbers import Language
from wxsat.present.table import Table
from wxsat.present.tables.building import TableBuilder, records
from wxsat.present.tables.parameters import has_groups, mark_of, parameters_with

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument
    from wxsat.sem.result import SemResult


def tabulate_r2(
    result: SemResult,
    instrument: Instrument | None,
    language: Language,
    *,
    id: str = "",
    refused: bool | None = None,
) -> Table:
    """Return R² of every outcome of a structural path; that of an indicator is its squared loading."""
    build = TableBuilder("r2", instrument, language, id)
    groups = has_groups(result)
    if groups:
        build.add_column("group", "integer")
    build.add_column("construct")
    build.add_column("predictors")
    build.add_column("r2", "number", 3, no_zero=True)
    predictors: dict[str, list[str]] = {}
    for path in parameters_with(result, "~"):
        known = predictors.setdefault(str(path["lhs"]), [])
        name = build.names.of(path["rhs"])
        if name not in known:
            known.append(name)
    joiner = "、" if language == "zh" else ", "
    for row in records(result.r2):
        variable = str(row["variable"])
        if variable in predictors:
            lead = (row["group"],) if groups else ()
            key = f"{variable}@{row['group']}" if groups else variable
            cells = (*lead, build.names.of(variable), joiner.join(predictors[variable]), row["value"])
            build.add_row(key, cells, marked=mark_of(result, refused))
    build.add_note("formula", n=result.n_obs)
    build.add_refusal(result.findings)
    return build.build()
