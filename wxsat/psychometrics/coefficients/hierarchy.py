"""How much of a scale is one general factor: by Schmid and Leiman, and by a bifactor model, each with its faults."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wxsat.finding import Finding
from wxsat.psychometrics.factors.bifactor import (
    FEWEST_GROUPS,
    BifactorOmega,
    bifactor_omega,
    groups_of_schmid_leiman,
)
from wxsat.psychometrics.factors.schmid_leiman import HierarchicalOmega, hierarchical_omega

Array = NDArray[np.float64]

# Three group factors of fewer items have negative degrees of freedom.
FEWEST_FOR_GROUPS = 6


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """
    Two ways to a general factor; None where the items are too few for one.

    Attributes
    ----------
    schmid_leiman : HierarchicalOmega or None
        Three group factors; six items or more.
    bifactor : BifactorOmega or None
        Group factors of three items or more, two or three of them, as Schmid and Leiman's solution sorts the items.
    """

    schmid_leiman: HierarchicalOmega | None = None
    bifactor: BifactorOmega | None = None

    @property
    def omega_h(self) -> float:
        """Omega hierarchical by Schmid and Leiman."""
        return float("nan") if self.schmid_leiman is None else self.schmid_leiman.omega_h

    @property
    def omega_h_bifactor(self) -> float:
        """Omega hierarchical by the bifactor model."""
        return float("nan") if self.bifactor is None else self.bifactor.omega_h


def evaluate_hierarchy(correlation: Array) -> Hierarchy:
    """
    Look for a general factor behind the items of one construct.

    Parameters
    ----------
    correlation : ndarray, shape (n_items, n_items)

    Returns
    -------
    Hierarchy

    Examples
    --------
    >>> evaluate_hierarchy(np.eye(3)).bifactor is None
    True
    """
    if len(correlation) < FEWEST_FOR_GROUPS or not np.linalg.eigvalsh(correlation)[0] > 0:
        return Hierarchy()
    found = hierarchical_omega(correlation)
    groups = groups_of_schmid_leiman(found)
    if len(groups) < FEWEST_GROUPS or np.isnan(found.omega_h):
        return Hierarchy(found)
    return Hierarchy(found, bifactor_omega(correlation, groups, found))


def hierarchy_findings(subject: str, items: tuple[str, ...], found: Hierarchy) -> tuple[Finding, ...]:
    """
    Say what is wrong with a general factor.

    Parameters
    ----------
    subject : str
        The construct.
    items : tuple of str
    found : Hierarchy

    Returns
    -------
    tuple of Finding
        MEAS-183 Schmid and Leiman's solution on a border, MEAS-184 negative error variances of the bifactor model
        (both warnings), MEAS-185 no solution of it (note).
    """
    notes: list[Finding] = []
    plain, confirmed = found.schmid_leiman, found.bifactor
    if plain is not None and (plain.heywood or plain.heywood_items):
        named = ", ".join(items[j] for j in plain.heywood_items) or "a group factor"
        message = (
            f"Omega hierarchical of {subject} by Schmid and Leiman rests on a solution at its border ({named}); "
            "it must not be trusted."
        )
        notes.append(Finding("MEAS-183", "warning", subject, message, {"items": named, "omega_h": plain.omega_h}))
    if confirmed is None:
        return tuple(notes)
    if not confirmed.factors.converged:
        message = f"The bifactor model of {subject} did not converge: no omega hierarchical from it."
        notes.append(Finding("MEAS-185", "note", subject, message, {"iterations": confirmed.factors.iterations}))
    elif confirmed.factors.heywood:
        named = ", ".join(items[j] for j in confirmed.factors.heywood)
        message = (
            f"The bifactor model of {subject} gives {named} a negative error variance (Heywood case); "
            "its omega hierarchical must not be trusted."
        )
        smallest = float(confirmed.factors.error_variances.min())
        notes.append(Finding("MEAS-184", "warning", subject, message, {"items": named, "error": smallest}))
    return tuple(notes)
