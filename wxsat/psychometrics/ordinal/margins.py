"""One variable at a time: thresholds, means and variances, and what exogenous variables do to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wxsat.errors import EstimationError
from wxsat.psychometrics.ordinal.bivariate_normal import BEYOND
from wxsat.psychometrics.ordinal.normal import normal_cdf, normal_density, normal_quantile
from wxsat.psychometrics.ordinal.tables import Codes

Array = NDArray[np.float64]

SMALLEST = 1e-300
MOST_STEPS = 60
GRADIENT_TOLERANCE = 1e-10
# Where the likelihood is as flat as this per row, it rises towards infinity: x tells the answers apart without error.
FLAT = 1e-8


@dataclass(frozen=True)
class Margin:
    """
    The regression of one variable on the exogenous ones.

    Attributes
    ----------
    location : ndarray
        Thresholds of an ordered variable, else the mean (intercept) alone.
    slopes : ndarray, shape (m,)
    variance : float
        Residual, divided by N; 1 for an ordered variable, whose response scale it is.
    ordered : bool
    """

    location: Array
    slopes: Array
    variance: float
    ordered: bool

    @property
    def n_parameters(self) -> int:
        """Thresholds or mean, slopes, and the variance of a numeric variable."""
        return len(self.location) + len(self.slopes) + (not self.ordered)


@dataclass(frozen=True)
class Column:
    """
    One variable as the rows show it, given its margin.

    Attributes
    ----------
    observed : ndarray of bool, shape (n,)
    codes : ndarray of int, shape (n,)
        Category, 0 where missing; empty for a numeric variable.
    lower, upper : ndarray, shape (n,)
        Between which limits the latent response lies, less what x explains; empty for a numeric variable.
    residual : ndarray, shape (n,)
        Standardised residual, 0 where missing; empty for an ordered variable.
    """

    observed: NDArray[np.bool_]
    codes: NDArray[np.intp]
    lower: Array
    upper: Array
    residual: Array

    def rows(self, chosen: NDArray[np.intp]) -> Column:
        """Return some rows of an ordered variable."""
        return Column(self.observed[chosen], self.codes[chosen], self.lower[chosen], self.upper[chosen], self.residual)


_NONE = np.zeros(0)
_NO_CODES = np.zeros(0, dtype=np.intp)


def thresholds_from_counts(counts: NDArray[Any]) -> Array:
    """
    Thresholds that split a standard normal variable into the observed shares.

    Examples
    --------
    >>> thresholds_from_counts(np.array([50.0, 50.0]))
    array([0.])
    """
    return np.asarray(normal_quantile(np.cumsum(counts)[:-1] / counts.sum()))


def ordered_column(margin: Margin, codes: Codes, exogenous: Array) -> Column:
    """Return an ordered variable's rows as intervals of the latent response; a code above the last is missing."""
    size = len(margin.location) + 1
    observed = codes < size
    at = np.where(observed, codes, 0).astype(np.intp)
    shift = exogenous @ margin.slopes if exogenous.shape[1] else 0.0
    limits = np.concatenate([[-np.inf], margin.location, [np.inf]])
    lower = np.clip(limits[at] - shift, -BEYOND, BEYOND)
    upper = np.clip(limits[at + 1] - shift, -BEYOND, BEYOND)
    return Column(observed, at, lower, upper, _NONE)


def numeric_column(margin: Margin, values: Array, exogenous: Array) -> Column:
    """Return a numeric variable's rows as standardised residuals."""
    observed = ~np.isnan(values)
    fitted = margin.location[0] + (exogenous @ margin.slopes if exogenous.shape[1] else 0.0)
    residual = np.where(observed, (np.where(observed, values, 0.0) - fitted) / np.sqrt(margin.variance), 0.0)
    return Column(observed, _NO_CODES, _NONE, _NONE, residual)


def interval_probability(lower: Array, upper: Array) -> Array:
    """Probability between two limits, computed on the side where it loses no digits."""
    swap = lower > 0
    return np.asarray(np.where(swap, normal_cdf(-lower) - normal_cdf(-upper), normal_cdf(upper) - normal_cdf(lower)))


def threshold_pattern(codes: NDArray[np.intp], size: int) -> tuple[Array, Array]:
    """Return which threshold is each row's upper, and which its lower limit, shape (n, size - 1)."""
    thresholds = np.arange(size - 1)
    return (codes[:, None] == thresholds).astype(float), (codes[:, None] == thresholds + 1).astype(float)


def margin_scores(margin: Margin, column: Column, exogenous: Array) -> Array:
    """
    Return the derivative of each row's log-likelihood by the margin's parameters, zero where it is missing.

    Parameters
    ----------
    margin : Margin
    column : Column
    exogenous : ndarray, shape (n, m)

    Returns
    -------
    ndarray, shape (n, n_parameters)
        Columns: thresholds or mean, slopes, variance of a numeric variable.
    """
    if margin.ordered:
        share = np.maximum(interval_probability(column.lower, column.upper), SMALLEST)
        above, below = normal_density(column.upper) / share, normal_density(column.lower) / share
        is_upper, is_lower = threshold_pattern(column.codes, len(margin.location) + 1)
        location = is_upper * above[:, None] - is_lower * below[:, None]
        scores = np.column_stack([location, exogenous * (below - above)[:, None]])
    else:
        deviation = np.sqrt(margin.variance)
        by_mean = column.residual / deviation
        by_variance = (column.residual**2 - 1) / (2 * margin.variance)
        scores = np.column_stack([by_mean, exogenous * by_mean[:, None], by_variance])
    return np.asarray(scores * column.observed[:, None])


def stack_locations(margins: Sequence[Margin], which: NDArray[np.intp]) -> Array:
    """Return the thresholds of the variables numbered `which`, all with as many categories, one column each."""
    chosen, place = np.unique(which, return_inverse=True)
    return np.asarray(np.stack([margins[index].location for index in chosen.tolist()], axis=1)[:, place])


def fit_numeric_margin(values: Array, exogenous: Array, weights: Array) -> Margin:
    """Return mean (or intercept and slopes) and variance of the rows that have a value, variance divided by N."""
    observed = ~np.isnan(values)
    y, x, w = values[observed], exogenous[observed], weights[observed]
    if not x.shape[1]:
        mean = float(w @ y / w.sum())
        return Margin(np.array([mean]), np.zeros(0), float(w @ (y - mean) ** 2 / w.sum()), ordered=False)
    design = np.column_stack([np.ones(len(y)), x])
    root = np.sqrt(w)[:, None]
    estimate = np.linalg.lstsq(design * root, y * root[:, 0], rcond=None)[0]
    residual = y - design @ estimate
    return Margin(estimate[:1], estimate[1:], float(w @ residual**2 / w.sum()), ordered=False)


def fit_ordered_margin(codes: Codes, size: int, exogenous: Array, weights: Array, name: str) -> Margin:
    """
    Return thresholds, and with exogenous variables the slopes, of an ordered probit regression by maximum likelihood.

    Raises
    ------
    EstimationError
        MEAS-038 if the exogenous variables tell two categories apart without error: no finite slope exists.
    """
    observed = codes < size
    counts = np.bincount(codes[observed], weights=weights[observed], minlength=size)
    start = thresholds_from_counts(counts)
    if not exogenous.shape[1]:
        return Margin(start, np.zeros(0), 1.0, ordered=True)
    x = exogenous[observed]
    centre, spread = x.mean(axis=0), x.std(axis=0)
    standardised = (x - centre) / spread
    estimate = _probit_newton(start, codes[observed], standardised, weights[observed], name)
    slopes = estimate[size - 1 :] / spread
    return Margin(estimate[: size - 1] + centre @ slopes, slopes, 1.0, ordered=True)


def _probit_newton(start: Array, codes: Codes, x: Array, weights: Array, name: str) -> Array:
    """Maximise the log-likelihood, concave in all parameters, by Newton steps with halving."""
    size, total = len(start) + 1, weights.sum()
    estimate = np.concatenate([start, np.zeros(x.shape[1])])
    value, gradient, curvature = _probit_derivatives(estimate, codes, size, x, weights)
    for _ in range(MOST_STEPS):
        step = -np.linalg.lstsq(curvature, gradient, rcond=None)[0]
        for halving in range(30):
            proposed = estimate + step / 2**halving
            if (np.diff(proposed[: size - 1]) <= 0).any():
                continue
            following = _probit_derivatives(proposed, codes, size, x, weights)
            if following[0] >= value - 1e-12 * abs(value):
                break
        estimate, (value, gradient, curvature) = proposed, following
        if np.linalg.eigvalsh(-curvature)[0] / total < FLAT:
            break
        if np.abs(gradient).max() / total < GRADIENT_TOLERANCE and np.abs(step).max() < 1e-6:
            return np.asarray(estimate)
    raise EstimationError(
        "MEAS-038",
        f"the probit regression of {name} on the exogenous variables has no finite solution: they tell its "
        "categories apart without error, or almost.",
        where=name,
        hint="Tabulate it against each exogenous variable; collapse categories or leave that exogenous variable out.",
    )


def _probit_derivatives(
    estimate: Array, codes: Codes, size: int, x: Array, weights: Array
) -> tuple[float, Array, Array]:
    margin = Margin(estimate[: size - 1], estimate[size - 1 :], 1.0, ordered=True)
    column = ordered_column(margin, codes, x)
    share = np.maximum(interval_probability(column.lower, column.upper), SMALLEST)
    above, below = normal_density(column.upper) / share, normal_density(column.lower) / share
    is_upper, is_lower = threshold_pattern(column.codes, size)
    by_upper, by_lower = np.hstack([is_upper, -x]), np.hstack([is_lower, -x])
    score = by_upper * above[:, None] - by_lower * below[:, None]
    bend_upper, bend_lower = (-column.upper * above * weights)[:, None], (-column.lower * below * weights)[:, None]
    curvature = (by_upper * bend_upper).T @ by_upper - (by_lower * bend_lower).T @ by_lower
    curvature -= (score * weights[:, None]).T @ score
    return float(weights @ np.log(share)), np.asarray(weights @ score), np.asarray(curvature)
