"""What stands before ``*``: fixed values, NA, labels, starting values and bounds."""

from __future__ import annotations

from dataclasses import dataclass, replace

from wxsat.sem.expressions import ExpressionError, parse_expression
from wxsat.sem.tokens import Token


@dataclass(frozen=True)
class Modifier:
    """
    What stands before ``*``: fixed values (None is ``NA``, free), labels, starting values, bounds.

    Attributes
    ----------
    kind : {"fixed", "label", "equal", "start", "lower", "upper"}
    values : tuple
        One for all groups, or one a group as ``c()`` gives them.
    token : Token
    """

    kind: str
    values: tuple[float | str | None, ...]
    token: Token

    def in_group(self, group: int) -> float | str | None:
        """Return the value of a group, counted from 1."""
        return self.values[0] if len(self.values) == 1 else self.values[group - 1]


class StatementError(Exception):
    """A fault inside one statement: code, words, place and what to write."""

    def __init__(self, code: str, message: str, token: Token, hint: str = "") -> None:
        self.code, self.message, self.token, self.hint = code, message, token, hint
        super().__init__(message)


def read_modifier(tokens: list[Token]) -> Modifier:
    """Read the tokens before one ``*``."""
    first = tokens[0]
    if len(tokens) > 1 and first.kind == "name" and tokens[1].text == "(" and first.text != "c":
        return _read_call(first, tokens[2:-1], tokens[-1])
    values = _values(tokens)
    texts = [v for v in values if isinstance(v, str)]
    if texts and any(isinstance(v, float) for v in values):
        raise StatementError(
            "SEM-009",
            "c() holds labels or numbers, not both.",
            first,
            "Label in one c() and fix in another: c(a,b)*c(NA,1)*x.",
        )
    # A label in some groups alone is written c(a, NA).
    return Modifier("label", tuple(v or "" for v in values), first) if texts else Modifier("fixed", values, first)


def read_start(tokens: list[Token]) -> Modifier:
    """Read the tokens before one ``?``, lavaan's short form of ``start()``."""
    return Modifier("start", _numbers(tokens, tokens[0]), tokens[0])


def _values(tokens: list[Token]) -> tuple[float | str | None, ...]:
    """Return one value, or the values of ``c(...)``: numbers, texts, None for NA."""
    first = tokens[0]
    if len(tokens) > 1 and first.text == "c" and tokens[1].text == "(":
        return tuple(_value(part) for part in _arguments(tokens[2:-1], tokens[-1]))
    return (_value(tokens),)


def _value(tokens: list[Token]) -> float | str | None:
    first = tokens[0]
    if len(tokens) == 1 and first.kind == "name":
        return None if first.text == "NA" else first.text
    if len(tokens) == 1 and first.kind == "string":
        return first.text[1:-1]
    return _number(tokens)


def _arguments(tokens: list[Token], end: Token) -> list[list[Token]]:
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += {"(": 1, ")": -1}.get(token.text, 0) if token.kind == "sign" else 0
        if token.text == "," and token.kind == "sign" and depth == 0:
            if not parts[-1]:
                raise StatementError("SEM-009", "a value is missing before ','.", token)
            parts.append([])
        else:
            parts[-1].append(token)
    if not parts[-1]:
        raise StatementError("SEM-009", "c() needs one value a group, such as c(a, b).", end)
    return parts


def _read_call(function: Token, arguments: list[Token], end: Token) -> Modifier:
    if not arguments:
        raise StatementError("SEM-009", f"{function.text}() needs one argument.", end)
    if function.text in ("start", "lower", "upper"):
        return Modifier(function.text, _numbers(arguments, function), function)
    if function.text in ("label", "equal"):
        values = [v for v in _values(arguments) if isinstance(v, str)]
        if not values or (len(arguments) > 1 and arguments[0].text != "c"):
            raise StatementError("SEM-009", f"{function.text}() takes one text.", arguments[0])
        return Modifier(function.text, tuple(v.replace(" ", "") for v in values), function)
    known = "start(), label(), equal(), lower(), upper(), c()"
    raise StatementError("SEM-009", f"unknown modifier {function.text!r}().", function, f"Known: {known}")


def _numbers(tokens: list[Token], function: Token) -> tuple[float, ...]:
    # The whole expression first: a constant such as 1/3 is no c().
    values = _values(tokens) if tokens[0].text == "c" else (_number(tokens),)
    numbers = tuple(v for v in values if isinstance(v, float))
    if len(numbers) != len(values):
        raise StatementError("SEM-009", f"{function.text} takes numbers.", function)
    return numbers


def _number(tokens: list[Token]) -> float:
    """Return the value of a constant expression such as ``-0.5`` or ``1/3``."""
    try:
        expression = parse_expression(tuple(tokens), replace(tokens[-1], kind="end", text=""))
    except ExpressionError as fault:
        raise StatementError("SEM-009", f"this modifier cannot be read: {fault.message}.", fault.token) from fault
    if expression.names:
        raise StatementError(
            "SEM-009",
            f"a modifier is a number or a label, not an expression of {expression.names[0].text!r}.",
            expression.names[0],
            "Label the parameter and write the relation on its own line with ==.",
        )
    return expression.evaluate({})[0]


def check_modifiers(modifiers: tuple[Modifier, ...]) -> None:
    """Refuse two modifiers of one kind on one parameter; fixing and freeing are one kind."""
    kinds: dict[str, Modifier] = {}
    for modifier in modifiers:
        if modifier.kind in kinds:
            raise StatementError(
                "SEM-009",
                f"a parameter cannot have two modifiers of one kind ({modifier.kind}).",
                modifier.token,
            )
        kinds[modifier.kind] = modifier
