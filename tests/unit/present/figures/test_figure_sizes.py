"""A figure as PDF, and fitted to A4 and to a slide."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from PIL import Image

from wxsat.errors import UsageError
from wxsat.present.figures.figure import IMAGE_FORMATS, FigureSpec, render_figure
from wxsat.present.figures.sizes import fit_to, require_size, resize_figure


@pytest.fixture(scope="module")
def spec() -> FigureSpec:
    def draw(data: Any, figure: Any) -> None:
        ax = figure.add_subplot()
        ax.set_title("政务微信 − α")
        ax.plot([0, 1], [0, 1])

    return FigureSpec("sized", "题目", "alt", "zh", None, draw, 8.0, 3.0)


def pdf_objects(payload: bytes) -> dict[int, bytes]:
    """Read a PDF by its cross-reference tables, the newest first, as a viewer does."""
    found: dict[int, bytes] = {}
    at = int(re.findall(rb"startxref\n(\d+)", payload)[-1])
    while at:
        section = payload[at:]
        assert section.startswith(b"xref\n")
        lines = section.split(b"\n")[1:]
        place = 0
        while not lines[place].startswith(b"trailer"):
            first, count = map(int, lines[place].split())
            for i in range(count):
                offset, _, kind = lines[place + 1 + i].split()
                if kind == b"n":
                    number = first + i
                    assert payload[int(offset) :].startswith(b"%d 0 obj" % number)
                    found.setdefault(number, payload[int(offset) :].split(b"endobj")[0])
            place += count + 1
        earlier = re.search(rb"/Prev (\d+)", section.split(b"startxref")[0])
        at = int(earlier.group(1)) if earlier else 0
    return found


@pytest.mark.parametrize("to", IMAGE_FORMATS)
@pytest.mark.parametrize("size", [None, "a4", "slide"])
def test_the_same_bytes_every_time(spec: FigureSpec, to: Any, size: Any) -> None:
    assert render_figure(spec, to, size) == render_figure(spec, to, size)


def test_a_pdf_holds_its_letters_and_no_date(spec: FigureSpec) -> None:
    payload = render_figure(spec, "pdf")
    assert payload.startswith(b"%PDF-")
    assert b"/ToUnicode" in payload
    assert re.search(rb"/BaseFont|/FontName /[A-Z]{6}\+|/CharProcs", payload)
    assert b"Date" not in payload
    assert b"atplotlib" not in payload


@pytest.mark.parametrize(
    ("size", "width", "height"), [("a4", 6.3, 6.3 / 8 * 3), ("slide", 40 / 3, 7.5)]
)  # fmt: skip
def test_every_format_has_the_sheets_size(spec: FigureSpec, size: Any, width: float, height: float) -> None:
    svg = render_figure(spec, "svg", size).decode()
    points = [float(v) for v in re.findall(r'<svg [^>]*?width="([\d.]+)pt" height="([\d.]+)pt"', svg)[0]]
    assert points == pytest.approx([width * 72, height * 72], abs=0.01)
    box = [float(v) for v in re.search(r'viewBox="([-\d. ]+)"', svg).group(1).split()]  # type: ignore[union-attr]
    assert box[2] / box[3] == pytest.approx(width / height, rel=1e-4)
    with Image.open(io.BytesIO(render_figure(spec, "png", size))) as image:
        inches = [pixels / dots for pixels, dots in zip(image.size, image.info["dpi"], strict=True)]
    # A whole number of pixels, and a whole number of them a metre.
    assert inches == pytest.approx([width, height], abs=0.01)
    objects = pdf_objects(render_figure(spec, "pdf", size))
    page = next(body for body in objects.values() if b"/Type /Page " in body)
    sheet = [float(v) for v in re.search(rb"MediaBox \[ 0 0 ([\d.]+) ([\d.]+)", page).groups()]  # type: ignore[union-attr]
    assert sheet == pytest.approx([width * 72, height * 72], abs=0.01)
    first = int(re.search(rb"/Contents \[ (\d+) 0 R", page).group(1))  # type: ignore[union-attr]
    scale = float(objects[first].split(b"stream\n")[1].split()[0])
    assert scale == pytest.approx(fit_to(8.0, 3.0, size).scale, abs=1e-5)


def test_a_drawing_on_a_slide_lies_in_its_middle_and_within_its_margin() -> None:
    for width, height in ((8.0, 3.0), (3.0, 8.0), (16.0, 9.0)):
        fit = fit_to(width, height, "slide")
        assert fit.left * 2 + width * fit.scale == pytest.approx(fit.width)
        assert fit.top * 2 + height * fit.scale == pytest.approx(fit.height)
        assert min(fit.left, fit.top) >= 0.3 - 1e-9


@pytest.mark.parametrize(
    ("width", "height", "sheet"),
    [(6.0, 4.0, (6.0, 4.0)), (7.6, 5.4, (6.3, 6.3 * 5.4 / 7.6)), (12.6, 4.0, (9.2, 9.2 * 4 / 12.6))],
)
def test_a4_keeps_a_small_drawing_narrows_a_wider_one_and_turns_the_page_for_the_widest(
    width: float, height: float, sheet: tuple[float, float]
) -> None:
    fit = fit_to(width, height, "a4")
    assert (fit.width, fit.height) == pytest.approx(sheet)


def test_an_unknown_size_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="OUT-041") as caught:
        require_size("slides")
    assert "slide" in caught.value.hint
    assert require_size(" A4 ") == "a4"


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf", "gif"])
def test_bytes_that_are_no_figure_are_refused(suffix: str) -> None:
    with pytest.raises(UsageError, match="OUT-042"):
        resize_figure(b"<svg></svg>", suffix, "a4")
