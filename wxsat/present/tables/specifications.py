"""Sensitivity to cleaning: every headline figure under the plan, without any rule, and between which ends it lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.present.numbers import Language
from wxsat.present.table import Table
from wxsat.present.tables.building import TableBuilder, as_cell, records

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.instrument.instrument import Instrument

DIGITS = {"mean": 2, "alpha": 3, "severity": 1, "path": 3}


def tabulate_specifications(
    summary: pd.DataFrame, n_specifications: int, instrument: Instrument | None, language: Language
) -> Table:
    """
    Return the range of every headline figure over the specifications.

    Parameters
    ----------
    summary : DataFrame
        Of :class:`wxsat.study.specification_curve.SpecificationCurve`.
    n_specifications : int
    instrument : Instrument or None
    language : {"zh", "en"}
    """
    build = TableBuilder("specification", instrument, language)
    build.add_column("kind", collapse=True)
    build.add_column("figure")
    for name in ("plan", "none", "median", "min", "max"):
        build.add_column(name, "number", 2)
    for row in records(summary):
        kind, name = str(row["kind"]), str(row["id"])
        parts = name.split("~")
        printed = " → ".join(build.names.of(part) for part in reversed(parts))
        cells = (build.words.get(f"tables.specification.kinds.{kind}"), printed)
        figures = tuple(as_cell(row[column]) for column in ("plan", "none", "median", "min", "max"))
        build.add_row(f"{kind}.{name}", (*cells, *figures), digits=DIGITS.get(kind, 2))
    build.add_note("base", n=n_specifications)
    build.add_note("scope")
    return build.build()
