"""The one place that formats: cases as a table."""

from __future__ import annotations

import math

import numpy as np
import pytest

from wxsat.present import numbers
from wxsat.present.table import SUPPRESSED, Column, Table

NUMBERS = [
    # value, digits, no_zero, printed
    (0.934, 2, False, "0.93"),
    (0.934, 2, True, ".93"),
    (-0.934, 2, True, "−.93"),
    (1.0, 2, True, "1.00"),
    (1.02, 2, True, "1.02"),
    (0.995, 2, True, "1.00"),
    (2.675, 2, False, "2.68"),  # the double lies below 2.675
    (0.285, 2, False, "0.29"),
    (0.5, 0, False, "1"),
    (1.5, 0, False, "2"),
    (2.5, 0, False, "3"),  # banker's rounding would say 2
    (-2.5, 0, False, "−3"),
    (-0.001, 2, False, "0.00"),
    (-0.0, 1, False, "0.0"),
    (-0.005, 2, True, "−.01"),
    (1234567.891, 1, False, "1,234,567.9"),
    (1e-12, 3, False, "0.000"),
    (1e22, 0, False, "10,000,000,000,000,000,000,000"),
    (float("nan"), 2, False, "–"),
    (None, 2, False, "–"),
    (float("inf"), 2, False, "∞"),
    (float("-inf"), 2, False, "−∞"),
    (np.float64(0.25), 1, False, "0.3"),
]


@pytest.mark.parametrize(("value", "digits", "no_zero", "printed"), NUMBERS)
def test_number(value, digits, no_zero, printed):
    assert numbers.format_number(value, digits, no_zero=no_zero) == printed


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (0.05, ".050"),
        (0.0321, ".032"),
        (0.001, ".001"),
        (0.00099, "<.001"),
        (0.0, "<.001"),
        (0.9994, ".999"),
        (0.9996, ">.999"),
        (1.0, ">.999"),
        (math.nan, "–"),
        (None, "–"),
    ],
)
def test_p_value(value, printed):
    assert numbers.format_p_value(value) == printed


@pytest.mark.parametrize(
    ("value", "printed"), [(0.0004, "p < .001"), (0.03, "p = .030"), (1.0, "p > .999"), (None, "p = –")]
)
def test_p_statement(value, printed):
    assert numbers.format_p_statement(value) == printed


@pytest.mark.parametrize(
    ("value", "printed"),
    [(0.9995, ">.99"), (0.995, ">.99"), (0.9949, ".99"), (0.005, ".01"), (0.0049, "<.01"), (0.5, ".50"), (None, "–")],
)
def test_probability_is_never_a_certainty(value, printed):
    assert numbers.format_probability(value) == printed


@pytest.mark.parametrize(
    ("share", "digits", "printed"),
    [(0.1234, 1, "12.3%"), (0.145, 0, "15%"), (0.00045, 2, "0.05%"), (1.0, 1, "100.0%"), (None, 1, "–")],
)
def test_percent(share, digits, printed):
    assert numbers.format_percent(share, digits) == printed


def test_integer_groups_thousands_in_both_languages():
    assert numbers.format_integer(1500) == "1,500"
    assert numbers.format_integer(-1500) == "−1,500"


@pytest.mark.parametrize(
    ("language", "ends", "printed"),
    [
        ("en", (50.0, 51.4), "50.7 (95% CI 50.0–51.4)"),
        ("zh", (50.0, 51.4), "50.7（95% CI 50.0—51.4）"),
        ("en", (-0.4, 51.4), "50.7 (95% CI −0.4 to 51.4)"),
        ("zh", (-0.4, 51.4), "50.7（95% CI −0.4至51.4）"),
        ("en", (math.nan, math.nan), "50.7"),
    ],
)
def test_estimate_with_interval(language, ends, printed):
    assert numbers.format_estimate(50.7, *ends, 1, language=language) == printed


def test_numbers_of_leaves_out_what_is_no_number():
    columns = (Column("name", "Name"), Column("n", "n", "integer"), Column("yes", "Yes"))
    rows = (("a", 7, True), ("b", None, False), ("c", SUPPRESSED, False), ("d", float("nan"), False), ("e", "", False))
    table = Table("t", "T", "en", columns, rows, tuple("abcde"))
    assert numbers.numbers_of(table) == [{"id": "t.a.n", "value": 7, "table": "t", "row": "a", "column": "n"}]
