"""A run writes everything or nothing, the same bytes for the same inputs, and every number it prints is recorded."""

from __future__ import annotations

import json
import math
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from wxsat.errors import StudyError, UsageError
from wxsat.study.rerender import rerender
from wxsat.study.run import StudyOutcome, run_study
from wxsat.study.write import replace_folder

Run = tuple[Path, StudyOutcome]


class _Page(HTMLParser):
    """Collects what the tests ask of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.alts: list[str] = []
        self.numbers: list[tuple[str, str]] = []
        self.languages: set[str] = set()
        self._open_number = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {k: v or "" for k, v in attrs}
        self.tags.append(tag)
        self.addresses += [found[k] for k in ("src", "href") if k in found]
        if tag == "img":
            self.alts.append(found.get("alt", ""))
        if tag == "svg":
            self.alts.append(found.get("aria-label", ""))
        if tag == "article":
            self.languages.add(found["lang"])
        self._open_number = found.get("data-id", "")

    def handle_data(self, data: str) -> None:
        if self._open_number:
            self.numbers.append((self._open_number, data))
            self._open_number = ""


@pytest.fixture(scope="module")
def page(small_run: Run) -> _Page:
    parsed = _Page()
    parsed.feed((small_run[0] / "report.html").read_text(encoding="utf-8"))
    return parsed


@pytest.fixture(scope="module")
def recorded(small_run: Run) -> dict[str, float]:
    entries = json.loads((small_run[0] / "numbers.json").read_text(encoding="utf-8"))
    return {entry["id"]: entry["value"] for entry in entries}


def test_what_a_run_leaves_behind(small_run: Run) -> None:
    folder, outcome = small_run
    names = {p.name for p in folder.iterdir()}
    assert names == {
        "report.html",
        "tables",
        "figures",
        "numbers.json",
        "documents.json",
        "documents-brief-two-pages.json",
        "documents-brief.json",
        "documents-methods.json",
        "citation.json",
        "references.bib",
        "references.json",
        "replication",
        "run.json",
        "log.txt",
    }
    assert {p.suffix for p in (folder / "tables").iterdir()} == {".csv", ".xlsx", ".docx"}
    assert {p.suffix for p in (folder / "figures").iterdir()} == {".svg", ".png", ".pdf", ".dot", ".mmd", ".tikz"}
    assert outcome.folder == folder
    assert not list(folder.parent.glob(".first-*"))


def test_the_same_inputs_give_the_same_bytes(small_study: Path, small_run: Run) -> None:
    folder, _ = small_run
    again = small_study / "second"
    run_study(small_study, again, jobs=2)
    different = [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.read_bytes() != (again / path.relative_to(folder)).read_bytes()
    ]
    assert different == ["run.json"]
    first, second = (json.loads((f / "run.json").read_text(encoding="utf-8")) for f in (folder, again))
    assert {k for k in first if first[k] != second[k]} <= {"written_at"}


def test_the_page_needs_nothing_from_outside(page: _Page, small_run: Run) -> None:
    text = (small_run[0] / "report.html").read_text(encoding="utf-8")
    assert page.tags.count("script") == 1  # the page's own, let run by its hash alone
    assert "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-" in text
    assert not {"link", "iframe", "object", "embed"} & set(page.tags)
    assert all(a.startswith(("#", "data:image/")) for a in page.addresses)
    # A DOI in a reference and the name spaces of a drawing are words; nothing is fetched.
    assert not re.search(r"https?://(?!www\.w3\.org|doi\.org)", re.sub(r"data:[^\"]*", "", text))


def test_the_page_is_in_both_languages_and_says_that_it_is_simulated(page: _Page, small_run: Run) -> None:
    text = (small_run[0] / "report.html").read_text(encoding="utf-8")
    assert page.languages == {"zh-CN", "en"}
    assert "模拟数据" in text
    assert "Simulated data" in text


def test_texts_are_escaped(small_run: Run) -> None:
    text = (small_run[0] / "report.html").read_text(encoding="utf-8")
    assert "<b>&" not in text
    assert "&lt;b&gt;&amp;&lt;/b&gt;" in text


def test_every_figure_has_words(page: _Page) -> None:
    assert page.alts
    assert all(len(alt) > 20 for alt in page.alts)


def test_every_printed_number_is_recorded(page: _Page, recorded: dict[str, float]) -> None:
    assert len(page.numbers) > 500
    assert {number_id for number_id, _ in page.numbers} <= set(recorded)


def test_what_is_printed_is_what_is_recorded(page: _Page, recorded: dict[str, float]) -> None:
    checked = 0
    for number_id, printed in page.numbers:
        plain = printed.replace("\u2212", "-").replace(",", "").replace("= ", "").strip()
        if not re.fullmatch(r"-?\d*\.?\d+%?", plain):
            continue
        digits = len(plain.rstrip("%").partition(".")[2])
        value = recorded[number_id]
        shares = (value, value * 100)
        half = 0.5000001 * 10**-digits
        assert any(math.isclose(float(plain.rstrip("%")), share, abs_tol=half) for share in shares), number_id
        checked += 1
    assert checked > 500


def test_an_existing_folder_is_refused_and_kept(small_study: Path, small_run: Run) -> None:
    with pytest.raises(UsageError) as caught:
        run_study(small_study, small_run[0])
    assert caught.value.code == "STUDY-030"
    assert (small_run[0] / "report.html").is_file()


def test_a_folder_that_no_run_wrote_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.docx").write_bytes(b"years of work")
    with pytest.raises(UsageError) as caught, replace_folder(tmp_path / "mine"):
        pass
    assert caught.value.code == "STUDY-031"
    assert (tmp_path / "mine" / "thesis.docx").read_bytes() == b"years of work"


def test_where_nothing_can_be_written_nothing_is_computed(tmp_path: Path, small_study: Path) -> None:
    (tmp_path / "file").write_text("a file", encoding="utf-8")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.docx").write_bytes(b"years of work")
    told: list[str] = []
    for out, code in ((tmp_path / "file" / "out", "STUDY-032"), (tmp_path / "mine", "STUDY-031")):
        with pytest.raises(UsageError) as caught:
            run_study(small_study, out, force=True, progress=told.append)
        assert caught.value.code == code
    assert told == []


def _interrupted(target: Path) -> None:
    with replace_folder(target) as beside:
        (beside / "half").write_text("half", encoding="utf-8")
        raise KeyboardInterrupt


def test_an_interrupted_run_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        _interrupted(tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_second_run_keeps_the_first(tmp_path: Path) -> None:
    with replace_folder(tmp_path / "out") as beside:
        (beside / "run.json").write_text("first", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt):
        _interrupted(tmp_path / "out")
    assert (tmp_path / "out" / "run.json").read_text(encoding="utf-8") == "first"


@pytest.mark.parametrize(("to", "suffix"), [("docx", "docx"), ("xlsx", "xlsx"), ("latex", "tex"), ("markdown", "md")])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_run_is_rendered_again_in_other_formats(
    small_run: Run, tmp_path: Path, to: str, suffix: str, language: str
) -> None:
    path = rerender(small_run[0], to, tmp_path / f"r.{suffix}", language)
    assert path.stat().st_size > 5_000
    with pytest.raises(UsageError):
        rerender(small_run[0], to, path, language)


def test_markdown_carries_the_same_figures(small_run: Run, tmp_path: Path, recorded: dict[str, float]) -> None:
    text = rerender(small_run[0], "markdown", tmp_path / "r.md", "en").read_text(encoding="utf-8")
    assert f"{recorded['index.SAT']:.1f}" in text
    assert "⟦" not in text


def test_rendering_again_gives_the_same_page(small_run: Run, tmp_path: Path) -> None:
    again = rerender(small_run[0], "html", tmp_path / "again.html")
    assert again.read_bytes() == (small_run[0] / "report.html").read_bytes()


def test_a_folder_without_a_run(tmp_path: Path) -> None:
    with pytest.raises(StudyError) as caught:
        rerender(tmp_path, "docx")
    assert caught.value.code == "STUDY-043"


def test_an_unknown_format(small_run: Run) -> None:
    with pytest.raises(UsageError, match="Did you mean 'docx'"):
        rerender(small_run[0], "doc")
