"""Reliability of the sum of each factor's indicators, from a fitted model: correlated errors and groups included."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.sem.result import SemResult


def evaluate_composite_reliability(result: SemResult, *, observed: bool = True) -> pd.DataFrame:
    r"""
    Composite reliability (omega) of every factor that a model measures by numeric indicators.

    Parameters
    ----------
    result : SemResult
        Any covariance structure of numeric variables; error covariances that the model frees count as error.
    observed : bool
        Denominator: variance of the observed sum, or the one that the model implies.

    Returns
    -------
    DataFrame
        ``group factor n_items omega``; NaN for a factor with an ordered or latent indicator.

    Notes
    -----
    .. math:: \omega = (\sum_i \lambda_i)^2 \phi / \sum_{ij} s_{ij}

    McDonald's omega 3 (observed) or 2 (implied). Checked against ``semTools::compRelSEM`` 0.5-6 with ``obs.var`` TRUE
    and FALSE.

    References
    ----------
    .. [1] Green, S. B., & Hershberger, S. L. (2000). Structural Equation Modeling, 7, 251-270.

    Examples
    --------
    >>> evaluate_composite_reliability(fit)  # doctest: +SKIP
    """
    import pandas as pd

    place = {name: index for index, name in enumerate(result.observed_names)}
    ordered = set(result.parameters.loc[result.parameters["op"] == "|", "lhs"])
    rows = []
    for number, group in enumerate(result.groups, start=1):
        table = result.parameters
        loadings = table[(table["op"] == "=~") & (table["group"] == number)]
        covariance = group.sample_covariance if observed else group.implied_covariance
        for index, factor in enumerate(result.latent_names):
            own = loadings[loadings["lhs"] == factor]
            items = [str(item) for item in own["rhs"]]
            if not items:
                continue
            value = np.nan
            if all(item in place and item not in ordered for item in items):
                chosen = [place[item] for item in items]
                truth = float(own["estimate"].sum()) ** 2 * float(group.latent_covariance[index, index])
                value = truth / float(covariance[np.ix_(chosen, chosen)].sum())
            rows.append((group.name, factor, len(items), value))
    return pd.DataFrame(rows, columns=["group", "factor", "n_items", "omega"])
