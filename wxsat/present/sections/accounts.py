"""Accounts as evidence: the path between them over three sources, and places as intervals instead of a ranking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.present.document import Block, Paragraph
from wxsat.present.tables.between import tabulate_chain
from wxsat.present.tables.ranks import tabulate_account_ranks, tabulate_dilemma_ranks

if TYPE_CHECKING:
    from wxsat.diagnosis.multilevel import AccountChain
    from wxsat.diagnosis.three_sources import Evidence
    from wxsat.present.draft import Draft

WHERE = "wxsat.diagnosis.multilevel"


def describe_ranks(draft: Draft, evidence: Evidence) -> list[Block]:
    """Return the places of the dilemmas and of the accounts, as far as there are any."""
    blocks: list[Block] = []
    if len(evidence.dilemma_ranks):
        blocks.append(Paragraph(draft.words.get("accounts.dilemma_ranks")))
        blocks.append(draft.table(tabulate_dilemma_ranks(evidence.dilemma_ranks, draft.instrument, draft.language)))
    if len(evidence.account_ranks):
        blocks.append(Paragraph(draft.words.get("accounts.account_ranks")))
        blocks.append(draft.table(tabulate_account_ranks(evidence.account_ranks, draft.instrument, draft.language)))
    return blocks


def describe_chain(draft: Draft, chain: AccountChain) -> list[Block]:
    """Return the path between accounts: a sentence with its figures, and its table; nothing without it."""
    if chain.paths.empty:
        return []
    return [
        Paragraph(draft.words.get("accounts.chain")),
        Paragraph(_sentence(draft, chain)),
        draft.table(tabulate_chain(chain, draft.instrument, draft.language)),
    ]


def _sentence(draft: Draft, chain: AccountChain) -> str:
    rows = chain.paths[chain.paths["model"] == "chain"].set_index("path").to_dict("index")
    product = rows["indirect"]
    said = draft.words.get(
        "accounts.indirect",
        points=draft.number("between_accounts.indirect", product["estimate"], 1, WHERE),
        low=draft.number("between_accounts.indirect.lower", product["ci_lower"], 1, WHERE),
        high=draft.number("between_accounts.indirect.upper", product["ci_upper"], 1, WHERE),
        reading=draft.words.get(f"accounts.reading.{product['reading']}"),
    )
    method = draft.words.get(f"accounts.method.{chain.method}", n=chain.n_accounts)
    return said + (" " if draft.language == "en" else "") + method
