"""Broken instruments: what is wrong -> code, line and words. The table is the specification."""

from __future__ import annotations

from pathlib import Path

import pytest

from wxsat.errors import InstrumentError
from wxsat.instrument.load import examine_instrument, load_instrument

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

# (what the author did, old text, new text, code, text that stands on the faulty line, words of the message)
BROKEN = [
    # --- YAML itself
    ("a tab", "  id: toy", "\tid: toy", "INST-003", "\tid: toy", ["tab", "spaces"]),
    ("colon in a text", "en: Landing}", "en: a: b}", "INST-003", "a: b", ["not YAML", "quotes"]),
    ("question mark in braces", "en: Complained}", "en: Complained?}", "INST-003", "Complained?", ["quotes"]),
    ("unquoted minus as key", '        key: "+"', "        key: -", "INST-003", "key: -", ["lone `-`"]),
    (
        "a key twice",
        "    max: 5",
        "    max: 5\n    min: 2",
        "INST-005",
        "    min: 2",
        ["`min` is given twice", "line 9"],
    ),
    (
        "a tag",
        "  id: toy",
        "  id: !!python/name:os.system toy",
        "INST-006",
        "!!python",
        ["tag", "not allowed"],
    ),
    (
        "a merge key",
        "    min: 1\n    max: 10",
        "    <<: {min: 1}\n    max: 10",
        "INST-006",
        "<<",
        ["merge key"],
    ),
    ("an alias of nothing", "  id: toy", "  id: *toy", "INST-006", "*toy", ["undefined alias"]),
    ("a second document", "attention:", "---\nattention:", "INST-006", "---", ["second document"]),
    (
        "a control character",
        "en: Landing}",
        'en: "Land\\aing"}',
        "INST-006",
        "Land\\aing",
        ["control character"],
    ),
    # --- what a Chinese keyboard or a hasty hand leaves behind: named, on its own line
    ("a full-width colon", "  version: 1.0", "  version：1.0", "INST-003", "version：1.0", ["full-width colon"]),
    ("a full-width comma", "{zh: 落地不足, en", "{zh: 落地不足， en", "INST-003", "落地不足，", ["full-width comma"]),
    (
        "a full-width space",
        "    min: 1\n    max: 10",
        "　　min: 1\n    max: 10",
        "INST-003",
        "　　min: 1",
        ["full-width"],
    ),
    (
        "a brace left open",
        "name: {zh: 落地不足, en: Landing}",
        "name: {zh: 落地不足, en: Landing",
        "INST-003",
        "dilemma: D2",
        ["not closed", "`{` of line 2"],
    ),
    ("no space after -", "      - id: LAND1", "      -id: LAND1", "INST-003", "-id: LAND1", ["space is missing"]),
    ("no space after :", "      - id: LAND1", "      - id:LAND1", "INST-003", "id:LAND1", ["space is missing"]),
    # --- fields
    ("a missing key", "  default_scale: agree5\n", "", "INST-010", "instrument:", ["no `default_scale`"]),
    (
        "an item without text",
        ", text: {zh: 还要到窗口。, en: The counter again.}",
        "",
        "INST-010",
        "LAND2",
        ["item 'LAND2' has no `text`"],
    ),
    (
        "a misspelt key",
        "direction: problem\n    items",
        "directoin: problem\n    items",
        "INST-011",
        "directoin",
        ["construct 'LAND'", "Did you mean 'direction'"],
    ),
    (
        "a comma in a text in braces",
        "en: Landing}",
        "en: Landing, not}",
        "INST-011",
        "not}",
        ["comma", "quotes"],
    ),
    (
        "a key that loading fills in",
        '        key: "+"',
        "        construct_id: AUD",
        "INST-011",
        "construct_id",
        ["not known"],
    ),
    (
        "a word for a number",
        "    min: 1\n    max: 5",
        "    min: one\n    max: 5",
        "INST-012",
        "one",
        ["`min` of scale 'agree5'", "expected a number"],
    ),
    ("a quoted number", "    dk: 98", '    dk: "98"', "INST-012", '"98"', ["whole number"]),
    ("yes for a number", "    dk: 98", "    dk: yes", "INST-012", "dk: yes", ["whole number"]),
    (
        "a text without language",
        "name: {zh: 受众错位, en: Audience}",
        "name: Audience",
        "INST-012",
        "name: Audience",
        ["{zh: ..., en: ...}"],
    ),
    (
        "an empty value",
        "    scale: level10",
        "    items_:\n    scale: level10",
        "INST-011",
        "items_",
        ["not known"],
    ),
    (
        "an unknown form",
        "[F, S, B]",
        "[F, S, short]",
        "INST-013",
        "short",
        ["full, standard, brief, F, S, B"],
    ),
    (
        "a small r",
        'key: "R", forms',
        "key: r, forms",
        "INST-013",
        "LAND3",
        ["'r'", "Allowed: +, R", 'key: "R"'],
    ),
    (
        "an unknown direction",
        "direction: problem\n    items",
        "direction: probelm\n    items",
        "INST-013",
        "probelm",
        ["Did you mean 'problem'"],
    ),
    (
        "a weight in words",
        "weights: equal",
        "weights: {AUD: 1, LAND: big}",
        "INST-013",
        "big",
        ["positive number"],
    ),
    (
        "no parts",
        "parts: [AUD, LAND]",
        "parts: []",
        "INST-013",
        "parts: []",
        ["`parts` of composite 'D2' is empty"],
    ),
    ("an unquoted no", "en: Did not}", "en: no}", "INST-014", "en: no}", ["truth value false", '"no"']),
    ("an unquoted number", "en: Landing}", "en: 12}", "INST-014", "en: 12}", ["reads as a number", '"12"']),
    # --- names
    ("a Chinese id", "id: LAND2", "id: 落地2", "INST-020", "落地2", ["letters, digits and _", "ASCII"]),
    ("an id with a hyphen", "id: AUD2", "id: AUD-2", "INST-020", "AUD-2", ["item 'AUD-2'"]),
    ("an id that means missing", "id: age", "id: NA", "INST-020", "id: NA", ["'NA'", "missing"]),
    (
        "an id twice",
        "id: AUD2",
        "id: LAND2",
        "INST-021",
        "Does not know us",
        ["'LAND2' of this item is used twice"],
    ),
    (
        "an id that differs in capitals",
        "id: age",
        "id: land1",
        "INST-021",
        "id: land1",
        ["only in capitals", "'LAND1'"],
    ),
    # --- references
    (
        "an unknown default scale",
        "default_scale: agree5",
        "default_scale: agree7",
        "INST-004",
        "agree7",
        ["Defined: agree5, level10", "Did you mean 'agree5'"],
    ),
    (
        "an unknown scale",
        "    scale: level10",
        "    scale: level",
        "INST-004",
        "scale: level",
        ["construct 'AUD'", "Did you mean 'level10'"],
    ),
    (
        "an unknown part",
        "parts: [AUD, LAND]",
        "parts: [AUD, LNAD]",
        "INST-004",
        "LNAD",
        ["composite 'D2'", "Did you mean 'LAND'"],
    ),
    (
        "an unknown dilemma",
        "dilemma: D2",
        "dilemma: D3",
        "INST-004",
        "dilemma: D3",
        ["construct 'LAND'", "Defined: D2"],
    ),
    ("an unknown pair", "pair: LAND1", "pair: LAND9", "INST-004", "LAND9", ["check 'AC3'"]),
    (
        "an unknown question",
        "question: COMB",
        "question: COMP",
        "INST-004",
        "COMP",
        ["`ask_if` of 'AUD2'", "Did you mean 'COMB'"],
    ),
    # --- scales and questions
    (
        "a label too few",
        "[很不同意, 不同意, 一般, 同意, 很同意]",
        "[很不同意, 不同意, 同意, 很同意]",
        "INST-022",
        "zh: [很不同意",
        ["4 labels in zh", "5 codes"],
    ),
    ("a label twice", "Neutral, Agree", "Agree, Agree", "INST-022", "Agree, Agree", ["two codes"]),
    ("bounds the wrong way", "    max: 5", "    max: 0", "INST-023", "max: 0", ["min must be below max"]),
    ("half a code", "    max: 10", "    max: 10.5", "INST-023", "  level10", ["whole numbers"]),
    ("no max", "    max: 10\n", "", "INST-023", "  level10", ["no max", "continuous"]),
    ("don't know on the scale", "    dk: 98", "    dk: 5", "INST-024", "dk: 5", ["inside 1 to 5", "98"]),
    (
        "an anchor beside the scale",
        "      10: {zh",
        "      11: {zh",
        "INST-025",
        "11: {zh",
        ["code 11", "1 to 10"],
    ),
    (
        "a choice code twice",
        "{code: 0, text: {zh: 否",
        "{code: 1, text: {zh: 否",
        "INST-090",
        "否",
        ["code 1 to two choices"],
    ),
    (
        "a closed question without answers",
        ", kind: integer, min: 18, max: 100",
        "",
        "INST-090",
        "id: age",
        ["neither choices nor a scale"],
    ),
    # --- attention and routing
    ("no right answer", ", expect: 2", "", "INST-030", "AC1", ["no `expect`"]),
    (
        "the rule of another kind",
        "expect: 2",
        "expect: 2, tolerance: 3",
        "INST-030",
        "AC1",
        ["no use for `tolerance`"],
    ),
    (
        "an answer nobody can give",
        "expect: 2",
        "expect: 9",
        "INST-031",
        "expect: 9",
        ["Codes: 1, 2, 3, 4, 5"],
    ),
    (
        "a check that always fails",
        "fail_at_least: 4",
        "fail_at_least: 1",
        "INST-031",
        "AC2",
        ["every answer"],
    ),
    ("a pair on other scales", "pair: LAND1", "pair: AUD1", "INST-031", "AC3", ["same codes", "1 to 10"]),
    ("a pair in other forms", "pair: LAND1", "pair: LAND2", "INST-032", "AC3", ["brief form", "'LAND2'"]),
    (
        "opposites keyed alike",
        'id: LAND3, key: "R"',
        'id: LAND3, key: "+"',
        "INST-033",
        "AC4",
        ["both are keyed '+'"],
    ),
    (
        "a condition on a later item",
        "question: COMB, is_any_of: [1]",
        "question: AUD3, is_any_of: [1]",
        "INST-040",
        "AUD2",
        ["not asked earlier"],
    ),
    (
        "a condition on no answer",
        "is_any_of: [1]",
        "is_any_of: [3]",
        "INST-041",
        "is_any_of: [3]",
        ["no answer of 'COMB'", "1, 0"],
    ),
    (
        "a condition in another form",
        "id: COMB\n",
        "id: COMB\n    forms: [full]\n",
        "INST-042",
        "AUD2",
        ["standard and brief form"],
    ),
    # --- composites, models, languages, constructs
    (
        "a part missing from a form",
        "[F, S, B]",
        "[F, S]",
        "INST-050",
        "parts:",
        ["brief form", "LAND has no item"],
    ),
    (
        "a weight missing",
        "weights: equal",
        "weights: {AUD: 1}",
        "INST-051",
        "weights:",
        ["no weight for its part 'LAND'"],
    ),
    (
        "a negative weight",
        "weights: equal",
        "weights: {AUD: 1, LAND: -1}",
        "INST-051",
        "weights:",
        ["-1", "positive"],
    ),
    ("a part twice", "parts: [AUD, LAND]", "parts: [AUD, LAND, AUD]", "INST-052", "parts:", ["'AUD' twice"]),
    (
        "no model file",
        "file: tam.sem",
        "file: tma.sem",
        "INST-060",
        "tma.sem",
        ["not there", "Did you mean 'tam.sem'"],
    ),
    (
        "a model outside the folder",
        "file: tam.sem",
        "file: ../tam.sem",
        "INST-061",
        "../tam.sem",
        ["leads out"],
    ),
    (
        "a model at an absolute path",
        "file: tam.sem",
        "file: /etc/passwd",
        "INST-061",
        "/etc/passwd",
        ["leads out"],
    ),
    ("a text in one language", ", en: Knows whom it serves.}", "}", "INST-070", "AUD3", ["no wording in en"]),
    (
        "one reflective item",
        "attention:",
        "  - {id: ONE, name: {zh: 一, en: One}, items: [{id: ONE1, text: {zh: 单, en: Single}}]}\nattention:",
        "INST-080",
        "id: ONE,",
        ["one item", "model: single"],
    ),
]


@pytest.fixture
def write(tmp_path: Path):
    (tmp_path / "tam.sem").write_text(MODEL, encoding="utf-8")

    def save(text: str) -> Path:
        path = tmp_path / "toy.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return save


def test_the_unbroken_one_is_sound(write):
    examination = examine_instrument(write(GOOD))
    assert examination.faults == ()
    assert examination.instrument is not None


@pytest.mark.parametrize(("old", "new", "code", "at", "words"), [c[1:] for c in BROKEN], ids=[c[0] for c in BROKEN])
def test_broken(write, old, new, code, at, words):
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


@pytest.mark.parametrize(("old", "new", "code"), [(c[1], c[2], c[3]) for c in BROKEN], ids=[c[0] for c in BROKEN])
def test_one_slip_is_one_fault(write, old, new, code):
    """A slip is not followed by faults that are only its consequences."""
    allowed_echoes = {
        # an id that changed really leaves references to the old one dangling
        "INST-020": {"INST-004"},
        "INST-021": {"INST-004"},
        # a scale nobody defined, and codes that no longer fit, concern several entries
        "INST-023": {"INST-022", "INST-025"},
        # taking an item out of a form concerns the checks and models that need it there
        "INST-050": {"INST-032"},
        # what a refused merge key would have brought in is missing
        "INST-006": {"INST-023"},
    }
    found = {fault.code for fault in examine_instrument(write(GOOD.replace(old, new, 1))).faults}
    assert found - {code} <= allowed_echoes.get(code, set())


def test_faults_of_every_kind_come_in_one_go(write):
    text = GOOD.replace("dk: 98", "dk: 5").replace("forms: [F, S, B]", "forms: [F, S, X]")
    text = text.replace("parts: [AUD, LAND]", "parts: [AUD, LNAD]").replace("id: toy", "id: toy\n  id: toy2")
    with pytest.raises(InstrumentError) as caught:
        load_instrument(write(text))
    codes = [fault.code for fault in caught.value.faults]
    assert codes == ["INST-005", "INST-024", "INST-013", "INST-004"], "in the order of lines"
    assert caught.value.exit_code == 3


@pytest.mark.parametrize(
    ("content", "code", "word"),
    [
        (b"", "INST-007", "empty"),
        (b"# only a comment\n", "INST-007", "empty"),
        (b"- a\n- b\n", "INST-007", "a list"),
        (b"just words\n", "INST-007", "a single text"),
        (b"\x80\x81\xff\xfe\xfa" * 9, "INST-002", "UTF-8"),
        (b"\xff\xfea", "INST-002", "UTF-16"),
        (b"PK\x03\x04" + bytes(range(256)), "INST-002", "UTF-8"),
        (b"a: &a [*a]\n", "INST-006", "contains it"),
        (b"a: " + b"[" * 3000, "INST-006", "deeper"),
        (b"a: " + b"[" * 60 + b"]" * 60, "INST-006", "deeper"),
        (
            b"a: &a [1,1,1,1,1,1,1,1,1,1]\n"
            + b"".join(b"%c: &%c [%s]\n" % (98 + i, 98 + i, b",".join([b"*%c" % (97 + i)] * 10)) for i in range(8)),
            "INST-006",
            "multiply",
        ),
        (b"x" * 5_000_001, "INST-002", "too many"),
    ],
    ids=[
        "empty",
        "comment",
        "list",
        "text",
        "bytes",
        "cut UTF-16",
        "zip",
        "loop",
        "open",
        "deep",
        "bomb",
        "large",
    ],
)
def test_files_that_are_no_instrument(tmp_path, content, code, word):
    path = tmp_path / "x.yaml"
    path.write_bytes(content)
    (fault,) = examine_instrument(path).faults
    assert fault.code == code
    assert word in str(fault)
    assert fault.where.startswith(str(path))


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
def test_other_encodings_are_read_and_said(tmp_path, encoding):
    (tmp_path / "tam.sem").write_text(MODEL, encoding="utf-8")
    path = tmp_path / "toy.yaml"
    path.write_bytes(GOOD.encode(encoding))
    examination = examine_instrument(path)
    assert examination.faults == ()
    assert examination.instrument.construct("LAND").name.zh == "落地不足"
    assert [w.code for w in examination.warnings] == ["INST-101"]
    assert encoding.replace("gb", "GB").replace("utf", "UTF") in examination.warnings[0].message


def test_utf8_with_byte_order_mark_needs_no_warning(write, tmp_path):
    path = write(GOOD)
    path.write_bytes(GOOD.encode("utf-8-sig"))
    assert examine_instrument(path).warnings == ()


@pytest.mark.parametrize(
    ("model", "code", "words"),
    [
        ("LAND =~ LAND1 + LAND7", "INST-004", ["tam.sem:1", "'LAND7'", "no item"]),
        ("# first\n\nAUD =~ AUD1 +\n  AUD9", "INST-004", ["tam.sem:3", "'AUD9'"]),
    ],
)
def test_models_that_measure_by_no_item(write, tmp_path, model, code, words):
    path = write(GOOD)
    (tmp_path / "tam.sem").write_text(model, encoding="utf-8")
    (fault,) = examine_instrument(path).faults
    assert fault.code == code
    assert all(word in fault.message for word in words)


def test_model_in_a_form_without_its_items(write, tmp_path):
    text = GOOD.replace("title: {zh: 模型, en: Model}", "title: {zh: 模型, en: Model}, forms: [brief]")
    path = write(text)
    (tmp_path / "tam.sem").write_text("F =~ LAND2 + LAND3", encoding="utf-8")
    (fault,) = examine_instrument(path).faults
    assert fault.code == "INST-050"
    assert "brief form, which has no item of F" in fault.message


def test_a_link_out_of_the_folder_is_refused(write, tmp_path):
    outside = tmp_path.parent / "outside.sem"
    outside.write_text(MODEL, encoding="utf-8")
    (tmp_path / "link.sem").symlink_to(outside)
    (fault,) = examine_instrument(write(GOOD.replace("file: tam.sem", "file: link.sem"))).faults
    assert fault.code == "INST-061"


def test_no_such_instrument_names_the_bundled_ones():
    with pytest.raises(InstrumentError) as caught:
        load_instrument("gov-wechat-publik")
    assert caught.value.code == "INST-001"
    assert "Did you mean 'gov-wechat-public'?" in str(caught.value)


def test_a_folder_without_instrument(tmp_path):
    with pytest.raises(InstrumentError, match=r"holds no instrument\.yaml"):
        load_instrument(tmp_path)
