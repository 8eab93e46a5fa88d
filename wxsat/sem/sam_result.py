"""What SAM returns, and its table of parameters with the step that each was estimated in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from wxsat.finding import Finding
from wxsat.sem.definitions import defined_parameters, delta_variance
from wxsat.sem.estimates import wald
from wxsat.sem.parameter_table import ParameterTable

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(frozen=True)
class SamResult:
    """
    A model estimated in two steps.

    Attributes
    ----------
    parameters : DataFrame
        ``lhs op rhs group label step estimate std_error z p_value ci_lower ci_upper``; step 1 is measurement.
    blocks : DataFrame
        ``block latents n_items chisq df`` of every measurement model.
    reliability : DataFrame
        ``latent group value`` of the mapped scores (local SAM alone).
    latent_covariance : tuple of ndarray
        One a group: what the structural part was fitted to (local), or what it implies (global).
    latent_names : tuple of str
        Its variables: latents and observed variables of the structural part.
    chisq, df : float, int
        Of the structural part (local); of the whole model with the measurement part held (global).
    parameter_covariance : ndarray, shape (n_free, n_free)
        Both steps; nothing between them.
    theta : ndarray, shape (n_free,)
    findings : tuple of Finding
    """

    method: str
    parameters: pd.DataFrame
    blocks: pd.DataFrame
    reliability: pd.DataFrame
    latent_covariance: tuple[Array, ...]
    latent_names: tuple[str, ...]
    chisq: float
    df: int
    parameter_covariance: Array
    theta: Array
    findings: tuple[Finding, ...] = ()


def two_step_frame(table: ParameterTable, theta: Array, vcov: Array, second: set[int]) -> pd.DataFrame:
    """Return one row a parameter and a ``:=`` line; `second` are the free parameters of the second step."""
    import pandas as pd

    records: list[dict[str, Any]] = []
    for row in table.parameters:
        value = float(theta[row.free - 1]) if row.free else row.ustart
        if value is None:
            continue
        variance = float(vcov[row.free - 1, row.free - 1]) if row.free else 0.0
        label = "" if row.label.startswith(".p") or "~" in row.label else row.label
        step = 2 if row.op == "~" or (row.free and row.free - 1 in second) else 1
        head = {"lhs": row.lhs, "op": row.op, "rhs": row.rhs, "group": row.group, "label": label, "step": step}
        records.append(head | {"estimate": value} | wald(value, variance))
    for row, (value, gradient) in zip(table.definitions, defined_parameters(table, theta), strict=True):
        head = {"lhs": row.lhs, "op": ":=", "rhs": row.rhs, "group": 0, "label": row.label, "step": 2}
        records.append(head | {"estimate": value} | wald(value, delta_variance(gradient, vcov)))
    return pd.DataFrame(records)
