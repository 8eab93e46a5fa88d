"""Bootstrap draws of all sources at once: the same draw of accounts for the public, the staff and the records.

Two readings of the accounts. *sampled*: the accounts stand for more than themselves, so whole accounts are drawn, the
same ones for every source, and everything within an account goes with it. *fixed*: the accounts are all there are, so
only what was sampled within them is drawn again: respondents, persons of the staff, messages, weeks of posts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from wxsat.diagnosis.operators import ROLES, StaffAnswers
from wxsat.diagnosis.sampling import Units, resample_blocks, unit_sums
from wxsat.records.audit import AuditResult
from wxsat.records.redrawn import redraw_severities

Floats = NDArray[np.float64]
AccountReading = Literal["sampled", "fixed"]


@dataclass(frozen=True, eq=False)
class AccountDraws:
    """
    How often each account is in each draw.

    Attributes
    ----------
    accounts : tuple of str
    counts : ndarray, shape (draws, n_accounts)
        All ones where the accounts are fixed.
    fixed : bool
    """

    accounts: tuple[str, ...]
    counts: Floats
    fixed: bool

    def of(self, names: Sequence[str]) -> Floats:
        """Return the counts of these accounts, shape (draws, len(names))."""
        place = {name: i for i, name in enumerate(self.accounts)}
        return self.counts[:, [place[name] for name in names]]


def draw_accounts(
    accounts: Sequence[str], draws: int, reading: AccountReading, rng: np.random.Generator
) -> AccountDraws:
    """
    Draw the accounts, G - 1 of G with replacement; fewer than two are always fixed.

    Examples
    --------
    >>> drawn = draw_accounts(["a", "b", "c"], 5, "sampled", np.random.default_rng(1))
    >>> drawn.counts.sum(axis=1).tolist()
    [2.0, 2.0, 2.0, 2.0, 2.0]
    """
    names = tuple(dict.fromkeys(accounts))
    if reading == "fixed" or len(names) < 2:
        return AccountDraws(names, np.ones((draws, len(names))), True)
    return AccountDraws(names, np.concatenate(list(resample_blocks(len(names), draws, rng))), False)


def draw_means(
    values: Floats,
    units: Units,
    counts: Floats | None,
    weights: Floats | None,
    draws: int,
    rng: np.random.Generator,
) -> Floats:
    """
    Return draws of available-case means of the respondents, shape (draws, k).

    Parameters
    ----------
    values : ndarray, shape (n, k)
    units : Units
        Accounts, or respondents where there are none.
    counts : ndarray, shape (draws, n_units), optional
        How often each unit is drawn; without them respondents are drawn within their units.
    weights : ndarray, shape (n,), optional
    draws : int
    rng : Generator
    """
    w = np.ones(len(values)) if weights is None else weights
    answered = ~np.isnan(values)
    rows = np.hstack([np.where(answered, values, 0.0) * w[:, None], answered * w[:, None]])
    k = values.shape[1]
    if counts is not None:
        totals = counts @ unit_sums(rows, units)
    else:
        totals = np.zeros((draws, 2 * k))
        order = np.argsort(units.codes, kind="stable")
        for members in np.split(order, np.flatnonzero(np.diff(units.codes[order])) + 1):
            totals += _within(len(members), draws, rng) @ rows[members]
    with np.errstate(invalid="ignore", divide="ignore"):
        means: Floats = totals[:, :k] / totals[:, k:]
    return means


def _within(n: int, draws: int, rng: np.random.Generator) -> Floats:
    """Weights of n cases: n - 1 of n drawn with replacement and scaled back to n; a single case stays."""
    if n < 2:
        return np.ones((draws, n))
    picked = rng.multinomial(n - 1, np.full(n, 1.0 / n), size=draws).astype(np.float64)
    scaled: Floats = picked * (n / (n - 1.0))
    return scaled


def draw_persons(staff: StaffAnswers, draws: int, rng: np.random.Generator) -> tuple[Floats, NDArray[np.bool_]]:
    """
    Draw the persons of the staff within account and role.

    Returns
    -------
    weights : ndarray, shape (draws, n_persons)
    alone : ndarray of bool, shape (3,)
        Roles in which most accounts have one person: nothing can be drawn within them, so their accounts are drawn.
    """
    weights = np.ones((draws, staff.n))
    persons = staff.persons()
    for a in range(len(staff.accounts)):
        for r in range(len(ROLES)):
            rows = np.flatnonzero((staff.account == a) & (staff.role == r))
            if len(rows) >= 2:
                weights[:, rows] = _within(len(rows), draws, rng)
    present = (persons > 0).sum(axis=0)
    alone: NDArray[np.bool_] = (persons >= 2).sum(axis=0) < 0.5 * np.maximum(present, 1)
    return weights, alone


def draw_records(audit: AuditResult, drawn: AccountDraws) -> Floats:
    """
    Return draws of the records' severities over all accounts, shape (draws, 4).

    Fixed accounts are drawn within (messages, cases, functions; posts by the week); sampled accounts as wholes, their
    small figures shrunken anew in every draw.

    Parameters
    ----------
    audit : AuditResult
    drawn : AccountDraws
    """
    if not drawn.fixed:
        return redraw_severities(audit, drawn.of(audit.accounts))
    inner = audit.draws[np.arange(len(drawn.counts)) % max(len(audit.draws), 1)]
    known = np.isfinite(inner)
    with np.errstate(invalid="ignore", divide="ignore"):
        out: Floats = np.where(known, inner, 0.0).sum(axis=1) / known.sum(axis=1)
    return out
