"""SPSS data file -> questions: variable labels as wordings, value labels as answers, missing codes as no answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from wxsat.errors import InstrumentError
from wxsat.instrument.sources.found import Found, FoundAnswer, FoundQuestion, plain, whole, worded


def read_sav(path: Path) -> Found:
    """
    Read the dictionary of a data file; its cases are not looked at.

    Raises
    ------
    InstrumentError
        ``INST-048`` if the file cannot be read.
    """
    meta = _meta(path)
    found = Found(title=worded(meta.file_label or path.stem))
    ranges: dict[str, Any] = meta.missing_ranges or {}
    for name, label in zip(meta.column_names, meta.column_labels, strict=True):
        kinds = str((meta.original_variable_types or {}).get(name, ""))
        labels = (meta.variable_value_labels or {}).get(name, {})
        _take(name, label, kinds.upper().startswith("A"), labels, ranges.get(name, []), found)
    return found


def _meta(path: Path) -> Any:
    import pyreadstat

    problem: Exception | None = None
    # Old files say nothing of their bytes; in China they are in GB18030.
    for encoding in (None, "GB18030"):
        try:
            _, meta = pyreadstat.read_sav(
                str(path), metadataonly=True, user_missing=True, encoding=encoding, disable_datetime_conversion=True
            )
        except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeDecodeError, OSError, ValueError) as error:
            problem = problem or error
        else:
            return meta
    message = f"the file cannot be read as SPSS data ({problem})."
    raise InstrumentError("INST-048", message, where=str(path), hint="Expected a SAV or ZSAV file, not encrypted.")


def _take(name: str, label: Any, text_variable: bool, labels: Any, ranges: Any, found: Found) -> None:
    wording = worded(label or name)
    if text_variable:
        found.questions.append(FoundQuestion(name, "text", wording))
        return
    coded = [(whole(code), said) for code, said in dict(labels).items()]
    if not coded:
        found.questions.append(FoundQuestion(name, "number", wording))
        return
    if any(code is None for code, _ in coded):
        found.skipped.append(f"{name} (value labels for codes that are no whole numbers)")
        return
    pairs = sorted((code, said) for code, said in coded if code is not None)
    answers = tuple(FoundAnswer(code, worded(said), missing=_is_missing(code, ranges)) for code, said in pairs)
    if all(answer.missing for answer in answers) or not any(plain(said) for _, said in pairs):
        # Labels for missing codes only: a number with reasons for having none.
        found.questions.append(FoundQuestion(name, "number", wording))
        return
    found.questions.append(FoundQuestion(name, "single", wording, answers))


def _is_missing(code: int, ranges: Any) -> bool:
    return any(_within(code, each) for each in ranges or [])


def _within(code: int, each: Any) -> bool:
    try:
        return float(each["lo"]) <= code <= float(each["hi"])
    except (TypeError, ValueError):
        return False
