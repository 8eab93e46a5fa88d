"""A study of two waves: its file, its section in both languages, its numbers, its refusals."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wxsat.errors import StudyError
from wxsat.instrument.load import find_instrument, load_instrument
from wxsat.present.report import build_report
from wxsat.simulate.respondents import simulate_responses
from wxsat.simulate.truth import load_truth
from wxsat.study.load import load_study
from wxsat.study.prepare import prepare_study
from wxsat.study.run import StudyOutcome, run_study

STUDY = """\
schema_version: 1
id: waves
title: {zh: 两期, en: Two waves}
instrument: gov-wechat-public
form: standard
data: {account: account}
waves:
  - {id: "2025", files: [first.csv], start: 2025-05-01, end: 2025-05-31}
  - {id: "2026", files: [second.csv], start: 2026-05-01, end: 2026-05-31}
measurement: {htmt_draws: 0}
diagnosis: {enabled: false}
"""
WAVES = STUDY[STUDY.index("waves:\n") : STUDY.index("measurement")]

BROKEN = {
    "one wave": (STUDY.replace(WAVES, "waves:\n" + WAVES.splitlines()[2] + "\n"), "two at least"),
    "a name twice": (STUDY.replace('"2025"', '"2026"'), "names a wave twice"),
    "turned round": (STUDY.replace("start: 2026-05-01, end: 2026-05-31", "start: 2024-05-01"), "before wave 2025"),
    "dates turned round": (STUDY.replace("end: 2025-05-31", "end: 2025-04-01"), "ends (2025-04-01) before it starts"),
    "files twice": (STUDY.replace("{account: account}", "{files: [other.csv]}"), "`data` names no files"),
    "no files": (STUDY.replace("files: [first.csv], ", ""), "missing"),
    "a typo": (STUDY.replace("end: 2025-05-31", "ends: 2025-05-31"), "not known"),
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two waves of simulated answers, the functions of institutions half a point better in the second."""
    path = tmp_path_factory.mktemp("waves")
    instrument = load_instrument("gov-wechat-public")
    truth = load_truth(find_instrument("gov-wechat-public").parent / "truth.yaml")
    items = {i.id: -1 if i.reversed else 1 for c in ("FRAG", "LOOP", "CAP") for i in instrument.construct(c).items}
    for seed, name, better in ((3, "first.csv", False), (4, "second.csv", True)):
        frame = simulate_responses(instrument, truth, n=420, seed=seed, accounts=24).frame.copy()
        for item, sign in items.items():
            if better and item in frame.columns:
                frame[item] = np.clip(frame[item] - sign, 1, 7)
        frame.to_csv(path / name, index=False)
    (path / "study.yaml").write_text(STUDY, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def outcome(folder: Path) -> StudyOutcome:
    return run_study(folder)


def test_the_change_is_told(outcome: StudyOutcome) -> None:
    tracking = outcome.content.tracking
    assert tracking is not None
    assert tracking.waves["wave"].to_list() == ["2025", "2026"]
    change = tracking.changes.set_index("id").loc["D4"]
    assert change["reading"] == "fell"
    # A point of six; answers at the lower end cannot go lower.
    assert -100 / 6 - 3 < change["change"] < -10
    assert {f.code for f in tracking.findings} <= {f.code for f in outcome.content.findings}
    assert outcome.content.responses is not None
    assert outcome.content.notes.end == "2026-05-31"  # the report is about the last wave


def test_a_change_is_the_difference_of_the_levels_shown(outcome: StudyOutcome) -> None:
    tracking = outcome.content.tracking
    assert tracking is not None
    wide = tracking.levels.pivot(index="id", columns="wave", values="value")
    change = tracking.changes.set_index("id")["change"]
    pd.testing.assert_series_equal((wide["2026"] - wide["2025"])[change.index], change, check_names=False)


@pytest.mark.parametrize(("language", "word"), [("zh", "下降"), ("en", "fell")])
def test_the_section_stands_in_both_languages(outcome: StudyOutcome, language: str, word: str) -> None:
    report = build_report(outcome.content, ("zh", "en"))
    document = next(d for d in report.documents if d.language == language)
    section = next(s for s in document.sections if s.id == "tracking")
    tables = {b.table.id: b.table for b in document.tables()}
    assert {"waves", "changes", "wave_invariance"} <= set(tables)
    assert word in str(section)
    row = tables["changes"].row_keys.index("2025.2026.D4")
    assert word in tables["changes"].rows[row]
    assert f"tracking.{language}" in report.figures


def test_every_number_is_looked_up(outcome: StudyOutcome) -> None:
    report = build_report(outcome.content, ("zh", "en"))
    numbers = {n["id"]: n for n in report.numbers}
    tracking = outcome.content.tracking
    assert tracking is not None
    told = tracking.changes.set_index("id").loc["D4", "change"]
    for name in ("tracking.2025.2026.D4.change", "changes.2025.2026.D4.change"):
        assert numbers[name]["value"] == pytest.approx(told)
        assert numbers[name]["source"].startswith("wxsat.diagnosis.tracking")
    json.dumps(tracking.to_dict(), allow_nan=False)


@pytest.mark.parametrize("case", BROKEN)
def test_broken_waves_are_named(tmp_path: Path, case: str) -> None:
    text, words = BROKEN[case]
    (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        load_study(tmp_path)
    assert words in str(caught.value)


def test_a_missing_file_of_an_earlier_wave_is_named(tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text(STUDY, encoding="utf-8")
    (tmp_path / "second.csv").write_text("PU1\n1\n", encoding="utf-8")
    with pytest.raises(StudyError, match=r"first\.csv"):
        prepare_study(load_study(tmp_path))
