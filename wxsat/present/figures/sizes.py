"""A finished figure fitted to a page of paper or to a slide: the drawing is scaled as a whole and set in its middle.

Bytes in, bytes out, so that a stored run can be fitted again without its data. A figure is drawn once, at its natural
size; SVG and PDF are scaled as vectors, PNG keeps its pixels and is told how large they are.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Literal

from wxsat.errors import UsageError, nearest

SizeName = Literal["a4", "slide"]
SIZES: tuple[SizeName, ...] = ("a4", "slide")

A4_TEXT = (6.3, 9.2)
"""Inches within the margins of an upright A4 page; a turned page has them the other way round."""
SLIDE = (40 / 3, 7.5)
SLIDE_MARGIN = 0.3
LEAST_SCALE = 0.72
"""Below it letters of 7 points are smaller than 5: an A4 page is turned instead."""
POINTS = 72.0


@dataclass(frozen=True)
class Fit:
    """How a drawing lies on its sheet: the sheet in inches, the scale, and the drawing's corner (left, top)."""

    width: float
    height: float
    scale: float
    left: float
    top: float


def fit_to(width: float, height: float, size: SizeName) -> Fit:
    """
    Return how a drawing of some inches lies on a slide or on A4.

    A slide is 16:9 and the drawing fills it within a margin. On A4 the sheet is the drawing itself, no larger than
    the text of an upright page; a wide drawing whose letters would be too small there is sized for a turned page.

    Examples
    --------
    >>> fit_to(12.6, 4.0, "a4").width
    9.2
    """
    if size == "slide":
        scale = min((SLIDE[0] - 2 * SLIDE_MARGIN) / width, (SLIDE[1] - 2 * SLIDE_MARGIN) / height)
        return Fit(*SLIDE, scale, (SLIDE[0] - width * scale) / 2, (SLIDE[1] - height * scale) / 2)
    upright = min(1.0, A4_TEXT[0] / width, A4_TEXT[1] / height)
    turned = min(1.0, A4_TEXT[1] / width, A4_TEXT[0] / height)
    scale = turned if upright < LEAST_SCALE and turned > upright else upright
    return Fit(width * scale, height * scale, scale, 0.0, 0.0)


def require_size(name: str) -> SizeName:
    """
    Return the name of a size.

    Raises
    ------
    UsageError
        ``OUT-041`` for another name.
    """
    for known in SIZES:
        if name.strip().lower() == known:
            return known
    hint = f"Known: {', '.join(SIZES)}.{nearest(name, SIZES)}"
    raise UsageError("OUT-041", f"'{name}' is not a size of figures.", hint=hint)


def resize_figure(payload: bytes, suffix: str, size: SizeName) -> bytes:
    """
    Return a figure that this package wrote, fitted to A4 or to a slide.

    Parameters
    ----------
    payload : bytes
    suffix : {"svg", "png", "pdf"}
    size : {"a4", "slide"}

    Raises
    ------
    UsageError
        ``OUT-042`` for bytes that are not such a figure.

    Examples
    --------
    >>> resize_figure(render_figure(spec), "svg", "slide")  # doctest: +SKIP
    """
    fitters = {"svg": _resized_svg, "png": _resized_png, "pdf": _resized_pdf}
    try:
        return fitters[suffix](payload, size)
    except (KeyError, ValueError, OSError):
        hint = "Fit figures that a run or render_figure wrote: SVG, PNG or PDF."
        raise UsageError("OUT-042", f"this is not a figure that can be fitted ({suffix}).", hint=hint) from None


def _resized_svg(payload: bytes, size: SizeName) -> bytes:
    text = payload.decode("utf-8")
    tag = re.search(r"<svg [^>]*>", text)
    found = re.search(r'width="([\d.]+)pt" height="([\d.]+)pt" viewBox="([-\d. ]+)"', tag.group(0) if tag else "")
    if tag is None or found is None:
        raise ValueError("no width, height and viewBox in points")
    width, height = float(found.group(1)), float(found.group(2))
    fit = fit_to(width / POINTS, height / POINTS, size)
    sides = tuple(v * POINTS / fit.scale for v in (-fit.left, -fit.top, fit.width, fit.height))
    box = " ".join(f"{side:.3f}" for side in sides)
    sheet = f'width="{fit.width * POINTS:.3f}pt" height="{fit.height * POINTS:.3f}pt" viewBox="{box}"'
    return (text[: tag.start()] + tag.group(0).replace(found.group(0), sheet) + text[tag.end() :]).encode("utf-8")


def _resized_png(payload: bytes, size: SizeName) -> bytes:
    from PIL import Image

    from wxsat.present import theme

    with Image.open(io.BytesIO(payload)) as image:
        picture = image.convert("RGB")
    width, height = picture.size
    fit = fit_to(width / theme.DPI, height / theme.DPI, size)
    # One inch of the drawing has DPI pixels; scaled, it has fewer or more of them in an inch of the sheet.
    dots = theme.DPI / fit.scale
    sheet = Image.new("RGB", (round(fit.width * dots), round(fit.height * dots)), theme.PAPER)
    sheet.paste(picture, (round(fit.left * dots), round(fit.top * dots)))
    stream = io.BytesIO()
    sheet.save(stream, format="PNG", dpi=(dots, dots))
    return stream.getvalue()


def _resized_pdf(payload: bytes, size: SizeName) -> bytes:
    """Append a new version of the page (an incremental update): another sheet, and a matrix before its contents."""
    page = re.search(rb"(\d+) 0 obj\n(<< /Type /Page /.*?)\nendobj", payload, re.DOTALL)
    trailer = re.search(rb"trailer\n<< /Size (\d+) /Root (\d+ 0 R) /Info (\d+ 0 R) >>\nstartxref\n(\d+)", payload)
    if page is None or trailer is None:
        raise ValueError("not a page of matplotlib's")
    body = page.group(2)
    media = re.search(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", body)
    contents = re.search(rb"/Contents (\d+ 0 R)", body)
    if media is None or contents is None:
        raise ValueError("no sheet or no contents")
    fit = fit_to(float(media.group(1)) / POINTS, float(media.group(2)) / POINTS, size)
    below = fit.height - fit.top - float(media.group(2)) / POINTS * fit.scale
    place = f"{fit.scale:.6f} 0 0 {fit.scale:.6f} {fit.left * POINTS:.3f} {below * POINTS:.3f} cm\n".encode()
    sheet = f"/MediaBox [ 0 0 {fit.width * POINTS:.3f} {fit.height * POINTS:.3f} ]".encode()
    n = int(trailer.group(1))
    body = body.replace(media.group(0), sheet)
    body = body.replace(contents.group(0), b"/Contents [ %d 0 R %s ]" % (n, contents.group(1)))
    first = len(payload) + (0 if payload.endswith(b"\n") else 1)
    stream = b"%d 0 obj\n<< /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (n, len(place), place)
    renewed = b"%s 0 obj\n%s\nendobj\n" % (page.group(1), body)
    rows = b"xref\n%s 1\n%010d 00000 n \n%d 1\n%010d 00000 n \n"
    table = rows % (page.group(1), first + len(stream), n, first)
    end = b"trailer\n<< /Size %d /Root %s /Info %s /Prev %s >>\nstartxref\n%d\n%%%%EOF\n" % (
        n + 1, trailer.group(2), trailer.group(3), trailer.group(4), first + len(stream) + len(renewed),
    )  # fmt: skip
    gap = b"" if payload.endswith(b"\n") else b"\n"
    return payload + gap + stream + renewed + table + end
