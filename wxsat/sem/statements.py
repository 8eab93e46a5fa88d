"""Tokens to statements: where a line goes on and where the next one begins."""

from __future__ import annotations

from dataclasses import replace

from wxsat.sem.tokens import Source, Token, tokenise


def cut_statements(source: Source) -> list[tuple[Token, ...]]:
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
    if last.kind == "operator" or (last.kind == "sign" and last.text in "+*,-/^"):
        return True
    return following.kind == "operator" or (following.kind == "sign" and following.text in "+*/^,)")
