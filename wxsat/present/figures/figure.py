"""A figure as data, and how it becomes bytes: the same specification gives the same bytes in any process.

Drawing uses matplotlib's object interface only: no pyplot, no current figure, no window.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, Literal

from wxsat.instrument.instrument import Language
from wxsat.present import theme
from wxsat.present.fonts import find_chinese_family

if TYPE_CHECKING:
    from matplotlib.figure import Figure, FigureBase

ImageFormat = Literal["svg", "png"]
STAMP_INCHES = 0.24


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
        spec.draw(spec.data, figure)
        return figure
    parts = figure.subfigures(2, 1, height_ratios=[spec.height, strip], hspace=0, squeeze=False)
    picture, foot = parts[0, 0], parts[1, 0]
    spec.draw(spec.data, picture)
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


def render_figure(spec: FigureSpec, to: ImageFormat = "svg") -> bytes:
    r"""
    Return a figure as bytes, the same bytes every time.

    Parameters
    ----------
    spec : FigureSpec
    to : {"svg", "png"}
        SVG has glyphs as paths and carries the title and the alt text; PNG is at 200 dots an inch.

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
    if to not in ("svg", "png"):
        raise ValueError(f"a figure can be rendered to 'svg' or 'png', not {to!r}")
    return render_formats(spec, (to,))[to]


def render_formats(spec: FigureSpec, formats: Sequence[ImageFormat] = ("svg", "png")) -> dict[ImageFormat, bytes]:
    """Draw a figure once and return its bytes in several formats, the same bytes every time."""
    with theme.figure_context(spec.language), warnings.catch_warnings():
        import matplotlib

        if find_chinese_family() is None:
            # Said once, with what to do, when the font was looked for.
            warnings.filterwarnings("ignore", message="Glyph .* missing from")
        matplotlib.rcParams["svg.hashsalt"] = f"wxsat-{spec.id}-{spec.language}"
        figure = build_figure(spec)
        return {to: _saved(figure, spec, to) for to in formats}


def _saved(figure: Figure, spec: FigureSpec, to: ImageFormat) -> bytes:
    stream = io.BytesIO()
    if to == "png":
        figure.savefig(stream, format="png", dpi=theme.DPI, metadata={"Software": None})
        return stream.getvalue()
    figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return _with_description(stream.getvalue().decode("utf-8"), spec).encode("utf-8")


def _with_description(svg: str, spec: FigureSpec) -> str:
    """Make the drawing one image with a name and a description for screen readers."""
    head, _, body = svg.partition("<svg ")
    attributes, _, rest = body.partition(">")
    language = "zh-Hans" if spec.language == "zh" else "en"
    return (
        f'{head}<svg role="img" xml:lang="{language}" {attributes}>\n'
        f" <title>{escape(spec.title)}</title>\n <desc>{escape(spec.alt)}</desc>{rest}"
    )
