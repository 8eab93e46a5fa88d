"""Vetoes in words: which rule of official inspections is broken, and by how many accounts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from wxsat.present.draft import Draft

_COUNTED = re.compile(r"(?P<indicator>\w+) \((?P<accounts>\d+)\)")


def veto_words(draft: Draft, row: Mapping[str, Any], source: str) -> str:
    """Return a dilemma's vetoes as a policy writer reads them, each with its number of accounts.

    Parameters
    ----------
    draft : Draft
        The report being written; the counts are recorded as ``record.<dilemma>.veto.<indicator>``.
    row : mapping
        A row of the combined table: ``dilemma`` and ``veto`` (``"L01 (7); L07 (8)"``).
    source : str
        What computed the counts.

    Returns
    -------
    str
        For instance ``"updates interrupted for too long (L01): 7 accounts, ..."``; an indicator without words of its
        own (a city's own veto) is called by its identifier.
    """
    return draft.join(
        draft.text(
            "evidence.veto_of_one" if int(found["accounts"]) == 1 else "evidence.veto_of",
            name=_name(draft, found["indicator"]),
            n=draft.count(f"record.{row['dilemma']}.veto.{found['indicator']}", int(found["accounts"]), source),
        )
        for found in _COUNTED.finditer(row["veto"])
    )


def _name(draft: Draft, indicator: str) -> str:
    return draft.words.find(f"report.evidence.veto_names.{indicator}") or indicator
