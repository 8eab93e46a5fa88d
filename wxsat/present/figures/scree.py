"""Scree: eigenvalues of the data beside those of random data of the same size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wxsat.present import theme
from wxsat.present.figures.axes import inch_axes
from wxsat.present.figures.figure import FigureSpec
from wxsat.present.figures.wording import fixed, phrase

if TYPE_CHECKING:
    from matplotlib.figure import FigureBase

    from wxsat.instrument.instrument import Language
    from wxsat.psychometrics.factors.parallel import ParallelAnalysis

WIDTH, HEIGHT = 7.2, 3.7
LEFT, RIGHT, TOP, BOTTOM = 0.65, 0.2, 0.2, 0.95


@dataclass(frozen=True)
class ScreeData:
    """Eigenvalues by position: of components and factors, with the quantile of the random data."""

    components: tuple[float, ...]
    components_random: tuple[float, ...]
    factors: tuple[float, ...]
    factors_random: tuple[float, ...]
    x_label: str
    y_label: str
    legend: tuple[str, str, str, str]


def draw_scree(data: ScreeData, figure: FigureBase) -> None:
    """Draw four lines: data solid with marks, random data dashed; components blue, factors vermilion."""
    ax = inch_axes(figure, left=LEFT, right=RIGHT, top=TOP, bottom=BOTTOM)
    places = range(1, len(data.components) + 1)
    for values, colour, marker, dash, label in (
        (data.components, theme.BLUE, "o", "-", data.legend[0]),
        (data.components_random, theme.BLUE, None, (0, (4, 3)), data.legend[1]),
        (data.factors, theme.VERMILION, "D", "-", data.legend[2]),
        (data.factors_random, theme.VERMILION, None, (0, (1.5, 2)), data.legend[3]),
    ):
        ax.plot(places, values, color=colour, marker=marker, markersize=4.5, linestyle=dash, linewidth=1.4, label=label)
    ax.axhline(0, color=theme.FAINT, linewidth=0.8, zorder=0)
    ax.set_xticks([place for place in places if len(places) <= 20 or place % 5 == 1])
    ax.set_xlabel(data.x_label)
    ax.set_ylabel(data.y_label)
    figure.legend(loc="lower center", ncols=2, columnspacing=1.6)


def plot_scree(parallel: ParallelAnalysis, *, language: Language = "zh", stamp: str | None = None) -> FigureSpec:
    """
    Return the scree of a parallel analysis.

    Parameters
    ----------
    parallel : ParallelAnalysis
        ``evaluate_factors(...).parallel``.
    language : {"zh", "en"}
    stamp : str, optional
        Printed under the picture, for simulated data.

    Examples
    --------
    >>> svg = render_figure(plot_scree(analysis.parallel, language="en"))  # doctest: +SKIP
    """
    p, percent = parallel, f"{100 * parallel.quantile:g}"
    words = ("components", "components_random", "factors", "factors_random")
    data = ScreeData(
        components=tuple(p.components.tolist()),
        components_random=tuple(p.components_quantile.tolist()),
        factors=tuple(p.factors.tolist()),
        factors_random=tuple(p.factors_quantile.tolist()),
        x_label=phrase(language, "scree.x"),
        y_label=phrase(language, "scree.y"),
        legend=(
            phrase(language, f"scree.{words[0]}"),
            phrase(language, f"scree.{words[1]}", percent=percent),
            phrase(language, f"scree.{words[2]}"),
            phrase(language, f"scree.{words[3]}", percent=percent),
        ),
    )
    return FigureSpec(
        id="scree",
        title=phrase(language, "scree.title"),
        caption=phrase(language, "scree.caption", draws=p.draws, c=p.n_components, f=p.n_factors),
        alt=phrase(
            language,
            "scree.alt",
            first=", ".join(fixed(v) for v in data.components[:5]),
            c=p.n_components,
            f=p.n_factors,
        ),
        language=language,
        data=data,
        draw=draw_scree,
        width=WIDTH,
        height=HEIGHT,
        stamp=stamp,
        numbers=(("draws", p.draws), ("n_components", p.n_components), ("n_factors", p.n_factors)),
    )
