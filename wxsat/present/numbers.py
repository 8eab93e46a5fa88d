"""Numbers as text: the one place that rounds and formats, so that a figure looks the same wherever it stands.

Conventions: half is rounded away from zero on the decimal figure a reader sees; a true minus sign (U+2212); never
a negative zero; thousands with a comma in both languages, because a thin space is lost in copying and readers of
either language take ``1,500`` for what it is; a missing figure is an en dash.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from wxsat.present.table import Table

Language = Literal["zh", "en"]

MINUS = "\u2212"
MISSING = "\u2013"
INFINITY = "\u221e"
SMALLEST_P = 0.001
P_DIGITS = 3


def is_missing(value: object) -> bool:
    """Return whether a cell holds no figure: None or NaN."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def is_number(cell: object) -> bool:
    """Return whether a cell holds a figure: an int or a finite float, never a truth value or a text."""
    if isinstance(cell, bool) or not isinstance(cell, (int, float)):
        return False
    return math.isfinite(cell)


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


def format_number(value: float | None, digits: int = 2, *, no_zero: bool = False, grouping: bool = True) -> str:
    """
    Format a number.

    Parameters
    ----------
    value : float or None
    digits : int
        Decimals, all of them printed.
    no_zero : bool
        Leave out the zero before the point, for figures that cannot exceed one; 1 itself stays ``1.00``.
    grouping : bool
        Separate thousands by a comma.

    Returns
    -------
    str
        An en dash where there is no figure.

    Examples
    --------
    >>> format_number(-0.934), format_number(0.934, no_zero=True), format_number(1234.5, 1)
    ('−0.93', '.93', '1,234.5')
    >>> format_number(float("nan"))
    '–'
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


def format_integer(value: float | None) -> str:
    """
    Format a count.

    Examples
    --------
    >>> format_integer(1500), format_integer(-3), format_integer(None)
    ('1,500', '−3', '–')
    """
    return format_number(value, 0)


def format_percent(share: float | None, digits: int = 1, *, sign: bool = True) -> str:
    """
    Format a share in [0, 1] as a percentage; `sign` adds the percent sign.

    Examples
    --------
    >>> format_percent(0.1234), format_percent(0.125, 0), format_percent(0.5, sign=False)
    ('12.3%', '13%', '50.0')
    """
    if share is None or not math.isfinite(share):
        return MISSING
    # Shifting the decimal point keeps 0.145 exactly 14.5; multiplying by 100 would not.
    shifted = float(Decimal(repr(float(share))).scaleb(2))
    return format_number(shifted, digits) + ("%" if sign else "")


def format_p_value(value: float | None) -> str:
    """
    Format a p-value to three decimals; ``<.001`` below that, never ``.000`` and never ``1.000``.

    Examples
    --------
    >>> format_p_value(0.0321), format_p_value(0.0004), format_p_value(0.99999), format_p_value(None)
    ('.032', '<.001', '>.999', '–')
    """
    if value is None or math.isnan(value):
        return MISSING
    if value < SMALLEST_P:
        return "<" + format_number(SMALLEST_P, P_DIGITS, no_zero=True)
    if rounded(value, P_DIGITS) >= 1:
        return ">" + format_number(1 - SMALLEST_P, P_DIGITS, no_zero=True)
    return format_number(value, P_DIGITS, no_zero=True)


def format_probability(value: float | None, digits: int = 2) -> str:
    """
    Format an estimated probability; one that rounds to 0 or 1 is no certainty and printed as a bound.

    Examples
    --------
    >>> format_probability(0.9995), format_probability(0.904), format_probability(0.0005)
    ('>.99', '.90', '<.01')
    """
    if value is None or math.isnan(value):
        return MISSING
    least = float(Decimal(1).scaleb(-digits))
    if rounded(value, digits) >= 1:
        return ">" + format_number(1 - least, digits, no_zero=True)
    if rounded(value, digits) <= 0:
        return "<" + format_number(least, digits, no_zero=True)
    return format_number(value, digits, no_zero=True)


def format_p_statement(value: float | None, symbol: str = "p") -> str:
    """
    Format a p-value as it stands in a sentence.

    Examples
    --------
    >>> format_p_statement(0.0321), format_p_statement(0.0), format_p_statement(None)
    ('p = .032', 'p < .001', 'p = –')
    """
    text = format_p_value(value)
    return f"{symbol} {text[0]} {text[1:]}" if text[0] in "<>" else f"{symbol} = {text}"


def join_interval(lower: str, upper: str) -> str:
    """
    Join two printed ends of an interval as a table cell does: brackets, so that minus signs stay readable.

    Examples
    --------
    >>> join_interval("−.37", ".29"), join_interval("–", "–")
    ('[−.37, .29]', '–')
    """
    return MISSING if lower == upper == MISSING else f"[{lower}, {upper}]"


def format_interval(
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
    >>> format_interval(50.0, 51.4, 1, language="en"), format_interval(50.0, 51.4, 1, language="zh")
    ('50.0–51.4', '50.0—51.4')
    >>> format_interval(-0.37, -0.29, language="en"), format_interval(-0.37, 0.29, language="zh")
    ('−0.37 to −0.29', '−0.37至0.29')
    """
    low, high = format_number(lower, digits, no_zero=no_zero), format_number(upper, digits, no_zero=no_zero)
    if low == high == MISSING:
        return MISSING
    if any(end[0] in (MINUS, MISSING) for end in (low, high)):
        return f"{low}至{high}" if language == "zh" else f"{low} to {high}"
    return low + ("—" if language == "zh" else "–") + high


def format_estimate(
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
    >>> format_estimate(50.7, 50.0, 51.4, 1, language="en")
    '50.7 (95% CI 50.0–51.4)'
    >>> format_estimate(50.7, 50.0, 51.4, 1, language="zh")
    '50.7（95% CI 50.0—51.4）'
    """
    ends = format_interval(lower, upper, digits, language=language, no_zero=no_zero)
    centre = format_number(value, digits, no_zero=no_zero)
    if ends == MISSING:
        return centre
    inside = f"{level}% CI {ends}"
    return f"{centre}（{inside}）" if language == "zh" else f"{centre} ({inside})"


def numbers_of(table: Table) -> list[dict[str, Any]]:
    """
    Return every number of a table at full precision, with its id.

    Parameters
    ----------
    table : Table

    Returns
    -------
    list of dict
        ``id``, ``value``, ``table``, ``row`` (its key), ``column`` (its machine name), in reading order.
        Missing, blank and suppressed cells are not numbers and are left out.
    """
    entries: list[dict[str, Any]] = []
    for position, row in enumerate(table.rows):
        for column, cell in zip(table.columns, row, strict=True):
            if is_number(cell):
                entries.append(
                    {
                        "id": table.number_id(position, column.name),
                        "value": cell,
                        "table": table.id,
                        "row": table.row_keys[position],
                        "column": column.name,
                    }
                )
    return entries
