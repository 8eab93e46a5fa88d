r"""The effect of a predictor at chosen values of its moderator, with errors by the delta method.

The slope of x at moderator value w is :math:`\beta_x + \beta_{xw}w`, the intercept :math:`\alpha + \beta_w w`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.errors import UsageError, nearest
from wxsat.sem.estimates import wald
from wxsat.sem.result import SemResult

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(frozen=True)
class Slope:
    """
    The coefficients of an interaction.

    Attributes
    ----------
    main, product : float
        Of the predictor, and of predictor times moderator.
    variances : ndarray, shape (2, 2)
        Covariance of the two.
    mean, sd : float
        Of the moderator, as the model implies it; an item's or a latent's.
    """

    main: float
    product: float
    variances: Array
    mean: float
    sd: float

    def at(self, value: float) -> tuple[float, float]:
        """Return slope and its variance at a value of the moderator."""
        weight = np.array([1.0, value])
        return self.main + self.product * value, float(weight @ self.variances @ weight)


def slope_of(
    result: SemResult, outcome: str, predictor: str, moderator: str, interaction: str, *, group: int = 1
) -> Slope:
    """
    Return what an interaction's slopes are made of.

    Raises
    ------
    UsageError
        SEM-059 when a regression is not in the model.
    """
    main = _coefficient(result, outcome, predictor, group)
    product = _coefficient(result, outcome, interaction, group)
    mean, sd = _moderator(result, moderator, group)
    return Slope(main[0], product[0], _covariance(result, [main[1], product[1]]), mean, sd)


def simple_slopes(
    result: SemResult,
    outcome: str,
    predictor: str,
    moderator: str,
    interaction: str,
    *,
    at: Sequence[float] | None = None,
    group: int = 1,
) -> pd.DataFrame:
    """
    Return the slopes, and where the model has them the intercepts, at values of the moderator.

    Parameters
    ----------
    result : SemResult
    outcome, predictor, moderator, interaction : str
        ``outcome ~ predictor + moderator + interaction``.
    at : sequence of float, optional
        Values of the moderator; by default its mean and one standard deviation to either side.
    group : int
        From 1.

    Returns
    -------
    DataFrame
        ``what value estimate std_error z p_value ci_lower ci_upper``; `what` is ``slope`` or ``intercept``.

    Notes
    -----
    Checked against ``semTools::probe2WayMC`` 0.5-6 in ``tests/golden/sem_bootstrap``.
    """
    import pandas as pd

    slope = slope_of(result, outcome, predictor, moderator, interaction, group=group)
    values = [slope.mean - slope.sd, slope.mean, slope.mean + slope.sd] if at is None else [float(v) for v in at]
    records = []
    for value in values:
        estimate, variance = slope.at(value)
        records.append({"what": "slope", "value": value, "estimate": estimate} | wald(estimate, variance))
    alpha = _row(result, outcome, "~1", "", group)
    if alpha is not None and alpha[1] >= 0:
        beta = _coefficient(result, outcome, moderator, group)
        both = Slope(alpha[0], beta[0], _covariance(result, [alpha[1], beta[1]]), slope.mean, slope.sd)
        for value in values:
            estimate, variance = both.at(value)
            records.append({"what": "intercept", "value": value, "estimate": estimate} | wald(estimate, variance))
    return pd.DataFrame(records)


def _row(result: SemResult, lhs: str, op: str, rhs: str, group: int) -> tuple[float, int] | None:
    """Return estimate and place in theta (-1 for a fixed one)."""
    table = result.parameters
    found = table[(table["lhs"] == lhs) & (table["op"] == op) & (table["rhs"] == rhs) & (table["group"] == group)]
    if found.empty:
        return None
    return float(found["estimate"].iloc[0]), int(found["free"].iloc[0]) - 1


def _coefficient(result: SemResult, outcome: str, predictor: str, group: int) -> tuple[float, int]:
    found = _row(result, outcome, "~", predictor, group)
    if found is None:
        table = result.parameters
        known = [f"{a} ~ {b}" for a, op, b in table[["lhs", "op", "rhs"]].itertuples(index=False) if op == "~"]
        wanted = f"{outcome} ~ {predictor}"
        raise UsageError("SEM-059", f"the model has no regression {wanted!r}.{nearest(wanted, known)}",
                         where=f"group {group}" if group > 1 else result.model,
                         hint=f"Its regressions: {', '.join(dict.fromkeys(known)) or 'none'}.")  # fmt: skip
    return found


def _covariance(result: SemResult, places: Sequence[int]) -> Array:
    found = np.zeros((len(places), len(places)))
    free = [k for k, place in enumerate(places) if place >= 0]
    at = [places[k] for k in free]
    found[np.ix_(free, free)] = result.parameter_covariance[np.ix_(at, at)]
    return found


def _moderator(result: SemResult, name: str, group: int) -> tuple[float, float]:
    """Return mean and standard deviation of the moderator as the model implies them."""
    outcome = result.outcome
    at = None if outcome is None or group > len(outcome.implied) else outcome.implied[group - 1]
    if at is None or name not in at.cells.names:
        raise UsageError("SEM-059", f"{name!r} is no variable of the model.", where=result.model)
    k = at.cells.names.index(name)
    mean = float(at.all_mean[k])
    if not at.has_means and k < at.cells.n_observed and outcome is not None:
        mean = float(outcome.sample[group - 1].mean[k])
    return mean, float(np.sqrt(at.all_covariance[k, k]))
