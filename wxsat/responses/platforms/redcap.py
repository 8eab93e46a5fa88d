"""REDCap: raw codes or labels, ``name___code`` for several answers, ``_complete`` after every form."""

from __future__ import annotations

import re
from typing import Any

from wxsat.responses.platforms.platform import Layout, Platform, View, shown, unique_header
from wxsat.responses.raw_table import ChoiceColumn, RawTable, fold

RAW_PART = re.compile(r"^(.+?)___(_?\w+)$")
LABEL_PART = re.compile(r"^(.*?)\s*\(choice=(.*)\)$", re.DOTALL)
FIRST = frozenset(["record_id", "participant_id", "study_id", "recordid", "subject_id", "studyid"])
OWN_PREFIX = "redcap_"
DECIMAL_COMMA = re.compile(r"^-?\d+,\d+$")


def recognise(view: View) -> tuple[str, ...]:
    """Say what speaks for REDCap."""
    header = [name for name in view.header if name]
    own = [name for name in header if name.startswith(OWN_PREFIX)]
    parts = [name for name in header if RAW_PART.match(name) or LABEL_PART.match(name)]
    complete = [name for name in header if name.endswith("_complete") or fold(name) == "complete?"]
    first = fold(header[0]) in FIRST if header else False
    evidence = []
    if own:
        evidence.append(f"columns {shown(own)}")
    if complete:
        evidence.append(f"columns {shown(complete)}")
    if parts:
        evidence.append(f"choices in columns like '{parts[0][:30]}'")
    if not evidence:
        return ()
    return ((f"first column '{header[0]}'",) if first else ()) + tuple(evidence) if first or len(evidence) > 1 else ()


def lay_out(view: View) -> Layout:
    """Return one header row; choices with the name or wording of their question."""
    names, notes = unique_header(view.header, view.rows[1:])
    choices: dict[str, ChoiceColumn] = {}
    for name in names:
        raw, label = RAW_PART.match(name), LABEL_PART.match(name)
        if raw:
            choices[name] = ChoiceColumn((raw[1],), raw[2].replace("_", "-", 1), raw[1])
        elif label:
            choices[name] = ChoiceColumn((label[1],), label[2], label[1])
    meta = tuple(n for n in names if _is_meta(n, names))
    events = any(fold(name) in ("redcap_event_name", "eventname") for name in names)
    several = ("A longitudinal project: each row is one event of a person, not one person.",) if events else ()
    return Layout([names, *map(list, view.rows[1:])], choice_columns=choices, metadata=meta, notes=(*notes, *several))


def _is_meta(name: str, names: list[str]) -> bool:
    ending = name.endswith(("_complete", "_timestamp")) or re.match(r"^complete\?( \(\d+\))?$", name.casefold())
    return name.startswith(OWN_PREFIX) or bool(ending) or (name == names[0] and fold(name) in FIRST)


def tidy(table: RawTable) -> RawTable:
    """Return the table with a decimal comma as a point in columns that hold nothing but numbers."""
    from wxsat.responses.platforms.platform import replace_cells

    numeric = [c for c in table.columns if c not in table.metadata and _has_decimal_commas(table, c)]
    return replace_cells(table, numeric, _with_point)


def _has_decimal_commas(table: RawTable, column: str) -> bool:
    cells = [cell for cell in table.frame[column] if cell is not None]
    commas = [cell for cell in cells if isinstance(cell, str) and DECIMAL_COMMA.match(cell)]
    return bool(commas) and all(cell in commas or re.fullmatch(r"-?\d+(\.\d+)?", str(cell)) for cell in cells)


def _with_point(cell: Any) -> Any:
    return cell.replace(",", ".") if isinstance(cell, str) and DECIMAL_COMMA.match(cell) else cell


PLATFORM = Platform("redcap", "REDCap", "REDCap", recognise, lay_out, tidy)
