"""Importance–performance map: what moves satisfaction most, and how well it does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.instrument.instrument import Instrument, Language
    from wxsat.present.figures.figure import FigureSpec


def plot_priorities(
    priorities: pd.DataFrame,
    *,
    language: Language = "zh",
    instrument: Instrument | None = None,
    names: Mapping[str, str] | None = None,
    refused: bool = False,
    stamp: str | None = None,
) -> FigureSpec:
    """Return the importance–performance map."""
    raise NotImplementedError
