"""Accounts one by one: the public's severity drawn towards the mean, and what is too small to be shown.

An account with few answers is mostly noise. Its estimate is drawn towards the mean of all accounts by as much as its
own error is large against the spread between accounts; there is no ranking.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wxsat.diagnosis.shrinkage import moderate_variances, shrink
from wxsat.diagnosis.verdict import REFERENCE_ONLY_BELOW, SUPPRESS_BELOW

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
ACCOUNT_COLUMNS = [
    "account", "dilemma", "n", "S_pub", "se", "S_shrunk", "own_weight", "p40", "status", "n_ops", "S_ops", "S_log",
    "panel", "veto",
]  # fmt: skip
FUNNEL_LIMITS = (0.95, 0.998)


def status_of(n: int) -> str:
    """
    Return what may be shown of an account with `n` answers: ``published``, ``reference_only`` or ``suppressed``.

    Examples
    --------
    >>> status_of(30), status_of(29), status_of(9)
    ('published', 'reference_only', 'suppressed')
    """
    if n >= REFERENCE_ONLY_BELOW:
        return "published"
    return "reference_only" if n >= SUPPRESS_BELOW else "suppressed"


def suppressed_cells(n: NDArray[np.int64], fewest: int, total_shown: bool = True) -> NDArray[np.bool_]:
    """
    Return which cells of a row must not be shown: those below `fewest`, and one more where a total gives one away.

    Parameters
    ----------
    n : ndarray of int
        Persons behind each cell; empty cells hide nothing and give nothing away.
    fewest : int
    total_shown : bool
        Whether a figure over all cells is published: a single hidden cell, or hidden cells of fewer than `fewest`
        persons together, could then be computed from it, so the smallest shown cell is hidden too.

    Examples
    --------
    >>> suppressed_cells(np.array([2, 9, 5, 0]), 3).tolist()
    [True, False, True, False]
    >>> suppressed_cells(np.array([2, 1, 5]), 3).tolist()
    [True, True, False]
    >>> suppressed_cells(np.array([1, 1, 5]), 3).tolist()
    [True, True, True]
    """
    hidden: NDArray[np.bool_] = (n > 0) & (n < fewest)
    while total_shown and hidden.any() and (hidden.sum() == 1 or n[hidden].sum() < fewest):
        candidates = np.where(~hidden & (n > 0), n, np.iinfo(np.int64).max)
        if not (~hidden & (n > 0)).any():
            break
        hidden[int(np.argmin(candidates))] = True
    return hidden


def account_means(
    values: Floats, weights: Floats | None, codes: NDArray[np.int64], count: int
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """
    Return mean, standard error and number of answers of each account, shapes (count, k).

    Notes
    -----
    The error is that of a (weighted) mean of independent answers within the account. Few answers say little of how much
    answers vary: the variance within an account is drawn towards that of the others
    (:func:`wxsat.diagnosis.shrinkage.moderate_variances`).
    """
    w = np.ones(len(values)) if weights is None else weights
    answered = ~np.isnan(values)
    total, squares, first = (np.zeros((count, values.shape[1])) for _ in range(3))
    n = np.zeros(total.shape, dtype=np.int64)
    np.add.at(total, codes, answered * w[:, None])
    np.add.at(squares, codes, answered * w[:, None] ** 2)
    np.add.at(first, codes, np.where(answered, values, 0.0) * w[:, None])
    np.add.at(n, codes, answered)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = first / total
        residual = np.where(answered, values - mean[codes], 0.0)
        spread = np.zeros_like(total)
        np.add.at(spread, codes, (residual * w[:, None]) ** 2)
        variance = spread / squares * n / (n - 1)
        moderated = np.column_stack(
            [moderate_variances(variance[:, k], np.asarray(n[:, k] - 1.0)) for k in range(values.shape[1])]
        )
        error = np.sqrt(moderated * squares) / total
    return mean, np.where(n > 0, error, np.nan), n


def tabulate_accounts(
    accounts: tuple[str, ...],
    dilemmas: tuple[str, ...],
    public: tuple[Floats, Floats, NDArray[np.int64]],
    others: dict[str, Floats],
    vetoes: dict[tuple[str, str], str],
) -> pd.DataFrame:
    """
    Return one row an account and dilemma, in the accounts' order, with what is too small left empty.

    Parameters
    ----------
    accounts, dilemmas : tuple of str
    public : tuple of ndarray, each (n_accounts, n_dilemmas)
        Mean, standard error, number of answers.
    others : dict of str to ndarray
        ``n_ops``, ``S_ops``, ``S_log`` (n_accounts, n_dilemmas) and ``panel`` (n_accounts,); the staff's figures hold
        no leader, and are shown for three persons and more.
    vetoes : dict
        (account, dilemma) to the indicators that veto.
    """
    import pandas as pd
    from scipy.special import ndtr

    rows: list[dict[str, Any]] = []
    for d, dilemma in enumerate(dilemmas):
        mean, error, n = (part[:, d] for part in public)
        usable = n >= SUPPRESS_BELOW
        drawn = shrink(np.where(usable, mean, np.nan), np.where(usable, error, np.nan))
        n_ops = others["n_ops"].astype(np.int64)
        hide = suppressed_cells(n_ops, 3)
        for a, account in enumerate(accounts):
            shown = bool(usable[a])
            spread = drawn.errors[a]
            p40 = float(ndtr((drawn.estimates[a] - 40.0) / spread)) if shown and spread > 0 else np.nan
            rows.append(
                {
                    "account": account, "dilemma": dilemma, "n": int(n[a]),
                    "S_pub": mean[a] if shown else np.nan, "se": error[a] if shown else np.nan,
                    "S_shrunk": drawn.estimates[a], "own_weight": drawn.own_weight[a], "p40": p40,
                    "status": status_of(int(n[a])), "n_ops": int(n_ops[a]),
                    "S_ops": np.nan if hide[a] else others["S_ops"][a, d], "S_log": others["S_log"][a, d],
                    "panel": others["panel"][a], "veto": vetoes.get((account, dilemma), ""),
                }
            )  # fmt: skip
    return pd.DataFrame(rows, columns=ACCOUNT_COLUMNS)
