"""The path between accounts: leaders' commitment, reply rate, non-response, satisfaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.present.numbers import MINUS, Language
from wxsat.present.table import Table
from wxsat.present.tables.building import TableBuilder, records

if TYPE_CHECKING:
    from wxsat.diagnosis.multilevel import AccountChain
    from wxsat.instrument.instrument import Instrument


def tabulate_chain(chain: AccountChain, instrument: Instrument | None, language: Language) -> Table:
    """Return the steps of the path, their product, and the respondents' own path, with their intervals."""
    build = TableBuilder("between_accounts", instrument, language)
    build.add_column("model", collapse=True)
    build.add_column("path")
    build.add_column("unit")
    build.add_column("expected")
    build.add_column("estimate", "number", 2)
    build.add_column("std_error", "number", 2)
    build.add_interval(digits=2)
    build.add_column("reading")
    word = build.words.get
    for row in records(chain.paths):
        path, model = str(row["path"]), str(row["model"])
        names = (word(f"tables.between_accounts.{kind}.{row[kind]}") for kind in ("model", "path"))
        unit = word(f"tables.between_accounts.unit.{path}")
        expected = str(row["expected"]).replace("-", MINUS)
        figures = (row[name] for name in ("estimate", "std_error", "ci_lower", "ci_upper"))
        build.add_row(
            f"{model}.{path}",
            (*names, unit, expected, *figures, word(f"tables.between_accounts.reading.{row['reading']}")),
        )
    build.add_note(f"method_{chain.method}", n_accounts=chain.n_accounts, n=chain.n)
    build.add_note("models")
    figures_of = chain.figures
    build.add_note(
        "agreement", **{name: figures_of.get(name) for name in ("icc1_UNA", "icc2_UNA", "icc1_SAT", "icc2_SAT")}
    )
    if chain.method == "two_level":
        fit = {name: figures_of.get(name) for name in ("chisq", "df", "cfi", "rmsea", "srmr_within", "srmr_between")}
        build.add_note("fit", **fit)
    build.add_note("reading")
    return build.build()
