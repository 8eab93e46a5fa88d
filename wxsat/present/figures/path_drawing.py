"""Draws a placed and worded path diagram in inches: ellipses, boxes, frames, curved arrows, labels, legend, refusal."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wxsat.present import theme
from wxsat.present.figures.path_graph import Arrow, PathGraph
from wxsat.present.figures.path_labels import Box
from wxsat.present.figures.path_plan import Bundle, Frame, Shape
from wxsat.present.figures.splines import Point, shorten_end
from wxsat.present.figures.wording import em_width

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import FigureBase
    from matplotlib.patches import Patch

LEGEND_INCHES, LEGEND_MARGIN = 0.3, 0.16
LABEL_POINTS, META_POINTS, BOX_ID_POINTS, LEGEND_POINTS = 7.2, 6.4, 7.0, 7.0
LINE_HEIGHT = 1.28
STEEPEST_REFUSAL = math.radians(28)
DOUBT = "#7A858F"
ELLIPSE_FILL, BOX_FILL, FRAME_FILL = "#F3F7FB", "#FFFFFF", "#FAFAF7"
DASHED, DOTTED_DASH = (0, (4, 2.2)), (0, (6, 2, 1, 2))


@dataclass(frozen=True)
class NodeMark:
    """A variable with the lines of its name and, small, its id and R²."""

    shape: Shape
    lines: tuple[str, ...]
    meta: str
    points: float


@dataclass(frozen=True)
class FrameMark:
    """A composite with the lines of its name."""

    frame: Frame
    lines: tuple[str, ...]


@dataclass(frozen=True)
class ArrowMark:
    """An arrow with its curve, its printed coefficient (may be empty) and where that stands."""

    bundle: Bundle
    points: tuple[Point, ...]
    text: str
    label: Box | None

    @property
    def doubtful(self) -> bool:
        """Whether p is .05 or more."""
        return all(a.doubtful for a in self.bundle.arrows)


@dataclass(frozen=True)
class PathData:
    """
    A path diagram, placed (inches, downwards) and worded.

    Attributes
    ----------
    nodes, frames, arrows
        Everything that is drawn.
    graph, names
        The model it shows, for the words under it.
    hidden
        Covariances that are not drawn.
    sparse : bool
        Whether small coefficients are left unprinted.
    standardised : bool
        Whether the printed coefficients are.
    refused : (zh, en) or None
        The words across the picture.
    """

    nodes: tuple[NodeMark, ...]
    frames: tuple[FrameMark, ...]
    arrows: tuple[ArrowMark, ...]
    graph: PathGraph
    names: Mapping[str, str]
    hidden: tuple[Arrow, ...]
    sparse: bool
    standardised: bool
    refused: tuple[str, str] | None
    legend: Mapping[str, str]
    width: float
    height: float


def draw_path_diagram(data: PathData, figure: FigureBase) -> None:
    """Draw arrows first, then variables, then labels; one inch of data is one inch of paper."""
    ax = figure.add_subplot()
    # The layout engine leaves axes alone that were placed by hand.
    ax.set_position((0, 0, 1, 1))
    ax.set_xlim(0, data.width)
    ax.set_ylim(data.height, 0)
    ax.set_axis_off()
    for frame in data.frames:
        _draw_frame(ax, frame)
    # Thin and doubtful lines lie under wide ones.
    for mark in sorted(data.arrows, key=lambda m: (not m.doubtful, m.bundle.strength)):
        _draw_arrow(ax, mark.points, line_style(mark.bundle, mark.doubtful), bundle_gid(mark.bundle))
    for node in data.nodes:
        _draw_node(ax, node)
    for mark in data.arrows:
        _draw_label(ax, mark)
    _draw_legend(ax, data)
    if data.refused:
        _draw_refusal(ax, " / ".join(data.refused), data.width, data.height - LEGEND_INCHES)


def bundle_gid(bundle: Bundle) -> str:
    """Return the id of an arrow in the drawing."""
    return f"{bundle.kind} {bundle.source} {bundle.target}"


def node_gid(name: str) -> str:
    """Return the id of a variable in the drawing."""
    return f"node {name}"


def line_width(strength: float) -> float:
    """Return the line width in points for an absolute standardised coefficient; it stops growing at 1."""
    return 0.7 + 2.9 * min(1.0, strength)


@dataclass(frozen=True)
class LineStyle:
    """How an arrow looks; `dashes` None is a solid line, `hollow` a head of paper, `both` two heads."""

    color: str
    width: float
    dashes: tuple[int, tuple[float, ...]] | None
    hollow: bool = False
    both: bool = False


def line_style(bundle: Bundle, doubtful: bool) -> LineStyle:
    """Return the style of an arrow: hue and head by sign, width by size, dashes by doubt."""
    dashes = DASHED if doubtful else DOTTED_DASH if bundle.feedback else None
    if bundle.kind == "path":
        color = DOUBT if doubtful else theme.NEGATIVE if bundle.negative else theme.POSITIVE
        return LineStyle(color, line_width(bundle.strength), dashes, hollow=bundle.negative)
    return LineStyle(DOUBT if doubtful else theme.MUTED, 0.9, dashes, both=bundle.kind != "loading")


def _draw_arrow(ax: Axes, points: Sequence[Point], style: LineStyle, gid: str = "") -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    length = 0.075 + 0.014 * style.width
    half = 0.028 + 0.011 * style.width
    shortened, ahead = shorten_end(points, length)
    tips = [(points[-1], ahead)]
    if style.both:
        backwards, behind = shorten_end(shortened[::-1], length)
        shortened = backwards[::-1]
        tips.append((points[0], behind))
    curve = Path(shortened, [Path.MOVETO, *[Path.CURVE4] * (len(points) - 1)])
    # A white edge under each line shows which one passes over at a crossing.
    ax.add_patch(PathPatch(curve, fill=False, edgecolor=theme.PAPER, linewidth=style.width + 1.4, zorder=2))
    ax.add_patch(
        PathPatch(
            curve, fill=False, edgecolor=style.color, linewidth=style.width, linestyle=style.dashes or "solid",
            capstyle="butt", zorder=2, gid=gid,
        )
    )  # fmt: skip
    for tip, direction in tips:
        _draw_head(ax, tip, direction, length, half, style)


def _draw_head(ax: Axes, tip: Point, direction: Point, length: float, half: float, style: LineStyle) -> None:
    from matplotlib.patches import Polygon

    (x, y), (ux, uy) = tip, direction
    base = (x - ux * length, y - uy * length)
    corners = [tip, (base[0] - uy * half, base[1] + ux * half), (base[0] + uy * half, base[1] - ux * half)]
    ax.add_patch(
        Polygon(
            corners, closed=True, facecolor=theme.PAPER if style.hollow else style.color, edgecolor=style.color,
            linewidth=0.9, joinstyle="miter", zorder=3,
        )
    )  # fmt: skip


def _draw_frame(ax: Axes, mark: FrameMark) -> None:
    from matplotlib.patches import FancyBboxPatch

    f = mark.frame
    ax.add_patch(
        FancyBboxPatch(
            (f.x0, f.y0), f.x1 - f.x0, f.y1 - f.y0, boxstyle="round,pad=0,rounding_size=0.09", facecolor=FRAME_FILL,
            edgecolor=theme.FAINT, linewidth=0.9, zorder=1, gid=f"composite {f.name}",
        )
    )  # fmt: skip
    step = f.head / max(1, len(mark.lines))
    for i, line in enumerate(mark.lines):
        ax.text(
            (f.x0 + f.x1) / 2, f.y0 + 0.06 + step * (i + 0.5), line, ha="center", va="center_baseline",
            fontsize=META_POINTS, color=theme.MUTED, zorder=4,
        )  # fmt: skip


def _draw_node(ax: Axes, node: NodeMark) -> None:
    from matplotlib.patches import Ellipse, Rectangle

    s = node.shape
    corner = (s.x - s.half_width, s.y - s.half_height)
    patch: Patch = Rectangle(corner, 2 * s.half_width, 2 * s.half_height, facecolor=BOX_FILL)
    if s.kind == "latent":
        patch = Ellipse((s.x, s.y), 2 * s.half_width, 2 * s.half_height, facecolor=ELLIPSE_FILL)
    patch.set(edgecolor=theme.INK, linewidth=0.7 if s.kind == "indicator" else 1.0, zorder=4, gid=node_gid(s.name))
    ax.add_patch(patch)
    if s.kind == "indicator":
        ax.text(s.x, s.y, node.lines[0], ha="center", va="center", fontsize=BOX_ID_POINTS, color=theme.INK, zorder=5)
        return
    rows = [(line, node.points, theme.INK) for line in node.lines]
    rows += [(node.meta, META_POINTS, theme.MUTED)] if node.meta else []
    heights = [points * LINE_HEIGHT / 72 for _, points, _ in rows]
    edge = s.y - sum(heights) / 2
    for (text, points, color), height in zip(rows, heights, strict=True):
        ax.text(s.x, edge + height / 2, text, ha="center", va="center", fontsize=points, color=color, zorder=5)
        edge += height


def _draw_label(ax: Axes, mark: ArrowMark) -> None:
    from matplotlib.patches import Rectangle

    box = mark.label
    if box is None:
        return
    style = line_style(mark.bundle, mark.doubtful)
    color = style.color if mark.bundle.kind == "path" or mark.doubtful else theme.INK
    ax.add_patch(
        Rectangle(
            (box.x - box.half_width, box.y - box.half_height), 2 * box.half_width, 2 * box.half_height,
            facecolor=theme.PAPER, edgecolor="none", zorder=6,
        )
    )  # fmt: skip
    ax.text(
        box.x, box.y, mark.text, ha="center", va="center", fontsize=LABEL_POINTS, color=color, zorder=7,
        linespacing=1.05, gid=f"label {bundle_gid(mark.bundle)}",
    )  # fmt: skip


def _draw_legend(ax: Axes, data: PathData) -> None:
    """Draw one sample line for every kind that occurs, in a row at the bottom left."""
    x, y = LEGEND_MARGIN, data.height - LEGEND_INCHES / 2 - 0.02
    for key, style in _legend_entries(data.arrows):
        line = ((x, y), (x + 0.15, y), (x + 0.25, y), (x + 0.4, y))
        _draw_arrow(ax, line, style)
        ax.text(x + 0.46, y, data.legend[key], va="center", fontsize=LEGEND_POINTS, color=theme.MUTED)
        x += _entry_width(data.legend[key])


def legend_width(arrows: Sequence[ArrowMark], words: Mapping[str, str]) -> float:
    """Return the inches that the legend needs."""
    return 2 * LEGEND_MARGIN + sum(_entry_width(words[key]) for key, _ in _legend_entries(arrows)) - 0.2


def _entry_width(word: str) -> float:
    return 0.46 + em_width(word) * LEGEND_POINTS / 72 + 0.2


def _legend_entries(marks: Sequence[ArrowMark]) -> list[tuple[str, LineStyle]]:
    sample = {
        "positive": Bundle("path", "", "", (Arrow("path", "", "", 0.3, 0.0),)),
        "negative": Bundle("path", "", "", (Arrow("path", "", "", -0.3, 0.0),)),
        "doubtful": Bundle("path", "", "", (Arrow("path", "", "", 0.1, 0.5),)),
        "feedback": Bundle("path", "", "", (Arrow("path", "", "", 0.3, 0.0),), feedback=True),
        "loading": Bundle("loading", "", "", (Arrow("loading", "", "", 0.7, 0.0),)),
        "covariance": Bundle("covariance", "", "", (Arrow("covariance", "", "", 0.3, 0.0),)),
    }
    paths = [m for m in marks if m.bundle.kind == "path"]
    occurs = {
        "positive": any(not m.doubtful and not m.bundle.negative for m in paths),
        "negative": any(not m.doubtful and m.bundle.negative for m in paths),
        "doubtful": any(m.doubtful for m in marks),
        "feedback": any(m.bundle.feedback for m in marks),
        "loading": any(m.bundle.kind == "loading" for m in marks),
        "covariance": any(m.bundle.kind in ("covariance", "residual") for m in marks),
    }
    return [(key, line_style(bundle, key == "doubtful")) for key, bundle in sample.items() if occurs[key]]


def _draw_refusal(ax: Axes, words: str, width: float, height: float) -> None:
    """Print the refusal across the picture, rising along its diagonal and as large as fits."""
    angle = min(STEEPEST_REFUSAL, math.atan2(height, width))
    room = 0.78 * min(width / math.cos(angle), height / math.sin(angle))
    ax.text(
        width / 2, height / 2, words, ha="center", va="center", rotation=math.degrees(angle), rotation_mode="anchor",
        fontsize=min(60.0, room * 72 / em_width(words)), color=theme.REFUSAL, alpha=0.34, zorder=9, gid="refused",
    )  # fmt: skip
