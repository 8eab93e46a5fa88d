"""Which rows are used, with their weights and clusters, and what cannot be analysed at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wxsat.errors import DataError, Fault
from wxsat.numerics.labels import coded_labels
from wxsat.psychometrics.ordinal.answers import Where

Array = NDArray[np.float64]

FEWEST_ROWS = 3
# Relative to the largest eigenvalue of the exogenous variables' correlation matrix.
COLLINEAR = 1e-10


@dataclass(frozen=True)
class Selection:
    """
    The rows that are used.

    Attributes
    ----------
    names : tuple of str
    ordered : ndarray of bool, shape (p,)
    values : ndarray, shape (n, p)
    exogenous_names : tuple of str
    exogenous : ndarray, shape (n, m)
    weights : ndarray, shape (n,)
        Sum to n.
    weighted : bool
    clusters : ndarray of int, shape (n,), optional
        Not decreasing.
    n_read : int
    """

    names: tuple[str, ...]
    ordered: NDArray[np.bool_]
    values: Array
    exogenous_names: tuple[str, ...]
    exogenous: Array
    weights: Array
    weighted: bool
    clusters: NDArray[np.intp] | None
    n_read: int


def select_rows(
    values: ArrayLike,
    names: Sequence[str],
    ordered: Sequence[bool] | NDArray[np.bool_],
    exogenous: ArrayLike | None,
    exogenous_names: Sequence[str],
    *,
    missing: str,
    weights: ArrayLike | None,
    clusters: ArrayLike | None,
    where: Where,
) -> Selection:
    """
    Drop the rows that the missing rule, the exogenous variables or a weight of zero leave out; sort by cluster.

    Raises
    ------
    DataError
        MEAS-033, MEAS-034, MEAS-035, MEAS-037, MEAS-039.
    """
    y = np.asarray(values, dtype=np.float64)
    flags = np.asarray(ordered, dtype=bool)
    x = np.zeros((len(y), 0)) if exogenous is None else np.asarray(exogenous, dtype=np.float64)
    w = None if weights is None else np.asarray(weights, dtype=np.float64)
    c = None if clusters is None else np.asarray(clusters)
    _check_shapes(y, names, flags, x, exogenous_names, w, c, missing)
    keep = _kept(y, x, missing, where)
    if w is not None:
        _check_weights(w[keep], where)
        keep &= w > 0
    if keep.sum() < FEWEST_ROWS:
        raise _no_rows(y, names, keep, missing, where)
    # Most surveys are complete: their rows are not copied.
    used = y if keep.all() else y[keep]
    x = x[keep]
    codes = None
    if c is not None:
        codes = _cluster_codes(c[keep], where)
        order = np.argsort(codes, kind="stable")
        used, x, codes = used[order], x[order], codes[order]
    share = np.ones(len(used))
    if w is not None:
        share = w[keep] if codes is None else w[keep][order]
        share = share * (len(used) / share.sum())
    _check_columns(used, names, flags, x, exogenous_names, where)
    return Selection(tuple(names), flags, used, tuple(exogenous_names), x, share, w is not None, codes, n_read=len(y))


def _kept(y: Array, x: Array, missing: str, where: Where) -> NDArray[np.bool_]:
    if np.isinf(y).any() or np.isinf(x).any():
        raise DataError("MEAS-039", f"the data hold an infinite value{where.suffix}.", hint="Set it to missing.")
    holes = np.isnan(y)
    kept = ~holes.any(axis=1) if missing == "listwise" else ~holes.all(axis=1)
    return np.asarray(kept & ~np.isnan(x).any(axis=1))


def _check_shapes(
    y: Array,
    names: Sequence[str],
    flags: NDArray[np.bool_],
    x: Array,
    exogenous_names: Sequence[str],
    w: Array | None,
    c: NDArray[np.generic] | None,
    missing: str,
) -> None:
    faults = []
    if y.ndim != 2 or y.shape[1] < 1 or not (len(names) == len(flags) == y.shape[1]):
        faults.append(
            f"values have shape {y.shape}, with {len(names)} names and {len(flags)} marks of what is ordered; "
            "one column, one name and one mark a variable are expected."
        )
    if x.ndim != 2 or len(x) != len(y) or x.shape[1] != len(exogenous_names):
        faults.append(f"exogenous variables have shape {x.shape}, with {len(exogenous_names)} names.")
    every = [*names, *exogenous_names]
    repeated = sorted({name for name in every if every.count(name) > 1})
    if repeated:
        faults.append(f"names occur twice: {', '.join(repeated)}.")
    for label, vector in (("weights", w), ("clusters", c)):
        if vector is not None and vector.shape != (len(y),):
            faults.append(f"{label} have shape {vector.shape}; ({len(y)},) is expected.")
    if missing not in ("listwise", "pairwise"):
        faults.append(
            f"missing = {missing!r}: ordered variables know 'listwise' and 'pairwise'; full information (FIML) "
            "would need integrals over all missing answers."
        )
    if faults:
        raise DataError.from_faults(Fault("MEAS-039", fault) for fault in faults)


def _check_weights(weights: Array, where: Where) -> None:
    bad = ~np.isfinite(weights) | (weights < 0)
    if bad.any() or not weights.sum() > 0:
        what = f"{int(bad.sum())} of {len(weights)} weights are missing, negative or infinite" if bad.any() else (
            "all weights are zero"
        )  # fmt: skip
        raise DataError(
            "MEAS-033", f"{what}{where.suffix}.", hint="Give every used row a weight of zero or more, or drop the row."
        )


def _cluster_codes(clusters: NDArray[np.generic], where: Where) -> NDArray[np.intp]:
    absent = np.array([label is None or label != label for label in clusters.tolist()])
    if absent.any():
        raise DataError(
            "MEAS-039",
            f"{int(absent.sum())} of {len(clusters)} rows{where.suffix} name no cluster.",
            hint="Drop these rows, or give each a cluster of its own.",
        )
    codes, labels = coded_labels(clusters)
    if len(labels) < 2:
        raise DataError(
            "MEAS-039",
            f"all {len(clusters)} rows{where.suffix} are of one cluster; cluster-robust errors need two or more.",
            hint="Leave the clusters out, or name another column.",
        )
    return np.asarray(codes, dtype=np.intp)


def _no_rows(y: Array, names: Sequence[str], keep: NDArray[np.bool_], missing: str, where: Where) -> DataError:
    holes = np.isnan(y).mean(axis=0) if len(y) else np.ones(y.shape[1])
    worst = int(np.argmax(holes))
    return DataError(
        "MEAS-035",
        f"{int(keep.sum())} of {len(y)} rows can be used{where.suffix} (missing = {missing!r}); "
        f"at least {FEWEST_ROWS} are needed. Most holes: {names[worst]} ({holes[worst]:.0%}).",
        hint="Leave that variable out, or use missing = 'pairwise'." if missing == "listwise" else "",
    )


def _check_columns(
    y: Array,
    names: Sequence[str],
    flags: NDArray[np.bool_],
    x: Array,
    exogenous_names: Sequence[str],
    where: Where,
) -> None:
    faults = []
    for index in np.flatnonzero(~flags).tolist():
        column = y[~np.isnan(y[:, index]), index]
        if len(column) < 2 or np.ptp(column) == 0:
            faults.append(
                Fault("MEAS-037", f"{names[index]} has no variance{where.suffix}.", names[index], "Leave it out.")
            )
    faults += _exogenous_faults(x, exogenous_names, where)
    faults += _lonely_pairs(y, names, where)
    if faults:
        raise DataError.from_faults(faults)


def _exogenous_faults(x: Array, names: Sequence[str], where: Where) -> list[Fault]:
    if not x.shape[1]:
        return []
    constant = [name for name, span in zip(names, np.ptp(x, axis=0), strict=True) if span == 0]
    if constant:
        return [
            Fault("MEAS-034", f"the exogenous variable {name} has no variance{where.suffix}.", name, "Leave it out.")
            for name in constant
        ]
    correlation = np.atleast_2d(np.corrcoef(x, rowvar=False))
    values, vectors = np.linalg.eigh(correlation)
    if values[0] > COLLINEAR * values[-1]:
        return []
    involved = [name for name, part in zip(names, vectors[:, 0], strict=True) if abs(part) > 1e-4]
    return [
        Fault(
            "MEAS-034",
            f"the exogenous variables {', '.join(involved)} follow from each other exactly{where.suffix}.",
            hint="Leave one of them out.",
        )
    ]


def _lonely_pairs(y: Array, names: Sequence[str], where: Where) -> list[Fault]:
    if not np.isnan(y).any():
        return []
    present = (~np.isnan(y)).astype(np.float32)
    together = present.T @ present
    rows, columns = np.nonzero(np.triu(together < FEWEST_ROWS, 1))
    return [
        Fault(
            "MEAS-035",
            f"{names[a]} and {names[b]} were both answered by {int(together[a, b])} rows{where.suffix}: "
            "their correlation cannot be estimated.",
            f"{names[a]}, {names[b]}",
            "They may belong to different forms of the questionnaire; put them into different models.",
        )
        for a, b in zip(rows.tolist(), columns.tolist(), strict=True)
    ]
