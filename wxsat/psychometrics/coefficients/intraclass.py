"""Intraclass correlations of ratings: all six forms with F tests and intervals; test-retest reliability."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wxsat.errors import DataError, EstimationError
from wxsat.numerics.absolute_agreement import absolute_agreement

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
AGREEMENT = 1e-6


@dataclass(frozen=True, slots=True)
class Retest:
    """
    Two measurements of the same people.

    Attributes
    ----------
    n : int
        People with both.
    correlation, ci_lower, ci_upper : float
        Pearson, Fisher's interval.
    icc_agreement, icc_consistency : float
        ICC(A,1) and ICC(C,1): with and without the shift of the means as error.
    mean_change : float
        Second less first.
    standard_error : float
        Of measurement: deviation of the differences over root two.
    """

    n: int
    correlation: float
    ci_lower: float
    ci_upper: float
    icc_agreement: float
    icc_consistency: float
    mean_change: float
    standard_error: float


def intraclass_correlations(ratings: Array, confidence: float = 0.95) -> pd.DataFrame:
    """
    All six intraclass correlations of Shrout and Fleiss.

    Parameters
    ----------
    ratings : ndarray, shape (n_targets, n_raters)
        Complete.
    confidence : float

    Returns
    -------
    DataFrame
        ``type form icc F df1 df2 p_value ci_lower ci_upper``; form in McGraw and Wong's names.

    Raises
    ------
    DataError
        MEAS-054 for fewer than two targets or raters, or empty cells.
    EstimationError
        MEAS-055 if pingouin computes other coefficients.

    Notes
    -----
    Coefficients from ``pingouin.intraclass_corr``, which rounds its intervals to two decimals; these are computed
    here at full precision and the coefficients compared with pingouin's. Checked against ``psych::ICC`` 2.2.9 on
    Shrout and Fleiss's table.

    References
    ----------
    .. [1] Shrout, P. E., & Fleiss, J. L. (1979). Psychological Bulletin, 86, 420-428.

    Examples
    --------
    >>> intraclass_correlations(np.array([[1.0, 2], [3, 4], [5, 7]]))["icc"].round(3).tolist()
    [0.821, 0.833, 0.968, 0.902, 0.909, 0.984]
    """
    import pandas as pd

    if ratings.ndim != 2 or min(ratings.shape) < 2 or np.isnan(ratings).any():
        raise DataError(
            "MEAS-054",
            "intraclass correlations need two or more raters of two or more targets, without holes.",
            hint="Name a column for each rater; a row counts when all of them rated it.",
        )
    left = ratings - ratings.mean(axis=1, keepdims=True) - ratings.mean(axis=0) + ratings.mean()
    if float((left**2).sum()) <= 1e-20 * float((ratings**2).sum()):
        raise DataError(
            "MEAS-054",
            "the raters differ by a constant at most: nothing is left to compare the agreement with.",
            hint="Look for a copied column; every intraclass correlation of consistency is 1 or has no value.",
        )
    rows = _all_forms(ratings, confidence)
    frame = pd.DataFrame(
        rows, columns=["type", "form", "icc", "F", "df1", "df2", "p_value", "ci_lower", "ci_upper"]
    )  # fmt: skip
    _agree_with_pingouin(ratings, frame)
    return frame


def _all_forms(x: Array, confidence: float) -> list[tuple[str, str, float, float, int, float, float, float, float]]:
    from scipy.special import fdtrc, fdtri

    n, k = x.shape
    grand = x.mean()
    between = k * float(((x.mean(axis=1) - grand) ** 2).sum())
    raters = n * float(((x.mean(axis=0) - grand) ** 2).sum())
    total = float(((x - grand) ** 2).sum())
    bms, jms = between / (n - 1), raters / (k - 1)
    wms, ems = (total - between) / (n * (k - 1)), (total - between - raters) / ((n - 1) * (k - 1))
    df1, one, two = n - 1, n * (k - 1), (n - 1) * (k - 1)
    high = 1 - (1 - confidence) / 2
    f1, f3 = bms / wms, bms / ems
    low1, up1 = f1 / fdtri(df1, one, high), f1 * fdtri(one, df1, high)
    low3, up3 = f3 / fdtri(df1, two, high), f3 * fdtri(two, df1, high)
    icc2, lower2, upper2 = absolute_agreement(bms, jms, ems, n, k, confidence)
    p1, p3 = float(fdtrc(df1, one, f1)), float(fdtrc(df1, two, f3))

    def single(ratio: float) -> float:
        return float((ratio - 1) / (ratio + k - 1))

    def stepped(value: float) -> float:
        return float(k * value / (1 + value * (k - 1)))

    def mean(ratio: float) -> float:
        return float(1 - 1 / ratio)

    icc2k = float((bms - ems) / (bms + (jms - ems) / n))
    return [
        ("ICC1", "ICC(1)", single(f1), f1, df1, one, p1, single(low1), single(up1)),
        ("ICC2", "ICC(A,1)", icc2, f3, df1, two, p3, lower2, upper2),
        ("ICC3", "ICC(C,1)", single(f3), f3, df1, two, p3, single(low3), single(up3)),
        ("ICC1k", "ICC(k)", mean(f1), f1, df1, one, p1, mean(low1), mean(up1)),
        ("ICC2k", "ICC(A,k)", icc2k, f3, df1, two, p3, stepped(lower2), stepped(upper2)),
        ("ICC3k", "ICC(C,k)", mean(f3), f3, df1, two, p3, mean(low3), mean(up3)),
    ]


def _agree_with_pingouin(ratings: Array, frame: pd.DataFrame) -> None:
    import pandas as pd
    import pingouin

    n, k = ratings.shape
    long = pd.DataFrame(
        {"target": np.repeat(np.arange(n), k), "rater": np.tile(np.arange(k), n), "rating": ratings.ravel()}
    )
    # pingouin's order is this module's.
    theirs = pingouin.intraclass_corr(long, targets="target", raters="rater", ratings="rating")["ICC"].to_numpy(float)
    ours = frame["icc"].to_numpy(float)
    if not np.allclose(theirs, ours, rtol=AGREEMENT, atol=AGREEMENT):
        raise EstimationError(
            "MEAS-055",
            f"two computations of the intraclass correlations disagree: pingouin {theirs.tolist()}, "
            f"this package {ours.tolist()}.",
            hint="Please report it with the versions of pingouin, scipy and numpy.",
        )


def evaluate_retest(first: Array, second: Array, confidence: float = 0.95) -> Retest:
    """
    Test-retest reliability of a score.

    Parameters
    ----------
    first, second : ndarray, shape (n_people,)
        NaN where a measurement is missing; people with both are used.
    confidence : float

    Returns
    -------
    Retest

    Raises
    ------
    DataError
        MEAS-054 for fewer than four people with both.

    Examples
    --------
    >>> one = np.array([1.0, 2, 3, 4, 5])
    >>> round(evaluate_retest(one, one + 1).correlation, 12)
    1.0
    """
    from scipy.special import ndtri

    both = ~np.isnan(first) & ~np.isnan(second)
    pair = np.column_stack([first[both], second[both]])
    if len(pair) < 4:
        raise DataError("MEAS-054", f"{len(pair)} people have both measurements; at least four are needed.")
    correlation = float(np.clip(np.corrcoef(pair[:, 0], pair[:, 1])[0, 1], -1, 1))
    width = float(ndtri(1 - (1 - confidence) / 2)) / np.sqrt(len(pair) - 3)
    with np.errstate(divide="ignore"):
        z = np.arctanh(correlation)
    change = pair[:, 1] - pair[:, 0]
    spread = float(change.std(ddof=1))
    forms = (
        {row[1]: row[2] for row in _all_forms(pair, confidence)}
        if spread > 0
        else {
            "ICC(C,1)": 1.0,
            "ICC(A,1)": float(pair[:, 0].var(ddof=1) / (pair[:, 0].var(ddof=1) + change.mean() ** 2 / 2)),
        }
    )
    return Retest(
        n=len(pair),
        correlation=correlation,
        ci_lower=float(np.tanh(z - width)),
        ci_upper=float(np.tanh(z + width)),
        icc_agreement=forms["ICC(A,1)"],
        icc_consistency=forms["ICC(C,1)"],
        mean_change=float(change.mean()),
        standard_error=spread / float(np.sqrt(2)),
    )
