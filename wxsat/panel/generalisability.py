"""How far a score tells accounts apart, whoever the supervisor and whatever the month: variance components and Phi.

The design is crossed and has gaps: accounts by supervisors by months, some account-months seen twice.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd

COMPONENTS = ("account", "rater", "month", "account:rater", "account:month", "residual")


@dataclass(frozen=True)
class VarianceComponents:
    """
    Variance components of a panel.

    Attributes
    ----------
    account, rater, month, account_rater, account_month, residual : float
        Variances in squared points, 0 or more; NaN where the design cannot tell the component (no account-month was
        seen twice, one month only, ...).
    mean : float
        Grand mean of the mixed model.
    converged : bool
    """

    account: float
    rater: float
    month: float
    account_rater: float
    account_month: float
    residual: float
    mean: float
    converged: bool

    def phi(self, n_raters: float, n_months: float) -> float:
        r"""
        Return the index of dependability for `n_raters` supervisors over `n_months` months.

        Notes
        -----
        :math:`\Phi = \sigma^2_a / (\sigma^2_a + \sigma^2_r/n_r + \sigma^2_m/n_m + \sigma^2_{ar}/n_r + \sigma^2_{am}/n_m
        + \sigma^2_e/(n_r n_m))` (Brennan 2001). Components that the design cannot tell are in the residual and count 0.

        Examples
        --------
        >>> round(VarianceComponents(60, 5, 2, 4, 10, 30, 70.0, True).phi(2, 12), 4)
        0.8989
        """
        parts = np.nan_to_num([self.rater, self.month, self.account_rater, self.account_month, self.residual])
        rater, month, account_rater, account_month, residual = (float(part) for part in parts)
        error = (
            (rater + account_rater) / n_raters + (month + account_month) / n_months + residual / (n_raters * n_months)
        )
        total = self.account + error
        return float(self.account / total) if total > 0 else float("nan")


def estimate_components(frame: pd.DataFrame) -> VarianceComponents:
    """
    Estimate the variance components by REML.

    Parameters
    ----------
    frame : DataFrame
        ``account rater month score``.

    Returns
    -------
    VarianceComponents

    Notes
    -----
    Linear mixed model with crossed random effects by statsmodels; checked against lme4 and, on balanced data, against
    expected mean squares. A component is left out when no cell could tell it from the residual.
    """
    import statsmodels.formula.api as smf

    data = pd.DataFrame(
        {
            "score": frame["score"].to_numpy(float),
            "account": frame["account"].astype(str).to_numpy(),
            "rater": frame["rater"].astype(str).to_numpy(),
            "month": frame["month"].astype(str).to_numpy(),
        }
    )
    data["account_rater"] = data["account"] + "\x1f" + data["rater"]
    data["account_month"] = data["account"] + "\x1f" + data["month"]
    data["everyone"] = 1
    estimable = [
        name for name in ("account", "rater", "month", "account_rater", "account_month") if _estimable(data, name)
    ]
    spread = float(data["score"].std(ddof=1)) or 1.0
    data["score"] /= spread
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = smf.mixedlm(
            "score ~ 1",
            data,
            groups="everyone",
            re_formula="0",
            vc_formula={name: f"0 + C({name})" for name in estimable},
        ).fit(method=["lbfgs", "powell"])
    variances = dict(zip(fit.model.exog_vc.names, (float(v) * spread**2 for v in fit.vcomp), strict=True))
    known = {
        name: variances.get(name, float("nan"))
        for name in ("account", "rater", "month", "account_rater", "account_month")
    }
    return VarianceComponents(
        **known,
        residual=float(fit.scale) * spread**2,
        mean=float(fit.fe_params.iloc[0]) * spread,
        converged=bool(fit.converged),
    )


def _estimable(data: pd.DataFrame, name: str) -> bool:
    levels = data[name].nunique()
    return 1 < levels < len(data)


def monthly_icc(frame: pd.DataFrame) -> pd.DataFrame:
    """
    Agreement of the supervisors month by month.

    Parameters
    ----------
    frame : DataFrame
        ``account rater month score``.

    Returns
    -------
    DataFrame
        ``month n_accounts n_double k icc icc_k form``: accounts scored, accounts scored by two or more, supervisors an
        account (harmonic mean over those), single-rating ICC and ICC of the mean of `k`. `form` is ``ICC(2,k)`` where
        the same supervisors scored all of them (by pingouin), ``ICC(1,k)`` where they differed (one-way, unequal
        numbers); NaN where fewer than two accounts were scored twice.
    """
    rows = [_icc_of_month(month, part) for month, part in frame.groupby("month", sort=True)]
    return pd.DataFrame(rows, columns=["month", "n_accounts", "n_double", "k", "icc", "icc_k", "form"])


def _icc_of_month(month: object, part: pd.DataFrame) -> tuple[str, int, int, float, float, float, str | None]:
    counts = part.groupby("account")["rater"].transform("size")
    double = part[counts > 1]
    n_double = int(double["account"].nunique())
    n_accounts = int(part["account"].nunique())
    if n_double < 2:
        return str(month), n_accounts, n_double, float("nan"), float("nan"), float("nan"), None
    wide = double.pivot(index="account", columns="rater", values="score")
    if not wide.isna().to_numpy().any() and len(wide) > 4:
        icc, icc_k = _two_way(double)
        return str(month), n_accounts, n_double, float(wide.shape[1]), icc, icc_k, "ICC(2,k)"
    k, icc, icc_k = one_way_icc(double["score"].to_numpy(float), double["account"].to_numpy())
    return str(month), n_accounts, n_double, k, icc, icc_k, "ICC(1,k)"


def _two_way(double: pd.DataFrame) -> tuple[float, float]:
    import pingouin as pg

    table = pg.intraclass_corr(data=double, targets="account", raters="rater", ratings="score").set_index("Type")
    forms = {str(label): float(value) for label, value in table["ICC"].items()}
    single = forms["ICC2"] if "ICC2" in forms else forms["ICC(A,1)"]
    mean = forms["ICC2k"] if "ICC2k" in forms else forms["ICC(A,k)"]
    return single, mean


def one_way_icc(scores: np.ndarray, targets: np.ndarray) -> tuple[float, float, float]:
    r"""
    Return the number of ratings a target, and the one-way ICC of one rating and of their mean, for unequal numbers.

    Notes
    -----
    :math:`ICC(1) = (MS_b - MS_w)/(MS_b + (k_0 - 1)MS_w)` with :math:`k_0 = (n - \sum n_i^2/n)/(g - 1)`; the mean of
    :math:`k_0` ratings by Spearman-Brown.

    Examples
    --------
    >>> import numpy as np
    >>> one_way_icc(np.array([1.0, 2, 5, 6]), np.array(["a", "a", "b", "b"]))[1]  # doctest: +ELLIPSIS
    0.939...
    """
    _, code, sizes = np.unique(targets, return_inverse=True, return_counts=True)
    n, groups = len(scores), len(sizes)
    means = np.bincount(code, scores) / sizes
    between = float(sizes @ (means - scores.mean()) ** 2) / (groups - 1)
    within = float(((scores - means[code]) ** 2).sum()) / (n - groups)
    k = (n - float((sizes**2).sum()) / n) / (groups - 1)
    total = between + (k - 1) * within
    single = (between - within) / total if total > 0 else float("nan")
    return k, single, k * single / (1 + (k - 1) * single)
