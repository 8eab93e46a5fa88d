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
        k = layout.first_covariance
        target = root.turn(np.concatenate([np.zeros(k), values[k:]]))
        if root.whole is None:
            left, part = target[k:], gamma[k:, k:]
        else:
            # The free statistics span the first k columns of the root: what is left is orthogonal to them.
            basis = np.linalg.qr(root.whole[:, :k])[0]
            left = target - basis @ (basis.T @ target)
            away = np.eye(len(target)) - basis @ basis.T
            part = away @ gamma @ away
        statistic += (size - 1.0) * float(left @ left)
        df += len(values) - k
        first += float(np.trace(part))
        second += float(np.einsum("ij,ij->", part, part))
    return OrdinalBaseline(ordinal_tests(statistic, df, (first, second), recipe))
