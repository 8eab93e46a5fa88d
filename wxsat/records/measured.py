"""Every indicator of every account: its value, interval, the cases behind it, and its bootstrap draws."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wxsat.records.account_records import PreparedRecords
from wxsat.records.definitions import DEFINITIONS, NOT_SAMPLED
from wxsat.records.indicators import Frame
from wxsat.records.read import Records
from wxsat.records.resampled import resampling_weights

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
            n, value = definition.cases(account, frame, size), float(values[name][i])
            counts[name][i] = n
            bounds = None if np.isnan(value) else definition.bounds
            intervals[name][i] = NOT_SAMPLED if bounds is None else bounds(account, frame, value, n, drawn[name][:, i])
    return values, intervals, counts, drawn
