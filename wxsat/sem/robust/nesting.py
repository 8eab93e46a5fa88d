r"""Is one model nested in another? Fit the larger one to what the smaller one implies (Bentler and Satorra 2010).

If every pair of implied moments of the restricted model is within reach of the free one, the free one reproduces them
exactly, whatever the data: the NET procedure. Equal degrees of freedom would make the two equivalent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from wxsat.sem.engines.engine import Task
from wxsat.sem.engines.native import NativeEngine
from wxsat.sem.implied import Implied
from wxsat.sem.matrices import lay_out_groups
from wxsat.sem.moments import Moments, Sample
from wxsat.sem.parameter_table import ParameterTable
from wxsat.sem.restrictions import table_constraints

# Of the discrepancy that is left: far above rounding, far below what a chi-square of any sample would show.
NESTED = 1e-6


def nesting_gap(free: ParameterTable, restricted: Sequence[Implied], sample: Sequence[Moments]) -> float:
    """
    Return the ML discrepancy of a model from the moments that another one implies; 0 when that one is nested in it.

    Parameters
    ----------
    free : ParameterTable
        The model with fewer degrees of freedom.
    restricted : sequence of Implied
        The other one's implied moments, one a group.
    sample : sequence of Moments
        For names, sizes and the means of models without mean structure.
    """
    moments = []
    for at, group in zip(restricted, sample, strict=True):
        names = at.cells.names[: at.cells.n_observed]
        order = [names.index(name) for name in free.observed_names]
        mean = at.mu[order] if at.has_means else group.mean[[group.names.index(n) for n in free.observed_names]]
        covariance = at.sigma[order][:, order]
        moments.append(
            replace(group, names=free.observed_names, covariance=covariance, mean=mean, values=None, weights=None)
        )
    implied = Sample(moments)
    cells = lay_out_groups(free, implied)
    found = NativeEngine().estimate(Task(free, cells, table_constraints(free), implied))
    return max(found.value, 0.0)
