"""Severity over the waves: one panel a dilemma, a point a wave with its interval."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from wxsat.present import theme
from wxsat.present.figures.axes import inches_of
from wxsat.present.figures.figure import FigureSpec
from wxsat.present.figures.frames import number_in, rows_of
from wxsat.present.figures.wording import em_width, interval_text, listing, names_in, phrase, wrap_text

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure, FigureBase

    from wxsat.instrument.instrument import Instrument, Language

WIDTH, PANEL_INCHES, LEFT, RIGHT, TOP, BOTTOM, GAP = 7.6, 2.1, 0.55, 0.15, 0.62, 0.38, 0.16
TITLE_EM = 11.5
MOST_PANELS = 4
FEWEST_POINTS = 10.0


@dataclass(frozen=True)
class TrackingData:
    """One panel a dilemma (or construct), one entry a wave in each."""

    waves: tuple[str, ...]
    names: tuple[str, ...]
    titles: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]
    lower: tuple[tuple[float, ...], ...]
    upper: tuple[tuple[float, ...], ...]
    axis: str


def choose_tracking(levels: pd.DataFrame, *, language: Language, instrument: Instrument | None) -> TrackingData:
    """Pick the dilemmas that may be compared, or the first parts or constructs where no dilemma may."""
    rows = rows_of(levels, ("wave", "level", "id", "scale", "value", "ci_lower", "ci_upper"), "tracking")
    level = next(kind for kind in ("dilemma", "part", "construct") if any(row["level"] == kind for row in rows))
    chosen = [row for row in rows if row["level"] == level]
    ids = list(dict.fromkeys(str(row["id"]) for row in chosen))[:MOST_PANELS]
    waves = tuple(dict.fromkeys(str(row["wave"]) for row in chosen))
    known = names_in(instrument, language, None)
    at = {(str(row["id"]), str(row["wave"])): row for row in chosen}

    def figures(name: str) -> tuple[tuple[float, ...], ...]:
        return tuple(tuple(number_in(at[i, wave], name) for wave in waves) for i in ids)

    names = tuple(known.get(i, i) for i in ids)
    return TrackingData(
        waves=waves,
        names=names,
        titles=tuple(wrap_text(name, TITLE_EM) for name in names),
        values=figures("value"),
        lower=figures("ci_lower"),
        upper=figures("ci_upper"),
        axis=phrase(language, "tracking.score" if level == "construct" else "tracking.severity"),
    )


def draw_tracking(data: TrackingData, figure: FigureBase) -> None:
    """Draw the panels side by side over one scale, no wider than the intervals need."""
    cast("Figure", figure.figure).set_layout_engine("none")
    width, height = inches_of(figure)
    count = len(data.names)
    panel = min((width - LEFT - RIGHT - GAP * (count - 1)) / count, 2.6)
    low, high = _limits(data)
    tilted = max(map(em_width, data.waves)) * theme.SMALL_POINTS / 72 > 0.9 * panel / len(data.waves)
    for k in range(count):
        x = (LEFT + k * (panel + GAP)) / width
        ax = figure.add_axes((x, BOTTOM / height, panel / width, 1 - (TOP + BOTTOM) / height))
        for band, start, end in theme.BANDS:
            ax.axhspan(start, end, color=theme.BAND_TINTS[band], linewidth=0, zorder=0)
        places = list(range(len(data.waves)))
        ax.plot(places, data.values[k], color=theme.BLUE, linewidth=1.1, zorder=3)
        shown = [i for i in places if math.isfinite(data.lower[k][i])]
        lines = ax.vlines(
            shown, [data.lower[k][i] for i in shown], [data.upper[k][i] for i in shown], colors=theme.BLUE,
            linewidths=1.8, zorder=4,
        )  # fmt: skip
        lines.set_gid(f"intervals-{k}")
        dots = ax.scatter(places, list(data.values[k]), s=34, color=theme.BLUE, zorder=5, linewidths=0)
        dots.set_gid(f"values-{k}")
        ax.set_xlim(-0.5, len(places) - 0.5)
        ax.set_ylim(low, high)
        ax.set_xticks(places, data.waves)
        ax.tick_params(axis="x", length=0, labelsize=theme.SMALL_POINTS, rotation=30 if tilted else 0)
        ax.set_title(data.titles[k], fontsize=theme.SMALL_POINTS, loc="left")
        if k:
            ax.tick_params(axis="y", length=0, labelleft=False)
        else:
            ax.set_ylabel(data.axis)


def _limits(data: TrackingData) -> tuple[float, float]:
    """Return the range of the scale that holds all intervals, at least `FEWEST_POINTS` wide on both sides."""
    ends = [v for group in (data.lower, data.upper, data.values) for row in group for v in row if math.isfinite(v)]
    if not ends:
        return 0.0, 100.0
    low, high = min(ends) - FEWEST_POINTS / 2, max(ends) + FEWEST_POINTS / 2
    return max(10.0 * math.floor(low / 10), 0.0), min(10.0 * math.ceil(high / 10), 100.0)


def describe_tracking(data: TrackingData, language: Language) -> str:
    """Return the figure in words, with its numbers."""
    parts = []
    for k, name in enumerate(data.names):
        figures = [
            f"{wave} {data.values[k][i]:.1f} {interval_text(data.lower[k][i], data.upper[k][i], 1)}"
            for i, wave in enumerate(data.waves) if math.isfinite(data.values[k][i])
        ]  # fmt: skip
        parts.append(f"{name}: {listing(figures, language)}")
    return phrase(language, "tracking.alt", rows="; ".join(parts))


def plot_tracking(
    levels: pd.DataFrame,
    *,
    language: Language = "zh",
    instrument: Instrument | None = None,
    stamp: str | None = None,
) -> FigureSpec:
    """
    Return the figure of severities over the waves.

    Parameters
    ----------
    levels : DataFrame
        ``levels`` of :class:`wxsat.diagnosis.tracking.Tracking`.
    language, instrument, stamp
        As in :func:`wxsat.present.figures.severity.plot_severity`.

    Raises
    ------
    UsageError
        OUT-021 for an empty frame, OUT-022 for one without the columns.

    Examples
    --------
    >>> plot_tracking(tracking.levels, language="en")  # doctest: +SKIP
    """
    data = choose_tracking(levels, language=language, instrument=instrument)
    return FigureSpec(
        id="tracking",
        title=phrase(language, "tracking.title"),
        caption=phrase(language, "tracking.caption"),
        alt=describe_tracking(data, language),
        language=language,
        data=data,
        draw=draw_tracking,
        width=WIDTH,
        height=TOP + BOTTOM + PANEL_INCHES,
        stamp=stamp,
    )
