"""What the data contribute: names, the covariance matrix divided by N, means and N; and which rows were used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.errors import DataError, Fault, nearest

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

# A column is collinear when the others leave less than this share of its variance.
COLLINEAR_TOLERANCE = 1e-10


@dataclass(frozen=True)
class Moments:
    """
    Sample moments of one group.

    Attributes
    ----------
    names : tuple of str
        Observed variables, in the order of the model.
    covariance : ndarray, shape (n_observed, n_observed)
        Divided by N; weighted when there are weights.
    mean : ndarray, shape (n_observed,)
    n_obs, n_read : int
        Rows used and rows read.
    values : ndarray, shape (n_obs, n_observed), optional
        The rows themselves, None when only a covariance matrix is known; NaN where a value is missing and the
        missing rule uses such rows.
    weights : ndarray, shape (n_obs,), optional
        Sampling weights, normalised to sum to N over all groups.
    clusters : ndarray of int, shape (n_obs,), optional
        Codes of the clusters, the same code in two groups being the same cluster.
    group : str
        Name of the group; empty without groups.
    """

    names: tuple[str, ...]
    covariance: NDArray[np.float64]
    mean: NDArray[np.float64]
    n_obs: int
    n_read: int
    values: NDArray[np.float64] | None = None
    weights: NDArray[np.float64] | None = None
    clusters: NDArray[np.intp] | None = None
    group: str = ""

    @property
    def weight_sum(self) -> float:
        """Number of rows, or the sum of their weights: what the group counts in the likelihood."""
        return float(self.n_obs) if self.weights is None else float(self.weights.sum())


class Sample(tuple[Moments, ...]):
    """The moments of all groups, in the order of the groups."""

    __slots__ = ()

    @property
    def n_obs(self) -> int:
        """Rows used in all groups."""
        return sum(moments.n_obs for moments in self)

    @property
    def n_read(self) -> int:
        """Rows read in all groups."""
        return sum(moments.n_read for moments in self)

    @property
    def names(self) -> tuple[str, ...]:
        """Observed variables, in the order of the model."""
        return self[0].names


def complete_moments(frame: pd.DataFrame, names: Sequence[str]) -> Moments:
    """
    Return the moments of the rows without a missing value (listwise deletion, stated by `n_read` and `n_obs`).

    Raises
    ------
    DataError
        SEM-041 absent or repeated column, SEM-042 text, SEM-043 infinite, SEM-044 too few complete rows,
        SEM-045 constant, SEM-046 collinear.
    """
    check_columns(frame, names)
    values = numbers_of(frame, names)
    return rows_moments(values, values[~np.isnan(values).any(axis=1)], names)


def rows_moments(
    read: NDArray[np.float64],
    used: NDArray[np.float64],
    names: Sequence[str],
    *,
    weights: NDArray[np.float64] | None = None,
    group: str = "",
    incomplete: bool = False,
) -> Moments:
    r"""
    Return the moments of one group's rows.

    Parameters
    ----------
    read, used : ndarray, shape (n, p)
        All rows of the group, and those that are used.
    weights : ndarray, shape (n_used,), optional
        Then :math:`S = \sum w(x-m)(x-m)' / \sum w`.
    incomplete : bool
        Whether `used` has holes: mean and covariance are then those of the available answers, to be replaced.

    Raises
    ------
    DataError
        SEM-044 too few rows, SEM-045 constant, SEM-046 collinear.
    """
    _check_rows(read, used, names, group, incomplete)
    if incomplete:
        mean = np.nanmean(used, axis=0)
        covariance = np.diag(np.nanvar(used, axis=0))
        return Moments(tuple(names), covariance, mean, len(used), len(read), used, weights, group=group)
    share = np.full(len(used), 1.0 / len(used)) if weights is None else weights / weights.sum()
    mean = used.mean(axis=0) if weights is None else share @ used
    centred = used - mean
    covariance = centred.T @ centred / len(used) if weights is None else (centred * share[:, None]).T @ centred
    _check_rank(covariance, used, names, group)
    covariance = (covariance + covariance.T) / 2
    return Moments(tuple(names), covariance, mean, len(used), len(read), used, weights, group=group)


def _raise(faults: list[Fault]) -> None:
    if faults:
        raise DataError.from_faults(faults)


def check_columns(frame: pd.DataFrame, names: Sequence[str]) -> None:
    """Refuse names that the data lack or have twice (SEM-041)."""
    columns = [str(c) for c in frame.columns]
    faults = []
    for name in names:
        count = columns.count(name)
        if count == 0:
            hint = nearest(name, columns).strip() or f"The data have: {_list(columns)}."
            faults.append(Fault("SEM-041", "the model names it, the data do not have it.", f"variable {name!r}", hint))
        elif count > 1:
            hint = "Rename or drop all but one."
            faults.append(Fault("SEM-041", f"the data have {count} columns of this name.", f"column {name!r}", hint))
    _raise(faults)


def _list(names: Sequence[str], shown: int = 12) -> str:
    more = f", ... ({len(names)} in all)" if len(names) > shown else ""
    return ", ".join(list(names)[:shown]) + more


def numbers_of(frame: pd.DataFrame, names: Sequence[str]) -> NDArray[np.float64]:
    """Return columns as numbers, NaN where missing; text (SEM-042) and infinity (SEM-043) are refused."""
    import pandas as pd

    place = {str(c): i for i, c in enumerate(frame.columns)}
    wanted = [place[name] for name in names]
    chosen = frame if wanted == list(range(len(frame.columns))) else frame.iloc[:, wanted]
    faults = []
    dtypes = chosen.dtypes.tolist()
    numeric = {dtype: pd.api.types.is_numeric_dtype(dtype) for dtype in set(dtypes)}
    for name, dtype in zip(names, dtypes, strict=True):
        # An all-missing column may come as object; anything else that is not a number is refused, never coded.
        if not numeric[dtype]:
            column = chosen.iloc[:, names.index(name)].dropna()
            if len(column):
                # Of a mixed column the culprit is shown, not a number that stands before it.
                words = column[pd.to_numeric(column, errors="coerce").isna()]
                shown = (words if len(words) else column).iloc[0]
                message = f"holds {dtype} values such as {str(shown)[:20]!r}; numbers were expected."
                faults.append(Fault("SEM-042", message, f"column {name!r}", "Code the answers as numbers first."))
    _raise(faults)
    # A copy: what is analysed stays what it was when the frame changes later.
    values = chosen.to_numpy(dtype="float64", na_value=np.nan, copy=True)
    infinite = np.isinf(values)
    if infinite.any():
        for j in np.flatnonzero(infinite.any(axis=0)).tolist():
            row = int(np.flatnonzero(infinite[:, j])[0]) + 1
            faults.append(Fault("SEM-043", f"row {row} holds an infinite value.", f"column {names[j]!r}"))
    _raise(faults)
    # Always column by column, so that sums are rounded alike however the rows were come by.
    return np.asfortranarray(values)


def _where(name: str, group: str) -> str:
    return f"column {name!r}, group {group!r}" if group else f"column {name!r}"


def _check_rows(
    values: NDArray[np.float64], used: NDArray[np.float64], names: Sequence[str], group: str, incomplete: bool
) -> None:
    n, p = used.shape
    complete = n == len(values) and not incomplete
    missing = np.zeros((1, p), dtype=bool) if complete else np.isnan(values)
    empty = missing.all(axis=0)
    _raise([Fault("SEM-044", "has no answer at all.", _where(names[i], group)) for i in np.flatnonzero(empty).tolist()])
    if n <= p:
        worst = int(missing.sum(axis=0).argmax())
        lost = f" Most answers are missing in {names[worst]!r}." if len(values) > n else ""
        kind = "rows" if incomplete else "complete rows"
        raise DataError(
            "SEM-044",
            f"{n} {kind} of {len(values)} read for {p} observed variables; more rows than variables are needed.{lost}",
            where=f"group {group!r}" if group else "data",
            hint="Use a smaller model or more data.",
        )
    lowest, highest = (f(used, axis=0) for f in ((np.nanmin, np.nanmax) if incomplete else (np.min, np.max)))
    _raise(
        [
            Fault(
                "SEM-045",
                f"is constant ({lowest[i]:g}) in the {n} rows used.",
                _where(names[i], group),
                "Drop it from the model.",
            )
            for i in np.flatnonzero(lowest == highest).tolist()
        ]
    )


def _check_rank(
    covariance: NDArray[np.float64], complete: NDArray[np.float64], names: Sequence[str], group: str
) -> None:
    scale = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(scale, scale)
    try:
        if np.diag(np.linalg.cholesky(correlation)).min() ** 2 > COLLINEAR_TOLERANCE:
            return
    except np.linalg.LinAlgError:
        pass
    # Column by column: the share of variance that the columns before it leave.
    faults = []
    kept: list[int] = []
    for j in range(len(names)):
        left = 1.0
        if kept:
            block = correlation[np.ix_(kept, kept)]
            left = 1.0 - float(correlation[j, kept] @ np.linalg.solve(block, correlation[kept, j]))
        if left < COLLINEAR_TOLERANCE:
            same = [names[i] for i in kept if np.array_equal(complete[:, i], complete[:, j])]
            twins = [names[i] for i in kept if abs(abs(correlation[i, j]) - 1) < COLLINEAR_TOLERANCE]
            message = (
                f"is the same as column {same[0]!r}."
                if same
                else f"is a linear function of {twins[0]!r}."
                if twins
                else "is a linear function of other columns of the model."
            )
            faults.append(Fault("SEM-046", message, _where(names[j], group), "Drop one of them from the model."))
        else:
            kept.append(j)
    _raise(faults)
