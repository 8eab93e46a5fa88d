"""The table of weights: shares that sum to one, words of the instrument, small cells withheld."""

from __future__ import annotations

import pandas as pd
import pytest

from wxsat.instrument.load import load_instrument
from wxsat.present.table import SUPPRESSED
from wxsat.present.tables.weights import tabulate_weights
from wxsat.sampling.weighting import weight_responses

INSTRUMENT = load_instrument("gov-wechat-public")


@pytest.mark.parametrize(("language", "words"), [("zh", "男"), ("en", "Male")])
def test_counts_and_shares_are_shown_as_shares_in_words(language: str, words: str) -> None:
    people = pd.DataFrame({"gender": [1.0] * 60 + [2.0] * 40})
    weighting = weight_responses(people, {"gender": {"1": 5000, "2": 5000}})
    table = tabulate_weights(weighting, INSTRUMENT, language)  # type: ignore[arg-type]
    assert table.rows[0][1] == words
    assert table.rows[0][2] == 60
    assert table.rows[0][3:] == pytest.approx((0.6, 0.5, 0.5))
    assert "1.04" in table.notes[0]


def test_few_respondents_are_withheld_with_the_cell_that_would_give_them_away() -> None:
    people = pd.DataFrame({"g": ["a"] * 50 + ["b"] * 20 + ["c"] * 3})
    table = tabulate_weights(weight_responses(people, {"g": {"a": 50, "b": 40, "c": 10}}), None, "en")
    assert [row[2] for row in table.rows] == [50, SUPPRESSED, SUPPRESSED]
    assert [row[3] is SUPPRESSED and row[5] is SUPPRESSED for row in table.rows] == [False, True, True]
    assert any("[c]" in note for note in table.notes)
