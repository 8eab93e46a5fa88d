"""Is an ordinal model identified? Degrees of freedom, then the rank of the Jacobian at random points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wxsat.errors import EstimationError
from wxsat.sem.ordinal.columns import SplitColumns
from wxsat.sem.ordinal.implied import ordinal_point
from wxsat.sem.ordinal.layout import OrdinalLayout, lay_out_ordinal
from wxsat.sem.parameter_table import ParameterTable
from wxsat.sem.restrictions import Constraints, Restrictions
from wxsat.sem.start_values import start_values

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

RANK_TOLERANCE = 1e-9
N_POINTS = 3
CLEAR = 1e-5  # smallest pivot of the scaled Gram matrix that needs no second look


def check_ordinal_identification(table: ParameterTable, constraints: Constraints) -> int:
    """
    Return the degrees of freedom of an identified ordinal model.

    Raises
    ------
    EstimationError
        SEM-051 more parameters than statistics, SEM-052 with the parameters that are not identified.
    """
    layouts = [lay_out_ordinal(table, g) for g in range(1, table.n_groups + 1)]
    statistics = sum(layout.n_statistics for layout in layouts)
    df = statistics - constraints.n_unique
    if df < 0:
        raise EstimationError(
            "SEM-051",
            f"the model has {constraints.n_unique} free parameters and the data only {statistics} thresholds, "
            f"correlations and other statistics (df = {df}).",
            where=table.name,
            hint="Fix or tie parameters, or add indicators: a factor by itself needs three.",
        )
    loose = _unidentified(table, constraints, layouts)
    if loose:
        shown = ", ".join(loose[:12]) + (f" and {len(loose) - 12} more" if len(loose) > 12 else "")
        binary = any(cuts == 1 for cuts in table.ordered.values()) and table.n_groups > 1
        hint = (
            "Items of two categories have one threshold: hold loadings and intercepts equal together with it."
            if binary
            else "Fix one of them or tie two; an ordinal item with free intercept and scale needs two equal thresholds."
        )
        raise EstimationError(
            "SEM-052",
            f"the model is not identified: {shown} can change without changing the implied statistics.",
            where=table.name,
            hint=hint,
        )
    return df


def _unidentified(table: ParameterTable, constraints: Constraints, layouts: list[OrdinalLayout]) -> list[str]:
    if constraints.n_unique == 0:
        return []
    generator = np.random.default_rng(20240501)
    touched: set[int] | None = None
    for _ in range(N_POINTS):
        null = _null_space(table, constraints, layouts, generator)
        if null.shape[1] == 0:
            return []
        found = set(np.flatnonzero(np.abs(null).max(axis=1) > 1e-6).tolist())
        touched = found if touched is None else touched & found
    names = [
        f"{row.name} (group {table.group_names[row.group - 1]})" if table.n_groups > 1 else row.name
        for row in table.parameters
        if row.free
    ]
    return [name for k, name in enumerate(names) if k in (touched or ())]


def _null_space(
    table: ParameterTable, constraints: Constraints, layouts: list[OrdinalLayout], generator: np.random.Generator
) -> Array:
    theta = start_values(table, np.eye(len(table.observed_names)))
    theta = theta + generator.uniform(0.05, 0.45, size=len(theta))
    for row in table.parameters:
        if row.op == "~*~" and row.free:
            theta[row.free - 1] = generator.uniform(0.8, 1.2)
        elif row.op == "|" and row.free:
            theta[row.free - 1] = float(row.rhs[1:]) - 2.0 + generator.uniform(-0.3, 0.3)
    theta = constraints.linear.project(theta)
    restrictions = constraints.tangent(theta, constraints.equalities)
    rows = [ordinal_point(layout, theta).jacobian for layout in layouts]
    if all(np.isfinite(block).all() for block in rows) and _clearly_full(rows, restrictions):
        return np.zeros((len(theta), 0))
    jacobian = np.vstack(rows) @ restrictions.basis
    norms = np.linalg.norm(jacobian, axis=0)
    norms[norms == 0] = 1.0
    wide = jacobian.shape[0] < jacobian.shape[1]
    _, singular, vt = np.linalg.svd(jacobian / norms, full_matrices=wide)
    rank = int((singular > RANK_TOLERANCE * singular[0]).sum()) if singular[0] > 0 else 0
    return np.asarray(restrictions.basis @ (vt[rank:].T / norms[:, None]))


def _clearly_full(rows: list[Array], restrictions: Restrictions) -> bool:
    """Whether the Gram matrix alone shows full rank: a quick look that spares the singular values."""
    gram = restrictions.reduce_matrix(np.asarray(sum(SplitColumns.of(block).gram() for block in rows)))
    scale = np.sqrt(np.diag(gram))
    if not np.all(scale > 0):
        return False
    try:
        return bool(np.diag(np.linalg.cholesky(gram / np.outer(scale, scale))).min() > CLEAR)
    except np.linalg.LinAlgError:
        return False
