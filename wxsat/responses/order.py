"""The last resort: columns that bear no name of a question, given to the questions as they stand. Only when asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wxsat.errors import DataError, UsageError, nearest
from wxsat.instrument.instrument import FormName, Instrument
from wxsat.responses.identifiers import identifies
from wxsat.responses.paradata import paradata_columns
from wxsat.responses.raw_table import ROW_NAME, RawTable, masked

RULES = ("names", "order")


def require_rule(rule: str) -> None:
    """
    Refuse a rule of matching that there is not.

    Raises
    ------
    UsageError
        RESP-072.
    """
    if rule not in RULES:
        raise UsageError(
            "RESP-072", f"there is no rule '{rule}'; rules: {', '.join(RULES)}.", hint=nearest(rule, RULES).strip()
        )


def columns_by_order(
    table: RawTable,
    instrument: Instrument,
    found: Mapping[str, object],
    form: FormName | None,
    spoken_for: Sequence[str],
    taken: Sequence[str] = (),
) -> dict[str, str]:
    """
    Return question id -> column of the items and checks not found, in questionnaire order.

    Columns about the answer sheet, times and identifiers are passed over. Without `form`, the one form whose
    questions are as many as the columns is taken.

    Raises
    ------
    DataError
        RESP-071 when no form has as many questions as columns are left.
    """
    aside = {*table.metadata, *spoken_for, *taken, *paradata_columns(table, {}, set()).values(), ROW_NAME}
    left = [c for c in table.columns if c not in aside and identifies(c, table.frame[c]) is None]
    sizes: dict[str, int] = {}
    for name in (form,) if form else ("full", "standard", "brief"):
        asked = [q for q in _asked_in(instrument, name) if q not in found]
        sizes[name] = len(asked)
        if len(asked) == len(left):
            return dict(zip(asked, left, strict=True))
    wanted = ", ".join(f"{n} ({name} form)" for name, n in sizes.items())
    raise DataError(
        "RESP-071",
        f"{len(left)} column(s) are left to match by order, but the questions without a column are {wanted}.",
        where=table.file,
        hint=f"First columns left: {', '.join(masked(c, 20) for c in left[:5])}. Delete or map the odd ones.",
    )


def _asked_in(instrument: Instrument, form: FormName) -> list[str]:
    items = [item.id for item in instrument.items_in(form)]
    checks = [c.id for c in instrument.attention if c.kind != "antonyms" and form in c.forms]
    background = [q.id for q in instrument.background if form in q.forms and q.kind != "multiple"]
    return [*items, *checks, *background]
