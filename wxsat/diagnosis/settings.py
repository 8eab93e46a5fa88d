"""Every choice behind a diagnosis: its value, and whether it is convention, option or data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from wxsat.diagnosis.cautions import FEW_CLUSTERS
from wxsat.diagnosis.hierarchy import ResolvedHierarchy
from wxsat.diagnosis.pomp import ANSWERED_SHARE
from wxsat.diagnosis.sampling import MOST_RESAMPLED
from wxsat.diagnosis.severity import POWER, WEIGHT_DRAWS
from wxsat.diagnosis.verdict import (
    EXCEEDANCE_AT,
    NOT_SEVERE_IF_AT_MOST,
    REFERENCE_ONLY_BELOW,
    SEVERE_IF_AT_LEAST,
    SUPPRESS_BELOW,
)

if TYPE_CHECKING:
    from wxsat.responses.responses import Responses

CONVENTIONS: Mapping[str, Any] = {
    "score": "mean of answered items on 0-100 (POMP)",
    "answered_share": ANSWERED_SHARE,
    "severity": "POMP of problem constructs, 100 - POMP of performance constructs",
    "bands": {"blue": 20, "orange": 40, "red": 60},
    "exceedance_at": list(EXCEEDANCE_AT),
    "severe_if_p40_at_least": SEVERE_IF_AT_LEAST,
    "not_severe_if_p40_at_most": NOT_SEVERE_IF_AT_MOST,
    "suppress_below": SUPPRESS_BELOW,
    "reference_only_below": REFERENCE_ONLY_BELOW,
    "few_clusters_below": FEW_CLUSTERS,
    "missing": "available cases per construct, pairwise for covariances",
    "interval": "t with G - 1 degrees of freedom, linearised joint covariance, cut at 0 and 100",
    "bootstrap": "G - 1 of G units with replacement, percentile intervals",
    "most_resampled_units": MOST_RESAMPLED,
    "method_interval": f"5th to 95th percentile: {WEIGHT_DRAWS} Dirichlet weights x arithmetic, power mean",
    "power_mean": POWER,
    "reliability": "given where named, else coefficient alpha; single items are not corrected",
    "symptom_dilemmas": "an outcome dilemma acts through its symptoms only",
    "levers": "constructs already at the target stay as they are",
    "reading": "associations under the declared hierarchy",
}


def list_settings(
    *,
    options: Mapping[str, Any],
    responses: Responses,
    cluster: str | None,
    n_clusters: int,
    hierarchy: ResolvedHierarchy,
    composites: Mapping[str, Mapping[str, float]],
    reliability: Mapping[str, float | None],
    given: list[str],
) -> dict[str, dict[str, Any]]:
    """Return ``{"value", "label"}`` by name for every convention, option and fact behind a diagnosis."""
    instrument = responses.instrument
    facts = {
        "n": responses.n,
        "cluster": cluster,
        "n_clusters": n_clusters,
        "outcome": hierarchy.outcome,
        "nodes": list(hierarchy.nodes),
        "reliability_used": dict(reliability),
        "reliability_given": given,
        "instrument": instrument.id if instrument else None,
        "instrument_version": instrument.header.version if instrument else None,
        "instrument_sha256": instrument.sha256 if instrument else None,
        "form": responses.form,
    }
    conventions = {**CONVENTIONS, "composites": {d: dict(p) for d, p in composites.items()}}
    return {
        **{name: {"value": value, "label": "convention"} for name, value in conventions.items()},
        **{name: {"value": value, "label": "option"} for name, value in options.items()},
        **{name: {"value": value, "label": "data"} for name, value in facts.items()},
    }
