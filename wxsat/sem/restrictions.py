r"""Restrictions among parameters: ``==`` (linear and not), ``<``, ``>`` and bounds, as functions of theta.

Linear equalities become :math:`\theta = c + K\alpha`, with alpha the parameters that are really free; everything else
is a condition with value and gradient, linearised where it is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.errors import ModelError
from wxsat.sem.expressions import Dual
from wxsat.sem.parameter import Parameter
from wxsat.sem.parameter_table import ParameterTable
from wxsat.sem.reparse import expression_of
from wxsat.sem.robust.inverse import definite_inverse

if TYPE_CHECKING:
    from numpy.typing import NDArray

LINEAR_TOLERANCE = 1e-10
INFLATED = 1e10  # variance inflation beyond which an information is as good as singular


@dataclass(frozen=True)
class Restrictions:
    """
    Attributes
    ----------
    basis : ndarray, shape (n_free, n_unique)
        K, orthonormal columns.
    offset : ndarray, shape (n_free,)
        c, the point of the restricted set nearest to zero.
    trivial : bool
        Whether nothing is restricted (K is the identity).
    """

    basis: NDArray[np.float64]
    offset: NDArray[np.float64]
    trivial: bool = False

    @property
    def n_unique(self) -> int:
        """Number of parameters after the restrictions."""
        return int(self.basis.shape[1])

    def project(self, theta: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the restricted point nearest to `theta`."""
        if self.trivial:
            return np.asarray(theta, dtype=np.float64)
        return np.asarray(self.offset + self.basis @ (self.basis.T @ (theta - self.offset)))

    def reduce(self, gradient: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return a gradient in the parameters that are really free."""
        return gradient if self.trivial else np.asarray(self.basis.T @ gradient)

    def reduce_matrix(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return a Hessian or information in the parameters that are really free."""
        return matrix if self.trivial else np.asarray(self.basis.T @ matrix @ self.basis)

    def reduce_columns(self, slopes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return gradients given as rows in the parameters that are really free."""
        return slopes if self.trivial else np.asarray(slopes @ self.basis)

    def expand(self, step: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return a step of the free parameters, all of them."""
        return step if self.trivial else np.asarray(self.basis @ step)

    def covariance(self, information: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the covariance of the free parameters given their (unrestricted) information."""
        inner = self.reduce_matrix(information)
        try:
            inverse = definite_inverse(inner)[0]
            firm = bool((np.diag(inverse) * np.diag(inner) < INFLATED).all())
        except np.linalg.LinAlgError:
            firm = False
        if not firm:
            # What is singular or indefinite shows in the general inverse: huge or negative variances.
            inverse = np.asarray(np.linalg.inv(inner), dtype=np.float64)
        return inverse if self.trivial else np.asarray(self.basis @ inverse @ self.basis.T)


def unrestricted(n_free: int) -> Restrictions:
    """Return no restriction at all."""
    return Restrictions(np.eye(n_free), np.zeros(n_free), True)


@dataclass(frozen=True)
class Condition:
    """
    One function of theta that must be 0, or not negative.

    Attributes
    ----------
    text : str
        As the model has it.
    function : callable
        theta -> (value, gradient).
    """

    text: str
    function: Callable[[NDArray[np.float64]], Dual]


@dataclass(frozen=True)
class Constraints:
    """
    Everything that binds the parameters of a table.

    Attributes
    ----------
    linear : Restrictions
        The linear equalities.
    equalities : tuple of Condition
        Equalities that are not linear: 0.
    inequalities : tuple of Condition
        Not negative.
    lower, upper : ndarray, shape (n_free,)
        Bounds, infinite where there are none.
    """

    linear: Restrictions
    equalities: tuple[Condition, ...]
    inequalities: tuple[Condition, ...]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]

    @property
    def only_linear(self) -> bool:
        """Whether linear equalities are all there is."""
        bounded = np.isfinite(self.lower).any() or np.isfinite(self.upper).any()
        return not (self.equalities or self.inequalities or bounded)

    @property
    def n_unique(self) -> int:
        """Number of parameters after all equalities; inequalities and bounds do not count."""
        return self.linear.n_unique - len(self.equalities)

    def tangent(self, theta: NDArray[np.float64], conditions: Iterable[Condition]) -> Restrictions:
        """Return the restrictions at a solution: linear ones with `conditions` linearised at `theta`."""
        rows = [condition.function(theta)[1] @ self.linear.basis for condition in conditions]
        if not rows:
            return self.linear
        basis = self.linear.basis @ null_basis(np.array(rows))
        return Restrictions(basis, np.asarray(theta - basis @ (basis.T @ theta)))

    def at_solution(self, theta: NDArray[np.float64]) -> Restrictions:
        """Return the restrictions that hold at a solution: inequalities met with equality count, as in lavaan."""
        touching = [c for c in self.inequalities if abs(c.function(theta)[0]) < 1e-7]
        return self.tangent(theta, (*self.equalities, *touching))


def null_basis(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return an orthonormal basis of what a matrix sends to zero."""
    _, singular, vt = np.linalg.svd(matrix)
    rank = int((singular > LINEAR_TOLERANCE * singular[0]).sum()) if singular.size and singular[0] > 0 else 0
    return np.asarray(vt[rank:].T.copy())


def label_values(table: ParameterTable, theta: NDArray[np.float64]) -> dict[str, Dual]:
    """Return value and gradient of every label and row label of the table's parameters."""
    unit = np.eye(table.n_free)
    nothing = np.zeros(table.n_free)
    values: dict[str, Dual] = {}
    for row in table.parameters:
        dual: Dual = (
            (float(theta[row.free - 1]), unit[row.free - 1]) if row.free else (float(row.ustart or 0.0), nothing)
        )
        values[row.plabel] = dual
        if row.label:
            values.setdefault(row.label, dual)
    return values


def linear_restrictions(table: ParameterTable) -> Restrictions:
    """Return the linear ``==`` rows of a table as a map; ModelError SEM-014 when they contradict each other."""
    return table_constraints(table).linear


def table_constraints(table: ParameterTable) -> Constraints:
    """
    Return everything that binds the parameters of a table.

    Raises
    ------
    ModelError
        SEM-014 when the linear ``==`` rows contradict each other.
    """
    lower, upper = _bounds(table)
    ties = [row for row in table.constraints if row.op == "=="]
    pairs = _pairs(table, ties)
    if pairs is not None and len(ties) == len(table.constraints):
        return Constraints(_tied(table.n_free, pairs), (), (), lower, upper)
    generator = np.random.default_rng(1)
    points = generator.uniform(0.5, 1.5, size=(2, table.n_free))
    known = [_known(table, point) for point in points]
    linear: list[Dual] = []
    equalities: list[Condition] = []
    for row in ties:
        found = _linear(row, points, known)
        if found is None:
            equalities.append(_condition(table, row))
        else:
            linear.append(found)
    inequalities = tuple(_condition(table, row) for row in table.constraints if row.op != "==")
    return Constraints(_solved(linear, table), tuple(equalities), inequalities, lower, upper)


def _bounds(table: ParameterTable) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    lower, upper = np.full(table.n_free, -np.inf), np.full(table.n_free, np.inf)
    for row in table.parameters:
        if row.free:
            lower[row.free - 1] = -np.inf if row.lower is None else row.lower
            upper[row.free - 1] = np.inf if row.upper is None else row.upper
    return lower, upper


def _pairs(table: ParameterTable, ties: Sequence[Parameter]) -> list[tuple[int, int]] | None:
    """Return the ties as pairs of free parameters, None when one of them is more than that."""
    by_label: dict[str, int] = {}
    for row in table.parameters:
        by_label[row.plabel] = row.free
        if row.label:
            by_label.setdefault(row.label, row.free)
    pairs = [(by_label.get(row.lhs, 0), by_label.get(row.rhs, 0)) for row in ties]
    return pairs if all(a and b for a, b in pairs) else None


def _tied(n_free: int, pairs: Sequence[tuple[int, int]]) -> Restrictions:
    """Return the map of equal parameters: one column a class, in the order of their first members."""
    if not pairs:
        return unrestricted(n_free)
    root = list(range(n_free))

    def find(k: int) -> int:
        while root[k] != k:
            k = root[k]
        return k

    for a, b in pairs:
        first, second = sorted((find(a - 1), find(b - 1)))
        root[second] = first
    classes = np.array([find(k) for k in range(n_free)])
    heads, place, sizes = np.unique(classes, return_inverse=True, return_counts=True)
    basis = np.zeros((n_free, len(heads)))
    basis[np.arange(n_free), place] = 1.0 / np.sqrt(sizes[place])
    return Restrictions(basis, np.zeros(n_free))


def _known(table: ParameterTable, theta: NDArray[np.float64]) -> dict[str, Dual]:
    known = label_values(table, theta)
    for definition in table.definitions:
        known[definition.lhs] = expression_of(definition.rhs).evaluate(known)
    return known


def _difference(row: Parameter, known: dict[str, Dual]) -> Dual:
    """Return what must be 0 (==) or not negative (<, >)."""
    (x, dx), (y, dy) = expression_of(row.lhs).evaluate(known), expression_of(row.rhs).evaluate(known)
    return (y - x, dy - dx) if row.op == "<" else (x - y, dx - dy)


def _condition(table: ParameterTable, row: Parameter) -> Condition:
    return Condition(f"{row.lhs} {row.op} {row.rhs}", lambda theta: _difference(row, _known(table, theta)))


def _linear(row: Parameter, points: NDArray[np.float64], known: Sequence[dict[str, Dual]]) -> Dual | None:
    """Return b and a of a'theta = b, from the gradient at two points; None when the row is not linear."""
    found = []
    for point, values in zip(points, known, strict=True):
        value, gradient = _difference(row, values)
        found.append((float(gradient @ point - value), gradient))
    (b1, g1), (b2, g2) = found
    same = np.allclose(g1, g2, atol=1e-12, equal_nan=True) and abs(b1 - b2) < 1e-10
    return (b1, g1) if same else None


def _solved(linear: Sequence[Dual], table: ParameterTable) -> Restrictions:
    if not linear:
        return unrestricted(table.n_free)
    matrix, target = np.array([a for _, a in linear]), np.array([b for b, _ in linear])
    offset = np.linalg.lstsq(matrix, target, rcond=None)[0]
    if not np.allclose(matrix @ offset, target, atol=1e-9):
        raise ModelError("SEM-014", "the == lines contradict each other.", where=table.name)
    return Restrictions(null_basis(matrix), offset)
