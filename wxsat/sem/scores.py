r"""
Factor scores: what a person's answers say about the latents, by regression (Thurstone) or Bartlett's method.

Regression: :math:`\hat\eta = \mu_\eta + \Phi_{\eta y}\Sigma^{-1}(y-\mu)`, the least mean squared error, shrunken to the
mean. Bartlett: the maximum likelihood of eta given y, unbiased for the person, with more variance. With missing
values each pattern uses what it has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from wxsat.errors import UsageError
from wxsat.sem.implied import Implied
from wxsat.sem.robust.inverse import ranked_inverse, symmetric_inverse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

Method = Literal["regression", "bartlett"]


@dataclass(frozen=True)
class FactorScores:
    """
    Attributes
    ----------
    names : tuple of str
        The latents.
    scores : ndarray, shape (n, n_latent)
        NaN for rows without any answer (and, by Bartlett, with too few).
    errors : ndarray, shape (n, n_latent)
        Standard error of each score.
    """

    names: tuple[str, ...]
    scores: Matrix
    errors: Matrix


def factor_scores(
    implied: Implied, values: Matrix, mean: Matrix | None = None, *, method: Method = "regression"
) -> FactorScores:
    """
    Return the scores of one group's rows on every latent.

    Parameters
    ----------
    implied : Implied
        At the estimates.
    values : ndarray, shape (n, n_observed)
        NaN where missing.
    mean : ndarray, shape (n_observed,), optional
        What the rows are centred at when the model has no mean structure: the sample mean. Latents have mean 0 then.
    method : {"regression", "bartlett"}

    Raises
    ------
    UsageError
        SEM-096 for another method, or without a mean where the model has none.

    Notes
    -----
    Checked against lavaan 0.6-14's ``lavPredict()``, with missing values and with groups.
    """
    if method not in ("regression", "bartlett"):
        raise UsageError("SEM-096", f"unknown kind of factor scores {method!r}.", where="method")
    cells = implied.cells
    latent = slice(cells.n_observed, len(cells.names))
    if not implied.has_means and mean is None:
        raise UsageError("SEM-096", "a model without means needs the sample mean to centre the rows.", where="mean")
    centre = implied.mu if implied.has_means else mean
    base = implied.all_mean[latent] if implied.has_means else np.zeros(len(cells.names) - cells.n_observed)
    scores = np.full((len(values), len(base)), np.nan)
    errors = np.full_like(scores, np.nan)
    rule = _regression if method == "regression" else _bartlett
    for rows, seen in _patterns(values):
        if not seen.any():
            continue
        weights, offset, spread = rule(implied, seen, base)
        scores[rows] = offset + (values[np.ix_(rows, seen)] - np.asarray(centre)[seen]) @ weights.T
        errors[rows] = spread
    return FactorScores(cells.names[cells.n_observed :], scores, errors)


def _patterns(values: Matrix) -> Iterator[tuple[NDArray[np.intp], NDArray[np.bool_]]]:
    observed = ~np.isnan(values)
    patterns, codes = np.unique(observed, axis=0, return_inverse=True)
    for k, seen in enumerate(patterns):
        yield np.flatnonzero(codes.ravel() == k), seen


def _regression(implied: Implied, seen: NDArray[np.bool_], base: Matrix) -> tuple[Matrix, Matrix, Matrix]:
    n = implied.cells.n_observed
    cross = implied.all_covariance[n:, :n][:, seen]
    weights = cross @ symmetric_inverse(implied.sigma[np.ix_(seen, seen)])
    left = np.diag(implied.all_covariance[n:, n:]) - np.einsum("ij,ij->i", weights, cross)
    return weights, base, np.sqrt(np.maximum(left, 0.0))


def _bartlett(implied: Implied, seen: NDArray[np.bool_], base: Matrix) -> tuple[Matrix, Matrix, Matrix]:
    """Return Bartlett's weights: latents with items of their own together, higher-order ones from all that is left."""
    n = implied.cells.n_observed
    measured = np.flatnonzero(np.any(implied.a[:n, n:] != 0.0, axis=0))
    higher = np.setdiff1d(np.arange(len(base)), measured)
    weights, spread = np.full((len(base), int(seen.sum())), np.nan), np.full(len(base), np.nan)
    reach = np.linalg.inv(np.eye(n) - implied.a[:n, :n])
    loadings = (reach @ implied.a[:n, n:])[seen]
    residual = (reach @ implied.s[:n, :n] @ reach.T)[np.ix_(seen, seen)]
    weights[measured], spread[measured] = _least_squares(loadings[:, measured], residual)
    if higher.size:
        cross = implied.all_covariance[:n, n:][np.ix_(seen, higher)]
        own = implied.all_covariance[n:, n:][np.ix_(higher, higher)]
        loadings = np.asarray(np.linalg.solve(own, cross.T).T, dtype=np.float64)
        sigma = implied.sigma[np.ix_(seen, seen)]
        weights[higher], spread[higher] = _least_squares(loadings, sigma - loadings @ own @ loadings.T)
    # Unbiased for the person: a person at the model's mean gets exactly the latent's mean.
    return weights, base, spread


def _least_squares(loadings: Matrix, residual: Matrix) -> tuple[Matrix, Matrix]:
    half = ranked_inverse(residual)[0] @ loadings
    inverse, rank = ranked_inverse(loadings.T @ half)
    if rank < loadings.shape[1]:
        return np.full(loadings.T.shape, np.nan), np.full(loadings.shape[1], np.nan)
    return inverse @ half.T, np.sqrt(np.maximum(np.diag(inverse), 0.0))
