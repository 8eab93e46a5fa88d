r"""Structural after measurement (SAM): first each measurement model by itself, then the structural part alone.

Misspecified regressions cannot bend the loadings, and small samples that leave the joint estimation without a solution
usually have one here (Rosseel and Loh 2022). Local SAM maps the items to the latents, :math:`M =
(\Lambda'\Theta^{-1}\Lambda)^{-1}\Lambda'\Theta^{-1}`, and fits the regressions to :math:`M S M' - \lambda M\Theta M'`;
global SAM fits them to S with the measurement part held fixed. The errors of the second step carry the uncertainty of
the first: :math:`V = I_{22}^{-1}/N + I_{22}^{-1}I_{21}\Sigma_{11}I_{12}I_{22}^{-1}`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from wxsat.errors import EstimationError, UsageError
from wxsat.finding import Finding
from wxsat.sem.definitions import defined_parameters, delta_variance
from wxsat.sem.discrepancy.ml import ml_information
from wxsat.sem.discrepancy.objectives import MaximumLikelihood
from wxsat.sem.engines.engine import Task
from wxsat.sem.engines.native import NativeEngine
from wxsat.sem.estimates import wald
from wxsat.sem.implied import implied_groups
from wxsat.sem.matrices import lay_out_groups
from wxsat.sem.moments import Moments, Sample
from wxsat.sem.parameter import Parameter
from wxsat.sem.parameter_table import ParameterTable
from wxsat.sem.reparse import expression_of
from wxsat.sem.restrictions import Restrictions, linear_restrictions, table_constraints
from wxsat.sem.robust.hessian import group_shares
from wxsat.sem.scoring import search
from wxsat.sem.start_values import good_starts

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

SamMethod = Literal["local", "global"]
METHODS, MAPPINGS = ("local", "global"), ("ML", "GLS", "ULS")
NO_ERROR = 1e-6  # a residual variance below this is that of an item without error


@dataclass(frozen=True)
class SamResult:
    """
    A model estimated in two steps.

    Attributes
    ----------
    parameters : DataFrame
        ``lhs op rhs group label step estimate std_error z p_value ci_lower ci_upper``; step 1 is measurement.
    blocks : DataFrame
        ``block latents n_items chisq df`` of every measurement model.
    reliability : DataFrame
        ``latent group value`` of the mapped scores (local SAM alone).
    latent_covariance : tuple of ndarray
        One a group: what the structural part was fitted to (local), or what it implies (global).
    latent_names : tuple of str
        Its variables: latents and observed variables of the structural part.
    chisq, df : float, int
        Of the structural part (local); of the whole model with the measurement part held (global).
    parameter_covariance : ndarray, shape (n_free, n_free)
        Both steps; nothing between them.
    theta : ndarray, shape (n_free,)
    findings : tuple of Finding
    """

    method: str
    parameters: pd.DataFrame
    blocks: pd.DataFrame
    reliability: pd.DataFrame
    latent_covariance: tuple[Array, ...]
    latent_names: tuple[str, ...]
    chisq: float
    df: int
    parameter_covariance: Array
    theta: Array
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class _Part:
    """A part of a table as a model of its own; `origin` is the place of each free parameter in the whole, or -1."""

    table: ParameterTable
    origin: NDArray[np.intp]


@dataclass(frozen=True)
class _Fitted:
    part: _Part
    theta: Array
    vcov: Array
    chisq: float
    df: int


def sam_table(
    table: ParameterTable,
    sample: Sample,
    *,
    method: SamMethod = "local",
    mapping: str = "ML",
    blocks: Sequence[Sequence[str]] | None = None,
) -> SamResult:
    """
    Estimate a table in two steps.

    Parameters
    ----------
    table : ParameterTable
        Latents measured by items; covariances only (saturated means are set aside).
    sample : Sample
    method : {"local", "global"}
    mapping : {"ML", "GLS", "ULS"}
        Of local SAM.
    blocks : sequence of sequences of str, optional
        Latents that are measured together; by default each by itself, but those that share items or whose items have
        correlated residuals together (lavaan leaves such covariances out in silence).

    Returns
    -------
    SamResult

    Raises
    ------
    UsageError
        SEM-059 for what SAM cannot do: second-order latents, latent means, ties between the two steps, no latents.
    EstimationError
        SEM-053 when a part does not converge, SEM-052 when a measurement model is not identified by itself.

    Notes
    -----
    Checked against lavaan 0.6-14's ``sam()`` in ``tests/golden/sem_bootstrap``, local and global, ML and GLS mapping.
    """
    _check_words(method, mapping)
    table = _without_means(table)
    _check_table(table)
    groups = _blocks(table, blocks)
    fitted = [_fit_block(table, sample, names) for names in groups]
    structural = _structural_part(table)
    theta = _joined(table, fitted)
    second = np.unique(structural.origin[structural.origin >= 0])
    if not second.size:
        raise UsageError("SEM-059", "the model has no structural part; fit it as it is.", where=table.name)
    if method == "local":
        solved = _local(table, sample, theta, structural, mapping)
    else:
        solved = _global(table, sample, theta, structural)
    known = structural.origin >= 0
    theta[structural.origin[known]] = solved.theta[known]
    vcov = _two_step_covariance(table, sample, theta, fitted, structural)
    names, blocks_frame = structural.table.observed_names, _blocks_frame(groups, fitted)
    return SamResult(
        method, _parameters(table, theta, vcov, set(second.tolist())), blocks_frame, _reliability(solved, names, table),
        solved.latent, names, solved.chisq, solved.df, vcov, theta,
        tuple(_findings(table, fitted, solved)),
    )  # fmt: skip


def _check_words(method: str, mapping: str) -> None:
    for word, known, where in ((method, METHODS, "method"), (mapping, MAPPINGS, "mapping")):
        if word not in known:
            raise UsageError("SEM-059", f"unknown {where} {word!r}. Known: {', '.join(known)}.", where=where)


def _check_table(table: ParameterTable) -> None:
    if not table.latent_names:
        raise UsageError("SEM-059", "the model has no latent; a regression needs no SAM.", where=table.name)
    higher = [r.name for r in table.parameters if r.op == "=~" and r.rhs in table.latent_names]
    if higher:
        raise UsageError("SEM-059", f"latents measured by latents ({higher[0]}) have no separate measurement part.",
                         where=table.name, hint="Fit the whole model at once.")  # fmt: skip
    items = {r.rhs for r in table.parameters if r.op == "=~"}
    crossing = [r.name for r in table.parameters if r.op == "~" and {r.lhs, r.rhs} & items]
    if crossing:
        raise UsageError("SEM-059", f"{crossing[0]} regresses an item of a latent; SAM keeps items to the first step.",
                         where=table.name)  # fmt: skip


def _without_means(table: ParameterTable) -> ParameterTable:
    """Set saturated means aside: they change no covariance. Means that are restricted are refused."""
    if not table.has_mean_structure:
        return table
    means = [r for r in table.parameters if r.op == "~1"]
    labels = {r.plabel for r in means} | {r.label for r in means if r.label}
    tied = any(_names(row) & labels for row in table.constraints)
    for row in means:
        latent = row.lhs in table.latent_names
        if tied or (row.free > 0) == latent or (latent and row.ustart):
            raise UsageError("SEM-059", f"{row.lhs} ~ 1 restricts means; SAM here is one of covariances.",
                             where=table.name, hint="Fit the whole model at once.")  # fmt: skip
    return _part(table, lambda row: row.op != "~1").table


def _names(row: Parameter) -> set[str]:
    return {token.text for side in (row.lhs, row.rhs) for token in expression_of(side).names}


def _part(
    table: ParameterTable,
    keep: Callable[[Parameter], bool],
    extra: Sequence[Parameter] = (),
    *,
    fixed_x: bool | None = None,
) -> _Part:
    """Return some rows as a table with free parameters numbered anew; constraints go with the rows they name."""
    rows, origin = [], []
    for row in (*table.parameters, *extra):
        if row in extra or keep(row):
            if row.free:
                origin.append(row.free - 1 if row not in extra else -1)
                row = replace(row, free=len(origin))
            rows.append(row)
    known = {r.plabel for r in rows} | {r.label for r in rows if r.label}
    rows += [row for row in table.constraints if _names(row) <= known]
    options = table.options if fixed_x is None else replace(table.options, fixed_x=fixed_x)
    options = replace(options, meanstructure=False)
    part = ParameterTable(tuple(rows), options, table.name, table.group_names)
    return _Part(part, np.array(origin, dtype=np.intp))


def _blocks(table: ParameterTable, asked: Sequence[Sequence[str]] | None) -> list[tuple[str, ...]]:
    if asked is not None:
        named = [name for block in asked for name in block]
        if sorted(named) != sorted(table.latent_names):
            raise UsageError("SEM-059", f"the blocks name {', '.join(named)}; every latent once was expected: "
                             f"{', '.join(table.latent_names)}.", where="blocks")  # fmt: skip
        return [tuple(block) for block in asked]
    items = table.indicators_of()
    together = [{name} for name in table.latent_names]
    pairs = [(r.lhs, r.rhs) for r in table.parameters if r.op == "~~" and r.lhs != r.rhs]
    measured = {name: set(found) for name, found in items.items()}
    joined = True
    while joined:
        joined = False
        for a in range(len(together)):
            for b in range(a + 1, len(together)):
                one, two = (set().union(*(measured[n] for n in together[k])) for k in (a, b))
                if one & two or any((x in one and y in two) or (x in two and y in one) for x, y in pairs):
                    together[a] |= together.pop(b)
                    joined = True
                    break
            if joined:
                break
    return [tuple(n for n in table.latent_names if n in block) for block in together]


def _fit_block(table: ParameterTable, sample: Sample, latents: tuple[str, ...]) -> _Fitted:
    items = {r.rhs for r in table.parameters if r.op == "=~" and r.lhs in latents}
    inside = items | set(latents)

    def keep(row: Parameter) -> bool:
        return (row.op == "=~" and row.lhs in latents) or (row.op == "~~" and {row.lhs, row.rhs} <= inside)

    have = {frozenset((r.lhs, r.rhs)) for r in table.parameters if r.op == "~~"}
    extra = [
        Parameter(0, a, "~~", b, 0, group=g, free=1, plabel=f".block{g}{a}{b}.")
        for g in range(1, table.n_groups + 1)
        for i, a in enumerate(latents)
        for b in latents[i + 1 :]
        if frozenset((a, b)) not in have
    ]
    part = _part(table, keep, extra)
    fitted = _estimate(part, sample, f"measurement of {', '.join(latents)}")
    low = [r for r in part.table.parameters if r.op == "~~" and r.lhs == r.rhs and r.free]
    if any(fitted.theta[r.free - 1] < 0 for r in low):
        rows = tuple(replace(r, lower=0.0) if r in low else r for r in part.table.rows)
        fitted = _estimate(replace(part, table=replace(part.table, rows=rows)), sample, ", ".join(latents))
    return fitted


def _estimate(part: _Part, sample: Sample, where: str) -> _Fitted:
    own = _sample_of(sample, part.table.observed_names)
    constraints = table_constraints(part.table)
    p = len(own.names)
    df = len(own) * p * (p + 1) // 2 - constraints.n_unique
    cells = lay_out_groups(part.table, own)
    found = NativeEngine().estimate(Task(part.table, cells, constraints, own))
    if df < 0:
        raise EstimationError(
            "SEM-052", f"the {where} is not identified by itself (df = {df}).", where=part.table.name,
            hint="Measure it together with another latent: blocks=[[...], ...].",
        )  # fmt: skip
    if not found.converged:
        raise EstimationError("SEM-053", f"the {where} did not converge: {found.reason}.", where=part.table.name)
    size = float(sum(m.weight_sum for m in own))
    vcov = constraints.linear.covariance(_information(part.table, own, found.theta)) / size
    return _Fitted(part, found.theta, vcov, size * max(found.value, 0.0), df)


def _sample_of(sample: Sample, names: Sequence[str]) -> Sample:
    at = [sample.names.index(name) for name in names]
    return Sample(
        replace(m, names=tuple(names), covariance=m.covariance[np.ix_(at, at)], mean=m.mean[at], values=None)
        for m in sample
    )


def _information(table: ParameterTable, sample: Sample, theta: Array) -> Array:
    at = implied_groups(lay_out_groups(table, sample), theta)
    return np.asarray(sum(s * ml_information(x) for s, x in zip(group_shares(sample), at, strict=True)))


def _joined(table: ParameterTable, fitted: Sequence[_Fitted]) -> Array:
    theta = np.zeros(table.n_free)
    for block in fitted:
        known = block.part.origin >= 0
        theta[block.part.origin[known]] = block.theta[known]
    return theta


def _structural_part(table: ParameterTable) -> _Part:
    """Return the regressions and what is left of their variables, latents taken as if they were observed."""
    items = {r.rhs for r in table.parameters if r.op == "=~"}
    inside = {v for r in table.parameters if r.op == "~" for v in (r.lhs, r.rhs)} | set(table.latent_names)

    def keep(row: Parameter) -> bool:
        return row.op in ("~", "~~") and {row.lhs, row.rhs} <= inside and not {row.lhs, row.rhs} & items

    part = _part(table, keep, fixed_x=False)
    # Covariates have free moments here: the covariances of the latents come without saying which were given.
    rows, origin = [], []
    for row in part.table.rows:
        if row.exo:
            row = replace(row, exo=0, ustart=None, user=1)
            origin.append(-1)
            row = replace(row, free=len(origin))
        elif row.free:
            origin.append(int(part.origin[row.free - 1]))
            row = replace(row, free=len(origin), user=1)
        rows.append(row)
    return _Part(replace(part.table, rows=tuple(rows)), np.array(origin, dtype=np.intp))


@dataclass(frozen=True)
class _Second:
    theta: Array
    latent: tuple[Array, ...]
    reliability: tuple[Array, ...]
    shrunk: tuple[float, ...]
    chisq: float
    df: int


def _local(table: ParameterTable, sample: Sample, theta: Array, structural: _Part, mapping: str) -> _Second:
    names = structural.table.observed_names
    size = float(sum(m.weight_sum for m in sample))
    cells = lay_out_groups(table, sample)
    latent, reliability, shrunk, moments = [], [], [], []
    for layout, group in zip(cells, sample, strict=True):
        a, s, _ = layout.fill(theta)
        at = [layout.names.index(name) for name in names]
        seen = layout.n_observed
        loadings = a[:seen][:, at].copy()
        residual = s[:seen, :seen].copy()
        for column, name in enumerate(names):
            if name in table.observed_names:
                i = layout.names.index(name)
                loadings[i] = 0.0
                loadings[i, column] = 1.0
                residual[i] = residual[:, i] = 0.0
        mapped = _mapping(loadings, residual, group.covariance, mapping)
        scores = mapped @ group.covariance @ mapped.T
        noise = mapped @ residual @ mapped.T
        share = _largest_share(scores, noise)
        step = 1.0 / (size - 1.0)
        factor = share - step if share < 1.0 + step else 1.0
        covariance = scores - factor * noise
        if table.std_lv:
            sd = np.sqrt(np.diag(covariance))
            scale = np.where([name in table.latent_names for name in names], sd, 1.0)
            covariance = covariance / np.outer(scale, scale)
        latent.append((covariance + covariance.T) / 2)
        reliability.append(np.diag(scores - factor * noise) / np.diag(scores))
        shrunk.append(factor)
        moments.append(Moments(names, latent[-1], np.zeros(len(names)), group.n_obs, group.n_read,
                               weights=group.weights, group=group.group))  # fmt: skip
    fitted = _estimate(structural, Sample(moments), "structural part")
    return _Second(fitted.theta, tuple(latent), tuple(reliability), tuple(shrunk), fitted.chisq, fitted.df)


def _mapping(loadings: Array, residual: Array, covariance: Array, kind: str) -> Array:
    if np.linalg.matrix_rank(loadings) < loadings.shape[1]:
        raise EstimationError("SEM-052", "the loadings do not tell the latents apart.", where="measurement part",
                              hint='Use method="global".')  # fmt: skip
    weight: Array
    if kind == "ULS":
        weight = np.eye(len(loadings))
    elif kind == "GLS":
        weight = np.asarray(np.linalg.inv(covariance), dtype=np.float64)
    else:
        # An item without error speaks for itself: unit weight, no ties to the others.
        exact = np.abs(np.diag(residual)) < NO_ERROR
        weight = np.zeros_like(residual)
        rest = np.flatnonzero(~exact)
        weight[np.ix_(rest, rest)] = np.linalg.inv(residual[np.ix_(rest, rest)])
        weight[exact, exact] = 1.0
    return np.asarray(np.linalg.solve(loadings.T @ weight @ loadings, loadings.T @ weight))


def _largest_share(scores: Array, noise: Array) -> float:
    """Return the smallest root of |scores - root noise|: how much noise can be taken off (Fuller 1987)."""
    factor = np.linalg.cholesky(scores)
    inner = np.linalg.solve(factor, np.linalg.solve(factor, noise).T)
    largest = float(np.linalg.eigvalsh((inner + inner.T) / 2)[-1])
    return 1.0 / largest if largest > 0 else float("inf")


def _global(table: ParameterTable, sample: Sample, theta: Array, structural: _Part) -> _Second:
    cells = lay_out_groups(table, sample)
    shares = group_shares(sample)
    restrictions = _held(table, theta, structural)
    objective = MaximumLikelihood(cells, [m.covariance for m in sample], [m.mean for m in sample], shares)
    start = good_starts(table, sample)
    known = structural.origin[structural.origin >= 0]
    begin = theta.copy()
    begin[known] = start[known]
    found = search(objective, restrictions, begin)
    if not found.converged:
        raise EstimationError("SEM-053", f"the structural part did not converge: {found.reason}.", where=table.name)
    size = float(sum(m.weight_sum for m in sample))
    whole = implied_groups(cells, found.theta)
    at = [cells[0].names.index(name) for name in structural.table.observed_names]
    latent = tuple(x.all_covariance[np.ix_(at, at)] for x in whole)
    second = np.zeros(len(structural.origin))
    second[structural.origin >= 0] = found.theta[known]
    p, x = len(sample.names), len(table.covariates)
    df = len(sample) * (p * (p + 1) // 2 - x * (x + 1) // 2) - restrictions.n_unique
    return _Second(second, latent, (), (), size * max(found.value, 0.0), df)


def _held(table: ParameterTable, theta: Array, structural: _Part) -> Restrictions:
    """Return the restrictions that hold the measurement part where it is."""
    inner = linear_restrictions(structural.table)
    known = structural.origin >= 0
    rows = structural.origin[known]
    used = np.abs(inner.basis[known]).max(axis=0) > 0
    basis = np.zeros((table.n_free, int(used.sum())))
    basis[rows] = inner.basis[np.ix_(known, used)]
    offset = theta.copy()
    offset[rows] = inner.offset[known]
    return Restrictions(basis, offset)


def _two_step_covariance(
    table: ParameterTable, sample: Sample, theta: Array, fitted: Sequence[_Fitted], structural: _Part
) -> Array:
    size = float(sum(m.weight_sum for m in sample))
    information = _information(table, sample, theta)
    first = np.zeros_like(information)
    for block in fitted:
        known = np.flatnonzero(block.part.origin >= 0)
        at = block.part.origin[known]
        first[np.ix_(at, at)] += block.vcov[np.ix_(known, known)]
    second = structural.origin[structural.origin >= 0]
    first[second] = 0.0
    first[:, second] = 0.0
    basis = _held(table, theta, structural).basis
    bread = basis @ np.linalg.inv(basis.T @ information @ basis) @ basis.T
    spread = bread @ information @ first @ information @ bread
    return np.asarray(first + bread / size + spread)


def _parameters(table: ParameterTable, theta: Array, vcov: Array, second: set[int]) -> pd.DataFrame:
    import pandas as pd

    records: list[dict[str, Any]] = []
    for row in table.parameters:
        value = float(theta[row.free - 1]) if row.free else row.ustart
        if value is None:
            continue
        variance = float(vcov[row.free - 1, row.free - 1]) if row.free else 0.0
        label = "" if row.label.startswith(".p") or "~" in row.label else row.label
        step = 2 if row.op == "~" or (row.free and row.free - 1 in second) else 1
        head = {"lhs": row.lhs, "op": row.op, "rhs": row.rhs, "group": row.group, "label": label, "step": step}
        records.append(head | {"estimate": value} | wald(value, variance))
    for row, (value, gradient) in zip(table.definitions, defined_parameters(table, theta), strict=True):
        head = {"lhs": row.lhs, "op": ":=", "rhs": row.rhs, "group": 0, "label": row.label, "step": 2}
        records.append(head | {"estimate": value} | wald(value, delta_variance(gradient, vcov)))
    return pd.DataFrame(records)


def _blocks_frame(groups: Sequence[tuple[str, ...]], fitted: Sequence[_Fitted]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        [
            {"block": k, "latents": ", ".join(names), "n_items": len(one.part.table.observed_names),
             "chisq": one.chisq, "df": one.df}
            for k, (names, one) in enumerate(zip(groups, fitted, strict=True), start=1)
        ]
    )  # fmt: skip


def _reliability(solved: _Second, names: tuple[str, ...], table: ParameterTable) -> pd.DataFrame:
    import pandas as pd

    records = [
        {"latent": name, "group": group, "value": float(values[k])}
        for group, values in enumerate(solved.reliability, start=1)
        for k, name in enumerate(names)
        if name in table.latent_names
    ]
    return pd.DataFrame(records, columns=["latent", "group", "value"])


def _findings(table: ParameterTable, fitted: Sequence[_Fitted], solved: _Second) -> list[Finding]:
    found = []
    for block in fitted:
        for row in block.part.table.parameters:
            if row.lower == 0.0 and row.free and block.theta[row.free - 1] < NO_ERROR:
                message = f"the variance of {row.lhs} would be negative by itself (Heywood); it is held at 0."
                found.append(Finding("SEM-154", "warning", row.lhs, message, {"group": row.group}))
    for group, factor in enumerate(solved.shrunk, start=1):
        if factor < 1.0:
            message = (
                f"taking off all measurement error would leave no proper latent covariance; {factor:.3f} of it is."
            )
            found.append(Finding("SEM-155", "warning", table.name, message, {"share": factor, "group": group}))
    return found
