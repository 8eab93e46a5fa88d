"""``efa("block")*F1 + efa("block")*F2 =~ x1 + x2``: which factors of a model text are explored together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from wxsat.errors import Fault, ModelError
from wxsat.sem.modifiers import Modifier
from wxsat.sem.syntax import Relation, Syntax
from wxsat.sem.tokens import Token

_CALL = re.compile(r"efa\(\s*(?:\"([^\"\n]+)\"|'([^'\n]+)')\s*\)\s*\*\s*(?=([^\W\d][\w.]*))")
_WORD = re.compile(r"(?<![\w.])efa\s*\(")
_COMMENT = re.compile(r"[#!]")


@dataclass(frozen=True)
class Block:
    """One block: its name, its factors in order, and the items that all of them measure."""

    name: str
    factors: tuple[str, ...]
    items: tuple[str, ...] = ()


def has_blocks(text: str) -> bool:
    """Whether a model text explores any factors."""
    return any(_WORD.search(_COMMENT.split(line)[0]) for line in text.splitlines())


def split_blocks(text: str, name: str) -> tuple[str, tuple[Block, ...]]:
    """
    Return the text without its ``efa()`` modifiers, every other sign at its place, and the blocks they name.

    Raises
    ------
    ModelError
        SEM-088 for an ``efa()`` that cannot be read, or a factor in two blocks.

    Examples
    --------
    >>> split_blocks('efa("b")*F =~ x', "model")[1][0].factors
    ('F',)
    """
    found: dict[str, str] = {}
    faults: list[Fault] = []
    lines = []
    for number, line in enumerate(text.splitlines(), start=1):
        code = _COMMENT.split(line)[0]
        for match in _CALL.finditer(code):
            block, factor = match.group(1) or match.group(2), match.group(3)
            if found.setdefault(factor, block) != block:
                faults.append(_fault(name, number, match, f"{factor!r} is in block {found[factor]!r} already."))
        plain = _CALL.sub(lambda match: " " * len(match.group()), code)
        left = _WORD.search(plain)
        if left is not None:
            faults.append(_fault(name, number, left, "this efa() cannot be read."))
        lines.append(plain + line[len(code) :])
    if faults:
        raise ModelError.from_faults(faults)
    names = tuple(dict.fromkeys(found.values()))
    return "\n".join(lines), tuple(Block(b, tuple(f for f, own in found.items() if own == b)) for b in names)


def _fault(name: str, line: int, match: re.Match[str], message: str) -> Fault:
    where = f"{name}, line {line}, column {match.start() + 1}"
    return Fault("SEM-088", message, where, 'Write efa("block")*F1 + efa("block")*F2 =~ x1 + x2 + x3 + x4')


def checked_blocks(syntax: Syntax, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """
    Return the blocks with their items.

    Raises
    ------
    ModelError
        SEM-089 where a model says of a factor of a block what no rotation keeps: items of its own, fixed or labelled
        loadings, a path that the other factors of the block do not have, equalities; or too few items.
    """
    faults: list[Fault] = []
    done = []
    for block in blocks:
        own = {f: [r for r in syntax.relations if r.op == "=~" and r.lhs.text == f] for f in block.factors}
        items = {f: tuple(r.rhs.text for r in relations) for f, relations in own.items()}
        first = items[block.factors[0]]
        if any(set(other) != set(first) for other in items.values()):
            faults.append(_of_block(block, "its factors do not have the same items.", "All items load on all factors."))
        elif (len(first) - len(block.factors)) ** 2 < len(first) + len(block.factors):
            faults.append(_of_block(block, f"{len(first)} items are too few for {len(block.factors)} factors."))
        if any(r.modifiers for relations in own.values() for r in relations):
            faults.append(_of_block(block, "its loadings have modifiers.", "All its loadings are free and rotated."))
        faults += _uneven(syntax, block)
        done.append(replace(block, items=first))
    if any(c.op != ":=" for c in syntax.constraints):
        message = "equalities and inequalities are not available beside rotated blocks."
        faults.append(Fault("SEM-089", message, syntax.source.name, "Leave the == < > lines out."))
    if faults:
        raise ModelError.from_faults(faults)
    return tuple(done)


def _uneven(syntax: Syntax, block: Block) -> list[Fault]:
    """Paths and covariances that some factors of a block have and others not."""
    faults: list[Fault] = []
    partners: dict[tuple[str, str, str], set[str]] = {}
    for relation in syntax.relations:
        a, b = relation.lhs.text, relation.rhs.text
        inside = (a in block.factors, b in block.factors)
        measures = relation.op == "=~" and inside == (True, False)
        if measures or not any(inside):
            continue
        said = f"{a} {relation.op} {b}"
        if all(inside) and relation.op != "~1":
            if relation.op != "~~" or a == b or relation.modifiers:
                faults.append(_of_block(block, f"{said!r} is settled by the rotation.", "Leave the line out."))
            continue
        if relation.op == "=~" or any(m.kind not in ("start", "label") for m in relation.modifiers):
            faults.append(_of_block(block, f"{said!r} would not survive a rotation."))
        own, other = (a, b) if inside[0] else (b, a)
        partners.setdefault(_kind_of_path(relation.op, other, leaving=inside[0]), set()).add(own)
    return [*faults, *_one_sided(block, partners)]


def _kind_of_path(op: str, other: str, *, leaving: bool) -> tuple[str, str, str]:
    """Return what the factors of a block must share: the operator, the other variable, and the direction if any."""
    if op == "~1":
        return "~1", "", ""
    if op == "~~":
        return "~~", other, ""
    return op, other, "from" if leaving else "to"


def _one_sided(block: Block, partners: Mapping[tuple[str, str, str], set[str]]) -> Iterator[Fault]:
    for (op, other, _), having in partners.items():
        lacking = [f for f in block.factors if f not in having]
        if lacking:
            message = f"{', '.join(lacking)} lacks the {op} {other} that {', '.join(sorted(having))} has."
            yield _of_block(block, message, "Factors that are rotated together have the same paths.")


def _of_block(block: Block, message: str, hint: str = "") -> Fault:
    return Fault("SEM-089", f"block {block.name!r}: {message}", f"efa({block.name!r})", hint)


def with_loadings(syntax: Syntax, blocks: tuple[Block, ...], *, echelon: bool, oblique: bool) -> Syntax:
    """
    Return the model with every loading of the blocks free, factor (residual) variances 1 and covariances free.

    With `echelon` the loadings above the diagonal of the first items and the covariances are 0: the same model, with
    one solution for each block's space of factors.
    """
    order = {f: (k, b.items) for b in blocks for k, f in enumerate(b.factors)}
    home = {f: b.name for b in blocks for f in b.factors}
    relations: list[Relation] = []
    for relation in syntax.relations:
        a, b = relation.lhs.text, relation.rhs.text
        if relation.op == "=~" and a in order:
            place, items = order[a]
            fixed = 0.0 if echelon and items.index(b) < place else None
            relations.append(replace(relation, modifiers=(Modifier("fixed", (fixed,), relation.rhs),)))
        elif not (relation.op == "~~" and a in home and home.get(b) == home[a]):
            relations.append(relation)
    for block in blocks:
        for k, factor in enumerate(block.factors):
            relations.append(_relation(factor, factor, 1.0))
            free = None if oblique and not echelon else 0.0
            relations += [_relation(factor, other, free) for other in block.factors[k + 1 :]]
    return replace(syntax, relations=tuple(relations))


def _relation(a: str, b: str, fixed: float | None) -> Relation:
    left, right = Token("name", a, 1, 1), Token("name", b, 1, 1)
    return Relation(left, "~~", right, (Modifier("fixed", (fixed,), right),))
