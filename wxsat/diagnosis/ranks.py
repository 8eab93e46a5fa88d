"""How sure an order is: intervals of ranks from draws, never a bare list of places.

Figures that can hardly be told apart still have an order, and a reader takes it for one. So a rank is given as the
interval of the places that the draws put it in, with the probability of the ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wxsat.diagnosis.resampling import smoothed_share

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
RANK_DRAWS = 4000
QUARTER = 0.25
TIE = 1e-9
DILEMMA_RANK_COLUMNS = ("dilemma", "S", "rank_lower", "rank_upper", "p_most_severe", "p_least_severe", "n_ranked")
ACCOUNT_RANK_COLUMNS = (
    "account", "dilemma", "n", "status", "rank_lower", "rank_upper", "p_best_quarter", "p_worst_quarter", "n_ranked",
)  # fmt: skip


def ranks_of(draws: Floats) -> NDArray[np.int64]:
    """
    Return the place of every column in every draw, 1 the highest figure; rows with a missing figure are left out.

    Examples
    --------
    >>> ranks_of(np.array([[50.0, 60.0, 40.0], [np.nan, 1.0, 2.0]])).tolist()
    [[2, 1, 3]]
    """
    complete = draws[np.isfinite(draws).all(axis=1)]
    order = np.argsort(-complete, axis=1, kind="stable")
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(1, draws.shape[1] + 1)[None, :].repeat(len(complete), axis=0), axis=1)
    return ranks.astype(np.int64)


def rank_interval(ranks: NDArray[np.int64], level: float = 0.95) -> tuple[int, int]:
    """
    Return the places that hold at least `level` of the draws, equal tails.

    Examples
    --------
    >>> rank_interval(np.array([1] * 2 + [2] * 96 + [3] * 2))
    (2, 2)
    """
    lower, upper = np.quantile(ranks, [(1 - level) / 2, (1 + level) / 2], method="inverted_cdf")
    return int(lower), int(upper)


def rank_dilemmas(severities: Mapping[str, float], draws: Mapping[str, Floats]) -> pd.DataFrame:
    """
    Return the interval of each dilemma's place by severity.

    Parameters
    ----------
    severities : mapping of str to float
        Estimates; the draws are centred on them.
    draws : mapping of str to ndarray, shape (draws,)
        Joint draws.

    Returns
    -------
    DataFrame
        `DILEMMA_RANK_COLUMNS`, in the order given; place 1 is the most severe. Empty for fewer than two.
    """
    import pandas as pd

    names = [d for d in severities if np.isfinite(severities[d]) and d in draws]
    rows = []
    if len(names) >= 2:
        drawn = np.column_stack([draws[d] - np.nanmean(draws[d]) + severities[d] for d in names])
        ranks = ranks_of(drawn)
        for k, name in enumerate(names if len(ranks) else []):
            lower, upper = rank_interval(ranks[:, k])
            rows.append(
                {
                    "dilemma": name, "S": severities[name], "rank_lower": lower, "rank_upper": upper,
                    "p_most_severe": smoothed_share(ranks[:, k] == 1),
                    "p_least_severe": smoothed_share(ranks[:, k] == len(names)), "n_ranked": len(names),
                }
            )  # fmt: skip
    return pd.DataFrame(rows, columns=list(DILEMMA_RANK_COLUMNS))


def rank_accounts(accounts: pd.DataFrame, seed: int) -> pd.DataFrame:
    r"""
    Return the interval of each account's place by the public's severity.

    Parameters
    ----------
    accounts : DataFrame
        As :func:`wxsat.diagnosis.accounts.tabulate_accounts` makes it.
    seed : int

    Returns
    -------
    DataFrame
        `ACCOUNT_RANK_COLUMNS`, in the accounts' own order; place 1 is the most severe, the best quarter the least
        severe. Suppressed accounts take no place, and there is no order of fewer than four.

    Notes
    -----
    4000 draws from the posterior of the shrunken severities, accounts independent given their common mean
    (Goldstein & Spiegelhalter 1996).

    References
    ----------
    .. [1] Goldstein, H., & Spiegelhalter, D. J. (1996). League tables and their limitations. Journal of the Royal
       Statistical Society A, 159(3), 385-443.
    """
    import pandas as pd

    frames = []
    rng = np.random.default_rng(np.random.SeedSequence([seed, 13]))
    for _, own in accounts.groupby("dilemma", sort=False) if len(accounts) else ():
        shown = own[(own["status"] != "suppressed") & own["S_shrunk"].notna()]
        if len(shown) < 4:
            continue
        frames.append(_places(shown, rng))
    if not frames:
        return pd.DataFrame(columns=list(ACCOUNT_RANK_COLUMNS))
    return pd.concat(frames, ignore_index=True)[list(ACCOUNT_RANK_COLUMNS)]


def _places(shown: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    count = len(shown)
    error = posterior_errors(shown["se"].to_numpy(np.float64), shown["own_weight"].to_numpy(np.float64))
    # Accounts that do not differ at all share every place: ties are broken by lot.
    error = np.maximum(error, TIE)
    ranks = ranks_of(shown["S_shrunk"].to_numpy(np.float64) + error * rng.standard_normal((RANK_DRAWS, count)))
    intervals = [rank_interval(ranks[:, k]) for k in range(count)]
    quarter = max(int(QUARTER * count), 1)
    return shown[["account", "dilemma", "n", "status"]].assign(
        rank_lower=[low for low, _ in intervals],
        rank_upper=[high for _, high in intervals],
        p_best_quarter=[smoothed_share(ranks[:, k] > count - quarter) for k in range(count)],
        p_worst_quarter=[smoothed_share(ranks[:, k] <= quarter) for k in range(count)],
        n_ranked=count,
    )


def posterior_errors(errors: Floats, own_weight: Floats) -> Floats:
    r"""
    Return the spread of shrunken figures around the true ones, :math:`\sqrt{\lambda} \, SE`.

    The error of the common mean moves all accounts alike and changes no place.

    Examples
    --------
    >>> posterior_errors(np.array([5.0]), np.array([0.64])).tolist()
    [4.0]
    """
    return np.asarray(errors * np.sqrt(own_weight))
