"""Whether a covariance model may be read: every reason against it that holds, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wxsat.errors import WxsatError
from wxsat.finding import Finding, refusals
from wxsat.psychometrics.conventions import state
from wxsat.psychometrics.refusal_reasons import alpha_of_blocks, reasons_of_refusal
from wxsat.psychometrics.validity import HTMT_REFUSAL, discriminant_findings, htmt_of_blocks
from wxsat.sem.inputs import model_text
from wxsat.sem.parameter_table import ParameterTable, parse_model

if TYPE_CHECKING:
    from wxsat.sem.result import SemResult

INDEFINITE = "SEM-104"


def judge_reading(result: SemResult, data: Any, refit: Callable[[str], SemResult] | None = None) -> SemResult:
    """
    Return the result with every reason that forbids its reading among its findings.

    Parameters
    ----------
    result : SemResult
    data : DataFrame, Responses or None
        What it was fitted to; None (a covariance matrix) leaves the result as it is.
    refit : callable, optional
        Fits a model text with the same options. Where constructs are hardly distinct it is used to fit the measurement
        model alone, in which the latents correlate freely: paths can hide that their covariances are impossible.

    Returns
    -------
    SemResult
        MEAS-121 two predictors of one outcome that are not distinct; MEAS-182 latent covariances of the measurement
        model that are not positive definite (both refusals); MEAS-180 a pair with HTMT of .90 or more and MEAS-181 an
        alpha below .50, refusals when the model is refused, else warnings.
    """
    if data is None:
        return result
    frame, items_of = getattr(data, "frame", data), result.table.indicators_of()
    htmt = htmt_of_blocks(frame, items_of)
    found = [*discriminant_findings(htmt, result.table.predictors_of())]
    if refit is not None and (htmt["htmt"] >= HTMT_REFUSAL).any():
        found += _indefinite_measurement(result, items_of, refit)
    refused = bool(refusals(found)) or result.refused
    said = {finding.subject for finding in found}
    found += reasons_of_refusal(htmt, alpha_of_blocks(frame, items_of), refused=refused, said=said)
    known = {(finding.code, finding.subject) for finding in result.findings}
    new = tuple(finding for finding in found if (finding.code, finding.subject) not in known)
    return replace(result, findings=(*new, *result.findings)) if new else result


def _indefinite_measurement(
    result: SemResult, items_of: dict[str, list[str]], refit: Callable[[str], SemResult]
) -> list[Finding]:
    """Return MEAS-182 when the measurement model alone has latent covariances that no variables have."""
    if any(f.code == INDEFINITE for f in result.findings) or not result.table.structural_edges:
        return []
    blocks = {name: items for name, items in items_of.items() if len(items) > 1 and not set(items) & set(items_of)}
    try:
        alone = refit("\n".join(f"{name} =~ {' + '.join(items)}" for name, items in blocks.items()))
    except WxsatError:
        return []
    found = []
    for finding in alone.findings:
        if finding.code == INDEFINITE:
            a, b = str(finding.evidence.get("a", "")), str(finding.evidence.get("b", ""))
            message = (
                "Measured alone, the latents have covariances that are not positive definite (smallest eigenvalue "
                f"{finding.evidence['smallest_eigenvalue']:.4f}); the largest correlation is {a} with {b}: "
                f"{finding.evidence.get('correlation', float('nan')):.3f}. No paths between them can be read."
            )
            found.append(state("MEAS-182", "refusal", f"{a} and {b}", message, **finding.evidence))
    return found


def reasons_without_solution(model: str | Path | ParameterTable, data: Any) -> tuple[Finding, ...]:
    """
    Name what in the answers stands against a model that has no solution: MEAS-121, MEAS-180 and MEAS-181.

    Parameters
    ----------
    model : str, Path or ParameterTable
    data : DataFrame, Responses or None
        Without data, or with a model that cannot be read, there is nothing to name.

    Examples
    --------
    >>> reasons_without_solution("f =~ x1 + x2 + x3", None)
    ()
    """
    if data is None:
        return ()
    try:
        table = model if isinstance(model, ParameterTable) else _table_of(model, data)
    except WxsatError:
        return ()
    frame, items_of = getattr(data, "frame", data), table.indicators_of()
    htmt = htmt_of_blocks(frame, items_of)
    found = discriminant_findings(htmt, table.predictors_of())
    said = {finding.subject for finding in found}
    return (*found, *reasons_of_refusal(htmt, alpha_of_blocks(frame, items_of), refused=True, said=said))


def _table_of(model: str | Path, data: Any) -> ParameterTable:
    text, name = model_text(model, getattr(data, "instrument", None))
    return parse_model(text, name=name)
