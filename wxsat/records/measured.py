"""Every indicator of every account: its value, interval, the cases behind it, and its bootstrap draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wxsat.records.account_records import PreparedRecords
from wxsat.records.definitions import DEFINITIONS, NOT_SAMPLED
from wxsat.records.indicators import Frame
from wxsat.records.read import Records
from wxsat.records.resampled import resampling_weights

Table = dict[str, NDArray[np.float64]]


@dataclass(frozen=True, eq=False)
class Measured:
    """
    The indicators of all accounts, each a mapping of indicator to an array by account.

    Attributes
    ----------
    values, counts : shape (accounts,)
        Figures, and the cases behind them.
    intervals : shape (accounts, 2)
    drawn : shape (draws, accounts)
        Bootstrap draws.
    spread : shape (draws, accounts)
        The draws with half a case for and half a case against added to every share, with weights of their own: where
        all of a few cases are alike, plain draws would show no uncertainty at all.
    """

    values: Table
    counts: Table
    intervals: Table
    drawn: Table
    spread: Table


def measure_indicators(records: Records, prepared: PreparedRecords, frame: Frame, draws: int, seed: int) -> Measured:
    """
    Measure every indicator of every account.

    Notes
    -----
    The cases added to the spread of shares are those of Jeffreys' prior in a Bayesian bootstrap (Rubin 1981): of n
    like cases, x of them marked, the share has the spread of a beta distribution of x + 1/2 and n - x + 1/2.
    """
    accounts = len(prepared.accounts)
    usable = {name: d for name, d in DEFINITIONS.items() if d.told_by(records)}
    values: Table = {name: np.full(accounts, np.nan) for name in DEFINITIONS}
    counts: Table = {name: np.zeros(accounts) for name in DEFINITIONS}
    intervals: Table = {name: np.full((accounts, 2), np.nan) for name in DEFINITIONS}
    drawn: Table = {name: np.full((draws, accounts), np.nan) for name in usable}
    spread: Table = {name: np.full((draws, accounts), np.nan) for name in usable}
    streams = np.random.SeedSequence(seed).spawn(accounts)
    for i, account in enumerate(prepared.accounts):
        rng = np.random.default_rng(streams[i])
        blocks = account.blocks()
        weights = {unit: resampling_weights(of, draws, rng) for unit, of in blocks.items()}
        for name, definition in usable.items():
            unit = definition.unit
            size = len(blocks[unit]) if unit in blocks else 0
            value = float(definition.measure(account, np.ones((1, size)), frame)[0])
            own = definition.measure(account, weights[unit], frame) if unit in blocks else np.full(draws, value)
            n = definition.cases(account, frame, size)
            bounds = None if np.isnan(value) else definition.bounds
            values[name][i], counts[name][i], drawn[name][:, i] = value, n, own
            intervals[name][i] = NOT_SAMPLED if bounds is None else bounds(account, frame, value, n, own)
            spread[name][:, i] = _with_prior_cases(own, n, definition.times, rng) if definition.marks else own
    return Measured(values, counts, intervals, drawn, spread)


def _with_prior_cases(own: NDArray[np.float64], n: int, times: float, rng: np.random.Generator) -> NDArray[np.float64]:
    marked, other = rng.standard_gamma(0.5, size=(2, len(own)))
    out: NDArray[np.float64] = (n * own + times * marked) / (n + marked + other)
    return out
