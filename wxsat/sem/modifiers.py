"""What stands before ``*``: fixed values, NA, labels, starting values and bounds."""

from __future__ import annotations

from dataclasses import dataclass, replace

from wxsat.sem.expressions import ExpressionError, parse_expression
from wxsat.sem.tokens import Token


@dataclass(frozen=True)
class Modifier:
    """What stands before ``*``: a fixed value, ``NA``, a label, a starting value, a bound."""

    kind: str  # fixed, free, label, start, lower, upper
    value: float | str
    token: Token


class StatementError(Exception):
    """A fault inside one statement: code, words, place and what to write."""

    def __init__(self, code: str, message: str, token: Token, hint: str = "") -> None:
        self.code, self.message, self.token, self.hint = code, message, token, hint
        super().__init__(message)


def read_modifier(tokens: list[Token]) -> Modifier:
    """Read the tokens before one ``*``."""
    first = tokens[0]
    if len(tokens) == 1 and first.kind == "name":
        return Modifier("free", "NA", first) if first.text == "NA" else Modifier("label", first.text, first)
    if len(tokens) == 1 and first.kind == "string":
        return Modifier("label", first.text[1:-1], first)
    if len(tokens) > 1 and first.kind == "name" and tokens[1].text == "(":
        return _read_call(first, tokens[2:-1], tokens[-1])
    return Modifier("fixed", _number(tokens), first)


def _read_call(function: Token, arguments: list[Token], end: Token) -> Modifier:
    if function.text == "c":
        raise StatementError(
            "SEM-008",
            "c(...) gives one modifier per group; several groups are not available in this version.",
            function,
        )
    if not arguments:
        raise StatementError("SEM-009", f"{function.text}() needs one argument.", end)
    if function.text in ("start", "lower", "upper"):
        return Modifier(function.text, _number(arguments), function)
    if function.text in ("label", "equal"):
        argument = arguments[0]
        if len(arguments) != 1 or argument.kind not in ("string", "name"):
            raise StatementError("SEM-009", f"{function.text}() takes one text.", argument)
        return Modifier(function.text, argument.text.strip("\"'").replace(" ", ""), function)
    known = "start(), label(), equal(), lower(), upper()"
    raise StatementError("SEM-009", f"unknown modifier {function.text!r}().", function, f"Known: {known}")


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
    """Refuse two modifiers of one kind on one parameter, and a parameter both fixed and freed."""
    kinds: dict[str, Modifier] = {}
    for modifier in modifiers:
        clash = "fixed" if modifier.kind == "free" else "free" if modifier.kind == "fixed" else None
        if modifier.kind in kinds or clash in kinds:
            raise StatementError(
                "SEM-009",
                f"a parameter cannot have two modifiers of one kind ({modifier.kind}).",
                modifier.token,
            )
        kinds[modifier.kind] = modifier
