r"""Is the model identified? Before fitting: degrees of freedom, then the rank of the Jacobian at random points.

A parameter that a direction of the null space of :math:`\partial vech(\Sigma)/\partial\theta` touches can move without
moving :math:`\Sigma`: it is not identified, whatever the data.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from wxsat.errors import EstimationError
from wxsat.sem.discrepancy.ml import normal_information
from wxsat.sem.implied import Implied, implied_moments, moments_jacobian
from wxsat.sem.matrices import Cells, lay_out
from wxsat.sem.ordinal.identification import check_ordinal_identification
from wxsat.sem.parameter_table import ParameterTable
from wxsat.sem.restrictions import Constraints, Restrictions
from wxsat.sem.start_values import start_values

if TYPE_CHECKING:
    from numpy.typing import NDArray

RANK_TOLERANCE = 1e-9
N_POINTS = 3
CLEAR = 1e-5  # smallest pivot of the scaled Gram matrix that needs no second look


def degrees_of_freedom(table: ParameterTable, n_unique: int) -> int:
    """Return observed moments minus free parameters; moments among covariates do not count."""
    p, x = len(table.observed_names), len(table.covariates)
    moments = p * (p + 1) // 2 - x * (x + 1) // 2 + (p - x if table.has_mean_structure else 0)
    return table.n_groups * moments - n_unique


def check_identification(table: ParameterTable, constraints: Constraints) -> int:
    """
    Return the degrees of freedom of an identified model (of a two-level model they are counted elsewhere).

    Raises
    ------
    EstimationError
        SEM-051 when there are more parameters than moments, SEM-052 with the parameters that are not identified.
    """
    if table.ordered:
        return check_ordinal_identification(table, constraints)
    df = degrees_of_freedom(table, constraints.n_unique)
    if df < 0 and table.n_levels == 1:
        moments = df + constraints.n_unique
        raise EstimationError(
            "SEM-051",
            f"the model has {constraints.n_unique} free parameters and the data only {moments} moments (df = {df}).",
            where=table.name,
            hint="Fix or tie parameters, or add indicators: a factor by itself needs three.",
        )
    loose = unidentified_parameters(table, constraints)
    if loose:
        shown = ", ".join(loose[:12]) + (f" and {len(loose) - 12} more" if len(loose) > 12 else "")
        raise EstimationError(
            "SEM-052",
            f"the model is not identified: {shown} can change without changing the implied covariances.",
            where=table.name,
            hint="Fix one of them, tie two, or add indicators; every latent needs a scale and enough indicators.",
        )
    return df


def unidentified_parameters(table: ParameterTable, constraints: Constraints) -> list[str]:
    """Return the names of the free parameters that no data could tell apart; empty when the model is identified."""
    if constraints.n_unique == 0:
        return []
    generator = np.random.default_rng(20240501)
    touched: set[int] | None = None
    for _ in range(N_POINTS):
        try:
            null = _null_space(table, constraints, generator)
        except np.linalg.LinAlgError:
            raise EstimationError(
                "SEM-052",
                "the model runs in a circle whose values multiply to one: it implies no covariances.",
                where=table.name,
                hint="A factor cannot measure what measures it; break the circle, or free one of its values.",
            ) from None
        if null.shape[1] == 0:
            return []
        found = set(np.flatnonzero(np.abs(null).max(axis=1) > 1e-6).tolist())
        touched = found if touched is None else touched & found
    return [name for k, name in enumerate(_free_names(table)) if k in (touched or ())]


def _free_names(table: ParameterTable) -> list[str]:
    several = table.n_groups > 1
    free = [row for row in table.parameters if row.free]
    if table.n_levels > 1:
        return [f"{row.name} (level {row.level})" for row in free]
    return [f"{row.name} (group {table.group_names[row.group - 1]})" if several else row.name for row in free]


def _null_space(table: ParameterTable, constraints: Constraints, generator: np.random.Generator) -> NDArray[np.float64]:
    """Return directions of theta that leave the implied moments alone, shape (n_free, nullity)."""
    p = len(table.observed_names)
    theta = start_values(table, np.eye(p))
    theta = constraints.linear.project(theta + generator.uniform(0.05, 0.45, size=len(theta)))
    restrictions = constraints.tangent(theta, constraints.equalities)
    if table.n_levels > 1:
        levels = [table.at_level(level) for level in range(1, table.n_levels + 1)]
        implied = [implied_moments(_random_layout(level, 1, generator), theta) for level in levels]
    else:
        implied = [implied_moments(_random_layout(table, g, generator), theta) for g in range(1, table.n_groups + 1)]
    if _clearly_full(implied, restrictions):
        return np.zeros((len(theta), 0))
    jacobian = np.vstack([moments_jacobian(at) for at in implied]) @ restrictions.basis
    norms = np.linalg.norm(jacobian, axis=0)
    norms[norms == 0] = 1.0
    # The Gram matrix would square the condition number; the singular values of the scaled Jacobian do not.
    wide = jacobian.shape[0] < jacobian.shape[1]
    _, singular, vt = np.linalg.svd(jacobian / norms, full_matrices=wide)
    rank = int((singular > RANK_TOLERANCE * singular[0]).sum()) if singular[0] > 0 else 0
    return np.asarray(restrictions.basis @ (vt[rank:].T / norms[:, None]))


def _random_layout(table: ParameterTable, group: int, generator: np.random.Generator) -> Cells:
    p = len(table.observed_names)
    scale = generator.uniform(0.5, 1.5, size=(p, p + 3))
    return lay_out(table, scale @ scale.T / p, generator.uniform(0.5, 1.5, size=p), group=group)


def _clearly_full(implied: Sequence[Implied], restrictions: Restrictions) -> bool:
    """Whether the Gram matrix alone shows full rank: a quick look that spares the singular values."""
    gram = restrictions.reduce_matrix(np.asarray(sum(normal_information(at, np.eye(len(at.sigma))) for at in implied)))
    scale = np.sqrt(np.diag(gram))
    if not np.all(scale > 0):
        return False
    try:
        return bool(np.diag(np.linalg.cholesky(gram / np.multiply.outer(scale, scale))).min() > CLEAR)
    except np.linalg.LinAlgError:
        return False
