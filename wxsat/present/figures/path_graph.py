"""A fitted model as a graph: variables, arrows with their standardised coefficients, composites of equal weight.

Nothing here has words of a language or a place on paper; the diagram, DOT and Mermaid are all written from it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from wxsat.errors import UsageError

if TYPE_CHECKING:
    from wxsat.sem.result import SemResult

ALPHA = 0.05
SMALL_MODEL_LATENTS, SMALL_MODEL_INDICATORS = 4, 14

NodeKind = Literal["latent", "observed", "indicator"]
ArrowKind = Literal["path", "loading", "covariance", "residual"]


@dataclass(frozen=True)
class Variable:
    """One variable; `r2` is NaN for an exogenous one, `of` names the latent that an indicator belongs to."""

    name: str
    kind: NodeKind
    r2: float = math.nan
    of: str = ""


@dataclass(frozen=True)
class Arrow:
    """
    One parameter.

    Attributes
    ----------
    kind : {"path", "loading", "covariance", "residual"}
        ``loading`` from a latent to what it is measured by; ``residual`` is a covariance of endogenous variables.
    value : float
        What is printed: standardised (std_all) unless asked otherwise.
    p_value : float
        NaN for a fixed parameter.
    label : str
        The model's label; equal labels mean equal unstandardised coefficients.
    size : float
        Standardised, for the width of the line, whatever is printed.
    lower, upper : float
        95 % interval of `value`; NaN where none was asked for or is known.
    """

    kind: ArrowKind
    source: str
    target: str
    value: float
    p_value: float
    label: str = ""
    size: float = math.nan
    lower: float = math.nan
    upper: float = math.nan

    @property
    def strength(self) -> float:
        """The absolute standardised coefficient, or the absolute value where it is unknown."""
        return abs(self.size) if math.isfinite(self.size) else abs(self.value)

    @property
    def doubtful(self) -> bool:
        """Whether p is .05 or more."""
        return self.p_value >= ALPHA


@dataclass(frozen=True)
class PathGraph:
    """
    The graph of a fitted model.

    Attributes
    ----------
    variables : tuple of Variable
        Structural variables in the model's order, then indicators.
    arrows : tuple of Arrow
    composites : mapping of str to tuple of str
        Sets of variables whose coefficients on every common target carry one label; keyed by a name with ``+``.
    indicator_covariances : tuple of Arrow
        Residual covariances that involve an indicator.
    """

    variables: tuple[Variable, ...]
    arrows: tuple[Arrow, ...]
    composites: Mapping[str, tuple[str, ...]]
    indicator_covariances: tuple[Arrow, ...]

    @property
    def structural(self) -> tuple[Variable, ...]:
        """The variables that are not mere indicators."""
        return tuple(v for v in self.variables if v.kind != "indicator")

    @property
    def indicators(self) -> tuple[Variable, ...]:
        """The observed variables that only measure."""
        return tuple(v for v in self.variables if v.kind == "indicator")

    def of_kind(self, *kinds: ArrowKind) -> tuple[Arrow, ...]:
        """Return the arrows of some kinds."""
        return tuple(arrow for arrow in self.arrows if arrow.kind in kinds)

    @property
    def is_measurement_model(self) -> bool:
        """Whether there is no regression."""
        return not self.of_kind("path")

    @property
    def shows_indicators(self) -> bool:
        """Whether the indicators are few enough to be drawn, or are all there is."""
        latents = sum(v.kind == "latent" for v in self.variables)
        small = latents <= SMALL_MODEL_LATENTS and len(self.indicators) <= SMALL_MODEL_INDICATORS
        return bool(self.indicators) and (small or self.is_measurement_model)

    def measured_by(self, latent: str) -> tuple[Arrow, ...]:
        """Return the loadings of a latent on its indicators, in the model's order."""
        only_measure = {v.name for v in self.indicators}
        return tuple(a for a in self.arrows if a.kind == "loading" and a.source == latent and a.target in only_measure)


def read_path_graph(
    result: SemResult, *, group: int = 1, standardised: bool = True, intervals: bool = False
) -> PathGraph:
    """
    Return the graph of a fitted model in one group.

    Parameters
    ----------
    result : SemResult
    group : int
        Counted from 1.
    standardised : bool
        std_all, or the estimates as they are.
    intervals : bool
        Give every arrow its 95 % interval: the delta method's of a standardised value.

    Examples
    --------
    >>> [v.name for v in read_path_graph(fit).structural]
    ['PU', 'EOU', 'SAT', 'CI']
    """
    rows = _rows(result, group, standardised, intervals)
    latent = tuple(result.latent_names)
    regressed = [row for row in rows if row["op"] == "~"]
    measured = [row for row in rows if row["op"] == "=~"]
    structural = dict.fromkeys([*latent, *(str(row[side]) for row in regressed for side in ("lhs", "rhs"))])
    arrows = [_arrow(row, "loading", str(row["lhs"]), str(row["rhs"])) for row in measured]
    arrows += [_arrow(row, "path", str(row["rhs"]), str(row["lhs"])) for row in regressed]
    inner = {a.target for a in arrows if a.target in structural}
    owner: dict[str, str] = {}
    for arrow in arrows:
        if arrow.target not in structural:
            owner.setdefault(arrow.target, arrow.source)
    between, of_indicators = _covariance_arrows(rows, structural, inner)
    r2 = _r2(result, group)
    explained = {name: r2.get(name, math.nan) if name in inner else math.nan for name in structural}
    variables = [Variable(name, "latent" if name in latent else "observed", r) for name, r in explained.items()]
    variables += [Variable(name, "indicator", r2.get(name, math.nan), of) for name, of in owner.items()]
    paths = [a for a in arrows if a.kind == "path"]
    return PathGraph(tuple(variables), (*arrows, *between), find_composites(paths), of_indicators)


def _covariance_arrows(
    rows: Sequence[Mapping[str, Any]], structural: Collection[str], inner: set[str]
) -> tuple[tuple[Arrow, ...], tuple[Arrow, ...]]:
    """Return the covariances of structural variables (residual where one is explained) and those of indicators."""
    between, of_indicators = [], []
    for row in rows:
        a, b = str(row["lhs"]), str(row["rhs"])
        if row["op"] != "~~" or a == b or _is_zero(row):
            continue
        if a in structural and b in structural:
            between.append(_arrow(row, "residual" if inner & {a, b} else "covariance", a, b))
        else:
            of_indicators.append(_arrow(row, "residual", a, b))
    return tuple(between), tuple(of_indicators)


def _rows(result: SemResult, group: int, standardised: bool, intervals: bool) -> list[dict[str, Any]]:
    """Return the arrows' rows, each with what is to be printed as ``shown``, ``lower``, ``upper``."""
    records = [{str(k): v for k, v in row.items()} for row in result.parameters.to_dict("records")]
    rows = [row for row in records if row["op"] in ("=~", "~", "~~") and row["group"] == group]
    bounds: dict[tuple[str, str, str], tuple[float, float]] = {}
    if intervals:
        source = result.standardized() if standardised else result.parameters
        bounds = {
            (str(b["lhs"]), str(b["op"]), str(b["rhs"])): (float(b["ci_lower"]), float(b["ci_upper"]))
            for b in source[source["group"] == group].to_dict("records")
        }
    for row in rows:
        row["shown"] = row["std_all" if standardised else "estimate"]
        row["lower"], row["upper"] = bounds.get((row["lhs"], row["op"], row["rhs"]), (math.nan, math.nan))
    return rows


def _arrow(row: Mapping[str, Any], kind: ArrowKind, source: str, target: str) -> Arrow:
    return Arrow(
        kind, source, target, float(row["shown"]), float(row["p_value"]), str(row["label"] or ""),
        float(row["std_all"]), float(row["lower"]), float(row["upper"]),
    )  # fmt: skip


def _is_zero(row: Mapping[str, Any]) -> bool:
    return not row["free"] and float(row["estimate"]) == 0


def _r2(result: SemResult, group: int) -> dict[str, float]:
    rows = result.r2.to_dict("records")
    return {str(row["variable"]): float(row["value"]) for row in rows if row["group"] == group}


def group_numbers(result: SemResult) -> dict[int, str]:
    """
    Return the numbers and names of a fit's groups (levels, of a two-level model); one without a name otherwise.

    Examples
    --------
    >>> group_numbers(fit)
    {1: ''}
    """
    return {i: str(group.name or "") for i, group in enumerate(result.groups, start=1)} or {1: ""}


def find_group(groups: Mapping[int, str], asked: int | str | None) -> int:
    """
    Return the number of a group asked for by number or by name; the first one for None.

    Raises
    ------
    UsageError
        ``OUT-043`` when there is none.
    """
    if asked is None:
        return next(iter(groups))
    for number, name in groups.items():
        if asked == number or (str(asked) == name and name) or str(asked) == str(number):
            return number
    known = ", ".join(f"{number} ({name})" if name else str(number) for number, name in groups.items())
    raise UsageError("OUT-043", f"the fit has no group '{asked}'.", hint=f"It has: {known}.")


def find_composites(paths: Sequence[Arrow]) -> dict[str, tuple[str, ...]]:
    """
    Return the sets of sources that act as one: wherever they share a target, their paths carry one label.

    A set that overlaps another without being equal to it is no composite.
    """
    sets: dict[tuple[str, ...], None] = {}
    shared: dict[tuple[str, str], list[str]] = {}
    for path in paths:
        if path.label:
            shared.setdefault((path.target, path.label), []).append(path.source)
    for sources in shared.values():
        if len(sources) > 1:
            sets.setdefault(tuple(sorted(sources)), None)
    order = list(dict.fromkeys(p.source for p in paths))
    apart = [s for s in sets if not any(set(s) & set(other) for other in sets if other != s)]
    return {"+".join(sorted(s, key=order.index)): tuple(sorted(s, key=order.index)) for s in apart}
