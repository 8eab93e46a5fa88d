"""A figure as data, and how it becomes bytes: the same specification gives the same bytes in any process.

Drawing uses matplotlib's object interface only: no pyplot, no current figure, no window.
"""

from __future__ import annotations

import io
import re
import unicodedata
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any, Literal
from xml.sax.saxutils import quoteattr

from wxsat.instrument.instrument import Language
from wxsat.present import theme
from wxsat.present.figures.drawable import drawable_data
from wxsat.present.figures.sizes import SizeName, resize_figure
from wxsat.present.fonts import find_chinese_family

if TYPE_CHECKING:
    from matplotlib.figure import Figure, FigureBase

ImageFormat = Literal["svg", "png", "pdf"]
IMAGE_FORMATS: tuple[ImageFormat, ...] = ("svg", "png", "pdf")
STAMP_INCHES = 0.24
# What would differ from run to run, or name a program.
PDF_UNSAID = ("CreationDate", "Creator", "Producer")
_NO_GLYPH = re.compile(r"Glyph (\d+) \(.*\) missing from")


class MissingGlyphs(UserWarning):
    """No font at hand has some characters of the texts; figures show an empty box for each."""


@dataclass(frozen=True)
class FigureSpec:
    """
    One figure in one language.

    Attributes
    ----------
    id : str
        Stable, e.g. ``severity``; names the file.
    title : str
        Without number; printed by the document, not in the picture.
    alt : str
        What the picture says, with its numbers, for readers who cannot see it.
    language : {"zh", "en"}
    data : object
        Frozen arrays and labels; all words are already in `language`.
    draw : callable
        ``draw(data, figure)`` puts the data on an empty figure.
    width, height : float
        Inches, without the stamp's strip.
    caption : str
        One or two sentences on how to read it.
    stamp : str, optional
        Printed small in a strip under the picture, e.g. ``模拟数据 / simulated data``.
    hints : tuple of (str, str)
        Id of a part of the drawing (matplotlib's ``gid``) and what is said of it when a reader points at it; an SVG
        carries them as titles of those parts.
    numbers : tuple of (str, float)
        Computed numbers that the caption prints, by name; a report records them as ``figure.{id}.{name}``.
    """

    id: str
    title: str
    alt: str
    language: Language
    data: Any
    draw: Callable[[Any, FigureBase], None]
    width: float
    height: float
    caption: str = ""
    stamp: str | None = None
    hints: tuple[tuple[str, str], ...] = ()
    numbers: tuple[tuple[str, float], ...] = ()


def build_figure(spec: FigureSpec) -> Figure:
    """
    Draw a specification on a new matplotlib figure that belongs to no window and no global state.

    Call it inside :func:`wxsat.present.theme.figure_context`, and render the figure there too.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    strip = STAMP_INCHES if spec.stamp else 0.0
    figure = Figure(figsize=(spec.width, spec.height + strip), layout="constrained")
    FigureCanvasAgg(figure)
    if not spec.stamp:
        spec.draw(drawable_data(spec.data), figure)
        return figure
    parts = figure.subfigures(2, 1, height_ratios=[spec.height, strip], hspace=0, squeeze=False)
    picture, foot = parts[0, 0], parts[1, 0]
    spec.draw(drawable_data(spec.data), picture)
    foot.text(
        1 - 0.08 / spec.width,
        0.55,
        spec.stamp,
        ha="right",
        va="center",
        fontsize=theme.SMALL_POINTS,
        color=theme.REFUSAL,
    )
    return figure


def render_figure(spec: FigureSpec, to: ImageFormat = "svg", size: SizeName | None = None) -> bytes:
    r"""
    Return a figure as bytes, the same bytes every time.

    Parameters
    ----------
    spec : FigureSpec
    to : {"svg", "png", "pdf"}
        SVG has glyphs as paths and carries the title and the alt text; PNG is at 200 dots an inch; PDF has its
        letters, Chinese ones too, embedded and searchable, and no date.
    size : {"a4", "slide"}, optional
        Fit the drawing to a page or to a slide; its natural size when left out.

    Returns
    -------
    bytes

    Raises
    ------
    ValueError
        For another format.

    Examples
    --------
    >>> render_figure(spec, "png")[:4]
    b'\x89PNG'
    """
    if to not in IMAGE_FORMATS:
        raise ValueError(f"a figure can be rendered to {', '.join(map(repr, IMAGE_FORMATS))}, not {to!r}")
    return render_formats(spec, (to,), size)[to]


def render_formats(
    spec: FigureSpec, formats: Sequence[ImageFormat] = IMAGE_FORMATS, size: SizeName | None = None
) -> dict[ImageFormat, bytes]:
    """Draw a figure once and return its bytes in several formats, the same bytes every time."""
    with theme.figure_context(spec.language), warnings.catch_warnings(record=True) as said:
        import matplotlib

        warnings.simplefilter("always")
        matplotlib.rcParams["svg.hashsalt"] = f"wxsat-{spec.id}-{spec.language}"
        figure = build_figure(spec)
        drawn = {to: _saved(figure, spec, to) for to in formats}
    _pass_on(said)
    return drawn if size is None else {to: resize_figure(payload, to, size) for to, payload in drawn.items()}


def _pass_on(said: Sequence[warnings.WarningMessage]) -> None:
    """Say what drawing warned of, the characters without a glyph in one sentence."""
    lacking: dict[str, str] = {}
    for one in said:
        found = _NO_GLYPH.match(str(one.message))
        if found is None:
            warnings.warn(one.message, one.category, stacklevel=3)
        elif unicodedata.category(character := chr(int(found[1]))) != "Cf":
            lacking[character] = f"U+{ord(character):04X}"
    # Without a Chinese face that was said once, with what to do, when the font was looked for.
    if lacking and find_chinese_family() is not None:
        _say_once(", ".join(f"{character} ({code})" for character, code in sorted(lacking.items())))


@lru_cache
def _say_once(listed: str) -> None:
    said = f"figures show an empty box where a text has {listed}: no font at hand has the character."
    warnings.warn(said, MissingGlyphs, stacklevel=5)


def _saved(figure: Figure, spec: FigureSpec, to: ImageFormat) -> bytes:
    stream = io.BytesIO()
    if to == "png":
        figure.savefig(stream, format="png", dpi=theme.DPI, metadata={"Software": None})
        return stream.getvalue()
    if to == "pdf":
        figure.savefig(stream, format="pdf", metadata={"Title": spec.title, **dict.fromkeys(PDF_UNSAID)})
        return stream.getvalue()
    figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return _with_description(stream.getvalue().decode("utf-8"), spec).encode("utf-8")


def _with_description(svg: str, spec: FigureSpec) -> str:
    """Make the drawing one image with a name and a description for screen readers."""
    head, _, body = svg.partition("<svg ")
    attributes, _, rest = body.partition(">")
    language = "zh-Hans" if spec.language == "zh" else "en"
    for gid, hint in spec.hints:
        opening = f"<g id={quoteattr(gid)}>"
        rest = rest.replace(opening, f"{opening}\n<title>{escape(hint)}</title>", 1)
    return (
        f'{head}<svg role="img" xml:lang="{language}" {attributes}>\n'
        f" <title>{escape(spec.title)}</title>\n <desc>{escape(spec.alt)}</desc>{rest}"
    )
