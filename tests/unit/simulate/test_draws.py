"""Portable random numbers: right against scipy and math, and frozen to the bit."""

from __future__ import annotations

import hashlib
import math

import numpy as np
import pytest
from scipy import stats

from wxsat.simulate.draws import Draws, normal_quantile, portable_log

# AS 241 promises about 1e-16 relative; scipy's own quantile is good to a few 1e-16.
QUANTILE_TOLERANCE = 2e-14
LOG_TOLERANCE = 1e-15


def test_quantile_agrees_with_scipy_in_centre_and_both_tails():
    p = np.concatenate([np.linspace(1e-6, 1 - 1e-6, 4001), 10.0 ** -np.arange(1, 300, 7), [2.0**-53, 1 - 2.0**-53]])
    assert np.allclose(normal_quantile(p), stats.norm.ppf(p), rtol=QUANTILE_TOLERANCE, atol=1e-15)


def test_logarithm_agrees_with_math():
    x = np.concatenate([np.linspace(1e-9, 3.0, 5001), 10.0 ** np.arange(-300.0, 300.0, 11.0)])
    expected = np.array([math.log(value) for value in x])
    assert np.allclose(portable_log(x), expected, rtol=LOG_TOLERANCE, atol=2e-16)


def test_bits_are_frozen():
    # numpy promises the stream of PCG64, the rest is IEEE arithmetic: another digest means other demo data.
    drawn = Draws(20140713).normal("bits", 10_000)
    digest = hashlib.sha256(drawn.astype("<f8").tobytes()).hexdigest()
    assert digest == "77ff00460ec7ea0ffa498bde7eed3d8f9071b8f04f5df4c5ce983d4a454bf765"


def test_normals_are_standard_normal():
    assert stats.kstest(Draws(3).normal("x", 20_000), "norm").pvalue > 0.001


def test_streams_differ_by_name_and_seed_and_repeat():
    a = Draws(1).uniform("a", 50)
    assert (a == Draws(1).uniform("a", 50)).all()
    assert abs(np.corrcoef(Draws(1).uniform("a", 4000), Draws(1).uniform("b", 4000))[0, 1]) < 0.06
    assert (a != Draws(2).uniform("a", 50)).all()


def test_a_longer_draw_begins_with_the_shorter_one():
    assert (Draws(9).normal("a", 100)[:40] == Draws(9).normal("a", 40)).all()


def test_uniform_stays_inside_the_open_interval():
    u = Draws(5).uniform("u", 100_000)
    assert u.min() > 0.0
    assert u.max() < 1.0


@pytest.mark.parametrize("shares", [(0.2, 0.5, 0.3), (1.0, 0.0), (3, 1)])
def test_which_follows_its_shares(shares):
    picked = Draws(4).which("w", 20_000, shares)
    observed = np.bincount(picked, minlength=len(shares)) / 20_000
    # Four standard errors of a share at N = 20,000.
    assert np.allclose(observed, np.array(shares) / sum(shares), atol=4 * 0.5 / math.sqrt(20_000))


def test_below_is_a_whole_number_in_range():
    values = Draws(6).below("b", 5000, 7)
    assert set(values.tolist()) == set(range(7))
