"""What was answered to plain columns: the Likert bars of data without an instrument, by column names."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np

from wxsat.errors import UsageError
from wxsat.present.figures.figure import FigureSpec
from wxsat.present.figures.likert import SMALLEST_BASE, WIDTH, LikertData, shown_shares, split_sides
from wxsat.present.figures.likert_drawing import draw_likert, height_of
from wxsat.present.figures.wording import listing, phrase
from wxsat.present.numbers import format_percent

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.instrument.instrument import Language

MOST_CATEGORIES = 11


def shared_codes(frame: pd.DataFrame, items: Sequence[str]) -> tuple[int, ...]:
    """
    Return the whole numbers from the lowest to the highest answer to some items; empty where they are no categories.

    Examples
    --------
    >>> shared_codes(pd.DataFrame({"a": [1.0, 3.0], "b": [2.0, 2.0]}), ["a", "b"])
    (1, 2, 3)
    """
    values = frame[list(items)].to_numpy(dtype=np.float64, na_value=np.nan)
    given = values[~np.isnan(values)]
    if not len(given) or (given != np.round(given)).any():
        return ()
    codes = tuple(range(int(given.min()), int(given.max()) + 1))
    return codes if 2 <= len(codes) <= MOST_CATEGORIES else ()


def choose_column_answers(
    frame: pd.DataFrame, items: Sequence[str], *, reverse: Collection[str] = (), language: Language = "zh"
) -> LikertData:
    """
    Count the answers to some columns, as they stand in the file.

    Raises
    ------
    UsageError
        OUT-023 where the columns do not hold a few whole codes.
    """
    codes = shared_codes(frame, items)
    if not codes:
        raise UsageError("OUT-023", f"the columns {', '.join(items)} do not hold answers in a few whole codes.")
    columns = [frame[item].to_numpy(dtype=np.float64, na_value=np.nan) for item in items]
    shares = [shown_shares(column, codes) for column in columns]
    sides = [split_sides(share) for share in shares]
    turned = [item for item in items if item in reverse]
    return LikertData(
        ids=tuple(item + (" (R)" if item in reverse else "") for item in items),
        texts=("",) * len(items),
        codes=tuple(str(code) for code in codes),
        shares=tuple(tuple(float(s) for s in share) for share in shares),
        low=tuple(side[0] for side in sides),
        middle=tuple(side[1] for side in sides),
        high=tuple(side[2] for side in sides),
        dont_know=tuple(float(np.isnan(column).mean()) for column in columns),
        n=tuple(int((~np.isnan(column)).sum()) for column in columns),
        key=("",) * len(codes),
        key_spreads=False,
        axis=phrase(language, "likert.axis"),
        headings=(phrase(language, "likert.missing"), phrase(language, "likert.n")),
        none=phrase(language, "likert.none"),
        few=phrase(language, "likert.few", smallest=SMALLEST_BASE),
        note=phrase(language, "likert.reversed") if turned else "",
    )


def describe_column_answers(data: LikertData, language: Language) -> str:
    """Return the figure in words, with its numbers."""
    parts = [
        phrase(
            language, "likert.alt_column_few" if n < SMALLEST_BASE else "likert.alt_column", item=item,
            low=format_percent(low, 0), high=format_percent(high, 0),
            missing=format_percent(missing, 1), n=n, smallest=SMALLEST_BASE,
        )
        for item, low, high, missing, n in zip(data.ids, data.low, data.high, data.dont_know, data.n, strict=True)
    ]  # fmt: skip
    return phrase(language, "likert.alt", n=len(parts), rows=listing(parts, language))


def plot_column_answers(
    frame: pd.DataFrame,
    items: Sequence[str],
    *,
    reverse: Collection[str] = (),
    language: Language = "zh",
    id: str = "likert",
    title: str = "",
    stamp: str | None = None,
) -> FigureSpec:
    """
    Return the figure of the answers to some columns that share one response scale.

    Parameters
    ----------
    frame : DataFrame
        Answers as whole codes, as they were asked: nothing is recoded here.
    items : sequence of str
        Columns, top to bottom.
    reverse : collection of str
        Columns to mark as reverse-keyed.
    language : {"zh", "en"}
    id, title : str
    stamp : str, optional
        Printed under the picture, for simulated data.

    Raises
    ------
    UsageError
        As :func:`choose_column_answers`.

    Examples
    --------
    >>> svg = render_figure(plot_column_answers(frame, ["A1", "A2"], language="en"))  # doctest: +SKIP
    """
    data = choose_column_answers(frame, items, reverse=reverse, language=language)
    return FigureSpec(
        id=id,
        title=title or phrase(language, "likert.title"),
        caption=phrase(language, "likert.caption_columns"),
        alt=describe_column_answers(data, language),
        language=language,
        data=data,
        draw=draw_likert,
        width=WIDTH,
        height=height_of(data.texts, data.key, data.headings, bool(data.note)),
        stamp=stamp,
    )
