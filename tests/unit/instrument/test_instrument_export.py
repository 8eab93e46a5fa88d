"""Questionnaires and codebooks: what respondents see, what they must not see, and equal bytes every time."""

from __future__ import annotations

import csv
import io
import os
import zipfile
from pathlib import Path

import docx
import openpyxl
import pytest
import python_calamine
from docx.oxml.ns import qn

from wxsat.errors import UsageError
from wxsat.instrument.codebook import codebook_rows, content_hash
from wxsat.instrument.export import PRINTED, defuse, export_instrument
from wxsat.instrument.instrument import FORMS, AttentionCheck, Item, Label
from wxsat.instrument.load import load_instrument
from wxsat.instrument.order import asking_order
from wxsat.instrument.print_markdown import questionnaire_markdown
from wxsat.instrument.questionnaire import ROWS_IN_A_GRID, make_questionnaire

SUFFIX = {"markdown": ".md", "docx": ".docx", "codebook-csv": ".csv", "codebook-xlsx": ".xlsx"}
CASES = [(to, form, language) for to in PRINTED for form in FORMS for language in ("zh", "en", "both")]


@pytest.fixture(scope="module")
def instrument():
    return load_instrument("gov-wechat-public")


def docx_text(path) -> str:
    document = docx.Document(path)
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


@pytest.mark.parametrize(("to", "form", "language"), CASES)
def test_each_format_form_and_language_holds_every_wording_twice_the_same(instrument, tmp_path, to, form, language):
    first = export_instrument(instrument, to, tmp_path / f"a{SUFFIX[to]}", form=form, language=language)
    second = export_instrument(instrument, to, tmp_path / f"b{SUFFIX[to]}", form=form, language=language)
    assert first.read_bytes() == second.read_bytes()
    if to == "docx":
        text = docx_text(first)
    elif to == "codebook-xlsx":
        rows = python_calamine.load_workbook(first).get_sheet_by_index(0).to_python()
        text = "\n".join(str(cell) for row in rows for cell in row)
    else:
        text = first.read_text(encoding="utf-8-sig").replace("\\", "").replace('""', '"')
    for item in instrument.items_in(form):
        for each in ("zh", "en") if language == "both" else (language,):
            assert item.text.text(each) in text


def test_bytes_do_not_depend_on_the_clock(instrument, tmp_path, monkeypatch):
    plain = export_instrument(instrument, "docx", tmp_path / "a.docx", form="brief").read_bytes()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert export_instrument(instrument, "docx", tmp_path / "b.docx", form="brief").read_bytes() == plain
    with zipfile.ZipFile(io.BytesIO(plain)) as archive:
        assert {member.date_time for member in archive.infolist()} == {(2000, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("to", ["markdown", "docx"])
def test_respondents_see_no_key_rule_id_or_construct(instrument, tmp_path, form, to):
    path = export_instrument(instrument, to, tmp_path / f"q{SUFFIX[to]}", form=form, language="both")
    text = docx_text(path) if to == "docx" else path.read_text(encoding="utf-8")
    words = set(text.replace("|", " ").split())
    for item in instrument.items_in(form):
        assert item.id not in words
    columns = ("text_zh", "text_en", "labels_zh", "labels_en")
    own_words = "\n".join(str(row[column]) for row in codebook_rows(instrument, form) for column in columns)
    hidden = [name for c in instrument.constructs_in(form) for name in (c.name.zh, c.name.en)]
    hidden = [name for name in hidden if name not in own_words]  # a name may be a common word that items use
    assert len(hidden) > 20
    for name in hidden:
        assert name not in text
    for secret in ("AC1", "SRSI", "反向", "reverse", "fails"):
        assert secret not in text


@pytest.mark.parametrize("form", FORMS)
def test_numbers_run_through_and_are_those_of_the_codebook(instrument, form):
    entries = make_questionnaire(instrument, form).entries
    assert [entry.number for entry in entries] == list(range(1, len(entries) + 1))
    rows = codebook_rows(instrument, form)
    assert [(row["number"], row["id"]) for row in rows if row["number"]] == [(e.number, e.id) for e in entries]


@pytest.mark.parametrize("form", FORMS)
def test_everything_of_a_form_is_asked_exactly_once(instrument, form):
    asked = [entry.id for entry in asking_order(instrument, form)]
    wanted = [i.id for i in instrument.items_in(form)]
    wanted += [c.id for c in instrument.attention if form in c.forms and c.kind != "antonyms"]
    wanted += [q.id for q in instrument.background if form in q.forms]
    assert sorted(asked) == sorted(wanted)


def test_order_of_the_full_form(instrument):
    order = asking_order(instrument, "full")
    ids = [entry.id for entry in order]
    assert ids[:3] == ["EXPT1", "EXPT2", "EXPT3"], "expectations before any evaluation"
    assert ids.index("COMB") + 1 == ids.index("COMH1"), "the question that opens them stands before"
    assert ids[-1] == "SRSI", "diligence last"
    assert ids.index("AC3") > ids.index("PU4") + 50, "the paraphrase far from its twin"
    for check in ("AC1", "AC2"):
        neighbour = order[ids.index(check) - 1]
        assert isinstance(neighbour, Item)
        assert instrument.scale_of(neighbour).id == "likert7", "hidden among items of the same look"


def test_a_block_marked_before_comes_first(instrument):
    constructs = [c.model_copy(update={"ask": "before"}) if c.id == "SAT" else c for c in instrument.constructs]
    moved = instrument.model_copy(update={"constructs": constructs})
    assert asking_order(moved, "full")[0].id == "SAT1"


def test_a_check_with_a_place_of_its_own(instrument):
    checks = [c.model_copy(update={"after": "PU2"}) if c.id == "AC1" else c for c in instrument.attention]
    ids = [e.id for e in asking_order(instrument.model_copy(update={"attention": checks}), "full")]
    assert ids.index("AC1") == ids.index("PU2") + 1


def test_grids_are_short_and_conditions_are_printed(instrument):
    questionnaire = make_questionnaire(instrument, "full", "both")
    assert max(len(block.entries) for block in questionnaire.blocks if block.kind == "rating") <= ROWS_IN_A_GRID
    numbers = {entry.id: entry.number for entry in questionnaire.entries}
    condition = next(entry.condition for entry in questionnaire.entries if entry.id == "COMH1")
    assert condition == (
        f"（仅当第 {numbers['COMB']} 题选“是”时作答）",
        f"(Only if you chose “Yes” in question {numbers['COMB']})",
    )


def test_word_names_an_east_asian_font_and_repeats_its_headers(instrument, tmp_path):
    document = docx.Document(export_instrument(instrument, "docx", tmp_path / "q.docx"))
    assert document.styles["Normal"].element.rPr.rFonts.get(qn("w:eastAsia")) == "SimSun"
    section = document.sections[0]
    assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (21.0, 29.7)
    for table in document.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert sum(cell.width.cm for cell in table.rows[0].cells) == pytest.approx(17.4, abs=0.1)


def test_codebook_of_a_reversed_item(instrument):
    row = next(row for row in codebook_rows(instrument, "standard") if row["id"] == "LAND3")
    assert (row["construct"], row["key"], row["direction"], row["dilemma"]) == ("LAND", "R", "problem", "D2")
    assert (row["min"], row["max"], row["dk_code"], row["forms"]) == (1, 7, 98, "full, standard")
    assert row["labels_zh"].startswith("1=非常不同意; 2=不同意")


def test_codebook_holds_rules_and_routing(instrument):
    rows = {row["id"]: row for row in codebook_rows(instrument)}
    assert rows["AC1"]["rule"] == "fails unless 2"
    assert rows["AC3"]["rule"] == "fails if it differs from PU4 by 3 or more"
    assert rows["AC4"]["number"] is None
    assert "SHOW1/SHOW4" in rows["AC4"]["rule"]
    assert rows["COMH1"]["ask_if"] == "COMB in (1)"


def test_hash_changes_with_the_wording_and_only_then(instrument):
    item = instrument.item("PU1")
    before = content_hash(instrument, item)
    assert content_hash(instrument, item.model_copy(update={"forms": ["full"], "lineage": ["x"]})) == before
    reworded = item.model_copy(update={"text": Label(zh=item.text.zh, en="Other words.")})
    assert content_hash(instrument, reworded) != before
    assert content_hash(instrument, item.model_copy(update={"key": "R"})) != before
    hashes = [row["sha256"] for row in codebook_rows(instrument)]
    assert len(set(hashes)) == len(hashes)


def test_csv_opens_in_excel_and_reads_back(instrument, tmp_path):
    content = export_instrument(instrument, "codebook-csv", tmp_path / "c.csv", language="both").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [row["id"] for row in rows] == [row["id"] for row in codebook_rows(instrument, "full")]
    assert next(row["key"] for row in rows if row["id"] == "PU1") == "+"


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+86", "'+86"),
        ("-x", "'-x"),
        ("@a", "'@a"),
        ("\tx", "'\tx"),
        ("+", "+"),
        (-1, -1),
        ("a=b", "a=b"),
    ],
)
def test_cells_are_no_formulas(cell, safe):
    assert defuse(cell) == safe


def test_a_formula_in_a_wording_stays_text(instrument, tmp_path):
    constructs = list(instrument.constructs)
    evil = constructs[0].items[0].model_copy(update={"text": Label(zh="=HYPERLINK(1)", en="=1+1 | *x*")})
    constructs[0] = constructs[0].model_copy(update={"items": [evil, *constructs[0].items[1:]]})
    changed = instrument.model_copy(update={"constructs": constructs})
    text = export_instrument(changed, "codebook-csv", tmp_path / "c.csv").read_text(encoding="utf-8-sig")
    assert ",'=HYPERLINK(1)," in text
    book = python_calamine.load_workbook(export_instrument(changed, "codebook-xlsx", tmp_path / "c.xlsx"))
    assert "=HYPERLINK(1)" in [cell for row in book.get_sheet_by_index(0).to_python() for cell in row]
    sheet = openpyxl.load_workbook(tmp_path / "c.xlsx").active
    cells = [cell for row in sheet.iter_rows() for cell in row if str(cell.value).startswith("=")]
    assert cells
    assert all(cell.quotePrefix for cell in cells)
    assert r"=1+1 \| \*x\*" in questionnaire_markdown(make_questionnaire(changed, "full", "en"))


def test_an_existing_file_is_kept_without_force(instrument, tmp_path):
    path = tmp_path / "q.md"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        export_instrument(instrument, "markdown", path)
    assert caught.value.code == "OUT-014"
    assert path.read_text(encoding="utf-8") == "mine"
    export_instrument(instrument, "markdown", path, force=True)
    assert path.read_text(encoding="utf-8").startswith("# ")


def test_nothing_is_left_when_writing_fails(instrument, tmp_path, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(UsageError, match="No space left") as caught:
        export_instrument(instrument, "markdown", tmp_path / "q.md")
    assert caught.value.code == "OUT-015"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "code"),
    [({"to": "pdf"}, "OUT-013"), ({"form": "short"}, "OUT-013"), ({"language": "fr"}, "OUT-013")],
)
def test_unknown_choices(instrument, tmp_path, arguments, code):
    options = {"to": "markdown", "out": tmp_path / "x.md"} | arguments
    with pytest.raises(UsageError) as caught:
        export_instrument(instrument, **options)
    assert caught.value.code == code


def test_missing_folder_language_and_form(instrument, tmp_path):
    with pytest.raises(UsageError, match="OUT-015"):
        export_instrument(instrument, "markdown", tmp_path / "none" / "q.md")
    with pytest.raises(UsageError, match="OUT-015"):
        export_instrument(instrument, "markdown", tmp_path)
    chinese = instrument.model_copy(update={"header": instrument.header.model_copy(update={"languages": ["zh"]})})
    with pytest.raises(UsageError, match="OUT-011"):
        export_instrument(chinese, "codebook-csv", tmp_path / "c.csv", language="en")
    items = [i.model_copy(update={"forms": ["full"]}) for i in instrument.construct("PU").items]
    only_full = instrument.model_copy(
        update={"constructs": [instrument.construct("PU").model_copy(update={"items": items})]}
    )
    for to in PRINTED:
        with pytest.raises(UsageError, match="OUT-012"):
            export_instrument(only_full, to, tmp_path / f"x{SUFFIX[to]}", form="brief")


def test_instruments_of_test_scores_have_blanks_to_write_on(instrument):
    scores = load_instrument(Path(__file__).resolve().parents[3] / "analysis" / "holzinger-1939")
    questionnaire = make_questionnaire(scores, "full", "en")
    assert not any(block.options for block in questionnaire.blocks)
    assert questionnaire_markdown(questionnaire).count("\\_\\_\\_\\_") >= len(questionnaire.entries)


def test_an_instrument_may_have_checks_on_choices(instrument):
    check = next(c for c in instrument.attention if c.id == "SRSI")
    assert isinstance(check, AttentionCheck)
    entry = next(e for e in make_questionnaire(instrument, "full", "en").entries if e.id == "SRSI")
    assert [option.code for option in entry.options] == [1, 2]
