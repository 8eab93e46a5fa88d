"""How grave each dilemma and sub-dilemma is: severity on 0-100 with its interval, on the bands, with the verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wxsat.present import theme
from wxsat.present.figures.axes import draw_interval_rows, draw_outer_intervals, inch_axes, side_heading, side_text
from wxsat.present.figures.figure import FigureSpec
from wxsat.present.figures.frames import column_of, rows_of
from wxsat.present.figures.wording import listing, names_in, phrase, table_word, widest, with_interval, wrap_text
from wxsat.present.numbers import format_interval, format_number
from wxsat.present.table import SUPPRESSED

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import FigureBase

    from wxsat.instrument.instrument import Instrument, Language

NEEDED = ("level", "id", "dilemma", "S", "ci_lower", "ci_upper", "band", "verdict")
LABEL_EM = 17.0
DILEMMA_ROW, SUB_ROW = 1.35, 1.0
ROW_INCHES = 0.29
WIDTH = 7.6
TOP_INCHES, BOTTOM_INCHES = 0.40, 0.52
VALUE_POINTS = 8.0


@dataclass(frozen=True)
class SeverityData:
    """
    One entry a row, top to bottom, each dilemma above its sub-dilemmas.

    Severity runs from 0 to 100; missing is NaN. Band and verdict are codes, empty where withheld.
    """

    names: tuple[str, ...]
    labels: tuple[str, ...]
    is_dilemma: tuple[bool, ...]
    severity: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    bands: tuple[str, ...]
    verdicts: tuple[str, ...]
    right: tuple[str, ...]
    band_labels: tuple[str, ...]
    axis: str
    headings: tuple[str, str]
    note: str = ""
    method_lower: tuple[float, ...] = ()
    method_upper: tuple[float, ...] = ()

    @property
    def has_method(self) -> bool:
        """Whether any row has a method interval."""
        return any(map(math.isfinite, self.method_lower))


def choose_severity(
    severity: pd.DataFrame,
    *,
    language: Language = "zh",
    instrument: Instrument | None = None,
    names: Mapping[str, str] | None = None,
) -> SeverityData:
    """Pick what the severity figure shows from ``Diagnosis.severity``; dilemmas keep the frame's order."""
    known = names_in(instrument, language, names)
    rows = _dilemmas_over_parts(rows_of(severity, NEEDED, "severity"))
    several = len({row.get("unit") for row in rows}) > 1
    printed = [(f"{row['unit']} · " if several else "") + known.get(str(row["id"]), str(row["id"])) for row in rows]
    is_dilemma = tuple(row["level"] == "dilemma" for row in rows)
    values, lower, upper = (column_of(rows, name) for name in ("S", "ci_lower", "ci_upper"))
    shown = [math.isfinite(value) for value in values]
    return SeverityData(
        names=tuple(printed),
        labels=tuple(
            wrap_text(_with_id(str(row["id"]), name) if whole else name, LABEL_EM, most_lines=2)
            for row, name, whole in zip(rows, printed, is_dilemma, strict=True)
        ),
        is_dilemma=is_dilemma,
        severity=values,
        lower=lower,
        upper=upper,
        bands=tuple(str(row["band"] or "") for row in rows),
        verdicts=tuple(
            table_word(language, "verdict", row["verdict"]) if seen else ""
            for row, seen in zip(rows, shown, strict=True)
        ),
        right=tuple(
            with_interval(s, lo, hi, 1) if seen else SUPPRESSED
            for s, lo, hi, seen in zip(values, lower, upper, shown, strict=True)
        ),
        band_labels=tuple(phrase(language, f"bands.{band}").replace(" · ", "\n") for band, _, _ in theme.BANDS),
        axis=phrase(language, "severity.axis"),
        headings=(phrase(language, "severity.value_heading"), phrase(language, "severity.verdict_heading")),
        note="" if all(shown) else table_word(language, "severity.notes", "suppressed"),
        method_lower=column_of(rows, "method_lower"),
        method_upper=column_of(rows, "method_upper"),
    )


def _with_id(row_id: str, name: str) -> str:
    return name if row_id in name else f"{row_id} {name}"


def _dilemmas_over_parts(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Order the rows: every dilemma, then its parts; parts without a dilemma row come last."""
    order = [(row.get("unit"), row["id"]) for row in rows if row["level"] == "dilemma"]

    def place(row: dict[str, Any]) -> tuple[int, bool]:
        key = (row.get("unit"), row["dilemma"])
        return (order.index(key) if key in order else len(order), row["level"] != "dilemma")

    return sorted(rows, key=place)


def row_places(is_dilemma: tuple[bool, ...]) -> list[float]:
    """Return the vertical centre of every row; a dilemma's row is taller and stands a little off the one above."""
    places, edge = [], 0.0
    for whole in is_dilemma:
        height = DILEMMA_ROW if whole else SUB_ROW
        places.append(edge + height / 2)
        edge += height
    return places


def draw_severity(data: SeverityData, figure: FigureBase) -> None:
    """Draw the bands, the lines at 20, 40 and 60, one interval a row and the verdicts at the right."""
    verdict_points = VALUE_POINTS + 72 * widest((*data.right, data.headings[0]), theme.TEXT_POINTS) + 8
    ax = inch_axes(
        figure,
        left=widest(data.labels, theme.TEXT_POINTS) + 0.2,
        right=verdict_points / 72 + widest((*data.verdicts, data.headings[1]), theme.TEXT_POINTS) + 0.08,
        top=TOP_INCHES,
        bottom=BOTTOM_INCHES + 0.16 * bool(data.note),
    )
    places = row_places(data.is_dilemma)
    _draw_bands(ax, data)
    for place, whole in zip(places, data.is_dilemma, strict=True):
        if whole and place > DILEMMA_ROW:
            ax.axhline(place - DILEMMA_ROW / 2, color=theme.PAPER, linewidth=2.5, zorder=1)
    draw_interval_rows(
        ax,
        data.severity,
        data.lower,
        data.upper,
        color=[theme.BAND_COLOURS.get(band, theme.INK) for band in data.bands],
        sizes=[80.0 if whole else 26.0 for whole in data.is_dilemma],
        rows=places,
    )
    draw_outer_intervals(ax, data.method_lower, data.method_upper, places, gid="method")
    for place, whole, value, verdict in zip(places, data.is_dilemma, data.right, data.verdicts, strict=True):
        size = theme.TEXT_POINTS if whole else theme.SMALL_POINTS
        colour = theme.INK if whole else theme.MUTED
        side_text(ax, place, value, VALUE_POINTS, size=size, color=colour)
        side_text(ax, place, verdict, verdict_points, size=size, color=colour)
    side_heading(ax, data.headings[0], VALUE_POINTS)
    side_heading(ax, data.headings[1], verdict_points)
    ax.set_xlim(0, 100)
    ax.set_ylim(sum(DILEMMA_ROW if whole else SUB_ROW for whole in data.is_dilemma), 0)
    ax.set_yticks(places, data.labels)
    for tick, whole in zip(ax.get_yticklabels(), data.is_dilemma, strict=True):
        tick.set_fontsize(theme.TEXT_POINTS if whole else theme.SMALL_POINTS)
        tick.set_color(theme.INK if whole else theme.MUTED)
    ax.tick_params(axis="y", length=0)
    ax.set_xticks([0, 20, 40, 60, 80, 100])
    ax.set_xlabel(data.axis + (f"\n{data.note}" if data.note else ""))


def _draw_bands(ax: Axes, data: SeverityData) -> None:
    for (band, low, high), label in zip(theme.BANDS, data.band_labels, strict=True):
        ax.axvspan(low, high, color=theme.BAND_TINTS[band], linewidth=0, zorder=0, gid=f"band-{band}")
        ax.text(
            (low + high) / 2, 1.0, label, transform=ax.get_xaxis_transform(), ha="center", va="bottom",
            fontsize=theme.TINY_POINTS, color=theme.BAND_COLOURS[band],
        )  # fmt: skip
        if low > 0:
            ax.axvline(low, color=theme.FAINT, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1, gid=f"line-{low:g}")


def describe_severity(data: SeverityData, language: Language) -> str:
    """Return the figure in words, with its numbers."""
    rows = zip(data.names, data.severity, data.lower, data.upper, data.verdicts, data.bands, strict=True)
    parts = [
        phrase(
            language, "severity.alt_row", name=name, value=format_number(value, 1),
            interval=format_interval(lower, upper, 1, language=language),
            verdict=verdict, band=table_word(language, "band", band),
        )
        + _method_said(data, i, language)
        if math.isfinite(value)
        else phrase(language, "severity.alt_withheld", name=name)
        for i, (name, value, lower, upper, verdict, band) in enumerate(rows)
    ]  # fmt: skip
    return phrase(language, "severity.alt", rows=listing(parts, language))


def _method_said(data: SeverityData, row: int, language: Language) -> str:
    ends = (data.method_lower[row], data.method_upper[row]) if data.method_lower else (math.nan, math.nan)
    if not all(map(math.isfinite, ends)):
        return ""
    return phrase(language, "severity.alt_method", interval=format_interval(*ends, 1, language=language))


def plot_severity(
    severity: pd.DataFrame,
    *,
    language: Language = "zh",
    instrument: Instrument | None = None,
    names: Mapping[str, str] | None = None,
    stamp: str | None = None,
) -> FigureSpec:
    """
    Return the severity figure of the dilemmas.

    Parameters
    ----------
    severity : DataFrame
        ``Diagnosis.severity``: ``level id dilemma S ci_lower ci_upper band verdict``; S in [0, 100], higher is worse.
    language, instrument, names, stamp
        As in :func:`wxsat.present.figures.reliability.plot_reliability`.

    Raises
    ------
    UsageError
        OUT-021 for an empty frame, OUT-022 for one without the columns.

    Examples
    --------
    >>> svg = render_figure(plot_severity(diagnosis.severity, language="zh", instrument=instrument))
    """
    data = choose_severity(severity, language=language, instrument=instrument, names=names)
    units = sum(DILEMMA_ROW if whole else SUB_ROW for whole in data.is_dilemma)
    return FigureSpec(
        id="severity",
        title=phrase(language, "severity.title"),
        caption=phrase(language, "severity.caption") + (phrase(language, "severity.method") if data.has_method else ""),
        alt=describe_severity(data, language),
        language=language,
        data=data,
        draw=draw_severity,
        width=WIDTH,
        height=TOP_INCHES + BOTTOM_INCHES + 0.16 * bool(data.note) + ROW_INCHES * units,
        stamp=stamp,
    )
