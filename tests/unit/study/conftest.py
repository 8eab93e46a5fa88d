"""One small study, run once: 240 simulated respondents of the standard form in 12 accounts."""

from __future__ import annotations

from pathlib import Path

import pytest

from wxsat.study.run import StudyOutcome, run_study

SMALL_STUDY = """\
schema_version: 1
id: small
title: {zh: 小型研究 <b>&</b>, en: "A small study <b>&</b>"}
authors: [A. Author]
language: en
instrument: gov-wechat-public
form: standard
data:
  simulate: {truth: truth.yaml, n: 240, accounts: 12, seed: 7}
models: [tam]
measurement: {htmt_draws: 100}
diagnosis: {draws: 200, costs: {D1: 400000, D2: 150000}}
"""


@pytest.fixture(scope="session")
def small_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study")
    (folder / "study.yaml").write_text(SMALL_STUDY, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def small_run(small_study: Path) -> tuple[Path, StudyOutcome]:
    out = small_study / "first"
    return out, run_study(small_study, out)
