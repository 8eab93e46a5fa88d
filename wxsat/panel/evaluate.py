"""From a year of monthly sheets to fair annual scores, with what they are worth."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from wxsat.errors import DataError, UsageError
from wxsat.finding import Finding
from wxsat.numerics.plain import frame_records
from wxsat.panel import scoring_sheet as limits
from wxsat.panel.annual import annual_scores
from wxsat.panel.facets import Facets, fit_facets
from wxsat.panel.gaming import FEWEST_WITH_RECORDS, GamingChecks, check_gaming
from wxsat.panel.generalisability import VarianceComponents, estimate_components, monthly_icc
from wxsat.panel.scores import PanelScores, panel_scores_of, read_panel_scores
from wxsat.panel.second_engine import EngineCheck, check_components, check_engine


@dataclass(frozen=True, eq=False)
class PanelResult:
    """
    What a panel of supervisors says.

    Attributes
    ----------
    annual : DataFrame
        One row an account and year, see :func:`wxsat.panel.annual.annual_scores`.
    accounts : DataFrame
        ``account n observed fair std_error``.
    raters : DataFrame
        ``rater n leniency std_error``.
    monthly : DataFrame
        ``account month score raters veto``: mean of the month's sheets, supervisors' leniency taken out.
    icc : DataFrame
        Agreement month by month, see :func:`wxsat.panel.generalisability.monthly_icc`.
    components : VarianceComponents
    phi : float
        Dependability of a year's score with the panel's typical numbers of months and supervisors.
    phi_interval : tuple of float
        Its 95 % interval.
    n_months, raters_per_month : float
        Those numbers: median months an account, mean supervisors an account-month.
    impression_correlation : float or None
        Correlation of the overall impression (E2) with the other items' sum.
    gaming : GamingChecks
    usable : bool
        Whether Phi reaches .80, what annual use requires.
    findings : tuple of Finding
    check : EngineCheck, optional
        What another program finds, where it was asked.
    """

    annual: pd.DataFrame
    accounts: pd.DataFrame
    raters: pd.DataFrame
    monthly: pd.DataFrame
    icc: pd.DataFrame
    components: VarianceComponents
    phi: float
    phi_interval: tuple[float, float]
    n_months: float
    raters_per_month: float
    impression_correlation: float | None
    gaming: GamingChecks
    usable: bool
    findings: tuple[Finding, ...]
    check: EngineCheck | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain lists of flat records."""
        parts = self.components
        return {
            "annual": frame_records(self.annual),
            "accounts": frame_records(self.accounts),
            "raters": frame_records(self.raters),
            "monthly": frame_records(self.monthly.assign(month=self.monthly["month"].astype(str))),
            "icc": frame_records(self.icc),
            "variance_components": {
                "account": parts.account,
                "rater": parts.rater,
                "month": parts.month,
                "account_rater": parts.account_rater,
                "account_month": parts.account_month,
                "residual": parts.residual,
                "converged": parts.converged,
            },
            "phi": self.phi,
            "phi_ci_lower": None if np.isnan(self.phi_interval[0]) else self.phi_interval[0],
            "phi_ci_upper": None if np.isnan(self.phi_interval[1]) else self.phi_interval[1],
            "n_months": self.n_months,
            "raters_per_month": self.raters_per_month,
            "impression_correlation": self.impression_correlation,
            "gaming": {
                "top_share": self.gaming.top_share,
                "announcement": self.gaming.announcement,
                "announcement_se": self.gaming.announcement_se,
                "log_correlation": self.gaming.log_correlation,
                "log_n": self.gaming.log_n,
                "raters": frame_records(self.gaming.raters),
            },
            "usable": self.usable,
            "check": None if self.check is None else asdict(self.check),
            "findings": [finding.to_dict() for finding in self.findings],
        }

    def _repr_html_(self) -> str:
        """Show the annual scores in a notebook."""
        return str(self.annual.to_html(index=False, float_format="{:.2f}".format, na_rep=""))


def evaluate_panel(
    scores: PanelScores | pd.DataFrame | str | Path,
    *,
    records: pd.Series | None = None,
    weight: float = 1.0,
    check: str | None = None,
) -> PanelResult:
    """
    Evaluate a panel of supervisors.

    Parameters
    ----------
    scores : PanelScores, DataFrame or path
        From :func:`wxsat.panel.scores.read_panel_scores`, or what it reads.
    records : Series, optional
        Account to a health score of its own records (0 to 100, higher = better), to check the panel against.
    weight : float
        Weight of the panel within the annual evaluation.
    check : {"statsmodels"}, optional
        Refit the mixed model with another program, see :func:`wxsat.panel.second_engine.check_components`.

    Returns
    -------
    PanelResult

    Raises
    ------
    DataError
        PANEL-010 accounts and supervisors fall into unconnected sets; PANEL-011 fewer than two accounts or two
        supervisors; PANEL-012 all scores alike.
    UsageError
        PANEL-013 a weight that is negative or no number; PANEL-014 records that are no scores by account;
        PANEL-015 no sheets; PANEL-016 an unknown second engine.

    Examples
    --------
    >>> evaluate_panel(read_panel_scores("sheets.csv")).phi  # doctest: +SKIP
    0.87
    """
    _require_usable(records, weight)
    check_engine(check)
    scores = _sheets_of(scores)
    frame = scores.frame
    _require_variety(frame, scores.where)
    facets = fit_facets(frame, scores.where)
    components = estimate_components(frame)
    counts = frame.groupby(["account", "month"])["rater"].size()
    per_month = float(counts.mean())
    n_months = float(counts.groupby("account").size().median())
    # What lasts in an account cannot be told from what was so in its only month.
    lasting = bool((frame.groupby("account")["month"].nunique() > 1).any())
    phi = components.phi(per_month, n_months) if lasting else np.nan
    interval = components.phi_interval(per_month, n_months) if lasting else (np.nan, np.nan)
    icc = monthly_icc(frame)
    impression = _impression(scores.items)
    gaming = check_gaming(frame, facets.accounts, records)
    annual = annual_scores(frame, facets.adjusted, components, weight=weight)
    annual = annual if lasting else annual.assign(phi=np.nan)
    double_share = float((counts.groupby("account").max() > 1).mean())
    findings = _findings(phi, icc, components, double_share, gaming, annual)
    if records is not None and gaming.log_correlation is None:
        findings = (*findings, _not_compared(gaming.log_n))
    return PanelResult(
        annual, facets.accounts, facets.raters, _monthly(frame, facets), icc, components, phi,
        interval, n_months, per_month,
        impression, gaming, phi >= limits.MIN_PHI, findings,
        check_components(frame, components) if check is not None else None,
    )  # fmt: skip


def _sheets_of(given: PanelScores | pd.DataFrame | str | Path) -> PanelScores:
    if isinstance(given, PanelScores):
        return given
    if isinstance(given, str | Path):
        return read_panel_scores(given)
    if isinstance(given, pd.DataFrame):
        return panel_scores_of(given)
    raise UsageError(
        "PANEL-015",
        f"evaluate_panel() needs supervisors' sheets, got {type(given).__name__}.",
        where="scores",
        hint="Pass what read_panel_scores() returned, a table, or a file.",
    )


def _require_usable(records: pd.Series | None, weight: float) -> None:
    if not (np.isfinite(weight) and weight >= 0):
        raise UsageError("PANEL-013", f"the weight is {weight}; expected a number from 0 on.", where="weight")
    if records is None:
        return
    if not isinstance(records, pd.Series) or records.index.has_duplicates or records.dtype.kind not in "fiu":
        raise UsageError(
            "PANEL-014",
            "records must be a Series of numbers, one an account.",
            where="records",
            hint="wxsat.panel.record_scores.read_record_scores() reads one from a file.",
        )


def _require_variety(frame: pd.DataFrame, where: str) -> None:
    for key, what in (("account", "accounts"), ("rater", "supervisors")):
        if frame[key].nunique() < 2:
            raise DataError(
                "PANEL-011",
                f"there are fewer than two {what}.",
                where=where,
                hint="A panel compares; add the other sheets.",
            )
    if float(frame["score"].std(ddof=1)) == 0:
        raise DataError("PANEL-012", "all scores are alike.", where=where, hint="Nothing tells the accounts apart.")


def _monthly(frame: pd.DataFrame, facets: Facets) -> pd.DataFrame:
    return (
        frame.assign(adjusted=facets.adjusted)
        .groupby(["account", "month"], sort=True)
        .agg(score=("adjusted", "mean"), raters=("rater", "size"), veto=("veto", "any"))
        .reset_index()
    )


def _impression(items: pd.DataFrame | None) -> float | None:
    if items is None:
        return None
    overall = items[limits.OVERALL_IMPRESSION]
    others = items.drop(columns=limits.OVERALL_IMPRESSION).sum(axis=1)
    if overall.std() == 0 or others.std() == 0:
        return None
    return float(np.corrcoef(overall, others)[0, 1])


def _findings(
    phi: float,
    icc: pd.DataFrame,
    components: VarianceComponents,
    double_share: float,
    gaming: GamingChecks,
    annual: pd.DataFrame,
) -> tuple[Finding, ...]:
    found = []
    if np.isnan(phi):
        text = (
            "No account was scored in two months: what lasts in an account cannot be told from what was so in that "
            "month, and Phi is not known. Agreement within the month, severities and vetoes stand; no annual "
            "evaluation."
        )
        found.append(Finding("PANEL-110", "refusal", "phi", text, {"required": limits.MIN_PHI}))
    elif not phi >= limits.MIN_PHI:
        text = (
            f"Dependability of the year's scores is {phi:.2f}, below {limits.MIN_PHI:.2f}: "
            "not to be used for an annual evaluation."
        )
        found.append(Finding("PANEL-101", "refusal", "phi", text, {"phi": phi, "required": limits.MIN_PHI}))
    low = icc[icc["icc_k"] < limits.MIN_ICC]
    if len(low):
        months = ", ".join(low["month"])
        text = f"Supervisors agreed too little (ICC below {limits.MIN_ICC:.2f}) in {months}."
        found.append(Finding("PANEL-102", "warning", months, text, {"months": months, "required": limits.MIN_ICC}))
    if double_share < limits.MIN_DOUBLE_SHARE:
        text = (
            f"Only {double_share:.0%} of the accounts were ever scored by two supervisors in a month; 20 % are needed."
        )
        found.append(Finding("PANEL-103", "warning", "double", text, {"share": double_share}))
    if not components.converged:
        found.append(
            Finding(
                "PANEL-104", "warning", "components", "The variance components did not converge; read Phi with care."
            )
        )
    return (*found, *_gaming_findings(gaming), *_thin(annual))


def _gaming_findings(gaming: GamingChecks) -> list[Finding]:
    found = []
    collapsed = ", ".join(gaming.raters.loc[gaming.raters["collapsed"], "rater"])
    if collapsed:
        text = f"Supervisors whose scores hardly differ: {collapsed}."
        found.append(Finding("PANEL-105", "warning", collapsed, text, {"raters": collapsed}))
    if gaming.announcement is not None and gaming.announcement_se is not None:
        effect, error = gaming.announcement, gaming.announcement_se
        if effect - 1.96 * error > 0:
            text = f"Scores are {effect:.1f} points higher when an inspection is known (standard error {error:.1f})."
            found.append(Finding("PANEL-106", "warning", "inspection", text, {"effect": effect, "std_error": error}))
    if gaming.log_correlation is not None and gaming.log_correlation < 0.3:
        text = (
            f"Scores hardly follow the records (rank correlation {gaming.log_correlation:.2f}, "
            f"{gaming.log_n} accounts)."
        )
        found.append(
            Finding("PANEL-107", "warning", "records", text, {"correlation": gaming.log_correlation, "n": gaming.log_n})
        )
    return found


def _not_compared(n: int) -> Finding:
    text = (
        f"The scores were not held against the records: {n} accounts in both, at least "
        f"{FEWEST_WITH_RECORDS} that differ are needed."
    )
    return Finding("PANEL-109", "warning", "records", text, {"n": n, "required": FEWEST_WITH_RECORDS})


def _thin(annual: pd.DataFrame) -> list[Finding]:
    thin = annual[annual["verdict"] == "insufficient"]
    if thin.empty:
        return []
    n = int(thin["account"].nunique())
    text = (
        f"{n} accounts have too few months for an annual score "
        "(nine of twelve, at most one quarter without a month scored twice)."
    )
    return [Finding("PANEL-108", "note", "annual", text, {"n": n})]
