"""The path between accounts where there are too few accounts for a two-level model: account by account, in steps.

Means of an account's respondents are not the account: a mean of few answers carries their error, and two means of the
same respondents share it. The covariance between accounts is therefore freed of the part that the spread within
accounts puts into it, before anything is regressed on anything.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wxsat.diagnosis.multilevel_inputs import CAUSE, OUTCOME, ChainData
from wxsat.diagnosis.multilevel_sem import INDIRECT, PATHS, WITHIN, ChainEstimate, unestimated
from wxsat.diagnosis.resampling import expanded_level
from wxsat.diagnosis.sampling import resample_blocks
from wxsat.errors import WxsatError

Floats = NDArray[np.float64]
MOST_FAILED = 0.05
COMMITMENT, REPLY, UNANSWERED, SATISFACTION = range(4)


@dataclass(frozen=True, eq=False)
class AccountMoments:
    """
    What each account adds to the moments.

    Attributes
    ----------
    means : ndarray, shape (n_accounts, 4)
        Commitment, logit of the reply rate, mean non-response, mean satisfaction.
    scatter : ndarray, shape (n_accounts, 2, 2)
        Sums of squares and products of the respondents around their account's mean.
    n : ndarray, shape (n_accounts,)
        Respondents.
    """

    means: Floats
    scatter: Floats
    n: Floats


def account_moments(data: ChainData) -> AccountMoments:
    """Return the means and the scatter of every account."""
    scores, count = data.scores(), data.n_accounts
    n = np.bincount(data.account, minlength=count).astype(np.float64)
    means = np.zeros((count, 2))
    np.add.at(means, data.account, scores)
    means /= n[:, None]
    off = scores - means[data.account]
    scatter = np.zeros((count, 2, 2))
    np.add.at(scatter, data.account, off[:, :, None] * off[:, None, :])
    return AccountMoments(np.column_stack([data.commitment, data.reply, means]), scatter, n)


def between_covariance(moments: AccountMoments, counts: Floats) -> Floats:
    r"""
    Return the covariance between accounts, free of what sampling within them adds, shape (draws, 4, 4).

    Parameters
    ----------
    moments : AccountMoments
    counts : ndarray, shape (draws, n_accounts)
        How often each account is in each draw.

    Notes
    -----
    .. math:: \Sigma_B = S - W \, \overline{1/n_a}

    with S the covariance of the account means and W the pooled covariance within accounts: the unweighted analysis
    of variance (Searle, Casella & McCulloch 1992).
    """
    total = counts.sum(axis=1)
    mean = counts @ moments.means / total[:, None]
    square = np.einsum("bg,gi,gj->bij", counts, moments.means, moments.means)
    spread = (square - total[:, None, None] * mean[:, :, None] * mean[:, None, :]) / (total - 1)[:, None, None]
    # Drawn from G accounts, a covariance falls short by (G - 1) / G.
    accounts = len(moments.n)
    spread *= np.where(total < accounts, accounts / (accounts - 1.0), 1.0)[:, None, None]
    degrees = counts @ (moments.n - 1)
    within = np.einsum("bg,gij->bij", counts, moments.scatter) / degrees[:, None, None]
    spread[:, 2:, 2:] -= within * (counts @ (1.0 / moments.n) / total)[:, None, None]
    return np.asarray(spread)


def chain_of(covariance: Floats, *, opened: bool) -> dict[str, Floats]:
    """
    Return the three paths and their product from covariances between accounts, each of shape (draws,).

    NaN where accounts do not differ in what a path starts from.
    """
    first = _slopes(covariance, REPLY, [COMMITMENT])
    second = _slopes(covariance, UNANSWERED, [REPLY, COMMITMENT] if opened else [REPLY])
    third = _slopes(covariance, SATISFACTION, [UNANSWERED, REPLY, COMMITMENT] if opened else [UNANSWERED])
    paths = dict(zip(PATHS, (first, second, third), strict=True))
    return paths | {INDIRECT: first * second * third}


def _slopes(covariance: Floats, outcome: int, predictors: list[int]) -> Floats:
    """Return the slope of the first predictor, given the others."""
    block = covariance[:, predictors][:, :, predictors]
    usable = np.isfinite(block).all(axis=(1, 2))
    block[~usable] = np.eye(len(predictors))
    usable &= np.linalg.eigvalsh(block)[:, 0] > 1e-9
    block[~usable] = np.eye(len(predictors))
    slopes = np.linalg.solve(block, covariance[:, predictors, outcome][:, :, None])[:, 0, 0]
    return np.where(usable, slopes, np.nan)


def regress_chain(data: ChainData, draws: int, rng: np.random.Generator, *, opened: bool) -> ChainEstimate:
    """
    Estimate the path from the covariance between accounts, errors by drawing accounts.

    Parameters
    ----------
    data : ChainData
    draws : int
    rng : Generator
    opened : bool
        See :func:`wxsat.diagnosis.multilevel_sem.write_chain`.
    """
    moments = account_moments(data)
    now = between_covariance(moments, np.ones((1, data.n_accounts)))
    estimates = {path: float(value[0]) for path, value in chain_of(now, opened=opened).items()}
    blocks = [
        chain_of(between_covariance(moments, counts), opened=opened)
        for counts in resample_blocks(data.n_accounts, draws, rng)
    ]
    drawn = {path: np.concatenate([block[path] for block in blocks]) for path in estimates}
    failed = float(np.mean(~np.isfinite(drawn[INDIRECT])))
    if not np.isfinite(estimates[INDIRECT]) or failed > MOST_FAILED:
        return unestimated("no_spread_between_accounts")
    errors = {path: _half_of_the_middle(values) for path, values in drawn.items()}
    if not opened:
        estimates[WITHIN], errors[WITHIN], drawn[WITHIN] = _clustered_path(data, rng)
    return ChainEstimate(estimates, errors, drawn, {}, level=expanded_level(data.n_accounts))


def _half_of_the_middle(values: Floats) -> float:
    """Return half the width of the middle 68 %: a standard error that the far draws of a ratio do not blow up."""
    lower, upper = np.nanquantile(values, [0.15865525, 0.84134475])
    return float(upper - lower) / 2


def _clustered_path(data: ChainData, rng: np.random.Generator) -> tuple[float, float, Floats]:
    """Return the respondents' own path from a single-level model, its error robust to the accounts."""
    from wxsat.sem.fit import fit_sem

    centred = data.values - _means_of_accounts(data)
    names = [item for own in data.items.values() for item in own]
    frame = data.frame()
    frame[names] = centred
    text = "\n".join(f"{name} =~ {' + '.join(own)}" for name, own in data.items.items()) + f"\n{OUTCOME} ~ cw*{CAUSE}"
    try:
        fit = fit_sem(text, frame, estimator="MLR", cluster="account")
    except WxsatError:
        return np.nan, np.nan, np.full(2, np.nan)
    row = fit.parameters[fit.parameters["label"] == "cw"].iloc[0]
    estimate, error = float(row["estimate"]), float(row["std_error"])
    return estimate, error, rng.normal(estimate, error, 2000)


def _means_of_accounts(data: ChainData) -> Floats:
    total = np.zeros((data.n_accounts, data.values.shape[1]))
    np.add.at(total, data.account, data.values)
    n = np.bincount(data.account, minlength=data.n_accounts)
    means: Floats = (total / n[:, None])[data.account]
    return means
