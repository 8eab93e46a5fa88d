"""The baseline of ordinal models: no correlations; thresholds, means, slopes and variances as observed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.ordinal.inference import ordinal_tests
from wxsat.sem.ordinal.layout import OrdinalLayout
from wxsat.sem.ordinal.weights import Root
from wxsat.sem.robust.sandwich import Recipe
from wxsat.sem.robust.scaled_tests import TestStatistic

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(frozen=True)
class OrdinalBaseline:
    """Tests of the baseline, the same ones as the model's."""

    tests: dict[str, TestStatistic]


def ordinal_baseline(
    layouts: Sequence[OrdinalLayout],
    observed: Sequence[Array],
    roots: Sequence[Root],
    turned: Sequence[Array],
    sizes: Array,
    recipe: Recipe,
) -> OrdinalBaseline:
    """
    Return the tests of the baseline; it needs no search.

    With a diagonal weight the free statistics fit perfectly and the correlations alone are left; with the full one what
    remains of them after regression on the others.
    """
    statistic, df = 0.0, 0
    first = second = 0.0
    for layout, values, root, gamma, size in zip(layouts, observed, roots, turned, sizes.tolist(), strict=True):
        free = free_in_baseline(layout)
        target = root.turn(np.where(free, 0.0, values))
        if root.whole is None:
            at = np.flatnonzero(~free)
            # The covariances are the last statistics: mostly a corner of the matrix, which needs no copy.
            corner = len(at) and at[-1] - at[0] == len(at) - 1
            part = gamma[at[0] : at[-1] + 1, at[0] : at[-1] + 1] if corner else gamma[np.ix_(at, at)]
            left = target[at]
        else:
            # The free statistics span some columns of the root: what is left is orthogonal to them.
            basis = np.linalg.qr(root.whole[:, free])[0]
            left = target - basis @ (basis.T @ target)
            away = np.eye(len(target)) - basis @ basis.T
            part = away @ gamma @ away
        statistic += (size - 1.0) * float(left @ left)
        df += int((~free).sum())
        first += float(np.trace(part))
        second += float(np.einsum("ij,ij->", part, part))
    return OrdinalBaseline(ordinal_tests(statistic, df, (first, second), recipe))


def free_in_baseline(layout: OrdinalLayout) -> NDArray[np.bool_]:
    """Return which statistics the baseline leaves as they are: all but covariances, and those among covariates."""
    free = np.arange(layout.n_statistics) < layout.first_covariance
    i, j = layout.below
    free[layout.first_covariance :] = layout.sources[i] & layout.sources[j]
    return free
