"""Model text to a composite model: ``=~`` mode A, ``<~`` mode B, ``~`` paths, ``A:B`` products of constructs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from wxsat.errors import Fault, ModelError, UsageError
from wxsat.pls.model import Block, Mode, PathModel, topological_order
from wxsat.sem.inputs import model_text
from wxsat.sem.syntax import Relation, Syntax, read_syntax
from wxsat.sem.tokens import FORMATIVE

_MODES: dict[str, Mode] = {"=~": "A", FORMATIVE: "B"}


def read_path_model(model: str | Path | PathModel) -> PathModel:
    r"""
    Read a composite model from text or a file.

    Parameters
    ----------
    model : str, Path or PathModel
        lavaan syntax: ``A =~ a1 + a2`` (reflective, mode A), ``F <~ f1 + f2`` (formative, mode B), ``Y ~ A + F``
        (paths), ``Y ~ A + F + A:F`` (interaction), ``H =~ A + F`` (higher order). A model has no modifiers,
        covariances, intercepts or constraints: partial least squares has no such parameters.

    Raises
    ------
    ModelError
        Every fault at once: PLS-001 a statement that composites have no place for, PLS-002 a modifier, PLS-003 an
        item in two blocks, PLS-004 a cycle, PLS-005 a construct on no path, PLS-006 a product of what is no
        construct, PLS-007 a higher order of more than two levels; SEM-001 to SEM-017 for the syntax.

    Examples
    --------
    >>> read_path_model("A =~ a1 + a2\nB =~ b1 + b2\nB ~ A").paths
    (('A', 'B'),)
    """
    if isinstance(model, PathModel):
        return model
    if not isinstance(model, (str, Path)):
        raise UsageError(
            "PLS-020", f"a model of type {type(model).__name__}; text, a path or a PathModel was expected."
        )
    text, name = model_text(model, None)
    syntax = read_syntax(text, name, formative=True)
    faults = list(_faults_of_statements(syntax))
    read = _gather(syntax, text, name)
    faults += _faults_of_structure(read, syntax)
    if faults:
        raise ModelError.from_faults(faults)
    return read


def _faults_of_statements(syntax: Syntax) -> Iterable[Fault]:
    for relation in syntax.relations:
        if relation.block.group or relation.block.level:
            yield syntax.source.fault(
                "PLS-001",
                "group: and level: blocks have no place in a composite model.",
                relation.lhs,
                "Compare groups with wxsat pls mga.",
            )
        if relation.op not in ("=~", FORMATIVE, "~"):
            shown = "~ 1" if relation.op == "~1" else relation.op
            yield syntax.source.fault(
                "PLS-001",
                f"{shown!r} has no place in a composite model.",
                relation.rhs,
                "Keep =~ (mode A), <~ (mode B) and ~ (paths).",
            )
        if relation.modifiers:
            yield syntax.source.fault(
                "PLS-002",
                f"{relation.rhs.text!r} has a modifier.",
                relation.rhs,
                "Partial least squares has no fixed, equal or labelled parameters: drop it.",
            )
    for constraint in syntax.constraints:
        yield syntax.source.fault(
            "PLS-001",
            f"{constraint.op!r} has no place in a composite model.",
            constraint.token,
            "Indirect and total effects are computed without it.",
        )


def _gather(syntax: Syntax, text: str, name: str) -> PathModel:
    measured: dict[str, tuple[list[str], Mode]] = {}
    for relation in syntax.relations:
        if relation.op in _MODES:
            measured.setdefault(relation.lhs.text, ([], _MODES[relation.op]))[0].append(relation.rhs.text)
    inner = [(r.rhs.text, r.lhs.text) for r in syntax.relations if r.op == "~"]
    higher = tuple(
        Block(construct, tuple(parts), mode)
        for construct, (parts, mode) in measured.items()
        if any(part in measured for part in parts)
    )
    tops = {block.name for block in higher}
    blocks = [Block(c, tuple(items), mode) for c, (items, mode) in measured.items() if c not in tops]
    known = {block.name for block in blocks} | tops
    for pair in inner:
        for variable in (part for end in pair for part in end.split(":")):
            if variable not in known:
                known.add(variable)
                blocks.append(Block(variable, (variable,)))
    paths = tuple(dict.fromkeys(pair for pair in inner if ":" not in pair[0]))
    products = tuple(dict.fromkeys(pair for pair in inner if ":" in pair[0]))
    return PathModel(tuple(blocks), paths, products, higher, name, text)


def _faults_of_structure(model: PathModel, syntax: Syntax) -> list[Fault]:
    faults = _faults_of_blocks(model, syntax)
    names = [block.name for block in (*model.blocks, *model.higher)]
    faults += _faults_of_products(model, syntax, names)
    parts = {part for block in model.higher for part in block.items}
    joined = {end for path in model.paths for end in path}
    for block in (*model.blocks, *model.higher):
        if block.name not in joined and block.name not in parts:
            faults.append(
                Fault(
                    "PLS-005",
                    f"construct {block.name!r} stands on no path; its weights would have nothing to go by.",
                    model.name,
                    f"Write a path such as Y ~ {block.name}, or drop it.",
                )
            )
    edges = PathModel(tuple(Block(n, ()) for n in names), tuple(p for p in model.paths if set(p) <= set(names)))
    order = topological_order(edges.adjacency)
    if len(order) < len(names):
        cycle = [name for position, name in enumerate(names) if position not in order]
        faults.append(
            Fault(
                "PLS-004",
                f"the paths run in a circle among {', '.join(cycle)}.",
                model.name,
                "Partial least squares needs causes before effects: drop one of these paths.",
            )
        )
    return faults


def _faults_of_blocks(model: PathModel, syntax: Syntax) -> list[Fault]:
    faults, seen = [], dict[str, Relation]()
    modes: dict[str, str] = {}
    tops = {block.name for block in model.higher}
    known = {block.name for block in model.blocks}
    for relation in (r for r in syntax.relations if r.op in _MODES):
        item, construct = relation.rhs, relation.lhs.text
        if modes.setdefault(construct, relation.op) != relation.op:
            faults.append(
                syntax.source.fault(
                    "PLS-008",
                    f"{construct!r} is measured with both =~ and <~.",
                    relation.lhs,
                    "Choose one mode for a construct.",
                )
            )
        if item.text in seen and seen[item.text].lhs.text != construct:
            first = seen[item.text].lhs.text
            faults.append(
                syntax.source.fault(
                    "PLS-003",
                    f"{item.text!r} stands in {first!r} and in {construct!r}.",
                    item,
                    "An item belongs to one block.",
                )
            )
        seen.setdefault(item.text, relation)
        if construct in tops and item.text in tops:
            faults.append(
                syntax.source.fault(
                    "PLS-007", f"{item.text!r} is of a higher order itself.", item, "Two levels are estimated, no more."
                )
            )
        elif construct in tops and item.text not in known:
            faults.append(
                syntax.source.fault(
                    "PLS-007",
                    f"{item.text!r} is no construct, but others of {construct!r} are.",
                    item,
                    "The parts of a higher-order construct are all constructs.",
                )
            )
    return faults


def _faults_of_products(model: PathModel, syntax: Syntax, names: list[str]) -> list[Fault]:
    faults = []
    for relation in (r for r in syntax.relations if r.op == "~" and ":" in r.rhs.text + r.lhs.text):
        factors = relation.rhs.text.split(":")
        if ":" in relation.lhs.text or len(factors) != 2 or factors[0] == factors[1]:
            faults.append(
                syntax.source.fault(
                    "PLS-006",
                    f"{relation.rhs.text!r} is no product of two different constructs on the right side.",
                    relation.rhs,
                    "Write Y ~ A + B + A:B",
                )
            )
            continue
        faults += [
            syntax.source.fault(
                "PLS-006",
                f"{relation.rhs.text!r} acts on {relation.lhs.text!r} without {factor!r} itself.",
                relation.rhs,
                f"Add {factor} to its predictors.",
            )
            for factor in factors
            if (factor, relation.lhs.text) not in model.paths
        ]
        if model.higher:
            faults.append(
                syntax.source.fault(
                    "PLS-006",
                    "a product beside a higher-order construct.",
                    relation.rhs,
                    "Estimate one of them at a time.",
                )
            )
    return faults
