"""REDCap data dictionary -> questions."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from wxsat.errors import InstrumentError
from wxsat.instrument.sources.found import (
    Found,
    FoundAnswer,
    FoundCondition,
    FoundKind,
    FoundQuestion,
    FoundText,
    plain,
    whole,
    worded,
)
from wxsat.instrument.yaml_tree import decode

_CHOSEN = re.compile(r"\[(\w+)(?:\((-?\d+)\))?\]\s*=\s*['\"]?(-?\d+)['\"]?")
_OWN_CONSENT = "consent"
_COLUMNS = {
    "name": "variable",
    "kind": "fieldtype",
    "label": "fieldlabel",
    "choices": "choices",
    "section": "sectionheader",
    "validation": "textvalidationtype",
    "low": "textvalidationmin",
    "high": "textvalidationmax",
    "identifier": "identifier",
    "branching": "branchinglogic",
    "matrix": "matrixgroup",
    "annotation": "fieldannotation",
}
_API_NAMES = {
    "field_name": "name",
    "field_type": "kind",
    "field_label": "label",
    "select_choices_or_calculations": "choices",
    "section_header": "section",
    "text_validation_type_or_show_slider_number": "validation",
    "text_validation_min": "low",
    "text_validation_max": "high",
    "identifier": "identifier",
    "branching_logic": "branching",
    "matrix_group_name": "matrix",
    "field_annotation": "annotation",
}
_FIXED = {"yesno": ((1, "Yes"), (0, "No")), "truefalse": ((1, "True"), (0, "False"))}


def read_redcap_csv(path: Path) -> Found:
    """
    Read a data dictionary as the platform exports it, with headings in words or in the API's names.

    Raises
    ------
    InstrumentError
        ``INST-045`` if it cannot be read as text, ``INST-046`` if it has not the columns of a dictionary.
    """
    text, _, faults = decode(path.read_bytes(), str(path))
    if faults:
        # Exports with a few broken bytes are common; the wordings around them are still worth having.
        text = path.read_bytes().decode("utf-8-sig", errors="replace")
    rows = list(csv.reader(io.StringIO(text)))
    columns = _columns(rows[0] if rows else [])
    if not {"name", "kind", "label"} <= set(columns):
        found = ", ".join(cell[:24] for cell in (rows[0] if rows else [])[:6])
        raise InstrumentError(
            "INST-046",
            f"this is no REDCap data dictionary; its first line has {found or 'nothing'}.",
            where=str(path),
            hint="Expected Variable / Field Name, Field Type, Field Label and so on.",
        )
    found_all = Found(title=worded(path.stem))
    header = FoundText()
    for cells in rows[1:]:
        row = {key: cells[at].strip() if at < len(cells) else "" for key, at in columns.items()}
        if row["name"]:
            header = worded(row.get("section")) if row.get("section") else header
            _take(row, header, found_all)
    return found_all


def _columns(headings: list[str]) -> dict[str, int]:
    """Return where each column stands."""
    places: dict[str, int] = {}
    for at, heading in enumerate(headings):
        bare = heading.strip().strip('"').lower()
        if bare in _API_NAMES:
            places.setdefault(_API_NAMES[bare], at)
            continue
        letters = re.sub(r"[^a-z]", "", bare)
        for key, start in _COLUMNS.items():
            if letters.startswith(start):
                places.setdefault(key, at)
                break
    return places


def _take(row: dict[str, str], header: FoundText, found: Found) -> None:
    name, kind = row["name"], row["kind"].lower()
    if kind in ("descriptive", "calc", "file", "sql", "signature"):
        found.skipped.append(f"{name} ({kind})")
        return
    asked, answers, counted = _kind_and_answers(kind, row)
    if asked in ("single", "multiple") and not answers:
        found.skipped.append(f"{name} ({kind} without choices)")
        return
    found.counted += [name] if counted else []
    low, high = (_bound(row.get(key, "")) for key in ("low", "high"))
    if kind == "slider" and low is None and high is None:
        low, high = 0.0, 100.0
    numeric = asked in ("integer", "number")
    found.questions.append(
        FoundQuestion(
            # Names are lower case there; our own export keeps the id in the annotation.
            row["annotation"] if row.get("annotation", "").lower() == name.lower() and row["annotation"] else name,
            asked,
            worded(row["label"] or name),
            answers,
            group=row.get("matrix", ""),
            stem=header if row.get("matrix") else FoundText(),
            low=low if numeric else None,
            high=high if numeric else None,
            condition=_condition(name, row.get("branching", ""), found),
            identifier=row.get("identifier", "").lower() == "y" or row.get("validation") in ("email", "phone"),
        )
    )


def _kind_and_answers(kind: str, row: dict[str, str]) -> tuple[FoundKind, tuple[FoundAnswer, ...], bool]:
    """Return what is asked, its answers, and whether these had to be counted."""
    if kind in _FIXED:
        return "single", tuple(FoundAnswer(code, FoundText(en=said)) for code, said in _FIXED[kind]), False
    if kind in ("radio", "dropdown", "checkbox"):
        return ("multiple" if kind == "checkbox" else "single", *_choices(row.get("choices", "")))
    validation = row.get("validation")
    if validation == "integer" and kind != "slider":
        return "integer", (), False
    return "number" if kind == "slider" or validation == "number" else "text", (), False


def _bound(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None


def _choices(cell: str) -> tuple[tuple[FoundAnswer, ...], bool]:
    """Return the answers of `1, Yes | 2, No`, and whether they had to be counted."""
    pairs = [part.partition(",") for part in cell.replace("\n", "|").split("|") if part.strip()]
    codes = [whole(code) for code, _, _ in pairs]
    counted = any(code is None for code in codes)
    return (
        tuple(
            FoundAnswer(i if counted or code is None else code, worded(label or raw))
            for i, (code, (raw, _, label)) in enumerate(zip(codes, pairs, strict=True), start=1)
        ),
        counted,
    )


def _condition(name: str, logic: str, found: Found) -> FoundCondition | None:
    """Return a condition on one question's codes; anything else is named as not taken over."""
    logic = plain(logic)
    if not logic:
        return None
    bare = re.sub(rf"\[{_OWN_CONSENT}\]\s*=\s*'1'\s*(?:and\s*)?", "", logic, flags=re.IGNORECASE).strip(" ()")
    if not bare:
        return None
    hits = list(_CHOSEN.finditer(bare))
    left = re.sub(r"\bor\b|[()\s]", "", _CHOSEN.sub("", bare), flags=re.IGNORECASE)
    openers = {hit.group(1) for hit in hits}
    if left or len(openers) != 1 or any(hit.group(2) and hit.group(3) != "1" for hit in hits):
        found.unrouted.append(f"{name}: {logic}")
        return None
    return FoundCondition(openers.pop(), tuple(int(hit.group(2) or hit.group(3)) for hit in hits))
