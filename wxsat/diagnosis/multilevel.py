"""Between accounts: leaders' commitment, the records' reply rate, the public's sense of going unanswered, satisfaction.

Each step comes from another source, so that no respondent's mood can make it. With enough accounts it is one two-level
structural equation model; with fewer, regressions between accounts and a model within them, and the result says which.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from wxsat.diagnosis.multilevel_inputs import CAUSE, OUTCOME, SCALE, ChainData, gather_chain
from wxsat.diagnosis.multilevel_regression import account_moments, between_covariance, regress_chain
from wxsat.diagnosis.multilevel_sem import INDIRECT, PATHS, WITHIN, ChainEstimate, fit_chain, unestimated
from wxsat.diagnosis.operators import score_staff
from wxsat.diagnosis.resampling import percentile_interval
from wxsat.finding import Finding
from wxsat.responses.responses import Responses

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.records.audit import AuditResult

TWO_LEVEL_FROM, REGRESSION_FROM = 100, 20
TWO_LEVEL, REGRESSION, NONE = "two_level", "regression", "none"
CHAIN_COLUMNS = (
    "model", "path", "level", "outcome", "predictor", "expected", "estimate", "std_error", "ci_lower", "ci_upper",
    "reading",
)  # fmt: skip
# Path: level, outcome, predictor, expected sign, and what turns a coefficient of the model into points of 0-100 scales
# (per 10 points of commitment, per unit of the logit).
DESCRIBED: Mapping[str, tuple[str, str, str, str, float]] = {
    PATHS[0]: ("account", "reply_rate", "OLC", "+", 1.0),
    PATHS[1]: ("account", CAUSE, "reply_rate", "-", SCALE),
    PATHS[2]: ("account", OUTCOME, CAUSE, "-", 1.0),
    INDIRECT: ("account", OUTCOME, "OLC", "+", SCALE),
    WITHIN: ("respondent", OUTCOME, CAUSE, "-", 1.0),
}


def _no_paths() -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(columns=list(CHAIN_COLUMNS))


@dataclass(frozen=True)
class AccountChain:
    """
    The path between accounts.

    Attributes
    ----------
    paths : DataFrame
        `CHAIN_COLUMNS`. `model` is ``chain`` (commitment acts through the reply rate, and that through non-response
        alone) or ``open`` (direct paths left open). `reading` is ``as_expected``, ``opposite`` or ``undetermined``, by
        the 95 % interval. Units: points of 0-100 scales; commitment counts in 10 points, the reply rate in logits.
    method : {"two_level", "regression", "none"}
    reason : str
        Why it is not the two-level model: ``few_accounts``, ``single_items``, or the code of what stopped it; empty
        where it is.
    n, n_accounts : int
        Respondents and accounts that all three sources know.
    figures : mapping of str to float
        ``icc1_UNA icc2_UNA icc1_SAT icc2_SAT``, and the fit of the two-level model.
    """

    paths: pd.DataFrame = field(default_factory=_no_paths)
    method: str = NONE
    reason: str = "sources"
    n: int = 0
    n_accounts: int = 0
    figures: Mapping[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values, its paths as rows."""
        return {
            "method": self.method, "reason": self.reason or None, "n": self.n, "n_accounts": self.n_accounts,
            "figures": dict(self.figures), "paths": self.paths.to_dict("records"),
        }  # fmt: skip


def trace_between_accounts(
    responses: Responses,
    cluster: str | None,
    operators: Responses | None,
    audit: AuditResult | None,
    *,
    draws: int,
    seed: int,
) -> AccountChain:
    r"""
    Estimate the path from leaders' commitment to satisfaction between accounts.

    Parameters
    ----------
    responses : Responses
        The public's cleaned answers.
    cluster : str, optional
        Column of the accounts; without accounts, staff or records there is no path.
    operators : Responses, optional
    audit : AuditResult, optional
    draws : int
        Bootstrap draws of accounts, where the regressions are used.
    seed : int

    Returns
    -------
    AccountChain

    Notes
    -----
    From 100 accounts on a two-level model by maximum likelihood (loadings equal at both levels, no residuals between
    accounts), below that, or where it cannot be estimated, slopes from the covariance between accounts freed of the
    sampling within them, and the respondents' own path from a model of deviations from the account, its error robust
    to the accounts. Below 20 accounts nothing is said. 100 and 20 are conventions (Maas & Hox 2005). Answers count
    unweighted, complete ones alone.

    Checked against lavaan (``tests/golden/diagnosis``) and by recovery from simulations.

    References
    ----------
    .. [1] Maas, C. J. M., & Hox, J. J. (2005). Sufficient sample sizes for multilevel modeling. Methodology, 1(3),
       86-92.
    .. [2] MacKinnon, D. P., Lockwood, C. M., & Williams, J. (2004). Confidence limits for the indirect effect.
       Multivariate Behavioral Research, 39(1), 99-128.
    """
    if cluster is None or operators is None or audit is None or responses.instrument is None:
        return AccountChain()
    data = gather_chain(responses, cluster, score_staff(operators), audit)
    return estimate_chain(data, draws=draws, seed=seed)


def estimate_chain(data: ChainData, *, draws: int, seed: int) -> AccountChain:
    """Estimate the path by the method that the number of accounts and of items allows."""
    rng = np.random.default_rng(np.random.SeedSequence([seed, 11]))
    if data.n_accounts < REGRESSION_FROM or not all(data.items.values()):
        reason = "few_accounts" if all(data.items.values()) else "no_items"
        return AccountChain(reason=reason, n=len(data.account), n_accounts=data.n_accounts)
    method, reason = TWO_LEVEL, _why_not(data)
    chain, opened = unestimated(reason), unestimated(reason)
    if not reason:
        chain, opened = fit_chain(data, rng, opened=False), fit_chain(data, rng, opened=True)
    if chain.reason:
        method, reason = REGRESSION, chain.reason
        chain, opened = (regress_chain(data, draws, rng, opened=way) for way in (False, True))
    if chain.reason:
        method, reason = NONE, chain.reason
    figures = {**_agreement(data), **chain.figures}
    rows = [*_rows("chain", chain), *_rows("open", opened)]
    return AccountChain(_frame(rows), method, reason, len(data.account), data.n_accounts, figures)


def _why_not(data: ChainData) -> str:
    if data.n_accounts < TWO_LEVEL_FROM:
        return "few_accounts"
    return "single_items" if min(map(len, data.items.values())) < 2 else ""


def _agreement(data: ChainData) -> dict[str, float]:
    """Return the share of the spread that lies between accounts, and the reliability of an account's mean."""
    moments = account_moments(data)
    between = np.diag(between_covariance(moments, np.ones((1, data.n_accounts)))[0])[2:]
    within = np.diag(moments.scatter.sum(axis=0)) / (moments.n - 1).sum()
    size = 1.0 / float(np.mean(1.0 / moments.n))
    figures = {}
    for name, b, w in zip((CAUSE, OUTCOME), np.maximum(between, 0.0), within, strict=True):
        figures[f"icc1_{name}"] = float(b / (b + w)) if b + w > 0 else np.nan
        figures[f"icc2_{name}"] = float(b / (b + w / size)) if b + w > 0 else np.nan
    return figures


def _rows(model: str, estimate: ChainEstimate) -> list[dict[str, Any]]:
    if estimate.reason:
        return []
    rows = []
    for path, (level, outcome, predictor, expected, unit) in DESCRIBED.items():
        if path not in estimate.estimates or (path == WITHIN and model == "open"):
            continue
        lower, upper = percentile_interval(estimate.draws[path], estimate.level)
        rows.append(
            {
                "model": model, "path": path, "level": level, "outcome": outcome, "predictor": predictor,
                "expected": expected, "estimate": unit * estimate.estimates[path],
                "std_error": unit * estimate.errors[path], "ci_lower": unit * lower, "ci_upper": unit * upper,
                "reading": _reading(expected, lower, upper),
            }
        )  # fmt: skip
    return rows


def _reading(expected: str, lower: float, upper: float) -> str:
    if not (lower > 0 or upper < 0):
        return "undetermined"
    return "as_expected" if (lower > 0) == (expected == "+") else "opposite"


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows, columns=list(CHAIN_COLUMNS))


def caution_about_chain(chain: AccountChain) -> list[Finding]:
    """Say which method stands behind the path between accounts, and why; nothing where a source is missing."""
    evidence = {
        "accounts": chain.n_accounts,
        "needed": TWO_LEVEL_FROM,
        "fewest": REGRESSION_FROM,
        "cause": chain.reason,
    }
    if chain.method == NONE:
        if chain.reason == "sources":
            return []
        message = (
            f"The path from leaders' commitment to satisfaction between accounts is not estimated ({chain.reason}): "
            f"{chain.n_accounts} accounts are known to all three sources; at least {REGRESSION_FROM} are needed."
        )
        return [Finding("DIAG-150", "note", "between_accounts", message, evidence)]
    if chain.method == REGRESSION:
        message = (
            f"The path between accounts rests on regressions between {chain.n_accounts} accounts, not on a two-level "
            f"model ({chain.reason}); that needs {TWO_LEVEL_FROM} accounts."
        )
        return [Finding("DIAG-151", "note", "between_accounts", message, evidence)]
    return []
