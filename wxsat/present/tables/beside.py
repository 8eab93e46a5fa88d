"""Figures beside the indicators of the records: what they are over all accounts, next to the indicator itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.present.numbers import Language
from wxsat.present.table import Table
from wxsat.present.tables.building import TableBuilder, records

if TYPE_CHECKING:
    import pandas as pd


def tabulate_beside(overall: pd.DataFrame, language: Language) -> Table:
    """
    Return one row a figure: its mean over accounts, lowest and highest, and the mean of the indicator it stands beside.

    Parameters
    ----------
    overall : DataFrame
        Of :meth:`wxsat.records.audit.AuditResult.beside_overall`.
    language : {"zh", "en"}
    """
    build = TableBuilder("beside", None, language)
    build.add_column("figure")
    for name in ("mean", "lowest", "highest"):
        build.add_column(name, "percent", 1)
    build.add_column("indicator_mean", "percent", 1)
    build.add_column("accounts", "integer")
    for row in records(overall):
        name = build.words.get(f"tables.beside.figures.{row['figure']}")
        alone = row["indicator_mean"] if row["beside"] else ""
        build.add_row(row["figure"], (name, row["mean"], row["lowest"], row["highest"], alone, row["accounts"]))
    for note in ("unscored", "weights"):
        build.add_note(note)
    return build.build()
