"""Do 95 % intervals of severity cover the truth in 95 of 100 samples? Slow; run once and reported."""

import numpy as np
import pytest

from wxsat.diagnosis.resampling import smoothed_share
from wxsat.diagnosis.sampling import Units, estimate_means, resample_blocks, unit_sums
from wxsat.diagnosis.severity import composite_mean, t_interval

SAMPLES = 4000
TRUTH = np.array([48.0, 43.0, 58.0, 53.0])
WEIGHTS = np.full(4, 0.25)


def sample(rng, n_accounts):
    """Return severities of four parts, intraclass correlation about .1, parts correlated, a fifth missing."""
    sizes = rng.poisson(30, n_accounts) + 5
    codes = np.repeat(np.arange(n_accounts), sizes)
    shared = rng.normal(0, 6, (n_accounts, 1)) + rng.normal(0, 3, (n_accounts, 4))
    values = TRUTH + shared[codes] + rng.normal(0, 12, (len(codes), 1)) + rng.normal(0, 14, (len(codes), 4))
    values[rng.random(values.shape) < 0.2] = np.nan
    return values, Units(codes, n_accounts, clustered=True)


@pytest.mark.slow
@pytest.mark.parametrize("n_accounts", [40, 12])
def test_intervals_cover(n_accounts):
    rng = np.random.default_rng(20140713)
    covered = np.zeros((SAMPLES, 5), dtype=bool)
    for i in range(SAMPLES):
        values, units = sample(rng, n_accounts)
        estimate = estimate_means(values, units)
        for j, weights in enumerate([*np.eye(4), WEIGHTS]):
            mean, se = composite_mean(weights, estimate.means, estimate.covariance)
            lower, upper = t_interval(mean, se, n_accounts - 1)
            covered[i, j] = lower <= weights @ TRUTH <= upper
    # 4,000 samples: the standard error of a coverage of .95 is .0034; the tolerance is three of them
    assert covered.mean(axis=0) == pytest.approx(np.full(5, 0.95), abs=0.0105)


@pytest.mark.slow
def test_exceedance_is_calibrated():
    # at the boundary S = 40 the exceedance probability should be uniform: 10 % below .1, 10 % above .9
    rng = np.random.default_rng(7)
    p = []
    for _ in range(1500):
        values, units = sample(rng, 40)
        y, r = np.nan_to_num(values[:, :1] - TRUTH[0] + 40), ~np.isnan(values[:, :1])
        y = np.where(r, y, 0.0)
        counts = np.concatenate(list(resample_blocks(40, 500, rng)))
        drawn = (counts @ unit_sums(y, units)) / (counts @ unit_sums(r.astype(float), units))
        p.append(smoothed_share(drawn[:, 0] > 40))
    # 1,500 samples: standard error .008; the bootstrap has no t tails, hence a little above 10 %
    assert np.mean(np.array(p) >= 0.9) == pytest.approx(0.10, abs=0.03)
    assert np.mean(np.array(p) <= 0.1) == pytest.approx(0.10, abs=0.03)
