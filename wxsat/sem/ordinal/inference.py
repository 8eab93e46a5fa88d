r"""
Errors and tests of ordinal least squares, without ever forming the residual weight U.

With statistics turned by the root of the weight, :math:`\tilde\Gamma = R\Gamma R'`, :math:`J = R\Delta K` and
:math:`E = \sum f_gJ_g'J_g`:

.. math::

   tr(U\Gamma) = \sum tr\tilde\Gamma_g - tr(E^{-1}B),\quad B = \sum f_g J_g'\tilde\Gamma_gJ_g,\\
   tr\{(U\Gamma)^2\} = \sum\lVert\tilde\Gamma_g\rVert^2 - 2\,tr(E^{-1}\sum f_g\lVert\tilde\Gamma_gJ_g\rVert^2)
                       + tr\{(E^{-1}B)^2\}.

One product of :math:`\tilde\Gamma` with the Jacobian is all that is done with k-by-k matrices. As in lavaan the errors
divide by N minus the number of groups, because the discrepancy counts :math:`N_g - 1`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.ordinal.columns import SplitColumns
from wxsat.sem.ordinal.weights import Root
from wxsat.sem.restrictions import Restrictions
from wxsat.sem.robust.sandwich import Recipe
from wxsat.sem.robust.scaled_tests import (
    TestStatistic,
    mean_scaled,
    mean_variance_adjusted,
    scaled_shifted,
    standard_test,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(frozen=True)
class OrdinalPieces:
    r"""
    What errors and tests are made of.

    Attributes
    ----------
    information, meat : ndarray, shape (n_free, n_free)
        :math:`\Delta'V\Delta` and :math:`\Delta'V\Gamma V\Delta` over groups, before restrictions.
    whole, square : float
        :math:`\sum tr\tilde\Gamma` and :math:`\sum\lVert\tilde\Gamma\rVert^2`.
    mixed : ndarray, shape (n_free, n_free)
        :math:`\sum f_g\Delta'R'\tilde\Gamma^2R\Delta`.
    """

    information: Array
    meat: Array
    whole: float
    square: float
    mixed: Array


def turned_gammas(roots: Sequence[Root], gammas: Sequence[Array]) -> list[Array]:
    """Return the asymptotic covariance matrices in the metric of the weights."""
    return [root.around(gamma) for root, gamma in zip(roots, gammas, strict=True)]


def ordinal_pieces(jacobians: Sequence[Array], turned: Sequence[Array], sizes: Array) -> OrdinalPieces:
    """
    Return the pieces of a solution.

    Parameters
    ----------
    jacobians : sequence of ndarray, shape (k, n_free)
        Turned by the roots of the weights.
    turned : sequence of ndarray, shape (k, k)
        Of :func:`turned_gammas`.
    sizes : ndarray, shape (n_groups,)
    """
    total = float(sizes.sum())
    q = jacobians[0].shape[1]
    information, meat, mixed = (np.zeros((q, q)) for _ in range(3))
    whole = square = 0.0
    for jacobian, gamma, size in zip(jacobians, turned, sizes.tolist(), strict=True):
        share = size / total
        split = SplitColumns.of(jacobian)
        product = split.before(gamma)
        information += share * split.gram()
        meat += share * split.across(product)
        mixed += share * (product.T @ product)
        whole += float(np.trace(gamma))
        square += float(np.vdot(gamma, gamma))
    return OrdinalPieces(information, meat, whole, square, mixed)


def bread_of(pieces: OrdinalPieces, restrictions: Restrictions) -> Array:
    """Return the inverse of the information under the restrictions; NaN where it is singular."""
    try:
        return restrictions.covariance(pieces.information)
    except np.linalg.LinAlgError:
        return np.full(pieces.information.shape, np.nan)


def estimates_covariance(bread: Array, product: Array, recipe: Recipe, sizes: Array) -> Array:
    """Return the covariance of the estimates from the bread and its product with the meat."""
    size = float((sizes - 1.0).sum())
    if recipe.se == "standard":
        return bread / size
    found = product @ bread / size
    return np.asarray((found + found.T) / 2)


def traces_of(pieces: OrdinalPieces, bread: Array, product: Array) -> tuple[float, float]:
    """Return the traces of U Gamma and of its square; NaN where the information is singular."""
    first = pieces.whole - float(np.trace(product))
    second = pieces.square - 2.0 * float(np.einsum("ij,ij->", bread, pieces.mixed))
    return first, second + float(np.einsum("ij,ji->", product, product))


def ordinal_tests(statistic: float, df: int, traces: tuple[float, float], recipe: Recipe) -> dict[str, TestStatistic]:
    """Return the standard test, whose p-value is known for WLS alone, and those of the recipe."""
    standard = standard_test(statistic, df)
    if recipe.estimator != "WLS":
        standard = TestStatistic("standard", statistic, float(df), np.nan)
    tests = {"standard": standard}
    first, second = traces
    for name in recipe.tests:
        if name == "satorra.bentler":
            tests[name] = mean_scaled(name, statistic, df, first)
        else:
            adjust = scaled_shifted if name == "scaled.shifted" else mean_variance_adjusted
            tests[name] = adjust(statistic, df, first, second)
    return tests
