r"""
What an ordinal model says of thresholds, slopes, variances and correlations, and how that moves with its parameters.

With A, S and alpha of the latent responses (RAM), given covariates x:
:math:`\Sigma^* = (E S_{(x=0)} E')_{yy}`, slopes :math:`\Pi = E_{yx}`, intercepts :math:`\mu^* = (E\alpha)_y`. A scale
:math:`\delta_i` (1 for numeric variables) brings them to what the data show:

.. math::

   \tau_{ik} \to \delta_i(\tau_{ik} - \mu^*_i),\quad \Pi_{ij} \to \delta_i\Pi_{ij},\quad
   \Sigma^*_{ij} \to \delta_i\delta_j\Sigma^*_{ij}.

Under *delta* the scales are parameters (1 unless freed) and residual variances follow, so that
:math:`\delta_i^2\Sigma^*_{ii} = 1`; under *theta* residual variances are parameters and
:math:`\delta_i = \Sigma^{*-1/2}_{ii}`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.implied import Implied, implied_moments
from wxsat.sem.matrices import Cells
from wxsat.sem.ordinal.layout import NOWHERE, OrdinalLayout

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(frozen=True)
class OrdinalPoint:
    """
    One group of an ordinal model at one point.

    Attributes
    ----------
    layout : OrdinalLayout
    statistics : ndarray, shape (n_statistics,)
    jacobian : ndarray, shape (n_statistics, n_free)
    base : Implied
        Latent responses given the covariates.
    scales : ndarray, shape (n_own,)
    residual_slopes : ndarray, shape (n_ordinal, n_free)
        Derivatives of the variances that follow under delta (:attr:`OrdinalLayout.following`); zero under theta.
    """

    layout: OrdinalLayout
    statistics: Array
    jacobian: Array
    base: Implied
    scales: Array
    residual_slopes: Array


def ordinal_point(layout: OrdinalLayout, theta: Array) -> OrdinalPoint:
    """Return the implied statistics of one group and their derivatives; LinAlgError outside the domain."""
    if layout.theta_scaled:
        base = implied_moments(layout.cells, theta)
        residual = np.zeros((int(layout.ordinal.sum()), len(theta)))
        scales, slopes = _theta_scales(layout, base)
    else:
        base, residual = _delta_base(layout, theta)
        scales, slopes = layout.scales(theta), _delta_slopes(layout, len(theta))
    return _statistics(layout, theta, base, scales, slopes, residual)


def _theta_scales(layout: OrdinalLayout, base: Implied) -> tuple[Array, Array | None]:
    at = layout.ordinal_all
    variance = base.sigma[at, at]
    if (variance <= 0).any():
        raise np.linalg.LinAlgError("a latent response has no variance")
    scales = np.ones(len(layout.own))
    scales[layout.ordinal] = variance**-0.5
    slopes = np.zeros((len(layout.own), base.u.shape[1]))
    slopes[layout.ordinal] = -(variance**-1.5)[:, None] * base.u[at] * base.w[at]
    return scales, slopes


def _delta_slopes(layout: OrdinalLayout, n_free: int) -> Array | None:
    free = np.flatnonzero(layout.scale_place != NOWHERE)
    if not free.size:
        return None
    slopes = np.zeros((len(layout.own), n_free))
    slopes[free, layout.scale_place[free]] = 1.0
    return slopes


def _delta_base(layout: OrdinalLayout, theta: Array) -> tuple[Implied, Array]:
    """Return the moments with residual variances that give every latent response its variance, and their slopes."""
    at = layout.ordinal_all
    base = implied_moments(layout.cells, theta)
    scales = layout.scales(theta)[layout.ordinal]
    if (scales == 0).any():
        raise np.linalg.LinAlgError("a scale of zero")
    wanted = scales**-2.0 - base.sigma[at, at]
    alone = layout.only_outcomes
    # What one residual variance adds to every latent response.
    to = layout.following
    spread = np.eye(len(at)) if alone else base.total[np.ix_(at, to)] ** 2
    variances = wanted if alone else np.asarray(np.linalg.solve(spread, wanted), dtype=np.float64)
    if alone:
        base = _with_residuals(base, at, variances)
    else:
        base = implied_moments(_residual_cells(layout.cells, to, variances), theta)
    slopes = -2.0 * base.u[at] * base.w[at]
    places = layout.scale_place[layout.ordinal]
    free = np.flatnonzero(places != NOWHERE)
    slopes[free, places[free]] -= 2.0 * scales[free] ** -3.0
    return base, slopes if alone else np.asarray(np.linalg.solve(spread, slopes), dtype=np.float64)


def _residual_cells(cells: Cells, at: NDArray[np.intp], variances: Array) -> Cells:
    fixed = cells.fixed_s.copy()
    fixed[at, at] = variances
    return replace(cells, fixed_s=fixed)


def _with_residuals(base: Implied, at: NDArray[np.intp], variances: Array) -> Implied:
    """Return the moments with residual variances of variables that act on no other one."""
    s, whole, sigma = base.s.copy(), base.all_covariance.copy(), base.sigma.copy()
    s[at, at] = variances
    whole[at, at] += variances
    sigma[at, at] += variances
    return replace(base, s=s, all_covariance=whole, sigma=sigma)


def _statistics(
    layout: OrdinalLayout, theta: Array, base: Implied, scales: Array, slopes: Array | None, residual: Array
) -> OrdinalPoint:
    own, m = layout.own, layout.margins
    distance = layout.thresholds(theta) - base.mu[own][m.variable]
    by = scales[m.variable]
    part = np.arange(len(m.variable))
    top = -base.m[own][m.variable]
    free = m.place != NOWHERE
    top[part[free], m.place[free]] += 1.0
    if slopes is not None or not layout.plain_scales:
        top *= by[:, None]
    if slopes is not None:
        top += slopes[m.variable] * distance[:, None]
    values, rows = [by * distance], [top]
    if layout.given.size:
        of_x, d_x = _covariate_slopes(layout, base, scales, slopes)
        values.append(of_x)
        rows.append(d_x)
    if layout.numeric.size:
        at = own[layout.numeric]
        values.append(base.sigma[at, at])
        change = 2.0 * base.u[at] * base.w[at]
        rows.append(change if layout.only_outcomes else change + _through(base, layout, at, at, residual))
    i, j = layout.below
    a, b = own[i], own[j]
    covariance = base.sigma[a, b]
    # Thresholds and other groups' parameters move no covariance.
    moving = base.cells.index
    u, w = base.u.take(moving, axis=1), base.w.take(moving, axis=1)
    change = np.zeros((len(a), base.u.shape[1]))
    change[:, moving] = u.take(a, axis=0) * w.take(b, axis=0) + w.take(a, axis=0) * u.take(b, axis=0)
    if not layout.only_outcomes and not layout.theta_scaled:
        change += _through(base, layout, a, b, residual)
    if not layout.plain_scales:
        product = scales[i] * scales[j]
        change *= product[:, None]
        if slopes is not None:
            change += (slopes[i] * scales[j][:, None] + slopes[j] * scales[i][:, None]) * covariance[:, None]
        covariance = covariance * product
    values.append(covariance)
    rows.append(change)
    jacobian = np.concatenate(rows)
    return OrdinalPoint(layout, np.concatenate(values), jacobian, base, scales, residual)


def _through(base: Implied, layout: OrdinalLayout, a: NDArray[np.intp], b: NDArray[np.intp], residual: Array) -> Array:
    """Return how covariances move because residual variances of ordinal variables that act on others do."""
    at = layout.following
    return np.asarray((base.total[np.ix_(a, at)] * base.total[np.ix_(b, at)]) @ residual)


def _covariate_slopes(layout: OrdinalLayout, base: Implied, scales: Array, slopes: Array | None) -> tuple[Array, Array]:
    """Return the slopes of all variables on the first covariate, then on the second, ...; and their derivatives."""
    own, given, cells = layout.own, layout.given, base.cells
    e = base.total
    total = e[np.ix_(own, given)]
    directed = np.flatnonzero(cells.directed)
    change = np.zeros((len(given), len(own), base.u.shape[1]))
    moved = e[np.ix_(own, cells.row[directed])]
    by = e[np.ix_(cells.column[directed], given)]
    change[:, :, cells.index[directed]] = np.einsum("ak,kb->bak", moved, by)
    change *= scales[None, :, None]
    if slopes is not None:
        change += slopes[None] * total.T[:, :, None]
    return (scales[:, None] * total).T.ravel(), change.reshape(-1, change.shape[2])
