"""Figures of records and needs: how long messages wait, month by month, where claims and experience part."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from wxsat.present.document import Block, Paragraph
from wxsat.present.draft import Draft
from wxsat.present.figures.control_chart import plot_control_charts
from wxsat.present.figures.reply_survival import plot_reply_survival
from wxsat.present.figures.response_surface import plot_response_surface
from wxsat.present.figures.wording import phrase
from wxsat.records.waiting import HORIZON

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.diagnosis.three_sources import Evidence
    from wxsat.records.audit import AuditResult

VALUE_DILEMMA = "D3"
FEWEST_ACCOUNTS = 9
THIRDS = ("low", "middle", "high")


def describe_replies(draft: Draft, evidence: Evidence) -> list[Block]:
    """Return the figures of waiting for a reply; none without the accounts' own records."""
    audited = draft.content.audit
    if audited is None or audited.reply_times.empty:
        return []
    blocks: list[Block] = _waiting(draft, audited)
    by_kind = plot_reply_survival(audited.reply_times, language=draft.language)
    if by_kind is not None:
        blocks += [Paragraph(draft.text("replies.text")), draft.figure(by_kind)]
    thirds = public_thirds(evidence.accounts)
    if thirds:
        names = {third: phrase(draft.language, f"reply_survival.thirds.{third}") for third in THIRDS}
        groups = {account: names[third] for account, third in thirds.items()}
        figure = plot_reply_survival(
            audited.reply_times, language=draft.language, groups=groups, order=[names[t] for t in THIRDS]
        )
        if figure is not None:
            blocks += [Paragraph(draft.text("replies.groups")), draft.figure(figure)]
    return [*blocks, *_by_month(draft, audited.monthly)]


def _waiting(draft: Draft, audited: AuditResult) -> list[Block]:
    """Say how long a message waits on average, within the first 15 working days."""
    waiting = audited.waiting().head(1)
    if waiting.empty or not isfinite(waiting["mean_wait"].iloc[0]):
        return []
    row, source = waiting.iloc[0], "wxsat.records.waiting"
    return [
        Paragraph(
            draft.text(
                "replies.waiting",
                n=draft.count("replies.n", int(row["n"]), source),
                mean=draft.number("replies.mean_wait", float(row["mean_wait"]), 1, source),
                horizon=draft.number("replies.horizon", HORIZON, 0, source),
                share=draft.share("replies.within_limit", float(row["within_limit"]), 0, source),
                limit=draft.number("replies.limit", float(audited.settings["sla_days"]), 0, source),
            )
        )
    ]


def public_thirds(accounts: pd.DataFrame) -> dict[str, str]:
    """Return each account's third by the public's severity of the value dilemma; empty below nine accounts."""
    if accounts.empty or not {"account", "dilemma", "S_pub"} <= set(accounts.columns):
        return {}
    own = accounts[(accounts["dilemma"] == VALUE_DILEMMA) & accounts["S_pub"].notna()]
    if len(own) < FEWEST_ACCOUNTS:
        return {}
    place = own["S_pub"].rank(method="first").to_numpy() - 1
    return {
        str(account): THIRDS[min(2, int(3 * rank / len(own)))]
        for account, rank in zip(own["account"], place, strict=True)
    }


def _by_month(draft: Draft, monthly: pd.DataFrame) -> list[Block]:
    if monthly.empty:
        return []
    title = phrase(draft.language, "control_chart.records")
    unit = phrase(draft.language, "control_chart.records_unit")
    chart = plot_control_charts(
        {title: monthly}, units={title: unit}, language=draft.language, id="records_months", title=title
    )
    return [] if chart is None else [Paragraph(draft.text("replies.months")), draft.figure(chart)]


def describe_surface(draft: Draft, evidence: Evidence) -> list[Block]:
    """Return the response surface of the needs; nothing where it could not be fitted."""
    if evidence.surface.empty:
        return []
    return [
        Paragraph(draft.text("replies.surface")),
        draft.figure(plot_response_surface(evidence.surface, language=draft.language)),
    ]
