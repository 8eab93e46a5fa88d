"""SurveyMonkey: two header rows, the question above and the row or choice below; an untaken choice is empty."""

from __future__ import annotations

from wxsat.responses.platforms.platform import Layout, Platform, View, named, shown, unique_header
from wxsat.responses.raw_table import ChoiceColumn, fold

META = frozenset(
    [
        "respondentid", "collectorid", "startdate", "enddate", "datecreated", "datemodified", "ipaddress",
        "emailaddress",
        "firstname", "lastname", "customdata1", "customdata", "customvalue",
    ]
)  # fmt: skip
WHOLE_ANSWER = frozenset(["response", "open-endedresponse", "回答", "开放式回答", "回复"])


def recognise(view: View) -> tuple[str, ...]:
    """Say what speaks for SurveyMonkey."""
    meta = named(view, META)
    known = {fold(name) for name in meta}
    return (f"columns {shown(meta)}",) if {"respondentid", "collectorid"} <= known else ()


def _second_header(view: View) -> bool:
    position = next(j for j, name in enumerate(view.header) if fold(name) == "respondentid")
    second = view.row(1)
    return bool(second) and (position >= len(second) or not second[position]) and any(second)


def lay_out(view: View) -> Layout:
    """Return one header row of question and part; parts under their own wording, and as choices."""
    two = _second_header(view)
    second = view.row(1) if two else ()
    body = [list(row) for row in view.rows[2 if two else 1 :]]
    given: list[str] = []
    split: list[tuple[str, str]] = []
    stem = ""
    for j in range(max(len(view.header), len(second))):
        stem = (view.header[j] if j < len(view.header) else "") or stem
        part = second[j] if j < len(second) else ""
        whole = not part or fold(part) in WHOLE_ANSWER
        given.append(stem if whole else f"{stem} [{part}]")
        split.append((stem, "" if whole else part))
    names, notes = unique_header(given, body)
    parts = {n: s for n, s in zip(names, split, strict=True) if s[1]}
    return Layout(
        [names, *body],
        aliases={name: (part,) for name, (_, part) in parts.items()},
        choice_columns={name: ChoiceColumn((s,), part, s, by_content=True) for name, (s, part) in parts.items()},
        metadata=tuple(name for name in names if fold(name) in META),
        notes=(("2 header rows.",) if two else ()) + notes,
    )


PLATFORM = Platform("surveymonkey", "SurveyMonkey", "SurveyMonkey", recognise, lay_out)
