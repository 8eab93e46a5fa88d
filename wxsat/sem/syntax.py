"""lavaan's model language: tokens to statements.

A statement is one line such as ``f =~ x1 + a*x2`` or ``ind := a*b``. Reading goes on after a fault, so that all
faults of a model are told at once, each with its place, what was found and what to write.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from wxsat.errors import Fault, ModelError, require_kind
from wxsat.sem.expressions import Expression, ExpressionError, parse_expression
from wxsat.sem.modifiers import Modifier, StatementError, check_modifiers
from wxsat.sem.statements import cut_statements
from wxsat.sem.terms import check_brackets, product_name, read_term, split_terms
from wxsat.sem.tokens import (
    CONSTRAINT_OPERATORS,
    FORMATIVE,
    LATER_OPERATORS,
    MODEL_OPERATORS,
    OPERATORS,
    Source,
    Token,
)

_MEANING = {
    "=~": "is measured by",
    "~": "is regressed on",
    "~~": "covaries with",
    "|": "is cut at",
    "~*~": "is scaled by",
    FORMATIVE: "is formed by",
}
_THRESHOLD = re.compile(r"t[1-9]\d*")


class Block(NamedTuple):
    """The ``group:`` and ``level:`` lines that a statement stands under; empty for those there are none of."""

    group: str = ""
    level: str = ""


_WHOLE = Block()


@dataclass(frozen=True)
class Relation:
    """``lhs op rhs`` with the modifiers of the right side; an intercept has op ``~1`` and an empty rhs."""

    lhs: Token
    op: str
    rhs: Token
    modifiers: tuple[Modifier, ...] = ()
    block: Block = _WHOLE

    @property
    def key(self) -> tuple[str, str, str]:
        """The triple that names the parameter."""
        return self.lhs.text, self.op, "" if self.op == "~1" else self.rhs.text


@dataclass(frozen=True)
class Constraint:
    """``name := expression`` or ``left == right`` (or ``<``, ``>``)."""

    op: str
    token: Token
    left: Expression
    right: Expression


@dataclass(frozen=True)
class Syntax:
    """Everything a model text says, in its order."""

    source: Source
    relations: tuple[Relation, ...]
    constraints: tuple[Constraint, ...]

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks in their order; one empty block without ``group:`` and ``level:`` lines."""
        return tuple(dict.fromkeys(relation.block for relation in self.relations))


_Place = tuple[Block, tuple[str, str, str]]


@dataclass
class _Reading:
    source: Source
    formative: bool = False
    block: Block = _WHOLE
    relations: dict[_Place, Relation] = field(default_factory=dict)
    constraints: list[Constraint] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read_syntax(text: str, name: str = "model", *, formative: bool = False) -> Syntax:
    """
    Read model text into statements.

    Parameters
    ----------
    text : str
        lavaan syntax: ``=~ ~ ~~ ~1 | ~*~ := == < >``, modifiers before ``*``, comments after ``#`` or ``!``.
    name : str
        What the text is called in messages, a file's path for example.
    formative : bool
        Whether ``<~`` (a composite is formed by its items) is read; covariance models have no use for it.

    Returns
    -------
    Syntax
        Relations (one a parameter that the text names) and constraints, each token with line and column.

    Raises
    ------
    ModelError
        With every fault of the text: place, what was found, what to write.

    Examples
    --------
    >>> [relation.key for relation in read_syntax("f =~ x1 + x2").relations]
    [('f', '=~', 'x1'), ('f', '=~', 'x2')]
    """
    require_kind(text, str, "text", "model text")
    source = Source(text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff"), name)
    reading = _Reading(source, formative)
    for tokens in cut_statements(source):
        try:
            _read_statement(tokens, reading)
        except StatementError as fault:
            reading.faults.append(source.fault(fault.code, fault.message, fault.token, fault.hint))
        except ExpressionError as fault:
            reading.faults.append(source.fault("SEM-002", fault.message, fault.token))
    if not reading.relations and not reading.faults:
        reading.faults.append(Fault("SEM-012", "the model is empty.", name, "Write for example: f =~ x1 + x2 + x3"))
    if reading.faults:
        raise ModelError.from_faults(reading.faults)
    return Syntax(source, tuple(reading.relations.values()), tuple(reading.constraints))


def _read_statement(tokens: tuple[Token, ...], reading: _Reading) -> None:
    body, end = tokens[:-1], tokens[-1]
    _refuse_unknown(body, reading.formative)
    at = next((i for i, token in enumerate(body) if token.kind == "operator"), None)
    if at is None and len(body) > 1 and body[1].text == ":":
        reading.block = _read_block(body, reading.block)
        return
    if at is None:
        raise StatementError(
            "SEM-003",
            "no operator on this line.",
            body[0],
            "Write =~ (is measured by), ~ (is regressed on), ~~ (covaries with) or := (is defined as).",
        )
    operator = body[at]
    second = next((t for t in body[at + 1 :] if t.kind == "operator"), None)
    if second is not None and at + 1 < len(body) and body[at + 1].line > operator.line:
        raise StatementError(
            "SEM-002",
            f"nothing stands after {operator.text!r} on its line.",
            operator,
            f"Write the right side, or the next line's {second.text!r} is read as part of this statement.",
        )
    if second is not None:
        raise StatementError(
            "SEM-002",
            f"a second operator {second.text!r} in one statement.",
            second,
            "Give each statement its own line, or separate them by ';'.",
        )
    left, right = body[:at], body[at + 1 :]
    if operator.text in CONSTRAINT_OPERATORS:
        _read_constraint(left, operator, right, end, reading)
    else:
        _read_relations(left, operator, right, end, reading)


def _read_block(body: tuple[Token, ...], before: Block) -> Block:
    """Read ``group: 1`` or ``level: within``; a new group begins without a level."""
    kind = body[0].text.lower()
    if kind not in ("group", "level"):
        raise StatementError("SEM-008", f"{body[0].text!r} blocks are not known.", body[0], "Known: group:, level:")
    if len(body) != 3 or body[2].kind not in ("name", "number", "string"):
        raise StatementError("SEM-002", f"a {kind} block needs one name or number.", body[-1], f"Write {kind}: 1")
    value = body[2].text.strip("\"'")
    return Block(value, "") if kind == "group" else Block(before.group, value)


def _refuse_unknown(body: tuple[Token, ...], formative: bool) -> None:
    for token in body:
        if token.text == FORMATIVE and formative:
            continue
        if token.kind == "unknown" and token.text in "\"'":
            raise StatementError("SEM-005", "a quote is not closed.", token, "Close it on the same line.")
        if token.kind == "unknown":
            raise StatementError("SEM-001", f"the character {token.text!r} has no meaning in a model.", token)
        if token.kind == "operator" and token.text in LATER_OPERATORS:
            meaning = LATER_OPERATORS[token.text]
            raise StatementError("SEM-008", f"{token.text!r} ({meaning}) is not available in this version.", token)
        if token.kind == "operator" and token.text not in OPERATORS:
            known = " ".join((*OPERATORS,))
            raise StatementError("SEM-004", f"unknown operator {token.text!r}.", token, f"Known: {known}")


def _read_constraint(
    left: tuple[Token, ...], operator: Token, right: tuple[Token, ...], end: Token, reading: _Reading
) -> None:
    if not left:
        raise StatementError("SEM-002", f"nothing stands before {operator.text!r}.", operator)
    if not right:
        raise StatementError(
            "SEM-002", f"nothing stands after {operator.text!r}.", end, "Write an expression of labels."
        )
    if operator.text == ":=" and (len(left) != 1 or left[0].kind != "name"):
        raise StatementError(
            "SEM-002", "the left side of := must be one new name.", left[0], "Write for example: ind := a*b"
        )
    check_brackets((*left, *right), end)
    reading.constraints.append(
        Constraint(operator.text, operator, parse_expression(left, operator), parse_expression(right, end))
    )


def _read_relations(
    left: tuple[Token, ...], operator: Token, right: tuple[Token, ...], end: Token, reading: _Reading
) -> None:
    outcomes = _left_names(left, operator)
    if not right:
        raise StatementError(
            "SEM-002",
            f"nothing stands after {operator.text!r}.",
            end,
            f"Name what {outcomes[0].text} {_MEANING[operator.text]}: {outcomes[0].text} {operator.text} x1",
        )
    check_brackets(right, end)
    terms = [read_term(term, operator.text) for term in split_terms(right, end)]
    for lhs in outcomes:
        seen: dict[_Place, Relation] = {}
        for modifiers, variable in terms:
            _add_term(lhs, operator, modifiers, variable, seen, reading)
        reading.relations.update(seen)


def _left_names(left: tuple[Token, ...], operator: Token) -> list[Token]:
    if not left:
        raise StatementError(
            "SEM-002",
            f"nothing stands before {operator.text!r}.",
            operator,
            "Write the variable that it is about.",
        )
    if len(left) > 1 and left[1].text == ":":
        return [product_name(left)]
    names: list[Token] = []
    for position, token in enumerate(left):
        wanted_name = position % 2 == 0
        if wanted_name and token.kind == "name":
            names.append(token)
        elif wanted_name or token.text != "+":
            expected = "a variable name" if wanted_name else f"{operator.text!r}"
            hint = "A modifier (label*, 1*) belongs to the right side." if token.text == "*" else ""
            raise StatementError("SEM-002", f"found {token.text!r} where {expected} was expected.", token, hint)
    if left[-1].text == "+":
        raise StatementError("SEM-002", "a '+' with no variable after it.", left[-1])
    return names


def _add_term(
    lhs: Token,
    operator: Token,
    modifiers: tuple[Modifier, ...],
    variable: Token,
    seen: dict[_Place, Relation],
    reading: _Reading,
) -> None:
    op = "~1" if variable.kind == "number" else operator.text
    _check_ordinal(lhs, op, variable)
    relation = Relation(lhs, op, variable, modifiers, reading.block)
    place = (relation.block, relation.key)
    if lhs.text == variable.text and op in ("=~", "~", FORMATIVE):
        raise StatementError("SEM-007", f"{lhs.text!r} {_MEANING[op]} itself.", variable)
    check_modifiers(modifiers)
    before = seen.get(place)
    if before is not None and before.modifiers and modifiers:
        merged = (*before.modifiers, *modifiers)
        check_modifiers(merged)
        seen[place] = replace(before, modifiers=merged)
        return
    earlier = before or reading.relations.get(place) or _reversed(relation, seen, reading)
    if earlier is not None:
        first = f"line {earlier.rhs.line}, column {earlier.rhs.column}"
        raise StatementError(
            "SEM-006",
            f"'{lhs.text} {op} {relation.key[2] or '1'}' is said twice; first in {first}.",
            variable,
            "Keep one of them.",
        )
    seen[place] = relation


def _check_ordinal(lhs: Token, op: str, variable: Token) -> None:
    """Refuse thresholds that are not called t1, t2, ... (SEM-016) and scales of another variable (SEM-017)."""
    if op == "|" and not _THRESHOLD.fullmatch(variable.text):
        raise StatementError(
            "SEM-016",
            f"found {variable.text!r} where a threshold was expected.",
            variable,
            f"Thresholds are called t1, t2, ...: {lhs.text} | t1 + t2",
        )
    if op == "~*~" and lhs.text != variable.text:
        raise StatementError(
            "SEM-017",
            f"{variable.text!r} is another variable than {lhs.text!r}; a scale belongs to one.",
            variable,
            f"Write {lhs.text} ~*~ {lhs.text}",
        )


def _reversed(relation: Relation, seen: dict[_Place, Relation], reading: _Reading) -> Relation | None:
    if relation.op != "~~":
        return None
    key = (relation.block, (relation.rhs.text, "~~", relation.lhs.text))
    return seen.get(key) or reading.relations.get(key)


__all__ = ["MODEL_OPERATORS", "Constraint", "Modifier", "Relation", "Syntax", "read_syntax"]
