"""Where everything of a path diagram stands, in inches: layers from left to right, heights growing downwards."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from wxsat.present.figures.layered_graph import (
    Columns,
    Slot,
    SlotSize,
    assign_layers,
    break_cycles,
    build_columns,
    is_dummy,
    reduce_crossings,
    straighten,
)
from wxsat.present.figures.path_graph import Arrow, PathGraph
from wxsat.present.figures.splines import Point, arc, chain_spline, underpass

MARGIN = 0.16
NODE_GAP, FRAME_GAP, INSIDE_GAP, DUMMY_ROOM = 0.24, 0.34, 0.11, 0.1
FRAME_PAD, FRAME_LINE = 0.1, 0.14
FAN_DROP, BOX_HALF_HEIGHT, BOX_GAP = 0.46, 0.12, 0.09
PORT_STEP = 0.17
ARC_BULGE, ARC_STEP = 0.34, 0.24
LEAST_GAP, MOST_GAP = 0.42, 1.45


@dataclass(frozen=True)
class Shape:
    """One variable on paper: an ellipse for ``latent``, a box otherwise."""

    name: str
    kind: str
    x: float
    y: float
    half_width: float
    half_height: float


@dataclass(frozen=True)
class Frame:
    """A rounded frame around the parts of a composite; `head` is the height of its name at the top."""

    name: str
    members: tuple[str, ...]
    x0: float
    y0: float
    x1: float
    y1: float
    head: float


@dataclass(frozen=True)
class Bundle:
    """Arrows drawn as one: a single arrow, or those of a composite's parts on one target."""

    kind: str
    source: str
    target: str
    arrows: tuple[Arrow, ...]
    feedback: bool = False

    @property
    def strength(self) -> float:
        """The mean absolute standardised coefficient."""
        return sum(abs(a.value) for a in self.arrows) / len(self.arrows)

    @property
    def negative(self) -> bool:
        """Whether the coefficients are below zero."""
        return sum(a.value for a in self.arrows) < 0


@dataclass(frozen=True)
class Route:
    """A bundle on paper: control points of cubic curves (3k + 1 of them), from source to target."""

    bundle: Bundle
    points: tuple[Point, ...]


@dataclass(frozen=True)
class PathPlan:
    """Everything placed; `hidden` are the covariances that are not drawn."""

    shapes: tuple[Shape, ...]
    frames: tuple[Frame, ...]
    routes: tuple[Route, ...]
    width: float
    height: float
    hidden: tuple[Arrow, ...]


@dataclass(frozen=True)
class Sizes:
    """Half sizes in inches: of every ellipse or box by name, and how many lines a composite's name needs."""

    half: Mapping[str, tuple[float, float]]
    head_lines: Mapping[str, int]
    max_width: float = 13.0
    max_residuals: int = 6
    max_covariances: int = 15


def plan_path_diagram(graph: PathGraph, sizes: Sizes) -> PathPlan:
    """
    Place a model: layers by the longest path, few crossings, straight long arrows, covariances at the left.

    Small structural models have their indicators in a fan above or below each ellipse; a measurement model has them
    in a layer of their own.
    """
    return _Planner(graph, sizes).plan()


class _Planner:
    """The steps of one drawing; each fills in what the next one needs."""

    def __init__(self, graph: PathGraph, sizes: Sizes) -> None:
        self.graph, self.sizes = graph, sizes
        self.in_layers = graph.shows_indicators and graph.is_measurement_model
        self.fans = {v.name: graph.measured_by(v.name) for v in graph.structural} if self._has_fans else {}
        self.nodes = [v.name for v in (graph.variables if self.in_layers else graph.structural)]
        self.kinds = {v.name: v.kind for v in graph.variables}
        known = set(self.nodes)
        self.arrows = [a for a in graph.of_kind("path", "loading") if a.source in known and a.target in known]
        pairs = [(a.source, a.target) for a in self.arrows]
        back = set(break_cycles(self.nodes, pairs))
        self.layer = assign_layers(self.nodes, [p for i, p in enumerate(pairs) if i not in back])
        self.groups = {
            name: members
            for name, members in graph.composites.items()
            if len({self.layer[m] for m in members}) == 1 and not any(self._is_feedback(i, back, members) for i in back)
        }
        self.bundles = _bundle_arrows(self.arrows, back, self.groups)
        self.forward = [b for b in self.bundles if not b.feedback]

    @property
    def _has_fans(self) -> bool:
        return self.graph.shows_indicators and not self.in_layers

    def _is_feedback(self, index: int, back: set[int], members: Sequence[str]) -> bool:
        return index in back and self.arrows[index].source in members

    def plan(self) -> PathPlan:
        edges = [(b.source, b.target) for b in self.forward]
        self.columns = reduce_crossings(build_columns(self.nodes, edges, self.groups, self.layer))
        self.fan_above = self._choose_fan_sides()
        slots = {slot: self._slot_size(slot) for layer in self.columns.layers for slot in layer}
        self.height = straighten(self.columns, slots)
        covariances, residuals, hidden = self._covariances()
        self._place_columns(self._left_room(covariances), bool(residuals))
        shapes = self._shapes()
        self.shape = {s.name: s for s in shapes}
        self.frames = {name: self._frame(name, members) for name, members in self.groups.items()}
        routes = [
            *self._forward_routes(),
            *self._fan_routes(),
            *self._arc_routes(covariances, left=True),
            *self._arc_routes([r for r in residuals if self.layer[r.source] == self.layer[r.target]], left=False),
            *self._under_routes(residuals),
        ]
        return _shifted_to_page(shapes, tuple(self.frames.values()), tuple(routes), tuple(hidden))

    # sizes

    def _half(self, name: str) -> tuple[float, float]:
        return self.sizes.half[name]

    def _choose_fan_sides(self) -> dict[str, bool]:
        """Return for every latent with a fan whether it opens upwards: away from the arrows that pass by."""
        above: dict[str, bool] = {}
        for layer in self.columns.layers:
            names = [slot[0] for slot in layer]
            real = [name for name in names if not is_dummy(name)]
            for name in real:
                passing_above = sum(is_dummy(n) for n in names[: names.index(name)])
                passing_below = sum(is_dummy(n) for n in names[names.index(name) :])
                first = len(real) > 1 and name == real[0]
                above[name] = passing_below > passing_above if len(real) == 1 else first
        return above

    def _slot_size(self, slot: Slot) -> SlotSize:
        if is_dummy(slot[0]):
            return SlotSize({slot[0]: 0.0}, DUMMY_ROOM, DUMMY_ROOM)
        group = next((g for g, members in self.groups.items() if slot[0] in members), None)
        if group is None:
            half = self._half(slot[0])[1]
            gap = 0.035 if self.kinds[slot[0]] == "indicator" else NODE_GAP / 2
            fan = FAN_DROP + 2 * BOX_HALF_HEIGHT if self.fans.get(slot[0]) else 0.0
            above = self.fan_above.get(slot[0], False)
            return SlotSize({slot[0]: 0.0}, half + gap + fan * above, half + gap + fan * (not above))
        offsets, edge = {}, 0.0
        for name in slot:
            half = self._half(name)[1]
            edge += half + (INSIDE_GAP if offsets else 0.0)
            offsets[name] = edge
            edge += half
        offsets = {name: offset - edge / 2 for name, offset in offsets.items()}
        head = self.sizes.head_lines[group] * FRAME_LINE
        room = edge / 2 + FRAME_PAD + FRAME_GAP / 2
        return SlotSize(offsets | {group: 0.0}, room + head, room)

    def _covariances(self) -> tuple[list[Bundle], list[Bundle], list[Arrow]]:
        known = set(self.nodes)
        found = {kind: [a for a in self.graph.of_kind(kind) if {a.source, a.target} <= known]
                 for kind in ("covariance", "residual")}  # fmt: skip
        limits = {"covariance": self.sizes.max_covariances, "residual": self.sizes.max_residuals}
        drawn = {k: [Bundle(k, a.source, a.target, (a,)) for a in v] for k, v in found.items() if len(v) <= limits[k]}
        hidden = [a for k, v in found.items() if len(v) > limits[k] for a in v]
        return drawn.get("covariance", []), drawn.get("residual", []), hidden

    # places

    def _rank(self, name: str) -> int:
        names = [n for slot in self.columns.layers[self.layer[name]] for n in slot if not is_dummy(n)]
        return names.index(name)

    def _bulge(self, bundle: Bundle) -> float:
        return ARC_BULGE + ARC_STEP * (abs(self._rank(bundle.source) - self._rank(bundle.target)) - 1)

    def _left_room(self, covariances: Sequence[Bundle]) -> float:
        return max((self._bulge(b) + 0.12 for b in covariances), default=0.0)

    def _column_half_width(self, k: int) -> float:
        widest = 0.0
        for slot in self.columns.layers[k]:
            if is_dummy(slot[0]):
                continue
            pad = FRAME_PAD if any(slot[0] in members for members in self.groups.values()) else 0.0
            for name in slot:
                widest = max(widest, self._half(name)[0] + pad, self._fan_half_width(name))
        return widest

    def _fan_half_width(self, name: str) -> float:
        boxes = self.fans.get(name, ())
        return (sum(2 * self._half(a.target)[0] + BOX_GAP for a in boxes) - BOX_GAP) / 2 if boxes else 0.0

    def _place_columns(self, left: float, arcs_right: bool) -> None:
        halves = [self._column_half_width(k) for k in range(len(self.columns.layers))]
        gaps = [self._wished_gap(segments) for segments in self.columns.segments]
        room = self.sizes.max_width - left - 2 * MARGIN - 2 * sum(halves) - (ARC_BULGE if arcs_right else 0.0)
        if gaps and sum(gaps) > room:
            # Every gap gives from what it has above the least; below that the figure grows beyond its width.
            spare = sum(g - LEAST_GAP for g in gaps)
            share = max(0.0, room - LEAST_GAP * len(gaps)) / spare if spare else 0.0
            gaps = [LEAST_GAP + (g - LEAST_GAP) * min(1.0, share) for g in gaps]
        self.span: list[tuple[float, float]] = []
        x = left
        for half, gap in zip(halves, [*gaps, 0.0], strict=True):
            self.span.append((x, x + 2 * half))
            x += 2 * half + gap

    def _wished_gap(self, segments: Sequence[tuple[str, str]]) -> float:
        steepest = max((abs(self.height[a] - self.height[b]) for a, b in segments), default=0.0)
        return min(MOST_GAP, 0.62 + 0.03 * len(segments) + 0.12 * steepest)

    def _shapes(self) -> tuple[Shape, ...]:
        shapes = []
        for name in self.nodes:
            x0, x1 = self.span[self.layer[name]]
            shapes.append(Shape(name, self.kinds[name], (x0 + x1) / 2, self.height[name], *self._half(name)))
        return (*shapes, *(box for shape in shapes for box in self._fan_boxes(shape)))

    def _fan_boxes(self, shape: Shape) -> list[Shape]:
        way = -1 if self.fan_above.get(shape.name) else 1
        y = shape.y + way * (shape.half_height + FAN_DROP + BOX_HALF_HEIGHT)
        x, boxes = shape.x - self._fan_half_width(shape.name), []
        for arrow in self.fans.get(shape.name, ()):
            half = self._half(arrow.target)[0]
            boxes.append(Shape(arrow.target, "indicator", x + half, y, half, BOX_HALF_HEIGHT))
            x += 2 * half + BOX_GAP
        return boxes

    def _frame(self, name: str, members: tuple[str, ...]) -> Frame:
        shapes = [self.shape[m] for m in members]
        head = self.sizes.head_lines[name] * FRAME_LINE
        return Frame(
            name,
            members,
            min(s.x - s.half_width for s in shapes) - FRAME_PAD,
            min(s.y - s.half_height for s in shapes) - FRAME_PAD - head,
            max(s.x + s.half_width for s in shapes) + FRAME_PAD,
            max(s.y + s.half_height for s in shapes) + FRAME_PAD,
            head,
        )

    # routes

    def _forward_routes(self) -> list[Route]:
        chains = [self._chain(i, b) for i, b in enumerate(self.forward)]
        leaving, arriving = self._ports(chains)
        routes = []
        for i, (bundle, chain) in enumerate(zip(self.forward, chains, strict=True)):
            stops = [self._border(bundle.source, leaving[i], right=True)]
            if self.fans:
                stops.append((self.span[self.layer[bundle.source]][1], leaving[i]))
            first = self._layer_of(bundle.source)
            for step, name in enumerate(chain[1:-1], start=1):
                x0, x1 = self.span[first + step]
                stops += [(x0, self.height[name]), (x1, self.height[name])]
            if self.fans:
                stops.append((self.span[self.layer[bundle.target]][0], arriving[i]))
            stops.append(self._border(bundle.target, arriving[i], right=False))
            routes.append(Route(bundle, chain_spline(stops)))
        return routes

    def _layer_of(self, name: str) -> int:
        return self.layer[self.groups[name][0] if name in self.groups else name]

    def _chain(self, index: int, bundle: Bundle) -> list[str]:
        chain = [bundle.source]
        for k in range(self._layer_of(bundle.source), self._layer_of(bundle.target)):
            passing = (b for a, b in self.columns.segments[k] if a == chain[-1])
            chain.append(next(n for n in passing if n == bundle.target or n.startswith(f" {index} ")))
        return chain

    def _ports(self, chains: Sequence[Sequence[str]]) -> tuple[dict[int, float], dict[int, float]]:
        """Return at which height every arrow leaves and arrives: side by side in the order of where they come from."""
        leaving: dict[int, float] = {}
        arriving: dict[int, float] = {}
        for side, next_at, own_at in ((leaving, 1, 0), (arriving, -2, -1)):
            meeting: dict[str, list[int]] = {}
            for i, chain in enumerate(chains):
                meeting.setdefault(chain[own_at], []).append(i)
            for name, indexes in meeting.items():
                order = sorted(indexes, key=lambda i: (self.height[chains[i][next_at]], i))
                centre, room = self._port_room(name)
                step = min(PORT_STEP, 2 * room / max(1, len(order) - 1))
                for rank, i in enumerate(order):
                    side[i] = centre + (rank - (len(order) - 1) / 2) * step
        return leaving, arriving

    def _port_room(self, name: str) -> tuple[float, float]:
        if name in self.frames:
            frame = self.frames[name]
            return (frame.y0 + frame.head + frame.y1) / 2, (frame.y1 - frame.y0 - frame.head) / 2 - 0.2
        shape = self.shape[name]
        return shape.y, (0.72 if shape.kind == "latent" else 0.8) * shape.half_height

    def _border(self, name: str, y: float, *, right: bool) -> Point:
        """Return where a horizontal line at height y meets the border of a variable or frame."""
        if name in self.frames:
            return (self.frames[name].x1 if right else self.frames[name].x0, y)
        shape = self.shape[name]
        reach = shape.half_width
        if shape.kind == "latent":
            reach *= math.sqrt(max(0.0, 1 - ((y - shape.y) / shape.half_height) ** 2))
        return (shape.x + (reach if right else -reach), y)

    def _fan_routes(self) -> list[Route]:
        routes = []
        for name, loadings in self.fans.items():
            ellipse, way = self.shape[name], -1 if self.fan_above.get(name) else 1
            for arrow in loadings:
                box = self.shape[arrow.target]
                end = (box.x, box.y - way * box.half_height)
                dx, dy = (end[0] - ellipse.x) / ellipse.half_width, (end[1] - ellipse.y) / ellipse.half_height
                reach = math.hypot(dx, dy)
                start = (ellipse.x + dx / reach * ellipse.half_width, ellipse.y + dy / reach * ellipse.half_height)
                third = ((end[0] - start[0]) / 3, (end[1] - start[1]) / 3)
                inner = tuple((start[0] + k * third[0], start[1] + k * third[1]) for k in (1, 2))
                routes.append(Route(Bundle("loading", name, arrow.target, (arrow,)), (start, *inner, end)))
        return routes

    def _arc_routes(self, bundles: Sequence[Bundle], *, left: bool) -> list[Route]:
        """Return curved lines beside a layer, farther out for variables farther apart."""
        meeting: dict[str, list[tuple[float, int]]] = {}
        for i, bundle in enumerate(bundles):
            meeting.setdefault(bundle.source, []).append((self.height[bundle.target], i))
            meeting.setdefault(bundle.target, []).append((self.height[bundle.source], i))
        port: dict[tuple[str, int], float] = {}
        for name, others in meeting.items():
            shape, here = self.shape[name], self.height[name]
            up = sorted((h, i) for h, i in others if h < here)
            down = sorted((h, i) for h, i in others if h >= here)
            # The farthest partner is met by the outermost arc, nearest the middle of the border.
            for rank, (_, i) in enumerate(up):
                port[name, i] = here - shape.half_height * (0.12 + 0.7 * (rank + 1) / (len(up) + 1))
            for rank, (_, i) in enumerate(reversed(down)):
                port[name, i] = here + shape.half_height * (0.12 + 0.7 * (rank + 1) / (len(down) + 1))
        routes = []
        for i, bundle in enumerate(bundles):
            ends = [self._border(n, port[n, i], right=not left) for n in (bundle.source, bundle.target)]
            column = self.span[self.layer[bundle.source]]
            x = column[0] - self._bulge(bundle) if left else column[1] + self._bulge(bundle)
            routes.append(Route(bundle, arc(ends[0], ends[1], x)))
        return routes

    def _under_routes(self, residuals: Sequence[Bundle]) -> list[Route]:
        """Return curves that pass under everything: feedback, and covariances between layers."""
        apart = [r for r in residuals if self.layer[r.source] != self.layer[r.target]]
        feedback = sorted(
            (b for b in self.bundles if b.feedback), key=lambda b: abs(self.layer[b.source] - self.layer[b.target])
        )
        bottom = max(s.y + s.half_height for s in self.shape.values())
        routes = []
        for rank, bundle in enumerate((*feedback, *apart)):
            a, b = self.shape[bundle.source], self.shape[bundle.target]
            shift = 0.3 * (1 if a.x < b.x else -1)
            start = (a.x + shift * a.half_width, a.y + a.half_height * math.sqrt(1 - shift**2))
            end = (b.x - shift * b.half_width, b.y + b.half_height * math.sqrt(1 - shift**2))
            routes.append(Route(bundle, underpass(start, end, bottom + 0.32 + 0.24 * rank)))
        return routes


def _bundle_arrows(
    arrows: Sequence[Arrow], back: set[int], groups: Mapping[str, tuple[str, ...]]
) -> tuple[Bundle, ...]:
    """Return the arrows to draw; those of a framed composite on one target become one."""
    group_of = {member: name for name, members in groups.items() for member in members}
    together: dict[tuple[str, str, str], list[Arrow]] = {}
    order: list[Bundle | tuple[str, str, str]] = []
    for i, arrow in enumerate(arrows):
        group = group_of.get(arrow.source, "")
        if group and arrow.label and arrow.kind == "path":
            key = (group, arrow.target, arrow.label)
            if key not in together:
                order.append(key)
            together.setdefault(key, []).append(arrow)
        else:
            order.append(Bundle(arrow.kind, arrow.source, arrow.target, (arrow,), i in back))
    bundles: list[Bundle] = []
    for entry in order:
        if isinstance(entry, Bundle):
            bundles.append(entry)
        elif len(together[entry]) == len(groups[entry[0]]):
            bundles.append(Bundle("path", entry[0], entry[1], tuple(together[entry])))
        else:
            bundles += [Bundle(a.kind, a.source, a.target, (a,)) for a in together[entry]]
    return tuple(bundles)


def _shifted_to_page(
    shapes: tuple[Shape, ...], frames: tuple[Frame, ...], routes: tuple[Route, ...], hidden: tuple[Arrow, ...]
) -> PathPlan:
    """Move everything so that the drawing begins at the margin, and measure it."""
    xs = [v for s in shapes for v in (s.x - s.half_width, s.x + s.half_width)]
    ys = [v for s in shapes for v in (s.y - s.half_height, s.y + s.half_height)]
    xs += [v for f in frames for v in (f.x0, f.x1)]
    ys += [v for f in frames for v in (f.y0, f.y1)]
    for route in routes:
        curve = [p for p in route.points] if route.bundle.feedback else list(route.points)
        xs += [p[0] for p in _extremes(curve)]
        ys += [p[1] for p in _extremes(curve)]
    dx, dy = MARGIN - min(xs), MARGIN - min(ys)
    return PathPlan(
        tuple(replace(s, x=s.x + dx, y=s.y + dy) for s in shapes),
        tuple(replace(f, x0=f.x0 + dx, x1=f.x1 + dx, y0=f.y0 + dy, y1=f.y1 + dy) for f in frames),
        tuple(replace(r, points=tuple((x + dx, y + dy) for x, y in r.points)) for r in routes),
        max(xs) + dx + MARGIN,
        max(ys) + dy + MARGIN,
        hidden,
    )


def _extremes(points: Sequence[Point]) -> list[Point]:
    from wxsat.present.figures.splines import sample

    return sample(points, 12)


__all__ = ["Bundle", "Columns", "Frame", "PathPlan", "Route", "Shape", "Sizes", "plan_path_diagram"]
