"""What a model text leaves unsaid: which variables are what, and the parameters that ``sem()`` adds by itself.

The rules are lavaan's: residual variances of everything that is not an exogenous covariate, covariances among exogenous
latents, covariances among outcomes that predict nothing else, and the moments of exogenous covariates.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

Triple = tuple[str, str, str]


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


@dataclass(frozen=True)
class VariableRoles:
    """
    The variables of a model by their role, each in order of appearance.

    Attributes
    ----------
    latent, observed : tuple of str
    covariates : tuple of str
        Observed variables that only predict: their moments are taken as given under ``fixed_x``.
    exogenous_latent : tuple of str
        Latents that are neither outcome nor indicator.
    final_outcomes : tuple of str
        Outcomes that predict nothing and indicate nothing, latents first.
    """

    latent: tuple[str, ...]
    observed: tuple[str, ...]
    covariates: tuple[str, ...]
    exogenous_latent: tuple[str, ...]
    final_outcomes: tuple[str, ...]


def classify_variables(relations: Sequence[Triple], *, explained_elsewhere: Collection[str] = ()) -> VariableRoles:
    """
    Return the role of every variable that the relations ``(lhs, op, rhs)`` name.

    A product ``A:B`` of which one part is an outcome is no covariate: it is free as lavaan has it. So is a variable
    that another level explains (`explained_elsewhere`).
    """
    latent, indicators = _sides(relations, "=~")
    outcomes, predictors = _sides(relations, "~")
    item_like = [v for v in indicators if v not in latent]
    outcome_like = [v for v in outcomes if v not in latent and v not in item_like]
    predictor_like = [v for v in predictors if v not in (*latent, *item_like, *outcome_like)]
    moved = [v for v in predictor_like if ":" in v and not set(v.split(":")).isdisjoint(outcomes)]
    outcome_like += moved
    predictor_like = [v for v in predictor_like if v not in moved]
    spoken_of = _with_moments_of_their_own(relations, latent)
    observed = _unique((*item_like, *outcome_like, *predictor_like, *spoken_of))
    ends = [v for v in outcomes if v not in indicators and v not in predictors]
    return VariableRoles(
        latent=latent,
        observed=observed,
        covariates=tuple(v for v in predictor_like if v not in spoken_of and v not in explained_elsewhere),
        exogenous_latent=tuple(v for v in latent if v not in indicators and v not in outcomes),
        final_outcomes=(*(v for v in latent if v in ends), *(v for v in observed if v in ends)),
    )


def _sides(relations: Sequence[Triple], operator: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what stands left and right of an operator, each once."""
    found = [(lhs, rhs) for lhs, op, rhs in relations if op == operator]
    return _unique(lhs for lhs, _ in found), _unique(rhs for _, rhs in found)


def _with_moments_of_their_own(relations: Sequence[Triple], latent: Collection[str]) -> tuple[str, ...]:
    """Return the observed variables of which a variance, a covariance or an intercept is written."""
    covarying = [(lhs, rhs) for lhs, op, rhs in relations if op == "~~"]
    intercepts = [lhs for lhs, op, _ in relations if op == "~1"]
    named = (*(lhs for lhs, _ in covarying), *(rhs for _, rhs in covarying), *intercepts)
    return _unique(v for v in named if v not in latent)


def default_parameters(
    roles: VariableRoles, *, mean_structure: bool, thresholds: Mapping[str, int] | None = None
) -> list[Triple]:
    """
    Return, in lavaan's order, every parameter that exists although no text names it.

    `thresholds` says how many each ordinal variable has; these variables have a scale ``~*~`` too.
    """
    cuts = thresholds or {}
    ordinal = [v for v in roles.observed if v in cuts]
    rows: list[Triple] = [(v, "|", f"t{k}") for v in ordinal for k in range(1, cuts[v] + 1)]
    rows += [(v, "~~", v) for v in roles.observed if v not in roles.covariates]
    rows += [(v, "~~", v) for v in roles.latent]
    rows += [(a, "~~", b) for a, b in combinations(roles.exogenous_latent, 2)]
    rows += [(a, "~~", b) for a, b in combinations(roles.final_outcomes, 2)]
    rows += [(a, "~~", b) for i, a in enumerate(roles.covariates) for b in roles.covariates[i:]]
    rows += [(v, "~*~", v) for v in ordinal]
    if mean_structure:
        rows += [(v, "~1", "") for v in (*roles.observed, *roles.latent)]
    return rows


def lone_indicators(relations: Sequence[Triple]) -> set[str]:
    """
    Return the indicators that alone measure their latent, and no other one: their residual variance
    is fixed to 0.
    """
    loadings = [(lhs, rhs) for lhs, op, rhs in relations if op == "=~"]
    sizes: dict[str, int] = {}
    uses: dict[str, int] = {}
    for lhs, rhs in loadings:
        sizes[lhs] = sizes.get(lhs, 0) + 1
        uses[rhs] = uses.get(rhs, 0) + 1
    return {rhs for lhs, rhs in loadings if sizes[lhs] == 1 and uses[rhs] == 1}
