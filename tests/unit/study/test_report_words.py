"""What the report says in words: no code of the program where a name belongs, nothing that is not so."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd
import pytest

from wxsat.finding import Finding, distinct
from wxsat.instrument.instrument import Label
from wxsat.instrument.load import load_instrument
from wxsat.present.content import FittedModel, ReportContent
from wxsat.present.document import NumberBook
from wxsat.present.draft import Draft
from wxsat.present.render.page import _inline
from wxsat.present.sections.closing import (
    SHOWN_PER_CODE,
    describe_citation,
    describe_findings,
    finding_line,
    finding_lines,
)
from wxsat.present.sections.summary import summarise
from wxsat.present.tables.sample import tabulate_sample
from wxsat.responses.read import read_responses
from wxsat.study.run import StudyOutcome
from wxsat.study.street import _model_findings

LANGUAGES = ("zh", "en")
MODELS = (
    FittedModel("a", Label(zh="甲模型", en="Model A"), None),
    FittedModel("b", Label(zh="乙模型", en="Model B"), None),
)


def draft(language: str, **content: Any) -> Draft:
    return Draft(ReportContent(Label(zh="题目", en="Title"), **content), cast(Any, language), NumberBook())


def result(*findings: Finding) -> Any:
    return SimpleNamespace(findings=findings)


LISTWISE = Finding("SEM-108", "note", "N", "90 of 100.", {"n": 90, "n_read": 100})


def test_two_models_keep_a_finding_each_and_say_whose_it_is() -> None:
    both = [FittedModel(m.id, m.title, result(LISTWISE)) for m in MODELS]
    found = distinct([f for model in both for f in _model_findings(model, several=True)])
    assert [f.evidence["model"] for f in found] == ["a", "b"]
    assert [f.message for f in found] == ["a: 90 of 100.", "b: 90 of 100."]
    lines = [finding_line(draft("zh", models=MODELS), f).text for f in found]
    assert [line.partition("：")[0] for line in lines] == ["甲模型", "乙模型"]
    assert _model_findings(both[0], several=False) == [LISTWISE]


def test_a_pair_of_items_is_joined_in_the_language() -> None:
    pair = Finding("SEM-106", "note", "GEO1 with CMI3", "...", {"count": 1, "largest": 0.101})
    assert "GEO1与CMI3" in finding_line(draft("zh"), pair).text
    assert "GEO1 with CMI3" in finding_line(draft("en"), pair).text


def test_a_remedy_is_called_by_its_name() -> None:
    evidence = {"lever": "R1", "observed_on": "account", "target": 20.0, "lowest": 42.6}
    finding = Finding("DIAG-121", "warning", "D1", "...", evidence)
    assert "根本：转变领导思维" in finding_line(draft("zh"), finding).text
    assert "The root" in finding_line(draft("en"), finding).text


def test_a_model_that_failed_says_why_in_the_language() -> None:
    failed = FittedModel("a", MODELS[0].title, None, "the estimation did not converge", "SEM-053")
    (finding,) = _model_findings(failed, several=True)
    assert finding.severity == "refusal"
    assert finding_line(draft("zh", models=[failed]), finding).text == "模型“甲模型”未能估计：估计没有收敛。"
    assert "did not converge" in finding_line(draft("en"), finding).text


@pytest.mark.parametrize(("language", "undated"), [("zh", "日期不详"), ("en", "n.d.")])
def test_a_report_without_a_year_says_so(language: str, undated: str) -> None:
    for provenance in ({}, {"year": None}):
        section = describe_citation(draft(language, provenance=provenance))
        assert undated in str(section)
        assert "None" not in str(section.blocks[0])
    assert undated not in str(describe_citation(draft(language, provenance={"year": 2026})))


@pytest.mark.parametrize(("language", "word"), [("zh", "困境"), ("en", "dilemma")])
def test_limits_speak_of_dilemmas_only_where_there_are_some(language: str, word: str) -> None:
    assert word not in str(describe_findings(draft(language)))
    assert word in str(describe_findings(draft(language, diagnosis=cast(Any, SimpleNamespace(evidence=None)))))


def test_who_was_shown_a_question_follows_its_condition() -> None:
    """30 know the account, 10 do not; 25 of the 30 answer the question put to those who know it."""
    instrument = load_instrument("gov-wechat-public")
    closed = [q for q in instrument.background if q.choices and q.kind == "single" and q.role == "background"]
    gated = next(q for q in closed if q.ask_if is not None)
    assert gated.ask_if is not None
    gate = next(q for q in instrument.background if q.id == gated.ask_if.question)
    other = next(c.code for c in gate.choices if c.code not in gated.ask_if.is_any_of)
    answers = pd.DataFrame({item.id: [4, 3] * 20 for item in instrument.items_in("brief")})
    answers[gate.id] = [gated.ask_if.is_any_of[0]] * 30 + [other] * 10
    answers[gated.id] = pd.array([gated.choices[0].code] * 25 + [None] * 15, dtype="Int64")
    table = tabulate_sample(read_responses(answers, instrument), instrument, "en")
    keys = dict(zip(table.row_keys, table.rows, strict=True))
    rows = [row for key, row in keys.items() if key.partition(".")[0] == gated.id]
    assert any(25 in row for row in rows)
    assert any(5 in row for row in rows)
    assert not any(15 in row for row in rows)


def test_the_page_names_its_models_and_never_breaks_degrees_of_freedom(small_run: tuple[Path, StudyOutcome]) -> None:
    page = (small_run[0] / "report.html").read_text(encoding="utf-8")
    title = json.dumps("技术接受核心模型", ensure_ascii=False).strip('"')
    assert title in page
    assert "模型 1<" not in page
    assert "Model 1<" not in page
    assert re.search(r"χ²\((<[^>]*>)?49(<[^>]*>)?\)", page)


@pytest.mark.parametrize(("language", "words"), [("zh", "另有 12 条"), ("en", "12 more")])
def test_a_flood_of_one_finding_does_not_bury_the_others(language: str, words: str) -> None:
    flood = [Finding("MEAS-124", "warning", f"A{i}", f"message {i}") for i in range(SHOWN_PER_CODE + 12)]
    lines = list(finding_lines(draft(language), [*flood, LISTWISE]))
    assert [line.code for line in lines] == ["MEAS-124"] * (SHOWN_PER_CODE + 1) + ["SEM-108"]
    assert words in lines[SHOWN_PER_CODE].text


def test_a_finding_names_constructs_and_keeps_items_by_their_id() -> None:
    public = load_instrument("gov-wechat-public")
    pair = Finding(
        "MEAS-121", "refusal", "PU, EOU", "...",
        {"a": "PU", "b": "EOU", "outcomes": "SAT", "htmt": 0.95, "threshold": 0.9},
    )  # fmt: skip
    said = draft("zh", instrument=public).say(pair)
    assert said.startswith("感知有用性与感知易用性同时预测满意度，但 HTMT 为 .950")
    weak = Finding("MEAS-105", "warning", "SAT1", "...", {"construct": "SAT", "item_rest": -0.1})
    assert "题目 SAT1 与满意度其余题目" in draft("zh", instrument=public).say(weak)
    assert "SAT1 correlates −.100 with the rest of Satisfaction" in draft("en", instrument=public).say(weak)


def test_a_refused_fit_is_no_key_figure() -> None:
    fitted = SimpleNamespace(refused=False, fit_measures={"cfi": 0.99, "rmsea": 0.02, "srmr": 0.02}, n_obs=300)
    for refused in (False, True):
        fitted.refused = refused
        model = FittedModel("a", MODELS[0].title, cast(Any, fitted))
        assert ("CFI" in str(summarise(draft("en", models=(model,))))) is not refused


def test_an_interval_stays_on_one_line() -> None:
    book = draft("zh")
    sentence = f"95% CI {book.number('low', 51.6, 1)}—{book.number('high', 56.1, 1)}，其余"
    shown = _inline(sentence)
    assert "</span>\u2060—\u2060<span" in shown
    assert _inline("一——二") == "一——二"


def test_a_list_of_codes_in_a_finding_is_in_words() -> None:
    evidence = {"families": ["pattern"], "missing": ["attention", "time"], "needed": 2}
    line = finding_line(draft("zh"), Finding("RESP-106", "warning", "screening", "The file …", evidence)).text
    assert "作答模式类标记（缺：注意力检测、时间）" in line
    assert not re.search("attention|time|pattern", line)
