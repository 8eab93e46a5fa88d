"""Plain columns of a file: declared missing codes are missing, and a likely one is pointed out."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from wxsat.cli.columns import read_columns, suspicious_codes


def test_declared_missing_codes_of_a_statistics_file_are_missing(tmp_path: Path) -> None:
    import pyreadstat

    frame = pd.DataFrame({"PU1": [1.0, 5.0, 98.0, 7.0]})
    pyreadstat.write_sav(frame, tmp_path / "a.sav", missing_ranges={"PU1": [98.0]})
    read = read_columns(tmp_path / "a.sav", None)
    assert read["PU1"].tolist()[:2] == [1.0, 5.0]
    assert read["PU1"].isna().tolist() == [False, False, True, False]


def test_a_likely_missing_code_is_pointed_out_and_can_be_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.csv").write_text("PU1,age\n1,98\n5,44\n98,31\n", encoding="utf-8")
    assert read_columns(tmp_path / "a.csv", None)["PU1"].max() == 98
    told = capsys.readouterr().err
    assert "--missing-code 98" in told
    assert "age" not in told
    assert read_columns(tmp_path / "a.csv", None, [98.0])["PU1"].max() == 5


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ({1, 2, 3, 4, 5}, []),
        ({1, 2, 98, 99}, [98, 99]),
        ({-3, -2, 1, 2}, [-3, -2]),
        ({0.5, 98.0}, []),
        ({60, 77, 98}, []),
        ({98}, []),
    ],
)
def test_which_codes_look_like_no_answer(values: set[float], codes: list[float]) -> None:
    assert suspicious_codes({float(v) for v in values}) == codes
