"""What must not change a fit: the order of rows and items, the unit of an item, the choice of the marker."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wxsat.sem.fit import fit_sem

FAST = settings(max_examples=8, deadline=None)
BLOCKS = {"f": ["x1", "x2", "x3"], "g": ["x4", "x5", "x6"], "h": ["x7", "x8", "x9"]}
# The search ends where the scaled gradient is below 1e-9; figures agree far beyond this.
SAME = 1e-7


@pytest.fixture(scope="module")
def hs() -> pd.DataFrame:
    import semopy.examples.holzinger39 as holzinger

    return holzinger.get_data()[[f"x{i}" for i in range(1, 10)]]


def text(blocks):
    return "\n".join(f"{latent} =~ {' + '.join(items)}" for latent, items in blocks.items())


@pytest.fixture(scope="module")
def reference(hs):
    return fit_sem(text(BLOCKS), hs)


def standardised(result):
    frame = result.parameters
    keys = [tuple([*sorted((a, b)), op]) for a, op, b in zip(frame["lhs"], frame["op"], frame["rhs"], strict=True)]
    return dict(zip(keys, frame["std_all"], strict=True))


def same_fit(result, reference):
    ours, theirs = standardised(result), standardised(reference)
    assert set(ours) == set(theirs)
    for key, value in theirs.items():
        assert ours[key] == pytest.approx(value, abs=SAME)
    for measure in ("chisq", "df", "cfi", "rmsea", "srmr"):
        assert result.fit_measures[measure] == pytest.approx(reference.fit_measures[measure], rel=SAME)


@FAST
@given(seed=st.integers(0, 10**6))
def test_order_of_rows(hs, reference, seed):
    same_fit(fit_sem(text(BLOCKS), hs.sample(frac=1, random_state=seed)), reference)


@FAST
@given(order=st.permutations(list(BLOCKS)), items=st.permutations([0, 1, 2]))
def test_order_of_items_latents_and_choice_of_marker(hs, reference, order, items):
    same_fit(fit_sem(text({k: [BLOCKS[k][i] for i in items] for k in order}), hs), reference)


@FAST
@given(scales=st.lists(st.floats(0.01, 1000.0), min_size=9, max_size=9))
def test_units_of_items(hs, reference, scales):
    same_fit(fit_sem(text(BLOCKS), hs * np.array(scales)), reference)


def test_unit_variance_or_marker(hs, reference):
    same_fit(fit_sem(text(BLOCKS), hs, std_lv=True), reference)


def test_the_same_input_gives_the_same_bits(hs, reference):
    again = fit_sem(text(BLOCKS), hs)
    np.testing.assert_array_equal(again.parameters["estimate"], reference.parameters["estimate"])
