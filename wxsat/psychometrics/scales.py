"""Is it measured, and are the constructs distinct: every figure about the scales of a survey, in one object.

`evaluate_scales` assembles the pure functions of this package; nothing is computed here that they do not
compute.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wxsat.errors import DataError, Fault, UsageError, nearest
from wxsat.finding import Finding, refusals
from wxsat.numerics.covariance import pairwise_correlation
from wxsat.numerics.labels import coded_labels
from wxsat.numerics.seeds import check_seed
from wxsat.psychometrics import conventions, validity
from wxsat.psychometrics.construct_correlation import latent_correlations, score_correlations
from wxsat.psychometrics.construct_data import ConstructData, constructs_of_frame, constructs_of_responses
from wxsat.psychometrics.formulas import FORMULAS
from wxsat.psychometrics.htmt import htmt_intervals
from wxsat.psychometrics.items import (
    alpha_if_dropped,
    describe_items,
    item_rest_correlation,
    item_total_correlation,
    missing_shares,
)
from wxsat.psychometrics.reliability import Reliability, construct_reliability
from wxsat.psychometrics.reliability_table import tabulate_constructs
from wxsat.responses.responses import Responses

# fmt: off
ITEM_COLUMNS = [
    "construct", "item", "reversed", "n", "mean", "sd", "skew", "kurtosis", "floor", "ceiling", "missing",
    "dont_know", "item_total", "item_rest", "alpha_dropped", "loading",
]
HTMT_COLUMNS = ["a", "b", "htmt", "htmt2", "ci_lower", "ci_upper"]
FORNELL_LARCKER_COLUMNS = [
    "a", "b", "correlation", "score_correlation", "sqrt_ave_a", "sqrt_ave_b", "distinct",
]
# fmt: on


@dataclass(frozen=True, eq=False)
class ScaleQuality:
    """
    Quality of the scales of one survey, at full precision.

    Attributes
    ----------
    items : DataFrame
        One row an item, codes in the direction of the construct: ``construct item reversed n mean sd skew
        kurtosis floor ceiling missing dont_know item_total item_rest alpha_dropped loading`` (standardised one-factor
        loading).
    reliability : DataFrame
        One row a construct of two items or more: ``construct n n_items alpha alpha_ci_lower alpha_ci_upper
        alpha_boot_lower alpha_boot_upper alpha_std alpha_ordinal omega_ordinal omega_h omega_h_bifactor glb omega cr
        rho_a ave mean_r loading_min loading_max``; `n` respondents answered every item.
    htmt : DataFrame
        One row a pair: ``a b htmt htmt2 ci_lower ci_upper``.
    fornell_larcker : DataFrame
        One row a pair: ``a b correlation score_correlation sqrt_ave_a sqrt_ave_b distinct``; `correlation` is
        the latent one, `distinct` is None where it cannot be judged.
    formulas : mapping of str to str
        Column to its formula in plain text.
    findings : tuple of Finding
    settings : mapping
        ``n_rows``, ``missing``, ``draws``, ``seed``, ``confidence``, ``cluster``, ``n_clusters``.
    """

    items: pd.DataFrame
    reliability: pd.DataFrame
    htmt: pd.DataFrame
    fornell_larcker: pd.DataFrame
    formulas: Mapping[str, str]
    findings: tuple[Finding, ...]
    settings: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain lists of flat records; missing is None."""
        return {
            "items": _records(self.items),
            "scales": _records(self.reliability.rename(columns={"construct": "scale"})),
            "htmt": _records(self.htmt),
            "fornell_larcker": _records(self.fornell_larcker),
            "formulas": dict(self.formulas),
            "findings": [finding.to_dict() for finding in self.findings],
            "settings": dict(self.settings),
        }

    @property
    def refused(self) -> bool:
        """Whether a stated rule forbids to interpret some of the figures."""
        return bool(refusals(self.findings))

    def _repr_html_(self) -> str:
        """Show the reliability table in a notebook."""
        return str(self.reliability.to_html(index=False, float_format="{:.3f}".format, na_rep=""))


def evaluate_scales(
    responses: Responses | pd.DataFrame,
    *,
    constructs: Sequence[str] | None = None,
    scales: Mapping[str, Sequence[str]] | None = None,
    reverse: Iterable[str] = (),
    scale_range: tuple[float, float] | None = None,
    draws: int = 1000,
    seed: int = 1,
    cluster: str | None = None,
    confidence: float = 0.95,
    unusable: Literal["report", "raise"] = "report",
) -> ScaleQuality:
    """
    Evaluate items, reliability and discriminant validity of the scales of a survey.

    Parameters
    ----------
    responses : Responses or DataFrame
        Coded answers with their instrument, raw or clean; or any frame together with `scales`.
    constructs : sequence of str, optional
        Constructs of the instrument to evaluate; all of the form by default.
    scales : mapping of str to sequence of str, optional
        Construct to its columns, instead of the instrument's constructs.
    reverse : iterable of str
        With `scales`: columns to recode as ``low + high - x``.
    scale_range : (float, float), optional
        With `scales`: lowest and highest code of the response scale.
    draws : int
        Bootstrap samples for the intervals of HTMT and of alpha; 0 for none.
    seed : int
        Of the bootstrap.
    cluster : str, optional
        Column whose values are resampled whole (accounts, classes).
    confidence : float
        Of all intervals, in (0, 1).
    unusable : {"report", "raise"}
        A construct with a constant or empty item or too few complete rows: a finding that refuses it, its
        figures missing, or an error.

    Returns
    -------
    ScaleQuality

    Raises
    ------
    DataError
        MEAS-001 to MEAS-011 and MEAS-013 by column; with ``unusable="raise"`` also MEAS-003 to MEAS-006.
    UsageError
        MEAS-010, MEAS-012, MEAS-014 for arguments that make no sense.

    Notes
    -----
    Missing answers: alpha, omega, CR, AVE, loadings and item-rest correlations of a construct use the
    respondents who answered all of its items (listwise within the construct); HTMT and the correlations
    between constructs use for every pair of items the respondents who answered both (pairwise). The formulas
    are in `formulas`. Checked against psych 2.2.9, lavaan 0.6-14 and semTools 0.5-6 in
    ``tests/golden/psychometrics/``.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> answers = pd.DataFrame(rng.normal(size=(100, 1)) + rng.normal(size=(100, 3)), columns=["a", "b", "c"])
    >>> evaluate_scales(answers, scales={"PU": ["a", "b", "c"]}).reliability["n"].tolist()
    [100]
    """
    _require_settings(draws, confidence, seed)
    data = constructs_to_evaluate(responses, constructs, scales, reverse, scale_range)
    frame = responses.frame if isinstance(responses, Responses) else responses
    clusters = None if cluster is None else cluster_codes(frame, cluster)
    refused, results = _reliabilities(data, confidence)
    if unusable == "raise":
        _require_usable(data, refused)
    notes = [conventions.left_out_finding(d) for d in data if not _has_reliability(d)]
    judged = [
        finding
        for d in data
        if d.id in results
        for finding in conventions.reliability_findings(
            d, results[d.id], item_rest_correlation(results[d.id].covariance)
        )
    ]
    htmt, fornell_larcker, twins = _pairs(
        [d for d in data if d.id in results], results, draws, seed, clusters, confidence
    )
    n_clusters = None if clusters is None else int(clusters.max()) + 1
    few = validity.few_clusters_finding(str(cluster), n_clusters) if n_clusters and draws else ()
    return ScaleQuality(
        items=pd.concat([_item_rows(d, results.get(d.id)) for d in data], ignore_index=True),
        reliability=tabulate_constructs(
            [d for d in data if _has_reliability(d)],
            results,
            draws=draws,
            seed=seed,
            clusters=clusters,
            confidence=confidence,
        ),
        htmt=htmt,
        fornell_larcker=fornell_larcker,
        formulas=FORMULAS,
        findings=(
            *refused,
            *twins,
            *judged,
            *validity.validity_findings(htmt, fornell_larcker, draws),
            *few,
            *notes,
        ),
        settings={
            "n_rows": len(frame),
            "missing": "listwise within a construct; pairwise between items for HTMT and between constructs",
            "draws": draws,
            "seed": seed,
            "confidence": confidence,
            "cluster": cluster,
            "n_clusters": n_clusters,
        },
    )


def _require_settings(draws: int, confidence: float, seed: int) -> None:
    check_seed(seed, "MEAS-014")
    if draws < 0 or not 0 < confidence < 1:
        raise UsageError(
            "MEAS-014",
            f"draws must be 0 or more and confidence between 0 and 1; got {draws} and {confidence:g}.",
        )


def constructs_to_evaluate(
    responses: Responses | pd.DataFrame,
    constructs: Sequence[str] | None,
    scales: Mapping[str, Sequence[str]] | None,
    reverse: Iterable[str],
    scale_range: tuple[float, float] | None,
) -> tuple[ConstructData, ...]:
    """Return the constructs that are named, by columns or by the instrument; MEAS-012 where neither names any."""
    if not isinstance(responses, Responses) and not hasattr(responses, "columns"):
        raise UsageError(
            "MEAS-012",
            f"answers of type {type(responses).__name__}; a pandas DataFrame or Responses was expected.",
            hint="Read a file with wxsat.read_responses() or pandas first.",
        )
    if scales is not None:
        frame = responses.frame if isinstance(responses, Responses) else responses
        return constructs_of_frame(frame, scales, reverse=reverse, scale_range=scale_range)
    if isinstance(responses, Responses):
        return constructs_of_responses(responses, constructs)
    raise UsageError(
        "MEAS-012",
        "a plain frame does not say which items belong together.",
        hint="Name them: scales={'PU': ['PU1', 'PU2', 'PU3']}.",
    )


def cluster_codes(frame: pd.DataFrame, column: str) -> NDArray[np.int64]:
    """
    Number the clusters of a column from 0.

    Raises
    ------
    DataError
        MEAS-013 if the column is absent, has empty cells or fewer than two values.
    """
    if column not in frame.columns:
        known = [str(c) for c in frame.columns]
        raise DataError("MEAS-013", f"the data have no column {column!r} to cluster by.{nearest(column, known)}")
    # Labels, not cells: a file's format must not decide which clusters there are, nor in which order they are drawn.
    codes, values = coded_labels(frame[column])
    if (codes < 0).any():
        raise DataError(
            "MEAS-013",
            f"{int((codes < 0).sum())} row(s) have no cluster.",
            where=f"column {column!r}, row {int(np.argmax(codes < 0)) + 1}",
        )
    if len(values) < 2:
        raise DataError("MEAS-013", "at least two clusters are needed.", where=f"column {column!r}")
    return codes


def _has_reliability(data: ConstructData) -> bool:
    return len(data.items) > 1 and data.model == "reflective"


def _reliabilities(
    data: Sequence[ConstructData], confidence: float
) -> tuple[tuple[Finding, ...], dict[str, Reliability]]:
    refused: list[Finding] = []
    results: dict[str, Reliability] = {}
    for d in data:
        if not _has_reliability(d):
            continue
        faults = conventions.unusable_findings(d)
        refused.extend(faults)
        if not faults:
            results[d.id] = construct_reliability(d.complete, confidence)
    return tuple(refused), results


_FAULT_CODES = {"MEAS-116": "MEAS-003", "MEAS-106": "MEAS-004", "MEAS-117": "MEAS-006"}


def _require_usable(data: Sequence[ConstructData], refused: Sequence[Finding]) -> None:
    faults = [
        Fault("MEAS-005", f"{d.id} has a single item ({d.items[0]}); at least two are needed.")
        for d in data
        if len(d.items) == 1
    ]
    faults += [_fault_of(finding) for finding in refused]
    if faults:
        raise DataError.from_faults(faults)


def _fault_of(finding: Finding) -> Fault:
    return Fault(_FAULT_CODES[finding.code], finding.message, hint="Leave it out, or check the data.")


def _item_rows(data: ConstructData, result: Reliability | None) -> pd.DataFrame:
    shape = describe_items(data.values, data.low, data.high)
    shares = missing_shares(data.values, data.asked, data.dont_know)
    nothing = np.full(len(data.items), np.nan)
    columns = {
        "construct": data.id,
        "item": list(data.items),
        "reversed": list(data.reversed),
        "n": shape.n,
        "mean": shape.mean,
        "sd": shape.sd,
        "skew": shape.skew,
        "kurtosis": shape.kurtosis,
        "floor": shape.floor,
        "ceiling": shape.ceiling,
        "missing": shares.missing,
        "dont_know": shares.dont_know,
        "item_total": nothing if result is None else item_total_correlation(result.covariance),
        "item_rest": nothing if result is None else item_rest_correlation(result.covariance),
        "alpha_dropped": nothing if result is None else alpha_if_dropped(result.covariance),
        "loading": nothing if result is None else result.factor.loadings,
    }
    return pd.DataFrame(columns, columns=ITEM_COLUMNS)


def _pairs(
    data: Sequence[ConstructData],
    results: Mapping[str, Reliability],
    draws: int,
    seed: int,
    clusters: NDArray[np.int64] | None,
    confidence: float,
) -> tuple[pd.DataFrame, pd.DataFrame, tuple[Finding, ...]]:
    """Everything about pairs: HTMT, Fornell-Larcker, and items that are copies of each other."""
    if not data:
        return pd.DataFrame(columns=HTMT_COLUMNS), pd.DataFrame(columns=FORNELL_LARCKER_COLUMNS), ()
    values = np.hstack([d.values for d in data])
    ends = np.cumsum([len(d.items) for d in data])
    blocks = [np.arange(end - len(d.items), end) for d, end in zip(data, ends, strict=True)]
    correlation = pairwise_correlation(values)
    twins = conventions.identical_items_findings(values, [item for d in data for item in d.items], correlation)
    htmt = htmt_intervals(values, blocks, draws=draws, seed=seed, cluster=clusters, confidence=confidence)
    latent = latent_correlations(correlation, blocks, [results[d.id].factor.loadings for d in data])
    scores = score_correlations(values, blocks)
    roots = {d.id: float(np.sqrt(results[d.id].ave)) for d in data}
    htmt_rows, fl_rows = [], []
    for a, first in enumerate(data):
        for b in range(a + 1, len(data)):
            second = data[b]
            htmt_rows.append(
                (
                    first.id,
                    second.id,
                    *(m[a, b] for m in (htmt.htmt, htmt.htmt2, htmt.ci_lower, htmt.ci_upper)),
                )
            )
            r, root_a, root_b = float(latent[a, b]), roots[first.id], roots[second.id]
            distinct = None if np.isnan([r, root_a, root_b]).any() else bool(abs(r) < min(root_a, root_b))
            fl_rows.append((first.id, second.id, r, float(scores[a, b]), root_a, root_b, distinct))
    fornell_larcker = pd.DataFrame(fl_rows, columns=FORNELL_LARCKER_COLUMNS)
    fornell_larcker["distinct"] = pd.Series([row[-1] for row in fl_rows], dtype=object)
    return pd.DataFrame(htmt_rows, columns=HTMT_COLUMNS), fornell_larcker, twins


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    rows = frame.astype(object).where(frame.notna(), None)
    return [dict(zip(frame.columns, row, strict=True)) for row in rows.itertuples(index=False, name=None)]
