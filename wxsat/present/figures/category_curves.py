"""Category curves of a scale's items: how likely every answer is along the trait, one small panel an item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from wxsat.present import theme
from wxsat.present.figures.axes import inches_of
from wxsat.present.figures.figure import FigureSpec
from wxsat.present.figures.likert_drawing import category_colours
from wxsat.present.figures.wording import listing, phrase

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, FigureBase
    from matplotlib.lines import Line2D

    from wxsat.instrument.instrument import Language
    from wxsat.psychometrics.item_response.evaluate import ScaleResponse

WIDTH, ROW_INCHES, FOOT, TOP = 7.2, 1.75, 0.7, 0.1
ACROSS = 3
DASHES = ("-", (0, (5, 1.5)), (0, (3, 1.5)), (0, (1.5, 1)), (0, (5, 1, 1, 1)))
CURVE = tuple(np.linspace(-4, 4, 161).tolist())


@dataclass(frozen=True)
class CategoryData:
    """
    One entry an item.

    Attributes
    ----------
    theta : tuple of float
    items : tuple of str
    codes : tuple of tuple of str
        Answer codes of every item, lowest first.
    curves : tuple of tuple of tuple of float
        Item, category, point.
    """

    theta: tuple[float, ...]
    items: tuple[str, ...]
    codes: tuple[tuple[str, ...], ...]
    curves: tuple[tuple[tuple[float, ...], ...], ...]
    legend: tuple[str, ...]
    x_label: str
    y_label: str

    @property
    def n_rows(self) -> int:
        """Rows of panels."""
        return -(-len(self.items) // ACROSS)


def choose_category_curves(scale: ScaleResponse, language: Language = "zh") -> CategoryData:
    """Compute the probability of every category along the trait."""
    from wxsat.psychometrics.item_response.graded import category_probabilities

    theta = np.array(CURVE)
    curves = tuple(
        tuple(map(tuple, category_probabilities(theta, float(a), np.asarray(d)).T.tolist()))
        for a, d in zip(scale.fit.items.slopes, scale.fit.items.intercepts, strict=True)
    )
    codes = tuple(tuple(f"{code:g}" for code in own) for own in scale.categories)
    return CategoryData(
        theta=CURVE,
        items=scale.items,
        codes=codes,
        curves=curves,
        legend=tuple(phrase(language, "category_curves.category", code=code) for code in max(codes, key=len)),
        x_label=phrase(language, "category_curves.x"),
        y_label=phrase(language, "category_curves.y"),
    )


def idle_categories(data: CategoryData) -> dict[str, tuple[str, ...]]:
    """Return the categories of every item that are the most likely one at no trait level."""
    found = {}
    for item, codes, curves in zip(data.items, data.codes, data.curves, strict=True):
        leading = set(np.argmax(np.array(curves), axis=0).tolist())
        idle = tuple(code for place, code in enumerate(codes) if place not in leading)
        if idle:
            found[item] = idle
    return found


def draw_category_curves(data: CategoryData, figure: FigureBase) -> None:
    """Draw the panels with common axes; curves in the colours of the Likert bars, dashed apart."""
    cast("Figure", figure.figure).set_layout_engine("none")
    width, height = inches_of(figure)
    left, right, gap = 0.62, 0.15, 0.22
    panel = (width - left - right - gap * (ACROSS - 1)) / ACROSS
    for place, (item, curves) in enumerate(zip(data.items, data.curves, strict=True)):
        row, column = divmod(place, ACROSS)
        bottom = height - TOP - (row + 1) * ROW_INCHES + 0.16
        box = ((left + column * (panel + gap)) / width, bottom / height, panel / width, (ROW_INCHES - 0.42) / height)
        ax = figure.add_axes(box)
        _draw_panel(ax, data, item, curves)
        below = place + ACROSS >= len(data.items)
        ax.tick_params(labelbottom=below, labelleft=column == 0)
    figure.supxlabel(data.x_label, fontsize=theme.SMALL_POINTS, y=(FOOT - 0.26) / height, color=theme.INK)
    figure.supylabel(data.y_label, fontsize=theme.SMALL_POINTS, x=0.12 / width, color=theme.INK)
    figure.legend(
        *_handles(data), loc="lower center", ncols=min(len(data.legend), 7), fontsize=theme.TINY_POINTS,
        columnspacing=1.2, handlelength=2.2,
    )  # fmt: skip


def _draw_panel(ax: Axes, data: CategoryData, item: str, curves: tuple[tuple[float, ...], ...]) -> None:
    for place, (curve, colour) in enumerate(zip(curves, _colours(len(curves)), strict=True)):
        ax.plot(data.theta, curve, color=colour, linewidth=1.4, linestyle=DASHES[place % len(DASHES)])
    ax.set_title(item, fontsize=theme.SMALL_POINTS, loc="left", pad=3)
    ax.set_xlim(data.theta[0], data.theta[-1])
    ax.set_ylim(0, 1)
    ax.set_xticks([-4, -2, 0, 2, 4])
    ax.set_yticks([0, 0.5, 1.0], ["0", ".5", "1"])
    ax.tick_params(labelsize=theme.TINY_POINTS, length=2)


def _colours(n: int) -> tuple[str, ...]:
    """Return the colours of the Likert bars, darker where a line would be too pale to see."""
    pale = {theme.NEUTRAL: theme.MUTED, "#F4DFC2": "#D9A05B", "#FAF0E1": "#E0B27A", "#E8BE85": "#D9A05B"}
    pale |= {"#C6DFF0": "#7FB2D9", "#E6F1F8": "#9CC4E2", "#8FBEE0": "#6AA5D2"}
    return tuple(pale.get(colour, colour) for colour in category_colours(n))


def _handles(data: CategoryData) -> tuple[list[Line2D], list[str]]:
    from matplotlib.lines import Line2D

    lines = [
        Line2D([], [], color=colour, linewidth=1.4, linestyle=DASHES[place % len(DASHES)])
        for place, colour in enumerate(_colours(len(data.legend)))
    ]
    return lines, list(data.legend)


def plot_category_curves(
    scale: ScaleResponse, *, language: Language = "zh", name: str | None = None, stamp: str | None = None
) -> FigureSpec:
    """
    Return the category curves of one scale.

    Parameters
    ----------
    scale, language, name, stamp
        As in :func:`wxsat.present.figures.information.plot_information`.

    Examples
    --------
    >>> svg = render_figure(plot_category_curves(result, language="en"))  # doctest: +SKIP
    """
    data = choose_category_curves(scale, language)
    idle = [
        phrase(language, "category_curves.idle_item", item=item, codes=("、" if language == "zh" else ", ").join(codes))
        for item, codes in idle_categories(data).items()
    ]
    said = phrase(language, "category_curves.idle", items=listing(idle, language)) if idle else ""
    shown = name or scale.scale
    return FigureSpec(
        id=f"categories-{scale.scale}",
        title=phrase(language, "category_curves.title", name=shown),
        caption=phrase(language, "category_curves.caption"),
        alt=phrase(
            language, "category_curves.alt", name=shown, n=len(data.items),
            idle=said or phrase(language, "category_curves.idle_none"),
        ),
        language=language,
        data=data,
        draw=draw_category_curves,
        width=WIDTH,
        height=TOP + data.n_rows * ROW_INCHES + FOOT,
        stamp=stamp,
    )  # fmt: skip
