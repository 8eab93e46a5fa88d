"""The four commands: what stands on stdout, what is written, and what is never shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from wxsat.cli.responses import app
from wxsat.errors import StudyError, UsageError
from wxsat.instrument.load import load_instrument

run = CliRunner().invoke


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A brief-form file of the bundled instrument in GB18030, with an openid."""
    instrument = load_instrument("gov-wechat-public")
    rows = 30
    frame = pd.DataFrame(
        {
            item.id: [1 + (3 * i + 2 * j + i * j) % 7 for i in range(rows)]
            for j, item in enumerate(instrument.items_in("brief"))
        }
    )
    frame["AC1"] = 2
    frame["所用时间"] = [f"{200 + i}秒" for i in range(rows)]
    frame["openid"] = [f"o{i:027d}" for i in range(rows)]
    path = tmp_path_factory.mktemp("survey") / "answers.csv"
    frame.to_csv(path, index=False, encoding="gb18030")
    return path


def test_inspect_shows_the_file_and_no_value_of_it(survey: Path) -> None:
    result = run(app, ["inspect", str(survey), "--json"])
    found = json.loads(result.stdout)
    assert (found["encoding"], found["delimiter"], found["rows"]) == ("gb18030", "comma", 30)
    assert (found["instrument"], found["form"]) == ("gov-wechat-public", "brief")
    assert found["items_recognised"] == found["items_in_form"]
    roles = {c["name"]: c["role"] for c in found["column_list"]}
    assert (roles["openid"], roles["所用时间"]) == ("identifier", "seconds")
    assert "o000000" not in result.output
    assert "gov-wechat-public, brief form" in run(app, ["inspect", str(survey)]).stdout


def test_inspect_of_a_file_whose_header_is_a_respondent(tmp_path: Path) -> None:
    path = tmp_path / "no-header.csv"
    path.write_text("13800138000,192.168.1.77,5\n13900139000,192.168.1.78,4\n", encoding="utf-8")
    for options in ([], ["--json"]):
        result = run(app, ["inspect", str(path), *options])
        assert result.exit_code == 0
        assert "138001" not in result.output
        assert "192.168" not in result.output


def test_read_screen_clean(survey: Path, tmp_path: Path) -> None:
    options = ["--instrument", "gov-wechat-public"]
    read = run(app, ["read", str(survey), *options, "--out", str(tmp_path / "coded.sav"), "--json"])
    assert json.loads(read.stdout)["n"] == 30
    screen = run(app, ["screen", str(survey), *options, "--json", "--out", str(tmp_path / "screen.csv")])
    records = json.loads(screen.stdout)
    assert [r["id"] for r in records] == list(range(1, 31))
    assert {"longstring", "irv", "mahalanobis", "psychsyn", "evenodd", "flags", "duplicate_of"} <= set(records[0])
    plan = tmp_path / "plan.yaml"
    plan.write_text("min_seconds: 100\nmin_families: 2\n", encoding="utf-8")
    target = tmp_path / "clean.xlsx"
    clean = run(app, ["clean", str(survey), *options, "--plan", str(plan), "--out", str(target), "--json"])
    document = json.loads(clean.stdout)
    assert document["outputs"] == ["clean.xlsx", "clean.ledger.csv", "clean.flow.csv"]
    assert document["flow"][0]["n_left"] == document["n_read"] == 30
    assert document["flow"][-1]["n_left"] == document["n_left"]
    refused = run(app, ["clean", str(survey), *options, "--out", str(target)])
    assert isinstance(refused.exception, UsageError)
    assert run(app, ["clean", str(survey), *options, "--out", str(target), "--force"]).exit_code == 0


def test_a_plan_with_typos_names_all_of_them(survey: Path, tmp_path: Path) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text("min_second: 100\nlongstring_share: 3\n", encoding="utf-8")
    result = run(app, ["screen", str(survey), "-i", "gov-wechat-public", "--plan", str(plan)])
    assert isinstance(result.exception, StudyError)
    message = str(result.exception)
    assert "Did you mean 'min_seconds'?" in message
    assert "'longstring_share'" in message


def test_a_real_file_of_another_survey_is_refused(tmp_path: Path, shared_data: Callable[[str], Path]) -> None:
    """Real SPSS export with 53 respondents: another survey, refused by name, nothing written."""
    path = shared_data("data/real/C_platform/wjx_sav_53/wjx_export.sav")
    result = run(app, ["read", str(path), "-i", "gov-wechat-public", "--out", str(tmp_path / "x.csv")])
    assert result.exception is not None
    assert "RESP-020" in str(result.exception)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["read", "screen", "clean"])
def test_raw_answers_are_never_written_over(survey: Path, command: str) -> None:
    before = survey.read_bytes()
    for target in (survey, survey.parent / "." / survey.name):
        options = [command, str(survey), "--instrument", "gov-wechat-public", "--out", str(target), "--force"]
        result = run(app, options)
        assert isinstance(result.exception, UsageError)
        assert result.exception.code == "RESP-064"
    assert survey.read_bytes() == before
