"""Structural paths: which construct goes with which, how closely and how certainly."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from wxsat.present.numbers import Language
from wxsat.present.table import Table
from wxsat.present.tables.building import TableBuilder
from wxsat.present.tables.parameters import FIGURES, add_figures, has_groups, key_of, mark_of, parameters_with

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument
    from wxsat.sem.result import SemResult


def tabulate_paths(
    result: SemResult,
    instrument: Instrument | None,
    language: Language,
    *,
    id: str = "",
    refused: bool | None = None,
) -> Table:
    """Return the regressions among the constructs under each outcome; marked where the reading is refused."""
    build = TableBuilder("paths", instrument, language, id)
    groups = has_groups(result)
    if groups:
        build.add_column("group", "integer")
    build.add_column("outcome", collapse=True)
    build.add_column("predictor")
    add_figures(build)
    rows = parameters_with(result, "~")
    outcomes = list(dict.fromkeys((row["group"], row["lhs"]) for row in rows))
    # Statements of one outcome may stand apart in the model; a reader wants them together.
    rows.sort(key=lambda row: outcomes.index((row["group"], row["lhs"])))
    for row in rows:
        names = (build.names.of(row["lhs"]), build.names.of(row["rhs"]))
        lead = (row["group"], *names) if groups else names
        build.add_row(key_of(row, groups), (*lead, *(row[name] for name in FIGURES)), marked=mark_of(result, refused))
    build.add_note("figures", n=result.n_obs)
    labels = Counter(row["label"] for row in rows if row.get("label"))
    if any(count > 1 for count in labels.values()):
        build.add_note("equal")
    build.add_note("association")
    build.add_refusal(result.findings)
    return build.build()
