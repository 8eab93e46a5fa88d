"""A study file is validated whole: one table of broken files, with code, line and words of the message."""

from __future__ import annotations

from pathlib import Path

import pytest

from wxsat.errors import InstrumentError, StudyError, UsageError, WxsatError
from wxsat.instrument.load import load_instrument
from wxsat.study.load import load_study
from wxsat.study.prepare import prepare_study
from wxsat.study.scaffold import scaffold_study
from wxsat.study.street import _title_findings
from wxsat.study.study import Study

SNIPPETS = Path(__file__).parents[3] / "docs" / "snippets"
GOOD = """\
schema_version: 1
id: mine
title: {zh: 研究, en: A study}
instrument: gov-wechat-public
form: standard
data:
  files: [answers.csv]
models: [tam]
"""

BROKEN = {
    "a typo in a key": (GOOD.replace("models:", "modles:"), "STUDY-011", 8, "Did you mean 'models'?"),
    "a typo below": (GOOD.replace("files:", "fils:"), "STUDY-011", 7, "Did you mean 'files'?"),
    "no instrument": (GOOD.replace("instrument: gov-wechat-public\n", ""), "STUDY-010", 1, "`instrument` is missing"),
    "an unknown form": (GOOD.replace("standard", "long"), "STUDY-012", 5, "'full', 'standard' or 'brief'"),
    "a comment is no fault": (GOOD + "  # \n", None, 0, ""),
    "two sources": (
        GOOD.replace("  files: [answers.csv]", "  files: [answers.csv]\n  example: holzinger39"),
        "STUDY-012",
        6,
        "exactly one of files",
    ),
    "a wrong id": (GOOD.replace("id: mine", "id: My Study"), "STUDY-012", 2, "pattern"),
    "text for a number": (GOOD + "diagnosis: {target: high}\n", "STUDY-012", 9, "'high'"),
    "a target off the scale": (GOOD + "diagnosis: {target: 120}\n", "STUDY-012", 9, "less than or equal to 100"),
    "an unknown cleaning rule": (GOOD + "cleaning: {min_familes: 1}\n", "STUDY-011", 9, "min_families"),
    "dates turned round": (
        GOOD + "fieldwork: {start: 2026-03-20, end: 2026-03-01}\n",
        "STUDY-012",
        9,
        "ends (2026-03-01) before it starts",
    ),
    "not YAML": (GOOD.replace("title: {", "title: {{"), "STUDY-003", 4, "not YAML"),
    "a key twice": (GOOD + "id: again\n", "STUDY-005", 9, "given twice"),
    "a list": ("- a\n- b\n", "STUDY-007", 1, "a list where a mapping"),
    "empty": ("", "STUDY-007", 0, "empty"),
    "no source": (GOOD.replace("  files: [answers.csv]", "  sheet: A"), "STUDY-012", 6, "exactly one of files"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_study(tmp_path: Path, case: str) -> None:
    text, code, line, words = BROKEN[case]
    file = tmp_path / "study.yaml"
    file.write_text(text, encoding="utf-8")
    if code is None:
        assert load_study(file).id == "mine"
        return
    with pytest.raises(StudyError) as caught:
        load_study(file)
    fault = caught.value.faults[0]
    assert fault.code == code
    assert words in str(fault)
    if line:
        assert f"study.yaml:{line}" in fault.where
    assert caught.value.exit_code == 3


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    file = tmp_path / "study.yaml"
    file.write_text(GOOD.replace("form: standard", "form: x").replace("models:", "modles:"), encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        load_study(file)
    assert {f.code for f in caught.value.faults} == {"STUDY-011", "STUDY-012"}


def test_no_such_file(tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(StudyError, match=r"Did you mean 'study.yaml'"):
        load_study(tmp_path / "stduy.yaml")


def test_everything_that_a_study_names_is_followed_at_once(tmp_path: Path) -> None:
    (tmp_path / "answer.csv").write_text("PU1\n1\n", encoding="utf-8")
    text = GOOD.replace("models: [tam]", "models: [tan, mine.sem]")
    (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "mine.sem").write_text("PU =~ PU1 + + PU2\n", encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        prepare_study(load_study(tmp_path))
    text = str(caught.value)
    assert "Did you mean 'answer.csv'?" in text
    assert "Did you mean 'tam'?" in text
    assert "mine.sem" in text
    assert len(caught.value.faults) == 3


def test_an_unknown_instrument(tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text(GOOD.replace("gov-wechat-public", "gov-wechat-pubic"), encoding="utf-8")
    with pytest.raises(StudyError, match="Did you mean 'gov-wechat-public'") as caught:
        prepare_study(load_study(tmp_path))
    assert caught.value.code == "STUDY-020"


def test_a_broken_instrument_keeps_its_own_faults(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("instrument: {id: own}\n", encoding="utf-8")
    (tmp_path / "study.yaml").write_text(GOOD.replace("gov-wechat-public", "own.yaml"), encoding="utf-8")
    with pytest.raises(InstrumentError):
        prepare_study(load_study(tmp_path))


def test_a_new_study_folder_is_valid(tmp_path: Path) -> None:
    folder = tmp_path / "我的研究"
    scaffold_study(folder, "gov-wechat-public", "standard")
    study = load_study(folder)
    assert study.form == "standard"
    assert study.models == ["tam"]
    header = (folder / "data" / "template.csv").read_text(encoding="utf-8-sig").strip().split(",")
    assert {"PU1", "SAT3", "account", "AC1"} <= set(header)
    assert "EOU4" not in header


def test_a_new_study_of_an_own_instrument_has_its_title_and_a_path_that_moves_along(tmp_path: Path) -> None:
    own = tmp_path / "my scale"
    own.mkdir()
    text = (SNIPPETS / "reading_room.yaml").read_text(encoding="utf-8")
    (own / "instrument.yaml").write_text(text, encoding="utf-8")
    (own / "returning.sem").write_bytes((SNIPPETS / "returning.sem").read_bytes())
    scaffold_study(tmp_path / "study", str(own), "full")
    written = (tmp_path / "study" / "study.yaml").read_text(encoding="utf-8")
    assert "WeChat account}" not in written
    assert str(tmp_path) not in written
    assert 'instrument: "../my scale"' in written
    study = load_study(tmp_path / "study")
    assert study.title.text("en") == load_instrument(str(own)).header.title.text("en") != ""


def test_a_folder_with_something_in_it_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        scaffold_study(tmp_path, "gov-wechat-public", "standard")
    assert caught.value.code == "STUDY-050"
    assert [p.name for p in tmp_path.iterdir()] == ["notes.txt"]


def test_a_model_file_is_read_with_its_faults(tmp_path: Path) -> None:
    """A model that Notepad saved in GB18030, and one with an unknown operator: file and line, no traceback."""
    scaffold_study(tmp_path / "own", "gov-wechat-public", "standard")
    study = tmp_path / "own" / "study.yaml"
    study.write_text(study.read_text(encoding="utf-8").replace("models: [tam]", "models: [own.sem]"), encoding="utf-8")
    (tmp_path / "own" / "data" / "answers.csv").write_text("PU1,PU2\n1,2\n", encoding="utf-8")
    (tmp_path / "own" / "own.sem").write_bytes("# 模型\nSAT =~ SAT1\n".encode("gb18030"))
    with pytest.raises(WxsatError, match=r"own\.sem: the model is not text in UTF-8") as caught:
        prepare_study(load_study(study))
    assert caught.value.exit_code == 3
    (tmp_path / "own" / "own.sem").write_text("SAT =~ SAT1\nSAT = PU\n", encoding="utf-8")
    with pytest.raises(WxsatError, match=r"own\.sem:2:\d+: "):
        prepare_study(load_study(study))


def test_what_loading_fills_in_is_not_offered_as_a_setting(tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text(GOOD.replace("models:", "modles:"), encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        load_study(tmp_path)
    assert "models" in str(caught.value)
    assert "sha256" not in str(caught.value)


def test_a_title_that_claims_a_cause_is_told(tmp_path: Path) -> None:
    def told(title: dict[str, str], design: str = "cross-section") -> list[str]:
        study = Study.model_validate(
            {"schema_version": 1, "id": "s", "title": title, "instrument": "gov-wechat-public",
             "data": {"files": ["a.csv"]}, "fieldwork": {"design": design}}
        )  # fmt: skip
        return [str(f.evidence["words"]) for f in _title_findings(study)]

    assert told({"zh": "回应慢导致满意度低", "en": "Slow replies lead to dissatisfaction"}) == ["导致, lead to"]
    assert told({"en": "Slow replies lead to dissatisfaction"}, "experiment") == []
    assert told({"zh": "政务微信公众满意度", "en": "Satisfaction with a WeChat account"}) == []
