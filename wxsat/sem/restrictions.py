r"""Linear equality restrictions: :math:`\theta = c + K\alpha`, with alpha the parameters that are really free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.errors import ModelError, UsageError
from wxsat.sem.expressions import Dual, Expression
from wxsat.sem.parameter_table import ParameterTable
from wxsat.sem.reparse import expression_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

LINEAR_TOLERANCE = 1e-10


@dataclass(frozen=True)
class Restrictions:
    """
    Attributes
    ----------
    basis : ndarray, shape (n_free, n_unique)
        K, orthonormal columns.
    offset : ndarray, shape (n_free,)
        c, the point of the restricted set nearest to zero.
    """

    basis: NDArray[np.float64]
    offset: NDArray[np.float64]

    @property
    def n_unique(self) -> int:
        """Number of parameters after the restrictions."""
        return int(self.basis.shape[1])

    def project(self, theta: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the restricted point nearest to `theta`."""
        return np.asarray(self.offset + self.basis @ (self.basis.T @ (theta - self.offset)))

    def covariance(self, information: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the covariance of the free parameters given their (unrestricted) information."""
        inner = self.basis.T @ information @ self.basis
        return np.asarray(self.basis @ np.linalg.inv(inner) @ self.basis.T)


def label_values(table: ParameterTable, theta: NDArray[np.float64]) -> dict[str, Dual]:
    """Return value and gradient of every label and row label of the table's parameters."""
    unit = np.eye(table.n_free)
    values: dict[str, Dual] = {}
    for row in table.parameters:
        dual: Dual
        if row.free:
            dual = float(theta[row.free - 1]), unit[row.free - 1]
        else:
            dual = float(row.ustart or 0.0), np.zeros(table.n_free)
        values[row.plabel] = dual
        if row.label:
            values.setdefault(row.label, dual)
    return values


def linear_restrictions(table: ParameterTable) -> Restrictions:
    """
    Return the table's ``==`` rows as a linear map.

    Raises
    ------
    UsageError
        SEM-034 for inequalities and for restrictions that are not linear.
    ModelError
        SEM-014 when the restrictions contradict each other.
    """
    q = table.n_free
    rows: list[NDArray[np.float64]] = []
    values: list[float] = []
    for constraint in table.constraints:
        text = f"{constraint.lhs} {constraint.op} {constraint.rhs}"
        if constraint.op != "==":
            raise UsageError(
                "SEM-034",
                f"the inequality '{text}' is not available in this version.",
                where=table.name,
                hint="Fit without it and look whether the estimate keeps to it.",
            )
        left, right = expression_of(constraint.lhs), expression_of(constraint.rhs)
        gradient, value = _linear(left, right, table, text)
        rows.append(gradient)
        values.append(value)
    if not rows:
        return Restrictions(np.eye(q), np.zeros(q))
    matrix, target = np.array(rows), np.array(values)
    offset = np.linalg.lstsq(matrix, target, rcond=None)[0]
    if not np.allclose(matrix @ offset, target, atol=1e-9):
        raise ModelError("SEM-014", "the == lines contradict each other.", where=table.name)
    _, singular, vt = np.linalg.svd(matrix)
    rank = int((singular > LINEAR_TOLERANCE * singular[0]).sum()) if singular.size and singular[0] > 0 else 0
    return Restrictions(vt[rank:].T.copy(), offset)


def _linear(left: Expression, right: Expression, table: ParameterTable, text: str) -> tuple[NDArray[np.float64], float]:
    """Return a'theta = b of one line, from its gradient at two points."""
    generator = np.random.default_rng(1)
    first, second = generator.uniform(0.5, 1.5, size=(2, table.n_free))
    found = []
    for point in (first, second):
        known = label_values(table, point)
        for definition in table.definitions:
            known[definition.lhs] = expression_of(definition.rhs).evaluate(known)
        (x, dx), (y, dy) = left.evaluate(known), right.evaluate(known)
        gradient = dx - dy
        found.append((gradient, float(gradient @ point - (x - y))))
    (g1, b1), (g2, b2) = found
    if not (np.allclose(g1, g2, atol=1e-12) and abs(b1 - b2) < 1e-10):
        raise UsageError(
            "SEM-034",
            f"the restriction '{text}' is not linear; only linear ones are available.",
            where=table.name,
        )
    return g1, b1
