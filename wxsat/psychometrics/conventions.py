"""The cut-offs in use and the findings they lead to. Each is a convention with a source, not a law.

The figures stand in the tables whatever a convention says; a finding only says what a reader must know.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from wxsat.finding import Finding, Severity
from wxsat.psychometrics.coefficients.hierarchy import hierarchy_findings
from wxsat.psychometrics.construct_data import ConstructData
from wxsat.psychometrics.reliability import Reliability

ALPHA_LOW = 0.70
"""Alpha, omega, CR: Nunnally & Bernstein (1994); .60 is in use for exploration."""
ALPHA_HIGH = 0.95
"""Above it items repeat each other: Hair et al. (2019)."""
AVE_LOW = 0.50
"""Fornell & Larcker (1981)."""
LOADING_LOW = 0.40
"""Standardised; .708 would be ideal: Hair et al. (2019)."""
COMPLETE_LOW = 0.80
"""Share of the respondents asked that answered every item; our own mark for saying so."""
IDENTICAL = 1 - 1e-10


def unusable_findings(data: ConstructData) -> tuple[Finding, ...]:
    """
    Say why the figures of a construct cannot be computed; empty when they can.

    Parameters
    ----------
    data : ConstructData
        Of two items or more.

    Returns
    -------
    tuple of Finding
        MEAS-116 an item without any answer, MEAS-106 a constant item, MEAS-117 fewer than ``n_items + 2``
        complete rows; all of severity ``refusal``.
    """
    found = []
    for j, item in enumerate(data.items):
        answers = data.values[~np.isnan(data.values[:, j]), j]
        if len(answers) == 0:
            message = f"Item {item} of {data.id} has no answer at all."
            found.append(state("MEAS-116", "refusal", item, message, construct=data.id, n=0))
        elif np.ptp(answers) == 0:
            message = f"Item {item} of {data.id} is constant: all {len(answers)} answers are {answers[0]:g}."
            found.append(
                state(
                    "MEAS-106",
                    "refusal",
                    item,
                    message,
                    construct=data.id,
                    n=len(answers),
                    value=float(answers[0]),
                )
            )
    if found:
        return tuple(found)
    return tuple(_complete_rows_findings(data))


def _complete_rows_findings(data: ConstructData) -> Iterable[Finding]:
    complete, needed = data.complete, len(data.items) + 2
    if len(complete) < needed:
        message = (
            f"{data.id} has {len(complete)} respondent(s) who answered all of its {len(data.items)} items; "
            f"at least {needed} are needed."
        )
        yield state("MEAS-117", "refusal", data.id, message, n=len(complete), needed=needed)
        return
    for item, column in zip(data.items, complete.T, strict=True):
        if np.ptp(column) == 0:
            message = (
                f"Item {item} of {data.id} is constant among the {len(complete)} respondents who answered all items."
            )
            yield state(
                "MEAS-106",
                "refusal",
                item,
                message,
                construct=data.id,
                n=len(complete),
                value=float(column[0]),
            )


def reliability_findings(
    data: ConstructData, result: Reliability, item_rest: NDArray[np.float64]
) -> tuple[Finding, ...]:
    """
    Hold the reliability figures of one construct against the conventions.

    Parameters
    ----------
    data : ConstructData
    result : Reliability
    item_rest : ndarray, shape (n_items,)

    Returns
    -------
    tuple of Finding
        MEAS-101 to MEAS-105, MEAS-109 to MEAS-111, MEAS-114, MEAS-115, MEAS-118, MEAS-183 to MEAS-185.
    """
    return (
        *_sum_score_findings(data, result),
        *_factor_findings(data, result),
        *hierarchy_findings(data.id, data.items, result.hierarchy),
        *_item_findings(data, result, item_rest),
    )


def _sum_score_findings(data: ConstructData, result: Reliability) -> Iterable[Finding]:
    alpha = result.alpha
    figures = {"alpha": alpha.estimate, "ci_lower": alpha.ci_lower, "ci_upper": alpha.ci_upper}
    if np.isnan(alpha.estimate):
        message = f"The items of {data.id} cancel out: their sum has no variance, so that alpha does not exist."
        yield state("MEAS-118", "warning", data.id, message, n=result.n)
    if alpha.estimate < ALPHA_LOW:
        message = f"Alpha of {data.id} is {alpha.estimate:.3f}, below {ALPHA_LOW:.2f} (convention)."
        yield state("MEAS-101", "warning", data.id, message, **figures, threshold=ALPHA_LOW)
    if alpha.estimate > ALPHA_HIGH:
        message = f"Alpha of {data.id} is {alpha.estimate:.3f}, above {ALPHA_HIGH:.2f} (redundant items)."
        yield state("MEAS-102", "note", data.id, message, **figures, threshold=ALPHA_HIGH)
    if result.omega < ALPHA_LOW:
        message = f"Omega of {data.id} is {result.omega:.3f}, below {ALPHA_LOW:.2f} (convention)."
        yield state("MEAS-114", "warning", data.id, message, omega=result.omega, cr=result.cr, threshold=ALPHA_LOW)
    n_asked = int(data.asked.any(axis=1).sum())
    if result.n < COMPLETE_LOW * n_asked:
        message = (
            f"Reliability of {data.id} rests on {result.n} of {n_asked} respondents asked: "
            f"the others left an item out or did not know."
        )
        yield state("MEAS-115", "note", data.id, message, n=result.n, n_asked=n_asked)


def _factor_findings(data: ConstructData, result: Reliability) -> Iterable[Finding]:
    factor = result.factor
    if factor.status == "equal_loadings":
        message = (
            f"{data.id} has two items: a factor is identified only with equal standardised loadings, "
            f"so that CR equals standardised alpha and AVE the correlation."
        )
        yield state("MEAS-111", "note", data.id, message, r=result.mean_r)
    if not factor.solved:
        message = f"No single factor reproduces the correlations of {data.id}: no omega, CR or AVE."
        yield state("MEAS-110", "warning", data.id, message, reason=factor.status)
        return
    if result.ave < AVE_LOW:
        message = f"AVE of {data.id} is {result.ave:.3f}, below {AVE_LOW:.2f} (convention)."
        yield state("MEAS-103", "warning", data.id, message, ave=result.ave, threshold=AVE_LOW)
    for j in factor.heywood:
        message = (
            f"The one-factor solution of {data.id} gives {data.items[j]} a standardised error variance of "
            f"{factor.error_variances[j]:.3f} (Heywood case); omega, CR and AVE must not be trusted."
        )
        yield state(
            "MEAS-109",
            "warning",
            data.items[j],
            message,
            construct=data.id,
            error=float(factor.error_variances[j]),
        )


def _item_findings(data: ConstructData, result: Reliability, item_rest: NDArray[np.float64]) -> Iterable[Finding]:
    for j, item in enumerate(data.items):
        loading = float(result.factor.loadings[j])
        if item_rest[j] < 0:
            message = (
                f"Item {item} correlates {item_rest[j]:.3f} with the rest of {data.id}: "
                f"probably a reverse key that was missed, or one too many."
            )
            yield state("MEAS-105", "warning", item, message, construct=data.id, item_rest=float(item_rest[j]))
        elif loading < LOADING_LOW:
            message = f"Item {item} loads {loading:.3f} on {data.id}, below {LOADING_LOW:.2f} (convention)."
            yield state(
                "MEAS-104",
                "warning",
                item,
                message,
                construct=data.id,
                loading=loading,
                threshold=LOADING_LOW,
            )


def identical_items_findings(
    values: NDArray[np.float64], items: Sequence[str], correlation: NDArray[np.float64]
) -> tuple[Finding, ...]:
    """
    Find items whose answers are the same wherever both were given (MEAS-107, refusal).

    Parameters
    ----------
    values : ndarray, shape (n_rows, n_items)
        Items of all constructs.
    items : sequence of str
    correlation : ndarray, shape (n_items, n_items)
        Of the same columns; narrows the search.

    Returns
    -------
    tuple of Finding
    """
    found = []
    for i, j in np.argwhere(np.triu(np.abs(correlation) > IDENTICAL, 1)):
        both = ~np.isnan(values[:, i]) & ~np.isnan(values[:, j])
        n = int(both.sum())
        if n < 3:
            continue
        equal = bool((values[both, i] == values[both, j]).all())
        word = "the same answers" if equal else "answers that follow exactly from each other"
        message = f"Items {items[i]} and {items[j]} hold {word} in all {n} rows: a copied column."
        found.append(state("MEAS-107", "refusal", f"{items[i]}, {items[j]}", message, a=items[i], b=items[j], n=n))
    return tuple(found)


def left_out_finding(data: ConstructData) -> Finding:
    """Say that a construct has no reliability by its nature: one item (MEAS-108) or formative (MEAS-112)."""
    if data.model == "formative":
        message = f"{data.id} is formative: its items need not go together; reliability does not apply."
        return state("MEAS-112", "note", data.id, message, n_items=len(data.items))
    message = f"{data.id} has a single item ({data.items[0]}): its reliability cannot be estimated."
    return state("MEAS-108", "note", data.id, message, item=data.items[0])


def state(code: str, severity: Severity, subject: str, message: str, **evidence: float | int | str) -> Finding:
    """Return a finding with its evidence as keywords."""
    return Finding(code, severity, subject, message, evidence)
