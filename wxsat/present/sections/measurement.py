"""Measurement: reliability and the distinctness of the constructs."""

from __future__ import annotations

from wxsat.present.document import Block, Paragraph, Section
from wxsat.present.draft import Draft
from wxsat.present.figures.htmt import plot_htmt
from wxsat.present.figures.reliability import plot_reliability
from wxsat.present.sections.summary import scales_with_omega
from wxsat.present.tables.fornell_larcker import tabulate_fornell_larcker
from wxsat.present.tables.htmt import tabulate_htmt
from wxsat.present.tables.reliability import tabulate_reliability, tabulate_reliability_bounds

SOURCE = "wxsat.psychometrics.validity"


def describe_measurement(draft: Draft) -> Section | None:
    """Write the section on measurement; None without scale statistics."""
    scales = draft.content.scales
    if scales is None:
        return None
    total, enough = scales_with_omega(draft)
    source = "wxsat.psychometrics.reliability"
    intro = draft.text(
        "measurement.intro",
        ok=draft.count("reliability.enough", enough, source),
        total=draft.count("reliability.scales", total, source),
    )
    blocks: list[Block] = [
        Paragraph(intro),
        draft.table(tabulate_reliability(scales, draft.instrument, draft.language)),
        draft.table(tabulate_reliability_bounds(scales, draft.instrument, draft.language)),
        draft.figure(plot_reliability(scales.reliability, language=draft.language, instrument=draft.instrument)),
    ]
    if not scales.htmt.empty:
        blocks.append(Paragraph(_largest_htmt(draft)))
        blocks.append(draft.figure(plot_htmt(scales.htmt, language=draft.language, instrument=draft.instrument)))
        blocks.append(draft.table(tabulate_htmt(scales, draft.instrument, draft.language)))
        blocks.append(draft.table(tabulate_fornell_larcker(scales, draft.instrument, draft.language)))
    return Section("measurement", draft.text("measurement.title"), tuple(blocks))


def _largest_htmt(draft: Draft) -> str:
    assert draft.content.scales is not None
    frame = draft.content.scales.htmt.dropna(subset=["htmt"])
    if frame.empty:
        return ""
    row = frame.sort_values("htmt").iloc[-1]
    key = "htmt.largest"
    return draft.text(
        "measurement.htmt",
        a=draft.name_of(row["a"]),
        b=draft.name_of(row["b"]),
        value=draft.number(f"{key}.htmt", row["htmt"], 2, SOURCE, no_zero=True),
        low=draft.number(f"{key}.ci_lower", row["ci_lower"], 2, SOURCE, no_zero=True),
        high=draft.number(f"{key}.ci_upper", row["ci_upper"], 2, SOURCE, no_zero=True),
    )
