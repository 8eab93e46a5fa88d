"""Columns of an experiment: numbers, a treatment of two values, complete rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wxsat.errors import DataError, UsageError
from wxsat.psychometrics.construct_data import numeric_columns
from wxsat.responses.responses import Responses

Array = NDArray[np.float64]
Answers = Responses | pd.DataFrame
FEWEST = 10


def frame_of(data: Answers) -> pd.DataFrame:
    """Return the columns of either kind of answers."""
    return data.frame if isinstance(data, Responses) else data


def treatment_of(frame: pd.DataFrame, column: str, treated: object | None, code: str) -> tuple[Array, str, str]:
    """
    Return 1 for the treatment, 0 for the control, NaN where empty, and what the two are called.

    Numbers 0 and 1 speak for themselves; of other values `treated` must name the treatment.
    """
    if column not in frame.columns:
        numeric_columns(frame, [column])
    values = frame[column]
    known = [v for v in pd.unique(values) if not pd.isna(v) and str(v).strip() != ""]
    if len(known) != 2:
        shown = ", ".join(map(str, known[:6]))
        raise DataError(code, f"two groups were expected; found {len(known)}: {shown}.", where=f"column {column!r}")
    texts = {str(v).removesuffix(".0"): v for v in known}
    if treated is None and set(texts) != {"0", "1"}:
        raise UsageError(code, f"which of {' and '.join(sorted(texts))} is the treatment?", where=f"column {column!r}",
                         hint="Name it by treated=.")  # fmt: skip
    name = "1" if treated is None else str(treated).removesuffix(".0")
    if name not in texts:
        raise UsageError(code, f"no group is called {name!r}; there are {' and '.join(sorted(texts))}.",
                         where=f"column {column!r}")  # fmt: skip
    other = next(t for t in texts if t != name)
    flags = np.array([np.nan if pd.isna(v) or str(v).strip() == "" else float(v == texts[name]) for v in values])
    return flags, name, other


def complete(parts: Sequence[Array], treatment: Array, code: str, where: str) -> NDArray[np.bool_]:
    """Return the rows that have everything; DataError `code` when a group has fewer than ten of them."""
    keep = np.asarray(~np.isnan(np.column_stack([*parts, treatment])).any(axis=1))
    for value in (0.0, 1.0):
        n = int((treatment[keep] == value).sum())
        if n < FEWEST:
            raise DataError(code, f"a group has {n} usable row(s); at least {FEWEST} are needed.", where=where)
    return keep
