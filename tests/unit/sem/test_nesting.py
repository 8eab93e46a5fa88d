"""Nested or not: the larger model fitted to what the smaller one implies."""

from __future__ import annotations

import pytest
import semopy.examples.holzinger39 as holzinger

from wxsat.sem.comparison import compare_sem
from wxsat.sem.fit import fit_sem

FREE = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
NESTED = {
    "one factor": ("g =~ x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9", {}),
    "equal loadings": (FREE.replace("x2", "a*x2").replace("x5", "a*x5"), {}),
    "other markers": (FREE.replace("x1 + x2", "NA*x1 + 1*x2") + "\nvisual ~~ 0*speed", {}),
    "orthogonal": (FREE, {"orthogonal": True}),
}


@pytest.fixture(scope="module")
def free():
    return fit_sem(FREE, holzinger.get_data())


@pytest.mark.parametrize("name", NESTED)
def test_nested_models_are_compared_without_a_word(free, name):
    model, options = NESTED[name]
    assert not compare_sem(free, fit_sem(model, holzinger.get_data(), **options)).findings


def test_models_that_are_not_nested_are_named(free):
    """x3 and x4 change places: one degree of freedom more, and no restriction of the first."""
    other = FREE.replace("x3", "x0").replace("x4", "x3").replace("x0", "x4") + "\nvisual ~~ 0*speed"
    found = compare_sem(free, fit_sem(other, holzinger.get_data()))
    assert [f.code for f in found.findings] == ["SEM-157"]


def test_groups_with_means(free):
    data = holzinger.get_data()
    fits = [fit_sem(FREE, data, group="school", group_equal=e) for e in ("loadings", "loadings,intercepts")]
    assert not compare_sem(*fits).findings
