"""What a fit returns: numbers at full precision, labels and provenance. It neither rounds nor draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wxsat.finding import Finding, refusals

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from wxsat.sem.parameter_table import ParameterTable


@dataclass(frozen=True)
class SemResult:
    """
    A fitted structural equation model.

    Attributes
    ----------
    parameters : DataFrame
        ``lhs op rhs group label free estimate std_error z p_value ci_lower ci_upper std_lv std_all``; missing is NaN.
    fit_measures : mapping of str to float
        lavaan's fitMeasures names with ``.`` written as ``_``.
    r2 : DataFrame
        ``variable group value`` for every endogenous latent and indicator.
    effects : DataFrame
        ``outcome source kind estimate std_error z p_value ci_lower ci_upper std_all path`` with kind one of
        ``direct indirect total specific``, for every pair of structural variables that a path joins.
    residuals : DataFrame
        ``a b observed implied raw correlation`` (residual correlations), one row a pair.
    sample_covariance, implied_covariance : ndarray, shape (n_observed, n_observed)
        Divided by N, in the order of `observed_names`.
    latent_covariance : ndarray, shape (n_latent, n_latent)
        Model-implied, in the order of `latent_names`.
    parameter_covariance : ndarray, shape (n_free, n_free)
        Of the free parameters, in the order of `table`'s free numbers.
    table : ParameterTable
    findings : tuple of Finding
        Everything that must be known before the figures are read.
    """

    model: str
    engine: str
    estimator: str
    converged: bool
    iterations: int | None
    n_obs: int
    n_read: int
    missing: str
    table: ParameterTable
    parameters: pd.DataFrame
    fit_measures: Mapping[str, float]
    r2: pd.DataFrame
    effects: pd.DataFrame
    residuals: pd.DataFrame
    observed_names: tuple[str, ...]
    latent_names: tuple[str, ...]
    sample_covariance: NDArray[np.float64]
    implied_covariance: NDArray[np.float64]
    latent_covariance: NDArray[np.float64]
    parameter_covariance: NDArray[np.float64]
    findings: tuple[Finding, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    @property
    def refused(self) -> bool:
        """Whether a stated rule forbids the structural reading."""
        return bool(refusals(self.findings))
