"""Every indicator of every account: its value, interval, the cases behind it, and its bootstrap draws."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wxsat.records.account_records import AccountRecords, PreparedRecords
from wxsat.records.indicators import DEFINITIONS, Definition, Frame
from wxsat.records.read import Records
from wxsat.records.resampled import resampling_weights
from wxsat.records.shares import wilson_interval

Table = dict[str, NDArray[np.float64]]


def measure_indicators(
    records: Records, prepared: PreparedRecords, frame: Frame, draws: int, seed: int
) -> tuple[Table, Table, Table, Table]:
    """Value, interval (lower, upper), cases behind it, and draws of every indicator, arrays by account."""
    n = len(prepared.accounts)
    usable = {name: d for name, d in DEFINITIONS.items() if all(records.has(t, c) for t, c in d.needs)}
    values: Table = {name: np.full(n, np.nan) for name in DEFINITIONS}
    counts: Table = {name: np.zeros(n) for name in DEFINITIONS}
    intervals: Table = {name: np.full((n, 2), np.nan) for name in DEFINITIONS}
    drawn: Table = {name: np.full((draws, n), np.nan) for name in usable}
    streams = np.random.SeedSequence(seed).spawn(n)
    for i, account in enumerate(prepared.accounts):
        rng = np.random.default_rng(streams[i])
        blocks = account.blocks()
        weights = {unit: resampling_weights(of, draws, rng) for unit, of in blocks.items()}
        for name, definition in usable.items():
            unit = definition.unit
            size = len(blocks[unit]) if unit in blocks else 0
            values[name][i] = definition.measure(account, np.ones((1, size)), frame)[0]
            if unit in blocks:
                drawn[name][:, i] = definition.measure(account, weights[unit], frame)
            else:
                drawn[name][:, i] = values[name][i]
            counts[name][i] = _cases_behind(definition, account, frame, size)
            intervals[name][i] = _interval(definition, values[name][i], counts[name][i], drawn[name][:, i])
    return values, intervals, counts, drawn


def _cases_behind(definition: Definition, account: AccountRecords, frame: Frame, size: int) -> float:
    if definition.marks is None:
        return float(size)
    return float(np.isfinite(definition.marks(account, frame)).sum())


def _interval(definition: Definition, value: float, n: float, draws: NDArray[np.float64]) -> tuple[float, float]:
    if np.isnan(value) or definition.unit == "account":
        return np.nan, np.nan
    if definition.marks is not None:
        return wilson_interval(value * n, n)
    finite = draws[np.isfinite(draws)]
    return (float(np.quantile(finite, 0.025)), float(np.quantile(finite, 0.975))) if len(finite) else (np.nan, np.nan)
