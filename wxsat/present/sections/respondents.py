"""Respondents: who stayed, who left and why, and who they are."""

from __future__ import annotations

from wxsat.present.document import Block, Paragraph, Section
from wxsat.present.draft import Draft
from wxsat.present.figures.exclusion_flow import plot_exclusion_flow
from wxsat.present.figures.funnel import plot_funnel
from wxsat.present.tables.disclosure import withheld_counts
from wxsat.present.tables.flow import tabulate_flow
from wxsat.present.tables.funnel import tabulate_funnel
from wxsat.present.tables.ledger import tabulate_ledger
from wxsat.present.tables.sample import tabulate_sample
from wxsat.present.tables.weights import tabulate_weights


def describe_respondents(draft: Draft) -> Section | None:
    """Write the section on the respondents; None without responses."""
    responses = draft.content.responses
    if responses is None:
        return None
    read = int(responses.flow["n_left"].iloc[0])
    sentence = draft.text(
        "respondents.flow",
        read=draft.count("sample.read", read, "wxsat.responses.read"),
        kept=draft.count("sample.n", responses.n, "wxsat.responses.clean"),
        share=draft.share("sample.kept_share", responses.n / read, source="wxsat.responses.clean"),
        single=draft.count("sample.single_flag", len(responses.single_flag_rows), "wxsat.responses.clean"),
    )
    blocks: list[Block] = [
        Paragraph(sentence),
        draft.figure(plot_exclusion_flow(responses.flow, language=draft.language)),
        draft.table(tabulate_flow(responses, draft.instrument, draft.language)),
    ]
    funnel = draft.content.funnel
    if funnel is not None and len(funnel) > 2:
        blocks[1:1] = [
            draft.figure(plot_funnel(funnel, language=draft.language)),
            draft.table(tabulate_funnel(funnel, draft.language)),
        ]
    ledger = tabulate_ledger(responses, draft.instrument, draft.language)
    # One plan for all tables: none of them may give away what another withholds.
    withheld = withheld_counts(responses, draft.instrument, draft.content.weighting)
    sample = tabulate_sample(responses, draft.instrument, draft.language, withheld)
    blocks += [draft.table(table) for table in (ledger, sample) if table.rows]
    if draft.content.weighting is not None and len(draft.content.weighting.margins):
        blocks.append(
            draft.table(tabulate_weights(draft.content.weighting, draft.instrument, draft.language, withheld))
        )
    return Section("respondents", draft.text("respondents.title"), tuple(blocks))
