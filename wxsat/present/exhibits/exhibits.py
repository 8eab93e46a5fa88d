"""What a result shows: its tables and its figures, in one language; and results that have no class of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wxsat.present.figures.figure import FigureSpec
from wxsat.present.table import Table

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.psychometrics.coefficients.intraclass import Retest
    from wxsat.sem.result import SemResult
    from wxsat.simulate.power.rmsea import RmseaPower


@dataclass(frozen=True)
class Exhibits:
    """Tables and figures, in the order in which they are numbered."""

    tables: tuple[Table, ...] = ()
    figures: tuple[FigureSpec, ...] = ()

    def __add__(self, other: Exhibits) -> Exhibits:
        return Exhibits((*self.tables, *other.tables), (*self.figures, *other.figures))

    def numbered(self) -> Exhibits:
        """Return them with ids that come once: the second ``fit`` is ``fit.2``, the second ``path`` ``path-2``."""
        return Exhibits(
            tuple(replace(t, id=i) for t, i in zip(self.tables, _once([t.id for t in self.tables], "."), strict=True)),
            tuple(
                replace(f, id=i) for f, i in zip(self.figures, _once([f.id for f in self.figures], "-"), strict=True)
            ),
        )

    def only(self, wanted: Sequence[str]) -> Exhibits:
        """Return those whose id, up to the first dot or hyphen, is wanted; all of them where nothing is named."""
        if not wanted:
            return self
        return Exhibits(
            tuple(table for table in self.tables if _topic(table.id) in wanted),
            tuple(figure for figure in self.figures if _topic(figure.id) in wanted),
        )


def _once(ids: Sequence[str], mark: str) -> list[str]:
    taken: list[str] = []
    for identifier in ids:
        unique, copy = identifier, 1
        while unique in taken:
            copy += 1
            unique = f"{identifier}{mark}{copy}"
        taken.append(unique)
    return taken


def _topic(identifier: str) -> str:
    return identifier.partition(".")[0].partition("-")[0]


@dataclass(frozen=True, eq=False)
class ItemCorrelations:
    """``inter_item_correlations(...)`` with what kind of correlation it holds."""

    frame: pd.DataFrame
    kind: str = "pearson"


@dataclass(frozen=True, eq=False)
class RaterAgreement:
    """``intraclass_correlations(...)``, with test-retest figures where there are two ratings."""

    frame: pd.DataFrame
    n: int
    retest: Retest | None = None


@dataclass(frozen=True, eq=False)
class ColumnAnswers:
    """Plain columns as answers on one response scale: constructs with their columns, reverse-keyed ones as asked."""

    frame: pd.DataFrame
    scales: dict[str, tuple[str, ...]]
    reverse: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class FactorReliability:
    """``evaluate_composite_reliability(...)`` of a model, observed and implied, with the model it is of."""

    frame: pd.DataFrame
    fit: SemResult


@dataclass(frozen=True)
class RmseaSizes:
    """The power of a test of fit at several sizes, for one table."""

    found: tuple[RmseaPower, ...]
