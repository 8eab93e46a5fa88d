"""Planning: power and coverage by parameter and size, convergence by size, power of the test of fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from wxsat.present.numbers import Language
from wxsat.present.table import Table
from wxsat.present.tables.building import TableBuilder, records

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument
    from wxsat.simulate.power.result import PowerResult
    from wxsat.simulate.power.rmsea import RmseaPower


def tabulate_power(result: PowerResult, instrument: Instrument | None, language: Language) -> Table:
    """Return loadings, paths and defined parameters (all parameters where there are none), sizes under each."""
    build = TableBuilder("power", instrument, language)
    build.add_column("parameter", collapse=True)
    build.add_column("n", "integer")
    for name, digits in (("truth", 2), ("mean", 3), ("sd", 3)):
        build.add_column(name, "number", digits)
    build.add_column("se_ratio", "number", 2)
    for name in ("coverage", "power", "power_mcse"):
        build.add_column(name, "number", 3, no_zero=True)
    rows = records(result.parameters)
    main = [row for row in rows if row["op"] in ("=~", "~", ":=")] or rows
    names = list(dict.fromkeys(row["name"] for row in main))
    for row in sorted(main, key=lambda row: (names.index(row["name"]), row["n"])):
        figures = (row[column.name] for column in build.columns[1:])
        build.add_row(f"{row['name']}.{row['n']}", (row["name"], *figures))
    settings = result.settings
    build.add_note(
        "method", replicates=int(settings["replicates"]), estimator=settings["estimator"],
        missing=float(settings["missing_share"]), seed=str(settings["seed"]), alpha=float(settings["alpha"]),
    )  # fmt: skip
    return build.build()


def tabulate_power_models(result: PowerResult, instrument: Instrument | None, language: Language) -> Table:
    """Return by size how many samples converged, had inadmissible solutions, and were rejected by the test of fit."""
    build = TableBuilder("power_models", instrument, language)
    build.add_column("n", "integer")
    build.add_column("replicates", "integer")
    for name in ("converged", "inadmissible", "rejected"):
        build.add_column(name, "percent", 1)
    for row in records(result.models):
        build.add_row(str(row["n"]), (row[column.name] for column in build.columns))
    build.add_note("reading")
    return build.build()


def tabulate_rmsea_power(found: Sequence[RmseaPower], instrument: Instrument | None, language: Language) -> Table:
    """Return the power of the test of fit, one row a size."""
    build = TableBuilder("rmsea_power", instrument, language)
    build.add_column("test")
    for name in ("df", "n", "groups"):
        build.add_column(name, "integer")
    for name in ("null", "true", "alpha", "power"):
        build.add_column(name, "number", 3 if name in ("null", "true", "power") else 2, no_zero=True)
    for row in (one.to_dict() for one in found):
        figures = (row[column.name] for column in build.columns[1:])
        word = build.words.find(f"tables.rmsea_power.test.{row['test']}") or str(row["test"])
        build.add_row(f"{row['test']}.{row['n']}", (word, *figures))
    build.add_note("source")
    return build.build()
