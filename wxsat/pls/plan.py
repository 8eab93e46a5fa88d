"""How a model is estimated: in one stage or two, and from which columns of the data every block takes its items."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from wxsat.errors import UsageError, nearest
from wxsat.pls.algorithm import SCHEMES, Search
from wxsat.pls.model import Block, PathModel

if TYPE_CHECKING:
    from numpy.typing import NDArray

HigherOrder = Literal["two_stage", "repeated"]
HIGHER_ORDERS: tuple[str, ...] = get_args(HigherOrder)


@dataclass(frozen=True)
class Plan:
    """
    Everything that an estimate depends on beside the data.

    Attributes
    ----------
    model : PathModel
        As it was written.
    first, final : PathModel
        Estimated first and last; the same object when there is one stage.
    columns : tuple of str
        Of the data, every one once.
    how : Search
    consistent : bool
        Whether correlations of multi-item mode A constructs are corrected for attenuation (PLSc).
    higher_order : {"two_stage", "repeated"}
    """

    model: PathModel
    first: PathModel
    final: PathModel
    columns: tuple[str, ...]
    how: Search
    consistent: bool
    higher_order: HigherOrder

    @property
    def staged(self) -> bool:
        """Whether composites of the first stage are items of the last."""
        return self.first is not self.final

    @property
    def picked(self) -> NDArray[np.intp]:
        """Column of every item of the first model."""
        return np.array([self.columns.index(item) for item in self.first.items], dtype=np.intp)

    @property
    def nodes(self) -> tuple[str, ...]:
        """Constructs of the last model, then products."""
        return (*self.final.constructs, *dict.fromkeys(source for source, _ in self.final.products))


def plan_estimation(
    model: PathModel,
    *,
    scheme: str = "path",
    consistent: bool = False,
    higher_order: str = "two_stage",
    tolerance: float = 1e-7,
    max_iterations: int = 300,
) -> Plan:
    """
    Check the options and lay the stages out.

    Raises
    ------
    UsageError
        PLS-021 for an unknown scheme or higher-order approach, a tolerance or number of iterations that is not
        positive; PLS-022 for consistent estimates beside a product or a higher-order construct.
    """
    for value, known, where in ((scheme, SCHEMES, "scheme"), (higher_order, HIGHER_ORDERS, "higher_order")):
        if value not in known:
            raise UsageError(
                "PLS-021", f"unknown {where} {value!r}. Known: {', '.join(known)}.{nearest(value, known)}", where=where
            )
    if not tolerance > 0 or max_iterations < 1:
        raise UsageError(
            "PLS-021",
            f"tolerance {tolerance:g}, max_iterations {max_iterations}; both must be positive.",
            where="tolerance",
        )
    if consistent and (model.products or model.higher):
        what = "a product of constructs" if model.products else "a higher-order construct"
        raise UsageError(
            "PLS-022",
            f"consistent estimates are not defined here for {what}.",
            where="consistent",
            hint="Drop --consistent, or fit a covariance model (wxsat sem fit).",
        )
    how = Search(scheme, tolerance, max_iterations)  # type: ignore[arg-type]
    columns = tuple(dict.fromkeys(model.items))
    if not model.higher:
        return Plan(model, model, model, columns, how, consistent, "two_stage")
    if higher_order == "repeated":
        last = _repeat_indicators(model)
        return Plan(model, last, last, columns, how, consistent, "repeated")
    return Plan(model, _replace_by_parts(model), _score_parts(model), columns, how, consistent, "two_stage")


def _repeat_indicators(model: PathModel) -> PathModel:
    items = {block.name: block.items for block in model.blocks}
    tops = tuple(replace(top, items=tuple(i for part in top.items for i in items[part])) for top in model.higher)
    joins = [(part, top.name) if top.mode == "B" else (top.name, part) for top in model.higher for part in top.items]
    return replace(model, blocks=(*model.blocks, *tops), paths=tuple(dict.fromkeys((*model.paths, *joins))), higher=())


def _replace_by_parts(model: PathModel) -> PathModel:
    """Give every path of a higher-order construct to each of its parts."""
    parts = {top.name: top.items for top in model.higher}
    paths = [
        (a, b)
        for source, target in model.paths
        for a in parts.get(source, (source,))
        for b in parts.get(target, (target,))
    ]
    return replace(model, paths=tuple(dict.fromkeys(paths)), higher=())


def _score_parts(model: PathModel) -> PathModel:
    """Make composites of the first stage the items of the higher-order constructs."""
    parts = {part for top in model.higher for part in top.items}
    used = {end for path in model.paths for end in path}
    kept = tuple(block for block in model.blocks if block.name not in parts)
    # A part with a path of its own stays in the inner model as the composite that it was.
    own = tuple(Block(b.name, (b.name,)) for b in model.blocks if b.name in parts and b.name in used)
    return replace(model, blocks=(*kept, *own, *model.higher), higher=())
