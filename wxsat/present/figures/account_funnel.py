"""Accounts as a funnel: severity against the number of answers, with the limits that chance alone would keep to.

No names and no order: a league table would rank what is mostly noise.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.present import theme
from wxsat.present.figures.figure import FigureSpec
from wxsat.present.figures.frames import rows_of
from wxsat.present.figures.wording import listing, names_in, phrase, shorten

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import FigureBase

    from wxsat.instrument.instrument import Instrument, Language

WIDTH, HEIGHT = 7.6, 5.4
# A panel is this wide; the tables print longer names whole.
TITLE_EM = 26.0
LIMITS = (1.959964, 3.090232)


@dataclass(frozen=True)
class AccountPanel:
    """One dilemma: accounts' numbers of answers and severities, their mean, the spread of one answer."""

    title: str
    n: tuple[int, ...]
    severity: tuple[float, ...]
    mean: float
    spread: float
    outside: int


@dataclass(frozen=True)
class AccountFunnelData:
    """One panel a dilemma, and the words of the axes."""

    panels: tuple[AccountPanel, ...]
    x_axis: str
    y_axis: str
    legend: tuple[str, str]


def choose_accounts(accounts: pd.DataFrame, *, language: Language, instrument: Instrument | None) -> AccountFunnelData:
    """Pick the accounts whose figures may be shown; the mean weighs them by their answers."""
    known = names_in(instrument, language, None)
    rows = rows_of(accounts, ("dilemma", "n", "S_pub", "se"), "account_funnel")
    panels = []
    for dilemma in dict.fromkeys(str(row["dilemma"]) for row in rows):
        own = [row for row in rows if row["dilemma"] == dilemma and row["S_pub"] is not None and row["se"] is not None]
        own = [row for row in own if math.isfinite(float(row["S_pub"])) and math.isfinite(float(row["se"]))]
        if len(own) < 3:
            continue
        n = np.array([float(row["n"]) for row in own])
        s = np.array([float(row["S_pub"]) for row in own])
        se = np.array([float(row["se"]) for row in own])
        mean, spread = float(n @ s / n.sum()), float(np.sqrt((n * se**2).mean()))
        outside = int((np.abs(s - mean) > LIMITS[1] * spread / np.sqrt(n)).sum())
        panels.append(
            AccountPanel(
                shorten(known.get(dilemma, dilemma), TITLE_EM),
                tuple(map(int, n)),
                tuple(s.tolist()),
                mean,
                spread,
                outside,
            )
        )
    return AccountFunnelData(
        tuple(panels), phrase(language, "account_funnel.x_axis"), phrase(language, "severity.axis"),
        (phrase(language, "account_funnel.limit95"), phrase(language, "account_funnel.limit998")),
    )  # fmt: skip


def draw_accounts(data: AccountFunnelData, figure: FigureBase) -> None:
    """Draw a panel a dilemma: points, their mean, two pairs of limits."""
    rows = math.ceil(len(data.panels) / 2)
    axes = figure.subplots(rows, 2, squeeze=False, sharey=True)
    for place, ax in enumerate(axes.ravel()):
        if place >= len(data.panels):
            ax.set_visible(False)
            continue
        panel = data.panels[place]
        at = np.linspace(max(2, 0.8 * min(panel.n)), 1.08 * max(panel.n), 120)
        for limit, style, label in zip(LIMITS, ("--", "-"), data.legend, strict=True):
            half = limit * panel.spread / np.sqrt(at)
            ax.plot(at, panel.mean + half, style, color=theme.MUTED, linewidth=0.9, label=label)
            ax.plot(at, panel.mean - half, style, color=theme.MUTED, linewidth=0.9)
        ax.axhline(panel.mean, color=theme.BLUE, linewidth=1.0)
        dots = ax.scatter(panel.n, panel.severity, s=16, color=theme.BLUE, alpha=0.75, linewidths=0, zorder=3)
        dots.set_gid(f"accounts-{place}")
        ax.set_title(panel.title, fontsize=theme.SMALL_POINTS, loc="left")
        if place >= len(data.panels) - 2:
            ax.set_xlabel(data.x_axis)
        if place % 2 == 0:
            ax.set_ylabel(data.y_axis)
        if place == 0:
            ax.legend(fontsize=theme.TINY_POINTS, frameon=False, loc="upper right")


def describe_accounts(data: AccountFunnelData, language: Language) -> str:
    """Return the figure in words: how many accounts lie outside the outer limits."""
    parts = [
        phrase(language, "account_funnel.alt_row", name=p.title, outside=p.outside, n=len(p.n)) for p in data.panels
    ]
    return phrase(language, "account_funnel.alt", rows=listing(parts, language))


def plot_account_funnel(
    accounts: pd.DataFrame,
    *,
    language: Language = "zh",
    instrument: Instrument | None = None,
    stamp: str | None = None,
) -> FigureSpec | None:
    """
    Return the funnel plot of the accounts; None where fewer than three may be shown.

    Parameters
    ----------
    accounts : DataFrame
        As :func:`wxsat.diagnosis.accounts.tabulate_accounts` gives it: ``dilemma n S_pub se``; suppressed ones are NaN.
    language, instrument, stamp
        As in :func:`wxsat.present.figures.severity.plot_severity`.

    Raises
    ------
    UsageError
        OUT-021 for an empty frame, OUT-022 for one without the columns.

    References
    ----------
    .. [1] Spiegelhalter, D. J. (2005). Funnel plots for comparing institutional performance. Statistics in Medicine,
       24(8), 1185-1202.

    Examples
    --------
    >>> plot_account_funnel(diagnosis.evidence.accounts, language="en")  # doctest: +SKIP
    """
    data = choose_accounts(accounts, language=language, instrument=instrument)
    if not data.panels:
        return None
    return FigureSpec(
        id="account_funnel",
        title=phrase(language, "account_funnel.title"),
        caption=phrase(language, "account_funnel.caption"),
        alt=describe_accounts(data, language),
        language=language,
        data=data,
        draw=draw_accounts,
        width=WIDTH,
        height=HEIGHT if len(data.panels) > 2 else HEIGHT / 2,
        stamp=stamp,
    )
