"""The model texts of the method-bias sequences: the same substantive factors, and a method factor over their items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Scales = Mapping[str, Sequence[str]]
UNMEASURED = "METHOD"


def measurement_text(scales: Scales) -> str:
    """Return one ``=~`` line a construct."""
    return "\n".join(f"{name} =~ {' + '.join(items)}" for name, items in scales.items())


def one_factor_text(items: Sequence[str]) -> str:
    """Return the single factor over all items."""
    return f"GENERAL =~ {' + '.join(items)}"


def orthogonal_text(factor: str, names: Sequence[str]) -> str:
    """Return the line that keeps a factor apart from the others."""
    return f"{factor} ~~ {' + '.join(f'0*{name}' for name in names)}"


def method_text(factor: str, items: Sequence[str], before: Sequence[str] | str = "") -> str:
    """Return the loadings of the items on the method factor, each with what stands before it (``m*`` or a number)."""
    marks = [before] * len(items) if isinstance(before, str) else list(before)
    return f"{factor} =~ {' + '.join(f'{mark}{item}' for mark, item in zip(marks, items, strict=True))}"


def held_text(values: Mapping[tuple[str, str, str], float]) -> str:
    """Return parameters held at values, one a line."""
    return "\n".join(f"{lhs} {op} {value!r}*{rhs}" for (lhs, op, rhs), value in values.items())


def items_of(scales: Scales) -> list[str]:
    """Return all items, in order."""
    return [item for items in scales.values() for item in items]
