"""Steps, differences, released parameters, effect sizes and means as frames."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from wxsat.sem.invariance.effect_size import dmacs, pooled_deviation
from wxsat.sem.invariance.item_curves import item_curves
from wxsat.sem.invariance.ladder import Step, index_family
from wxsat.sem.invariance.options import CFI_DROP, RMSEA_RISE, SRMR_RISE, SRMR_RISE_LOADINGS, InvarianceOptions
from wxsat.sem.invariance.partial import FEWEST_EQUAL, Release
from wxsat.sem.invariance.step_models import Design, is_free
from wxsat.sem.robust.scaled_tests import upper_tail

if TYPE_CHECKING:
    import pandas as pd

STEPS = ("step", "partial", "n_freed", "npar", "chisq", "df", "pvalue", "cfi", "rmsea", "srmr")
DIFFERENCES = (
    "step", "against", "partial", "chisq", "df", "pvalue", "method", "delta_cfi", "delta_rmsea", "delta_srmr", "holds",
    "reason",
)  # fmt: skip
FREED = ("order", "step", "parameter", "kind", "item", "factor", "chisq", "df", "pvalue", "pvalue_adjusted")
EFFECTS = ("item", "block", "reference", "dmacs", "mean_difference")
MEANS = ("factor", "block", "reference", "mean", "std_error", "z", "p_value", "ci_lower", "ci_upper", "variance", "d")
Z95 = 1.959963984540054


def family_of(steps: Sequence[Step]) -> str:
    """Return which CFI and RMSEA every step has."""
    fitted = [step for step in steps if step.result is not None]
    for family in ("robust", "scaled"):
        if fitted and all(index_family(step, step) == family for step in fitted):
            return family
        if fitted and all(math.isfinite(step.index("cfi", family)) for step in fitted):
            return family
    return ""


def steps_frame(steps: Sequence[Step]) -> pd.DataFrame:
    """Return one row a fitted step."""
    import pandas as pd

    family = family_of(steps)
    rows = []
    for step in steps:
        fit = {} if step.result is None else step.result.fit_measures
        ending = "_scaled" if "chisq_scaled" in fit else ""
        counted = (step.name, step.partial, len(step.freed), fit.get("npar", math.nan))
        tested = (fit.get(f"chisq{ending}", math.nan), fit.get("df", math.nan), fit.get(f"pvalue{ending}", math.nan))
        rows.append((*counted, *tested, step.index("cfi", family), step.index("rmsea", family), step.index("srmr", "")))
    frame = pd.DataFrame(rows, columns=list(STEPS))
    return frame.astype({"npar": "Int64", "df": "Int64"})


def differences_frame(steps: Sequence[Step]) -> pd.DataFrame:
    """Return one row a comparison."""
    import pandas as pd

    rows = []
    for step in steps:
        if step.against is None:
            continue
        test, family = step.test, index_family(step, step.against)
        lost = None
        if step.result is not None and step.against.result is not None:
            lost = int(step.result.fit_measures["df"] - step.against.result.fit_measures["df"])
        rows.append(
            (
                step.name, step.against.id, step.partial, math.nan if test is None else test.statistic, lost,
                math.nan if test is None else test.p_value, step.method or None, step.change("cfi", family),
                step.change("rmsea", family), step.change("srmr", ""), step.holds, step.reason or None,
            )
        )  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(DIFFERENCES))
    return frame.astype({"df": "Int64", "holds": object, "method": object, "reason": object})


def freed_frame(releases: Sequence[Release]) -> pd.DataFrame:
    """Return what was released, in order."""
    import pandas as pd

    rows = [
        (r.order, r.step, r.freed.name, r.freed.kind, r.freed.item, r.freed.factor or None, r.statistic, r.df,
         r.p_value, r.p_adjusted)
        for r in releases
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(FREED))


def groups_frame(design: Design, steps: Sequence[Step]) -> pd.DataFrame:
    """Return groups (or waves) and their rows."""
    import pandas as pd

    result = next((step.result for step in steps if step.result is not None), None)
    counts: list[int | None] = [None] * len(design.blocks)
    if result is not None:
        counts = [result.n_obs] * len(counts) if design.over_time else [fit.n_obs for fit in result.groups]
    return pd.DataFrame({"name": list(design.blocks), "n": counts})


def effect_sizes_frame(design: Design, step: Step | None, answers: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    """Return dMACS of the items that differ in the scalar step."""
    import pandas as pd

    rows = []
    if step is not None and step.result is not None:
        blocks = item_curves(design, step.result)
        items = [item for item in design.model.items if is_free("intercept", item, "", step.freed)]
        for item in items:
            for k in range(1, len(blocks)):
                deviation = pooled_deviation(answers[item][0], answers[item][k])
                found = dmacs(
                    blocks[0].items[item], blocks[k].items[item], blocks[k].mean, blocks[k].covariance, deviation
                )
                rows.append((item, design.blocks[k], design.blocks[0], *found))
    return pd.DataFrame(rows, columns=list(EFFECTS))


def means_frame(design: Design, step: Step | None) -> pd.DataFrame:
    """Return the latent means of later blocks against the first; d in pooled latent standard deviations."""
    import pandas as pd

    rows: list[tuple[Any, ...]] = []
    if step is not None and step.result is not None:
        frame = step.result.parameters
        for factor in design.model.factors:
            for k in range(1, len(design.blocks)):
                name, group = design.name(factor, k), 1 if design.over_time else k + 1
                own = frame[(frame["lhs"] == name) & (frame["group"] == group)]
                mean = own[own["op"] == "~1"].iloc[0]
                variance = float(own[(own["op"] == "~~") & (own["rhs"] == name)]["estimate"].iloc[0])
                value, error = float(mean["estimate"]), float(mean["std_error"])
                z = value / error if error > 0 else math.nan
                sizes = [1, 1] if design.over_time else [step.result.groups[g].n_obs for g in (0, k)]
                pooled = math.sqrt((sizes[0] * 1.0 + sizes[1] * variance) / sum(sizes))
                rows.append(
                    (factor, design.blocks[k], design.blocks[0], value, error, z, upper_tail(z**2, 1.0),
                     value - Z95 * error, value + Z95 * error, variance, value / pooled)
                )  # fmt: skip
    return pd.DataFrame(rows, columns=list(MEANS))


def settings_of(design: Design, options: InvarianceOptions, steps: Sequence[Step], group: str | None) -> dict[str, Any]:
    """Return how it was done."""
    result = next((step.result for step in steps if step.result is not None), None)
    tests = [step.method for step in steps if step.method]
    return {
        "group": group,
        "blocks": list(design.blocks),
        "reference": design.blocks[0],
        "over_time": design.over_time,
        "ordered": sorted(design.cuts),
        "estimator": None if result is None else result.estimator,
        "missing": options.fit.get("missing"),
        "indices": family_of(steps) or "standard",
        "difference_test": tests[0] if tests else None,
        "rule": options.rule,
        "alpha": options.alpha,
        "partial": options.partial,
        "adjust": options.adjust,
        "fewest_equal_items": FEWEST_EQUAL,
        "conventions": {
            "delta_cfi": -CFI_DROP, "delta_rmsea": RMSEA_RISE, "delta_srmr_loadings": SRMR_RISE_LOADINGS,
            "delta_srmr": SRMR_RISE, "source": "Cheung and Rensvold (2002); Chen (2007)",
        },
    }  # fmt: skip
