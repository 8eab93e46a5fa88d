"""Automatic bounds, as lavaan's ``bounds=``: where admissible solutions lie (De Jonckere and Rosseel 2022)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from wxsat.errors import UsageError, nearest
from wxsat.sem.moments import Moments
from wxsat.sem.parameter import Parameter
from wxsat.sem.parameter_table import ParameterTable

if TYPE_CHECKING:
    from collections.abc import Mapping

BOUNDS = ("standard", "pos.var", "pos.ov.var", "pos.lv.var")
MARKER_RELIABILITY = 0.1  # of the marker, at least, under standard bounds
ENDOGENOUS_LEAST = 0.005
COVARIANCE_SHARE = 0.999
Interval = tuple[float | None, float | None]


def check_bounds(name: str | None) -> None:
    """Refuse an unknown kind of bounds (SEM-066)."""
    if name is not None and name not in BOUNDS:
        raise UsageError(
            "SEM-066",
            f"bounds={name!r} is unknown. Known: {', '.join(map(repr, BOUNDS))}.{nearest(name, BOUNDS)}",
            where="bounds",
        )


def with_bounds(table: ParameterTable, sample: Sequence[Moments], name: str | None) -> ParameterTable:
    """
    Return the table with bounds on its free parameters; those of the text stay where they are.

    ``pos.var`` keeps variances from being negative; ``standard`` also keeps residual variances below the observed
    ones, latent variances between a tenth of the marker's and all of it, loadings and covariances in the range that
    follows.
    """
    if name is None:
        return table
    rows = []
    for row in table.rows:
        if not row.free:
            rows.append(row)
            continue
        moments = sample[row.group - 1]
        lower, upper = _interval(row, table, dict(zip(moments.names, np.diag(moments.covariance), strict=True)), name)
        rows.append(
            replace(
                row, lower=lower if row.lower is None else row.lower, upper=upper if row.upper is None else row.upper
            )
        )
    return replace(table, rows=tuple(rows))


def _interval(row: Parameter, table: ParameterTable, variance: Mapping[str, float], name: str) -> Interval:
    latent = row.lhs in table.latent_names
    if row.op == "~~" and row.lhs == row.rhs:
        if name == "standard":
            return _latent_range(row.lhs, table, variance) if latent else (0.0, float(variance[row.lhs]))
        wanted = ("pos.var", "pos.lv.var") if latent else ("pos.var", "pos.ov.var")
        return (0.0, None) if name in wanted else (None, None)
    if name != "standard":
        return None, None
    if row.op == "=~" and row.rhs in variance:
        least = max(_scale_range(row.lhs, table, variance)[0], 0.0)
        reach = float(np.sqrt(variance[row.rhs] / least)) if least > 0 else None
        return (None, None) if reach is None else (-reach, reach)
    if row.op == "~~":
        tops = [
            _latent_range(v, table, variance)[1] if v in table.latent_names else float(variance[v])
            for v in (row.lhs, row.rhs)
        ]
        if all(top is not None for top in tops):
            reach = COVARIANCE_SHARE * float(np.sqrt((tops[0] or 0.0) * (tops[1] or 0.0)))
            return -reach, reach
    return None, None


def _latent_range(latent: str, table: ParameterTable, variance: Mapping[str, float]) -> Interval:
    lower, upper = _scale_range(latent, table, variance)
    if latent not in table.roles.exogenous_latent:
        lower = ENDOGENOUS_LEAST
    return lower, upper


def _scale_range(latent: str, table: ParameterTable, variance: Mapping[str, float]) -> tuple[float, float]:
    """Return the range of a latent's variance from its marker's, or from the largest variance without one."""
    if table.std_lv:
        return 1.0, 1.0
    marker = next(
        (
            row.rhs
            for row in table.parameters
            if row.op == "=~" and row.lhs == latent and not row.free and row.ustart == 1
        ),
        None,
    )
    if marker is not None and marker in variance:
        return MARKER_RELIABILITY * float(variance[marker]), float(variance[marker])
    return 0.0, float(max(variance.values()))
