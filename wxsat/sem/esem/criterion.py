"""What a rotation of blocks aims at, as options say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from wxsat.errors import UsageError, nearest
from wxsat.psychometrics.factors.criteria import Criterion, geomin_criterion, oblimin_criterion, target_criterion
from wxsat.sem.esem.blocks import Block

NAMES = ("geomin", "oblimin", "target")
EPSILON = 0.001
"""lavaan's small number that keeps geomin smooth."""
STARTS = 30


@dataclass(frozen=True)
class RotationOptions:
    """
    Attributes
    ----------
    name : {"geomin", "oblimin", "target"}
    epsilon : float
        Of geomin.
    target : mapping of str to DataFrame, or DataFrame
        Of ``target``: items in rows, factors in columns, NaN where a loading is free; one a block, or one for all.
    standardise : bool
        Whether loadings are rotated in units of the items' deviations.
    starts, seed : int
        Random starts of the rotation.
    """

    name: str = "geomin"
    epsilon: float = EPSILON
    target: Any = field(default=None, repr=False)
    standardise: bool = True
    starts: int = STARTS
    seed: int = 1

    @property
    def settles_direction(self) -> bool:
        """Whether a target aims at values other than 0, so that the direction of the factors is its own."""
        if self.name != "target":
            return False
        held = self.target.values() if isinstance(self.target, Mapping) else [self.target]
        return any((np.nan_to_num(np.asarray(one, dtype=np.float64)) != 0).any() for one in held)

    def checked(self) -> RotationOptions:
        """Return the same; UsageError SEM-099 for a rotation that is unknown or lacks its target."""
        if self.name not in NAMES:
            close = nearest(self.name, NAMES)
            raise UsageError(
                "SEM-099", f"unknown rotation {self.name!r}. Known: {', '.join(NAMES)}.{close}", where="rotation"
            )
        if (self.name == "target") != (self.target is not None):
            raise UsageError("SEM-099", "rotation 'target' and a target go together.", where="rotation")
        if not self.epsilon > 0:
            raise UsageError("SEM-099", f"epsilon is {self.epsilon:g}; a number above 0 was expected.", where="epsilon")
        return self


def rotation_options(name: str | None, arguments: Mapping[str, Any] | None) -> RotationOptions:
    """
    Return the options that ``fit_sem`` was given.

    Raises
    ------
    UsageError
        SEM-099 for words that are unknown or contradict each other.
    """
    given = dict(arguments or {})
    known = tuple(f.name for f in fields(RotationOptions) if f.name != "name")
    for word in given:
        if word not in known:
            close = nearest(str(word), known)
            raise UsageError("SEM-099", f"unknown {word!r}. Known: {', '.join(known)}.{close}", where="rotation_args")
    return RotationOptions(name or "geomin", **given).checked()


def criterion_of(options: RotationOptions, block: Block) -> Criterion:
    """
    Return the criterion of a block.

    Raises
    ------
    UsageError
        SEM-099 for a target without an item or factor of the block, or that leaves the rotation open.
    """
    if options.name == "oblimin":
        return oblimin_criterion()
    if options.name == "geomin":
        return geomin_criterion(options.epsilon)
    held = options.target.get(block.name) if isinstance(options.target, Mapping) else options.target
    if held is None or not hasattr(held, "reindex"):
        raise UsageError("SEM-099", f"block {block.name!r} has no target.", where="target")
    known = ({str(i) for i in held.index}, {str(c) for c in held.columns})
    lacking = [n for n in block.items if n not in known[0]] + [n for n in block.factors if n not in known[1]]
    if lacking:
        raise UsageError(
            "SEM-099", f"the target of block {block.name!r} lacks {', '.join(lacking)}.", where="target",
            hint="Items in rows, factors in columns, empty where a loading is free.",
        )  # fmt: skip
    wanted = held.reindex(index=list(block.items), columns=list(block.factors)).to_numpy(dtype=np.float64)
    if (np.isfinite(wanted).sum(axis=0) < len(block.factors) - 1).any():
        raise UsageError(
            "SEM-099", f"the target of block {block.name!r} leaves the rotation open.", where="target",
            hint=f"Aim {len(block.factors) - 1} or more loadings of every factor.",
        )  # fmt: skip
    return target_criterion(wanted)
