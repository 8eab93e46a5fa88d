"""Information curves of a scale: where on the trait it measures well, and which items do it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wxsat.present import theme
from wxsat.present.figures.axes import inch_axes
from wxsat.present.figures.figure import FigureSpec
from wxsat.present.figures.wording import fixed, phrase, widest

if TYPE_CHECKING:
    from matplotlib.figure import FigureBase

    from wxsat.instrument.instrument import Language
    from wxsat.psychometrics.item_response.evaluate import ScaleResponse

WIDTH, HEIGHT = 7.2, 3.2
LEFT, TOP, BOTTOM = 0.65, 0.2, 0.55
COLOURS = (theme.BLUE, theme.VERMILION, theme.GREEN, theme.PURPLE, theme.ORANGE, theme.SKY)
DASHES = ("-", (0, (4, 2)), (0, (1.5, 1.5)))
# Information 4 is a standard error of one half, reliability .8 in a standard normal population.
ENOUGH = 4.0


@dataclass(frozen=True)
class InformationData:
    """Information over the trait: one curve an item, and their sum."""

    theta: tuple[float, ...]
    items: tuple[str, ...]
    curves: tuple[tuple[float, ...], ...]
    test: tuple[float, ...]
    x_label: str
    y_label: str
    test_label: str
    enough_label: str


def draw_information(data: InformationData, figure: FigureBase) -> None:
    """Draw the scale's curve in ink, the items' in colours and dashes, and the level of reliability .80."""
    names = (*data.items, data.test_label)
    ax = inch_axes(
        figure, left=LEFT, right=0.75 + widest(names, theme.SMALL_POINTS), top=TOP, bottom=BOTTOM
    )  # fmt: skip
    for index, (name, curve) in enumerate(zip(data.items, data.curves, strict=True)):
        ax.plot(
            data.theta, curve, color=COLOURS[index % len(COLOURS)], linewidth=1.2, label=name,
            linestyle=DASHES[index // len(COLOURS) % len(DASHES)],
        )  # fmt: skip
    ax.plot(data.theta, data.test, color=theme.INK, linewidth=2.0, label=data.test_label)
    ax.axhline(ENOUGH, color=theme.MUTED, linewidth=0.9, linestyle=(0, (4, 3)), zorder=0)
    ax.annotate(
        data.enough_label, (data.theta[0], ENOUGH), xytext=(4, 2), textcoords="offset points", va="bottom",
        fontsize=theme.TINY_POINTS, color=theme.MUTED,
    )  # fmt: skip
    ax.set_xlim(data.theta[0], data.theta[-1])
    ax.set_ylim(0, max(ENOUGH, *data.test) * 1.08)
    ax.set_xlabel(data.x_label)
    ax.set_ylabel(data.y_label)
    ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), fontsize=theme.SMALL_POINTS, frameon=False)


def plot_information(
    scale: ScaleResponse, *, language: Language = "zh", name: str | None = None, stamp: str | None = None
) -> FigureSpec:
    """
    Return the information curves of one scale.

    Parameters
    ----------
    scale : ScaleResponse
        One of ``evaluate_item_response(...)``.
    language : {"zh", "en"}
    name : str, optional
        Printed name of the scale; its id by default.
    stamp : str, optional
        Printed under the picture, for simulated data.

    Examples
    --------
    >>> svg = render_figure(plot_information(result, language="en"))  # doctest: +SKIP
    """
    frame = scale.information()
    test = frame["test"].tolist()
    best = int(frame["test"].argmax())
    data = InformationData(
        theta=tuple(frame["theta"].tolist()),
        items=scale.items,
        curves=tuple(tuple(frame[item].tolist()) for item in scale.items),
        test=tuple(test),
        x_label=phrase(language, "information.x"),
        y_label=phrase(language, "information.y"),
        test_label=phrase(language, "information.test"),
        enough_label=phrase(language, "information.enough"),
    )
    shown = name or scale.scale
    return FigureSpec(
        id=f"information-{scale.scale}",
        title=phrase(language, "information.title", name=shown),
        caption=phrase(language, "information.caption", n=scale.fit.n_obs, reliability=scale.reliability),
        alt=phrase(
            language, "information.alt", name=shown, top=fixed(test[best]), at=fixed(float(frame["theta"].iloc[best]))
        ),
        language=language,
        data=data,
        draw=draw_information,
        width=WIDTH,
        height=HEIGHT,
        stamp=stamp,
        numbers=(("n", scale.fit.n_obs), ("reliability", scale.reliability)),
    )
