"""Missing map: which answers are missing together, pattern by pattern, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wxsat.errors import UsageError
from wxsat.present import theme
from wxsat.present.figures.axes import inch_axes, side_heading, side_text
from wxsat.present.figures.figure import FigureSpec
from wxsat.present.figures.wording import phrase, widest
from wxsat.present.numbers import format_integer, format_percent

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import FigureBase

    from wxsat.instrument.instrument import Language

REASONS = ("answered", "missing", "planned")
COLOURS = {"answered": "#DCE7F2", "missing": theme.VERMILION, "planned": theme.FAINT}
ROW_INCHES = 0.2
TOP, BOTTOM = 0.75, 0.5
MOST_PATTERNS = 25
SMALLEST_CELL, LARGEST_CELL = 0.1, 0.34


@dataclass(frozen=True)
class MapData:
    """Patterns from the most frequent one; a state (index into REASONS) for every pattern and variable."""

    states: tuple[tuple[int, ...], ...]
    variables: tuple[str, ...]
    counts: tuple[str, ...]
    shares: tuple[str, ...]
    legend: tuple[str, ...]
    count_heading: str
    rest: str
    cell: float
    top: float
    right: float


def choose_missing_map(
    patterns: pd.DataFrame,
    variables: Sequence[str],
    shares: Mapping[str, float],
    *,
    most: int = MOST_PATTERNS,
    language: Language = "zh",
) -> MapData:
    """
    Pick the most frequent patterns.

    Parameters
    ----------
    patterns : DataFrame
        One row a pattern: ``n share`` and one boolean column a variable (True: answered); or text columns with a
        state of ``answered``, ``missing``, ``planned``.
    variables : sequence of str
    shares : mapping of str to float
        Share missing of every variable.
    """
    if patterns.empty or not len(variables):
        raise UsageError("OUT-021", "figure 'missing-map': there is no pattern to draw.")
    shown = patterns.head(most)
    states = tuple(
        tuple(REASONS.index(_state(row[name])) for name in variables)
        for row in shown[list(variables)].to_dict("records")
    )
    heading = phrase(language, "missing_map.count_heading")
    counts = tuple(
        f"{format_integer(int(n))}  ({format_percent(float(share), 1)})"
        for n, share in zip(shown["n"], shown["share"], strict=True)
    )
    left_out = len(patterns) - len(shown)
    n_left_out = int(patterns["n"].sum() - shown["n"].sum())
    return MapData(
        states=states,
        variables=tuple(map(str, variables)),
        counts=counts,
        shares=tuple(format_percent(float(shares[name]), 0) for name in variables),
        legend=tuple(phrase(language, f"missing_map.{reason}") for reason in REASONS),
        count_heading=heading,
        rest=phrase(language, "missing_map.rest", k=left_out, n=n_left_out) if left_out else "",
        cell=min(LARGEST_CELL, max(SMALLEST_CELL, 6.0 / len(variables))),
        top=max(TOP, 0.2 + widest([f"{v}  100%" for v in variables], theme.SMALL_POINTS)),
        right=0.25 + widest((*counts, heading), theme.SMALL_POINTS),
    )


def _state(value: object) -> str:
    if isinstance(value, str):
        return value
    return "answered" if value else "missing"


def draw_missing_map(data: MapData, figure: FigureBase) -> None:
    """Draw one row a pattern, one column a variable; missing cells in strong colour, planned ones in grey."""
    from matplotlib.colors import ListedColormap
    from matplotlib.patches import Patch

    ax = inch_axes(figure, left=0.2, right=data.right, top=data.top, bottom=BOTTOM)
    ax.pcolormesh(
        data.states, cmap=ListedColormap([COLOURS[r] for r in REASONS]), vmin=-0.5, vmax=len(REASONS) - 0.5,
        edgecolors=theme.PAPER, linewidth=0.8, gid="patterns",
    )  # fmt: skip
    ax.set_ylim(len(data.states), 0)
    for row, text in enumerate(data.counts):
        side_text(ax, row + 0.5, text, 6)
    side_heading(ax, data.count_heading, 6)
    labels = [f"{name}  {share}" for name, share in zip(data.variables, data.shares, strict=True)]
    ax.xaxis.tick_top()
    size = theme.SMALL_POINTS if data.cell > 0.16 else theme.TINY_POINTS - 1
    ax.set_xticks([i + 0.5 for i in range(len(labels))], labels, rotation=90, fontsize=size)
    ax.set_yticks([])
    ax.tick_params(length=0)
    ax.grid(visible=False)
    used = {state for row in data.states for state in row}
    handles = [Patch(facecolor=COLOURS[r], label=data.legend[i]) for i, r in enumerate(REASONS) if i in used]
    figure.legend(handles=handles, loc="lower center", ncols=3, fontsize=theme.SMALL_POINTS)
    if data.rest:
        ax.text(0, -0.02, data.rest, transform=ax.transAxes, va="top", fontsize=theme.TINY_POINTS, color=theme.MUTED)


def plot_missing_map(
    patterns: pd.DataFrame,
    variables: Sequence[str],
    shares: Mapping[str, float],
    *,
    language: Language = "zh",
    stamp: str | None = None,
) -> FigureSpec:
    """
    Return the map of missing patterns.

    Parameters
    ----------
    patterns : DataFrame
        ``MissingReport.patterns``: ``pattern n share`` and a state a variable.
    variables : sequence of str
    shares : mapping of str to float
        Share missing of every variable, without what was not asked.
    language : {"zh", "en"}
    stamp : str, optional

    Raises
    ------
    UsageError
        OUT-021 without a pattern.

    Examples
    --------
    >>> plot_missing_map(report.patterns, report.variable_names, report.shares)  # doctest: +SKIP
    """
    data = choose_missing_map(patterns, variables, shares, language=language)
    worst = max(shares, key=lambda name: shares[name])
    return FigureSpec(
        id="missing-map",
        title=phrase(language, "missing_map.title"),
        caption=phrase(language, "missing_map.caption"),
        alt=phrase(
            language, "missing_map.alt", k=len(patterns), first=data.counts[0], worst=worst,
            share=format_percent(float(shares[worst]), 1),
        ),
        language=language,
        data=data,
        draw=draw_missing_map,
        width=max(4.5, 0.2 + data.right + data.cell * len(data.variables)),
        height=data.top + BOTTOM + ROW_INCHES * len(data.states) + (0.15 if data.rest else 0.0),
        stamp=stamp,
    )  # fmt: skip
