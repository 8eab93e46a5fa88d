"""Two versions of an instrument -> what changed, and which comparison of their answers that breaks.

A question is the same only if its content hash is: what the respondent sees and how it is scored. Order and routing
are no content, and still change what answers mean, so they are listed beside it.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any, Literal

from wxsat.finding import Finding
from wxsat.instrument.codebook import codebook_rows
from wxsat.instrument.instrument import Construct, Instrument

ChangeKind = Literal[
    "added", "removed", "wording", "stem", "scale", "key", "rule", "points", "construct", "order", "routing", "forms",
    "direction", "model", "parts",
]  # fmt: skip

BREAKS = MappingProxyType(
    {
        "added": "scores of its construct hold another item; compare over the items of both versions",
        "removed": "it has no answers in the later version; compare over the items of both versions",
        "wording": "another question: it and scores that hold it are compared only after a test of invariance",
        "stem": "another question: it and scores that hold it are compared only after a test of invariance",
        "scale": "another scale: neither means nor thresholds are comparable, and rescaling mends neither",
        "key": "scores point the other way: score both versions with one key before anything is compared",
        "rule": "the share of failed checks is not comparable",
        "points": "sums of points are not comparable",
        "construct": "scores of both constructs hold other items and mean something else",
        "order": "context may shift its level; a difference in means may be one of place",
        "routing": "another group answers it; compare only among those who were asked in both versions",
        "forms": "it is asked in other lengths of the questionnaire; compare the forms that ask it in both",
        "direction": "a high score means the opposite: severities and composites change sign",
        "model": "reliability and structural paths of the construct rest on another measurement model",
        "parts": "scores of the composite are made of other parts or weights",
    }
)
"""What each kind of change breaks."""


@dataclass(frozen=True)
class Change:
    """
    One difference between two versions.

    Attributes
    ----------
    id : str
        Id of the item, check, question, construct or composite.
    what : str
        Kind of change, a key of `BREAKS`.
    before, after : str
        As it was and as it is; empty where there is nothing.
    breaks : str
        The comparison that it breaks.
    """

    id: str
    what: ChangeKind
    before: str
    after: str
    breaks: str


@dataclass(frozen=True)
class InstrumentDiff:
    """
    Two versions held against each other.

    Attributes
    ----------
    a, b : dict
        ``id``, ``version`` and ``sha256`` (of the file) of each.
    changes : tuple of Change
    hashes : tuple of dict
        One a question: ``id``, ``hash_a``, ``hash_b`` (None where it is not asked), ``same``.
    findings : tuple of Finding
        ``INST-118`` when content changed and the version did not.
    """

    a: dict[str, str]
    b: dict[str, str]
    changes: tuple[Change, ...]
    hashes: tuple[dict[str, Any], ...]
    findings: tuple[Finding, ...]

    @property
    def comparable(self) -> tuple[str, ...]:
        """Ids of the questions that are word for word, scale for scale and key for key the same."""
        return tuple(str(row["id"]) for row in self.hashes if row["same"])

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data, for JSON."""
        return {
            "a": self.a,
            "b": self.b,
            "identical": not self.changes,
            "comparable": list(self.comparable),
            "changes": [asdict(change) for change in self.changes],
            "items": list(self.hashes),
            "findings": [finding.to_dict() for finding in self.findings],
        }


def compare_instruments(a: Instrument, b: Instrument) -> InstrumentDiff:
    """
    Hold two versions of an instrument against each other.

    Parameters
    ----------
    a, b : Instrument
        The earlier and the later version.

    Returns
    -------
    InstrumentDiff

    Examples
    --------
    >>> from wxsat.instrument.load import load_instrument
    >>> public = load_instrument("gov-wechat-public")
    >>> compare_instruments(public, public).changes
    ()
    """
    rows_a = {str(row["id"]): row for row in codebook_rows(a, language=_languages(a))}
    rows_b = {str(row["id"]): row for row in codebook_rows(b, language=_languages(b))}
    changes = [*_presence(rows_a, rows_b)]
    for name in rows_a:
        if name in rows_b:
            changes += _row_changes(name, rows_a[name], rows_b[name])
            changes += _item_changes(name, a, b)
    changes += _order_changes(list(rows_a), list(rows_b))
    changes += [*_construct_changes(a, b), *_composite_changes(a, b)]
    hashes = tuple(_hash_row(name, rows_a, rows_b) for name in dict.fromkeys([*rows_a, *rows_b]))
    return InstrumentDiff(_identity(a), _identity(b), tuple(changes), hashes, _unraised(a, b, hashes))


def _languages(instrument: Instrument) -> Any:
    return "both" if len(instrument.header.languages) > 1 else instrument.header.languages[0]


def _identity(instrument: Instrument) -> dict[str, str]:
    return {"id": instrument.id, "version": instrument.header.version, "sha256": instrument.sha256}


def _change(name: str, what: ChangeKind, before: object = "", after: object = "") -> Change:
    return Change(name, what, _said(before), _said(after), BREAKS[what])


def _said(value: object) -> str:
    return "" if value is None else str(value)


def _presence(rows_a: dict[str, Any], rows_b: dict[str, Any]) -> Iterator[Change]:
    for name, row in rows_a.items():
        if name not in rows_b:
            yield _change(name, "removed", _text(row))
    for name, row in rows_b.items():
        if name not in rows_a:
            yield _change(name, "added", "", _text(row))


def _text(row: dict[str, Any]) -> str:
    return _said(row.get("text_zh") or row.get("text_en"))


_COMPARED: tuple[tuple[ChangeKind, tuple[str, ...]], ...] = (
    ("wording", ("text_zh", "text_en")),
    ("scale", ("kind", "min", "max", "labels_zh", "labels_en", "dk_code", "refused_code")),
    ("key", ("key",)),
    ("rule", ("rule",)),
    ("construct", ("construct",)),
    ("routing", ("ask_if",)),
    ("forms", ("forms",)),
)


def _row_changes(name: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Change]:
    for what, columns in _COMPARED:
        differing = [c for c in columns if before.get(c) != after.get(c)]
        if differing:
            yield _change(name, what, _joined(before, differing), _joined(after, differing))


def _joined(row: dict[str, Any], columns: list[str]) -> str:
    return " | ".join(_said(row.get(column)) for column in columns)


def _item_changes(name: str, a: Instrument, b: Instrument) -> Iterator[Change]:
    """Yield what the codebook has no column for: the sentence above the items, and points."""
    before, after = _stem_and_points(name, a), _stem_and_points(name, b)
    if before[0] != after[0]:
        yield _change(name, "stem", before[0], after[0])
    if before[1] != after[1]:
        yield _change(name, "points", before[1], after[1])


def _stem_and_points(name: str, instrument: Instrument) -> tuple[str, float | None]:
    for construct in instrument.constructs:
        for item in construct.items:
            if item.id == name:
                stem = construct.stem
                return (f"{stem.zh or ''} | {stem.en or ''}" if stem else ""), item.points
    return "", None


def _order_changes(order_a: list[str], order_b: list[str]) -> Iterator[Change]:
    """Yield the questions outside the longest run that keeps its order, questions of one version left aside."""
    common_b = [name for name in order_b if name in set(order_a)]
    common_a = [name for name in order_a if name in set(common_b)]
    place = {name: number for number, name in enumerate(common_a, start=1)}
    kept = _longest_rising([place[name] for name in common_b])
    for number, name in enumerate(common_b, start=1):
        if place[name] not in kept:
            yield _change(name, "order", place[name], number)


def _longest_rising(places: list[int]) -> set[int]:
    """Return the members of one longest rising subsequence of distinct numbers."""
    tops: list[int] = []
    before: dict[int, int | None] = {}
    for place in places:
        at = bisect.bisect_left(tops, place)
        before[place] = tops[at - 1] if at else None
        tops[at : at + 1] = [place]
    kept: set[int] = set()
    last = tops[-1] if tops else None
    while last is not None:
        kept.add(last)
        last = before[last]
    return kept


def _construct_changes(a: Instrument, b: Instrument) -> Iterator[Change]:
    earlier = {construct.id: construct for construct in a.constructs}
    for construct in b.constructs:
        if construct.id in earlier:
            yield from _one_construct(earlier[construct.id], construct)


def _one_construct(before: Construct, after: Construct) -> Iterator[Change]:
    if before.direction != after.direction:
        yield _change(after.id, "direction", before.direction, after.direction)
    if before.model != after.model:
        yield _change(after.id, "model", before.model, after.model)


def _composite_changes(a: Instrument, b: Instrument) -> Iterator[Change]:
    earlier = {composite.id: composite for composite in a.composites}
    for composite in b.composites:
        if composite.id in earlier:
            before, after = (
                {part: round(each.weight_of(part), 12) for part in each.parts}
                for each in (earlier[composite.id], composite)
            )
            if before != after:
                yield _change(composite.id, "parts", before, after)


def _hash_row(name: str, rows_a: dict[str, Any], rows_b: dict[str, Any]) -> dict[str, Any]:
    before, after = (rows[name]["sha256"] if name in rows else None for rows in (rows_a, rows_b))
    return {"id": name, "hash_a": before, "hash_b": after, "same": before is not None and before == after}


def _unraised(a: Instrument, b: Instrument, hashes: tuple[dict[str, Any], ...]) -> tuple[Finding, ...]:
    changed = [str(row["id"]) for row in hashes if not row["same"]]
    if a.id != b.id or a.header.version != b.header.version or not changed:
        return ()
    message = f"{len(changed)} questions changed and the version is still {b.header.version}: raise it."
    evidence = {"count": len(changed), "version": b.header.version, "items": ", ".join(changed)}
    return (Finding("INST-118", "warning", b.id, message, evidence),)
