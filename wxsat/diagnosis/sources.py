"""The three sources brought to one form, so that they can be set side by side and combined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wxsat.records.audit import AuditResult

Floats = NDArray[np.float64]
ROUNDING = 1e-9
DILEMMAS = ("D1", "D2", "D3", "D4")


@dataclass(frozen=True, eq=False)
class SourceSeverity:
    """
    What one source says of the dilemmas.

    Attributes
    ----------
    source : str
        ``pub``, ``ops`` or ``log``.
    parts : mapping of str to mapping of str to tuple
        Dilemma to part to (severity, weight); parts without a severity are left out, weights sum to one.
    draws : ndarray, shape (draws, 4)
        Joint bootstrap draws, in the order of `DILEMMAS`; NaN where the source is silent.
    n : mapping of str to int
        Cases behind each dilemma: respondents, persons, messages.
    """

    source: str
    parts: Mapping[str, Mapping[str, tuple[float, float]]]
    draws: Floats
    n: Mapping[str, int]

    @property
    def dilemmas(self) -> tuple[str, ...]:
        """The dilemmas on which this source has something to say."""
        return tuple(d for d in DILEMMAS if self.parts.get(d))

    def severity(self, dilemma: str) -> float:
        """Return the weighted mean of the parts."""
        return float(sum(s * w for s, w in self.parts[dilemma].values()))

    def se(self, dilemma: str) -> float:
        """Return the standard deviation of the draws; NaN where nothing was resampled."""
        column = self.draws[:, DILEMMAS.index(dilemma)]
        known = column[np.isfinite(column)]
        spread = float(known.std(ddof=1)) if len(known) > 1 else np.nan
        return spread if spread > ROUNDING else np.nan

    def arrays(self, dilemma: str) -> tuple[Floats, Floats]:
        """Return the severities and the weights of the parts."""
        values = np.array(list(self.parts[dilemma].values()), dtype=np.float64)
        return values[:, 0], values[:, 1]


def equal_parts(known: Mapping[str, float]) -> dict[str, tuple[float, float]]:
    """
    Return parts with equal weights, those without a severity left out.

    Examples
    --------
    >>> equal_parts({"OLC": 40.0, "OAV": float("nan")})
    {'OLC': (40.0, 1.0)}
    """
    present = {name: float(value) for name, value in known.items() if np.isfinite(value)}
    return {name: (value, 1.0 / len(present)) for name, value in present.items()}


def centred(draws: Floats, estimates: Sequence[float] | Floats) -> Floats:
    """
    Return draws moved so that their mean is the estimate, cut at 0 and 100.

    Resampling adds to what is cut at zero (a gap, a blind spot) by construction; only the spread of the draws counts.
    """
    known = np.isfinite(draws)
    total = known.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(known, draws, 0.0).sum(axis=0) / total
    moved: Floats = draws - mean + np.asarray(estimates, dtype=np.float64)
    return np.clip(moved, 0.0, 100.0)


def source_of_audit(audit: AuditResult, draws: Floats) -> SourceSeverity:
    """
    Return the records' side, every account counting once.

    Parameters
    ----------
    audit : AuditResult
    draws : ndarray, shape (draws, 4)
        From :func:`wxsat.diagnosis.joint_draws.draw_records`.
    """
    known = audit.indicators.dropna(subset=["severity"])
    by_account = known.groupby(["dilemma", "part", "account"])["severity"].mean()
    means = by_account.groupby(["dilemma", "part"]).mean()
    parts: dict[str, dict[str, tuple[float, float]]] = {}
    n: dict[str, int] = {}
    for row in audit.overall.to_dict("records"):
        dilemma, severity = str(row["dilemma"]), float(row["severity"])
        if dilemma in DILEMMAS and np.isfinite(severity):
            weighted = equal_parts({str(p): float(v) for p, v in means[dilemma].items()})
            # Accounts that lack a part spread its weight over their others: the mean over accounts is the severity.
            shift = severity - sum(s * w for s, w in weighted.values())
            parts[dilemma] = {p: (s + shift, w) for p, (s, w) in weighted.items()}
            n[dilemma] = int(row["n_messages"])
    return SourceSeverity("log", parts, draws, n)
