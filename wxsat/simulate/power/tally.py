"""What a block of replicates leaves behind: sums, from which every figure of the result follows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

COUNTS = ("replicates", "converged", "inadmissible", "tested", "misfit")
SUMS = ("used", "deviation", "squared", "error", "covered", "significant")


@dataclass(frozen=True)
class Replicates:
    """
    What the fits of a block gave.

    Attributes
    ----------
    estimate, error : ndarray, shape (n_replicates, n_keys)
        NaN where a fit failed or an error does not exist.
    converged, admissible : ndarray of bool, shape (n_replicates,)
    p_value : ndarray, shape (n_replicates,)
        Of the test of the model; NaN without one.
    """

    estimate: Array
    error: Array
    converged: NDArray[np.bool_]
    admissible: NDArray[np.bool_]
    p_value: Array


@dataclass(frozen=True)
class Tally:
    """
    Sums over replicates.

    Attributes
    ----------
    counts : ndarray, shape (5,)
        As in ``COUNTS``.
    sums : ndarray, shape (6, n_keys)
        As in ``SUMS``; `deviation` is the estimate less the truth.
    """

    counts: Array
    sums: Array

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data, at full precision."""
        return {"counts": self.counts.tolist(), "sums": self.sums.tolist()}

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Tally:
        """Read what :meth:`to_dict` gave."""
        return cls(np.array(record["counts"], dtype=np.float64), np.array(record["sums"], dtype=np.float64))


def tally(found: Replicates, truth: Array, alpha: float) -> Tally:
    """Add up the replicates of a block; inadmissible solutions count, failed ones do not."""
    from scipy.special import ndtri

    reach = float(ndtri(1 - alpha / 2))
    usable = found.converged[:, None] & np.isfinite(found.estimate) & (found.error > 0)
    estimate, error = np.where(usable, found.estimate, truth), np.where(usable, found.error, 1.0)
    deviation = estimate - truth
    tested = found.converged & np.isfinite(found.p_value)
    counts = [
        len(found.converged), found.converged.sum(), (found.converged & ~found.admissible).sum(), tested.sum(),
        (found.p_value[tested] < alpha).sum(),
    ]  # fmt: skip
    parts = (
        usable, np.where(usable, deviation, 0.0), np.where(usable, deviation**2, 0.0), np.where(usable, error, 0.0),
        usable & (np.abs(deviation) <= reach * error), usable & (np.abs(estimate) > reach * error),
    )  # fmt: skip
    return Tally(np.array(counts, dtype=np.float64), np.stack([p.sum(axis=0, dtype=np.float64) for p in parts]))


def added(parts: Iterable[Tally]) -> Tally:
    """Add tallies in the order they come, which is always that of the blocks."""
    found = list(parts)
    return Tally(np.sum([t.counts for t in found], axis=0), np.sum([t.sums for t in found], axis=0))


def parameter_figures(total: Tally, truth: Array) -> dict[str, Array]:
    """
    Return mean, bias, spread, errors, coverage and power of every parameter with their Monte-Carlo errors.

    `mean_se` is the mean standard error, `se_ratio` its ratio to the standard deviation of the estimates.
    """
    used, deviation, squared, error, covered, significant = total.sums
    with np.errstate(divide="ignore", invalid="ignore"):
        bias = deviation / used
        spread = np.sqrt(np.maximum(squared - used * bias**2, 0.0) / (used - 1))
        mean_se = error / used
        ratio = mean_se / spread
        shares = {"coverage": covered / used, "power": significant / used}
        figures = {
            "n_used": used, "mean": truth + bias, "bias": bias, "bias_mcse": spread / np.sqrt(used),
            "relative_bias": np.where(np.abs(truth) > 1e-12, bias / np.where(truth == 0, 1.0, truth), np.nan),
            "sd": spread, "mean_se": mean_se, "se_ratio": ratio, "se_ratio_mcse": ratio / np.sqrt(2 * (used - 1)),
        }  # fmt: skip
        for name, share in shares.items():
            figures[name] = share
            figures[f"{name}_mcse"] = share_error(share, used)
    return figures


def share_error(share: Array, count: Array) -> Array:
    """
    Return the Monte-Carlo error of a share; where all or none were counted, that of half a replicate from the end.

    Examples
    --------
    >>> share_error(np.array([0.5]), np.array([100.0])).tolist()
    [0.05]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = np.clip(share, 0.5 / count, 1 - 0.5 / count)
        return np.asarray(np.sqrt(inside * (1 - inside) / count))
