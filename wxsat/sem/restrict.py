"""A model and the questions that were really asked: drop what the form left out, refuse what nobody can explain."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from wxsat.errors import Fault, ModelError, nearest
from wxsat.finding import Finding
from wxsat.sem.parameter_table import MODEL_OPS, Parameter, ParameterTable, parse_model
from wxsat.sem.reparse import expression_of


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
    missing = [name for name in table.observed_names if name not in available]
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
    said = [row for row in table.rows if row.user == 1 and not {row.lhs, row.rhs} & gone]
    kept, undefined = _still_defined(said)
    lost = f" Without them {', '.join(undefined)} cannot be computed." if undefined else ""
    message = f"{where} does not ask {', '.join(missing)}: the model is fitted without them.{lost}"
    evidence = {"items": missing, "form": form or "", "undefined": undefined}
    return _rewritten(table, kept, gone), (Finding("SEM-101", "note", ", ".join(missing), message, evidence),)


def _still_defined(said: list[Parameter]) -> tuple[list[Parameter], list[str]]:
    """Split off the definitions and constraints whose labels went with a dropped item."""
    known = {row.label for row in said if row.op in MODEL_OPS} | {row.plabel for row in said}
    kept: list[Parameter] = []
    undefined: list[str] = []
    for row in said:
        if row.op in MODEL_OPS:
            kept.append(row)
            continue
        sides = [row.rhs] if row.op == ":=" else [row.lhs, row.rhs]
        used = {token.text for side in sides for token in expression_of(side).names}
        if not used <= known:
            undefined.append(row.lhs if row.op == ":=" else row.name)
            continue
        known.add(row.lhs)
        kept.append(row)
    return kept, undefined


def _unknown(name: str, table: ParameterTable, available: Collection[str]) -> Fault:
    known = list(available)
    shown = ", ".join(known[:12]) + (f", ... ({len(known)} in all)" if len(known) > 12 else "")
    hint = nearest(name, known).strip() or f"The data have: {shown}."
    return Fault("SEM-021", f"the model names {name!r}, which the data do not have.", table.name, hint)


def _rewritten(table: ParameterTable, said: list[Parameter], gone: set[str]) -> ParameterTable:
    """Write the statements that are left again, and complete them anew."""
    markers = {lhs: items[0] for lhs, items in table.indicators_of().items() if items}
    lost = {latent for latent, item in markers.items() if item in gone}
    lines = []
    for row in said:
        if row.op == "=~" and markers.get(row.lhs) == row.rhs and row.ustart == 1.0:
            row = replace(row, ustart=None)
        lines.append(_statement(row, lost))
    return parse_model(
        "\n".join(lines),
        std_lv=table.std_lv,
        orthogonal=table.orthogonal,
        fixed_x=table.fixed_x,
        name=table.name,
    )


def _statement(row: Parameter, lost: set[str]) -> str:
    if row.op in (":=", "==", "<", ">"):
        return f"{row.lhs} {row.op} {row.rhs}"
    modifiers: list[str] = []
    # A first loading freed by the text stays free, but a latent that lost its marker gets a new one by default.
    if row.free and row.op == "=~" and row.lhs in lost:
        pass
    elif row.ustart is not None and not row.free:
        modifiers.append(f"{row.ustart!r}*")
    elif row.free and row.ustart is not None:
        modifiers.append(f"start({row.ustart!r})*")
    if row.label:
        modifiers.append(f'equal("{row.label}")*' if "~" in row.label else f"{row.label}*")
    rhs, op = ("1", "~") if row.op == "~1" else (row.rhs, row.op)
    return f"{row.lhs} {op} {''.join(modifiers)}{rhs}"
