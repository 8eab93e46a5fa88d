"""A truth solved: residual variances such that every latent has variance one, and what then follows.

Latents are taken in causal order. Each residual standard deviation is the positive root of a quadratic, so
the solution is exact and needs no iteration; and it is found with plain double arithmetic in a fixed order,
so that a simulated data set has the same bytes everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wxsat.errors import StudyError, nearest
from wxsat.simulate.truth import Truth

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Population:
    """
    The population that a truth implies; p latents in causal order.

    Attributes
    ----------
    names : tuple of str
        Causal order: every latent stands after its causes.
    paths : ndarray, shape (p, p)
        B: row the outcome, column the cause; strictly lower triangular.
    residual_sd : ndarray, shape (p,)
        Residual standard deviations.
    residual_root : ndarray, shape (p, p)
        Lower Cholesky root of the residual correlations.
    residual_covariance : ndarray, shape (p, p)
        Ψ.
    covariance : ndarray, shape (p, p)
        Σ = (I − B)⁻¹ Ψ (I − B)⁻ᵀ, unit diagonal.
    composites : mapping of str to tuple of str
    """

    names: tuple[str, ...]
    paths: Floats
    residual_sd: Floats
    residual_root: Floats
    residual_covariance: Floats
    covariance: Floats
    composites: Mapping[str, tuple[str, ...]]

    def r2(self, name: str) -> float:
        """Return the share of a latent's variance that its causes explain: 1 − ψ."""
        return 1.0 - float(self.residual_covariance[self._at(name), self._at(name)])

    def correlation(self, a: str, b: str) -> float:
        """Return the implied correlation of two latents."""
        return float(self.covariance[self._at(a), self._at(b)])

    def total_effect(self, cause: str, outcome: str) -> float:
        """
        Return the effect on `outcome` of setting `cause` one unit higher, do(cause + 1).

        Every arrow into `cause`, or into the parts of a composite, is cut and each part is shifted by one.
        An outcome that is a composite is the mean of its parts.

        Raises
        ------
        StudyError
            SIM-003, a name that the population does not have.

        Notes
        -----
        Checked against R in ``tests/golden/simulate/s1_reference.json``.
        """
        shifted = self._parts(cause)
        change: dict[str, float] = {}
        for i, name in enumerate(self.names):
            inherited = math.fsum(float(self.paths[i, j]) * change[self.names[j]] for j in range(i))
            change[name] = 1.0 if name in shifted else inherited
        targets = self._parts(outcome)
        return math.fsum(change[name] for name in targets) / len(targets)

    def _parts(self, name: str) -> tuple[str, ...]:
        return self.composites[name] if name in self.composites else (self.names[self._at(name)],)

    def _at(self, name: str) -> int:
        if name not in self.names:
            known = (*self.names, *self.composites)
            raise StudyError("SIM-003", f"'{name}' is not in the population.", hint=nearest(name, known).strip())
        return self.names.index(name)


def solve_population(truth: Truth) -> Population:
    r"""
    Find the residual variances that give every latent variance one, and the moments that follow.

    Parameters
    ----------
    truth : Truth

    Returns
    -------
    Population

    Raises
    ------
    StudyError
        SIM-005 a loop of causes, SIM-006 a latent whose causes explain all of its variance or more, SIM-007
        residual correlations that cannot hold together (not positive definite).

    Notes
    -----
    With :math:`\eta_i = \sum_j b_{ij}\eta_j + s_i u_i`, v the variance of the first term and c its
    covariance with :math:`u_i` (both known from the latents before), unit variance asks for :math:`s_i^2 +
    2 s_i c + v - 1 = 0`, so :math:`s_i = -c + \sqrt{c^2 + 1 - v}`.

    Checked against R in ``tests/golden/simulate/s1_reference.json``, where the same population is found by
    a fixed-point iteration.

    Examples
    --------
    >>> from wxsat.simulate.truth import load_truth
    >>> round(solve_population(load_truth("surveys/gov-wechat-public/truth.yaml")).r2("SAT"), 3)
    0.447
    """
    names = causal_order(truth)
    b = _path_matrix(truth, names)
    correlations = _residual_correlations(truth, names)
    root = _cholesky(correlations, names)
    sd, reduced = _residual_sds(b, correlations, names)
    psi = correlations * sd[:, None] * sd[None, :]
    return Population(
        names=names,
        paths=b,
        residual_sd=sd,
        residual_root=root,
        residual_covariance=psi,
        covariance=reduced @ psi @ reduced.T,
        composites={name: tuple(parts) for name, parts in truth.composites.items()},
    )


def causal_order(truth: Truth) -> tuple[str, ...]:
    """Return the latents, causes before outcomes, ties in the order of the file; SIM-005 for a loop."""
    causes = {name: _causes(truth, name) for name in truth.names}
    order: list[str] = []
    while len(order) < len(causes):
        ready = next((n for n in causes if n not in order and causes[n] <= set(order)), None)
        if ready is None:
            loop = ", ".join(n for n in causes if n not in order)
            raise StudyError(
                "SIM-005",
                f"the paths run in a loop, or after one, at: {loop}.",
                hint="A truth must be recursive.",
            )
        order.append(ready)
    return tuple(order)


def _effects(truth: Truth, name: str) -> Mapping[str, float]:
    return truth.paths.get(name) or truth.companions.get(name) or {}


def _causes(truth: Truth, name: str) -> set[str]:
    return {part for cause in _effects(truth, name) for part in truth.composites.get(cause, [cause])}


def _path_matrix(truth: Truth, names: tuple[str, ...]) -> Floats:
    b = np.zeros((len(names), len(names)))
    for i, name in enumerate(names):
        for cause, effect in _effects(truth, name).items():
            parts = truth.composites.get(cause, [cause])
            for part in parts:
                b[i, names.index(part)] += effect / len(parts)
    return b


def _residual_correlations(truth: Truth, names: tuple[str, ...]) -> Floats:
    correlations = np.eye(len(names))
    for rule in truth.residual_correlations:
        for a, b in truth.pairs_of(rule):
            i, j = names.index(a), names.index(b)
            correlations[i, j] = correlations[j, i] = rule.r
    return correlations


def _cholesky(matrix: Floats, names: tuple[str, ...]) -> Floats:
    root = np.zeros_like(matrix)
    for i in range(len(names)):
        for j in range(i + 1):
            rest = float(matrix[i, j]) - math.fsum(float(root[i, k]) * float(root[j, k]) for k in range(j))
            if i == j and rest <= 0.0:
                raise StudyError(
                    "SIM-007",
                    f"the residual correlations cannot hold together: they break at '{names[i]}'.",
                    hint="Make them smaller, or leave out some.",
                )
            root[i, j] = math.sqrt(rest) if i == j else rest / float(root[j, j])
    return root


def _residual_sds(b: Floats, correlations: Floats, names: tuple[str, ...]) -> tuple[Floats, Floats]:
    """Residual standard deviations, and (I − B)⁻¹ by forward substitution."""
    p = len(names)
    sd, reduced = np.zeros(p), np.eye(p)
    for i in range(p):
        weights = np.zeros(p)
        for j in range(i):
            weights = weights + float(b[i, j]) * reduced[j]
        scaled = [float(weights[k]) * float(sd[k]) for k in range(i)]
        v = math.fsum(scaled[k] * scaled[m] * float(correlations[k, m]) for k in range(i) for m in range(i))
        c = math.fsum(scaled[k] * float(correlations[k, i]) for k in range(i))
        discriminant = c * c + 1.0 - v
        sd[i] = -c + math.sqrt(discriminant) if discriminant > 0.0 else 0.0
        if sd[i] <= 0.0:
            raise StudyError(
                "SIM-006",
                f"the causes of '{names[i]}' explain a variance of {v:.3f}; a standardised latent has 1.",
                hint="Make its paths smaller.",
            )
        reduced[i] = reduced[i] + weights
    return sd, reduced
