"""Expressions of a table's ``:=`` and ``==`` rows, read once and kept."""

from __future__ import annotations

from functools import lru_cache

from wxsat.sem.expressions import Expression, parse_expression
from wxsat.sem.tokens import Source, tokenise


@lru_cache(maxsize=4096)
def expression_of(text: str) -> Expression:
    """Return the expression that a table's row holds as text."""
    *tokens, end = tokenise(Source(text))
    return parse_expression(tuple(tokens), end)
