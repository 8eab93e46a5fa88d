r"""Maximum-likelihood mean and covariance of rows with holes, by EM, for many rows.

One step fills every hole with its expectation and adds the covariance of what was filled
(:mod:`wxsat.numerics.incomplete_rows`); steps are extrapolated (:mod:`wxsat.numerics.squarem`). Patterns that many rows
share are summed up once, so that planned missingness costs nothing a row.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wxsat.numerics.incomplete_rows import RowPatterns, complete_rows, hole_blocks, row_patterns
from wxsat.numerics.row_blocks import row_slices
from wxsat.numerics.squarem import accelerated_em

Matrix = NDArray[np.float64]
LOG_2PI = float(np.log(2.0 * np.pi))


@dataclass(frozen=True, slots=True)
class IncompleteMoments:
    """
    The moments that fit incomplete normal data best.

    Attributes
    ----------
    mean : ndarray, shape (p,)
    covariance : ndarray, shape (p, p)
        Divided by n, as maximum likelihood does.
    loglik : float
        With its full constant.
    steps : int
        0 for complete data.
    converged : bool
    """

    mean: NDArray[np.float64]
    covariance: Matrix
    loglik: float
    steps: int
    converged: bool


@dataclass(frozen=True, slots=True)
class _Sums:
    """Rows of one pattern that many share, summed up about `centre`."""

    observed: NDArray[np.bool_]
    count: int
    total: NDArray[np.float64]
    cross: Matrix


@dataclass(frozen=True, slots=True)
class _Expected:
    """Sums over rows of completed deviations from the mean, of their products, and the log-likelihood."""

    first: NDArray[np.float64]
    second: Matrix
    loglik: float


def incomplete_moments(values: Matrix, *, max_steps: int = 2000) -> IncompleteMoments | None:
    r"""
    Return the maximum-likelihood mean and covariance matrix of incomplete normal data.

    Parameters
    ----------
    values : ndarray, shape (n, p)
        NaN where missing; rows without any value say nothing and are passed over.
    max_steps : int

    Returns
    -------
    IncompleteMoments or None
        None where the covariance matrix is singular, on the way or at once (constant or dependent columns).

    Notes
    -----
    Checked against lavaan's saturated model of incomplete data (``tests/golden/sem_missing``) and against the
    gradient-based EM of :mod:`wxsat.sem.missing`.

    References
    ----------
    .. [1] Little, R. J. A., & Rubin, D. B. (2002). Statistical analysis with missing data (2nd ed.), 11.2.

    Examples
    --------
    >>> found = incomplete_moments(np.array([[1.0, 2.0], [3.0, 1.0], [2.0, 4.0], [np.nan, 3.0]]))
    >>> found.converged, found.mean.round(3).tolist()
    (True, [1.964, 2.5])
    """
    seen = np.isfinite(values)
    if not seen.any(axis=1).all():
        values, seen = values[seen.any(axis=1)], seen[seen.any(axis=1)]
    if not len(values) or not seen.any(axis=0).all():
        return None
    patterns = row_patterns(seen)
    centre = np.nansum(values[: 1 << 16], axis=0) / np.maximum(seen[: 1 << 16].sum(axis=0), 1)
    deviations, n, complete = values - centre, len(values), bool(seen.all())
    start = _start(deviations, seen)
    shared, rest = _split(deviations, patterns)
    deviations, seen_rest = deviations[rest], seen[rest]

    def evaluate(point: tuple[NDArray[np.float64], ...]) -> tuple[float, tuple[NDArray[np.float64], ...]] | None:
        mean, covariance = point
        inverse = _inverse(covariance)
        if inverse is None:
            return None
        try:
            found = _expectation(shared, deviations, seen_rest, mean, *inverse)
        except np.linalg.LinAlgError:
            return None
        move = found.first / n
        new = found.second / n - np.outer(move, move)
        return found.loglik, (mean + move, (new + new.T) / 2)

    if complete:
        at_start = evaluate(start)
        return None if at_start is None else IncompleteMoments(start[0] + centre, start[1], at_start[0], 0, True)
    settled = accelerated_em(start, evaluate, _units, max_steps)
    if settled is None:
        return None
    mean, covariance = settled.point
    return IncompleteMoments(mean + centre, covariance, settled.value, settled.steps, settled.converged)


def _split(deviations: Matrix, patterns: RowPatterns) -> tuple[list[_Sums], NDArray[np.bool_]]:
    """Sum up the patterns with at least as many rows as columns; say which rows are left."""
    often = patterns.count >= max(deviations.shape[1], 2)
    shared = []
    order = np.argsort(patterns.member, kind="stable")
    bounds = np.concatenate([[0], np.cumsum(patterns.count)])
    for k in np.flatnonzero(often):
        rows = order[bounds[k] : bounds[k + 1]]
        here = np.where(patterns.observed[k], deviations[rows], 0.0)
        shared.append(_Sums(patterns.observed[k], len(rows), here.sum(axis=0), here.T @ here))
    return shared, ~often[patterns.member]


def _inverse(covariance: Matrix) -> tuple[Matrix, float] | None:
    scale = np.sqrt(np.abs(np.diag(covariance)))
    if not (scale > 0).all() or not np.isfinite(covariance).all():
        return None
    values, vectors = np.linalg.eigh(covariance / np.outer(scale, scale))
    if values[0] <= 1e-10 * values[-1]:
        return None
    inverse = (vectors / values) @ vectors.T / np.outer(scale, scale)
    return inverse, float(np.log(values).sum() + 2 * np.log(scale).sum())


def _expectation(
    shared: list[_Sums], deviations: Matrix, seen: NDArray[np.bool_], mean: NDArray[np.float64],
    inverse: Matrix, log_det: float,
) -> _Expected:  # fmt: skip
    p = len(mean)
    first, second, loglik = np.zeros(p), np.zeros((p, p)), 0.0
    for sums in shared:
        part = _of_sums(sums, mean, inverse, log_det)
        first, second, loglik = first + part.first, second + part.second, loglik + part.loglik
    for rows in row_slices(len(deviations), p):
        part = _of_rows(deviations[rows] - mean, seen[rows], inverse, log_det)
        first, second, loglik = first + part.first, second + part.second, loglik + part.loglik
    return _Expected(first, second, loglik)


def _of_sums(sums: _Sums, mean: NDArray[np.float64], inverse: Matrix, log_det: float) -> _Expected:
    o = sums.observed
    centre = np.where(o, mean, 0.0)
    first = sums.total - sums.count * centre
    cross = (
        sums.cross - np.outer(sums.total, centre) - np.outer(centre, sums.total)
        + sums.count * np.outer(centre, centre)
    )  # fmt: skip
    fill = np.diag(o.astype(float))
    residual = np.zeros_like(inverse)
    if not o.all():
        holes = ~o
        conditional = np.linalg.inv(inverse[np.ix_(holes, holes)])
        fill[np.ix_(holes, o)] = -conditional @ inverse[np.ix_(holes, o)]
        residual[np.ix_(holes, holes)] = conditional
        log_det = log_det - np.linalg.slogdet(conditional)[1]
    second = fill @ cross @ fill.T
    distance = float((second * inverse).sum())
    loglik = -0.5 * (sums.count * (o.sum() * LOG_2PI + log_det) + distance)
    return _Expected(fill @ first, second + sums.count * residual, loglik)


def _of_rows(deviations: Matrix, seen: NDArray[np.bool_], inverse: Matrix, log_det: float) -> _Expected:
    p = deviations.shape[1]
    full = complete_rows(deviations, seen, inverse)
    second = full.T @ full
    conditional_log_det = 0.0
    for block in hole_blocks(seen, inverse):
        flat = block.holes[:, :, None] * p + block.holes[:, None, :]
        second += np.bincount(flat.ravel(), block.conditional.ravel(), p * p).reshape(p, p)
        conditional_log_det += float(block.log_det.sum())
    distance = float(np.einsum("ij,ij->", full @ inverse, full))
    loglik = -0.5 * (seen.sum() * LOG_2PI + len(full) * log_det - conditional_log_det + distance)
    return _Expected(full.sum(axis=0), second, loglik)


def _start(deviations: Matrix, seen: NDArray[np.bool_]) -> tuple[NDArray[np.float64], Matrix]:
    """Means and variances of what is there, with the covariances of available pairs as far as they go together."""
    p = deviations.shape[1]
    total, counts, products = np.zeros(p), np.zeros((p, p)), np.zeros((p, p))
    for rows in row_slices(len(deviations), p):
        total += np.where(seen[rows], deviations[rows], 0.0).sum(axis=0)
    mean = total / seen.sum(axis=0)
    for rows in row_slices(len(deviations), p):
        o = seen[rows].astype(float)
        filled = np.where(seen[rows], deviations[rows] - mean, 0.0)
        counts += o.T @ o
        products += filled.T @ filled
    n = np.diag(counts)
    variance = np.diag(products) / n
    if seen.all():
        return mean, products / len(seen)
    covariance = products / np.maximum(counts, 1)
    scale = np.outer(*(2 * [np.sqrt(np.where(variance > 0, variance, 1.0))]))
    for share in (1.0, 0.9, 0.5):
        candidate = share * covariance + (1 - share) * np.diag(variance)
        if np.linalg.eigvalsh(candidate / scale)[0] > 0.01:
            return mean, candidate
    return mean, np.diag(variance)


def _units(point: tuple[NDArray[np.float64], ...]) -> tuple[NDArray[np.float64], ...]:
    scale = np.sqrt(np.diag(point[1]))
    return scale, np.outer(scale, scale)
