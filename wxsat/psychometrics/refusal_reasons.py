"""What stands behind a refusal: pairs of constructs that are one, and scales that measure nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from wxsat.finding import Finding
from wxsat.psychometrics.conventions import state
from wxsat.psychometrics.reliability import alpha_from_covariance
from wxsat.psychometrics.validity import HTMT_REFUSAL

ALPHA_REFUSAL = 0.50
"""Below it less than half of a score's variance is of one thing: George & Mallery (2003), "unacceptable"."""


def reasons_of_refusal(
    htmt: pd.DataFrame, alpha: pd.DataFrame, *, refused: bool, said: Collection[str] = ()
) -> tuple[Finding, ...]:
    """
    Name the pairs and the scales by which a covariance model fails.

    Parameters
    ----------
    htmt : DataFrame
        Columns ``a, b, htmt``.
    alpha : DataFrame
        Columns ``construct, alpha``.
    refused : bool
        Whether the model must not be read already; then these are its reasons (severity refusal), else warnings.
    said : collection of str
        Subjects ``"a, b"`` of pairs that another finding names.

    Returns
    -------
    tuple of Finding
        MEAS-180 a pair with HTMT of .90 or more, MEAS-181 a construct with alpha below .50.

    Examples
    --------
    >>> pairs = pd.DataFrame({"a": ["PU"], "b": ["EOU"], "htmt": [0.93]})
    >>> scales = pd.DataFrame({"construct": ["PU"], "alpha": [0.41]})
    >>> [(f.code, f.severity) for f in reasons_of_refusal(pairs, scales, refused=True)]
    [('MEAS-180', 'refusal'), ('MEAS-181', 'refusal')]
    """
    found = []
    for a, b, value in zip(htmt["a"], htmt["b"], htmt["htmt"], strict=True):
        subject = f"{a}, {b}"
        if value >= HTMT_REFUSAL and subject not in said:
            message = f"{a} and {b} are not distinct: HTMT {value:.3f}, not below {HTMT_REFUSAL:.2f}."
            figures = {"htmt": float(value), "threshold": HTMT_REFUSAL}
            found.append(
                state("MEAS-180", "refusal" if refused else "warning", subject, message, a=str(a), b=str(b), **figures)
            )
    for name, value in zip(alpha["construct"], alpha["alpha"], strict=True):
        if value < ALPHA_REFUSAL:
            message = (
                f"Cronbach's alpha of {name} is {value:.3f}, below {ALPHA_REFUSAL:.2f}: its items share too little."
            )
            found.append(
                state(
                    "MEAS-181",
                    "refusal" if refused else "warning",
                    str(name),
                    message,
                    alpha=float(value),
                    threshold=ALPHA_REFUSAL,
                )
            )
    return tuple(found)


def alpha_of_blocks(frame: pd.DataFrame, items_of: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """
    Return raw alpha of every block of two or more items, each item keyed by the block's first component.

    Parameters
    ----------
    frame : DataFrame
        Answers; a block's complete rows are used.
    items_of : mapping of str to sequence of str

    Returns
    -------
    DataFrame
        Columns ``construct, alpha``; NaN where an item is constant or fewer than three rows are complete.

    Examples
    --------
    >>> answers = pd.DataFrame({"a1": [1, 2, 3, 4], "a2": [4, 2, 3, 1]})
    >>> alpha_of_blocks(answers, {"A": ["a1", "a2"]})["alpha"].round(3).tolist()
    [0.889]
    """
    rows = []
    for name, items in items_of.items():
        if len(items) < 2 or not set(items) <= set(frame.columns):
            continue
        values = frame[list(items)].to_numpy(dtype=float, na_value=np.nan)
        values = values[~np.isnan(values).any(axis=1)]
        alpha = float("nan")
        if len(values) > 2 and (np.ptp(values, axis=0) > 0).all():
            key = np.sign(np.linalg.eigh(np.corrcoef(values, rowvar=False))[1][:, -1])
            covariance = np.cov(values * np.where(key == 0, 1.0, key), rowvar=False)
            alpha = alpha_from_covariance(covariance)
        rows.append((name, alpha))
    return pd.DataFrame(rows, columns=["construct", "alpha"])
