"""Questionnaire -> Markdown that prints well and reads well as plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wxsat.instrument.questionnaire import Block, Entry, Option, Questionnaire, Text, printed_word, wording

CIRCLE, BOX = "○", "□"
BLANK = "________________"
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")


def questionnaire_markdown(questionnaire: Questionnaire) -> str:
    """
    Return the questionnaire as Markdown (GitHub tables).

    Examples
    --------
    >>> from wxsat.instrument.load import load_instrument
    >>> from wxsat.instrument.questionnaire import make_questionnaire
    >>> questionnaire_markdown(make_questionnaire(load_instrument("gov-wechat-public"), "brief"))[:4]
    '# 政务'
    """
    lines: list[str] = [f"# {_joined(questionnaire.title)}", ""]
    for text in (questionnaire.stem, questionnaire.scale_note):
        lines += _paragraph(text)
    lines += _paragraph(questionnaire.consent)
    lines += _paragraph(wording(printed_word("consent_box"), questionnaire.languages))
    for block in questionnaire.blocks:
        lines += ["---", ""]
        lines += _rating(block, questionnaire) if block.kind == "rating" else _questions(block)
    lines += ["---", ""]
    lines += _paragraph(wording(printed_word("thanks"), questionnaire.languages))
    form = wording(printed_word(questionnaire.form), questionnaire.languages)
    lines += [f"{questionnaire.instrument_id} {_plain(questionnaire.version)} · {_joined(form)}"]
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _joined(text: Text, between: str = " / ") -> str:
    return between.join(_plain(line) for line in text)


def _paragraph(text: Text) -> list[str]:
    return [line for part in text for line in (_plain(part), "")]


def _option_text(option: Option) -> str:
    return _joined(option.text) or str(option.code)


def _rating(block: Block, questionnaire: Questionnaire) -> Iterator[str]:
    yield from _paragraph(block.condition)
    yield from _paragraph(block.stem or wording(printed_word("rate"), questionnaire.languages))
    if not block.options:
        for entry in block.entries:
            yield from _open_entry(entry)
        return
    legend = [f"{o.code} = {_option_text(o)}" for o in block.options if o.text and not o.missing]
    if legend:
        yield from ("; ".join(legend), "")
    heads = [_option_text(o) if o.missing else str(o.code) for o in block.options]
    statement = _joined(wording(printed_word("statement"), questionnaire.languages))
    yield f"| | {statement} | {' | '.join(heads)} |"
    yield f"|---:|:---|{':---:|' * len(heads)}"
    for entry in block.entries:
        yield f"| {entry.number} | {_joined(entry.text, '<br>')} |{f' {CIRCLE} |' * len(heads)}"
    yield ""


def _questions(block: Block) -> Iterator[str]:
    for entry in block.entries:
        if entry.options:
            mark = BOX if entry.kind == "multiple" else CIRCLE
            yield from _stem_of(entry)
            yield from (f"- {mark} {_labelled(option, entry)}" for option in entry.options)
            yield ""
        else:
            yield from _open_entry(entry)


def _labelled(option: Option, entry: Entry) -> str:
    """Return the wording of an answer, with its number where only some answers of the list have a wording."""
    partly = any(not each.text for each in entry.options)
    return f"{option.code} {_joined(option.text)}".strip() if partly and not option.missing else _option_text(option)


def _stem_of(entry: Entry) -> Iterator[str]:
    note = f" ({_joined(entry.note)})" if entry.note else ""
    condition = f" {_joined(entry.condition, ' ')}" if entry.condition else ""
    yield f"**{entry.number}.** {_joined(entry.text, '<br>')}{note}{condition}"
    yield ""


def _open_entry(entry: Entry) -> Iterator[str]:
    yield from _stem_of(entry)
    yield from (BLANK.replace("_", "\\_"), "")
