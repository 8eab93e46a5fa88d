"""Monthly control charts: the figure of each month, its moving average, and the limits that chance alone keeps to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.numerics.control_chart import FALSE_ALARM, FEWEST_POINTS, EwmaChart, ewma_chart
from wxsat.present import theme
from wxsat.present.figures.figure import FigureSpec
from wxsat.present.figures.frames import number_in, rows_of
from wxsat.present.figures.wording import fixed, listing, phrase

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import FigureBase

    from wxsat.instrument.instrument import Language

LEGEND = ("value", "average", "limits", "center", "signal")
WIDTH, PANEL_HEIGHT, EXTRA_HEIGHT = 7.6, 2.7, 0.35


@dataclass(frozen=True, eq=False)
class MonthlyChart:
    """One chart: its title, the months, the unit of its axis, and the numbers."""

    title: str
    months: tuple[str, ...]
    unit: str
    chart: EwmaChart


@dataclass(frozen=True, eq=False)
class ControlChartData:
    """The charts and the words of the legend."""

    charts: tuple[MonthlyChart, ...]
    legend: Mapping[str, str]


def choose_control_charts(
    series: Mapping[str, pd.DataFrame], units: Mapping[str, str], *, language: Language
) -> ControlChartData:
    """Chart every series of six complete months and more; the months between must all be there."""
    charts = []
    for title, frame in series.items():
        found = rows_of(frame, ("month", "value"), "control_chart")
        rows = [row for row in found if np.isfinite(number_in(row, "value"))]
        months = tuple(str(row["month"]) for row in rows)
        if len(months) < FEWEST_POINTS or not _consecutive(months):
            continue
        values = np.array([number_in(row, "value") for row in rows])
        charts.append(MonthlyChart(title, months, units.get(title, ""), ewma_chart(values)))
    words = {key: phrase(language, f"control_chart.{key}") for key in LEGEND}
    return ControlChartData(tuple(charts), words)


def _consecutive(months: tuple[str, ...]) -> bool:
    counted = [12 * int(month[:4]) + int(month[5:7]) for month in months]
    return counted == list(range(counted[0], counted[0] + len(counted)))


def draw_control_charts(data: ControlChartData, figure: FigureBase) -> None:
    """Draw a panel a series, one above the other."""
    axes = figure.subplots(len(data.charts), 1, squeeze=False)[:, 0]
    for place, (ax, one) in enumerate(zip(axes, data.charts, strict=True)):
        _draw_chart(ax, one, data.legend, place)
    axes[0].legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=5, fontsize=theme.TINY_POINTS, borderpad=0.1)


def _draw_chart(ax: Axes, one: MonthlyChart, words: Mapping[str, str], place: int) -> None:
    chart, at = one.chart, np.arange(len(one.months))
    ax.fill_between(at, chart.lower, chart.upper, color=theme.PANEL, linewidth=0)
    ax.plot(at, chart.upper, color=theme.MUTED, linewidth=1.0, linestyle=(0, (4, 2)), label=words["limits"])
    ax.plot(at, chart.lower, color=theme.MUTED, linewidth=1.0, linestyle=(0, (4, 2)))
    ax.axhline(chart.center, color=theme.MUTED, linewidth=0.8, label=words["center"])
    ax.plot(
        at, chart.values, color=theme.FAINT, linewidth=0.8, marker="o", markersize=3.6, markerfacecolor=theme.PAPER,
        markeredgecolor=theme.MUTED, label=words["value"],
    )  # fmt: skip
    line = ax.plot(at, chart.averages, color=theme.BLUE, linewidth=1.9, marker=".", label=words["average"])
    line[0].set_gid(f"average-{place}")
    out = chart.outside
    if out.any():
        marks = ax.plot(
            at[out], chart.averages[out], linestyle="none", marker="D", markersize=7, markerfacecolor="none",
            markeredgecolor=theme.VERMILION, markeredgewidth=1.5, label=words["signal"],
        )  # fmt: skip
        marks[0].set_gid(f"signals-{place}")
    ax.set_title(one.title, loc="left", fontsize=theme.SMALL_POINTS)
    step = max(1, -(-len(at) // 13))
    ax.set_xticks(at[::step], one.months[::step])
    ax.set_ylabel(one.unit)
    ax.margins(x=0.02)


def describe_control_charts(data: ControlChartData, language: Language) -> str:
    """Return the figure in words: level, limits and the months beyond them."""
    rows = []
    for one in data.charts:
        out = [month for month, beyond in zip(one.months, one.chart.outside, strict=True) if beyond]
        said = phrase(language, "control_chart.alt_out", months=listing(out, language)) if out else None
        rows.append(
            phrase(
                language, "control_chart.alt_row", name=one.title, n=len(one.months), first=one.months[0],
                last=one.months[-1], center=fixed(one.chart.center, 1), average=fixed(one.chart.averages[-1], 1),
                lower=fixed(one.chart.lower[-1], 1), upper=fixed(one.chart.upper[-1], 1),
                out=said or phrase(language, "control_chart.alt_in"),
            )
        )  # fmt: skip
    return phrase(language, "control_chart.alt", rows=listing(rows, language))


def plot_control_charts(
    series: Mapping[str, pd.DataFrame],
    *,
    units: Mapping[str, str] | None = None,
    language: Language = "zh",
    id: str = "control_chart",
    title: str | None = None,
    stamp: str | None = None,
) -> FigureSpec | None:
    """
    Return EWMA charts of monthly figures; None where no series has six months in a row.

    Parameters
    ----------
    series : mapping of str to DataFrame
        Title to ``month value``, a row a month (``2026-03``), in the order of time.
    units : mapping of str to str, optional
        Title to the words of its axis.
    language : {"zh", "en"}
    id, title : str
        Of the figure.
    stamp : str, optional

    Raises
    ------
    UsageError
        OUT-021 for an empty frame, OUT-022 for one without the columns.

    Notes
    -----
    See :func:`wxsat.numerics.control_chart.ewma_chart` for averages and limits.

    Examples
    --------
    >>> plot_control_charts({"Scores": months}, language="en")  # doctest: +SKIP
    """
    data = choose_control_charts(series, units or {}, language=language)
    if not data.charts:
        return None
    widths = {fixed(width, 2): width for width in sorted(one.chart.width for one in data.charts)}
    return FigureSpec(
        id=id,
        title=title or phrase(language, "control_chart.title"),
        caption=phrase(
            language, "control_chart.caption", weight=fixed(data.charts[0].chart.weight, 1), widths=" / ".join(widths),
            alarm=fixed(100 * FALSE_ALARM, 0),
        ),
        alt=describe_control_charts(data, language),
        language=language,
        data=data,
        draw=draw_control_charts,
        width=WIDTH,
        height=PANEL_HEIGHT * len(data.charts) + EXTRA_HEIGHT,
        stamp=stamp,
        numbers=tuple((f"width.{shown}", width) for shown, width in widths.items()),
    )  # fmt: skip
