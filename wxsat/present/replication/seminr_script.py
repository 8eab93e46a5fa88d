"""A fitted model in seminr's words (R): reflective constructs, relationships and item associations for CB-SEM."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from wxsat.present.replication.replication import Untold

if TYPE_CHECKING:
    from wxsat.sem.parameter_table import ParameterTable
    from wxsat.sem.result import SemResult

_SCRIPT = """\
# The headline model in seminr's language; estimate_cbsem() hands it to lavaan.
# seminr reads answers, not moments: put them beside this script as answers.csv (they are not in this folder).
{untold}library(seminr)
answers <- read.csv("answers.csv", check.names = FALSE, fileEncoding = "UTF-8")
measurement <- constructs(
{constructs}
)
{structure}{associations}fit <- {estimate}(
  data = answers,
  measurement_model = measurement,
{arguments}  estimator = "{estimator}"
)
summary(fit)
"""
_SAID = {
    "groups": "groups; fit each of them, or use model.lavaan",
    "levels": "levels; use model.lavaan",
    "constraints": "equalities, constraints and bounds; use model.lavaan",
    "definitions": "defined parameters; compute them from the estimates",
    "fixed": "values that the model fixes, other than the first loading of a construct",
    "fixed_means": "means of constructs and restrictions on intercepts",
    "higher_order": "constructs measured by constructs",
    "covariances": "covariances other than between two items, and their absence between constructs",
    "observed_paths": "paths between observed variables that are no construct's items",
    "ordered": "ordinal items",
    "missing": "full-information likelihood of missing answers",
    "weights": "weights",
}


def seminr_script(result: SemResult) -> tuple[str, tuple[Untold, ...]]:
    """Return the script, comments naming what seminr cannot express, and the same as a tuple."""
    table = result.table
    topics = _untold(result)
    indicators = {name: _unique(items) for name, items in table.indicators_of().items()}
    constructs = [f"  reflective({_quoted(name)}, {_items(items)})" for name, items in indicators.items()]
    outcomes = {o: p for o, p in table.predictors_of().items() if o in indicators and set(p) & set(indicators)}
    paths = [
        f"  paths(from = {_vector([p for p in given if p in indicators])}, to = {_quoted(outcome)})"
        for outcome, given in outcomes.items()
    ]
    errors = _item_errors(table, indicators)
    arguments = ["structural_model = structure"] if paths else []
    arguments += ["item_associations = associated"] if errors else []
    script = _SCRIPT.format(
        untold="".join(f"# Not expressed here: {_SAID[topic]}.\n" for topic in topics),
        constructs=",\n".join(constructs),
        structure=_assigned("structure <- relationships", paths),
        associations=_assigned("associated <- associations", errors),
        estimate="estimate_cbsem" if paths else "estimate_cfa",
        arguments="".join(f"  {argument},\n" for argument in arguments),
        estimator=result.estimator,
    )
    return script, tuple(Untold("seminr", topic) for topic in topics)


def _item_errors(table: ParameterTable, indicators: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the lines of the free residual covariances of items."""
    items = {item for own in indicators.values() for item in own} - set(indicators)
    return [
        f"  item_errors({_quoted(row.lhs)}, {_quoted(row.rhs)})"
        for row in table.parameters
        if row.op == "~~" and row.group == 1 and row.free and row.lhs != row.rhs and not row.exo
        and {row.lhs, row.rhs} <= items
    ]  # fmt: skip


def _assigned(call: str, lines: Sequence[str]) -> str:
    return f"{call}(\n" + ",\n".join(lines) + "\n)\n" if lines else ""


def _untold(result: SemResult) -> list[str]:
    table = result.table
    indicators = table.indicators_of()
    items = {item for own in indicators.values() for item in own}
    sample = result.outcome.sample if result.outcome is not None else ()
    labels = [row.label for row in table.parameters if row.label and row.free]
    structural = set(table.endogenous) | {row.rhs for row in table.parameters if row.op == "~"}
    latent = set(indicators)
    found = {
        "groups": table.n_groups > 1,
        "levels": table.n_levels > 1,
        "constraints": bool(table.constraints)
        or len(labels) != len(set(labels))
        or any((row.lower, row.upper) != (None, None) for row in table.parameters),
        "definitions": bool(table.definitions),
        "fixed": _fixed_beyond_first(table),
        "fixed_means": _means_modelled(table, latent),
        "higher_order": bool(items & latent),
        "covariances": table.orthogonal or _other_covariances(table, items - latent),
        "observed_paths": bool(structural - latent),
        "ordered": bool(table.ordered),
        "missing": result.missing != "listwise",
        "weights": any(group.weights is not None for group in sample),
    }  # fmt: skip
    return [topic for topic, there in found.items() if there]


def _means_modelled(table: ParameterTable, latent: set[str]) -> bool:
    """Whether means of constructs are free, or intercepts of items are not."""
    intercepts = [row for row in table.parameters if row.op == "~1" and not row.exo and row.lhs not in table.ordered]
    return any(bool(row.free) == (row.lhs in latent) or bool(row.ustart and not row.free) for row in intercepts)


def _fixed_beyond_first(table: ParameterTable) -> bool:
    firsts = {name: items[0] for name, items in table.indicators_of().items()}
    for row in table.parameters:
        if row.free or row.exo or row.op in ("~1", "|", "~*~"):
            continue
        if row.op == "=~" and firsts[row.lhs] == row.rhs and row.ustart == 1:
            continue
        if row.lhs not in table.ordered or row.op != "~~":
            return True
    return False


def _other_covariances(table: ParameterTable, items: set[str]) -> bool:
    """Whether the text itself asks for a covariance that is not between two items."""
    return any(
        row.op == "~~" and row.lhs != row.rhs and row.user == 1 and not {row.lhs, row.rhs} <= items
        for row in table.parameters
    )


def _unique(names: list[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _items(names: list[str]) -> str:
    return f"single_item({_quoted(names[0])})" if len(names) == 1 else _vector(names)


def _vector(names: list[str]) -> str:
    return _quoted(names[0]) if len(names) == 1 else f"c({', '.join(map(_quoted, names))})"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
