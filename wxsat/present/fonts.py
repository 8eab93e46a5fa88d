"""Find a typeface that holds simplified Chinese, so that no figure shows empty boxes.

System faces come first, then the one in the ``noto-cjk-sans-otc`` package, a TrueType collection of which the face
``Noto Sans CJK SC`` is needed. matplotlib reads the faces of a collection from 3.11 on; older versions see the first
face only (Japanese forms). Nothing is rebuilt: at most one file is added to matplotlib's list, in milliseconds.
"""

from __future__ import annotations

import warnings
from functools import lru_cache

LATIN_FAMILY = "DejaVu Sans"
SYSTEM_FAMILIES = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Microsoft YaHei",
    "PingFang SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
)
# In the order of preference: the wrong regional forms are still better than empty boxes.
PACKAGED_FAMILIES = ("Noto Sans CJK SC", "Noto Sans CJK JP")
PROBE = "政务微信满意度骤"


class MissingChineseFont(UserWarning):
    """No face with simplified Chinese was found; figures will show empty boxes."""


def font_families() -> list[str]:
    """
    Return the font families of every figure, Latin first, Chinese as the fallback.

    Latin first keeps the minus sign, Greek and figures in one face in both languages. Without a Chinese face the
    list has one entry and a :class:`MissingChineseFont` warning is given, once a process.

    Returns
    -------
    list of str
        For ``font.family`` of matplotlib.

    Examples
    --------
    >>> font_families()[0]
    'DejaVu Sans'
    """
    chinese = find_chinese_family()
    return [LATIN_FAMILY] if chinese is None else [LATIN_FAMILY, chinese]


@lru_cache(maxsize=1)
def find_chinese_family() -> str | None:
    """
    Return the name of a font family that has the characters of :data:`PROBE`, or None with a warning.

    The answer is kept for the life of the process.
    """
    for family in SYSTEM_FAMILIES:
        if holds_chinese(family):
            return family
    if _register_packaged_collection():
        for family in PACKAGED_FAMILIES:
            if holds_chinese(family):
                return family
    warnings.warn(
        "no font with simplified Chinese characters was found; Chinese text in figures will show as empty boxes. "
        "Install one with: pip install noto-cjk-sans-otc, or install any of " + ", ".join(SYSTEM_FAMILIES) + ".",
        MissingChineseFont,
        stacklevel=2,
    )
    return None


def holds_chinese(family: str) -> bool:
    """Return whether matplotlib knows the family and its regular face has every character of :data:`PROBE`."""
    from matplotlib import font_manager

    if not any(entry.name == family for entry in font_manager.fontManager.ttflist):
        return False
    try:
        path = font_manager.findfont(
            font_manager.FontProperties(family=[family]), fallback_to_default=False, rebuild_if_missing=False
        )
        face = font_manager.get_font(path)
        return all(face.get_char_index(ord(character)) for character in PROBE)
    except (OSError, RuntimeError, ValueError):
        # Listed in matplotlib's cache, but gone or unreadable: look further.
        return False


def _register_packaged_collection() -> bool:
    from matplotlib import font_manager

    try:
        from noto_cjk_sans_otc import FONT_PATH
    except ImportError:
        return False
    path = str(FONT_PATH)
    if any(entry.fname == path for entry in font_manager.fontManager.ttflist):
        return True
    try:
        font_manager.fontManager.addfont(path)
    except (OSError, RuntimeError):
        return False
    return True
