"""Shares, order of measures, hypotheses, split samples and rivals, as tables of the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.present.numbers import MINUS, Language
from wxsat.present.table import Table
from wxsat.present.tables.building import TableBuilder, records

if TYPE_CHECKING:
    from wxsat.diagnosis.result import Diagnosis
    from wxsat.instrument.instrument import Instrument

# table: its columns, each with kind and digits (text without), and the places that hold names of constructs
LAYOUT: dict[str, tuple[tuple[str, str, int], ...]] = {
    "shapley": (
        ("dilemma", "text", 0), ("lmg_share", "percent", 0), ("lmg_share_lower", "share_interval", 0),
        ("causal_share", "percent", 0), ("causal_share_lower", "share_interval", 0),
    ),
    "sequence": (
        ("step", "number", 0), ("dilemma", "text", 0), ("marginal", "number", 1), ("cumulative", "number", 1),
        ("p_order", "percent", 0), ("cost", "priced", 0), ("gain_per_cost", "priced", 2),
    ),
    "hypotheses": (
        ("hypothesis", "text", 0), ("predictor", "text", 0), ("outcome", "text", 0), ("expected", "text", 0),
        ("estimate", "number", 2), ("std_all", "number", 2), ("p_holm", "p_value", 3), ("verdict", "text", 0),
    ),
    "claims": (
        ("claim", "claim", 0), ("figure", "text", 0), ("estimate", "number", 2), ("ci_lower", "interval", 2),
        ("verdict", "text", 0),
    ),
    "split_sample": (
        ("dilemma", "text", 0), ("same_person", "number", 2), ("cross_person", "number", 2), ("ratio", "number", 2),
        ("ratio_lower", "own_interval", 2), ("icc2", "number", 2), ("n_accounts", "number", 0), ("verdict", "text", 0),
    ),
    "rivals": (
        ("model", "text", 0), ("claim", "text", 0), ("chisq", "number", 1), ("df", "number", 0), ("cfi", "number", 3),
        ("rmsea", "number", 3), ("srmr", "number", 3), ("delta_bic", "number", 1), ("p_value", "p_value", 3),
        ("preferred", "text", 0),
    ),
    "confounders": (
        ("dilemma", "text", 0), ("adjusted_for", "text", 0), ("correlation", "number", 2), ("ci_lower", "interval", 2),
        ("vanishing", "number", 2), ("vanishing_ci", "number", 2), ("left_02", "number", 2), ("left_03", "number", 2),
        ("left_04", "number", 2),
    ),
}  # fmt: skip
NAMED = ("dilemma", "predictor", "outcome")
WORDED = ("verdict", "claim", "preferred")


def tabulate_structure(
    name: str, diagnosis: Diagnosis, instrument: Instrument | None, language: Language, *, refused: bool = False
) -> Table:
    """Return one of the structural tables, `name` one of `LAYOUT`."""
    build = TableBuilder(name, instrument, language)
    frame = diagnosis.structural.frames()[name]
    for column, kind, digits in LAYOUT[name]:
        if kind == "priced" and frame[column].isna().all():
            continue  # nobody gave a cost
        if kind in ("text", "claim"):
            build.add_column(column)
        elif kind == "interval":
            build.add_interval(digits=digits)
        elif kind in ("share_interval", "own_interval"):
            upper = column.removesuffix("_lower") + "_upper"
            build.add_interval(
                column, upper, digits, kind="percent" if kind == "share_interval" else "number", joined="ci"
            )
        elif kind == "p_value":
            build.add_column(column, "p_value")
        else:
            build.add_column(column, "percent" if kind == "percent" else "number", digits)
    for i, row in enumerate(records(frame)):
        told = row["claim"] if name == "claims" else None
        for column in row:
            if column in NAMED:
                row[column] = build.names.of(row[column])
            elif column == "adjusted_for":
                held = [build.names.of(d) for d in row[column].split(", ") if d]
                row[column] = ("、" if language == "zh" else ", ").join(held)
            elif column == "expected":
                row[column] = row[column].replace("-", MINUS)
            elif column in WORDED and row[column] and row[column] != told:
                row[column] = build.words.get(f"tables.structure_words.{str(row[column]).replace(' ', '_')}")
        if told is not None:
            row |= {part: build.words.get(f"tables.claims.{part}.{told}") for part in ("figure", "claim")}
        build.add_row(str(i), (row[column.name] for column in build.columns), marked=refused)
    build.add_note("reading")
    build.add_refusal(diagnosis.findings)
    return build.build()
