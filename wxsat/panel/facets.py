"""Severity of supervisors and fair scores of accounts, when not everybody scored everything (many-facet model)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from wxsat.errors import DataError


@dataclass(frozen=True, eq=False)
class Facets:
    """
    The additive model ``score ~ account + rater + month``.

    Attributes
    ----------
    raters : DataFrame
        ``rater n leniency std_error``: points above (lenient) or below (severe) the average supervisor.
    accounts : DataFrame
        ``account n observed fair std_error``: mean as scored, and mean had all supervisors and months been alike.
    adjusted : ndarray, shape (n sheets,)
        Scores with the supervisor's leniency taken out.
    residual_sd : float
        NaN with no degree of freedom left.
    """

    raters: pd.DataFrame
    accounts: pd.DataFrame
    adjusted: np.ndarray
    residual_sd: float


def fit_facets(frame: pd.DataFrame, where: str = "scores") -> Facets:
    """
    Fit account, supervisor and month effects by least squares, each summing to zero.

    Parameters
    ----------
    frame : DataFrame
        ``account rater month score``.
    where : str
        Name of the file, for messages.

    Returns
    -------
    Facets

    Raises
    ------
    DataError
        PANEL-010 when two sets of accounts share no supervisor: severity cannot be told from quality.

    Notes
    -----
    Effects sum to zero over the levels, so a fair score is the grand mean plus the account's effect. Checked against
    R's ``lm`` with ``contr.sum``.
    """
    require_connected(frame, where)
    codes = {key: pd.Categorical(frame[key].astype(str)) for key in ("account", "rater", "month")}
    blocks = [_sum_contrasts(category.codes, len(category.categories)) for category in codes.values()]
    design = np.column_stack([np.ones(len(frame)), *blocks])
    score = frame["score"].to_numpy(float)
    solution, _, rank, _ = np.linalg.lstsq(design, score, rcond=None)
    df = len(score) - int(rank)
    residual = score - design @ solution
    sd = float(np.sqrt(residual @ residual / df)) if df > 0 else float("nan")
    covariance = np.linalg.pinv(design.T @ design) * sd**2
    ends = np.cumsum([1, *(block.shape[1] for block in blocks)])
    effects, errors = {}, {}
    for key, start, stop in zip(codes, ends[:-1], ends[1:], strict=True):
        expand = _expansion(stop - start + 1)
        effects[key] = expand @ solution[start:stop]
        select = np.zeros((stop - start + 1, len(solution)))
        select[:, start:stop] = expand
        if key == "account":
            select[:, 0] = 1.0
        errors[key] = np.sqrt(np.clip(np.einsum("ij,jk,ik->i", select, covariance, select), 0, None))
    sizes = {key: np.bincount(category.codes, minlength=len(category.categories)) for key, category in codes.items()}
    observed = np.bincount(codes["account"].codes, score) / sizes["account"]
    raters = pd.DataFrame(
        {
            "rater": list(codes["rater"].categories),
            "n": sizes["rater"],
            "leniency": effects["rater"],
            "std_error": errors["rater"],
        }
    )
    accounts = pd.DataFrame(
        {
            "account": list(codes["account"].categories),
            "n": sizes["account"],
            "observed": observed,
            "fair": solution[0] + effects["account"],
            "std_error": errors["account"],
        }
    )
    return Facets(raters, accounts, score - effects["rater"][codes["rater"].codes], sd)


def require_connected(frame: pd.DataFrame, where: str = "scores") -> None:
    """Raise PANEL-010 unless every account is linked with every other through supervisors who scored both."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    accounts = pd.Categorical(frame["account"].astype(str))
    raters = pd.Categorical(frame["rater"].astype(str))
    n = len(accounts.categories)
    links = coo_array(
        (np.ones(len(frame)), (accounts.codes.astype(int), raters.codes.astype(int) + n)),
        shape=(n + len(raters.categories),) * 2,
    )
    count, label = connected_components(links, directed=False)
    if count == 1:
        return
    islands = sorted(
        ([str(a) for a, at in zip(accounts.categories, label[:n], strict=True) if at == i] for i in range(count)),
        key=len,
    )
    smallest = ", ".join(islands[0][:5]) + (" ..." if len(islands[0]) > 5 else "")
    raise DataError(
        "PANEL-010",
        f"the accounts fall into {count} sets that share no supervisor (one of them: {smallest}); a severe supervisor "
        "cannot be told from a bad account.",
        where=where,
        hint="Let at least one supervisor score accounts of both sets, or evaluate the sets on their own.",
    )


def _sum_contrasts(codes: np.ndarray, levels: int) -> np.ndarray:
    return np.asarray(_expansion(levels)[codes])


def _expansion(levels: int) -> np.ndarray:
    """Effects of all levels from those of all but the last, which is minus their sum."""
    return np.vstack([np.eye(levels - 1), -np.ones((1, levels - 1))]) if levels > 1 else np.zeros((1, 0))
