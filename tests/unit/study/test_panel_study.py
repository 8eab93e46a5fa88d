"""A study with supervisors' sheets: its own section, vetoes beside the dilemmas, nobody named, nothing refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wxsat.instrument.load import find_instrument, load_instrument
from wxsat.present.document import FigureBlock, Paragraph
from wxsat.present.report import Report, build_report
from wxsat.simulate.respondents import simulate_export
from wxsat.simulate.sources import simulate_sources
from wxsat.simulate.truth import load_truth
from wxsat.study.run import StudyOutcome, run_study

STUDY = """\
schema_version: 1
id: watched
title: {zh: 监督, en: Watched}
language: en
instrument: gov-wechat-public
form: standard
data: {files: [answers.csv]}
panel: sheets.csv
diagnosis: {draws: 200}
measurement: {htmt_draws: 0}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("watched")
    public = load_instrument("gov-wechat-public")
    truth = load_truth(find_instrument("gov-wechat-public").parent / "truth.yaml")
    simulate_export(public, truth, n=300, accounts=10).to_csv(root / "answers.csv", index=False)
    made = simulate_sources(truth, load_instrument("gov-wechat-operators"), accounts=10, seed=20140713, messages=5)
    sheets = made.panel.assign(rater="张监督" + made.panel["rater"])
    sheets.loc[sheets["account"] == "A03", "veto"] = 1
    sheets.to_csv(root / "sheets.csv", index=False)
    (root / "study.yaml").write_text(STUDY, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def run(folder: Path) -> StudyOutcome:
    return run_study(folder)


@pytest.fixture(scope="module")
def report(run: StudyOutcome) -> Report:
    return build_report(run.content, ("en", "zh"))


def test_the_section_tells_dependability_scores_months_and_checks(run: StudyOutcome, report: Report) -> None:
    for document in report.documents:
        (section,) = [s for s in document.sections if s.id == "supervisors"]
        assert {t.table.id for t in document.tables()} >= {"panel_annual", "panel_raters"}
        assert [b.id for b in section.blocks if isinstance(b, FigureBlock)] == ["panel_months"]
        assert any("panel.phi|" in b.text for b in section.blocks if isinstance(b, Paragraph))
    numbers = {entry["id"]: entry["value"] for entry in report.numbers}
    assert run.content.panel is not None
    assert numbers["panel.phi"] == run.content.panel.phi


def test_the_dependability_has_its_interval(run: StudyOutcome, report: Report) -> None:
    panel = run.content.panel
    assert panel is not None
    low, high = panel.phi_interval
    recorded = {n["id"]: n["value"] for n in report.numbers}
    assert (recorded["panel.phi_ci_lower"], recorded["panel.phi_ci_upper"]) == (low, high)
    assert low < panel.phi < high
    for document, words in zip(report.documents, ("95% interval of Φ", "Φ 的 95% 区间"), strict=True):
        (section,) = [s for s in document.sections if s.id == "supervisors"]
        assert any(words in block.text for block in section.blocks if isinstance(block, Paragraph))


def test_no_supervisor_is_named(report: Report) -> None:
    assert "张监督" not in str(report.documents)


def test_a_veto_stands_beside_the_dilemma_and_changes_no_severity(run: StudyOutcome, folder: Path) -> None:
    assert run.content.diagnosis is not None
    evidence = run.content.diagnosis.evidence
    assert evidence is not None
    combined = evidence.tables.combined.set_index("dilemma")
    assert "V (" in combined.loc["D3", "veto"]
    alone = folder / "alone.yaml"
    alone.write_text(STUDY.replace("panel: sheets.csv\n", ""), encoding="utf-8")
    without = run_study(alone).content.diagnosis
    assert without is not None
    assert without.evidence is not None
    pd.testing.assert_series_equal(without.evidence.tables.combined.set_index("dilemma")["S"], combined["S"])


def test_scores_that_must_not_be_used_withhold_their_own_part_only(folder: Path) -> None:
    noise = pd.read_csv(folder / "sheets.csv")
    noise["score"] = np.random.default_rng(0).uniform(40, 93, len(noise)).round(1)
    noise.to_csv(folder / "noise.csv", index=False)
    (folder / "noise.yaml").write_text(STUDY.replace("sheets.csv", "noise.csv"), encoding="utf-8")
    content = run_study(folder / "noise.yaml").content
    assert content.panel is not None
    assert not content.panel.usable
    assert next(f.severity for f in content.findings if f.code == "PANEL-101") == "warning"
    (document,) = build_report(content, ("en",)).documents
    table = next(t.table for t in document.tables() if t.table.id == "panel_annual")
    assert len(table.marked_rows) == len(table.rows)


def test_a_supervisor_is_numbered_and_not_named(folder: Path) -> None:
    sheets = pd.read_csv(folder / "sheets.csv")
    named = sheets["rater"].unique()[0]
    sheets.loc[sheets["rater"] == named, "score"] = 71.0
    sheets["rater"] = sheets["rater"].replace({named: "Supervisor-of-this-name"})
    sheets.to_csv(folder / "flat.csv", index=False)
    (folder / "flat.yaml").write_text(STUDY.replace("sheets.csv", "flat.csv"), encoding="utf-8")
    outcome = run_study(folder / "flat.yaml")
    found = [f for f in outcome.content.findings if f.code == "PANEL-105"]
    order = sorted(set(sheets["rater"]))
    assert [f.subject for f in found] == [str(order.index("Supervisor-of-this-name") + 1)]
    assert "Supervisor-of-this-name" not in str(outcome.content.findings)
