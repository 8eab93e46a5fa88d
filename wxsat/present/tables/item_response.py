"""The graded-response model of a scale: slopes and thresholds of its items, information by trait level."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.present.numbers import Language
from wxsat.present.table import Cell, Column, Table
from wxsat.present.tables.building import TableBuilder, records

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument
    from wxsat.psychometrics.item_response.evaluate import ScaleResponse

LEVELS = (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0)


def tabulate_item_response(scale: ScaleResponse, instrument: Instrument | None, language: Language) -> Table:
    """Return slope with standard error and the thresholds, one row an item."""
    build = TableBuilder("item_response", instrument, language, id=f"item_response.{scale.scale}")
    most = max(len(codes) for codes in scale.categories) - 1
    build.add_column("item")
    build.add_column("slope", "number", 2)
    build.add_column("slope_se", "number", 2)
    build.columns.extend(Column(f"b{k}", f"b{_lowered(k)}", "number", 2) for k in range(1, most + 1))
    rows = records(scale.parameters())
    for item in scale.items:
        own = [row for row in rows if row["item"] == item]
        thresholds: list[Cell] = [row["estimate"] for row in own if row["parameter"] == "b"]
        slope = next(row for row in own if row["parameter"] == "a")
        # An item with fewer categories has no further thresholds: blank, not missing.
        blanks: list[Cell] = [""] * (most - len(thresholds))
        build.add_row(item, (item, slope["estimate"], slope["std_error"], *thresholds, *blanks))
    build.add_note("model", n=scale.fit.n_obs, loglik=scale.fit.log_likelihood, reliability=scale.reliability)
    return build.build(name=build.names.of(scale.scale))


def tabulate_information(scale: ScaleResponse, instrument: Instrument | None, language: Language) -> Table:
    """Return the information of the scale and the standard error of a score at whole trait levels."""
    build = TableBuilder("information", instrument, language, id=f"information.{scale.scale}")
    build.add_column("theta", "number", 0)
    build.add_column("information", "number", 2)
    build.add_column("std_error", "number", 2)
    build.add_column("reliability", "number", 2, no_zero=True)
    for row in records(scale.information(LEVELS)):
        information = float(row["test"])
        cells = (row["theta"], information, row["std_error"], information / (information + 1))
        build.add_row(f"{row['theta']:g}", cells)
    build.add_note("reading")
    return build.build(name=build.names.of(scale.scale))


def _lowered(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
