"""Alignment of many groups: latent means in order, and how items' parameters vary over the groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.present.numbers import Language
from wxsat.present.table import Table
from wxsat.present.tables.building import TableBuilder, records

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument
    from wxsat.sem.invariance.align import AlignmentResult


def tabulate_aligned_means(result: AlignmentResult, instrument: Instrument | None, language: Language) -> Table:
    """Return the aligned means of every factor, groups in the order of their means."""
    build = TableBuilder("aligned_means", instrument, language)
    build.add_column("factor", collapse=True)
    build.add_column("rank", "integer")
    build.add_column("group")
    build.add_column("n", "integer")
    for name in ("mean", "std_error", "variance"):
        build.add_column(name, "number", 2)
    for row in records(result.means):
        figures = (row["rank"], str(row["group"]), row["n"], row["mean"], row["std_error"], row["variance"])
        build.add_row(f"{row['factor']}.{row['group']}", (build.names.of(row["factor"]), *figures))
    build.add_note("method", groups=int(result.settings["n_groups"]), share=float(result.settings["share_different"]))
    return build.build()


def tabulate_aligned_items(result: AlignmentResult, instrument: Instrument | None, language: Language) -> Table:
    """Return mean and range of the aligned loadings and intercepts, with the groups that differ."""
    build = TableBuilder("aligned_items", instrument, language)
    build.add_column("factor", collapse=True)
    build.add_column("item")
    build.add_column("parameter")
    for name in ("mean", "minimum", "maximum"):
        build.add_column(name, "number", 2)
    build.add_column("r2", "number", 2, no_zero=True)
    build.add_column("n_different", "integer")
    for row in records(result.items):
        word = build.words.find(f"tables.aligned_items.parameter.{row['parameter']}") or row["parameter"]
        figures = (row[column.name] for column in build.columns[3:])
        names = (build.names.of(row["factor"]), build.names.of(row["item"]), word)
        build.add_row(f"{row['factor']}.{row['item']}.{row['parameter']}", (*names, *figures))
    build.add_note("r2")
    return build.build()
