"""Intervals of places: of the dilemmas by severity, of the accounts within each dilemma. There is no league table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wxsat.present.numbers import Language
from wxsat.present.table import Table
from wxsat.present.tables.building import TableBuilder, records

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.instrument.instrument import Instrument

MOST_ACCOUNTS = 60
TOLD_APART = 0.80


def tabulate_dilemma_ranks(ranks: pd.DataFrame, instrument: Instrument | None, language: Language) -> Table:
    """Return the interval of each dilemma's place, and the probability of being the most and the least severe."""
    build = TableBuilder("dilemma_ranks", instrument, language)
    build.add_column("dilemma")
    build.add_column("S", "number", 1)
    build.add_column("places")
    build.add_column("p_most_severe", "probability", 2)
    build.add_column("p_least_severe", "probability", 2)
    for row in records(ranks):
        figures = (row["S"], places(row), row["p_most_severe"], row["p_least_severe"])
        build.add_row(str(row["dilemma"]), (build.names.of(row["dilemma"]), *figures))
    build.add_note("reading")
    return build.build()


def tabulate_account_ranks(ranks: pd.DataFrame, instrument: Instrument | None, language: Language) -> Table:
    """
    Return the interval of each account's place in every dilemma, accounts in the order of their names.

    Of more than 60 accounts, those that some dilemma puts into the best or the worst quarter with a probability of
    at least .80.
    """
    build = TableBuilder("account_ranks", instrument, language)
    dilemmas = [str(d) for d in dict.fromkeys(ranks["dilemma"])]
    build.add_column("account")
    for dilemma in dilemmas:
        _add_named(build, f"{dilemma}_places", "text", build.names.of(dilemma), "places")
        _add_named(build, f"{dilemma}_best", "probability", build.names.of(dilemma), "p_best_quarter")
    rows = records(ranks)
    by_account: dict[str, dict[str, dict[str, Any]]] = {}
    for row in rows:
        by_account.setdefault(str(row["account"]), {})[str(row["dilemma"])] = row
    shown = sorted(by_account)
    if len(shown) > MOST_ACCOUNTS:
        shown = [name for name in shown if any(_told_apart(row) for row in by_account[name].values())]
        build.add_note("shortened", shown=len(shown), total=len(by_account))
    for name in shown:
        cells: list[Any] = [name]
        for dilemma in dilemmas:
            own = by_account[name].get(dilemma)
            cells += [places(own), own["p_best_quarter"]] if own else ["", ""]
        build.add_row(name, cells)
    build.add_note("reading", n=max((int(row["n_ranked"]) for row in rows), default=0))
    build.add_note("no_league")
    return build.build()


def _told_apart(row: dict[str, Any]) -> bool:
    return bool(max(row["p_best_quarter"], row["p_worst_quarter"]) >= TOLD_APART)


def _add_named(build: TableBuilder, name: str, kind: Any, dilemma: str, what: str) -> None:
    from wxsat.present.table import Column

    heading = build.words.get(f"tables.account_ranks.columns.{what}")
    build.columns.append(Column(name, f"{dilemma}: {heading}", kind, 2))


def places(row: dict[str, Any]) -> str:
    """
    Return an interval of places as text.

    Examples
    --------
    >>> places({"rank_lower": 1, "rank_upper": 3}), places({"rank_lower": 2, "rank_upper": 2})
    ('1–3', '2')
    """
    lower, upper = int(row["rank_lower"]), int(row["rank_upper"])
    return str(lower) if lower == upper else f"{lower}–{upper}"
