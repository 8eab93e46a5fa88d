r"""
Browne's residual-based tests: are the residuals, freed of what the parameters explain, larger than sampling allows?

:math:`T = N e'\{\Gamma^{-1} - \Gamma^{-1}\Delta(\Delta'\Gamma^{-1}\Delta)^{-1}\Delta'\Gamma^{-1}\}e`, e the residual
moments (Browne 1984, eq. 2.20). :math:`\Gamma` is that of normal data at the sample's or the model's covariances
(``browne.residual.nt``, ``.nt.model``), or estimated from fourth moments (``browne.residual.adf``). Asymptotically
chi-square for any consistent estimator, so that it tests ULS and DWLS solutions without their own discrepancy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.implied import Implied
from wxsat.sem.moments import Moments
from wxsat.sem.robust.casewise import NO_VARIABLES
from wxsat.sem.robust.gamma import Metric, normal_metric, turned_jacobian
from wxsat.sem.robust.scaled_tests import TestStatistic, upper_tail
from wxsat.sem.robust.weights import estimator_metrics, turned_residual, unbiased

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wxsat.sem.restrictions import Restrictions


def browne_residual(
    name: str,
    implied: Sequence[Implied],
    sample: Sequence[Moments],
    restrictions: Restrictions,
    df: int,
    *,
    given: NDArray[np.intp] = NO_VARIABLES,
    wishart: bool = False,
) -> TestStatistic:
    """
    Return one of Browne's tests.

    Parameters
    ----------
    name : {"browne.residual.nt", "browne.residual.nt.model", "browne.residual.adf"}
    wishart : bool
        Whether covariances and the statistic go with N - 1 (least squares) instead of N.

    Notes
    -----
    Checked against lavaan 0.6-14.
    """
    metrics = _metrics(name, implied, sample, given, wishart)
    jacobians, residuals = [], []
    for at, moments, metric in zip(implied, sample, metrics, strict=True):
        size = moments.weight_sum - 1.0 if wishart else moments.weight_sum
        covariance = unbiased(moments) if wishart else moments.covariance
        jacobians.append(np.sqrt(size) * turned_jacobian(at, metric))
        residuals.append(np.sqrt(size) * turned_residual(at, covariance, moments.mean, metric))
    jacobian, residual = np.vstack(jacobians) @ restrictions.basis, np.concatenate(residuals)
    # What the parameters can still explain is projected out; a rank below the number of parameters does no harm.
    explained, *_ = np.linalg.lstsq(jacobian, residual, rcond=1e-10)
    left = residual - jacobian @ explained
    statistic = float(left @ left)
    return TestStatistic(name, statistic, float(df), upper_tail(statistic, df))


def _metrics(
    name: str, implied: Sequence[Implied], sample: Sequence[Moments], given: NDArray[np.intp], wishart: bool
) -> Sequence[Metric]:
    if name == "browne.residual.adf":
        return estimator_metrics("WLS", implied, sample, given)
    if name == "browne.residual.nt.model":
        return [normal_metric(at.sigma) for at in implied]
    return [normal_metric(unbiased(moments) if wishart else moments.covariance) for moments in sample]
