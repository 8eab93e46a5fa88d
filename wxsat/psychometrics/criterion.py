"""Criterion validity: how construct scores go with an outside variable, as they are and freed of measurement error."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wxsat.errors import UsageError
from wxsat.finding import Finding
from wxsat.numerics.resampling import bootstrap_counts
from wxsat.psychometrics.construct_data import ConstructData
from wxsat.psychometrics.conventions import state

Array = NDArray[np.float64]
COLUMNS = [
    "construct", "criterion", "n", "r", "ci_lower", "ci_upper", "p_value", "reliability", "criterion_reliability",
    "r_corrected", "corrected_ci_lower", "corrected_ci_upper",
]  # fmt: skip


def criterion_validity(
    data: Sequence[ConstructData],
    criteria: Mapping[str, Array],
    *,
    reliability_of: Mapping[str, float] | None = None,
    draws: int = 1000,
    seed: int = 1,
    confidence: float = 0.95,
    cluster: NDArray[np.int64] | None = None,
) -> pd.DataFrame:
    r"""
    Correlate construct scores with outside variables, and disattenuate.

    Parameters
    ----------
    data : sequence of ConstructData
    criteria : mapping of str to ndarray, shape (n_rows,)
        Outside variables, NaN where missing.
    reliability_of : mapping of str to float, optional
        Of criteria, in (0, 1]; 1 for those that are not named, which are taken as measured without error.
    draws, seed, confidence, cluster
        Of the bootstrap interval of the corrected correlation, whose draws compute alpha anew; 0 for none.

    Returns
    -------
    DataFrame
        ``construct criterion n r ci_lower ci_upper p_value reliability criterion_reliability r_corrected
        corrected_ci_lower corrected_ci_upper``.

    Raises
    ------
    UsageError
        MEAS-071 a reliability outside (0, 1], a criterion that hardly varies.

    Notes
    -----
    :math:`r_c = r / \sqrt{\rho_{xx}\rho_{yy}}` with alpha for :math:`\rho_{xx}`; the interval of r is Fisher's and
    takes the rows as independent (with clusters it is the bootstrap's). :math:`r_c` can leave [-1, 1].

    References
    ----------
    .. [1] Spearman, C. (1904). The proof and measurement of association between two things. American Journal of
           Psychology, 15, 72-101.
    """
    known = dict(reliability_of or {})
    for name, value in known.items():
        if name not in criteria or not 0 < value <= 1:
            raise UsageError("MEAS-071", f"a reliability of {value:g} for {name!r}; (0, 1] was expected.")
    generator = np.random.default_rng(seed)
    rows = []
    for name, outside in criteria.items():
        for d in data:
            used = ~(np.isnan(d.values).any(axis=1) | np.isnan(outside))
            items, y = d.values[used], outside[used]
            if len(y) < 5 or np.ptp(y) == 0 or np.ptp(items.sum(axis=1)) == 0:
                raise UsageError(
                    "MEAS-071", f"{len(y)} rows have {d.id} and {name}, or one of them does not vary.", where=name,
                    hint="At least 5 rows that differ are needed.",
                )  # fmt: skip
            own = None if cluster is None else np.unique(cluster[used], return_inverse=True)[1].astype(np.int64)
            rows.append({"construct": d.id, "criterion": name} | _row(items, y, known.get(name, 1.0), own, generator,
                                                                      draws, confidence))  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)


def _row(
    items: Array, y: Array, reliability: float, cluster: NDArray[np.int64] | None, generator: np.random.Generator,
    draws: int, confidence: float,
) -> dict[str, float]:  # fmt: skip
    from scipy.special import ndtri, stdtr

    n = len(y)
    r, alpha, corrected = _corrected(items, y, np.ones(n), reliability)
    drawn = np.full((draws, 2), np.nan)
    for k, counts in enumerate(bootstrap_counts(generator, draws, n, cluster) if draws else []):
        found = _corrected(items, y, counts, reliability)
        drawn[k] = found[0], found[2]
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    fine = drawn[np.isfinite(drawn).all(axis=1)]
    enough = len(fine) > draws / 2 and draws > 1
    ends = np.quantile(fine, tails, axis=0) if enough else np.full((2, 2), np.nan)
    if cluster is None:
        reach = float(ndtri(tails[1])) / math.sqrt(max(n - 3, 1))
        lower, upper = (math.tanh(math.atanh(min(max(r, -1 + 1e-15), 1 - 1e-15)) + s * reach) for s in (-1, 1))
        t = abs(r) * math.sqrt((n - 2) / max(1 - r * r, 1e-300))
        p = 2 * float(stdtr(n - 2, -t))
    else:
        lower, upper = float(ends[0, 0]), float(ends[1, 0])
        p = math.nan
    return {
        "n": n, "r": r, "ci_lower": lower, "ci_upper": upper, "p_value": p, "reliability": alpha,
        "criterion_reliability": reliability, "r_corrected": corrected,
        "corrected_ci_lower": float(ends[0, 1]), "corrected_ci_upper": float(ends[1, 1]),
    }  # fmt: skip


def _corrected(items: Array, y: Array, weights: Array, reliability: float) -> tuple[float, float, float]:
    """Return the correlation of the sum score, alpha, and the corrected correlation, under weights of rows."""
    whole = np.column_stack([items, y])
    centred = whole - weights @ whole / weights.sum()
    covariance = (centred * weights[:, None]).T @ centred / (weights.sum() - 1)
    k = items.shape[1]
    total = float(covariance[:k, :k].sum())
    variance = float(covariance[k, k])
    if total <= 0 or variance <= 0:
        return math.nan, math.nan, math.nan
    r = float(covariance[:k, k].sum()) / math.sqrt(total * variance)
    alpha = k / (k - 1) * (1 - float(np.trace(covariance[:k, :k])) / total) if k > 1 else math.nan
    corrected = r / math.sqrt(alpha * reliability) if alpha > 0 else math.nan
    return r, alpha, corrected


def criterion_findings(frame: pd.DataFrame) -> tuple[Finding, ...]:
    """Return MEAS-172 where the corrected correlation is 1 or more, or cannot be computed."""
    found = []
    for row in frame.to_dict("records"):
        value, construct, criterion = float(row["r_corrected"]), str(row["construct"]), str(row["criterion"])
        if abs(value) < 1:
            continue
        message = (
            f"The corrected correlation of {construct} and {criterion} is {value:.3f}: alpha "
            f"({row['reliability']:.3f}) does not fit these data, and the figure must not be read as a correlation."
        )
        evidence: dict[str, str | float] = {"construct": construct, "criterion": criterion, "r_corrected": value,
                    "reliability": float(row["reliability"])}  # fmt: skip
        found.append(state("MEAS-172", "warning", f"{construct}, {criterion}", message, **evidence))
    return tuple(found)
