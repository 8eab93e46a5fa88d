"""Power over the number of respondents: one line a parameter, with Monte-Carlo errors, and the target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wxsat.present import theme
from wxsat.present.figures.figure import FigureSpec
from wxsat.present.figures.frames import number_in, rows_of
from wxsat.present.figures.wording import listing, phrase
from wxsat.present.numbers import format_integer, format_number

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import FigureBase

    from wxsat.instrument.instrument import Language

NEEDED = ("n", "name", "op", "truth", "power", "power_mcse")
COLOURS = (theme.BLUE, theme.VERMILION, theme.GREEN, theme.PURPLE, theme.ORANGE, theme.SKY)
MARKS = ("o", "s", "^", "D", "v", "P")
MOST_LINES = 6
WIDTH, HEIGHT = 6.4, 3.6
Z95 = 1.96


@dataclass(frozen=True)
class PowerData:
    """
    One line a parameter.

    Attributes
    ----------
    names : tuple of str
        The weakest parameters, those with the least power first.
    sizes, powers, errors : tuple of tuple of float
        One a parameter; errors are Monte-Carlo errors.
    target : float
    left_out : int
        Parameters with more power that are not drawn.
    words : tuple of str
        Axis of N, axis of power, target.
    """

    names: tuple[str, ...]
    sizes: tuple[tuple[float, ...], ...]
    powers: tuple[tuple[float, ...], ...]
    errors: tuple[tuple[float, ...], ...]
    target: float
    left_out: int
    words: tuple[str, str, str]


def choose_power(
    parameters: pd.DataFrame, *, language: Language = "zh", target: float = 0.80, names: Sequence[str] = ()
) -> PowerData:
    """Pick the lines: the parameters named, else regressions and defined parameters, the weakest six."""
    rows = rows_of(parameters, NEEDED, "power")
    wanted = {name.replace(" ", "") for name in names}
    chosen = [r for r in rows if r["name"] in wanted] if wanted else [r for r in rows if r["op"] in ("~", ":=")]
    chosen = chosen or rows
    every = list(dict.fromkeys(str(row["name"]) for row in chosen))
    lines = {
        name: sorted(
            (number_in(r, "n"), number_in(r, "power"), number_in(r, "power_mcse")) for r in chosen if r["name"] == name
        )
        for name in every
    }
    ranked = sorted(every, key=lambda name: sum(p for _, p, _ in lines[name]))[:MOST_LINES]
    columns = [tuple(tuple(point[k] for point in lines[name]) for name in ranked) for k in range(3)]
    words = (
        phrase(language, "power.respondents"),
        phrase(language, "power.power"),
        phrase(language, "power.target", target=format_number(target, 2, no_zero=True)),
    )
    sizes, powers, errors = columns
    return PowerData(tuple(ranked), sizes, powers, errors, target, len(every) - len(ranked), words)


def draw_power(data: PowerData, figure: FigureBase) -> None:
    """Draw the lines with their intervals and the target as a dashed line."""
    ax = figure.subplots()
    for k, name in enumerate(data.names):
        reach = [Z95 * e for e in data.errors[k]]
        ax.errorbar(
            data.sizes[k], data.powers[k], yerr=reach, label=name, color=COLOURS[k], marker=MARKS[k], markersize=4.5,
            linewidth=1.4, elinewidth=0.9, capsize=2.0, gid=f"line-{k + 1}",
        )  # fmt: skip
    ax.axhline(data.target, color=theme.MUTED, linewidth=1.0, linestyle=(0, (4, 3)), label=data.words[2], zorder=1)
    ax.set_ylim(0.0, 1.03)
    ax.set_xlabel(data.words[0])
    ax.set_ylabel(data.words[1])
    ax.yaxis.set_major_formatter(lambda value, _: format_number(value, 1, no_zero=0 < value < 1))
    ax.xaxis.set_major_formatter(lambda value, _: format_integer(value))
    ax.grid(True, axis="y", color=theme.GRID, linewidth=0.7)
    ax.set_axisbelow(True)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    ax.legend(frameon=False, fontsize=theme.SMALL_POINTS, loc="center left", bbox_to_anchor=(1.01, 0.5))


def describe_power(data: PowerData, language: Language) -> str:
    """Return the figure in words: the power of every line at its smallest and largest N."""
    texts = [
        phrase(
            language, "power.alt_line", name=name,
            first=format_number(powers[0], 2, no_zero=powers[0] < 1), n_first=int(sizes[0]),
            last=format_number(powers[-1], 2, no_zero=powers[-1] < 1), n_last=int(sizes[-1]),
        )
        for name, sizes, powers in zip(data.names, data.sizes, data.powers, strict=True)
    ]  # fmt: skip
    return phrase(
        language, "power.alt", lines=listing(texts, language), target=format_number(data.target, 2, no_zero=True)
    )


def plot_power(
    parameters: pd.DataFrame,
    *,
    language: Language = "zh",
    target: float = 0.80,
    names: Sequence[str] = (),
    stamp: str | None = None,
) -> FigureSpec:
    """
    Return the power curves of a simulation.

    Parameters
    ----------
    parameters : DataFrame
        ``PowerResult.parameters``.
    language : {"zh", "en"}
    target : float
        Drawn as a dashed line.
    names : sequence of str
        Parameters to draw; regressions and defined parameters by default, at most the six weakest.
    stamp : str, optional

    Raises
    ------
    UsageError
        OUT-021 for an empty frame, OUT-022 for one without the columns.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = {"n": [100, 200], "name": "y~x", "op": "~", "truth": 0.3, "power": [0.8, 0.97], "power_mcse": 0.01}
    >>> plot_power(pd.DataFrame(rows), language="en").id
    'power'
    """
    data = choose_power(parameters, language=language, target=target, names=names)
    return FigureSpec(
        id="power",
        title=phrase(language, "power.title"),
        caption=phrase(language, "power.caption"),
        alt=describe_power(data, language),
        language=language,
        data=data,
        draw=draw_power,
        width=WIDTH,
        height=HEIGHT,
        stamp=stamp,
    )
