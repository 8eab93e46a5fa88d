r"""Is the model identified? Before fitting: degrees of freedom, then the rank of the Jacobian at random points.

A parameter that a direction of the null space of :math:`\partial vech(\Sigma)/\partial\theta` touches can move without
moving :math:`\Sigma`: it is not identified, whatever the data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wxsat.errors import EstimationError
from wxsat.sem.implied import implied_jacobian, implied_moments
from wxsat.sem.matrices import lay_out
from wxsat.sem.parameter_table import ParameterTable
from wxsat.sem.restrictions import Restrictions, linear_restrictions
from wxsat.sem.start_values import start_values

if TYPE_CHECKING:
    from numpy.typing import NDArray

RANK_TOLERANCE = 1e-9
N_POINTS = 3


def degrees_of_freedom(table: ParameterTable, n_unique: int) -> int:
    """Return observed moments minus free parameters; moments among covariates do not count."""
    p, x = len(table.observed_names), len(table.covariates)
    return p * (p + 1) // 2 - x * (x + 1) // 2 - n_unique


def check_identification(table: ParameterTable) -> int:
    """
    Return the degrees of freedom of an identified model.

    Raises
    ------
    EstimationError
        SEM-051 when there are more parameters than moments, SEM-052 with the parameters that are not identified.
    """
    restrictions = linear_restrictions(table)
    df = degrees_of_freedom(table, restrictions.n_unique)
    if df < 0:
        moments = df + restrictions.n_unique
        raise EstimationError(
            "SEM-051",
            f"the model has {restrictions.n_unique} free parameters and the data only {moments} moments (df = {df}).",
            where=table.name,
            hint="Fix or tie parameters, or add indicators: a factor by itself needs three.",
        )
    loose = unidentified_parameters(table, restrictions)
    if loose:
        shown = ", ".join(loose[:12]) + (f" and {len(loose) - 12} more" if len(loose) > 12 else "")
        raise EstimationError(
            "SEM-052",
            f"the model is not identified: {shown} can change without changing the implied covariances.",
            where=table.name,
            hint="Fix one of them, tie two, or add indicators; every latent needs a scale and enough indicators.",
        )
    return df


def unidentified_parameters(table: ParameterTable, restrictions: Restrictions) -> list[str]:
    """Return the names of the free parameters that no data could tell apart; empty when the model is identified."""
    if restrictions.n_unique == 0:
        return []
    generator = np.random.default_rng(20240501)
    touched: set[int] | None = None
    for _ in range(N_POINTS):
        null = _null_space(table, restrictions, generator)
        if null.shape[1] == 0:
            return []
        found = set(np.flatnonzero(np.abs(null).max(axis=1) > 1e-6).tolist())
        touched = found if touched is None else touched & found
    names = {row.free - 1: row.name for row in table.parameters if row.free}
    return [names[k] for k in sorted(touched or ())]


def _null_space(
    table: ParameterTable, restrictions: Restrictions, generator: np.random.Generator
) -> NDArray[np.float64]:
    """Return directions of theta that leave the implied covariances alone, shape (n_free, nullity)."""
    p = len(table.observed_names)
    scale = generator.uniform(0.5, 1.5, size=(p, p + 3))
    cells = lay_out(table, scale @ scale.T / p)
    theta = start_values(table, np.eye(p))
    theta = restrictions.project(theta + generator.uniform(0.05, 0.45, size=len(theta)))
    jacobian = implied_jacobian(implied_moments(cells, theta)) @ restrictions.basis
    norms = np.linalg.norm(jacobian, axis=0)
    norms[norms == 0] = 1.0
    # The Gram matrix would square the condition number; the singular values of the scaled Jacobian do not.
    _, singular, vt = np.linalg.svd(jacobian / norms, full_matrices=True)
    rank = int((singular > RANK_TOLERANCE * singular[0]).sum()) if singular[0] > 0 else 0
    return np.asarray(restrictions.basis @ (vt[rank:].T / norms[:, None]))
