"""Content validity from experts' ratings of relevance: I-CVI, S-CVI, modified kappa, and agreement beyond chance."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from wxsat.errors import DataError, Fault, require_kind
from wxsat.finding import Finding
from wxsat.numerics.plain import frame_records
from wxsat.psychometrics.construct_data import numeric_columns
from wxsat.psychometrics.conventions import state

ITEM_CUT, SCALE_CUT, FEW_EXPERTS = 0.78, 0.90, 6
"""Polit & Beck (2006); with five experts or fewer all must agree (Lynn 1986)."""
ALL_MUST_AGREE = 5


@dataclass(frozen=True, eq=False)
class ContentValidity:
    """
    Content validity of a set of items.

    Attributes
    ----------
    items : DataFrame
        ``item n_experts n_relevant i_cvi chance kappa evaluation``; `kappa` is the modified one.
    s_cvi_ave, s_cvi_ua : float
        Mean I-CVI, and the share of items that all experts find relevant.
    fleiss_kappa : float
        Of relevant or not, over items that all experts rated; NaN where every rating is the same.
    n_experts, n_complete_items : int
    findings : tuple of Finding
    settings : mapping
    """

    items: pd.DataFrame
    s_cvi_ave: float
    s_cvi_ua: float
    fleiss_kappa: float
    n_experts: int
    n_complete_items: int
    findings: tuple[Finding, ...]
    settings: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Return the document of ``wxsat measure content --json``."""
        head = ("s_cvi_ave", "s_cvi_ua", "fleiss_kappa", "n_experts", "n_complete_items")
        return {
            "items": frame_records(self.items),
            **{name: None if getattr(self, name) != getattr(self, name) else getattr(self, name) for name in head},
            "findings": [finding.to_dict() for finding in self.findings],
            "settings": dict(self.settings),
        }

    def _repr_html_(self) -> str:
        return str(self.items.to_html(index=False, float_format="{:.3f}".format, na_rep=""))


def evaluate_content_validity(
    ratings: pd.DataFrame, *, relevant_from: float = 3, lowest: float = 1, highest: float = 4
) -> ContentValidity:
    r"""
    Content-validity indices from experts' ratings.

    Parameters
    ----------
    ratings : DataFrame
        One row an expert, one column an item; NaN where an expert did not rate.
    relevant_from : float
        Lowest rating that counts as relevant.
    lowest, highest : float
        Ends of the rating scale.

    Returns
    -------
    ContentValidity

    Raises
    ------
    DataError
        MEAS-070 fewer than two experts, ratings outside the scale, an item nobody rated; MEAS-002 text.

    Notes
    -----
    I-CVI is the share of A among n experts; by chance :math:`p_c = \binom{n}{A} 0.5^n`, and modified kappa is
    :math:`(I\text{-}CVI - p_c)/(1 - p_c)`: fair from .40, good from .60, excellent above .74. Checked against the
    table of Polit, Beck & Owen (2007); Fleiss' kappa is statsmodels'.

    References
    ----------
    .. [1] Polit, D. F., & Beck, C. T. (2006). Research in Nursing & Health, 29, 489-497.
    .. [2] Polit, D. F., Beck, C. T., & Owen, S. V. (2007). Research in Nursing & Health, 30, 459-467.

    Examples
    --------
    >>> found = evaluate_content_validity(pd.DataFrame({"q1": [4, 4, 3, 4, 4, 2], "q2": [4, 3, 3, 4, 4, 4]}))
    >>> found.items["kappa"].round(2).tolist(), round(found.s_cvi_ave, 3)
    ([0.82, 1.0], 0.917)
    """
    require_kind(ratings, pd.DataFrame, "ratings", "a DataFrame of one row an expert")
    names = [str(c) for c in ratings.columns]
    columns = numeric_columns(ratings, names)
    _require_ratings(columns, len(ratings), relevant_from, lowest, highest)
    rows = []
    for name, values in columns.items():
        given = values[~np.isnan(values)]
        rows.append({"item": name} | item_indices(len(given), int((given >= relevant_from).sum())))
    items = pd.DataFrame(rows)
    matrix = np.column_stack(list(columns.values()))
    complete = ~np.isnan(matrix).any(axis=0)
    average, universal = float(items["i_cvi"].mean()), float((items["i_cvi"] == 1).mean())
    settings = {"relevant_from": relevant_from, "lowest": lowest, "highest": highest}
    return ContentValidity(
        items, average, universal, _fleiss(matrix[:, complete] >= relevant_from), len(ratings), int(complete.sum()),
        _findings(items, average, len(ratings)), settings,
    )  # fmt: skip


def _require_ratings(
    columns: Mapping[str, np.ndarray], experts: int, relevant_from: float, lowest: float, highest: float
) -> None:
    faults = []
    if experts < 2 or not columns:
        faults.append(
            Fault("MEAS-070", f"{experts} expert(s) and {len(columns)} item(s); at least 2 and 1 are needed.")
        )
    if not lowest < relevant_from <= highest:
        faults.append(Fault("MEAS-070", f"relevant from {relevant_from:g} does not lie on {lowest:g} to {highest:g}."))
    for name, values in columns.items():
        given = values[~np.isnan(values)]
        outside = given[(given < lowest) | (given > highest)]
        if len(given) < 2:
            faults.append(
                Fault("MEAS-070", f"{len(given)} expert(s) rated it; at least 2 are needed.", f"column {name!r}")
            )
        if len(outside):
            message = f"rating {outside[0]:g} lies outside {lowest:g} to {highest:g}."
            faults.append(Fault("MEAS-070", message, f"column {name!r}", "Leave out the column that names the expert."))
    if faults:
        raise DataError.from_faults(faults)


def item_indices(n: int, relevant: int) -> dict[str, Any]:
    """
    Return I-CVI, agreement by chance and modified kappa of an item.

    Examples
    --------
    >>> round(item_indices(5, 4)["kappa"], 2)
    0.76
    """
    share = relevant / n
    chance = math.comb(n, relevant) * 0.5**n
    kappa = (share - chance) / (1 - chance)
    words = ((0.74, "excellent"), (0.60, "good"), (0.40, "fair"))
    named = next((w for cut, w in words if (kappa > cut if w == "excellent" else kappa >= cut)), "poor")
    return {
        "n_experts": n,
        "n_relevant": relevant,
        "i_cvi": share,
        "chance": chance,
        "kappa": kappa,
        "evaluation": named,
    }


def _fleiss(relevant: np.ndarray) -> float:
    if relevant.shape[1] == 0 or relevant.all() or not relevant.any():
        return math.nan
    from statsmodels.stats.inter_rater import fleiss_kappa

    yes = relevant.sum(axis=0)
    return float(fleiss_kappa(np.column_stack([yes, relevant.shape[0] - yes]), method="fleiss"))


def _findings(items: pd.DataFrame, average: float, experts: int) -> tuple[Finding, ...]:
    found = []
    for row in items.to_dict("records"):
        n, value = int(row["n_experts"]), float(row["i_cvi"])
        cut = 1.0 if n <= ALL_MUST_AGREE else ITEM_CUT
        if value < cut:
            message = f"I-CVI of {row['item']} is {value:.2f} from {n} experts, below {cut:.2f} (convention)."
            found.append(state("MEAS-173", "warning", str(row["item"]), message, i_cvi=value, n=n, threshold=cut))
    if average < SCALE_CUT:
        message = f"S-CVI/Ave is {average:.3f}, below {SCALE_CUT:.2f} (convention)."
        found.append(state("MEAS-174", "warning", "S-CVI/Ave", message, s_cvi=average, threshold=SCALE_CUT))
    if experts < FEW_EXPERTS:
        message = f"{experts} experts rated; {FEW_EXPERTS} or more are asked for."
        found.append(state("MEAS-175", "note", "experts", message, n=experts, threshold=FEW_EXPERTS))
    return tuple(found)
