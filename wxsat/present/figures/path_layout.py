"""Where everything of a path diagram stands, in inches: layers from left to right, heights growing downwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from wxsat.present.figures.layered_graph import (
    Slot,
    SlotSize,
    assign_layers,
    break_cycles,
    build_columns,
    is_dummy,
    lift_passing_edges,
    reduce_crossings,
    straighten,
)
from wxsat.present.figures.path_graph import Arrow, PathGraph
from wxsat.present.figures.path_plan import Bundle, Frame, PathPlan, Route, Shape
from wxsat.present.figures.path_routes import (
    Places,
    arc_bulge,
    route_arcs,
    route_fans,
    route_forward,
    route_indicator_arcs,
    route_under,
)
from wxsat.present.figures.splines import sample

MARGIN = 0.16
NODE_GAP, FRAME_GAP, INSIDE_GAP, DUMMY_ROOM = 0.24, 0.34, 0.11, 0.1
FRAME_PAD, FRAME_LINE = 0.1, 0.14
FAN_DROP, BOX_HALF_HEIGHT, BOX_GAP = 0.46, 0.12, 0.09
ARC_ROOM, LABEL_ROOM = 0.34, 0.08
LEAST_GAP, MOST_GAP, LOADING_GAP = 0.42, 1.45, 0.95


@dataclass(frozen=True)
class Sizes:
    """Half sizes in inches: of every ellipse or box by name, and how many lines a composite's name needs."""

    half: Mapping[str, tuple[float, float]]
    head_lines: Mapping[str, int]
    max_width: float = 13.0
    least_gap: float = LEAST_GAP
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
        if back:
            # Feedback passes where the fans would hang.
            self.fans = {}
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
        if self.fans:
            self.columns = lift_passing_edges(self.columns)
        self.fan_above = self._choose_fan_sides()
        slots = {slot: self._slot_size(slot) for layer in self.columns.layers for slot in layer}
        self.height = straighten(self.columns, slots)
        covariances, residuals, hidden = self._covariances()
        self._place_columns(self._left_room(covariances), bool(residuals))
        shapes = self._shapes()
        self.shape = {s.name: s for s in shapes}
        self.frames = {name: self._frame(name, members) for name, members in self.groups.items()}
        places = Places(self.columns, self.layer, self.groups, self.height, tuple(self.span), self.shape, self.frames)
        routes = [
            *route_forward(places, self.forward, through_columns=bool(self.fans)),
            *route_fans(places, self.fans),
            *route_arcs(places, covariances, left=True),
            *route_arcs(places, [r for r in residuals if self.layer[r.source] == self.layer[r.target]], left=False),
            *route_under(places, self.bundles, residuals),
            *self._indicator_arcs(places),
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
        offsets: dict[str, float] = {}
        edge = 0.0
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
        if not self.draws_indicator_arcs:
            hidden += self.graph.indicator_covariances
        return drawn.get("covariance", []), drawn.get("residual", []), hidden

    def _indicator_arcs(self, places: Places) -> list[Route]:
        arcs = self.graph.indicator_covariances
        if not self.draws_indicator_arcs:
            return []
        return route_indicator_arcs(places, [Bundle("residual", a.source, a.target, (a,)) for a in arcs])

    @property
    def draws_indicator_arcs(self) -> bool:
        """Whether residual covariances of indicators are few and all boxes hang below their latents."""
        arcs = self.graph.indicator_covariances
        known = {a.target for loadings in self.fans.values() for a in loadings}
        drawable = all({a.source, a.target} <= known for a in arcs) and not any(self.fan_above.values())
        return drawable and len(arcs) <= self.sizes.max_residuals

    # places

    def _left_room(self, covariances: Sequence[Bundle]) -> float:
        return max((arc_bulge(self.columns, self.layer, b) + 0.12 for b in covariances), default=0.0)

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
        room = self.sizes.max_width - left - 2 * MARGIN - 2 * sum(halves) - (ARC_ROOM if arcs_right else 0.0)
        if gaps and sum(gaps) > room:
            # Every gap gives from what it has above the least; below that the figure grows beyond its width.
            least = [self._least_gap(segments) for segments in self.columns.segments]
            spare = sum(g - m for g, m in zip(gaps, least, strict=True))
            share = min(1.0, max(0.0, room - sum(least)) / spare) if spare else 0.0
            gaps = [m + (g - m) * share for g, m in zip(gaps, least, strict=True)]
        self.span: list[tuple[float, float]] = []
        x = left
        for half, gap in zip(halves, [*gaps, 0.0], strict=True):
            self.span.append((x, x + 2 * half))
            x += 2 * half + gap

    def _least_gap(self, segments: Sequence[tuple[str, str]]) -> float:
        """Return the least width between two layers; two coefficients on an arrow from a frame need more."""
        return self.sizes.least_gap + (0.3 if any(source in self.groups for source, _ in segments) else 0.0)

    def _wished_gap(self, segments: Sequence[tuple[str, str]]) -> float:
        if self.in_layers:
            return LOADING_GAP
        steepest = max((abs(self.height[a] - self.height[b]) for a, b in segments), default=0.0)
        return min(MOST_GAP, self._least_gap(segments) + 0.26 + 0.03 * len(segments) + 0.12 * steepest)

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
        curve = sample(route.points, 12)
        # The coefficient of a covariance stands astride the outermost place of its curve.
        aside = LABEL_ROOM if route.bundle.kind in ("covariance", "residual") else 0.0
        xs += [p[0] + way * aside for p in curve for way in (-1, 1)]
        ys += [p[1] for p in curve]
    dx, dy = MARGIN - min(xs), MARGIN - min(ys)
    return PathPlan(
        tuple(replace(s, x=s.x + dx, y=s.y + dy) for s in shapes),
        tuple(replace(f, x0=f.x0 + dx, x1=f.x1 + dx, y0=f.y0 + dy, y1=f.y1 + dy) for f in frames),
        tuple(replace(r, points=tuple((x + dx, y + dy) for x, y in r.points)) for r in routes),
        max(xs) + dx + MARGIN,
        max(ys) + dy + MARGIN,
        hidden,
    )
