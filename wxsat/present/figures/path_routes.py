"""The lines of a path diagram: from border to border, side by side where they meet, covariances beside and below."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wxsat.present.figures.layered_graph import Columns, is_dummy
from wxsat.present.figures.path_graph import Arrow
from wxsat.present.figures.path_plan import Bundle, Frame, Route, Shape
from wxsat.present.figures.splines import Point, arc, chain_spline, straight, underpass

PORT_STEP = 0.17
ARC_BULGE, ARC_STEP = 0.34, 0.24
STEEP, FIRST_TURN, LAST_TURN = 0.5, 0.22, 0.6


@dataclass(frozen=True)
class Places:
    """
    Where variables and dummy places stand.

    Attributes
    ----------
    columns, layer, groups
        The layered graph; groups are framed composites.
    height : mapping of str to float
        Of every variable, composite and dummy place.
    span : tuple of (left, right)
        Of every layer.
    shape, frames
        By name; `shape` also has the indicators in fans.
    """

    columns: Columns
    layer: Mapping[str, int]
    groups: Mapping[str, tuple[str, ...]]
    height: Mapping[str, float]
    span: tuple[tuple[float, float], ...]
    shape: Mapping[str, Shape]
    frames: Mapping[str, Frame]

    def layer_of(self, name: str) -> int:
        """Return the layer of a variable or composite."""
        return self.layer[self.groups[name][0] if name in self.groups else name]

    def border(self, name: str, y: float, *, right: bool) -> Point:
        """Return where a horizontal line at height y meets the border of a variable or frame."""
        if name in self.frames:
            return (self.frames[name].x1 if right else self.frames[name].x0, y)
        shape = self.shape[name]
        reach = shape.half_width
        if shape.kind == "latent":
            reach *= math.sqrt(max(0.0, 1 - ((y - shape.y) / shape.half_height) ** 2))
        return (shape.x + (reach if right else -reach), y)


def route_forward(places: Places, bundles: Sequence[Bundle], *, through_columns: bool) -> list[Route]:
    """
    Return the arrows from layer to layer.

    `through_columns` keeps them level within the width of a layer, where fans of indicators hang.
    """
    chains = [_chain(places, i, bundle) for i, bundle in enumerate(bundles)]
    leaving, arriving = _ports(places, chains)
    turns = _first_turns(places, chains, leaving)
    routes = []
    for i, (bundle, chain) in enumerate(zip(bundles, chains, strict=True)):
        if places.shape.get(bundle.target, None) is not None and places.shape[bundle.target].kind == "indicator":
            routes.append(Route(bundle, _loading_line(places, bundle)))
            continue
        stops = [places.border(bundle.source, leaving[i], right=True)]
        first = places.layer_of(bundle.source)
        if through_columns:
            stops.append((places.span[first][1], leaving[i]))
        for step, name in enumerate(chain[1:-1], start=1):
            x0, x1 = places.span[first + step]
            stops += [(x0, places.height[name]), (x1, places.height[name])]
        if through_columns:
            stops.append((places.span[places.layer[bundle.target]][0], arriving[i]))
        stops.append(places.border(bundle.target, arriving[i], right=False))
        shares = [0.5] * (len(stops) - 1)
        shares[1 if through_columns else 0] = turns[i]
        routes.append(Route(bundle, chain_spline(stops, shares)))
    return routes


def _chain(places: Places, index: int, bundle: Bundle) -> list[str]:
    chain = [bundle.source]
    for k in range(places.layer_of(bundle.source), places.layer_of(bundle.target)):
        passing = (b for a, b in places.columns.segments[k] if a == chain[-1])
        chain.append(next(n for n in passing if n == bundle.target or n.startswith(f" {index} ")))
    return chain


def _ports(places: Places, chains: Sequence[Sequence[str]]) -> tuple[dict[int, float], dict[int, float]]:
    """Return at which height every arrow leaves and arrives: side by side in the order of where they come from."""
    leaving: dict[int, float] = {}
    arriving: dict[int, float] = {}
    for side, next_at, own_at in ((leaving, 1, 0), (arriving, -2, -1)):
        meeting: dict[str, list[int]] = {}
        for i, chain in enumerate(chains):
            meeting.setdefault(chain[own_at], []).append(i)
        for name, indexes in meeting.items():
            order = sorted(indexes, key=lambda i: (places.height[chains[i][next_at]], i))
            centre, room = _port_room(places, name)
            step = min(PORT_STEP, 2 * room / max(1, len(order) - 1))
            for rank, i in enumerate(order):
                side[i] = centre + (rank - (len(order) - 1) / 2) * step
    return leaving, arriving


def _port_room(places: Places, name: str) -> tuple[float, float]:
    if name in places.frames:
        frame = places.frames[name]
        return (frame.y0 + frame.head + frame.y1) / 2, (frame.y1 - frame.y0 - frame.head) / 2 - 0.2
    shape = places.shape[name]
    return shape.y, (0.72 if shape.kind == "latent" else 0.8) * shape.half_height


def _first_turns(places: Places, chains: Sequence[Sequence[str]], leaving: Mapping[int, float]) -> dict[int, float]:
    """
    Return at which share of its first gap every arrow changes height.

    Of several steep arrows from one source the outermost turns first, so that they stand side by side and not on
    one another.
    """
    turns = dict.fromkeys(range(len(chains)), 0.5)
    for source in dict.fromkeys(chain[0] for chain in chains):
        for way in (-1, 1):
            climbs = {i: way * (places.height[c[1]] - leaving[i]) for i, c in enumerate(chains) if c[0] == source}
            steep = sorted((i for i, climb in climbs.items() if climb > STEEP), key=lambda i: -climbs[i])
            if len(steep) > 2:
                for rank, i in enumerate(steep):
                    turns[i] = FIRST_TURN + (LAST_TURN - FIRST_TURN) * rank / (len(steep) - 1)
    return turns


def _loading_line(places: Places, bundle: Bundle) -> tuple[Point, ...]:
    box = places.shape[bundle.target]
    end = (box.x - box.half_width, box.y)
    return straight(towards(places.shape[bundle.source], end), end)


def towards(ellipse: Shape, end: Point) -> Point:
    """Return where the line from an ellipse's middle to a point leaves the ellipse."""
    dx, dy = (end[0] - ellipse.x) / ellipse.half_width, (end[1] - ellipse.y) / ellipse.half_height
    reach = math.hypot(dx, dy) or 1.0
    return (ellipse.x + dx / reach * ellipse.half_width, ellipse.y + dy / reach * ellipse.half_height)


def route_fans(places: Places, fans: Mapping[str, Sequence[Arrow]]) -> list[Route]:
    """Return the straight loadings of indicators above or below their latents."""
    routes = []
    for name, loadings in fans.items():
        ellipse = places.shape[name]
        for arrow in loadings:
            box = places.shape[arrow.target]
            end = (box.x, box.y - math.copysign(box.half_height, box.y - ellipse.y))
            routes.append(Route(Bundle("loading", name, arrow.target, (arrow,)), straight(towards(ellipse, end), end)))
    return routes


def arc_bulge(columns: Columns, layer: Mapping[str, int], bundle: Bundle) -> float:
    """Return how far beside its layer the curve of a covariance goes: farther for variables farther apart."""
    names = [n for slot in columns.layers[layer[bundle.source]] for n in slot if not is_dummy(n)]
    apart = abs(names.index(bundle.source) - names.index(bundle.target))
    return ARC_BULGE + ARC_STEP * (apart - 1)


def route_arcs(places: Places, bundles: Sequence[Bundle], *, left: bool) -> list[Route]:
    """Return curved lines beside a layer, farther out for variables farther apart."""
    port = _arc_ports(places, bundles)
    routes = []
    for i, bundle in enumerate(bundles):
        ends = [places.border(n, port[n, i], right=not left) for n in (bundle.source, bundle.target)]
        column, bulge = places.span[places.layer[bundle.source]], arc_bulge(places.columns, places.layer, bundle)
        routes.append(Route(bundle, arc(ends[0], ends[1], column[0] - bulge if left else column[1] + bulge)))
    return routes


def _arc_ports(places: Places, bundles: Sequence[Bundle]) -> dict[tuple[str, int], float]:
    """Return at which height every covariance meets each of its variables."""
    meeting: dict[str, list[tuple[float, int]]] = {}
    for i, bundle in enumerate(bundles):
        meeting.setdefault(bundle.source, []).append((places.height[bundle.target], i))
        meeting.setdefault(bundle.target, []).append((places.height[bundle.source], i))
    port: dict[tuple[str, int], float] = {}
    for name, others in meeting.items():
        half, here = places.shape[name].half_height, places.height[name]
        # Outer arcs nearest the middle of the border: the nearest partner above first, the nearest below last.
        order = sorted(others, key=lambda other: (other[0] >= here, -other[0]))
        for rank, (other, i) in enumerate(order):
            share = 1.5 * (rank + 0.5) / len(order) - 0.75 if len(order) > 1 else math.copysign(0.3, other - here)
            port[name, i] = here + half * share
    return port


def route_under(places: Places, bundles: Sequence[Bundle], residuals: Sequence[Bundle]) -> list[Route]:
    """Return curves that pass under or over everything: feedback, and covariances between layers."""
    layer = places.layer_of
    apart = [r for r in residuals if layer(r.source) != layer(r.target)]
    feedback = [b for b in bundles if b.feedback]
    edges = {
        -1: min(s.y - s.half_height for s in places.shape.values()),
        1: max(s.y + s.half_height for s in places.shape.values()),
    }
    routes, taken = [], {-1: 0, 1: 0}
    around = sorted((*feedback, *apart), key=lambda b: (not b.feedback, abs(layer(b.source) - layer(b.target))))
    for bundle in around:
        a, b = places.shape[bundle.source], places.shape[bundle.target]
        way = 1 if _beyond(places, bundle, 1) <= _beyond(places, bundle, -1) else -1
        shift = math.copysign(0.3, b.x - a.x)
        fall = way * math.sqrt(1 - shift**2)
        start = (a.x + shift * a.half_width, a.y + a.half_height * (fall if a.kind == "latent" else way))
        end = (b.x - shift * b.half_width, b.y + b.half_height * (fall if b.kind == "latent" else way))
        routes.append(Route(bundle, underpass(start, end, edges[way] + way * (0.32 + 0.24 * taken[way]))))
        taken[way] += 1
    return routes


def _beyond(places: Places, bundle: Bundle, way: int) -> int:
    """Return how many places lie above (-1) or below (1) the ends of an arrow, in their layers."""
    count = 0
    for name in (bundle.source, bundle.target):
        names = [n for slot in places.columns.layers[places.layer_of(name)] for n in slot]
        count += len(names) - 1 - names.index(name) if way > 0 else names.index(name)
    return count


def route_indicator_arcs(places: Places, bundles: Sequence[Bundle]) -> list[Route]:
    """Return residual covariances of indicators as curves under the boxes, deeper for boxes farther apart."""
    meeting: dict[str, list[tuple[float, int]]] = {}
    for i, bundle in enumerate(bundles):
        for own, other in ((bundle.source, bundle.target), (bundle.target, bundle.source)):
            meeting.setdefault(own, []).append((places.shape[other].x, i))
    port: dict[tuple[str, int], float] = {}
    for name, others in meeting.items():
        box = places.shape[name]
        # The nearest partner to the right is met at the right end, so that curves do not cross at the box.
        order = sorted(others, key=lambda other: (other[0] > box.x, -other[0]))
        for rank, (_, i) in enumerate(order):
            port[name, i] = box.x + 1.2 * box.half_width * ((rank + 0.5) / len(order) - 0.5)
    routes = []
    # Equally wide curves lie at different depths, or their bottoms would be one line.
    ranks = {i: rank for rank, i in enumerate(sorted(range(len(bundles)), key=lambda i: port[bundles[i].source, i]))}
    for i, bundle in enumerate(bundles):
        a, b = places.shape[bundle.source], places.shape[bundle.target]
        bottom = max(a.y + a.half_height, b.y + b.half_height)
        start, end = (port[a.name, i], a.y + a.half_height), (port[b.name, i], b.y + b.half_height)
        depth = min(0.7, 0.2 + 0.11 * abs(end[0] - start[0])) + 0.06 * ranks[i]
        routes.append(Route(bundle, underpass(start, end, bottom + depth)))
    return routes
