"""A study that names staff, records and needs in files: read, diagnosed, reported; and what it says without them."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from wxsat.errors import StudyError
from wxsat.instrument.load import find_instrument, load_instrument
from wxsat.present.document import Bullets, Paragraph
from wxsat.present.report import Report, build_report
from wxsat.simulate.records import write_records
from wxsat.simulate.respondents import simulate_export
from wxsat.simulate.sources import simulate_sources
from wxsat.simulate.truth import load_truth
from wxsat.study.load import load_study
from wxsat.study.prepare import prepare_study
from wxsat.study.run import StudyOutcome, run_study

STUDY = """\
schema_version: 1
id: sources
title: {zh: 三个来源, en: Three sources}
language: en
instrument: gov-wechat-public
form: standard
data: {files: [data/answers.csv]}
diagnosis: {draws: 200}
measurement: {htmt_draws: 0}
"""
NAMED = "operators: {file: data/staff.csv}\naudit: records/logs.yaml\n"
ACCOUNTS = 10


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("sources")
    (root / "data").mkdir()
    public = load_instrument("gov-wechat-public")
    truth = load_truth(find_instrument("gov-wechat-public").parent / "truth.yaml")
    simulate_export(public, truth, n=300, accounts=ACCOUNTS).to_csv(root / "data" / "answers.csv", index=False)
    made = simulate_sources(
        truth, load_instrument("gov-wechat-operators"), accounts=ACCOUNTS, seed=20140713, messages=20
    )
    made.staff.to_csv(root / "data" / "staff.csv", index=False)
    write_records(made.records, root / "records", made.as_of)
    (root / "study.yaml").write_text(STUDY + NAMED, encoding="utf-8")
    (root / "alone.yaml").write_text(STUDY, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def run(folder: Path) -> StudyOutcome:
    return run_study(folder)


@pytest.fixture(scope="module")
def report(run: StudyOutcome) -> Report:
    return build_report(run.content, ("zh", "en"))


def test_all_three_sources_are_in_the_diagnosis(run: StudyOutcome) -> None:
    diagnosis = run.content.diagnosis
    assert diagnosis is not None
    assert diagnosis.evidence is not None
    combined = diagnosis.evidence.tables.combined
    assert (combined["n_sources"] == 3).all()
    assert combined["grade"].isin(["A", "B", "C"]).all()
    assert run.content.simulated


def test_every_input_is_hashed(run: StudyOutcome) -> None:
    assert {"answers.csv", "staff.csv", "logs.yaml"} <= set(run.content.provenance["inputs"])


def test_the_report_prints_the_numbers_of_the_record(run: StudyOutcome, report: Report) -> None:
    assert run.content.diagnosis is not None
    numbers = {n["id"]: n["value"] for n in report.numbers}
    for record in run.content.diagnosis.to_dict()["dilemmas"]:
        assert numbers[f"record.{record['dilemma']}.S"] == pytest.approx(record["S"])
        assert numbers[f"record.{record['dilemma']}.P40"] == pytest.approx(record["P40"])
    tables = {block.table.id: block.table for block in report.documents[0].tables()}
    assert tables["dashboard"].row_keys == ("D1", "D2", "D3", "D4")
    assert {"sources", "source_parts", "roles", "symptoms", "inspections"} <= set(tables)
    assert {"sources.zh", "account_funnel.en"} <= set(report.figures)
    assert report.figures["sources.zh"].stamp


def test_the_sentence_of_a_dilemma_is_looked_up_in_the_record(run: StudyOutcome, report: Report) -> None:
    """The template: severity, interval, method interval, P(>40), verdict, grade."""
    assert run.content.diagnosis is not None
    record = run.content.diagnosis.to_dict()["dilemmas"][1]
    section = next(s for s in report.documents[0].sections if s.id == "evidence")
    said = next(b for b in section.blocks if isinstance(b, Bullets)).items[1]
    expected = f"目标定位困境严重度 {record['S']:.1f}（95% CI {record['ci_lo']:.1f}—{record['ci_hi']:.1f}；方法区间 "
    # Every number carries the id under which it is looked up.
    assert said.count("⟦record.D2.") >= 8
    said = re.sub(r"⟦[^|]*\|([^⟧]*)⟧", r"\1", said)
    assert said.startswith(expected + f"{record['method_lo']:.0f}—{record['method_hi']:.0f}；P(>40)")
    assert f"证据等级 {record['grade']}" in said


def test_vetoes_are_named_in_words_with_their_counted_accounts(run: StudyOutcome, report: Report) -> None:
    assert run.content.audit is not None
    marked = run.content.audit.indicators.query("veto")
    broken = marked[marked["dilemma"].isin(["D3", "symptom"])].groupby("indicator")["account"].nunique()
    assert len(broken), "the simulated records must break a rule for this test to say anything"
    numbers = {n["id"]: n["value"] for n in report.numbers}
    assert {i: numbers[f"record.D3.veto.{i}"] for i in broken.index} == broken.to_dict()
    section = next(s for s in report.documents[1].sections if s.id == "evidence")
    said = " ".join(next(b for b in section.blocks if isinstance(b, Bullets)).items)
    said = re.sub(r"⟦[^|]*\|([^⟧]*)⟧", r"\1", said)
    assert " accounts)" in said
    assert not any(indicator in said for indicator in broken.index)


def test_no_table_ranks_the_accounts(report: Report) -> None:
    """The funnel shows points without names; accounts are named in the order of their names, with interval places."""
    for block in report.documents[0].tables():
        named = [str(row[0]) for row in block.table.rows if str(row[0]).startswith("A0")]
        assert named == sorted(named)
        assert not named or block.table.id == "account_ranks"
        for row in block.table.rows:
            assert not any(str(cell).startswith("A0") for cell in row[1:])


def test_without_other_sources_the_study_runs_and_says_what_they_cost(folder: Path) -> None:
    outcome = run_study(load_study(folder / "alone.yaml"))
    assert outcome.content.diagnosis is not None
    assert {r["grade"] for r in outcome.content.diagnosis.to_dict()["dilemmas"]} == {"C"}
    for language, said in (("en", "limits the evidence grade to C at best"), ("zh", "证据等级最高只能到 C")):
        section = next(
            s for s in build_report(outcome.content, (language,)).documents[0].sections if s.id == "evidence"
        )
        assert any(said in block.text for block in section.blocks if isinstance(block, Paragraph))
    closing = next(s for s in build_report(outcome.content, ("en",)).documents[0].sections if s.id == "findings")
    limits = [item for block in closing.blocks if isinstance(block, Bullets) for item in block.items]
    assert any("Only the public survey speaks here" in item for item in limits)


def test_missing_files_are_all_named_at_once(folder: Path) -> None:
    (folder / "bad.yaml").write_text(
        STUDY + "operators: {file: data/staf.csv}\naudit: record/logs.yaml\npanel: x.csv\n", encoding="utf-8"
    )
    with pytest.raises(StudyError) as caught:
        prepare_study(load_study(folder / "bad.yaml"))
    assert [f.code for f in caught.value.faults] == ["STUDY-021"] * 3
    assert "staff.csv" in caught.value.faults[0].hint


def test_settings_of_the_records_are_checked_before_anything_is_computed(tmp_path: Path) -> None:
    (tmp_path / "logs.yaml").write_text("as_off: 2025-01-01\n", encoding="utf-8")
    text = "schema_version: 1\nid: s\ntitle: {en: S}\ninstrument: gov-wechat-public\nform: standard\naudit: logs.yaml\n"
    (tmp_path / "study.yaml").write_text(text + "data: {simulate: {truth: truth.yaml, n: 60}}\n", encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        prepare_study(load_study(tmp_path))
    assert {fault.code for fault in caught.value.faults} == {"LOG-010", "LOG-011"}


def test_the_limits_say_nothing_of_sources_that_are_all_there(report: Report) -> None:
    for document in report.documents:
        section = next(s for s in document.sections if s.id == "findings")
        said = " ".join(item for block in section.blocks if isinstance(block, Bullets) for item in block.items)
        assert "Only the public survey" not in said
        assert "只有公众问卷" not in said


def test_two_staff_who_agree_do_not_refuse_a_study_and_their_answers_stay_unsaid(folder: Path, tmp_path: Path) -> None:
    few = tmp_path / "few"
    shutil.copytree(folder, few)
    staff = pd.read_csv(few / "data" / "staff.csv")
    staff.head(2).assign(OLC1=6).to_csv(few / "data" / "staff.csv", index=False)
    outcome = run_study(few)
    told = outcome.content.findings
    assert not {f.code for f in told if f.subject == "OLC1"}
    assert outcome.content.diagnosis is not None
    assert {r["n_ops"] for r in outcome.content.diagnosis.to_dict()["dilemmas"]} == {None}
