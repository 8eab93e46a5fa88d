"""The baseline model: no covariances, except those among covariates, which are taken as given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def baseline_test(sample: NDArray[np.float64], covariates: NDArray[np.intp], n_obs: int) -> tuple[float, int]:
    """
    Return chi-square and degrees of freedom of the baseline model.

    Parameters
    ----------
    covariates : ndarray of int
        Positions of the variables whose moments are taken as given.
    """
    p, x = len(sample), len(covariates)
    own = np.setdiff1d(np.arange(p), covariates)
    log_baseline = float(np.log(np.diag(sample)[own]).sum())
    if x:
        log_baseline += float(np.linalg.slogdet(sample[np.ix_(covariates, covariates)])[1])
    statistic = n_obs * (log_baseline - float(np.linalg.slogdet(sample)[1]))
    df = p * (p - 1) // 2 - x * (x - 1) // 2
    return max(statistic, 0.0), df
