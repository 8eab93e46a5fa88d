"""`align_groups`: fit every group alone, align its factors, and return comparable means."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from wxsat.errors import DataError, EstimationError, Fault, ModelError, UsageError
from wxsat.finding import Finding, refusals
from wxsat.notebook import ShownInNotebook
from wxsat.sem.fit import fit_sem
from wxsat.sem.inputs import read_data
from wxsat.sem.invariance.alignment import EPSILON, AlignedFactor, align_factor
from wxsat.sem.invariance.measurement import MeasurementModel, read_measurement
from wxsat.sem.invariance.options import InvarianceOptions
from wxsat.sem.invariance.result import flat_records
from wxsat.sem.sample import coded_groups

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.responses.responses import Responses
    from wxsat.sem.result import SemResult

STRICT_LEVEL = 0.001  # of the tests for groups that differ, as in Asparouhov and Muthen
MOST_DIFFERENT = 0.25
LARGEST_RATIO = 10.0  # of a group's variance and the groups' median, either way: a convention
FEWEST_GROUPS = 2


@dataclass(frozen=True)
class AlignmentResult(ShownInNotebook):
    """
    Aligned groups.

    Attributes
    ----------
    means : DataFrame
        ``factor group n mean std_error variance rank``, the largest mean first.
    items : DataFrame
        ``factor item parameter mean minimum maximum r2 n_different share_different``: aligned loadings and intercepts.
    parameters : DataFrame
        ``factor group item loading intercept loading_differs intercept_differs``.
    groups : DataFrame
        ``name n chisq df pvalue cfi rmsea srmr`` of the configural fits.
    findings : tuple of Finding
    settings : mapping
    """

    means: pd.DataFrame
    items: pd.DataFrame
    parameters: pd.DataFrame
    groups: pd.DataFrame
    findings: tuple[Finding, ...]
    settings: Mapping[str, Any]

    @property
    def refused(self) -> bool:
        """Whether the means must not be compared."""
        return bool(refusals(self.findings))

    def to_dict(self) -> dict[str, Any]:
        """Return plain data: flat records, missing as None."""
        return {
            "means": flat_records(self.means),
            "items": flat_records(self.items),
            "parameters": flat_records(self.parameters),
            "groups": flat_records(self.groups),
            "settings": dict(self.settings),
            "refused": self.refused,
            "warnings": [finding.to_dict() for finding in self.findings],
        }


def align_groups(
    model: str | Path,
    data: pd.DataFrame | Responses,
    *,
    group: str,
    align: str = "fixed",
    epsilon: float = EPSILON,
    estimator: str | None = None,
    missing: str = "listwise",
    seed: int = 1,
) -> AlignmentResult:
    """
    Align the factors of many groups, tens of accounts for example, and return comparable means.

    Parameters
    ----------
    model : str or Path
        Measurement model; every item belongs to one factor.
    data : DataFrame, Responses or CleanResponses
        Items are taken as continuous.
    group : str
    align : {"fixed", "free"}
        FIXED: the first group has mean 0 and variance 1. FREE: its mean is estimated, the product of variances is 1;
        better where many parameters differ, and not to be had for two groups.
    epsilon : float
    estimator, missing
        As in :func:`wxsat.sem.fit.fit_sem`.
    seed : int
        Of the random starts of the search.

    Raises
    ------
    ModelError
        SEM-079 an item of two factors; SEM-047.
    DataError
        SEM-079 groups whose configural model cannot be fitted; SEM-068.

    Notes
    -----
    A parameter of a group is counted as different where it is further from the weighted mean over groups than chance
    allows (p < .001). More than a quarter of such parameters (a convention of Asparouhov and Muthen) is finding
    SEM-182: then the means are not trustworthy. A group's variance more than ten times the groups' median, or less than
    a tenth of it, is refused by SEM-185.
    """
    options = InvarianceOptions(align=align)
    if epsilon <= 0:
        raise UsageError("SEM-078", f"epsilon={epsilon}; a positive number was expected.", where="epsilon")
    source = read_data(data, None)
    measurement = read_measurement(model, source.instrument).without(source.unasked)
    double = [i for i in measurement.items if sum(i == item for _, item in measurement.loadings) > 1]
    if double:
        raise ModelError("SEM-079", f"{', '.join(double)} belong to two factors; alignment needs one each.",
                         where="model")  # fmt: skip
    names, fits = _configural_fits(measurement, source.frame, group, estimator, missing)
    if align == "free" and len(names) == FEWEST_GROUPS:
        raise UsageError("SEM-079", "FREE alignment of two groups does not determine the first mean.", where="align",
                         hint='Take align="fixed".')  # fmt: skip
    sizes = np.array([fit.n_obs for fit in fits], dtype=np.float64)
    aligned = {
        factor: _aligned(factor, measurement, fits, sizes, align == "free", epsilon, seed)
        for factor in measurement.factors
    }
    tables = _tables(measurement, aligned, names, fits)
    share = float(np.mean([*tables[2]["loading_differs"], *tables[2]["intercept_differs"]]))
    return AlignmentResult(
        *tables, _groups(names, fits), (*measurement.findings(), *_differing(share), *_far_apart(aligned, names)),
        {"group": group, "align": options.align, "epsilon": epsilon, "n_groups": len(names), "seed": seed,
         "reference": names[0], "share_different": share, "missing": missing, "estimator": fits[0].estimator},
    )  # fmt: skip


def _differing(share: float) -> tuple[Finding, ...]:
    if share <= MOST_DIFFERENT:
        return ()
    message = (
        f"{share:.0%} of the aligned loadings and intercepts differ from their mean over groups, more than a quarter: "
        "the aligned means must not be trusted without a simulation of their recovery."
    )
    return (Finding("SEM-182", "warning", "alignment", message, {"share": share}),)


def _far_apart(aligned: Mapping[str, tuple[AlignedFactor, Any, Any]], names: tuple[str, ...]) -> tuple[Finding, ...]:
    """Refuse a factor that varies in one group beyond belief: its loadings there are not those of the others."""
    findings = []
    for factor, (found, _, _) in aligned.items():
        ratios = found.variance / np.median(found.variance)
        worst = int(np.argmax(np.abs(np.log(ratios))))
        ratio = float(ratios[worst])
        if 1 / LARGEST_RATIO <= ratio <= LARGEST_RATIO:
            continue
        message = (
            f"in group {names[worst]} the aligned variance of {factor} is {ratio:.3g} times the groups' median: the "
            "group does not measure the same factor, and the aligned means of this factor have no meaning."
        )
        evidence = {"factor": factor, "group": names[worst], "ratio": ratio}
        findings.append(Finding("SEM-185", "refusal", "alignment", message, evidence))
    return tuple(findings)


def _configural_fits(
    model: MeasurementModel, frame: pd.DataFrame, group: str, estimator: str | None, missing: str
) -> tuple[tuple[str, ...], list[SemResult]]:
    codes, names = coded_groups(frame, group)
    if len(names) < FEWEST_GROUPS:
        raise DataError("SEM-079", f"column {group!r} has {len(names)} group(s); two at least can be aligned.",
                        where=group)  # fmt: skip
    text = "\n".join(
        [*(f"{f} =~ {' + '.join(model.items_of(f))}" for f in model.factors),
         *(f"{a} ~~ {b}" for a, b in model.covariances)]
    )  # fmt: skip
    fits, faults = [], []
    for k, name in enumerate(names):
        try:
            fits.append(
                fit_sem(text, frame[codes == k], std_lv=True, meanstructure=True, estimator=estimator, missing=missing)
            )
        except (DataError, EstimationError) as error:
            faults.append(Fault("SEM-079", f"its model cannot be fitted: {error.message}", f"group {name}",
                                "Leave the group out, or join it with another."))  # fmt: skip
    if faults:
        raise DataError.from_faults(faults)
    return names, fits


def _aligned(
    factor: str, model: MeasurementModel, fits: list[SemResult], sizes: Any, free: bool, epsilon: float, seed: int
) -> tuple[AlignedFactor, Any, Any]:
    items = model.items_of(factor)
    loadings: list[Any] = []
    intercepts, covariances = [], []
    for fit in fits:
        frame = fit.parameters
        rows = [frame[(frame["lhs"] == factor) & (frame["op"] == "=~") & (frame["rhs"] == i)].index[0] for i in items]
        rows += [frame[(frame["lhs"] == i) & (frame["op"] == "~1")].index[0] for i in items]
        values = frame.loc[rows, "estimate"].to_numpy(float)
        free_numbers = [_free_number(fit, factor, i, "=~") for i in items] + [
            _free_number(fit, i, "", "~1") for i in items
        ]
        # The sign of a factor is arbitrary: the first group's points the way most of its loadings do, the others' with
        # the first (where items run both ways, a sum of loadings says nothing).
        direction = loadings[0] if loadings else np.ones(len(items))
        sign = -1.0 if values[: len(items)] @ direction < 0 else 1.0
        turn = np.append(np.full(len(items), sign), np.ones(len(items)))
        loadings.append(values[: len(items)] * sign)
        intercepts.append(values[len(items) :])
        cut = np.ix_(free_numbers, free_numbers)
        covariances.append(fit.parameter_covariance[cut] * np.outer(turn, turn))
    table = (np.array(loadings), np.array(intercepts))
    spread = np.array(covariances)
    found = align_factor(*table, sizes, free=free, epsilon=epsilon, covariances=spread, seed=seed)
    return found, table, spread


def _free_number(fit: SemResult, lhs: str, rhs: str, op: str) -> int:
    return next(r.free - 1 for r in fit.table.parameters if (r.lhs, r.op, r.rhs) == (lhs, op, rhs))


def _tables(
    model: MeasurementModel, aligned: Mapping[str, tuple[AlignedFactor, Any, Any]], names: tuple[str, ...],
    fits: list[SemResult],
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:  # fmt: skip
    import pandas as pd

    means: list[dict[str, Any]] = []
    items: list[dict[str, Any]] = []
    parameters: list[dict[str, Any]] = []
    sizes = np.array([fit.n_obs for fit in fits], dtype=np.float64)
    for factor, (found, _, spread) in aligned.items():
        order = np.argsort(-found.mean, kind="stable")
        for rank, g in enumerate(order.tolist(), start=1):
            means.append({
                "factor": factor, "group": names[g], "n": int(sizes[g]), "mean": found.mean[g],
                "std_error": found.mean_error[g], "variance": found.variance[g], "rank": rank,
            })  # fmt: skip
        own = model.items_of(factor)
        differs = different(found, spread, sizes)
        for kind, table, r2, flags in (
            ("loading", found.loadings, found.r2_loadings, differs[0]),
            ("intercept", found.intercepts, found.r2_intercepts, differs[1]),
        ):
            for i, item in enumerate(own):
                items.append({
                    "factor": factor, "item": item, "parameter": kind, "mean": float(sizes @ table[:, i] / sizes.sum()),
                    "minimum": table[:, i].min(), "maximum": table[:, i].max(), "r2": r2[i],
                    "n_different": int(flags[:, i].sum()), "share_different": float(flags[:, i].mean()),
                })  # fmt: skip
        for g, name in enumerate(names):
            for i, item in enumerate(own):
                parameters.append({
                    "factor": factor, "group": name, "item": item, "loading": found.loadings[g, i],
                    "intercept": found.intercepts[g, i], "loading_differs": bool(differs[0][g, i]),
                    "intercept_differs": bool(differs[1][g, i]),
                })  # fmt: skip
    return pd.DataFrame(means), pd.DataFrame(items), pd.DataFrame(parameters)


def different(found: AlignedFactor, spread: Any, sizes: Any) -> tuple[Any, Any]:
    """
    Return which aligned loadings and intercepts are further from the rest than chance allows (p < .001).

    Groups leave the invariant set one by one, the most deviant first, until the rest agree; the errors are those of the
    configural parameters, the alignment taken as given.
    """
    from scipy.special import ndtri

    limit = float(-ndtri(STRICT_LEVEL / 2))
    count = found.loadings.shape[1]
    root = np.sqrt(found.variance)
    flags = []
    for kind, table in (("loading", found.loadings), ("intercept", found.intercepts)):
        marked = np.zeros(table.shape, dtype=bool)
        for i in range(count):
            own = spread[:, i, i] / root**2
            if kind == "intercept":
                ratio = found.mean / root
                j = count + i
                own = spread[:, j, j] - 2 * ratio * spread[:, i, j] + ratio**2 * spread[:, i, i]
            inside = np.ones(len(sizes), dtype=bool)
            while inside.sum() > 2:
                weight = np.where(inside, 1.0 / own, 0.0)
                centre = weight @ table[:, i] / weight.sum()
                z = np.where(
                    inside, np.abs(table[:, i] - centre) / np.sqrt(np.maximum(own - 1 / weight.sum(), 1e-12)), 0
                )
                worst = int(z.argmax())
                if z[worst] < limit:
                    break
                inside[worst] = False
            marked[:, i] = ~inside
        flags.append(marked)
    return flags[0], flags[1]


def _groups(names: tuple[str, ...], fits: list[SemResult]) -> pd.DataFrame:
    import pandas as pd

    wanted = ("chisq", "df", "pvalue", "cfi", "rmsea", "srmr")
    return pd.DataFrame([
        {"name": name, "n": fit.n_obs} | {k: fit.fit_measures.get(k, math.nan) for k in wanted}
        for name, fit in zip(names, fits, strict=True)
    ])  # fmt: skip
