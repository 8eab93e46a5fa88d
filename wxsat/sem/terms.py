"""The right side of a statement: ``a*x1 + start(.5)*x2`` to modifiers and variables."""

from __future__ import annotations

from dataclasses import replace

from wxsat.sem.modifiers import Modifier, StatementError, read_modifier, read_start
from wxsat.sem.tokens import Token


def check_brackets(tokens: tuple[Token, ...], end: Token) -> None:
    """Refuse brackets that are not in pairs."""
    opened: list[Token] = []
    for token in tokens:
        if token.kind == "sign" and token.text == "(":
            opened.append(token)
        elif token.kind == "sign" and token.text == ")":
            if not opened:
                raise StatementError("SEM-005", "a ')' without its '('.", token)
            opened.pop()
    if opened:
        raise StatementError("SEM-005", "a '(' is not closed.", opened[-1])


def split_terms(right: tuple[Token, ...], end: Token) -> list[tuple[Token, ...]]:
    """Cut the right side at its ``+`` signs."""
    terms: list[tuple[Token, ...]] = []
    current: list[Token] = []
    depth = 0
    for token in right:
        depth += {"(": 1, ")": -1}.get(token.text, 0) if token.kind == "sign" else 0
        if token.text == "+" and token.kind == "sign" and depth == 0:
            if not current:
                raise StatementError(
                    "SEM-002",
                    "found '+' where a variable name was expected.",
                    token,
                    "Write one '+' between two names.",
                )
            terms.append(tuple(current))
            current = []
            continue
        current.append(token)
    if not current:
        raise StatementError(
            "SEM-002", "the statement ends with '+'.", right[-1], "Name another variable or drop the '+'."
        )
    terms.append(tuple(current))
    return terms


def read_term(term: tuple[Token, ...], op: str) -> tuple[tuple[Modifier, ...], Token]:
    """Split ``a*start(.5)*x`` into its modifiers and its variable."""
    factors: list[list[Token]] = [[]]
    marks: list[str] = []
    depth = 0
    for token in term:
        depth += {"(": 1, ")": -1}.get(token.text, 0) if token.kind == "sign" else 0
        if token.text in ("*", "?") and token.kind == "sign" and depth == 0:
            if not factors[-1]:
                raise StatementError(
                    "SEM-009", f"nothing stands before {token.text!r}.", token, "Write a number or a label before it."
                )
            factors.append([])
            marks.append(token.text)
        else:
            factors[-1].append(token)
    *modifiers, variable = factors
    if not variable:
        raise StatementError("SEM-002", "no variable after '*'.", term[-1], "Write it as a*x1.")
    read = (read_start(f) if mark == "?" else read_modifier(f) for f, mark in zip(modifiers, marks, strict=True))
    return tuple(read), _variable(variable, op)


def _variable(tokens: list[Token], op: str) -> Token:
    first = tokens[0]
    if len(tokens) == 1 and first.kind == "name":
        return first
    if len(tokens) == 1 and first.kind == "number" and op == "~" and first.text == "1":
        return first
    if len(tokens) > 1 and tokens[1].text == ":":
        return product_name(tokens)
    if len(tokens) > 1 and first.kind == "name":
        other = tokens[1]
        raise StatementError(
            "SEM-002",
            f"found {other.text!r} where '+' or '*' was expected.",
            other,
            "Write '+' between two variables.",
        )
    hint = "Only y ~ 1 (an intercept) has a number as its variable." if first.kind == "number" else ""
    raise StatementError("SEM-002", f"found {first.text!r} where a variable name was expected.", first, hint)


def product_name(tokens: list[Token] | tuple[Token, ...]) -> Token:
    """Return ``A : B`` as one name, the product of two variables."""
    for position, token in enumerate(tokens):
        if (token.kind != "name") if position % 2 == 0 else (token.text != ":"):
            raise StatementError("SEM-002", f"found {token.text!r} inside a product of variables.", token)
    if len(tokens) % 2 == 0:
        raise StatementError("SEM-002", "a ':' with no variable after it.", tokens[-1], "Write a product as A:B.")
    return replace(tokens[0], text=":".join(t.text for t in tokens[::2]))
