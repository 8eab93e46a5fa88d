"""May the solution be read? Stated rules on a converged fit, each a finding with its code and its figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from wxsat.finding import Finding
from wxsat.sem.quality import latent_correlations

if TYPE_CHECKING:
    from numpy.typing import NDArray

EIGENVALUE_TOLERANCE = 1e-8  # relative to the largest: below it a covariance matrix is not positive definite
LARGE_RESIDUAL = 0.10  # |residual correlation| worth a look
MIN_N, MIN_RATIO = 100, 5.0  # fewer rows, or rows per free parameter, than this: a warning
SINGULAR_INFORMATION = 1e-10
MANY_DROPPED = 0.10  # share of the rows left out for missing answers beyond which it is a warning


@dataclass(frozen=True)
class Solution:
    """
    What the rules look at: the columns of the estimates and the matrices of a converged fit.

    `condition` is the information's reciprocal condition number, None where it is plainly above the limit.
    """

    parameters: Mapping[str, Any]
    observed_names: tuple[tuple[str, ...], ...]
    residual_correlations: tuple[NDArray[np.float64], ...]
    latent_names: tuple[str, ...]
    latent_covariances: tuple[NDArray[np.float64], ...]
    group_names: tuple[str, ...]
    n_obs: int
    n_read: int
    n_parameters: int
    condition: float | None
    missing: str = "listwise"
    at_bounds: tuple[str, ...] = ()


def admissibility_findings(solution: Solution) -> tuple[Finding, ...]:
    """
    Return every finding on a converged solution, refusals first.

    SEM-103 negative variance (refusal), SEM-104 latent covariance not positive definite (refusal), SEM-105 standardised
    loading beyond 1 (warning), SEM-106 large residual correlations (note), SEM-107 small N (warning), SEM-108 rows
    dropped for missing answers (note; beyond a tenth a warning), SEM-109 nearly singular information (refusal),
    SEM-121 estimates at a bound or an inequality (warning).
    """
    rules = (
        _negative_variances,
        _latent_definiteness,
        _information,
        _loadings,
        _small_n,
        _dropped_rows,
        _residuals,
        _bounds,
    )
    found = [finding for rule in rules for finding in rule(solution)]
    return tuple(sorted(found, key=lambda f: f.severity != "refusal"))


def _rows(table: Mapping[str, Any], *columns: str) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a table, the wanted columns alone, as plain values."""
    return zip(*(np.asarray(table[name]).tolist() for name in columns), strict=True)


def _negative_variances(solution: Solution) -> Iterator[Finding]:
    if not (solution.parameters["estimate"] < 0).any():
        return
    for lhs, op, rhs, estimate, error in _rows(solution.parameters, "lhs", "op", "rhs", "estimate", "std_error"):
        if op == "~~" and lhs == rhs and estimate < 0:
            message = (
                f"the variance of {lhs} is negative ({estimate:.4g}): a Heywood case. The solution is not admissible."
            )
            yield Finding("SEM-103", "refusal", lhs, message, {"estimate": estimate, "std_error": error})


def _bounds(solution: Solution) -> Iterator[Finding]:
    if solution.at_bounds:
        names = ", ".join(solution.at_bounds)
        message = (
            f"{names}: the estimate lies where a bound or an inequality holds it; standard errors and the test "
            "are not those of the usual theory there."
        )
        yield Finding("SEM-121", "warning", names, message, {"parameters": list(solution.at_bounds)})


def _latent_definiteness(solution: Solution) -> Iterator[Finding]:
    for name, covariance in zip(solution.group_names, solution.latent_covariances, strict=True):
        if len(covariance):
            yield from _group_definiteness(solution, covariance, name)


def _group_definiteness(solution: Solution, covariance: NDArray[np.float64], group: str) -> Iterator[Finding]:
    eigenvalues = np.linalg.eigvalsh(covariance)
    if eigenvalues[0] > EIGENVALUE_TOLERANCE * max(eigenvalues[-1], 0.0):
        return
    correlation = latent_correlations(covariance)
    rows, columns = np.tril_indices(len(correlation), -1)
    evidence: dict[str, object] = {"smallest_eigenvalue": float(eigenvalues[0])}
    largest = ""
    sizes = np.nan_to_num(np.abs(correlation[rows, columns]), nan=-1.0)
    if sizes.size:
        k = int(sizes.argmax())
        a, b = solution.latent_names[columns[k]], solution.latent_names[rows[k]]
        value = float(correlation[rows[k], columns[k]])
        evidence |= {"a": a, "b": b, "correlation": value}
        largest = f" The largest correlation is {a} with {b}: {value:.3f}."
    message = (
        f"the covariance matrix of the latents{f' of group {group}' if group else ''} is not positive definite "
        f"(smallest eigenvalue {eigenvalues[0]:.4g}).{largest}"
    )
    yield Finding("SEM-104", "refusal", ", ".join(solution.latent_names), message, evidence)


def _information(solution: Solution) -> Iterator[Finding]:
    if solution.condition is not None and solution.condition < SINGULAR_INFORMATION:
        import pandas as pd

        parameters = pd.DataFrame(solution.parameters)
        unknown = parameters[parameters["free"] > 0].nlargest(3, "std_error")
        names = [f"{a}{op}{b}" for a, op, b in unknown[["lhs", "op", "rhs"]].itertuples(index=False, name=None)]
        message = (
            f"the information matrix is nearly singular ({solution.condition:.1e}): "
            f"the data do not determine {', '.join(names)}."
        )
        yield Finding("SEM-109", "refusal", ", ".join(names), message, {"reciprocal_condition": solution.condition})


def _loadings(solution: Solution) -> Iterator[Finding]:
    if not (np.abs(solution.parameters["std_all"]) > 1.0 + 1e-9).any():
        return
    for latent, op, item, value in _rows(solution.parameters, "lhs", "op", "rhs", "std_all"):
        if op == "=~" and abs(value) > 1.0 + 1e-9:
            message = f"the standardised loading of {item} on {latent} is {value:.3f}, beyond 1."
            yield Finding("SEM-105", "warning", f"{latent}=~{item}", message, {"std_all": value})


def _small_n(solution: Solution) -> Iterator[Finding]:
    ratio = solution.n_obs / max(solution.n_parameters, 1)
    if solution.n_obs < MIN_N or ratio < MIN_RATIO:
        message = (
            f"N = {solution.n_obs} for {solution.n_parameters} free parameters ({ratio:.1f} each): "
            "standard errors and tests lean on large samples."
        )
        evidence = {"n": solution.n_obs, "n_parameters": solution.n_parameters, "ratio": ratio}
        yield Finding("SEM-107", "warning", "N", message, evidence)


def _dropped_rows(solution: Solution) -> Iterator[Finding]:
    dropped = solution.n_read - solution.n_obs
    if dropped and solution.missing != "listwise":
        message = (
            f"{dropped} of {solution.n_read} rows say nothing to the model (no answer, or no value of a covariate) "
            f"and are not used; N = {solution.n_obs}."
        )
        yield Finding("SEM-122", "note", "N", message, {"n": solution.n_obs, "n_read": solution.n_read})
    elif dropped:
        message = (
            f"{dropped} of {solution.n_read} rows have a missing answer and are not used (listwise); "
            f"N = {solution.n_obs}."
        )
        severity: Literal["note", "warning"] = "warning" if dropped > MANY_DROPPED * solution.n_read else "note"
        yield Finding("SEM-108", severity, "N", message, {"n": solution.n_obs, "n_read": solution.n_read})


def _residuals(solution: Solution) -> Iterator[Finding]:
    count, total, largest, pair = 0, 0, 0.0, ""
    for names, correlations in zip(solution.observed_names, solution.residual_correlations, strict=True):
        values = np.tril(correlations, -1)
        sizes = np.abs(values)
        count += int((sizes > LARGE_RESIDUAL).sum())
        total += len(names) * (len(names) - 1) // 2
        i, j = divmod(int(sizes.argmax()), len(names))
        if sizes[i, j] > abs(largest):
            largest, pair = float(values[i, j]), f"{names[j]} with {names[i]}"
    if not count:
        return
    message = (
        f"{count} of {total} residual correlations exceed {LARGE_RESIDUAL:.2f}; the largest is {pair}: {largest:.3f}."
    )
    yield Finding("SEM-106", "note", pair, message, {"count": count, "largest": largest})
