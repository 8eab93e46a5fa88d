"""The palette with and without colour vision, and in grey; no word of a picture lacks its glyph."""

from __future__ import annotations

from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import wxsat.present
from wxsat.present import theme
from wxsat.present.figures.reply_survival import STYLES
from wxsat.present.fonts import font_families

# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
DEFICIENCIES = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
# What stands side by side in one picture and is told apart by hue; a difference of 1 is just noticeable (CIE76), ten
# times that is plain at a glance.
PLAIN = 10.0
SETS = {
    "sign": (theme.POSITIVE, theme.NEGATIVE),
    "agreement": (theme.AGREE[0], theme.NEUTRAL, theme.DISAGREE[0]),
    "curves": tuple(color for color, _, _ in STYLES),
    "points": (theme.BLUE, theme.VERMILION, theme.ORANGE, theme.SKY),
}


def linear(color: str) -> NDArray[np.float64]:
    """Return linear RGB of a hexadecimal colour (sRGB)."""
    values = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def lab(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return CIE L*a*b* (D65) of linear RGB."""
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = to_xyz @ np.clip(rgb, 0, 1) / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast(one: str, other: str) -> float:
    """Return the WCAG contrast of two colours."""
    weights = np.array([0.2126, 0.7152, 0.0722])
    high, low = sorted((float(weights @ linear(color)) + 0.05 for color in (one, other)), reverse=True)
    return high / low


@pytest.mark.parametrize("eyes", DEFICIENCIES)
@pytest.mark.parametrize("name", SETS)
def test_colours_side_by_side_are_told_apart_by_every_eye(name: str, eyes: str) -> None:
    seen = {color: lab(DEFICIENCIES[eyes] @ linear(color)) for color in SETS[name]}
    for one, other in combinations(seen, 2):
        assert np.linalg.norm(seen[one] - seen[other]) > PLAIN, (one, other)


def test_the_measure_fails_red_and_green_of_one_brightness() -> None:
    red, green = (lab(DEFICIENCIES["deuteranopia"] @ linear(color)) for color in ("#C65A4A", "#7F8A2B"))
    assert np.linalg.norm(red - green) < 2 * PLAIN
    assert np.linalg.norm(lab(linear("#C65A4A")) - lab(linear("#7F8A2B"))) > 4 * PLAIN


def test_curves_of_one_grey_have_their_own_dashes_and_marks() -> None:
    assert len({str(dashes) for _, dashes, _ in STYLES}) == len(STYLES)
    assert len({marker for _, _, marker in STYLES}) == len(STYLES)


def test_likert_shades_run_evenly_in_grey() -> None:
    for shades in (theme.AGREE, theme.DISAGREE):
        grey = [lab(linear(color))[0] for color in shades]
        assert all(b - a > 4 for a, b in pairwise(grey))


@pytest.mark.parametrize("color", [theme.INK, theme.MUTED, theme.REFUSAL, theme.POSITIVE, theme.NEGATIVE])
def test_words_on_paper_have_the_contrast_of_wcag_aa(color: str) -> None:
    assert contrast(color, theme.PAPER) >= 4.5


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_character_of_the_figures_words_has_a_glyph(language: Any) -> None:
    from matplotlib import font_manager

    folder = Path(wxsat.present.__file__).parent / "locale" / language
    text = "".join((folder / name).read_text(encoding="utf-8") for name in ("figures.yml", "tables.yml"))
    faces = [
        font_manager.get_font(
            font_manager.findfont(font_manager.FontProperties(family=[family]), fallback_to_default=False)
        )
        for family in font_families()
    ]
    missing = {c for c in text if not c.isspace() and not any(face.get_char_index(ord(c)) for face in faces)}
    assert len(set(text)) > 40
    assert missing == set()
