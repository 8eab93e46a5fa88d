"""What a reader must know of an exploratory factor analysis."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from wxsat.finding import Finding
from wxsat.psychometrics.conventions import state
from wxsat.psychometrics.factors.extraction import Extracted
from wxsat.psychometrics.factors.factorability import Adequacy
from wxsat.psychometrics.factors.fit import FactorFit
from wxsat.psychometrics.factors.gradient_projection import Rotated

KMO_LOW = 0.50
"""Below it correlations are not worth factoring: Kaiser (1974)."""
STARTS_FEW = 0.5
"""Share of rotation starts that reach the best value; our own mark for saying so."""


def adequacy_findings(adequacy: Adequacy, items: Sequence[str]) -> tuple[Finding, ...]:
    """MEAS-150 for an overall KMO below .50, MEAS-151 for each such item."""
    found = []
    if adequacy.overall < KMO_LOW:
        message = f"KMO is {adequacy.overall:.3f}, below {KMO_LOW:.2f}: the items share too little to be factored."
        found.append(state("MEAS-150", "warning", "KMO", message, kmo=adequacy.overall, threshold=KMO_LOW))
    for item, value in zip(items, adequacy.items, strict=True):
        if value < KMO_LOW:
            message = f"KMO of {item} is {value:.3f}, below {KMO_LOW:.2f}: it shares too little with the others."
            found.append(state("MEAS-151", "warning", item, message, kmo=float(value), threshold=KMO_LOW))
    return tuple(found)


def solution_findings(
    extracted: Extracted, rotated: Rotated, fit: FactorFit, items: Sequence[str]
) -> tuple[Finding, ...]:
    """MEAS-152 no convergence, MEAS-153 Heywood case, MEAS-154 rival rotations, MEAS-155 no degrees of freedom."""
    return tuple(_solution(extracted, rotated, fit, items))


def _solution(extracted: Extracted, rotated: Rotated, fit: FactorFit, items: Sequence[str]) -> Iterable[Finding]:
    if not (extracted.converged and rotated.converged):
        what = "rotation" if extracted.converged else "extraction"
        message = f"The {what} stopped before it converged; the loadings are not final."
        yield state("MEAS-152", "warning", what, message, iterations=extracted.iterations)
    for index in extracted.heywood:
        value = float(extracted.uniquenesses[index])
        message = (
            f"The factors explain all of {items[index]} (uniqueness {value:.3f}, a Heywood case): too many factors?"
        )
        yield state("MEAS-153", "warning", items[index], message, uniqueness=value)
    if rotated.starts_agreeing < STARTS_FEW * rotated.starts:
        message = (
            f"Only {rotated.starts_agreeing} of {rotated.starts} starts of the rotation reach the best value: "
            "rival solutions exist."
        )
        yield state(
            "MEAS-154", "note", "rotation", message, agreeing=rotated.starts_agreeing, starts=rotated.starts
        )  # fmt: skip
    if fit.df < 0:
        message = (
            f"{len(extracted.loadings[0])} factors of {len(items)} items have {fit.df} degrees of freedom: not unique."
        )
        n_factors = len(extracted.loadings[0])
        yield state("MEAS-155", "warning", "df", message, df=fit.df, n_factors=n_factors, n_items=len(items))


def cross_loading_findings(pattern: NDArray[np.float64], items: Sequence[str], cut_off: float) -> tuple[Finding, ...]:
    """MEAS-156 for an item that reaches the cut-off on no factor, MEAS-157 for one that does on several."""
    found = []
    for item, row in zip(items, np.abs(pattern), strict=True):
        reached = int((row >= cut_off).sum())
        if reached == 0:
            message = f"{item} loads on no factor by {cut_off:.2f} (largest {row.max():.3f})."
            found.append(state("MEAS-156", "note", item, message, largest=float(row.max()), threshold=cut_off))
        elif reached > 1:
            message = f"{item} loads on {reached} factors by {cut_off:.2f} or more."
            found.append(state("MEAS-157", "note", item, message, n_factors=reached, threshold=cut_off))
    return tuple(found)
