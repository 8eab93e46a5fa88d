"""Reliability of the sum of each factor's indicators, from a fitted model: correlated errors and groups included."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from wxsat.sem.result import SemResult

FORMULA = (
    "omega = (sum L)^2 phi / variance of the factor's sum (observed; omega_implied: of the model), error covariances "
    "count as error (Green & Hershberger 2000); ordered items: of the sum of categories (Green & Yang 2009)"
)


def evaluate_composite_reliability(result: SemResult, *, observed: bool = True) -> pd.DataFrame:
    r"""
    Composite reliability (omega) of every factor that a model measures by observed indicators.

    Parameters
    ----------
    result : SemResult
        Error covariances that the model frees count as error.
    observed : bool
        Denominator: variance of the observed sum, or the one that the model implies.

    Returns
    -------
    DataFrame
        ``group factor n_items omega``; NaN for a factor with a latent indicator, or with ordered and numeric ones.

    Notes
    -----
    .. math:: \omega = (\sum_i \lambda_i)^2 \phi / \sum_{ij} s_{ij}

    McDonald's omega 3 (observed) or 2 (implied). Of ordered items Green and Yang's omega of the sum of categories, with
    the polychoric correlations or those that the model implies. Checked against ``semTools::compRelSEM`` 0.5-6 with
    ``obs.var`` TRUE and FALSE.

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
    rows: list[tuple[str, str, int, float]] = []
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
            if all(item in place for item in items):
                chosen = [place[item] for item in items]
                own_covariance = covariance[np.ix_(chosen, chosen)]
                if not ordered.intersection(items):
                    truth = float(own["estimate"].sum()) ** 2 * float(group.latent_covariance[index, index])
                    value = truth / float(own_covariance.sum())
                elif ordered.issuperset(items):
                    value = _of_categories(table[table["group"] == number], own, items, own_covariance)
            rows.append((group.name, factor, len(items), value))
    return pd.DataFrame(rows, columns=["group", "factor", "n_items", "omega"])


def _of_categories(
    table: pd.DataFrame, loadings: pd.DataFrame, items: list[str], covariance: NDArray[np.float64]
) -> float:
    """Return Green and Yang's omega from the standardised solution."""
    from wxsat.numerics.covariance import correlation_from
    from wxsat.psychometrics.coefficients.ordinal_omega import ordinal_omega

    cuts = table[table["op"] == "|"]
    thresholds = [cuts.loc[cuts["lhs"] == item, "std_all"].to_numpy(dtype=np.float64) for item in items]
    return ordinal_omega(
        loadings["std_all"].to_numpy(dtype=np.float64), thresholds, correlation_from(np.asarray(covariance))
    )
