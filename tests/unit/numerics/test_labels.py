"""Labels of accounts and clusters: one account whatever a file's format made of its name."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from wxsat.numerics.labels import coded_labels, order_of_label, plain_label, plain_labels


@pytest.mark.parametrize("cell", [1, 1.0, np.int8(1), np.float32(1), "1", " 1 ", "1.0", "001", "+1"])
def test_the_account_one_is_one_account(cell):
    assert plain_label(cell) == "1"


@pytest.mark.parametrize("cell", [None, np.nan, pd.NA, pd.NaT, "", "  ", np.float32("nan"), np.inf])
def test_empty_cells_have_no_label(cell):
    assert plain_label(cell) is None


@pytest.mark.parametrize("cell", ["A-01", "1.5", "-1", "1a", "nan", "0x1", "北京发布"])
def test_other_text_stays(cell):
    assert plain_label(cell) == cell


def test_long_codes_keep_every_digit():
    first, second = "91110000123456789012", "91110000123456789013"
    codes, labels = coded_labels([first, second])
    assert codes.tolist() == [0, 1]
    assert labels == (first, second)


def test_zero_is_a_label():
    assert [plain_label(cell) for cell in (0, "0", "000", 0.0)] == ["0"] * 4


def test_numbers_come_in_the_order_of_numbers_before_text():
    codes, labels = coded_labels(pd.Series(["10", "b", "9", None, "a", "010"]))
    assert labels == ("9", "10", "a", "b")
    assert codes.tolist() == [1, 3, 0, -1, 2, 1]
    assert sorted(["a1", "2"], key=order_of_label) == ["2", "a1"]


@pytest.mark.parametrize("dtype", ["int64", "float64", "Int64", "str", "string", "object", "category"])
def test_the_type_of_a_column_does_not_matter(dtype):
    column = pd.Series([3, 11, 2, 3]).astype(dtype)
    codes, labels = coded_labels(column)
    assert labels == ("2", "3", "11")
    assert codes.tolist() == [1, 2, 0, 1]
    assert plain_labels(column).tolist() == ["3", "11", "2", "3"]
