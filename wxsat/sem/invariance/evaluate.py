"""`evaluate_invariance`: the ladder, partial where it must be, effect sizes, and the verdict, in one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from wxsat.errors import DataError, ModelError, UsageError, nearest
from wxsat.finding import Finding, distinct
from wxsat.sem.inputs import read_data
from wxsat.sem.invariance.categories import used_categories
from wxsat.sem.invariance.findings import fits_poorly, ladder_findings, refusal_of_means
from wxsat.sem.invariance.ladder import Ladder, Step
from wxsat.sem.invariance.longitudinal import PATTERN, Waves, wave_columns
from wxsat.sem.invariance.measurement import MeasurementModel, read_measurement
from wxsat.sem.invariance.options import InvarianceOptions
from wxsat.sem.invariance.partial import Release, search_partial
from wxsat.sem.invariance.result import InvarianceResult
from wxsat.sem.invariance.step_models import Design
from wxsat.sem.invariance.tables import (
    differences_frame,
    effect_sizes_frame,
    freed_frame,
    groups_frame,
    means_frame,
    settings_of,
    steps_frame,
)
from wxsat.sem.invariance.verdict import reach_verdict
from wxsat.sem.moments import numbers_of
from wxsat.sem.ordinal.declare import words_of
from wxsat.sem.sample import coded_groups, group_labels

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.instrument.instrument import FormName
    from wxsat.responses.responses import Responses


@dataclass(frozen=True)
class Prepared:
    """
    What the ladder is climbed on.

    Attributes
    ----------
    design : Design
    frame : DataFrame
        Rows with a group, categories merged where that was asked.
    answers : mapping of str to list of ndarray
        Of every item in every block.
    findings : tuple of Finding
    """

    design: Design
    frame: pd.DataFrame
    answers: dict[str, list[Any]]
    findings: tuple[Finding, ...]


def evaluate_invariance(
    model: str | Path,
    data: pd.DataFrame | Responses,
    *,
    group: str | None = None,
    waves: Waves | None = None,
    wave_pattern: str = PATTERN,
    ordered: str | bool | Sequence[str] | None = None,
    rule: str = "conventions",
    alpha: float = 0.05,
    partial: bool = True,
    adjust: str = "holm",
    means: bool = False,
    compare_means: bool = False,
    collapse: bool = False,
    estimator: str | None = None,
    missing: str = "listwise",
    weights: str | None = None,
    cluster: str | None = None,
    form: FormName | None = None,
) -> InvarianceResult:
    """
    Test whether the same is measured in every group, or at every wave.

    Parameters
    ----------
    model : str or Path
        The measurement model in lavaan syntax, without groups (and without wave names).
    data : DataFrame, Responses or CleanResponses
    group : str, optional
        Column of the groups; the first to appear is the reference.
    waves : mapping or names, optional
        Instead of `group`: item to its columns, one a wave, or the names of the waves for columns like `wave_pattern`.
        Residuals of the same item are correlated over waves.
    ordered : str or sequence of str, optional
        Ordinal items, ``"all"`` or names: thresholds come first then (Wu and Estabrook 2016), estimated by WLSMV.
    rule : {"conventions", "indices", "test", "both"}
        When a step holds. ``indices``: CFI falls by at most .010, RMSEA rises by at most .015, SRMR by at most .030
        (loadings, thresholds) or .010, which are conventions. ``test``: p of the difference test is at least `alpha`.
        ``both``: both. ``conventions``: either, so that a step fails when an index changes too much and the test says
        that this is not chance.
    alpha : float
    partial : bool
        Whether to search for partial invariance where a step does not hold, see
        :mod:`wxsat.sem.invariance.partial`.
    adjust : {"holm", "bonferroni", "none"}
        Over the candidates of one step of that search.
    means : bool
        Add a step with equal latent means, judged by its test alone.
    compare_means : bool
        Return the latent means; refused (finding SEM-177) without scalar invariance, at least partial.
    collapse : bool
        Merge categories that some group does not use with the neighbour towards the middle, in every group.
    estimator, missing, weights, cluster, form
        As in :func:`wxsat.sem.fit.fit_sem`.

    Returns
    -------
    InvarianceResult

    Raises
    ------
    ModelError
        SEM-047 a model that is no measurement model.
    DataError
        SEM-048 categories that a group never uses, SEM-049 items without a column, SEM-050 columns of waves,
        SEM-068 the column of the groups.
    UsageError
        SEM-050, SEM-078 options; SEM-098 both or neither of `group` and `waves`.

    Notes
    -----
    Difference tests: likelihood ratio (ML), Satorra and Bentler (2001, Satorra's of 2000 where its factor is negative),
    Satorra (2000) for ordered items. Checked against lavaan 0.6-14 and ``semTools::measEq.syntax``.

    References
    ----------
    .. [1] Wu, H., & Estabrook, R. (2016). Identification of confirmatory factor analysis models of different levels of
       invariance for ordered categorical outcomes. Psychometrika, 81(4), 1014-1045.
    .. [2] Chen, F. F. (2007). Sensitivity of goodness of fit indexes to lack of measurement invariance. Structural
       Equation Modeling, 14(3), 464-504.
    .. [3] Cheung, G. W., & Rensvold, R. B. (2002). Evaluating goodness-of-fit indexes for testing measurement
       invariance. Structural Equation Modeling, 9(2), 233-255.

    Examples
    --------
    >>> import semopy.examples.holzinger39 as hs
    >>> found = evaluate_invariance("visual =~ x1 + x2 + x3; speed =~ x7 + x8 + x9", hs.get_data(), group="school")
    >>> found.verdict.level
    'strict'
    """
    fit: dict[str, Any] = {"estimator": estimator, "missing": missing, "weights": weights, "cluster": cluster}
    options = InvarianceOptions(rule, alpha, partial, adjust, means, compare_means, collapse, None, fit)
    if (group is None) == (waves is None):
        found = "neither" if group is None else "both"
        raise UsageError("SEM-098", f"groups or waves are compared; {found} of them given.", where="group",
                         hint="Give group= (--group) or waves= (--waves).")  # fmt: skip
    source = read_data(data, form)
    measurement = read_measurement(model, source.instrument).without(source.unasked)
    prepared = prepare(
        measurement, source.frame, group, waves, wave_pattern, ordered, collapse=collapse,
        complete=missing == "listwise",
    )  # fmt: skip
    ladder = Ladder(prepared.design, prepared.frame, options, group)
    steps, accepted, releases = climb(ladder)
    verdict = reach_verdict(accepted, over_time=prepared.design.over_time, doubtful=fits_poorly(steps))
    scalar = next((step for step in reversed(accepted) if step.name == "scalar"), None)
    tried = scalar or next((step for step in reversed(steps) if step.name == "scalar" and step.result), None)
    findings = (
        *refusal_of_means(verdict, asked=compare_means), *measurement.findings(), *prepared.findings,
        *ladder.findings, *ladder_findings(prepared.design, steps, releases, options),
    )  # fmt: skip
    return InvarianceResult(
        steps_frame(steps),
        differences_frame(steps),
        freed_frame(releases),
        effect_sizes_frame(prepared.design, tried, prepared.answers),
        means_frame(prepared.design, scalar if compare_means and verdict.means_comparable else None),
        groups_frame(prepared.design, steps),
        verdict,
        distinct(findings),
        settings_of(prepared.design, options, steps, group),
        tuple(steps),
    )


def climb(ladder: Ladder) -> tuple[list[Step], list[Step], list[Release]]:
    """Return every step that was fitted, those that hold, and what was released."""
    steps: list[Step] = []
    accepted: list[Step] = []
    releases: list[Release] = []
    standing = True
    for name in ladder.design.steps:
        before = accepted[-1] if standing and accepted else (steps[-1] if steps else None)
        step = ladder.step(name, before.freed if before else (), before)
        steps.append(step)
        if step.result is None:
            break
        if standing and step.holds is False and ladder.options.partial:
            last, found = search_partial(ladder, step, len(releases))
            releases += found
            if last is not step:
                steps.append(last)
            step = last
        standing = standing and (step.holds is not False) and step.result is not None
        if standing:
            accepted.append(step)
        elif ladder.options.partial:
            break
    base = next((step for step in reversed(accepted) if step.name == "scalar"), None)
    if ladder.options.means and base is not None:
        steps.append(ladder.step("means", base.freed, base))
    return steps, accepted, releases


def prepare(
    model: MeasurementModel,
    frame: pd.DataFrame,
    group: str | None,
    waves: Waves | None,
    pattern: str,
    ordered: str | bool | Sequence[str] | None,
    *,
    collapse: bool,
    complete: bool = True,
) -> Prepared:
    """Return design and data: blocks, columns, categories; `complete` where rows with holes do not count."""
    columns: dict[str, tuple[str, ...]] = {}
    if group is not None:
        blocks = group_labels(frame, group)
        frame = frame[coded_groups(frame, group)[0] >= 0]
    else:
        assert waves is not None
        blocks, columns = wave_columns(model, waves, [str(c) for c in frame.columns], pattern)
    design = Design(model, blocks, {}, columns)
    names = _ordered_items(model, ordered)
    answers = _answers(design, frame, group, complete=complete)
    if not names:
        return Prepared(design, frame, answers, ())
    categories = used_categories({item: answers[item] for item in names}, blocks, collapse=collapse)
    if categories.recode:
        frame = frame.copy()
        for item, codes in categories.recode.items():
            for column in columns.get(item, (item,)):
                frame[column] = numbers_of(frame, [column])[:, 0]
                frame[column] = frame[column].replace(dict(codes))
        answers = _answers(design, frame, group, complete=complete)
    return Prepared(replace(design, cuts=categories.cuts), frame, answers, categories.findings())


def _ordered_items(model: MeasurementModel, ordered: str | bool | Sequence[str] | None) -> tuple[str, ...]:
    words = words_of(ordered)
    if words == ("all",):
        return model.items
    unknown = [word for word in words if word not in model.items]
    if unknown:
        raise ModelError("SEM-018", f"ordered= names {', '.join(unknown)}, which are no items of the model."
                         f"{nearest(unknown[0], model.items)}", where="ordered")  # fmt: skip
    return tuple(item for item in model.items if item in words)


def _answers(design: Design, frame: pd.DataFrame, group: str | None, *, complete: bool) -> dict[str, list[Any]]:
    """Return the answers to every item in every block, of rows without holes where only those count."""
    model = design.model
    columns = [c for i in model.items for c in design.columns[i]] if design.over_time else list(model.items)
    _require(frame, columns)
    values = numbers_of(frame, columns)
    kept = ~np.isnan(values).any(axis=1) if complete else np.ones(len(values), dtype=bool)
    values = values[kept]
    if group is None:
        place = {column: i for i, column in enumerate(columns)}
        return {item: [values[:, place[c]] for c in design.columns[item]] for item in model.items}
    codes = coded_groups(frame, group)[0][kept]
    return {n: [values[codes == k, i] for k in range(len(design.blocks))] for i, n in enumerate(columns)}


def _require(frame: pd.DataFrame, names: Sequence[str]) -> None:
    columns = [str(c) for c in frame.columns]
    absent = [name for name in names if columns.count(name) != 1]
    if absent:
        raise DataError("SEM-049", f"the data have no single column {', '.join(map(repr, absent))}."
                        f"{nearest(absent[0], columns)}", where="data")  # fmt: skip
