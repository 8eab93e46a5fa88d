"""lavaan's model language: tokens to statements.

A statement is one line such as ``f =~ x1 + a*x2`` or ``ind := a*b``. Reading goes on after a fault, so that all
faults of a model are told at once, each with its place, what was found and what to write.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from wxsat.errors import Fault, ModelError
from wxsat.sem.expressions import Expression, ExpressionError, parse_expression
from wxsat.sem.modifiers import Modifier, StatementError, check_modifiers, read_modifier
from wxsat.sem.tokens import (
    CONSTRAINT_OPERATORS,
    LATER_OPERATORS,
    MODEL_OPERATORS,
    OPERATORS,
    Source,
    Token,
    tokenise,
)

_MEANING = {"=~": "is measured by", "~": "is regressed on", "~~": "covaries with"}


@dataclass(frozen=True)
class Relation:
    """``lhs op rhs`` with the modifiers of the right side; an intercept has op ``~1`` and an empty rhs."""

    lhs: Token
    op: str
    rhs: Token
    modifiers: tuple[Modifier, ...] = ()

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


@dataclass
class _Reading:
    source: Source
    relations: dict[tuple[str, str, str], Relation] = field(default_factory=dict)
    constraints: list[Constraint] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read_syntax(text: str, name: str = "model") -> Syntax:
    """
    Read model text into statements.

    Parameters
    ----------
    text : str
        lavaan syntax: ``=~ ~ ~~ ~1 := == < >``, modifiers before ``*``, comments after ``#`` or ``!``.
    name : str
        What the text is called in messages, a file's path for example.

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
    source = Source(text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff"), name)
    reading = _Reading(source)
    for tokens in _statements(source):
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


def _statements(source: Source) -> list[tuple[Token, ...]]:
    """Cut the tokens into statements; a line goes on after or before an operator and inside parentheses."""
    statements: list[tuple[Token, ...]] = []
    current: list[Token] = []
    depth, broken = 0, False
    for token in tokenise(source):
        if token.kind == "newline" and (token.text == "\n") and (depth > 0 or not current):
            broken = True
            continue
        if token.kind == "newline":
            if token.text == ";" or token.kind == "end":
                _flush(current, token, statements)
                depth = 0
            broken = True
            continue
        if broken and current and not _continues(current[-1], token, depth):
            _flush(current, replace(current[-1], kind="end", text=""), statements)
            depth = 0
        broken = False
        if token.kind == "end":
            _flush(current, token, statements)
            break
        depth += {"(": 1, ")": -1}.get(token.text, 0) if token.kind == "sign" else 0
        current.append(token)
    return statements


def _flush(current: list[Token], end: Token, statements: list[tuple[Token, ...]]) -> None:
    if current:
        last = current[-1]
        place = Token("end", "", last.line, last.column + len(last.text))
        statements.append((*current, place if end.kind == "end" else replace(place)))
        current.clear()


def _continues(last: Token, following: Token, depth: int) -> bool:
    """Whether a line break between two tokens is inside one statement."""
    if following.kind == "end":
        return False
    # Inside parentheses a statement goes on, unless a new line plainly starts one (an unclosed bracket above it).
    if depth > 0:
        return True
    if last.kind == "operator" or (last.kind == "sign" and last.text in "+*,-/^:"):
        return True
    return following.kind == "operator" or (following.kind == "sign" and following.text in "+*/^,)")


def _read_statement(tokens: tuple[Token, ...], reading: _Reading) -> None:
    body, end = tokens[:-1], tokens[-1]
    _refuse_unknown(body)
    at = next((i for i, token in enumerate(body) if token.kind == "operator"), None)
    if at is None:
        if len(body) > 1 and body[1].text == ":":
            raise StatementError("SEM-008", f"{body[0].text!r} blocks (groups, levels) are not available.", body[0])
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


def _refuse_unknown(body: tuple[Token, ...]) -> None:
    for token in body:
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
    _check_brackets((*left, *right), end)
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
    _check_brackets(right, end)
    terms = [_read_term(term, operator.text) for term in _split_terms(right, end)]
    for lhs in outcomes:
        seen: dict[tuple[str, str, str], Relation] = {}
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


def _check_brackets(tokens: tuple[Token, ...], end: Token) -> None:
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


def _split_terms(right: tuple[Token, ...], end: Token) -> list[tuple[Token, ...]]:
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


def _read_term(term: tuple[Token, ...], op: str) -> tuple[tuple[Modifier, ...], Token]:
    """Split ``a*start(.5)*x`` into its modifiers and its variable."""
    factors: list[list[Token]] = [[]]
    depth = 0
    for token in term:
        depth += {"(": 1, ")": -1}.get(token.text, 0) if token.kind == "sign" else 0
        if token.text == "*" and token.kind == "sign" and depth == 0:
            if not factors[-1]:
                raise StatementError(
                    "SEM-009", "nothing stands before '*'.", token, "Write a number or a label before it."
                )
            factors.append([])
        else:
            factors[-1].append(token)
    *modifiers, variable = factors
    if not variable:
        raise StatementError("SEM-002", "no variable after '*'.", term[-1], "Write it as a*x1.")
    return tuple(read_modifier(factor) for factor in modifiers), _variable(variable, op)


def _variable(tokens: list[Token], op: str) -> Token:
    first = tokens[0]
    if len(tokens) == 1 and first.kind == "name":
        return first
    if len(tokens) == 1 and first.kind == "number" and op == "~" and first.text == "1":
        return first
    if len(tokens) > 1 and tokens[1].text == ":":
        raise StatementError("SEM-008", "interaction terms (A:B) are not available in this version.", tokens[1])
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


def _add_term(
    lhs: Token,
    operator: Token,
    modifiers: tuple[Modifier, ...],
    variable: Token,
    seen: dict[tuple[str, str, str], Relation],
    reading: _Reading,
) -> None:
    op = "~1" if variable.kind == "number" else operator.text
    relation = Relation(lhs, op, variable, modifiers)
    if lhs.text == variable.text and op in ("=~", "~"):
        verb = "measured by" if op == "=~" else "regressed on"
        raise StatementError("SEM-007", f"{lhs.text!r} is {verb} itself.", variable)
    check_modifiers(modifiers)
    before = seen.get(relation.key)
    if before is not None and before.modifiers and modifiers:
        merged = (*before.modifiers, *modifiers)
        check_modifiers(merged)
        seen[relation.key] = replace(before, modifiers=merged)
        return
    earlier = before or reading.relations.get(relation.key) or _reversed(relation, seen, reading)
    if earlier is not None:
        place = f"line {earlier.rhs.line}, column {earlier.rhs.column}"
        raise StatementError(
            "SEM-006",
            f"'{lhs.text} {op} {relation.key[2] or '1'}' is said twice; first in {place}.",
            variable,
            "Keep one of them.",
        )
    seen[relation.key] = relation


def _reversed(relation: Relation, seen: dict[tuple[str, str, str], Relation], reading: _Reading) -> Relation | None:
    if relation.op != "~~":
        return None
    key = (relation.rhs.text, "~~", relation.lhs.text)
    return seen.get(key) or reading.relations.get(key)


__all__ = ["MODEL_OPERATORS", "Constraint", "Modifier", "Relation", "Syntax", "read_syntax"]
