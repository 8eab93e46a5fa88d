"""The findings of a diagnosis: what must be known before its figures are read, each with code and evidence.

DIAG-101 to 109 concern the sample and the scores, 111 to 119 the structural reading, 121 to 129 the levers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wxsat.diagnosis.hierarchy import ResolvedHierarchy
from wxsat.diagnosis.pomp import Scores
from wxsat.diagnosis.sampling import Units
from wxsat.diagnosis.structure import is_positive_definite
from wxsat.diagnosis.verdict import REFERENCE_ONLY_BELOW, SUPPRESS_BELOW
from wxsat.finding import Finding

if TYPE_CHECKING:
    import pandas as pd

FEW_CLUSTERS = 20
TOLERATED_FAILED_DRAWS = 0.05
AGAINST_ITS_SCALE = -0.20
ROWS_TO_JUDGE_KEYS = 30


def caution_about_units(units: Units, cluster: str | None, without_cluster: int, n: int) -> list[Finding]:
    """Say what the intervals rest on: no clusters, few clusters, respondents without one."""
    if not units.clustered:
        column = f"column '{cluster}' holds fewer than two accounts" if cluster else "there is no account column"
        return [
            Finding(
                "DIAG-101",
                "warning",
                cluster or "account",
                f"Intervals treat the {n} respondents as a simple random sample, because {column}; "
                "where respondents share accounts they are too narrow.",
                {"n": n, "column": cluster},
            )
        ]
    found = []
    if units.count < FEW_CLUSTERS:
        found.append(
            Finding(
                "DIAG-102",
                "warning",
                cluster or "account",
                f"Only {units.count} accounts: intervals from fewer than {FEW_CLUSTERS} are unreliable.",
                {"n_clusters": units.count, "minimum": FEW_CLUSTERS},
            )
        )
    if without_cluster:
        found.append(
            Finding(
                "DIAG-107",
                "warning",
                cluster or "account",
                f"{without_cluster} of {n} respondents name no account; each counts as an account.",
                {"without_cluster": without_cluster, "n": n},
            )
        )
    return found


def caution_about_cells(severity: pd.DataFrame) -> list[Finding]:
    """Name the cells that are suppressed or for reference only."""
    found = []
    for row in severity.to_dict("records"):
        n, subject = int(row["n"]), str(row["id"])
        evidence = {"n": n, "suppress_below": SUPPRESS_BELOW, "reference_only_below": REFERENCE_ONLY_BELOW}
        if n < SUPPRESS_BELOW:
            message = f"{subject}: {n} answers, fewer than {SUPPRESS_BELOW}; its figures are suppressed."
            found.append(Finding("DIAG-104", "warning", subject, message, evidence))
        elif n < REFERENCE_ONLY_BELOW:
            message = f"{subject}: {n} answers, fewer than {REFERENCE_ONLY_BELOW}; for reference only, no verdict."
            found.append(Finding("DIAG-103", "warning", subject, message, evidence))
    return found


def caution_about_keys(scores: Scores) -> list[Finding]:
    """Refuse severities of constructs whose items contradict each other: a file that was recoded before is read so."""
    found = []
    for name, items in zip(scores.names, scores.items, strict=True):
        answered = items[~np.isnan(items).any(axis=1)]
        if items.shape[1] < 2 or len(answered) < ROWS_TO_JUDGE_KEYS or (answered.std(axis=0) == 0).any():
            continue
        rest = answered.sum(axis=1, keepdims=True) - answered
        varied = rest.std(axis=0) > 0
        lowest = min(
            (float(np.corrcoef(answered[:, j], rest[:, j])[0, 1]) for j in np.flatnonzero(varied)), default=0.0
        )
        if lowest < AGAINST_ITS_SCALE:
            message = (
                f"{name}: an item correlates {lowest:.2f} with the rest of its scale; its severity must not be read. "
                "Were reverse-keyed items recoded already in the file, or not asked in reverse?"
            )
            evidence = {"item_rest": lowest, "threshold": AGAINST_ITS_SCALE, "n": len(answered)}
            found.append(Finding("DIAG-108", "refusal", name, message, evidence))
    return found


def caution_about_absent(absent: Sequence[str], partial: Mapping[str, Sequence[str]]) -> list[Finding]:
    """Name what the hierarchy or a composite asks for and the answers do not hold."""
    found = [
        Finding(
            "DIAG-106",
            "warning",
            dilemma,
            f"{dilemma} is formed without {', '.join(parts)}, which these answers do not hold; "
            "the other parts' weights were rescaled to sum to one.",
            {"absent": list(parts)},
        )
        for dilemma, parts in partial.items()
    ]
    if absent:
        names = ", ".join(absent)
        message = f"The declared hierarchy also holds {names}; these answers do not, and their paths are left out."
        found.append(Finding("DIAG-105", "note", names, message, {"absent": list(absent)}))
    return found


def caution_about_structure(
    covariance: NDArray[np.float64],
    reliability: NDArray[np.float64],
    hierarchy: ResolvedHierarchy,
    smallest_n: int,
) -> list[Finding]:
    """
    Judge whether the structural reading may be made at all.

    Parameters
    ----------
    covariance : ndarray, shape (n_nodes, n_nodes)
        True-score covariance.
    reliability : ndarray, shape (n_nodes,)
        NaN where there is none: single items, or no respondent with all items.
    hierarchy : ResolvedHierarchy
    smallest_n : int
        Fewest respondents behind any pair of nodes.
    """
    found: list[Finding] = []
    if smallest_n < REFERENCE_ONLY_BELOW:
        message = f"A pair of constructs shares {smallest_n} respondents only, fewer than {REFERENCE_ONLY_BELOW}."
        few = {"n": smallest_n, "minimum": REFERENCE_ONLY_BELOW}
        found.append(Finding("DIAG-116", "refusal", "structure", message, few))
    for position in np.flatnonzero(~(np.diag(covariance) > 0)):
        node, variance = hierarchy.nodes[position], float(covariance[position, position])
        message = f"{node}: the true-score variance is {variance:.4g} (reliability {reliability[position]:.4g})."
        evidence = {"variance": variance, "reliability": float(reliability[position])}
        found.append(Finding("DIAG-111", "refusal", node, message, evidence))
    if not found and not is_positive_definite(covariance):
        scale = np.sqrt(np.diag(covariance))
        smallest = float(np.linalg.eigvalsh(covariance / np.outer(scale, scale))[0])
        message = f"The true-score covariance is not positive definite (smallest eigenvalue {smallest:.4g})."
        found.append(Finding("DIAG-112", "refusal", "structure", message, {"smallest_eigenvalue": smallest}))
    return found + _caution_about_uncorrected(np.isnan(reliability), hierarchy)


def _caution_about_uncorrected(bare_nodes: NDArray[np.bool_], hierarchy: ResolvedHierarchy) -> list[Finding]:
    causes = {part for e in hierarchy.equations for p in e.predictors for part in hierarchy.parts_of(p)}
    bare = [n for n, alone in zip(hierarchy.nodes, bare_nodes, strict=True) if alone and n in causes]
    if not bare:
        return []
    most = 2 * len(bare) > len(causes)
    return [
        Finding(
            "DIAG-114",
            "refusal" if most else "warning",
            ", ".join(bare),
            f"{len(bare)} of {len(causes)} predictors have no reliability (single items, or nobody answered "
            "all items): their measurement error stays, so their effects are too small."
            + (" Such a form serves as an index, not as a model." if most else ""),
            {"uncorrected": bare, "n_uncorrected": len(bare), "n_predictors": len(causes)},
        )
    ]


def caution_about_paths(paths: pd.DataFrame) -> list[Finding]:
    """Name equations without a solution and paths that go clearly against their declared sign."""
    found = []
    for outcome in dict.fromkeys(paths.loc[paths["estimate"].isna(), "outcome"]):
        message = f"{outcome}: its predictors are linearly dependent or do not vary; it has no paths."
        found.append(Finding("DIAG-113", "refusal", str(outcome), message, {"outcome": str(outcome)}))
    for row in paths.to_dict("records"):
        against = row["ci_upper"] < 0 if row["expected"] == "+" else row["ci_lower"] > 0
        if against:
            subject = f"{row['predictor']} -> {row['outcome']}"
            evidence = {k: row[k] for k in ("outcome", "predictor", "expected", "estimate", "ci_lower", "ci_upper")}
            message = (
                f"{subject}: {row['estimate']:.3f} [{row['ci_lower']:.3f}, {row['ci_upper']:.3f}] "
                f"against the expected sign ({row['expected']})."
            )
            found.append(Finding("DIAG-115", "warning", subject, message, evidence))
    return found


def caution_about_draws(coefficients: NDArray[np.float64]) -> list[Finding]:
    """Say how many bootstrap draws had no solution, where they are more than a few."""
    if not coefficients.size:
        return []
    failed = float((~np.isfinite(coefficients)).any(axis=1).mean())
    if failed <= TOLERATED_FAILED_DRAWS:
        return []
    message = f"{failed:.1%} of the bootstrap draws had no solution; intervals rest on the others."
    return [Finding("DIAG-117", "warning", "bootstrap", message, {"failed_share": failed, "draws": len(coefficients)})]


def caution_about_levers(levers: pd.DataFrame, lowest: Mapping[str, float], seen_on: str) -> list[Finding]:
    """
    Name the levers whose target lies beyond everything observed.

    The lowest severity is printed for accounts only: a single respondent's score leaves the program nowhere.
    """
    found = []
    for row in levers.to_dict("records"):
        if not row["extrapolation"] or row["dilemma"] not in lowest:
            continue
        dilemma, best = str(row["dilemma"]), lowest[row["dilemma"]]
        shown = {"lowest": best} if seen_on == "account" else {}
        figure = f" (the lowest is {best:.1f})" if shown else ""
        message = (
            f"{row['lever']}: no {seen_on} has a {dilemma} severity as low as {row['target']:g}{figure}; "
            "the gain is an extrapolation."
        )
        evidence = {"lever": row["lever"], "target": row["target"], "observed_on": seen_on, **shown}
        found.append(Finding("DIAG-121", "warning", dilemma, message, evidence))
    return found


def caution_about_model(refused: bool) -> list[Finding]:
    """Pass on that the structural equation model must not be interpreted."""
    if not refused:
        return []
    message = (
        "The structural equation model refuses interpretation; effects, importance and levers are shown, "
        "but must not be interpreted."
    )
    return [Finding("DIAG-122", "refusal", "structure", message)]


def count_pairs(answered: NDArray[np.bool_]) -> int:
    """Return the fewest rows that any two columns share."""
    r = answered.astype(np.float64)
    return int((r.T @ r).min()) if answered.shape[1] else 0
