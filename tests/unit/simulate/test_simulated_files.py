"""Simulated files: read back as written, the same bytes twice, nothing overwritten, nothing left behind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from wxsat.errors import UsageError
from wxsat.instrument.load import load_instrument
from wxsat.responses.read import read_responses
from wxsat.simulate.files import write_export
from wxsat.simulate.respondents import simulate_export, simulate_responses
from wxsat.simulate.truth import load_truth

INSTRUMENT = load_instrument("gov-wechat-public")
TRUTH = load_truth(Path(__file__).resolve().parents[3] / "surveys/gov-wechat-public/truth.yaml")
FRAME = simulate_export(INSTRUMENT, TRUTH, 150)


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".sav"])
def test_read_back_and_same_bytes(tmp_path, suffix):
    first = write_export(FRAME, INSTRUMENT, tmp_path / f"a{suffix}")
    second = write_export(FRAME, INSTRUMENT, tmp_path / f"b{suffix}")
    assert first.read_bytes() == second.read_bytes()
    read, made = read_responses(first, INSTRUMENT), simulate_responses(INSTRUMENT, TRUTH, 150)
    for name in made.reasons.columns:
        assert read.frame[name].equals(made.frame[name]), name
        assert ((read.reasons[name] == "dont_know") == (made.reasons[name] == "dont_know")).all(), name


def test_spss_carries_no_clock_of_today(tmp_path):
    content = write_export(FRAME, INSTRUMENT, tmp_path / "a.sav").read_bytes()
    assert content[92:109] == b"04 Mar 2408:00:00"
    assert b"SIMULATED" in content[:300]


def test_csv_opens_in_excel_as_utf8(tmp_path):
    content = write_export(
        simulate_export(INSTRUMENT, TRUTH, 20, labels="zh"), INSTRUMENT, tmp_path / "a.csv"
    ).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    assert "非常同意" in content.decode("utf-8-sig")


def test_an_existing_file_is_refused_and_kept(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="SIM-011"):
        write_export(FRAME, INSTRUMENT, path)
    assert path.read_text(encoding="utf-8") == "mine"
    assert write_export(FRAME, INSTRUMENT, path, force=True).stat().st_size > 10_000


def test_unknown_suffix_and_missing_folder(tmp_path):
    with pytest.raises(UsageError, match="SIM-010"):
        write_export(FRAME, INSTRUMENT, tmp_path / "a.xls")
    with pytest.raises(UsageError, match="SIM-011"):
        write_export(FRAME, INSTRUMENT, tmp_path / "none" / "a.csv")
    assert os.listdir(tmp_path) == []


def test_a_failed_write_leaves_nothing(tmp_path, monkeypatch):
    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("wxsat.simulate.files._write_csv", fail)
    with pytest.raises(OSError, match="disk full"):
        write_export(FRAME, INSTRUMENT, tmp_path / "a.csv")
    assert os.listdir(tmp_path) == []
