"""Discriminant validity at a glance: the heterotrait–monotrait ratio of every pair of constructs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wxsat.present import theme
from wxsat.present.figures.axes import column_axes, inches_of
from wxsat.present.figures.figure import FigureSpec
from wxsat.present.figures.frames import NAN, number_in, rows_of
from wxsat.present.figures.wording import listing, names_in, phrase, widest, wrap_text
from wxsat.present.numbers import format_interval, format_number

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import FigureBase

    from wxsat.instrument.instrument import Instrument, Language

NEEDED = ("a", "b", "htmt", "ci_lower", "ci_upper")
THIN, THICK = 0.85, 0.90
MOST_WITH_VALUES = 20
LABEL_EM = 22.0
WIDTH = 7.2
ROW_INCHES, NARROW_ROW, WIDEST_CELL = 0.29, 0.19, 0.75
TALL_SCALE = 2.6
TOP, BOTTOM, SCALE_INCHES = 0.24, 0.66, 0.85
BAR_INCHES = 0.14
COLOURS = ("#F4F8FC", "#8FBEE0", "#2C6DB0", "#123B66")


@dataclass(frozen=True)
class HtmtData:
    """
    The lower triangle, n constructs down and the first n - 1 across, numbered as in the table.

    Attributes
    ----------
    names : tuple of str
        Of all constructs.
    labels : tuple of str
        Number and name.
    values : tuple of tuple of float
        Shape (n, n - 1); NaN on and above the diagonal and where a ratio could not be computed.
    texts : tuple of tuple of str
        What stands in the cells; empty where there is no pair, and with too many constructs to read them.
    pairs : tuple of (str, str, float, float, float)
        Both names, ratio, lower and upper end, as given.
    """

    names: tuple[str, ...]
    labels: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]
    texts: tuple[tuple[str, ...], ...]
    pairs: tuple[tuple[str, str, float, float, float], ...]
    bar: str
    legend: tuple[str, str]

    @property
    def row_inches(self) -> float:
        """Height of a row."""
        return ROW_INCHES if len(self.names) <= MOST_WITH_VALUES else NARROW_ROW

    @property
    def points(self) -> float:
        """Type size of the labels."""
        return theme.SMALL_POINTS if len(self.names) <= MOST_WITH_VALUES else theme.TINY_POINTS


def choose_htmt(
    htmt: pd.DataFrame,
    *,
    language: Language = "zh",
    instrument: Instrument | None = None,
    names: Mapping[str, str] | None = None,
) -> HtmtData:
    """Pick what the heatmap shows from ``ScaleQuality.htmt``; constructs in the order of their first pair."""
    rows = rows_of(htmt, NEEDED, "htmt")
    known = names_in(instrument, language, names)
    ids = list(dict.fromkeys(str(row[end]) for row in rows for end in ("a", "b")))
    n = len(ids)
    values = [[NAN] * (n - 1) for _ in range(n)]
    texts = [[""] * (n - 1) for _ in range(n)]
    for row in rows:
        left, below = sorted((ids.index(str(row["a"])), ids.index(str(row["b"]))))
        values[below][left] = number_in(row, "htmt")
        if n <= MOST_WITH_VALUES:
            texts[below][left] = format_number(values[below][left], 2, no_zero=True)
    printed = tuple(known.get(name, name) for name in ids)
    width = LABEL_EM if n <= MOST_WITH_VALUES else 2 * LABEL_EM
    return HtmtData(
        names=printed,
        labels=tuple(
            wrap_text(f"{position}  {name}", width, most_lines=2) for position, name in enumerate(printed, start=1)
        ),
        values=tuple(map(tuple, values)),
        texts=tuple(map(tuple, texts)),
        pairs=tuple(
            (
                known.get(str(row["a"]), str(row["a"])),
                known.get(str(row["b"]), str(row["b"])),
                number_in(row, "htmt"),
                number_in(row, "ci_lower"),
                number_in(row, "ci_upper"),
            )
            for row in rows
        ),
        bar=phrase(language, "htmt.bar"),
        legend=(phrase(language, "htmt.thin"), phrase(language, "htmt.thick")),
    )


def draw_htmt(data: HtmtData, figure: FigureBase) -> None:
    """Draw the triangle with seaborn, values in the cells, frames where a convention is reached."""
    import seaborn
    from matplotlib.colors import LinearSegmentedColormap

    n = len(data.names)
    width, height = inches_of(figure)
    left = widest(data.labels, data.points) + 0.2
    cell = min(WIDEST_CELL, (width - left - SCALE_INCHES) / (n - 1))
    bottom = height - TOP - n * data.row_inches
    ax = column_axes(figure, left=left, span=cell * (n - 1), top=TOP, bottom=bottom)
    scale = column_axes(figure, left=width - 0.6, span=BAR_INCHES, top=TOP, bottom=bottom)
    values = np.array(data.values)
    seaborn.heatmap(
        values, ax=ax, cbar_ax=scale, vmin=0.0, vmax=1.0, cmap=LinearSegmentedColormap.from_list("htmt", COLOURS),
        mask=~np.isfinite(values), linewidths=0.6, linecolor=theme.PAPER,
    )  # fmt: skip
    ax.set_xticks([k + 0.5 for k in range(n - 1)], [str(k + 1) for k in range(n - 1)], rotation=0)
    ax.set_yticks([k + 0.5 for k in range(n)], data.labels, rotation=0)
    ax.tick_params(axis="both", length=0, labelsize=data.points)
    _dress_scale(scale, data.bar)
    _write_values(ax, data)
    _draw_frames(ax, values, data.legend)
    figure.legend(loc="lower center", ncols=2, handlelength=1.2, handletextpad=0.6, columnspacing=1.8)


def _dress_scale(scale: Axes, label: str) -> None:
    for spine in scale.spines.values():
        spine.set_visible(False)
    scale.set_title(label, fontsize=theme.TINY_POINTS, color=theme.MUTED, pad=6)
    scale.yaxis.set_major_formatter(lambda value, _: format_number(value, 2, no_zero=True))
    tall = scale.get_position().height * inches_of(scale.figure)[1] >= TALL_SCALE
    scale.set_yticks([0, 0.25, 0.5, 0.75, THIN, THICK, 1.0] if tall else [0, 0.5, 1.0])
    scale.tick_params(length=2, labelsize=theme.TINY_POINTS)


def _write_values(ax: Axes, data: HtmtData) -> None:
    for below, (values, texts) in enumerate(zip(data.values, data.texts, strict=True)):
        for left, (value, text) in enumerate(zip(values, texts, strict=True)):
            if text:
                ax.text(
                    left + 0.5, below + 0.5, text, ha="center", va="center", fontsize=theme.TINY_POINTS,
                    color=theme.PAPER if value >= 0.55 else theme.INK, zorder=4,
                    gid=f"value-{below + 1}-{left + 1}",
                )  # fmt: skip


def _draw_frames(ax: Axes, values: NDArray[np.float64], legend: tuple[str, str]) -> None:
    """Frame the cells at or above a convention; the frames of the legend are drawn even if no cell has one."""
    from matplotlib.patches import Rectangle

    for below, left in np.argwhere(np.nan_to_num(values, nan=0.0) >= THIN):
        thick = values[below, left] >= THICK
        ax.add_patch(
            Rectangle(
                (left + 0.05, below + 0.07), 0.9, 0.86, fill=False, zorder=5, edgecolor=theme.VERMILION,
                linewidth=2.4 if thick else 1.1, gid=f"frame-{'thick' if thick else 'thin'}-{below + 1}-{left + 1}",
            )
        )  # fmt: skip
    for label, linewidth in zip(legend, (1.1, 2.4), strict=True):
        ax.add_patch(Rectangle((0, 0), 0, 0, fill=False, edgecolor=theme.VERMILION, linewidth=linewidth, label=label))


def describe_htmt(data: HtmtData, language: Language) -> str:
    """Return the figure in words: the highest ratio and all at or above a convention, with their intervals."""
    found = sorted((pair for pair in data.pairs if pair[2] == pair[2]), key=lambda pair: -pair[2])
    if not found:
        return phrase(language, "htmt.alt_none", n=len(data.pairs))
    texts = [
        phrase(
            language, "htmt.alt_pair", a=a, b=b, value=format_number(value, 2, no_zero=True),
            interval=format_interval(lower, upper, language=language, no_zero=True),
        )
        for a, b, value, lower, upper in found
    ]  # fmt: skip
    above = [sum(pair[2] >= limit for pair in found) for limit in (THIN, THICK)]
    listed = phrase(language, "htmt.alt_listed", pairs=listing(texts[: above[0]], language)) if above[0] else ""
    return phrase(language, "htmt.alt", n=len(data.pairs), highest=texts[0], n85=above[0], n90=above[1], listed=listed)


def plot_htmt(
    htmt: pd.DataFrame,
    *,
    language: Language = "zh",
    instrument: Instrument | None = None,
    names: Mapping[str, str] | None = None,
    stamp: str | None = None,
) -> FigureSpec:
    """
    Return the heatmap of HTMT ratios.

    Parameters
    ----------
    htmt : DataFrame
        ``ScaleQuality.htmt``: ``a b htmt ci_lower ci_upper``, one row a pair.
    language, instrument, names, stamp
        As in :func:`wxsat.present.figures.reliability.plot_reliability`.

    Raises
    ------
    UsageError
        OUT-021 for an empty frame (fewer than two constructs), OUT-022 for one without the columns.

    Examples
    --------
    >>> svg = render_figure(plot_htmt(scales.htmt, language="en"))
    """
    data = choose_htmt(htmt, language=language, instrument=instrument, names=names)
    return FigureSpec(
        id="htmt",
        title=phrase(language, "htmt.title"),
        caption=phrase(language, "htmt.caption"),
        alt=describe_htmt(data, language),
        language=language,
        data=data,
        draw=draw_htmt,
        width=WIDTH,
        height=TOP + BOTTOM + data.row_inches * len(data.names),
        stamp=stamp,
    )
