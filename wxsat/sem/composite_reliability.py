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
    "count as error (Green & Hershberger 2000); ordered items: of the sum of categories (Green & Yang 2009). A factor "
    "of factors: L is what reaches each item through them, the sum that of all their items. ave = mean of the squared "
    "standardised loadings (Fornell & Larcker 1981)"
)


def evaluate_composite_reliability(result: SemResult, *, observed: bool = True) -> pd.DataFrame:
    r"""
    Composite reliability (omega) of every factor of a model, and its average variance extracted.

    Parameters
    ----------
    result : SemResult
        Error covariances that the model frees count as error.
    observed : bool
        Denominator: variance of the observed sum, or the one that the model implies.

    Returns
    -------
    DataFrame
        ``group factor n_items omega ave``. A factor of factors has the items of its parts, and the AVE of its own
        loadings on them. No omega for a factor with ordered and numeric items, or for a factor of factors with ordered
        ones.

    Notes
    -----
    .. math:: \omega = (\sum_i \lambda_i)^2 \phi / \sum_{ij} s_{ij}

    McDonald's omega 3 (observed) or 2 (implied). Of ordered items Green and Yang's omega of the sum of categories, with
    the polychoric correlations or those that the model implies. Checked against ``semTools`` 0.5-6: ``compRelSEM`` with
    ``obs.var`` TRUE and FALSE, and with ``higher`` for factors of factors; ``AVE`` of standardised variables.

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
    rows: list[tuple[str, str, int, float, float]] = []
    for number, group in enumerate(result.groups, start=1):
        table = result.parameters[result.parameters["group"] == number]
        loadings = table[table["op"] == "=~"]
        covariance = group.sample_covariance if observed else group.implied_covariance
        for index, factor in enumerate(result.latent_names):
            own = loadings[loadings["lhs"] == factor]
            through = _loadings_through(loadings, str(factor))
            if not through:
                continue
            items = list(through)
            chosen = [place[item] for item in items]
            own_covariance = covariance[np.ix_(chosen, chosen)]
            value = np.nan
            if not ordered.intersection(items):
                truth = sum(through.values()) ** 2 * float(group.latent_covariance[index, index])
                value = truth / float(own_covariance.sum())
            elif ordered.issuperset(items) and set(own["rhs"]) == set(items):
                value = _of_categories(table, own, items, own_covariance)
            ave = float((own["std_all"].to_numpy(dtype=np.float64) ** 2).mean())
            rows.append((group.name, str(factor), len(items), value, ave))
    return pd.DataFrame(rows, columns=["group", "factor", "n_items", "omega", "ave"])


def _loadings_through(loadings: pd.DataFrame, factor: str, above: tuple[str, ...] = ()) -> dict[str, float]:
    """Return what of a factor reaches every observed item, along all chains of loadings; nothing in a circle."""
    found: dict[str, float] = {}
    if factor in above:
        return found
    own = loadings[loadings["lhs"] == factor]
    latent = set(loadings["lhs"])
    for part, weight in zip(own["rhs"].astype(str), own["estimate"].astype(float), strict=True):
        below = _loadings_through(loadings, part, (*above, factor)) if part in latent else {part: 1.0}
        for item, loading in below.items():
            found[item] = found.get(item, 0.0) + weight * loading
    return found


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
