"""From the staff's answers to their side of the dilemmas, for the estimate and for every draw by the same steps."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wxsat.diagnosis.facts import DOCUMENT_PART, FACT_PART
from wxsat.diagnosis.gaps import blind_spot_index
from wxsat.diagnosis.joint_draws import AccountDraws, draw_persons
from wxsat.diagnosis.operators import (
    BLIND_PART,
    DILEMMA_PARTS,
    FEWEST_PERSONS,
    GAP_PART,
    ROLES,
    StaffAnswers,
)
from wxsat.diagnosis.sources import DILEMMAS, SourceSeverity, centred, equal_parts

Floats = NDArray[np.float64]
LEADER = ROLES.index("LD")


@dataclass(frozen=True, eq=False)
class StaffSeverity:
    """
    The staff's side.

    Attributes
    ----------
    source : SourceSeverity
    by_role : ndarray, shape (3, n_parts)
        Severity of each answered part by role, over accounts; NaN where a role does not answer it.
    parts : tuple of str
        Names of those parts.
    gap : float
        Leaders' rating of their own commitment minus their staff's, points of 100, over accounts with both; negative
        where leaders rate themselves lower.
    believed, claimed : ndarray, shape (draws, 12)
        Importance that the staff believe the needs to have, and the performance they claim, POMP, in every draw.
    """

    source: SourceSeverity
    by_role: Floats
    parts: tuple[str, ...]
    gap: float
    believed: Floats
    claimed: Floats


def staff_severity(
    staff: StaffAnswers, drawn: AccountDraws, needs: Floats | None, rng: np.random.Generator
) -> StaffSeverity:
    r"""
    Compute the staff's severities and their draws.

    Parameters
    ----------
    staff : StaffAnswers
    drawn : AccountDraws
    needs : ndarray, shape (draws + 1, 12), optional
        The public's importance of each need (POMP): the estimate, then draws. Without it no blind spots.
    rng : Generator

    Notes
    -----
    A part is the mean over roles of the mean over accounts of the mean within the account's role. The self-other gap is
    taken over all accounts at once, ``max(0, mean(LD) - mean(OP, BD))``: with one leader an account, a gap cut at zero
    account by account would be made of noise, and leaders' results are given for all accounts together only.
    """
    ones = np.ones((1, len(staff.accounts)))
    first = None if needs is None else needs[:1]
    estimate, by_role, gap, _, _ = _parts(staff, None, (ones,) * len(ROLES), ones, first)
    persons, role_counts, fact_counts = _resampled(staff, drawn, rng)
    later = None if needs is None else needs[1:]
    redrawn, _, _, believed, claimed = _parts(staff, persons, role_counts, fact_counts, later)
    shown = _publishable(staff)
    parts = {d: equal_parts({p: float(estimate[p][0]) for p in DILEMMA_PARTS[d] if p in shown}) for d in DILEMMAS}
    columns = []
    for dilemma in DILEMMAS:
        stack = [redrawn[p] for p in parts[dilemma]]
        columns.append(_mean(np.stack(stack, axis=1)) if stack else np.full(len(fact_counts), np.nan))
    values = [sum(s * w for s, w in parts[d].values()) if parts[d] else np.nan for d in DILEMMAS]
    source = SourceSeverity("ops", parts, centred(np.column_stack(columns), values), dict.fromkeys(DILEMMAS, staff.n))
    return StaffSeverity(source, by_role, staff.parts, gap if GAP_PART in shown else np.nan, believed, claimed)


def _publishable(staff: StaffAnswers) -> set[str]:
    """
    Return the parts that may be told: three persons behind them, and three leaders behind what compares leaders.

    The gap and a part's mean together would give a hidden role away.
    """
    answered = np.isfinite(staff.values)
    found = {name for name, n in zip(staff.parts, answered.sum(axis=0), strict=True) if n >= FEWEST_PERSONS}
    leaders = int((answered[:, staff.parts.index("OLC")] & (staff.role == LEADER)).sum())
    others = int((answered[:, staff.parts.index("OLC")] & (staff.role != LEADER)).sum())
    if min(leaders, others) >= FEWEST_PERSONS:
        found.add(GAP_PART)
    if staff.n >= FEWEST_PERSONS:
        found |= {DOCUMENT_PART, FACT_PART}
    if int(np.isfinite(staff.importance).any(axis=1).sum()) >= FEWEST_PERSONS:
        found.add(BLIND_PART)
    return found


def _resampled(
    staff: StaffAnswers, drawn: AccountDraws, rng: np.random.Generator
) -> tuple[Floats | None, tuple[Floats, ...], Floats]:
    """Weights of persons, counts of accounts for each role, and for the facts."""
    counts = drawn.of(staff.accounts)
    if not drawn.fixed:
        return None, (counts,) * len(ROLES), counts
    persons, alone = draw_persons(staff, len(counts), rng)
    n = len(staff.accounts)
    redrawn = counts
    if n > 1:
        redrawn = rng.multinomial(n - 1, np.full(n, 1 / n), size=len(counts)).astype(np.float64)
    return persons, tuple(redrawn if single else counts for single in alone), counts


def _parts(
    staff: StaffAnswers,
    persons: Floats | None,
    role_counts: tuple[Floats, ...],
    fact_counts: Floats,
    needs: Floats | None,
) -> tuple[dict[str, Floats], Floats, float, Floats, Floats]:
    """Every part in every draw, the parts by role, the self-other gap uncut, what is believed and claimed of needs."""
    k, last = len(staff.parts), len(staff.parts) + staff.importance.shape[1]
    cells = staff.cell_means(np.hstack([staff.values, staff.importance, staff.performance]), persons)
    by_role = np.stack([_over_accounts(cells[:, :, r], role_counts[r]) for r in range(len(ROLES))], axis=1)
    parts = {name: _mean(by_role[:, :, j]) for j, name in enumerate(staff.parts)}
    difference = _self_other(cells[..., staff.parts.index("OLC")], role_counts[LEADER])
    parts[GAP_PART] = np.maximum(difference, 0.0)
    facts = _over_accounts(np.column_stack([staff.documents, staff.facts])[None], fact_counts)
    parts[DOCUMENT_PART], parts[FACT_PART] = facts[:, 0], facts[:, 1]
    believed, claimed = (_mean(np.moveaxis(by_role[:, :, span], 1, 2)) for span in (slice(k, last), slice(last, None)))
    parts[BLIND_PART] = np.full(len(fact_counts), np.nan) if needs is None else blind_spot_index(needs, believed)
    return parts, by_role[0, :, :k], float(difference[0]), believed, claimed


def _over_accounts(cells: Floats, counts: Floats) -> Floats:
    """Mean over accounts, shape (draws, k), of cells (1 or draws, n_accounts, k) drawn `counts` times."""
    known = ~np.isnan(cells)
    filled = np.where(known, cells, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        if len(cells) == 1:
            return np.asarray((counts @ filled[0]) / (counts @ known[0]), dtype=np.float64)
        total = (counts[:, :, None] * filled).sum(axis=1)
        return np.asarray(total / (counts[:, :, None] * known).sum(axis=1), dtype=np.float64)


def _self_other(cells: Floats, counts: Floats) -> Floats:
    """Leaders' own commitment minus what their staff say, over accounts with both; cells are severities."""
    others = _mean(cells[:, :, :LEADER])
    difference = (100.0 - cells[:, :, LEADER]) - (100.0 - others)
    return _over_accounts(difference[:, :, None], counts)[:, 0]


def _mean(values: Floats) -> Floats:
    """Mean over the last axis of what is known."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.asarray(np.nanmean(values, axis=-1), dtype=np.float64)
