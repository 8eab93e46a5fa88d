"""Equal parameters: shared labels, ``equal()``, ``group_equal``, effect coding; each as ``==`` rows, as in lavaan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from wxsat.errors import ModelError, UsageError, nearest
from wxsat.sem.defaults import classify_variables
from wxsat.sem.model_options import ModelOptions
from wxsat.sem.parameter import Parameter


def number_free(rows: Sequence[Parameter]) -> list[Parameter]:
    """Return the rows with their free parameters numbered from 1."""
    numbered, free = [], 0
    for row in rows:
        free += row.free > 0
        wanted = free if row.free else 0
        numbered.append(row if row.free == wanted else row.with_free(wanted))
    return numbered


def tie_rows(rows: list[Parameter], options: ModelOptions, where: str) -> list[tuple[str, str]]:
    """
    Find rows that share a name and tie them; `rows` is changed in place.

    A name is the row's own label, else its own text with the group; equal parameters of groups share the text of
    the first group. Rows tied to a fixed one are fixed to its value. Bounds widen to those of the whole class.

    Returns
    -------
    list of (plabel, plabel)
        The ``==`` rows to add.
    """
    names = _shared_names(rows, options, where)
    places: dict[str, list[int]] = {}
    for position, name in enumerate(names):
        places.setdefault(name, []).append(position)
    second: dict[int, str] = {where_[1]: name for name, where_ in places.items() if len(where_) > 1}
    pairs: list[tuple[str, str]] = []
    for position in sorted(second):
        pairs += _tie(rows, places[second[position]])
    return pairs


def _tie(rows: list[Parameter], places: list[int]) -> list[tuple[str, str]]:
    for bound in ("lower", "upper"):
        known = [v for i in places if (v := getattr(rows[i], bound)) is not None]
        if known:
            widest = min(known) if bound == "lower" else max(known)
            for i in places:
                rows[i] = replace(rows[i], **{bound: widest})
    fixed = [rows[i] for i in places if not rows[i].free]
    if fixed:
        for i in places:
            rows[i] = replace(rows[i], free=0, ustart=fixed[0].ustart)
        return []
    first = rows[places[0]].plabel
    for i in places:
        rows[i] = replace(rows[i], label=rows[i].label or first)
    return [(first, rows[i].plabel) for i in places[1:]]


def _shared_names(rows: Sequence[Parameter], options: ModelOptions, where: str) -> list[str]:
    names = [row.name + (f".g{row.group}" if row.group > 1 else "") for row in rows]
    if options.group_equal:
        equal = _equal_over_groups(rows, options, where)
        names = [row.name if row.name in equal else name for row, name in zip(rows, names, strict=True)]
    names = [name + (f".l{row.level}" if row.level > 1 else "") for row, name in zip(rows, names, strict=True)]
    labelled = [row.label or name for row, name in zip(rows, names, strict=True)]
    for row in rows:
        if "~" in row.label and row.label not in names:
            known = nearest(row.label, names)
            raise ModelError(
                "SEM-010", f"equal() names the parameter {row.label!r}, which is not there.{known}", where=where
            )
    return labelled


def _equal_over_groups(rows: Sequence[Parameter], options: ModelOptions, where: str) -> set[str]:
    first = [row for row in rows if row.group == 1]
    latent = {row.lhs for row in first if row.op == "=~"}
    given = set(classify_variables([row.key for row in first if row.user]).covariates)
    equal = {row.name for row in first if _kind(row, latent, given) in options.group_equal}
    known = {row.name for row in first}
    freed = {_same(name, known) for name in options.group_partial}
    for name in freed - known:
        raise UsageError(
            "SEM-064",
            f"group_partial names {name!r}, which is no parameter of the model.{nearest(name, known)}",
            where=where,
            hint="Write it as in the model: PU=~PU2, PU3~1, PU1~~PU1.",
        )
    return equal - freed


def _same(name: str, known: set[str]) -> str:
    """Return a parameter's name as the table writes it: no blanks, a covariance in model order."""
    name = "".join(name.split())
    lhs, op, rhs = name.partition("~~")
    return rhs + op + lhs if op and name not in known and rhs + op + lhs in known else name


def _kind(row: Parameter, latent: set[str], given: set[str]) -> str | None:
    """Return the word of ``group_equal`` that a parameter falls under."""
    words = {"=~": "loadings", "~": "regressions", "|": "thresholds"}
    if row.op in words or row.op == "~*~":
        return words.get(row.op)
    if row.lhs in given:
        return None
    if row.op == "~1":
        return "means" if row.lhs in latent else "intercepts"
    own = row.lhs == row.rhs
    if row.lhs in latent:
        return "lv.variances" if own else "lv.covariances"
    return "residuals" if own else "residual.covariances"


def effect_coding_ties(rows: list[Parameter], options: ModelOptions) -> list[tuple[str, str]]:
    """
    Return the ``==`` rows of effect coding; latent means of coded blocks become free in `rows`.

    Loadings of a latent average 1, intercepts of its indicators sum to 0 (Little, Slegers and Card 2006).
    """
    ties: list[tuple[str, str]] = []
    for block in dict.fromkeys(row.block for row in rows):
        own = [row for row in rows if row.block == block]
        for latent in dict.fromkeys(row.lhs for row in own if row.op == "=~"):
            loadings = [row for row in own if row.op == "=~" and row.lhs == latent]
            items = {row.rhs for row in loadings}
            # Read anew: the means that the latents below gave free are intercepts of the latent above.
            intercepts = [row for row in rows if row.block == block and row.op == "~1" and row.lhs in items]
            if "loadings" in options.effect_coding and all(row.free for row in loadings):
                ties.append(_summing(loadings, str(len(loadings))))
            if "intercepts" in options.effect_coding and intercepts and all(row.free for row in intercepts):
                ties.append(_summing(intercepts, "0"))
                _free_mean(rows, block, latent)
    return ties


def _free_mean(rows: list[Parameter], block: int, latent: str) -> None:
    """Free the mean of a latent in one block, unless the model's text says what it is."""
    for i, row in enumerate(rows):
        if row.block == block and row.op == "~1" and row.lhs == latent and not row.user:
            rows[i] = replace(row, free=1)


def _summing(rows: Sequence[Parameter], total: str) -> tuple[str, str]:
    first, *others = [row.plabel for row in rows]
    return first, "-".join([total, *others])
