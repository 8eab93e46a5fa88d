"""What the reader of answers must know of how they were read: what was not found, not used, matched by place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wxsat.finding import Finding
from wxsat.responses.responses import Responses

_ITEMS = "{n} item(s) of the {form} form are not in the file: {names}."
_QUESTIONS = "{n} background question(s) or check(s) of the {form} form are not in the file: {names}."
_COLUMNS = "{n} column(s) answer no question and were not used: {names}."
_IDENTIFIERS = "{n} column(s) identify people; none of them is kept or written: {names}."


def reading_findings(responses: Responses) -> tuple[Finding, ...]:
    """
    Return findings RESP-108 to RESP-112 of answers as read.

    Examples
    --------
    >>> reading_findings(responses)  # doctest: +SKIP
    (Finding(code='RESP-108', ...),)
    """
    told = responses.provenance
    form = str(responses.form or "")
    found = [
        _named(told, "items_absent", "RESP-108", "warning", _ITEMS, form),
        _named(told, "questions_absent", "RESP-109", "note", _QUESTIONS, form),
        _named(told, "columns_unused", "RESP-110", "note", _COLUMNS),
        _named(told, "columns_identifying", "RESP-112", "note", _IDENTIFIERS),
    ]
    by_order = [q for q, how in told.get("matched_by", {}).items() if how == "order"]
    if by_order:
        message = f"{len(by_order)} question(s) were matched by their place in the file alone: {', '.join(by_order)}."
        evidence = {"n": len(by_order), "names": ", ".join(by_order)}
        found.append(Finding("RESP-111", "warning", by_order[0], message, evidence))
    return tuple(finding for finding in found if finding is not None)


def _named(
    told: Mapping[str, Any], what: str, code: str, severity: Any, message: str, form: str = ""
) -> Finding | None:
    names = list(told.get(what, ()))
    if what == "columns_unused":
        names = [n for n in names if n not in told.get("columns_of_platform", ())]
    if not names:
        return None
    evidence = {"n": len(names), "names": ", ".join(names), **({"form": form} if form else {})}
    return Finding(code, severity, names[0], message.format(**evidence), evidence)
