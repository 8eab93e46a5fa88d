"""A file read in pieces gives what it gives whole, names the same faults, and keeps memory flat."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from wxsat.errors import DataError, UsageError
from wxsat.instrument.load import load_instrument
from wxsat.responses import pieces
from wxsat.responses.inspection import inspect_file
from wxsat.responses.read import read_responses
from wxsat.responses.save import write_responses
from wxsat.responses.stream import read_to_csv
from wxsat.simulate.files import write_export
from wxsat.simulate.respondents import simulate_export

INSTRUMENT = load_instrument("gov-wechat-public")
TRUTH = Path(__file__).resolve().parents[3] / "surveys/gov-wechat-public/truth.yaml"
FRAME = simulate_export(INSTRUMENT, TRUTH, 1300, seed=9, form="brief")


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "LARGE_BYTES", 1000)
    monkeypatch.setattr(pieces.pieces_of, "__defaults__", ("auto", None, 20_000))


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("platform", ["wjx-text", "wjx-index", "qualtrics", "surveymonkey", "redcap"])
def test_pieces_give_what_the_whole_gives(tmp_path: Path, platform: str) -> None:
    path = write_export(FRAME, INSTRUMENT, tmp_path / "a.csv", platform=platform)
    write_responses(read_responses(path, INSTRUMENT), tmp_path / "whole.csv")
    seen: list[int] = []
    read = read_to_csv(path, INSTRUMENT, tmp_path / "pieces.csv", progress=lambda done, size: seen.append(done))
    assert read.provenance["rows_read"] == len(FRAME)
    assert len(seen) > 1
    assert seen == sorted(seen)
    both = [pd.read_csv(tmp_path / name) for name in ("whole.csv", "pieces.csv")]
    pd.testing.assert_frame_equal(both[0], both[1], check_dtype=False)


@pytest.mark.usefixtures("small_pieces")
def test_inspect_counts_every_row(tmp_path: Path) -> None:
    path = write_export(FRAME, INSTRUMENT, tmp_path / "a.csv", platform="tencent")
    found = inspect_file(path, [INSTRUMENT])
    assert (found["platform"], found["rows"], found["items_recognised"]) == ("tencent", 1300, 20)
    assert {i["column"] for i in found["identifiers"]} >= {"用户标识", "昵称", "IP"}
    assert next(c for c in found["column_list"] if c["name"] == "编号")["filled"] == 1300


@pytest.mark.usefixtures("small_pieces")
def test_faults_of_later_pieces_are_named_and_nothing_is_written(tmp_path: Path) -> None:
    lines = write_export(FRAME, INSTRUMENT, tmp_path / "a.csv").read_text(encoding="utf-8-sig").splitlines()
    header = lines[0].split(",")
    cells = lines[1200].split(",")
    cells[header.index("PU1")] = "77"
    (tmp_path / "a.csv").write_text("\n".join([*lines[:1200], ",".join(cells), *lines[1201:]]), encoding="utf-8")
    with pytest.raises(DataError, match=r"77 is out of range .*data row 1200"):
        read_to_csv(tmp_path / "a.csv", INSTRUMENT, tmp_path / "b.csv")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.csv"]
    (tmp_path / "c.csv").write_bytes((tmp_path / "a.csv").read_bytes() + b"\xff\xff\n")
    with pytest.raises(DataError, match="RESP-006"):
        read_to_csv(tmp_path / "c.csv", INSTRUMENT, tmp_path / "b.csv")
    with pytest.raises(UsageError, match="RESP-061"):
        read_to_csv(tmp_path / "a.csv", INSTRUMENT, tmp_path / "b.sav")


@pytest.mark.slow
def test_memory_stays_flat(tmp_path: Path) -> None:
    """300 MB of answers in less than 350 MB, interpreter and pandas included; whole it takes many times that."""
    path = write_export(FRAME, INSTRUMENT, tmp_path / "a.csv", platform="wjx-score")
    header, _, body = path.read_text(encoding="utf-8-sig").partition("\n")
    with (tmp_path / "big.csv").open("w", encoding="utf-8-sig") as stream:
        stream.write(header + "\n")
        while stream.tell() < 300_000_000:
            stream.write(body)
    program = (
        "import resource, wxsat as wx; from wxsat.responses.stream import read_to_csv;"
        "read_to_csv('big.csv', wx.load_instrument('gov-wechat-public'), 'out.csv', platform='wjx-score');"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    root = str(Path(__file__).resolve().parents[3])
    environment = {**os.environ, "PYTHONPATH": root}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) / 1024 < 350
