"""The report's page in headless Chromium: silent, accessible, fit for 360 to 1,600 pixels, doing what it says."""

from __future__ import annotations

import base64
import functools
import hashlib
import html
import http.server
import importlib.util
import json
import re
import shutil
import subprocess
import threading
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wxsat.present.document import Bullets, Document, FigureBlock, Paragraph, Section, TableBlock
from wxsat.present.figures.figure import render_figure
from wxsat.present.figures.path_diagram import plot_path_diagram
from wxsat.present.render.page import render_page
from wxsat.present.table import Column, Table
from wxsat.sem.fit import fit_sem

needs_browser = pytest.mark.skipif(
    not (shutil.which("chromium") or shutil.which("google-chrome")), reason="no headless browser on this machine"
)
pytestmark = needs_browser
WIDTHS = (360, 768, 1100, 1600)
MODEL = "A =~ a1 + a2 + a3\nB =~ b1 + b2 + b3\nC =~ c1 + c2 + c3\nB ~ A\nC ~ A + B"
AXE = Path(importlib.util.find_spec("axe_core_python").origin).parent / "axe.min.js"  # type: ignore[union-attr,arg-type]


@pytest.fixture(scope="module")
def page() -> str:
    """Return a page with everything on it, in both languages."""
    rng = np.random.default_rng(7)
    a, e, d = rng.standard_normal((3, 400))
    b = 0.5 * a + e
    truth = {"a": a, "b": b, "c": 0.4 * a + 0.3 * b + d}
    frame = pd.DataFrame(
        {f"{key}{i}": score + 0.6 * rng.standard_normal(400) for key, score in truth.items() for i in (1, 2, 3)}
    )
    fit = fit_sem(MODEL, frame)
    images = {
        language: render_figure(plot_path_diagram(fit, language=language, id="path"), "svg")
        for language in ("zh", "en")
    }
    return render_page([_document("zh"), _document("en")], lambda block, language: (images[language], "image/svg+xml"))


def _document(language: str) -> Document:
    columns = (
        Column("construct", "Construct", collapse=True),
        Column("item", "Item"),
        Column("n", "n", "integer"),
        Column("loading", "λ", "number", 3),
        Column("p", "p", "p_value"),
    )
    rows = (
        ("Trust", "T1", 1500, 0.81, 0.0001),
        ("Trust", "T2", 980, -0.25, 0.2),
        ("Value", "V1", 20, None, None),
        ("Value", "V2", 1499, 0.9, 0.03),
    )
    wide = tuple(Column(f"w{i}", f"Column {i}", "number", 3) for i in range(18))
    long = Table("wide", "A wide table", language, wide, ((0.123,) * 18,), ("x",))  # type: ignore[arg-type]
    table = Table("loadings", "Loadings", language, columns, rows, tuple("abcd"), ("A note.",))  # type: ignore[arg-type]
    blocks = (
        Paragraph("Words with ⟦x.y|1,234⟧ in them.", "lead"),
        TableBlock(table, 1),
        TableBlock(long, 2),
        FigureBlock("path", 1, "A diagram", "A → B .50", f"path.{language}"),
    )
    cite = (Paragraph("Author (2026). Title. wxsat.", "quote"), Bullets(("one", f"answers.csv sha256 {'0a' * 32}")))
    filler = tuple(Paragraph(f"Paragraph {i}.") for i in range(40))
    sections = (
        Section("first", "First", blocks), Section("second", "Second", filler), Section("citation", "Cite", cite),
    )  # fmt: skip
    return Document(language, f"Title {language}", "Sub", sections, stamp="Simulated data")  # type: ignore[arg-type]


class _Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


def opened(folder: Path, files: dict[str, str], start: str) -> tuple[str, list[str]]:
    """Serve files, open one; return its document after the scripts have run, and what the console said."""
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Silent, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    browser = shutil.which("chromium") or shutil.which("google-chrome") or "chromium"
    command = [
        browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}",
        "--window-size=1800,900", "--virtual-time-budget=20000", "--enable-logging=stderr", "--dump-dom",
        f"http://127.0.0.1:{server.server_port}/{start}",
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, timeout=120, check=True)
    finally:
        server.shutdown()
        server.server_close()
    said = [line for line in done.stderr.decode("utf-8", "replace").splitlines() if ":CONSOLE" in line]
    return done.stdout.decode("utf-8"), [line for line in said if "favicon" not in line]


def answers(dom: str) -> dict[str, object]:
    """Return what a driver wrote into the element ``answers``."""
    found = re.search(r'<pre id="answers">(.*?)</pre>', dom, re.DOTALL)
    assert found, "the driver did not finish"
    return dict(json.loads(html.unescape(found[1])))


FRAMES = """<!DOCTYPE html><html lang="en"><head><title>frames</title></head><body>FRAMES<script>
function tell(found) {
  var pre = document.createElement("pre"); pre.id = "answers"; pre.textContent = JSON.stringify(found);
  document.body.appendChild(pre);
}
window.onload = function () { DRIVER };
</script></body></html>"""


def framed(widths: tuple[int, ...], driver: str) -> str:
    """Return a page that holds the report at some widths and a driver that looks into it."""
    frames = "".join(f'<iframe src="report.html" style="width:{w}px;height:700px;border:0"></iframe>' for w in widths)
    return FRAMES.replace("FRAMES", frames).replace("DRIVER", driver)


def test_fits_every_width_and_says_nothing(page: str, tmp_path: Path):
    driver = """
    var found = {};
    document.querySelectorAll("iframe").forEach(function (frame) {
      var seen = frame.contentDocument.documentElement;
      found[frame.clientWidth] = [seen.scrollWidth, frame.contentDocument.querySelectorAll(".acts").length];
    });
    tell(found);"""
    dom, said = opened(tmp_path, {"report.html": page, "frames.html": framed(WIDTHS, driver)}, "frames.html")
    assert said == []
    for width, (scrolled, acts) in answers(dom).items():  # type: ignore[misc]
        assert scrolled <= int(width)
        assert acts == 4  # two tables in each language: the page's own script ran under its policy


def test_sorts_copies_and_switches(page: str, tmp_path: Path):
    driver = """
    var frame = document.querySelector("iframe"), doc = frame.contentDocument, view = frame.contentWindow, found = {};
    var article = doc.querySelector("article.zh"), table = article.querySelector("table");
    function column(place) {
      return Array.prototype.map.call(table.tBodies[0].rows, function (row) { return row.cells[place].textContent; });
    }
    function press(place) { table.tHead.rows[0].cells[place].querySelector("button").click(); }
    found.before = column(0);
    press(2); found.up = column(2); found.labels = column(0); found.aria = table.tHead.rows[0].cells[2].ariaSort;
    press(2); found.down = column(2);
    press(2); found.back = column(0); found.backItems = column(1);
    press(3); found.loading = column(3);
    press(4); found.p = column(4);
    found.unsortable = article.querySelectorAll("table")[1].querySelectorAll("button").length;
    found.citation = article.querySelector(".table-block").dataset.citation;
    var copied = null;
    Object.defineProperty(view.navigator, "clipboard", { value: { writeText: function (text) {
      copied = text; return Promise.resolve(); } } });
    article.querySelectorAll(".acts button")[1].click();
    found.copied = copied;
    view.scrollTo(0, doc.getElementById("zh-second").offsetTop + 200);
    view.dispatchEvent(new view.Event("scroll"));
    doc.getElementById("lang-en").click();
    found.language = doc.documentElement.lang;
    found.shown = [view.getComputedStyle(article).display, view.getComputedStyle(doc.querySelector(".en")).display];
    found.top = Math.abs(doc.getElementById("en-second").getBoundingClientRect().top) < 80;
    var english = doc.querySelector("article.en"), part = english.querySelector('g[data-part="node B"]');
    part.dispatchEvent(new view.PointerEvent("pointerenter", { clientX: 50, clientY: 50 }));
    found.hint = doc.querySelector(".hint").textContent;
    found.dim = english.querySelectorAll("g.dim").length;
    english.querySelector('g[data-part="path A B"]').dispatchEvent(new view.PointerEvent("pointerenter"));
    found.path = doc.querySelector(".hint").textContent;
    tell(found);"""
    dom, said = opened(tmp_path, {"report.html": page, "frames.html": framed((1100,), driver)}, "frames.html")
    found = answers(dom)
    assert said == []
    assert found["before"] == ["Trust", "", "Value", ""]
    assert (found["up"], found["aria"]) == (["20", "980", "1,499", "1,500"], "ascending")
    assert found["labels"] == ["Value", "Trust", "Value", "Trust"]
    assert found["down"] == ["1,500", "1,499", "980", "20"]
    assert (found["back"], found["backItems"]) == (["Trust", "", "Value", ""], ["T1", "T2", "V1", "V2"])
    assert found["loading"] == ["−0.250", "0.810", "0.900", "–"]
    assert found["p"] == ["<.001", ".030", ".200", "–"]
    assert found["unsortable"] == 0
    assert found["citation"] == "表1 Loadings。载：Author (2026). Title. wxsat."
    assert str(found["copied"]).splitlines()[1].split("\t") == ["Construct", "Item", "n", "λ", "p"]
    assert (found["language"], found["shown"], found["top"]) == ("en", ["none", "block"], True)
    assert re.fullmatch(r"B: R² = \.\d\d", str(found["hint"]))
    # B lights its arrows to A, C and b1-b3 and those variables; A -> C, six loadings and their six items stay back.
    assert found["dim"] == 13
    assert re.fullmatch(r"A → B: β = \.\d\d, p [<=] \.\d+", str(found["path"]))


def test_axe_finds_nothing(page: str, tmp_path: Path):
    driver = """axe.run(document).then(function (result) {
      var pre = document.createElement("pre"); pre.id = "answers";
      pre.textContent = JSON.stringify({ faults: result.violations.map(function (v) {
        return v.id + ": " + v.nodes.map(function (n) { return n.target.join(" "); }).slice(0, 3).join(", "); }),
        passes: result.passes.length });
      document.body.appendChild(pre);
    });"""
    axe = AXE.read_text(encoding="utf-8")
    scripts = [axe.replace("</script", "<\\/script"), driver]
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts
    )
    with_axe = page.replace("script-src ", f"script-src {hashes} ", 1)
    with_axe = with_axe.replace("</body>", "".join(f"<script>{script}</script>" for script in scripts) + "</body>")
    dom, _ = opened(tmp_path, {"report.html": with_axe}, "report.html")
    found = answers(dom)
    assert found["faults"] == []
    assert found["passes"] > 15  # type: ignore[operator]


def test_without_scripts_everything_can_be_read(page: str):
    """Nothing that a reader needs is made by the script."""
    body = page.split("<script>", 1)[0]
    for text in ("Trust", "0.810", "A note.", "Author (2026)", "Paragraph 39."):
        assert text in body
    assert 'class="acts"' not in body
    assert page.count("<script") == 1


def test_the_stamp_is_printed_into_the_margin():
    """Over the text it would hide a line of every page."""
    stamped = Document("en", "T", "", (Section("s", "S", (Paragraph("A line."),)),), stamp='Made "up" \\ </style>')
    printed = render_page([stamped], lambda block, language: ("", ""))
    style = printed.split("<style>", 1)[1].split("</style>", 1)[0]
    rule = re.search(r'@page \{ @top-right \{ content:"([^"]*)"', style)
    assert rule is not None
    # Quotes, backslashes and angle brackets stand as their code points.
    assert rule.group(1) == "Made \\22 up\\22  \\5c  \\3c \\2f style\\3e "
    assert "@top-right" not in render_page([Document("en", "T", "", ())], lambda block, language: ("", ""))
