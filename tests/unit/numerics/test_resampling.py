from __future__ import annotations

import numpy as np
import pytest

from wxsat.numerics.covariance import pairwise_correlation
from wxsat.numerics.resampling import bootstrap_counts, resampled_correlations


@pytest.mark.parametrize("holes", [0.0, 0.1, 0.6])
def test_weighted_correlations_equal_those_of_the_repeated_rows(holes: float) -> None:
    rng = np.random.default_rng(2)
    values = rng.normal(size=(80, 5)) + rng.normal(size=(80, 1)) + 50
    values[rng.random(values.shape) < holes] = np.nan
    counts = bootstrap_counts(np.random.default_rng(6), 7, len(values))
    blocks = list(resampled_correlations(values, 7, np.random.default_rng(6)))
    for draw in range(7):
        repeated = np.repeat(values, counts[draw].astype(int), axis=0)
        np.testing.assert_allclose(blocks[0][draw], pairwise_correlation(repeated), atol=1e-11)


def test_blocks_do_not_change_the_draws() -> None:
    values = np.random.default_rng(1).normal(size=(30, 2))
    drawn = np.concatenate(list(resampled_correlations(values, 250, np.random.default_rng(8))))
    assert drawn.shape == (250, 2, 2)
    # 250 different samples: a generator reused between blocks would repeat the first hundred.
    assert len(np.unique(drawn[:, 0, 1])) == 250


def test_clusters_come_whole() -> None:
    cluster = np.array([0, 0, 1, 1, 1, 2])
    counts = bootstrap_counts(np.random.default_rng(1), 50, 6, cluster)
    for members in (cluster == 0, cluster == 1):
        assert (counts[:, members] == counts[:, members][:, :1]).all()
    drawn_clusters = counts[:, 0] + counts[:, 2] + counts[:, 5]
    assert (drawn_clusters == 3).all()


def test_every_row_is_drawn_once_on_average() -> None:
    counts = bootstrap_counts(np.random.default_rng(1), 4000, 10)
    # SE of a mean of 4,000 counts with variance .9 is .015; five of them.
    np.testing.assert_allclose(counts.mean(axis=0), 1, atol=0.075)
    assert counts.var() == pytest.approx(0.9, abs=0.03)
