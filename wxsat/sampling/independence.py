"""Are two variables related? Pearson's chi-square with the corrections of Rao and Scott."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wxsat.errors import DataError
from wxsat.finding import Finding
from wxsat.notebook import ShownInNotebook
from wxsat.sampling.design import SurveyDesign
from wxsat.sampling.estimates import coded_column
from wxsat.sampling.statistics import Means, covariance_of

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Independence(ShownInNotebook):
    """
    Test of independence of two categorical variables.

    Attributes
    ----------
    row, column : str
    n : int
        Respondents with both values.
    pearson : float
        X² of the weighted table scaled to n; not to be referred to a chi-square by itself.
    chisq, chisq_df, chisq_p_value : float or None
        First-order correction: X² over the mean generalised design effect.
    f, f_df1, f_df2, p_value : float or None
        Second-order (Satterthwaite) correction as an F: the one to report.
    mean_deff : float or None
        Mean generalised design effect.
    design : mapping
    findings : tuple of Finding
    """

    row: str
    column: str
    n: int
    pearson: float
    chisq: float | None
    chisq_df: int | None
    chisq_p_value: float | None
    f: float | None
    f_df1: float | None
    f_df2: float | None
    p_value: float | None
    mean_deff: float | None
    design: Mapping[str, Any]
    findings: tuple[Finding, ...] = field(default=())

    def to_dict(self) -> dict[str, Any]:
        """Return the test as plain data."""
        document = {name: value for name, value in asdict(self).items() if name not in ("findings", "design")}
        return document | {"design": dict(self.design), "findings": [f.to_dict() for f in self.findings]}


def evaluate_independence(design: SurveyDesign, row: str, column: str) -> Independence:
    """
    Test whether two categorical variables are independent in the population.

    Parameters
    ----------
    design : SurveyDesign
    row, column : str
        Columns; respondents who lack either are left out.

    Returns
    -------
    Independence
        Without corrected tests for an opt-in sample.

    Raises
    ------
    DataError
        SAMP-040 no such column, SAMP-042 fewer than two levels of either variable.

    Notes
    -----
    Checked against ``survey::svychisq`` 4.1, ``statistic = "F"`` and ``"Chisq"``.

    References
    ----------
    .. [1] Rao, J. N. K., & Scott, A. J. (1984). On chi-squared tests for multiway contingency tables with cell
       proportions estimated from survey data. Annals of Statistics, 12(1), 46-60.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"a": list("xxyyxy"), "b": list("ppqqpq")})
    >>> evaluate_independence(SurveyDesign(people, sampling="probability"), "a", "b").pearson.__round__(6)
    6.0
    """
    rows, row_levels = coded_column(design, row)
    columns, column_levels = coded_column(design, column)
    inside = (rows >= 0) & (columns >= 0) & (design.current_weights != 0)
    rows, n_rows = _present(rows, inside, row, len(row_levels))
    columns, n_columns = _present(columns, inside, column, len(column_levels))
    n = int(inside.sum())
    cell = np.where(inside, columns * n_rows + rows, -1)
    indicators = (cell[:, None] == np.arange(n_rows * n_columns)).astype(np.float64)
    members = np.repeat(inside.astype(np.float64)[:, None], n_rows * n_columns, axis=1)
    statistic = Means(indicators, members)
    p = statistic.evaluate(design.current_weights)
    table = p.reshape(n_columns, n_rows)
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0, keepdims=True)
    pearson = float(n * ((table - expected) ** 2 / expected).sum())
    if design.optin:
        none = (None, None, None, None, None, None, None, None)
        return Independence(row, column, n, pearson, *none, design.describe(), design.findings())
    delta = _generalised_effects(p, covariance_of(statistic, design), n_rows, n_columns, n)
    corrected = _corrected(pearson, delta, design.degrees_of_freedom)
    return Independence(row, column, n, pearson, *corrected, design.describe(), design.findings())


def _present(codes: NDArray[np.int64], inside: NDArray[np.bool_], name: str, n: int) -> tuple[NDArray[np.int64], int]:
    kept = np.unique(codes[inside])
    if len(kept) < 2:
        raise DataError("SAMP-042", f"'{name}' has fewer than two levels among those with both values.", where=name)
    table = np.full(n + 1, -1, dtype=np.int64)
    table[kept] = np.arange(len(kept))
    return table[codes], len(kept)


def _generalised_effects(p: Array, covariance: Array, n_rows: int, n_columns: int, n: int) -> Array:
    """Return the matrix whose eigenvalues are the generalised design effects."""
    row, column = np.arange(n_rows * n_columns) % n_rows, np.arange(n_rows * n_columns) // n_rows
    by_row = (row[:, None] == np.arange(1, n_rows)).astype(np.float64)
    by_column = (column[:, None] == np.arange(1, n_columns)).astype(np.float64)
    main = np.column_stack([np.ones(len(p)), by_row, by_column])
    both = (by_row[:, :, None] * by_column[:, None, :]).reshape(len(p), -1)
    contrast = both - main @ np.linalg.lstsq(main, both, rcond=None)[0]
    inverse = np.divide(1.0, p, out=np.zeros_like(p), where=p > 0)
    simple = contrast.T @ (contrast * (inverse / n)[:, None])
    scaled = contrast * inverse[:, None]
    return np.asarray(np.linalg.solve(simple, scaled.T @ covariance @ scaled))


def _corrected(pearson: float, delta: Array, df: int) -> tuple[float, int, float, float, float, float, float, float]:
    from scipy.special import chdtrc, fdtrc

    trace = float(np.trace(delta))
    k = len(delta)
    chisq = pearson / (trace / k)
    df1 = trace**2 / float(np.trace(delta @ delta))
    f = pearson / trace
    return chisq, k, float(chdtrc(k, chisq)), f, df1, df1 * df, float(fdtrc(df1, df1 * df, f)), trace / k
