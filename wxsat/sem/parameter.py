"""One row of the parameter table, and how it is written as model text."""

from __future__ import annotations

from dataclasses import dataclass

from wxsat.sem.defaults import Triple

MODEL_OPS = ("=~", "~", "~~", "~1", "|", "~*~")


@dataclass(frozen=True, init=False)
class Parameter:
    """
    One row: a parameter of the model, a defined parameter or a constraint.

    Attributes
    ----------
    id : int
        Row number from 1.
    lhs, op, rhs : str
        ``op`` is one of ``=~ ~ ~~ ~1 | ~*~ := == < >``; for the last four `lhs` and `rhs` hold expressions.
    user : int
        1 written in the text, 0 added by default, 2 follows from a label used twice.
    block, group, level : int
        From 1 for parameters, 0 for defined parameters and constraints; a block is one level of one group.
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
    level: int = 1

    def __init__(
        self,
        id: int,
        lhs: str,
        op: str,
        rhs: str,
        user: int,
        block: int = 1,
        group: int = 1,
        free: int = 0,
        ustart: float | None = None,
        exo: int = 0,
        label: str = "",
        plabel: str = "",
        start: float | None = None,
        lower: float | None = None,
        upper: float | None = None,
        level: int = 1,
    ) -> None:
        # Tables have hundreds of rows: one dictionary is several times faster than a frozen field after the other.
        self.__dict__.update(
            id=id, lhs=lhs, op=op, rhs=rhs, user=user, block=block, group=group, free=free, ustart=ustart, exo=exo,
            label=label, plabel=plabel, start=start, lower=lower, upper=upper, level=level,
        )  # fmt: skip

    def with_free(self, number: int) -> Parameter:
        """Return the same row with another free number; twice as fast as ``replace``, for tables of many rows."""
        return Parameter(
            self.id, self.lhs, self.op, self.rhs, self.user, self.block, self.group, number, self.ustart, self.exo,
            self.label, self.plabel, self.start, self.lower, self.upper, self.level,
        )  # fmt: skip

    @property
    def key(self) -> Triple:
        """The triple ``(lhs, op, rhs)``."""
        return self.lhs, self.op, self.rhs

    @property
    def name(self) -> str:
        """The parameter as it is written: ``f=~x1``."""
        return f"{self.lhs}{self.op}{self.rhs}"
