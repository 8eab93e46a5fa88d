"""How Likert bars are drawn: the key of the scale on top, one diverging bar an item, don't-knows and n beside."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from wxsat.present import theme
from wxsat.present.figures.axes import inch_axes, inches_of
from wxsat.present.figures.wording import widest
from wxsat.present.numbers import format_number, format_percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import FigureBase

    from wxsat.present.figures.likert import LikertData

LINE_INCHES = 0.148
ROW_PAD, LEAST_ROW = 0.15, 0.36
BAR_INCHES = 0.21
MARGIN = 0.08
KEY_BOX, KEY_LINE, KEY_GAP = 0.19, 0.125, 0.08
FOOT = 0.42
NOTE = 0.17
DK_INCHES, N_INCHES = 0.86, 0.5
SEGMENT_POINTS = 6.5
END_ROOM = 0.36


@dataclass(frozen=True)
class LabelColumns:
    """The texts of every row: id, wording, don't-know share, valid n."""

    ids: tuple[str, ...]
    texts: tuple[str, ...]
    dont_know: tuple[str, ...]
    n: tuple[str, ...]


def category_colours(n: int) -> tuple[str, ...]:
    """
    Return one colour a category, lowest first: brown below, grey in the middle, blue above, darkest at the ends.

    Examples
    --------
    >>> category_colours(3)
    ('#C97B2A', '#DDE1E5', '#3B84BF')
    """
    half = n // 2
    below, above = (_shades(ramp, half) for ramp in (theme.DISAGREE, theme.AGREE))
    return (*below, *((theme.NEUTRAL,) * (n % 2)), *reversed(above))


def _shades(ramp: Sequence[str], n: int) -> tuple[str, ...]:
    """Pick n shades from dark to light; beyond the ramp's length the lightest repeat."""
    if n == 1:
        return (ramp[1],)
    last = min(len(ramp) - 1, max(2, n - 1))
    return tuple(ramp[round(i * last / (n - 1))] for i in range(n))


def row_inches(text: str) -> float:
    """Return the height of an item's row."""
    return max(LEAST_ROW, LINE_INCHES * (text.count("\n") + 1) + ROW_PAD)


def _lines(texts: Sequence[str]) -> int:
    return max((text.count("\n") + 1 for text in texts if text), default=0)


def _top_inches(key: Sequence[str], headings: Sequence[str]) -> float:
    return MARGIN + KEY_BOX + KEY_LINE * _lines(key) + KEY_GAP + 0.02 + KEY_LINE * _lines(headings) + 0.05


def height_of(texts: Sequence[str], key: Sequence[str], headings: Sequence[str], has_note: bool) -> float:
    """Return the height of the whole figure in inches."""
    return _top_inches(key, headings) + sum(map(row_inches, texts)) + FOOT + NOTE * has_note + 0.06


def draw_likert(data: LikertData, figure: FigureBase) -> None:
    """Draw key, bars, totals, don't-know shares and n."""
    columns = data.columns
    id_inches = widest(data.ids, theme.SMALL_POINTS) + 0.1
    left = MARGIN + id_inches + widest(data.texts, theme.SMALL_POINTS) + 0.08
    ax = inch_axes(
        figure,
        left=left,
        right=DK_INCHES + N_INCHES + 0.04,
        top=_top_inches(data.key, data.headings),
        bottom=FOOT + NOTE * bool(data.note) + 0.06,
    )
    heights = [row_inches(text) for text in data.texts]
    places = [sum(heights[:row]) + height / 2 for row, height in enumerate(heights)]
    ax.set_ylim(sum(heights), 0)
    _frame(ax, data, heights)
    _draw_bars(ax, data, places, inches_of(figure)[0] - left - DK_INCHES - N_INCHES)
    _write_columns(ax, columns, places, left, id_inches)
    for heading, inches in zip(data.headings, (DK_INCHES - 0.06, DK_INCHES + N_INCHES - 0.04), strict=True):
        _beside(ax, (1, 1), inches, heading, va="bottom", up=3, size=theme.TINY_POINTS, color=theme.MUTED)
    _draw_key(figure, data)


def _frame(ax: Axes, data: LikertData, heights: Sequence[float]) -> None:
    for row, height in enumerate(heights):
        if row % 2 == 0:
            top = sum(heights[:row])
            ax.axhspan(top, top + height, color=theme.PANEL, linewidth=0, zorder=0)
    ax.axvline(0, color=theme.MUTED, linewidth=0.8, zorder=1)
    ax.set_yticks([])
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    ax.tick_params(axis="x", length=0)
    ax.grid(axis="x", zorder=0)
    ax.set_xlabel(data.axis + (f"\n{data.note}" if data.note else ""), fontsize=theme.SMALL_POINTS)


def bar_starts(shares: Sequence[float]) -> list[float]:
    """Return where each category's bar begins, in percent from the middle of the scale."""
    half = len(shares) // 2
    start = -100 * (sum(shares[:half]) + (shares[half] / 2 if len(shares) % 2 else 0.0))
    return [start + 100 * sum(shares[:k]) for k in range(len(shares))]


def _draw_bars(ax: Axes, data: LikertData, places: Sequence[float], inches: float) -> None:
    answered = [row for row, low in enumerate(data.low) if not math.isnan(low)]
    starts = [bar_starts(data.shares[row]) for row in answered]
    ends = [start[-1] + 100 * data.shares[row][-1] for start, row in zip(starts, answered, strict=True)]
    low, high = max([10.0, *(-start[0] for start in starts)]), max([10.0, *ends])
    percent_an_inch = (low + high) / (inches - 2 * END_ROOM)
    ax.set_xlim(-low - END_ROOM * percent_an_inch, high + END_ROOM * percent_an_inch)
    step = 25 if low + high <= 160 else 50
    ax.set_xticks([tick for tick in range(-100, 101, step) if -low - 1 <= tick <= high + 1])
    ax.xaxis.set_major_formatter(lambda value, _: format_number(abs(value), 0))
    least = 1.5 * SEGMENT_POINTS / 72 * percent_an_inch
    for k, colour in enumerate(category_colours(len(data.codes))):
        left = [start[k] for start in starts]
        widths = [100 * data.shares[row][k] for row in answered]
        rows = [places[row] for row in answered]
        bars = ax.barh(
            rows, widths, left=left, height=BAR_INCHES, color=colour, edgecolor=theme.PAPER, linewidth=0.6, zorder=2
        )
        for bar, row in zip(bars, answered, strict=True):
            bar.set_gid(f"category-{k + 1}-{row + 1}")
        for x, width, place in zip(left, widths, rows, strict=True):
            if width >= least:
                ax.text(
                    x + width / 2, place, format_percent(width / 100, 0, sign=False), ha="center",
                    va="center_baseline", fontsize=SEGMENT_POINTS, color=_ink_on(colour), zorder=3,
                )  # fmt: skip
    for row, start, end in zip(answered, starts, ends, strict=True):
        _write_total(ax, start[0], places[row], data.low[row], "right", f"low-{row + 1}")
        _write_total(ax, end, places[row], data.high[row], "left", f"high-{row + 1}")
    for row in set(range(len(data.n))) - set(answered):
        said = data.few if data.n[row] else data.none
        ax.text(0, places[row], said, ha="center", va="center", fontsize=theme.SMALL_POINTS, color=theme.MUTED)


def _write_total(ax: Axes, x: float, place: float, share: float, side: Literal["left", "right"], gid: str) -> None:
    ax.annotate(
        format_percent(share, 0), (x, place), xytext=(3 if side == "left" else -3, 0), textcoords="offset points",
        ha=side, va="center", fontsize=theme.TINY_POINTS, color=theme.INK, gid=gid,
    )  # fmt: skip


def _ink_on(colour: str) -> str:
    """Return white on dark colours, ink on light ones (relative luminance as in WCAG 2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return theme.PAPER if (1.05 / (luminance + 0.05)) > (luminance + 0.05) / 0.0625 else theme.INK


def _beside(
    ax: Axes, at: tuple[float, float], inches: float, text: str, *, up: float = 0.0, va: str = "center",
    ha: str = "right", size: float = theme.SMALL_POINTS, color: str = theme.INK,
) -> None:  # fmt: skip
    """Write a text so many inches from an edge of the axes; the height is a share (at the top) or a row's place."""
    coordinates = "axes fraction" if va == "bottom" else ax.get_yaxis_transform()
    ax.annotate(
        text, at, xycoords=coordinates, xytext=(72 * inches, up), textcoords="offset points", ha=ha, va=va,
        fontsize=size, color=color, annotation_clip=False,
    )  # fmt: skip


def _write_columns(ax: Axes, columns: LabelColumns, places: Sequence[float], left: float, id_inches: float) -> None:
    rows = zip(places, columns.ids, columns.texts, columns.dont_know, columns.n, strict=True)
    for place, name, text, unknown, n in rows:
        _beside(ax, (0, place), MARGIN - left, name, ha="left", color=theme.MUTED)
        _beside(ax, (0, place), MARGIN - left + id_inches, text, ha="left")
        _beside(ax, (1, place), DK_INCHES - 0.06, unknown)
        _beside(ax, (1, place), DK_INCHES + N_INCHES - 0.04, n)


def _draw_key(figure: FigureBase, data: LikertData) -> None:
    """Draw the categories side by side, the wording of each below it."""
    height = inches_of(figure)[1]
    below = KEY_LINE * _lines(data.key)
    ax = inch_axes(figure, left=0.15, right=0.15, top=MARGIN, bottom=height - MARGIN - KEY_BOX)
    n = len(data.codes)
    ax.set_xlim(0, n)
    ax.set_ylim(0, 1)
    ax.axis("off")
    ax.set_gid("key")
    for k, (code, colour, text) in enumerate(zip(data.codes, category_colours(n), data.key, strict=True)):
        ax.barh([0.5], [1], left=[k], height=1, color=colour, edgecolor=theme.PAPER, linewidth=1.0)
        ax.text(k + 0.5, 0.47, code, ha="center", va="center", fontsize=theme.TINY_POINTS, color=_ink_on(colour))
        if text and below:
            x, side = (k + 0.5, "center")
            if data.key_spreads:
                x, side = (0.0, "left") if k == 0 else (float(n), "right") if k == n - 1 else (x, side)
            ax.annotate(
                text, (x, 0), xytext=(0, -2.5), textcoords="offset points", ha=side, va="top",
                fontsize=theme.TINY_POINTS, color=theme.INK, annotation_clip=False,
            )  # fmt: skip
