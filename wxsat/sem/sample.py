"""From a frame to the sample of a model: products of variables, groups, weights, clusters, and which rows are used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from wxsat.errors import DataError, Fault, UsageError, nearest
from wxsat.numerics.labels import plain_labels
from wxsat.sem.missing.fit import usable_rows
from wxsat.sem.moments import Moments, Sample, check_columns, numbers_of, rows_moments
from wxsat.sem.parameter_table import ParameterTable

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from wxsat.sem.fit_options import FitOptions

MAX_GROUPS = 50


def group_labels(frame: pd.DataFrame, column: str | None) -> tuple[str, ...]:
    """
    Return the names of the groups in their order of appearance; one empty name without a grouping column.

    Raises
    ------
    DataError
        SEM-068 when the column is absent, has one value, or so many that it is no grouping.
    """
    if column is None:
        return ("",)
    codes, labels = coded_groups(frame, column)
    del codes
    if len(labels) < 2:
        raise DataError("SEM-068", f"the grouping column has {len(labels)} value(s); two or more were expected.",
                        where=f"column {column!r}")  # fmt: skip
    if len(labels) > MAX_GROUPS:
        shown = ", ".join(labels[:5])
        raise DataError(
            "SEM-068",
            f"the grouping column has {len(labels)} values ({shown}, ...); at most {MAX_GROUPS} groups are fitted.",
            where=f"column {column!r}",
            hint="Name a column with few categories.",
        )
    return labels


def coded_groups(frame: pd.DataFrame, column: str) -> tuple[NDArray[np.intp], tuple[str, ...]]:
    """Return a code per row (-1 where missing) and the labels in order of appearance."""
    import pandas as pd

    _require(frame, column, "SEM-068")
    codes, values = pd.factorize(_column(frame, column))
    return codes.astype(np.intp), tuple(_label(v) for v in values)


def _label(value: Any) -> str:
    # 1.0 in a column with holes is the group 1.
    return str(int(value)) if isinstance(value, float) and value == int(value) else str(value)


def _require(frame: pd.DataFrame, column: str, code: str) -> None:
    columns = [str(c) for c in frame.columns]
    if columns.count(column) != 1:
        found = "is not in the data" if column not in columns else "is there more than once"
        raise DataError(code, f"{found}.{nearest(column, columns)}", where=f"column {column!r}")


def _column(frame: pd.DataFrame, column: str) -> pd.Series:
    return frame.iloc[:, [str(c) for c in frame.columns].index(column)]


def read_sample(frame: pd.DataFrame, table: ParameterTable, options: FitOptions) -> Sample:
    """
    Return the moments and rows of every group.

    Raises
    ------
    DataError
        SEM-041 to SEM-046 as for any data, SEM-068 group, SEM-069 weights, SEM-070 cluster.
    """
    rows = read_rows(frame, table, options)
    groups = []
    for label, read, used, weights, clusters in zip(
        rows.labels, rows.read, rows.values, rows.weights, rows.clusters, strict=True
    ):
        moments = rows_moments(
            read, used, table.observed_names, weights=weights, group=label, incomplete=options.incomplete
        )
        groups.append(replace(moments, clusters=clusters))
    return Sample(groups)


@dataclass(frozen=True)
class GroupedRows:
    """
    The rows of every group, columns in the order of the model's observed variables.

    Attributes
    ----------
    labels : tuple of str
    read, values : tuple of ndarray, shape (n, n_observed)
        All rows of each group, and those that are used.
    weights, clusters : tuple
        Of the rows used; None without such a column.
    """

    labels: tuple[str, ...]
    read: tuple[NDArray[np.float64], ...]
    values: tuple[NDArray[np.float64], ...]
    weights: tuple[NDArray[np.float64] | None, ...]
    clusters: tuple[NDArray[np.intp] | None, ...]

    @property
    def n_read(self) -> tuple[int, ...]:
        """Rows read in each group."""
        return tuple(map(len, self.read))


def read_rows(
    frame: pd.DataFrame, table: ParameterTable, options: FitOptions, *, pairwise: bool = False
) -> GroupedRows:
    """
    Return the rows of every group, weights normalised to sum to the rows used in all groups.

    `pairwise` keeps rows with holes, as the options of incomplete data do.
    """
    names = table.observed_names
    values = _values(frame, names)
    codes = np.zeros(len(values), dtype=np.intp)
    labels: tuple[str, ...] = ("",)
    if options.group is not None:
        codes, labels = coded_groups(frame, options.group)
    weights = None if options.weights is None else _weights(frame, options.weights)
    clusters = None if options.cluster is None else _clusters(frame, options.cluster)
    given = [names.index(name) for name in table.covariates]
    keep = usable_rows(values, given) if options.incomplete or pairwise else ~np.isnan(values).any(axis=1)
    used = keep & (codes >= 0)
    if weights is not None and used.any():
        weights = weights * (used.sum() / weights[used].sum())
    if options.group is None and used.all():
        return GroupedRows(labels, (values,), (values,), (weights,), (clusters,))
    parts = [(codes == code) & used for code in range(len(labels))]
    return GroupedRows(
        labels,
        tuple(np.asfortranarray(values[codes == code]) for code in range(len(labels))),
        tuple(np.asfortranarray(values[part]) for part in parts),
        tuple(None if weights is None else weights[part] for part in parts),
        tuple(None if clusters is None else clusters[part] for part in parts),
    )


def _values(frame: pd.DataFrame, names: Sequence[str]) -> NDArray[np.float64]:
    """Return the model's columns as numbers; ``A:B`` is the product of A and B unless the data have it."""
    columns = {str(c) for c in frame.columns}
    made = [name for name in names if ":" in name and name not in columns]
    plain = list(dict.fromkeys(n for name in names for n in (name.split(":") if name in made else [name])))
    check_columns(frame, plain)
    values = numbers_of(frame, plain)
    if not made:
        return values
    place = {name: i for i, name in enumerate(plain)}
    parts = [[place[n] for n in (name.split(":") if name in made else [name])] for name in names]
    return np.column_stack([np.prod(values[:, part], axis=1) for part in parts])


def _weights(frame: pd.DataFrame, column: str) -> NDArray[np.float64]:
    _require(frame, column, "SEM-069")
    weights = numbers_of(frame, [column])[:, 0]
    bad = np.flatnonzero(~(weights > 0))
    if bad.size:
        row = int(bad[0])
        shown = "missing" if np.isnan(weights[row]) else f"{weights[row]:g}"
        raise DataError(
            "SEM-069",
            f"{bad.size} weight(s) are missing, zero or negative; the first is {shown} in row {row + 1}.",
            where=f"column {column!r}",
            hint="Every row needs a positive weight; drop rows that should not count.",
        )
    return weights


def _clusters(frame: pd.DataFrame, column: str) -> NDArray[np.intp]:
    codes, labels = _labels_of_clusters(frame, column)
    if (codes < 0).any():
        row = int(np.flatnonzero(codes < 0)[0])
        raise DataError(
            "SEM-070", f"row {row + 1} has no cluster.", where=f"column {column!r}", hint="Every row needs its cluster."
        )
    if labels < 2:
        raise DataError("SEM-070", "all rows are in one cluster.", where=f"column {column!r}")
    return codes


def _labels_of_clusters(frame: pd.DataFrame, column: str) -> tuple[NDArray[np.intp], int]:
    import pandas as pd

    _require(frame, column, "SEM-070")
    codes, values = pd.factorize(plain_labels(_column(frame, column)))
    return codes.astype(np.intp), len(values)


def standardised_sample(sample: Sample) -> Sample:
    """Return the sample with every observed variable standardised within its group, by N - 1 as R's scale() does."""
    groups = []
    for m in sample:
        size = m.weight_sum
        scale = np.sqrt(np.diag(m.covariance) * size / (size - 1.0))
        values = None if m.values is None else (m.values - m.mean) / scale
        groups.append(
            replace(m, covariance=m.covariance / np.outer(scale, scale), mean=np.zeros_like(m.mean), values=values)
        )
    return Sample(groups)


def covariance_sample(
    cov: Any, n: int | Sequence[int] | None, mean: Any, table: ParameterTable, group_names: Sequence[str]
) -> Sample:
    """
    Return a sample that is known by its moments alone.

    Parameters
    ----------
    cov : DataFrame, or mapping of group to DataFrame
        Unbiased covariances (divided by N - 1), variables named in the columns.
    n : int or sequence of int
        Rows behind each matrix.
    mean : Series, mapping or sequence, or one a group, optional
        Needed by models with a mean structure.

    Raises
    ------
    UsageError
        SEM-071 without `n`, SEM-072 without means where the model explains them.
    DataError
        SEM-041 variables absent, SEM-073 not symmetric or not positive definite.
    """
    groups = len(group_names)
    matrices = list(cov.values()) if isinstance(cov, Mapping) else [cov]
    sizes = [n] if isinstance(n, int | np.integer) else list(n or ())
    if len(sizes) != groups or len(matrices) != groups:
        raise UsageError(
            "SEM-071",
            f"{len(matrices)} covariance matrices and {len(sizes)} numbers of rows for {groups} group(s).",
            where="n",
            hint="Give n=, the number of rows behind each matrix.",
        )
    means = [None] * groups if mean is None else [mean] if groups == 1 else list(
        mean.values() if isinstance(mean, Mapping) else mean
    )  # fmt: skip
    if table.has_mean_structure and any(m is None for m in means):
        raise UsageError("SEM-072", "the model explains means; give mean= with the covariance matrix.", where="mean")
    return Sample(
        _matrix_moments(matrix, int(size), m, table.observed_names, name)
        for matrix, size, m, name in zip(matrices, sizes, means, group_names, strict=True)
    )


def _matrix_moments(frame: pd.DataFrame, n: int, mean: Any, names: Sequence[str], group: str) -> Moments:
    import pandas as pd

    where = f"covariance matrix of group {group!r}" if group else "covariance matrix"
    columns = [str(c) for c in frame.columns]
    absent = [name for name in names if name not in columns]
    if absent:
        raise DataError.from_faults(
            [Fault("SEM-041", "the model names it, the matrix does not have it.", f"variable {a!r}",
                   nearest(a, columns).strip()) for a in absent]
        )  # fmt: skip
    if len(frame) != len(columns):
        raise DataError("SEM-073", f"{len(frame)} rows and {len(columns)} columns; a square matrix was expected.",
                        where=where)  # fmt: skip
    at = [columns.index(name) for name in names]
    try:
        matrix = frame.to_numpy(dtype="float64", na_value=np.nan)[np.ix_(at, at)]
    except (TypeError, ValueError):
        raise DataError("SEM-073", "the matrix holds something that is no number.", where=where) from None
    if np.isnan(matrix).any() or not np.allclose(matrix, matrix.T, rtol=1e-6, atol=1e-10):
        raise DataError("SEM-073", "the matrix is not symmetric, or has holes.", where=where,
                        hint="Give the whole matrix, both triangles.")  # fmt: skip
    matrix = (matrix + matrix.T) / 2
    if np.linalg.eigvalsh(matrix)[0] <= 0:
        raise DataError("SEM-073", "the matrix is not positive definite.", where=where)
    if n <= len(names):
        raise DataError("SEM-044", f"n = {n} for {len(names)} variables; more rows than variables are needed.",
                        where=where)  # fmt: skip
    values = np.zeros(len(names))
    if mean is not None:
        series = pd.Series(mean)
        if not set(names) <= {str(i) for i in series.index}:
            series = pd.Series(list(series), index=columns)
        values = series.loc[list(names)].to_numpy(dtype="float64")
    return Moments(tuple(names), matrix * ((n - 1) / n), values, n, n, group=group)
