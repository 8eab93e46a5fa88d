"""Layered drawing of a directed graph (Sugiyama, Tagawa & Toda 1981): in which layer, in what order, how high.

Cycles are broken by depth-first search, layers follow the longest path, long edges pass through dummy places, crossings
are reduced by barycentre sweeps and single moves, heights are straightened by least squares that keep distances.
Nothing here knows of models or drawing; nothing is random, so that the same graph gives the same places.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

Edge = tuple[str, str]
T = TypeVar("T")
SWEEPS = 24
STRAIGHTENING_SWEEPS = 60
# A bend amid a long edge is seen most (Gansner et al. 1993 use 8, 2, 1; less keeps causes amid their effects).
DUMMY_WEIGHT, END_WEIGHT, SHORT_WEIGHT = 4.0, 1.0, 1.0


def dummy_name(edge: int, layer: int) -> str:
    """Return the name of the place where a long edge passes a layer; no node's name holds a space."""
    return f" {edge} {layer}"


def is_dummy(name: str) -> bool:
    """Return whether a name is a place of a long edge."""
    return name.startswith(" ")


def break_cycles(nodes: Sequence[str], edges: Sequence[Edge]) -> tuple[int, ...]:
    """
    Return the indexes of the edges that close a cycle when the graph is searched depth first.

    The search begins at nodes without incoming edges, in the given order; without these edges no cycle is left.

    Examples
    --------
    >>> break_cycles(["a", "b"], [("a", "b"), ("b", "a")])
    (1,)
    """
    targets = {target for _, target in edges}
    leaving: dict[str, list[int]] = {node: [] for node in nodes}
    for index, (source, _) in enumerate(edges):
        leaving[source].append(index)
    state: dict[str, int] = dict.fromkeys(nodes, 0)
    back: list[int] = []
    for root in [*(n for n in nodes if n not in targets), *nodes]:
        if state[root]:
            continue
        state[root] = 1
        stack = [(root, iter(leaving[root]))]
        while stack:
            node, rest = stack[-1]
            index = next(rest, -1)
            if index < 0:
                state[node] = 2
                stack.pop()
                continue
            target = edges[index][1]
            if state[target] == 1:
                back.append(index)
            elif state[target] == 0:
                state[target] = 1
                stack.append((target, iter(leaving[target])))
    return tuple(sorted(back))


def assign_layers(nodes: Sequence[str], edges: Sequence[Edge]) -> dict[str, int]:
    """
    Return the layer of every node: the length of the longest path that leads to it; 0 without incoming edges.

    Raises
    ------
    ValueError
        If the edges hold a cycle; break it first.

    Examples
    --------
    >>> assign_layers(["a", "b", "c"], [("a", "b"), ("b", "c"), ("a", "c")])
    {'a': 0, 'b': 1, 'c': 2}
    """
    layer = dict.fromkeys(nodes, 0)
    waiting = {node: sum(target == node for _, target in edges) for node in nodes}
    ready = [node for node in nodes if not waiting[node]]
    done = 0
    while ready:
        node = ready.pop(0)
        done += 1
        for source, target in edges:
            if source == node:
                layer[target] = max(layer[target], layer[node] + 1)
                waiting[target] -= 1
                if not waiting[target]:
                    ready.append(target)
    if done < len(nodes):
        raise ValueError("the edges hold a cycle: layers need break_cycles first")
    return layer


def split_long_edges(layer: Mapping[str, int], edges: Sequence[Edge]) -> list[list[str]]:
    """Return every edge as the places it passes, one a layer, with dummy places between its ends."""
    return [
        [source, *(dummy_name(i, between) for between in range(layer[source] + 1, layer[target])), target]
        for i, (source, target) in enumerate(edges)
    ]


def count_crossings(segments: Sequence[Edge], place: Mapping[str, float]) -> int:
    """
    Return how many pairs of segments between two layers cross, for given places along each layer.

    Examples
    --------
    >>> count_crossings([("a", "d"), ("b", "c")], {"a": 0, "b": 1, "c": 0, "d": 1})
    1
    """
    ends = [(place[a], place[b]) for a, b in segments]
    return sum((ends[i][0] - ends[j][0]) * (ends[i][1] - ends[j][1]) < 0 for i in range(len(ends)) for j in range(i))


Slot = tuple[str, ...]
"""Neighbours that stay together in a layer, top to bottom: one node, one dummy place, or the members of a group."""


@dataclass(frozen=True)
class Columns:
    """
    Slots by layer, top to bottom, and the segments between neighbouring layers.

    Attributes
    ----------
    layers : tuple of tuple of Slot
    segments : tuple of tuple of Edge
        ``segments[k]`` joins layer k with layer k + 1; an end may be the name of a group.
    groups : mapping of str to frozenset of str
        The members of every group; they share a slot, and the group stands at their mean.
    """

    layers: tuple[tuple[Slot, ...], ...]
    segments: tuple[tuple[Edge, ...], ...]
    groups: Mapping[str, frozenset[str]]

    def places(self) -> dict[str, float]:
        """Return the place of every name along its layer; a group has the mean of its members."""
        place: dict[str, float] = {}
        for layer in self.layers:
            for row, name in enumerate(name for slot in layer for name in slot):
                place[name] = float(row)
        for group, members in self.groups.items():
            place[group] = sum(place[m] for m in members) / len(members)
        return place

    def crossings(self) -> int:
        """Return the number of crossings of the whole drawing."""
        place = self.places()
        return sum(count_crossings(segments, place) for segments in self.segments)


def build_columns(
    nodes: Sequence[str], edges: Sequence[Edge], groups: Mapping[str, Sequence[str]], layer: Mapping[str, int]
) -> Columns:
    """Return the columns in the order of `nodes`, with dummy places at the bottom of each layer."""
    member_of = {member: group for group, members in groups.items() for member in members}
    deep = dict(layer) | {group: layer[members[0]] for group, members in groups.items()}
    slots: list[list[Slot]] = [[] for _ in range(max(layer.values(), default=0) + 1)]
    placed: set[str] = set()
    for node in nodes:
        if node in placed:
            continue
        slot = tuple(groups[member_of[node]]) if node in member_of else (node,)
        placed.update(slot)
        slots[layer[node]].append(slot)
    segments: list[list[Edge]] = [[] for _ in slots[1:]]
    for chain in split_long_edges(deep, edges):
        start = deep[chain[0]]
        for step, pair in enumerate(pairwise(chain)):
            segments[start + step].append(pair)
            if is_dummy(pair[1]):
                slots[start + step + 1].append((pair[1],))
    return Columns(
        tuple(tuple(s) for s in slots),
        tuple(tuple(s) for s in segments),
        {group: frozenset(members) for group, members in groups.items()},
    )


def reduce_crossings(columns: Columns, sweeps: int = SWEEPS) -> Columns:
    """Return the columns with fewer crossings: barycentre sweeps and single moves from several starts; the best."""
    best = columns
    for start in _starts(columns):
        settled = move_one_by_one(_best_sweep(start, sweeps))
        if settled.crossings() < best.crossings():
            best = settled
        if not best.crossings():
            break
    return best


def _starts(columns: Columns) -> list[Columns]:
    """Return the order as given, with the slots of every, even or odd layers turned round, and with layers rotated."""
    given = columns.layers
    turned = [tuple(layer[::-1]) for layer in given]
    mixed = [[t if k % 2 == odd else g for k, (g, t) in enumerate(zip(given, turned, strict=True))] for odd in (0, 1)]
    rotated = [
        [_rotated(layer, cut) if k % 2 == odd else layer for k, layer in enumerate(given)]
        for cut in (1, 2, 3)
        for odd in (0, 1)
    ]
    return [Columns(tuple(layers), columns.segments, columns.groups) for layers in (given, turned, *mixed, *rotated)]


def _rotated(layer: tuple[Slot, ...], cut: int) -> tuple[Slot, ...]:
    start = cut % len(layer)
    return (*layer[start:], *layer[:start])


def _best_sweep(columns: Columns, sweeps: int) -> Columns:
    """Return the best of the drawings that sweeping to and fro passes, until it comes to one it knows."""
    best, seen = columns, {columns.layers}
    for sweep in range(sweeps):
        columns = _sweep(columns, rightwards=sweep % 2 == 0)
        if columns.crossings() < best.crossings():
            best = columns
        if sweep % 2 and columns.layers in seen:
            break
        seen.add(columns.layers)
    return best


def _sweep(columns: Columns, *, rightwards: bool) -> Columns:
    last = len(columns.layers) - 1
    order = range(1, last + 1) if rightwards else range(last - 1, -1, -1)
    for k in order:
        place = columns.places()
        pulled: dict[str, list[float]] = {}
        for left, right in columns.segments[k - 1 if rightwards else k]:
            here, there = (right, left) if rightwards else (left, right)
            pulled.setdefault(here, []).append(place[there])
        wish = {name: sum(pulled[name]) / len(pulled[name]) if name in pulled else place[name] for name in place}
        columns = _with_layer(columns, k, _sorted_slots(columns, k, wish, pulled))
    return columns


def _sorted_slots(
    columns: Columns, k: int, wish: Mapping[str, float], pulled: Mapping[str, list[float]]
) -> tuple[Slot, ...]:
    group_of = {m: g for g, members in columns.groups.items() for m in members}

    def slot_wish(slot: Slot) -> float:
        names = [*slot, *({group_of[m] for m in slot if m in group_of})]
        wished = [wish[n] for n in names if n in pulled] or [wish[n] for n in slot]
        return sum(wished) / len(wished)

    inside = (tuple(sorted(slot, key=lambda name: wish[name])) for slot in columns.layers[k])
    return tuple(sorted(inside, key=slot_wish))


def lift_passing_edges(columns: Columns) -> Columns:
    """Return the columns with long edges above the node of every layer of one node, where that crosses no more."""
    for k, slots in enumerate(columns.layers):
        real = [slot for slot in slots if not is_dummy(slot[0])]
        if len(real) == 1:
            passing = tuple(slot for slot in slots if is_dummy(slot[0]))
            lifted = move_one_by_one(_with_layer(columns, k, (*passing, real[0])))
            if lifted.layers[k][-1] == real[0] and lifted.crossings() <= columns.crossings():
                columns = lifted
    return columns


def _with_layer(columns: Columns, k: int, slots: tuple[Slot, ...]) -> Columns:
    layers = (*columns.layers[:k], slots, *columns.layers[k + 1 :])
    return Columns(layers, columns.segments, columns.groups)


def move_one_by_one(columns: Columns) -> Columns:
    """Return the columns after every move of one slot or member that takes crossings away, until none is left."""
    improved = True
    while improved:
        improved = False
        for k in range(len(columns.layers)):
            for candidate in _moves(columns, k):
                if _crossings_at(candidate, k) < _crossings_at(columns, k):
                    columns, improved = candidate, True
                    break
    return columns


def _moves(columns: Columns, k: int) -> list[Columns]:
    """Return every drawing in which one slot of layer k, or one name within its slot, stands elsewhere."""
    slots = columns.layers[k]
    found = [_with_layer(columns, k, moved) for moved in _one_moved(slots)]
    for i, slot in enumerate(slots):
        found += [_with_layer(columns, k, (*slots[:i], moved, *slots[i + 1 :])) for moved in _one_moved(slot)]
    return found


def _one_moved(row: tuple[T, ...]) -> list[tuple[T, ...]]:
    moved = []
    for i, one in enumerate(row):
        others = (*row[:i], *row[i + 1 :])
        moved += [(*others[:j], one, *others[j:]) for j in range(len(row)) if j != i]
    return moved


def _crossings_at(columns: Columns, k: int) -> int:
    place = columns.places()
    return sum(count_crossings(s, place) for s in columns.segments[max(k - 1, 0) : k + 1])


@dataclass(frozen=True)
class SlotSize:
    """
    How much room a slot takes along its layer.

    Attributes
    ----------
    offsets : mapping of str to float
        Of its members and its group, from the slot's reference point.
    above, below : float
        Room on either side of the reference point, distance to neighbours included.
    """

    offsets: Mapping[str, float]
    above: float
    below: float


def straighten(
    columns: Columns, sizes: Mapping[Slot, SlotSize], sweeps: int = STRAIGHTENING_SWEEPS
) -> dict[str, float]:
    """
    Return the height of every name: near the mean of its neighbours, in the order of its layer, at least at distance.

    Each layer in turn minimises the weighted squared distance to where its neighbours pull it, under the distances
    (isotonic regression: pool adjacent violators). Heights grow downwards, the mean is anywhere.
    """
    height = _stacked(columns, sizes)
    pulls: dict[str, list[tuple[str, float]]] = {}
    for segments in columns.segments:
        for a, b in segments:
            n_dummies = is_dummy(a) + is_dummy(b)
            weight = (SHORT_WEIGHT, END_WEIGHT, DUMMY_WEIGHT)[n_dummies]
            pulls.setdefault(a, []).append((b, weight))
            pulls.setdefault(b, []).append((a, weight))
    last = len(columns.layers) - 1
    for sweep in range(sweeps):
        for k in range(last + 1) if sweep % 2 == 0 else range(last, -1, -1):
            _place_layer(columns.layers[k], sizes, pulls, height)
    return height


def _stacked(columns: Columns, sizes: Mapping[Slot, SlotSize]) -> dict[str, float]:
    """Return first heights: every layer stacked without gaps around zero."""
    height: dict[str, float] = {}
    for layer in columns.layers:
        edge = -sum(sizes[slot].above + sizes[slot].below for slot in layer) / 2
        for slot in layer:
            centre = edge + sizes[slot].above
            height |= {name: centre + offset for name, offset in sizes[slot].offsets.items()}
            edge = centre + sizes[slot].below
    return height


def _place_layer(
    layer: Sequence[Slot],
    sizes: Mapping[Slot, SlotSize],
    pulls: Mapping[str, list[tuple[str, float]]],
    height: dict[str, float],
) -> None:
    wishes, weights, starts, edge = [], [], [], 0.0
    for slot in layer:
        size = sizes[slot]
        own = [(height[to] - off, w) for name, off in size.offsets.items() for to, w in pulls.get(name, ())]
        here = height[slot[0]] - size.offsets[slot[0]]
        total = sum(w for _, w in own)
        wishes.append(sum(d * w for d, w in own) / total if total else here)
        weights.append(total or 0.1)
        starts.append(edge + size.above)
        edge += size.above + size.below
    shifted = pool_adjacent([wish - start for wish, start in zip(wishes, starts, strict=True)], weights)
    for slot, place, start in zip(layer, shifted, starts, strict=True):
        height.update({name: place + start + offset for name, offset in sizes[slot].offsets.items()})


def pool_adjacent(values: Sequence[float], weights: Sequence[float]) -> list[float]:
    """
    Return the non-decreasing sequence nearest to `values` in weighted least squares (pool adjacent violators).

    Examples
    --------
    >>> pool_adjacent([1.0, 3.0, 2.0], [1.0, 1.0, 1.0])
    [1.0, 2.5, 2.5]
    """
    pools: list[tuple[float, float, int]] = []
    for value, weight in zip(values, weights, strict=True):
        mean, total, count = float(value), float(weight), 1
        while pools and pools[-1][0] > mean:
            before, weight_before, count_before = pools.pop()
            mean = (mean * total + before * weight_before) / (total + weight_before)
            total, count = total + weight_before, count + count_before
        pools.append((mean, total, count))
    return [mean for mean, _, count in pools for _ in range(count)]
