"""Validity of the scales of a survey in one go: HTMT with tests, cross-loadings, collinearity, criteria."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from wxsat.errors import UsageError
from wxsat.finding import Finding
from wxsat.numerics.plain import frame_records
from wxsat.numerics.seeds import check_seed
from wxsat.psychometrics.construct_data import ConstructData, numeric_columns
from wxsat.psychometrics.conventions import unusable_findings
from wxsat.psychometrics.criterion import COLUMNS, criterion_findings, criterion_validity
from wxsat.psychometrics.cross_loadings import (
    collinearity_findings,
    cross_loading_findings,
    cross_loadings,
    full_collinearity,
)
from wxsat.psychometrics.htmt_inference import Correlations, Interval, htmt_inference
from wxsat.psychometrics.scales import cluster_codes, constructs_to_evaluate
from wxsat.responses.responses import Responses


@dataclass(frozen=True, eq=False)
class Validity:
    """
    Validity of scales, at full precision.

    Attributes
    ----------
    htmt_tests : DataFrame
        As :func:`wxsat.psychometrics.htmt_inference.htmt_inference` returns it.
    cross_loadings, collinearity, criterion : DataFrame
        As the functions of these names return them; `criterion` is empty without criteria.
    findings : tuple of Finding
    settings : mapping
    """

    htmt_tests: pd.DataFrame
    cross_loadings: pd.DataFrame
    collinearity: pd.DataFrame
    criterion: pd.DataFrame
    findings: tuple[Finding, ...]
    settings: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain lists of flat records."""
        frames = ("htmt_tests", "cross_loadings", "collinearity", "criterion")
        return {
            **{name: frame_records(getattr(self, name)) for name in frames},
            "findings": [finding.to_dict() for finding in self.findings],
            "settings": dict(self.settings),
        }

    def _repr_html_(self) -> str:
        return str(self.htmt_tests.to_html(index=False, float_format="{:.3f}".format, na_rep=""))


def evaluate_validity(
    responses: Responses | pd.DataFrame,
    *,
    constructs: Sequence[str] | None = None,
    scales: Mapping[str, Sequence[str]] | None = None,
    reverse: Iterable[str] = (),
    scale_range: tuple[float, float] | None = None,
    criteria: Sequence[str] = (),
    criterion_reliability: Mapping[str, float] | None = None,
    draws: int = 1000,
    seed: int = 1,
    cluster: str | None = None,
    confidence: float = 0.95,
    interval: Interval = "percentile",
    correlations: Correlations = "pearson",
) -> Validity:
    """
    Evaluate discriminant and criterion validity.

    Parameters
    ----------
    responses, constructs, scales, reverse, scale_range, draws, seed, cluster, confidence
        As in :func:`wxsat.evaluate_scales`. Constructs with a constant item or too few complete rows are left out, by
        a finding.
    criteria : sequence of str
        Columns of outside variables.
    criterion_reliability : mapping of str to float, optional
        Reliability of criteria; 1 for those not named.
    interval : {"percentile", "bca"}
        Of HTMT and HTMT2.
    correlations : {"pearson", "polychoric"}
        That HTMT is computed from.

    Returns
    -------
    Validity

    Raises
    ------
    UsageError
        MEAS-077 fewer than two usable constructs, MEAS-071 criteria, and those of :func:`wxsat.evaluate_scales`.
    DataError
        MEAS-001 to MEAS-013 by column.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> f = np.repeat(rng.normal(size=(200, 2)), 3, axis=1)
    >>> frame = pd.DataFrame(f + rng.normal(size=(200, 6)), columns=list("abcdef"))
    >>> found = evaluate_validity(frame, scales={"A": ["a", "b", "c"], "B": ["d", "e", "f"]}, draws=99)
    >>> bool((found.collinearity["vif"] < 3.3).all())
    True
    """
    if draws < 0 or not 0 < confidence < 1:
        raise UsageError("MEAS-014", f"draws of {draws} and a confidence of {confidence:g} have no meaning.")
    check_seed(seed, "MEAS-014")
    data, refused = _usable(constructs_to_evaluate(responses, constructs, scales, reverse, scale_range))
    frame = responses.frame if isinstance(responses, Responses) else responses
    codes = None if cluster is None else cluster_codes(frame, cluster)
    outside = numeric_columns(frame, list(criteria)) if criteria else {}
    ends = np.cumsum([len(d.items) for d in data])
    blocks = [np.arange(end - len(d.items), end) for d, end in zip(data, ends, strict=True)]
    htmt = htmt_inference(
        np.hstack([d.values for d in data]), blocks, [d.id for d in data], draws=draws, seed=seed, cluster=codes,
        confidence=confidence, interval=interval, correlations=correlations,
    )  # fmt: skip
    crossed, vif = cross_loadings(data), full_collinearity(data)
    criterion = pd.DataFrame(columns=COLUMNS)
    if outside:
        criterion = criterion_validity(data, outside, reliability_of=criterion_reliability, draws=draws, seed=seed,
                                       confidence=confidence, cluster=codes)  # fmt: skip
    return Validity(
        htmt, crossed, vif, criterion,
        (*refused, *cross_loading_findings(crossed), *collinearity_findings(vif), *criterion_findings(criterion)),
        {"n_rows": len(frame), "draws": draws, "seed": seed, "cluster": cluster, "confidence": confidence,
         "interval": interval, "correlations": correlations},
    )  # fmt: skip


def _usable(data: Sequence[ConstructData]) -> tuple[list[ConstructData], tuple[Finding, ...]]:
    kept: list[ConstructData] = []
    refused: list[Finding] = []
    for d in data:
        if d.model != "reflective" or len(d.items) < 2:
            continue
        faults = unusable_findings(d)
        refused.extend(faults)
        if not faults:
            kept.append(d)
    if len(kept) < 2:
        raise UsageError("MEAS-077", f"{len(kept)} usable construct(s) of two items or more; at least 2 are needed.")
    return kept, tuple(refused)
