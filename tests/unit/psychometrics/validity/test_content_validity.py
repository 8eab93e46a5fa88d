"""Content validity: the published table of modified kappa, and statsmodels' Fleiss kappa on a textbook example."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from wxsat.errors import DataError
from wxsat.psychometrics.content_validity import evaluate_content_validity, item_indices

PRINTED = 0.0051  # two decimals
FROM_ROUNDED = 0.0085  # the table computes kappa from I-CVI of two decimals

# Polit, Beck & Owen (2007), table 4: experts, agreeing, I-CVI, chance, modified kappa, evaluation.
TABLE = [
    (3, 3, 1.00, 0.125, 1.00, "excellent"), (3, 2, 0.67, 0.375, 0.47, "fair"), (4, 4, 1.00, 0.063, 1.00, "excellent"),
    (4, 3, 0.75, 0.250, 0.67, "good"), (5, 5, 1.00, 0.031, 1.00, "excellent"), (5, 4, 0.80, 0.156, 0.76, "excellent"),
    (6, 5, 0.83, 0.094, 0.81, "excellent"), (6, 4, 0.67, 0.234, 0.57, "fair"), (7, 6, 0.86, 0.055, 0.85, "excellent"),
    (7, 5, 0.71, 0.164, 0.65, "good"), (8, 7, 0.88, 0.031, 0.87, "excellent"), (8, 6, 0.75, 0.109, 0.72, "good"),
    (9, 8, 0.89, 0.018, 0.89, "excellent"), (9, 7, 0.78, 0.070, 0.76, "excellent"),
]  # fmt: skip


@pytest.mark.parametrize(("n", "agree", "i_cvi", "chance", "kappa", "word"), TABLE)
def test_the_published_table(n: int, agree: int, i_cvi: float, chance: float, kappa: float, word: str) -> None:
    found = item_indices(n, agree)
    assert found["i_cvi"] == pytest.approx(i_cvi, abs=PRINTED)
    assert found["chance"] == pytest.approx(chance, abs=0.0006)
    assert found["kappa"] == pytest.approx(kappa, abs=FROM_ROUNDED)
    assert found["evaluation"] == word


def test_scale_indices_and_findings() -> None:
    ratings = pd.DataFrame({"q1": [4, 4, 3, 4, 4, 4], "q2": [4, 2, 3, 1, 4, 4], "q3": [3, 3, 3, 3, 3, np.nan]})
    found = evaluate_content_validity(ratings)
    assert found.items["i_cvi"].tolist() == pytest.approx([1.0, 4 / 6, 1.0])
    assert found.s_cvi_ave == pytest.approx((2 + 4 / 6) / 3)
    assert found.s_cvi_ua == pytest.approx(2 / 3)
    assert [f.code for f in found.findings] == ["MEAS-173", "MEAS-174"]
    assert found.n_complete_items == 2
    # Two items, six experts, relevant 6 and 4: by hand from Fleiss (1971).
    p_bar, p_yes = (1.0 + (4 * 3 + 2 * 1) / 30) / 2, 10 / 12
    chance = p_yes**2 + (1 - p_yes) ** 2
    assert found.fleiss_kappa == pytest.approx((p_bar - chance) / (1 - chance))


def test_ratings_that_are_none_are_refused_all_at_once() -> None:
    with pytest.raises(DataError) as caught:
        evaluate_content_validity(pd.DataFrame({"q1": [1, 9, 3], "q2": [np.nan, np.nan, 2]}))
    assert [fault.code for fault in caught.value.faults] == ["MEAS-070", "MEAS-070"]
