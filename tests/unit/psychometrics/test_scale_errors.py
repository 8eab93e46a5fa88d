"""One table: what is wrong with the input -> the code, and the words that name it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest

from wxsat.errors import DataError, UsageError, WxsatError
from wxsat.psychometrics.scales import evaluate_scales

SCALES = {"PU": ["PU1", "PU2", "PU3"]}


@pytest.fixture
def frame() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    values = np.clip(np.round(3 + rng.normal(size=(50, 1)) + rng.normal(size=(50, 3))), 1, 5)
    return pd.DataFrame(values, columns=SCALES["PU"]).assign(account=np.arange(50) % 10)


CASES: list[tuple[str, Callable[[pd.DataFrame], pd.DataFrame], Mapping[str, Any], type[WxsatError], list[str]]] = [
    (
        "unknown column",
        lambda f: f,
        {"scales": {"PU": ["PU1", "PV2"]}},
        DataError,
        ["MEAS-001", "'PV2'", "'PU2'"],
    ),
    ("text", lambda f: f.assign(PU2="agree"), {}, DataError, ["MEAS-002", "'PU2', row 1", "'agree'", "50"]),
    ("empty", lambda f: f.assign(PU2=np.nan), {}, DataError, ["MEAS-003", "PU2", "no answer"]),
    ("constant", lambda f: f.assign(PU2=3), {}, DataError, ["MEAS-004", "PU2", "constant", "3"]),
    ("one item", lambda f: f, {"scales": {"PU": ["PU1"]}}, DataError, ["MEAS-005", "PU", "single item"]),
    ("few rows", lambda f: f.head(4), {}, DataError, ["MEAS-006", "4 respondent", "5 are needed"]),
    (
        "same name",
        lambda f: f.rename(columns={"account": "PU1"}),
        {},
        DataError,
        ["MEAS-007", "2 columns", "'PU1'"],
    ),
    (
        "named twice",
        lambda f: f,
        {"scales": {"A": ["PU1", "PU2"], "B": ["PU2"]}},
        UsageError,
        ["MEAS-007", "PU2"],
    ),
    (
        "infinite",
        lambda f: f.assign(PU2=[np.inf, *f["PU2"][1:]]),
        {},
        DataError,
        ["MEAS-008", "'PU2', row 1"],
    ),
    ("no range", lambda f: f, {"reverse": ["PU2"]}, UsageError, ["MEAS-009", "ends"]),
    ("stranger", lambda f: f, {"reverse": ["PU9"], "scale_range": (1, 5)}, UsageError, ["MEAS-001", "'PU9'"]),
    ("off scale", lambda f: f, {"scale_range": (2, 4)}, DataError, ["MEAS-009", "outside", "2 to 4"]),
    ("no scales", lambda f: f, {"scales": None}, UsageError, ["MEAS-012", "plain frame"]),
    ("no items", lambda f: f, {"scales": {"PU": []}}, UsageError, ["MEAS-012", "no items"]),
    ("cluster", lambda f: f, {"cluster": "acount"}, DataError, ["MEAS-013", "'acount'", "'account'"]),
    (
        "no cluster",
        lambda f: f.assign(account=[None, *f["account"][1:]]),
        {"cluster": "account"},
        DataError,
        ["MEAS-013", "row 1"],
    ),
    (
        "one cluster",
        lambda f: f.assign(account=1),
        {"cluster": "account"},
        DataError,
        ["MEAS-013", "two clusters"],
    ),
    ("draws", lambda f: f, {"draws": -1}, UsageError, ["MEAS-014", "-1"]),
    ("confidence", lambda f: f, {"confidence": 95}, UsageError, ["MEAS-014", "95"]),
]


@pytest.mark.parametrize(("change", "kwargs", "kind", "words"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_input_is_refused_by_name(
    frame: pd.DataFrame,
    change: Callable[[pd.DataFrame], pd.DataFrame],
    kwargs: Mapping[str, Any],
    kind: type[WxsatError],
    words: list[str],
) -> None:
    settings = {"scales": SCALES, "draws": 10, "unusable": "raise", **kwargs}
    with pytest.raises(kind) as caught:
        evaluate_scales(change(frame), **settings)
    for word in words:
        assert word in str(caught.value)


def test_all_faults_of_the_columns_come_at_once(frame: pd.DataFrame) -> None:
    with pytest.raises(DataError) as caught:
        evaluate_scales(frame.assign(PU1="x", PU2="y"), scales={"PU": ["PU1", "PU2", "PU4"]})
    assert sorted(fault.code for fault in caught.value.faults) == ["MEAS-001", "MEAS-002", "MEAS-002"]


@pytest.mark.parametrize("dtype", ["Int64", "float32", "object", "str", "category", "int8"])
def test_every_way_pandas_holds_numbers_gives_the_same_figures(frame: pd.DataFrame, dtype: str) -> None:
    held = frame[SCALES["PU"]].astype(int).astype(dtype)
    plain = evaluate_scales(frame, scales=SCALES, draws=0)
    pd.testing.assert_frame_equal(evaluate_scales(held, scales=SCALES, draws=0).reliability, plain.reliability)


def test_integer_column_names_are_found_by_their_text(frame: pd.DataFrame) -> None:
    numbered = frame.rename(columns={"PU1": 1, "PU2": 2, "PU3": 3})
    quality = evaluate_scales(numbered, scales={"PU": ["1", "2", "3"]}, draws=0)
    assert quality.reliability["n"].tolist() == [50]
