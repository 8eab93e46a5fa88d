"""Arithmetic on parameters, as in ``:=`` and ``==``: parsed once, evaluated with its exact gradient.

Forward differentiation: every node returns its value and the vector of its derivatives with respect to the
parameters, so that the delta method needs no differences.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.tokens import Token

if TYPE_CHECKING:
    from numpy.typing import NDArray

Dual = tuple[float, "NDArray[np.float64]"]


def _safe(function: Callable[[float], float], x: float) -> float:
    try:
        return function(x)
    except (ValueError, OverflowError, ZeroDivisionError):
        return math.nan


_FUNCTIONS: dict[str, tuple[Callable[[float], float], Callable[[float], float]]] = {
    "exp": (math.exp, math.exp),
    "log": (math.log, lambda x: 1.0 / x),
    "sqrt": (math.sqrt, lambda x: 0.5 / math.sqrt(x)),
    "abs": (abs, lambda x: math.copysign(1.0, x)),
    "sin": (math.sin, math.cos),
    "cos": (math.cos, lambda x: -math.sin(x)),
    "tanh": (math.tanh, lambda x: 1.0 - math.tanh(x) ** 2),
}
FUNCTION_NAMES = tuple(_FUNCTIONS)


class ExpressionError(Exception):
    """A place in an expression that cannot be read; carries the token and the words."""

    def __init__(self, token: Token, message: str) -> None:
        self.token, self.message = token, message
        super().__init__(message)


@dataclass(frozen=True)
class Expression:
    """
    One arithmetic expression.

    Attributes
    ----------
    text : str
        As written, blanks removed.
    names : tuple of Token
        Every parameter label or defined name that it uses, with its place.
    """

    text: str
    names: tuple[Token, ...]
    _node: _Node

    def evaluate(self, values: Mapping[str, Dual]) -> Dual:
        """Return the value and its gradient; NaN where the arithmetic is undefined."""
        return self._node.evaluate(values)


class _Node(ABC):
    @abstractmethod
    def evaluate(self, values: Mapping[str, Dual]) -> Dual: ...


@dataclass(frozen=True)
class _Number(_Node):
    value: float

    def evaluate(self, values: Mapping[str, Dual]) -> Dual:
        size = len(next(iter(values.values()))[1]) if values else 0
        return self.value, np.zeros(size)


@dataclass(frozen=True)
class _Name(_Node):
    name: str

    def evaluate(self, values: Mapping[str, Dual]) -> Dual:
        return values[self.name]


@dataclass(frozen=True)
class _Call(_Node):
    function: str
    argument: _Node

    def evaluate(self, values: Mapping[str, Dual]) -> Dual:
        x, dx = self.argument.evaluate(values)
        value, slope = _FUNCTIONS[self.function]
        return _safe(value, x), _safe(slope, x) * dx


@dataclass(frozen=True)
class _Binary(_Node):
    sign: str
    left: _Node
    right: _Node

    def evaluate(self, values: Mapping[str, Dual]) -> Dual:
        (x, dx), (y, dy) = self.left.evaluate(values), self.right.evaluate(values)
        if self.sign == "+":
            return x + y, dx + dy
        if self.sign == "-":
            return x - y, dx - dy
        if self.sign == "*":
            return x * y, x * dy + y * dx
        if self.sign == "/":
            if y == 0:
                return math.nan, np.full_like(dx, math.nan)
            return x / y, (dx * y - x * dy) / y**2
        return _power(x, dx, y, dy)


def _power(x: float, dx: NDArray[np.float64], y: float, dy: NDArray[np.float64]) -> Dual:
    value = _safe(lambda base: float(base**y) if isinstance(base**y, float) else math.nan, x)
    gradient = _safe(lambda base: y * float(base ** (y - 1.0)), x) * dx
    if np.any(dy):
        gradient = gradient + value * _safe(math.log, x) * dy
    return value, gradient


class _Reader:
    """Recursive descent over the tokens of one expression."""

    def __init__(self, tokens: tuple[Token, ...], end: Token) -> None:
        self.tokens, self.end, self.at = tokens, end, 0
        self.names: list[Token] = []

    def peek(self) -> Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else self.end

    def take(self) -> Token:
        token = self.peek()
        self.at += 1
        return token

    def sum(self) -> _Node:
        node = self.product()
        while self.peek().text in ("+", "-") and self.peek().kind == "sign":
            node = _Binary(self.take().text, node, self.product())
        return node

    def product(self) -> _Node:
        node = self.signed()
        while self.peek().text in ("*", "/") and self.peek().kind == "sign":
            node = _Binary(self.take().text, node, self.signed())
        return node

    def signed(self) -> _Node:
        if self.peek().kind == "sign" and self.peek().text in ("-", "+"):
            sign = self.take().text
            node = self.signed()
            return _Binary("-", _Number(0.0), node) if sign == "-" else node
        return self.power()

    def power(self) -> _Node:
        node = self.atom()
        if self.peek().text == "^":
            self.take()
            return _Binary("^", node, self.signed())
        return node

    def atom(self) -> _Node:
        token = self.take()
        if token.kind == "number":
            return _Number(float(token.text))
        if token.text == "(":
            node = self.sum()
            self.close()
            return node
        if token.kind == "name" and self.peek().text == "(":
            if token.text not in _FUNCTIONS:
                raise ExpressionError(token, f"unknown function {token.text!r}; known: {', '.join(_FUNCTIONS)}")
            self.take()
            node = self.sum()
            self.close()
            return _Call(token.text, node)
        if token.kind == "name":
            self.names.append(token)
            return _Name(token.text)
        found = f"found {token.text!r}" if token.text.strip() else "the line ends"
        raise ExpressionError(token, f"{found} where a label, a number or '(' was expected")

    def close(self) -> None:
        token = self.take()
        if token.text != ")":
            raise ExpressionError(token, "a '(' is not closed")


def parse_expression(tokens: tuple[Token, ...], end: Token) -> Expression:
    """
    Parse the tokens of one expression; `end` is the token that follows it.

    Raises
    ------
    ExpressionError
        Where the expression cannot be read.
    """
    reader = _Reader(tokens, end)
    node = reader.sum()
    if reader.at < len(tokens):
        raise ExpressionError(reader.peek(), f"found {reader.peek().text!r} where an operator or the end was expected")
    return Expression("".join(t.text for t in tokens), tuple(reader.names), node)
