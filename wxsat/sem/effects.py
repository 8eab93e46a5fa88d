r"""Direct, indirect, specific and total effects along the regressions, with errors by the delta method.

Total effects are :math:`(I - B)^{-1} - I`, B the regressions alone; a specific effect is the product
along one path that visits no variable twice. With feedback loops the indirect effect is more than the
sum of the specific ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from wxsat.sem.estimates import wald
from wxsat.sem.implied import Implied
from wxsat.sem.matrices import Cells, cell_of
from wxsat.sem.parameter_table import ParameterTable

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

COLUMNS = (
    "outcome",
    "source",
    "kind",
    "estimate",
    "std_error",
    "z",
    "p_value",
    "ci_lower",
    "ci_upper",
    "std_all",
    "path",
    "group",
)
MAX_SPECIFIC = 2000  # paths listed one by one; beyond it only direct, indirect and total are given


@dataclass(frozen=True)
class _Network:
    """
    The regressions as a matrix: values, which free parameter each cell is (-1 for fixed), and
    standard deviations.
    """

    names: tuple[str, ...]
    b: NDArray[np.float64]
    free: NDArray[np.intp]
    sd: NDArray[np.float64]
    n_free: int


def effects_frame(table: ParameterTable, implied: Sequence[Implied], vcov: NDArray[np.float64]) -> pd.DataFrame:
    """
    Return all effects for every pair of variables that a path of regressions joins, group by group.

    Returns
    -------
    DataFrame
        ``outcome source kind estimate std_error z p_value ci_lower ci_upper std_all path group``; kind is ``direct``,
        ``indirect``, ``total`` or ``specific``; `path` is written ``source -> ... -> outcome`` for specific effects.

    Notes
    -----
    Standardised by the ratio of implied standard deviations. Checked against lavaan's ``:=`` in ``tests/against``.
    """
    import pandas as pd

    records = [
        record | {"group": table.group_of(block)}
        for block, at in enumerate(implied, start=1)
        for record in _group_records(table.in_block(block), at, vcov)
    ]
    return pd.DataFrame(records, columns=list(COLUMNS))


def _group_records(table: ParameterTable, implied: Implied, vcov: NDArray[np.float64]) -> list[dict[str, Any]]:
    network = _network(table, implied.cells, implied)
    records = list(_pair_records(network, vcov))
    specific = list(_specific_records(network, vcov))
    if len(specific) <= MAX_SPECIFIC:
        records += specific
    order = {name: i for i, name in enumerate(network.names)}
    kinds = {"direct": 0, "indirect": 1, "total": 2, "specific": 3}
    records.sort(key=lambda r: (order[r["outcome"]], order[r["source"]], kinds[r["kind"]]))
    return records


def _network(table: ParameterTable, cells: Cells, implied: Implied) -> _Network:
    edges = [row for row in table.rows if row.op == "~"]
    named = {row.rhs for row in edges} | {row.lhs for row in edges}
    latents_first = (*cells.names[cells.n_observed :], *cells.names[: cells.n_observed])
    names = tuple(name for name in latents_first if name in named)
    whole = {name: i for i, name in enumerate(cells.names)}
    place = {name: i for i, name in enumerate(names)}
    b, free = np.zeros((len(names), len(names))), np.full((len(names), len(names)), -1, dtype=np.intp)
    for row in edges:
        _, i, j = cell_of(row, whole)
        b[place[row.lhs], place[row.rhs]] = implied.a[i, j]
        free[place[row.lhs], place[row.rhs]] = row.free - 1
    with np.errstate(invalid="ignore"):
        sd = np.sqrt(np.array([implied.all_covariance[whole[n], whole[n]] for n in names]))
    return _Network(names, b, free, sd, cells.n_free)


def _pair_records(network: _Network, vcov: NDArray[np.float64]) -> Iterator[dict[str, Any]]:
    size = len(network.names)
    joined = _reachable(network)
    total = np.linalg.inv(np.eye(size) - network.b)
    cells = [(i, j, network.free[i, j]) for i, j in np.argwhere(network.free >= 0)]
    has_edge = (network.b != 0) | (network.free >= 0)
    for i, j in np.argwhere(joined):
        if i == j:
            continue
        gradient = np.zeros(network.n_free)
        for row, column, number in cells:
            gradient[number] += total[i, row] * total[column, j]
        direct = np.zeros(network.n_free)
        if network.free[i, j] >= 0:
            direct[network.free[i, j]] = 1.0
        whole = float(total[i, j])
        yield _record(network, i, j, "total", whole, gradient, vcov)
        if has_edge[i, j]:
            yield _record(network, i, j, "direct", float(network.b[i, j]), direct, vcov)
        if any(has_edge[i, k] and joined[k, j] for k in range(size) if k != j):
            yield _record(network, i, j, "indirect", whole - float(network.b[i, j]), gradient - direct, vcov)


def _reachable(network: _Network) -> NDArray[np.bool_]:
    """Return whether a path leads from column to row."""
    reach = (network.b != 0) | (network.free >= 0)
    for _ in range(len(network.names)):
        reach = reach | (reach @ reach)
    return np.asarray(reach)


def _record(
    network: _Network,
    i: int,
    j: int,
    kind: str,
    estimate: float,
    gradient: NDArray[np.float64],
    vcov: NDArray[np.float64],
    path: str = "",
) -> dict[str, Any]:
    variance = float(gradient @ vcov @ gradient)
    return (
        {"outcome": network.names[i], "source": network.names[j], "kind": kind, "estimate": estimate}
        | wald(estimate, variance)
        | {"std_all": estimate * float(network.sd[j] / network.sd[i]), "path": path}
    )


def _specific_records(network: _Network, vcov: NDArray[np.float64]) -> Iterator[dict[str, Any]]:
    targets: dict[int, list[int]] = {}
    for i, j in np.argwhere((network.b != 0) | (network.free >= 0)):
        targets.setdefault(int(j), []).append(int(i))
    found = 0
    for start in range(len(network.names)):
        for path in _paths_from(start, targets):
            if len(path) < 3:
                continue
            found += 1
            estimate, gradient = _product(network, path)
            written = " -> ".join(network.names[k] for k in path)
            yield _record(network, path[-1], start, "specific", estimate, gradient, vcov, written)
            if found > MAX_SPECIFIC:
                return


def _paths_from(start: int, targets: dict[int, list[int]]) -> Iterator[tuple[int, ...]]:
    waiting: list[tuple[int, ...]] = [(start,)]
    while waiting:
        path = waiting.pop()
        if len(path) > 1:
            yield path
        waiting += [(*path, k) for k in targets.get(path[-1], []) if k not in path]


def _product(network: _Network, path: tuple[int, ...]) -> tuple[float, NDArray[np.float64]]:
    steps = list(zip(path[1:], path[:-1], strict=True))
    values = np.array([network.b[i, j] for i, j in steps])
    gradient = np.zeros(network.n_free)
    for position, (i, j) in enumerate(steps):
        if network.free[i, j] >= 0:
            gradient[network.free[i, j]] += float(np.prod(np.delete(values, position)))
    return float(np.prod(values)), gradient
