"""How a model text is completed: the options of ``cfa()``, ``sem()`` and ``growth()`` that shape the table."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from wxsat.errors import UsageError, nearest

GROUP_EQUAL = (
    "loadings",
    "intercepts",
    "means",
    "residuals",
    "residual.covariances",
    "lv.variances",
    "lv.covariances",
    "regressions",
    "thresholds",
)
PARAMETERIZATIONS = ("delta", "theta")
EFFECT_CODING = ("loadings", "intercepts")


@dataclass(frozen=True)
class ModelOptions:
    """
    Options of completion, named as in lavaan with ``.`` as ``_``.

    Attributes
    ----------
    std_lv : bool
        Fix latent variances to 1 instead of each first loading.
    orthogonal : bool
        Fix the covariances among latents that the text does not name to 0.
    fixed_x : bool
        Take the moments of exogenous covariates as given.
    meanstructure : bool
        Give every variable an intercept, observed ones free and latent ones 0.
    growth : bool
        Growth curves: intercepts of observed variables 0, latent means free; implies a mean structure.
    effect_coding : tuple of str
        ``loadings`` (they average 1), ``intercepts`` (they sum to 0): latents in the metric of their indicators.
    group_equal : tuple of str
        What is equal over groups: any of ``GROUP_EQUAL``.
    group_partial : tuple of str
        Parameters freed from it, written ``f=~x2``, ``x3~1`` or ``x1|t2``.
    ordered : tuple of (str, int)
        Ordinal variables with their number of thresholds, one less than of categories.
    parameterization : {"delta", "theta"}
        What gives the latent response of an ordinal variable its scale: its total variance (through ``~*~``, residual
        variances following from it), or its residual variance.
    """

    std_lv: bool = False
    orthogonal: bool = False
    fixed_x: bool = True
    meanstructure: bool = False
    growth: bool = False
    effect_coding: tuple[str, ...] = ()
    group_equal: tuple[str, ...] = ()
    group_partial: tuple[str, ...] = ()
    ordered: tuple[tuple[str, int], ...] = ()
    parameterization: str = "delta"

    @cached_property
    def ordered_names(self) -> frozenset[str]:
        """The ordinal variables."""
        return frozenset(name for name, _ in self.ordered)

    def checked(self) -> ModelOptions:
        """
        Return the same options; refuse unknown words and contradictions.

        Raises
        ------
        UsageError
            SEM-062 unknown equality, SEM-063 effect coding unknown or against `std_lv`.
        """
        _known(self.group_equal, GROUP_EQUAL, "SEM-062", "group_equal")
        _known(self.effect_coding, EFFECT_CODING, "SEM-063", "effect_coding")
        if self.std_lv and "loadings" in self.effect_coding:
            raise UsageError(
                "SEM-063",
                "std_lv and effect coding both give the latents their scale.",
                where="effect_coding",
                hint="Choose one of them.",
            )
        return self


def _known(asked: tuple[str, ...], known: tuple[str, ...], code: str, option: str) -> None:
    for word in asked:
        if word not in known:
            raise UsageError(
                code, f"{word!r} is unknown. Known: {', '.join(known)}.{nearest(word, known)}", where=option
            )
