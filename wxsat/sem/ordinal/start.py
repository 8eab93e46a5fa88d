"""Where the search of an ordinal model begins: thresholds as observed, scales of 1, the rest as for any moments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.matrices import cell_of
from wxsat.sem.ordinal.sample import OrdinalGroup
from wxsat.sem.parameter_table import ParameterTable
from wxsat.sem.start_values import good_starts, small_latents, start_values

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


def ordinal_starts(table: ParameterTable, sample: Sequence[OrdinalGroup]) -> Iterator[Array]:
    """Yield starting values, the most promising first."""
    good = _with_margins(good_starts(table, sample), table, sample)
    yield good
    simple = _with_margins(start_values(table, sample[0].covariance), table, sample)
    yield simple
    yield _with_margins(small_latents(table, sample), table, sample)
    yield 0.5 * (good + simple)
    generator = np.random.default_rng(20240501)
    for _ in range(3):
        yield simple * generator.uniform(0.7, 1.3, size=len(simple))


def _with_margins(theta: Array, table: ParameterTable, sample: Sequence[OrdinalGroup]) -> Array:
    """Return starts with thresholds of the group, scales of 1 and no intercepts of ordinal variables."""
    theta = theta.copy()
    place = {name: i for i, name in enumerate(table.observed_names)}
    cuts = table.ordered
    given = set(table.covariates)
    position = {name: k for k, name in enumerate(n for n in table.observed_names if n not in given)}
    for row in table.parameters:
        if not row.free:
            continue
        k = row.free - 1
        if row.op == "|":
            _, _, number = cell_of(row, place)
            thresholds = sample[row.group - 1].known.thresholds
            theta[k] = thresholds[position[row.lhs]][number] if row.ustart is None else row.ustart
        elif row.op == "~*~" or (row.op == "~~" and row.lhs == row.rhs and row.lhs in cuts):
            theta[k] = 1.0 if row.ustart is None else row.ustart
        elif row.op == "~1" and (row.lhs in cuts or row.lhs in table.latent_names):
            theta[k] = row.ustart or 0.0
    return theta
