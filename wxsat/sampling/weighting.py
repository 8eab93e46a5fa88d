"""Weights for respondents: margins laid over the answers, solved, described, with what a reader must know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wxsat.errors import DataError, nearest
from wxsat.finding import Finding
from wxsat.sampling.calibration import Solution
from wxsat.sampling.cells import MarginCells, MissingRule, SampleCells, locate_cells
from wxsat.sampling.load_margins import load_margins
from wxsat.sampling.margins import Margins
from wxsat.sampling.solve import Request, read_request, solve_weights
from wxsat.sampling.weight_quality import WeightQuality, evaluate_weights

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.responses.responses import Responses

Array = NDArray[np.float64]

# Conventions, labelled so in the report.
THIN_CELL = 20
LARGE_DEFF = 2.0
MANY_AT_BOUNDS = 0.10
MARGIN_TOLERANCE = 1e-6
WEIGHT_COLUMN = "weight"


@dataclass(frozen=True)
class Weighting:
    """
    Weights and how well they meet their margins.

    Attributes
    ----------
    weights : ndarray, shape (n,)
        NaN for respondents without a weight (missing margin variable, rule ``drop``).
    quality : WeightQuality
    method : str
    iterations : int
    margins : DataFrame
        ``variable, level, n, unweighted, target, achieved``: the last three are shares where the margin is of shares,
        else counts; ``unweighted`` is on the scale of the target.
    findings : tuple of Finding
    settings : mapping
    """

    weights: Array
    quality: WeightQuality
    method: str
    iterations: int
    margins: pd.DataFrame
    findings: tuple[Finding, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def deff(self) -> float:
        """Kish's design effect of the weights."""
        return self.quality.deff

    @property
    def n_effective(self) -> float:
        """Effective sample size."""
        return self.quality.n_effective

    def to_dict(self) -> dict[str, Any]:
        """Return the document of ``wxsat responses weight --json`` (without the file's name)."""
        from dataclasses import asdict

        from wxsat.numerics.plain import frame_records

        return {
            "deff": self.deff,
            "n_effective": self.n_effective,
            "iterations": self.iterations,
            "margins": frame_records(self.margins),
            "method": self.method,
            "quality": asdict(self.quality),
            "findings": [finding.to_dict() for finding in self.findings],
            "settings": dict(self.settings),
        }

    def _repr_html_(self) -> str:
        return str(self.margins.to_html(index=False))


def weight_responses(
    data: pd.DataFrame | Responses,
    margins: str | Path | Mapping[str, Any] | pd.DataFrame | Margins,
    *,
    method: str = "rake",
    bounds: tuple[float, float] | None = None,
    trim: float | tuple[float, float] | None = None,
    base_weight: str | None = None,
    missing: MissingRule = "fail",
) -> Weighting:
    """
    Weight respondents so that the sample has the margins of its population.

    Parameters
    ----------
    data : DataFrame or Responses
    margins : path, mapping, DataFrame or Margins
        As :func:`wxsat.sampling.load_margins.load_margins` reads them.
    method : {"rake", "poststratify", "linear", "logit"}
        Iterative proportional fitting; cells of one (crossed) margin; GREG; logit calibration.
    bounds : (float, float), optional
        Of the weight over its base weight, around 1. Raking with bounds and truncated linear calibration are solved
        by Newton's method.
    trim : float or (float, float), optional
        Largest (and smallest) weight as a multiple of the median weight before trimming; weights are cut there and
        the margins met again, in turns. Where both cannot be had the limits hold and a finding says what is off.
    base_weight : str, optional
        Column of design weights; every respondent counts one without it.
    missing : {"fail", "drop", "keep"}
        Of respondents without an answer to a margin variable.

    Returns
    -------
    Weighting
        Weights sum to the population's size where the margins give it, else to the sum of the base weights.

    Raises
    ------
    StudyError
        SAMP-001 to SAMP-007, faults of the margins.
    DataError
        SAMP-010 to SAMP-015, data and margins that do not match, all at once.
    UsageError
        SAMP-016 to SAMP-018.
    EstimationError
        SAMP-020, SAMP-021: no weights meet the margins.

    Notes
    -----
    Checked against ``survey`` 4.1 in R: ``rake``, ``postStratify``, ``calibrate`` (linear, raking, logit, bounded).

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"gender": ["f", "f", "f", "m"]})
    >>> weight_responses(people, {"gender": {"f": 0.5, "m": 0.5}}).weights.round(4).tolist()
    [0.6667, 0.6667, 0.6667, 2.0]
    """
    frame = frame_of(data)
    known = load_margins(margins)
    request = read_request(method, bounds, trim)
    base = base_weights(frame, base_weight)
    cells = locate_cells(frame, known, base, missing)
    if not (base[cells.used] > 0).any():
        raise DataError("SAMP-013", "nobody is left with an answer to every margin variable and a base weight.")
    population = known.population if known.population is not None else float(base[cells.used].sum())
    solution = solve_weights(cells, base[cells.used], population, request)
    weights = np.full(len(frame), np.nan)
    weights[cells.used] = solution.weights
    limit = _at_limits(solution, base[cells.used], population, request)
    quality = evaluate_weights(solution.weights, limit)
    table = margin_table(cells, solution.weights, base[cells.used])
    findings = weight_findings(table, cells, quality, len(frame), request)
    settings = {
        "method": method,
        "bounds": list(bounds) if bounds else None,
        "trim": list(request.trim) if request.trim else None,
        "base_weight": base_weight,
        "missing": missing,
        "population": known.population,
        "notes": list(known.notes),
    }
    return Weighting(weights, quality, method, solution.iterations, table, findings, settings)


def describe_weights(frame: pd.DataFrame, column: str | None) -> Weighting:
    """Return weights that came with the data, described; no margins are known."""
    import pandas as pd

    weights = base_weights(frame, column)
    table = pd.DataFrame(columns=["variable", "level", "n", "unweighted", "target", "achieved"])
    quality = evaluate_weights(weights)
    settings: dict[str, Any] = {"method": "given", "base_weight": column, "bounds": None, "trim": None, "notes": []}
    return Weighting(weights, quality, "given", 0, table, cost_findings(quality), settings)


def frame_of(data: pd.DataFrame | Responses) -> pd.DataFrame:
    """Return the answers of responses; a frame is its own."""
    from wxsat.responses.responses import Responses

    return data.frame if isinstance(data, Responses) else data


def base_weights(frame: pd.DataFrame, column: str | None) -> Array:
    """
    Return a column of weights; ones without a column.

    Raises
    ------
    DataError
        SAMP-014: no such column, not numbers, missing, negative or all zero.
    """
    if column is None:
        return np.ones(len(frame))
    if column not in frame.columns:
        hint = nearest(column, map(str, frame.columns)).strip()
        raise DataError("SAMP-014", f"there is no column of weights '{column}'.", where=column, hint=hint)
    try:
        values = np.asarray(frame[column].to_numpy(dtype=np.float64, na_value=np.nan))
    except (TypeError, ValueError):
        raise DataError("SAMP-014", "the weights are not numbers.", where=column) from None
    bad = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
    if bad.size:
        rows = ", ".join(str(row + 1) for row in bad[:5]) + (" and more" if bad.size > 5 else "")
        message = f"{bad.size} weights are missing, negative or infinite (rows {rows})."
        raise DataError("SAMP-014", message, where=column, hint="Every respondent needs a weight of zero or more.")
    if not values.sum() > 0:
        raise DataError("SAMP-014", "all weights are zero.", where=column)
    return values


def margin_table(cells: SampleCells, weights: Array, base: Array) -> pd.DataFrame:
    """Return target and achieved margin of every cell."""
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for m in cells.margins:
        achieved = np.bincount(m.codes, weights, minlength=len(m.levels))
        before = np.bincount(m.codes, base, minlength=len(m.levels))
        scale = float(m.targets.sum()) / before.sum()
        if m.is_share:
            achieved = achieved / achieved.sum()
        for k, level in enumerate(m.levels):
            rows.append(_margin_row(m, k, level, before[k] * scale, achieved[k]))
    used = cells.used
    for name, values, total in cells.totals:
        achieved_total = float(values[used] @ weights)
        before_total = float(values[used] @ base * (weights.sum() / base.sum()))
        rows.append(
            {"variable": name, "level": None, "n": int(used.sum()), "unweighted": before_total, "target": total,
             "achieved": achieved_total}
        )  # fmt: skip
    return pd.DataFrame(rows)


def _margin_row(m: MarginCells, k: int, level: str, before: float, achieved: float) -> dict[str, Any]:
    return {
        "variable": m.variable,
        "level": level,
        "n": int(m.counts[k]),
        "unweighted": float(before),
        "target": float(m.targets[k]),
        "achieved": float(achieved),
    }


def _at_limits(solution: Solution, base: Array, population: float, request: Request) -> NDArray[np.bool_]:
    weights = solution.weights
    at = np.zeros(len(weights), dtype=bool)
    if request.bounded and request.method != "logit":
        scaled = base * (population / base.sum())
        ratio = np.divide(weights, scaled, out=np.ones_like(weights), where=scaled > 0)
        at |= (ratio <= request.bounds[0] * (1 + 1e-9)) | (ratio >= request.bounds[1] * (1 - 1e-9))
    if solution.limits is not None:
        at |= (weights >= solution.limits[1] * (1 - 1e-6)) | (weights <= solution.limits[0])
    return at


def weight_findings(
    table: pd.DataFrame, cells: SampleCells, quality: WeightQuality, n_all: int, request: Request
) -> tuple[Finding, ...]:
    """Say what a reader must know of weights: thin cells, margins not met, cost, bounds, people left out."""
    found = []
    for m in cells.margins:
        thin = [f"{level} ({n})" for level, n in zip(m.levels, m.counts.tolist(), strict=True) if 0 < n < THIN_CELL]
        if thin:
            message = f"Fewer than {THIN_CELL} respondents stand for a level of '{m.variable}': {', '.join(thin)}."
            evidence = {"variable": m.variable, "levels": ", ".join(thin), "minimum": THIN_CELL}
            found.append(Finding("SAMP-102", "warning", m.variable, message, evidence))
    off = (table["achieved"] - table["target"]).abs() / table.groupby("variable")["target"].transform("sum").abs()
    if float(off.max()) > MARGIN_TOLERANCE:
        worst = table.iloc[int(off.to_numpy().argmax())]
        name = f"{worst['variable']}: {worst['level']}"
        message = (
            f"After trimming the margins are not met exactly; the furthest is {name} ({off.max():.2%} of the whole)."
        )
        found.append(Finding("SAMP-103", "warning", name, message, {"off": float(off.max())}))
    found += cost_findings(quality)
    if quality.n < n_all:
        message = f"{n_all - quality.n} respondents have no weight: a margin variable is missing."
        found.append(Finding("SAMP-110", "warning", "weights", message, {"n": n_all - quality.n}))
    return tuple(found)


def cost_findings(quality: WeightQuality) -> tuple[Finding, ...]:
    """Say what weights cost, how many stand at a bound and how many are negative."""
    found = []
    if quality.deff >= LARGE_DEFF:
        message = (
            f"The weights cost much precision: design effect {quality.deff:.2f}, {quality.n} respondents are worth "
            f"{quality.n_effective:.0f}."
        )
        evidence = {"deff": quality.deff, "n": quality.n, "n_effective": quality.n_effective}
        found.append(Finding("SAMP-106", "warning", "weights", message, evidence))
    if quality.share_at_bounds > MANY_AT_BOUNDS:
        message = f"{quality.share_at_bounds:.1%} of the weights stand at a bound."
        found.append(Finding("SAMP-107", "warning", "weights", message, {"share": quality.share_at_bounds}))
    if quality.n_negative:
        message = f"{quality.n_negative} weights are negative: linear calibration without bounds allows it."
        found.append(Finding("SAMP-108", "warning", "weights", message, {"n": quality.n_negative}))
    return tuple(found)
