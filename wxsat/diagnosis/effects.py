"""The structural tables: declared paths, and total effects of everything a remedy or a driver could move."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wxsat.diagnosis.hierarchy import ResolvedHierarchy
from wxsat.diagnosis.resampling import Draws, percentile_interval
from wxsat.diagnosis.structure import ancestors_of, total_effect

if TYPE_CHECKING:
    import pandas as pd

TOTAL_EFFECT_COLUMNS = ("outcome", "source", "estimate", "ci_lower", "ci_upper")
PATH_COLUMNS = (
    "outcome",
    "predictor",
    "hypothesis",
    "expected",
    "estimate",
    "ci_lower",
    "ci_upper",
    "std_all",
)


def tabulate_total_effects(estimate: Draws, drawn: Draws, hierarchy: ResolvedHierarchy) -> pd.DataFrame:
    """Return the total effect of every dilemma, symptom and driver on everything downstream of it."""
    import pandas as pd

    symptoms = [
        n for n in hierarchy.dilemma_nodes if any(n == p.predictor for e in hierarchy.equations for p in e.paths)
    ]
    sources = dict.fromkeys([*hierarchy.composites, *symptoms, *hierarchy.drivers])
    owned = set(hierarchy.dilemma_nodes) - set(symptoms)
    rows: list[dict[str, Any]] = []
    for outcome in (n for n in hierarchy.nodes if n not in owned):
        for source in sources:
            if outcome in hierarchy.parts_of(source) or not _reaches(hierarchy, source, outcome):
                continue
            effects = total_effect(drawn.paths.matrix, hierarchy, source, outcome)
            lower, upper = percentile_interval(effects, df=drawn.df)
            effect = float(total_effect(estimate.paths.matrix, hierarchy, source, outcome)[0])
            rows.append(
                {
                    "outcome": outcome,
                    "source": source,
                    "estimate": effect,
                    "ci_lower": lower,
                    "ci_upper": upper,
                }
            )
    return pd.DataFrame(rows, columns=TOTAL_EFFECT_COLUMNS)


def _reaches(hierarchy: ResolvedHierarchy, source: str, outcome: str) -> bool:
    return bool(ancestors_of(hierarchy, outcome) & set(hierarchy.parts_of(source)))


def tabulate_paths(estimate: Draws, drawn: Draws, hierarchy: ResolvedHierarchy) -> pd.DataFrame:
    """Return one row a declared path: estimate in POMP points, percentile interval, standardised size."""
    import pandas as pd

    declared = [(e.outcome, path) for e in hierarchy.equations for path in e.paths]
    rows = []
    for column, (outcome, path) in enumerate(declared):
        lower, upper = percentile_interval(drawn.paths.coefficients[:, column], df=drawn.df)
        rows.append(
            {
                "outcome": outcome,
                "predictor": path.predictor,
                "hypothesis": path.hypothesis or None,
                "expected": path.sign,
                "estimate": float(estimate.paths.coefficients[0, column]),
                "ci_lower": lower,
                "ci_upper": upper,
                "std_all": float(estimate.paths.standardised[0, column]),
            }
        )
    return pd.DataFrame(rows, columns=PATH_COLUMNS)
