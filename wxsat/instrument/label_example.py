"""Labels of a scale as they are written, to be copied by who wrote them another way."""

from __future__ import annotations

LABELS_EXAMPLE = (
    "labels: {zh: [很不同意, 不同意, 一般, 同意, 很同意], "
    "en: [Strongly disagree, Disagree, Neutral, Agree, Strongly agree]}"
)
ANCHORS_EXAMPLE = "anchors: {1: {zh: 低, en: Low}, 5: {zh: 高, en: High}}"


def labels_hint(scale: object = None) -> str:
    """
    Return how labels are written, one list a language and one wording a code.

    Parameters
    ----------
    scale : object
        What the file holds for the scale; its `min` and `max` are used where they are numbers.

    Examples
    --------
    >>> labels_hint({"min": 1, "max": 7})[-60:]
    'for min: 1, max: 5; yours has min: 1, max: 7, so 7 of each).'
    """
    low, high = (scale.get("min"), scale.get("max")) if isinstance(scale, dict) else (None, None)
    own = ""
    if isinstance(low, int | float) and isinstance(high, int | float) and low < high and (low, high) != (1, 5):
        own = f"; yours has min: {low:g}, max: {high:g}, so {high - low + 1:g} of each"
    return f"Write `{LABELS_EXAMPLE}` (this one is for min: 1, max: 5{own})."


def anchors_hint() -> str:
    """Return how wordings of single codes are written."""
    return f"Wordings of single codes are anchors: `{ANCHORS_EXAMPLE}`; or one list a language: `{LABELS_EXAMPLE}`."
