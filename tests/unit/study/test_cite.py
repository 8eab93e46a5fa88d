"""A cited table carries what DOMAIN's E6 lists, or the error names the line of the study file to fill."""

from __future__ import annotations

import json
import math
import re
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from wxsat.cli.app import app
from wxsat.errors import StudyError, UsageError
from wxsat.present.citation import CIRCLED, citation_from_dict, questions_behind, record_citation
from wxsat.present.content import FieldNotes
from wxsat.present.document import NumberBook, without_marks
from wxsat.present.report import build_report, report_to_json
from wxsat.present.table import Column, Table
from wxsat.study.cite import cite_tables
from wxsat.study.load import load_study
from wxsat.study.prepare import prepare_study
from wxsat.study.street import walk_street

HOLZINGER = Path(__file__).resolve().parents[3] / "analysis" / "holzinger-1939"
DATED = "fieldwork:\n  start: 1939-01-01\n  end: 1939-06-30\n  design: panel\n"


def write_folder(folder, study_folder):
    """The files of a run that citing reads, without its figures."""
    content = walk_street(prepare_study(load_study(study_folder)))
    report = build_report(content, ("en", "zh"))
    folder.mkdir()
    (folder / "documents.json").write_text(report_to_json(report.documents), encoding="utf-8")
    (folder / "numbers.json").write_text(json.dumps(list(report.numbers), default=float), encoding="utf-8")
    (folder / "citation.json").write_text(json.dumps(report.citation.to_dict()), encoding="utf-8")
    return content


@pytest.fixture(scope="module")
def silent(tmp_path_factory):
    """A real study that does not say when it was in the field."""
    folder = tmp_path_factory.mktemp("silent") / "run"
    write_folder(folder, HOLZINGER)
    return folder


@pytest.fixture(scope="module")
def dated(tmp_path_factory):
    study = tmp_path_factory.mktemp("dated") / "study"
    shutil.copytree(HOLZINGER, study)
    text = (study / "study.yaml").read_text(encoding="utf-8").replace("fieldwork:\n", DATED)
    (study / "study.yaml").write_text(text, encoding="utf-8")
    folder = study.parent / "run"
    return folder, write_folder(folder, study)


def test_missing_dates_name_the_line_to_fill(silent):
    lines = (HOLZINGER / "study.yaml").read_text(encoding="utf-8").splitlines()
    with pytest.raises(StudyError) as caught:
        cite_tables(silent, ["reliability"])
    assert [fault.code for fault in caught.value.faults] == ["OUT-025", "OUT-025"]
    assert ["`fieldwork: start`" in caught.value.faults[0].message, caught.value.exit_code] == [True, 3]
    line = int(caught.value.faults[0].where.removeprefix("study.yaml:"))
    # The line of the entry, or of the first thing in it.
    assert "fieldwork:" in (lines[line - 1], lines[line - 2])
    assert not (silent / "cited").exists()


def test_the_command_exits_three(silent):
    result = CliRunner().invoke(app, ["report", str(silent), "--cite", "fit.three_factors"])
    assert isinstance(result.exception, StudyError)
    assert result.exception.exit_code == 3


def test_ten_notes_then_the_tables_own_then_the_source(dated):
    folder, content = dated
    for language, dates in (("en", "1939-01-01 to 1939-06-30"), ("zh", "1939-01-01—1939-06-30")):
        path = cite_tables(folder, ["reliability"], "json", language=language)
        told = json.loads(path.read_text(encoding="utf-8"))
        (table,) = told["tables"]
        notes = table["notes"]
        assert [note[0] for note in notes[:10]] == list(CIRCLED)
        assert dates in notes[2]
        assert str(content.responses.n) in notes[3]
        assert "±" not in notes[5]
        assert "x1" in notes[6]
        config = load_study(folder.parent / "study").sha256
        assert config[:12] in notes[9]
        assert ("Not official statistics" in notes[9]) or ("非政府统计数据" in notes[9])
        assert content.title.text(language) in notes[-1]
        assert len(told["wording"]) == 9


@pytest.mark.parametrize("to", ["docx", "html", "xlsx", "latex", "markdown"])
def test_every_format_is_written_once(dated, to):
    folder, _ = dated
    path = cite_tables(folder, ["reliability", "htmt"], to)
    assert path.parent == folder / "cited"
    assert path.stat().st_size > 500
    with pytest.raises(UsageError, match="STUDY-042"):
        cite_tables(folder, ["reliability", "htmt"], to)
    if to in ("markdown", "latex", "html"):
        shown = path.read_text(encoding="utf-8")
        assert "①" in shown or r"\textcircled{\scriptsize 1}" in shown
        assert "Speeded addition" in shown
        assert "⟦" not in shown


def test_the_design_is_told(dated):
    folder, _ = dated
    path = cite_tables(folder, ["reliability"], "markdown", out=folder / "design.md")
    assert "Design: panel" in path.read_text(encoding="utf-8")


def test_an_unknown_table_has_a_neighbour(dated):
    with pytest.raises(UsageError, match=r"reliabilty.*Did you mean 'reliability'.*OUT-026"):
        cite_tables(dated[0], ["reliabilty"])
    with pytest.raises(UsageError, match="STUDY-040"):
        cite_tables(dated[0], ["reliability"], "csv")
    with pytest.raises(UsageError, match="STUDY-041"):
        cite_tables(dated[0], ["reliability"], language="fr")
    with pytest.raises(StudyError, match="STUDY-043"):
        cite_tables(dated[0] / "nowhere", ["reliability"])


def test_a_run_that_lost_its_record_or_its_numbers_is_refused(dated, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(dated[0], folder, ignore=shutil.ignore_patterns("cited"))
    (folder / "numbers.json").write_text("[]", encoding="utf-8")
    with pytest.raises(StudyError, match=r"sample\.n.*OUT-027"):
        cite_tables(folder, ["reliability"])
    (folder / "citation.json").unlink()
    with pytest.raises(StudyError, match="OUT-027"):
        cite_tables(folder, ["reliability"])


def test_an_item_without_wording_cannot_be_cited(dated, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(dated[0], folder, ignore=shutil.ignore_patterns("cited"))
    record = json.loads((folder / "citation.json").read_text(encoding="utf-8"))
    del record["wording"]["en"]["x4"]
    (folder / "citation.json").write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(StudyError, match=r"study\.yaml:\d+.*exact wording.*x4.*OUT-025"):
        cite_tables(folder, ["reliability"])


def one_table(*keys):
    return Table("t", "T", "en", (Column("n", "n", "integer"),), tuple((1,) for _ in keys), keys)


def test_a_margin_of_error_is_for_probability_samples_alone(dated):
    content = dated[1]
    for probability in (False, True):
        book = NumberBook()
        notes = replace(content.notes, probability=probability)
        weighted = replace(content, notes=notes, weighting=None)
        record = record_citation(weighted, [one_table("speed")], ("en",), book)
        sixth = record.notes["en"]["t"][5]
        assert ("margin_of_error" in sixth) == probability
        if probability:
            # Half a unit of 1.96 standard errors of a share of one half, in points.
            expected = 100 * 1.96 * math.sqrt(0.25 / content.responses.n)
            shown = float(re.search(r"±([\d.]+)", without_marks(sixth))[1])
            assert shown == pytest.approx(expected, abs=0.06)
            assert book.entries["cite.margin_of_error"]["value"] == pytest.approx(expected, rel=1e-4)


def test_everything_that_a_study_leaves_out_is_named(dated):
    content = replace(dated[1], notes=FieldNotes(), responses=None)
    record = record_citation(content, [], ("zh",), NumberBook())
    assert record.missing == ("population", "sampling", "mode", "start", "end", "data")
    simulated = replace(content, simulated=True)
    assert record_citation(simulated, [], ("zh",), NumberBook()).missing == ("population", "sampling", "mode", "data")


def test_questions_behind_a_table(dated):
    content = dated[1]
    assert questions_behind(one_table("speed"), content) == ("x7", "x8", "x9")
    assert questions_behind(one_table("x2.b"), content) == ("x2",)
    assert len(questions_behind(one_table("cfi"), content)) == 9
    flow = replace(one_table("x2"), id="flow")
    assert questions_behind(flow, content) == ()
    assert questions_behind(one_table("x2"), SimpleNamespace(instrument=None, responses=None)) == ()


def test_a_record_survives_its_file(dated):
    stored = json.loads((dated[0] / "citation.json").read_text(encoding="utf-8"))
    assert citation_from_dict(stored).to_dict() == citation_from_dict(stored).to_dict()
    with pytest.raises(TypeError):
        citation_from_dict({**stored, "schema": 99})
