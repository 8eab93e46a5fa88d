r"""What two-level data contribute: cross-products within clusters, and cluster means by cluster size.

A row is :math:`y_{ij} = b_j + e_{ij}`. Rotating the rows of a cluster separates its mean from its deviations: the
deviations of all clusters are :math:`N - J` draws with covariance :math:`\Sigma_w`, the means of clusters of size s are
draws with :math:`\Sigma_b + \Sigma_w/s`. Variables of the clusters themselves (`z`) go with the means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.errors import DataError, Fault

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class ClusterMoments:
    """
    Sufficient statistics of two-level data.

    Attributes
    ----------
    within_names : tuple of str
        Variables of the persons; `p` of them.
    between_names : tuple of str
        Variables of the upper model: those of `within_names` that have a between part, and those of the clusters.
    n_rows, n_clusters : int
    within : ndarray, shape (p, p)
        Cross-products of the rows around their cluster means, summed.
    sizes, counts : ndarray, shape (n_sizes,)
        Distinct cluster sizes and how many clusters have them.
    mean : ndarray, shape (n_sizes, d)
        Mean of the clusters of one size; their variables are the `z` variables, then the cluster means of the
        persons' ones: d of them.
    cross : ndarray, shape (n_sizes, d, d)
        Mean cross-products around `mean`.
    at_within : ndarray of int, shape (p,)
        Where the persons' variables stand among those d.
    at_between : ndarray of int, shape (n_between,)
        Where `between_names` stand among those d.
    values : ndarray, shape (n_rows, p)
        The rows, cluster by cluster.
    cluster_means : ndarray, shape (n_clusters, d)
    starts : ndarray of int, shape (n_clusters,)
        First row of every cluster.
    cluster_sizes : ndarray of int, shape (n_clusters,)
    """

    within_names: tuple[str, ...]
    between_names: tuple[str, ...]
    n_rows: int
    n_clusters: int
    within: NDArray[np.float64]
    sizes: NDArray[np.float64]
    counts: NDArray[np.float64]
    mean: NDArray[np.float64]
    cross: NDArray[np.float64]
    at_within: NDArray[np.intp]
    at_between: NDArray[np.intp]
    values: NDArray[np.float64]
    cluster_means: NDArray[np.float64]
    starts: NDArray[np.intp]
    cluster_sizes: NDArray[np.intp]

    @property
    def both(self) -> tuple[str, ...]:
        """Variables of the persons with a between part."""
        return tuple(name for name in self.between_names if name in self.within_names)


def cluster_moments(
    values: NDArray[np.float64],
    names: Sequence[str],
    clusters: NDArray[np.intp],
    within_names: Sequence[str],
    between_names: Sequence[str],
) -> ClusterMoments:
    """
    Sum up complete two-level data.

    Parameters
    ----------
    values : ndarray, shape (n, len(names))
        Complete rows.
    names : sequence of str
    clusters : ndarray of int, shape (n,)
        Codes of the clusters.
    within_names, between_names : sequence of str
        Observed variables of the two models.

    Raises
    ------
    DataError
        SEM-083 a variable of the clusters alone that varies within one, SEM-084 too few clusters,
        SEM-085 a variable with a within part that never varies within a cluster.
    """
    order = np.argsort(clusters, kind="stable")
    values, codes = values[order], clusters[order]
    starts = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]])
    n_clusters = len(starts)
    sizes = np.diff(np.r_[starts, len(codes)])
    place = {name: i for i, name in enumerate(names)}
    z_names = [name for name in between_names if name not in within_names]
    rows = values[:, [place[name] for name in within_names]]
    z = values[:, [place[name] for name in z_names]]
    member = np.repeat(np.arange(n_clusters), sizes)
    _check(z, z_names, starts, member, codes, n_clusters, len(between_names))
    means = np.add.reduceat(rows, starts, axis=0) / sizes[:, None]
    deviations = rows - means[member]
    within = deviations.T @ deviations
    _check_within(within, rows, within_names, n_clusters)
    cluster_means = np.hstack([z[starts], means])
    distinct, which = np.unique(sizes, return_inverse=True)
    counts = np.bincount(which).astype(float)
    mean = np.array([cluster_means[which == s].mean(axis=0) for s in range(len(distinct))])
    centred = cluster_means - mean[which]
    d = cluster_means.shape[1]
    cross = np.zeros((len(distinct), d, d))
    for s in range(len(distinct)):
        own = centred[which == s]
        cross[s] = own.T @ own / counts[s]
    standing = [*z_names, *within_names]
    return ClusterMoments(
        tuple(within_names),
        tuple(between_names),
        len(rows),
        n_clusters,
        (within + within.T) / 2.0,
        distinct.astype(float),
        counts,
        mean,
        cross,
        np.array([standing.index(name) for name in within_names], dtype=np.intp),
        np.array([standing.index(name) for name in between_names], dtype=np.intp),
        rows,
        cluster_means,
        starts,
        sizes.astype(np.intp),
    )


def _check(
    z: NDArray[np.float64],
    z_names: Sequence[str],
    starts: NDArray[np.intp],
    member: NDArray[np.intp],
    codes: NDArray[np.intp],
    n_clusters: int,
    n_between: int,
) -> None:
    faults = []
    moved = z != z[starts][member]
    for k, name in enumerate(z_names):
        if moved[:, k].any():
            where = int(codes[np.flatnonzero(moved[:, k])[0]])
            hint = "Give it a part in the level-1 model, or use one value a cluster."
            message = f"is a variable of the clusters alone, but its values differ within a cluster (code {where})."
            faults.append(Fault("SEM-083", message, f"column {name!r}", hint))
    if n_clusters <= n_between:
        message = f"{n_clusters} clusters for {n_between} variables of the upper model; more clusters are needed."
        hint = "Model the rows alone with cluster-robust errors."
        faults.append(Fault("SEM-084", message, "cluster", hint))
    if faults:
        raise DataError.from_faults(faults)


def _check_within(
    within: NDArray[np.float64], rows: NDArray[np.float64], names: Sequence[str], n_clusters: int
) -> None:
    flat = np.diag(within) <= 1e-12 * len(rows) * np.maximum(rows.var(axis=0), 1e-300)
    if flat.any():
        hint = "Leave it out of the level-1 model; it belongs to level 2 alone."
        message = "never varies within a cluster."
        raise DataError.from_faults(
            [Fault("SEM-085", message, f"column {names[k]!r}", hint) for k in np.flatnonzero(flat).tolist()]
        )
