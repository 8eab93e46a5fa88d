"""Replicate weights: jackknife, bootstrap and balanced half-samples, and the variance they give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from wxsat.errors import DataError, UsageError, nearest
from wxsat.sampling.stages import WHOLE, Lonely, Stage

Array = NDArray[np.float64]
Kind = Literal["JK1", "JKn", "bootstrap", "BRR", "Fay"]
KINDS = ("JK1", "JKn", "bootstrap", "BRR", "Fay")
MOST_CELLS = 400_000_000


@dataclass(frozen=True)
class Replicates:
    r"""
    Replicate weights.

    Attributes
    ----------
    weights : ndarray, shape (n, R)
        Replicate analysis weights (the sampling weight is already in them).
    scale : float
    rscales : ndarray, shape (R,)
    mse : bool
        Deviations from the full-sample estimate, and not from the mean of the replicates.
    kind : str

    Notes
    -----
    .. math:: V = c \sum_r c_r (\hat\theta_r - \bar\theta)(\hat\theta_r - \bar\theta)'
    """

    weights: Array
    scale: float
    rscales: Array
    mse: bool = False
    kind: str = "other"

    def __post_init__(self) -> None:
        if self.weights.ndim != 2 or self.weights.shape[1] != len(self.rscales):
            message = f"replicate weights of shape {self.weights.shape} for {len(self.rscales)} scales."
            raise DataError("SAMP-039", message, where="replicates", hint="One column and one scale a replicate.")

    def covariance(self, replicates: Array, estimate: Array) -> Array:
        """Return the covariance, shape (k, k), of estimates whose replicates are the rows of `replicates`."""
        known = ~np.isnan(replicates).any(axis=1)
        used, rscales = replicates[known], self.rscales[known]
        centre = estimate if self.mse else used[rscales > 0].mean(axis=0)
        deviations = used - centre
        return np.asarray(self.scale * (deviations.T @ (deviations * rscales[:, None])))

    def degrees_of_freedom(self) -> int:
        """Return the rank of the replicate weights minus one (survey's rule)."""
        distinct = np.unique(self.weights, axis=0) if len(self.weights) <= 20_000 else self.weights[:20_000]
        return int(np.linalg.matrix_rank(distinct / np.abs(distinct).max(), tol=1e-5 * np.sqrt(distinct.size))) - 1


def build_replicates(
    stage: Stage,
    weights: Array,
    kind: str,
    *,
    replicates: int = 500,
    seed: int = 1,
    fay: float = 0.5,
    lonely: Lonely = "fail",
    mse: bool = False,
) -> Replicates:
    """
    Make replicate weights from the first stage of a design.

    Parameters
    ----------
    stage : Stage
    weights : ndarray, shape (n,)
    kind : {"JK1", "JKn", "bootstrap", "BRR", "Fay"}
        Jackknife without and with strata; the bootstrap of Rao and Wu with n - 1 units drawn in each stratum
        (survey's ``subbootstrap``); balanced half-samples of two units a stratum, without and with Fay's dampening.
    replicates, seed : int
        Of the bootstrap.
    fay : float
        Fay's coefficient, 0 <= fay < 1.
    lonely : {"fail", "adjust", "certainty"}
        Strata with one unit: refused, or left alone in every replicate (``adjust`` has no replicate form).
    mse : bool

    Raises
    ------
    UsageError
        SAMP-017 an unknown kind.
    DataError
        SAMP-033 a stratum with one unit, SAMP-037 too many replicates to hold, SAMP-038 not two units a stratum.

    Notes
    -----
    The jackknife uses the first stage's finite-population correction, the others none. Checked against
    ``survey::as.svrepdesign`` 4.1 (JK1, JKn; the others through their replicate matrices).

    References
    ----------
    .. [1] Rao, J. N. K., Wu, C. F. J., & Yue, K. (1992). Some recent work on resampling methods for complex surveys.
       Survey Methodology, 18, 209-217.
    .. [2] Judkins, D. R. (1990). Fay's method for variance estimation. Journal of Official Statistics, 6, 223-239.
    """
    if kind not in KINDS:
        hint = f"Known: {', '.join(KINDS)}.{nearest(kind, KINDS)}"
        raise UsageError("SAMP-017", f"there are no replicate weights '{kind}'.", hint=hint)
    single = (stage.sampled == 1) & (stage.remaining >= WHOLE)
    if single.any() and lonely == "fail":
        names = ", ".join(stage.names[h] for h in np.flatnonzero(single)[:5].tolist())
        raise DataError(
            "SAMP-033", f"these strata have a single sampled unit: {names}.", hint="Merge them, or lonely: certainty."
        )
    columns = replicates if kind == "bootstrap" else stage.n_units
    if columns * len(weights) > MOST_CELLS:
        raise DataError(
            "SAMP-037",
            f"{columns} replicates of {len(weights)} respondents are too many to hold.",
            hint="Use the bootstrap with fewer replicates, or Taylor linearisation.",
        )
    if kind in ("JK1", "JKn"):
        factors, rscales = _jackknife(stage, kind)
        scale = 1.0
    elif kind == "bootstrap":
        factors, rscales = _bootstrap(stage, replicates, seed), np.ones(replicates)
        scale = 1.0 / (replicates - 1)
    else:
        rho = fay if kind == "Fay" else 0.0
        factors = _half_samples(stage, rho)
        rscales = np.ones(factors.shape[1])
        scale = 1.0 / (factors.shape[1] * (1 - rho) ** 2)
    return Replicates(weights[:, None] * factors[stage.units], scale, rscales, mse, kind)


def _jackknife(stage: Stage, kind: str) -> tuple[Array, Array]:
    if kind == "JK1" and len(stage.sampled) > 1:
        message = f"JK1 is for a sample without strata; this one has {len(stage.sampled)}."
        raise UsageError("SAMP-017", message, hint="Use JKn.")
    n = stage.sampled[stage.unit_strata]
    dropped = np.flatnonzero((n > 1) & (stage.remaining[stage.unit_strata] >= WHOLE))
    factors = np.ones((stage.n_units, len(dropped)))
    for column, unit in enumerate(dropped.tolist()):
        mates = stage.unit_strata == stage.unit_strata[unit]
        factors[mates, column] = n[unit] / (n[unit] - 1)
        factors[unit, column] = 0.0
    rscales = (stage.remaining[stage.unit_strata] * (n - 1) / n)[dropped]
    return factors, rscales


def _bootstrap(stage: Stage, replicates: int, seed: int) -> Array:
    rng = np.random.default_rng(seed)
    factors = np.ones((stage.n_units, replicates))
    for h, size in enumerate(stage.sampled.astype(int).tolist()):
        if size < 2:
            continue
        members = np.flatnonzero(stage.unit_strata == h)
        picks = rng.integers(0, size, size=(replicates, size - 1))
        flat = (picks + np.arange(replicates)[:, None] * size).ravel()
        counts = np.bincount(flat, minlength=replicates * size).reshape(replicates, size)
        factors[members] = counts.T * (size / (size - 1))
    return factors


def _half_samples(stage: Stage, rho: float) -> Array:
    if not (stage.sampled == 2).all():
        odd = ", ".join(stage.names[h] for h in np.flatnonzero(stage.sampled != 2)[:5].tolist())
        raise DataError("SAMP-038", f"balanced half-samples need two units in every stratum; not so in: {odd}.")
    from scipy.linalg import hadamard

    n_strata = len(stage.sampled)
    order = 1
    while order < n_strata + 1:
        order *= 2
    signs = hadamard(order)[:, 1 : n_strata + 1]
    factors = np.ones((stage.n_units, order))
    for h in range(n_strata):
        first, second = np.flatnonzero(stage.unit_strata == h)
        factors[first] = np.where(signs[:, h] > 0, 2 - rho, rho)
        factors[second] = np.where(signs[:, h] > 0, rho, 2 - rho)
    return factors
