"""The two real studies run by `wxsat run`: the figures of their reports are lavaan's (tests/golden/sem, made in R)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from wxsat.study.run import run_study

ROOT = Path(__file__).resolve().parents[3]
GOLDEN = json.loads((ROOT / "tests" / "golden" / "sem" / "fits.json").read_text(encoding="utf-8"))["cases"]
# Both sides stop at a zero gradient; what is left is rounding in lavaan's output and in its root finder (intervals).
RELATIVE = 1e-6
MEASURES = ("chisq", "df", "pvalue", "cfi", "tli", "rmsea", "srmr", "aic", "bic", "logl", "npar")
STUDIES = {"holzinger-1939": "hs_cfa", "political-democracy": "pd_sem"}


@pytest.fixture(scope="module", params=STUDIES)
def study(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], Any]:
    out = tmp_path_factory.mktemp("real") / "report"
    outcome = run_study(ROOT / "analysis" / request.param, out, languages=["zh"])
    return out, GOLDEN[STUDIES[request.param]], outcome


def test_fit_is_lavaans(study: tuple[Path, dict[str, Any], Any]) -> None:
    _, golden, outcome = study
    measures = outcome.content.main_model.result.fit_measures
    for name in MEASURES:
        assert measures[name] == pytest.approx(golden["fit"][name], rel=RELATIVE), name


def test_the_report_prints_those_numbers(study: tuple[Path, dict[str, Any], Any]) -> None:
    out, golden, outcome = study
    numbers = {n["id"]: n["value"] for n in json.loads((out / "numbers.json").read_text(encoding="utf-8"))}
    model = outcome.content.main_model.id
    for name in ("chisq", "cfi", "rmsea", "srmr"):
        assert numbers[f"fit.{model}.{name}"] == pytest.approx(golden["fit"][name], rel=RELATIVE), name


def test_real_data_are_not_called_simulated_and_need_no_dilemmas(study: tuple[Path, dict[str, Any], Any]) -> None:
    out, _, outcome = study
    assert outcome.content.diagnosis is None
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "模拟数据" not in page
    assert not outcome.refused
