"""Findings about pairs of constructs: HTMT, Fornell-Larcker, and when a structural reading is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from wxsat.finding import Finding
from wxsat.numerics.covariance import pairwise_correlation
from wxsat.psychometrics.conventions import state
from wxsat.psychometrics.htmt import heterotrait_monotrait

HTMT_WARNING = 0.85
HTMT_REFUSAL = 0.90
"""Henseler, Ringle & Sarstedt (2015): .85 for distinct, .90 for close constructs."""
CLUSTERS_FEW = 20
"""Resampling fewer clusters understates their spread: Cameron, Gelbach & Miller (2008)."""


def validity_findings(htmt: pd.DataFrame, fornell_larcker: pd.DataFrame, draws: int = 0) -> tuple[Finding, ...]:
    """
    Hold HTMT and the Fornell-Larcker comparison of every pair against the conventions.

    Parameters
    ----------
    htmt, fornell_larcker : DataFrame
        As in :class:`wxsat.psychometrics.scales.ScaleQuality`.
    draws : int
        Bootstrap samples that were drawn; 0 if no interval was wanted.

    Returns
    -------
    tuple of Finding
        MEAS-125 HTMT or its interval does not exist, MEAS-120 HTMT of .85 or more, MEAS-124 an interval that
        reaches 1, MEAS-123 a latent correlation as large as a root of AVE; all warnings.
    """
    pairs = _rows(htmt)
    return (
        *(_not_computed(row) for row in pairs if np.isnan(row["htmt"]) or (draws and np.isnan(row["ci_upper"]))),
        *(_close_pair(row) for row in pairs if row["htmt"] >= HTMT_WARNING),
        *(_interval_reaches_one(row) for row in pairs if row["ci_upper"] >= 1),
        *(_not_distinct(row) for row in _rows(fornell_larcker) if row["distinct"] is False),
    )


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _not_computed(row: Mapping[str, Any]) -> Finding:
    a, b = row["a"], row["b"]
    what = "HTMT" if np.isnan(row["htmt"]) else "The interval of HTMT"
    message = f"{what} of {a} and {b} cannot be computed: too few respondents answered both, or alike."
    return state("MEAS-125", "warning", f"{a}, {b}", message, a=a, b=b)


def _close_pair(row: Mapping[str, Any]) -> Finding:
    a, b, htmt = row["a"], row["b"], row["htmt"]
    message = f"HTMT of {a} and {b} is {htmt:.3f}, not below {HTMT_WARNING:.2f} (convention)."
    return state("MEAS-120", "warning", f"{a}, {b}", message, a=a, b=b, htmt=htmt, threshold=HTMT_WARNING)


def _interval_reaches_one(row: Mapping[str, Any]) -> Finding:
    a, b, upper = row["a"], row["b"], row["ci_upper"]
    message = f"The interval of HTMT of {a} and {b} ends at {upper:.3f}, not below 1."
    return state("MEAS-124", "warning", f"{a}, {b}", message, a=a, b=b, htmt=row["htmt"], ci_upper=upper)


def _not_distinct(row: Mapping[str, Any]) -> Finding:
    a, b = row["a"], row["b"]
    figures = {name: row[name] for name in ("correlation", "sqrt_ave_a", "sqrt_ave_b")}
    message = (
        f"The latent correlation of {a} and {b} is {row['correlation']:.3f}, not below both roots of AVE "
        f"({row['sqrt_ave_a']:.3f}, {row['sqrt_ave_b']:.3f})."
    )
    return state("MEAS-123", "warning", f"{a}, {b}", message, a=a, b=b, **figures)


def discriminant_findings(htmt: pd.DataFrame, predictors_of: Mapping[str, Sequence[str]]) -> tuple[Finding, ...]:
    """
    Refuse a structural reading in which two constructs that are not distinct predict the same outcome.

    Parameters
    ----------
    htmt : DataFrame
        Columns ``a, b, htmt`` (and any others).
    predictors_of : mapping of str to sequence of str
        Outcome to the constructs with a path to it.

    Returns
    -------
    tuple of Finding
        MEAS-121, severity ``refusal``, one for each pair with HTMT of .90 or more and shared outcomes.

    References
    ----------
    .. [1] Henseler, J., Ringle, C. M., & Sarstedt, M. (2015). Journal of the Academy of Marketing Science,
       43, 115-135.

    Examples
    --------
    >>> pairs = pd.DataFrame({"a": ["PU"], "b": ["EOU"], "htmt": [0.93]})
    >>> [finding.code for finding in discriminant_findings(pairs, {"SAT": ["PU", "EOU"]})]
    ['MEAS-121']
    """
    found = []
    for row in _rows(htmt):
        a, b = row["a"], row["b"]
        outcomes = ", ".join(o for o, predictors in predictors_of.items() if {a, b} <= set(predictors))
        if outcomes and row["htmt"] >= HTMT_REFUSAL:
            message = (
                f"{a} and {b} both predict {outcomes} but are not distinct: HTMT {row['htmt']:.3f}, "
                f"not below {HTMT_REFUSAL:.2f}. Their separate effects must not be read."
            )
            figures = {"htmt": row["htmt"], "outcomes": outcomes, "threshold": HTMT_REFUSAL}
            found.append(state("MEAS-121", "refusal", f"{a}, {b}", message, a=a, b=b, **figures))
    return tuple(found)


def htmt_of_blocks(frame: pd.DataFrame, items_of: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """
    Return HTMT of every pair of constructs that a model measures, without intervals.

    Parameters
    ----------
    frame : DataFrame
        Answers, one column an item; pairwise complete rows are used. Reverse keys do not matter.
    items_of : mapping of str to sequence of str
        Constructs and their items. Those with fewer than two columns of `frame` are left out, and so are pairs
        that share an item.

    Returns
    -------
    DataFrame
        Columns ``a, b, htmt``; NaN where an item is constant.

    Examples
    --------
    >>> answers = pd.DataFrame({"a1": [1, 2, 3, 4], "a2": [1, 3, 2, 4], "b1": [2, 1, 4, 3], "b2": [1, 2, 4, 3]})
    >>> pairs = htmt_of_blocks(answers, {"A": ["a1", "a2"], "B": ["b1", "b2"]})
    >>> [round(value, 3) for value in pairs["htmt"]]
    [0.562]
    """
    blocks = {name: list(items) for name, items in items_of.items() if len(items) > 1 and set(items) <= set(frame)}
    items = list(dict.fromkeys(item for block in blocks.values() for item in block))
    columns = ["a", "b", "htmt"]
    if len(blocks) < 2:
        return pd.DataFrame([], columns=columns)
    correlation = pairwise_correlation(frame[items].to_numpy(dtype=float))
    positions = [np.array([items.index(item) for item in block]) for block in blocks.values()]
    ratios = heterotrait_monotrait(correlation, positions)
    names = list(blocks)
    rows = [
        (a, b, float(ratios[i, j]))
        for j, b in enumerate(names)
        for i, a in enumerate(names[:j])
        if not set(blocks[a]) & set(blocks[b])
    ]
    return pd.DataFrame(rows, columns=columns)


def few_clusters_finding(column: str, n_clusters: int) -> tuple[Finding, ...]:
    """Say that the bootstrap rests on few clusters (MEAS-122, note); empty when they are enough."""
    if n_clusters >= CLUSTERS_FEW:
        return ()
    message = f"Intervals of HTMT resample only {n_clusters} clusters of {column!r}: probably too narrow."
    return (state("MEAS-122", "note", column, message, n_clusters=n_clusters, threshold=CLUSTERS_FEW),)
