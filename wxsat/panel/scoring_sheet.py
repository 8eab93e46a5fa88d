"""The supervisors' monthly sheet: its sixteen items, their points, and the limits of the annual score.

Points follow DOMAIN's sheet of 100; thresholds of reliability and of the annual evaluation are conventions. Wording
lives in ``surveys/gov-wechat-supervisors``.
"""

from __future__ import annotations

from types import MappingProxyType

POINTS = MappingProxyType(
    {
        "A1": 6, "A2": 6, "A3": 6, "A4": 4,
        "B1": 4, "B2": 8, "B3": 8, "B4": 10,
        "C1": 12, "C2": 6, "C3": 4,
        "D1": 6, "D2": 6, "D3": 6,
        "E1": 4, "E2": 4,
    }
)  # fmt: skip
"""Item to its highest points; together 100."""

OVERALL_IMPRESSION = "E2"
"""Kept out of the reliability analysis of the other items, to be compared with them."""

VETO_WORDS_NO = frozenset(
    {"", "0", "no", "n", "false", "f", "none", "nil", "无", "否", "不", "没有", "未发现", "无异常", "×", "x", "✗", "-",
     "--", "—", "——", "–", "/", "\\"}
)  # fmt: skip
VETO_WORDS_YES = frozenset({"yes", "y", "true", "t", "v", "veto", "是", "有", "√", "✓", "否决", "一票否决", "单项否决"})
VETO_REASONS = r"表述错误|泄密|虚假粉丝|周(?:无|未|没有|不)更新|有效互动|弄虚作假"
"""The sheet's grounds of a veto, which may stand in place of a yes."""

MIN_PHI = 0.80
MIN_ICC = 0.75
MIN_MONTHS = 9
MONTHS_OF_YEAR = 12
MAX_QUARTERS_SINGLE = 1
FAIL_BELOW = 60.0
BONUS_FROM = 80.0
VETO_CAP = 59.0
TOP_SCORE = 95.0
MIN_DOUBLE_SHARE = 0.20
