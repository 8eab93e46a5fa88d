"""Where the names of the points of a map stand: beside their point, off everything else that is drawn."""

from __future__ import annotations

from collections.abc import Sequence

from wxsat.present.figures.path_labels import Box

DIRECTIONS = ((1, 0.6), (1, -0.6), (-1, 0.6), (-1, -0.6), (1, 0), (-1, 0), (0, 1), (0, -1))
DISTANCES = (0.07, 0.14, 0.22, 0.32, 0.44, 0.6)
ON_LABEL, ON_MARK, OUTSIDE, AWAY = 100.0, 20.0, 400.0, 0.25
SWEEPS = 6


def place_point_labels(
    points: Sequence[tuple[float, float]],
    sizes: Sequence[tuple[float, float]],
    marks: Sequence[Box],
    width: float,
    height: float,
) -> list[Box]:
    """
    Return one box a label, beside its point, on no other label and off marks where there is room.

    Parameters
    ----------
    points : sequence of (x, y)
        In inches, from the lower left corner of the map.
    sizes : sequence of (width, height)
        Of the labels, in inches.
    marks : sequence of Box
        What should stay visible: points, intervals, names of quadrants.
    width, height : float
        Of the map, in inches; no label leaves it.

    Notes
    -----
    Every label tries places around its point at growing distances; the labels take turns until nobody moves
    (iterated conditional modes). Nothing is random.

    Examples
    --------
    >>> boxes = place_point_labels([(1, 1), (1, 1)], [(0.5, 0.1)] * 2, [], 3, 2)
    >>> boxes[0].overlap(boxes[1])
    0.0
    """
    choices = [_places(point, size) for point, size in zip(points, sizes, strict=True)]
    fixed = [[_cost(box, marks, width, height) + AWAY * rank for rank, box in enumerate(boxes)] for boxes in choices]
    chosen = [costs.index(min(costs)) for costs in fixed]
    for _ in range(SWEEPS):
        before = list(chosen)
        for i, boxes in enumerate(choices):
            others = [choices[j][chosen[j]] for j in range(len(choices)) if j != i]
            costs = [
                cost + ON_LABEL * sum(bool(box.overlap(other, 0.02)) + box.overlap(other, 0.02) for other in others)
                for box, cost in zip(boxes, fixed[i], strict=True)
            ]
            chosen[i] = costs.index(min(costs))
        if chosen == before:
            break
    return [boxes[k] for boxes, k in zip(choices, chosen, strict=True)]


def _places(point: tuple[float, float], size: tuple[float, float]) -> list[Box]:
    """Return the boxes around a point, nearest first."""
    half_width, half_height = size[0] / 2, size[1] / 2
    return [
        Box(
            point[0] + dx * distance + (half_width if dx > 0 else -half_width if dx < 0 else 0.0),
            point[1] + dy * distance + (half_height if dy > 0 else -half_height if dy < 0 else 0.0),
            half_width,
            half_height,
        )
        for distance in DISTANCES
        for dx, dy in DIRECTIONS
    ]


def _cost(box: Box, marks: Sequence[Box], width: float, height: float) -> float:
    beyond = max(
        box.half_width - box.x,
        box.x + box.half_width - width,
        box.half_height - box.y,
        box.y + box.half_height - height,
    )
    crossed = sum(0.2 * bool(box.overlap(mark)) + box.overlap(mark) for mark in marks)
    return ON_MARK * crossed + (OUTSIDE * (1 + beyond) if beyond > 0 else 0.0)
