"""The reliability of every construct as one table, one row a construct."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wxsat.psychometrics.coefficients.bootstrap_alpha import bootstrap_alpha
from wxsat.psychometrics.construct_data import ConstructData
from wxsat.psychometrics.reliability import Reliability

# fmt: off
RELIABILITY_COLUMNS = [
    "construct", "n", "n_items", "alpha", "alpha_ci_lower", "alpha_ci_upper", "alpha_boot_lower", "alpha_boot_upper",
    "alpha_std", "alpha_ordinal", "omega_ordinal", "omega_h", "omega_h_bifactor", "glb", "omega", "cr", "rho_a", "ave",
    "mean_r", "loading_min", "loading_max",
]
# fmt: on


def tabulate_constructs(
    data: Sequence[ConstructData],
    results: Mapping[str, Reliability],
    *,
    draws: int,
    seed: int,
    clusters: NDArray[np.int64] | None,
    confidence: float,
) -> pd.DataFrame:
    """
    Return the reliability of every construct of two items or more.

    Parameters
    ----------
    data : sequence of ConstructData
    results : mapping of str to Reliability
        What could be computed; the other constructs have a row without figures.
    draws, seed : int
        Of the bootstrap interval of alpha; without draws there is none.
    clusters : ndarray of int, shape (n_rows,), optional
        Rows of one number are drawn together.
    confidence : float

    Returns
    -------
    DataFrame
        Columns of ``RELIABILITY_COLUMNS``.
    """
    rows = []
    for d in data:
        row: dict[str, Any] = {"construct": d.id, "n": len(d.complete), "n_items": len(d.items)}
        result = results.get(d.id)
        if result is not None:
            row |= _figures(result)
            if draws and not np.isnan(result.alpha.estimate):
                limits = bootstrap_alpha(
                    d.complete, draws=draws, seed=seed, cluster=_own_clusters(d, clusters), confidence=confidence
                )
                row |= dict(zip(("alpha_boot_lower", "alpha_boot_upper"), limits, strict=True))
        rows.append(row)
    return pd.DataFrame(rows, columns=RELIABILITY_COLUMNS)


def _own_clusters(data: ConstructData, clusters: NDArray[np.int64] | None) -> NDArray[np.int64] | None:
    """Clusters of the complete rows, numbered from 0; None where all of them are in one."""
    if clusters is None:
        return None
    own = np.unique(clusters[~np.isnan(data.values).any(axis=1)], return_inverse=True)[1]
    return own if own.max() > 0 else None


def _figures(result: Reliability) -> dict[str, Any]:
    return {
        "alpha": result.alpha.estimate,
        "alpha_ci_lower": result.alpha.ci_lower,
        "alpha_ci_upper": result.alpha.ci_upper,
        "alpha_std": result.alpha_std,
        "alpha_ordinal": result.alpha_ordinal,
        "omega_ordinal": result.omega_ordinal,
        "omega_h": result.hierarchy.omega_h,
        "omega_h_bifactor": result.hierarchy.omega_h_bifactor,
        "glb": result.glb,
        "omega": result.omega,
        "cr": result.cr,
        "rho_a": result.rho_a,
        "ave": result.ave,
        "mean_r": result.mean_r,
        "loading_min": float(result.factor.loadings.min()),
        "loading_max": float(result.factor.loadings.max()),
    }
