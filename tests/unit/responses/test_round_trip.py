"""SAV to wxsat to SAV and DTA: labels, missing codes, measurement level and Chinese names stay."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from wxsat.instrument.instrument import Instrument
from wxsat.responses.files import read_table
from wxsat.responses.raw_table import MissingRange
from wxsat.responses.read import read_responses
from wxsat.responses.save import write_responses

LABELS = {1: "非常不同意", 7: "非常同意", 98: "不了解/没用过", 99: "拒答"}
ITEMS = ("PU1", "PU2", "SH1", "SH2", "SH3")


@pytest.fixture
def sav(tmp_path: Path) -> Path:
    frame = pd.DataFrame({c: [1.0, 7.0, 98.0, 99.0, np.nan] for c in ITEMS} | {"权重": [1.0, 0.5, 1.5, 1.0, 1.0]})
    path = tmp_path / "原始.sav"
    pyreadstat.write_sav(
        frame,
        str(path),
        column_labels=[f"题{c}" for c in frame.columns],
        variable_value_labels={c: LABELS for c in ITEMS},
        missing_ranges={c: [{"lo": 98, "hi": 99}] for c in ITEMS},
        variable_measure=dict.fromkeys(ITEMS, "ordinal") | {"权重": "scale"},
    )
    return path


def test_a_range_of_missing_codes_is_read_as_declared(sav: Path, instrument: Instrument) -> None:
    table = read_table(sav)
    assert table.missing["PU1"] == (MissingRange(98.0, 99.0),)
    assert table.measures["PU1"] == "ordinal"
    read = read_responses(sav, instrument, keep=["权重"])
    assert read.frame["PU1"].tolist()[:2] == [1.0, 7.0]
    assert read.reasons["PU1"].tolist() == ["", "", "dont_know", "refused", "system"]


@pytest.mark.parametrize("suffix", [".sav", ".zsav", ".dta"])
def test_there_and_back(tmp_path: Path, sav: Path, instrument: Instrument, suffix: str) -> None:
    first = read_responses(sav, instrument, keep=["权重"])
    path = tmp_path / f"写出{suffix}"
    write_responses(first, path)
    table = read_table(path)
    again = read_responses(path, instrument, keep=["权重"])
    pd.testing.assert_frame_equal(again.frame, first.frame, check_dtype=False)
    pd.testing.assert_frame_equal(again.reasons, first.reasons)
    assert "权重" in table.columns
    assert table.column_labels["PU1"] == "办事比以前快。"
    assert table.value_labels["PU1"][7.0] == "非常同意"
    if suffix != ".dta":
        assert table.value_labels["PU1"][98.0] == "不了解/没用过"
        assert table.measures["PU1"] == "ordinal"
        assert table.measures["权重"] == "scale"
        assert {r.low for r in table.missing["PU1"]} == {98.0, 99.0}


def test_very_long_labels_stay_whole_or_end_where_spss_ends_them(tmp_path: Path, instrument: Instrument) -> None:
    long = "长" * 4000
    frame = pd.DataFrame({"PU1": [1.0, 2.0], "PU2": [1.0, 2.0], "SH1": [1.0, 2.0], "text": [long, "短"]})
    path = tmp_path / "long.sav"
    pyreadstat.write_sav(
        frame, str(path), column_labels=["很" * 80, "b", "c", "d"], variable_value_labels={"PU1": {1: "非" * 39}}
    )
    table = read_table(path)
    assert table.frame["text"].iloc[0] == long
    assert table.value_labels["PU1"][1.0] == "非" * 39


def test_portable_and_parquet(tmp_path: Path, instrument: Instrument) -> None:
    frame = pd.DataFrame({c: [1.0, 7.0, 98.0] for c in ITEMS})
    por, parquet = tmp_path / "a.por", tmp_path / "a.parquet"
    pyreadstat.write_por(frame, str(por))
    import fastparquet

    fastparquet.write(str(parquet), frame)
    for path, platform in ((por, "spss"), (parquet, "parquet")):
        read = read_responses(path, instrument)
        assert read.provenance["platform"] == platform
        assert read.frame["PU1"].tolist()[:2] == [1.0, 7.0]
        assert read.reasons["PU1"].tolist()[2] == "dont_know"
