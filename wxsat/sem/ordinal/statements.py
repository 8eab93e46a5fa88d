"""What a model text may say about ordinal variables: thresholds that exist, scales that are parameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from wxsat.errors import Fault, ModelError, UsageError, nearest
from wxsat.sem.model_options import PARAMETERIZATIONS, ModelOptions

if TYPE_CHECKING:
    from wxsat.sem.syntax import Relation, Syntax


def check_ordinal_statements(syntax: Syntax, options: ModelOptions) -> None:
    """
    Refuse what a text says of ordinal variables and cannot mean.

    Raises
    ------
    ModelError
        SEM-016 a threshold that the data do not have, SEM-017 a scale or residual variance that is no parameter,
        SEM-018 thresholds of a variable that is not ordinal.
    UsageError
        SEM-025 options that do not go together.
    """
    _check_options(options, syntax)
    faults = [fault for relation in syntax.relations for fault in _faults(relation, syntax, options)]
    if faults:
        raise ModelError.from_faults(faults)


def _check_options(options: ModelOptions, syntax: Syntax) -> None:
    where = syntax.source.name
    if options.parameterization not in PARAMETERIZATIONS:
        raise UsageError(
            "SEM-025",
            f"parameterization={options.parameterization!r} is unknown. Known: 'delta', 'theta'."
            f"{nearest(options.parameterization, PARAMETERIZATIONS)}",
            where="parameterization",
        )
    if not options.ordered:
        if "thresholds" in options.group_equal:
            raise UsageError("SEM-025", "equal thresholds were asked, but no variable is ordinal.", where=where,
                             hint='Give ordered="all" or the names of the ordinal items.')  # fmt: skip
        return
    if any(block.level for block in syntax.blocks):
        raise UsageError("SEM-025", "ordinal variables in a two-level model are not available.", where=where,
                         hint="Give cluster= without level: blocks for errors that hold within clusters.")  # fmt: skip
    if "residuals" in options.group_equal and options.parameterization == "delta":
        raise UsageError(
            "SEM-025",
            "residual variances of ordinal items are no parameters of the delta parameterisation; "
            "they cannot be held equal.",
            where="group_equal",
            hint='Give parameterization="theta".',
        )


def _faults(relation: Relation, syntax: Syntax, options: ModelOptions) -> Iterator[Fault]:
    lhs, op, rhs = relation.key
    cuts = dict(options.ordered)
    source = syntax.source
    if op == "|" and lhs not in cuts:
        hint = f"Give ordered= with {lhs!r} in it." if not cuts else nearest(lhs, cuts).strip()
        yield source.fault("SEM-018", f"{lhs!r} has thresholds but is not ordinal.", relation.lhs, hint)
    elif op == "|" and int(rhs[1:]) > cuts[lhs]:
        message = f"{lhs!r} has {cuts[lhs] + 1} categories and so {cuts[lhs]} threshold(s); there is no {rhs}."
        yield source.fault("SEM-016", message, relation.rhs)
    elif op == "~*~" and lhs not in cuts:
        message = f"{lhs!r} is not ordinal: only latent responses have a scale to choose."
        yield source.fault("SEM-017", message, relation.lhs, "Leave the line out.")
    elif op == "~*~" and options.parameterization == "theta" and _frees(relation):
        message = "under theta the scale follows from the residual variance; it cannot be free."
        yield source.fault("SEM-017", message, relation.lhs, f"Write {lhs} ~~ NA*{lhs} instead.")
    elif op == "~~" and lhs == rhs and lhs in cuts and options.parameterization == "delta":
        message = f"the residual variance of the ordinal {lhs!r} is no parameter under delta; it follows from the rest."
        hint = f'Use parameterization="theta", or scale {lhs} ~*~ {lhs}.'
        yield source.fault("SEM-017", message, relation.lhs, hint)


def _frees(relation: Relation) -> bool:
    return any(m.kind == "fixed" and None in m.values for m in relation.modifiers)
