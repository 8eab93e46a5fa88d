"""A model and the questions that were really asked: drop what the form left out, refuse what nobody can explain."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from wxsat.errors import Fault, ModelError, nearest
from wxsat.finding import Finding
from wxsat.sem.parameter_table import ParameterTable, complete_model
from wxsat.sem.syntax import Constraint, Relation, Syntax, read_syntax


def restrict_model(
    table: ParameterTable,
    available: Collection[str],
    *,
    unasked: Collection[str] = (),
    form: str | None = None,
) -> tuple[ParameterTable, tuple[Finding, ...]]:
    """
    Drop the indicators that a form does not ask.

    Parameters
    ----------
    table : ParameterTable
    available : collection of str
        Names in the data.
    unasked : collection of str
        Items that the instrument knows and the form leaves out; only these may be absent.
    form : str, optional
        Name of the form, for the message.

    Returns
    -------
    ParameterTable
        The same table when nothing is absent, else a new one, completed anew.
    tuple of Finding
        SEM-101 naming what was dropped.

    Raises
    ------
    ModelError
        SEM-021 for variables that neither data nor form explain, SEM-020 for latents left with no indicator.
    """
    # A product A:B is computed from its parts.
    needed = dict.fromkeys(
        part for name in table.observed_names for part in ([name] if name in available else name.split(":"))
    )
    missing = [name for name in needed if name not in available]
    unknown = [name for name in missing if name not in unasked]
    if unknown:
        raise ModelError.from_faults([_unknown(name, table, available) for name in unknown])
    if not missing:
        return table, ()
    gone = set(missing)
    left = {name: [i for i in items if i not in gone] for name, items in table.indicators_of().items()}
    empty = [name for name, items in left.items() if not items]
    where = f"form {form!r}" if form else "the form"
    if empty:
        raise ModelError.from_faults(
            [
                Fault("SEM-020", f"no indicator of the latent {name!r} is asked in {where}.", table.name,
                      "Use a model of that form, or another form.")
                for name in empty
            ]
        )  # fmt: skip
    syntax = table.syntax or read_syntax(table.to_text(), table.name)
    kept, undefined = _without(syntax, gone, _lost_markers(table, gone))
    lost = f" Without them {', '.join(undefined)} cannot be computed." if undefined else ""
    message = f"{where} does not ask {', '.join(missing)}: the model is fitted without them.{lost}"
    evidence = {"items": missing, "form": form or "", "undefined": undefined}
    reduced = complete_model(kept, table.options, table.group_names)
    return reduced, (Finding("SEM-101", "note", ", ".join(missing), message, evidence),)


def _lost_markers(table: ParameterTable, gone: set[str]) -> set[str]:
    return {latent for latent, items in table.indicators_of().items() if items and items[0] in gone}


def _without(syntax: Syntax, gone: set[str], lost: set[str]) -> tuple[Syntax, list[str]]:
    """Return the statements that name nothing of `gone`, and the definitions and constraints that went with it."""
    relations = tuple(
        _remarked(r, lost) for r in syntax.relations if not {*r.lhs.text.split(":"), *r.rhs.text.split(":")} & gone
    )
    known = {str(value) for r in relations for m in r.modifiers if m.kind in ("label", "equal") for value in m.values}
    kept: list[Constraint] = []
    undefined: list[str] = []
    for constraint in syntax.constraints:
        sides = [constraint.right] if constraint.op == ":=" else [constraint.left, constraint.right]
        if {token.text for side in sides for token in side.names} <= known:
            known.add(constraint.left.text)
            kept.append(constraint)
        else:
            whole = f"{constraint.left.text}{constraint.op}{constraint.right.text}"
            undefined.append(constraint.left.text if constraint.op == ":=" else whole)
    return replace(syntax, relations=relations, constraints=tuple(kept)), undefined


def _remarked(relation: Relation, lost: set[str]) -> Relation:
    # A first loading freed by the text stays free, but a latent that lost its marker gets a new one by default.
    if relation.op != "=~" or relation.lhs.text not in lost:
        return relation
    kept = tuple(m for m in relation.modifiers if m.kind != "fixed" or m.values != (None,))
    return replace(relation, modifiers=kept)


def _unknown(name: str, table: ParameterTable, available: Collection[str]) -> Fault:
    known = list(available)
    shown = ", ".join(known[:12]) + (f", ... ({len(known)} in all)" if len(known) > 12 else "")
    hint = nearest(name, known).strip() or f"The data have: {shown}."
    return Fault("SEM-021", f"the model names {name!r}, which the data do not have.", table.name, hint)
