"""Sensitivity: the headline figures under every sensible combination of cleaning rules, as one curve.

A figure that moves little along the curve does not depend on who was called careless; one that moves does, and a reader
must see it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wxsat.errors import EstimationError, UsageError, WxsatError, nearest
from wxsat.finding import Finding
from wxsat.responses.clean import recode_responses
from wxsat.responses.plan import CleaningPlan
from wxsat.responses.responses import Responses, rows_kept
from wxsat.responses.specifications import Specification, specifications

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.psychometrics.construct_data import ConstructData

Key = tuple[str, str]
Progress = Callable[[int, int], None]
FEWEST = 10
# Spreads worth a sentence (conventions): scale points, alpha, severity points, standardised coefficient.
NOTABLE: Mapping[str, float] = {"mean": 0.10, "alpha": 0.05, "severity": 2.0, "path": 0.05}
KINDS = ("mean", "alpha", "severity", "path")


@dataclass(frozen=True)
class SpecificationCurve:
    """
    Headline figures under every specification.

    Attributes
    ----------
    specifications : DataFrame
        ``specification chosen rules min_families duplicates missing n``, one row each; number 0 is the plan.
    figures : DataFrame
        ``specification kind id estimate n``: kind is ``mean`` (scale points), ``alpha``, ``severity`` (0-100) or
        ``path`` (standardised).
    summary : DataFrame
        ``kind id plan none min max median n_specifications``: `plan` and `none` are the figures under the plan and
        without any rule or step.
    findings : tuple of Finding
        RESP-140 a figure that moves notably; RESP-141 specifications under which a figure could not be computed.
    """

    specifications: pd.DataFrame
    figures: pd.DataFrame
    summary: pd.DataFrame
    findings: tuple[Finding, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        from wxsat.numerics.plain import frame_records

        return {
            "specifications": frame_records(self.specifications),
            "figures": frame_records(self.figures),
            "summary": frame_records(self.summary),
            "findings": [finding.to_dict() for finding in self.findings],
        }

    def _repr_html_(self) -> str:
        return str(self.summary.to_html(index=False))


def specification_curve(
    responses: Responses,
    plan: CleaningPlan | None = None,
    *,
    model: str | Path | None = None,
    paths: tuple[str, ...] = (),
    progress: Progress = lambda done, total: None,
) -> SpecificationCurve:
    """
    Compute the headline figures under every sensible combination of cleaning rules.

    Parameters
    ----------
    responses : Responses
        As read, uncleaned.
    plan : CleaningPlan, optional
        Its thresholds and actions; the conventions by default.
    model : str or path, optional
        A structural model; its paths are refitted under every specification that keeps other respondents.
    paths : tuple of str
        ``"SAT~PU"``: the paths to follow; all structural paths when left out.
    progress : callable
        Told how many of the distinct samples are done.

    Returns
    -------
    SpecificationCurve

    Raises
    ------
    DataError
        RESP-050 answers without an instrument or cleaned before.
    UsageError
        RESP-091 a path that the model does not have.

    References
    ----------
    .. [1] Simonsohn, U., Simmons, J. P., & Nelson, L. D. (2020). Specification curve analysis. Nature Human Behaviour,
       4, 1208-1214.

    Examples
    --------
    >>> specification_curve(responses).summary  # doctest: +SKIP
    """
    recoded = recode_responses(responses)
    listed = specifications(responses, plan)
    headline = _Headline(recoded, model, paths)
    known: dict[bytes, dict[Key, float]] = {}
    keeps = {one.keep.tobytes(): one.keep for one in listed}
    for done, (key, keep) in enumerate(keeps.items(), start=1):
        known[key] = headline.of(keep)
        progress(done, len(keeps))
    return _assembled(listed, known)


class _Headline:
    """The figures of one sample after another, from answers that are read and recoded once."""

    def __init__(self, recoded: Responses, model: str | Path | None, paths: tuple[str, ...]) -> None:
        from wxsat.diagnosis.pomp import score_constructs
        from wxsat.psychometrics.construct_data import constructs_of_responses

        self.recoded = recoded
        self.constructs = constructs_of_responses(recoded)
        self.model, self.paths = model, paths
        weights = _composite_weights(recoded)
        self.weights = weights
        self.scores = score_constructs(recoded, dict.fromkeys(p for parts in weights.values() for p in parts))
        self.severity = self.scores.severity()
        if model is not None:
            self._require_paths(model)

    def of(self, keep: NDArray[np.bool_]) -> dict[Key, float]:
        """Return every figure of those who stay; NaN where it cannot be computed."""
        found: dict[Key, float] = {}
        for construct in self.constructs:
            found |= _scale_figures(construct, construct.values[keep])
        found |= dict(self._severities(keep))
        if self.model is not None:
            found |= self._fitted_paths(keep)
        return found

    def _severities(self, keep: NDArray[np.bool_]) -> Iterator[tuple[Key, float]]:
        values = self.severity[keep]
        for dilemma, weights in self.weights.items():
            parts = [(self.scores.names.index(p), w) for p, w in weights.items() if p in self.scores.names and w > 0]
            columns = [values[:, j][np.isfinite(values[:, j])] for j, _ in parts]
            if parts and all(len(c) >= FEWEST for c in columns):
                total = sum(w for _, w in parts)
                severity = sum(w * c.mean() for (_, w), c in zip(parts, columns, strict=True)) / total
                yield ("severity", dilemma), float(severity)

    def _fitted_paths(self, keep: NDArray[np.bool_]) -> dict[Key, float]:
        from wxsat.sem.fit import fit_sem

        try:
            parameters = fit_sem(self.model, rows_kept(self.recoded, keep)).parameters  # type: ignore[arg-type]
        except (EstimationError, WxsatError):
            return {("path", name): float("nan") for name in self.path_names}
        rows = parameters[parameters["op"] == "~"]
        estimates = {f"{r['lhs']}~{r['rhs']}": float(r["std_all"]) for r in rows.to_dict("records")}
        return {("path", name): estimates[name] for name in self.path_names}

    def _require_paths(self, model: str | Path) -> None:
        from wxsat.sem.parameter_table import parse_model

        text = Path(model).read_text(encoding="utf-8-sig") if isinstance(model, Path) else model
        self.model = text
        known = [f"{row.lhs}~{row.rhs}" for row in parse_model(text).rows if row.op == "~"]
        wanted = ["".join(path.split()) for path in self.paths] or known
        for path in wanted:
            if path not in known:
                raise UsageError(
                    "RESP-091", f"the model has no path '{path}'.", hint=nearest(path, known).strip() or "Try SAT~PU."
                )
        self.path_names = list(dict.fromkeys(wanted))


def _composite_weights(responses: Responses) -> dict[str, dict[str, float]]:
    from wxsat.diagnosis.inputs import declared_composites

    return declared_composites(responses.instrument)


def _scale_figures(construct: ConstructData, values: NDArray[np.float64]) -> dict[Key, float]:
    from wxsat.diagnosis.pomp import mean_of_answered
    from wxsat.psychometrics.reliability import cronbach_alpha

    scores = mean_of_answered(values)
    scores = scores[np.isfinite(scores)]
    found = {("mean", construct.id): float(scores.mean()) if len(scores) >= FEWEST else float("nan")}
    complete = values[np.isfinite(values).all(axis=1)]
    if values.shape[1] > 1:
        usable = len(complete) >= FEWEST and bool((np.ptp(complete, axis=0) > 0).all())
        found["alpha", construct.id] = cronbach_alpha(complete).estimate if usable else float("nan")
    return found


def _assembled(listed: tuple[Specification, ...], known: Mapping[bytes, Mapping[Key, float]]) -> SpecificationCurve:
    import pandas as pd

    table = pd.DataFrame(
        [
            (k, s.chosen, s.rules, s.min_families, s.duplicates, s.missing, int(s.keep.sum()))
            for k, s in enumerate(listed)
        ],
        columns=["specification", "chosen", "rules", "min_families", "duplicates", "missing", "n"],
    )
    rows = [
        (k, kind, name, value, int(one.keep.sum()))
        for k, one in enumerate(listed)
        for (kind, name), value in known[one.keep.tobytes()].items()
    ]
    figures = pd.DataFrame(rows, columns=["specification", "kind", "id", "estimate", "n"])
    bare = min(
        (k for k, s in enumerate(listed) if not s.rules), key=lambda k: (listed[k].duplicates, listed[k].missing)
    )
    summary = _summary(figures, bare)
    return SpecificationCurve(table, figures, summary, _findings(summary, figures))


def _summary(figures: pd.DataFrame, bare: int) -> pd.DataFrame:
    import pandas as pd

    records = []
    for kind in KINDS:
        for name in figures.loc[figures["kind"] == kind, "id"].unique():
            part = figures[(figures["kind"] == kind) & (figures["id"] == name)]
            by_number = part.set_index("specification")["estimate"]
            values = by_number.to_numpy(dtype=float)
            known = values[np.isfinite(values)]
            low, high, middle = (
                (float(known.min()), float(known.max()), float(np.median(known))) if len(known) else (np.nan,) * 3
            )
            records.append((kind, name, by_number.get(0), by_number.get(bare), low, high, middle, len(known)))
    columns = ["kind", "id", "plan", "none", "min", "max", "median", "n_specifications"]
    return pd.DataFrame(records, columns=columns)


def _findings(summary: pd.DataFrame, figures: pd.DataFrame) -> tuple[Finding, ...]:
    found = []
    for row in summary.to_dict("records"):
        spread = row["max"] - row["min"]
        limit = NOTABLE[row["kind"]]
        if spread > limit:
            found.append(
                Finding(
                    "RESP-140",
                    "warning",
                    str(row["id"]),
                    f"{row['kind']} of '{row['id']}' lies between {row['min']:.3f} and {row['max']:.3f} depending on"
                    f" the cleaning rules ({row['plan']:.3f} under the plan): report the range.",
                    {"kind": row["kind"], "low": row["min"], "high": row["max"], "plan": row["plan"], "limit": limit},
                )
            )
    absent = int(figures["estimate"].isna().sum())
    if absent:
        message = f"{absent} of {len(figures)} figures could not be computed under some combination of rules."
        found.append(Finding("RESP-141", "note", "sensitivity", message, {"n": absent, "total": len(figures)}))
    return tuple(found)
