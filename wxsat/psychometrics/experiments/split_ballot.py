"""The split ballot: two random halves get two forms of a question; does the form change the answers?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from wxsat.errors import DataError
from wxsat.notebook import ShownInNotebook
from wxsat.psychometrics.construct_data import numeric_columns
from wxsat.psychometrics.experiments.columns import Answers, complete, frame_of, treatment_of

MOST_CATEGORIES = 20


@dataclass(frozen=True)
class SplitBallot(ShownInNotebook):
    """
    Attributes
    ----------
    first, second : str
        The forms; differences are the first less the second.
    n_first, n_second : int
    mean_first, mean_second, difference, std_error, df, p_value, ci_lower, ci_upper : float
        Welch's t test.
    d : float
        Difference in pooled standard deviations.
    chisq, chisq_df, chisq_p_value, cramers_v : float
        Of the answers' distributions; NaN for more than 20 different answers.
    """

    first: str
    second: str
    n_first: int
    n_second: int
    mean_first: float
    mean_second: float
    difference: float
    std_error: float
    df: float
    p_value: float
    ci_lower: float
    ci_upper: float
    d: float
    chisq: float
    chisq_df: float
    chisq_p_value: float
    cramers_v: float

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data; missing is None."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: None if value != value else value for name, value in values.items()}


def evaluate_split_ballot(
    responses: Answers, answer: str, form: str, *, first: object | None = None, confidence: float = 0.95
) -> SplitBallot:
    """
    Compare the answers to two forms of a question.

    Parameters
    ----------
    responses : Responses or DataFrame
    answer : str
        Column of the answers, both forms on the same codes.
    form : str
        Column that tells the forms.
    first : object, optional
        Value of `form` that differences are taken from; 1 where the column holds 0 and 1.
    confidence : float

    Returns
    -------
    SplitBallot

    Raises
    ------
    DataError, UsageError
        MEAS-074 forms that are not two, small groups, answers that do not vary.

    Notes
    -----
    Checked against R's ``t.test`` and ``chisq.test`` (without continuity correction).

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"q": [1, 2, 3, 4, 5] * 4 + [2, 3, 4, 5, 5] * 4, "form": [0] * 20 + [1] * 20})
    >>> evaluate_split_ballot(frame, "q", "form").difference
    0.7999999999999998
    """
    frame = frame_of(responses)
    values = numeric_columns(frame, [answer])[answer]
    flags, name, other = treatment_of(frame, form, first, "MEAS-074")
    keep = complete([values], flags, "MEAS-074", f"column {answer!r}")
    a, b = values[keep & (flags == 1)], values[keep & (flags == 0)]
    va, vb = a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)
    if va + vb == 0:
        raise DataError("MEAS-074", "the answers do not vary within the forms.", where=f"column {answer!r}")
    from scipy.stats import chi2_contingency, t

    error = math.sqrt(va + vb)
    df = (va + vb) ** 2 / (va**2 / (len(a) - 1) + vb**2 / (len(b) - 1))
    gap = float(a.mean() - b.mean())
    reach = float(t.ppf((1 + confidence) / 2, df)) * error
    pooled = math.sqrt(((len(a) - 1) * a.var(ddof=1) + (len(b) - 1) * b.var(ddof=1)) / (len(a) + len(b) - 2))
    codes = np.unique(np.concatenate([a, b]))
    chisq = chisq_df = chisq_p = v = math.nan
    if 2 <= len(codes) <= MOST_CATEGORIES:
        table = np.array([[(part == c).sum() for c in codes] for part in (a, b)])
        found = chi2_contingency(table, correction=False)
        chisq, chisq_p, chisq_df = float(found.statistic), float(found.pvalue), float(found.dof)
        v = math.sqrt(chisq / table.sum())
    return SplitBallot(
        name, other, len(a), len(b), float(a.mean()), float(b.mean()), gap, error, df,
        float(2 * t.sf(abs(gap) / error, df)), gap - reach, gap + reach, gap / pooled, chisq, chisq_df, chisq_p, v,
    )  # fmt: skip
