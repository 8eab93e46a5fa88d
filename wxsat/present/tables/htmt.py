"""Heterotrait-monotrait ratios of correlations as a lower triangle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.present.numbers import Language
from wxsat.present.table import Table
from wxsat.present.tables.building import TableBuilder, records
from wxsat.present.tables.triangle import add_triangle

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument
    from wxsat.psychometrics.scales import ScaleQuality

HIGH = 0.85


def tabulate_htmt(scales: ScaleQuality, instrument: Instrument | None, language: Language) -> Table:
    """Return HTMT as a matrix; the notes list the pairs at or above .85 with their intervals."""
    build = TableBuilder("htmt", instrument, language)
    pairs = records(scales.htmt)
    add_triangle(build, pairs, "htmt")
    build.add_note("formula")
    build.add_note("convention")
    high = [pair for pair in pairs if pair["htmt"] is not None and pair["htmt"] >= HIGH]
    for pair in sorted(high, key=lambda pair: -pair["htmt"]):
        shown = {name: pair[name] for name in ("htmt", "htmt2", "ci_lower", "ci_upper")}
        build.add_note("high", a=build.names.of(pair["a"]), b=build.names.of(pair["b"]), **shown)
    return build.build()
