"""What an estimator's name stands for with ordinal variables, and which options do not go with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from wxsat.errors import UsageError, nearest
from wxsat.sem.fit_options import FitOptions
from wxsat.sem.robust.sandwich import Recipe

# DWLS and ULS are not efficient: errors from the information alone would be those of no data at all. lavaan 0.7 has the
# robust ones as well (HS39ord: .1054 for the loading of x2; 0.6-14 prints .0783).
ORDINAL_RECIPES: Mapping[str, Recipe] = {
    "WLSMV": Recipe("DWLS", "robust.sem", ("scaled.shifted",), "expected"),
    "WLSM": Recipe("DWLS", "robust.sem", ("satorra.bentler",), "expected"),
    "WLSMVS": Recipe("DWLS", "robust.sem", ("mean.var.adjusted",), "expected"),
    "DWLS": Recipe("DWLS", "robust.sem", (), "expected"),
    "WLS": Recipe("WLS", "standard", (), "expected"),
    "ULS": Recipe("ULS", "robust.sem", (), "expected"),
    "ULSM": Recipe("ULS", "robust.sem", ("satorra.bentler",), "expected"),
    "ULSMV": Recipe("ULS", "robust.sem", ("scaled.shifted",), "expected"),
    "ULSMVS": Recipe("ULS", "robust.sem", ("mean.var.adjusted",), "expected"),
}
ORDINAL_TESTS = ("satorra.bentler", "scaled.shifted", "mean.var.adjusted")
_ERRORS = {"standard": "standard", "robust": "robust.sem", "robust.sem": "robust.sem", "default": ""}
_MISSING = {"listwise": "listwise", "pairwise": "pairwise", "available.cases": "pairwise"}
_FIML = ("fiml", "ml", "direct", "fiml.x", "ml.x")


def ordinal_options(
    estimator: str | None,
    *,
    missing: str,
    information: str | None,
    se: str | None,
    test: str | Iterable[str] | None,
    likelihood: str,
    group: str | None,
    weights: str | None,
    cluster: str | None,
    unavailable: Mapping[str, Any],
) -> FitOptions:
    """
    Return the options of an ordinal fit; WLSMV when no estimator is named.

    Raises
    ------
    UsageError
        SEM-019 an estimator that has no ordinal form, SEM-024 full-information likelihood, SEM-025 other options,
        SEM-033 missing data, SEM-035 options of later versions.
    """
    asked = [name for name, value in unavailable.items() if value is not None and value is not False]
    if asked:
        raise UsageError("SEM-035", f"not available in this version: {', '.join(asked)}.", where="fit_sem")
    name = (estimator or "WLSMV").upper()
    if name not in ORDINAL_RECIPES:
        raise UsageError(
            "SEM-019",
            f"estimator {estimator!r} treats answers as continuous; ordinal variables need one of "
            f"{', '.join(ORDINAL_RECIPES)}.{nearest(name, ORDINAL_RECIPES)}",
            where="estimator",
            hint='Use "WLSMV", or leave ordered= out to treat the items as continuous.',
        )
    _check_missing(missing)
    wrong = [
        (likelihood != "normal", "the Wishart likelihood"),
        (information not in (None, "expected"), f"information={information!r}"),
    ]
    for fault, words in wrong:
        if fault:
            raise UsageError("SEM-025", f"{words} has no meaning for ordinal variables.", where="fit_sem",
                             hint="Leave the option out.")  # fmt: skip
    recipe = _recipe(ORDINAL_RECIPES[name], se, test)
    return FitOptions(name, recipe, _MISSING[missing], False, group, weights, cluster, ordinal=True)


def check_ordinal_request(
    ordinal: bool, *, parameterization: str | None, cov: object, std_ov: bool, engine: str, check: str | None
) -> None:
    """Refuse what has no meaning with ordinal variables, or without them (SEM-025)."""
    if not ordinal:
        if parameterization is not None:
            raise UsageError("SEM-025", "parameterization is about ordinal items, and none were named.",
                             where="parameterization", hint='Give ordered="all", or leave it out.')  # fmt: skip
        return
    faults = [
        (cov is not None, "a covariance matrix holds no categories: ordinal variables need the rows"),
        (std_ov, "ordinal variables have no units to standardise (std_ov)"),
        (engine != "native", f"engine {engine!r} has no ordinal estimator that is right"),
        (
            check is not None,
            f"{check} cannot check ordinal estimates: it has no thresholds and no polychorics that run",
        ),
    ]
    for fault, words in faults:
        if fault:
            raise UsageError("SEM-025", f"{words}.", where="fit_sem", hint="Leave the option out.")


def _check_missing(missing: str) -> None:
    if missing in _FIML or missing.replace(".", "_") in ("two_stage", "robust_two_stage"):
        raise UsageError(
            "SEM-024",
            f"missing={missing!r} is a likelihood of continuous data: with ordinal variables every row would need an "
            "integral over all its latent responses, and estimates of this kind are not what DWLS or WLSMV give.",
            where="missing",
            hint='Use missing="pairwise" (every pair of answers counts), impute before fitting, or leave ordered= out '
            "and use MLR with fiml when items have five or more categories.",
        )
    if missing not in _MISSING:
        message = f"missing={missing!r} is not available for ordinal variables.{nearest(missing, _MISSING)}"
        raise UsageError("SEM-033", message, where="missing", hint="Known: listwise, pairwise.")


def _recipe(recipe: Recipe, se: str | None, test: str | Iterable[str] | None) -> Recipe:
    if se is not None:
        if se not in _ERRORS:
            raise UsageError("SEM-025", f"se={se!r} is not available for ordinal variables.{nearest(se, _ERRORS)}",
                             where="se", hint="Known: standard, robust.sem.")  # fmt: skip
        recipe = replace(recipe, se=_ERRORS[se] or recipe.se)
    if test is not None:
        tests = [test] if isinstance(test, str) else list(test)
        for word in tests:
            if word not in ("standard", *ORDINAL_TESTS):
                raise UsageError(
                    "SEM-025",
                    f"test={word!r} is not available for ordinal variables.{nearest(word, ORDINAL_TESTS)}",
                    where="test",
                    hint=f"Known: standard, {', '.join(ORDINAL_TESTS)}.",
                )
        recipe = replace(recipe, tests=tuple(word for word in tests if word != "standard"))
    return recipe
