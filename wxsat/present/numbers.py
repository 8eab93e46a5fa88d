"""Numbers as text: the one place that rounds and formats, so that a figure looks the same wherever it stands.

Conventions: half is rounded away from zero on the decimal figure a reader sees (四舍五入); a true minus sign (U+2212);
never a negative zero; thousands with a comma in both languages, because a thin space is lost in copying and readers of
either language take ``1,500`` for what it is; a missing figure is an en dash.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

Language = Literal["zh", "en"]

MINUS = "\u2212"
MISSING = "\u2013"
INFINITY = "\u221e"
SMALLEST_P = 0.001
P_DIGITS = 3


def is_missing(value: object) -> bool:
    """Return whether a cell holds no figure: None or NaN."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def rounded(value: float, digits: int) -> Decimal:
    """
    Round a finite number to `digits` decimals, half away from zero, on its shortest decimal form.

    Binary rounding makes 2.675 into 2.67, since the double lies a hair below; a reader of 2.675 expects 2.68.

    Examples
    --------
    >>> str(rounded(2.675, 2)), str(rounded(-0.5, 0)), str(rounded(-0.001, 2))
    ('2.68', '-1', '0.00')
    """
    quantum = Decimal(1).scaleb(-digits)
    result = Decimal(repr(float(value))).quantize(quantum, rounding=ROUND_HALF_UP)
    return abs(result) if result == 0 else result


def number(value: float | None, digits: int = 2, *, no_zero: bool = False, grouping: bool = True) -> str:
    """
    Format a number.

    Parameters
    ----------
    value : float or None
    digits : int
        Decimals, all of them printed.
    no_zero : bool
        Leave out the zero before the point, for figures that cannot exceed one in size; 1 itself stays ``1.00``.
    grouping : bool
        Separate thousands by a comma.

    Returns
    -------
    str
        An en dash where there is no figure.

    Examples
    --------
    >>> number(-0.934), number(0.934, no_zero=True), number(1234.5, 1), number(float("nan"))
    ('−0.93', '.93', '1,234.5', '–')
    """
    if value is None or math.isnan(value):
        return MISSING
    if math.isinf(value):
        return INFINITY if value > 0 else MINUS + INFINITY
    figure = rounded(value, digits)
    text = f"{abs(figure):,f}" if grouping else f"{abs(figure):f}"
    if no_zero and text.startswith("0."):
        text = text[1:]
    return (MINUS if figure < 0 else "") + text


def integer(value: float | None) -> str:
    """
    Format a count.

    Examples
    --------
    >>> integer(1500), integer(-3), integer(None)
    ('1,500', '−3', '–')
    """
    return number(value, 0)


def percent(share: float | None, digits: int = 1, *, sign: bool = True) -> str:
    """
    Format a share in [0, 1] as a percentage; `sign` adds the percent sign.

    Examples
    --------
    >>> percent(0.1234), percent(0.125, 0), percent(0.5, sign=False)
    ('12.3%', '13%', '50.0')
    """
    if share is None or not math.isfinite(share):
        return MISSING
    # Shifting the decimal point keeps 0.145 exactly 14.5; multiplying by 100 would not.
    shifted = float(Decimal(repr(float(share))).scaleb(2))
    return number(shifted, digits) + ("%" if sign else "")


def p_value(value: float | None) -> str:
    """
    Format a p-value to three decimals; ``<.001`` below that, never ``.000`` and never ``1.000``.

    Examples
    --------
    >>> p_value(0.0321), p_value(0.0004), p_value(0.99999), p_value(None)
    ('.032', '<.001', '>.999', '–')
    """
    if value is None or math.isnan(value):
        return MISSING
    if value < SMALLEST_P:
        return "<" + number(SMALLEST_P, P_DIGITS, no_zero=True)
    if rounded(value, P_DIGITS) >= 1:
        return ">" + number(1 - SMALLEST_P, P_DIGITS, no_zero=True)
    return number(value, P_DIGITS, no_zero=True)


def p_statement(value: float | None, symbol: str = "p") -> str:
    """
    Format a p-value as it stands in a sentence.

    Examples
    --------
    >>> p_statement(0.0321), p_statement(0.0), p_statement(None)
    ('p = .032', 'p < .001', 'p = –')
    """
    text = p_value(value)
    return f"{symbol} {text[0]} {text[1:]}" if text[0] in "<>" else f"{symbol} = {text}"


def bracketed(lower: str, upper: str) -> str:
    """
    Join two printed ends of an interval as a table cell does: brackets, so that minus signs stay readable.

    Examples
    --------
    >>> bracketed("−.37", ".29"), bracketed("–", "–")
    ('[−.37, .29]', '–')
    """
    return MISSING if lower == upper == MISSING else f"[{lower}, {upper}]"


def span(
    lower: float | None,
    upper: float | None,
    digits: int = 2,
    *,
    language: Language,
    no_zero: bool = False,
) -> str:
    """
    Format the two ends of an interval for a sentence.

    A dash joins them, or a word where an end carries a sign.

    Examples
    --------
    >>> span(50.0, 51.4, 1, language="en"), span(50.0, 51.4, 1, language="zh")
    ('50.0–51.4', '50.0—51.4')
    >>> span(-0.37, -0.29, language="en"), span(-0.37, 0.29, language="zh")
    ('−0.37 to −0.29', '−0.37至0.29')
    """
    low, high = number(lower, digits, no_zero=no_zero), number(upper, digits, no_zero=no_zero)
    if low == high == MISSING:
        return MISSING
    if any(end[0] in (MINUS, MISSING) for end in (low, high)):
        return f"{low}至{high}" if language == "zh" else f"{low} to {high}"
    return low + ("—" if language == "zh" else "–") + high


def estimate_with_interval(
    value: float | None,
    lower: float | None,
    upper: float | None,
    digits: int = 2,
    *,
    language: Language,
    level: int = 95,
    no_zero: bool = False,
) -> str:
    """
    Format an estimate with its confidence interval for a sentence.

    Examples
    --------
    >>> estimate_with_interval(50.7, 50.0, 51.4, 1, language="en")
    '50.7 (95% CI 50.0–51.4)'
    >>> estimate_with_interval(50.7, 50.0, 51.4, 1, language="zh")
    '50.7（95% CI 50.0—51.4）'
    """
    ends = span(lower, upper, digits, language=language, no_zero=no_zero)
    centre = number(value, digits, no_zero=no_zero)
    if ends == MISSING:
        return centre
    inside = f"{level}% CI {ends}"
    return f"{centre}（{inside}）" if language == "zh" else f"{centre} ({inside})"
