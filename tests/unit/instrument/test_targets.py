"""Forms for platforms: what they hold, against their compilers and real samples; what they lose is said."""

from __future__ import annotations

import csv
import io
import json
import re
from xml.etree import ElementTree

import pytest
from pyxform.xls2xform import convert
from typer.testing import CliRunner

from wxsat.cli.app import app
from wxsat.errors import UsageError
from wxsat.instrument.export import FORMATS, export_instrument, export_losses
from wxsat.instrument.fielded import fielded_form
from wxsat.instrument.load import bundled_instruments, load_instrument
from wxsat.instrument.targets.losses import CARRIES
from wxsat.instrument.targets.redcap_csv import COLUMNS
from wxsat.instrument.targets.wjx_text import answer_line
from wxsat.responses.answer_key import Refusal, answer_key, code_cell
from wxsat.responses.match import asked_questions

NAMES = [name for name, _ in bundled_instruments()]


@pytest.fixture(scope="module")
def public():
    return load_instrument("gov-wechat-public")


def exported(instrument, to, tmp_path, form="full", language="zh", suffix=""):
    return export_instrument(instrument, to, tmp_path / f"out{suffix}", form=form, language=language, force=True)


@pytest.mark.parametrize(("name", "language"), [*((name, "both") for name in NAMES), ("gov-wechat-public", "zh")])
def test_xlsform_compiles_with_every_question_choice_and_rule(tmp_path, name, language):
    instrument = load_instrument(name)
    path = exported(instrument, "xlsform", tmp_path, language=language, suffix=".xlsx")
    compiled = convert(xlsform=str(path))
    assert compiled.warnings == []
    form = fielded_form(instrument, "full", language)
    bodies = set(re.findall(r'<(?:select1|select|input|range)[^>]*ref="[^"]*/(\w+)"', compiled.xform))
    assert {p.id for p in form.prompts if not p.assigned} <= bodies
    routed = [p for p in form.prompts if p.condition is not None]
    binds = dict(re.findall(r'<bind nodeset="[^"]*/(\w+)"([^>]*)/>', compiled.xform))
    for prompt in routed:
        assert "relevant=" in binds[prompt.id]
        assert prompt.condition.question in binds[prompt.id]
    for prompt in form.prompts:
        assert ("required=" in binds[prompt.id]) == (prompt.required and not prompt.assigned), prompt.id
    if language == "both":
        assert compiled.xform.count("<translation ") == 2


def test_same_bytes_every_time(public, tmp_path):
    for to in FORMATS:
        first = exported(public, to, tmp_path, "brief", suffix=".a").read_bytes()
        assert exported(public, to, tmp_path, "brief", suffix=".b").read_bytes() == first, to


def test_redcap_has_the_columns_of_a_real_dictionary(public, tmp_path, shared_data):
    real = shared_data("data/real/C_platform/redcap/REDCapR/simple/dictionary.csv")
    with real.open(encoding="utf-8-sig", newline="") as file:
        assert tuple(next(csv.reader(file))) == COLUMNS
        kinds = {row[3] for row in csv.reader(file)}
    rows = list(csv.DictReader(io.StringIO(exported(public, "redcap-csv", tmp_path).read_text(encoding="utf-8"))))
    assert {"text", "notes", "radio", "checkbox"} <= kinds, "the witness has every kind that is written"
    assert {row["Field Type"] for row in rows} <= kinds
    assert all(re.fullmatch(r"[a-z][a-z0-9_]{0,99}", row[COLUMNS[0]]) for row in rows)
    by_name = {row[COLUMNS[0]]: row for row in rows}
    assert by_name["comh1"][COLUMNS[11]] == "[consent] = '1' and ([comb] = '1')"
    assert by_name["pu1"][COLUMNS[5]].startswith("1, 非常不同意 | 2, ")
    assert "98, " in by_name["pu1"][COLUMNS[5]]
    assert (by_name["age"][COLUMNS[8]], by_name["age"][COLUMNS[9]]) == ("18", "100")


def test_limesurvey_has_columns_classes_and_settings_of_a_real_export(public, tmp_path, shared_data):
    folder = "data/real/C_platform/limesurvey/limonaid/"
    real = shared_data(folder + "export-of-minimal-survey-as-tsv.txt")
    with real.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    text = exported(public, "limesurvey-tsv", tmp_path, language="both").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    ours = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig")), delimiter="\t"))
    assert set(ours[0]) <= set(rows[0])
    assert {row["class"] for row in ours} <= {row["class"] for row in rows}
    settings = {row["name"] for row in rows if row["class"] in ("S", "SL")}
    assert {row["name"] for row in ours if row["class"] in ("S", "SL")} <= settings
    by_language = [
        [r["name"] for r in ours if r["language"] == code and r["class"] in "QSQA"] for code in ("zh-Hans", "en")
    ]
    assert by_language[0] == by_language[1], "the same rows in the same order in both languages"
    questions = [row for row in ours if row["class"] == "Q" and row["language"] == "en"]
    assert len(questions) == len(fielded_form(public, "full", "both").prompts) + 1
    assert {q["type/scale"] for q in questions} == {"L", "M", "N", "T"}
    assert next(q for q in questions if q["name"] == "N01P")["relevance"] == 'N01U.NAOK == "1"'
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9]*", q["name"]) for q in questions)


def test_limesurvey_codes_stay_apart():
    for name in NAMES:
        prompts = fielded_form(load_instrument(name), "full").prompts
        codes = [re.sub(r"[^A-Za-z0-9]", "", p.id).lower() for p in prompts]
        assert len(set(codes)) == len(codes), name


def test_qualtrics_text_is_made_of_its_own_marks(public, tmp_path):
    text = exported(public, "qualtrics-txt", tmp_path, language="en").read_text(encoding="utf-8")
    assert text.startswith("[[AdvancedFormat]]\n")
    marks = {re.sub(r":.*", "", mark) for mark in re.findall(r"\[\[(.*?)\]\]", text)}
    known = {"AdvancedFormat", "Block", "Question", "ID", "AdvancedChoices", "Choice", "AdvancedAnswers", "Answer"}
    assert marks == known | {"PageBreak"}
    ids = re.findall(r"\[\[(?:ID|Choice):([A-Za-z]\w*)\]\]", text)
    for prompt in fielded_form(public, "full", "en").prompts:
        assert ids.count(prompt.id) == 1, prompt.id
    assert "[[Answer:98]]" in text


def test_surveyjs_names_are_the_documented_ones(public, tmp_path):
    document = json.loads(exported(public, "surveyjs", tmp_path, language="both").read_text(encoding="utf-8"))
    elements = [element for each in document["pages"] for element in each["elements"]]
    assert {e["type"] for e in elements} == {"html", "boolean", "radiogroup", "checkbox", "text", "comment"}
    by_name = {e["name"]: e for e in elements}
    assert [p.id for p in fielded_form(public, "full").prompts] == [
        n for n in by_name if n not in ("intro1", "intro2", "consent")
    ]
    assert by_name["COMH1"]["visibleIf"] == "{COMB} = 1"
    assert by_name["PU1"]["choices"][0]["text"]["zh-cn"] == "非常不同意"
    assert (by_name["age"]["min"], by_name["age"]["max"], by_name["age"]["inputType"]) == (18, 100, "number")


def test_wjx_jsonl_is_one_question_a_line(public, tmp_path):
    lines = [json.loads(x) for x in exported(public, "wjx-jsonl", tmp_path).read_text(encoding="utf-8").splitlines()]
    assert lines[0]["qtype"] == "问卷基础信息"
    assert lines[0]["atype"] == 1
    assert {line["qtype"] for line in lines[1:]} == {"单选", "多选", "单项填空", "简答题", "分页栏"}
    asked = [line for line in lines[1:] if line["qtype"] != "分页栏"]
    assert [line["title"] for line in asked] == [p.text.zh for p in fielded_form(public, "full").prompts]


def test_ddi_is_well_formed_and_holds_keys_and_rules(public, tmp_path):
    root = ElementTree.fromstring(exported(public, "ddi", tmp_path, language="both").read_bytes())
    space = {"d": "ddi:codebook:2_5"}
    variables = {v.get("ID"): v for v in root.findall("d:dataDscr/d:var", space)}
    assert set(variables) == {p.id for p in fielded_form(public, "full").prompts}
    notes = {n.get("subject"): n.text for n in variables["SHOW4"].findall("d:notes", space)}
    assert notes["key"] == "R"
    assert variables["N01P"].find("d:universe", space).text == "asked only if N01U in (1)"
    groups = {g.get("ID"): g.get("var").split() for g in root.findall("d:dataDscr/d:varGrp", space)}
    assert groups["PU"] == ["PU1", "PU2", "PU3", "PU4"]


@pytest.mark.parametrize("to", sorted(CARRIES))
def test_nothing_is_lost_in_silence(public, to):
    losses = {f.code: f for f in export_losses(public, to, "full", "both")}
    assert {"INST-109", "INST-110"} <= set(losses), "no platform keeps reverse keys and attention rules"
    assert losses["INST-109"].evidence["count"] == sum(i.reversed for i in public.items_in("full"))
    routed = {p.id for p in fielded_form(public, "full").prompts if p.condition}
    if "routing" not in CARRIES[to]:
        assert set(losses["INST-108"].evidence["items"].split(", ")) == routed


def test_arms_are_drawn_or_said_not_to_be(tmp_path):
    instrument = load_instrument("gov-wechat-experiments")
    for to in CARRIES:
        lost = [f for f in export_losses(instrument, to) if f.code == "INST-111"]
        assert bool(lost) == ("draws" not in CARRIES[to])
    rows = exported(instrument, "limesurvey-tsv", tmp_path).read_text(encoding="utf-8-sig")
    assert "{if(is_empty(LARM.NAOK), rand(1,2), LARM.NAOK)}" in rows


def test_command_lists_losses_and_refuses_a_stray_address(tmp_path):
    run = CliRunner().invoke(
        app,
        ["instrument", "export", "gov-wechat-public", "--to", "wjx-text", "--out", str(tmp_path / "a.txt"), "--json"],
    )
    assert run.exit_code == 0
    document = json.loads(run.stdout)
    assert {f["code"] for f in document["findings"]} >= {"INST-108", "INST-112", "INST-115"}
    with pytest.raises(UsageError) as raised:
        export_instrument(load_instrument("gov-wechat-public"), "ddi", tmp_path / "b.xml", post="https://example.org")
    assert raised.value.code == "INST-044"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_answer_written_for_wjx_is_read_back_to_its_code(name, language):
    instrument = load_instrument(name)
    asked = {each.id: each for each in asked_questions(instrument)}
    form = fielded_form(instrument, "full", language)
    for prompt in form.prompts:
        key = answer_key(asked[prompt.id]) if prompt.answers else None
        for answer in prompt.answers:
            read = code_cell(answer_line(form, prompt, answer), key)
            reason = "dont_know" if answer.missing else ""
            assert not isinstance(read, Refusal), (prompt.id, answer)
            assert read[1] == reason, (prompt.id, answer, read)
            assert answer.missing or read[0] == answer.code, (prompt.id, answer, read)


def test_names_that_would_fall_together_are_refused(tmp_path):
    text = """
instrument: {id: small, version: "1", title: {en: Small}, languages: [en], default_scale: five}
scales: {five: {min: 1, max: 5, anchors: {1: {en: low}, 5: {en: high}}}}
constructs:
  - {id: A, name: {en: A}, items: [{id: A_1, text: {en: one}}, {id: A1, text: {en: two}}]}
background: [{id: consent, kind: text, text: {en: said}}]
"""
    file = tmp_path / "small.yaml"
    file.write_text(text, encoding="utf-8")
    small = load_instrument(file)
    for to, n_faults in (("limesurvey-tsv", 2), ("redcap-csv", 1), ("xlsform", 1), ("html", 1)):
        with pytest.raises(UsageError) as raised:
            export_instrument(small, to, tmp_path / "out", language="en")
        assert [f.code for f in raised.value.faults] == ["INST-062"] * n_faults, to
    assert export_instrument(small, "qualtrics-txt", tmp_path / "out", language="en").exists()
