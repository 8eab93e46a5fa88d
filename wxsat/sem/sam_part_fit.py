"""One part of a model fitted by itself by maximum likelihood, for structural after measurement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from wxsat.errors import EstimationError
from wxsat.sem.discrepancy.ml import ml_information
from wxsat.sem.engines.engine import Task
from wxsat.sem.engines.native import NativeEngine
from wxsat.sem.implied import implied_groups
from wxsat.sem.matrices import lay_out_groups
from wxsat.sem.moments import Sample
from wxsat.sem.parameter_table import ParameterTable
from wxsat.sem.restrictions import table_constraints
from wxsat.sem.robust.hessian import group_shares
from wxsat.sem.sam_parts import Part

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(frozen=True)
class FittedPart:
    """A part at its optimum: estimates, their covariance, chi-square and degrees of freedom."""

    part: Part
    theta: Array
    vcov: Array
    chisq: float
    df: int


def estimate_part(part: Part, sample: Sample, where: str) -> FittedPart:
    """Fit a part to its own variables; SEM-052 when it is not identified by itself, SEM-053 when it does not settle."""
    own = sample_of(sample, part.table.observed_names)
    constraints = table_constraints(part.table)
    p = len(own.names)
    df = len(own) * p * (p + 1) // 2 - constraints.n_unique
    cells = lay_out_groups(part.table, own)
    found = NativeEngine().estimate(Task(part.table, cells, constraints, own))
    if df < 0:
        raise EstimationError(
            "SEM-052", f"the {where} is not identified by itself (df = {df}).", where=part.table.name,
            hint="Measure it together with another latent: blocks=[[...], ...].",
        )  # fmt: skip
    if not found.converged:
        raise EstimationError("SEM-053", f"the {where} did not converge: {found.reason}.", where=part.table.name)
    size = float(sum(m.weight_sum for m in own))
    vcov = constraints.linear.covariance(information_at(part.table, own, found.theta)) / size
    return FittedPart(part, found.theta, vcov, size * max(found.value, 0.0), df)


def sample_of(sample: Sample, names: Sequence[str]) -> Sample:
    """Return the moments of some variables, in the order of their names."""
    at = [sample.names.index(name) for name in names]
    return Sample(
        replace(m, names=tuple(names), covariance=m.covariance[np.ix_(at, at)], mean=m.mean[at], values=None)
        for m in sample
    )


def information_at(table: ParameterTable, sample: Sample, theta: Array) -> Array:
    """Return the expected information of one row."""
    at = implied_groups(lay_out_groups(table, sample), theta)
    return np.asarray(sum(s * ml_information(x) for s, x in zip(group_shares(sample), at, strict=True)))
