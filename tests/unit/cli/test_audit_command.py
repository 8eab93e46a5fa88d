"""`wxsat audit --out`: a folder that is there whole or not at all, and only ever in place of one of its own."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from wxsat.cli.app import app
from wxsat.errors import DataError, UsageError
from wxsat.simulate.records import AccountCondition, simulate_records, write_records

AS_OF = dt.date(2026, 3, 31)
CONDITIONS = [AccountCondition(name, q, q, q, q) for name, q in (("A", 0.2), ("B", 0.8))]


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    records = simulate_records(CONDITIONS, as_of=AS_OF, messages=20, seed=1)
    return write_records(records, tmp_path_factory.mktemp("audited") / "records", AS_OF)


def _audit(logs: Path, *more: str) -> str:
    return CliRunner().invoke(app, ["audit", str(logs), "--draws", "100", *more], catch_exceptions=False).stdout


def test_tables_are_written_whole_and_the_same_again(logs, tmp_path):
    document = json.loads(_audit(logs, "--json", "--out", str(tmp_path / "one")))
    _audit(logs, "--out", str(tmp_path / "deep" / "two"))
    files = {p.name: p.read_bytes() for p in (tmp_path / "one").iterdir()}
    assert {"overall.csv", "indicators.csv", "run.json"} <= set(files)
    assert files == {p.name: p.read_bytes() for p in (tmp_path / "deep" / "two").iterdir()}
    assert [row["dilemma"] for row in document["overall"]] == ["D1", "D2", "D3", "D4"]


def test_figures_beside_indicators_are_printed_and_written(logs, tmp_path):
    said = _audit(logs, "--out", str(tmp_path / "out"))
    assert "landing_by_use  L21" in said
    for name in ("beside", "beside_overall"):
        assert (tmp_path / "out" / f"{name}.csv").read_text(encoding="utf-8-sig").count("\n") >= 3
    document = json.loads(_audit(logs, "--json"))
    assert {row["figure"] for row in document["beside_overall"]} == {"landing_by_use", "response_rate"}
    assert {row["figure"] for row in document["figures"]} > {"penetration", "menu_service", "off_point"}


def test_what_stands_is_replaced_only_with_force_and_only_if_it_is_ours(logs, tmp_path):
    out = tmp_path / "out"
    _audit(logs, "--out", str(out))
    with pytest.raises(UsageError, match="LOG-031"):
        _audit(logs, "--out", str(out))
    _audit(logs, "--out", str(out), "--force")
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="STUDY-031"):
        _audit(logs, "--out", str(theirs), "--force")
    with pytest.raises(UsageError, match="STUDY-03"):
        _audit(logs, "--out", str(theirs / "letter.txt" / "below"))
    assert (theirs / "letter.txt").read_text(encoding="utf-8") == "mine"


def test_bad_records_leave_nothing(logs, tmp_path):
    folder = tmp_path / "records"
    folder.mkdir()
    for file in logs.parent.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / "replies.csv").write_text("message_id,time,by\nnobody,2026-03-01,staff\n", encoding="utf-8")
    with pytest.raises(DataError, match="LOG-022"):
        _audit(folder / "logs.yaml", "--out", str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()
