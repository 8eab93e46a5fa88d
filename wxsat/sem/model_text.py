"""A table as text and back: every default written out, so that the text alone gives the table again."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from wxsat.errors import Fault, ModelError
from wxsat.sem.model_options import ModelOptions
from wxsat.sem.parameter import MODEL_OPS, Parameter
from wxsat.sem.parameter_table import ParameterTable

if TYPE_CHECKING:
    import pandas as pd

_ROW_LABEL = re.compile(r"\.p(\d+)\.")


def table_text(table: ParameterTable) -> str:
    """
    Return model text that gives the table again.

    Groups with the same parameters share their lines, with ``c()`` where they differ; otherwise, and for levels,
    ``group:`` and ``level:`` lines separate them. Row labels that a constraint uses (``.p7.``) become ``p.7``.
    """
    labels = _labels(table)
    rows = [row for row in table.parameters if not row.exo and not _follows(row, table)]
    shared = table.n_groups == 1 or _same_rows(rows, table.n_groups)
    lines: list[str] = []
    for group in [1] if shared else range(1, table.n_groups + 1):
        if not shared:
            lines.append(f'group: "{table.group_names[group - 1]}"')
        for level in range(1, table.n_levels + 1):
            if table.n_levels > 1:
                lines.append(f"level: {level}")
            for row in rows:
                if (row.group, row.level) == (group, level):
                    same = [r for r in rows if (r.key, r.level) == (row.key, level)] if shared else [row]
                    lines.append(_line(same, labels, _fixed_by_default(row, table)))
    lines += [
        f"{_named(row.lhs, labels)} {row.op} {_named(row.rhs, labels)}"
        for row in table.rows
        if row.op not in MODEL_OPS and not (row.user == 2 and _is_row_label(row.lhs) and _is_row_label(row.rhs))
    ]
    return "\n".join(lines) + "\n"


def table_from_frame(
    frame: pd.DataFrame, options: ModelOptions | None = None, *, name: str = "model", groups: Sequence[str] = ()
) -> ParameterTable:
    """
    Return the table that a frame holds, one row a parameter, columns as in ``ParameterTable.frame``.

    Raises
    ------
    ModelError
        SEM-065 when a column is missing or unknown.
    """
    known = {f.name: f for f in fields(Parameter)}
    wrong = [c for c in ("lhs", "op", "rhs", "free") if c not in frame.columns]
    wrong += [str(c) for c in frame.columns if str(c) not in known]
    if wrong:
        raise ModelError.from_faults(
            [
                Fault("SEM-065", f"column {c!r} is missing or unknown.", name, f"Known: {', '.join(known)}.")
                for c in wrong
            ]
        )
    rows = tuple(_row_from(i, record) for i, record in enumerate(frame.to_dict("records"), start=1))
    n_groups = max((row.group for row in rows), default=1)
    names = tuple(groups) or (("",) if n_groups == 1 else tuple(str(g) for g in range(1, n_groups + 1)))
    return ParameterTable(rows, options or ModelOptions(), name, names)


def _row_from(position: int, record: dict[Any, Any]) -> Parameter:
    values: dict[str, Any] = {"id": position, "user": 1, "plabel": f".p{position}."}
    for f in fields(Parameter):
        value = record.get(f.name)
        if value is None or value != value:
            continue
        kinds: dict[str, Callable[[Any], Any]] = {"int": int, "str": str, "float | None": float}
        values[f.name] = kinds[str(f.type)](value)
    values.setdefault("block", values.get("group", 1))
    return Parameter(**values)


def _follows(row: Parameter, table: ParameterTable) -> bool:
    """Whether a row is no parameter: residual variances of ordinal variables under delta."""
    own = row.op == "~~" and row.lhs == row.rhs
    return own and row.lhs in table.options.ordered_names and table.options.parameterization == "delta"


def _fixed_by_default(row: Parameter, table: ParameterTable) -> bool:
    """Whether a row that is written without a modifier may be fixed, so that a free one has to say so."""
    ordinal = row.lhs in table.options.ordered_names and row.lhs == row.rhs
    return row.op in ("=~", "~1") or table.std_lv or ordinal


def _same_rows(rows: Sequence[Parameter], n_groups: int) -> bool:
    keys = [{(r.key, r.level) for r in rows if r.group == g} for g in range(1, n_groups + 1)]
    return all(k == keys[0] for k in keys)


def _is_row_label(text: str) -> bool:
    return _ROW_LABEL.fullmatch(text) is not None


def _named(text: str, labels: dict[str, str]) -> str:
    """Write the row labels of an expression as the labels that their rows have in the text."""
    return _ROW_LABEL.sub(lambda found: labels.get(found.group(), found.group()), text)


def _labels(table: ParameterTable) -> dict[str, str]:
    """Return the written label of every row that has one or needs one, by its row label."""
    labels = {row.plabel: row.label for row in table.parameters if row.label and "~" not in row.label}
    used: set[str] = set()
    for tie in table.constraints:
        if _is_row_label(tie.lhs) and _is_row_label(tie.rhs) and tie.op == "==" and tie.user == 2:
            labels[tie.rhs] = labels.setdefault(tie.lhs, tie.lhs)
        else:
            used |= {m.group() for m in _ROW_LABEL.finditer(f"{tie.lhs} {tie.rhs}")}
    used |= {m.group() for row in table.definitions for m in _ROW_LABEL.finditer(row.rhs)}
    for plabel in used:
        labels.setdefault(plabel, plabel)
    return {plabel: _ROW_LABEL.sub(r"p.\1", label) for plabel, label in labels.items()}


def _line(rows: Sequence[Parameter], labels: dict[str, str], spell_free: bool) -> str:
    """Return one statement for the rows of one parameter in all groups."""
    first = rows[0]
    modifiers = [
        _fixed_values(rows, spell_free),
        _called("start", [row.ustart if row.free else None for row in rows]),
        _written_labels([labels.get(row.plabel, "") for row in rows]),
        _called("lower", [row.lower for row in rows]),
        _called("upper", [row.upper for row in rows]),
    ]
    op, rhs = ("~", "1") if first.op == "~1" else (first.op, first.rhs)
    return f"{first.lhs} {op} {''.join(f'{text}*' for text in modifiers if text)}{rhs}"


def _fixed_values(rows: Sequence[Parameter], spell_free: bool) -> str:
    values = [None if row.free else row.ustart for row in rows]
    if not spell_free and all(value is None for value in values):
        return ""
    return _group_values(["NA" if value is None else _number(value) for value in values])


def _called(name: str, values: Sequence[float | None]) -> str:
    """Write a modifier of numbers; a group without one takes the first that is given."""
    known = [value for value in values if value is not None]
    if not known:
        return ""
    return f"{name}({_group_values([_number(known[0] if value is None else value) for value in values])})"


def _written_labels(names: Sequence[str]) -> str:
    if len(set(names)) == 1:
        return names[0]
    return _group_values([f'"{name}"' if name else "NA" for name in names])


def _group_values(values: Sequence[str]) -> str:
    return values[0] if len(set(values)) == 1 else f"c({', '.join(values)})"


def _number(value: float) -> str:
    return repr(value) if value != int(value) else str(int(value))
