"""What a replication consists of, and whether moments suffice for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from wxsat.sem.result import SemResult

Program = Literal["lavaan", "Mplus", "semopy", "seminr"]
Source = Literal["moments", "ordinal", "answers"]


@dataclass(frozen=True)
class Untold:
    """
    Something of the model that a program's text does not carry.

    Attributes
    ----------
    program : str
    topic : str
        A key of ``replication.topic`` in the wording: ``groups``, ``constraints``, ``definitions``, ...
    """

    program: Program
    topic: str


@dataclass(frozen=True)
class Replication:
    """
    The replication files of a fit.

    Attributes
    ----------
    files : mapping of str to str
        Text by file name.
    source : {"moments", "ordinal", "answers"}
        What ``reproduce.R`` needs: means and covariances; thresholds, polychoric correlations and their asymptotic
        covariances; or the answers themselves, which are not in the folder.
    reason : str
        Why moments do not suffice; empty when they do.
    untold : tuple of Untold
        What a program's text does not carry.
    """

    files: Mapping[str, str]
    source: Source
    reason: str = ""
    untold: tuple[Untold, ...] = ()


def why_not_from_moments(result: SemResult) -> str:
    """Return what keeps means and covariances (one set a group) from giving the fit again; empty when they do."""
    if result.table.ordered:
        return "ordered"
    if result.table.n_levels > 1:
        return "levels"
    if result.missing != "listwise":
        return "missing"
    outcome = result.outcome
    if outcome is not None and any(group.weights is not None for group in outcome.sample):
        return "weights"
    if outcome is not None and any(group.clusters is not None for group in outcome.sample):
        return "clusters"
    if result.estimator not in ("ML", "GLS", "ULS") or (
        outcome is not None and outcome.recipe.se not in ("standard", "robust.sem.nt")
    ):
        return "estimator"
    return ""


def source_of(result: SemResult) -> Source:
    """Return what a script needs to give the fit again."""
    reason = why_not_from_moments(result)
    if not reason:
        return "moments"
    return "ordinal" if reason == "ordered" and _ordinal_statistics_suffice(result) else "answers"


def _ordinal_statistics_suffice(result: SemResult) -> bool:
    """Whether every group holds the whole asymptotic covariance matrix of purely ordinal variables, unweighted."""
    from wxsat.sem.ordinal.sample import OrdinalGroup

    outcome = result.outcome
    if outcome is None or result.table.covariates or result.estimator not in ("WLSMV", "WLSM", "ULSMV", "ULSM", "WLS"):
        return False
    # With pairs of answers the number of rows differs from pair to pair.
    return result.missing == "listwise" and all(
        isinstance(group, OrdinalGroup)
        and group.ordinal is not None
        and all(group.ordinal.ordered)
        and group.ordinal.nacov is not None
        and group.weights is None
        and group.clusters is None
        for group in outcome.sample
    )
