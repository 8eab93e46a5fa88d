"""Items against the scores of all constructs, and the collinearity of the scores."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wxsat.finding import Finding
from wxsat.psychometrics.construct_data import ConstructData
from wxsat.psychometrics.conventions import state

Array = NDArray[np.float64]
VIF_HIGH = 3.3
"""Kock (2015); a convention."""


def construct_scores(data: Sequence[ConstructData]) -> Array:
    """Return mean scores, shape (n_rows, n_constructs); NaN where an item has no answer."""
    return np.column_stack([d.values.mean(axis=1) for d in data])


def cross_loadings(data: Sequence[ConstructData]) -> pd.DataFrame:
    """
    Correlate every item with the score of every construct, its own without the item itself.

    Parameters
    ----------
    data : sequence of ConstructData
        Reflective constructs of two items or more.

    Returns
    -------
    DataFrame
        ``item construct with own r n``; pairs of complete rows, ``own`` marks the item's own construct.

    Notes
    -----
    The own construct's score leaves the item out: with it an item would correlate with itself.
    """
    scores = construct_scores(data)
    rows = []
    for d in data:
        for k, item in enumerate(d.items):
            for j, other in enumerate(data):
                own = other.id == d.id
                score = np.delete(d.values, k, axis=1).mean(axis=1) if own else scores[:, j]
                r, n = correlation_of(d.values[:, k], score)
                rows.append((item, d.id, other.id, own, r, n))
    return pd.DataFrame(rows, columns=["item", "construct", "with", "own", "r", "n"])


def correlation_of(x: Array, y: Array) -> tuple[float, int]:
    """Return the correlation over the rows that have both, NaN where one is constant, and their number."""
    both = ~(np.isnan(x) | np.isnan(y))
    a, b = x[both], y[both]
    if len(a) < 3 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan"), len(a)
    return float(np.corrcoef(a, b)[0, 1]), len(a)


def cross_loading_findings(loadings: pd.DataFrame) -> tuple[Finding, ...]:
    """Return MEAS-170 for every item at least as close to another construct as to the rest of its own."""
    found = []
    for item, rows in loadings.groupby("item", sort=False):
        own, others = rows[rows["own"]], rows[~rows["own"] & rows["r"].notna()]
        if not len(others) or not np.isfinite(own["r"].iloc[0]):
            continue
        top = others.iloc[int(others["r"].abs().argmax())]
        r, rival = float(own["r"].iloc[0]), float(abs(top["r"]))
        if rival >= r:
            message = (
                f"Item {item} correlates {float(top['r']):.3f} with {top['with']}, not less than with the rest of "
                f"{top['construct']} ({r:.3f})."
            )
            evidence: dict[str, str | float] = {"construct": str(top["construct"]), "other": str(top["with"])}
            evidence |= {"own_r": r, "r": float(top["r"])}
            found.append(state("MEAS-170", "warning", str(item), message, **evidence))
    return tuple(found)


def full_collinearity(data: Sequence[ConstructData]) -> pd.DataFrame:
    r"""
    Variance inflation of every construct's score by all the others (Kock 2015).

    Returns
    -------
    DataFrame
        ``construct vif n``; NaN where the scores are collinear or too few rows answered everything.

    Notes
    -----
    :math:`VIF_j = 1/(1 - R_j^2)`, the diagonal of the inverse correlation matrix of the mean scores, over the rows
    that have all of them. Values above 3.3 are read as collinearity, or as common method, by convention only: scores
    with measurement error have a smaller VIF than the constructs.

    References
    ----------
    .. [1] Kock, N. (2015). Common method bias in PLS-SEM: a full collinearity assessment approach. International
           Journal of e-Collaboration, 11(4), 1-10.
    """
    scores = construct_scores(data)
    scores = scores[~np.isnan(scores).any(axis=1)]
    vif = np.full(len(data), np.nan)
    if len(scores) > len(data) + 1 and len(data) > 1 and (np.ptp(scores, axis=0) > 0).all():
        r = np.corrcoef(scores.T)
        if np.linalg.eigvalsh(r)[0] > 1e-10:
            vif = np.diag(np.linalg.inv(r))
    return pd.DataFrame({"construct": [d.id for d in data], "vif": vif, "n": len(scores)})


def collinearity_findings(frame: pd.DataFrame) -> tuple[Finding, ...]:
    """Return MEAS-171 for every construct above the convention."""
    return tuple(
        state(
            "MEAS-171", "note", str(row["construct"]),
            f"The full-collinearity VIF of {row['construct']} is {row['vif']:.2f}, above {VIF_HIGH} (convention).",
            vif=float(row["vif"]), threshold=VIF_HIGH,
        )
        for row in frame.to_dict("records")
        if row["vif"] > VIF_HIGH
    )  # fmt: skip
