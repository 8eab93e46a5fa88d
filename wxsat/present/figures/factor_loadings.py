"""Loadings of an exploratory factor analysis as a heat map: which items go with which factor, at a glance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.present import theme
from wxsat.present.figures.axes import column_axes, inches_of
from wxsat.present.figures.figure import FigureSpec
from wxsat.present.figures.wording import listing, phrase, widest
from wxsat.present.numbers import format_number

if TYPE_CHECKING:
    from matplotlib.figure import FigureBase

    from wxsat.instrument.instrument import Language
    from wxsat.psychometrics.factors.evaluate import FactorAnalysis

WIDTH, ROW_INCHES, TOP, BOTTOM = 7.2, 0.22, 0.34, 0.12
WIDEST_CELL, SCALE_INCHES, BAR_INCHES = 0.85, 0.85, 0.12
LARGE = 0.30
COLOURS = (theme.NEGATIVE, "#EBBE9C", theme.PAPER, "#9CBEDF", theme.POSITIVE)


@dataclass(frozen=True)
class LoadingsMap:
    """Items down, factors across, items under the factor of their largest loading."""

    items: tuple[str, ...]
    factors: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]
    bar: str


def choose_factor_loadings(analysis: FactorAnalysis, language: Language = "zh") -> LoadingsMap:
    """Order the items by factor and falling size of their largest loading."""
    loadings = np.asarray(analysis.rotated.loadings)
    leading, size = np.abs(loadings).argmax(axis=1), np.abs(loadings).max(axis=1)
    order = sorted(range(len(loadings)), key=lambda row: (leading[row], -size[row]))
    return LoadingsMap(
        tuple(analysis.items[row] for row in order),
        tuple(analysis.factors),
        tuple(tuple(float(v) for v in loadings[row]) for row in order),
        phrase(language, "factor_loadings.bar"),
    )


def draw_factor_loadings(data: LoadingsMap, figure: FigureBase) -> None:
    """Draw the map with values in the cells, from -1 to 1, symmetric."""
    import seaborn
    from matplotlib.colors import LinearSegmentedColormap

    width, _ = inches_of(figure)
    left = widest(data.items, theme.SMALL_POINTS) + 0.25
    cell = min(WIDEST_CELL, (width - left - SCALE_INCHES) / len(data.factors))
    ax = column_axes(figure, left=left, span=cell * len(data.factors), top=TOP, bottom=BOTTOM)
    edge = left + cell * len(data.factors)
    scale = column_axes(figure, left=edge + 0.3, span=BAR_INCHES, top=TOP, bottom=BOTTOM)
    values = np.array(data.values)
    seaborn.heatmap(
        values, ax=ax, cbar_ax=scale, vmin=-1.0, vmax=1.0, linewidths=0.6, linecolor=theme.PAPER,
        cmap=LinearSegmentedColormap.from_list("loadings", COLOURS),
    )  # fmt: skip
    ax.set_xticks([k + 0.5 for k in range(len(data.factors))], data.factors, rotation=0)
    ax.set_yticks([k + 0.5 for k in range(len(data.items))], data.items, rotation=0)
    ax.tick_params(axis="both", length=0, labelsize=theme.SMALL_POINTS, labeltop=True, labelbottom=False)
    for (row, column), value in np.ndenumerate(values):
        large = abs(value) >= LARGE
        ax.text(
            column + 0.5, row + 0.52, format_number(float(value), 2, no_zero=True), ha="center", va="center",
            fontsize=theme.TINY_POINTS, gid=f"value-{row + 1}-{column + 1}",
            color=theme.PAPER if abs(value) >= 0.6 else theme.INK if large else theme.MUTED,
        )  # fmt: skip
    for spine in scale.spines.values():
        spine.set_visible(False)
    scale.set_title(data.bar, fontsize=theme.TINY_POINTS, color=theme.MUTED, pad=6)
    scale.set_yticks([-1, -0.5, 0, 0.5, 1])
    scale.yaxis.set_major_formatter(lambda value, _: format_number(value, 1, no_zero=True) if value else "0")
    scale.tick_params(length=2, labelsize=theme.TINY_POINTS)


def plot_factor_loadings(
    analysis: FactorAnalysis, *, language: Language = "zh", stamp: str | None = None
) -> FigureSpec:
    """
    Return the pattern loadings of an exploratory factor analysis as a heat map.

    Parameters
    ----------
    analysis : FactorAnalysis
        ``evaluate_factors(...)``.
    language : {"zh", "en"}
    stamp : str, optional
        Printed under the picture, for simulated data.

    Examples
    --------
    >>> svg = render_figure(plot_factor_loadings(analysis, language="en"))  # doctest: +SKIP
    """
    data = choose_factor_loadings(analysis, language)
    return FigureSpec(
        id="factors",
        title=phrase(language, "factor_loadings.title"),
        caption=phrase(language, "factor_loadings.caption"),
        alt=phrase(
            language, "factor_loadings.alt", items=len(data.items), factors=len(data.factors),
            rows=listing(_described(data, language), language),
        ),
        language=language,
        data=data,
        draw=draw_factor_loadings,
        width=WIDTH,
        height=TOP + BOTTOM + ROW_INCHES * len(data.items),
        stamp=stamp,
    )  # fmt: skip


def _described(data: LoadingsMap, language: Language) -> list[str]:
    """Return one part a factor: the items with a large loading on it."""
    between = "、" if language == "zh" else ", "
    parts = []
    for column, factor in enumerate(data.factors):
        large = [
            f"{item} {format_number(row[column], 2, no_zero=True)}"
            for item, row in zip(data.items, data.values, strict=True)
            if abs(row[column]) >= LARGE
        ]
        items = between.join(large) or phrase(language, "factor_loadings.alt_none")
        parts.append(phrase(language, "factor_loadings.alt_row", factor=factor, items=items))
    return parts
