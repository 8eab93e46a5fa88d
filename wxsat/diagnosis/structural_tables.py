"""The structure beyond the levers: shares, orders, hypotheses, claims, split samples and rivals.

One bundle that a diagnosis carries; every table is made by a file of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wxsat.diagnosis.confounder import CONFOUNDER_COLUMNS, GRID_COLUMNS, grid_of_confounders, weigh_confounders
from wxsat.diagnosis.hierarchy import ResolvedHierarchy
from wxsat.diagnosis.hypotheses import CLAIM_COLUMNS, HYPOTHESIS_COLUMNS, judge_hypotheses
from wxsat.diagnosis.resampling import Draws
from wxsat.diagnosis.rivals import RIVAL_COLUMNS, compare_rivals, write_hierarchy
from wxsat.diagnosis.sequence import SEQUENCE_COLUMNS, order_measures
from wxsat.diagnosis.shapley import SHAPLEY_COLUMNS, share_variance
from wxsat.diagnosis.split_sample import SPLIT_COLUMNS, tabulate_split_samples
from wxsat.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from wxsat.diagnosis.sampling import Units
    from wxsat.responses.responses import Responses

Floats = NDArray[np.float64]
REJECTS_WEIGHTS = 0.001


def _empty(columns: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(columns=list(columns))


@dataclass(frozen=True)
class StructuralTables:
    """
    The tables, empty where the structure cannot be read.

    Attributes
    ----------
    shapley : DataFrame
        `wxsat.diagnosis.shapley.SHAPLEY_COLUMNS`, one row a dilemma.
    sequence : DataFrame
        `wxsat.diagnosis.sequence.SEQUENCE_COLUMNS`, one row a step.
    hypotheses : DataFrame
        `wxsat.diagnosis.hypotheses.HYPOTHESIS_COLUMNS`, one row a hypothesis.
    claims : DataFrame
        `wxsat.diagnosis.hypotheses.CLAIM_COLUMNS`, one row a claim of the founding article.
    split_sample : DataFrame
        `wxsat.diagnosis.split_sample.SPLIT_COLUMNS`, one row a dilemma; empty without accounts.
    rivals : DataFrame
        `wxsat.diagnosis.rivals.RIVAL_COLUMNS`, one row a model: the hierarchy and its four rivals.
    confounders : DataFrame
        `wxsat.diagnosis.confounder.CONFOUNDER_COLUMNS`, one row a dilemma.
    confounder_grid : DataFrame
        `wxsat.diagnosis.confounder.GRID_COLUMNS`, one row a dilemma and pair of strengths.
    """

    shapley: pd.DataFrame = field(default_factory=lambda: _empty(SHAPLEY_COLUMNS))
    sequence: pd.DataFrame = field(default_factory=lambda: _empty(SEQUENCE_COLUMNS))
    hypotheses: pd.DataFrame = field(default_factory=lambda: _empty(HYPOTHESIS_COLUMNS))
    claims: pd.DataFrame = field(default_factory=lambda: _empty(CLAIM_COLUMNS))
    split_sample: pd.DataFrame = field(default_factory=lambda: _empty(SPLIT_COLUMNS))
    rivals: pd.DataFrame = field(default_factory=lambda: _empty(RIVAL_COLUMNS))
    confounders: pd.DataFrame = field(default_factory=lambda: _empty(CONFOUNDER_COLUMNS))
    confounder_grid: pd.DataFrame = field(default_factory=lambda: _empty(GRID_COLUMNS))

    @property
    def preferred_rivals(self) -> tuple[str, ...]:
        """Rivals of another structure that are preferred; R4 frees weights and leaves the structure as it is."""
        preferred = self.rivals[self.rivals["preferred"] == "rival"]["model"]
        return tuple(str(name) for name in preferred if name != "R4")

    def frames(self) -> dict[str, pd.DataFrame]:
        """Return the tables by name."""
        return {f.name: getattr(self, f.name) for f in fields(self)}


def read_structural_tables(
    estimate: Draws,
    drawn: Draws,
    positions: NDArray[np.intp],
    values: Floats,
    units: Units,
    hierarchy: ResolvedHierarchy,
    target: float,
    seed: int,
) -> StructuralTables:
    """
    Return the tables of a score-level structure.

    Parameters
    ----------
    estimate, drawn : Draws
        With their covariances.
    positions : ndarray of int, shape (n_nodes,)
        Column of each node among the scores.
    values : ndarray, shape (n_respondents, n_scores)
        Scores, dilemma nodes as severities.
    units : Units
        Accounts, for the split sample; respondents are none.
    hierarchy : ResolvedHierarchy
    target : float
    seed : int
    """
    split = _empty(SPLIT_COLUMNS)
    if units.clustered:
        names = tuple(hierarchy.composites)
        columns = [_composite(values, positions, hierarchy, name) for name in names]
        outcome = values[:, positions[hierarchy.nodes.index(hierarchy.outcome)]]
        split = tabulate_split_samples(names, np.stack(columns, axis=1), outcome, units.codes, seed) if names else split
    confounders = weigh_confounders(estimate, drawn, hierarchy)
    return StructuralTables(
        shapley=share_variance(estimate.covariance, drawn.covariance, hierarchy, drawn.df),
        sequence=order_measures(estimate, drawn, positions, hierarchy, target),
        hypotheses=judge_hypotheses(estimate, drawn, hierarchy),
        split_sample=split,
        confounders=confounders,
        confounder_grid=grid_of_confounders(confounders),
    )


def _composite(values: Floats, positions: NDArray[np.intp], hierarchy: ResolvedHierarchy, name: str) -> Floats:
    at = positions[[hierarchy.nodes.index(p) for p in hierarchy.composites[name]]]
    return np.asarray(values[:, at] @ np.array(list(hierarchy.composites[name].values())))


def fit_rivals(responses: Responses, hierarchy: ResolvedHierarchy) -> pd.DataFrame:
    """
    Fit the hierarchy and its rivals to the answered items of every node with at least two of them.

    Respondents who answered all of these items count; too few of them make the rows say so in ``failed``.
    """
    from wxsat.diagnosis.latent import answered_items

    items = {node: answered_items(responses, node) for node in hierarchy.nodes}
    text = write_hierarchy(hierarchy, {node: own for node, own in items.items() if len(own) >= 2})
    return compare_rivals(text, responses) if text else _empty(RIVAL_COLUMNS)


def caution_about_structure_claims(tables: StructuralTables) -> list[Finding]:
    """Say which associations are mostly common-source, which rival wins, and that an order is not stable."""
    found = []
    for row in tables.split_sample.to_dict("records"):
        if row["verdict"] == "mostly common-source":
            message = f"{row['dilemma']}: the association is mostly common-source (ratio {row['ratio']:.2f})."
            evidence = {"ratio": row["ratio"], "icc2": row["icc2"], "n_accounts": row["n_accounts"]}
            found.append(Finding("DIAG-160", "warning", row["dilemma"], message, evidence))
    for row in tables.rivals.to_dict("records"):
        if row["preferred"] == "rival":
            message = (
                f"By BIC the rival model {row['model']} ({row['claim']}) is preferred to the hierarchy (by "
                f"{-row['delta_bic']:.1f}): these answers do not tell the hierarchy from it. With few respondents BIC "
                "prefers models of fewer parameters."
            )
            found.append(Finding("DIAG-161", "warning", row["model"], message, {"delta_bic": row["delta_bic"]}))
        if row["model"] == "R4" and row["p_value"] < REJECTS_WEIGHTS:
            found.append(_unequal_weights(row))
        if row["failed"]:
            message = f"The model {row['model']} could not be fitted ({row['failed']})."
            found.append(Finding("DIAG-162", "note", row["model"], message, {"reason": row["failed"]}))
    if len(tables.sequence) and not bool(tables.sequence["stable"].iloc[0]):
        share = float(tables.sequence["p_order"].iloc[0])
        message = f"The order of the measures is not stable: {share:.0%} of the draws agree with it."
        found.append(Finding("DIAG-163", "note", "sequence", message, {"p_order": share}))
    return found


def _unequal_weights(row: Mapping[Any, Any]) -> Finding:
    message = (
        f"The test of equal weights rejects them (chi-square difference {row['chisq_diff']:.1f}, df "
        f"{row['df_diff']:.0f}): the parts of at least one dilemma do not act alike."
    )
    evidence = {"chisq_diff": float(row["chisq_diff"]), "df_diff": float(row["df_diff"]), "p": float(row["p_value"])}
    return Finding("DIAG-170", "warning", "R4", message, evidence)
