"""Two versions: every kind of change is found, and nothing else."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from wxsat.cli.app import app
from wxsat.instrument.compare import BREAKS, compare_instruments
from wxsat.instrument.load import load_instrument

BASE = """
instrument: {id: small, version: "VERSION", title: {zh: 小, en: Small}, default_scale: five}
scales:
  five: {min: 1, max: 5, labels: {zh: [一, 二, 三, 四, 五], en: [one, two, three, four, five]}}
  seven: {min: 1, max: 7, anchors: {1: {zh: 低, en: low}}}
constructs:
  - id: A
    name: {zh: 甲, en: A}
    stem: {zh: 请回答, en: Please answer}
    items:
      - {id: A1, text: {zh: 甲一, en: a one}, points: 2}
      - {id: A2, text: {zh: 甲二, en: a two}}
      - {id: A3, text: {zh: 甲三, en: a three}}
  - id: B
    name: {zh: 乙, en: B}
    items:
      - {id: B1, text: {zh: 乙一, en: b one}}
      - {id: B2, text: {zh: 乙二, en: b two}}
attention:
  - {id: AC, kind: instructed, after: A1, expect: 2, text: {zh: 选二, en: choose two}}
background:
  - id: Q
    text: {zh: 问, en: asked}
    choices: [{code: 1, text: {zh: 是, en: "yes"}}, {code: 0, text: {zh: 否, en: "no"}}]
composites:
  - {id: D, name: {zh: 合, en: D}, parts: [A, B]}
"""


def version(tmp_path, name, *changes, number="1.0"):
    text = BASE.replace("VERSION", number)
    for before, after in changes:
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    file = tmp_path / f"{name}.yaml"
    file.write_text(text, encoding="utf-8")
    return load_instrument(file)


CHANGES = {
    "wording": (("甲一", "甲壹"), {("A1", "wording")}),
    "stem": (("请回答", "请您回答"), {("A1", "stem"), ("A2", "stem"), ("A3", "stem")}),
    "scale": (("text: {zh: 乙一, en: b one}", "scale: seven, text: {zh: 乙一, en: b one}"), {("B1", "scale")}),
    "label": (("[一, 二", "[壹, 二"), {(x, "scale") for x in ("A1", "A2", "A3", "B1", "B2", "AC")}),
    "choice": (("zh: 是", "zh: 对"), {("Q", "scale")}),
    "key": (("id: A2,", 'id: A2, key: "R",'), {("A2", "key")}),
    "rule": (("expect: 2", "expect: 3"), {("AC", "rule")}),
    "points": (("points: 2", "points: 3"), {("A1", "points")}),
    "routing": (("id: B2,", "id: B2, ask_if: {question: Q, is_any_of: [1]},"), {("B2", "routing"), ("Q", "order")}),
    "forms": (("id: B2,", "id: B2, forms: [full],"), {("B2", "forms")}),
    "added": (
        ("      - {id: B1,", "      - {id: B0, text: {zh: 乙零, en: b zero}}\n      - {id: B1,"),
        {("B0", "added")},
    ),
    "removed": (("      - {id: A3, text: {zh: 甲三, en: a three}}\n", ""), {("A3", "removed")}),
    "direction": (("name: {zh: 乙, en: B}", "name: {zh: 乙, en: B}\n    direction: problem"), {("B", "direction")}),
    "model": (("name: {zh: 乙, en: B}", "name: {zh: 乙, en: B}\n    model: formative"), {("B", "model")}),
    "parts": (("parts: [A, B]", "parts: [A, B], weights: {A: 3, B: 1}"), {("D", "parts")}),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_one_change_is_found_and_no_other(tmp_path, kind):
    change, expected = CHANGES[kind]
    found = compare_instruments(version(tmp_path, "a"), version(tmp_path, "b", change, number="1.1"))
    assert {(c.id, c.what) for c in found.changes} == expected
    assert all(c.breaks == BREAKS[c.what] for c in found.changes)
    content = {"wording", "stem", "scale", "label", "choice", "key", "rule", "points"}
    differing = {row["id"] for row in found.hashes if not row["same"]}
    assert differing == ({i for i, _ in expected} if kind in (content | {"added", "removed"}) else set())


def test_a_moved_item_is_one_move_and_its_new_construct_another(tmp_path):
    line = "      - {id: B1, text: {zh: 乙一, en: b one}}\n"
    last = "      - {id: B2, text: {zh: 乙二, en: b two}}\n"
    swapped = version(tmp_path, "b", (line + last, last + line), number="1.1")
    assert {(c.id, c.what) for c in compare_instruments(version(tmp_path, "a"), swapped).changes} <= {
        ("B1", "order"),
        ("B2", "order"),
    }
    assert len(compare_instruments(version(tmp_path, "a"), swapped).changes) == 1
    moved = "      - {id: A3, text: {zh: 甲三, en: a three}}\n"
    other = version(tmp_path, "c", (moved, ""), (line, moved + line), number="1.1")
    changes = {(c.id, c.what) for c in compare_instruments(version(tmp_path, "a"), other).changes}
    assert ("A3", "construct") in changes
    assert ("A3", "wording") not in changes


def test_content_changed_under_one_version_is_said(tmp_path):
    found = compare_instruments(version(tmp_path, "a"), version(tmp_path, "b", ("甲一", "甲壹")))
    assert [f.code for f in found.findings] == ["INST-118"]
    assert compare_instruments(version(tmp_path, "a"), version(tmp_path, "b", number="2")).findings == ()


def test_hashes_do_not_move_between_releases():
    public = load_instrument("gov-wechat-public")
    rows = {row["id"]: row["hash_a"] for row in compare_instruments(public, public).hashes}
    assert (rows["PU1"], rows["SHOW4"], rows["gender"]) == PINNED


PINNED = ("ccd5c70488c67abb", "6a353662aa82cd68", "73541044728f60f6")


def test_command(tmp_path):
    version(tmp_path, "a"), version(tmp_path, "b", ("甲一", "甲壹"), number="1.1")
    a, b = str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml")
    document = json.loads(CliRunner().invoke(app, ["instrument", "diff", a, b, "--json"]).stdout)
    assert document["changes"][0]["before"] == "甲一"
    assert "A1" not in document["comparable"]
    assert "A2" in document["comparable"]
    run = CliRunner().invoke(app, ["instrument", "diff", a, b])
    assert "A1  wording: 甲一 -> 甲壹" in run.stdout
    assert "test of invariance" in run.stdout
