"""What a fitted composite model is: frames at full precision, findings, and how it came about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wxsat.finding import Finding, refusals
from wxsat.numerics.plain import frame_records, plain

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.pls.bootstrap import Bootstrap
    from wxsat.pls.estimates import Estimates
    from wxsat.pls.plan import Plan
    from wxsat.pls.sample import PlsSample

TABLES = (
    "paths",
    "total_effects",
    "loadings",
    "weights",
    "r2",
    "reliability",
    "htmt",
    "collinearity",
    "model_fit",
    "index",
    "importance",
)


@dataclass(frozen=True)
class PlsResult:
    """
    A composite model's estimates.

    Attributes
    ----------
    paths : DataFrame
        ``from to estimate std_error p_value ci_lower ci_upper f2 vif total``; standardised, one row a path.
    total_effects : DataFrame
        ``from to estimate std_error p_value ci_lower ci_upper indirect``.
    loadings, weights : DataFrame
        ``construct item mode estimate std_error p_value ci_lower ci_upper``; weights also ``vif`` of formative items.
    r2 : DataFrame
        ``construct r2 r2_adjusted ci_lower ci_upper``.
    reliability : DataFrame
        ``construct n_items alpha rho_a cr ave``; missing for single items and formative blocks.
    htmt : DataFrame
        ``a b htmt correlation`` of reflective constructs of two or more items.
    collinearity : DataFrame
        ``construct predictor vif``.
    model_fit : DataFrame
        ``model srmr srmr_hi95 d_uls d_uls_hi95 d_g d_g_hi95`` of the saturated and the estimated model; a discrepancy
        above its HI95 is more than sampling explains. HI95 is missing without draws.
    index : DataFrame
        ``construct mean equal_weights`` on 0-100; empty without the ends of the answer scale.
    importance : DataFrame
        ``construct target importance performance`` and intervals; empty without `target` and scale.
    findings : tuple of Finding
    n_obs, iterations : int
    settings, counts : dict
    """

    paths: pd.DataFrame
    total_effects: pd.DataFrame
    loadings: pd.DataFrame
    weights: pd.DataFrame
    r2: pd.DataFrame
    reliability: pd.DataFrame
    htmt: pd.DataFrame
    collinearity: pd.DataFrame
    model_fit: pd.DataFrame
    index: pd.DataFrame
    importance: pd.DataFrame
    findings: tuple[Finding, ...]
    n_obs: int
    iterations: int
    settings: dict[str, Any]
    counts: dict[str, int]
    plan: Plan = field(repr=False)
    sample: PlsSample = field(repr=False)
    estimates: Estimates = field(repr=False)
    bootstrap: Bootstrap | None = field(repr=False, default=None)

    @property
    def refused(self) -> bool:
        """Whether a finding forbids the structural reading."""
        return bool(refusals(self.findings))

    def scores(self) -> pd.DataFrame:
        """Return the standardised composites (mean 0, variance 1 by divisor N), one row a used row of the data."""
        import numpy as np
        import pandas as pd

        from wxsat.pls.products import composite_scores

        counts = np.ones((1, self.n_obs))
        scores = composite_scores(self.estimates.column_weights, self.sample.values, counts)[0]
        return pd.DataFrame(scores, columns=list(self.plan.final.constructs), index=self.sample.rows)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON document of ``wxsat pls fit``."""
        tables = {name: frame_records(getattr(self, name)) for name in TABLES}
        document = {
            "n": self.n_obs,
            "converged": True,
            "iterations": self.iterations,
            **tables,
            "findings": [finding.to_dict() for finding in self.findings],
            "settings": self.settings,
            "counts": self.counts,
        }
        return dict(plain(document))

    def _repr_html_(self) -> str:
        return str(self.paths.to_html(index=False, float_format=lambda value: f"{value:.3f}", escape=True))
