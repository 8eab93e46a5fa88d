"""Linearised covariances against R survey, and the bootstrap against its own theory."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wxsat.diagnosis.sampling import Units, estimate_means, group_units, resample_blocks, unit_sums
from wxsat.diagnosis.severity import composite_mean, t_interval

GOLDEN = Path(__file__).parents[2] / "golden" / "diagnosis"
CLOSED_FORM = 1e-10  # both sides evaluate one closed form; only the order of summation differs


@pytest.fixture(scope="module")
def golden():
    return json.loads((GOLDEN / "clustered_severity.json").read_text())


@pytest.fixture(scope="module")
def data():
    return pd.read_csv(GOLDEN / "clustered_severity.csv")


def units_of(data, clustered):
    if not clustered:
        return Units(np.arange(len(data)), len(data), clustered=False)
    codes, labels = pd.factorize(data["account"], sort=True)
    return Units(codes, len(labels), clustered=True)


@pytest.mark.parametrize("case", ["clustered", "clustered_weighted", "unclustered"])
class TestAgainstSurvey:
    def estimate(self, case, golden, data):
        weights = data["weight"].to_numpy() if case.endswith("weighted") else None
        values = data[golden["parts"]].to_numpy(float)
        return estimate_means(values, units_of(data, case != "unclustered"), weights)

    def test_means_and_joint_covariance(self, case, golden, data):
        estimate = self.estimate(case, golden, data)
        np.testing.assert_allclose(estimate.means, golden[case]["means"], rtol=CLOSED_FORM)
        np.testing.assert_allclose(estimate.covariance, golden[case]["covariance"], rtol=CLOSED_FORM)
        assert estimate.n.tolist() == golden[case]["n"]

    def test_single_standard_errors_equal_svymean(self, case, golden, data):
        estimate = self.estimate(case, golden, data)
        np.testing.assert_allclose(np.sqrt(np.diag(estimate.covariance)), golden[case]["svymean_se"], rtol=CLOSED_FORM)

    def test_composite_and_its_interval(self, case, golden, data):
        estimate = self.estimate(case, golden, data)
        mean, se = composite_mean(np.array(golden["omega"]), estimate.means, estimate.covariance)
        assert mean == pytest.approx(golden[case]["composite"], rel=CLOSED_FORM)
        assert se == pytest.approx(golden[case]["composite_se"], rel=CLOSED_FORM)
        assert t_interval(mean, se, golden[case]["df"]) == pytest.approx(
            tuple(golden[case]["composite_ci"]), rel=CLOSED_FORM
        )


def test_complete_cases_equal_svymean_of_all_parts(golden, data):
    complete = data.dropna()
    estimate = estimate_means(complete[golden["parts"]].to_numpy(float), units_of(complete, True))
    np.testing.assert_allclose(estimate.covariance, golden["complete"]["covariance"], rtol=CLOSED_FORM)
    mean, se = composite_mean(np.array(golden["omega"]), estimate.means, estimate.covariance)
    assert (mean, se) == pytest.approx(
        (golden["complete"]["composite"], golden["complete"]["composite_se"]), rel=CLOSED_FORM
    )


def test_composite_variance_equals_that_of_the_row_composites():
    rng = np.random.default_rng(3)
    values = rng.normal(50, 10, (300, 4)) + rng.normal(0, 8, (300, 1))
    units = Units(np.repeat(np.arange(20), 15), 20, clustered=True)
    weights = np.array([0.4, 0.3, 0.2, 0.1])
    joint = estimate_means(values, units)
    alone = estimate_means((values @ weights)[:, None], units)
    assert composite_mean(weights, joint.means, joint.covariance) == pytest.approx(
        (alone.means[0], np.sqrt(alone.covariance[0, 0])), rel=CLOSED_FORM
    )


def test_without_clusters_the_error_is_sd_over_root_n():
    values = np.random.default_rng(1).normal(50, 10, (80, 1))
    estimate = estimate_means(values, Units(np.arange(80), 80, clustered=False))
    assert np.sqrt(estimate.covariance[0, 0]) == pytest.approx(values.std(ddof=1) / np.sqrt(80), rel=CLOSED_FORM)


def test_a_missing_part_plays_no_role_where_its_weight_is_zero():
    covariance = np.array([[4.0, np.nan], [np.nan, np.nan]])
    assert composite_mean(np.array([1.0, 0.0]), np.array([40.0, np.nan]), covariance) == (40.0, 2.0)


def test_unit_sums_do_not_need_sorted_units():
    units = Units(np.array([1, 0, 1]), 2, clustered=True)
    assert unit_sums(np.array([[1.0], [2.0], [4.0]]), units).tolist() == [[2.0], [5.0]]


def test_bootstrap_variance_of_a_mean_is_unbiased():
    totals = np.random.default_rng(5).normal(0, 3, 12)
    counts = np.concatenate(list(resample_blocks(12, 60_000, np.random.default_rng(1))))
    drawn = counts @ totals / counts.sum(axis=1)
    expected = totals.var(ddof=1) / 12
    # 60 000 draws: the relative standard error of a variance is about sqrt(2/60 000) = 0.6 %
    assert drawn.var() == pytest.approx(expected, rel=0.03)


def test_the_stream_does_not_depend_on_the_block_size(monkeypatch):
    whole = np.concatenate(list(resample_blocks(7, 50, np.random.default_rng(9))))
    monkeypatch.setattr("wxsat.diagnosis.sampling.BLOCK_CELLS", 21)
    pieces = list(resample_blocks(7, 50, np.random.default_rng(9)))
    assert len(pieces) > 10
    np.testing.assert_array_equal(np.concatenate(pieces), whole)


def test_few_units_are_resampled_as_they_are():
    units = Units(np.arange(50) % 10, 10, clustered=True)
    assert group_units(units, np.random.default_rng(1), limit=10) is units


def test_many_units_are_dealt_into_groups_of_equal_variance():
    values = np.random.default_rng(2).normal(50, 10, (40_000, 1))
    units = group_units(Units(np.arange(40_000), 40_000, clustered=False), np.random.default_rng(1))
    assert np.unique(np.bincount(units.codes)).tolist() == [10]
    grouped = np.sqrt(estimate_means(values, units).covariance[0, 0])
    # 4,000 groups: the relative standard error of a standard error is sqrt(1/8000) = 1.1 %
    assert grouped == pytest.approx(values.std() / 200, rel=0.035)


def test_members_of_a_cluster_stay_together():
    codes = np.repeat(np.arange(60), 5)
    grouped = group_units(Units(codes, 60, clustered=True), np.random.default_rng(1), limit=20)
    assert grouped.count == 20
    assert all(len(set(grouped.codes[codes == c])) == 1 for c in range(60))
