r"""Multiple imputation by chained equations with predictive mean matching.

Every variable with holes is regressed on others, over and over; coefficients are drawn from their posterior, and a hole
takes the value of one of the respondents whose predicted value is nearest. Imputed answers are therefore always answers
that somebody gave: whole codes within the scale.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from wxsat.errors import DataError, Fault, UsageError
from wxsat.numerics.covariance import pairwise_correlation

Matrix = NDArray[np.float64]
DONORS = 5
RIDGE = 1e-5
ROWS_PER_PREDICTOR = 10
FEWEST_PREDICTORS = 5


def impute(
    values: Matrix, *, m: int = 20, iterations: int = 5, seed: int = 1, donors: int = DONORS
) -> Iterator[Matrix]:
    r"""
    Yield `m` completed copies of a data matrix.

    Parameters
    ----------
    values : ndarray, shape (n, p)
        NaN where missing; what must not be imputed is put back by the caller.
    m : int
        Imputations, at least 2.
    iterations : int
        Rounds over all variables before a copy is taken.
    seed : int
        The same seed gives the same copies; copy k does not depend on `m`.
    donors : int
        Respondents with the nearest predicted values, of whom one is drawn.

    Yields
    ------
    ndarray, shape (n, p)

    Raises
    ------
    UsageError
        MEAS-041 fewer than two imputations or no iteration.
    DataError
        MEAS-042 a variable with fewer answers than donors.

    Notes
    -----
    Type-1 matching: predictions of those with an answer use the estimated coefficients, of those without one a draw
    :math:`\beta^* = \hat\beta + \sigma^* L z`, :math:`\sigma^{*2} = RSS/\chi^2_{n-k}`. Each variable takes its most
    correlated others as predictors, at most one for ten answers, so that short files with many items do not fit noise.
    Checked by recovery: bias and coverage of 95 % intervals for means under missing at random.

    References
    ----------
    .. [1] van Buuren, S. (2018). Flexible imputation of missing data (2nd ed.), 3.4. CRC Press.
    .. [2] Vink, G., Frank, L. E., Pannekoek, J., & van Buuren, S. (2014). Statistica Neerlandica, 68(1), 61-90.

    Examples
    --------
    >>> x = np.column_stack([np.arange(30.0), np.arange(30.0)]); x[3, 1] = np.nan
    >>> copies = list(impute(x, m=2))
    >>> all(abs(copy[3, 1] - 3.0) <= 5 for copy in copies)
    True
    """
    if m < 2 or iterations < 1:
        raise UsageError("MEAS-041", f"{m} imputation(s) in {iterations} iteration(s); expected at least 2 and 1.")
    missing = ~np.isfinite(values)
    counts = (~missing).sum(axis=0)
    faults = [
        Fault("MEAS-042", f"variable {j + 1} has {counts[j]} answer(s); expected at least {donors}.", "imputation")
        for j in np.flatnonzero(missing.any(axis=0) & (counts < donors))
    ]
    if faults:
        raise DataError.from_faults(faults)
    predictors = choose_predictors(values)
    for stream in np.random.SeedSequence(seed).spawn(m):
        yield _completed(values, missing, predictors, iterations, np.random.default_rng(stream), donors)


def choose_predictors(values: Matrix) -> list[NDArray[np.intp]]:
    """Return for every variable its most correlated others, at most one for ten of its answers."""
    n_answers = np.isfinite(values).sum(axis=0)
    strength = np.nan_to_num(np.abs(pairwise_correlation(values)), nan=-1.0)
    np.fill_diagonal(strength, -2.0)
    chosen = []
    for j in range(values.shape[1]):
        most = max(FEWEST_PREDICTORS, n_answers[j] // ROWS_PER_PREDICTOR)
        order = np.argsort(-strength[j], kind="stable")[:most]
        chosen.append(np.sort(order[strength[j][order] > -1.0]))
    return chosen


def _completed(
    values: Matrix, missing: NDArray[np.bool_], predictors: list[NDArray[np.intp]], iterations: int,
    rng: np.random.Generator, donors: int,
) -> Matrix:  # fmt: skip
    filled = values.copy()
    holes = [int(j) for j in np.argsort(missing.sum(axis=0), kind="stable") if missing[:, j].any()]
    for j in holes:
        filled[missing[:, j], j] = rng.choice(values[~missing[:, j], j], int(missing[:, j].sum()))
    for _ in range(iterations):
        for j in holes:
            filled[missing[:, j], j] = _draw(filled, missing[:, j], j, predictors[j], rng, donors)
    return filled


def _draw(
    filled: Matrix, missing: NDArray[np.bool_], j: int, predictors: NDArray[np.intp], rng: np.random.Generator,
    donors: int,
) -> NDArray[np.float64]:  # fmt: skip
    x = np.column_stack([np.ones(len(filled)), filled[:, predictors]])
    x_seen, y = x[~missing], filled[~missing, j]
    cross = x_seen.T @ x_seen
    cross[np.diag_indices_from(cross)] *= 1 + RIDGE
    # Predictors that follow from one another share their coefficient instead of stopping the draw.
    inverse = np.asarray(np.linalg.pinv(cross, hermitian=True))
    beta = inverse @ (x_seen.T @ y)
    residual = y - x_seen @ beta
    sigma = np.sqrt(residual @ residual / rng.chisquare(max(len(y) - x.shape[1], 1)))
    values, vectors = np.linalg.eigh(inverse)
    noise = vectors @ (np.sqrt(np.maximum(values, 0.0)) * rng.normal(size=len(values)))
    return match_donors(x_seen @ beta, y, x[missing] @ (beta + sigma * noise), rng, donors)


def match_donors(
    predicted_seen: NDArray[np.float64], answers: NDArray[np.float64], predicted: NDArray[np.float64],
    rng: np.random.Generator, donors: int = DONORS,
) -> NDArray[np.float64]:  # fmt: skip
    """
    Draw for every predicted value the answer of one of those with the nearest predicted values.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> match_donors(np.array([0.0, 1.0, 9.0]), np.array([10.0, 11.0, 19.0]), np.array([8.0]), rng, 1)
    array([19.])
    """
    k = min(donors, len(answers))
    # Ties are broken at random, once: otherwise the same respondents would always give their answers.
    shuffle = rng.permutation(len(answers))
    order = shuffle[np.argsort(predicted_seen[shuffle], kind="stable")]
    ranked = predicted_seen[order]
    start = np.clip(np.searchsorted(ranked, predicted) - k, 0, len(ranked) - k)
    window = start[:, None] + np.arange(min(2 * k, len(ranked)))[None, :]
    window = np.minimum(window, len(ranked) - 1)
    distance = np.abs(ranked[window] - predicted[:, None])
    distance[:, 1:][window[:, 1:] == window[:, :-1]] = np.inf
    nearest = np.argsort(distance, axis=1, kind="stable")[:, :k]
    picked = nearest[np.arange(len(predicted)), rng.integers(0, k, len(predicted))]
    return np.asarray(answers[order[window[np.arange(len(predicted)), picked]]])
