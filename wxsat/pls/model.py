"""What a composite model says: blocks of items with a mode, and an inner model of paths without cycles."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Mode = Literal["A", "B"]


@dataclass(frozen=True)
class Block:
    """
    One composite and what it is made of.

    Attributes
    ----------
    name : str
    items : tuple of str
        Columns of the data; for a higher-order construct the names of its parts.
    mode : {"A", "B"}
        A: weights are covariances with the inner proxy (``=~``); B: regression weights (``<~``).
    """

    name: str
    items: tuple[str, ...]
    mode: Mode = "A"


@dataclass(frozen=True)
class PathModel:
    """
    A composite model.

    Attributes
    ----------
    blocks : tuple of Block
        First-order blocks. A variable that the inner model names and that has no block is a block of itself.
    paths : tuple of (source, target)
        Paths between blocks; products are in `products`.
    products : tuple of (source, target)
        Paths from products; the source is written ``A:B``.
    higher : tuple of Block
        Higher-order constructs, whose items are names of blocks.
    name : str
        What the model is called in messages.
    """

    blocks: tuple[Block, ...]
    paths: tuple[tuple[str, str], ...]
    products: tuple[tuple[str, str], ...] = ()
    higher: tuple[Block, ...] = ()
    name: str = "model"
    text: str = field(default="", compare=False)

    @property
    def constructs(self) -> tuple[str, ...]:
        """Names of the first-order blocks, in their order."""
        return tuple(block.name for block in self.blocks)

    @property
    def items(self) -> tuple[str, ...]:
        """Every item once for each block that it stands in, block after block."""
        return tuple(item for block in self.blocks for item in block.items)

    @property
    def places(self) -> tuple[NDArray[np.intp], ...]:
        """Positions of every block's items among :attr:`items`."""
        ends = np.cumsum([0, *(len(block.items) for block in self.blocks)])
        return tuple(np.arange(a, b) for a, b in pairwise(ends))

    @property
    def adjacency(self) -> NDArray[np.bool_]:
        """``[target, source]``: whether there is a path."""
        names = self.constructs
        found = np.zeros((len(names), len(names)), dtype=bool)
        for source, target in self.paths:
            found[names.index(target), names.index(source)] = True
        return found

    @property
    def order(self) -> tuple[int, ...]:
        """Positions of the constructs, causes before their effects."""
        return topological_order(self.adjacency)


def topological_order(adjacency: NDArray[np.bool_]) -> tuple[int, ...]:
    """
    Return positions with every source before its targets; fewer than all of them when there is a cycle.

    Examples
    --------
    >>> topological_order(np.array([[False, True], [False, False]]))
    (1, 0)
    """
    placed: list[int] = []
    while True:
        free = [
            j
            for j in range(len(adjacency))
            if j not in placed and all(k in placed for k in np.flatnonzero(adjacency[j]))
        ]
        if not free:
            return tuple(placed)
        placed.append(free[0])
