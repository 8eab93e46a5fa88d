"""How far a score tells accounts apart, whoever the supervisor and whatever the month: variance components and Phi.

The design is crossed and has gaps: accounts by supervisors by months, some account-months seen twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wxsat.numerics.absolute_agreement import absolute_agreement
from wxsat.panel.restricted_likelihood import FACTORS, cross_scores, fit_crossed

COMPONENTS = ("account", "rater", "month", "account:rater", "account:month", "residual")
STEP = 1e-4
FEWEST_DF = 3.0
ICC_COLUMNS = ["month", "n_accounts", "n_double", "k", "icc", "icc_k", "ci_lower", "ci_upper", "form"]
IccRow = tuple[str, int, int, float, float, float, float, float, str | None]


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
    free : tuple of str
        Components above zero.
    log_covariance : ndarray
        Covariance of the logarithms of those; empty where it is not known.
    """

    account: float
    rater: float
    month: float
    account_rater: float
    account_month: float
    residual: float
    mean: float
    converged: bool
    free: tuple[str, ...] = ()
    log_covariance: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 0)), compare=False, repr=False)

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
        return _phi({name: float(getattr(self, name)) for name in (*FACTORS, "residual")}, n_raters, n_months)

    def phi_interval(self, n_raters: float, n_months: float) -> tuple[float, float]:
        """
        Return the 95 % interval of the index of dependability; NaN where no account differs from the others.

        Notes
        -----
        By the delta method on the logit of Phi, from the curvature of the restricted likelihood in the logarithms of
        the components; t with Satterthwaite's degrees of freedom, a component whose logarithm has variance v counting
        as a chi-square of 2 / v: the few supervisors of a panel would otherwise make the interval too short. Measured
        coverage: docs, explanation/simulation.

        References
        ----------
        .. [1] Satterthwaite, F. E. (1946). An approximate distribution of estimates of variance components.
           Biometrics Bulletin, 2(6), 110-114.
        """
        from scipy.special import stdtrit

        phi = self.phi(n_raters, n_months)
        if "account" not in self.free or not 0 < phi < 1:
            return float("nan"), float("nan")
        parts = {name: float(getattr(self, name)) for name in (*FACTORS, "residual")}
        slope = np.array(
            [
                (_logit_phi(parts | {name: parts[name] * np.exp(STEP)}, n_raters, n_months)
                 - _logit_phi(parts | {name: parts[name] * np.exp(-STEP)}, n_raters, n_months)) / (2 * STEP)
                for name in self.free
            ]
        )  # fmt: skip
        variance = float(slope @ self.log_covariance @ slope)
        each = np.diag(self.log_covariance)
        df = max(2 * variance**2 / float((slope**4 * each**3).sum()), FEWEST_DF)
        half = float(stdtrit(df, 0.975)) * float(np.sqrt(variance))
        middle = float(np.log(phi / (1 - phi)))
        return float(1 / (1 + np.exp(half - middle))), float(1 / (1 + np.exp(-half - middle)))


def _phi(parts: Mapping[str, float], n_raters: float, n_months: float) -> float:
    known = {name: 0.0 if np.isnan(value) else value for name, value in parts.items()}
    error = (
        (known["rater"] + known["account_rater"]) / n_raters
        + (known["month"] + known["account_month"]) / n_months
        + known["residual"] / (n_raters * n_months)
    )
    total = known["account"] + error
    return float(known["account"] / total) if total > 0 else float("nan")


def _logit_phi(parts: Mapping[str, float], n_raters: float, n_months: float) -> float:
    phi = _phi(parts, n_raters, n_months)
    return float(np.log(phi / (1 - phi)))


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
    Linear mixed model with crossed random effects, see :func:`wxsat.panel.restricted_likelihood.fit_crossed`; checked
    against lme4, statsmodels (:mod:`wxsat.panel.second_engine`) and, on balanced data, against expected mean squares.
    A component is left out when no cell could tell it from the residual.
    """
    score = frame["score"].to_numpy(np.float64)
    codes = {name: pd.factorize(frame[name].astype(str), sort=True)[0] for name in ("account", "rater", "month")}
    codes["account_rater"] = codes["account"] * (codes["rater"].max() + 1) + codes["rater"]
    codes["account_month"] = codes["account"] * (codes["month"].max() + 1) + codes["month"]
    spread = float(score.std(ddof=1)) or 1.0
    data = cross_scores(score / spread, codes["account"], codes["rater"], codes["month"])
    fit = fit_crossed(data, [name for name in FACTORS if 1 < len(np.unique(codes[name])) < len(score)])
    variances = {name: float(fit.variances.get(name, np.nan)) * spread**2 for name in (*FACTORS, "residual")}
    return VarianceComponents(
        **variances, mean=fit.mean * spread, converged=fit.converged, free=fit.free, log_covariance=fit.covariance
    )


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
        ``month n_accounts n_double k icc icc_k ci_lower ci_upper form``: accounts scored, accounts scored by two or
        more, supervisors an account (harmonic mean over those), single-rating ICC, ICC of the mean of `k` and its 95 %
        interval (F distribution). `form` is ``ICC(2,k)`` where
        the same supervisors scored all of them, ``ICC(1,k)`` where they differed (one-way, unequal
        numbers); NaN where fewer than two accounts were scored twice.
    """
    rows = [_icc_of_month(month, part) for month, part in frame.groupby("month", sort=True)]
    return pd.DataFrame(rows, columns=ICC_COLUMNS)


def _icc_of_month(month: object, part: pd.DataFrame) -> IccRow:
    counts = part.groupby("account")["rater"].transform("size")
    double = part[counts > 1]
    n_double = int(double["account"].nunique())
    n_accounts = int(part["account"].nunique())
    unknown = float("nan")
    if n_double < 2:
        return str(month), n_accounts, n_double, unknown, unknown, unknown, unknown, unknown, None
    wide = double.pivot(index="account", columns="rater", values="score")
    if not wide.isna().to_numpy().any():
        return str(month), n_accounts, n_double, float(wide.shape[1]), *_two_way(wide.to_numpy(float)), "ICC(2,k)"
    score, account = double["score"].to_numpy(float), double["account"].to_numpy()
    k, icc, icc_k = one_way_icc(score, account)
    low, high = one_way_interval(score, account)
    return str(month), n_accounts, n_double, k, icc, icc_k, low, high, "ICC(1,k)"


def _two_way(ratings: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """Single and mean ICC(2), and the 95 % interval of the latter; accounts in rows, supervisors in columns."""
    n, k = ratings.shape
    grand = ratings.mean()
    rows, columns = ratings.mean(axis=1), ratings.mean(axis=0)
    residual = ratings - rows[:, None] - columns + grand
    targets = k * float(((rows - grand) ** 2).sum()) / (n - 1)
    raters = n * float(((columns - grand) ** 2).sum()) / (k - 1)
    error = float((residual**2).sum()) / ((n - 1) * (k - 1))
    unknown = float("nan")
    if error > 0:
        single, low, high = absolute_agreement(targets, raters, error, n, k)
    else:
        whole = targets + k * raters / n
        single, low, high = (targets / whole if whole > 0 else unknown), unknown, unknown

    def of_mean(value: float) -> float:
        return float(k * value / (1 + (k - 1) * value))

    return single, of_mean(single), of_mean(low), of_mean(high)


def _mean_squares(scores: np.ndarray, targets: np.ndarray) -> tuple[float, float, int, int]:
    """Mean squares between and within targets, and their degrees of freedom."""
    _, code, sizes = np.unique(targets, return_inverse=True, return_counts=True)
    n, groups = len(scores), len(sizes)
    means = np.bincount(code, scores) / sizes
    between = float(sizes @ (means - scores.mean()) ** 2) / (groups - 1)
    within = float(((scores - means[code]) ** 2).sum()) / (n - groups)
    return between, within, groups - 1, n - groups


def one_way_interval(scores: np.ndarray, targets: np.ndarray) -> tuple[float, float]:
    """
    Return the 95 % interval of the one-way ICC of the mean rating.

    Notes
    -----
    :math:`1 - 1/F_L` to :math:`1 - 1/F_U` with the F of the mean squares over, and times, the .975 quantiles of F
    (Shrout & Fleiss 1979); exact for equal numbers of ratings, close for nearly equal ones.
    """
    from scipy.special import fdtri

    between, within, df_between, df_within = _mean_squares(scores, targets)
    if not within > 0:
        return float("nan"), float("nan")
    ratio = between / within
    low = ratio / float(fdtri(df_between, df_within, 0.975))
    high = ratio * float(fdtri(df_within, df_between, 0.975))
    return 1 - 1 / low, 1 - 1 / high


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
    between, within, df_between, df_within = _mean_squares(scores, targets)
    _, sizes = np.unique(targets, return_counts=True)
    n = df_between + df_within + 1
    k = (n - float((sizes**2).sum()) / n) / df_between
    total = between + (k - 1) * within
    single = (between - within) / total if total > 0 else float("nan")
    return k, single, k * single / (1 + (k - 1) * single)
