r"""Where a search begins: estimates in closed form, good enough that a handful of steps remain.

Loadings by instrumental variables within each block (FABIN, Hägglund 1982): :math:`\lambda_i = \sum_k s_{ik}s_{jk} /
\sum_k s_{jk}^2` relative to the marker j, over the other items k of the block; signs take care of themselves. The
covariances of the latents follow by least squares, the regressions among them from those. A start() of the model wins.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.moments import Moments
from wxsat.sem.parameter import Parameter
from wxsat.sem.parameter_table import ParameterTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

SMALL = 0.05  # variance of the latents where they begin small
LEAST_SHARE, MOST_SHARE = 0.1, 0.9  # of a variance that is left as residual at the start


def start_values(table: ParameterTable, covariance: Matrix) -> Matrix:
    """
    Return simple starting values of the free parameters, shape (n_free,), all groups alike.

    Loadings follow the scale of the marker and the sign of its correlation with the item; residual
    variances begin at half of the observed one; regressions, covariances and means at 0.
    """
    simple = _Simple(table, covariance)
    return np.array([simple.value(row) for row in table.parameters if row.free])


def good_starts(table: ParameterTable, sample: Sequence[Moments]) -> Matrix:
    """Return starting values close to the solution, from each group's own moments, shape (n_free,)."""
    starts = np.zeros(table.n_free)
    for group, moments in enumerate(sample, start=1):
        rows = [row for row in table.parameters if row.group == group]
        block = _Block(table, rows, moments)
        for row in rows:
            if row.free:
                starts[row.free - 1] = row.ustart if row.ustart is not None else block.value(row)
    return starts


def small_latents(table: ParameterTable, sample: Sequence[Moments]) -> Matrix:
    """
    Return starts with loadings in closed form and latents of hardly any variance, as lavaan begins.

    From there a search goes to solutions that the others pass by, when the model fits badly.
    """
    good, simple = good_starts(table, sample), start_values(table, sample[0].covariance)
    latent = set(table.latent_names)
    for row in table.parameters:
        if not row.free or row.ustart is not None:
            continue
        k = row.free - 1
        if row.op == "~":
            good[k] = 0.0
        elif row.op == "~~" and row.lhs in latent:
            good[k] = SMALL if row.lhs == row.rhs else 0.0
        elif row.op == "~~":
            good[k] = simple[k]
    return good


class _Simple:
    """Values that make the implied matrix positive definite, whatever the model."""

    def __init__(self, table: ParameterTable, covariance: Matrix) -> None:
        self.table, self.covariance = table, covariance
        self.place = {name: i for i, name in enumerate(table.observed_names)}
        self.markers = {k: v[0] for k, v in table.indicators_of().items() if v}
        self.scale = np.sqrt(np.diag(covariance))

    def value(self, row: Parameter) -> float:
        if row.ustart is not None:
            return row.ustart
        if row.op == "=~":
            return self.loading(row)
        return self.variance(row) if row.op == "~~" and row.lhs == row.rhs else 0.0

    def marker_item(self, latent: str) -> str | None:
        seen = 0
        while latent in self.markers and seen <= len(self.markers):
            latent, seen = self.markers[latent], seen + 1
        return latent if latent in self.place else None

    def loading(self, row: Parameter) -> float:
        first = self.marker_item(row.lhs)
        item = row.rhs if row.rhs in self.place else self.marker_item(row.rhs)
        if first is None or item is None:
            return 1.0
        i, j = self.place[first], self.place[item]
        sign = -1.0 if self.covariance[i, j] < 0 else 1.0
        unit = 1.0 if self.table.std_lv else self.scale[i]
        share = 0.7 if self.table.std_lv else 1.0
        return float(sign * share * self.scale[j] / unit)

    def variance(self, row: Parameter) -> float:
        item = row.lhs if row.lhs in self.place else self.marker_item(row.lhs)
        return 1.0 if item is None else float(0.5 * self.covariance[self.place[item], self.place[item]])


class _Block:
    """One group's starting values: loadings, then latent covariances, then regressions."""

    def __init__(self, table: ParameterTable, rows: Sequence[Parameter], moments: Moments) -> None:
        self.simple = _Simple(table, moments.covariance)
        self.mean: dict[str, float] = dict(zip(moments.names, moments.mean.tolist(), strict=True))
        self.place = {name: i for i, name in enumerate(table.observed_names)}
        self.own: dict[tuple[str, str, str], float] = {row.key: row.ustart for row in rows if row.ustart is not None}
        self.fixed = {row.key for row in rows if not row.free and row.ustart is not None}
        self.loadings: dict[str, dict[str, float]] = {}
        self.used: set[str] = set()
        for row in rows:
            if row.op == "=~":
                self.loadings.setdefault(row.lhs, {})[row.rhs] = np.nan
        # Variables with known covariances come first in `whole`: `place` has them all.
        seen = len(self.place)
        self.whole = np.zeros((seen + len(self.loadings),) * 2)
        self.whole[:seen, :seen] = moments.covariance
        self.shapes = self._shapes()
        waiting = list(self.loadings)
        # A latent measured by latents comes after them.
        for _ in range(len(waiting)):
            ready = [f for f in waiting if not self.loadings[f].keys() & set(waiting)] or waiting[:1]
            for latent in ready:
                self._measure(latent)
                waiting.remove(latent)
            if not waiting:
                break
        self.predictors: dict[str, list[str]] = {}
        for row in rows:
            if row.op == "~":
                self.predictors.setdefault(row.lhs, []).append(row.rhs)
        self.slopes = {y: self._regress(y, xs) for y, xs in self.predictors.items()}
        self.explained = {*self.predictors, *(item for items in self.loadings.values() for item in items)}
        self.shares = self._shares()

    def value(self, row: Parameter) -> float:
        """Return the start of one free parameter that the text gives none."""
        if row.op == "=~":
            value = self.loadings[row.lhs][row.rhs]
            return value if math.isfinite(value) else self.simple.loading(row)
        if row.op == "~":
            return self.slopes[row.lhs].get(row.rhs, 0.0)
        if row.op == "~1":
            return self.mean.get(row.lhs, 0.0)
        if row.lhs == row.rhs:
            return self._variance(row)
        return self._covariance(row)

    def _shapes(self) -> dict[str, tuple[Matrix, float]]:
        """Return relative loadings and variance of all latents that share no item, those of one size together."""
        counts = Counter(item for items in self.loadings.values() for item in items)
        by_size: dict[int, list[str]] = {}
        for latent, items in self.loadings.items():
            if len(items) > 1 and all(item in self.place and counts[item] == 1 for item in items):
                by_size.setdefault(len(items), []).append(latent)
        found: dict[str, tuple[Matrix, float]] = {}
        for latents in by_size.values():
            at = np.array([[self.place[item] for item in self.loadings[latent]] for latent in latents], dtype=np.intp)
            blocks = self.whole[at[:, :, None], at[:, None, :]]
            relative = _fabin(blocks)
            variances = _common_variance(blocks, relative)
            found.update(zip(latents, zip(relative, variances.tolist(), strict=True), strict=True))
        return found

    def _measure(self, latent: str) -> None:
        """Estimate the loadings of one latent and add it to the variables with known covariances."""
        loadings = self.loadings[latent]
        items = [item for item in loadings if item in self.place]
        exclusive = [item for item in items if item not in self.used]
        self.used.update(items)
        at = np.array([self.place[item] for item in exclusive], dtype=np.intp)
        if len(exclusive) < 2:
            self._join(latent, at, np.ones(len(exclusive)), None)
            return
        if latent in self.shapes:
            relative, variance = self.shapes[latent]
        else:
            relative, variance = _shape(self.whole[at[:, None], at])
        unit = self._unit(latent, exclusive, relative, variance)
        values = relative / unit
        for item, value in zip(exclusive, values.tolist(), strict=True):
            if (latent, "=~", item) not in self.fixed:
                loadings[item] = value
        self._join(latent, at, values, variance * unit**2)

    def _unit(self, latent: str, items: Sequence[str], relative: Matrix, variance: float) -> float:
        """Return how many units of the latent one unit of the relative loadings is."""
        for item, value in zip(items, relative.tolist(), strict=True):
            fixed = self.own.get((latent, "=~", item))
            if (latent, "=~", item) in self.fixed and fixed:
                return float(value) / float(fixed) if abs(value) > 1e-3 else 1.0
        target = self.own.get((latent, "~~", latent)) if (latent, "~~", latent) in self.fixed else None
        # Without a fixed loading the direction is free: the first item points along the latent, as in lavaan.
        sign = -1.0 if relative[0] < 0 else 1.0
        if target is None:
            return float(abs(np.mean(relative)) or 1.0) * sign
        return float(np.sqrt((target or 1.0) / variance)) * sign

    def _join(self, latent: str, at: NDArray[np.intp], values: Matrix, variance: float | None) -> None:
        """Add a latent to the known covariances: its own by least squares over its items."""
        size = len(self.place)
        weight = float(values @ values) or 1.0
        with_all = values @ self.whole[at, :size] / weight if at.size else np.zeros(size)
        if variance is None:
            variance = 0.5 * float(self.whole[at[0], at[0]]) if at.size else 1.0
        # With its own items a latent shares what the loadings say, not their residuals.
        with_all[at] = values * variance
        self.whole[size, :size] = self.whole[:size, size] = with_all
        self.whole[size, size] = variance
        self.place[latent] = size

    def _regress(self, outcome: str, predictors: Sequence[str]) -> dict[str, float]:
        if outcome not in self.place or not all(name in self.place for name in predictors):
            return {}
        x = np.array([self.place[name] for name in predictors], dtype=np.intp)
        y = self.place[outcome]
        block = self.whole[x[:, None], x]
        diagonal = np.diag(block)
        slopes = np.linalg.lstsq(block + np.diag(1e-3 * diagonal), self.whole[x, y], rcond=None)[0]
        scale = np.sqrt(max(self.whole[y, y], 1e-12) / np.maximum(diagonal, 1e-12))
        return dict(zip(predictors, np.clip(slopes, -scale, scale).tolist(), strict=True))

    def _shares(self) -> dict[str, float]:
        """Return how much of every indicator's variance its latents explain, at the loadings found or fixed."""
        shares: dict[str, float] = {}
        for latent, loadings in self.loadings.items():
            variance = float(self.whole[self.place[latent], self.place[latent]])
            for item, value in loadings.items():
                fixed = self.own[latent, "=~", item] if (latent, "=~", item) in self.fixed else 0.0
                free = value if math.isfinite(value) else 0.0
                shares[item] = shares.get(item, 0.0) + (free**2 + fixed**2) * variance
        return shares

    def _variance(self, row: Parameter) -> float:
        if row.lhs not in self.place:
            return self.simple.variance(row)
        i = self.place[row.lhs]
        total = float(self.whole[i, i])
        explained = self.shares.get(row.lhs, 0.0)
        for name, slope in self.slopes.get(row.lhs, {}).items():
            explained += slope * float(self.whole[i, self.place[name]])
        most = MOST_SHARE * total if explained else total
        return min(max(total - explained, LEAST_SHARE * total), most)

    def _covariance(self, row: Parameter) -> float:
        """Covariances of variables that nothing explains begin at what they are, the others at zero."""
        if row.lhs in self.explained or row.rhs in self.explained:
            return 0.0
        if row.lhs not in self.place or row.rhs not in self.place:
            return 0.0
        i, j = self.place[row.lhs], self.place[row.rhs]
        reach = 0.9 * math.sqrt(max(self.whole[i, i] * self.whole[j, j], 0.0))
        return min(max(float(self.whole[i, j]), -reach), reach)


def _shape(block: Matrix) -> tuple[Matrix, float]:
    """Return relative loadings and variance of one latent from the covariances of its items."""
    relative = _fabin(block[None])
    return relative[0], float(_common_variance(block[None], relative)[0])


def _fabin(blocks: Matrix) -> Matrix:
    """Return for each block loadings relative to the item with the largest communality, signs included."""
    scale = np.sqrt(np.diagonal(blocks, axis1=1, axis2=2))
    off = blocks / (scale[:, :, None] * scale[:, None, :])
    items, each = np.arange(blocks.shape[1]), np.arange(len(blocks))
    off[:, items, items] = 0.0
    reference = np.abs(off).sum(axis=1).argmax(axis=1)
    anchor = off[each, reference]
    # Sums over the other items of the block: the diagonal is zero, so that only the item itself is to be left out.
    squares = anchor**2
    products = (off @ anchor[:, :, None])[:, :, 0]
    loadings = products / np.maximum(squares.sum(axis=1, keepdims=True) - squares, 1e-12)
    size = np.abs(loadings)
    loadings = np.where((size < 0.1) | (size > 5.0), np.where(anchor >= 0, 1.0, -1.0), loadings)
    loadings[each, reference] = 1.0
    return np.asarray(loadings * scale / scale[each, reference][:, None])


def _common_variance(blocks: Matrix, loadings: Matrix) -> Matrix:
    """Return the latents' variances that fit the covariances of their items best, kept inside their variances."""
    squares, diagonal = loadings**2, np.diagonal(blocks, axis1=1, axis2=2)
    products = (squares.sum(axis=1) ** 2 - (squares**2).sum(axis=1)) / 2.0
    whole = (loadings[:, None, :] @ blocks @ loadings[:, :, None])[:, 0, 0]
    values = (whole - (squares * diagonal).sum(axis=1)) / 2.0 / np.maximum(products, 1e-12)
    most = (diagonal / squares).min(axis=1)
    return np.asarray(np.clip(values, 0.05 * most, 0.95 * most))
