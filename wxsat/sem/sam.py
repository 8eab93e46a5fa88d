r"""Structural after measurement (SAM): first each measurement model by itself, then the structural part alone.

Misspecified regressions cannot bend the loadings, and small samples that leave the joint estimation without a solution
usually have one here (Rosseel and Loh 2022). Local SAM maps the items to the latents, :math:`M =
(\Lambda'\Theta^{-1}\Lambda)^{-1}\Lambda'\Theta^{-1}`, and fits the regressions to :math:`M S M' - \lambda M\Theta M'`;
global SAM fits them to S with the measurement part held fixed. The errors of the second step carry the uncertainty of
the first: :math:`V = I_{22}^{-1}/N + I_{22}^{-1}I_{21}\Sigma_{11}I_{12}I_{22}^{-1}`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from wxsat.errors import EstimationError, UsageError
from wxsat.finding import Finding
from wxsat.sem.discrepancy.ml import ml_information
from wxsat.sem.discrepancy.objectives import MaximumLikelihood
from wxsat.sem.engines.engine import Task
from wxsat.sem.engines.native import NativeEngine
from wxsat.sem.fit_options import read_options
from wxsat.sem.implied import implied_groups
from wxsat.sem.inputs import direction_findings, read_data, read_model
from wxsat.sem.matrices import lay_out_groups
from wxsat.sem.model_options import ModelOptions
from wxsat.sem.moments import Moments, Sample
from wxsat.sem.parameter import Parameter
from wxsat.sem.parameter_table import ParameterTable
from wxsat.sem.restrict import restrict_model
from wxsat.sem.restrictions import Restrictions, linear_restrictions, table_constraints
from wxsat.sem.robust.hessian import group_shares
from wxsat.sem.sam_parts import (
    Part,
    check_table,
    covariance_part,
    measurement_blocks,
    part_of,
    structural_part,
)
from wxsat.sem.sam_result import SamResult, two_step_frame
from wxsat.sem.sample import group_labels, read_sample
from wxsat.sem.scoring import search
from wxsat.sem.start_values import good_starts

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from wxsat.instrument.instrument import FormName
    from wxsat.responses.responses import Responses

    Array = NDArray[np.float64]

SamMethod = Literal["local", "global"]
METHODS, MAPPINGS = ("local", "global"), ("ML", "GLS", "ULS")
NO_ERROR = 1e-6  # a residual variance below this is that of an item without error


@dataclass(frozen=True)
class _Fitted:
    part: Part
    theta: Array
    vcov: Array
    chisq: float
    df: int


def fit_sam(
    model: str | Path | ParameterTable,
    data: pd.DataFrame | Responses,
    *,
    method: SamMethod = "local",
    mapping: str = "ML",
    blocks: Sequence[Sequence[str]] | None = None,
    group: str | None = None,
    std_lv: bool = False,
    orthogonal: bool = False,
    fixed_x: bool = True,
    form: FormName | None = None,
) -> SamResult:
    """
    Estimate a model in two steps, measurement first, on complete rows.

    Parameters
    ----------
    model, data, group, std_lv, orthogonal, fixed_x, form
        As in :func:`wxsat.fit_sem`.
    method, mapping, blocks
        As in :func:`sam_table`, with its errors.

    Returns
    -------
    SamResult

    Examples
    --------
    >>> import semopy.examples.holzinger39 as hs
    >>> found = fit_sam("visual =~ x1 + x2 + x3; speed =~ x7 + x8 + x9; speed ~ visual", hs.get_data())
    >>> round(found.parameters.query("op == '~'")["estimate"].item(), 2)
    0.36
    """
    options = read_options("ML", group=group)
    source = read_data(data, form)
    groups = group_labels(source.frame, group)
    table, _ = read_model(model, source, ModelOptions(std_lv, orthogonal, fixed_x), groups)
    table, findings = restrict_model(
        table, [str(c) for c in source.frame.columns], unasked=source.unasked, form=source.form
    )
    found = sam_table(table, read_sample(source.frame, table, options), method=method, mapping=mapping, blocks=blocks)
    return replace(found, findings=(*findings, *direction_findings(table, source), *found.findings))


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
    table = covariance_part(table)
    check_table(table)
    groups = measurement_blocks(table, blocks)
    fitted = [_fit_block(table, sample, names) for names in groups]
    structural = structural_part(table)
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
    frame = two_step_frame(table, theta, vcov, set(second.tolist()))
    return SamResult(
        method, frame, blocks_frame, _reliability(solved, names, table), solved.latent,
        names, solved.chisq, solved.df, vcov, theta,
        tuple(_findings(table, fitted, solved)),
    )  # fmt: skip


def _check_words(method: str, mapping: str) -> None:
    for word, known, where in ((method, METHODS, "method"), (mapping, MAPPINGS, "mapping")):
        if word not in known:
            raise UsageError("SEM-059", f"unknown {where} {word!r}. Known: {', '.join(known)}.", where=where)


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
    part = part_of(table, keep, extra)
    fitted = _estimate(part, sample, f"measurement of {', '.join(latents)}")
    low = [r for r in part.table.parameters if r.op == "~~" and r.lhs == r.rhs and r.free]
    if any(fitted.theta[r.free - 1] < 0 for r in low):
        rows = tuple(replace(r, lower=0.0) if r in low else r for r in part.table.rows)
        fitted = _estimate(replace(part, table=replace(part.table, rows=rows)), sample, ", ".join(latents))
    return fitted


def _estimate(part: Part, sample: Sample, where: str) -> _Fitted:
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


@dataclass(frozen=True)
class _Second:
    theta: Array
    latent: tuple[Array, ...]
    reliability: tuple[Array, ...]
    shrunk: tuple[float, ...]
    chisq: float
    df: int


def _local(table: ParameterTable, sample: Sample, theta: Array, structural: Part, mapping: str) -> _Second:
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


def _global(table: ParameterTable, sample: Sample, theta: Array, structural: Part) -> _Second:
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


def _held(table: ParameterTable, theta: Array, structural: Part) -> Restrictions:
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
    table: ParameterTable, sample: Sample, theta: Array, fitted: Sequence[_Fitted], structural: Part
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
