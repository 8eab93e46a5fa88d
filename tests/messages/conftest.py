"""A sound instrument, and what is asked of the message after one slip of its author."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from wxsat.instrument.load import examine_instrument

GOOD = """\
schema_version: 1
instrument:
  id: toy
  version: 1.0
  languages: [zh, en]
  default_scale: agree5
scales:
  agree5:
    min: 1
    max: 5
    labels:
      zh: [很不同意, 不同意, 一般, 同意, 很同意]
      en: [Strongly disagree, Disagree, Neutral, Agree, Strongly agree]
    dk: 98
    dk_label: {zh: 不了解, en: Don't know}
  level10:
    min: 1
    max: 10
    anchors:
      1: {zh: 很低, en: Low}
      10: {zh: 很高, en: High}
constructs:
  - id: LAND
    name: {zh: 落地不足, en: Landing}
    dilemma: D2
    direction: problem
    items:
      - id: LAND1
        key: "+"
        forms: [F, S, B]
        text: {zh: 点进去却办不成。, en: It cannot be done.}
      - {id: LAND2, key: "+", forms: [F, S], text: {zh: 还要到窗口。, en: The counter again.}}
      - {id: LAND3, key: "R", forms: [F, S], text: {zh: 都真能办成。, en: All of it works.}}
  - id: AUD
    name: {zh: 受众错位, en: Audience}
    direction: problem
    scale: level10
    items:
      - {id: AUD1, text: {zh: 写给上级看。, en: Written for superiors.}}
      - {id: AUD2, text: {zh: 不了解我们。, en: Does not know us.}, ask_if: {question: COMB, is_any_of: [1]}}
      - {id: AUD3, key: "R", text: {zh: 清楚为谁服务。, en: Knows whom it serves.}}
attention:
  - {id: AC1, kind: instructed, text: {zh: 请选2, en: Choose 2}, expect: 2}
  - {id: AC2, kind: bogus, text: {zh: 每天二十小时, en: Twenty hours a day}, fail_at_least: 4}
  - {id: AC3, kind: paraphrase, text: {zh: 办不成, en: Not possible}, pair: LAND1, tolerance: 3}
  - {id: AC4, kind: antonyms, pairs: [[LAND1, LAND3]], forms: [full, standard]}
  - id: SRSI
    kind: diligence
    text: {zh: 可以用于研究吗, en: May we use it}
    choices: [{code: 1, text: {zh: 可以, en: 'Yes'}}, {code: 2, text: {zh: 不可以, en: 'No'}}]
    exclude_code: 2
background:
  - id: COMB
    text: {zh: 投诉过吗, en: Complained}
    choices:
      - {code: 1, text: {zh: 是, en: Did}}
      - {code: 0, text: {zh: 否, en: Did not}}
  - {id: age, kind: integer, min: 18, max: 100, text: {zh: 年龄, en: Age}}
composites:
  - {id: D2, name: {zh: 定位, en: Positioning}, parts: [AUD, LAND], weights: equal}
models:
  - {id: tam, file: tam.sem, title: {zh: 模型, en: Model}}
"""
MODEL = "LAND =~ LAND1 + LAND2 + a*LAND3\nAUD =~ AUD1 +\n  AUD2 + AUD3\nAUD ~ LAND\n"


@pytest.fixture
def good() -> str:
    return GOOD


@pytest.fixture
def model_text() -> str:
    return MODEL


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    (tmp_path / "tam.sem").write_text(MODEL, encoding="utf-8")

    def save(text: str) -> Path:
        path = tmp_path / "toy.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return save


@pytest.fixture
def named_on_its_line(write: Callable[[str], Path]) -> Callable[..., None]:
    def check(old: str, new: str, code: str, at: str, words: list[str]) -> None:
        assert GOOD.count(old) >= 1, "the case no longer fits the good file"
        text = GOOD.replace(old, new, 1)
        line = next(i for i, content in enumerate(text.splitlines(), start=1) if at in content)
        path = write(text)
        faults = examine_instrument(path).faults
        fitting = [fault for fault in faults if fault.code == code]
        assert fitting, f"expected {code}, found {[str(f) for f in faults]}"
        assert any(f.where == f"{path}:{line}" for f in fitting), (
            f"expected line {line}, found {[f.where for f in fitting]}"
        )
        said = " ".join(str(fault) for fault in fitting)
        for word in words:
            assert word in said

    return check


@pytest.fixture
def codes_after(write: Callable[[str], Path]) -> Callable[[str, str], set[str]]:
    def find(old: str, new: str) -> set[str]:
        return {fault.code for fault in examine_instrument(write(GOOD.replace(old, new, 1))).faults}

    return find
