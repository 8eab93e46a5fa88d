"""Levels of every wave and their differences, from one joint estimate with its covariance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wxsat.diagnosis.sampling import MeanEstimate, Units, estimate_means
from wxsat.diagnosis.severity import t_interval
from wxsat.diagnosis.verdict import SUPPRESS_BELOW

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
LEVEL_COLUMNS = ("wave", "level", "id", "dilemma", "scale", "value", "se", "ci_lower", "ci_upper", "n")
CHANGE_COLUMNS = (
    "earlier", "later", "level", "id", "dilemma", "scale", "change", "se", "ci_lower", "ci_upper", "p_value",
    "correlation", "reading", "n_earlier", "n_later", "df",
)  # fmt: skip
ROSE, FELL, OPEN = "rose", "fell", "not_told_apart"


@dataclass(frozen=True, eq=False)
class Composed:
    """
    What is followed over the waves.

    Attributes
    ----------
    level : {"dilemma", "part", "construct"}
    id, dilemma : str
    weights : ndarray, shape (n_constructs,)
        Over the comparable constructs.
    severity : bool
        Whether high is bad (severity) or the construct's own direction holds.
    """

    level: str
    id: str
    dilemma: str
    weights: Floats
    severity: bool

    def described(self) -> dict[str, Any]:
        """Return its names as a row begins."""
        scale = "severity" if self.severity else "score"
        return {"level": self.level, "id": self.id, "dilemma": self.dilemma or None, "scale": scale}


def estimate_changes(
    values: Floats, composed: Sequence[Composed], waves: Sequence[str], units: Units, weights: Floats | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Return the level of each wave, and the change from each to the next and from the first to the last.

    Parameters
    ----------
    values : ndarray, shape (n, n_waves * n_constructs)
        Respondents of all waves; each wave has columns of its own.
    composed : sequence of Composed
    waves : sequence of str
    units : Units
    weights : ndarray, shape (n,), optional

    Returns
    -------
    levels, changes : DataFrame
        `LEVEL_COLUMNS`, `CHANGE_COLUMNS`. Figures of fewer than ten answers are missing.
    """
    import pandas as pd

    estimate = estimate_means(values, units, weights)
    k = values.shape[1] // len(waves)
    levels = [
        {"wave": wave, **one.described(), **_level(estimate, one, place, k)}
        for place, wave in enumerate(waves) for one in composed
    ]  # fmt: skip
    pairs = [(i, i + 1) for i in range(len(waves) - 1)] + ([(0, len(waves) - 1)] if len(waves) > 2 else [])
    changes = [
        {"earlier": waves[a], "later": waves[b], **one.described(), **_change(estimate, one, a, b, k)}
        for a, b in pairs for one in composed
    ]  # fmt: skip
    return pd.DataFrame(levels, columns=list(LEVEL_COLUMNS)), pd.DataFrame(changes, columns=list(CHANGE_COLUMNS))


def _columns(one: Composed, place: int, k: int) -> tuple[NDArray[np.intp], Floats]:
    used = np.flatnonzero(one.weights)
    return used + place * k, one.weights[used]


def _level(estimate: MeanEstimate, one: Composed, place: int, k: int) -> dict[str, Any]:
    at, w = _columns(one, place, k)
    n, df = int(estimate.n[at].min()), max(int(estimate.n_units[at].min()) - 1, 1)
    if n < SUPPRESS_BELOW:
        return {"value": np.nan, "se": np.nan, "ci_lower": np.nan, "ci_upper": np.nan, "n": n}
    value, se = float(w @ estimate.means[at]), float(np.sqrt(w @ estimate.covariance[np.ix_(at, at)] @ w))
    lower, upper = t_interval(value, se, df)
    return {"value": value, "se": se, "ci_lower": lower, "ci_upper": upper, "n": n}


def _change(estimate: MeanEstimate, one: Composed, a: int, b: int, k: int) -> dict[str, Any]:
    from scipy.special import stdtr, stdtrit

    first, w = _columns(one, a, k)
    second, _ = _columns(one, b, k)
    n_a, n_b = int(estimate.n[first].min()), int(estimate.n[second].min())
    df = max(int(min(estimate.n_units[first].min(), estimate.n_units[second].min())) - 1, 1)
    row: dict[str, Any] = {"n_earlier": n_a, "n_later": n_b, "df": df}
    if min(n_a, n_b) < SUPPRESS_BELOW:
        return row
    joint = estimate.covariance
    v_a, v_b = (float(w @ joint[np.ix_(at, at)] @ w) for at in (first, second))
    shared = float(w @ joint[np.ix_(first, second)] @ w)
    change = float(w @ (estimate.means[second] - estimate.means[first]))
    se = float(np.sqrt(max(v_a + v_b - 2.0 * shared, 0.0)))
    half = float(stdtrit(df, 0.975)) * se
    t = abs(change) / se if se > 0 else np.nan
    return row | {
        "change": change, "se": se, "ci_lower": change - half, "ci_upper": change + half,
        "p_value": float(2.0 * stdtr(df, -t)) if np.isfinite(t) else np.nan,
        "correlation": shared / np.sqrt(v_a * v_b) if v_a > 0 and v_b > 0 else np.nan,
        "reading": read_change(change - half, change + half),
    }  # fmt: skip


def read_change(lower: float, upper: float) -> str:
    """
    Return a change in a word: ``rose``, ``fell`` or ``not_told_apart``, by its 95 % interval.

    Examples
    --------
    >>> read_change(0.2, 3.0), read_change(-3.0, -0.2), read_change(-1.0, 1.0)
    ('rose', 'fell', 'not_told_apart')
    """
    return ROSE if lower > 0 else FELL if upper < 0 else OPEN
