"""What was answered to each item: diverging bars, one row an item, in the direction the question was asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument, Language
    from wxsat.present.figures.figure import FigureSpec
    from wxsat.responses.responses import CleanResponses


def plot_likert(
    responses: CleanResponses,
    items: Sequence[str],
    *,
    language: Language = "zh",
    id: str = "likert",
    title: str = "",
    instrument: Instrument | None = None,
    stamp: str | None = None,
) -> FigureSpec:
    """Return the figure of the answers to `items`."""
    raise NotImplementedError
