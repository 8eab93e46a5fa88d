r"""Structural after measurement (SAM): first each measurement model by itself, then the structural part alone.

Misspecified regressions cannot bend the loadings, and small samples that leave the joint estimation without a solution
usually have one here (Rosseel and Loh 2022). Local SAM maps the items to the latents, :math:`M =
(\Lambda'\Theta^{-1}\Lambda)^{-1}\Lambda'\Theta^{-1}`, and fits the regressions to :math:`M S M' - \lambda M\Theta M'`;
global SAM fits them to S with the measurement part held fixed. The errors of the second step carry the uncertainty of
the first: :math:`V = I_{22}^{-1}/N + I_{22}^{-1}I_{21}\Sigma_{11}I_{12}I_{22}^{-1}`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from wxsat.errors import UsageError
from wxsat.finding import Finding
from wxsat.sem.fit_options import read_options
from wxsat.sem.inputs import direction_findings, read_data, read_model
from wxsat.sem.model_options import ModelOptions
from wxsat.sem.moments import Sample
from wxsat.sem.parameter import Parameter
from wxsat.sem.parameter_table import ParameterTable
from wxsat.sem.restrict import restrict_model
from wxsat.sem.sam_part_fit import FittedPart, estimate_part
from wxsat.sem.sam_parts import (
    check_table,
    covariance_part,
    measurement_blocks,
    part_of,
    structural_part,
)
from wxsat.sem.sam_result import SamResult, two_step_frame
from wxsat.sem.sam_second_step import NO_ERROR, SecondStep, solve_globally, solve_locally, two_step_covariance
from wxsat.sem.sample import group_labels, read_sample

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from wxsat.instrument.instrument import FormName
    from wxsat.responses.responses import Responses

    Array = NDArray[np.float64]

SamMethod = Literal["local", "global"]
METHODS, MAPPINGS = ("local", "global"), ("ML", "GLS", "ULS")


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
        solved = solve_locally(table, sample, theta, structural, mapping)
    else:
        solved = solve_globally(table, sample, theta, structural)
    known = structural.origin >= 0
    theta[structural.origin[known]] = solved.theta[known]
    vcov = two_step_covariance(table, sample, theta, fitted, structural)
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


def _fit_block(table: ParameterTable, sample: Sample, latents: tuple[str, ...]) -> FittedPart:
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
    fitted = estimate_part(part, sample, f"measurement of {', '.join(latents)}")
    low = [r for r in part.table.parameters if r.op == "~~" and r.lhs == r.rhs and r.free]
    if any(fitted.theta[r.free - 1] < 0 for r in low):
        rows = tuple(replace(r, lower=0.0) if r in low else r for r in part.table.rows)
        fitted = estimate_part(replace(part, table=replace(part.table, rows=rows)), sample, ", ".join(latents))
    return fitted


def _joined(table: ParameterTable, fitted: Sequence[FittedPart]) -> Array:
    theta = np.zeros(table.n_free)
    for block in fitted:
        known = block.part.origin >= 0
        theta[block.part.origin[known]] = block.theta[known]
    return theta


def _blocks_frame(groups: Sequence[tuple[str, ...]], fitted: Sequence[FittedPart]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        [
            {"block": k, "latents": ", ".join(names), "n_items": len(one.part.table.observed_names),
             "chisq": one.chisq, "df": one.df}
            for k, (names, one) in enumerate(zip(groups, fitted, strict=True), start=1)
        ]
    )  # fmt: skip


def _reliability(solved: SecondStep, names: tuple[str, ...], table: ParameterTable) -> pd.DataFrame:
    import pandas as pd

    records = [
        {"latent": name, "group": group, "value": float(values[k])}
        for group, values in enumerate(solved.reliability, start=1)
        for k, name in enumerate(names)
        if name in table.latent_names
    ]
    return pd.DataFrame(records, columns=["latent", "group", "value"])


def _findings(table: ParameterTable, fitted: Sequence[FittedPart], solved: SecondStep) -> list[Finding]:
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
