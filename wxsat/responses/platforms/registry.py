"""Every platform by its id, and which one a file comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from wxsat.errors import DataError, UsageError, nearest
from wxsat.responses.platforms import (
    google_forms,
    kobo,
    limesurvey,
    page,
    qualtrics,
    redcap,
    surveymonkey,
    tencent,
    wjx,
)
from wxsat.responses.platforms.platform import Layout, Platform, View
from wxsat.responses.raw_table import Numbering, RawTable

PLATFORMS: dict[str, Platform] = {
    module.PLATFORM.id: module.PLATFORM
    for module in (page, qualtrics, tencent, wjx, surveymonkey, limesurvey, redcap, kobo, google_forms)
}
# Statistics programs and records show themselves by their bytes; `plain` is a table with one header row.
BY_CONTENTS: dict[str, str] = {
    "spss": "SPSS", "stata": "Stata", "sas": "SAS", "parquet": "Parquet", "json": "JSON records",
    "plain": "a plain table",
}  # fmt: skip
KIND_PLATFORMS: dict[str, str] = {
    "sav": "spss", "por": "spss", "dta": "stata", "sas": "sas", "xpt": "sas", "parquet": "parquet", "json": "json",
}  # fmt: skip
_WJX_NUMBERING: dict[str, Numbering] = {"wjx-text": "codes", "wjx-score": "codes", "wjx-index": "positions"}
NAMES: tuple[str, ...] = ("auto", *PLATFORMS, *_WJX_NUMBERING, *BY_CONTENTS)
SHOWN_ROWS = 40


def require_platform(name: str) -> None:
    """
    Refuse a platform that nobody knows.

    Raises
    ------
    UsageError
        RESP-065.
    """
    if name not in NAMES:
        raise UsageError(
            "RESP-065",
            f"there is no platform '{name}'; platforms: {', '.join(NAMES)}.",
            hint=nearest(name, NAMES).strip(),
        )


def recognise(rows: Sequence[Sequence[Any]], file: str) -> tuple[Platform | None, tuple[str, ...]]:
    """Return the platform with most evidence, and the evidence; None for a plain table."""
    view = View(rows[:SHOWN_ROWS], file)
    found = [(platform, platform.recognise(view)) for platform in PLATFORMS.values()]
    best, evidence = max(found, key=lambda pair: len(pair[1]))
    return (best, evidence) if evidence else (None, ())


def lay_out(
    rows: list[list[Any]], file: str, platform: str = "auto"
) -> tuple[Platform | None, tuple[str, ...], Layout]:
    """
    Return the platform of a file's rows, what it was recognised by, and its rows with one header.

    Raises
    ------
    DataError
        RESP-066 the file is not an export of the platform that was named.
    """
    if platform == "plain" or platform in KIND_PLATFORMS.values():
        return None, (), Layout(rows)
    if platform == "auto":
        own, evidence = recognise(rows, file)
        return own, evidence, own.lay_out(View(rows, file)) if own else Layout(rows)
    named = PLATFORMS[platform.partition("-")[0]]
    evidence = named.recognise(View(rows[:SHOWN_ROWS], file))
    if not evidence and named.id in ("qualtrics", "surveymonkey"):
        raise _not_of(named, rows, file)
    layout = named.lay_out(View(rows, file))
    if platform in _WJX_NUMBERING:
        layout = replace(layout, numbering=_WJX_NUMBERING[platform])
    return named, (f"named: {platform}", *evidence), layout


def _not_of(platform: Platform, rows: list[list[Any]], file: str) -> DataError:
    other, evidence = recognise(rows, file)
    better = f" It looks like {other.en} ({'; '.join(evidence)})." if other else ""
    return DataError(
        "RESP-066",
        f"this is no export of {platform.en}: nothing in its header rows says so.{better}",
        where=file,
        hint="Leave --platform out, or name another.",
    )


def describe(table: RawTable, platform: Platform | None, evidence: tuple[str, ...], layout: Layout) -> RawTable:
    """Return a table with what its platform says of the columns."""
    present = set(table.columns)
    return replace(
        table,
        platform=platform.id if platform else "",
        evidence=evidence,
        numbering=layout.numbering,
        column_labels={**table.column_labels, **{c: v for c, v in layout.labels.items() if c in present}},
        aliases={c: v for c, v in layout.aliases.items() if c in present},
        choice_columns={c: v for c, v in layout.choice_columns.items() if c in present},
        metadata=tuple(c for c in layout.metadata if c in present),
        notes=(*layout.notes, *table.notes),
    )
