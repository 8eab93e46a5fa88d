"""Every hypothesis with its verdict: supported, refuted or undetermined, and the numbers it rests on.

The claims of the theory are there to be refuted. A path that is not significant is not refuted by that: it is refuted
when its sign is significantly the other way, or when even the largest value its interval allows is negligible.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wxsat.diagnosis.account_claims import AccountFigures
from wxsat.diagnosis.hierarchy import ResolvedHierarchy
from wxsat.diagnosis.resampling import Draws, percentile_interval, smoothed_share
from wxsat.diagnosis.structure import total_effect
from wxsat.records.shares import wilson_interval

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
HYPOTHESIS_COLUMNS = (
    "hypothesis", "outcome", "predictor", "expected", "estimate", "std_error", "ci_lower", "ci_upper", "std_all",
    "std_lower", "std_upper", "p_value", "p_holm", "verdict", "basis",
)  # fmt: skip
CLAIM_COLUMNS = ("claim", "verdict", "estimate", "ci_lower", "ci_upper", "probability", "basis")
ACCOUNT_CLAIMS = ("news_over_service", "few_save_errands", "nonlocal_harm", "full_function_landing")
ROOT_CANDIDATES = ("D1", "D2", "D4")
FEWEST_ACCOUNTS = 20
FAMILY = tuple(f"H{i}" for i in range(6, 21))
NEGLIGIBLE = 0.10
LEVEL = 0.05
SUPPORTED, REFUTED, UNDETERMINED = "supported", "refuted", "undetermined"


def holm(p_values: Sequence[float]) -> list[float]:
    """
    Return Holm's step-down adjusted p-values; NaN stays NaN and is no member of the family.

    References
    ----------
    .. [1] Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal of
       Statistics, 6(2), 65-70.

    Examples
    --------
    >>> [round(p, 3) for p in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    p = np.asarray(p_values, dtype=np.float64)
    adjusted = np.full(p.shape, np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    factors = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * factors), 1.0) if len(order) else []
    return [float(v) for v in adjusted]


def judge_path(expected: str, estimate: float, p_value: float, std_lower: float, std_upper: float) -> str:
    """
    Return the verdict on a path of expected sign.

    Parameters
    ----------
    expected : {"+", "-"}
    estimate : float
    p_value : float
        Two-sided, corrected for the family where there is one.
    std_lower, std_upper : float
        Interval of the standardised path.

    Examples
    --------
    >>> judge_path("+", 0.3, 0.001, 0.2, 0.4), judge_path("+", -0.3, 0.001, -0.4, -0.2)
    ('supported', 'refuted')
    >>> judge_path("+", 0.02, 0.4, -0.03, 0.07), judge_path("+", 0.1, 0.2, -0.05, 0.25)
    ('refuted', 'undetermined')
    """
    sign = 1.0 if expected == "+" else -1.0
    if not np.isfinite([estimate, p_value, std_lower, std_upper]).all():
        return UNDETERMINED
    if p_value < LEVEL:
        return SUPPORTED if sign * estimate > 0 else REFUTED
    return REFUTED if max(sign * std_lower, sign * std_upper) < NEGLIGIBLE else UNDETERMINED


def judge_hypotheses(estimate: Draws, drawn: Draws, hierarchy: ResolvedHierarchy) -> pd.DataFrame:
    """
    Return one row a hypothesis, a dilemma as outcome being the weighted mean of its parts.

    Parameters
    ----------
    estimate, drawn : Draws
        Standard errors are the spread of the draws; p-values are those of t with the degrees of freedom of the draws.
    hierarchy : ResolvedHierarchy

    Returns
    -------
    DataFrame
        `HYPOTHESIS_COLUMNS`. ``p_holm`` is corrected over H6 to H20, and the plain p-value for the others; the verdict
        goes by it.
    """
    import pandas as pd
    from scipy.stats import t as student

    rows: list[dict[str, Any]] = []
    for name, (outcome, predictor, sign, columns, weights) in _declared(hierarchy, drawn.paths.labels).items():
        values = drawn.paths.coefficients[:, columns] @ weights
        scaled = drawn.paths.standardised[:, columns] @ weights
        finite = values[np.isfinite(values)]
        now = float(estimate.paths.coefficients[0, columns] @ weights)
        error = float(np.std(finite, ddof=1)) if 2 * finite.size >= max(values.size, 4) else np.nan
        (lower, upper), (std_lower, std_upper) = (percentile_interval(v, df=drawn.df) for v in (values, scaled))
        rows.append(
            {
                "hypothesis": name, "outcome": outcome, "predictor": predictor, "expected": sign, "estimate": now,
                "std_error": error, "ci_lower": lower, "ci_upper": upper,
                "std_all": float(estimate.paths.standardised[0, columns] @ weights), "std_lower": std_lower,
                "std_upper": std_upper, "basis": "path",
                "p_value": float(2 * student.sf(abs(now / error), drawn.df)) if error > 0 else np.nan,
            }
        )  # fmt: skip
    family = [r for r in rows if r["hypothesis"] in FAMILY]
    adjusted = dict(zip([r["hypothesis"] for r in family], holm([r["p_value"] for r in family]), strict=True))
    for row in rows:
        row["p_holm"] = adjusted.get(row["hypothesis"], row["p_value"])
        row["verdict"] = judge_path(row["expected"], row["estimate"], row["p_holm"], row["std_lower"], row["std_upper"])
    return pd.DataFrame(rows, columns=list(HYPOTHESIS_COLUMNS))


def _declared(
    hierarchy: ResolvedHierarchy, labels: Sequence[tuple[str, str]]
) -> dict[str, tuple[str, str, str, list[int], Floats]]:
    """Return outcome, predictor, sign, columns and weights of every hypothesis, in the order of their numbers."""
    owner = {part: d for d, parts in hierarchy.composites.items() for part in parts}
    found: dict[str, list[tuple[str, str, str, int]]] = {}
    for equation in hierarchy.equations:
        for path in equation.paths:
            if path.hypothesis:
                column = labels.index((equation.outcome, path.predictor))
                found.setdefault(path.hypothesis, []).append((equation.outcome, path.predictor, path.sign, column))
    declared = {}
    for name in sorted(found, key=lambda h: int(h[1:])):
        paths = found[name]
        dilemma = owner.get(paths[0][0], "")
        weights = np.array([hierarchy.composites[dilemma][p[0]] if len(paths) > 1 else 1.0 for p in paths])
        outcome = dilemma if len(paths) > 1 else paths[0][0]
        declared[name] = (outcome, paths[0][1], paths[0][2], [p[3] for p in paths], weights / weights.sum())
    return declared


def judge_root(drawn: Draws, hierarchy: ResolvedHierarchy) -> dict[str, Any]:
    """
    Return the verdict on the claim that the leaders' mindset is the root: the worst total effect of what can be one.

    Supported if it is so in 90 % of the draws, refuted if in at most 10 %. It is held against the other dilemmas that
    satisfaction suffers from; an outcome dilemma is no rival: its symptoms are where their effects arrive.
    """
    row: dict[str, Any] = {"claim": "leader_root", "basis": "total_effects", "probability": np.nan}
    dilemmas = [d for d in ROOT_CANDIDATES if d in hierarchy.composites]
    if "D1" not in dilemmas or len(dilemmas) < 2 or hierarchy.outcome not in hierarchy.nodes:
        return row | {"verdict": UNDETERMINED, "basis": "missing"}
    effects = {d: total_effect(drawn.paths.matrix, hierarchy, d, hierarchy.outcome) for d in dilemmas}
    rest = np.min([v for d, v in effects.items() if d != "D1"], axis=0)
    lead = (effects["D1"] - rest)[np.isfinite(effects["D1"] - rest)]
    share = smoothed_share(lead < 0)
    lower, upper = percentile_interval(lead, df=drawn.df)
    return row | {
        "probability": share, "estimate": float(np.median(lead)) if lead.size else np.nan,
        "ci_lower": lower, "ci_upper": upper, "verdict": _by_probability(share),
    }  # fmt: skip


def _by_probability(share: float) -> str:
    return SUPPORTED if share >= 0.90 else REFUTED if share <= 0.10 else UNDETERMINED


def judge_association(
    claim: str, x: Floats, y: Floats, expected: str, basis: str, fewest: int = FEWEST_ACCOUNTS
) -> dict[str, Any]:
    """
    Return the verdict on a claim about accounts, from the rank correlation of two figures of theirs.

    Parameters
    ----------
    claim : str
    x, y : ndarray, shape (accounts,)
        NaN where an account has no figure.
    expected : {"+", "-"}
    basis : str
        What the figures are.
    fewest : int
        Accounts below which nothing is said.

    Notes
    -----
    Spearman's correlation, interval by Fisher's z with variance (1 + r²/2)/(n - 3) (Bonett & Wright 2000).
    """
    from scipy.stats import norm, spearmanr

    both = np.isfinite(x) & np.isfinite(y)
    row: dict[str, Any] = {"claim": claim, "basis": basis, "probability": np.nan}
    n = int(both.sum())
    if n < fewest or np.ptp(x[both]) == 0 or np.ptp(y[both]) == 0:
        return row | {"verdict": UNDETERMINED, "estimate": np.nan, "ci_lower": np.nan, "ci_upper": np.nan}
    r = float(np.clip(spearmanr(x[both], y[both]).statistic, -0.999999, 0.999999))
    z, half = np.arctanh(r), norm.isf(LEVEL / 2) * np.sqrt((1 + r * r / 2) / (n - 3))
    lower, upper = float(np.tanh(z - half)), float(np.tanh(z + half))
    p = float(2 * norm.sf(abs(z) / np.sqrt((1 + r * r / 2) / (n - 3))))
    return row | {
        "estimate": r, "ci_lower": lower, "ci_upper": upper,
        "verdict": judge_path(expected, r, p, lower, upper),
    }  # fmt: skip


def judge_excess(claim: str, excess: Floats, basis: str, fewest: int = FEWEST_ACCOUNTS) -> dict[str, Any]:
    """
    Return the verdict on a claim that one thing outweighs another in the accounts' mean.

    Parameters
    ----------
    claim : str
    excess : ndarray, shape (accounts,)
        By how much it does, by account; NaN where an account has no figure.
    basis : str
    fewest : int
        Accounts below which nothing is said.

    Notes
    -----
    Supported where the t interval of the mean lies above zero, refuted where it lies below.

    Examples
    --------
    >>> judge_excess("more", np.tile([0.2, 0.4], 10), "accounts")["verdict"]
    'supported'
    """
    from scipy.special import stdtrit

    known = excess[np.isfinite(excess)]
    row: dict[str, Any] = {"claim": claim, "basis": basis, "probability": np.nan}
    if known.size < max(fewest, 2):
        return row | {"verdict": UNDETERMINED, "estimate": np.nan, "ci_lower": np.nan, "ci_upper": np.nan}
    mean, error = float(known.mean()), float(known.std(ddof=1) / np.sqrt(known.size))
    half = float(stdtrit(known.size - 1, 1 - LEVEL / 2)) * error
    lower, upper = mean - half, mean + half
    return row | {"estimate": mean, "ci_lower": lower, "ci_upper": upper, "verdict": _beyond(0.0, lower, upper)}


def judge_few(claim: str, having: Floats, basis: str, fewest: int = FEWEST_ACCOUNTS) -> dict[str, Any]:
    """
    Return the verdict on a claim that only a minority of the accounts has something.

    Parameters
    ----------
    claim : str
    having : ndarray, shape (accounts,)
        1 where an account has it, 0 where not, NaN where nobody looked.
    basis : str
    fewest : int

    Notes
    -----
    Supported where Wilson's interval of the share lies below one half, refuted where it lies above.

    Examples
    --------
    >>> judge_few("few", np.repeat([1.0, 0.0], [5, 35]), "accounts")["verdict"]
    'supported'
    """
    known = having[np.isfinite(having)]
    row: dict[str, Any] = {"claim": claim, "basis": basis, "probability": np.nan}
    if known.size < max(fewest, 1):
        return row | {"verdict": UNDETERMINED, "estimate": np.nan, "ci_lower": np.nan, "ci_upper": np.nan}
    lower, upper = wilson_interval(float(known.sum()), known.size)
    share = float(known.mean())
    return row | {"estimate": share, "ci_lower": lower, "ci_upper": upper, "verdict": _beyond(-0.5, -upper, -lower)}


def _beyond(line: float, lower: float, upper: float) -> str:
    """Say on which side of a line an interval lies."""
    return SUPPORTED if lower > line else REFUTED if upper < line else UNDETERMINED


def judge_claims(
    drawn: Draws | None,
    hierarchy: ResolvedHierarchy,
    figures: AccountFigures | None = None,
    rivals: Sequence[str] = (),
) -> pd.DataFrame:
    """
    Return one row a claim of the founding article that the figures may refute.

    Parameters
    ----------
    drawn : Draws, optional
        Without a structure that can be read the claim about leaders is undetermined.
    hierarchy : ResolvedHierarchy
    figures : AccountFigures, optional
        What the records say of each account, see :mod:`wxsat.diagnosis.account_claims`.
    rivals : sequence of str
        Rival models that the answers prefer to the hierarchy. The claim about leaders is read from the hierarchy's
        effects: where a rival fits better it is not supported by them, but undetermined.

    Returns
    -------
    DataFrame
        `CLAIM_COLUMNS`. ``leader_root``: leaders' total effect on satisfaction is worse than that of D2 and D4.
        ``news_over_service``: more posts that serve nobody than posts that do. ``few_save_errands``: fewer than half of
        the accounts have functions that land at or above the compliance line. ``nonlocal_harm``: the more followers
        from elsewhere, the less satisfied. ``full_function_landing``: the more functions, the fewer of them land. A
        claim without figures is undetermined, ``basis`` then ``missing``.
    """
    import pandas as pd

    given = figures or AccountFigures()
    rows = [_leaders(drawn, hierarchy, rivals)]
    for claim in ACCOUNT_CLAIMS:
        if claim in given.associations:
            rows.append(judge_association(claim, *given.associations[claim], expected="-", basis="accounts"))
        elif claim in given.excesses:
            rows.append(judge_excess(claim, given.excesses[claim], "accounts"))
        elif claim in given.majorities:
            rows.append(judge_few(claim, given.majorities[claim], "accounts"))
        else:
            rows.append({"claim": claim, "verdict": UNDETERMINED, "basis": "missing"})
    return pd.DataFrame(rows, columns=list(CLAIM_COLUMNS))


def _leaders(drawn: Draws | None, hierarchy: ResolvedHierarchy, rivals: Sequence[str]) -> dict[str, Any]:
    if drawn is None:
        return {"claim": "leader_root", "verdict": UNDETERMINED, "basis": "missing"}
    row = judge_root(drawn, hierarchy)
    if rivals and row["verdict"] == SUPPORTED:
        return row | {"verdict": UNDETERMINED, "basis": "rival_preferred"}
    return row
