"""Linear regression under a design."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from wxsat.errors import DataError
from wxsat.sampling.design import SurveyDesign
from wxsat.sampling.estimates import (
    Degrees,
    Estimates,
    Labelled,
    assemble,
    coded_column,
    domains,
    missing_finding,
    numeric_columns,
)
from wxsat.sampling.statistics import LeastSquares

Array = NDArray[np.float64]
INTERCEPT = "(intercept)"
RANK_TOLERANCE = 1e-9


def estimate_regression(
    design: SurveyDesign,
    outcome: str,
    predictors: str | Sequence[str],
    *,
    confidence: float = 0.95,
    degrees: Degrees = "design",
) -> Estimates:
    """
    Regress an outcome on predictors, weighted, with design-based errors.

    Parameters
    ----------
    design : SurveyDesign
    outcome : str
        Numeric column.
    predictors : str or sequence of str
        Numeric columns; a text column enters as indicators of its levels but the first. Respondents who lack any
        value are left out.
    confidence, degrees
        As in :func:`wxsat.estimate_mean`; the design's degrees of freedom are lessened by the number of predictors.

    Returns
    -------
    Estimates
        With ``t`` and ``p_value``.

    Raises
    ------
    DataError
        SAMP-040, SAMP-041, SAMP-042, and SAMP-044 for predictors of deficient rank.

    Notes
    -----
    Checked against ``survey::svyglm`` (gaussian) 4.1.

    References
    ----------
    .. [1] Binder, D. A. (1983). On the variances of asymptotically normal estimators from complex surveys.
       International Statistical Review, 51(3), 279-292.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"y": [1.0, 2.1, 2.9, 4.2], "x": [0.0, 1.0, 2.0, 3.0]})
    >>> estimate_regression(SurveyDesign(people, sampling="probability"), "y", "x").table["estimate"].round(3).tolist()
    [0.99, 1.04]
    """
    from scipy.special import stdtr

    listed = [predictors] if isinstance(predictors, str) else list(predictors)
    y = numeric_columns(design, [outcome])[:, 0]
    columns, names = [np.ones(len(y))], [INTERCEPT]
    for name in listed:
        for label, column in _terms(design, name):
            columns.append(column)
            names.append(label)
    x = np.column_stack(columns)
    inside = domains(design, None)[0][1]
    used = inside & ~np.isnan(x).any(axis=1) & ~np.isnan(y)
    if not used.any():
        raise DataError("SAMP-042", "no respondent has a value in every variable of the regression.", where=outcome)
    _require_rank(x[used], names)
    statistic = LeastSquares(np.where(used[:, None], x, 0.0), np.where(used, y, 0.0))
    k = len(names)
    labels = Labelled(tuple(names), (None,) * k, (None,) * k, (int(used.sum()),) * k)
    own: Degrees = (
        max(design.degrees_of_freedom + 1.0 - k, 1.0) if degrees == "design" and not design.optin else degrees
    )
    complete = np.where(inside & ~used, np.nan, 1.0)[:, None]
    found = assemble(
        design, "coefficient", statistic, labels, confidence, own, missing_finding(design, complete, ["the regression"])
    )
    table = found.table.assign(t=found.table["estimate"] / found.table["std_error"])
    table["p_value"] = np.nan if found.df is None else 2 * stdtr(found.df, -table["t"].abs().to_numpy())
    return replace(found, table=table)


def _terms(design: SurveyDesign, name: str) -> list[tuple[str, Array]]:
    import pandas as pd

    if name in design.frame.columns and not pd.api.types.is_numeric_dtype(design.frame[name].dtype):
        codes, levels = coded_column(design, name)
        indicators = [np.where(codes < 0, np.nan, (codes == k).astype(np.float64)) for k in range(len(levels))]
        return [(f"{name}={level}", column) for level, column in zip(levels[1:], indicators[1:], strict=True)]
    return [(name, numeric_columns(design, [name])[:, 0])]


def _require_rank(x: Array, names: Sequence[str]) -> None:
    scaled = x / np.maximum(np.linalg.norm(x, axis=0), 1e-300)
    kept: list[int] = []
    for j in range(x.shape[1]):
        values = np.linalg.svd(scaled[:, [*kept, j]], compute_uv=False)
        if values[-1] <= RANK_TOLERANCE * values[0]:
            message = f"'{names[j]}' is constant or follows from the predictors before it."
            raise DataError("SAMP-044", message, where=names[j], hint="Leave it out.")
        kept.append(j)
