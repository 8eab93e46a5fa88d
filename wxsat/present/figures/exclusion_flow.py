"""Exclusion flow: how many were read, how many left at each step and why, how many stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wxsat.present import theme
from wxsat.present.figures.axes import inch_axes, inches_of
from wxsat.present.figures.figure import FigureSpec
from wxsat.present.figures.frames import rows_of
from wxsat.present.figures.wording import listing, phrase, table_word, wrap_text

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import FigureBase

    from wxsat.instrument.instrument import Language

NEEDED = ("step", "n_left", "n_dropped", "reason")
WIDTH = 7.0
STEP_INCHES, END_INCHES = 0.86, 0.62
BOX_WIDTH, SIDE_WIDTH = 2.3, 3.3
BOX_HEIGHT, SIDE_HEIGHT = 0.5, 0.58
MARGIN = 0.12
SIDE_EM = 26.0


@dataclass(frozen=True)
class FlowData:
    """One entry a step, in order; the first is what was read."""

    steps: tuple[str, ...]
    reasons: tuple[str, ...]
    n_left: tuple[int, ...]
    n_dropped: tuple[int, ...]
    left_texts: tuple[str, ...]
    dropped_texts: tuple[str, ...]


def choose_exclusion_flow(flow: pd.DataFrame, *, language: Language = "zh") -> FlowData:
    """Pick what the flow chart shows from ``CleanResponses.flow``, in the words of the table."""
    rows = rows_of(flow, NEEDED, "exclusion-flow")
    steps = [table_word(language, "flow.steps", row["step"]) for row in rows]
    reasons = [table_word(language, "flow.reasons", row["step"], str(row["reason"])) for row in rows]
    n_left, n_dropped = (tuple(int(row[name]) for row in rows) for name in ("n_left", "n_dropped"))
    last = len(rows) - 1
    titles = [steps[0], *[""] * (last - 1), phrase(language, "flow.stayed")] if last else [steps[0]]
    colon = "：" if language == "zh" else ": "
    dropped = (phrase(language, "flow.dropped", n=n) for n in n_dropped)
    left = (phrase(language, "flow.n", n=n) for n in n_left)
    return FlowData(
        steps=tuple(steps),
        reasons=tuple(reasons),
        n_left=n_left,
        n_dropped=n_dropped,
        left_texts=tuple("\n".join(filter(None, texts)) for texts in zip(titles, left, strict=True)),
        dropped_texts=tuple(
            f"{step}{colon}{count}\n{wrap_text(reason, SIDE_EM)}"
            for step, count, reason in zip(steps, dropped, reasons, strict=True)
        ),
    )


def draw_exclusion_flow(data: FlowData, figure: FigureBase) -> None:
    """Draw those who stay down the left, those who leave at the right."""
    ax = inch_axes(figure, left=0.0, right=0.0, top=0.0, bottom=0.0)
    width, height = inches_of(figure)
    ax.set_xlim(0, width)
    ax.set_ylim(height, 0)
    ax.axis("off")
    x = MARGIN + BOX_WIDTH / 2
    side = width - MARGIN - SIDE_WIDTH
    places = [MARGIN + BOX_HEIGHT / 2 + row * STEP_INCHES for row in range(len(data.steps))]
    for row, place in enumerate(places):
        ends = row in (0, len(places) - 1)
        _box(
            ax, x, place, BOX_WIDTH, BOX_HEIGHT if ends else 0.34, data.left_texts[row], strong=ends, gid=f"left-{row}"
        )
        if row == 0:
            continue
        above = places[row - 1] + (BOX_HEIGHT if row == 1 else 0.34) / 2
        below = place - (BOX_HEIGHT if ends else 0.34) / 2
        faint = data.n_dropped[row] == 0
        turn = (above + below) / 2
        _arrow(ax, (x, above), (x, below), theme.MUTED)
        _arrow(ax, (x, turn), (side, turn), theme.FAINT if faint else theme.MUTED)
        _write_dropped(ax, side, turn, data.dropped_texts[row], faint=faint, gid=f"dropped-{row}")


def _box(ax: Axes, x: float, y: float, width: float, height: float, text: str, *, strong: bool, gid: str) -> None:
    from matplotlib.patches import FancyBboxPatch

    ax.add_patch(
        FancyBboxPatch(
            (x - width / 2, y - height / 2), width, height, boxstyle="round,pad=0,rounding_size=0.06",
            facecolor="#E1EBF7" if strong else theme.PAPER, edgecolor=theme.BLUE if strong else theme.MUTED,
            linewidth=1.1 if strong else 0.8,
        )
    )  # fmt: skip
    ax.text(x, y, text, ha="center", va="center", fontsize=theme.TEXT_POINTS, linespacing=1.25, gid=gid)


def _write_dropped(ax: Axes, x: float, y: float, text: str, *, faint: bool, gid: str) -> None:
    from matplotlib.patches import Rectangle

    ax.add_patch(
        Rectangle(
            (x, y - SIDE_HEIGHT / 2), SIDE_WIDTH, SIDE_HEIGHT, facecolor=theme.PANEL,
            edgecolor=theme.FAINT if faint else theme.MUTED, linewidth=0.8,
        )
    )  # fmt: skip
    ax.text(
        x + 0.1, y, text, ha="left", va="center", fontsize=theme.SMALL_POINTS, linespacing=1.25,
        color=theme.MUTED if faint else theme.INK, gid=gid,
    )  # fmt: skip


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float], colour: str) -> None:
    ax.annotate(
        "", end, start, arrowprops={"arrowstyle": "-|>", "color": colour, "linewidth": 1.0, "shrinkA": 0, "shrinkB": 0,
                                    "mutation_scale": 9},
    )  # fmt: skip


def describe_exclusion_flow(data: FlowData, language: Language) -> str:
    """Return the flow in words, with its numbers."""
    parts = [phrase(language, "flow.alt_read", n_left=data.n_left[0])]
    parts += [
        phrase(language, "flow.alt_step", step=step, n_left=left, n_dropped=dropped, reason=reason)
        for step, left, dropped, reason in zip(
            data.steps[1:], data.n_left[1:], data.n_dropped[1:], data.reasons[1:], strict=True
        )
    ]
    return phrase(language, "flow.alt", rows=listing(parts, language))


def plot_exclusion_flow(flow: pd.DataFrame, *, language: Language = "zh", stamp: str | None = None) -> FigureSpec:
    """
    Return the flow chart of those who were read, left and stayed.

    Parameters
    ----------
    flow : DataFrame
        ``CleanResponses.flow``: ``step n_left n_dropped reason``, first row what was read.
    language : {"zh", "en"}
    stamp : str, optional
        Printed under the picture, for simulated data.

    Raises
    ------
    UsageError
        OUT-021 for an empty frame, OUT-022 for one without the columns.

    Examples
    --------
    >>> svg = render_figure(plot_exclusion_flow(clean.flow, language="en"))
    """
    data = choose_exclusion_flow(flow, language=language)
    return FigureSpec(
        id="exclusion-flow",
        title=phrase(language, "flow.title"),
        caption=phrase(language, "flow.caption"),
        alt=describe_exclusion_flow(data, language),
        language=language,
        data=data,
        draw=draw_exclusion_flow,
        width=WIDTH,
        height=2 * MARGIN + BOX_HEIGHT + STEP_INCHES * (len(data.steps) - 1),
        stamp=stamp,
    )
