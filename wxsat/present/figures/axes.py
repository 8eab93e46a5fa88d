"""Marks that several figures share: axes by inches, rows with stripes, dots with intervals, the stamp of refusal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from wxsat.present import theme
from wxsat.present.figures.wording import phrase, widest

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, FigureBase, SubFigure

    from wxsat.instrument.instrument import Language

# Of the width of a picture, what its axes keep however long the labels are; a picture is as high as its rows need.
LEAST_AXES = 0.2
LEAST_HEIGHT = 0.02


def stripe_rows(ax: Axes, n_rows: int) -> None:
    """Shade every other row, so that the eye stays on its line."""
    for row in range(0, n_rows, 2):
        ax.axhspan(row - 0.5, row + 0.5, color=theme.PANEL, linewidth=0, zorder=0)


def side_text(
    ax: Axes, row: float, text: str, points: float, *, size: float = theme.SMALL_POINTS, color: str = theme.INK
) -> None:
    """Write one row's text right of the axes, `points` from its edge, whatever width the axes come to have."""
    ax.annotate(
        text, (1.0, row), xycoords=ax.get_yaxis_transform(), xytext=(points, 0), textcoords="offset points",
        va="center", ha="left", fontsize=size, color=color, annotation_clip=False,
    )  # fmt: skip


def side_heading(ax: Axes, text: str, points: float) -> None:
    """Write the heading of a column made by :func:`side_text`."""
    ax.annotate(
        text, (1.0, 1.0), xycoords="axes fraction", xytext=(points, 3), textcoords="offset points",
        va="bottom", ha="left", fontsize=theme.TINY_POINTS, color=theme.MUTED, annotation_clip=False,
    )  # fmt: skip


def draw_interval_rows(
    ax: Axes,
    values: Sequence[float],
    lower: Sequence[float],
    upper: Sequence[float],
    *,
    color: str | Sequence[str] = theme.BLUE,
    sizes: Sequence[float] | None = None,
    rows: Sequence[float] | None = None,
    label: str | None = None,
) -> None:
    """
    Draw one dot with a horizontal interval a row, top row 0; a missing bound leaves the dot alone.

    The dots are one scatter (gid ``values``), the intervals one line collection (gid ``intervals``).
    """
    places = list(rows) if rows is not None else list(range(len(values)))
    colors = [color] * len(values) if isinstance(color, str) else list(color)
    areas = list(sizes) if sizes is not None else [36.0] * len(values)
    drawn = [i for i in range(len(values)) if math.isfinite(lower[i]) and math.isfinite(upper[i])]
    if drawn:
        lines = ax.hlines(
            [places[i] for i in drawn],
            [lower[i] for i in drawn],
            [upper[i] for i in drawn],
            colors=[colors[i] for i in drawn],
            linewidths=[1.2 + areas[i] / 60 for i in drawn],
            zorder=3,
        )
        lines.set_gid("intervals")
    dots = ax.scatter(list(values), places, s=areas, c=colors, zorder=4, linewidths=0, label=label)
    dots.set_gid("values")


def draw_outer_intervals(
    ax: Axes, lower: Sequence[float], upper: Sequence[float], rows: Sequence[float], *, gid: str = "outer"
) -> None:
    """Draw a second, wider interval a row as a thin line with end caps; a missing bound draws nothing."""
    drawn = [i for i in range(len(rows)) if math.isfinite(lower[i]) and math.isfinite(upper[i])]
    if not drawn:
        return
    places = [rows[i] for i in drawn]
    ends = [lower[i] for i in drawn], [upper[i] for i in drawn]
    ax.hlines(places, *ends, colors=theme.INK, linewidths=0.9, zorder=2.5).set_gid(gid)
    for side in ends:
        ax.scatter(side, places, marker="|", s=55, color=theme.INK, linewidths=1.0, zorder=2.5)


def dot_rows(
    ax: Axes, values: Sequence[float], *, offset: float, marker: str, size: float, color: str, label: str, gid: str
) -> None:
    """Draw one hollow marker a row."""
    places = [row + offset for row in range(len(values))]
    if marker in "|_x+":
        dots = ax.scatter(
            list(values), places, s=size, marker=marker, color=color, linewidths=1.3, zorder=5, label=label
        )
    else:
        dots = ax.scatter(
            list(values), places, s=size, marker=marker, facecolors="none", edgecolors=color, linewidths=1.2, zorder=5,
            label=label,
        )  # fmt: skip
    dots.set_gid(gid)


def inches_of(figure: FigureBase) -> tuple[float, float]:
    """Return width and height of a figure or of its part, in inches."""
    part = cast("Figure | SubFigure", figure)
    return part.bbox.width / part.dpi, part.bbox.height / part.dpi


def inch_axes(figure: FigureBase, *, left: float, right: float, top: float, bottom: float) -> Axes:
    """
    Add axes with these margins in inches; texts outside them stay where they are put.

    Margins that would leave less than ``LEAST_AXES`` of the width give way: an overlong label may then be cut at
    the edge, but the picture is drawn.
    """
    cast("Figure", figure.figure).set_layout_engine("none")
    width, height = inches_of(figure)
    left, right = _giving_way(left / width, right / width, LEAST_AXES)
    bottom, top = _giving_way(bottom / height, top / height, LEAST_HEIGHT)
    return figure.add_axes((left, bottom, 1 - left - right, 1 - top - bottom))


def column_axes(figure: FigureBase, *, left: float, span: float, top: float, bottom: float) -> Axes:
    """Add axes that are so many inches wide, however narrow: the cells of a map, the bar of its colours."""
    cast("Figure", figure.figure).set_layout_engine("none")
    width, height = inches_of(figure)
    return figure.add_axes((left / width, bottom / height, span / width, 1 - (top + bottom) / height))


def _giving_way(first: float, second: float, least: float) -> tuple[float, float]:
    room = 1 - least
    share = room / (first + second) if first + second > room else 1.0
    return first * share, second * share


def stamp_refusal(figure: FigureBase, language: Language) -> None:
    """Print across the picture that it must not be interpreted."""
    width, height = inches_of(figure)
    text = phrase(language, "refusal.stamp")
    angle = math.degrees(math.atan2(height, width)) * 0.75
    along = min(width / math.cos(math.radians(angle)), height / math.sin(math.radians(angle)))
    figure.text(
        0.5, 0.5, text, ha="center", va="center", rotation=angle, color=theme.REFUSAL, alpha=0.42, zorder=20,
        fontsize=min(30.0, 0.8 * along / widest([text], 1.0)), gid="refusal",
    )  # fmt: skip
