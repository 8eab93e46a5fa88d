"""What a fit is asked: estimator, missing data, information, likelihood; checked as a whole and by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from wxsat.errors import UsageError, nearest
from wxsat.sem.robust.sandwich import RECIPES, TESTS, Recipe

MISSING = ("listwise", "fiml", "two_stage", "robust_two_stage")
INFORMATION = ("expected", "observed", "first.order")
ERRORS = ("standard", "first.order", "robust.sem", "robust.sem.nt", "robust.huber.white")
_FIML_NAMES = {"ml": "fiml", "direct": "fiml", "two.stage": "two_stage", "robust.two.stage": "robust_two_stage"}
FIML_ESTIMATORS = ("ML", "MLR", "MLF")


@dataclass(frozen=True)
class FitOptions:
    """
    Attributes
    ----------
    name : str
        The estimator as reported: ``ML``, ``MLR``, ...
    recipe : Recipe
        What it stands for.
    missing : str
        One of ``MISSING``.
    wishart : bool
    group, weights, cluster : str or None
        Columns.
    ordinal : bool
        Whether some variables are ordinal; `missing` is then ``listwise`` or ``pairwise``.
    """

    name: str
    recipe: Recipe
    missing: str = "listwise"
    wishart: bool = False
    group: str | None = None
    weights: str | None = None
    cluster: str | None = None
    ordinal: bool = False

    @property
    def incomplete(self) -> bool:
        """Whether rows with missing values are used."""
        return self.missing not in ("listwise", "pairwise")

    @property
    def needs_rows(self) -> str | None:
        """What of these options a covariance matrix alone cannot give; None when it is enough."""
        if self.ordinal:
            return "ordered"
        if self.incomplete:
            return f"missing={self.missing!r}"
        if self.recipe.estimator in ("DWLS", "WLS"):
            return f"estimator={self.name!r}"
        if self.recipe.se not in ("standard", "robust.sem.nt") or self.recipe.information == "first.order":
            return f"robust standard errors ({self.name})"
        rows = [t for t in self.recipe.tests if not t.startswith("browne.residual.nt")]
        return f"the test {rows[0]!r}" if rows else None


def read_options(
    estimator: str | None,
    *,
    missing: str = "listwise",
    information: str | None = None,
    se: str | None = None,
    test: str | Iterable[str] | None = None,
    likelihood: str = "normal",
    group: str | None = None,
    weights: str | None = None,
    cluster: str | None = None,
    unavailable: dict[str, Any] | None = None,
) -> FitOptions:
    """
    Return the options of a fit; everything that is unknown or contradictory is refused by name.

    With weights or clusters the errors and the test are robust ones (pseudo-ML), as in lavaan.

    Raises
    ------
    UsageError
        SEM-032 estimator, SEM-033 missing data, SEM-035 an option of later versions, SEM-066 likelihood, information,
        errors or test unknown, SEM-067 a combination that has no meaning.
    """
    asked = [name for name, value in (unavailable or {}).items() if value is not None and value is not False]
    if asked:
        raise UsageError("SEM-035", f"not available in this version: {', '.join(asked)}.", where="fit_sem")
    name = (estimator or "ML").upper()
    if name not in RECIPES:
        raise UsageError(
            "SEM-032",
            f"estimator {estimator!r} is not available; available now: {', '.join(map(repr, RECIPES))}."
            f"{nearest(name, RECIPES)}",
            where="estimator",
        )
    missing = _FIML_NAMES.get(missing, missing)
    if missing not in MISSING:
        raise UsageError(
            "SEM-033",
            f"missing={missing!r} is not available; available now: {', '.join(map(repr, MISSING))}."
            f"{nearest(missing, MISSING)}",
            where="missing",
            hint="pairwise deletion is for ordinal items; for continuous ones fiml uses every answer.",
        )
    _one_of(likelihood, ("normal", "wishart"), "likelihood")
    if (weights or cluster) and RECIPES[name].estimator == "ML" and name != "MLR":
        name = _robust_name(name, weights or cluster or "")
    recipe = _recipe(name, information, se, test, missing)
    options = FitOptions(name, recipe, missing, likelihood == "wishart", group, weights, cluster)
    _check_combination(options)
    return options


def _robust_name(name: str, column: str) -> str:
    if name != "ML":
        raise UsageError(
            "SEM-067",
            f"estimator {name!r} has no meaning with weights or clusters ({column!r}).",
            where="estimator",
            hint='Use "MLR": its errors and test hold for weighted and clustered samples.',
        )
    return "MLR"


def _recipe(
    name: str, information: str | None, se: str | None, test: str | Iterable[str] | None, missing: str
) -> Recipe:
    recipe = RECIPES[name]
    if missing in ("fiml", "two_stage", "robust_two_stage") and name == "ML":
        recipe = replace(recipe, information="observed")
    if se is not None:
        _one_of(se, ERRORS, "se")
        kinds = {"robust.huber.white": "observed", "first.order": "first.order"}
        recipe = replace(recipe, se=se, information=kinds.get(se, recipe.information))
    if test is not None:
        tests = tuple([test] if isinstance(test, str) else test)
        for word in tests:
            _one_of(word, ("standard", *TESTS), "test")
        recipe = replace(recipe, tests=tuple(t for t in tests if t != "standard"))
    if information is not None:
        _one_of(information, INFORMATION, "information")
        recipe = replace(recipe, information=information)
        if information == "first.order" and recipe.se == "standard":
            recipe = replace(recipe, se="first.order")
    return recipe


def _one_of(value: str, known: tuple[str, ...], option: str) -> None:
    if value not in known:
        raise UsageError(
            "SEM-066",
            f"{option}={value!r} is unknown. Known: {', '.join(map(repr, known))}.{nearest(value, known)}",
            where=option,
        )


def _check_combination(options: FitOptions) -> None:
    fault, hint = _clash_of_missing(options) or _clash_of_estimator(options) or ("", "")
    if fault:
        raise UsageError("SEM-067", f"{fault}.", where="fit_sem", hint=hint)


def _clash_of_missing(options: FitOptions) -> tuple[str, str] | None:
    """Return what is wrong with the way missing answers are handled, and a hint."""
    if options.missing == "fiml" and options.name not in FIML_ESTIMATORS:
        fault = f"estimator {options.name!r} has no full-information form for missing answers"
        return fault, f"Use one of {', '.join(FIML_ESTIMATORS)}."
    if options.incomplete and options.missing != "fiml" and options.name not in ("ML", "MLR"):
        return f"two-stage estimation does not go with estimator {options.name!r}", "Use ML."
    if options.incomplete and options.wishart:
        return "the Wishart likelihood needs complete rows", 'Use likelihood="normal".'
    return None


def _clash_of_estimator(options: FitOptions) -> tuple[str, str] | None:
    """Return what the estimator does not go with, and a hint."""
    estimator, recipe = options.recipe.estimator, options.recipe
    if estimator != "ML" and (options.weights or options.cluster):
        fault = f"estimator {options.name!r} does not use weights or clusters"
        return fault, 'Use "MLR"; leaving them out in silence would give wrong errors.'
    if estimator != "ML" and recipe.information == "observed":
        return f"estimator {options.name!r} rests on expected information", "Leave information out."
    if recipe.se == "robust.sem" and recipe.information == "observed" and not options.incomplete:
        fault = "the errors of robust.sem (MLM and its like) rest on expected information"
        return fault, 'Leave information out, or use "MLR": its sandwich rests on the observed one.'
    if options.wishart and (recipe.se == "robust.huber.white" or options.weights or options.cluster):
        return "the Wishart likelihood has no robust form", 'Use likelihood="normal".'
    return None
