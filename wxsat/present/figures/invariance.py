"""The ladder of measurement invariance: how much fit every step costs, and whether it holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wxsat.present import theme
from wxsat.present.figures.axes import inch_axes, side_heading, side_text, stripe_rows
from wxsat.present.figures.figure import FigureSpec
from wxsat.present.figures.frames import column_of, rows_of
from wxsat.present.figures.wording import listing, phrase, widest, wrap_text
from wxsat.present.locale import wording
from wxsat.present.numbers import format_number, format_p_statement
from wxsat.present.tables.invariance import step_name

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import FigureBase

    from wxsat.instrument.instrument import Language
    from wxsat.sem.invariance.result import InvarianceResult

CONVENTION = -0.010
LABEL_EM = 16.5
WIDTH, ROW_INCHES = 7.2, 0.42
TOP_INCHES, BOTTOM_INCHES = 0.45, 0.95
MARKS = (("holds", "o", theme.BLUE), ("fails", "X", theme.VERMILION), ("untested", "D", theme.MUTED))


@dataclass(frozen=True)
class LadderData:
    """One entry a step that was compared: change of CFI, whether it holds (None: not tested), the test in words."""

    names: tuple[str, ...]
    labels: tuple[str, ...]
    change: tuple[float, ...]
    holds: tuple[bool | None, ...]
    tests: tuple[str, ...]
    words: tuple[str, str, str]
    axis: str
    convention: str
    right_heading: str


def choose_ladder(differences: pd.DataFrame, freed: list[int], language: Language) -> LadderData:
    """Pick what the figure shows from ``InvarianceResult.differences``."""
    rows = rows_of(differences, ("step", "delta_cfi", "chisq", "df", "pvalue", "holds"), "invariance")
    words = wording(language)
    names = tuple(step_name(words, str(row["step"]), count) for row, count in zip(rows, freed, strict=True))
    tests = []
    for row in rows:
        chisq, df, p = row["chisq"], row["df"], row["pvalue"]
        if chisq is None or p is None:
            tests.append("–")
            continue
        open_, close, comma = ("（", "）", "，") if language == "zh" else (" (", ")", ", ")
        tests.append(f"{format_number(float(chisq), 2)}{open_}{df}{close}{comma}{format_p_statement(float(p))}")
    held = tuple(None if row["holds"] is None else bool(row["holds"]) for row in rows)
    return LadderData(
        names,
        tuple(wrap_text(name, LABEL_EM, most_lines=3) for name in names),
        column_of(rows, "delta_cfi"),
        held,
        tuple(tests),
        (phrase(language, "invariance.holds"), phrase(language, "invariance.fails"),
         phrase(language, "invariance.untested")),
        phrase(language, "invariance.axis"),
        phrase(language, "invariance.convention"),
        phrase(language, "invariance.right_heading"),
    )  # fmt: skip


def draw_ladder(data: LadderData, figure: FigureBase) -> None:
    """Draw one mark a step, the convention, and the test at the right."""
    ax = inch_axes(
        figure,
        left=widest(data.labels, theme.TEXT_POINTS) + 0.2,
        right=0.3 + widest((*data.tests, data.right_heading), theme.SMALL_POINTS),
        top=TOP_INCHES,
        bottom=BOTTOM_INCHES,
    )
    n = len(data.labels)
    stripe_rows(ax, n)
    ax.axvline(0.0, color=theme.FAINT, linewidth=1.0, zorder=1)
    ax.axvline(CONVENTION, color=theme.MUTED, linewidth=1.0, linestyle=(0, (4, 3)), zorder=1, gid="convention")
    ax.text(
        CONVENTION, 1.0, data.convention, transform=ax.get_xaxis_transform(), ha="center", va="bottom",
        fontsize=theme.TINY_POINTS, color=theme.MUTED,
    )  # fmt: skip
    wanted = {"holds": True, "fails": False, "untested": None}
    for (kind, marker, colour), name in zip(MARKS, data.words, strict=True):
        here = [i for i in range(n) if data.holds[i] is wanted[kind]]
        if here:
            ax.scatter([data.change[i] for i in here], here, s=52, marker=marker, c=colour, linewidths=0, zorder=4,
                       label=name, gid=kind)  # fmt: skip
    for row, text in enumerate(data.tests):
        side_text(ax, row, text, 8)
    side_heading(ax, data.right_heading, 8)
    shown = [value for value in data.change if value == value]
    low, high = min([-0.02, *shown]), max([0.01, *shown])
    ax.set_xlim(low - 0.06 * (high - low), high + 0.06 * (high - low))
    ax.set_ylim(n - 0.5, -0.5)
    ax.set_yticks(range(n), data.labels)
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel(data.axis)
    ax.xaxis.set_major_formatter(lambda value, _: format_number(value, 3, no_zero=True))
    figure.legend(loc="lower center", ncols=3, handletextpad=0.4, columnspacing=1.6)


def plot_invariance(result: InvarianceResult, *, language: Language = "zh", stamp: str | None = None) -> FigureSpec:
    """
    Return the ladder as a figure.

    Parameters
    ----------
    result : InvarianceResult
    language : {"zh", "en"}
    stamp : str, optional
        Printed under the picture, for simulated data.

    Raises
    ------
    UsageError
        OUT-021 where no step was compared.

    Examples
    --------
    >>> import semopy.examples.holzinger39 as hs
    >>> from wxsat.sem.invariance.evaluate import evaluate_invariance
    >>> found = evaluate_invariance("visual =~ x1 + x2 + x3 + x4", hs.get_data(), group="school")
    >>> plot_invariance(found, language="en").title
    'Measurement invariance, step by step'
    """
    freed = [int(count) for count in result.steps["n_freed"].tolist()[1:]]
    data = choose_ladder(result.differences, freed, language)
    parts = [
        phrase(
            language, "invariance.alt_row", name=name, change=format_number(change, 3, no_zero=True), test=test,
            holds=data.words[0 if held else 2 if held is None else 1],
        )
        for name, change, test, held in zip(data.names, data.change, data.tests, data.holds, strict=True)
    ]  # fmt: skip
    return FigureSpec(
        id="invariance",
        title=phrase(language, "invariance.title"),
        caption=phrase(language, "invariance.caption"),
        alt=phrase(language, "invariance.alt", rows=listing(parts, language)),
        language=language,
        data=data,
        draw=draw_ladder,
        width=WIDTH,
        height=TOP_INCHES + BOTTOM_INCHES + ROW_INCHES * max(len(data.labels), 3),
        stamp=stamp,
    )
