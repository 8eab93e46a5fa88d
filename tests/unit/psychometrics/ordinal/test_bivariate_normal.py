"""The bivariate normal distribution against 30-digit quadrature and closed forms."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from wxsat.psychometrics.ordinal.bivariate_normal import (
    BEYOND,
    bivariate_cdf,
    bivariate_density,
    continue_cdf,
    density_slope,
    nodes_needed,
)

# Promised absolute error.
DOUBLE = 1e-14


def _exact(h: float, k: float, rho: float) -> float:
    """Phi2 by integrating the conditional distribution, in pieces around its step."""
    with mpmath.workdps(30):
        root = mpmath.sqrt(1 - mpmath.mpf(rho) ** 2)
        step = [k / rho + d * float(root / abs(rho)) for d in (-6, -2, 0, 2, 6)] if rho else []
        nodes = sorted({-13.0, *(p for p in (*step, *np.linspace(-10, h, 6)) if -13 < p < h), h})
        value = mpmath.quad(lambda x: mpmath.npdf(x) * mpmath.ncdf((k - rho * x) / root), nodes)
    return float(value)


@pytest.mark.parametrize("rho", [-0.9999, -0.95, -0.6, 0.0, 0.3, 0.8999, 0.9001, 0.97, 0.999])
def test_equals_quadrature_of_thirty_digits(rho: float) -> None:
    points = [(0.0, 0.0), (0.0, -1.0), (1.2, 0.0), (-2.0, -1.9), (0.7, -0.7), (2.5, 2.5), (-3.0, 1.0), (0.4, 0.41)]
    for h, k in points:
        found = float(bivariate_cdf(np.array(h), np.array(k), np.array(rho)))
        assert found == pytest.approx(_exact(h, k, rho), abs=DOUBLE), (h, k)


def test_orthant_is_sheppard_s_formula() -> None:
    rho = np.linspace(-0.999, 0.999, 41)
    found = bivariate_cdf(np.zeros(41), np.zeros(41), rho)
    np.testing.assert_allclose(found, 0.25 + np.arcsin(rho) / (2 * np.pi), rtol=0, atol=DOUBLE)


@pytest.mark.parametrize("rho", [-0.99, -0.5, 0.5, 0.99])
def test_beyond_is_as_good_as_infinite(rho: float) -> None:
    from scipy.special import ndtr

    k = np.linspace(-3, 3, 7)
    np.testing.assert_allclose(bivariate_cdf(np.full(7, BEYOND), k, np.array(rho)), ndtr(k), rtol=0, atol=DOUBLE)
    np.testing.assert_allclose(bivariate_cdf(np.full(7, -BEYOND), k, np.array(rho)), 0, rtol=0, atol=DOUBLE)


def test_continuation_arrives_where_a_fresh_start_does() -> None:
    rng = np.random.default_rng(4)
    h, k = rng.normal(size=(2, 300)) * 1.5
    k[:100] = -h[:100]
    for width in (0.5, 0.1, 0.01):
        before = rng.uniform(-0.85, 0.85, 300)
        after = np.clip(before + rng.uniform(-width, width, 300), -0.89, 0.89)
        angle, target = np.arcsin(before), np.arcsin(after)
        nodes = nodes_needed(angle, target)
        moved = continue_cdf(bivariate_cdf(h, k, before), h, k, angle, target, nodes)
        np.testing.assert_allclose(moved, bivariate_cdf(h, k, after), rtol=0, atol=DOUBLE)


def test_density_is_the_derivative_by_rho_and_its_slope_the_second() -> None:
    h, k, rho, step = np.array([0.3, -1.0]), np.array([0.9, 1.4]), np.array([0.4, -0.7]), 1e-5
    numeric = (bivariate_cdf(h, k, rho + step) - bivariate_cdf(h, k, rho - step)) / (2 * step)
    height = bivariate_density(h, k, rho)
    np.testing.assert_allclose(height, numeric, rtol=1e-8)
    bend = (bivariate_density(h, k, rho + step) - bivariate_density(h, k, rho - step)) / (2 * step)
    np.testing.assert_allclose(density_slope(h, k, rho, height), bend, rtol=1e-8)
