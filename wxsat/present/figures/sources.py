"""The sources side by side: for each dilemma the combined severity over those of the public, the staff, the records."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wxsat.present import theme
from wxsat.present.figures.axes import draw_interval_rows, draw_outer_intervals, inch_axes, side_heading, side_text
from wxsat.present.figures.figure import FigureSpec
from wxsat.present.figures.frames import column_of, rows_of
from wxsat.present.figures.wording import listing, names_in, phrase, table_word, widest, with_interval, wrap_text

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import FigureBase

    from wxsat.instrument.instrument import Instrument, Language

WIDTH, ROW_INCHES, TOP, BOTTOM = 7.6, 0.29, 0.30, 0.52
LABEL_EM = 17.0
COLOURS = {"pub": theme.BLUE, "ops": theme.ORANGE, "log": theme.GREEN, "all": theme.INK}


@dataclass(frozen=True)
class SourcesData:
    """One entry a row, top to bottom: each dilemma's combined severity over its sources."""

    labels: tuple[str, ...]
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    severity: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    right: tuple[str, ...]
    axis: str
    heading: str
    method_lower: tuple[float, ...] = ()
    method_upper: tuple[float, ...] = ()


def choose_sources(
    combined: pd.DataFrame, sources: pd.DataFrame, *, language: Language, instrument: Instrument | None
) -> SourcesData:
    """Pick the rows of the figure; where a dilemma has one source only it stands for itself."""
    known = names_in(instrument, language, None)
    needed = ("dilemma", "S", "ci_lower", "ci_upper")
    rows = []
    each = rows_of(sources, (*needed, "source"), "sources")
    for whole in rows_of(combined, needed, "sources"):
        own = [row for row in each if row["dilemma"] == whole["dilemma"]]
        rows.append({**whole, "kind": "all"})
        rows += [{**row, "kind": str(row["source"])} for row in own]
    names = [known.get(str(row["dilemma"]), str(row["dilemma"])) for row in rows]
    kinds = tuple(str(row["kind"]) for row in rows)
    labels = [
        wrap_text(name, LABEL_EM, most_lines=2) if kind == "all" else table_word(language, "source", kind)
        for name, kind in zip(names, kinds, strict=True)
    ]
    values, lower, upper = (column_of(rows, name) for name in ("S", "ci_lower", "ci_upper"))
    return SourcesData(
        labels=tuple(labels),
        names=tuple(names),
        kinds=kinds,
        severity=values,
        lower=lower,
        upper=upper,
        right=tuple(with_interval(s, lo, hi, 1) for s, lo, hi in zip(values, lower, upper, strict=True)),
        axis=phrase(language, "severity.axis"),
        heading=phrase(language, "severity.value_heading"),
        method_lower=column_of(rows, "method_lower"),
        method_upper=column_of(rows, "method_upper"),
    )


def draw_sources(data: SourcesData, figure: FigureBase) -> None:
    """Draw the bands and one interval a row, the combined ones larger."""
    ax = inch_axes(
        figure,
        left=widest(data.labels, theme.TEXT_POINTS) + 0.2,
        right=widest((*data.right, data.heading), theme.TEXT_POINTS) + 0.2,
        top=TOP,
        bottom=BOTTOM,
    )
    for band, low, high in theme.BANDS:
        ax.axvspan(low, high, color=theme.BAND_TINTS[band], linewidth=0, zorder=0, gid=f"band-{band}")
    rows = list(range(len(data.labels)))
    whole = [kind == "all" for kind in data.kinds]
    for row in rows[1:]:
        if whole[row]:
            ax.axhline(row - 0.5, color=theme.PAPER, linewidth=2.5, zorder=1)
    draw_interval_rows(
        ax, data.severity, data.lower, data.upper, color=[COLOURS.get(kind, theme.INK) for kind in data.kinds],
        sizes=[80.0 if is_whole else 30.0 for is_whole in whole], rows=[float(row) for row in rows],
    )  # fmt: skip
    draw_outer_intervals(ax, data.method_lower, data.method_upper, [float(row) for row in rows], gid="method")
    for row, text in zip(rows, data.right, strict=True):
        side_text(ax, row, text, 8.0, color=theme.INK if whole[row] else theme.MUTED)
    side_heading(ax, data.heading, 8.0)
    ax.set_xlim(0, 100)
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.set_yticks(rows, data.labels)
    for tick, is_whole in zip(ax.get_yticklabels(), whole, strict=True):
        tick.set_fontsize(theme.TEXT_POINTS if is_whole else theme.SMALL_POINTS)
        tick.set_color(theme.INK if is_whole else theme.MUTED)
    ax.tick_params(axis="y", length=0)
    ax.set_xticks([0, 20, 40, 60, 80, 100])
    ax.set_xlabel(data.axis)


def describe_sources(data: SourcesData, language: Language) -> str:
    """Return the figure in words, with its numbers."""
    parts = [
        f"{name if kind == 'all' else table_word(language, 'source', kind)} {text}"
        for name, kind, text, value in zip(data.names, data.kinds, data.right, data.severity, strict=True)
        if math.isfinite(value)
    ]
    return phrase(language, "sources.alt", rows=listing(parts, language))


def plot_sources(
    combined: pd.DataFrame,
    sources: pd.DataFrame,
    *,
    language: Language = "zh",
    instrument: Instrument | None = None,
    stamp: str | None = None,
) -> FigureSpec:
    """
    Return the figure of the sources side by side.

    Parameters
    ----------
    combined, sources : DataFrame
        ``combined`` and ``sources`` of :class:`wxsat.diagnosis.triangulation.SourceTables`.
    language, instrument, stamp
        As in :func:`wxsat.present.figures.severity.plot_severity`.

    Raises
    ------
    UsageError
        OUT-021 for an empty frame, OUT-022 for one without the columns.

    Examples
    --------
    >>> plot_sources(tables.combined, tables.sources, language="en")  # doctest: +SKIP
    """
    data = choose_sources(combined, sources, language=language, instrument=instrument)
    return FigureSpec(
        id="sources",
        title=phrase(language, "sources.title"),
        caption=phrase(language, "sources.caption")
        + (phrase(language, "severity.method") if any(map(math.isfinite, data.method_lower)) else ""),
        alt=describe_sources(data, language),
        language=language,
        data=data,
        draw=draw_sources,
        width=WIDTH,
        height=TOP + BOTTOM + ROW_INCHES * len(data.labels),
        stamp=stamp,
    )
