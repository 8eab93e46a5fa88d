r"""Where a moderated effect is significant (Johnson and Neyman 1936; Bauer and Curran 2005).

The slope at w differs from zero where :math:`(\beta_x + \beta_{xw}w)^2 > z^2(v_{11} + 2wv_{12} + w^2v_{22})`: outside
the roots of a quadratic, between them, everywhere or nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from wxsat.errors import UsageError
from wxsat.sem.interaction.simple_slopes import slope_of
from wxsat.sem.result import SemResult

if TYPE_CHECKING:
    import pandas as pd

Region = Literal["outside", "inside", "everywhere", "nowhere"]


@dataclass(frozen=True)
class SignificantRegion:
    """
    Where the slope of the predictor differs from zero.

    Attributes
    ----------
    region : {"outside", "inside", "everywhere", "nowhere"}
        Of the interval from `lower` to `upper`.
    lower, upper : float
        Values of the moderator where p is exactly 1 - level; NaN where there are none.
    share : float
        Share of the moderator's (normal) distribution in the region.
    mean, sd : float
        Of the moderator.
    level : float
    """

    region: Region
    lower: float
    upper: float
    share: float
    mean: float
    sd: float
    level: float


def johnson_neyman(
    result: SemResult,
    outcome: str,
    predictor: str,
    moderator: str,
    interaction: str,
    *,
    level: float = 0.95,
    group: int = 1,
) -> SignificantRegion:
    """
    Return where the effect of a predictor is significant over the values of its moderator.

    Parameters
    ----------
    result : SemResult
    outcome, predictor, moderator, interaction : str
        ``outcome ~ predictor + moderator + interaction``.
    level : float
        Two-sided, between 0 and 1.
    group : int
        From 1.

    Raises
    ------
    UsageError
        SEM-059 when a regression is not in the model or the level is no share.

    Notes
    -----
    Normal quantiles, as all tests of ML estimates. Bounds far outside the moderator's range (`mean`, `sd`) mean that
    the slope does not change its verdict among the people asked.
    """
    from scipy.special import ndtr, ndtri

    if not 0.0 < level < 1.0:
        raise UsageError("SEM-059", f"a level of {level:g}; a share between 0 and 1 was expected.", where="level")
    slope = slope_of(result, outcome, predictor, moderator, interaction, group=group)
    critical = float(ndtri((1 + level) / 2)) ** 2
    v = slope.variances
    a = slope.product**2 - critical * v[1, 1]
    b = 2 * (slope.main * slope.product - critical * v[0, 1])
    c = slope.main**2 - critical * v[0, 0]
    region, lower, upper = _region(a, b, c)
    below, above = (float(ndtr((x - slope.mean) / slope.sd)) for x in (lower, upper))
    share = {"outside": below + 1 - above, "inside": above - below, "everywhere": 1.0, "nowhere": 0.0}[region]
    return SignificantRegion(region, lower, upper, share, slope.mean, slope.sd, level)


def _region(a: float, b: float, c: float) -> tuple[Region, float, float]:
    """Return where a w^2 + b w + c is positive."""
    inside = b * b - 4 * a * c
    if inside <= 0 or a == 0:
        return ("everywhere" if c > 0 else "nowhere"), float("nan"), float("nan")
    # The form without cancellation.
    half = -0.5 * (b + np.copysign(np.sqrt(inside), b))
    first, second = sorted((float(half / a), float(c / half) if half else 0.0))
    return ("outside" if a > 0 else "inside"), first, second


def slope_curve(
    result: SemResult,
    outcome: str,
    predictor: str,
    moderator: str,
    interaction: str,
    *,
    level: float = 0.95,
    reach: float = 3.0,
    points: int = 121,
    group: int = 1,
) -> pd.DataFrame:
    """Return ``value estimate ci_lower ci_upper`` from `reach` standard deviations below the mean to above, to draw."""
    import pandas as pd
    from scipy.special import ndtri

    slope = slope_of(result, outcome, predictor, moderator, interaction, group=group)
    z = float(ndtri((1 + level) / 2))
    values = slope.mean + slope.sd * np.linspace(-reach, reach, points)
    found = [slope.at(float(value)) for value in values]
    estimate = np.array([e for e, _ in found])
    error = np.sqrt(np.array([v for _, v in found]))
    return pd.DataFrame(
        {"value": values, "estimate": estimate, "ci_lower": estimate - z * error, "ci_upper": estimate + z * error}
    )
