"""Importance-performance map of a composite model: what moves the target most, and how well it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from wxsat.errors import UsageError
from wxsat.present.figures.figure import FigureSpec
from wxsat.present.figures.priorities import (
    HEIGHT,
    WIDTH,
    choose_priorities,
    describe_priorities,
    draw_priorities,
)
from wxsat.present.figures.wording import names_in, phrase

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument, Language
    from wxsat.pls.result import PlsResult


def plot_ipma(
    result: PlsResult,
    *,
    language: Language = "zh",
    instrument: Instrument | None = None,
    names: Mapping[str, str] | None = None,
    stamp: str | None = None,
) -> FigureSpec:
    """
    Return the importance-performance map of ``fit_pls(..., scale=, target=)``.

    Parameters
    ----------
    result : PlsResult
        With rows in ``importance``. A refused result has the refusal printed across the map.
    language, instrument, names, stamp
        As in :func:`wxsat.present.figures.priorities.plot_priorities`.

    Raises
    ------
    UsageError
        OUT-021 for a fit without a target.

    Examples
    --------
    >>> import pandas as pd
    >>> from wxsat.pls.fit import fit_pls
    >>> data = pd.DataFrame({"a": [1, 2, 3, 4.0], "b": [1, 3, 2, 4.0], "c": [2, 1, 4, 3.0]})
    >>> result = fit_pls("A =~ a + b; C =~ c; C ~ A", data, scale=(1, 10), target="C")
    >>> plot_ipma(result, language="en").title
    'Importance–performance map (target: C)'
    """
    if not len(result.importance):
        raise UsageError("OUT-021", "this fit has no importance and performance.", hint="Fit with scale and target.")
    target = str(result.importance["target"].iloc[0])
    rows = result.importance.rename(columns={"construct": "driver"}).assign(kind="driver")
    data = choose_priorities(rows, language=language, instrument=instrument, names=names, refused=result.refused)
    shown = names_in(instrument, language, names).get(target, target)
    axes = (phrase(language, "ipma.x_axis", target=shown), phrase(language, "ipma.y_axis"))
    data = replace(data, axes=axes, kind_names=(phrase(language, "ipma.point"), data.kind_names[1]))
    return FigureSpec(
        id="ipma",
        title=phrase(language, "ipma.title", target=shown),
        caption=phrase(language, "ipma.caption", target=shown),
        alt=describe_priorities(data, language),
        language=language,
        data=data,
        draw=draw_priorities,
        width=WIDTH,
        height=HEIGHT,
        stamp=stamp,
    )
