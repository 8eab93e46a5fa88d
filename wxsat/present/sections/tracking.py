"""What changed over the waves of the study: invariance first, then every change with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wxsat.present.document import Block, Bullets, Paragraph, Section
from wxsat.present.figures.tracking import plot_tracking
from wxsat.present.tables.building import records
from wxsat.present.tables.tracking import tabulate_changes, tabulate_wave_invariance, tabulate_waves

if TYPE_CHECKING:
    from wxsat.present.draft import Draft

WHERE = "wxsat.diagnosis.tracking"


def describe_tracking(draft: Draft) -> Section | None:
    """Write the section on change; None for a study of one wave."""
    tracking = draft.content.tracking
    if tracking is None:
        return None
    word, instrument, language = draft.words.get, draft.instrument, draft.language
    blocks: list[Block] = [Paragraph(word("tracking.intro")), draft.table(tabulate_waves(tracking, language))]
    sentences = [_sentence(draft, row) for row in records(tracking.changes) if row["level"] == "dilemma"]
    sentences = [said for said in sentences if said]
    if sentences:
        blocks.append(Bullets(tuple(sentences)))
    if len(tracking.levels):
        blocks.append(draft.figure(plot_tracking(tracking.levels, language=language, instrument=instrument)))
        blocks.append(draft.table(tabulate_changes(tracking, instrument, language)))
    else:
        blocks.append(Paragraph(word("tracking.none")))
    blocks.append(Paragraph(word("tracking.invariance")))
    blocks.append(draft.table(tabulate_wave_invariance(tracking, instrument, language)))
    return Section("tracking", word("tracking.title"), tuple(blocks))


def _sentence(draft: Draft, row: dict[str, Any]) -> str:
    """Return one change in words, its figures looked up; empty where they are withheld."""
    if row["change"] is None:
        return ""
    key = f"tracking.{row['earlier']}.{row['later']}.{row['id']}"
    figures = {
        name: draft.number(f"{key}.{name}", row[name], 1, WHERE) for name in ("change", "ci_lower", "ci_upper")
    }  # fmt: skip
    return draft.words.get(
        f"tracking.sentence.{row['reading']}", name=draft.name_of(row["id"]), earlier=row["earlier"],
        later=row["later"], **figures,
    )  # fmt: skip
