"""Reliability of every scale: alpha with its interval, omega and composite reliability beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wxsat.present import theme
from wxsat.present.figures.axes import dot_rows, draw_interval_rows, inch_axes, side_heading, side_text, stripe_rows
from wxsat.present.figures.figure import FigureSpec
from wxsat.present.figures.frames import column_of, rows_of
from wxsat.present.figures.wording import fixed, listing, names_in, phrase, widest, with_interval, wrap_text
from wxsat.present.numbers import format_interval

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import FigureBase

    from wxsat.instrument.instrument import Instrument, Language

CONVENTION = 0.70
NEEDED = ("construct", "n_items", "alpha")
LABEL_EM = 17.0
ROW_INCHES = 0.32
WIDTH = 7.2
TOP_INCHES, BOTTOM_INCHES = 0.30, 0.78


@dataclass(frozen=True)
class ReliabilityData:
    """One entry a construct, top to bottom; missing is NaN. Coefficients are unit-free, usually in [0, 1]."""

    names: tuple[str, ...]
    labels: tuple[str, ...]
    alpha: tuple[float, ...]
    alpha_lower: tuple[float, ...]
    alpha_upper: tuple[float, ...]
    omega: tuple[float, ...]
    cr: tuple[float, ...]
    right: tuple[str, ...]
    axis: str
    right_heading: str
    legend: tuple[str, str, str]
    convention_label: str


def choose_reliability(
    reliability: pd.DataFrame,
    *,
    language: Language = "zh",
    instrument: Instrument | None = None,
    names: Mapping[str, str] | None = None,
) -> ReliabilityData:
    """Pick what the reliability figure shows from ``ScaleQuality.reliability``, in the frame's order."""
    known = names_in(instrument, language, names)
    rows = rows_of(reliability, NEEDED, "reliability")
    printed = [known.get(str(row["construct"]), str(row["construct"])) for row in rows]
    alpha, lower, upper = (column_of(rows, name) for name in ("alpha", "alpha_ci_lower", "alpha_ci_upper"))
    return ReliabilityData(
        names=tuple(printed),
        labels=tuple(
            wrap_text(f"{name} ({int(row['n_items'])})", LABEL_EM, most_lines=2)
            for name, row in zip(printed, rows, strict=True)
        ),
        alpha=alpha,
        alpha_lower=lower,
        alpha_upper=upper,
        omega=column_of(rows, "omega"),
        cr=column_of(rows, "cr"),
        right=tuple(with_interval(a, lo, hi, no_zero=True) for a, lo, hi in zip(alpha, lower, upper, strict=True)),
        axis=phrase(language, "reliability.axis"),
        right_heading=phrase(language, "reliability.right_heading"),
        legend=(
            phrase(language, "reliability.alpha"),
            phrase(language, "reliability.omega"),
            phrase(language, "reliability.cr"),
        ),
        convention_label=phrase(language, "reliability.convention"),
    )


def draw_reliability(data: ReliabilityData, figure: FigureBase) -> None:
    """Draw dots with intervals, hollow markers for omega and composite reliability, and the .70 convention."""
    ax = inch_axes(
        figure,
        left=widest(data.labels, theme.TEXT_POINTS) + 0.2,
        right=0.2 + widest((*data.right, data.right_heading), theme.SMALL_POINTS),
        top=TOP_INCHES,
        bottom=BOTTOM_INCHES,
    )
    n = len(data.labels)
    stripe_rows(ax, n)
    ax.axvline(CONVENTION, color=theme.MUTED, linewidth=1.0, linestyle=(0, (4, 3)), zorder=1, gid="convention")
    ax.text(
        CONVENTION, 1.0, data.convention_label, transform=ax.get_xaxis_transform(), ha="center", va="bottom",
        fontsize=theme.TINY_POINTS, color=theme.MUTED,
    )  # fmt: skip
    draw_interval_rows(ax, data.alpha, data.alpha_lower, data.alpha_upper, color=theme.BLUE, label=data.legend[0])
    dot_rows(ax, data.omega, offset=0.0, marker="D", size=34, color=theme.VERMILION, label=data.legend[1], gid="omega")
    dot_rows(ax, data.cr, offset=0.0, marker="|", size=110, color=theme.INK, label=data.legend[2], gid="cr")
    for row, text in enumerate(data.right):
        side_text(ax, row, text, 8)
    side_heading(ax, data.right_heading, 8)
    values = [v for series in (data.alpha, data.alpha_lower, data.omega, data.cr) for v in series if v == v]
    ax.set_xlim(min([0.6, *(v - 0.03 for v in values)]), 1.0)
    ax.set_ylim(n - 0.5, -0.5)
    ax.set_yticks(range(n), data.labels)
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel(data.axis)
    ax.xaxis.set_major_formatter(lambda value, _: fixed(value, 2, no_zero=True))
    figure.legend(loc="lower center", ncols=3, handletextpad=0.4, columnspacing=1.6)


def describe_reliability(data: ReliabilityData, language: Language) -> str:
    """Return the figure in words, with its numbers."""
    parts = [
        phrase(
            language, "reliability.alt_row", name=name, alpha=fixed(a, no_zero=True),
            interval=format_interval(lo, hi, language=language, no_zero=True),
            omega=fixed(w, no_zero=True), cr=fixed(c, no_zero=True),
        )
        for name, a, lo, hi, w, c in zip(
            data.names, data.alpha, data.alpha_lower, data.alpha_upper, data.omega, data.cr, strict=True
        )
    ]  # fmt: skip
    return phrase(language, "reliability.alt", n=len(parts), rows=listing(parts, language))


def plot_reliability(
    reliability: pd.DataFrame,
    *,
    language: Language = "zh",
    instrument: Instrument | None = None,
    names: Mapping[str, str] | None = None,
    stamp: str | None = None,
) -> FigureSpec:
    """
    Return the reliability figure of all constructs.

    Parameters
    ----------
    reliability : DataFrame
        ``ScaleQuality.reliability``: ``construct n_items alpha alpha_ci_lower alpha_ci_upper omega cr``.
    language : {"zh", "en"}
    instrument : Instrument, optional
        Gives the constructs their names.
    names : mapping, optional
        Printed names by construct id, over the instrument's.
    stamp : str, optional
        Printed under the picture, for simulated data.

    Raises
    ------
    UsageError
        OUT-021 for an empty frame, OUT-022 for one without the columns.

    Examples
    --------
    >>> svg = render_figure(plot_reliability(scales.reliability, language="en"))
    """
    data = choose_reliability(reliability, language=language, instrument=instrument, names=names)
    return FigureSpec(
        id="reliability",
        title=phrase(language, "reliability.title"),
        caption=phrase(language, "reliability.caption"),
        alt=describe_reliability(data, language),
        language=language,
        data=data,
        draw=draw_reliability,
        width=WIDTH,
        height=TOP_INCHES + BOTTOM_INCHES + ROW_INCHES * max(len(data.labels), 2),
        stamp=stamp,
    )
