r"""Second derivatives of the implied moments, contracted with a fixed push on Sigma and a fixed pull on mu.

The exact Hessian of any discrepancy is a form in the first derivatives of the moments plus
:math:`\partial^2\{tr(Q\Sigma) + g'\mu\}/\partial\theta_k\partial\theta_l` with Q and g held fixed. With
:math:`E = (I - A)^{-1}`, :math:`C = ESE'` and :math:`\eta = E\alpha`, a cell (i, j) of A gives
:math:`\dot\Sigma = E_i C_j' + C_j E_i'`, and differentiating once more gives products of elements of E, C and
their forms with Q: no differences, no loop over parameters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.implied import Implied

if TYPE_CHECKING:
    from numpy.typing import NDArray


def moment_curvature(
    implied: Implied, push: NDArray[np.float64], pull: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    r"""
    Return the second derivatives of :math:`tr(Q\Sigma) + g'\mu`, shape (n_free, n_free).

    Parameters
    ----------
    push : ndarray, shape (n_observed, n_observed)
        Q, symmetric.
    pull : ndarray, shape (n_observed,), optional
        g; nothing without a mean structure.

    Checked against differences of the first derivatives in ``tests/unit/sem/missing/test_curvature.py``.
    """
    cells = implied.cells
    p, e, c = cells.n_observed, implied.total, implied.all_covariance
    ee = e[:p].T @ push @ e[:p]
    ec = e[:p].T @ push @ c[:p]
    toward = e[:p].T @ pull if pull is not None and cells.has_means else np.zeros(len(e))
    at = [np.flatnonzero(kind) for kind in (cells.directed, cells.undirected, cells.intercept)]
    directed, undirected, intercept = ((cells.row[k], cells.column[k]) for k in at)
    own = np.zeros((len(cells.index),) * 2)
    i, j = directed
    loops = e[j[:, None], i]  # loops[k, l]: the effect of parameter l's target on parameter k's source
    half = 2.0 * (ec[i[:, None], j] * loops + 0.5 * c[j[:, None], j] * ee[i[:, None], i])
    half += toward[i][:, None] * loops * implied.all_mean[j]
    own[np.ix_(at[0], at[0])] = half + half.T
    r, s = undirected
    share = np.where(r == s, 1.0, 2.0)
    mixed = share * (ee[i[:, None], r] * e[j[:, None], s] + ee[i[:, None], s] * e[j[:, None], r])
    own[np.ix_(at[0], at[1])], own[np.ix_(at[1], at[0])] = mixed, mixed.T
    if cells.has_means:
        bent = toward[i][:, None] * e[j[:, None], intercept[0]]
        own[np.ix_(at[0], at[2])], own[np.ix_(at[2], at[0])] = bent, bent.T
    whole = np.zeros((cells.n_free,) * 2)
    whole[np.ix_(cells.index, cells.index)] = own
    return whole
