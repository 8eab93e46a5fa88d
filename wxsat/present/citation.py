"""What a table must carry to be cited: ten notes from the study file and the run, or what is missing for them.

Composed when the study runs, while answers and study file are at hand, and stored in the run folder, so that
``wxsat report --cite`` needs neither. Every number in a note is marked with its id in ``numbers.json``.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wxsat.present.draft import Draft
from wxsat.present.sections.dilemmas import citable_notes
from wxsat.present.sections.method import describe_outcomes, describe_weighting, stated
from wxsat.present.table import Table
from wxsat.present.tables.suppression import SMALLEST_SHOWN

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument, Language
    from wxsat.present.content import ReportContent
    from wxsat.present.document import NumberBook

SCHEMA = 1
CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩"
# Normal quantile of a 95% interval.
Z95 = 1.959963984540054
# Tables whose figures count people and cases, not answers.
ABOUT_FIELDWORK = ("flow", "funnel", "ledger", "weights", "symptoms", "inspections")
SOURCE = "wxsat.present.citation"
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


@dataclass(frozen=True)
class CitationRecord:
    """
    What the tables of a run are cited with.

    Attributes
    ----------
    missing : tuple of str
        Keys of the study file without which no table may be cited: ``population``, ``start``, ``end``, ``mode``,
        ``sampling``, ``data``.
    places : mapping of str to str
        File and line of the study file where each key could be filled in.
    notes : mapping of str to mapping
        By language and table id: the ten notes in order, without their numbers.
    replaced : mapping of str to tuple of str
        By language: the short notes that the report's headline tables carry, which the ten replace.
    source : mapping of str to str
        Source line by language.
    items : mapping of str to tuple of str
        By table id: the questions that its figures rest on.
    wording : mapping of str to mapping
        By language and question: the text as asked; no entry where the instrument has none.
    """

    missing: tuple[str, ...]
    places: Mapping[str, str]
    notes: Mapping[str, Mapping[str, tuple[str, ...]]]
    replaced: Mapping[str, tuple[str, ...]]
    source: Mapping[str, str]
    items: Mapping[str, tuple[str, ...]]
    wording: Mapping[str, Mapping[str, str]]
    schema: int = field(default=SCHEMA)

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain data."""
        return dataclasses.asdict(self)


def citation_from_dict(stored: Mapping[str, Any]) -> CitationRecord:
    """Rebuild what :meth:`CitationRecord.to_dict` gave; KeyError or TypeError when it is something else."""
    if stored["schema"] != SCHEMA:
        raise TypeError(f"a citation record of schema {stored['schema']}")
    return CitationRecord(
        missing=tuple(stored["missing"]),
        places=dict(stored["places"]),
        notes={lang: {t: tuple(lines) for t, lines in notes.items()} for lang, notes in stored["notes"].items()},
        replaced={lang: tuple(lines) for lang, lines in stored["replaced"].items()},
        source=dict(stored["source"]),
        items={t: tuple(items) for t, items in stored["items"].items()},
        wording={lang: dict(texts) for lang, texts in stored["wording"].items()},
    )


def record_citation(
    content: ReportContent, tables: Sequence[Table], languages: Sequence[Language], book: NumberBook
) -> CitationRecord:
    """
    Compose what every table of a run is cited with.

    Parameters
    ----------
    content : ReportContent
    tables : sequence of Table
        Of the report, in one of its languages.
    languages : sequence of {"zh", "en"}
    book : NumberBook
        Takes the numbers that the notes print.
    """
    items = {table.id: questions_behind(table, content) for table in tables}
    drafts = [Draft(content, language, book) for language in languages]
    return CitationRecord(
        missing=tuple(_missing(content)),
        places=dict(content.notes.places),
        notes={
            draft.language: {table: tuple(_notes(draft, table, items[table])) for table in items} for draft in drafts
        },
        replaced={draft.language: citable_notes(draft) for draft in drafts},
        source={draft.language: _source(draft) for draft in drafts},
        items=items,
        wording={draft.language: _wording(draft) for draft in drafts},
    )


def number_notes(notes: Iterable[str]) -> tuple[str, ...]:
    """
    Return notes behind circled numbers.

    Examples
    --------
    >>> number_notes(["one", "two"])
    ('① one', '② two')
    """
    return tuple(f"{circle} {note}" for circle, note in zip(CIRCLED, notes, strict=False))


def questions_behind(table: Table, content: ReportContent) -> tuple[str, ...]:
    """
    Return the questions that a table's figures rest on: those its rows name, or that make up what they name.

    All items that were answered, where its rows name none; none for tables about the fieldwork.
    """
    instrument, responses = content.instrument, content.responses
    if instrument is None:
        return ()
    if table.id.split(".")[0] in ABOUT_FIELDWORK:
        return ()
    named = {word for key in table.row_keys for word in _WORD.findall(key)}
    parts = {composite.id: list(composite.parts) for composite in instrument.composites}
    constructs = {part for composite in sorted(named & parts.keys()) for part in parts[composite]} | named
    held = [i for i in instrument.items_in(content.form) if responses is None or i.id in responses.frame.columns]
    owners = {item.id: c.id for c in instrument.constructs for item in c.items}
    behind = tuple(i.id for i in held if i.id in named or owners.get(i.id) in constructs)
    asked = _background(named, instrument)
    return (*asked, *behind) or tuple(i.id for i in held)


def _background(named: set[str], instrument: Instrument) -> tuple[str, ...]:
    return tuple(q.id for q in instrument.background if q.id in named)


def _missing(content: ReportContent) -> list[str]:
    notes = content.notes
    said = {
        "population": notes.population.text("en"),
        "sampling": notes.sampling.text("en"),
        "mode": notes.mode.text("en"),
    }
    if not content.simulated:
        said |= {"start": notes.start, "end": notes.end}
    missing = [key for key, value in said.items() if not value.strip()]
    return [*missing, *([] if content.responses is not None else ["data"])]


def _notes(draft: Draft, table: str, items: Sequence[str]) -> list[str]:
    """Return the ten notes of DOMAIN's E6 in its order."""
    content, notes = draft.content, draft.content.notes
    say = draft.words.get
    kind = say(f"cite.kind.{'probability' if notes.probability else 'opt_in'}")
    dates = "simulated" if content.simulated else "dates"
    return [
        say("cite.population", value=stated(draft, notes.population)),
        say("cite.sampling", kind=kind, value=stated(draft, notes.sampling), design=say(f"cite.design.{notes.design}")),
        say(f"cite.{dates}", start=notes.start, end=notes.end, mode=stated(draft, notes.mode)),
        _base(draft),
        describe_weighting(draft),
        _precision(draft),
        _asked(draft, items),
        _dont_know(draft, table, items),
        say("cite.rounding", smallest=SMALLEST_SHOWN),
        say("cite.version", version=content.provenance.get("version", ""), config=draft.configuration),
    ]


def _base(draft: Draft) -> str:
    responses = draft.content.responses
    n = draft.count("sample.n", responses.n, "wxsat.responses.clean") if responses is not None else ""
    rates = " ".join(describe_outcomes(draft)) or draft.words.get("cite.no_rates")
    return draft.words.get("cite.base", n=n, rates=rates)


def _precision(draft: Draft) -> str:
    """Return the margin of error of a probability sample; of any other the statement that there is none."""
    content = draft.content
    if not content.notes.probability or content.responses is None:
        return draft.words.get("cite.credibility")
    deff = content.weighting.deff if content.weighting is not None else 1.0
    margin = 100 * Z95 * math.sqrt(deff * 0.25 / content.responses.n)
    return draft.words.get("cite.margin", points=draft.number("cite.margin_of_error", margin, 1, SOURCE))


def _asked(draft: Draft, items: Sequence[str]) -> str:
    return (
        draft.words.get("cite.wording", items=draft.join(runs_of(items))) if items else draft.words.get("cite.no_items")
    )


def runs_of(items: Sequence[str]) -> list[str]:
    """
    Return the ids with three or more that count upwards as one run.

    Parameters
    ----------
    items : sequence of str
        Ids in the order of the questionnaire.

    Examples
    --------
    >>> runs_of(["PU1", "PU2", "PU3", "SAT1", "SAT3"])
    ['PU1–PU3', 'SAT1', 'SAT3']
    """
    runs: list[list[str]] = []
    for item in items:
        if runs and item == _next_id(runs[-1][-1]):
            runs[-1].append(item)
        else:
            runs.append([item])
    return [said for run in runs for said in ([f"{run[0]}–{run[-1]}"] if len(run) > 2 else run)]


def _next_id(item: str) -> str | None:
    stem = item.rstrip("0123456789")
    number = item[len(stem) :]
    return f"{stem}{int(number) + 1:0{len(number)}d}" if number.isascii() and number else None


def _dont_know(draft: Draft, table: str, items: Sequence[str]) -> str:
    """Return how don't know was handled, and its share of the answers that the table rests on."""
    content = draft.content
    instrument, responses = content.instrument, content.responses
    offered = instrument is not None and any(scale.dk is not None for scale in instrument.scales.values())
    held = [i for i in items if responses is not None and i in responses.reasons.columns]
    if responses is None or not offered or not held:
        return draft.words.get("cite.no_dont_know")
    reasons = responses.reasons[held].to_numpy()
    shown = int((reasons != "not_shown").sum())
    share = float((reasons == "dont_know").sum() / shown) if shown else 0.0
    return draft.words.get(
        "cite.dont_know", share=draft.share(f"cite.{table}.dont_know", share, source="wxsat.responses.code")
    )


def _source(draft: Draft) -> str:
    content = draft.content
    said = (draft.join(content.authors), content.notes.organisation.text(draft.language))
    who = draft.join(part for part in said if part)
    year = content.provenance.get("year")
    return draft.words.get(
        "cite.source",
        who=who or draft.text("not_stated"),
        title=content.title.text(draft.language),
        year=year or draft.text("citation.undated"),
    )


def _wording(draft: Draft) -> dict[str, str]:
    instrument = draft.instrument
    if instrument is None:
        return {}
    texts = {i.id: i.text.text(draft.language) for c in instrument.constructs for i in c.items}
    texts |= {q.id: q.text.text(draft.language) for q in instrument.background}
    return {key: text for key, text in texts.items() if text.strip()}
