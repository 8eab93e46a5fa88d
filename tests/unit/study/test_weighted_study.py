"""A study with weights: margins checked before the run, weighted results, the table in both languages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wxsat.errors import StudyError
from wxsat.instrument.load import load_instrument
from wxsat.present.content import ReportContent
from wxsat.present.report import build_report
from wxsat.simulate.respondents import simulate_responses
from wxsat.study.load import load_study
from wxsat.study.run import run_study

STUDY = """\
schema_version: 1
id: weighted
title: {zh: 加权研究, en: Weighted study}
instrument: gov-wechat-public
form: standard
data: {files: [answers.csv]}
"""
WEIGHTS = """\
sampling: {type: opt-in, funnel: {pushed: 2000, opened: 900, consented: 500, completed: 320}}
weights: {margins: margins.yaml, missing: drop}
measurement: {htmt_draws: 0}
diagnosis: {draws: 200}
"""
MARGINS = "margins:\n  gender: {男: 51, 女: 49, 其他或不愿回答: null}\n  district: {东: 0.4, 西: 0.6}\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weighted")
    instrument = load_instrument("gov-wechat-public")
    assert instrument.folder is not None
    raw = simulate_responses(instrument, instrument.folder / "truth.yaml", n=320, seed=3, form="standard", accounts=20)
    rng = np.random.default_rng(1)
    raw.frame.assign(district=rng.choice(["东", "西"], 320, p=[0.7, 0.3])).to_csv(path / "answers.csv", index=False)
    (path / "margins.yaml").write_text(MARGINS, encoding="utf-8")
    (path / "study.yaml").write_text(STUDY + WEIGHTS, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def content(folder: Path) -> ReportContent:
    return run_study(folder).content


def test_answers_have_the_margins_of_the_population(content: ReportContent) -> None:
    assert content.weighting is not None
    assert content.responses is not None
    frame = content.responses.frame
    weights = frame["sampling_weight"]
    assert weights[frame["district"] == "东"].sum() / weights.sum() == pytest.approx(0.4)
    assert weights[frame["gender"] == 1].sum() / weights.sum() == pytest.approx(0.51)
    step = content.responses.flow.iloc[-1]
    assert (step["step"], step["n_left"]) == ("weights", len(frame))
    assert not frame["gender"].eq(3).any()


def test_severity_is_weighted(content: ReportContent) -> None:
    assert content.diagnosis is not None
    assert content.diagnosis.settings["weights"]["value"] == "sampling_weight"


def test_report_shows_margins_cost_and_funnel_in_both_languages(content: ReportContent) -> None:
    report = build_report(content)
    for document, words in zip(report.documents, (("西", "浏览率"), ("Female", "view rate")), strict=True):
        tables = {block.table.id: block.table for block in document.tables()}
        table = tables["weights"]
        assert any(words[0] in str(cell) for row in table.rows for cell in row)
        assert words[1] in str(document)
        assert "⟦" not in "".join(note for t in tables.values() for note in t.notes)
    recorded = {entry["id"]: entry["value"] for entry in report.numbers}
    assert content.weighting is not None
    assert (recorded["weights.deff"], recorded["rates.view"]) == (content.weighting.deff, 0.45)


def test_faults_of_the_margins_are_told_before_anything_runs(folder: Path) -> None:
    from wxsat.study.prepare import prepare_study

    (folder / "wrong.yaml").write_text("margins: {gender: {男: 0.5, 女: 0.2}}", encoding="utf-8")
    text = STUDY + WEIGHTS.replace("margins.yaml", "wrong.yaml") + "models: [nothing]\n"
    (folder / "wrong-study.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        prepare_study(load_study(folder / "wrong-study.yaml"))
    assert {fault.code for fault in caught.value.faults} == {"STUDY-024", "SAMP-006"}


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("sampling: {type: opt-in}\nfieldwork: {probability: true}\n", "contradicts"),
        ("sampling: {type: opt-in, dispositions: {complete: 10}}\n", "no response rate"),
        ("sampling: {}\n", "type"),
        ("weights: {method: rake}\n", "give margins"),
        ("weights: {margin: m.yaml}\n", "Did you mean 'margins'"),
    ],
)
def test_blocks_that_contradict_themselves(tmp_path: Path, lines: str, words: str) -> None:
    (tmp_path / "study.yaml").write_text(STUDY + lines, encoding="utf-8")
    with pytest.raises(StudyError, match=words):
        load_study(tmp_path)


def test_the_kind_of_sample_stands_for_the_fieldwork(tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text(STUDY + "sampling: {type: probability}\n", encoding="utf-8")
    assert load_study(tmp_path).probability
    (tmp_path / "study.yaml").write_text(STUDY, encoding="utf-8")
    assert not load_study(tmp_path).probability


def test_a_column_of_weights_needs_no_margins(folder: Path) -> None:
    answers = pd.read_csv(folder / "answers.csv").assign(w=np.linspace(0.5, 2, 320))
    answers.to_csv(folder / "with_weights.csv", index=False)
    text = (STUDY + WEIGHTS).replace("answers.csv", "with_weights.csv")
    text = text.replace("weights: {margins: margins.yaml, missing: drop}", "weights: {base_weight: w}")
    (folder / "given.yaml").write_text(text, encoding="utf-8")
    content = run_study(folder / "given.yaml").content
    assert content.weighting is not None
    assert content.weighting.method == "given"
    assert "“w”" in str(build_report(content, ["en"]).documents[0])
