"""The Fornell-Larcker comparison: latent correlations below the diagonal, square roots of AVE on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.present.numbers import Language
from wxsat.present.table import Cell, Table
from wxsat.present.tables.building import TableBuilder, records
from wxsat.present.tables.triangle import add_triangle

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument
    from wxsat.psychometrics.scales import ScaleQuality


def tabulate_fornell_larcker(scales: ScaleQuality, instrument: Instrument | None, language: Language) -> Table:
    """Return the correlations with the square roots of AVE; the notes name the pairs that fail."""
    build = TableBuilder("fornell_larcker", instrument, language)
    pairs = records(scales.fornell_larcker)
    roots: dict[str, Cell] = {}
    for pair in pairs:
        roots[str(pair["a"])] = pair["sqrt_ave_a"]
        roots[str(pair["b"])] = pair["sqrt_ave_b"]
    add_triangle(build, pairs, "correlation", roots)
    build.add_note("formula")
    build.add_note("convention")
    failing = [build.names.pair(pair["a"], pair["b"]) for pair in pairs if pair["distinct"] is False]
    if failing:
        build.add_note("failing", n=len(failing), pairs=failing)
    return build.build()
