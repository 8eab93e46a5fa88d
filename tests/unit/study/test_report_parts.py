"""The other parts of a run: brief, methods appendix, references; every format, both languages, old runs."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from wxsat.errors import UsageError
from wxsat.present.document import NUMBER_MARK, Bullets, Paragraph, document_from_dict, without_marks
from wxsat.present.numbers import numbers_of
from wxsat.present.render.document_typst import page_styles
from wxsat.present.render.pdf import count_pages, render_document_pdf
from wxsat.present.table import Cell, Column, Table
from wxsat.study.rerender import rerender
from wxsat.study.run import StudyOutcome, run_study

ROOT = Path(__file__).resolve().parents[3]
Run = tuple[Path, StudyOutcome]
HAS_PDFINFO = [path for path in [shutil.which("pdfinfo")] if path]


def _documents(folder: Path, part: str) -> Any:
    return document_from_dict(json.loads((folder / f"documents-{part}.json").read_text(encoding="utf-8")))


def _full(folder: Path) -> Any:
    return document_from_dict(json.loads((folder / "documents.json").read_text(encoding="utf-8")))


def _keyed(table: Table) -> list[tuple[str, list[tuple[Column, Cell]]]]:
    return [
        (key, list(zip(table.columns, row, strict=True))) for key, row in zip(table.row_keys, table.rows, strict=True)
    ]


def _texts(document: Any) -> list[str]:
    found: list[str] = []
    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, Paragraph):
                found.append(block.text)
            if isinstance(block, Bullets):
                found += block.items
    return found


def _pages(pdf: bytes) -> int:
    return max(int(n) for n in re.findall(rb"/Type\s*/Pages[^>]*?/Count\s+(\d+)", pdf) or [b"0"])


@pytest.fixture(scope="module")
def real_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("real-parts") / "report"
    run_study(ROOT / "analysis" / "holzinger-1939", out)
    return out


@pytest.mark.parametrize(("part", "pages"), [("brief", 1), ("brief-two-pages", 2)])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_brief_keeps_to_its_pages(
    small_run: Run, real_run: Path, tmp_path: Path, language: str, part: str, pages: int
) -> None:
    for folder in (small_run[0], real_run):
        path = rerender(folder, "pdf", tmp_path / f"{folder.parent.name}.pdf", language, part=part)
        assert _pages(path.read_bytes()) <= pages
        if HAS_PDFINFO:
            shown = subprocess.run([HAS_PDFINFO[0], str(path)], capture_output=True, text=True, check=True).stdout
            assert int(re.findall(r"Pages:\s+(\d+)\n", shown)[0]) <= pages


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_brief_with_more_to_say_is_set_tighter_and_still_one_page(
    small_run: Run, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    stored = json.loads((small_run[0] / "documents-brief.json").read_text(encoding="utf-8"))
    documents = [d for d in document_from_dict(stored) if d.language == language]
    roomy = page_styles(documents[0])[0]
    more = tuple(Paragraph("零" * 90 if language == "zh" else "nought " * 20) for _ in range(10))
    last = documents[0].sections[-1]
    longer = replace(documents[0], sections=(*documents[0].sections, replace(last, blocks=more)))
    images = {f.stem: f.read_bytes() for f in (small_run[0] / "figures").glob("*.svg")}

    def pages() -> int:
        return count_pages(render_document_pdf(longer, lambda name: (images[name], "image/svg+xml")))

    assert pages() == 1
    monkeypatch.setattr("wxsat.present.render.pdf.page_styles", lambda _: (roomy,))
    assert pages() == 2


def test_the_second_page_shows_the_tables_of_the_report(small_run: Run) -> None:
    for brief, full in zip(_documents(small_run[0], "brief-two-pages"), _full(small_run[0]), strict=True):
        of_report = {block.table.id: block.table for block in full.tables()}
        shown = [block.table for block in brief.tables()]
        assert [table.id for table in shown] == ["severity", "levers"]
        for table in shown:
            whole = {(key, column.name): cell for key, row in _keyed(of_report[table.id]) for column, cell in row}
            assert all(whole[key, column.name] == cell for key, row in _keyed(table) for column, cell in row)
        assert [section.id for section in brief.sections if section.new_page] == ["brief-tables"]
        assert [block.number for block in brief.tables()] == list(range(1, len(shown) + 1))


def test_every_number_of_the_brief_is_looked_up(small_run: Run) -> None:
    numbers = {n["id"]: n["value"] for n in json.loads((small_run[0] / "numbers.json").read_text(encoding="utf-8"))}
    full = (small_run[0] / "documents.json").read_text(encoding="utf-8")
    tables = document_from_dict(json.loads(full))[0].tables()
    cells = {str(entry["id"]) for block in tables for entry in numbers_of(block.table)}
    for document in _documents(small_run[0], "brief"):
        marks = [mark for text in _texts(document) for mark in NUMBER_MARK.findall(text)]
        assert len(marks) > 8
        for number_id, shown in marks:
            assert number_id in numbers
            plain = re.sub(r"[=<>\s,%]", "", shown).replace("−", "-")
            digits = len(plain.partition(".")[2])
            value = numbers[number_id]
            assert any(float(plain) == pytest.approx(v, abs=0.5000001 * 10**-digits) for v in (value, value * 100)), (
                number_id
            )
        # Apart from what the study and the scale say, no figure is typed: all of the brief's own stand in the report.
        own = {number_id for number_id, _ in marks} - {"brief.sources"} - cells
        assert [number_id for number_id in own if f"⟦{number_id}|" not in full] == []


def test_the_brief_answers_its_five_questions(small_run: Run) -> None:
    ids = [section.id for section in _documents(small_run[0], "brief")[0].sections]
    assert ids == ["brief-which", "brief-sure", "brief-cost", "brief-first", "brief-nobody"]
    assert all(len(document.figures()) == 1 for document in _documents(small_run[0], "brief"))


def test_the_brief_names_the_grade_of_one_source_and_what_a_yuan_brings(small_run: Run) -> None:
    said = " ".join(without_marks(text) for text in _texts(_documents(small_run[0], "brief")[0]))
    frame = small_run[1].content.diagnosis.structural.sequence
    best = frame["gain_per_cost"].max()
    assert "evidence grade C" in said
    assert f"adds the most per 10,000 yuan: {best:.2f} points" in said


def test_a_study_without_dilemmas_has_no_section_on_them(small_run: Run, real_run: Path) -> None:
    def sections(folder: Path) -> list[str]:
        full = document_from_dict(json.loads((folder / "documents.json").read_text(encoding="utf-8")))
        return [section.id for section in full[0].sections]

    assert "dilemmas" in sections(small_run[0])
    assert "dilemmas" not in sections(real_run)


def test_a_study_without_dilemmas_has_a_brief_of_its_model(real_run: Path) -> None:
    document = _documents(real_run, "brief")[0]
    assert [section.id for section in document.sections] == ["brief-model", "brief-sure", "brief-nobody"]
    assert len(document.figures()) == 1


@pytest.mark.parametrize("part", ["brief", "methods"])
@pytest.mark.parametrize(
    ("to", "suffix"), [("html", "html"), ("docx", "docx"), ("xlsx", "xlsx"), ("latex", "tex"), ("markdown", "md")]
)
def test_parts_go_out_in_every_format(real_run: Path, tmp_path: Path, part: str, to: str, suffix: str) -> None:
    path = rerender(real_run, to, tmp_path / f"p.{suffix}", "zh", part=part)
    assert path.stat().st_size > 500


def test_checklists_say_what_is_missing_and_where_to_fill_it(small_run: Run) -> None:
    chinese = next(d for d in _documents(small_run[0], "methods") if d.language == "zh")
    tables = {block.table.id: block.table for block in chinese.tables()}
    assert set(tables) == {"checklist.jars", "checklist.cherries", "checklist.aapor"}
    cherries = dict(zip(tables["checklist.cherries"].row_keys, tables["checklist.cherries"].rows, strict=True))
    assert cherries["incentives"][1] == "缺少"
    assert "`fieldwork.checklist.incentives`" in str(cherries["incentives"][2])
    assert cherries["weights"][1] == "是"
    jars = dict(zip(tables["checklist.jars"].row_keys, tables["checklist.jars"].rows, strict=True))
    full = document_from_dict(json.loads((small_run[0] / "documents.json").read_text(encoding="utf-8")))
    numbers = {b.table.id: b.number for d in full if d.language == "zh" for b in d.tables()}
    assert f"表{numbers['residuals.tam']}" in re.sub(r"\s", "", str(jars["local_fit"][2]))


def test_what_the_study_file_says_is_no_longer_missing(tmp_path: Path) -> None:
    study = (ROOT / "analysis" / "holzinger-1939" / "study.yaml").read_text(encoding="utf-8")
    filled = study.replace("fieldwork:\n", "fieldwork:\n  checklist: {incentives: {en: None were given.}}\n")
    shutil.copytree(ROOT / "analysis" / "holzinger-1939", tmp_path / "study")
    (tmp_path / "study" / "study.yaml").write_text(filled, encoding="utf-8")
    run_study(tmp_path / "study", tmp_path / "out", languages=["en"])
    table = next(b.table for b in _documents(tmp_path / "out", "methods")[0].tables() if "cherries" in b.table.id)
    row = dict(zip(table.row_keys, table.rows, strict=True))["incentives"]
    assert row[1:] == ("yes", "None were given")


def test_only_what_ran_is_cited(small_run: Run, real_run: Path) -> None:
    keys = [
        set(re.findall(r"@\w+\{([\w-]+),", (folder / "references.bib").read_text(encoding="utf-8")))
        for folder in (small_run[0], real_run)
    ]
    assert {"wxsat", "numpy", "davis1989", "bentler1990", "efron1993", "liu2014"} <= keys[0]
    assert {"wxsat", "numpy", "bentler1990"} <= keys[1]
    assert not {"davis1989", "efron1993", "deville1992", "muthen1984", "liu2014"} & keys[1]
    assert not {"deville1992", "muthen1984", "yuan2000", "kaplan1958"} & keys[0]


def test_the_citation_style_can_be_chosen(real_run: Path, tmp_path: Path) -> None:
    shown = {
        style: rerender(real_run, "markdown", tmp_path / f"{style}.md", "en", citation_style=style).read_text("utf-8")
        for style in ("gbt2015", "gbt2025", "apa")
    }
    assert "BENTLER P M. Comparative" in shown["gbt2015"]
    assert "Bentler P M. Comparative" in shown["gbt2025"]
    assert "Bentler, P. M. (1990)." in shown["apa"]
    default = rerender(real_run, "markdown", tmp_path / "default.md", "en").read_text("utf-8")
    assert default == shown["apa"]


@pytest.mark.parametrize(
    ("options", "code"),
    [({"part": "breif"}, "OUT-034"), ({"citation_style": "mla"}, "OUT-035")],
)
def test_unknown_parts_and_styles(real_run: Path, tmp_path: Path, options: dict[str, str], code: str) -> None:
    with pytest.raises(UsageError, match=code):
        rerender(real_run, "markdown", tmp_path / "x.md", **options)  # type: ignore[arg-type]


def test_older_run_folders_still_give_their_report(real_run: Path, tmp_path: Path) -> None:
    old = tmp_path / "old"
    shutil.copytree(real_run, old)
    for name in ("documents-brief.json", "documents-methods.json", "references.json", "references.bib"):
        (old / name).unlink()
    shutil.rmtree(old / "replication")
    assert rerender(old, "html", tmp_path / "old.html").is_file()
    for options in ({"part": "brief"}, {"citation_style": "apa"}):
        with pytest.raises(UsageError, match="OUT-036"):
            rerender(old, "markdown", tmp_path / "x.md", **options)  # type: ignore[arg-type]


def test_pdf_of_a_run_is_the_same_twice(real_run: Path, tmp_path: Path) -> None:
    one = rerender(real_run, "pdf", tmp_path / "one.pdf", "zh").read_bytes()
    assert one == rerender(real_run, "pdf", tmp_path / "two.pdf", "zh").read_bytes()


def test_the_second_page_of_a_study_without_dilemmas_shows_its_model(real_run: Path) -> None:
    for brief in _documents(real_run, "brief-two-pages"):
        assert [block.table.id.partition(".")[0] for block in brief.tables()] == ["loadings"]
