"""How long messages wait for a person's reply: the share still waiting, day by day, with intervals, group by group.

A message that nobody had answered when the records were cut off is observed until then and no longer (Kaplan-Meier);
it is neither dropped nor counted as never answered.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wxsat.present import theme
from wxsat.present.figures.figure import FigureSpec
from wxsat.present.figures.frames import rows_of
from wxsat.present.figures.wording import fixed, listing, phrase

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import FigureBase

    from wxsat.instrument.instrument import Language

WIDTH, HEIGHT = 7.6, 4.2
Z = 1.959963984540054
LIMIT_DAYS = 5.0
LONGEST_DAYS = 20.0
FEWEST_MESSAGES = 20
Floats = NDArray[np.float64]
# Told apart by dashes and marks as well as by colour.
STYLES: tuple[tuple[str, Any, str], ...] = (
    (theme.BLUE, "-", "o"), (theme.VERMILION, (0, (5, 2)), "s"), (theme.GREEN, (0, (1.5, 1.5)), "^"),
    (theme.PURPLE, (0, (6, 2, 1, 2)), "D"), (theme.INK, (0, (3, 1)), "v"),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class WaitingCurve:
    """
    One group's curve: a step at each time with a reply.

    Attributes
    ----------
    name : str
    n, replied : int
    days, waiting, lower, upper : ndarray
        Working days, and the share still waiting from then on with its pointwise 95 % interval.
    within_limit, within_lower, within_upper : float
        Replied within five working days, with interval; NaN where nobody was observed that long.
    last : float
        Longest observation.
    """

    name: str
    n: int
    replied: int
    days: Floats
    waiting: Floats
    lower: Floats
    upper: Floats
    within_limit: float
    within_lower: float
    within_upper: float
    last: float


@dataclass(frozen=True, eq=False)
class SurvivalData:
    """The curves, how many messages had too small a group, and the words of the axes."""

    curves: tuple[WaitingCurve, ...]
    x_axis: str
    y_axis: str
    limit: str
    left_out: tuple[tuple[str, int], ...]


def waiting_curve(name: str, days: Floats, replied: NDArray[np.bool_]) -> WaitingCurve:
    r"""
    Return the Kaplan-Meier curve of a group's messages (statsmodels).

    Notes
    -----
    Greenwood's error on the log-log scale: :math:`S^{\exp(\pm z \cdot se / (S \log S))}`. Checked against R
    ``survival::survfit(conf.type = "log-log")``.
    """
    from statsmodels.duration.survfunc import SurvfuncRight

    found = SurvfuncRight(days, replied.astype(int))
    times, waiting = np.asarray(found.surv_times, dtype=np.float64), np.asarray(found.surv_prob, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        # At S = 0 Greenwood's error is not defined.
        power = np.exp(Z * np.asarray(found.surv_prob_se) / (waiting * np.log(waiting)))
        lower, upper = waiting ** (1 / power), waiting**power
    lower, upper = (np.where((waiting > 0) & (waiting < 1), end, np.nan) for end in (lower, upper))
    at = int(np.searchsorted(times, LIMIT_DAYS, side="right")) - 1
    known = bool((days >= LIMIT_DAYS).any()) or (len(waiting) > 0 and waiting[-1] <= 0)
    within = (math.nan, math.nan, math.nan)
    if known and at >= 0:
        within = (1 - float(waiting[at]), 1 - float(upper[at]), 1 - float(lower[at]))
    elif known:
        within = (0.0, math.nan, math.nan)
    last = float(days.max())
    return WaitingCurve(name, len(days), int(replied.sum()), times, waiting, lower, upper, *within, last)


def choose_reply_survival(
    replies: pd.DataFrame,
    *,
    language: Language,
    groups: Mapping[str, str] | None = None,
    order: Sequence[str] | None = None,
) -> SurvivalData:
    """Return a curve a group of accounts, or a kind of message without groups; small groups stay out."""
    rows = rows_of(replies, ("account", "kind", "wait", "replied"), "reply_survival")
    found: dict[str, list[tuple[float, bool]]] = {}
    for row in rows:
        wait = row["wait"]
        key = groups.get(str(row["account"])) if groups is not None else _kind(row["kind"], language)
        if key is not None and wait is not None and math.isfinite(float(wait)) and float(wait) >= 0:
            found.setdefault(key, []).append((float(wait), bool(row["replied"])))
    names = [name for name in (order or ()) if name in found] or sorted(found, key=lambda name: -len(found[name]))
    large = [name for name in names if len(found[name]) >= FEWEST_MESSAGES][: len(STYLES)]
    curves = [
        waiting_curve(name, np.array([d for d, _ in found[name]]), np.array([r for _, r in found[name]]))
        for name in large
    ]
    left_out = [(name, len(found[name])) for name in names if name not in large]
    return SurvivalData(
        tuple(curves), phrase(language, "reply_survival.x_axis"), phrase(language, "reply_survival.y_axis"),
        phrase(language, "reply_survival.limit"), tuple(left_out),
    )  # fmt: skip


def _kind(kind: object, language: Language) -> str:
    from wxsat.present.locale import wording

    said = wording(language).find(f"figures.reply_survival.kinds.{kind}")
    return said if said is not None else str(kind or phrase(language, "reply_survival.kinds.none"))


def draw_reply_survival(data: SurvivalData, figure: FigureBase) -> None:
    """Draw steps with their bands; a small mark where a group's observation ends within the picture."""
    from matplotlib.ticker import PercentFormatter

    ax = figure.add_subplot()
    end = min(LONGEST_DAYS, max((curve.last for curve in data.curves), default=LONGEST_DAYS))
    for place, (curve, (color, dashes, marker)) in enumerate(zip(data.curves, STYLES, strict=False)):
        days = np.concatenate([[0.0], curve.days, [curve.last]])
        steps = [np.concatenate([[1.0], values, values[-1:]]) for values in (curve.waiting, curve.lower, curve.upper)]
        steps = [s if len(curve.days) else np.ones(2) for s in steps]
        if not len(curve.days):
            days = np.array([0.0, curve.last])
        inside = days <= end
        last = int(inside.sum())
        days = np.append(days[inside], min(end, curve.last))
        steps = [np.append(s[inside], s[last - 1]) for s in steps]
        ax.fill_between(days, steps[1], steps[2], step="post", color=color, alpha=0.16, linewidth=0)
        lines = ax.step(
            days, steps[0], where="post", color=color, linestyle=dashes, linewidth=1.7, marker=marker,
            markevery=max(1, len(days) // 6), markersize=4.2, label=f"{curve.name} (n = {curve.n:,})",
        )  # fmt: skip
        lines[0].set_gid(f"waiting-{place}")
    ax.axvline(LIMIT_DAYS, color=theme.MUTED, linewidth=0.9, linestyle=(0, (2, 2)))
    ax.annotate(
        data.limit, (LIMIT_DAYS, 1.0), xycoords=ax.get_xaxis_transform(), xytext=(3, -3), textcoords="offset points",
        va="top", fontsize=theme.TINY_POINTS, color=theme.MUTED,
    )  # fmt: skip
    ax.set(xlim=(0, end), ylim=(0, 1.02), xlabel=data.x_axis, ylabel=data.y_axis)
    ax.set_xticks(np.arange(0, end + 1e-9, LIMIT_DAYS if end >= 2 * LIMIT_DAYS else 1))
    ax.yaxis.set_major_formatter(PercentFormatter(1.0))
    ax.grid(axis="y")
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))


def describe_reply_survival(data: SurvivalData, language: Language) -> str:
    """Return the figure in words: what share of each group was answered within five working days."""
    rows = [
        phrase(
            language, "reply_survival.alt_row", name=c.name, n=c.n, value=fixed(100 * c.within_limit, 1),
            lower=fixed(100 * c.within_lower, 1), upper=fixed(100 * c.within_upper, 1),
        )
        for c in data.curves
    ]  # fmt: skip
    return phrase(language, "reply_survival.alt", rows=listing(rows, language))


def plot_reply_survival(
    replies: pd.DataFrame,
    *,
    language: Language = "zh",
    groups: Mapping[str, str] | None = None,
    order: Sequence[str] | None = None,
    stamp: str | None = None,
) -> FigureSpec | None:
    """
    Return the survival curves of replies; None where no group has twenty messages.

    Parameters
    ----------
    replies : DataFrame
        ``account kind wait replied``: :attr:`wxsat.records.audit.AuditResult.reply_times`.
    language : {"zh", "en"}
    groups : mapping of str to str, optional
        Account to the name of its group; kinds of messages are compared without it. Accounts that it lacks stay out.
    order : sequence of str, optional
        Of the groups; the largest first without it. Five curves at most.
    stamp : str, optional

    Raises
    ------
    UsageError
        OUT-021 for an empty frame, OUT-022 for one without the columns.

    References
    ----------
    .. [1] Kaplan, E. L., & Meier, P. (1958). Nonparametric estimation from incomplete observations. Journal of the
       American Statistical Association, 53(282), 457-481.

    Examples
    --------
    >>> plot_reply_survival(audited.reply_times, language="en")  # doctest: +SKIP
    """
    data = choose_reply_survival(replies, language=language, groups=groups, order=order)
    if not data.curves:
        return None
    caption = phrase(language, "reply_survival.caption")
    if data.left_out:
        left_out = [phrase(language, "reply_survival.left_out", name=name, n=n) for name, n in data.left_out]
        caption += phrase(language, "reply_survival.left_out_all", groups=listing(left_out, language), most=len(STYLES))
    return FigureSpec(
        id="reply_survival" if groups is None else "reply_survival_groups",
        title=phrase(language, f"reply_survival.{'title_groups' if groups is not None else 'title'}"),
        caption=caption,
        alt=describe_reply_survival(data, language),
        language=language,
        data=data,
        draw=draw_reply_survival,
        width=WIDTH,
        height=HEIGHT,
        stamp=stamp,
        numbers=tuple((f"left_out.{k}.n", n) for k, (_, n) in enumerate(data.left_out, start=1)),
    )
