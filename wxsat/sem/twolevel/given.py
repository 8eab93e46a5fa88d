"""Covariates of a two-level model whose moments are taken as given: which they are, and what they take out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.missing.pattern_likelihood import LOG_2PI
from wxsat.sem.parameter_table import ParameterTable
from wxsat.sem.twolevel.clusters import ClusterMoments
from wxsat.sem.twolevel.likelihood import LevelMoments

if TYPE_CHECKING:
    from numpy.typing import NDArray

Positions = tuple[list[int], list[int]]


def given_covariates(level: ParameterTable, names: Sequence[str]) -> list[int]:
    """Return the covariates of a level whose moments are taken as given, by position."""
    given = {row.lhs for row in level.parameters if row.exo and row.op == "~~" and row.lhs == row.rhs}
    return [names.index(name) for name in names if name in given]


def known_moments(data: ClusterMoments, best: LevelMoments, given: Positions) -> LevelMoments:
    """Return the saturated moments, those of given variables of one level replaced by their sample ones."""
    sigma_w, mu_w, sigma_b, mu_b = best.sigma_w.copy(), best.mu_w.copy(), best.sigma_b.copy(), best.mu_b.copy()
    alone = [i for i in given[0] if data.within_names[i] not in data.between_names]
    if len(alone) == len(given[0]) and alone:
        rows = data.values[:, alone]
        mu_w[alone] = rows.mean(axis=0)
        sigma_w[np.ix_(alone, alone)] = np.cov(rows, rowvar=False, ddof=0)
    above = [k for k in given[1] if data.between_names[k] not in data.within_names]
    if len(above) == len(given[1]) and above:
        z = data.cluster_means[:, data.at_between[above]]
        mu_b[above] = z.mean(axis=0)
        sigma_b[np.ix_(above, above)] = np.cov(z, rowvar=False, ddof=0)
    return LevelMoments(mu_w, sigma_w, mu_b, sigma_b)


def given_loglik(data: ClusterMoments, known: LevelMoments, given: Positions) -> float:
    """Return the log-likelihood of the given variables that stand at one level alone."""
    total = 0.0
    alone = [i for i in given[0] if data.within_names[i] not in data.between_names]
    above = [k for k in given[1] if data.between_names[k] not in data.within_names]
    for n, sigma, at in ((data.n_rows, known.sigma_w, alone), (data.n_clusters, known.sigma_b, above)):
        if at:
            log_det = float(np.linalg.slogdet(sigma[np.ix_(at, at)])[1])
            total -= 0.5 * n * (len(at) * (LOG_2PI + 1.0) + log_det)
    return total


def explained_moments(data: ClusterMoments, given: Positions) -> NDArray[np.intp]:
    """Return which of (mu_w, vech Sigma_w, mu_b, vech Sigma_b) a model of these data explains."""
    keep = []
    for names, fixed, other in (
        (data.within_names, given[0], data.between_names),
        (data.between_names, given[1], ()),
    ):
        out = np.zeros(len(names), dtype=bool)
        out[fixed] = True
        rows, columns = np.tril_indices(len(names))
        keep += [~out & np.array([name not in other for name in names], dtype=bool), ~(out[rows] & out[columns])]
    return np.flatnonzero(np.concatenate(keep))
