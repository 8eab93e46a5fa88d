"""Specification curve: one headline figure under every combination of cleaning rules, and which rules each one used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wxsat.errors import UsageError
from wxsat.present import theme
from wxsat.present.figures.axes import inch_axes
from wxsat.present.figures.figure import FigureSpec
from wxsat.present.figures.frames import rows_of
from wxsat.present.figures.wording import fixed, names_in, phrase, table_word, widest

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import FigureBase

    from wxsat.instrument.instrument import Instrument, Language

WIDTH = 7.2
CURVE_INCHES, ROW_INCHES = 2.1, 0.2
TOP, BOTTOM, GAP = 0.58, 0.42, 0.12
NEEDED = ("specification", "chosen", "rules", "min_families", "duplicates", "missing", "n")
# The axis spans at least so much: a figure that hardly moves must look as if it hardly moved.
LEAST_SPAN = {"mean": 0.2, "alpha": 0.05, "severity": 4.0, "path": 0.1}
DIGITS = {"mean": 2, "alpha": 3, "severity": 1, "path": 3}


@dataclass(frozen=True)
class CurveData:
    """Specifications in the order of their estimates; one row of switches a rule."""

    estimates: tuple[float, ...]
    n: tuple[int, ...]
    plan: int
    bare: int
    switches: tuple[tuple[bool, ...], ...]
    labels: tuple[str, ...]
    axis: str
    order: str
    plan_text: str
    bare_text: str
    digits: int
    least_span: float


def choose_specification_curve(
    specifications: pd.DataFrame,
    figures: pd.DataFrame,
    kind: str,
    id: str,
    *,
    language: Language = "zh",
    names: Mapping[str, str] | None = None,
) -> CurveData:
    """Pick one headline figure of ``SpecificationCurve`` and put its specifications in order."""
    listed = rows_of(
        specifications.drop(columns="rules"), tuple(c for c in NEEDED if c != "rules"), "specification-curve"
    )
    rules = {int(k): tuple(r) for k, r in zip(specifications["specification"], specifications["rules"], strict=True)}
    part = figures[(figures["kind"] == kind) & (figures["id"] == id)]
    values = {int(k): float(v) for k, v in zip(part["specification"], part["estimate"], strict=True) if v == v}
    rows = sorted((r for r in listed if r["specification"] in values), key=lambda r: values[r["specification"]])
    if not rows:
        raise UsageError("OUT-021", f"figure 'specification-curve': there is no {kind} of '{id}' to draw.")
    units = list(dict.fromkeys(name for r in rows for name in rules[r["specification"]]))
    switches, labels = _switches(rows, rules, units, language)
    place = {r["specification"]: i for i, r in enumerate(rows)}
    chosen = next((r["specification"] for r in rows if r["chosen"]), -1)
    bare = min(
        (r for r in rows if not rules[r["specification"]]), key=lambda r: (r["duplicates"], r["missing"]), default=None
    )
    digits = DIGITS.get(kind, 2)
    estimates = tuple(values[r["specification"]] for r in rows)
    printed = (names or {}).get(id, id)
    return CurveData(
        estimates=estimates,
        n=tuple(int(r["n"]) for r in rows),
        plan=place.get(chosen, -1),
        bare=-1 if bare is None else place[bare["specification"]],
        switches=switches,
        labels=labels,
        axis=phrase(language, f"specification.axes.{kind}", name=printed),
        order=phrase(language, "specification.order", n=len(rows)),
        plan_text=_marked(language, "plan", place.get(chosen, -1), estimates, rows, digits),
        bare_text=_marked(
            language, "bare", -1 if bare is None else place[bare["specification"]], estimates, rows, digits
        ),
        digits=digits,
        least_span=LEAST_SPAN.get(kind, 0.0),
    )


def _switches(
    rows: Sequence[dict[str, Any]], rules: Mapping[int, tuple[str, ...]], units: Sequence[str], language: Language
) -> tuple[tuple[tuple[bool, ...], ...], tuple[str, ...]]:
    switches = [tuple(unit in rules[r["specification"]] for r in rows) for unit in units]
    labels = [table_word(language, "specification.units", unit) for unit in units]
    for key, on in (
        ("two_families", [r["min_families"] >= 2 for r in rows]),
        ("duplicates", [bool(r["duplicates"]) for r in rows]),
        ("missing", [bool(r["missing"]) for r in rows]),
    ):
        if any(on):
            switches.append(tuple(on))
            labels.append(table_word(language, "specification.units", key))
    return tuple(switches), tuple(labels)


def _marked(
    language: Language, what: str, place: int, estimates: Sequence[float], rows: Sequence[dict[str, Any]], digits: int
) -> str:
    if place < 0:
        return ""
    value = fixed(estimates[place], digits)
    return phrase(language, f"specification.{what}", value=value, n=int(rows[place]["n"]))


def draw_specification_curve(data: CurveData, figure: FigureBase) -> None:
    """Draw the ordered estimates above, and below them a mark wherever a rule was used."""
    left = widest(data.labels, theme.SMALL_POINTS) + 0.25
    height = ROW_INCHES * len(data.labels)
    curve = inch_axes(figure, left=left, right=0.2, top=TOP, bottom=BOTTOM + height + GAP)
    matrix = inch_axes(figure, left=left, right=0.2, top=TOP + CURVE_INCHES + GAP, bottom=BOTTOM)
    _draw_curve(curve, data)
    _draw_switches(matrix, data)


def _draw_curve(ax: Axes, data: CurveData) -> None:
    places = range(len(data.estimates))
    dots = ax.scatter(places, data.estimates, s=7, color=theme.BLUE, linewidths=0, zorder=3)
    dots.set_gid("estimates")
    for place, marker, colour, text, label in (
        (data.bare, "o", theme.INK, data.bare_text, "bare"), (data.plan, "D", theme.VERMILION, data.plan_text, "plan"),
    ):  # fmt: skip
        if place < 0:
            continue
        ax.axhline(data.estimates[place], color=colour, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
        ax.scatter(
            [place], [data.estimates[place]], s=44, marker=marker, zorder=5, linewidths=1.3, edgecolors=colour,
            facecolors=theme.PAPER if marker == "o" else colour, label=text, gid=label,
        )  # fmt: skip
    low, high = min(data.estimates), max(data.estimates)
    half = max(1.24 * (high - low), data.least_span, 10.0**-data.digits) / 2
    ax.set_ylim((low + high) / 2 - half, (low + high) / 2 + half)
    ax.set_xlim(-0.8, len(data.estimates) - 0.2)
    ax.set_xticks([])
    ax.yaxis.set_major_formatter(lambda value, _: fixed(value, data.digits))
    ax.set_title(data.axis, loc="left", fontsize=theme.TEXT_POINTS, color=theme.INK, pad=20)
    ax.legend(
        loc="lower left", bbox_to_anchor=(-0.01, 1.0), ncols=2, fontsize=theme.SMALL_POINTS, frameon=False,
        borderaxespad=0.1, handletextpad=0.2, columnspacing=1.6,
    )  # fmt: skip


def _draw_switches(ax: Axes, data: CurveData) -> None:
    n = len(data.estimates)
    for row in range(0, len(data.labels), 2):
        ax.axhspan(row - 0.5, row + 0.5, color=theme.PANEL, linewidth=0, zorder=0)
    if data.plan >= 0:
        ax.axvspan(data.plan - 0.5, data.plan + 0.5, color=theme.VERMILION, alpha=0.18, linewidth=0, zorder=0.5)
    for row, on in enumerate(data.switches):
        used = [i for i, here in enumerate(on) if here]
        ax.vlines(used, row - 0.32, row + 0.32, colors=theme.INK, linewidths=max(0.5, min(2.0, 260 / n)), zorder=2)
    ax.set_xlim(-0.8, n - 0.2)
    ax.set_ylim(len(data.labels) - 0.5, -0.5)
    ax.set_yticks(range(len(data.labels)), data.labels, fontsize=theme.SMALL_POINTS)
    ax.set_xticks([])
    ax.tick_params(length=0)
    ax.grid(visible=False)
    ax.set_xlabel(data.order, fontsize=theme.SMALL_POINTS)


def describe_specification_curve(data: CurveData, language: Language) -> str:
    """Return the curve in words: how far it reaches, and where the plan stands."""
    return phrase(
        language, "specification.alt", axis=data.axis, n=len(data.estimates), low=fixed(data.estimates[0], data.digits),
        high=fixed(data.estimates[-1], data.digits), plan=data.plan_text or "–", bare=data.bare_text or "–",
    )  # fmt: skip


def plot_specification_curve(
    specifications: pd.DataFrame,
    figures: pd.DataFrame,
    kind: str,
    id: str,
    *,
    language: Language = "zh",
    instrument: Instrument | None = None,
    stamp: str | None = None,
) -> FigureSpec:
    """
    Return the specification curve of one headline figure.

    Parameters
    ----------
    specifications, figures : DataFrame
        Of :class:`wxsat.study.specification_curve.SpecificationCurve`.
    kind : {"mean", "alpha", "severity", "path"}
    id : str
        Of the construct or dilemma, or the path (``SAT~PU``).
    language : {"zh", "en"}
    instrument : Instrument, optional
        Names its constructs.
    stamp : str, optional

    Raises
    ------
    UsageError
        OUT-021 where there is no such figure, OUT-022 for frames without the columns.

    Examples
    --------
    >>> plot_specification_curve(curve.specifications, curve.figures, "severity", "D1")  # doctest: +SKIP
    """
    names = names_in(instrument, language)
    if "~" in id:
        outcome, _, source = id.partition("~")
        names[id] = f"{names.get(source, source)} → {names.get(outcome, outcome)}"
    data = choose_specification_curve(specifications, figures, kind, id, language=language, names=names)
    return FigureSpec(
        id=f"specification-{kind}-{id.replace('~', '-')}",
        title=phrase(language, "specification.title", name=names.get(id, id)),
        caption=phrase(language, "specification.caption"),
        alt=describe_specification_curve(data, language),
        language=language,
        data=data,
        draw=draw_specification_curve,
        width=WIDTH,
        height=TOP + CURVE_INCHES + GAP + ROW_INCHES * len(data.labels) + BOTTOM,
        stamp=stamp,
    )
