"""Bootstrap of composite models: draws as row counts, all of them estimated at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from wxsat.errors import EstimationError, UsageError, nearest
from wxsat.numerics.covariance import standardise_columns
from wxsat.numerics.resampling import DRAWS_AT_ONCE, bootstrap_counts, weighted_correlations
from wxsat.numerics.seeds import check_seed
from wxsat.pls.estimates import Estimates, estimate
from wxsat.pls.plan import Plan
from wxsat.pls.products import add_products
from wxsat.sem.bootstrap.intervals import bootstrap_intervals, jackknife_acceleration

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

SignChange = Literal["none", "construct"]
SIGN_CHANGES: tuple[str, ...] = get_args(SignChange)
IntervalKind = Literal["percentile", "bca"]
KINDS: tuple[str, ...] = get_args(IntervalKind)
LEAST_DRAWS = 20


@dataclass(frozen=True)
class Bootstrap:
    """
    What resampling gave.

    Attributes
    ----------
    draws : dict of str to ndarray, shape (n_used, ...)
        ``paths``, ``total``, ``r2``, ``outer_weights``, ``outer_loadings``.
    errors, lower, upper : dict of str to ndarray
        Standard errors (divisor draws - 1) and ends of the intervals.
    requested, used, turned : int
        Draws asked for; with a solution; in which a composite points against the full sample's.
    """

    draws: dict[str, Array]
    errors: dict[str, Array]
    lower: dict[str, Array]
    upper: dict[str, Array]
    requested: int
    used: int
    turned: int


QUANTITIES = ("paths", "total", "r2", "outer_weights", "outer_loadings")


def check_bootstrap(draws: int, sign_change: str, kind: str, level: float, seed: int) -> None:
    """Refuse options that make no sense: UsageError PLS-023."""
    check_seed(seed, "PLS-023")
    if draws < 0 or 0 < draws < LEAST_DRAWS:
        raise UsageError("PLS-023", f"{draws} draws; 0 (none) or at least {LEAST_DRAWS} were expected.", where="draws")
    for value, known, where in ((sign_change, SIGN_CHANGES, "sign_change"), (kind, KINDS, "kind")):
        if value not in known:
            raise UsageError(
                "PLS-023", f"unknown {where} {value!r}. Known: {', '.join(known)}.{nearest(value, known)}", where=where
            )
    if not 0 < level < 1:
        raise UsageError(
            "PLS-023",
            f"a level of {level:g}; a share between 0 and 1 was expected.",
            where="level",
            hint="95 % is 0.95.",
        )


def bootstrap_pls(
    plan: Plan,
    values: Array,
    full: Estimates,
    *,
    draws: int,
    seed: int,
    sign_change: str = "none",
    kind: str = "percentile",
    level: float = 0.95,
) -> Bootstrap:
    """
    Resample rows and estimate again.

    Parameters
    ----------
    plan : Plan
    values : ndarray, shape (n_rows, n_columns)
    full : Estimates
        Of the full sample.
    draws, seed : int
    sign_change : {"none", "construct"}
        none: every draw is oriented by the rule of the estimate (most loadings positive). construct: a composite
        that correlates negatively with the full sample's weights applied to the draw is turned.
    kind : {"percentile", "bca"}
    level : float

    Raises
    ------
    EstimationError
        PLS-031 when less than half of the draws have a solution.
    """
    generator = np.random.default_rng(seed)
    sizes = [min(DRAWS_AT_ONCE, draws - start) for start in range(0, draws, DRAWS_AT_ONCE)]
    counts = (bootstrap_counts(generator, size, len(values)) for size in sizes)
    return summarise_draws(plan, values, full, counts, sign_change=sign_change, kind=kind, level=level)


def summarise_draws(
    plan: Plan,
    values: Array,
    full: Estimates,
    counts: Iterable[Array],
    *,
    sign_change: str = "none",
    kind: str = "percentile",
    level: float = 0.95,
) -> Bootstrap:
    """Estimate under row counts, blocks of shape (n, n_rows), and return errors and intervals; PLS-031 as above."""
    filled = standardise_columns(values)
    found = [_under(plan, values, filled, block, full, sign_change) for block in counts]
    parts = {name: np.concatenate([block[0][name] for block in found]) for name in QUANTITIES}
    used = np.concatenate([block[1] for block in found])
    turned, draws = sum(block[2] for block in found), len(used)
    if used.sum() < max(draws / 2, 2):
        raise EstimationError(
            "PLS-031",
            f"{int(used.sum())} of {draws} bootstrap draws have a solution.",
            where="bootstrap",
            hint="Look for collinear formative items, constant answers or a very small sample.",
        )
    kept = {name: part[used] for name, part in parts.items()}
    acceleration = _accelerations(plan, values, filled, full, sign_change) if kind == "bca" else {}
    errors, lower, upper = {}, {}, {}
    for name, part in kept.items():
        estimate_of = getattr(full, name)[0]
        flat = part.reshape(len(part), -1)
        ends = bootstrap_intervals(flat, estimate_of.ravel(), kind, level, acceleration.get(name))
        with np.errstate(invalid="ignore"):
            errors[name] = np.where(np.ptp(flat, axis=0) > 0, flat.std(axis=0, ddof=1), np.nan).reshape(
                estimate_of.shape
            )
        lower[name], upper[name] = (ends[:, k].reshape(estimate_of.shape) for k in (0, 1))
    return Bootstrap(kept, errors, lower, upper, draws, int(used.sum()), turned)


def _under(
    plan: Plan, values: Array, filled: Array, counts: Array, full: Estimates, sign_change: str
) -> tuple[dict[str, Array], NDArray[np.bool_], int]:
    found, turned = estimate_counts(plan, values, filled, counts, full, sign_change)
    return {name: getattr(found, name) for name in QUANTITIES}, found.converged, turned


def estimate_counts(
    plan: Plan, values: Array, filled: Array, counts: Array, full: Estimates | None = None, sign_change: str = "none"
) -> tuple[Estimates, int]:
    """Return the estimates under row counts, shape (n, n_rows), and in how many a composite was against `full`'s."""
    correlation = weighted_correlations(filled, np.zeros(filled.shape, dtype=bool), counts)
    found = estimate(plan, correlation)
    turned = 0
    if full is not None:
        mine, theirs = found.column_weights, full.column_weights[0]
        together = np.einsum("dpj,dpq,qj->dj", mine, correlation, theirs, optimize=True)
        against = (together < 0) & found.converged[:, None]
        turned = int(against.any(axis=1).sum())
        if sign_change == "construct" and turned:
            found = turn(plan, found, np.where(against, -1.0, 1.0))
    return add_products(plan, found, values, counts), turned


def turn(plan: Plan, found: Estimates, sign: Array) -> Estimates:
    """Turn composites: `sign` has shape (n, constructs). First-stage weights stay as they are."""
    across = sign[:, :, None] * sign[:, None, :]
    lengths = [len(block.items) for block in plan.final.blocks]
    rows = np.ones_like(found.outer_weights)
    rows[:, : sum(lengths)] = np.repeat(sign, lengths, axis=1)
    return replace(
        found,
        paths=found.paths * across,
        total=found.total * across,
        moments=found.moments * across,
        outer_weights=found.outer_weights * rows,
        outer_loadings=found.outer_loadings * rows,
        column_weights=found.column_weights * sign[:, None, :],
    )


def _accelerations(plan: Plan, values: Array, filled: Array, full: Estimates, sign_change: str) -> dict[str, Array]:
    n = len(values)
    found = []
    for start in range(0, n, DRAWS_AT_ONCE):
        rows = np.arange(start, min(start + DRAWS_AT_ONCE, n))
        counts = np.ones((len(rows), n))
        counts[np.arange(len(rows)), rows] = 0.0
        found.append(_under(plan, values, filled, counts, full, sign_change)[0])
    joined = {
        name: np.concatenate([block[name].reshape(len(block[name]), -1) for block in found]) for name in QUANTITIES
    }
    # A quantity that no sample has (R2 of an exogenous construct) has no acceleration.
    return {
        name: jackknife_acceleration(np.where(np.isnan(part).all(axis=0), 0.0, part)) for name, part in joined.items()
    }
