"""Exclusion flow: how many were read, how many left at each step and why, how many stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.instrument.instrument import Language
    from wxsat.present.figures.figure import FigureSpec


def plot_exclusion_flow(flow: pd.DataFrame, *, language: Language = "zh", stamp: str | None = None) -> FigureSpec:
    """Return the flow chart of those who were read, left and stayed."""
    raise NotImplementedError
