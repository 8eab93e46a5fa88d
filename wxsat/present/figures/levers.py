"""What each lever is expected to bring: points of satisfaction gained, with the interval."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wxsat.present import theme
from wxsat.present.figures.axes import (
    dot_rows,
    draw_interval_rows,
    inch_axes,
    side_heading,
    side_text,
    stamp_refusal,
    stripe_rows,
)
from wxsat.present.figures.figure import FigureSpec
from wxsat.present.figures.frames import NAN, column_of, number_in, rows_of
from wxsat.present.figures.wording import (
    listing,
    one_line,
    phrase,
    shorten,
    table_word,
    widest,
    with_interval,
    wrap_text,
)
from wxsat.present.numbers import format_interval, format_number
from wxsat.present.tables.levers import ALL
from wxsat.present.tables.naming import Names

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import FigureBase

    from wxsat.instrument.instrument import Instrument, Language

NEEDED = ("lever", "dilemma", "gain", "ci_lower", "ci_upper", "own", "extrapolation")
LABEL_EM = 18.0
# Of a label of two lines.
MOST_EM = 1.8 * LABEL_EM
ROW_INCHES = 0.42
APART = 0.35
WIDTH = 7.2
TOP_INCHES, BOTTOM_INCHES = 0.30, 0.80


@dataclass(frozen=True)
class LeverData:
    """
    One entry a lever, greatest gain first; all together, if there, comes last and stands apart.

    Gains in points on 0-100; missing is NaN. The own part of all together is left out: it is the gain itself.
    """

    names: tuple[str, ...]
    labels: tuple[str, ...]
    gain: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    own: tuple[float, ...]
    extrapolated: tuple[bool, ...]
    together: bool
    right: tuple[str, ...]
    axis: str
    right_heading: str
    legend: tuple[str, str]
    note: str
    refused: bool
    language: Language

    @property
    def places(self) -> tuple[float, ...]:
        """The vertical place of every row; that of all together stands a little off."""
        n = len(self.names)
        return tuple(row + (APART if self.together and row == n - 1 else 0.0) for row in range(n))


def choose_levers(
    levers: pd.DataFrame,
    *,
    language: Language = "zh",
    instrument: Instrument | None = None,
    names: Mapping[str, str] | None = None,
    refused: bool = False,
) -> LeverData:
    """Pick what the lever figure shows from ``Diagnosis.levers``."""
    rows = sorted(rows_of(levers, NEEDED, "levers"), key=_by_gain)
    known = Names(instrument, language)
    printed = [_lever_name(row, known, names or {}) for row in rows]
    extrapolated = tuple(bool(row["extrapolation"]) for row in rows)
    gain, lower, upper = (column_of(rows, name) for name in ("gain", "ci_lower", "ci_upper"))
    return LeverData(
        names=tuple(printed),
        labels=tuple(
            wrap_text(shorten(one_line(name), MOST_EM) + (" †" if far else ""), LABEL_EM)
            for name, far in zip(printed, extrapolated, strict=True)
        ),
        gain=gain,
        lower=lower,
        upper=upper,
        own=tuple(NAN if row["lever"] == ALL else number_in(row, "own") for row in rows),
        extrapolated=extrapolated,
        together=rows[-1]["lever"] == ALL,
        right=tuple(
            ("+" if g > 0 else "") + with_interval(g, lo, hi, 1) for g, lo, hi in zip(gain, lower, upper, strict=True)
        ),
        axis=phrase(language, "levers.axis"),
        right_heading=phrase(language, "levers.right_heading"),
        legend=(phrase(language, "levers.total"), phrase(language, "levers.own")),
        note=phrase(language, "levers.extrapolation") if any(extrapolated) else "",
        refused=refused,
        language=language,
    )


def _by_gain(row: dict[str, Any]) -> tuple[bool, float]:
    gain = number_in(row, "gain")
    return row["lever"] == ALL, -gain if math.isfinite(gain) else math.inf


def _signed(value: float) -> str:
    return ("+" if value > 0 else "") + format_number(value, 1)


def _lever_name(row: dict[str, Any], known: Names, names: Mapping[str, str]) -> str:
    """Return what the table prints for a lever, with the id of its dilemma in front."""
    lever, dilemma = str(row["lever"]), str(row["dilemma"] or "")
    if lever == ALL:
        return table_word(known.language, "levers", "all")
    name = names.get(lever) or known.remedy(lever, dilemma)
    return name if not dilemma or dilemma in name else f"{dilemma} · {name}"


def draw_levers(data: LeverData, figure: FigureBase) -> None:
    """Draw one gain with its interval a row, the own part as a hollow diamond, and the line of no gain."""
    ax = inch_axes(
        figure,
        left=widest(data.labels, theme.TEXT_POINTS) + 0.2,
        right=0.2 + widest((*data.right, data.right_heading), theme.SMALL_POINTS),
        top=TOP_INCHES,
        bottom=BOTTOM_INCHES + 0.16 * bool(data.note),
    )
    n, places = len(data.labels), data.places
    stripe_rows(ax, n - data.together)
    ax.axvline(0, color=theme.MUTED, linewidth=1.0, zorder=1)
    _draw_bars(ax, data)
    draw_interval_rows(ax, data.gain, data.lower, data.upper, color=theme.POSITIVE, label=data.legend[0], rows=places)
    has_own = any(math.isfinite(value) for value in data.own)
    if has_own:
        dot_rows(ax, data.own, offset=0.0, marker="D", size=38, color=theme.VERMILION, label=data.legend[1], gid="own")
    if data.together:
        ax.axhline(places[-1] - 0.5 - APART / 2, color=theme.MUTED, linewidth=0.8, gid="together")
    for place, text in zip(places, data.right, strict=True):
        side_text(ax, place, text, 8)
    side_heading(ax, data.right_heading, 8)
    values = [v for series in (data.gain, data.lower, data.upper, data.own) for v in series if math.isfinite(v)]
    low, high = min([0.0, *values]), max([1.0, *values])
    ax.set_xlim(low - 0.04 * (high - low) * (low < 0), high + 0.06 * (high - low))
    ax.set_ylim(places[-1] + 0.5, -0.5)
    ax.set_yticks(places, data.labels)
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel(data.axis + ("\n" + data.note if data.note else ""))
    figure.legend(loc="lower center", ncols=2, handletextpad=0.4, columnspacing=1.6)
    if data.refused:
        stamp_refusal(figure, data.language)


def _draw_bars(ax: Axes, data: LeverData) -> None:
    for place, gain, far in zip(data.places, data.gain, data.extrapolated, strict=True):
        if math.isfinite(gain):
            ax.barh(
                place, gain, height=0.42, zorder=2, color="#FFFFFF" if far else "#CFE0F0", edgecolor="#8FB4D6",
                linewidth=0.8, hatch="////" if far else None,
            )  # fmt: skip


def describe_levers(data: LeverData, language: Language) -> str:
    """Return the figure in words, with its numbers."""
    parts = [
        phrase(
            language, "levers.alt_row" if math.isfinite(own) else "levers.alt_all", name=name, gain=_signed(gain),
            interval=format_interval(lower, upper, 1, language=language), own=format_number(own, 1),
        )
        for name, gain, lower, upper, own in zip(
            data.names, data.gain, data.lower, data.upper, data.own, strict=True
        )
    ]  # fmt: skip
    alt = phrase(language, "levers.alt", rows=listing(parts, language))
    return phrase(language, "refusal.alt", alt=alt) if data.refused else alt


def plot_levers(
    levers: pd.DataFrame,
    *,
    language: Language = "zh",
    instrument: Instrument | None = None,
    names: Mapping[str, str] | None = None,
    refused: bool = False,
    stamp: str | None = None,
) -> FigureSpec:
    """
    Return the figure of expected gains.

    Parameters
    ----------
    levers : DataFrame
        ``Diagnosis.levers``: ``lever dilemma gain ci_lower ci_upper own extrapolation``; gains in points on 0-100.
        The row of lever ``all`` stands apart at the foot.
    refused : bool
        Print across the picture, and say in the alt text, that it must not be interpreted.
    language, instrument, names, stamp
        As in :func:`wxsat.present.figures.reliability.plot_reliability`; `names` by lever.

    Raises
    ------
    UsageError
        OUT-021 for an empty frame, OUT-022 for one without the columns.

    Examples
    --------
    >>> svg = render_figure(plot_levers(diagnosis.levers, language="zh", instrument=instrument))
    """
    data = choose_levers(levers, language=language, instrument=instrument, names=names, refused=refused)
    return FigureSpec(
        id="levers",
        title=phrase(language, "levers.title"),
        caption=phrase(language, "levers.caption"),
        alt=describe_levers(data, language),
        language=language,
        data=data,
        draw=draw_levers,
        width=WIDTH,
        height=TOP_INCHES
        + BOTTOM_INCHES
        + 0.16 * bool(data.note)
        + ROW_INCHES * (len(data.labels) + APART * data.together),
        stamp=stamp,
    )
