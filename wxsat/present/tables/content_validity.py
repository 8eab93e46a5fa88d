"""Content validity from experts' ratings: indices by item, those of the scale in the note."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.present.numbers import Language
from wxsat.present.table import Table
from wxsat.present.tables.building import TableBuilder, records

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument
    from wxsat.psychometrics.content_validity import ContentValidity


def tabulate_content_validity(found: ContentValidity, instrument: Instrument | None, language: Language) -> Table:
    """Return I-CVI and modified kappa of every item with the word for it."""
    build = TableBuilder("content_validity", instrument, language)
    build.add_column("item")
    build.add_column("n_experts", "integer")
    build.add_column("n_relevant", "integer")
    for name in ("i_cvi", "chance", "kappa"):
        build.add_column(name, "number", no_zero=True)
    build.add_column("evaluation")
    for row in records(found.items):
        word = build.words.find(f"tables.content_validity.evaluation.{row['evaluation']}") or row["evaluation"]
        figures = (row[column.name] for column in build.columns[1:-1])
        build.add_row(str(row["item"]), (row["item"], *figures, word))
    build.add_note("scale", ave=found.s_cvi_ave, ua=found.s_cvi_ua, kappa=found.fleiss_kappa, n=found.n_experts)
    return build.build()
