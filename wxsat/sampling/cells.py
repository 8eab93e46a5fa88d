"""Respondents in the cells of the margins: who belongs where, and what does not match, named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from wxsat.errors import DataError, Fault, UsageError, nearest
from wxsat.sampling.levels import code_levels, folded
from wxsat.sampling.margins import CROSSING, Margin, Margins

if TYPE_CHECKING:
    import pandas as pd

MissingRule = Literal["fail", "drop", "keep"]
MISSING_RULES = ("fail", "drop", "keep")
OWN_LEVEL = "(missing)"


@dataclass(frozen=True)
class MarginCells:
    """
    One margin laid over the respondents.

    Attributes
    ----------
    variable : str
    levels : tuple of str
    codes : ndarray of int, shape (n,)
        Cell of each respondent.
    targets : ndarray, shape (n_levels,)
        Counts, or shares.
    is_share : bool
    counts : ndarray of int, shape (n_levels,)
        Respondents in each cell.
    """

    variable: str
    levels: tuple[str, ...]
    codes: NDArray[np.int64]
    targets: NDArray[np.float64]
    is_share: bool
    counts: NDArray[np.int64]


@dataclass(frozen=True)
class SampleCells:
    """
    All margins laid over those respondents that can be weighted.

    Attributes
    ----------
    margins : tuple of MarginCells
    totals : tuple of (str, ndarray, float)
        Numeric variables, their values and population totals.
    used : ndarray of bool, shape (n,)
        False where a margin variable is missing and such rows are dropped.
    """

    margins: tuple[MarginCells, ...]
    totals: tuple[tuple[str, NDArray[np.float64], float], ...]
    used: NDArray[np.bool_]


def locate_cells(
    frame: pd.DataFrame, margins: Margins, base: NDArray[np.float64], missing: MissingRule = "fail"
) -> SampleCells:
    """
    Find every respondent's cell in every margin.

    Parameters
    ----------
    frame : DataFrame
    margins : Margins
    base : ndarray, shape (n,)
        Base weights; the share of those without an answer is measured with them.
    missing : {"fail", "drop", "keep"}
        A respondent without an answer to a margin variable: is an error, gets no weight, or makes a level of its own
        that keeps its share of the sample.

    Raises
    ------
    DataError
        All at once: SAMP-010 no such column, SAMP-011 a level of the data without a target, SAMP-012 a target
        without respondents, SAMP-013 missing values, SAMP-015 respondents in a cell with target zero.
    UsageError
        SAMP-017 an unknown rule for missing values.
    """
    if missing not in MISSING_RULES:
        known = ", ".join(MISSING_RULES)
        raise UsageError("SAMP-017", f"missing={missing!r} is not known; known: {known}.{nearest(missing, known)}")
    faults: list[Fault] = []
    empty: dict[str, int] = {}
    coded = [_code(frame, margin, faults, empty) for margin in margins.margins]
    values = {name: _numeric(frame, name, faults, empty) for name in margins.totals}
    absent = [m.codes < 0 for m in coded if m is not None] + [np.isnan(v) for v in values.values() if v is not None]
    used = ~np.any(absent, axis=0) if absent else np.ones(len(frame), dtype=bool)
    if missing == "fail":
        faults += [_missing_fault(name, count) for name, count in empty.items() if count]
    if faults:
        raise DataError.from_faults(faults)
    found = [m for m in coded if m is not None]
    if missing == "keep":
        used = np.ones(len(frame), dtype=bool)
        found = [_with_own_level(m, base) for m in found]
    cells = tuple(_counted(m, used) for m in found)
    unmet = [fault for m in cells for fault in _empty_faults(m)]
    if unmet:
        raise DataError.from_faults(unmet)
    totals = tuple((name, v, margins.totals[name]) for name, v in values.items() if v is not None)
    return SampleCells(cells, totals, used)


def _code(frame: pd.DataFrame, margin: Margin, faults: list[Fault], empty: dict[str, int]) -> MarginCells | None:
    columns = []
    for variable in margin.variables:
        if variable not in frame.columns:
            hint = nearest(variable, map(str, frame.columns)).strip()
            message = f"the margin '{margin.name}' is of a variable that the data do not have: '{variable}'."
            faults.append(Fault("SAMP-010", message, variable, hint))
        else:
            columns.append(code_levels(frame[variable]))
            empty[variable] = int((columns[-1][0] < 0).sum())
    if len(columns) < len(margin.variables):
        return None
    codes = columns[0][0]
    names: list[tuple[str, ...]] = [(level,) for level in columns[0][1]]
    for more, levels in columns[1:]:
        codes = np.where((codes < 0) | (more < 0), -1, codes * max(len(levels), 1) + more)
        names = [(*name, level) for name in names for level in levels]
    told = len(faults)
    table = _match(margin, names, np.unique(codes[codes >= 0]), faults)
    cells = np.append(table, -1)[codes]
    if margin.unknown and len(faults) == told:
        empty[margin.name] = int((cells < 0).sum())
    targets = np.array(margin.targets)
    return MarginCells(
        margin.name,
        margin.level_names,
        cells,
        targets,
        margin.kind == "share",
        np.zeros(len(targets), dtype=np.int64),
    )


def _match(
    margin: Margin, names: list[tuple[str, ...]], present: NDArray[np.int64], faults: list[Fault]
) -> NDArray[np.int64]:
    """Return for each level of the data its position in the margin; a level without one is a fault."""
    exact = {level: k for k, level in enumerate(margin.levels)}
    loose = {tuple(folded(part) for part in level): k for k, level in enumerate(margin.levels)}
    unknown = {*margin.unknown, *(tuple(folded(part) for part in level) for level in margin.unknown)}
    unambiguous = len(loose) == len(exact)
    table = np.full(len(names), -1, dtype=np.int64)
    for position in present.tolist():
        name = names[position]
        if name in unknown or tuple(folded(part) for part in name) in unknown:
            continue
        found = exact.get(name)
        if found is None and unambiguous:
            found = loose.get(tuple(folded(part) for part in name))
        if found is None:
            told = CROSSING.join(name)
            known = ", ".join(f"'{level}'" for level in margin.level_names[:12])
            hint = f"Its targets: {known}.{nearest(told, margin.level_names)} Without a known target: null."
            message = f"level '{told}' of '{margin.name}' is in the data and has no target in the margins."
            faults.append(Fault("SAMP-011", message, margin.name, hint))
        else:
            table[position] = found
    return table


def _numeric(frame: pd.DataFrame, name: str, faults: list[Fault], empty: dict[str, int]) -> NDArray[np.float64] | None:
    if name not in frame.columns:
        hint = nearest(name, map(str, frame.columns)).strip()
        faults.append(Fault("SAMP-010", f"the total of '{name}' is of a column that the data do not have.", name, hint))
        return None
    try:
        values = np.asarray(frame[name].to_numpy(dtype=np.float64, na_value=np.nan))
    except (TypeError, ValueError):
        faults.append(Fault("SAMP-010", f"'{name}' has a population total but its values are not numbers.", name))
        return None
    empty[name] = int(np.isnan(values).sum())
    return values


def _missing_fault(variable: str, count: int) -> Fault:
    return Fault(
        "SAMP-013",
        f"{count} respondents have no answer to the margin variable '{variable}', or one without a target.",
        variable,
        "Fill them in, or choose missing: drop (no weight) or keep (a level of their own that keeps its share).",
    )


def _with_own_level(m: MarginCells, base: NDArray[np.float64]) -> MarginCells:
    gone = m.codes < 0
    if not gone.any():
        return m
    share = float(base[gone].sum() / base.sum())
    targets = np.append(m.targets * (1 - share), m.targets.sum() * share)
    codes = np.where(gone, len(m.levels), m.codes)
    return MarginCells(m.variable, (*m.levels, OWN_LEVEL), codes, targets, m.is_share, m.counts)


def _counted(m: MarginCells, used: NDArray[np.bool_]) -> MarginCells:
    codes = m.codes[used]
    counts = np.bincount(codes, minlength=len(m.levels))
    return MarginCells(m.variable, m.levels, codes, m.targets, m.is_share, counts)


def _empty_faults(m: MarginCells) -> list[Fault]:
    faults = []
    for level, target, count in zip(m.levels, m.targets.tolist(), m.counts.tolist(), strict=True):
        if target > 0 and not count:
            hint = "Merge it with a neighbouring level in the data and in the margins."
            hint += nearest(level, [name for name, n in zip(m.levels, m.counts, strict=True) if n])
            message = f"level '{level}' of '{m.variable}' has the target {target:.6g} and no respondent."
            faults.append(Fault("SAMP-012", message, m.variable, hint))
        if target == 0 and count:
            message = f"level '{level}' of '{m.variable}' has the target 0 and {count} respondents."
            faults.append(Fault("SAMP-015", message, m.variable, "Leave those respondents out, or correct the target."))
    return faults
