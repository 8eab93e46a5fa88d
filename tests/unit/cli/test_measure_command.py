"""`wxsat measure`: one document on stdout, messages on stderr, errors with their class."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from wxsat.cli.measure import app, parse_scales
from wxsat.errors import DataError, InterpretationRefused, UsageError

ROOT = Path(__file__).resolve().parents[3]
SIMULATED = ROOT / "tests" / "golden" / "psychometrics" / "simulated.csv"
REFERENCE = SIMULATED.with_name("reference.json")
SCALES = ["--scale", "PU=PU1,PU2,PU3,PU4", "--scale", "EOU=EOU1, EOU2, EOU3, EOU4, EOU5"]
RANGE = ["--reverse", "EOU4", "--min", "1", "--max", "7"]


def _run(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments))


def test_reliability_json_is_one_document_with_rs_alpha() -> None:
    result = _run("reliability", str(SIMULATED), *SCALES, *RANGE, "--json")
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    expected = json.loads(REFERENCE.read_text(encoding="utf-8"))["simulated"]["constructs"]
    assert [row["scale"] for row in document["scales"]] == ["PU", "EOU"]
    for row in document["scales"]:
        for figure in ("n", "alpha", "alpha_ci_lower", "alpha_ci_upper", "omega", "cr", "ave"):
            assert row[figure] == pytest.approx(expected[row["scale"]][figure], abs=1e-8)
    assert "Cronbach" in document["formulas"]["alpha"]
    assert result.stderr == ""


def test_validity_json_has_pairs_with_intervals_and_is_reproducible() -> None:
    arguments = [
        "validity",
        str(SIMULATED),
        *SCALES,
        *RANGE,
        "--draws",
        "60",
        "--cluster",
        "account",
        "--json",
    ]
    first, again = _run(*arguments), _run(*arguments)
    assert first.stdout == again.stdout
    document = json.loads(first.stdout)
    (pair,) = document["htmt"]
    assert (pair["a"], pair["b"]) == ("PU", "EOU")
    assert pair["ci_lower"] < pair["htmt"] < pair["ci_upper"]
    assert set(document["fornell_larcker"][0]) >= {"correlation", "sqrt_ave_a", "sqrt_ave_b", "distinct"}


def test_items_without_a_stated_range_have_null_floor() -> None:
    document = json.loads(_run("items", str(SIMULATED), "--scale", "SAT=SAT1,SAT2,SAT3", "--json").stdout)
    assert [row["floor"] for row in document["items"]] == [None, None, None]
    assert [row["n"] for row in document["items"]] == [400, 400, 370]


def test_tables_go_to_stdout_and_findings_to_stderr() -> None:
    result = _run("reliability", str(SIMULATED), *SCALES, "--min", "1", "--max", "7")
    assert "Reliability" in result.stdout
    assert "MEAS-105" not in result.stdout
    assert "EOU4 correlates -" in result.stderr


def test_a_constant_item_is_an_error_for_scales_and_a_table_row_for_items(tmp_path: Path) -> None:
    file = tmp_path / "constant.csv"
    pd.read_csv(SIMULATED).assign(PU2=4).to_csv(file, index=False)
    assert isinstance(_run("reliability", str(file), *SCALES).exception, DataError)
    result = _run("items", str(file), *SCALES, "--json")
    assert isinstance(result.exception, InterpretationRefused)
    rows = {row["item"]: row for row in json.loads(result.stdout)["items"]}
    assert (rows["PU2"]["mean"], rows["PU2"]["sd"], rows["PU2"]["loading"]) == (4.0, 0.0, None)


def test_copied_column_prints_the_figures_and_exits_6(tmp_path: Path) -> None:
    file = tmp_path / "copied.csv"
    pd.read_csv(SIMULATED).assign(PU2=lambda d: d["PU1"]).to_csv(file, index=False)
    result = _run("reliability", str(file), *SCALES, "--json")
    assert isinstance(result.exception, InterpretationRefused)
    assert result.exception.exit_code == 6
    assert "MEAS-107" in str(result.exception)
    assert json.loads(result.stdout)["scales"][0]["alpha"] > 0


@pytest.mark.parametrize(
    ("arguments", "kind", "words"),
    [
        (["--scale", "PU=PU1,PU22,PU3"], DataError, "Did you mean 'PU2'?"),
        (["--scale", "PU=PU1"], DataError, "MEAS-005"),
        ([], UsageError, "neither was given"),
        ([*SCALES, "--instrument", "gov-wechat-public"], UsageError, "both were given"),
        (["--instrument", "gov-wechat-public", "--reverse", "PU1"], UsageError, "belong to --scale"),
        ([*SCALES, "--form", "brief"], UsageError, "belongs to --instrument"),
        ([*SCALES, "--min", "5", "--max", "1"], UsageError, "the smaller first"),
        ([*SCALES, "--min", "1"], UsageError, "go together"),
        (["--scale", "PU1,PU2", "--scale", "=PU1"], UsageError, "NAME=COLUMN"),
    ],
)
def test_bad_arguments_are_named(arguments: list[str], kind: type[Exception], words: str) -> None:
    result = _run("reliability", str(SIMULATED), *arguments)
    assert isinstance(result.exception, kind)
    assert words in str(result.exception)
    assert result.stdout == ""


def test_scales_are_read_with_spaces_and_refused_twice() -> None:
    assert parse_scales([" PU = PU1 , PU2 "]) == {"PU": ["PU1", "PU2"]}
    with pytest.raises(UsageError, match="twice"):
        parse_scales(["PU=a,b", "PU=c,d"])


def test_declared_missing_codes_of_an_spss_file_are_no_answers(tmp_path: Path) -> None:
    import pyreadstat

    frame = pd.read_csv(SIMULATED)[["PU1", "PU2", "PU3", "PU4"]].dropna()
    frame.iloc[:5, 0] = 9
    file = tmp_path / "answers.sav"
    pyreadstat.write_sav(frame, file, missing_ranges={"PU1": [9]})
    document = json.loads(_run("items", str(file), "--scale", "PU=PU1,PU2,PU3,PU4", "--json").stdout)
    assert document["items"][0]["n"] == len(frame) - 5


def test_an_instrument_names_its_constructs(tmp_path: Path) -> None:
    from semopy.examples import holzinger39

    file = tmp_path / "holzinger.csv"
    holzinger39.get_data().to_csv(file, index=False)
    folder = ROOT / "analysis" / "holzinger-1939"
    result = _run("reliability", str(file), "--instrument", str(folder), "--json")
    expected = json.loads(REFERENCE.read_text(encoding="utf-8"))["holzinger"]["constructs"]
    assert result.exception is None, result.exception
    rows = {row["scale"]: row for row in json.loads(result.stdout)["scales"]}
    assert set(rows) == {"visual", "textual", "speed"}
    for name, row in rows.items():
        assert row["omega"] == pytest.approx(expected[name]["omega"], abs=1e-8)
