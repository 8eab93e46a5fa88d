"""Discriminant validity at a glance: the heterotrait–monotrait ratio of every pair of constructs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.instrument.instrument import Instrument, Language
    from wxsat.present.figures.figure import FigureSpec


def plot_htmt(
    htmt: pd.DataFrame,
    *,
    language: Language = "zh",
    instrument: Instrument | None = None,
    names: Mapping[str, str] | None = None,
    stamp: str | None = None,
) -> FigureSpec:
    """Return the heatmap of HTMT ratios."""
    raise NotImplementedError
