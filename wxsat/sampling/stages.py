"""The stages of a sample: strata, units and how many of them there were, coded for arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from wxsat.errors import DataError, Fault, nearest

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
Lonely = Literal["fail", "adjust", "certainty"]
LONELY_RULES = ("fail", "adjust", "certainty")
# A sampling fraction this near to one leaves no variance (survey's own rule).
WHOLE = 1e-7


@dataclass(frozen=True)
class Stage:
    """
    One stage of sampling.

    Attributes
    ----------
    strata : ndarray of int, shape (n,)
        Stratum of each row, within the units of the stages before.
    units : ndarray of int, shape (n,)
        Unit of each row, unique over strata.
    unit_strata : ndarray of int, shape (n_units,)
        Stratum of each unit.
    sampled : ndarray, shape (n_strata,)
        Units sampled in each stratum.
    population : ndarray, shape (n_strata,)
        Units in the population of each stratum; infinite where no finite-population correction is made.
    names : tuple of str
        Of the strata, as errors name them.
    """

    strata: Codes
    units: Codes
    unit_strata: Codes
    sampled: Array
    population: Array
    names: tuple[str, ...]

    @property
    def n_units(self) -> int:
        """Number of units at this stage."""
        return len(self.unit_strata)

    @property
    def remaining(self) -> Array:
        """Share of each stratum's units that was not sampled: 1 - n/N."""
        with np.errstate(invalid="ignore"):
            return np.where(np.isinf(self.population), 1.0, 1.0 - self.sampled / self.population)


def read_stages(
    frame: pd.DataFrame, strata: Sequence[str], clusters: Sequence[str], fpc: Sequence[str]
) -> tuple[Stage, ...]:
    """
    Read the stages from columns.

    Parameters
    ----------
    frame : DataFrame
    strata, clusters, fpc : sequence of str
        Columns, one a stage; no cluster column means that the rows themselves were drawn.

    Raises
    ------
    DataError
        SAMP-030 no such column, SAMP-034 empty cells or more strata than stages, SAMP-032 population sizes that are
        not numbers, vary within a stratum or are below the sample; all at once.
    """
    _require_columns(frame, (*strata, *clusters, *fpc))
    depth = max(len(clusters), 1)
    if len(strata) > depth or len(fpc) > depth:
        what = "strata" if len(strata) > depth else "fpc"
        message = f"{what} names {max(len(strata), len(fpc))} columns for a sample of {depth} stage(s)."
        raise DataError("SAMP-034", message, where=what, hint="Name one cluster column a stage.")
    sizes = _sizes(frame, fpc)
    fractions = bool(sizes) and not any((size > 1).any() for size in sizes)
    stages: list[Stage] = []
    faults: list[Fault] = []
    parents = np.zeros(len(frame), dtype=np.int64)
    for depth_now in range(depth):
        within = parents
        names: tuple[str, ...] = ("the sample",)
        if depth_now < len(strata):
            own, levels = _codes(frame, strata[depth_now])
            within, kept = _joined(parents, own, len(levels))
            names = tuple(f"{strata[depth_now]}={levels[k % len(levels)]}" for k in kept.tolist())
        elif depth_now:
            names = tuple(f"{clusters[depth_now - 1]} number {k + 1}" for k in range(int(parents.max()) + 1))
        if clusters:
            own, levels = _codes(frame, clusters[depth_now])
            units, _ = _joined(within, own, len(levels))
        else:
            units = np.arange(len(frame), dtype=np.int64)
        size = sizes[depth_now] if depth_now < len(sizes) else None
        stages.append(_stage(within, units, names, size, fractions, fpc[depth_now] if size is not None else "", faults))
        parents = units
    if faults:
        raise DataError.from_faults(faults)
    return tuple(stages)


def _require_columns(frame: pd.DataFrame, names: Sequence[str]) -> None:
    faults = []
    for name in dict.fromkeys(names):
        if name not in frame.columns:
            hint = nearest(name, map(str, frame.columns)).strip()
            faults.append(Fault("SAMP-030", f"the data have no column '{name}'.", name, hint))
        elif (empty := int(frame[name].isna().sum())) > 0:
            message = f"{empty} rows have no value in '{name}'; a design must be known for every respondent."
            faults.append(Fault("SAMP-034", message, name, "Fill them in or leave those respondents out."))
    if faults:
        raise DataError.from_faults(faults)


def _codes(frame: pd.DataFrame, name: str) -> tuple[Codes, list[str]]:
    import pandas as pd

    codes, levels = pd.factorize(frame[name], sort=False)
    return np.asarray(codes, dtype=np.int64), [str(level) for level in levels.tolist()]


def _joined(outer: Codes, inner: Codes, n_inner: int) -> tuple[Codes, Codes]:
    """Return codes of the pairs that occur, from 0, and the pairs themselves as one number each."""
    kept, codes = np.unique(outer * max(n_inner, 1) + inner, return_inverse=True)
    return np.asarray(codes, dtype=np.int64), np.asarray(kept, dtype=np.int64)


def _sizes(frame: pd.DataFrame, fpc: Sequence[str]) -> list[Array]:
    sizes = []
    for name in fpc:
        try:
            values = np.asarray(frame[name].to_numpy(dtype=np.float64))
        except (TypeError, ValueError):
            raise DataError("SAMP-032", "population sizes are numbers.", where=name) from None
        if not (values > 0).all():
            raise DataError("SAMP-032", "population sizes are positive.", where=name)
        sizes.append(values)
    return sizes


def _stage(
    strata: Codes,
    units: Codes,
    names: tuple[str, ...],
    size: Array | None,
    fractions: bool,
    column: str,
    faults: list[Fault],
) -> Stage:
    n_strata = int(strata.max()) + 1
    first = np.unique(units, return_index=True)[1]
    unit_strata = strata[first]
    sampled = np.bincount(unit_strata, minlength=n_strata).astype(np.float64)
    population = np.full(n_strata, np.inf)
    if size is not None:
        stated = np.full(n_strata, np.nan)
        stated[strata] = size
        varying = np.unique(strata[np.abs(size - stated[strata]) > 1e-9 * np.abs(size)])
        population = sampled / stated if fractions else stated
        small = np.flatnonzero(population < sampled - 1e-9)
        faults += [Fault("SAMP-032", f"'{column}' varies within {names[h]}.", column) for h in varying[:5].tolist()]
        faults += [
            Fault(
                "SAMP-032",
                f"'{column}' gives {population[h]:g} units for {names[h]}, where {sampled[h]:g} were sampled.",
                column,
                "Give population sizes, or sampling fractions of at most 1.",
            )
            for h in small[:5].tolist()
        ]
    return Stage(strata, units, unit_strata, sampled, population, names)


def inclusion_weights(stages: Sequence[Stage]) -> Array | None:
    """Return the weights that the population sizes imply (product of N/n over the stages); None without all sizes."""
    if any(np.isinf(stage.population).any() for stage in stages):
        return None
    weights = np.ones(len(stages[0].strata))
    for stage in stages:
        weights *= (stage.population / stage.sampled)[stage.strata]
    return weights
