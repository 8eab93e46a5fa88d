"""Who answers: latent scores within accounts, and who will answer without care.

Between-account and within-account parts follow the same population, in shares icc and 1 − icc, so that the
total is the declared truth whatever the clustering.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from wxsat.simulate.draws import Draws, Floats, Ints
from wxsat.simulate.population import Population
from wxsat.simulate.truth import Careless

Manner = Literal["careful", "random", "straight_line", "fast"]
MANNERS: tuple[Manner, ...] = ("careful", "random", "straight_line", "fast")


@dataclass(frozen=True)
class People:
    """
    Simulated people before they answer.

    Attributes
    ----------
    latents : mapping of str to ndarray, shape (n,)
        Standardised latent scores.
    account : ndarray of int, shape (n,)
        Position of the account each one rates, from 0.
    manner : ndarray of int, shape (n,)
        Position in ``MANNERS``: how each one answers.
    """

    latents: Mapping[str, Floats]
    account: Ints
    manner: Ints

    @property
    def n(self) -> int:
        """Number of people."""
        return len(self.account)

    def answering(self, manner: Manner) -> NDArray[np.bool_]:
        """Return who answers in this manner."""
        return np.asarray(self.manner == MANNERS.index(manner))


def draw_people(
    population: Population,
    draws: Draws,
    n: int,
    *,
    accounts: int,
    icc: float,
    careless: Careless,
    between: Population | None = None,
) -> People:
    """
    Draw people from a population.

    Parameters
    ----------
    population : Population
    draws : Draws
    n : int
        Number of people.
    accounts : int
        Number of accounts; everyone rates one, each equally likely.
    icc : float
        Share of every latent's variance that lies between accounts, in [0, 1).
    careless : Careless
        Share and kinds of careless answering; the number of careless people is the share of `n`, rounded.
    between : Population, optional
        The population of the accounts, where it is another one than that of the people within them.

    Returns
    -------
    People

    Examples
    --------
    >>> from wxsat.simulate.population import solve_population
    >>> from wxsat.simulate.truth import load_truth
    >>> truth = load_truth("surveys/gov-wechat-public/truth.yaml")
    >>> draw_people(solve_population(truth), Draws(1), 10, accounts=2, icc=0.1, careless=Careless()).n
    10
    """
    account = draws.below("account", n, accounts)
    within = _latent_scores(population, draws, "within", n)
    if icc > 0.0:
        accounts_own = between_accounts(between or population, draws, accounts)
        own, shared = math.sqrt(1.0 - icc), math.sqrt(icc)
        within = {name: own * within[name] + shared * accounts_own[name][account] for name in population.names}
    return People(within, account, _manners(draws, n, careless))


def between_accounts(population: Population, draws: Draws, accounts: int) -> dict[str, Floats]:
    """Return the accounts' own standardised scores, those that :func:`draw_people` shares among their respondents."""
    return _latent_scores(population, draws, "between", accounts)


def _latent_scores(population: Population, draws: Draws, level: str, size: int) -> dict[str, Floats]:
    """Scores in causal order, by elementwise sums: the rounding of a matrix product depends on the BLAS."""
    shocks = [draws.normal(f"{level}/{name}", size) for name in population.names]
    scores: dict[str, Floats] = {}
    for i, name in enumerate(population.names):
        residual = _weighted_sum(population.residual_root[i, : i + 1], shocks[: i + 1], size)
        causes = _weighted_sum(population.paths[i, :i], list(scores.values()), size)
        scores[name] = causes + float(population.residual_sd[i]) * residual
    return scores


def _weighted_sum(weights: Floats, columns: list[Floats], size: int) -> Floats:
    total = np.zeros(size)
    for weight, column in zip(weights.tolist(), columns, strict=True):
        if weight != 0.0:
            total = total + weight * column
    return total


def _manners(draws: Draws, n: int, careless: Careless) -> Ints:
    manner = np.zeros(n, dtype=np.int64)
    count = round(careless.share * n)
    if count:
        who = np.argsort(draws.uniform("careless/who", n), kind="stable")[:count]
        shares = (careless.random, careless.straight_line, careless.fast)
        manner[who] = 1 + draws.which("careless/kind", count, shares)
    return manner
