"""Smooth curves of a path diagram as control points of cubic Bézier pieces."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

Point = tuple[float, float]


def chain_spline(stops: Sequence[Point], turns: Sequence[float] | None = None) -> tuple[Point, ...]:
    """
    Return a curve through stops that leaves and meets every one of them horizontally.

    `turns` says for each piece at which share of its width it changes height, .5 if left out.

    Examples
    --------
    >>> len(chain_spline([(0, 0), (1, 1)]))
    4
    """
    points: list[Point] = [stops[0]]
    for k, ((x0, y0), (x1, y1)) in enumerate(pairwise(stops)):
        turn = x0 + (x1 - x0) * (turns[k] if turns else 0.5)
        points += [(turn, y0), (turn, y1), (x1, y1)]
    return tuple(points)


def straight(start: Point, end: Point) -> tuple[Point, ...]:
    """Return a straight line as a curve."""
    dx, dy = (end[0] - start[0]) / 3, (end[1] - start[1]) / 3
    return (start, (start[0] + dx, start[1] + dy), (start[0] + 2 * dx, start[1] + 2 * dy), end)


def arc(start: Point, end: Point, x: float) -> tuple[Point, ...]:
    """Return a curve from one point to another whose farthest place sideways is at x."""
    reach = (x - 0.125 * (start[0] + end[0])) / 0.75
    lean = 0.12 * (end[1] - start[1])
    return (start, (reach, start[1] + lean), (reach, end[1] - lean), end)


def underpass(start: Point, end: Point, y: float) -> tuple[Point, ...]:
    """Return a curve from one point to another that hangs down to about y."""
    reach = (y - 0.125 * (start[1] + end[1])) / 0.75
    return (start, (start[0], reach), (end[0], reach), end)


def sample(points: Sequence[Point], per_piece: int = 24) -> list[Point]:
    """Return places along a curve, both ends included, evenly in the parameter of each piece."""
    places: list[Point] = [points[0]]
    for k in range(0, len(points) - 1, 3):
        p = points[k : k + 4]
        for step in range(1, per_piece + 1):
            t = step / per_piece
            w = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            places.append(
                (sum(a * q[0] for a, q in zip(w, p, strict=True)), sum(a * q[1] for a, q in zip(w, p, strict=True)))
            )
    return places


def at_shares(places: Sequence[Point], shares: Sequence[float]) -> list[Point]:
    """Return the places at given shares of the length of a line through `places`."""
    lengths = [math.dist(a, b) for a, b in pairwise(places)]
    total = sum(lengths)
    found = []
    for share in shares:
        left, k = share * total, 0
        while k < len(lengths) - 1 and left > lengths[k]:
            left -= lengths[k]
            k += 1
        part = min(1.0, left / lengths[k]) if lengths[k] else 0.0
        (x0, y0), (x1, y1) = places[k], places[k + 1]
        found.append((x0 + part * (x1 - x0), y0 + part * (y1 - y0)))
    return found


def shorten_end(points: Sequence[Point], by: float) -> tuple[tuple[Point, ...], Point]:
    """
    Return the curve without about its last `by` inches, and the unit direction in which it arrives.

    An arrow head stands on the shortened end and points to the old one.
    """
    (x2, y2), (x3, y3) = points[-2], points[-1]
    length = math.hypot(x3 - x2, y3 - y2) or 1.0
    ux, uy = (x3 - x2) / length, (y3 - y2) / length
    return (*points[:-1], (x3 - ux * by, y3 - uy * by)), (ux, uy)
