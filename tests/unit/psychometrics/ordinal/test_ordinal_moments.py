"""What lavaan cannot witness: empty cells, exact agreement, clusters, precision, and what is refused."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtri

from wxsat.errors import DataError, EstimationError
from wxsat.psychometrics.ordinal import influence
from wxsat.psychometrics.ordinal import moments as moments_module
from wxsat.psychometrics.ordinal.answers import observed_categories
from wxsat.psychometrics.ordinal.bivariate_normal import bivariate_cdf
from wxsat.psychometrics.ordinal.correlations import polychoric_correlations
from wxsat.psychometrics.ordinal.moments import OrdinalMoments, evaluate_ordinal_moments

NAN = float("nan")
# Newton's method ends where a further step would be below 1e-16.
CONVERGED = 1e-12
# Same sums in another order.
ROUNDING = 1e-10


def _answers(n: int = 300, p: int = 4, seed: int = 1, rho: float = 0.5) -> np.ndarray:
    rng = np.random.default_rng(seed)
    latent = np.sqrt(rho) * rng.normal(size=(n, 1)) + np.sqrt(1 - rho) * rng.normal(size=(n, p))
    return np.digitize(latent, [-1.0, 0.1, 0.9]).astype(float) + 1


def _evaluate(values: np.ndarray, **options: Any) -> OrdinalMoments:
    names = [f"u{index + 1}" for index in range(values.shape[1])]
    return evaluate_ordinal_moments(values, names, [True] * values.shape[1], **options)


def _table_rows(table: list[list[int]]) -> np.ndarray:
    return np.array([(i, j) for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)], float)


def test_two_by_two_reproduces_its_table() -> None:
    found = polychoric_correlations(_table_rows([[30, 20], [15, 35]]))
    h, k = found.thresholds["x1"][0], found.thresholds["x2"][0]
    assert float(bivariate_cdf(h, k, found.correlation[0, 1])) == pytest.approx(0.30, abs=CONVERGED)


@pytest.mark.parametrize(
    ("table", "share"),
    [([[30, 120], [50, 0]], 30.5 / 200), ([[145, 5], [0, 50]], 144.5 / 200), ([[0, 60], [60, 80]], 0.5 / 200)],
)
def test_one_empty_cell_of_four_gets_half_a_person(table: list[list[int]], share: float) -> None:
    # The first table is one that lavaan 0.6-14 leaves at its bound of -.999 (its optimiser, not its rule).
    rows = _table_rows(table)
    found = polychoric_correlations(rows)
    total, first, second = len(rows), (rows[:, 0] == 0).mean(), (rows[:, 1] == 0).mean()
    reached = float(bivariate_cdf(ndtri(first), ndtri(second), found.correlation[0, 1]))
    assert reached == pytest.approx(share, abs=CONVERGED)
    assert found.findings[0].code == "MEAS-130"
    assert found.empty_tables[0].corrected
    assert found.n_obs == total


def test_empty_cells_of_a_larger_table_are_named_and_left() -> None:
    found = polychoric_correlations(_table_rows([[20, 10, 0], [8, 20, 9], [0, 12, 20]]))
    assert [finding.code for finding in found.findings] == ["MEAS-130"]
    assert "x1 = 0 with x2 = 2" in found.findings[0].message
    assert found.findings[0].evidence["n_empty"] == 2
    assert not found.empty_tables[0].corrected


def test_answers_that_decide_each_other() -> None:
    rows = _table_rows([[30, 0], [0, 20]])
    assert polychoric_correlations(rows).correlation[0, 1] == 1
    assert polychoric_correlations(_table_rows([[0, 30], [20, 0]])).correlation[0, 1] == -1
    with pytest.raises(DataError, match="u1 and u2 answer for one another") as caught:
        _evaluate(rows)
    assert caught.value.code == "MEAS-036"


def test_near_one_is_said() -> None:
    rng = np.random.default_rng(3)
    latent = rng.normal(size=2000)
    rows = np.column_stack([np.digitize(latent + 0.05 * rng.normal(size=2000), [-0.8, 0.3, 1]) for _ in range(2)])
    found = polychoric_correlations(rows.astype(float))
    assert found.correlation[0, 1] == pytest.approx(1 / 1.0025, abs=3e-3)
    assert "MEAS-132" in {finding.code for finding in found.findings}


def test_true_correlations_are_recovered_with_their_standard_errors() -> None:
    moments = _evaluate(_answers(40_000, rho=0.5), full_nacov=False)
    assert moments.nacov_diagonal is not None
    errors = np.sqrt(moments.nacov_diagonal / moments.n_obs)
    truth = np.concatenate([np.tile([-1.0, 0.1, 0.9], 4), np.full(6, 0.5)])
    # 18 statistics: beyond 4 standard errors by chance once in a thousand runs.
    assert np.abs((moments.statistics - truth) / errors).max() < 4


def test_singleton_clusters_are_no_clusters() -> None:
    values = _answers()
    plain, clustered = _evaluate(values), _evaluate(values, clusters=np.arange(300))
    assert plain.nacov is not None
    np.testing.assert_allclose(clustered.nacov, plain.nacov * 300 / 299, rtol=ROUNDING, atol=ROUNDING)
    diagonal = _evaluate(values, clusters=np.arange(300), full_nacov=False)
    np.testing.assert_allclose(diagonal.nacov_diagonal, clustered.nacov_diagonal, rtol=ROUNDING)


@pytest.mark.parametrize("kind", ["ordinal", "mixed", "conditional"])
def test_a_weight_is_a_cluster_of_copies(kind: str) -> None:
    """Weighted scores squared (the sandwich) and scores summed over copies are the same sums."""
    rng = np.random.default_rng(7)
    values, copies = _answers(250), rng.integers(1, 4, 250)
    x = rng.normal(size=(250, 1)) if kind == "conditional" else np.zeros((250, 0))
    ordered = [True] * 4
    if kind == "mixed":
        values[:, 1] += rng.normal(size=250)
        ordered[1] = False
    names, xs = ["a", "b", "c", "d"], ["x"][: x.shape[1]]
    weighted = evaluate_ordinal_moments(values, names, ordered, exogenous=x, exogenous_names=xs, weights=copies)
    rows = np.repeat(np.arange(250), copies)
    shuffled = rng.permutation(rows)
    copied = evaluate_ordinal_moments(
        values[shuffled], names, ordered, exogenous=x[shuffled], exogenous_names=xs, clusters=shuffled
    )
    np.testing.assert_allclose(weighted.statistics, copied.statistics, atol=ROUNDING)
    assert weighted.nacov is not None
    assert copied.nacov is not None
    np.testing.assert_allclose(
        weighted.nacov / weighted.n_obs * 250 / 249, copied.nacov / copied.n_obs, rtol=1e-9, atol=ROUNDING
    )


def test_scale_of_weights_and_weights_of_zero_do_not_matter() -> None:
    values, weights = _answers(), np.random.default_rng(2).uniform(0.2, 3, 300)
    first, second = _evaluate(values, weights=weights), _evaluate(values, weights=weights * 17)
    np.testing.assert_allclose(first.nacov, second.nacov, rtol=ROUNDING)
    more = np.vstack([values, _answers(50, seed=9)])
    third = _evaluate(more, weights=np.concatenate([weights, np.zeros(50)]))
    np.testing.assert_allclose(third.statistics, first.statistics, atol=ROUNDING)
    assert third.n_obs == 300
    assert third.n_read == 350


def test_codes_are_only_an_order() -> None:
    values = _answers()
    other = np.array([NAN, -3, 0, 7.5, 40])[values.astype(int)]
    np.testing.assert_allclose(_evaluate(other).statistics, _evaluate(values).statistics, atol=1e-15)


def test_pairwise_without_holes_is_listwise_and_rows_without_answers_are_dropped() -> None:
    values = _answers()
    blank = np.vstack([values, np.full((5, 4), NAN)])
    listwise, pairwise = _evaluate(values), _evaluate(blank, missing="pairwise")
    np.testing.assert_allclose(pairwise.nacov, listwise.nacov, rtol=ROUNDING, atol=ROUNDING)
    assert pairwise.n_obs == 300
    values[:40, 2] = NAN
    assert _evaluate(values, missing="pairwise").pair_n[0, 2] == 260
    assert _evaluate(values).n_obs == 260


def test_reversing_an_item_turns_signs() -> None:
    values = _answers()
    turned = values.copy()
    turned[:, 0] = 5 - turned[:, 0]
    first, second = _evaluate(values), _evaluate(turned)
    np.testing.assert_allclose(second.thresholds[0], -first.thresholds[0][::-1], atol=CONVERGED)
    np.testing.assert_allclose(second.covariance[0, 1:], -first.covariance[0, 1:], atol=1e-9)


def test_single_precision_of_many_rows_stays_below_a_hundred_thousandth(monkeypatch: pytest.MonkeyPatch) -> None:
    values = _answers(6000)
    double = _evaluate(values).nacov
    monkeypatch.setattr(influence, "SINGLE_FROM", 1000)
    monkeypatch.setattr(influence, "BLOCK_NUMBERS", 20_000)
    single = _evaluate(values).nacov
    assert double is not None
    assert single is not None
    scale = np.sqrt(np.outer(np.diag(double), np.diag(double)))
    assert 0 < np.abs((single - double) / scale).max() < 1e-5


@pytest.mark.parametrize("clustered", [False, True])
def test_blocks_do_not_change_sums(monkeypatch: pytest.MonkeyPatch, clustered: bool) -> None:
    values = _answers()
    clusters = np.random.default_rng(5).integers(0, 40, 300) if clustered else None
    whole = _evaluate(values, clusters=clusters).nacov
    monkeypatch.setattr(influence, "BLOCK_NUMBERS", 18 * 7)
    np.testing.assert_allclose(_evaluate(values, clusters=clusters).nacov, whole, rtol=ROUNDING, atol=ROUNDING)


def test_few_clusters_are_said() -> None:
    found = _evaluate(_answers(), clusters=np.arange(300) % 12)
    assert found.n_clusters == 12
    assert "MEAS-134" in {finding.code for finding in found.findings}


def test_a_category_that_a_group_never_uses() -> None:
    values = _answers()
    names = ["u1", "u2", "u3", "u4"]
    categories = observed_categories(values, names, [True] * 4)
    group = values[(values[:, 0] > 1) & (values[:, 2] < 4)]
    with pytest.raises(DataError) as caught:
        _evaluate(group, categories=categories, group="rural")
    assert [fault.code for fault in caught.value.faults] == ["MEAS-030", "MEAS-030"]
    first = caught.value.faults[0]
    assert "nobody in group rural answered category 1 of u1" in first.message
    assert "Collapse category 1 of u1" in first.hint


def test_an_answer_that_is_no_category() -> None:
    with pytest.raises(DataError, match="u1 takes 4, not among 1, 2, 3") as caught:
        _evaluate(_answers(), categories=[(1, 2, 3)] + [(1, 2, 3, 4)] * 3)
    assert caught.value.code == "MEAS-039"


def _constant(values: np.ndarray) -> np.ndarray:
    values[:, 1] = 2
    return values


def _measured(values: np.ndarray) -> np.ndarray:
    values[:, 1] = np.arange(300)
    return values


def _apart(values: np.ndarray) -> np.ndarray:
    values[:150, 0] = values[149:, 1] = NAN
    return values


@pytest.mark.parametrize(
    ("spoil", "options", "code", "words"),
    [
        (_constant, {}, "MEAS-031", "u2 takes the single value 2"),
        (_measured, {}, "MEAS-032", "u2 takes 300 values, from 0 to 299"),
        (None, {"weights": np.full(300, -1.0)}, "MEAS-033", "300 of 300 weights"),
        (None, {"weights": np.zeros(300)}, "MEAS-033", "all weights are zero"),
        (None, {"exogenous": np.ones((300, 1)), "exogenous_names": ["x"]}, "MEAS-034", "x has no variance"),
        (
            None,
            {"exogenous": np.outer(np.arange(300.0), [1, 2]), "exogenous_names": ["x", "z"]},
            "MEAS-034",
            "x, z follow from each other",
        ),
        (lambda values: values * NAN, {}, "MEAS-035", "0 of 300 rows"),
        (_apart, {"missing": "pairwise"}, "MEAS-035", "u1 and u2 were both answered by 0 rows"),
        (None, {"missing": "fiml"}, "MEAS-039", "full information"),
        (None, {"clusters": np.ones(300)}, "MEAS-039", "one cluster"),
        (None, {"clusters": np.full(300, NAN)}, "MEAS-039", "name no cluster"),
        (None, {"clusters": np.ones(7)}, "MEAS-039", "clusters have shape (7,)"),
        (lambda values: values / 0, {}, "MEAS-039", "infinite"),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_what_is_refused(spoil: Any, options: dict[str, Any], code: str, words: str) -> None:
    values = _answers()
    with pytest.raises(DataError) as caught:
        _evaluate(values if spoil is None else spoil(values), **options)
    assert caught.value.code == code
    assert words in str(caught.value)


def test_names_and_numeric_columns_are_checked() -> None:
    values = _answers()
    with pytest.raises(DataError, match="occur twice: a"):
        evaluate_ordinal_moments(values, ["a", "a", "b", "c"], [True] * 4)
    values[:, 3] = 7
    with pytest.raises(DataError, match="d has no variance") as caught:
        evaluate_ordinal_moments(values, ["a", "b", "c", "d"], [True, True, True, False])
    assert caught.value.code == "MEAS-037"


def test_an_exogenous_variable_that_decides_the_answer() -> None:
    values = _answers()
    x = (values[:, :1] > 2).astype(float)
    with pytest.raises(EstimationError, match="probit regression of u1") as caught:
        _evaluate(values, exogenous=x, exogenous_names=["x"])
    assert caught.value.code == "MEAS-038"


def test_units_of_an_exogenous_variable_do_not_matter() -> None:
    rng = np.random.default_rng(8)
    x = rng.normal(size=(300, 1))
    values = np.digitize(_answers() + x, [1.5, 2.5, 3.5]).astype(float)
    plain = _evaluate(values, exogenous=x, exogenous_names=["x"])
    money = _evaluate(values, exogenous=1e5 * x + 3e6, exogenous_names=["x"])
    np.testing.assert_allclose(money.slopes * 1e5, plain.slopes, rtol=1e-7)
    np.testing.assert_allclose(money.covariance, plain.covariance, atol=1e-8)


def test_equal_rows_may_be_computed_once_or_each(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(12)
    x, values = rng.integers(0, 3, (300, 1)).astype(float), _answers()
    values[:30, 1] = NAN
    options: dict[str, Any] = {"exogenous": x, "exogenous_names": ["x"], "missing": "pairwise"}
    once = _evaluate(values, **options)
    monkeypatch.setattr(moments_module, "find_patterns", lambda exogenous: None)
    each = _evaluate(values, **options)
    np.testing.assert_allclose(once.statistics, each.statistics, atol=CONVERGED)
    np.testing.assert_allclose(once.nacov, each.nacov, rtol=ROUNDING, atol=ROUNDING)


def test_moments_pickle() -> None:
    moments = _evaluate(_answers())
    again = pickle.loads(pickle.dumps(moments))
    np.testing.assert_array_equal(again.nacov, moments.nacov)


@pytest.mark.slow
@pytest.mark.parametrize("mixed", [False, True])
def test_clustered_and_weighted_errors_are_the_spread_over_samples(mixed: bool) -> None:
    """120 clusters of 2 to 14 rows, a quarter of the factor and 15 % of each error shared within a cluster."""
    rng = np.random.default_rng(11)
    loadings, draws = np.array([0.8, 0.7, 0.6, 0.75]), 600
    found, robust, naive = [], [], []
    for _ in range(draws):
        clusters = np.repeat(np.arange(120), rng.integers(2, 15, 120))
        rows = len(clusters)
        factor = np.sqrt(0.25) * rng.normal(size=(120, 1))[clusters] + np.sqrt(0.75) * rng.normal(size=(rows, 1))
        error = np.sqrt(0.15) * rng.normal(size=(120, 4))[clusters] + np.sqrt(0.85) * rng.normal(size=(rows, 4))
        latent = loadings * factor + np.sqrt(1 - loadings**2) * error
        values = np.digitize(latent, [-1.0, 0.2, 1.1]).astype(float)
        if mixed:
            values[:, 1] = latent[:, 1]
        ordered, weights = [True, not mixed, True, True], rng.uniform(0.5, 2, rows)
        options: dict[str, Any] = {"weights": weights, "full_nacov": False}
        with_clusters = evaluate_ordinal_moments(values, list("abcd"), ordered, clusters=clusters, **options)
        without = evaluate_ordinal_moments(values, list("abcd"), ordered, **options)
        found.append(with_clusters.statistics)
        robust.append(with_clusters.nacov_diagonal / with_clusters.n_obs)  # type: ignore[operator]
        naive.append(without.nacov_diagonal / without.n_obs)  # type: ignore[operator]
    statistics, spread = np.array(found), np.std(found, axis=0, ddof=1)
    # A standard deviation of 600 draws is known to 3 %; 17 of them at once to 9 %.
    np.testing.assert_allclose(np.sqrt(np.mean(robust, axis=0)) / spread, 1, atol=0.09)
    covered = np.abs(statistics - statistics.mean(axis=0)) < 1.96 * np.sqrt(robust)
    assert 0.92 < covered.mean() < 0.97
    # Rows taken for independent: errors of the thresholds a fifth too small at least.
    assert (np.sqrt(np.mean(naive, axis=0)) / spread)[:5].max() < 0.85
