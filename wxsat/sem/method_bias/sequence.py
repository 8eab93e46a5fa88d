"""Fits of a sequence of method-bias models, what they are compared by, and what they say of the correlations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from wxsat.errors import DataError, Fault, UsageError, nearest
from wxsat.sem.comparison import compare_sem
from wxsat.sem.fit import fit_sem
from wxsat.sem.method_bias.models import Scales, items_of

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.sem.result import SemResult

SHOWN = ("chisq", "df", "pvalue", "cfi", "tli", "rmsea", "srmr", "aic", "bic")


@dataclass(frozen=True)
class Fits:
    """Fitter with the options that all models of a sequence share: factor variances 1, the same rows."""

    data: pd.DataFrame
    options: Mapping[str, Any]

    def __call__(self, text: str) -> SemResult:
        """Fit a model text."""
        return fit_sem(text, self.data, std_lv=True, **self.options)


def check_scales(data: pd.DataFrame, scales: Scales, marker: Mapping[str, Any] | None = None) -> None:
    """
    Refuse scales that no method model can be built on.

    Raises
    ------
    UsageError
        MEAS-075 fewer than two constructs, fewer than two items, an item in two places, names that are no variables.
    DataError
        MEAS-001 columns that the data do not have.
    """
    whole = {**scales, **(marker or {})}
    faults = []
    if len(scales) < 2:
        faults.append(Fault("MEAS-075", f"{len(scales)} construct(s); method bias is about those between two or more."))
    for name, items in whole.items():
        if len(items) < (3 if marker and name in marker else 2):
            least = "three items (a marker stands alone)" if marker and name in marker else "two items"
            faults.append(Fault("MEAS-075", f"{name} has {len(items)} item(s); at least {least} are needed."))
    named = [item for items in whole.values() for item in items]
    faults += [
        Fault("MEAS-075", f"{item!r} stands in more than one place.", hint="Every name means one thing.")
        for item in sorted({i for i in named if named.count(i) > 1} | (set(whole) & set(named)))
    ]
    if faults:
        raise UsageError.from_faults(faults)
    known = [str(c) for c in data.columns]
    absent = [item for item in named if item not in known]
    if absent:
        raise DataError.from_faults(
            Fault("MEAS-001", f"the data have no column {item!r}.{nearest(item, known)}") for item in absent
        )


def fit_row(label: str, fit: SemResult) -> dict[str, Any]:
    """Return the line of a fit in the table of models."""
    measures = fit.fit_measures
    return {"model": label, "npar": int(measures["npar"])} | {name: float(measures[name]) for name in SHOWN}


def difference_row(label: str, question: str, restricted: SemResult, free: SemResult) -> dict[str, Any]:
    """Return the line of a difference test: the restricted model against the free one."""
    found = compare_sem(restricted, free)
    return {
        "comparison": label,
        "question": question,
        "chisq": found.test.statistic,
        "df": found.test.df,
        "pvalue": found.test.p_value,
        "delta_cfi": float(restricted.fit_measures["cfi"] - free.fit_measures["cfi"]),
        "method": "standard" if restricted.estimator == "ML" else found.method,
    }


def latent_correlations(fit: SemResult, names: tuple[str, ...]) -> dict[tuple[str, str], float]:
    """Return the latent correlations of the substantive constructs."""
    where = [fit.latent_names.index(name) for name in names]
    covariance = fit.latent_covariance[np.ix_(where, where)]
    sd = np.sqrt(np.diag(covariance))
    r = covariance / np.outer(sd, sd)
    return {(a, b): float(r[i, j]) for j, b in enumerate(names) for i, a in enumerate(names[:j])}


def value_of(fit: SemResult, lhs: str, op: str, rhs: str, column: str = "estimate") -> float:
    """Return one figure of a parameter; NaN where the model has none."""
    rows = fit.parameters
    for a, b in ((lhs, rhs), (rhs, lhs)) if op == "~~" else ((lhs, rhs),):
        found = rows[(rows["lhs"] == a) & (rows["op"] == op) & (rows["rhs"] == b)]
        if len(found):
            return float(found[column].iloc[0])
    return float("nan")


@dataclass(frozen=True)
class Decomposition:
    """
    Reliability of a construct's items and its parts, on completely standardised figures.

    Attributes
    ----------
    construct : str
    total : float
        In the model without a method effect.
    substantive, method : float
        Shares of the composite's variance in the model with it; they add up to its reliable share.
    method_share : float
        Method variance as a share of the reliable variance.
    """

    construct: str
    total: float
    substantive: float
    method: float
    method_share: float


def decompose(scales: Scales, baseline: SemResult, method: SemResult, factor: str) -> tuple[Decomposition, ...]:
    r"""
    Split the composite reliability of every construct into substance and method.

    Notes
    -----
    :math:`(\sum\lambda_s)^2` and :math:`(\sum\lambda_m)^2` over their sum and :math:`\sum\theta`.
    """
    found = []
    for name, items in scales.items():
        error = sum(value_of(method, i, "~~", i, "std_all") for i in items)
        own = sum(value_of(method, name, "=~", i, "std_all") for i in items) ** 2
        shared = sum(value_of(method, factor, "=~", i, "std_all") for i in items) ** 2
        base = sum(value_of(baseline, name, "=~", i, "std_all") for i in items) ** 2
        base_error = sum(value_of(baseline, i, "~~", i, "std_all") for i in items)
        whole = own + shared + error
        found.append(
            Decomposition(name, base / (base + base_error), own / whole, shared / whole, shared / (own + shared))
        )
    return tuple(found)


def variance_shares(fit: SemResult, scales: Scales, factor: str) -> tuple[float, float]:
    """Return the mean share of the items' variance that the method factor and their own construct explain."""
    method = [value_of(fit, factor, "=~", i, "std_all") ** 2 for i in items_of(scales)]
    own = [value_of(fit, name, "=~", i, "std_all") ** 2 for name, items in scales.items() for i in items]
    return float(np.mean(method)), float(np.mean(own))
