"""Direct, indirect and total effects, and the parameters a model defines from others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wxsat.present.numbers import Language
from wxsat.present.table import Table
from wxsat.present.tables.building import TableBuilder, records
from wxsat.present.tables.parameters import FIGURES, add_figures, has_groups, key_of, mark_of, parameters_with

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument
    from wxsat.sem.result import SemResult

KINDS = ("direct", "indirect", "total")


def tabulate_effects(
    result: SemResult,
    instrument: Instrument | None,
    language: Language,
    *,
    id: str = "",
    refused: bool | None = None,
) -> Table:
    """
    Return the effects, one row a pair of constructs that a path joins, under each outcome.

    Only pairs with an indirect effect are listed: for the others the total effect is the path itself.
    """
    build = TableBuilder("effects", instrument, language, id)
    build.add_column("outcome", collapse=True)
    build.add_column("source")
    build.add_column("direct", "number", 3)
    build.add_column("indirect", "number", 3)
    build.add_column("indirect_se", "number", 3)
    build.add_column("indirect_p", "p_value", 3)
    build.add_column("total", "number", 3)
    build.add_column("total_se", "number", 3)
    build.add_column("total_p", "p_value", 3)
    build.add_column("total_std", "number", 3, no_zero=True)
    for (outcome, source), kinds in _by_pair(result).items():
        if "indirect" not in kinds:
            continue
        names = (build.names.of(outcome), build.names.of(source))
        build.add_row(f"{outcome}~{source}", (*names, *_figures(kinds)), marked=mark_of(result, refused))
    build.add_note("effects", n=result.n_obs)
    build.add_note("association")
    build.add_refusal(result.findings)
    return build.build()


def tabulate_defined(
    result: SemResult,
    instrument: Instrument | None,
    language: Language,
    *,
    id: str = "",
    refused: bool | None = None,
) -> Table:
    """Return the parameters that the model text defines with ``:=``, with delta-method errors."""
    build = TableBuilder("defined", instrument, language, id)
    build.add_column("parameter")
    build.add_column("formula")
    add_figures(build)
    groups = has_groups(result)
    for row in parameters_with(result, ":="):
        cells = (row["lhs"], row["rhs"], *(row[name] for name in FIGURES))
        build.add_row(key_of({**row, "op": "", "rhs": ""}, groups), cells, marked=mark_of(result, refused))
    build.add_note("delta", n=result.n_obs)
    build.add_refusal(result.findings)
    return build.build()


def _by_pair(result: SemResult) -> dict[tuple[str, str], dict[str, dict[str, Any]]]:
    pairs: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
    for row in records(result.effects):
        if row["kind"] in KINDS:
            pairs.setdefault((str(row["outcome"]), str(row["source"])), {})[str(row["kind"])] = row
    outcomes = list(dict.fromkeys(outcome for outcome, _ in pairs))
    return dict(sorted(pairs.items(), key=lambda item: outcomes.index(item[0][0])))


def _figures(kinds: dict[str, dict[str, Any]]) -> list[Any]:
    direct, indirect, total = (kinds.get(kind, {}) for kind in KINDS)
    return [
        # No direct path is no missing figure: the cell stays blank.
        direct.get("estimate") if direct else "",
        *(indirect.get(name) for name in ("estimate", "std_error", "p_value")),
        *(total.get(name) for name in ("estimate", "std_error", "p_value", "std_all")),
    ]
