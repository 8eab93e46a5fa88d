"""Colours, sizes and type of every figure: safe for colour-blind readers, legible in grey, the same in any process.

Colour never stands alone: bands, verdicts and significance are also written or drawn in shape.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from wxsat.instrument.instrument import Language
from wxsat.present.fonts import font_families

INK = "#1F2933"
MUTED = "#5F6B76"
FAINT = "#B8C1CA"
GRID = "#E3E8ED"
PAPER = "#FFFFFF"
PANEL = "#F4F6F8"

# Okabe and Ito (2008): told apart with every common colour vision deficiency.
BLUE = "#0072B2"
VERMILION = "#C4500A"
ORANGE = "#E69F00"
GREEN = "#00805C"
SKY = "#56B4E9"
PURPLE = "#A6548A"

POSITIVE = "#1B4F8A"
NEGATIVE = "#B5470B"
REFUSAL = "#A61B29"

# Severity S runs from 0 (no dilemma) to 100; the bands are those of the health index 100 - S.
BANDS: tuple[tuple[str, float, float], ...] = (
    ("green", 0.0, 20.0),
    ("blue", 20.0, 40.0),
    ("orange", 40.0, 60.0),
    ("red", 60.0, 100.0),
)
BAND_COLOURS = {"green": "#00805C", "blue": "#2C6DB0", "orange": "#C77700", "red": "#B3261E"}
BAND_TINTS = {"green": "#E4F3EA", "blue": "#E1EBF7", "orange": "#FDEFD8", "red": "#F9DEDA"}

DISAGREE = ("#8C4A0B", "#C97B2A", "#E8BE85", "#F4DFC2", "#FAF0E1")
NEUTRAL = "#DDE1E5"
AGREE = ("#0B4A7A", "#3B84BF", "#8FBEE0", "#C6DFF0", "#E6F1F8")

TEXT_POINTS = 9.0
SMALL_POINTS = 8.0
TINY_POINTS = 7.0
DPI = 200


@contextmanager
def figure_context(language: Language) -> Iterator[None]:
    """
    Draw within the house style; matplotlib's settings are put back afterwards.

    Starts from matplotlib's own defaults, so that a user's matplotlibrc changes no figure.

    Parameters
    ----------
    language : {"zh", "en"}
        Chinese lines stand a little further apart.

    Examples
    --------
    >>> with figure_context("zh"):
    ...     figure = Figure(figsize=(4, 3))
    """
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(style_settings(language))
        yield


def style_settings(language: Language) -> dict[str, Any]:
    """Return matplotlib's settings of the house style."""
    return {
        "font.family": font_families(),
        "font.size": TEXT_POINTS,
        "axes.labelsize": TEXT_POINTS,
        "axes.titlesize": TEXT_POINTS,
        "xtick.labelsize": SMALL_POINTS,
        "ytick.labelsize": TEXT_POINTS,
        "legend.fontsize": SMALL_POINTS,
        "text.color": INK,
        "axes.labelcolor": INK,
        "axes.edgecolor": FAINT,
        "axes.linewidth": 0.8,
        "axes.axisbelow": True,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "xtick.color": MUTED,
        "ytick.color": INK,
        "xtick.labelcolor": MUTED,
        "ytick.labelcolor": INK,
        "grid.color": GRID,
        "grid.linewidth": 0.8,
        "figure.facecolor": PAPER,
        "axes.facecolor": PAPER,
        "savefig.facecolor": PAPER,
        "legend.frameon": False,
        "hatch.linewidth": 0.5,
        "hatch.color": MUTED,
        "lines.solid_capstyle": "butt",
        "axes.titlepad": 7.0 if language == "zh" else 6.0,
        "figure.constrained_layout.h_pad": 0.06,
        "figure.constrained_layout.w_pad": 0.06,
        # Glyphs as paths: the picture is the same on a machine without the font.
        "svg.fonttype": "path",
        "svg.image_inline": True,
        # Outlines as Type 3 fonts: embedded, searchable, and right for faces of a collection.
        "pdf.fonttype": 3,
        # Items may hold a dollar sign; nothing here is mathematics.
        "text.parse_math": False,
    }
