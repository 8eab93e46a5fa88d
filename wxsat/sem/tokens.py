"""Model text to tokens: every token knows its line and column, so that every later error can point at it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from wxsat.errors import Fault

MODEL_OPERATORS = ("=~", "~~", "~", "|", "~*~")
CONSTRAINT_OPERATORS = (":=", "==", "<", ">")
OPERATORS = MODEL_OPERATORS + CONSTRAINT_OPERATORS
FORMATIVE = "<~"
LATER_OPERATORS = {
    FORMATIVE: "formative blocks",
    "%": "group weights",
}

_PATTERN = re.compile(
    r"""
    (?P<space>[^\S\n]+)
  | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<name>[^\W\d]\w*(?:\.\w+)*\.?|\.[^\W\d][\w.]*)
  | (?P<operator>~\*~|=~|~~|:=|==|<~|<=|>=|~|<|>|\||%|=)
  | (?P<newline>\n|;)
  | (?P<comment>[\#!][^\n]*)
  | (?P<string>"[^"\n]*"|'[^'\n]*')
  | (?P<sign>[+*(),:/^?\-])
  | (?P<unknown>.)
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """
    One token: its kind (``name number operator string sign newline end unknown``), text, line and
    column (from 1).
    """

    kind: str
    text: str
    line: int
    column: int
    spaced: bool = False


@dataclass(frozen=True)
class Source:
    """A model text and the name it goes by in messages (a file's path, or ``model``)."""

    text: str
    name: str = "model"

    def fault(self, code: str, message: str, token: Token, hint: str = "") -> Fault:
        """Build a fault that shows the line of `token` with a caret under its place."""
        lines = self.text.split("\n")
        line = lines[token.line - 1] if token.line <= len(lines) else ""
        indent = "".join("\t" if c == "\t" else _blank(c) for c in line[: token.column - 1])
        caret = "^" * max(1, min(len(token.text), len(line) - token.column + 1))
        # The hint follows the message after one blank: with these three it stands under the line shown.
        margin = "\n   " if hint else ""
        shown = f"{message}\n    {line.rstrip()}\n    {indent}{caret}{margin}"
        return Fault(code, shown, f"{self.name}:{token.line}:{token.column}", hint)


def _blank(character: str) -> str:
    # A wide character takes two cells of a terminal: an ideographic space keeps the caret under its place.
    return "\u3000" if ord(character) > 0x2E7F else " "


def tokenise(source: Source) -> Iterator[Token]:
    """Yield the tokens of a model text, comments and blanks left out, with an ``end`` token last."""
    line, start, spaced = 1, 0, False
    for match in _PATTERN.finditer(source.text):
        kind = match.lastgroup or "unknown"
        text = match.group()
        if kind in ("space", "comment"):
            spaced = True
            continue
        yield Token(kind, text, line, match.start() - start + 1, spaced)
        spaced = False
        if text == "\n":
            line, start = line + 1, match.end()
    yield Token("end", "", line, len(source.text) - start + 1, spaced)
