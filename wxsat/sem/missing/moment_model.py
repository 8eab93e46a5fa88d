"""Models of the moments themselves (saturated, independence) as cells, so that they are fitted like any other model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.implied import Implied, implied_groups
from wxsat.sem.matrices import Cells

if TYPE_CHECKING:
    from numpy.typing import NDArray


def moment_cells(
    names: Sequence[str],
    pairs: Sequence[tuple[int, int]],
    means: Sequence[int],
    *,
    fixed_covariance: NDArray[np.float64] | None = None,
    fixed_mean: NDArray[np.float64] | None = None,
    first: int = 0,
    n_free: int | None = None,
) -> Cells:
    """
    Return the layout of a model whose parameters are means and (co)variances of observed variables.

    Parameters
    ----------
    names : sequence of str
    pairs : sequence of (int, int)
        Free cells of the covariance matrix.
    means : sequence of int
        Variables with a free mean; theta has the pairs first, then the means.
    fixed_covariance, fixed_mean : ndarray, optional
        Values of the other cells; zeros when left out.
    first : int
        Where this group's parameters begin in theta.
    n_free : int, optional
        Length of theta, when there are more groups.
    """
    p, k = len(names), len(pairs) + len(means)
    intercept = np.arange(k) >= len(pairs)
    ends = np.array([*pairs, *((i, i) for i in means)], dtype=np.intp).reshape(k, 2)
    return Cells(
        tuple(names),
        p,
        n_free if n_free is not None else first + k,
        np.arange(first, first + k),
        np.zeros(k, dtype=bool),
        intercept,
        ends[:, 0],
        ends[:, 1],
        np.zeros((p, p)),
        np.zeros((p, p)) if fixed_covariance is None else fixed_covariance,
        np.zeros(p) if fixed_mean is None else fixed_mean,
        True,
    )


def moment_values(cells: Cells, covariance: NDArray[np.float64], mean: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the free parameters of such a layout at given moments, in the order of its own cells."""
    return np.where(cells.intercept, mean[cells.row], covariance[cells.row, cells.column])


def kept_moments(n_variables: int, given: Sequence[int]) -> NDArray[np.intp]:
    """
    Return which of (mu, vech Sigma) are explained when the moments of `given` variables are taken as given.

    All means and covariances but those among the given variables themselves.
    """
    rows, columns = np.tril_indices(n_variables)
    fixed = np.zeros(n_variables, dtype=bool)
    fixed[list(given)] = True
    return np.flatnonzero(np.concatenate([~fixed, ~(fixed[rows] & fixed[columns])]))


def independence_implied(
    moments: Sequence[tuple[NDArray[np.float64], NDArray[np.float64]]],
    correlated: Sequence[int],
    given: Sequence[int],
) -> tuple[Implied, ...]:
    """
    Return the independence model of every group at its (mean, covariance).

    Parameters
    ----------
    correlated : sequence of int
        Covariates, which stay correlated.
    given : sequence of int
        Those of them whose moments are no parameters.
    """
    p = len(moments[0][0])
    pairs = [(i, i) for i in range(p) if i not in given]
    pairs += [(i, j) for i in correlated for j in correlated if j < i and not (i in given and j in given)]
    means = [i for i in range(p) if i not in given]
    width = len(pairs) + len(means)
    groups = []
    theta = np.zeros(width * len(moments))
    for g, (mean, covariance) in enumerate(moments):
        cells = moment_cells(
            [str(i) for i in range(p)], pairs, means,
            fixed_covariance=_only(covariance, given), fixed_mean=_only(mean, given),
            first=g * width, n_free=len(theta),
        )  # fmt: skip
        groups.append(cells)
        theta[cells.index] = moment_values(cells, covariance, mean)
    return implied_groups(groups, theta)


def _only(moments: NDArray[np.float64], given: Sequence[int]) -> NDArray[np.float64]:
    """Return the moments of the given variables, zeros elsewhere."""
    kept = np.zeros_like(moments)
    at = np.ix_(*[list(given)] * moments.ndim)
    kept[at] = moments[at]
    return kept
