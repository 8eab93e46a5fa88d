"""Method bias of one survey by models: what each technique says, side by side, and what none of them can say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from wxsat.errors import EstimationError, UsageError
from wxsat.finding import Finding, Severity
from wxsat.numerics.plain import frame_records
from wxsat.sem.method_bias.marker import MarkerSequence, fit_marker_sequence
from wxsat.sem.method_bias.models import (
    UNMEASURED,
    Scales,
    items_of,
    measurement_text,
    method_text,
    one_factor_text,
    orthogonal_text,
)
from wxsat.sem.method_bias.sequence import (
    Fits,
    check_scales,
    difference_row,
    fit_row,
    latent_correlations,
    value_of,
    variance_shares,
)

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.responses.responses import Responses
    from wxsat.sem.result import SemResult

LARGE_SHIFT = 0.10
"""A change of a correlation that is worth a warning; our own mark."""


@dataclass(frozen=True, eq=False)
class MethodBias:
    """
    What the model-based techniques say about method bias.

    Attributes
    ----------
    harman : mapping
        ``first_eigenvalue_share`` and the fit of one factor; a description, never evidence that there is no bias.
    models : DataFrame
        ``technique model npar chisq df pvalue cfi tli rmsea srmr aic bic``.
    comparisons : DataFrame
        ``technique comparison question chisq df pvalue delta_cfi method``.
    correlations : DataFrame
        ``technique a b model r shift``: latent correlations of the constructs by model; `shift` from the model
        without a method effect.
    reliability : DataFrame
        ``construct total substantive method method_share``; empty without a marker.
    loadings : DataFrame
        ``item construct loading method_loading method_p_value``; empty without a marker.
    method_share : mapping of str to float
        Mean share of item variance that is method, by technique.
    retained : str or None
        Marker technique: ``baseline``, ``method_c`` or ``method_u``.
    findings : tuple of Finding
    settings : mapping
    """

    harman: Mapping[str, float]
    models: pd.DataFrame
    comparisons: pd.DataFrame
    correlations: pd.DataFrame
    reliability: pd.DataFrame
    loadings: pd.DataFrame
    method_share: Mapping[str, float]
    retained: str | None
    findings: tuple[Finding, ...]
    settings: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Return the document of ``wxsat measure method-bias --json``."""
        frames = ("models", "comparisons", "correlations", "reliability", "loadings")
        return {
            "harman": dict(self.harman),
            **{name: frame_records(getattr(self, name)) for name in frames},
            "method_share": dict(self.method_share),
            "retained": self.retained,
            "findings": [finding.to_dict() for finding in self.findings],
            "settings": dict(self.settings),
        }

    def _repr_html_(self) -> str:
        return str(self.correlations.to_html(index=False, float_format="{:.3f}".format, na_rep=""))


def evaluate_method_bias(
    responses: Responses | pd.DataFrame,
    *,
    scales: Mapping[str, Sequence[str]] | None = None,
    marker: str | Sequence[str] | None = None,
    constructs: Sequence[str] | None = None,
    reverse: Sequence[str] = (),
    scale_range: tuple[float, float] | None = None,
    estimator: str = "ML",
    missing: str = "listwise",
) -> MethodBias:
    """
    Evaluate method bias by models: Harman, an unmeasured method factor and, with a marker, the CFA marker technique.

    Parameters
    ----------
    responses : Responses or DataFrame
        Coded answers with their instrument, or any frame with `scales`.
    scales : mapping of str to sequence of str, optional
        Construct to its columns.
    marker : str or sequence of str, optional
        The construct, or the columns (three or more), of a marker scale.
    constructs : sequence of str, optional
        Of the instrument; all reflective ones of two items or more by default.
    reverse, scale_range
        As in :func:`wxsat.evaluate_scales`.
    estimator : str
        ``ML``, ``MLM`` or ``MLR``; the difference tests are scaled with the latter two.
    missing : {"listwise", "fiml"}

    Returns
    -------
    MethodBias

    Raises
    ------
    UsageError
        MEAS-075 scales or a marker that no model can be built on; MEAS-010, MEAS-012 as for scales.
    DataError, EstimationError
        MEAS-001, and those of the fits.

    Notes
    -----
    The unmeasured factor has equal unstandardised loadings on all items and is orthogonal to the constructs: free
    ones are hardly identified and absorb substance. Harman's share is that of the first principal component.
    Checked against lavaan 0.6-14 in ``tests/golden/method_bias`` and the shared cases.

    References
    ----------
    .. [1] Podsakoff, P. M., MacKenzie, S. B., Lee, J.-Y., & Podsakoff, N. P. (2003). Journal of Applied Psychology, 88.
    .. [2] Williams, L. J., Hartman, N., & Cavazotte, F. (2010). Organizational Research Methods, 13, 477-514.

    Examples
    --------
    >>> import semopy.examples.holzinger39 as hs
    >>> scales = {"visual": ["x1", "x2", "x3"], "textual": ["x4", "x5", "x6"], "speed": ["x7", "x8", "x9"]}
    >>> round(evaluate_method_bias(hs.get_data(), scales=scales).harman["first_eigenvalue_share"], 3)
    0.357
    """
    import pandas as pd

    frame, known, own_marker = _prepared(responses, scales, marker, constructs, reverse, scale_range)
    check_scales(frame, known, own_marker)
    fit = Fits(frame, {"estimator": estimator, "missing": missing})
    harman, one = _harman(fit, frame, known)
    rows, tests, links, share, findings = _unmeasured(fit, known)
    sequence = None
    if own_marker:
        name, items = next(iter(own_marker.items()))
        sequence = fit_marker_sequence(fit, known, name, items)
    models = [{"technique": "harman"} | fit_row("one factor", one), *rows]
    shares = {} if share is None else {"unmeasured": share}
    if sequence is not None:
        models += [{"technique": "marker"} | row for row in sequence.models]
        tests += [{"technique": "marker"} | row for row in sequence.comparisons]
        links += _long(sequence)
        shares["marker"] = sequence.method_share
    return MethodBias(
        harman, pd.DataFrame(models), pd.DataFrame(tests),
        pd.DataFrame(links, columns=["technique", "a", "b", "model", "r", "shift"]),
        pd.DataFrame([asdict(d) for d in sequence.reliability] if sequence else [],
                     columns=["construct", "total", "substantive", "method", "method_share"]),
        pd.DataFrame(list(sequence.loadings) if sequence else [],
                     columns=["item", "construct", "loading", "method_loading", "method_p_value"]),
        shares, sequence.retained if sequence else None,
        (_harman_finding(harman), *findings, *_marker_findings(sequence, links),
         *(f for name, found in (sequence.fits if sequence else {}).items() for f in _improper(name, found))),
        {"estimator": estimator, "missing": missing, "n": one.n_obs, "n_read": one.n_read,
         "scales": {k: list(v) for k, v in known.items()}, "marker": own_marker},
    )  # fmt: skip


def _prepared(
    responses: Responses | pd.DataFrame,
    scales: Mapping[str, Sequence[str]] | None,
    marker: str | Sequence[str] | None,
    constructs: Sequence[str] | None,
    reverse: Sequence[str],
    scale_range: tuple[float, float] | None,
) -> tuple[pd.DataFrame, dict[str, list[str]], dict[str, list[str]] | None]:
    """Return numeric columns in the direction of their construct, the scales, and the marker by name."""
    import pandas as pd

    from wxsat.psychometrics.scales import constructs_to_evaluate

    wanted = None if scales is None else {k: list(v) for k, v in scales.items()}
    own: dict[str, list[str]] | None = None
    if marker is not None and not isinstance(marker, str):
        own = {"MARKER": list(marker)}
        if wanted is None:
            raise UsageError("MEAS-075", "with an instrument the marker is one of its constructs.", where="marker")
        wanted |= own
    names = constructs
    if isinstance(marker, str) and constructs is not None and marker not in constructs:
        names = [*constructs, marker]
    data = constructs_to_evaluate(responses, names, wanted, reverse, scale_range)
    usable = {d.id: list(d.items) for d in data if d.model == "reflective" and len(d.items) > 1}
    if isinstance(marker, str):
        if marker not in usable:
            raise UsageError("MEAS-075", f"the marker {marker!r} is no scale of these data.", where="marker",
                             hint="Known: " + ", ".join(usable) + ".")  # fmt: skip
        own = {marker: usable[marker]}
    frame = pd.DataFrame({item: d.values[:, k] for d in data for k, item in enumerate(d.items)})
    return frame, {k: v for k, v in usable.items() if not own or k not in own}, own


def _harman(fit: Fits, frame: pd.DataFrame, scales: Scales) -> tuple[dict[str, float], Any]:
    from wxsat.numerics.covariance import pairwise_correlation

    items = items_of(scales)
    one = fit(one_factor_text(items))
    eigenvalues = np.linalg.eigvalsh(pairwise_correlation(frame[items].dropna().to_numpy(dtype=float)))
    named = {name: float(one.fit_measures[name]) for name in ("chisq", "df", "cfi", "rmsea", "srmr")}
    return {"first_eigenvalue_share": float(eigenvalues[-1] / len(items))} | named, one


def _harman_finding(harman: Mapping[str, float]) -> Finding:
    share = harman["first_eigenvalue_share"]
    message = (
        f"Harman's single factor takes {share:.1%} of the items' variance; a description only: neither a small nor a "
        "large share is evidence about method bias."
    )
    return Finding("SEM-190", "note", "Harman", message, {"share": share})


def _unmeasured(fit: Fits, scales: Scales) -> tuple[list[Any], list[Any], list[Any], float | None, tuple[Finding, ...]]:
    names, items = tuple(scales), items_of(scales)
    plain = fit(measurement_text(scales))
    own = latent_correlations(plain, names)
    rows = [{"technique": "unmeasured"} | fit_row("cfa", plain)]
    links = [_link("unmeasured", pair, "cfa", r, 0.0) for pair, r in own.items()]
    text = f"{measurement_text(scales)}\n{method_text(UNMEASURED, items, 'm*')}\n{orthogonal_text(UNMEASURED, names)}"
    try:
        method = fit(text)
    except EstimationError as error:
        finding = Finding(
            "SEM-191", "warning", "unmeasured method factor",
            f"The model with an unmeasured method factor has no solution: {error.message}", {"reason": error.code},
        )  # fmt: skip
        return rows, [], links, None, (finding,)
    rows.append({"technique": "unmeasured"} | fit_row("method factor", method))
    tests = [{"technique": "unmeasured"} | difference_row("cfa, method factor", "method effect", plain, method)]
    after = latent_correlations(method, names)
    links += [_link("unmeasured", pair, "method factor", r, r - own[pair]) for pair, r in after.items()]
    share, _ = variance_shares(method, scales, UNMEASURED)
    pair = max(after, key=lambda p: abs(after[p] - own[p]))
    shift = after[pair] - own[pair]
    evidence = {"share": share, "a": pair[0], "b": pair[1], "before": own[pair], "after": after[pair],
                "p_value": float(tests[0]["pvalue"]),
                "loading": value_of(method, UNMEASURED, "=~", items[0])}  # fmt: skip
    message = (
        f"An unmeasured method factor would take {share:.1%} of the items' variance and move the correlation of "
        f"{pair[0]} and {pair[1]} from {own[pair]:.3f} to {after[pair]:.3f}; a sensitivity, as it cannot tell method "
        "from what the constructs share."
    )
    severity: Severity = "warning" if abs(shift) >= LARGE_SHIFT else "note"
    told = Finding("SEM-192", severity, "unmeasured method factor", message, evidence)
    return rows, tests, links, share, (told, *_improper("unmeasured method factor", method))


def _improper(label: str, fit: SemResult) -> tuple[Finding, ...]:
    """Say that a solution has negative variances or impossible correlations (SEM-197)."""
    codes = sorted({f.code for f in fit.findings if f.code in ("SEM-103", "SEM-104")})
    if not codes:
        return ()
    message = f"The solution of the model {label} is improper ({', '.join(codes)}): its figures must not be read."
    return (Finding("SEM-197", "warning", label, message, {"codes": ", ".join(codes)}),)


def _link(technique: str, pair: tuple[str, str], model: str, r: float, shift: float) -> dict[str, Any]:
    return {"technique": technique, "a": pair[0], "b": pair[1], "model": model, "r": r, "shift": shift}


def _long(sequence: MarkerSequence) -> list[dict[str, Any]]:
    return [
        _link("marker", (row["a"], row["b"]), name, row[name], row[name] - row["baseline"])
        for row in sequence.correlations
        for name in sequence.fits
    ]


def _marker_findings(sequence: MarkerSequence | None, links: list[dict[str, Any]]) -> tuple[Finding, ...]:
    if sequence is None:
        message = "No marker was given: the answers alone cannot tell a common method from what constructs share."
        return (Finding("SEM-193", "note", "marker", message),)
    if sequence.retained == "baseline":
        message = "The marker shows no method effect on the items (baseline against method-C and method-U)."
        return (Finding("SEM-194", "note", "marker", message, {"p_value": float(sequence.comparisons[0]["pvalue"])}),)
    own = [row for row in links if row["technique"] == "marker" and row["model"] == sequence.retained]
    largest = max(own, key=lambda row: abs(row["shift"]))
    p = float(sequence.comparisons[-1]["pvalue"])
    evidence = {
        "model": sequence.retained, "share": sequence.method_share, "a": largest["a"], "b": largest["b"],
        "before": largest["r"] - largest["shift"], "after": largest["r"], "p_value": p,
    }  # fmt: skip
    words = "changes" if sequence.biased else "does not significantly change"
    message = (
        f"The marker shows a method effect ({sequence.method_share:.1%} of the items' variance, {sequence.retained}) "
        f"that {words} the correlations of the constructs (p = {p:.3f}); the largest change is that of "
        f"{largest['a']} and {largest['b']}: {evidence['before']:.3f} to {largest['r']:.3f}."
    )
    if sequence.biased:
        return (Finding("SEM-195", "warning", "marker", message, evidence),)
    return (Finding("SEM-196", "note", "marker", message, evidence),)
