"""Reliability and convergent validity of each construct."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.present.numbers import Language
from wxsat.present.table import Table
from wxsat.present.tables.building import TableBuilder, records

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument
    from wxsat.psychometrics.scales import ScaleQuality


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
