"""Anchoring vignettes: where respondents stand relative to the same imagined cases (King et al. 2004)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wxsat.errors import DataError, UsageError
from wxsat.finding import Finding
from wxsat.notebook import ShownInNotebook
from wxsat.numerics.plain import frame_records
from wxsat.psychometrics.construct_data import numeric_columns
from wxsat.psychometrics.conventions import state
from wxsat.psychometrics.experiments.columns import Answers, frame_of

Array = NDArray[np.float64]
MANY_UNCERTAIN = 0.20
"""Share of respondents without a single C that is worth a warning; our own mark."""
DIFFERENT_MEANS = 0.5
"""Of a vignette between groups, in scale points."""


@dataclass(frozen=True, eq=False)
class Vignettes(ShownInNotebook):
    """
    The nonparametric recode of a self-assessment by vignettes.

    Attributes
    ----------
    respondents : DataFrame
        ``c_lower c_upper below`` by row of the data: the ends of C from 1 to 2J + 1, and the number of vignettes
        rated below oneself; missing where an answer is.
    distribution : DataFrame
        ``c share_scalar share_uniform``: of respondents with one C, and with the others spread evenly over theirs.
    order : DataFrame
        ``first second tied reversed``: shares of respondents by pair of vignettes.
    group_means : DataFrame
        ``group vignette n mean``; empty without groups.
    n, n_interval, n_tied, n_reversed : int
        Respondents, those without a single C, those who rate two vignettes alike, and against their order.
    findings : tuple of Finding
    """

    respondents: pd.DataFrame
    distribution: pd.DataFrame
    order: pd.DataFrame
    group_means: pd.DataFrame
    n: int
    n_interval: int
    n_tied: int
    n_reversed: int
    findings: tuple[Finding, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the rows of single respondents as plain data."""
        return {
            **{name: frame_records(getattr(self, name)) for name in ("distribution", "order", "group_means")},
            **{name: getattr(self, name) for name in ("n", "n_interval", "n_tied", "n_reversed")},
            "findings": [finding.to_dict() for finding in self.findings],
        }


def evaluate_vignettes(
    responses: Answers, own: str, vignettes: Sequence[str], *, group: str | None = None
) -> Vignettes:
    """
    Recode a self-assessment relative to vignettes.

    Parameters
    ----------
    responses : Responses or DataFrame
    own : str
        Column of the self-assessment.
    vignettes : sequence of str
        Columns of the vignettes from the lowest to the highest, on the same scale.
    group : str, optional
        Column of groups (regions) whose use of the scale is compared.

    Returns
    -------
    Vignettes

    Raises
    ------
    UsageError
        MEAS-073 fewer than one vignette, or a column twice.
    DataError
        MEAS-073 no complete row; MEAS-001, MEAS-002 by column.

    Notes
    -----
    C is 1 below the first vignette, 2 at it, 3 between the first and the second, ..., 2J + 1 above the last. Where
    vignettes are tied or rated against their order several of these hold, and C is the interval from the lowest to the
    highest of them. Checked against all 13 cases of two vignettes in King & Wand (2007).

    References
    ----------
    .. [1] King, G., Murray, C. J. L., Salomon, J. A., & Tandon, A. (2004). American Political Science Review, 98.
    .. [2] King, G., & Wand, J. (2007). Comparing incomparable survey responses. Political Analysis, 15, 46-66.

    Examples
    --------
    >>> frame = pd.DataFrame({"self": [1, 4, 3], "low": [2, 2, 3], "high": [5, 5, 3]})
    >>> found = evaluate_vignettes(frame, "self", ["low", "high"])
    >>> found.respondents[["c_lower", "c_upper"]].to_numpy().tolist()
    [[1.0, 1.0], [3.0, 3.0], [2.0, 4.0]]
    """
    names = [own, *vignettes]
    if not vignettes or len(set(names)) < len(names):
        raise UsageError("MEAS-073", "name one vignette or more, each once and apart from the self-assessment.")
    frame = frame_of(responses)
    columns = numeric_columns(frame, names)
    whole = np.column_stack([columns[name] for name in names])
    used = np.asarray(~np.isnan(whole).any(axis=1))
    if not used.any():
        raise DataError("MEAS-073", "no respondent answered the self-assessment and all vignettes.")
    y, z = whole[used, 0], whole[used, 1:]
    lower, upper = recode(y, z)
    rows = np.full((len(frame), 3), np.nan)
    rows[used] = np.column_stack([lower, upper, (z < y[:, None]).sum(axis=1)])
    pairs = [(i, j) for j in range(len(vignettes)) for i in range(j)]
    order = pd.DataFrame(
        [
            (vignettes[i], vignettes[j], float((z[:, i] == z[:, j]).mean()), float((z[:, i] > z[:, j]).mean()))
            for i, j in pairs
        ],
        columns=["first", "second", "tied", "reversed"],
    )
    tied = sum(((z[:, i] == z[:, j]) for i, j in pairs), np.zeros(len(z), dtype=int)) > 0
    turned = sum(((z[:, i] > z[:, j]) for i, j in pairs), np.zeros(len(z), dtype=int)) > 0
    means = _group_means(frame, group, used, z, vignettes)
    uncertain = int((lower < upper).sum())
    return Vignettes(
        pd.DataFrame(rows, columns=["c_lower", "c_upper", "below"], index=frame.index),
        _distribution(lower, upper, len(vignettes)), order, means, len(y), uncertain, int(tied.sum()),
        int(turned.sum()), _findings(uncertain / len(y), float(turned.mean()), means),
    )  # fmt: skip


def recode(own: Array, vignettes: Array) -> tuple[Array, Array]:
    """Return the lowest and the highest C that hold for every respondent."""
    j = vignettes.shape[1]
    holds = np.zeros((len(own), 2 * j + 1), dtype=bool)
    padded = np.column_stack([np.full(len(own), -np.inf), vignettes, np.full(len(own), np.inf)])
    for k in range(j + 1):
        holds[:, 2 * k] = (padded[:, k] < own) & (own < padded[:, k + 1])
        if k < j:
            holds[:, 2 * k + 1] = own == vignettes[:, k]
    codes = np.arange(1, 2 * j + 2)
    lower = np.where(holds, codes, 2 * j + 2).min(axis=1)
    upper = np.where(holds, codes, 0).max(axis=1)
    return lower.astype(np.float64), upper.astype(np.float64)


def _distribution(lower: Array, upper: Array, n_vignettes: int) -> pd.DataFrame:
    codes = np.arange(1, 2 * n_vignettes + 2)
    inside = (codes >= lower[:, None]) & (codes <= upper[:, None])
    spread = (inside / inside.sum(axis=1, keepdims=True)).mean(axis=0)
    single = lower[lower == upper]
    scalar = np.array([(single == c).mean() if len(single) else np.nan for c in codes])
    return pd.DataFrame({"c": codes, "share_scalar": scalar, "share_uniform": spread})


def _group_means(
    frame: pd.DataFrame, group: str | None, used: NDArray[np.bool_], z: Array, vignettes: Sequence[str]
) -> pd.DataFrame:
    columns = ["group", "vignette", "n", "mean"]
    if group is None:
        return pd.DataFrame([], columns=columns)
    if group not in frame.columns:
        numeric_columns(frame, [group])
    labels = frame[group][used].astype("string").fillna("").to_numpy()
    rows = [
        (str(label), name, int((labels == label).sum()), float(z[labels == label, k].mean()))
        for label in sorted({str(v) for v in labels if str(v)})
        for k, name in enumerate(vignettes)
    ]
    return pd.DataFrame(rows, columns=columns)


def _findings(uncertain: float, turned: float, means: pd.DataFrame) -> tuple[Finding, ...]:
    found = []
    if uncertain > MANY_UNCERTAIN:
        message = (
            f"{uncertain:.1%} of the respondents tie vignettes or rate them against their order ({turned:.1%}) so that "
            "their C is an interval."
        )
        found.append(state("MEAS-178", "warning", "vignettes", message, share=uncertain, reversed=turned))
    for name, rows in means.groupby("vignette", sort=False):
        gap = float(rows["mean"].max() - rows["mean"].min())
        if len(rows) > 1 and gap > DIFFERENT_MEANS:
            message = f"The groups rate vignette {name} up to {gap:.2f} points apart: they use the scale differently."
            found.append(state("MEAS-179", "warning", str(name), message, gap=gap, threshold=DIFFERENT_MEANS))
    return tuple(found)
