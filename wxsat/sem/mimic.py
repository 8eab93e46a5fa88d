"""The defaults of other programs under one name, as lavaan's ``mimic`` has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wxsat.errors import UsageError, nearest

PROGRAMS = ("lavaan", "Mplus", "EQS")


@dataclass(frozen=True)
class Defaults:
    """The options of a fit that another program decides otherwise, as they were asked."""

    missing: str
    likelihood: str
    meanstructure: bool
    group_equal: str | Sequence[str]


def with_defaults_of(program: str | None, asked: Defaults, *, grouped: bool, estimator: str | None) -> Defaults:
    """
    Return the options with another program's defaults in place of ours, where nothing else was asked.

    ``Mplus``: a mean structure, every answer used under ML and MLR, loadings and intercepts equal over groups.
    ``EQS``: the Wishart likelihood (N - 1). Numbers that the programs compute by other formulas stay ours.

    Raises
    ------
    UsageError
        SEM-066 for another name.
    """
    if program is None or program.lower() == "lavaan":
        return asked
    names = {name.lower(): name for name in PROGRAMS}
    name = names.get(program.lower())
    if name is None:
        known = ", ".join(map(repr, PROGRAMS))
        raise UsageError(
            "SEM-066", f"mimic={program!r} is unknown. Known: {known}.{nearest(program, PROGRAMS)}", where="mimic"
        )
    plain = (estimator or "ML").upper() in ("ML", "MLR")
    if name == "EQS":
        return Defaults(asked.missing, "wishart", asked.meanstructure, asked.group_equal)
    missing = "fiml" if plain and asked.missing == "listwise" else asked.missing
    equal = ("loadings", "intercepts") if grouped and not asked.group_equal else asked.group_equal
    return Defaults(missing, asked.likelihood, True, equal)
