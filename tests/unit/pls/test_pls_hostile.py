"""Answers and options that no composite model can use: each is named, none ends in a traceback or a silent gap."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from wxsat.errors import DataError, UsageError
from wxsat.pls.fit import fit_pls
from wxsat.pls.groups import compare_groups
from wxsat.pls.predict import predict_pls

MODEL = "A =~ a1 + a2 + a3\nC =~ c1 + c2 + c3\nC ~ A\n"


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(7)
    a = rng.normal(size=(120, 1))
    c = 0.6 * a + 0.8 * rng.normal(size=(120, 1))
    items = np.hstack([a + rng.normal(size=(120, 3)), c + rng.normal(size=(120, 3))])
    found = pd.DataFrame(np.clip(np.round(items + 4), 1, 7), columns=["a1", "a2", "a3", "c1", "c2", "c3"])
    return found.assign(g=np.where(np.arange(120) % 2, "x", "y"))


def codes(result):
    return {finding.code: finding for finding in result.findings}


@pytest.mark.parametrize("consistent", [False, True])
def test_a_copied_column_is_refused_and_leaves_d_g_without_a_value(frame, consistent):
    result = fit_pls(MODEL, frame.assign(a2=frame["a1"]), draws=30, consistent=consistent)
    assert result.refused
    assert codes(result)["PLS-141"].evidence == {"a": "a1", "b": "a2", "n": 120}
    assert result.model_fit["d_g"].isna().all()
    assert result.model_fit["srmr"].notna().all()


def test_copies_in_prediction_and_groups_are_refused_too(frame):
    copied = frame.assign(a2=frame["a1"])
    assert "PLS-141" in codes(predict_pls(MODEL, copied, repeats=1))
    assert compare_groups(MODEL, copied, "g", draws=20).refused


def test_a_computed_item_is_a_warning(frame):
    found = codes(fit_pls(MODEL, frame.assign(a3=frame["a1"] + frame["a2"])))
    assert found["PLS-142"].severity == "warning"
    assert "PLS-141" not in found


def test_fewer_rows_than_items_is_said(frame):
    assert codes(fit_pls(MODEL, frame.head(6)))["PLS-143"].evidence == {"n": 6, "n_items": 6}


def test_an_item_that_nearly_nobody_answers_otherwise(frame):
    # Half of the draws hold the one row that differs; the others have no correlations with it.
    rare = frame.assign(a1=np.where(np.arange(120) == 3, 7, 1))
    result = fit_pls(MODEL, rare, draws=40)
    assert 0 < result.counts["used"] < 40
    assert np.isfinite(result.paths["std_error"]).all()


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"a2": np.nan}, "PLS-013", "no answers at all in 'a2'"),
        ({"a2": pd.Timestamp("2024-05-01")}, "PLS-011", "2024-05-01"),
        ({"a2": 4}, "PLS-012", "'a2'"),
    ],
)
def test_columns_that_cannot_be_items(frame, change, code, words):
    with pytest.raises(DataError, match=words) as caught:
        fit_pls(MODEL, frame.assign(**change))
    assert caught.value.code == code
    assert caught.value.hint


def test_no_complete_row_names_the_column_with_most_holes(frame):
    holes = frame.copy()
    holes.loc[:, "a1":"c3"] = holes.loc[:, "a1":"c3"].mask(np.arange(120)[:, None] % 6 == np.arange(6))
    holes.loc[:60, "c2"] = np.nan
    with pytest.raises(DataError, match="'c2'"):
        fit_pls(MODEL, holes)


def test_groups_where_an_item_does_not_vary_and_no_groups(frame):
    flat = frame.assign(a1=frame["a1"].where(frame["g"] == "x", 4))
    with pytest.raises(DataError, match="'a1' in group 'y'"):
        compare_groups(MODEL, flat, "g", draws=20)
    with pytest.raises(DataError, match="holds no value"):
        compare_groups(MODEL, frame.assign(g=None), "g", draws=20)


def test_seeds_and_numbers_of_permutations(frame):
    for call in (
        lambda: fit_pls(MODEL, frame, seed=-1),
        lambda: predict_pls(MODEL, frame, seed=-1),
        lambda: compare_groups(MODEL, frame, "g", seed=-1),
        lambda: fit_pls(MODEL, frame, seed=1.5),
    ):
        with pytest.raises(UsageError, match="whole number of 0 or more"):
            call()
    with pytest.raises(UsageError, match="0 permutations"):
        compare_groups(MODEL, frame, "g", draws=0)
