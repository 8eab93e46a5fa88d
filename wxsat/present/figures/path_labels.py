"""Where the coefficients of a path diagram stand: on their own line, off everything else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wxsat.present.figures.splines import Point, at_shares, sample

SHARES = tuple(0.08 + 0.84 * k / 42 for k in range(43))
ROUNDS = 12
LABEL_GAP = 0.05
OVERLAP, NEAR_HEAD, FOREIGN_LINE = 60.0, 6.0, 2.5


@dataclass(frozen=True)
class Box:
    """A rectangle by its centre and half sizes, in inches."""

    x: float
    y: float
    half_width: float
    half_height: float

    def overlap(self, other: Box, gap: float = 0.0) -> float:
        """Return by how much two boxes, `gap` apart, overlap (area; 0 if they do not)."""
        wide = self.half_width + other.half_width + gap - abs(self.x - other.x)
        high = self.half_height + other.half_height + gap - abs(self.y - other.y)
        return wide * high if wide > 0 and high > 0 else 0.0

    def holds(self, point: Point) -> bool:
        """Return whether a point lies within the box."""
        return abs(point[0] - self.x) < self.half_width and abs(point[1] - self.y) < self.half_height


def place_labels(
    lines: Sequence[Sequence[Point]],
    sizes: Sequence[tuple[float, float] | None],
    obstacles: Sequence[Box],
    page: tuple[float, float],
) -> list[Box | None]:
    """
    Return a box for every label: on its line, clear of obstacles and other labels, on few other lines.

    Parameters
    ----------
    lines : sequence of control points
        One a label; those without a label are obstacles only.
    sizes : sequence of (half width, half height) or None
        None for a line without label.
    obstacles : sequence of Box
        Variables.
    page : (width, height)

    Notes
    -----
    Every label tries places along its line; the costs of variables and foreign lines are fixed, those of other labels
    change, so that the labels take turns until nobody moves (iterated conditional modes). Nothing is random.
    """
    drawn = [sample(points, 24) for points in lines]
    tips = [places[-1] for places in drawn]
    choices: list[list[tuple[float, Box]]] = []
    for i, size in enumerate(sizes):
        if size is None:
            choices.append([])
            continue
        boxes = [Box(x, y, *size) for x, y in at_shares(drawn[i], SHARES)]
        foreign = [p for j, places in enumerate(drawn) if j != i for p in places]
        others = [tip for j, tip in enumerate(tips) if j != i]
        choices.append(
            [
                (_fixed_cost(box, share, obstacles, foreign, others, tips[i], page), box)
                for box, share in zip(boxes, SHARES, strict=True)
            ]
        )
    return _take_turns(choices)


def _fixed_cost(
    box: Box,
    share: float,
    obstacles: Sequence[Box],
    foreign: Sequence[Point],
    other_tips: Sequence[Point],
    own_tip: Point,
    page: tuple[float, float],
) -> float:
    cost = 1.5 * abs(share - 0.5)
    cost += sum(OVERLAP + 900 * area for area in (box.overlap(o, 0.02) for o in obstacles) if area)
    cost += FOREIGN_LINE * min(12, sum(box.holds(p) for p in foreign))
    head = Box(*own_tip, 0.1, 0.06)
    cost += NEAR_HEAD * bool(box.overlap(head))
    cost += NEAR_HEAD * sum(bool(box.overlap(Box(*tip, 0.08, 0.05))) for tip in other_tips)
    inside = box.half_width < box.x < page[0] - box.half_width and box.half_height < box.y < page[1] - box.half_height
    return cost + (0.0 if inside else 500.0)


def _take_turns(choices: Sequence[Sequence[tuple[float, Box]]]) -> list[Box | None]:
    taken: list[Box | None] = [min(c, key=lambda entry: entry[0])[1] if c else None for c in choices]
    # Those with the least freedom choose first.
    order = sorted((i for i, c in enumerate(choices) if c), key=lambda i: -min(cost for cost, _ in choices[i]))
    for _ in range(ROUNDS):
        moved = False
        for i in order:
            others = [box for j, box in enumerate(taken) if j != i and box is not None]
            best = min(choices[i], key=lambda entry: entry[0] + _pressed(entry[1], others))[1]
            moved, taken[i] = moved or best != taken[i], best
        if not moved:
            break
    return taken


def _pressed(box: Box, others: Sequence[Box]) -> float:
    return sum(OVERLAP + 900 * area for area in (box.overlap(other, LABEL_GAP) for other in others) if area)
