"""Figures beside the indicators of the records: what they are over all accounts, next to the indicator itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.present.numbers import Language
from wxsat.present.table import Table
from wxsat.present.tables.building import TableBuilder

if TYPE_CHECKING:
    import pandas as pd


def tabulate_beside(beside: pd.DataFrame, indicators: pd.DataFrame, language: Language) -> Table:
    """
    Return one row a figure: its mean over accounts, lowest and highest, and the mean of the indicator it stands beside.

    Parameters
    ----------
    beside, indicators : DataFrame
        Of an audit (:class:`wxsat.records.audit.AuditResult`).
    language : {"zh", "en"}
    """
    build = TableBuilder("beside", None, language)
    build.add_column("figure")
    for name in ("mean", "lowest", "highest"):
        build.add_column(name, "percent", 1)
    build.add_column("indicator_mean", "percent", 1)
    build.add_column("accounts", "integer")
    means = indicators.groupby("indicator")["value"].mean()
    for figure, own in beside.groupby("figure", sort=False):
        indicator = str(own["beside"].iloc[0])
        values = own["value"]
        alone = float(means[indicator]) if indicator else ""
        name = build.words.get(f"tables.beside.figures.{figure}")
        build.add_row(
            str(figure), (name, float(values.mean()), float(values.min()), float(values.max()), alone, len(own))
        )
    for note in ("unscored", "weights"):
        build.add_note(note)
    return build.build()
