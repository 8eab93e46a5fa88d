"""What each lever is expected to bring: points of satisfaction gained, with the interval."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wxsat.present import theme
from wxsat.present.figures.axes import dot_rows, draw_interval_rows, side_heading, side_text, stripe_rows
from wxsat.present.figures.figure import FigureSpec
from wxsat.present.figures.wording import fixed, interval_text, listing, names_in, phrase, wrap_text

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import FigureBase

    from wxsat.instrument.instrument import Instrument, Language

LABEL_EM = 17.0
ROW_INCHES = 0.42


@dataclass(frozen=True)
class LeverData:
    """One entry a lever, greatest gain first. Gains in points on 0-100; missing is NaN."""

    names: tuple[str, ...]
    labels: tuple[str, ...]
    gain: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    own: tuple[float, ...]
    extrapolated: tuple[bool, ...]
    right: tuple[str, ...]
    axis: str
    right_heading: str
    legend: tuple[str, str]
    note: str


def choose_levers(
    levers: pd.DataFrame,
    *,
    language: Language = "zh",
    instrument: Instrument | None = None,
    names: Mapping[str, str] | None = None,
) -> LeverData:
    """Pick what the lever figure shows from ``Diagnosis.levers``, the greatest gain first."""
    known = names_in(instrument, language, names)
    remedies = {} if instrument is None else {c.id: c.remedy.text(language) for c in instrument.composites if c.remedy}
    rows = sorted(levers.to_dict("records"), key=lambda row: -_number(row["gain"]))
    printed = [_lever_name(row, known, remedies) for row in rows]
    extrapolated = tuple(bool(row.get("extrapolation")) for row in rows)
    gain, lower, upper = (tuple(_number(row[c]) for row in rows) for c in ("gain", "ci_lower", "ci_upper"))
    return LeverData(
        names=tuple(printed),
        labels=tuple(
            wrap_text(name + (" †" if far else ""), LABEL_EM) for name, far in zip(printed, extrapolated, strict=True)
        ),
        gain=gain,
        lower=lower,
        upper=upper,
        own=tuple(_number(row.get("own")) for row in rows),
        extrapolated=extrapolated,
        right=tuple(
            f"{_signed(g)}  [{interval_text(lo, hi, 1)}]" for g, lo, hi in zip(gain, lower, upper, strict=True)
        ),
        axis=phrase(language, "levers.axis"),
        right_heading=phrase(language, "levers.right_heading"),
        legend=(phrase(language, "levers.total"), phrase(language, "levers.own")),
        note=phrase(language, "levers.extrapolation") if any(extrapolated) else "",
    )


def _number(value: Any) -> float:
    """Return a measured figure; flags and gaps are no figures."""
    return float("nan") if value is None or isinstance(value, (bool, str)) else float(value)


def _signed(value: float) -> str:
    return ("+" if value > 0 else "") + fixed(value, 1)


def _lever_name(row: Mapping[str, Any], known: Mapping[str, str], remedies: Mapping[str, str]) -> str:
    lever, dilemma = str(row["lever"]), str(row.get("dilemma") or "")
    name = known.get(lever) or remedies.get(lever) or (remedies.get(dilemma) if lever == dilemma else None) or lever
    return f"{name} · {dilemma}" if dilemma and dilemma not in name and dilemma != lever else name


def draw_levers(data: LeverData, figure: FigureBase) -> None:
    """Draw one gain with its interval a row, the own part as a hollow diamond, and the line of no gain."""
    ax = figure.add_subplot()
    n = len(data.labels)
    stripe_rows(ax, n)
    ax.axvline(0, color=theme.MUTED, linewidth=1.0, zorder=1)
    for row, (gain, far) in enumerate(zip(data.gain, data.extrapolated, strict=True)):
        if math.isfinite(gain):
            ax.barh(
                row, gain, height=0.42, zorder=2, color="#FFFFFF" if far else "#CFE0F0", edgecolor="#8FB4D6",
                linewidth=0.8, hatch="////" if far else None,
            )  # fmt: skip
    draw_interval_rows(ax, data.gain, data.lower, data.upper, color=theme.POSITIVE, label=data.legend[0])
    has_own = any(math.isfinite(value) for value in data.own)
    if has_own:
        dot_rows(ax, data.own, offset=0.0, marker="D", size=38, color=theme.VERMILION, label=data.legend[1])
    for row, text in enumerate(data.right):
        side_text(ax, row, text, 8)
    side_heading(ax, data.right_heading, 8)
    values = [v for series in (data.gain, data.lower, data.upper, data.own) for v in series if math.isfinite(v)]
    low, high = min([0.0, *values]), max([1.0, *values])
    ax.set_xlim(low - 0.04 * (high - low) * (low < 0), high + 0.06 * (high - low))
    ax.set_ylim(n - 0.5, -0.5)
    ax.set_yticks(range(n), data.labels)
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel(data.axis + ("\n" + data.note if data.note else ""))
    if has_own:
        figure.legend(loc="outside lower center", ncols=2, handletextpad=0.4, columnspacing=1.6)


def describe_levers(data: LeverData, language: Language) -> str:
    """Return the figure in words, with its numbers."""
    parts = [
        phrase(language, "levers.alt_row", name=name, gain=_signed(g), interval=interval_text(lo, hi, 1))
        for name, g, lo, hi in zip(data.names, data.gain, data.lower, data.upper, strict=True)
    ]
    return phrase(language, "levers.alt", rows=listing(parts, language))


def plot_levers(
    levers: pd.DataFrame,
    *,
    language: Language = "zh",
    instrument: Instrument | None = None,
    names: Mapping[str, str] | None = None,
    stamp: str | None = None,
) -> FigureSpec:
    """
    Return the figure of expected gains.

    Parameters
    ----------
    levers : DataFrame
        ``Diagnosis.levers``: ``lever dilemma gain ci_lower ci_upper own extrapolation``; gains in points on 0-100.
    language, instrument, names, stamp
        As in :func:`wxsat.present.figures.reliability.plot_reliability`.

    Examples
    --------
    >>> svg = render_figure(plot_levers(diagnosis.levers, language="zh", instrument=instrument))
    """
    data = choose_levers(levers, language=language, instrument=instrument, names=names)
    return FigureSpec(
        id="levers",
        title=phrase(language, "levers.title"),
        caption=phrase(language, "levers.caption"),
        alt=describe_levers(data, language),
        language=language,
        data=data,
        draw=draw_levers,
        width=7.2,
        height=1.35 + ROW_INCHES * max(len(data.labels), 2),
        stamp=stamp,
    )
