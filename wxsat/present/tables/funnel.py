"""Fieldwork in counts: sent, opened, consented, completed, valid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.present.numbers import Language
from wxsat.present.table import Table
from wxsat.present.tables.building import TableBuilder, records

if TYPE_CHECKING:
    import pandas as pd


def tabulate_funnel(funnel: pd.DataFrame, language: Language) -> Table:
    """
    Return the stages of fieldwork with their shares of the stage before and of the first.

    Parameters
    ----------
    funnel : DataFrame
        As :func:`wxsat.responses.funnel.response_funnel` gives it.
    language : {"zh", "en"}
    """
    build = TableBuilder("funnel", None, language)
    build.add_column("stage")
    build.add_column("n", "integer")
    build.add_column("of_previous", "percent", 1)
    build.add_column("of_first", "percent", 1)
    for row in records(funnel):
        stage = str(row["stage"])
        name = build.words.get(f"tables.funnel.stages.{stage}")
        build.add_row(stage, (name, row["n"], row["of_previous"], row["of_first"]))
    build.add_note("source")
    build.add_note("no_error")
    return build.build()
