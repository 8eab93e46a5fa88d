"""Polychoric correlations as an analyst asks for them: from a frame, with names, thresholds and what to know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from wxsat.errors import DataError, nearest, require_kind
from wxsat.finding import Finding
from wxsat.psychometrics.ordinal.answers import Where, observed_categories
from wxsat.psychometrics.ordinal.moments import Extent, MissingRule, OrdinalMoments, moments_of_selection
from wxsat.psychometrics.ordinal.notes import EmptyTable
from wxsat.psychometrics.ordinal.selection import select_rows

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.responses.responses import Responses

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PolychoricCorrelations:
    """
    Correlations of the latent responses behind ordered variables.

    Attributes
    ----------
    names : tuple of str
    ordered : tuple of bool
        Numeric variables enter with polyserial and Pearson correlations.
    correlation : ndarray, shape (p, p)
        In [-1, 1]; need not be positive definite.
    std_error : ndarray, shape (p, p), optional
        Of each correlation, 0 on the diagonal; None unless asked for.
    thresholds : mapping of str to ndarray
        Of each ordered variable, on the scale of a standard normal variable.
    categories : mapping of str to tuple of float
        The codes that the thresholds part.
    n_obs, n_read : int
        Rows used and rows read.
    pair_n : ndarray of int, shape (p, p)
        Rows behind each correlation.
    empty_tables : tuple of EmptyTable
        Pairs whose table has an empty cell.
    findings : tuple of Finding
    """

    names: tuple[str, ...]
    ordered: tuple[bool, ...]
    correlation: Array
    std_error: Array | None
    thresholds: Mapping[str, Array]
    categories: Mapping[str, tuple[float, ...]]
    n_obs: int
    n_read: int
    pair_n: NDArray[np.int64]
    empty_tables: tuple[EmptyTable, ...]
    findings: tuple[Finding, ...]

    def frame(self) -> pd.DataFrame:
        """Return the correlations as a table with names on both sides."""
        import pandas as pd

        return pd.DataFrame(self.correlation, index=list(self.names), columns=list(self.names))

    def threshold_frame(self) -> pd.DataFrame:
        """Return one row a threshold: variable, number, the codes on either side, value."""
        import pandas as pd

        rows = [
            (name, number + 1, codes[number], codes[number + 1], float(value))
            for name, values in self.thresholds.items()
            for codes in (self.categories[name],)
            for number, value in enumerate(values)
        ]
        return pd.DataFrame(rows, columns=["variable", "threshold", "below", "above", "estimate"])

    def to_dict(self) -> dict[str, Any]:
        """Return everything as flat records; missing is None."""
        rows, columns = np.tril_indices(len(self.names), -1)
        return {
            "n": self.n_obs,
            "n_read": self.n_read,
            "correlations": [
                {
                    "a": self.names[b],
                    "b": self.names[a],
                    "correlation": _number(self.correlation[a, b]),
                    "std_error": None if self.std_error is None else _number(self.std_error[a, b]),
                    "n": int(self.pair_n[a, b]),
                }
                for a, b in sorted(zip(rows.tolist(), columns.tolist(), strict=True), key=lambda pair: pair[::-1])
            ],
            "thresholds": self.threshold_frame().to_dict("records"),
            "findings": [finding.to_dict() for finding in self.findings],
        }

    def _repr_html_(self) -> str:
        """Show the correlations in a notebook."""
        return str(self.frame().to_html(float_format="{:.3f}".format))


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def polychoric(
    data: pd.DataFrame | Responses | Array,
    names: Sequence[str] | None = None,
    *,
    ordered: Sequence[str] | Literal["all"] = "all",
    missing: MissingRule = "listwise",
    weights: str | Array | None = None,
    std_errors: bool = False,
) -> PolychoricCorrelations:
    """
    Polychoric, tetrachoric and polyserial correlations of a set of variables.

    What Likert answers correlate once their few categories are taken as slices of normal variables. Use them for a
    factor analysis or a reliability that does not suffer from coarse or skewed categories.

    Parameters
    ----------
    data : DataFrame, Responses or ndarray, shape (n, p)
        NaN where there is no answer.
    names : sequence of str, optional
        Columns; all by default. For an array its names, ``x1 x2 ...`` by default.
    ordered : sequence of str or "all"
        Variables with ordered categories; the others are numeric.
    missing : {"listwise", "pairwise"}
    weights : str or ndarray, optional
        Sampling weights, or their column.
    std_errors : bool
        Whether to compute the standard errors.

    Returns
    -------
    PolychoricCorrelations

    Raises
    ------
    DataError
        MEAS-001, MEAS-002, MEAS-007, MEAS-008 by column; MEAS-031 to MEAS-037 and MEAS-039 as in
        :func:`wxsat.psychometrics.ordinal.moments.evaluate_ordinal_moments`.

    Notes
    -----
    Two steps: thresholds from the margins, then each correlation by maximum likelihood. Checked against
    ``lavaan::lavCor`` 0.6-14 (1e-7) and ``psych::polychoric`` 2.2.9 with ``correct = 0``.

    References
    ----------
    .. [1] Olsson, U. (1979). Psychometrika, 44(4), 443-460.

    Examples
    --------
    >>> rows = np.array([[1, 1], [1, 2], [2, 1], [2, 2], [2, 2], [1, 1.0]])
    >>> round(float(polychoric(rows).correlation[0, 1]), 6)
    0.5
    """
    values, chosen, weight = _take(data, names, weights)
    flags = _ordered_flags(ordered, chosen)
    where = Where()
    selection = select_rows(
        values, chosen, flags, None, (), missing=missing, weights=weight, clusters=None, where=where
    )  # fmt: skip
    categories = observed_categories(selection.values, chosen, flags)
    extent: Extent = "none" if not std_errors else "diagonal" if flags.all() else "full"
    moments = moments_of_selection(selection, categories, where, extent)
    deviation = np.sqrt(np.diag(moments.covariance))
    correlation = moments.covariance / np.outer(deviation, deviation)
    np.fill_diagonal(correlation, 1.0)
    return PolychoricCorrelations(
        names=moments.names,
        ordered=moments.ordered,
        correlation=correlation,
        std_error=_standard_errors(moments) if std_errors else None,
        thresholds={n: t for n, t, flag in zip(chosen, moments.thresholds, flags, strict=True) if flag},
        categories={n: c for n, c, flag in zip(chosen, categories, flags, strict=True) if flag},
        n_obs=moments.n_obs,
        n_read=moments.n_read,
        pair_n=moments.pair_n,
        empty_tables=moments.empty_tables,
        findings=moments.findings,
    )


# The same by the name of what it returns.
polychoric_correlations = polychoric


def _take(
    data: pd.DataFrame | Responses | Array, names: Sequence[str] | None, weights: str | Array | None
) -> tuple[Array, list[str], Array | None]:
    """Return values, names and weights of whatever holds the data."""
    if isinstance(data, np.ndarray):
        chosen = list(names) if names is not None else [f"x{index + 1}" for index in range(data.shape[-1])]
        if isinstance(weights, str):
            raise DataError("MEAS-033", f"an array has no column {weights!r}.", hint="Give the weights themselves.")
        return np.asarray(data, dtype=np.float64), chosen, weights
    import pandas as pd

    from wxsat.psychometrics.construct_data import numeric_columns
    from wxsat.responses.responses import Responses

    frame = data.frame if isinstance(data, Responses) else data
    require_kind(frame, pd.DataFrame, "data", "a DataFrame, an array or answers")
    own = weights if isinstance(weights, str) else None
    chosen = [str(name) for name in frame.columns if str(name) != own] if names is None else list(names)
    columns = numeric_columns(frame, [*chosen, *([own] if own else [])])
    values = np.column_stack([columns[name] for name in chosen]) if chosen else np.zeros((len(frame), 0))
    return values, chosen, columns[own] if own else None if isinstance(weights, str) else weights


def _ordered_flags(ordered: Sequence[str] | Literal["all"], names: Sequence[str]) -> NDArray[np.bool_]:
    if isinstance(ordered, str) and ordered == "all":
        return np.ones(len(names), dtype=bool)
    wanted = [ordered] if isinstance(ordered, str) else list(ordered)
    unknown = [name for name in wanted if name not in names]
    if unknown:
        raise DataError(
            "MEAS-039",
            f"{unknown[0]!r} is to be ordered but is not among the variables.{nearest(unknown[0], names)}",
        )
    return np.array([name in wanted for name in names], dtype=bool)


def _standard_errors(moments: OrdinalMoments) -> Array:
    """
    Standard errors of the correlations.

    The statistics hold the covariances of numeric variables: theirs need the variances too (delta method).
    """
    size = len(moments.names)
    errors = np.zeros((size, size))
    rows, columns = np.triu_indices(size, 1)
    if moments.nacov_diagonal is None or not len(rows):
        return errors
    first = len(moments.statistics) - len(rows)
    variance = moments.nacov_diagonal[first:].copy()
    if moments.nacov is not None:
        numeric = np.flatnonzero(~np.array(moments.ordered))
        place = {int(index): first - len(numeric) + rank for rank, index in enumerate(numeric)}
        for pair, (a, b) in enumerate(zip(rows.tolist(), columns.tolist(), strict=True)):
            variance[pair] = _correlation_variance(moments, moments.nacov, first + pair, a, b, place)
    errors[rows, columns] = np.sqrt(variance / moments.n_obs)
    return np.asarray(errors + errors.T)


def _correlation_variance(
    moments: OrdinalMoments, nacov: Array, pair: int, a: int, b: int, place: Mapping[int, int]
) -> float:
    scale = float(np.sqrt(moments.covariance[a, a] * moments.covariance[b, b]))
    rho = moments.covariance[a, b] / scale
    where, slope = [pair], [1 / scale]
    for index in (a, b):
        if index in place:
            where.append(place[index])
            slope.append(-rho / (2 * moments.covariance[index, index]))
    return float(np.array(slope) @ nacov[np.ix_(where, where)] @ np.array(slope))
