"""One row of the parameter table, and how it is written as model text."""

from __future__ import annotations

from dataclasses import dataclass

from wxsat.sem.defaults import Triple

MODEL_OPS = ("=~", "~", "~~", "~1")


@dataclass(frozen=True, slots=True)
class Parameter:
    """
    One row: a parameter of the model, a defined parameter or a constraint.

    Attributes
    ----------
    id : int
        Row number from 1.
    lhs, op, rhs : str
        ``op`` is one of ``=~ ~ ~~ ~1 := == < >``; for the last four `lhs` and `rhs` hold expressions.
    user : int
        1 written in the text, 0 added by default, 2 follows from a label used twice.
    block, group : int
        1 for parameters, 0 for defined parameters and constraints.
    free : int
        Number of the free parameter from 1; 0 for fixed ones.
    ustart : float or None
        Fixed value, or the starting value that the text asks for.
    exo : int
        1 for the moments of exogenous covariates, taken as given.
    label, plabel : str
        The text's label and the row's own one (``.p7.``).
    start : float or None
        Where the search begins, once it is known.
    lower, upper : float or None
        Bounds that the text asks for.
    """

    id: int
    lhs: str
    op: str
    rhs: str
    user: int
    block: int = 1
    group: int = 1
    free: int = 0
    ustart: float | None = None
    exo: int = 0
    label: str = ""
    plabel: str = ""
    start: float | None = None
    lower: float | None = None
    upper: float | None = None

    @property
    def key(self) -> Triple:
        """The triple ``(lhs, op, rhs)``."""
        return self.lhs, self.op, self.rhs

    @property
    def name(self) -> str:
        """The parameter as it is written: ``f=~x1``."""
        return f"{self.lhs}{self.op}{self.rhs}"


def row_text(row: Parameter) -> str:
    """Return the statement that gives this row again, its fixed value or freedom written out."""
    if row.op not in MODEL_OPS:
        return f"{row.lhs} {row.op} {row.rhs}"
    parts = []
    if row.free == 0 and row.ustart is not None:
        parts.append(f"{row.ustart!r}*" if row.ustart != int(row.ustart) else f"{int(row.ustart)}*")
    elif row.free and row.op == "=~":
        parts.append("NA*")
    if row.free and row.ustart is not None:
        parts.append(f"start({row.ustart!r})*")
    if row.label:
        parts.append(f'equal("{row.label}")*' if "~" in row.label else f"{row.label}*")
    parts += [
        f"{kind}({value!r})*" for kind, value in (("lower", row.lower), ("upper", row.upper)) if value is not None
    ]
    op, rhs = ("~", "1") if row.op == "~1" else (row.op, row.rhs)
    return f"{row.lhs} {op} {''.join(parts)}{rhs}"
