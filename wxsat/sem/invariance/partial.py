"""
Partial invariance by a stated path: backward, one parameter a step, the largest score test first.

Where a step does not hold, every parameter that it holds equal is a candidate; that with the smallest p of its score
test is released in all blocks, if its adjusted p is below alpha and every factor keeps two items whose loadings,
thresholds and intercepts are equal. The search ends when the step holds. It is led by the data: what it finds wants
confirmation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wxsat.finding import Finding
from wxsat.sem.invariance.ladder import Ladder, Step
from wxsat.sem.invariance.release import release_statistic, score_pieces
from wxsat.sem.invariance.step_models import Design, Freed, is_free

FEWEST_EQUAL = 2


@dataclass(frozen=True)
class Release:
    """
    One parameter that the search released.

    Attributes
    ----------
    step : str
    freed : Freed
    statistic, df, p_value, p_adjusted : float
        Of the score test, adjusted over the candidates of its step.
    order : int
        Over the whole ladder, from 1.
    """

    step: str
    freed: Freed
    statistic: float
    df: int
    p_value: float
    p_adjusted: float
    order: int = 0


def search_partial(ladder: Ladder, failed: Step, already: int) -> tuple[Step, tuple[Release, ...]]:
    """
    Return the last partial step of the search, which holds if the search succeeded, and what was released on the way.

    Parameters
    ----------
    ladder : Ladder
    failed : Step
        A fitted step that does not hold.
    already : int
        Parameters released at earlier steps.
    """
    current, releases = failed, list[Release]()
    while current.result is not None:
        best = best_release(ladder, current)
        if best is None:
            message = (
                f"the search at the {failed.name} step ended without a model that holds: no further equality is "
                f"significant, or none can be released with {FEWEST_EQUAL} equal items left in every factor."
            )
            ladder.findings.append(Finding("SEM-180", "warning", failed.name, message, {"step": failed.name}))
            return current, _numbered(releases, already)
        releases.append(best)
        current = ladder.step(failed.name, (*current.freed, best.freed), failed.against)
        if current.holds or current.reason == "nothing to test":
            return current, _numbered(releases, already)
    return current, _numbered(releases, already)


def _numbered(releases: Sequence[Release], already: int) -> tuple[Release, ...]:
    return tuple(
        Release(r.step, r.freed, r.statistic, r.df, r.p_value, r.p_adjusted, already + k)
        for k, r in enumerate(releases, start=1)
    )


def best_release(ladder: Ladder, step: Step) -> Release | None:
    """Return the candidate to release next; None where none is significant or none may be released."""
    assert step.result is not None
    assert step.result.outcome is not None
    pieces = score_pieces(step.result)
    basis = step.result.outcome.restrictions.basis
    table = step.result.table
    places: dict[str, list[int]] = {}
    for row in table.parameters:
        if row.free and row.label:
            places.setdefault(row.label, []).append(row.free - 1)
    tried = []
    for candidate in ladder.design.candidates(step.name, step.freed):
        released = [k for label in ladder.design.labels(candidate) for k in places.get(label, [])]
        statistic, df, p = release_statistic(pieces, basis, released)
        if df and np.isfinite(p):
            tried.append(Release(step.name, candidate, statistic, df, p, p))
    # Holm's first step is Bonferroni's: one parameter is released at a time.
    factor = 1 if ladder.options.adjust == "none" else len(tried)
    for one in sorted(tried, key=lambda r: (r.p_value, -r.statistic / r.df)):
        if one.p_value * factor >= ladder.options.alpha:
            return None
        if enough_left(ladder.design, (*step.freed, one.freed)):
            return Release(one.step, one.freed, one.statistic, one.df, one.p_value, min(1.0, one.p_value * factor))
    return None


def enough_left(design: Design, freed: Sequence[Freed]) -> bool:
    """
    Whether every factor keeps two items that are equal in all that matters for comparing it.

    A residual variance that differs matters for neither loadings nor means.
    """
    for factor in design.model.factors:
        equal = [i for i in design.model.items_of(factor) if not is_free("intercept", i, factor, freed)]
        if len(equal) < FEWEST_EQUAL:
            return False
    return True
