"""Reliability and convergent validity of each construct."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.finding import refusals
from wxsat.present.numbers import Language
from wxsat.present.table import Table
from wxsat.present.tables.building import TableBuilder, records

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.instrument.instrument import Instrument
    from wxsat.psychometrics.scales import ScaleQuality
    from wxsat.sem.result import SemResult


def tabulate_reliability(scales: ScaleQuality, instrument: Instrument | None, language: Language) -> Table:
    """Return alpha with its interval, its ordinal counterparts, omega, CR and AVE, one row a construct."""
    build = TableBuilder("reliability", instrument, language)
    build.add_column("construct")
    build.add_column("n", "integer")
    build.add_column("n_items", "integer")
    build.add_column("alpha", "number", no_zero=True)
    build.add_interval("alpha_ci_lower", "alpha_ci_upper", no_zero=True)
    for name in ("alpha_std", "alpha_ordinal", "omega", "omega_ordinal", "cr", "ave", "mean_r", "loading_min"):
        build.add_column(name, "number", no_zero=True)
    for row in records(scales.reliability):
        figures = (row.get(column.name) for column in build.columns[1:])
        build.add_row(str(row["construct"]), (build.names.of(row["construct"]), *figures))
    for note in ("alpha", "ordinal", "omega", "ave", "convention"):
        build.add_note(note)
    return build.build()


def tabulate_reliability_bounds(scales: ScaleQuality, instrument: Instrument | None, language: Language) -> Table:
    """
    Return what the first table has no room for: the bootstrap interval of alpha, omega hierarchical, rho_A, glb.

    Omega hierarchical stands there when a construct has the items for it, the interval when there were draws.
    """
    build = TableBuilder("reliability_bounds", instrument, language)
    build.add_column("construct")
    build.add_column("alpha", "number", no_zero=True)
    draws = int(scales.settings["draws"])
    if draws:
        build.add_interval("alpha_boot_lower", "alpha_boot_upper", no_zero=True)
    general = scales.reliability["omega_h"].notna().any()
    for name in (*(("omega_h", "omega_h_bifactor") if general else ()), "rho_a", "glb", "loading_max"):
        build.add_column(name, "number", no_zero=True)
    for row in records(scales.reliability):
        figures = (row.get(column.name) for column in build.columns[1:])
        build.add_row(str(row["construct"]), (build.names.of(row["construct"]), *figures))
    if draws:
        build.add_note("boot", draws=draws)
    for note in (*(("omega_h",) if general else ()), "rho_a", "glb"):
        build.add_note(note)
    return build.build()


def tabulate_composite_reliability(
    frame: pd.DataFrame, fit: SemResult, instrument: Instrument | None, language: Language
) -> Table:
    """Return the reliability of the sum of each factor's items, its errors correlated as the model has them."""
    build = TableBuilder("composite_reliability", instrument, language)
    groups = frame["group"].nunique() > 1
    if groups:
        build.add_column("group")
    build.add_column("factor")
    build.add_column("n_items", "integer")
    build.add_column("omega", "number", no_zero=True)
    build.add_column("omega_implied", "number", no_zero=True)
    build.add_column("ave", "number", no_zero=True)
    marked = bool(refusals(fit.findings))
    for row in records(frame):
        lead = (str(row["group"]),) if groups else ()
        figures = (row["n_items"], row["omega"], row["omega_implied"], row["ave"])
        build.add_row(f"{row['factor']}.{row['group']}" if groups else str(row["factor"]),
                      (*lead, build.names.of(row["factor"]), *figures), marked=marked)  # fmt: skip
    build.add_note("formula", n=fit.n_obs)
    build.add_refusal(fit.findings)
    return build.build()
