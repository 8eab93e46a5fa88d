"""Drafts: real files give instruments that pass the check, our own exports come back, losses are named."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from wxsat.cli.app import app
from wxsat.errors import InstrumentError, UsageError
from wxsat.instrument.export import export_instrument
from wxsat.instrument.fielded import fielded_form
from wxsat.instrument.load import bundled_instruments, examine_instrument, load_instrument
from wxsat.instrument.sources.draft import import_instrument

PLATFORMS = "data/real/C_platform/"
# File, questions and items of each construct, counted by hand in the file.
REAL = [
    ("wjx-text", "wjx_import_text/gov_open_data_platform_54941225.txt", 25, [20]),
    ("wjx-text", "wjx_import_text/gov_weibo_users_92004420.txt", 25, [15]),
    ("wjx-text", "wjx_dsl/satisfaction_survey.txt", 10, [6]),
    ("wjx-text", "wjx_dsl/nps_survey.txt", 10, [5]),
    ("qsf", "qualtrics/QualtricsTools/Test_Survey_for_Coded_Comments.qsf", 2, None),
    ("qsf", "qualtrics/QualtricsTools/Better_Sample_Survey.qsf", None, [3]),
    ("redcap-csv", "redcap/REDCapR/survey/dictionary.csv", 25, None),
    ("redcap-csv", "redcap/REDCapR/longitudinal/dictionary.csv", None, None),
    ("redcap-csv", "redcap/REDCapR/potentially-problematic-dictionary/dictionary.csv", 6, None),
    ("xlsform", "xlsform/ruODK/I8n_no_lang.xls", None, [4]),
    ("xlsform", "xlsform/pyxform/widgets.csv", None, None),
    ("xlsform", "xlsform/pyxform/yes_or_no_question.xlsx", 1, [1]),
    ("sav", "wjx_sav_53/wjx_export.sav", 35, None),
]


def examined(draft, tmp_path):
    file = tmp_path / "draft.yaml"
    file.write_text(draft.yaml, encoding="utf-8")
    return examine_instrument(file)


@pytest.mark.parametrize(("source", "file", "n_questions", "items"), REAL)
def test_real_files_give_sound_drafts(shared_data, tmp_path, source, file, n_questions, items):
    draft = import_instrument(shared_data(PLATFORMS + file), source)
    examination = examined(draft, tmp_path)
    assert examination.faults == ()
    if n_questions is not None:
        assert draft.n_questions == n_questions
    if items is not None:
        assert [len(c.items) for c in examination.instrument.constructs] == items
    assert {"INST-119", "INST-120"} <= {f.code for f in draft.findings}


@pytest.mark.parametrize("file", ["gbk_peking/data.sav", "cn_varnames_7cola8/数据.sav", "readspss/hotel.sav"])
def test_spss_files_of_every_kind(shared_data, tmp_path, file):
    draft = import_instrument(shared_data("data/real/D_spss_stata_sas/" + file), "sav")
    assert examined(draft, tmp_path).faults == ()


def test_an_encrypted_file_is_refused_by_name(shared_data):
    with pytest.raises(InstrumentError) as raised:
        import_instrument(shared_data("data/real/D_spss_stata_sas/readspss/hotel-encrypted.sav"), "sav")
    assert raised.value.code == "INST-048"


@pytest.mark.parametrize("to", ["xlsform", "redcap-csv"])
@pytest.mark.parametrize("name", [name for name, _ in bundled_instruments()])
def test_exports_come_back_with_ids_codes_wordings_and_routing(tmp_path, name, to):
    instrument = load_instrument(name)
    suffix = {"xlsform": ".xlsx", "redcap-csv": ".csv"}[to]
    file = export_instrument(instrument, to, tmp_path / f"out{suffix}")
    examination = examined(import_instrument(file, to), tmp_path)
    assert examination.faults == ()
    back = {p.id: p for p in fielded_form(examination.instrument, "full", "zh").prompts}
    prompts = [p for p in fielded_form(instrument, "full").prompts if to == "redcap-csv" or not p.assigned]
    drawn = {p.id for p in fielded_form(instrument, "full").prompts if p.assigned} if to == "xlsform" else set()
    for prompt in prompts:
        assert [a.code for a in back[prompt.id].answers] == [a.code for a in prompt.answers], prompt.id
        assert back[prompt.id].text.zh == prompt.text.zh
        if prompt.condition is None or prompt.condition.question not in drawn:
            assert back[prompt.id].condition == prompt.condition


def test_wjx_text_comes_back_by_wording(tmp_path):
    instrument = load_instrument("gov-wechat-public")
    file = export_instrument(instrument, "wjx-text", tmp_path / "out.txt")
    examination = examined(import_instrument(file, "wjx-text"), tmp_path)
    back = {p.text.zh: p for p in fielded_form(examination.instrument, "full", "zh").prompts}
    taken_over = 0
    for prompt in fielded_form(instrument, "full").prompts:
        found = back[prompt.text.zh]
        assert [a.words("zh") for a in found.answers] == [a.words("zh") for a in prompt.answers], prompt.id
        if prompt.rating and found.rating:
            # A list without codes is counted: "don't know" becomes the number behind the last one, and stays missing.
            kept, wanted = ([(a.code, a.missing) for a in p.answers if not a.missing] for p in (found, prompt))
            assert kept == wanted, prompt.id
            taken_over += 1
    assert taken_over > 90


WJX = """标题

1. * 您的性别[单选题]
A.男
B.女

2. 服务态度：[矩阵反向量表题]
很不同意 不同意 一般 同意 很同意
回复太慢
没人理睬

3. 一句话
分两行写[量表题]
0~10

4. 排一排[排序题]
甲
乙

[分页栏]

5. 意见[填空题]（选填）
"""


def test_wjx_text_layouts_and_reverse_tags(tmp_path):
    file = tmp_path / "a.txt"
    file.write_bytes(WJX.encode("gb18030"))
    draft = import_instrument(file, "wjx-text")
    instrument = examined(draft, tmp_path).instrument
    grid = instrument.constructs[0]
    assert [(i.text.zh, i.key) for i in grid.items] == [("回复太慢", "R"), ("没人理睬", "R")]
    assert grid.stem.zh == "服务态度："
    assert instrument.scale_of(grid.items[0]).labels["zh"][0] == "很不同意"
    by_id = {q.id: q for q in instrument.background}
    assert [c.text.zh for c in by_id["Q1"].choices] == ["男", "女"]
    assert by_id["Q3"].text.zh == "一句话 分两行写"
    assert [c.code for c in by_id["Q3"].choices] == list(range(11))
    assert by_id["Q5"].kind == "text"
    skipped = next(f for f in draft.findings if f.code == "INST-123")
    assert skipped.evidence["items"] == "Q4 (排序题)"


DICTIONARY = (
    '"Variable / Field Name","Form Name","Section Header","Field Type","Field Label",'
    '"Choices, Calculations, OR Slider Labels","Branching Logic (Show field only if...)","Identifier?"\n'
    "id,f,,text,Id,,,y\n"
    'use,f,,yesno,"Used <b>it</b>?",,,\n'
    'a1,f,,radio,Good,"1, Low | 2, Mid | 3, High | 98, Don\'t know","[use] = \'1\'",\n'
    'a2,f,,radio,Bad,"1, Low | 2, Mid | 3, High | 98, Don\'t know","[id] <> \'\'",\n'
    'a3,f,,radio,Fast,"1, Low | 2, Mid | 3, High | 98, Don\'t know",,\n'
    "total,f,,calc,Sum,[a1]+[a2],,\n"
)


def test_redcap_routing_missing_codes_and_identifiers(tmp_path):
    file = tmp_path / "d.csv"
    file.write_text(DICTIONARY, encoding="utf-8")
    draft = import_instrument(file, "redcap-csv")
    instrument = examined(draft, tmp_path).instrument
    scale = instrument.scale_of(instrument.item("a1"))
    assert (scale.codes, scale.dk) == ((1, 2, 3), 98)
    assert instrument.item("a1").ask_if.question == "use"
    assert {q.id: q.role for q in instrument.background} == {"id": "identifier", "use": "background"}
    assert instrument.background[1].text.en == "Used it ?"
    said = {f.code: f.evidence["items"] for f in draft.findings}
    assert said["INST-123"] == "total (calc)"
    assert said["INST-124"].startswith("a2: ")


@pytest.mark.parametrize(
    ("source", "content", "code"),
    [
        ("qsf", b"{}", "INST-046"),
        ("qsf", b"not json", "INST-045"),
        ("redcap-csv", b"a,b\n1,2\n", "INST-046"),
        ("xlsform", b"PK no workbook", "INST-048"),
        ("sav", b"$FL2 no data", "INST-048"),
        ("wjx-text", "一段话，没有题目。".encode(), "INST-047"),
        ("wjx-text", b"", "INST-047"),
    ],
)
def test_what_is_something_else_is_refused_by_name(tmp_path, source, content, code):
    file = tmp_path / "file.bin"
    file.write_bytes(content)
    with pytest.raises(InstrumentError) as raised:
        import_instrument(file, source)
    assert raised.value.code == code


def test_unknown_source_and_missing_file(tmp_path):
    with pytest.raises(UsageError) as raised:
        import_instrument(tmp_path / "x", "wjx")
    assert raised.value.code == "INST-049"
    with pytest.raises(InstrumentError) as missing:
        import_instrument(tmp_path / "x", "sav")
    assert missing.value.code == "INST-001"


def test_command_writes_a_draft_that_passes_the_check(tmp_path):
    file, out = tmp_path / "a.txt", tmp_path / "my-survey.yaml"
    file.write_text(WJX, encoding="utf-8")
    command = ["instrument", "import", str(file), "--from", "wjx-text", "--out", str(out)]
    run = CliRunner().invoke(app, [*command, "--json"])
    assert run.exit_code == 0
    assert json.loads(run.stdout)["questions"] == 5
    assert load_instrument(out).id == "my-survey"
    again = CliRunner().invoke(app, command)
    assert again.exit_code != 0, "an existing file is not replaced"
