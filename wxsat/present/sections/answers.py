"""Answers: what was said to each item, as Likert bars and as a table."""

from __future__ import annotations

from wxsat.instrument.instrument import Instrument
from wxsat.present.document import Block, Paragraph, Section
from wxsat.present.draft import Draft
from wxsat.present.figures.likert import plot_likert
from wxsat.present.tables.items import tabulate_items
from wxsat.responses.responses import CleanResponses

LARGEST_BLOCK = 14


def describe_answers(draft: Draft) -> Section | None:
    """Write the section on the answers; None without item statistics."""
    content = draft.content
    if content.scales is None:
        return None
    blocks: list[Block] = [Paragraph(draft.text("answers.intro"), "note")]
    if content.responses is not None and content.instrument is not None:
        for group, items in item_groups(content.instrument, content.responses):
            name = draft.name_of(group)
            title = draft.text("answers.likert", name=name)
            blocks.append(
                draft.figure(
                    plot_likert(content.responses, items, language=draft.language, id=f"likert-{group}", title=title)
                )
            )
    blocks.append(Paragraph(draft.text("answers.reversed"), "note"))
    blocks.append(draft.table(tabulate_items(content.scales, content.instrument, draft.language)))
    return Section("answers", draft.text("answers.title"), tuple(blocks))


def item_groups(instrument: Instrument, responses: CleanResponses) -> list[tuple[str, list[str]]]:
    """
    Group the ordinal items for the figures: one figure a dilemma, one for the neutral rest of each scale.

    Items of one figure share their number of categories; a figure holds at most ``LARGEST_BLOCK`` items.
    """
    groups: dict[tuple[str, int], list[str]] = {}
    for construct in instrument.constructs:
        asked = [i for i in construct.items if i.id in responses.frame.columns and instrument.scale_of(i).codes]
        for item in asked:
            key = (construct.dilemma or construct.id, len(instrument.scale_of(item).codes))
            groups.setdefault(key, []).append(item.id)
    blocks: list[tuple[str, list[str]]] = []
    for (name, _), items in groups.items():
        for start in range(0, len(items), LARGEST_BLOCK):
            part = "" if start == 0 else f"-{start // LARGEST_BLOCK + 1}"
            blocks.append((f"{name}{part}", items[start : start + LARGEST_BLOCK]))
    return blocks
