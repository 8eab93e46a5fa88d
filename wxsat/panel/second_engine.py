"""The panel's variance components once more, by another program: statsmodels' mixed model as a witness."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.errors import UsageError, nearest
from wxsat.panel.generalisability import COMPONENTS, VarianceComponents

if TYPE_CHECKING:
    import pandas as pd

ENGINES = ("statsmodels",)


@dataclass(frozen=True)
class EngineCheck:
    """
    What another program finds.

    Attributes
    ----------
    engine, version : str
    components : dict of str to float
        Its variances, by the names of :class:`wxsat.panel.generalisability.VarianceComponents`; those that the design
        cannot tell are missing.
    largest_difference : float
        Of a variance, as a share of the total variance.
    component : str
        Which one that is.
    converged : bool
        By that program's own word.
    """

    engine: str
    version: str
    components: dict[str, float]
    largest_difference: float
    component: str
    converged: bool


def check_engine(name: str | None) -> None:
    """Refuse a second engine that is not known (``PANEL-016``)."""
    if name is not None and name not in ENGINES:
        raise UsageError(
            "PANEL-016", f"there is no second engine {name!r}.{nearest(name, ENGINES)}", where="check",
            hint=f"Known: {', '.join(ENGINES)}.",
        )  # fmt: skip


def check_components(frame: pd.DataFrame, components: VarianceComponents) -> EngineCheck:
    """
    Refit the mixed model of a panel with statsmodels.

    Parameters
    ----------
    frame : DataFrame
        ``account rater month score``.
    components : VarianceComponents
        Ours of the same sheets.

    Notes
    -----
    One crossed random effect a component, restricted likelihood, by L-BFGS and then Powell: L-BFGS alone stops beside
    the optimum where a component is zero. Its matrices are as large as the panel: 650 sheets take about ten seconds.

    Examples
    --------
    >>> check_components(sheets, estimate_components(sheets)).component  # doctest: +SKIP
    'account'
    """
    import statsmodels
    import statsmodels.formula.api as smf

    data = frame[["account", "rater", "month"]].astype(str).assign(everyone=1)
    data["account_rater"] = data["account"] + "\x1f" + data["rater"]
    data["account_month"] = data["account"] + "\x1f" + data["month"]
    score = frame["score"].to_numpy(np.float64)
    spread = float(score.std(ddof=1)) or 1.0
    data["score"] = score / spread
    ours = {name.replace(":", "_"): float(getattr(components, name.replace(":", "_"))) for name in COMPONENTS}
    told = [name for name, value in ours.items() if name != "residual" and np.isfinite(value)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = smf.mixedlm(
            "score ~ 1", data, groups="everyone", re_formula="0",
            vc_formula={name: f"0 + C({name})" for name in told},
        ).fit(method=["lbfgs", "powell"])  # fmt: skip
    theirs = dict(zip(fit.model.exog_vc.names, (float(v) * spread**2 for v in fit.vcomp), strict=True))
    theirs["residual"] = float(fit.scale) * spread**2
    total = sum(ours[name] for name in theirs)
    gaps = {name: abs(ours[name] - value) / total for name, value in theirs.items()}
    worst = max(gaps, key=lambda name: gaps[name])
    return EngineCheck("statsmodels", statsmodels.__version__, theirs, gaps[worst], worst, bool(fit.converged))
