"""The supervisors' panel: what its scores are worth, fair annual scores, month by month, vetoes, signs of gaming."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from wxsat.panel import scoring_sheet as limits
from wxsat.present.document import Block, Bullets, Paragraph, Section
from wxsat.present.draft import Draft
from wxsat.present.figures.control_chart import plot_control_charts
from wxsat.present.figures.wording import phrase
from wxsat.present.tables.panel import tabulate_annual_scores, tabulate_supervisors

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.panel.evaluate import PanelResult

SOURCE = "wxsat.panel.evaluate"


def describe_supervisors(draft: Draft) -> Section | None:
    """Write the section on the supervisors' panel; None without one."""
    panel = draft.content.panel
    if panel is None:
        return None
    key = "usable" if panel.usable else "unusable"
    blocks: list[Block] = [
        Paragraph(_intro(draft, panel)),
        Paragraph(_interval(draft, panel)),
        Paragraph(draft.text(f"supervisors.{key}"), "body" if panel.usable else "quote"),
        draft.table(tabulate_annual_scores(panel, draft.language)),
        draft.table(tabulate_supervisors(panel, draft.language)),
    ]
    title = phrase(draft.language, "control_chart.panel")
    unit = phrase(draft.language, "control_chart.panel_unit")
    chart = plot_control_charts(
        {title: panel_by_month(panel)}, units={title: unit}, language=draft.language, id="panel_months", title=title
    )
    if chart is not None:
        blocks += [Paragraph(draft.text("supervisors.months")), draft.figure(chart)]
    blocks += [Paragraph(draft.text("supervisors.gaming")), Bullets(tuple(_gaming(draft, panel)))]
    return Section("supervisors", draft.text("supervisors.title"), tuple(blocks))


def panel_by_month(panel: PanelResult) -> pd.DataFrame:
    """Return ``month value``: the mean over accounts of the month's fair scores."""
    monthly = panel.monthly.assign(month=panel.monthly["month"].astype(str))
    return monthly.groupby("month", sort=True)["score"].mean().rename("value").reset_index()


def _intro(draft: Draft, panel: PanelResult) -> str:
    monthly = panel.monthly
    vetoed = monthly[monthly["veto"].fillna(False).astype(bool)]
    return draft.text(
        "supervisors.intro",
        sheets=draft.count("panel.sheets", int(panel.raters["n"].sum()), SOURCE),
        raters=draft.count("panel.raters", len(panel.raters), SOURCE),
        accounts=draft.count("panel.accounts", len(panel.accounts), SOURCE),
        months=draft.count("panel.months", int(monthly["month"].nunique()), SOURCE),
        phi=draft.number("panel.phi", panel.phi, 2, SOURCE, no_zero=True),
        required=draft.number("panel.phi_required", limits.MIN_PHI, 2, SOURCE, no_zero=True),
        vetoed=draft.count("panel.vetoed_accounts", int(vetoed["account"].nunique()), SOURCE),
        vetoes=draft.count("panel.vetoed_months", len(vetoed), SOURCE),
    )


def _interval(draft: Draft, panel: PanelResult) -> str:
    """Say how sure the dependability itself is."""
    low, high = panel.phi_interval
    if not (isfinite(low) and isfinite(high)):
        return draft.text("supervisors.no_interval")
    ends = {
        name: draft.number(f"panel.phi_ci_{name}", value, 2, SOURCE, no_zero=True)
        for name, value in (("lower", low), ("upper", high))
    }
    return draft.text("supervisors.interval", **ends)


def _gaming(draft: Draft, panel: PanelResult) -> list[str]:
    gaming = panel.gaming
    said = [
        draft.text(
            "supervisors.top", share=draft.share("panel.top_share", gaming.top_share, 1, SOURCE),
            limit=draft.number("panel.top_limit", limits.TOP_SCORE, 0, SOURCE),
        ),
        draft.text(
            "supervisors.spread",
            n=draft.count("panel.collapsed", int(gaming.raters["collapsed"].sum()), SOURCE),
            raters=draft.count("panel.raters", len(panel.raters), SOURCE),
        ),
    ]  # fmt: skip
    if gaming.announcement is not None and gaming.announcement_se is not None:
        effect = draft.number("panel.announcement", gaming.announcement, 1, SOURCE)
        error = draft.number("panel.announcement_se", gaming.announcement_se, 1, SOURCE)
        said.append(draft.text("supervisors.announcement", effect=effect, error=error))
    else:
        said.append(draft.text("supervisors.announcement_unknown"))
    if gaming.log_correlation is not None:
        value = draft.number("panel.log_correlation", gaming.log_correlation, 2, SOURCE, no_zero=True)
        n = draft.count("panel.log_n", gaming.log_n, SOURCE)
        said.append(draft.text("supervisors.records", value=value, n=n))
    else:
        said.append(draft.text("supervisors.records_unknown"))
    if panel.impression_correlation is not None:
        value = draft.number("panel.impression", panel.impression_correlation, 2, SOURCE, no_zero=True)
        said.append(draft.text("supervisors.impression", value=value))
    return said
