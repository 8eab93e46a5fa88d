"""What a model text says and what it leaves unsaid, as rows: the work of lavaan's ``lavaanify``.

Every block (a group, a level) is completed by itself: the written rows, then the default ones, each fixed or free by
rule and then by its own modifiers. Without ``group:`` lines the one text is repeated for every group.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from wxsat.errors import Fault, ModelError
from wxsat.sem.defaults import Triple, VariableRoles, classify_variables, default_parameters, lone_indicators
from wxsat.sem.model_options import ModelOptions
from wxsat.sem.modifiers import Modifier
from wxsat.sem.parameter import Parameter
from wxsat.sem.syntax import Block, Relation, Syntax

_Written = dict[Triple, Relation]


def complete_rows(syntax: Syntax, options: ModelOptions, n_groups: int) -> list[Parameter]:
    """
    Return the rows of all parameters, free ones not yet numbered, without equalities.

    Raises
    ------
    ModelError
        SEM-060 when ``c()`` or the ``group:`` lines do not fit the number of groups.
    """
    _check_group_values(syntax, n_groups)
    outcomes = {r.lhs.text for r in syntax.relations if r.op == "~"}
    rows: list[Parameter] = []
    several = len({block.level for block in syntax.blocks}) > 1
    for number, (group, block, relations) in enumerate(_blocks(syntax, n_groups), start=1):
        level = _level_number(syntax, block)
        roles = classify_variables([r.key for r in relations], explained_elsewhere=outcomes if several else ())
        written = {_in_order(r.key, roles): r for r in relations}
        rows += _complete(written, roles, options, (group, number, level), len(rows))
    return _two_level_intercepts(rows) if several else rows


def _blocks(syntax: Syntax, n_groups: int) -> Iterator[tuple[int, Block, list[Relation]]]:
    """Yield (group, block, relations), groups outermost; ``group:`` blocks are one group each."""
    names = list(dict.fromkeys(block.group for block in syntax.blocks if block.group))
    for group in range(1, n_groups + 1):
        for block in syntax.blocks:
            if names and block.group and names.index(block.group) != group - 1:
                continue
            yield group, block, [r for r in syntax.relations if r.block == block]


def _level_number(syntax: Syntax, block: Block) -> int:
    levels = list(dict.fromkeys(b.level for b in syntax.blocks if b.level))
    return levels.index(block.level) + 1 if block.level else 1


def _check_group_values(syntax: Syntax, n_groups: int) -> None:
    names = list(dict.fromkeys(block.group for block in syntax.blocks if block.group))
    if names and len(names) != n_groups:
        raise ModelError(
            "SEM-060",
            f"the model has {len(names)} group blocks ({', '.join(names)}), the data have {n_groups}.",
            where=syntax.source.name,
            hint="Write one group: block for every group of the data, and name the grouping column.",
        )
    allowed = {1} if names else {1, n_groups}
    faults: list[Fault] = []
    for modifier in (m for r in syntax.relations for m in r.modifiers):
        if len(modifier.values) not in allowed:
            message = f"c() gives {len(modifier.values)} values, the model has {n_groups} group(s)."
            hint = "Give one value a group." if n_groups > 1 else "c() needs groups: name the grouping column."
            faults.append(syntax.source.fault("SEM-060", message, modifier.token, hint))
    if faults:
        raise ModelError.from_faults(faults)


def _complete(
    written: _Written, roles: VariableRoles, options: ModelOptions, place: tuple[int, int, int], before: int
) -> Iterator[Parameter]:
    group, block, level = place
    means = options.meanstructure or options.growth or any(key[1] == "~1" for key in written)
    defaults = default_parameters(roles, mean_structure=means, thresholds=dict(options.ordered))
    markers = set() if options.std_lv or "loadings" in options.effect_coding else _markers(written)
    lone = lone_indicators(list(written))
    whole = _whole_responses(written, lone, options)
    free = 0
    for number, key in enumerate((*written, *(key for key in defaults if key not in written)), start=before + 1):
        relation = written.get(key)
        if key in whole:
            value = _of_whole_response(key, options, group)
        elif relation is not None:
            scaled = _scales_itself(key, options)
            value = 1.0 if scaled else _fixed_by_rule(key, True, roles, options, markers, lone)
        else:
            freed = group > 1 and _freed_later(key, roles, options)
            value = None if freed else _fixed_by_rule(key, False, roles, options, markers, lone)
        exo = relation is None and options.fixed_x and key[1] in ("~~", "~1") and key[0] in roles.covariates
        row = Parameter(
            number,
            *key,
            user=int(relation is not None),
            block=block,
            group=group,
            free=0 if value is not None or exo else free + 1,
            ustart=None if exo else value,
            exo=int(exo),
            plabel=f".p{number}.",
            level=level,
        )
        row = _modified(row, relation.modifiers, group) if relation and relation.modifiers else row
        free += row.free > 0
        yield row


def _in_order(key: Triple, roles: VariableRoles) -> Triple:
    """Write a covariance with its variables in model order, latents first, so that it has one name."""
    lhs, op, rhs = key
    if op != "~~":
        return key
    place = {name: i for i, name in enumerate((*roles.latent, *roles.observed))}
    return (lhs, op, rhs) if place[lhs] <= place[rhs] else (rhs, op, lhs)


def _markers(written: _Written) -> set[Triple]:
    first: dict[str, Triple] = {}
    for key in written:
        if key[1] == "=~":
            first.setdefault(key[0], key)
    return set(first.values())


def _fixed_by_rule(
    key: Triple,
    is_written: bool,
    roles: VariableRoles,
    options: ModelOptions,
    markers: set[Triple],
    lone: set[str],
) -> float | None:
    """Return the value that a rule fixes the parameter to, None when it is free."""
    lhs, op, rhs = key
    if key in markers or (options.std_lv and op == "~~" and lhs == rhs and lhs in roles.latent):
        return 1.0
    if is_written or op == "|":
        return None
    if lhs in options.ordered_names and (op in ("~1", "~*~") or lhs == rhs):
        return 0.0 if op == "~1" else 1.0
    if op == "~1":
        return 0.0 if (lhs in roles.latent) != options.growth else None
    if lhs == rhs:
        return 0.0 if lhs in lone else None
    return 0.0 if options.orthogonal and lhs in roles.latent and rhs in roles.latent else None


def _freed_later(key: Triple, roles: VariableRoles, options: ModelOptions) -> bool:
    """Whether equal loadings or intercepts give a later group its latent's variance or mean free."""
    lhs, op, rhs = key
    equal = options.group_equal
    if lhs in options.ordered_names:
        return "thresholds" in equal and _ordinal_freed_later(key, options)
    if lhs not in roles.latent:
        return False
    if op == "~1":
        return not options.growth and "intercepts" in equal and "means" not in equal
    return op == "~~" and lhs == rhs and options.std_lv and "loadings" in equal and "lv.variances" not in equal


def _whole_responses(written: _Written, lone: set[str], options: ModelOptions) -> set[Triple]:
    """
    Return the rows of latents that one ordinal item alone measures: loading, residual variance and own variance.

    Such a latent is the item's latent response itself, so that its scale gives the latent's variance.
    """
    found: set[Triple] = set()
    for lhs, op, rhs in written:
        if op == "=~" and rhs in lone and rhs in options.ordered_names:
            found |= {(lhs, op, rhs), (rhs, "~~", rhs), (lhs, "~~", lhs)}
    return found


def _of_whole_response(key: Triple, options: ModelOptions, group: int) -> float | None:
    lhs, op, _ = key
    if op == "~~" and lhs in options.ordered_names:
        return 0.0
    later = group > 1 and op == "~~" and "thresholds" in options.group_equal
    return None if later and options.parameterization == "theta" else 1.0


def _scales_itself(key: Triple, options: ModelOptions) -> bool:
    """Whether a written row gives an ordinal variable its scale, so that only a modifier can free it."""
    lhs, op, rhs = key
    return lhs in options.ordered_names and lhs == rhs and op in ("~~", "~*~")


def _ordinal_freed_later(key: Triple, options: ModelOptions) -> bool:
    """
    Whether equal thresholds give a later group its own intercepts, and its own scale or residual variances.

    So have Wu and Estabrook (2016), and lavaan from 0.7 on; 0.6-14 left the intercepts at 0 and freed latent means.
    """
    lhs, op, rhs = key
    if op == "~1":
        return "intercepts" not in options.group_equal or f"{lhs}~1" in options.group_partial
    if op == "~*~":
        return options.parameterization == "delta"
    return op == "~~" and lhs == rhs and options.parameterization == "theta" and "residuals" not in options.group_equal


def _modified(row: Parameter, modifiers: Sequence[Modifier], group: int) -> Parameter:
    for modifier in modifiers:
        value = modifier.in_group(group)
        if modifier.kind == "fixed":
            row = replace(row, free=int(value is None), ustart=None if value is None else float(value))
        elif modifier.kind == "start":
            row = replace(row, ustart=float(value or 0.0))
        elif modifier.kind in ("label", "equal"):
            row = replace(row, label=str(value))
        elif modifier.kind == "lower":
            row = replace(row, lower=float(value or 0.0))
        else:
            row = replace(row, upper=float(value or 0.0))
    return row


def _two_level_intercepts(rows: list[Parameter]) -> list[Parameter]:
    """Give a variable of both levels its intercept on the upper one; the lower one is 0."""
    above = {(row.group, row.lhs) for row in rows if row.op == "~1" and row.level > 1}
    return [
        replace(row, free=0, ustart=0.0) if row.op == "~1" and row.level == 1 and (row.group, row.lhs) in above else row
        for row in rows
    ]
