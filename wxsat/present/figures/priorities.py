"""Importance–performance map: what moves satisfaction most, and how well it does."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wxsat.present import theme
from wxsat.present.figures.axes import inch_axes, inches_of, stamp_refusal
from wxsat.present.figures.figure import FigureSpec
from wxsat.present.figures.frames import column_of, rows_of
from wxsat.present.figures.path_labels import Box
from wxsat.present.figures.point_labels import place_point_labels
from wxsat.present.figures.wording import listing, names_in, phrase, table_word, widest, wrap_text
from wxsat.present.numbers import format_interval, format_number

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import FigureBase

    from wxsat.instrument.instrument import Instrument, Language

NEEDED = (
    "driver", "kind", "importance", "importance_ci_lower", "importance_ci_upper", "performance",
    "performance_ci_lower", "performance_ci_upper", "quadrant",
)  # fmt: skip
QUADRANTS = ("possible_overkill", "keep_up", "low_priority", "act_first")
KINDS = (("driver", "o", theme.BLUE), ("dilemma", "D", theme.VERMILION))
LABEL_EM = 13.0
LINE = 1.38
WIDTH, HEIGHT = 7.2, 5.4
LEFT, RIGHT, TOP, BOTTOM = 0.75, 0.2, 0.3, 0.9


@dataclass(frozen=True)
class PriorityData:
    """
    One entry a driver.

    Importance in points of satisfaction per point of improvement, performance on 0-100; missing is NaN.
    ``centre`` is the mean importance and the mean performance of the drivers, where the quadrants are cut.
    """

    names: tuple[str, ...]
    labels: tuple[str, ...]
    kinds: tuple[str, ...]
    importance: tuple[float, ...]
    importance_lower: tuple[float, ...]
    importance_upper: tuple[float, ...]
    performance: tuple[float, ...]
    performance_lower: tuple[float, ...]
    performance_upper: tuple[float, ...]
    quadrants: tuple[str, ...]
    centre: tuple[float, float]
    quadrant_names: tuple[str, str, str, str]
    kind_names: tuple[str, str]
    centre_names: tuple[str, str]
    axes: tuple[str, str]
    refused: bool
    language: Language


def choose_priorities(
    priorities: pd.DataFrame,
    *,
    language: Language = "zh",
    instrument: Instrument | None = None,
    names: Mapping[str, str] | None = None,
    refused: bool = False,
) -> PriorityData:
    """Pick what the map shows from ``Diagnosis.priorities``, in the frame's order."""
    rows = rows_of(priorities, NEEDED, "priorities")
    known = names_in(instrument, language, names)
    ids = [str(row["driver"]) for row in rows]
    printed = [known.get(name, name) for name in ids]
    whole = [
        f"{name} {text}" if row["kind"] == "dilemma" and name not in text else text
        for row, name, text in zip(rows, ids, printed, strict=True)
    ]
    columns = {name: column_of(rows, name) for name in NEEDED}
    centre = (_mean(columns["importance"]), _mean(columns["performance"]))
    return PriorityData(
        names=tuple(printed),
        labels=tuple(wrap_text(text, LABEL_EM) for text in whole),
        kinds=tuple(str(row["kind"]) for row in rows),
        importance=columns["importance"],
        importance_lower=columns["importance_ci_lower"],
        importance_upper=columns["importance_ci_upper"],
        performance=columns["performance"],
        performance_lower=columns["performance_ci_lower"],
        performance_upper=columns["performance_ci_upper"],
        quadrants=tuple(table_word(language, "quadrant", row["quadrant"] or "", "") for row in rows),
        centre=centre,
        quadrant_names=(
            table_word(language, "quadrant", QUADRANTS[0]),
            table_word(language, "quadrant", QUADRANTS[1]),
            table_word(language, "quadrant", QUADRANTS[2]),
            table_word(language, "quadrant", QUADRANTS[3]),
        ),
        kind_names=(table_word(language, "kind", "driver"), table_word(language, "kind", "dilemma")),
        centre_names=(
            phrase(language, "priorities.mean", value=format_number(centre[0], 2)),
            phrase(language, "priorities.mean", value=format_number(centre[1], 1)),
        ),
        axes=(phrase(language, "priorities.x_axis"), phrase(language, "priorities.y_axis")),
        refused=refused,
        language=language,
    )


def _mean(values: Sequence[float]) -> float:
    finite = [value for value in values if math.isfinite(value)]
    return sum(finite) / len(finite) if finite else math.nan


def span(values: Sequence[float], least: float, ends: tuple[float, float]) -> tuple[float, float]:
    """
    Return the limits of an axis: the values with a margin, no shorter than `least`, within `ends`.

    Examples
    --------
    >>> [round(end, 3) for end in span([0.2, 0.4], 0.1, (-1, 1))]
    [0.16, 0.44]
    """
    finite = [value for value in values if math.isfinite(value)] or [0.0]
    low, high = min(finite), max(finite)
    middle, half = (low + high) / 2, max(high - low, least) / 2
    return max(ends[0], middle - 1.4 * half), min(ends[1], middle + 1.4 * half)


def draw_priorities(data: PriorityData, figure: FigureBase) -> None:
    """Draw one point a driver with light intervals, the quadrants at the means, and the names."""
    ax = inch_axes(figure, left=LEFT, right=RIGHT, top=TOP, bottom=BOTTOM)
    ax.set_xlim(span((*data.importance, *data.importance_lower, *data.importance_upper), 0.1, (-math.inf, math.inf)))
    ax.set_ylim(span((*data.performance, *data.performance_lower, *data.performance_upper), 10.0, (0, 100)))
    ax.set_xlabel(data.axes[0])
    ax.set_ylabel(data.axes[1])
    ax.xaxis.set_major_formatter(lambda value, _: format_number(value, 2))
    shown = [
        i
        for i, (x, y) in enumerate(zip(data.importance, data.performance, strict=True))
        if math.isfinite(x) and math.isfinite(y)
    ]
    if shown:
        _draw_quadrants(ax, data)
    _draw_points(ax, data, shown)
    width, height = inches_of(figure)
    _write_names(ax, data, shown, width - LEFT - RIGHT, height - TOP - BOTTOM)
    figure.legend(loc="lower center", ncols=2, handletextpad=0.3, columnspacing=1.6)
    if data.refused:
        stamp_refusal(figure, data.language)


def _draw_quadrants(ax: Axes, data: PriorityData) -> None:
    (x, y), x1, (y0, y1) = data.centre, ax.get_xlim()[1], ax.get_ylim()
    ax.fill_between([x, x1], y0, y, color=theme.BAND_TINTS["orange"], linewidth=0, zorder=0, gid="act-first")
    dashes: dict[str, Any] = {"color": theme.MUTED, "linewidth": 0.9, "linestyle": (0, (4, 3)), "zorder": 1}
    ax.axvline(x, gid="mean-importance", **dashes)
    ax.axhline(y, gid="mean-performance", **dashes)
    small: dict[str, Any] = {"fontsize": theme.TINY_POINTS, "color": theme.MUTED}
    ax.text(x, y1, data.centre_names[0], ha="center", va="bottom", **small)
    ax.annotate(
        data.centre_names[1], (x1, y), xytext=(-3, 2), textcoords="offset points", ha="right", va="bottom", **small
    )
    for name, (left, top) in zip(data.quadrant_names, ((1, 1), (0, 1), (1, 0), (0, 0)), strict=True):
        ax.annotate(
            name, (1 - left, top), xycoords="axes fraction", xytext=(5 if left else -5, -5 if top else 5),
            textcoords="offset points", ha="left" if left else "right", va="top" if top else "bottom",
            fontsize=theme.TEXT_POINTS, color=theme.MUTED, zorder=1,
        )  # fmt: skip


def _draw_points(ax: Axes, data: PriorityData, shown: Sequence[int]) -> None:
    for (kind, marker, colour), name in zip(KINDS, data.kind_names, strict=True):
        here = [i for i in shown if data.kinds[i] == kind]
        if not here:
            continue
        x, y = [data.importance[i] for i in here], [data.performance[i] for i in here]
        ax.hlines(
            y, [data.importance_lower[i] for i in here], [data.importance_upper[i] for i in here], colors=colour,
            linewidth=1.0, alpha=0.45, zorder=2, gid=f"{kind}-importance-intervals",
        )  # fmt: skip
        ax.vlines(
            x, [data.performance_lower[i] for i in here], [data.performance_upper[i] for i in here], colors=colour,
            linewidth=1.0, alpha=0.45, zorder=2, gid=f"{kind}-performance-intervals",
        )  # fmt: skip
        ax.scatter(x, y, s=42, marker=marker, c=colour, linewidths=0, zorder=4, label=name, gid=f"{kind}-values")


def _write_names(ax: Axes, data: PriorityData, shown: Sequence[int], width: float, height: float) -> None:
    """Write every name off points, intervals and other names; a thin line leads to one that had to move away."""
    (x0, x1), (y0, y1) = ax.get_xlim(), ax.get_ylim()

    def inches(x: float, y: float) -> tuple[float, float]:
        return (x - x0) / (x1 - x0) * width, (y - y0) / (y1 - y0) * height

    points = [inches(data.importance[i], data.performance[i]) for i in shown]
    sizes = [
        (
            widest([data.labels[i]], theme.SMALL_POINTS),
            (data.labels[i].count("\n") + 1) * LINE * theme.SMALL_POINTS / 72,
        )
        for i in shown
    ]
    marks = [Box(x, y, 0.06, 0.06) for x, y in points]
    for i, (x, y) in zip(shown, points, strict=True):
        left, low = inches(data.importance_lower[i], data.performance_lower[i])
        right, high = inches(data.importance_upper[i], data.performance_upper[i])
        marks += [
            Box((a + b) / 2, (c + d) / 2, (b - a) / 2 + 0.01, (d - c) / 2 + 0.01)
            for a, b, c, d in ((left, right, y, y), (x, x, low, high))
            if all(map(math.isfinite, (a, b, c, d)))
        ]
    across, up = inches(*data.centre)
    marks += [Box(width / 2, up, width / 2, 0.01), Box(across, height / 2, 0.01, height / 2)]
    marks += _corner_boxes(data, width, height)
    boxes = place_point_labels(points, sizes, marks, width, height)
    for i, point, box in zip(shown, points, boxes, strict=True):
        ax.annotate(
            data.labels[i],
            (box.x / width, box.y / height),
            xycoords="axes fraction",
            ha="center",
            va="center",
            fontsize=theme.SMALL_POINTS,
            zorder=5,
            gid=f"name-{i + 1}",
        )
        _lead(ax, point, box, width, height)


def _corner_boxes(data: PriorityData, width: float, height: float) -> list[Box]:
    """Return where the names of the quadrants and the mean stand."""
    tall = LINE * theme.TEXT_POINTS / 72 / 2
    boxes = []
    for name, (left, top) in zip(data.quadrant_names, ((1, 1), (0, 1), (1, 0), (0, 0)), strict=True):
        wide = widest([name], theme.TEXT_POINTS) / 2
        boxes.append(
            Box(wide + 0.07 if left else width - wide - 0.07, height - tall - 0.07 if top else tall + 0.07, wide, tall)
        )
    return boxes


def _lead(ax: Axes, point: tuple[float, float], box: Box, width: float, height: float) -> None:
    near = (
        min(max(point[0], box.x - box.half_width), box.x + box.half_width),
        min(max(point[1], box.y - box.half_height), box.y + box.half_height),
    )
    if math.dist(point, near) > 0.2:
        ax.plot(
            [point[0] / width, near[0] / width], [point[1] / height, near[1] / height], transform=ax.transAxes,
            color=theme.FAINT, linewidth=0.7, zorder=3,
        )  # fmt: skip


def describe_priorities(data: PriorityData, language: Language) -> str:
    """Return the map in words, with its numbers."""
    parts = [
        phrase(
            language,
            "priorities.alt_row",
            name=name,
            importance=format_number(data.importance[i], 2),
            importance_interval=format_interval(data.importance_lower[i], data.importance_upper[i], language=language),
            performance=format_number(data.performance[i], 1),
            performance_interval=format_interval(
                data.performance_lower[i], data.performance_upper[i], 1, language=language
            ),
            quadrant=data.quadrants[i],
        )
        for i, name in enumerate(data.names)
    ]
    alt = phrase(language, "priorities.alt", rows=listing(parts, language))
    return phrase(language, "refusal.alt", alt=alt) if data.refused else alt


def plot_priorities(
    priorities: pd.DataFrame,
    *,
    language: Language = "zh",
    instrument: Instrument | None = None,
    names: Mapping[str, str] | None = None,
    refused: bool = False,
    stamp: str | None = None,
) -> FigureSpec:
    """
    Return the importance–performance map.

    Parameters
    ----------
    priorities : DataFrame
        ``Diagnosis.priorities``: ``driver kind importance performance quadrant`` and the intervals of both.
    refused : bool
        Print across the picture, and say in the alt text, that it must not be interpreted.
    language, instrument, names, stamp
        As in :func:`wxsat.present.figures.reliability.plot_reliability`.

    Raises
    ------
    UsageError
        OUT-021 for an empty frame, OUT-022 for one without the columns.

    References
    ----------
    .. [1] Martilla, J. A., & James, J. C. (1977). Importance-performance analysis. Journal of Marketing, 41(1),
       77-79.

    Examples
    --------
    >>> svg = render_figure(plot_priorities(diagnosis.priorities, language="zh", instrument=instrument))
    """
    data = choose_priorities(priorities, language=language, instrument=instrument, names=names, refused=refused)
    return FigureSpec(
        id="priorities",
        title=phrase(language, "priorities.title"),
        caption=phrase(language, "priorities.caption"),
        alt=describe_priorities(data, language),
        language=language,
        data=data,
        draw=draw_priorities,
        width=WIDTH,
        height=HEIGHT,
        stamp=stamp,
    )
