r"""Measurement quality of a fitted model: composite reliability, average variance extracted, factor correlations.

Composite reliability is :math:`(\sum\lambda)^2\psi / ((\sum\lambda)^2\psi + \sum\theta)` with residual
covariances within the block counted in the denominator (Raykov's omega), AVE the mean of the squared
standardised loadings (Fornell and Larcker 1981).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.matrices import lay_out
from wxsat.sem.result import SemResult

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class ModelQuality:
    """
    Attributes
    ----------
    constructs : DataFrame
        ``construct n_items cr ave root_ave largest_correlation`` for latents measured by items alone.
    correlations : DataFrame
        ``a b correlation`` of every pair of latents, as the model implies it.
    """

    constructs: pd.DataFrame
    correlations: pd.DataFrame


def composite_reliability(loadings: np.ndarray, residual: np.ndarray, variance: float = 1.0) -> float:
    """
    Return the share of the sum score's variance that is due to the construct.

    Parameters
    ----------
    loadings : ndarray, shape (n_items,)
    residual : ndarray, shape (n_items, n_items)
        Residual covariances of the items.
    variance : float
        Variance of the construct.

    Examples
    --------
    >>> lam = np.array([0.8, 0.7, 0.9])
    >>> round(composite_reliability(lam, np.diag(1 - lam**2)), 3)
    0.845
    """
    explained = float(loadings.sum()) ** 2 * variance
    return explained / (explained + float(residual.sum()))


def average_variance_extracted(standardised: np.ndarray) -> float:
    """Return the mean squared standardised loading."""
    return float(np.mean(np.square(standardised)))


def evaluate_quality(result: SemResult) -> ModelQuality:
    """Return composite reliability and AVE per construct, and the correlations of the latents."""
    import pandas as pd

    names = result.latent_names
    correlation = latent_correlations(result.latent_covariance)
    records = []
    theta = _residual_covariance(result)
    place = {name: i for i, name in enumerate(result.observed_names)}
    measured = result.parameters[result.parameters["op"] == "=~"]
    for k, name in enumerate(names):
        block = measured[measured["lhs"] == name]
        if not set(block["rhs"]) <= set(result.observed_names):
            continue
        items = [place[item] for item in block["rhs"]]
        lam = block["estimate"].to_numpy(dtype="float64")
        cr = composite_reliability(lam, theta[np.ix_(items, items)], float(result.latent_covariance[k, k]))
        ave = average_variance_extracted(block["std_all"].to_numpy(dtype="float64"))
        others = np.delete(np.abs(correlation[k]), k)
        records.append(
            {
                "construct": name,
                "n_items": len(items),
                "cr": cr,
                "ave": ave,
                "root_ave": float(np.sqrt(ave)),
                "largest_correlation": float(others.max()) if others.size else np.nan,
            }
        )
    rows, columns = np.tril_indices(len(names), -1)
    pairs = pd.DataFrame(
        {
            "a": [names[j] for j in columns],
            "b": [names[i] for i in rows],
            "correlation": correlation[rows, columns],
        }
    )
    columns_ = ["construct", "n_items", "cr", "ave", "root_ave", "largest_correlation"]
    return ModelQuality(pd.DataFrame(records, columns=columns_), pairs)


def latent_correlations(covariance: np.ndarray) -> np.ndarray:
    """Return the correlations of the latents; NaN where a variance is not positive."""
    with np.errstate(invalid="ignore", divide="ignore"):
        scale = np.sqrt(np.diag(covariance))
        return np.asarray(covariance / np.outer(scale, scale))


def _residual_covariance(result: SemResult) -> np.ndarray:
    if result.table.ordered and result.outcome is not None:
        # Residual variances of ordinal items follow from the rest; they are no free parameters.
        seen = len(result.observed_names)
        return np.asarray(result.outcome.implied[0].s[:seen, :seen])
    cells = lay_out(result.table, result.sample_covariance)
    estimates = result.parameters["estimate"].to_numpy(dtype="float64")
    free = result.parameters["free"].to_numpy(dtype="int64")
    theta = np.zeros(cells.n_free)
    theta[free[free > 0] - 1] = estimates[free > 0]
    _, s, _ = cells.fill(theta)
    return np.asarray(s[: cells.n_observed, : cells.n_observed])
