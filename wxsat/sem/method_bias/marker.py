"""The CFA marker technique: the whole sequence of Williams, Hartman and Cavazotte (2010).

A marker is a scale that has nothing to do with the constructs in theory, so that what it shares with their items is
method. The sequence asks whether there is a method effect, whether it is equal for all items, and whether it changes
the correlations that matter; then it splits reliability and tries how the correlations would stand a larger effect.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from wxsat.sem.method_bias.models import (
    Scales,
    held_text,
    items_of,
    measurement_text,
    method_text,
    orthogonal_text,
)
from wxsat.sem.method_bias.sequence import (
    Decomposition,
    Fits,
    decompose,
    difference_row,
    fit_row,
    latent_correlations,
    value_of,
)

if TYPE_CHECKING:
    from wxsat.sem.result import SemResult

Z = {"method_s_05": 1.959963984540054, "method_s_01": 2.5758293035489004}
ALPHA = 0.05


@dataclass(frozen=True)
class MarkerSequence:
    """
    Attributes
    ----------
    models, comparisons, correlations : tuple of dict
        Lines of the tables of fits, of difference tests, and of the substantive correlations by model.
    reliability : tuple of Decomposition
    loadings : tuple of dict
        ``item construct loading method_loading method_p_value`` of the retained method model, standardised.
    retained : {"baseline", "method_c", "method_u"}
        By the difference tests at 5 %: no method effect, an equal one, or a different one for every item.
    biased : bool or None
        Whether the correlations differ with the method effect taken out (retained model against method-R); None
        without a method effect.
    method_share : float
        Mean share of an item's variance that is method, in the retained model.
    fits : mapping of str to SemResult
    """

    models: tuple[dict[str, Any], ...]
    comparisons: tuple[dict[str, Any], ...]
    correlations: tuple[dict[str, Any], ...]
    reliability: tuple[Decomposition, ...]
    loadings: tuple[dict[str, Any], ...]
    retained: str
    biased: bool | None
    method_share: float
    fits: Mapping[str, SemResult]


def fit_marker_sequence(fit: Fits, scales: Scales, marker: str, marker_items: list[str]) -> MarkerSequence:
    """
    Fit CFA, baseline, method-C, method-U and method-R, split reliability, and try sensitivity.

    Notes
    -----
    Factor variances are 1. In the baseline the marker is orthogonal to the constructs and its loadings and error
    variances are held at those of the CFA; method-C adds equal loadings of all substantive items on it, method-U free
    ones; method-R holds the substantive correlations of the retained one at the baseline's. Method-S holds the
    method loadings at the end of their 95 or 99 % interval that lies farther from zero. Every fit, comparison and
    decomposition was checked against lavaan 0.6-14 in ``tests/golden/method_bias``.

    References
    ----------
    .. [1] Williams, L. J., Hartman, N., & Cavazotte, F. (2010). Method variance and marker variables: a review and
           comprehensive CFA marker technique. Organizational Research Methods, 13, 477-514.
    """
    names, items = tuple(scales), items_of(scales)
    measured = measurement_text(scales)
    cfa = fit(f"{measured}\n{measurement_text({marker: marker_items})}")
    fixed = {(marker, "=~", i): value_of(cfa, marker, "=~", i) for i in marker_items}
    fixed |= {(i, "~~", i): value_of(cfa, i, "~~", i) for i in marker_items}
    start = f"{measured}\n{held_text(fixed)}\n{orthogonal_text(marker, names)}"
    baseline = fit(start)
    equal = fit(f"{start}\n{method_text(marker, items, 'm*')}")
    free = fit(f"{start}\n{method_text(marker, items)}")
    fits: dict[str, SemResult] = {"cfa": cfa, "baseline": baseline, "method_c": equal, "method_u": free}
    tests = [
        difference_row("baseline, method_c", "method effect", baseline, equal),
        difference_row("method_c, method_u", "equal method effects", equal, free),
        difference_row("baseline, method_u", "method effect, unequal", baseline, free),
    ]
    retained = _retained(tests)
    chosen = fits[retained if retained != "baseline" else "method_u"]
    marks = "m*" if retained == "method_c" else ""
    held = {(a, "~~", b): value_of(baseline, a, "~~", b) for j, b in enumerate(names) for a in names[:j]}
    fits["method_r"] = fit(f"{start}\n{method_text(marker, items, marks)}\n{held_text(held)}")
    label = "method_c" if retained == "method_c" else "method_u"
    tests.append(difference_row(f"{label}, method_r", "bias of the correlations", fits["method_r"], chosen))
    for name, reach in Z.items():
        fits[name] = fit(f"{start}\n{method_text(marker, items, _far(chosen, marker, items, reach))}")
    bias = None if retained == "baseline" else bool(tests[-1]["pvalue"] < ALPHA)
    loads = _loadings(chosen, scales, marker)
    return MarkerSequence(
        tuple(fit_row(name, found) for name, found in fits.items()), tuple(tests),
        tuple({"a": a, "b": b} | {name: latent_correlations(f, names)[a, b] for name, f in fits.items()}
              for a, b in latent_correlations(cfa, names)),
        decompose(scales, baseline, chosen, marker), loads, retained, bias,
        float(np.mean([row["method_loading"] ** 2 for row in loads])), fits,
    )  # fmt: skip


def _retained(tests: list[dict[str, Any]]) -> str:
    any_equal, unequal, any_free = (row["pvalue"] < ALPHA for row in tests)
    if not any_equal and not any_free:
        return "baseline"
    return "method_u" if unequal else "method_c"


def _far(chosen: SemResult, marker: str, items: list[str], reach: float) -> list[str]:
    """Return the ends of the intervals of the method loadings that lie farther from zero, as text."""
    found = []
    for item in items:
        estimate, error = (value_of(chosen, marker, "=~", item, c) for c in ("estimate", "std_error"))
        found.append(f"{estimate + float(np.sign(estimate)) * reach * error!r}*")
    return found


def _loadings(chosen: SemResult, scales: Scales, marker: str) -> tuple[dict[str, Any], ...]:
    return tuple(
        {
            "item": item,
            "construct": name,
            "loading": value_of(chosen, name, "=~", item, "std_all"),
            "method_loading": value_of(chosen, marker, "=~", item, "std_all"),
            "method_p_value": value_of(chosen, marker, "=~", item, "p_value"),
        }
        for name, items in scales.items()
        for item in items
    )
