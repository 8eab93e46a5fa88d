"""What no other program can witness, by simulation."""

import numpy as np
import pytest

from wxsat.psychometrics.ordinal.moments import evaluate_ordinal_moments


@pytest.mark.slow
def test_the_baselines_robust_factor_in_groups_is_the_mean_of_its_statistic():
    """The traces of the groups are added; lavaan divides each by its share first, which gives about twice the mean."""
    generator = np.random.default_rng(1)
    statistics, traces = [], []
    for _ in range(150):
        statistic = trace = 0.0
        for n in (300, 150):
            rows = np.digitize(generator.normal(size=(n, 5)), [-0.8, 0.0, 0.7]).astype(float)
            moments = evaluate_ordinal_moments(rows, list("abcde"), [True] * 5)
            statistic += -n * float(np.linalg.slogdet(moments.covariance)[1])
            trace += float(np.trace(moments.nacov[-10:, -10:]))
        statistics.append(statistic)
        traces.append(trace)
    error = np.std(statistics) / np.sqrt(len(statistics))
    assert abs(np.mean(statistics) - np.mean(traces)) < 3 * error
    assert np.mean(statistics) < 1.3 * np.mean(traces)
