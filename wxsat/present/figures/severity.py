"""How grave each dilemma and sub-dilemma is: severity on 0-100 with its interval, on the bands, with the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wxsat.present import theme
from wxsat.present.figures.axes import draw_interval_rows, side_heading, side_text
from wxsat.present.figures.figure import FigureSpec
from wxsat.present.figures.wording import fixed, interval_text, listing, names_in, phrase, phrase_or, wrap_text

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import FigureBase

    from wxsat.instrument.instrument import Instrument, Language

LABEL_EM = 17.0
DILEMMA_ROW, SUB_ROW = 1.25, 1.0
ROW_INCHES = 0.29
VALUE_POINTS, VERDICT_POINTS = 8.0, 102.0


@dataclass(frozen=True)
class SeverityData:
    """One entry a row, top to bottom, each dilemma above its sub-dilemmas. Severity runs from 0 to 100; missing is NaN."""

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


def choose_severity(
    severity: pd.DataFrame,
    *,
    language: Language = "zh",
    instrument: Instrument | None = None,
    names: Mapping[str, str] | None = None,
) -> SeverityData:
    """Pick what the severity figure shows from ``Diagnosis.severity``; dilemmas keep the frame's order."""
    known = names_in(instrument, language, names)
    rows = _dilemmas_over_parts(severity)
    printed = [known.get(str(row["id"]), str(row["id"])) for row in rows]
    is_dilemma = tuple(row["level"] == "dilemma" for row in rows)
    values, lower, upper = (tuple(float(row[c]) for row in rows) for c in ("S", "ci_lower", "ci_upper"))
    verdicts = tuple(phrase_or(language, "verdicts", row["verdict"], str(row["verdict"])) for row in rows)
    return SeverityData(
        names=tuple(printed),
        labels=tuple(
            wrap_text(_with_id(str(row["id"]), name) if whole else name, LABEL_EM)
            for row, name, whole in zip(rows, printed, is_dilemma, strict=True)
        ),
        is_dilemma=is_dilemma,
        severity=values,
        lower=lower,
        upper=upper,
        bands=tuple(str(row["band"]) for row in rows),
        verdicts=verdicts,
        right=tuple(
            f"{fixed(s, 1)}  [{interval_text(lo, hi, 1)}]" for s, lo, hi in zip(values, lower, upper, strict=True)
        ),
        band_labels=tuple(phrase_or(language, "bands", band, band) for band, _, _ in theme.BANDS),
        axis=phrase(language, "severity.axis"),
        headings=(phrase(language, "severity.value_heading"), phrase(language, "severity.verdict_heading")),
    )


def _with_id(row_id: str, name: str) -> str:
    return name if name.startswith(row_id) else f"{row_id} {name}"


def _dilemmas_over_parts(severity: pd.DataFrame) -> list[dict[str, Any]]:
    """Order the records: every dilemma, then its parts; parts without a dilemma row come last."""
    records = severity.to_dict("records")
    ordered: list[dict[str, Any]] = []
    for whole in (r for r in records if r["level"] == "dilemma"):
        ordered.append(whole)
        ordered.extend(r for r in records if r["level"] != "dilemma" and r["dilemma"] == whole["id"])
    placed = {(r["level"], r["id"]) for r in ordered}
    return ordered + [r for r in records if (r["level"], r["id"]) not in placed]


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
    ax = figure.add_subplot()
    places = row_places(data.is_dilemma)
    bottom = sum(DILEMMA_ROW if whole else SUB_ROW for whole in data.is_dilemma)
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
    for place, whole, value, verdict in zip(places, data.is_dilemma, data.right, data.verdicts, strict=True):
        size = theme.TEXT_POINTS if whole else theme.SMALL_POINTS
        colour = theme.INK if whole else theme.MUTED
        side_text(ax, place, value, VALUE_POINTS, size=size, color=colour)
        side_text(ax, place, verdict, VERDICT_POINTS, size=size, color=colour)
    side_heading(ax, data.headings[0], VALUE_POINTS)
    side_heading(ax, data.headings[1], VERDICT_POINTS)
    ax.set_xlim(0, 100)
    ax.set_ylim(bottom, 0)
    ax.set_yticks(places, data.labels)
    for tick, whole in zip(ax.get_yticklabels(), data.is_dilemma, strict=True):
        tick.set_fontsize(theme.TEXT_POINTS + 0.5 if whole else theme.SMALL_POINTS)
        tick.set_color(theme.INK if whole else theme.MUTED)
    ax.tick_params(axis="y", length=0)
    ax.set_xticks([0, 20, 40, 60, 80, 100])
    ax.set_xlabel(data.axis)


def _draw_bands(ax: Axes, data: SeverityData) -> None:
    for (band, low, high), label in zip(theme.BANDS, data.band_labels, strict=True):
        ax.axvspan(low, high, color=theme.BAND_TINTS[band], linewidth=0, zorder=0, gid=f"band {band}")
        ax.text(
            (low + high) / 2, 1.0, label, transform=ax.get_xaxis_transform(), ha="center", va="bottom",
            fontsize=theme.TINY_POINTS, color=theme.BAND_COLOURS[band],
        )  # fmt: skip
        if low > 0:
            ax.axvline(low, color=theme.FAINT, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1, gid=f"line {low:g}")


def describe_severity(data: SeverityData, language: Language) -> str:
    """Return the figure in words, with its numbers."""
    parts = [
        phrase(
            language, "severity.alt_row", name=name, value=fixed(value, 1), interval=interval_text(lo, hi, 1),
            verdict=verdict, band=phrase_or(language, "bands", band, band),
        )
        for name, value, lo, hi, verdict, band in zip(
            data.names, data.severity, data.lower, data.upper, data.verdicts, data.bands, strict=True
        )
    ]  # fmt: skip
    return phrase(language, "severity.alt", rows=listing(parts, language))


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

    Examples
    --------
    >>> svg = render_figure(plot_severity(diagnosis.severity, language="zh", instrument=instrument))
    """
    data = choose_severity(severity, language=language, instrument=instrument, names=names)
    units = sum(DILEMMA_ROW if whole else SUB_ROW for whole in data.is_dilemma)
    return FigureSpec(
        id="severity",
        title=phrase(language, "severity.title"),
        caption=phrase(language, "severity.caption"),
        alt=describe_severity(data, language),
        language=language,
        data=data,
        draw=draw_severity,
        width=7.6,
        height=1.0 + ROW_INCHES * units,
        stamp=stamp,
    )
