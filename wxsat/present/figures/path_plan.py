"""The placed parts of a path diagram, in inches, heights growing downwards."""

from __future__ import annotations

from dataclasses import dataclass

from wxsat.present.figures.path_graph import Arrow
from wxsat.present.figures.splines import Point


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
        return sum(a.strength for a in self.arrows) / len(self.arrows)

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
