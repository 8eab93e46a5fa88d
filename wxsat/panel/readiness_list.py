"""The readiness list: which items there are, how blocks and gates are named, and the limits of the decision.

Wording lives in ``surveys/gov-wechat-readiness``; here are the ids, so that answers can be checked without it. The
limits are conventions.
"""

from __future__ import annotations

from types import MappingProxyType

BLOCKS = MappingProxyType({"R1": 6, "R2": 5, "R3": 5, "R4": 4, "R5": 6, "R6": 4})
"""Block to its number of items, each answered 0 (no), 1 (partly) or 2 (yes, with document)."""

GATES = ("G1", "G2", "G3", "G4", "G5", "G6", "G7", "G8")
"""What must be there before an account may open; each yes or no."""

ITEMS = tuple(f"{block}.{number}" for block, count in BLOCKS.items() for number in range(1, count + 1))

OUTSOURCED_BLOCKS = frozenset({"R2", "R3"})
"""Blocks that an outsourcing contract can stand for."""

LOWEST_BLOCK = 60.0
LOWEST_TRIAL_BLOCK = 40.0
LOWEST_MEAN = 75.0
LOWEST_TRIAL_MEAN = 60.0
MAX_RHO = 0.8
MAX_LATE = 0.1
