r"""How far a model is from the items' correlations, and how far chance alone would put it: SRMR, d_ULS, d_G, HI95.

Blocks of composites are taken as they are, blocks of factors (PLSc) follow their loadings; between blocks the
constructs carry everything. ``saturated`` lets all constructs correlate, ``estimated`` only through the paths.

HI95 is the 95 % quantile of a discrepancy over bootstrap samples of rows that obey the model exactly: with the
observed correlations :math:`S` and the implied ones :math:`\hat\Sigma`, the rows :math:`Z S^{-1/2}\hat\Sigma^{1/2}`
(Beran and Srivastava 1985; Bollen and Stine 1992; Dijkstra and Henseler 2015). A discrepancy above it is more than
sampling explains.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from wxsat.numerics.covariance import standardise_columns
from wxsat.numerics.resampling import DRAWS_AT_ONCE, bootstrap_counts, weighted_correlations
from wxsat.pls.estimates import Estimates, estimate
from wxsat.pls.plan import Plan
from wxsat.pls.sample import SINGULAR

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

MEASURES = ("srmr", "d_uls", "d_g")
MODELS = ("saturated", "estimated")
QUANTILE = 0.95


@dataclass(frozen=True)
class ModelFit:
    """
    Discrepancies of one model.

    Attributes
    ----------
    model : {"saturated", "estimated"}
    observed : dict of str to float
        ``srmr d_uls d_g``.
    limit : dict of str to float
        HI95 of each; NaN without draws, or where the implied correlations are those of no variables.
    """

    model: str
    observed: dict[str, float]
    limit: dict[str, float]


def evaluate_fit(plan: Plan, found: Estimates, items: Array, rows: Array, draws: int, seed: int) -> list[ModelFit]:
    """
    Return the discrepancies of the saturated and the estimated model, with HI95 where there are draws.

    Parameters
    ----------
    plan : Plan
    found : Estimates
        Of the full sample.
    items : ndarray, shape (p, p)
        Correlations of the last model's items.
    rows : ndarray, shape (n, p)
        The same items, any units.
    draws, seed : int
        Bootstrap samples; they are the same for both models and independent of the bootstrap of the estimates.
    """
    own = replace(plan, model=plan.final, first=plan.final, columns=plan.final.items)
    observed = {
        name: {key: float(value[0]) for key, value in _measures(plan, found, items[None], name).items()}
        for name in MODELS
    }
    nothing = dict.fromkeys(MEASURES, float("nan"))
    found_fits = []
    for name in MODELS:
        limit = nothing
        if draws:
            implied = implied_item_correlations(plan, found, items[None], saturated=name == "saturated")[0]
            generator = np.random.default_rng([seed, 95])
            sizes = [min(DRAWS_AT_ONCE, draws - start) for start in range(0, draws, DRAWS_AT_ONCE)]
            counts = (bootstrap_counts(generator, size, len(rows)) for size in sizes)
            limit = limits_under(own, name, obey(rows, items, implied), counts)
        found_fits.append(ModelFit(name, observed[name], limit))
    return found_fits


def obey(rows: Array, observed: Array, implied: Array) -> Array:
    """
    Return rows whose correlations are `implied`; NaN where that matrix has a negative eigenvalue.

    Examples
    --------
    >>> rows = np.array([[1.0, 2.0], [2.0, 1.0], [3.0, 4.0], [4.0, 3.0]])
    >>> turned = obey(rows, np.corrcoef(rows, rowvar=False), np.array([[1.0, 0.25], [0.25, 1.0]]))
    >>> np.corrcoef(turned, rowvar=False).round(6).tolist()
    [[1.0, 0.25], [0.25, 1.0]]
    """
    z = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    values, vectors = np.linalg.eigh(observed)
    aimed, directions = np.linalg.eigh(implied)
    if values[0] <= SINGULAR or aimed[0] < -1e-12:
        return np.full_like(z, np.nan)
    whiten = vectors / np.sqrt(values) @ vectors.T
    colour = directions * np.sqrt(np.maximum(aimed, 0.0)) @ directions.T
    return np.asarray(z @ whiten @ colour)


def limits_under(plan: Plan, name: str, values: Array, counts: Iterable[Array]) -> dict[str, float]:
    """
    Return HI95 of every measure of one model.

    Parameters
    ----------
    plan : Plan
        Of one stage.
    name : {"saturated", "estimated"}
    values : ndarray, shape (n_rows, p)
        Rows that obey the model (:func:`obey`).
    counts : iterable of ndarray, shape (n_draws, n_rows)
        How often every row is in every draw.
    """
    if not np.isfinite(values).all():
        return dict.fromkeys(MEASURES, float("nan"))
    filled = standardise_columns(values)
    parts: dict[str, list[Array]] = {key: [] for key in MEASURES}
    for block in counts:
        drawn = weighted_correlations(filled, np.zeros(filled.shape, dtype=bool), block)
        again = estimate(plan, drawn)
        kept = again.converged
        part = Estimates(**{key: value[kept] for key, value in vars(again).items()})
        for key, value in _measures(plan, part, drawn[kept], name).items():
            parts[key].append(value)
    found = {key: np.concatenate(value) for key, value in parts.items()}
    return {
        key: float(np.quantile(value[np.isfinite(value)], QUANTILE)) if np.isfinite(value).any() else float("nan")
        for key, value in found.items()
    }


def _measures(plan: Plan, found: Estimates, items: Array, name: str) -> dict[str, Array]:
    implied = implied_item_correlations(plan, found, items, saturated=name == "saturated")
    return dict(zip(MEASURES, discrepancies(items, implied), strict=True))


def implied_construct_covariances(adjacency: NDArray[np.bool_], paths: Array, moments: Array) -> Array:
    """
    Return the covariances of the constructs that the paths imply, shape (n, J, J).

    Exogenous constructs keep their correlations; every other one has its paths and an uncorrelated residual of variance
    1 - R2. Its implied variance is not one where the model leaves out a correlation of its causes; it is not rescaled
    (as in ADANCO 2.2.1).
    """
    size = len(adjacency)
    implied = moments.copy()
    done = [j for j in range(size) if not adjacency[j].any()]
    while len(done) < size:
        target = next(j for j in range(size) if j not in done and all(k in done for k in np.flatnonzero(adjacency[j])))
        square = np.ix_(range(len(moments)), done, done)
        slopes = paths[:, target, done]
        along = (implied[square] @ slopes[:, :, None])[:, :, 0]
        explained = (slopes * (moments[square] @ slopes[:, :, None])[:, :, 0]).sum(axis=1)
        implied[:, target, done] = implied[:, done, target] = along
        implied[:, target, target] = (slopes * along).sum(axis=1) + moments[:, target, target] - explained
        done.append(target)
    return implied


def implied_item_correlations(plan: Plan, found: Estimates, items: Array, *, saturated: bool) -> Array:
    """Return the items' correlations that the model implies, shape (n, p, p); see the module's text."""
    model = plan.final
    size = len(model.constructs)
    constructs = found.moments[:, :size, :size]
    if not saturated:
        constructs = implied_construct_covariances(model.adjacency, found.paths[:, :size, :size], constructs)
        # Within a block of a factor the loadings are those of a factor of variance one.
        constructs[:, range(size), range(size)] = 1.0
    construct = np.concatenate([np.full(len(rows), j) for j, rows in enumerate(model.places)])
    loading = found.outer_loadings[:, : len(construct)]
    implied = loading[:, :, None] * loading[:, None, :] * constructs[:, construct[:, None], construct]
    for block, rows in zip(model.blocks, model.places, strict=True):
        if not (plan.consistent and block.mode == "A" and len(rows) > 1):
            implied[:, rows[:, None], rows] = items[:, rows[:, None], rows]
    diagonal = np.arange(len(construct))
    implied[:, diagonal, diagonal] = 1.0
    return np.asarray(implied)


def discrepancies(observed: Array, implied: Array) -> tuple[Array, Array, Array]:
    """
    Return SRMR, d_ULS and d_G of pairs of correlation matrices, shape (n, p, p) each.

    SRMR is over the lower triangle with the diagonal, d_ULS half the sum of squares of all residuals, d_G half the sum
    of the squared logarithms of the eigenvalues of ``observed^-1 implied`` (NaN where one is not positive, or where
    the observed correlations are singular to rounding).

    Examples
    --------
    >>> one, other = np.eye(2)[None], np.array([[[1.0, 0.5], [0.5, 1.0]]])
    >>> [round(float(value[0]), 4) for value in discrepancies(one, other)]
    [0.2887, 0.25, 0.3224]
    """
    residual = observed - implied
    rows, columns = np.tril_indices(residual.shape[1])
    srmr = np.sqrt((residual[:, rows, columns] ** 2).mean(axis=1))
    geodesic = np.full(len(residual), np.nan)
    definite = np.linalg.eigvalsh(observed)[:, 0] > SINGULAR
    if definite.any():
        # Of the same eigenvalues as observed^-1 implied, but symmetric.
        root = np.linalg.inv(np.linalg.cholesky(observed[definite]))
        eigenvalues = np.linalg.eigvalsh(root @ implied[definite] @ np.swapaxes(root, 1, 2))
        positive = np.asarray((eigenvalues > 0).all(axis=1))
        logarithms = np.log(np.where(positive[:, None], eigenvalues, np.nan))
        geodesic[definite] = 0.5 * (logarithms**2).sum(axis=1)
    return srmr, 0.5 * (residual**2).sum(axis=(1, 2)), geodesic
