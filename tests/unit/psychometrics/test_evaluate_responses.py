"""Constructs taken from an instrument and its responses: keys, forms, routing, reasons."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from wxsat.errors import DataError, UsageError
from wxsat.instrument.instrument import Instrument
from wxsat.psychometrics.scales import evaluate_scales
from wxsat.responses.responses import Responses

N = 120


@pytest.fixture(scope="module")
def instrument() -> Instrument:
    def items(prefix: str, keys: str) -> list[dict[str, object]]:
        return [
            {"id": f"{prefix}{j}", "text": {"en": f"{prefix}{j}"}, "key": key, "construct_id": prefix}
            for j, key in enumerate(keys, start=1)
        ]

    return Instrument.model_validate(
        {
            "instrument": {"id": "small", "version": "1", "default_scale": "likert5"},
            "scales": {
                "likert5": {"id": "likert5", "min": 1, "max": 5, "dk": 98},
                "score": {"id": "score", "kind": "continuous"},
            },
            "constructs": [
                {"id": "TRU", "name": {"en": "Trust"}, "items": items("TRU", "++R")},
                {"id": "SAT", "name": {"en": "Satisfaction"}, "items": items("SAT", "+++")},
                {"id": "ONE", "name": {"en": "One"}, "model": "single", "items": items("ONE", "+")},
                {"id": "USE", "name": {"en": "Use"}, "model": "formative", "items": items("USE", "++")},
                {"id": "TEST", "name": {"en": "Test"}, "scale": "score", "items": items("TEST", "++")},
            ],
        }
    )


@pytest.fixture(scope="module")
def raw(instrument: Instrument) -> Responses:
    rng = np.random.default_rng(5)
    columns = {}
    for construct in instrument.constructs:
        eta = rng.normal(size=N)
        for item in construct.items:
            y = eta + 0.7 * rng.normal(size=N)
            codes = y if construct.id == "TEST" else np.clip(np.round(3 + y), 1, 5)
            columns[item.id] = 6 - codes if item.reversed else codes
    frame = pd.DataFrame(columns)
    reasons = pd.DataFrame("", index=frame.index, columns=frame.columns)
    for row, reason in ((0, "dont_know"), (1, "dont_know"), (2, "skipped"), (3, "not_shown")):
        frame.loc[row, "SAT1"], reasons.loc[row, "SAT1"] = np.nan, reason
    return Responses(frame, reasons, pd.DataFrame(index=frame.index), np.arange(1, N + 1), instrument)


def _recoded(raw: Responses) -> Responses:
    return replace(raw, frame=raw.frame.assign(TRU3=6 - raw.frame["TRU3"]), reversed_items=("TRU3",))


def test_raw_and_recoded_answers_give_the_same_figures(raw: Responses) -> None:
    before = raw.frame.copy()
    figures = [evaluate_scales(r, draws=0).to_dict() for r in (raw, _recoded(raw))]
    assert figures[0] == figures[1]
    pd.testing.assert_frame_equal(raw.frame, before)


def test_items_are_described_in_the_direction_of_the_construct(raw: Responses) -> None:
    items = evaluate_scales(raw, draws=0).items.set_index("item")
    assert items.loc["TRU3", "reversed"]
    assert items.loc["TRU3", "mean"] == pytest.approx(6 - raw.frame["TRU3"].mean())
    assert items.loc["TRU3", "floor"] == pytest.approx((raw.frame["TRU3"] == 5).mean())
    assert items.loc["TRU3", "item_rest"] > 0


def test_missing_shares_count_those_who_saw_the_item(raw: Responses) -> None:
    row = evaluate_scales(raw, draws=0).items.set_index("item").loc["SAT1"]
    assert row["missing"] == pytest.approx(3 / (N - 1))
    assert row["dont_know"] == pytest.approx(2 / (N - 1))
    assert row["n"] == N - 4


def test_reliability_is_for_reflective_constructs_of_two_items_or_more(raw: Responses) -> None:
    quality = evaluate_scales(raw, draws=0)
    assert quality.reliability["construct"].tolist() == ["TRU", "SAT", "TEST"]
    assert quality.reliability["n"].tolist() == [N, N - 4, N]
    assert {"MEAS-108", "MEAS-112"} <= {finding.code for finding in quality.findings}
    assert quality.items["construct"].nunique() == 5


def test_continuous_scores_have_no_floor(raw: Responses) -> None:
    items = evaluate_scales(raw, draws=0).items.set_index("construct")
    assert items.loc["TEST", "floor"].isna().all()
    assert items.loc["SAT", "floor"].notna().all()


def test_constructs_are_restricted_to_columns_that_are_there(raw: Responses) -> None:
    less = replace(raw, frame=raw.frame.drop(columns=["SAT2", "TEST1", "TEST2"]))
    quality = evaluate_scales(less, draws=0)
    assert quality.items["item"].tolist() == ["TRU1", "TRU2", "TRU3", "SAT1", "SAT3", "ONE1", "USE1", "USE2"]


def test_wanted_constructs_and_the_nearest_name(raw: Responses) -> None:
    assert evaluate_scales(raw, constructs=["SAT"], draws=0).items["construct"].unique().tolist() == ["SAT"]
    with pytest.raises(UsageError, match=r"'SATT'.*Did you mean 'SAT'.*MEAS-010"):
        evaluate_scales(raw, constructs=["SATT"], draws=0)


def test_data_of_another_survey(raw: Responses) -> None:
    with pytest.raises(DataError, match="MEAS-011"):
        evaluate_scales(replace(raw, frame=raw.frame.rename(columns=lambda c: f"other_{c}")), draws=0)


def test_a_code_outside_the_scale_is_not_turned_round(raw: Responses) -> None:
    frame = raw.frame.copy()
    frame.loc[7, "TRU3"] = 98
    with pytest.raises(DataError, match=r"column 'TRU3', row 8: answer 98 .* 1 to 5 .*MEAS-009"):
        evaluate_scales(replace(raw, frame=frame), draws=0)
