"""Answers: what was said to each item, as Likert bars and as a table."""

from __future__ import annotations

from dataclasses import dataclass

from wxsat.instrument.instrument import Instrument
from wxsat.present.document import Block, Paragraph, Section
from wxsat.present.draft import Draft
from wxsat.present.figures.likert import plot_likert
from wxsat.present.tables.items import tabulate_items
from wxsat.responses.responses import CleanResponses

LARGEST_BLOCK = 14


@dataclass(frozen=True)
class ItemBlock:
    """The items of one figure: its id, the names to print (of a dilemma or of constructs) and the items."""

    id: str
    subjects: tuple[str, ...]
    items: tuple[str, ...]


def describe_answers(draft: Draft) -> Section | None:
    """Write the section on the answers; None without item statistics."""
    content = draft.content
    if content.scales is None:
        return None
    blocks: list[Block] = [Paragraph(draft.text("answers.intro"), "note")]
    if content.responses is not None and content.instrument is not None:
        for block in item_blocks(content.instrument, content.responses):
            title = draft.text("answers.likert", name=draft.join(draft.name_of(s) for s in block.subjects))
            figure = plot_likert(
                content.responses, list(block.items), language=draft.language, id=f"likert-{block.id}", title=title
            )
            blocks.append(draft.figure(figure))
    blocks.append(Paragraph(draft.text("answers.reversed"), "note"))
    blocks.append(draft.table(tabulate_items(content.scales, content.instrument, draft.language)))
    return Section("answers", draft.text("answers.title"), tuple(blocks))


def item_blocks(instrument: Instrument, responses: CleanResponses) -> list[ItemBlock]:
    """
    Group the ordinal items into figures: one for each dilemma's own constructs, the others together.

    Items of one figure share their number of categories; constructs stay whole unless one alone is larger than
    ``LARGEST_BLOCK`` items.
    """
    open_blocks: dict[tuple[str, int], list[tuple[str, list[str]]]] = {}
    for construct in instrument.constructs:
        asked = [i for i in construct.items if i.id in responses.frame.columns and instrument.scale_of(i).codes]
        # Outcomes that count in a dilemma (value, satisfaction) are asked the other way round and stand with the rest.
        topic = construct.dilemma if construct.dilemma and construct.direction == "problem" else ""
        for categories in sorted({len(instrument.scale_of(i).codes) for i in asked}):
            items = [i.id for i in asked if len(instrument.scale_of(i).codes) == categories]
            open_blocks.setdefault((topic, categories), []).append((construct.id, items))
    blocks: list[ItemBlock] = []
    for (topic, _), constructs in open_blocks.items():
        blocks += _fill(topic, constructs)
    return blocks


def _fill(topic: str, constructs: list[tuple[str, list[str]]]) -> list[ItemBlock]:
    """Put whole constructs into blocks of at most ``LARGEST_BLOCK`` items."""
    filled: list[list[tuple[str, list[str]]]] = []
    for construct, items in constructs:
        size = sum(len(held) for _, held in filled[-1]) if filled else LARGEST_BLOCK
        if size + len(items) > LARGEST_BLOCK:
            filled.append([])
        filled[-1].append((construct, items))
    blocks = []
    for held in filled:
        names = tuple(construct for construct, _ in held)
        listed = tuple(item for _, members in held for item in members)
        whole = bool(topic) and len(filled) == 1
        blocks.append(ItemBlock(topic if whole else "-".join(names), (topic,) if whole else names, listed))
    return blocks
