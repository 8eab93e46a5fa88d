"""How the items of each construct go together: correlations of every pair, of answers or of what lies behind them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wxsat.psychometrics.construct_data import ConstructData
from wxsat.psychometrics.scales import constructs_to_evaluate
from wxsat.responses.responses import Responses

CorrelationKind = Literal["pearson", "polychoric"]
COLUMNS = ["construct", "a", "b", "n", "correlation"]


def inter_item_correlations(
    responses: Responses | pd.DataFrame,
    *,
    constructs: Sequence[str] | None = None,
    scales: Mapping[str, Sequence[str]] | None = None,
    reverse: Iterable[str] = (),
    scale_range: tuple[float, float] | None = None,
    kind: CorrelationKind = "pearson",
) -> pd.DataFrame:
    """
    Correlate every pair of items of each construct.

    Parameters
    ----------
    responses, constructs, scales, reverse, scale_range
        As in :func:`wxsat.evaluate_scales`.
    kind : {"pearson", "polychoric"}
        Of the answers, or of the normal responses that ordered answers are thought to cut into categories.

    Returns
    -------
    DataFrame
        ``construct a b n correlation``: `n` respondents answered every item of the construct; NaN where an item does
        not vary among them.

    Raises
    ------
    DataError
        As :func:`wxsat.evaluate_scales`; for ``polychoric`` also MEAS-030 to MEAS-039.

    Notes
    -----
    Respondents who answered all items of the construct, as for its alpha. Checked against R's ``cor`` and
    ``psych::polychoric``.

    Examples
    --------
    >>> frame = pd.DataFrame({"a": [1, 2, 3, 4.0], "b": [2, 1, 4, 3.0]})
    >>> inter_item_correlations(frame, scales={"PU": ["a", "b"]})["correlation"].round(3).tolist()
    [0.6]
    """
    data = constructs_to_evaluate(responses, constructs, scales, reverse, scale_range)
    rows = [row for one in data for row in _pairs(one, kind)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _pairs(data: ConstructData, kind: CorrelationKind) -> list[tuple[str, str, str, int, float]]:
    values = data.complete
    varies = values.std(axis=0) > 0 if len(values) > 1 else np.zeros(len(data.items), dtype=bool)
    correlation = np.full((len(data.items),) * 2, np.nan)
    if varies.sum() > 1:
        correlation[np.ix_(varies, varies)] = _correlations(values[:, varies], data, varies, kind)
    return [
        (data.id, data.items[i], data.items[j], len(values), float(correlation[i, j]))
        for i in range(len(data.items))
        for j in range(i + 1, len(data.items))
    ]


def _correlations(
    values: NDArray[np.float64], data: ConstructData, varies: NDArray[np.bool_], kind: CorrelationKind
) -> NDArray[np.float64]:
    if kind == "pearson":
        return np.asarray(np.corrcoef(values, rowvar=False))
    from wxsat.psychometrics.ordinal.correlations import polychoric

    names = [name for name, keeps in zip(data.items, varies, strict=True) if keeps]
    return np.asarray(polychoric(pd.DataFrame(values, columns=names)).correlation)
