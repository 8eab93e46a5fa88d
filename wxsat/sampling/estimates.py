"""Estimates under a design: one shape for means, totals, proportions, ratios, quantiles, differences, regression."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from wxsat.errors import DataError, Fault, UsageError, nearest, require_kind
from wxsat.finding import Finding
from wxsat.sampling.levels import code_levels
from wxsat.sampling.statistics import Statistic, covariance_of

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.sampling.design import SurveyDesign

Array = NDArray[np.float64]
Degrees = float | Literal["design"]


@dataclass(frozen=True)
class Estimates:
    """
    Estimates with their design-based errors.

    Attributes
    ----------
    table : DataFrame
        One row an estimate: ``statistic, variable, level, group, n, estimate, std_error, ci_lower, ci_upper``, and
        what else belongs to the statistic (``deff``, ``t``, ``p_value``). For opt-in samples every error is missing.
    covariance : ndarray, shape (k, k), or None
        Of the estimates in the order of the table.
    confidence : float
        Level of the intervals.
    df : float or None
        Degrees of freedom of the intervals; infinite for normal ones.
    design : mapping
    findings : tuple of Finding
    """

    table: pd.DataFrame
    covariance: Array | None
    confidence: float
    df: float | None
    design: Mapping[str, Any]
    findings: tuple[Finding, ...] = field(default=())

    @property
    def estimate(self) -> float:
        """The only estimate, or the first."""
        return float(self.table["estimate"].iloc[0])

    @property
    def std_error(self) -> float:
        """Its standard error; NaN for an opt-in sample."""
        return float(self.table["std_error"].iloc[0])

    def to_dict(self) -> dict[str, Any]:
        """Return the document of ``wxsat responses estimate --json``."""
        from wxsat.numerics.plain import frame_records

        return {
            "estimates": frame_records(self.table),
            "confidence": self.confidence,
            "df": self.df,
            "design": dict(self.design),
            "findings": [finding.to_dict() for finding in self.findings],
        }

    def _repr_html_(self) -> str:
        return str(self.table.to_html(index=False))


@dataclass(frozen=True)
class Labelled:
    """A label for each estimate and the members behind it, shape (n, k)."""

    variable: tuple[str, ...]
    level: tuple[str | None, ...]
    group: tuple[str | None, ...]
    counts: tuple[int, ...]


def multiplier(design: SurveyDesign, confidence: float, degrees: Degrees) -> tuple[float, float]:
    """
    Return degrees of freedom and the factor of a two-sided interval.

    Raises
    ------
    UsageError
        SAMP-045 for a level outside (0, 1) or degrees of freedom that are not positive.
    """
    from scipy.special import ndtri, stdtrit

    if not 0 < confidence < 1:
        raise UsageError("SAMP-045", f"confidence={confidence}: a level between 0 and 1.", hint="0.95")
    df = float(design.degrees_of_freedom) if degrees == "design" else float(degrees)
    if degrees != "design" and not df > 0:
        raise UsageError("SAMP-045", f"degrees of freedom are positive; got {degrees}.")
    half = 0.5 + confidence / 2
    if df <= 0:
        return df, float("nan")
    return df, float(ndtri(half)) if np.isinf(df) else float(stdtrit(df, half))


def assemble(
    design: SurveyDesign,
    kind: str,
    statistic: Statistic,
    labels: Labelled,
    confidence: float,
    degrees: Degrees,
    findings: Sequence[Finding] = (),
) -> Estimates:
    """Put estimates, errors and intervals of a smooth statistic into one table."""
    import pandas as pd

    estimate = statistic.evaluate(design.current_weights)
    k = len(estimate)
    covariance, error, low, high = None, np.full(k, np.nan), np.full(k, np.nan), np.full(k, np.nan)
    df: float | None = None
    if not design.optin:
        covariance = covariance_of(statistic, design)
        with np.errstate(invalid="ignore"):
            error = np.sqrt(np.diag(covariance))
        df, factor = multiplier(design, confidence, degrees)
        low, high = estimate - factor * error, estimate + factor * error
    table = pd.DataFrame(
        {
            "statistic": kind,
            "variable": labels.variable,
            "level": list(labels.level),
            "group": list(labels.group),
            "n": labels.counts,
            "estimate": estimate,
            "std_error": error,
            "ci_lower": low,
            "ci_upper": high,
        }
    )
    return Estimates(table, covariance, confidence, df, design.describe(), (*design.findings(), *findings))


def numeric_columns(design: SurveyDesign, names: Sequence[str]) -> Array:
    """
    Return columns as numbers, shape (n, k), NaN where missing.

    Raises
    ------
    DataError
        SAMP-040 no such column, SAMP-041 values that are no numbers; all at once.
    """
    _require_design(design)
    faults, columns = [], []
    for name in names:
        if name not in design.frame.columns:
            hint = nearest(name, map(str, design.frame.columns)).strip()
            faults.append(Fault("SAMP-040", f"the data have no column '{name}'.", name, hint))
            continue
        try:
            columns.append(design.frame[name].to_numpy(dtype=np.float64, na_value=np.nan))
        except (TypeError, ValueError):
            shown = ", ".join(repr(str(v)) for v in design.frame[name].dropna().unique()[:3])
            message = f"'{name}' holds text ({shown}), not numbers."
            faults.append(Fault("SAMP-041", message, name, "Estimate its proportions instead."))
    if faults:
        raise DataError.from_faults(faults)
    return np.column_stack([np.asarray(c, dtype=np.float64) for c in columns])


def _require_design(design: object) -> None:
    from wxsat.sampling.design import SurveyDesign

    require_kind(design, SurveyDesign, "design", "a SurveyDesign", "wxsat.SurveyDesign() makes one of a DataFrame.")


def coded_column(design: SurveyDesign, name: str) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """
    Return a column's codes and levels, the levels in order (numbers by size, else by text); -1 where missing.

    Raises
    ------
    DataError
        SAMP-040 no such column.
    """
    _require_design(design)
    if name not in design.frame.columns:
        hint = nearest(name, map(str, design.frame.columns)).strip()
        raise DataError("SAMP-040", f"the data have no column '{name}'.", where=name, hint=hint)
    codes, levels = code_levels(design.frame[name])
    order = sorted(range(len(levels)), key=lambda k: _sort_key(levels[k]))
    rank = np.empty(len(levels) + 1, dtype=np.int64)
    rank[order] = np.arange(len(levels))
    rank[-1] = -1
    return rank[codes], tuple(levels[k] for k in order)


def _sort_key(level: str) -> tuple[int, float, str]:
    try:
        return (0, float(level), "")
    except ValueError:
        return (1, 0.0, level)


def domains(design: SurveyDesign, by: str | Sequence[str] | None) -> list[tuple[str | None, NDArray[np.bool_]]]:
    """
    Return the subpopulations that estimates are made for, with their names; one of all without `by`.

    Raises
    ------
    DataError
        SAMP-040 no such column, SAMP-042 nobody with a weight.
    """
    inside = design.current_weights != 0
    if not inside.any():
        raise DataError("SAMP-042", "nobody is in the subpopulation.", hint="Look at the condition.")
    columns = (by,) if isinstance(by, str) else tuple(by or ())
    found: list[tuple[str | None, NDArray[np.bool_]]] = [(None, inside)]
    for name in columns:
        codes, levels = coded_column(design, name)
        found = [
            (f"{name}={level}" if lead is None else f"{lead}, {name}={level}", mask & (codes == k))
            for lead, mask in found
            for k, level in enumerate(levels)
        ]
    return [(name, mask) for name, mask in found if mask.any()]


def available(values: Array, groups: Sequence[tuple[str | None, NDArray[np.bool_]]], names: Sequence[str]) -> Array:
    """
    Return the members of every variable in every group, shape (n, groups * variables), as 0 and 1.

    Raises
    ------
    DataError
        SAMP-042 when a variable has no value in a group.
    """
    answered = ~np.isnan(values)
    members = np.column_stack([mask[:, None] & answered for _, mask in groups])
    empty = np.flatnonzero(members.sum(axis=0) == 0)
    if empty.size:
        raise DataError.from_faults(
            _no_value(names[j % len(names)], groups[j // len(names)][0]) for j in empty.tolist()
        )
    return members.astype(np.float64)


def _no_value(name: str, group: str | None) -> Fault:
    where = f" where {group}" if group else ""
    return Fault("SAMP-042", f"'{name}' has no value{where}.", name)


def missing_finding(design: SurveyDesign, values: Array, names: Sequence[str]) -> list[Finding]:
    """Say which variables lack answers: their estimates are of those who answered."""
    inside = design.current_weights != 0
    found = []
    for j, name in enumerate(names):
        gone = int((np.isnan(values[:, j]) & inside).sum())
        if gone:
            message = f"{gone} respondents have no value in '{name}'; its estimate is of those who have one."
            found.append(Finding("SAMP-111", "note", name, message, {"n": gone}))
    return found
