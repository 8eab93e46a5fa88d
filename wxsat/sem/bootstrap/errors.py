"""Errors and intervals of a bootstrap in the place of a fit's own: of parameters, defined parameters and effects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from wxsat.sem.estimates import wald

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.sem.bootstrap.result import BootstrapResult


def parameters_of_bootstrap(frame: pd.DataFrame, found: BootstrapResult) -> pd.DataFrame:
    """Return the parameter rows with errors, z, p and intervals of the draws; fixed ones stay as they are."""
    keys = list(zip(*(frame[name] for name in ("lhs", "op", "rhs", "group")), strict=True))
    return _with_errors(frame, keys, found, effects=False)


def effects_of_bootstrap(frame: pd.DataFrame, found: BootstrapResult) -> pd.DataFrame:
    """Return the effects with errors, z, p and intervals of the draws."""
    keys = [
        (row["outcome"], row["kind"], row["path"] if row["kind"] == "specific" else row["source"], row["group"])
        for row in frame.to_dict("records")
    ]
    return _with_errors(frame, keys, found, effects=True)


def _with_errors(
    frame: pd.DataFrame, keys: Sequence[tuple[Any, ...]], found: BootstrapResult, *, effects: bool
) -> pd.DataFrame:
    intervals = found.intervals
    kept = intervals[(intervals["scale"] == "raw") & ((intervals["quantity"] == "effect") == effects)]
    drawn = {(row["lhs"], row["op"], row["rhs"], row["group"]): row for row in kept.to_dict("records")}
    replaced = frame.copy()
    for position, key in enumerate(keys):
        if key not in drawn or not frame["std_error"].iloc[position] > 0:
            continue
        row = drawn[key]
        updated = wald(float(frame["estimate"].iloc[position]), float(row["std_error"]) ** 2)
        updated |= {"ci_lower": float(row["ci_lower"]), "ci_upper": float(row["ci_upper"])}
        for name, value in updated.items():
            replaced.loc[replaced.index[position], name] = value
    return replaced
