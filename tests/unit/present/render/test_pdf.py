"""PDF by Typst: whole, the same bytes again, Chinese as text, nothing a respondent wrote read as markup."""

from __future__ import annotations

import re
import sys
import zlib

import pytest

from wxsat.errors import UsageError
from wxsat.present.document import Bullets, Document, Paragraph, Section, TableBlock
from wxsat.present.fonts import font_families
from wxsat.present.render.column_widths import lay_out
from wxsat.present.render.document_typst import quote, render_document_typst
from wxsat.present.render.pdf import render_document_pdf
from wxsat.present.render.printed import print_table
from wxsat.present.table import Column, Table

HOSTILE = '#panic("x") *b* _i_ $y$ [z] \\ "q" <tag> @ref // c /* d */ `e`'


def _table(language: str, rows: int = 3) -> Table:
    columns = (Column("name", "Name"), Column("value", "M", "number", 2), Column("p", "p", "p_value"))
    body = tuple((f"{HOSTILE} {i}", i / 3, 0.0001) for i in range(rows))
    return Table("t", "T", language, columns, body, tuple(f"r{i}" for i in range(rows)), notes=(HOSTILE,))  # type: ignore[arg-type]


def _document(language: str, rows: int = 3) -> Document:
    blocks = (Paragraph(HOSTILE), Bullets((HOSTILE, "⟦a.b|1.5⟧")), TableBlock(_table(language, rows), 1))
    sections = (
        Section("a", "政务微信" if language == "zh" else "One", blocks),
        Section("b", "二", ()),
        Section("c", "三", ()),
    )
    return Document(language, HOSTILE, "sub", sections, stamp="S", refusal="R")  # type: ignore[arg-type]


def _no_image(stem: str) -> tuple[bytes, str]:
    raise LookupError(stem)


def _pages(pdf: bytes) -> int:
    streams = [zlib.decompress(s) for s in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL) if s[:1] == b"x"]
    return max(len(re.findall(rb"/Type\s*/Page\b", part)) for part in (pdf, b" ".join(streams)))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_same_document_gives_the_same_bytes(language: str) -> None:
    first = render_document_pdf(_document(language), _no_image)
    assert first.startswith(b"%PDF-")
    assert first == render_document_pdf(_document(language), _no_image)
    assert b"CreationDate" not in first


def test_long_tables_run_over_pages_with_their_head() -> None:
    assert _pages(render_document_pdf(_document("en"), _no_image)) == 1
    assert _pages(render_document_pdf(_document("en", 200), _no_image)) > 3


def test_text_is_a_string_and_never_markup() -> None:
    source = render_document_typst(_document("en"), {}, tuple(font_families()))
    assert source.count(quote(HOSTILE)) == 4  # title, paragraph, bullet, note; cells carry a number behind it
    assert '#panic(\\"x\\")' in source
    assert "⟦" not in source


def test_a_word_without_end_keeps_within_its_column() -> None:
    table = Table("t", "T", "en", (Column("name", "Name"), Column("v", "V", "number", 2)), (("W" * 300, 1.0),), ("r",))
    printed = print_table(table, 1)
    layout = lay_out(printed, 460.0)
    assert layout.fits
    assert sum(layout.widths) <= 460.0
    source = render_document_typst(_document("en"), {}, ())
    long = render_document_typst(Document("en", "T", "s", (Section("a", "A", (TableBlock(table, 1),)),)), {}, ())
    assert "W" * 16 + "\u200b" in long
    assert "W" * 17 not in long
    assert "\u200b" not in source
    titled = render_document_typst(Document("en", "T" * 300, "s", ()), {}, ())
    assert f'strong("{"T" * 20}\u200b' in titled


def test_a_table_has_three_lines() -> None:
    source = render_document_typst(_document("zh"), {}, tuple(font_families()))
    assert source.count("table.hline") == 3
    assert "stroke: none" in source


def test_without_typst_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(UsageError, match="OUT-031") as caught:
        render_document_pdf(_document("en"), _no_image)
    assert "pip install" in caught.value.hint
    assert caught.value.exit_code == 2
