"""Marks that several figures share: rows with stripes, dots with intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from wxsat.present import theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def stripe_rows(ax: Axes, n_rows: int) -> None:
    """Shade every other row, so that the eye stays on its line."""
    for row in range(0, n_rows, 2):
        ax.axhspan(row - 0.5, row + 0.5, color=theme.PANEL, linewidth=0, zorder=0)


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


def dot_rows(
    ax: Axes, values: Sequence[float], *, offset: float, marker: str, size: float, color: str, label: str
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
    dots.set_gid(f"marker {marker}")
