"""Margins: what is known of the population, as counts or shares, one list of levels a variable.

A margin may cross several variables (``gender*age``), which post-stratification needs. Totals of numeric variables
stand beside the margins, for calibration.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from wxsat.errors import Fault, StudyError

CROSSING = "*"
SHARE_SUM_TOLERANCE = 0.011
TOTAL_TOLERANCE = 0.01

Kind = Literal["count", "share"]


@dataclass(frozen=True)
class Margin:
    """
    What is known of one variable, or of several crossed.

    Attributes
    ----------
    variables : tuple of str
        One column, or several for a crossed margin.
    levels : tuple of tuple of str
        One tuple a cell, a text for each variable.
    targets : tuple of float
        Counts, or shares that sum to one.
    kind : {"count", "share"}
    unknown : tuple of tuple of str
        Levels without a target (``null`` in a file): whoever is in one counts as having no answer.
    """

    variables: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]
    targets: tuple[float, ...]
    kind: Kind
    unknown: tuple[tuple[str, ...], ...] = ()

    @property
    def name(self) -> str:
        """Name as it is printed: ``gender`` or ``gender*age``."""
        return CROSSING.join(self.variables)

    @property
    def level_names(self) -> tuple[str, ...]:
        """Names of the cells as they are printed."""
        return tuple(CROSSING.join(level) for level in self.levels)

    @property
    def total(self) -> float:
        """Sum of the targets."""
        return float(sum(self.targets))


@dataclass(frozen=True)
class Margins:
    """
    All margins of a population.

    Attributes
    ----------
    margins : tuple of Margin
    totals : mapping of str to float
        Population totals of numeric columns, for calibration.
    population : float or None
        Size of the population where it is known: the sum of the counts, or what the file states.
    notes : tuple of str
        What was read otherwise than written: percentages, sums that were brought to one.
    sha256 : str
        Of the file, empty without one.
    """

    margins: tuple[Margin, ...]
    totals: Mapping[str, float] = field(default_factory=dict)
    population: float | None = None
    notes: tuple[str, ...] = ()
    sha256: str = ""


def build_margin(name: str, targets: Mapping[str, float], where: str) -> tuple[Margin | None, list[str], list[Fault]]:
    """
    Make a margin of its cells; decide whether they are counts, shares or percentages by their sum.

    Returns
    -------
    margin : Margin or None
        None when there are faults.
    notes : list of str
    faults : list of Fault
        SAMP-004 a target that is negative or no number, SAMP-005 a level without its variables, SAMP-006 shares
        that do not sum to one.
    """
    variables = tuple(part.strip() for part in name.split(CROSSING))
    faults = [
        Fault("SAMP-004", f"the target of '{name}', level '{level}', is {value:g}; it cannot be negative.", where)
        for level, value in targets.items()
        if not value >= 0 or value == float("inf")
    ]
    levels = []
    for level in targets:
        parts = (level,) if len(variables) == 1 else tuple(part.strip() for part in level.split(CROSSING))
        if len(parts) != len(variables):
            message = f"'{name}' crosses {len(variables)} variables, but its level '{level}' names {len(parts)}."
            faults.append(Fault("SAMP-005", message, where, f"Write it as {CROSSING.join('abc'[: len(variables)])}."))
        levels.append(parts)
    total = sum(targets.values())
    if not faults and not total > 0:
        faults.append(Fault("SAMP-004", f"the targets of '{name}' sum to {total:g}.", where))
    if faults:
        return None, [], faults
    return _scaled(name, variables, tuple(levels), tuple(targets.values()), where)


def _scaled(
    name: str, variables: tuple[str, ...], levels: tuple[tuple[str, ...], ...], values: tuple[float, ...], where: str
) -> tuple[Margin | None, list[str], list[Fault]]:
    total = sum(values)
    for unit, word in ((1.0, "shares"), (100.0, "percentages")):
        if abs(total - unit) <= SHARE_SUM_TOLERANCE * unit:
            exact = abs(total - unit) <= 1e-9 * unit
            notes = [] if exact else [f"The {word} of '{name}' sum to {total:.6g} and were brought to {unit:g}."]
            return Margin(variables, levels, tuple(v / total for v in values), "share"), notes, []
    if max(values) <= 1 and len(values) > 1:
        message = f"the shares of '{name}' sum to {total:.6g}, not to 1."
        return None, [], [Fault("SAMP-006", message, where, "Name every level, or give counts.")]
    if total < 100 and any(value != round(value) for value in values):
        message = f"the percentages of '{name}' sum to {total:.6g}, not to 100."
        return None, [], [Fault("SAMP-006", message, where, "Name every level, or give counts.")]
    return Margin(variables, levels, values, "count"), [], []


def harmonise(margins: tuple[Margin, ...], population: float | None, where: str) -> tuple[float | None, list[str]]:
    """
    Return the one size of the population that all margins agree on; None when only shares are given.

    Raises
    ------
    StudyError
        SAMP-007 when margins given as counts are of different populations (more than one per cent apart).
    """
    sizes = {m.name: m.total for m in margins if m.kind == "count"}
    if population is not None:
        sizes = {"population": float(population), **sizes}
    if not sizes:
        return None, []
    first, size = next(iter(sizes.items()))
    faults = [
        Fault(
            "SAMP-007",
            f"the counts of '{name}' sum to {value:.10g}, those of '{first}' to {size:.10g}.",
            where,
            "Margins of one population must have one total; give shares if their sources differ.",
        )
        for name, value in sizes.items()
        if abs(value - size) > TOTAL_TOLERANCE * size
    ]
    if faults:
        raise StudyError.from_faults(faults)
    notes = [
        f"The counts of '{name}' sum to {value:.10g} and were brought to {size:.10g} ('{first}')."
        for name, value in sizes.items()
        if abs(value - size) > 1e-9 * size
    ]
    return size, notes
