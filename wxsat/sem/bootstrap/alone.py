"""A draw by itself: the ordinary search, for what the batch could not finish and for models it does not cover."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.bootstrap.batched_newton import log_determinants
from wxsat.sem.bootstrap.draws import DrawnMoments
from wxsat.sem.constrained import search_constrained
from wxsat.sem.discrepancy.objectives import MaximumLikelihood
from wxsat.sem.matrices import lay_out
from wxsat.sem.moments import Moments
from wxsat.sem.parameter_table import ParameterTable
from wxsat.sem.restrictions import Constraints
from wxsat.sem.scoring import search
from wxsat.sem.start_values import good_starts, start_values

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wxsat.sem.scoring import Optimum


def fit_alone(
    table: ParameterTable,
    constraints: Constraints,
    sample: Sequence[Moments],
    drawn: Sequence[DrawnMoments],
    number: int,
    theta: NDArray[np.float64],
) -> Optimum | None:
    """
    Fit draw `number` of a block by itself; None when it does not converge from any start.

    The starts are the model's own starting values, simple ones, and last the full-sample solution `theta`.
    """
    own = [
        replace(m, covariance=d.covariance[number], mean=d.mean[number], values=None)
        for m, d in zip(sample, drawn, strict=True)
    ]
    if any(np.isnan(log_determinants(m.covariance[None])[0]) for m in own):
        # Too few distinct rows: such data are refused whenever they come.
        return None
    sizes = np.array([d.size[number] for d in drawn])
    try:
        cells = [lay_out(table, m.covariance, m.mean, group=g) for g, m in enumerate(own, start=1)]
        objective = MaximumLikelihood(cells, [m.covariance for m in own], [m.mean for m in own], sizes / sizes.sum())
        for start in (good_starts(table, own), start_values(table, own[0].covariance), theta):
            if constraints.only_linear:
                found = search(objective, constraints.linear, start)
            else:
                found = search_constrained(objective, constraints, start)
            if found.converged and np.isfinite(found.theta).all() and np.isfinite(found.value):
                return found
    except np.linalg.LinAlgError:
        # A draw that lost a whole variable, or that leaves a covariance matrix singular, has no estimate.
        return None
    return None
