"""REML of scores crossed by account, supervisor and month, at the cost of the accounts' own small matrices.

Sheets of different accounts share only their supervisor and their month: the covariance matrix is one small block an
account plus a matrix of low rank, and neither is ever written out whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
OF_ACCOUNTS = ("account", "account_rater", "account_month")
SHARED = ("rater", "month")
FACTORS = (*OF_ACCOUNTS, *SHARED)
STEP = 0.02


@dataclass(frozen=True, eq=False)
class CrossedScores:
    """
    Scores by account, padded to the account with most sheets.

    Attributes
    ----------
    same : ndarray, shape (3, accounts, sheets, sheets)
        Whether two sheets of an account share it, its supervisor, its month.
    columns : ndarray, shape (accounts, sheets, supervisors + months + 2)
        Indicators of supervisor and month, ones, scores; zero where an account has fewer sheets.
    raters, n : int
        Supervisors; sheets.
    """

    same: Floats
    columns: Floats
    raters: int
    n: int

    def parts(self, ratios: Floats) -> tuple[float, Floats]:
        """
        Return ``log|V|`` and ``[1 y]' V^-1 [1 y]`` for variances over the residual variance.

        Parameters
        ----------
        ratios : ndarray, shape (5,)
            In the order of `FACTORS`.
        """
        block = np.tensordot(ratios[:3], self.same, axes=1)
        diagonal = np.arange(block.shape[-1])
        block[:, diagonal, diagonal] += 1.0
        lower = np.linalg.cholesky(block)
        half = np.linalg.solve(lower, self.columns)
        log_det = 2.0 * float(np.log(lower[:, diagonal, diagonal]).sum())
        gram = np.tensordot(half, half, axes=((0, 1), (0, 1)))
        k = gram.shape[0] - 2
        scale = np.sqrt(np.repeat(ratios[3:], [self.raters, k - self.raters]))
        inner = np.eye(k) + scale[:, None] * gram[:k, :k] * scale
        root = np.linalg.cholesky(inner)
        across = np.linalg.solve(root, scale[:, None] * gram[:k, k:])
        log_det += 2.0 * float(np.log(np.diag(root)).sum())
        left: Floats = gram[k:, k:] - across.T @ across
        return log_det, left

    def deviance(self, ratios: Floats, log_residual: float | None = None) -> float:
        """Return minus twice the restricted log-likelihood, up to a constant; the residual variance is profiled out."""
        log_det, left = self.parts(ratios)
        squares = left[1, 1] - left[0, 1] ** 2 / left[0, 0]
        df = self.n - 1
        spread = float(np.log(squares / df)) if log_residual is None else log_residual
        return float(df * spread + squares / np.exp(spread) + log_det + np.log(left[0, 0]))


def cross_scores(
    score: Floats, account: NDArray[np.intp], rater: NDArray[np.intp], month: NDArray[np.intp]
) -> CrossedScores:
    """Bring scores with the codes of account, supervisor and month (0, 1, ...) into blocks of accounts."""
    order = np.argsort(account, kind="stable")
    sizes = np.bincount(account)
    row = account[order]
    place = np.arange(len(score)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    raters, months = int(rater.max()) + 1, int(month.max()) + 1
    shape = (len(sizes), int(sizes.max()))
    columns = np.zeros((*shape, raters + months + 2))
    columns[row, place, rater[order]] = 1.0
    columns[row, place, raters + month[order]] = 1.0
    columns[row, place, -2] = 1.0
    columns[row, place, -1] = score[order]
    there = columns[..., -2]
    by_rater, by_month = columns[..., :raters], columns[..., raters:-2]
    same = np.stack(
        [
            there[:, :, None] * there[:, None, :],
            by_rater @ by_rater.transpose(0, 2, 1),
            by_month @ by_month.transpose(0, 2, 1),
        ]
    )
    return CrossedScores(same, columns, raters, len(score))


@dataclass(frozen=True, eq=False)
class CrossedFit:
    """
    REML estimates.

    Attributes
    ----------
    variances : dict of str to float
        Of the factors that were estimated and ``residual``.
    covariance : ndarray
        Of the logarithms of those above zero, in the order of `free`.
    free : tuple of str
    mean : float
    converged : bool
    """

    variances: dict[str, float]
    covariance: Floats
    free: tuple[str, ...]
    mean: float
    converged: bool


def fit_crossed(data: CrossedScores, factors: Sequence[str]) -> CrossedFit:
    r"""
    Maximise the restricted likelihood over variances of zero or more.

    Parameters
    ----------
    data : CrossedScores
    factors : sequence of str
        Those of `FACTORS` that the design can tell.

    Notes
    -----
    With :math:`V = I + \sum_k \gamma_k Z_k Z_k'` and N sheets, :math:`-2\ell_R = (N - 1)\ln\hat\sigma^2 + \ln|V| +
    \ln|1'V^{-1}1|`; :math:`V^{-1}` by the Woodbury identity from the accounts' blocks. L-BFGS-B on the ratios
    :math:`\gamma_k \ge 0`. Checked against lme4 and statsmodels.
    """
    from scipy.optimize import minimize

    used = [FACTORS.index(name) for name in factors]

    def spread_out(x: Floats) -> Floats:
        full = np.zeros(len(FACTORS))
        full[used] = x
        return full

    found = None
    for start in (0.5, 0.05, 3.0):
        trial = minimize(
            lambda x: data.deviance(spread_out(x)), np.full(len(used), start), method="L-BFGS-B",
            bounds=[(0.0, 1e6)] * len(used), options={"ftol": 1e-12, "gtol": 1e-6, "maxiter": 500},
        )  # fmt: skip
        if found is None or trial.fun < found.fun - 1e-6:
            found = trial
        if found.success and start == 0.05:
            break
    assert found is not None
    ratios = np.asarray(found.x, dtype=np.float64)
    _, left = data.parts(spread_out(ratios))
    residual = float((left[1, 1] - left[0, 1] ** 2 / left[0, 0]) / (data.n - 1))
    variances = {name: float(ratio * residual) for name, ratio in zip(factors, ratios, strict=True)}
    free = tuple(name for name in factors if variances[name] > 1e-6 * residual)
    covariance = _covariance(data, variances | {"residual": residual}, free)
    mean = float(left[0, 1] / left[0, 0])
    return CrossedFit(variances | {"residual": residual}, covariance, (*free, "residual"), mean, bool(found.success))


def _covariance(data: CrossedScores, variances: dict[str, float], free: tuple[str, ...]) -> Floats:
    """Twice the inverse of the deviance's curvature in the logarithms of the variances above zero."""
    names = (*free, "residual")
    at = np.log([variances[name] for name in names])

    def deviance(logs: Floats) -> float:
        own = dict(zip(names, logs, strict=True))
        ratios = np.array([np.exp(own[f] - own["residual"]) if f in own else 0.0 for f in FACTORS])
        return data.deviance(ratios, float(own["residual"]))

    k = len(names)
    steps = np.eye(k) * STEP
    hessian = np.empty((k, k))
    for i in range(k):
        for j in range(i + 1):
            ends = [deviance(at + a * steps[i] + b * steps[j]) for a, b in ((1, 1), (1, -1), (-1, 1), (-1, -1))]
            hessian[i, j] = hessian[j, i] = (ends[0] - ends[1] - ends[2] + ends[3]) / (4 * STEP**2)
    values, vectors = np.linalg.eigh(hessian)
    kept = values > 1e-8 * max(float(values.max()), 1e-300)
    out: Floats = 2.0 * (vectors[:, kept] / values[kept]) @ vectors[:, kept].T
    return out
