"""What the records would say of other accounts: drawn accounts, with the shrinkage of small figures done again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wxsat.records.audit import AuditResult
from wxsat.records.audit_tables import DILEMMAS, is_shrunk, mean_known
from wxsat.records.definitions import DEFINITIONS
from wxsat.records.shares import fit_beta_binomials

Floats = NDArray[np.float64]
CELLS = 4_000_000


def redraw_severities(audit: AuditResult, counts: Floats) -> Floats:
    """
    Return the mean severities of drawn accounts.

    Parameters
    ----------
    audit : AuditResult
    counts : ndarray, shape (draws, n_accounts)
        How often each account is in each draw.

    Returns
    -------
    ndarray, shape (draws, 4)
        NaN where no drawn account has an indicator of a dilemma.

    Notes
    -----
    Shares of few cases are drawn towards what the accounts have in common, and that is estimated from the accounts
    themselves: it is estimated again from the accounts of every draw, as a bootstrap has to repeat each step that
    looks at the data (Efron & Tibshirani 1993, ch. 8). Drawing the finished figures would leave that part of the
    spread out.
    """
    rows = max(1, CELLS // max(counts.shape[1], 1))
    blocks = [_redraw(audit, counts[start : start + rows]) for start in range(0, len(counts), rows)]
    return np.concatenate(blocks) if blocks else np.empty((0, len(DILEMMAS)))


def _redraw(audit: AuditResult, counts: Floats) -> Floats:
    out = np.full((len(counts), len(DILEMMAS)), np.nan)
    for d, dilemma in enumerate(DILEMMAS):
        parts: dict[str, list[Floats]] = {}
        for name, own in audit.indicators[audit.indicators["dilemma"] == dilemma].groupby("indicator", sort=False):
            indicator = audit.definitions[str(name)]
            value, n = own["value"].to_numpy(np.float64), own["n"].to_numpy(np.float64)
            severity = indicator.severity(_shrunken_again(str(name), value, n, counts))
            parts.setdefault(indicator.part, []).append(np.broadcast_to(severity, counts.shape))
        if parts:
            severities = mean_known([mean_known(of) for of in parts.values()])
            known = np.isfinite(severities)
            with np.errstate(invalid="ignore", divide="ignore"):
                out[:, d] = (counts * np.where(known, severities, 0.0)).sum(axis=1) / (counts * known).sum(axis=1)
    return out


def _shrunken_again(name: str, value: Floats, n: Floats, counts: Floats) -> Floats:
    """Figures of the accounts, shape (draws, n_accounts) where few cases make them depend on the draw, else one row."""
    few = is_shrunk(name, value, n)
    if not few.any():
        return value[None, :]
    times = DEFINITIONS[name].times
    known = np.isfinite(value) & (n > 0)
    mean, strength = fit_beta_binomials(value[known] / times, n[known], counts[:, known])
    with np.errstate(invalid="ignore"):
        weight = np.where(np.isfinite(strength)[:, None], n / (n + strength[:, None]), 0.0)
    moved = weight * value + (1 - weight) * times * mean[:, None]
    # A draw without any account that has the figure says nothing new about it.
    return np.where(few & np.isfinite(mean)[:, None], moved, value)
