"""Codes as a platform writes them: whole numbers, or the wording of each answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from wxsat.instrument.instrument import Choice, Instrument, Language, Scale
from wxsat.simulate.draws import Floats
from wxsat.simulate.field import Reasons


def label_columns(
    instrument: Instrument,
    columns: Mapping[str, Floats],
    reasons: Mapping[str, Reasons],
    language: Language | None,
) -> dict[str, Any]:
    """
    Return every column as a platform would: codes, or wordings in `language`; blank where there is no
    answer.

    A don't-know is the scale's own code or wording.
    """
    import pandas as pd

    written: dict[str, Any] = {}
    for name, column in columns.items():
        scale, choices = answer_list(instrument, name)
        dk = scale.dk if scale is not None and scale.dk is not None else None
        codes = np.where(reasons[name] == "dont_know", np.nan if dk is None else float(dk), column)
        blank = np.isin(reasons[name], ("skipped", "not_shown"))
        wording = _wording(scale, choices, language)
        if wording is None and bool((codes == np.rint(codes)).all()):
            written[name] = pd.array(np.where(blank, 0, codes).astype(np.int64), dtype="Int64")
            written[name][blank] = pd.NA
        else:
            known = {code: wording(code) if wording else code for code in np.unique(codes).tolist()}
            written[name] = [None if b else known[code] for b, code in zip(blank, codes.tolist(), strict=True)]
    return written


def answer_list(instrument: Instrument, column: str) -> tuple[Scale | None, list[Choice]]:
    """Return the scale, or else the choices, of the question in a column; neither for a number or a tick."""
    for item in instrument.items_in():
        if item.id == column:
            return instrument.scale_of(item), []
    for check in instrument.attention:
        if check.id == column:
            own = None if check.choices else instrument.scales[check.scale or instrument.header.default_scale]
            return own, list(check.choices)
    for question in instrument.background:
        if question.id == column:
            return (instrument.scales[question.scale] if question.scale else None), list(question.choices)
    return None, []


def value_labels(instrument: Instrument, column: str, language: Language) -> dict[int, str]:
    """Return code and wording of every answer of a column, don't-know and refusal included."""
    scale, choices = answer_list(instrument, column)
    if scale is None:
        return {choice.code: choice.text.text(language) for choice in choices}
    codes = [*scale.codes, *(code for code in (scale.dk, scale.refused) if code is not None)]
    return {code: scale.label_of(code, language) for code in codes if scale.label_of(code, language) != str(code)}


def _wording(scale: Scale | None, choices: list[Choice], language: Language | None) -> Callable[[float], str] | None:
    if language is None or (scale is None and not choices) or (scale is not None and not scale.codes):
        return None
    if scale is not None:
        return lambda code: scale.label_of(int(code), language)
    texts = {choice.code: choice.text.text(language) for choice in choices}
    return lambda code: texts.get(int(code), str(int(code)))
