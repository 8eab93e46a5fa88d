"""Fieldwork as a funnel: sent, opened, consented, completed, valid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wxsat.present import theme
from wxsat.present.figures.axes import inch_axes
from wxsat.present.figures.figure import FigureSpec
from wxsat.present.figures.frames import rows_of
from wxsat.present.figures.wording import listing, phrase, table_word, widest
from wxsat.present.numbers import format_percent

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import FigureBase

    from wxsat.instrument.instrument import Language

WIDTH = 7.0
ROW_INCHES = 0.62
TOP, BOTTOM = 0.12, 0.12
BAR = 0.36
# Shorter bars could not be seen beside twenty thousand links sent.
SHORTEST = 0.004


@dataclass(frozen=True)
class FunnelData:
    """One entry a stage, in order."""

    stages: tuple[str, ...]
    counts: tuple[int, ...]
    count_texts: tuple[str, ...]
    step_texts: tuple[str, ...]


def choose_funnel(funnel: pd.DataFrame, *, language: Language = "zh") -> FunnelData:
    """Pick the stages with their counts and the share of the stage before."""
    rows = rows_of(funnel, ("stage", "n", "of_previous"), "funnel")
    shares = [row["of_previous"] for row in rows]
    return FunnelData(
        stages=tuple(table_word(language, "funnel.stages", row["stage"]) for row in rows),
        counts=tuple(int(row["n"]) for row in rows),
        count_texts=tuple(phrase(language, "funnel.n", n=int(row["n"])) for row in rows),
        step_texts=tuple(
            "" if share is None else phrase(language, "funnel.step", share=format_percent(float(share), 1))
            for share in shares
        ),
    )


def draw_funnel(data: FunnelData, figure: FigureBase) -> None:
    """Draw a bar a stage, with the share of the stage before in the gap between two."""
    left = widest(data.stages, theme.TEXT_POINTS) + 0.25
    right = 0.2 + widest(data.count_texts, theme.TEXT_POINTS)
    ax = inch_axes(figure, left=left, right=right, top=TOP, bottom=BOTTOM)
    most = max(max(data.counts), 1)
    n = len(data.stages)
    shares = [max(count / most, SHORTEST) for count in data.counts]
    ax.barh(range(n), shares, height=BAR, color=theme.BLUE, zorder=2)
    for row, text in enumerate(data.count_texts):
        ax.annotate(
            text, (shares[row], row), xytext=(6, 0), textcoords="offset points", va="center", ha="left",
            fontsize=theme.TEXT_POINTS, color=theme.INK, annotation_clip=False, gid=f"count-{row}",
        )  # fmt: skip
    for row, text in enumerate(data.step_texts):
        if text:
            ax.annotate(
                text, (0, row - 0.5), xytext=(4, 0), textcoords="offset points", va="center", ha="left",
                fontsize=theme.SMALL_POINTS, color=theme.MUTED, gid=f"step-{row}",
            )  # fmt: skip
    ax.set_xlim(0, 1)
    ax.set_ylim(n - 0.5, -0.5)
    ax.set_yticks(range(n), data.stages)
    ax.set_xticks([])
    ax.tick_params(length=0)
    ax.grid(visible=False)
    for side in ("top", "right", "bottom"):
        ax.spines[side].set_visible(False)


def describe_funnel(data: FunnelData, language: Language) -> str:
    """Return the funnel in words, with its numbers."""
    parts = [
        " ".join(filter(None, (stage, count, step)))
        for stage, count, step in zip(data.stages, data.count_texts, data.step_texts, strict=True)
    ]
    return phrase(language, "funnel.alt", rows=listing(parts, language))


def plot_funnel(funnel: pd.DataFrame, *, language: Language = "zh", stamp: str | None = None) -> FigureSpec:
    """
    Return the funnel from those who were asked to those whose answers count.

    Parameters
    ----------
    funnel : DataFrame
        As :func:`wxsat.responses.funnel.response_funnel` gives it: ``stage n of_previous``.
    language : {"zh", "en"}
    stamp : str, optional

    Raises
    ------
    UsageError
        OUT-021 for an empty frame, OUT-022 for one without the columns.

    Examples
    --------
    >>> plot_funnel(response_funnel(clean, sent=20000))  # doctest: +SKIP
    """
    data = choose_funnel(funnel, language=language)
    return FigureSpec(
        id="funnel",
        title=phrase(language, "funnel.title"),
        caption=phrase(language, "funnel.caption"),
        alt=describe_funnel(data, language),
        language=language,
        data=data,
        draw=draw_funnel,
        width=WIDTH,
        height=TOP + BOTTOM + ROW_INCHES * len(data.stages),
        stamp=stamp,
    )
