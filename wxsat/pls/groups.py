"""Two groups: are the composites the same (MICOM, Henseler et al. 2016), and do paths differ (permutation)?

Step 1 is configural: the same model, the same treatment, which one call of this function is. Step 2, compositional
invariance: the correlation c of the composites made with either group's weights, on all rows, is one. Step 3: means and
log variances of the pooled composites are equal. Only after step 2 may paths be compared.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from wxsat.errors import DataError, EstimationError, Fault, UsageError, nearest
from wxsat.finding import Finding, refusals
from wxsat.notebook import ShownInNotebook
from wxsat.numerics.covariance import standardise_columns
from wxsat.numerics.plain import frame_records, plain
from wxsat.numerics.resampling import weighted_correlations
from wxsat.pls.bootstrap import LEAST_DRAWS, check_bootstrap, turn
from wxsat.pls.estimates import Estimates, estimate
from wxsat.pls.fit import fit_sample
from wxsat.pls.model import PathModel
from wxsat.pls.plan import Plan, plan_estimation
from wxsat.pls.products import add_products, composite_scores
from wxsat.pls.read_model import read_path_model
from wxsat.pls.sample import read_sample
from wxsat.sem.inputs import read_data

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

PERMUTATIONS_AT_ONCE = 100
LEAST_ROWS = 10
ALONE = "Fit each group alone (wxsat pls fit) to see which items are collinear or without weight there."


@dataclass(frozen=True)
class GroupComparison(ShownInNotebook):
    """
    Two groups compared by permutation.

    Attributes
    ----------
    groups, sizes : tuple
    micom : DataFrame
        ``construct c c_limit p_composition mean_difference p_mean log_variance_ratio p_variance invariance``,
        invariance one of none, partial (step 2), full (step 3 too).
    paths : DataFrame
        ``from to first second difference p_value ci_lower ci_upper``; the interval is what permutation gives without a
        difference.
    findings : tuple of Finding
        PLS-136 (refusal) for a construct without compositional invariance.
    """

    groups: tuple[str, str]
    sizes: tuple[int, int]
    micom: pd.DataFrame
    paths: pd.DataFrame
    findings: tuple[Finding, ...]
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def refused(self) -> bool:
        """Whether paths must not be compared."""
        return bool(refusals(self.findings))

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON document of ``wxsat pls mga``."""
        groups = [{"name": g, "n": n} for g, n in zip(self.groups, self.sizes, strict=True)]
        return dict(
            plain(
                {
                    "groups": groups,
                    "micom": frame_records(self.micom),
                    "paths": frame_records(self.paths),
                    "findings": [f.to_dict() for f in self.findings],
                    "settings": self.settings,
                }
            )
        )


def compare_groups(
    model: str | Path | PathModel,
    data: Any,
    group: str,
    *,
    between: tuple[str, str] | None = None,
    scheme: str = "path",
    consistent: bool = False,
    missing: str = "listwise",
    draws: int = 1000,
    seed: int = 1,
    level: float = 0.95,
) -> GroupComparison:
    """
    Test measurement invariance of composites and the equality of paths in two groups.

    Parameters
    ----------
    model, data, scheme, consistent, missing
        As in :func:`wxsat.pls.fit.fit_pls`.
    group : str
        Column with two values; rows without one are left out.
    between : (str, str), optional
        The two values to compare, first less second, where the column has more.
    draws, seed : int
        Permutations of the group labels.
    level : float
        1 - level is the size of the tests.

    Raises
    ------
    DataError
        PLS-014 no such column, or not two groups of at least 10 rows.
    EstimationError
        PLS-031 when less than half of the permutations have a solution.
    """
    plan = plan_estimation(read_path_model(model), scheme=scheme, consistent=consistent)
    if draws < LEAST_DRAWS:
        raise UsageError("PLS-023", f"{draws} permutations; at least {LEAST_DRAWS} were expected.", where="draws")
    check_bootstrap(draws, "none", "percentile", level, seed)
    frame, labels = _divide(read_data(data, None).frame, group, between)
    sample = read_sample(frame, plan.columns, missing)
    labels = labels[sample.rows]
    names = between or sorted(set(labels.tolist()))
    first = labels == names[0] if len(names) else np.zeros(0, dtype=bool)
    if len(names) != 2 or min(first.sum(), (~first).sum()) < LEAST_ROWS:
        found = ", ".join(f"{n} ({int((labels == n).sum())})" for n in names[:6])
        raise DataError(
            "PLS-014",
            f"{group!r} has {len(names)} groups: {found}; two of at least {LEAST_ROWS} complete rows each were "
            "expected.",
            where="group",
            hint="Name two of them: between=('1', '2'), or --between 1,2.",
        )
    _check_spread(plan, sample.values, {name: labels == name for name in names})
    pooled = fit_sample(plan, sample)
    observed = compare_divisions(plan, sample.values, sample.correlation, pooled, first[None].astype(float))
    if not observed["fine"][0]:
        raise EstimationError("PLS-030", "the model has no solution in one of the groups.", where="group", hint=ALONE)
    generator = np.random.default_rng(seed)
    blocks = []
    for start in range(0, draws, PERMUTATIONS_AT_ONCE):
        size = min(PERMUTATIONS_AT_ONCE, draws - start)
        shuffled = generator.permuted(np.tile(first.astype(float), (size, 1)), axis=1)
        blocks.append(compare_divisions(plan, sample.values, sample.correlation, pooled, shuffled))
    joined = {name: np.concatenate([block[name] for block in blocks]) for name in observed}
    if joined["fine"].sum() < draws / 2:
        raise EstimationError(
            "PLS-031", f"{int(joined['fine'].sum())} of {draws} permutations have a solution.", where="draws"
        )
    chance = {name: part[joined["fine"]] for name, part in joined.items()}
    micom = frame_micom(plan, observed, chance, 1 - level)
    paths = frame_differences(plan, observed, chance, level)
    findings = (*sample.findings, *_findings(micom))
    settings = {
        "scheme": scheme,
        "consistent": consistent,
        "missing": missing,
        "draws": draws,
        "seed": seed,
        "level": level,
        "group": group,
        "used": int(joined["fine"].sum()),
    }
    sizes = (int(first.sum()), int((~first).sum()))
    return GroupComparison((names[0], names[1]), sizes, micom, paths, findings, settings)


def _divide(frame: pd.DataFrame, group: str, between: tuple[str, str] | None) -> tuple[pd.DataFrame, NDArray[np.str_]]:
    """Return the rows that belong to a group, and its name of each; DataError PLS-014 for unknown names."""
    if group not in frame.columns:
        raise DataError(
            "PLS-014",
            f"{group!r} is not in the data.",
            where="group",
            hint=nearest(group, map(str, frame.columns)).strip(),
        )
    frame = frame[frame[group].notna()]
    if not len(frame):
        raise DataError("PLS-014", f"{group!r} holds no value.", where="group", hint="Name a column with the groups.")
    labels = np.array([_label(value) for value in frame[group]], dtype=str)
    if between is None:
        return frame, labels
    known = sorted(set(labels.tolist()))
    unknown = [name for name in between if name not in known]
    if unknown or between[0] == between[1]:
        raise DataError(
            "PLS-014",
            f"{', '.join(between)}: two different groups of {group!r} were expected. Known: {', '.join(known[:10])}."
            + nearest(unknown[0] if unknown else between[0], known),
            where="between",
        )
    kept = np.isin(labels, between)
    return frame[kept], labels[kept]


def _check_spread(plan: Plan, values: Array, members: dict[str, NDArray[np.bool_]]) -> None:
    """Refuse items that nobody of a group answers differently: DataError PLS-012, all of them at once."""
    faults = [
        Fault(
            "PLS-012",
            f"no variation in {plan.columns[j]!r} in group {name!r}.",
            "data",
            "A constant column has no correlations; leave it out of the model, or compare other groups.",
        )
        for name, member in members.items()
        for j in np.flatnonzero(np.ptp(values[member], axis=0) == 0)
    ]
    if faults:
        raise DataError.from_faults(faults)


def _label(value: object) -> str:
    """Return a code as it is written: 1, not 1.0."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def compare_divisions(
    plan: Plan, values: Array, correlation: Array, pooled: Estimates, member: Array
) -> dict[str, Array]:
    """Return what two groups differ in, for many divisions of the rows; `member` is 1 for the first group's rows."""
    one, two = (_estimate_group(plan, values, pooled, m) for m in (member, 1.0 - member))
    # Weights on items standardised over all rows, so that c compares composites and not units.
    weights = [
        found.column_weights * (values.std(axis=0) / _spread(values, m))[:, :, None]
        for found, m in ((one, member), (two, 1.0 - member))
    ]
    crossed = np.einsum("dpj,pq,dqj->dj", weights[0], correlation, weights[1], optimize=True)
    own = [np.einsum("dpj,pq,dqj->dj", w, correlation, w, optimize=True) for w in weights]
    scores = composite_scores(pooled.column_weights, values, np.ones((1, len(values))))[0]
    means, variances = zip(*(_moments(scores, m) for m in (member, 1.0 - member)), strict=True)
    return {
        "c": crossed / np.sqrt(own[0] * own[1]),
        "mean": means[0] - means[1],
        "variance": np.log(variances[0] / variances[1]),
        "paths": one.paths - two.paths,
        "first": one.paths,
        "second": two.paths,
        "fine": one.converged & two.converged,
    }


def _estimate_group(plan: Plan, values: Array, pooled: Estimates, counts: Array) -> Estimates:
    """Estimate under row counts; a composite's sign is arbitrary and is that of the pooled composite."""
    filled = standardise_columns(values)
    correlation = weighted_correlations(filled, np.zeros(filled.shape, dtype=bool), counts)
    found = estimate(plan, correlation)
    together = np.einsum("dpj,dpq,qj->dj", found.column_weights, correlation, pooled.column_weights[0], optimize=True)
    return add_products(plan, turn(plan, found, np.where(together < 0, -1.0, 1.0)), values, counts)


def _spread(values: Array, counts: Array) -> Array:
    return np.sqrt(_moments(values, counts)[1])


def _moments(scores: Array, counts: Array) -> tuple[Array, Array]:
    size = counts.sum(axis=1)[:, None]
    mean = counts @ scores / size
    return mean, np.asarray((counts @ scores**2 / size - mean**2) * size / (size - 1))


def _two_sided(observed: Array, chance: Array) -> Array:
    """Return the share of permutations at least as far from zero, the observed one among them."""
    return np.asarray(((np.abs(chance) >= np.abs(observed) - 1e-12).sum(axis=0) + 1) / (len(chance) + 1))


def frame_micom(plan: Plan, observed: dict[str, Array], chance: dict[str, Array], size: float) -> pd.DataFrame:
    """Return steps 2 and 3 of MICOM from the observed division and those by chance."""
    import pandas as pd

    c = observed["c"][0]
    p_c = ((chance["c"] <= c + 1e-12).sum(axis=0) + 1) / (len(chance["c"]) + 1)
    p_mean, p_variance = (_two_sided(observed[name][0], chance[name]) for name in ("mean", "variance"))
    frame = pd.DataFrame(
        {
            "construct": plan.final.constructs,
            "c": c,
            "c_limit": np.quantile(chance["c"], size, axis=0),
            "p_composition": p_c,
            "mean_difference": observed["mean"][0],
            "p_mean": p_mean,
            "log_variance_ratio": observed["variance"][0],
            "p_variance": p_variance,
        }
    )
    equal = (p_mean >= size) & (p_variance >= size)
    # A single item is the same composite in every group.
    composed = (p_c >= size) | (c > 1 - 1e-9)
    return frame.assign(invariance=np.where(composed, np.where(equal, "full", "partial"), "none"))


def frame_differences(plan: Plan, observed: dict[str, Array], chance: dict[str, Array], level: float) -> pd.DataFrame:
    """Return the paths of both groups, and how far from nil their differences are among those by chance."""
    import pandas as pd

    rows = []
    for source, target in (*plan.final.paths, *plan.final.products):
        place = plan.nodes.index(target), plan.nodes.index(source)
        drawn = chance["paths"][:, place[0], place[1]]
        value = float(observed["paths"][0][place])
        low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
        rows.append(
            {
                "from": source,
                "to": target,
                "first": float(observed["first"][0][place]),
                "second": float(observed["second"][0][place]),
                "difference": value,
                "p_value": float(_two_sided(np.array(value), drawn)),
                "ci_lower": float(low),
                "ci_upper": float(high),
            }
        )
    return pd.DataFrame(rows)


def _findings(micom: pd.DataFrame) -> list[Finding]:
    found = []
    for row in micom.to_dict("records"):
        evidence = {"c": float(row["c"]), "limit": float(row["c_limit"]), "p_value": float(row["p_composition"])}
        if row["invariance"] == "none":
            found.append(
                Finding(
                    "PLS-136",
                    "refusal",
                    str(row["construct"]),
                    f"{row['construct']} is not the same composite in both "
                    f"groups (c = {row['c']:.4f}, limit {row['c_limit']:.4f}, p = {row['p_composition']:.3f}): "
                    "its paths must not be compared.",
                    evidence,
                )
            )
    partial = [str(c) for c, v in zip(micom["construct"], micom["invariance"], strict=True) if v == "partial"]
    # Where a composite is another one in each group, nothing may be compared, and the rest is in the table.
    if partial and not found:
        found.append(
            Finding(
                "PLS-137",
                "note",
                ", ".join(partial),
                f"Means or variances of {', '.join(partial)} differ: paths may "
                "be compared, the groups must not be pooled.",
                {"names": ", ".join(partial)},
            )
        )
    return found
