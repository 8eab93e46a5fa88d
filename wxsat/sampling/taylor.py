"""Taylor linearisation: the variance of a total of linearised variables under a stratified, multi-stage design."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wxsat.errors import DataError, Fault
from wxsat.sampling.projection import Calibration
from wxsat.sampling.stages import WHOLE, Lonely, Stage

Array = NDArray[np.float64]


def linearised_covariance(
    contributions: Array, stages: Sequence[Stage], lonely: Lonely = "fail", calibrations: Sequence[Calibration] = ()
) -> Array:
    r"""
    Return the design-based covariance of the totals of weighted linearised variables.

    Parameters
    ----------
    contributions : ndarray, shape (n, k)
        :math:`w_i z_i`: weight times influence, zero outside a domain. All rows of the sample, so that units without
        a member of the domain count.
    stages : sequence of Stage
    lonely : {"fail", "adjust", "certainty"}
        A stratum with a single sampled unit: an error; its contribution is measured from zero, the mean of all;
        or it was taken with certainty and adds nothing.
    calibrations : sequence of Calibration
        In the order in which they were made.

    Returns
    -------
    ndarray, shape (k, k)

    Raises
    ------
    DataError
        SAMP-033 with the strata named, when a stratum has one unit and `lonely` is ``fail``.

    Notes
    -----
    .. math:: V = \sum_h (1 - f_h) \frac{n_h}{n_h - 1} \sum_{j} (t_{hj} - \bar t_h)(t_{hj} - \bar t_h)'
              + \sum_{hj} f_h V_{hj}

    with :math:`V_{hj}` the same at the next stage. Later stages count only with a finite-population correction at the
    first. Checked against ``survey::svyrecvar`` 4.1 (api data: stratified, two-stage, calibrated).

    References
    ----------
    .. [1] Lumley, T. (2010). Complex Surveys: A Guide to Analysis Using R, chapter 2 and appendix. Wiley.
    .. [2] Särndal, C.-E., Swensson, B., & Wretman, J. (1992). Model Assisted Survey Sampling, result 4.3.1. Springer.
    """
    z = contributions
    for calibration in calibrations:
        z = calibration.residuals(z)
    k = z.shape[1]
    covariance = np.zeros((k, k))
    fraction = np.ones(len(z))
    for depth, stage in enumerate(stages):
        if depth and not fraction.any():
            break
        covariance += _stage_covariance(z, stage, lonely, fraction, depth + 1)
        sampled = 1.0 - stage.remaining
        fraction = fraction * np.where(np.isinf(stage.population), 0.0, sampled)[stage.strata]
    return covariance


def _stage_covariance(z: Array, stage: Stage, lonely: Lonely, fraction: Array, depth: int) -> Array:
    remaining = np.where(stage.remaining < WHOLE, 0.0, stage.remaining)
    factor = np.zeros(len(stage.sampled))
    factor[stage.strata] = fraction
    single = (stage.sampled == 1) & (remaining > 0) & (factor > 0)
    if single.any() and lonely == "fail":
        raise _lonely_error(stage, single, depth)
    totals = unit_totals(z, stage)
    order = stage.unit_strata
    means = np.zeros((len(stage.sampled), z.shape[1]))
    np.add.at(means, order, totals)
    means /= stage.sampled[:, None]
    if lonely == "adjust":
        means[single] = 0.0
    multiplier = np.where(stage.sampled > 1, stage.sampled / np.maximum(stage.sampled - 1, 1), 1.0)
    scale = factor * remaining * multiplier
    centred = (totals - means[order]) * np.sqrt(scale)[order][:, None]
    return np.asarray(centred.T @ centred)


def unit_totals(z: Array, stage: Stage) -> Array:
    """Return the sums of rows by unit, shape (n_units, k)."""
    columns = [np.bincount(stage.units, z[:, j], minlength=stage.n_units) for j in range(z.shape[1])]
    return np.column_stack(columns) if columns else np.zeros((stage.n_units, 0))


def _lonely_error(stage: Stage, single: NDArray[np.bool_], depth: int) -> DataError:
    hint = "Merge the stratum with another, or choose lonely: adjust or certainty."
    faults = [
        Fault("SAMP-033", f"stratum {stage.names[h]} has a single sampled unit at stage {depth}.", stage.names[h], hint)
        for h in np.flatnonzero(single).tolist()
    ]
    error = DataError.from_faults(faults)
    return error if isinstance(error, DataError) else DataError("SAMP-033", str(error))


def degrees_of_freedom(stages: Sequence[Stage], weights: Array) -> int:
    """Return first-stage units with a member that counts, minus their strata."""
    first = stages[0]
    inside = weights != 0
    return int(len(np.unique(first.units[inside])) - len(np.unique(first.strata[inside])))
