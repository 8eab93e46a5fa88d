"""One pure function a rule: arrays in, what was judged, the threshold and who is flagged out.

Each rule belongs to a family of evidence; report-only rules belong to none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from wxsat.instrument.instrument import AttentionCheck, Scale
from wxsat.numerics.row_blocks import by_row_blocks
from wxsat.responses.careless.longstring import longstring
from wxsat.responses.careless.mahalanobis import mahalanobis_squared
from wxsat.responses.careless.variability import individual_variability
from wxsat.responses.plan import Action, CleaningPlan

Family = Literal["time", "pattern", "attention", "duplicate", "consistency", ""]
Vector = NDArray[np.float64]
Flags = NDArray[np.bool_]

# On how many scale points the plan's IRV threshold is stated.
IRV_REFERENCE_RANGE = 6.0


@dataclass(frozen=True)
class RuleOutcome:
    """
    What one rule found.

    Attributes
    ----------
    rule : str
        ``speed``, ``longstring``, ``irv``, ``identical``, ``mahalanobis`` or the kind of an attention check.
    family : str
        ``time``, ``pattern``, ``attention``, ``duplicate``, ``consistency``; empty for report only.
    subject : str
        Id of the attention check; empty for the others.
    values : ndarray, shape (n_respondents,)
        What was judged, NaN where there was nothing to judge.
    threshold : float
        What it was compared with; NaN where the rule has no single number.
    flagged : ndarray of bool, shape (n_respondents,)
    action : {"mark", "check", "exclude"}
        What the plan lets the rule do.
    """

    rule: str
    family: Family
    subject: str
    values: Vector
    threshold: float
    flagged: Flags
    action: Action = "exclude"

    @property
    def is_evidence(self) -> bool:
        """Whether a flag counts towards leaving: the rule has a family and the plan lets it exclude."""
        return bool(self.family) and self.action == "exclude"


def missing_share(reasons: NDArray[np.object_]) -> Vector:
    """
    Share of the shown items left without any answer.

    Parameters
    ----------
    reasons : ndarray of str, shape (n_respondents, n_items)
        Don't know and refused count as answers; not shown items do not count at all.

    Returns
    -------
    ndarray, shape (n_respondents,)
        In [0, 1]; 1 for a respondent to whom nothing was shown.
    """
    shown = reasons != "not_shown"
    empty = np.isin(reasons, ["skipped", "system"])
    n_shown = shown.sum(axis=1)
    return np.where(n_shown > 0, empty.sum(axis=1) / np.maximum(n_shown, 1), 1.0)


def seconds_per_item(seconds: Vector, reasons: NDArray[np.object_]) -> Vector:
    """Return seconds over the number of answers given (don't know included); NaN without either."""
    answered = np.isin(reasons, ["", "dont_know", "refused"]).sum(axis=1)
    return np.where(answered > 0, seconds / np.maximum(answered, 1), np.nan)


def screen_speed(seconds: Vector, per_item: Vector, plan: CleaningPlan) -> RuleOutcome:
    """
    Flag answers given faster than they can be read.

    Parameters
    ----------
    seconds, per_item : ndarray, shape (n_respondents,)
        Total seconds, and seconds an answered item; NaN where unknown.

    Notes
    -----
    Too fast is: fewer than ``min_seconds_per_item``, or less than ``relative_speed`` of the median seconds an
    item, or less than ``min_seconds`` in all. `threshold` is the larger of the first two.
    """
    limits = [plan.min_seconds_per_item] if plan.min_seconds_per_item is not None else []
    if plan.relative_speed is not None and np.isfinite(per_item).any():
        limits.append(plan.relative_speed * float(np.nanmedian(per_item)))
    limit = max(limits, default=float("nan"))
    with np.errstate(invalid="ignore"):
        flagged = per_item < limit
        if plan.min_seconds is not None:
            flagged = flagged | (seconds < plan.min_seconds)
    return RuleOutcome("speed", "time", "", per_item, limit, flagged)


def screen_longstring(blocks: Sequence[NDArray[np.float64]], plan: CleaningPlan) -> RuleOutcome | None:
    """
    Flag runs of one answer over at least a share of the longest block that holds reversed items.

    Parameters
    ----------
    blocks : sequence of ndarray, each of shape (n_respondents, n_items_of_block)
        Raw answers, as :func:`reversal_blocks` groups them.

    Returns
    -------
    RuleOutcome or None
        None when no block is long enough to judge.
    """
    used = [block for block in blocks if block.shape[1] >= plan.longstring_min_items]
    if not used:
        return None
    runs = np.max([longstring(block) for block in used], axis=0)
    limit = plan.longstring_share * max(block.shape[1] for block in used)
    return RuleOutcome("longstring", "pattern", "", runs, limit, runs >= limit)


def screen_irv(answers: NDArray[np.float64], scale_range: float, plan: CleaningPlan) -> RuleOutcome:
    """
    Flag respondents whose answers hardly vary.

    Parameters
    ----------
    answers : ndarray, shape (n_respondents, n_items)
        Raw answers to the items of one scale.
    scale_range : float
        Highest minus lowest code; the plan's threshold is stated for 6 and grows in proportion.
    """
    values = individual_variability(answers)
    limit = plan.min_irv * scale_range / IRV_REFERENCE_RANGE
    with np.errstate(invalid="ignore"):
        return RuleOutcome("irv", "pattern", "", values, limit, values < limit)


def screen_mahalanobis(answers: NDArray[np.float64], plan: CleaningPlan) -> tuple[RuleOutcome, Vector]:
    """Report unusual answer vectors: the squared distance and its chi-square probability; no family."""
    from scipy.stats import chi2

    distances, df = mahalanobis_squared(answers)
    p = np.where(df > 0, chi2.sf(distances, np.maximum(df, 1)), np.nan)
    with np.errstate(invalid="ignore"):
        flagged = p < plan.mahalanobis_p
    return RuleOutcome("mahalanobis", "", "", distances, plan.mahalanobis_p, flagged), p


def screen_identical(
    answers: NDArray[np.float64], rows: NDArray[np.int64], plan: CleaningPlan
) -> tuple[RuleOutcome, Vector]:
    """
    Flag answer vectors that an earlier respondent also gave.

    Vectors with one answer to half of the items or more are left to the pattern rules: two straight lines are
    alike because they are straight, and one fact must not count as two families of evidence.

    Returns
    -------
    RuleOutcome and ndarray, shape (n_respondents,)
        Row of the first respondent with the same answers; NaN where there is none.
    """
    earlier = first_identical(answers, plan.identical_min_items)
    same_as = np.where(earlier >= 0, rows[np.maximum(earlier, 0)].astype(float), np.nan)
    outcome = RuleOutcome("identical", "duplicate", "", same_as, float(plan.identical_min_items), np.isfinite(same_as))
    return outcome, same_as


def first_identical(answers: NDArray[np.float64], min_items: int) -> NDArray[np.int64]:
    """
    Return the position of the first respondent with the same answers; -1 where there is none or nothing is judged.

    Judged are respondents with at least `min_items` answers of whom fewer than half are one and the same.
    """
    n_answered = by_row_blocks(lambda rows: np.isfinite(rows).sum(axis=1), answers)
    varied = by_row_blocks(_modal_share, answers) < 0.5
    found = np.full(len(answers), -1, dtype=np.int64)
    first: dict[bytes, int] = {}
    for position in np.flatnonzero((n_answered >= min_items) & varied):
        # A digest instead of the answers: sixteen bytes a respondent, however long the questionnaire.
        key = hashlib.blake2b(answers[position].tobytes(), digest_size=16).digest()
        earlier = first.setdefault(key, int(position))
        if earlier != position:
            found[position] = earlier
    return found


def _modal_share(answers: NDArray[np.float64]) -> Vector:
    """Share of a respondent's answers that are the most frequent one; 1 without any answer."""
    n = np.isfinite(answers).sum(axis=1)
    counts = [(answers == code).sum(axis=1) for code in np.unique(answers[np.isfinite(answers)])]
    most = np.max(counts, axis=0) if counts else np.zeros(len(answers))
    return np.where(n > 0, most / np.maximum(n, 1), 1.0)


def duplicates_of(
    fingerprints: Sequence[str | None],
    complete: Flags,
    moments: Vector | None,
    rows: NDArray[np.int64],
    window_days: float | None,
) -> Vector:
    """
    Return, for each respondent, the row of the same person's answers that stay; NaN for those who stay.

    Parameters
    ----------
    fingerprints : sequence of str or None
        None: nothing is known of the device or person.
    complete : ndarray of bool, shape (n_respondents,)
        The first complete one stays; when none is complete, the first one.
    moments : ndarray of float or None
        Seconds at which each was handed in; the order of rows without it.
    rows : ndarray of int, shape (n_respondents,)
    window_days : float or None
        Beyond it, the same person counts as a new respondent.
    """
    people: dict[str, list[int]] = {}
    for position, fingerprint in enumerate(fingerprints):
        if isinstance(fingerprint, str):
            people.setdefault(fingerprint, []).append(position)
    result = np.full(len(rows), np.nan)
    for positions in people.values():
        if moments is not None:
            positions = sorted(positions, key=lambda i: (not np.isfinite(moments[i]), moments[i], i))
        for wave in _waves(positions, moments, window_days):
            stays = next((i for i in wave if complete[i]), wave[0])
            for other in wave:
                if other != stays:
                    result[other] = rows[stays]
    return result


def earlier_within(keys: Sequence[str | None], moments: Vector, rows: NDArray[np.int64], seconds: float) -> Vector:
    """
    Return the row of the last earlier respondent with the same key within a time; NaN where there is none.

    Parameters
    ----------
    keys : sequence of str or None
        Keyed hashes of an address, a device; None: unknown.
    moments : ndarray, shape (n_respondents,)
        Seconds at which each was handed in; NaN is never judged.
    rows : ndarray of int, shape (n_respondents,)
    seconds : float

    Examples
    --------
    >>> earlier_within(["a", "a", "a"], np.array([0.0, 50.0, 500.0]), np.array([1, 2, 3]), 60.0)
    array([nan,  1., nan])
    """
    result = np.full(len(rows), np.nan)
    last: dict[str, int] = {}
    for position in np.argsort(moments, kind="stable"):
        key = keys[position]
        if not isinstance(key, str) or not np.isfinite(moments[position]):
            continue
        before = last.get(key)
        if before is not None and moments[position] - moments[before] <= seconds:
            result[position] = rows[before]
        last[key] = int(position)
    return result


def _waves(positions: Sequence[int], moments: Vector | None, window_days: float | None) -> list[list[int]]:
    if window_days is None or moments is None:
        return [list(positions)]
    waves: list[list[int]] = []
    for position in positions:
        if waves and not moments[position] - moments[waves[-1][0]] > window_days * 86400.0:
            waves[-1].append(position)
        else:
            waves.append([position])
    return waves


def screen_instructed(values: Vector, reasons: NDArray[np.object_], check: AttentionCheck) -> RuleOutcome:
    """Flag any answer but the one asked for; don't know is another answer, a blank is no evidence."""
    other = np.isin(reasons, ["dont_know", "refused"])
    flagged = (np.isfinite(values) & (values != float(check.expect or 0))) | other
    return RuleOutcome("instructed", "attention", check.id, values, float(check.expect or 0), flagged)


def screen_bogus(values: Vector, check: AttentionCheck) -> RuleOutcome:
    """Flag agreement with a statement that cannot be true."""
    limit = float("inf") if check.fail_at_least is None else float(check.fail_at_least)
    with np.errstate(invalid="ignore"):
        return RuleOutcome("bogus", "attention", check.id, values, limit, values >= limit)


def screen_paraphrase(values: Vector, twin: Vector, check: AttentionCheck) -> RuleOutcome:
    """Flag two wordings of one statement that were answered `tolerance` or more apart."""
    limit = float("inf") if check.tolerance is None else float(check.tolerance)
    apart = np.abs(values - twin)
    with np.errstate(invalid="ignore"):
        return RuleOutcome("paraphrase", "attention", check.id, apart, limit, apart >= limit)


def screen_antonyms(
    first: NDArray[np.float64], second: NDArray[np.float64], scale: Scale, check: AttentionCheck
) -> RuleOutcome:
    r"""
    Flag opposite statements that were answered alike, all of them towards the ends of the scale.

    Parameters
    ----------
    first, second : ndarray, shape (n_respondents, n_pairs)
        Raw answers of the two sides of each pair.

    Notes
    -----
    The index is the congruence about the scale midpoint, :math:`\sum xy / \sqrt{\sum x^2 \sum y^2}` with x
    and y measured from it: unlike a correlation it is defined for two pairs and for a straight line. Flagged
    when it is 0 or more and every answer lies in the outer third on either side.
    """
    low, high = float(scale.min or 0), float(scale.max or 0)
    x, y = first - (low + high) / 2, second - (low + high) / 2
    norm = np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))
    with np.errstate(invalid="ignore", divide="ignore"):
        congruence = (x * y).sum(axis=1) / norm
        far = np.minimum(np.abs(x), np.abs(y)).min(axis=1) >= (high - low) / 3 - 1e-9
        return RuleOutcome("antonyms", "attention", check.id, congruence, 0.0, far & (congruence >= 0))
