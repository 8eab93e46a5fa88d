"""How a result shows itself in a notebook: its own JSON document as tables, every text escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any


class ShownInNotebook:
    """A result that has `to_dict` and shows what is in it where a notebook asks for HTML."""

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON document of this result."""
        raise NotImplementedError

    def _repr_html_(self) -> str:
        return tables_of(self.to_dict())


def tables_of(document: Mapping[str, Any]) -> str:
    """Return a document as HTML: single values in one table, every list of records in one of its own."""
    single: list[tuple[str, Any]] = []
    tables: list[str] = []
    for name, value in document.items():
        if _is_records(value):
            tables.append(f"<p>{escape(name)}</p>" + _table(list(value[0]), [list(row.values()) for row in value]))
        elif isinstance(value, Mapping) and not any(isinstance(v, (Mapping, list, tuple)) for v in value.values()):
            single += [(f"{name}.{key}", own) for key, own in value.items()]
        elif not isinstance(value, (Mapping, list, tuple)):
            single.append((name, value))
    return (_table(["", ""], single) if single else "") + "".join(tables)


def _is_records(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and bool(value) and all(isinstance(row, Mapping) for row in value)


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    titles = "".join(f"<th>{escape(str(name))}</th>" for name in head)
    body = "".join("<tr>" + "".join(f"<td>{_cell(value)}</td>" for value in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>"


def _cell(value: Any) -> str:
    if value is None or value != value:
        return ""
    return f"{value:.3f}" if isinstance(value, float) else escape(str(value))
