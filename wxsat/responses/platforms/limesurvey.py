"""LimeSurvey: codes or wordings as column names, sub-questions in brackets, answer codes or full answers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from wxsat.responses.platforms.platform import Layout, Platform, View, named, shown, unique_header
from wxsat.responses.raw_table import ChoiceColumn, fold

META = frozenset(
    [
        "id", "responseid", "submitdate", "datesubmitted", "lastpage", "startlanguage", "seed", "startdate",
        "datestarted", "datestamp", "datelastaction", "ipaddr", "ipaddress", "refurl", "referrerurl", "interviewtime",
        "totaltime", "token",
        "accesscode", "firstname", "lastname", "email",
    ]
)  # fmt: skip
OWN = frozenset(["submitdate", "datesubmitted", "lastpage", "startlanguage", "datelastaction", "datestamp"])
SUBQUESTION = re.compile(r"^(.*?)[\s]*\[([^\[\]]+)\]$", re.DOTALL)
CODE_AND_WORDING = re.compile(r"^([A-Za-z][A-Za-z0-9]*(?:\[\w+\])?)\. (.+)$", re.DOTALL)
ANSWER_CODE = re.compile(r"^AO?0*(\d{1,3})$")


def recognise(view: View) -> tuple[str, ...]:
    """Say what speaks for LimeSurvey."""
    own = named(view, OWN)
    first = fold(view.header[0]) if view.header else ""
    return (f"columns {shown(own)}",) if len(own) >= 3 or (len(own) >= 2 and first in ("id", "responseid")) else ()


def lay_out(view: View) -> Layout:
    """Return one header row; sub-questions under their own code or wording, and as choices of their question."""
    names, notes = unique_header(view.header, view.rows[1:])
    aliases: dict[str, tuple[str, ...]] = {}
    choices: dict[str, ChoiceColumn] = {}
    for name in names:
        both = CODE_AND_WORDING.match(name)
        bare = both[1] if both else name
        sub = SUBQUESTION.match(bare) or SUBQUESTION.match(name)
        more = [both[1], both[2]] if both else []
        if sub:
            aliases[name] = (sub[2], *more)
            choices[name] = ChoiceColumn((sub[1],), sub[2], sub[1])
        elif more:
            aliases[name] = tuple(more)
    return Layout(
        [names, *map(list, view.rows[1:])],
        aliases=aliases,
        choice_columns=choices,
        metadata=tuple(name for name in names if fold(name) in META),
        notes=notes,
    )


def is_answer_codes(cells: Iterable[Any]) -> bool:
    """Whether a column holds LimeSurvey's own answer codes (A1, AO02) and nothing else."""
    given = [cell for cell in cells if cell is not None and fold(cell) != "n/a"]
    return bool(given) and all(isinstance(cell, str) and ANSWER_CODE.match(cell.strip()) for cell in given)


def position_of(cell: Any) -> Any:
    """Return the number of an answer code (``A2`` -> ``2``); anything else as it is."""
    match = ANSWER_CODE.match(cell.strip()) if isinstance(cell, str) else None
    return match[1] if match else cell


PLATFORM = Platform("limesurvey", "LimeSurvey", "LimeSurvey", recognise, lay_out)
