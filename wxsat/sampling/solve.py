"""One method, one solution: from cells, base weights and a method's name to weights that meet the margins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from wxsat.errors import EstimationError, UsageError, nearest
from wxsat.sampling.calibration import UNBOUNDED, Bounds, Distance, Solution, calibrate, post_stratify, rake
from wxsat.sampling.cells import SampleCells
from wxsat.sampling.projection import indicator_design

Array = NDArray[np.float64]
Method = Literal["rake", "poststratify", "linear", "logit"]
METHODS = ("rake", "poststratify", "linear", "logit")
TRIM_ROUNDS = 50
TRIM_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Request:
    """
    What weights are asked for, checked.

    Attributes
    ----------
    method : {"rake", "poststratify", "linear", "logit"}
    bounds : (float, float)
        Of the weight over its base weight, after the base weights were brought to the population's size.
    trim : (float, float) or None
        Limits as multiples of the median weight before trimming.
    """

    method: Method = "rake"
    bounds: Bounds = UNBOUNDED
    trim: Bounds | None = None

    @property
    def bounded(self) -> bool:
        """Whether any bound is finite."""
        return bool(np.isfinite(self.bounds).any())


def read_request(method: str, bounds: tuple[float, float] | None, trim: float | tuple[float, float] | None) -> Request:
    """
    Check method, bounds and trimming.

    Raises
    ------
    UsageError
        SAMP-017 unknown method, SAMP-018 bounds or limits that make no sense.
    """
    if method not in METHODS:
        hint = f"Known: {', '.join(METHODS)}.{nearest(method, METHODS)}"
        raise UsageError("SAMP-017", f"there is no weighting method '{method}'.", hint=hint)
    low, high = bounds if bounds is not None else UNBOUNDED
    if not low < 1 < high:
        raise UsageError(
            "SAMP-018", f"bounds are of weight over base weight and enclose 1; got {low:g} to {high:g}.", hint="0.3,3"
        )
    if method == "logit" and not (np.isfinite(low) and np.isfinite(high)):
        raise UsageError("SAMP-018", "logit calibration needs finite bounds.", hint="For example 0.3,3.")
    if method == "poststratify" and bounds is not None:
        raise UsageError("SAMP-018", "post-stratification has no bounds.", hint="Use rake, linear or logit.")
    if trim is None:
        limits = None
    else:
        limits = (0.0, float(trim)) if isinstance(trim, (int, float)) else (float(trim[0]), float(trim[1]))
        if not 0 <= limits[0] < 1 < limits[1]:
            raise UsageError(
                "SAMP-018", f"trimming limits are multiples of the median weight around 1; got {limits}.", hint="5"
            )
    return Request(cast(Method, method), (low, high), limits)


def scaled_targets(cells: SampleCells, population: float) -> list[Array]:
    """Return the targets of every margin as counts of one total."""
    return [m.targets * (population / float(m.targets.sum())) for m in cells.margins]


def auxiliary(cells: SampleCells, population: float) -> tuple[Array, Array]:
    """Return the auxiliary variables X, shape (n_used, p), and their population totals, shape (p,)."""
    used = cells.used
    extra = [values[used] for _, values, _ in cells.totals]
    codes, sizes = [m.codes for m in cells.margins], [len(m.levels) for m in cells.margins]
    totals = [*scaled_targets(cells, population), np.array([total for *_, total in cells.totals])]
    if not codes:
        # The size of the population is known wherever totals are.
        codes, sizes = [np.zeros(int(used.sum()), dtype=np.int64)], [1]
        totals = [np.array([population]), *totals]
    return indicator_design(codes, sizes, extra), np.concatenate(totals)


def solve_weights(cells: SampleCells, base: Array, population: float, request: Request) -> Solution:
    """
    Return weights of the used respondents that meet the margins as `request` asks, trimmed where it says so.

    Parameters
    ----------
    cells : SampleCells
    base : ndarray, shape (n_used,)
        Positive somewhere in every cell.
    population : float
        What the weights sum to.
    request : Request

    Raises
    ------
    UsageError
        SAMP-016 post-stratification with several margins.
    EstimationError
        SAMP-020, SAMP-021.
    """
    solution = _solve(cells, base * (population / float(base.sum())), population, request)
    if request.trim is None:
        return solution
    median = float(np.median(solution.weights))
    limits = (request.trim[0] * median, request.trim[1] * median)
    iterations = solution.iterations
    for _ in range(TRIM_ROUNDS):
        cut = _cut(solution.weights, limits, population)
        if not (np.abs(cut - solution.weights) > TRIM_TOLERANCE * median).any():
            return Solution(solution.weights, iterations, limits)
        solution = _solve(cells, cut, population, request)
        iterations += solution.iterations
    return Solution(_cut(solution.weights, limits, population), iterations, limits)


def _cut(weights: Array, limits: Bounds, population: float) -> Array:
    """Cut weights at the limits and scale those between them so that the sum stays, as far as it can."""
    cut = np.array(weights)
    for _ in range(TRIM_ROUNDS):
        cut = np.clip(cut, *limits)
        free = (cut > limits[0]) & (cut < limits[1])
        excess = population - float(cut.sum())
        if not free.any() or abs(excess) <= TRIM_TOLERANCE * population:
            break
        cut[free] *= 1 + excess / float(cut[free].sum())
    return cut


def _solve(cells: SampleCells, base: Array, population: float, request: Request) -> Solution:
    if request.method == "poststratify":
        if len(cells.margins) != 1 or cells.totals:
            names = ", ".join(f"'{m.variable}'" for m in cells.margins) or "none"
            raise UsageError(
                "SAMP-016",
                f"post-stratification takes one margin, crossed if of several variables; the margins are {names}.",
                hint="Use --method rake, or give the crossed margin ('gender*age').",
            )
        return post_stratify(base, cells.margins[0].codes, scaled_targets(cells, population)[0])
    if request.method == "rake" and not request.bounded and not cells.totals:
        return rake(base, [m.codes for m in cells.margins], scaled_targets(cells, population))
    design, totals = auxiliary(cells, population)
    distance: Distance = "raking" if request.method == "rake" else cast(Distance, request.method)
    try:
        return calibrate(base, design, totals, distance, request.bounds)
    except EstimationError as error:
        raise _with_name(error, cells, base, design, totals, request) from None


def _with_name(
    error: EstimationError, cells: SampleCells, base: Array, design: Array, totals: Array, request: Request
) -> EstimationError:
    """Say which target is hardest to meet: the one that base weights are furthest from, in ratio."""
    names = [f"'{m.variable}', level '{level}'" for m in cells.margins for level in m.levels]
    names = names or ["the size of the population"]
    names += [f"the total of '{name}'" for name, *_ in cells.totals]
    sample = design.T @ base
    with np.errstate(divide="ignore", invalid="ignore"):
        needed = np.where(sample > 0, totals / sample, np.nan)
    worst = int(np.nanargmax(np.abs(np.log(np.where(needed > 0, needed, np.nan)))))
    message = f"{error.message} Furthest from its target is {names[worst]}: it needs a factor of {needed[worst]:.4g}."
    return EstimationError(error.code, message, where=f"method {request.method}", hint=error.hint)
