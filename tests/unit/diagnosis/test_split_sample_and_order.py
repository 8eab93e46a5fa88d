"""Split sample, confounders, Shapley, orders and hypotheses: closed forms and worlds with a known truth."""

import numpy as np
import pytest

from wxsat.diagnosis.confounder import confounded, confounder_grid, vanishing_strength
from wxsat.diagnosis.hypotheses import holm, judge_association, judge_path
from wxsat.diagnosis.sequence import best_orders
from wxsat.diagnosis.shapley import shapley_values, subset_r2
from wxsat.diagnosis.split_sample import split_sample, variance_components


def _world(rng, between, method, accounts=60, size=30):
    """Accounts differ in D; Y follows D between accounts by `between`, and both carry a person's own mood."""
    code = np.repeat(np.arange(accounts), size)
    level = rng.normal(size=accounts)[code]
    mood = rng.normal(size=len(code))
    d = 0.6 * level + method * mood + np.sqrt(1 - method**2) * rng.normal(size=len(code))
    y = between * 0.6 * level - method * mood + np.sqrt(1 - method**2) * rng.normal(size=len(code))
    return d, y, code


def test_common_method_alone_is_named():  # S4: same-person r = -.4 inside accounts, nothing between them
    found = split_sample(*_world(np.random.default_rng(4), 0.0, 0.632))
    assert found.same_person < -0.2
    assert abs(found.ratio) < 0.5
    assert found.verdict == "mostly common-source"


def test_a_true_effect_of_accounts_is_carried():
    d, _, code = _world(np.random.default_rng(5), 0.0, 0.0)
    y = -0.5 * d + np.random.default_rng(6).normal(size=len(d))
    found = split_sample(d, y, code)
    assert found.cross_person == pytest.approx(-0.5, abs=0.15)  # sampling error of 60 accounts
    assert found.verdict == "carried across respondents"


def test_accounts_that_do_not_differ_say_nothing():
    rng = np.random.default_rng(7)
    d = rng.normal(size=1200)
    assert split_sample(d, -d, np.repeat(np.arange(40), 30)).verdict == "undetermined"


def test_sparse_accounts_say_nothing():  # S7
    found = split_sample(*_world(np.random.default_rng(8), -0.5, 0.0, accounts=60, size=8))
    assert found.n_accounts == 0
    assert found.verdict == "undetermined"


def test_disattenuation_is_unbiased():
    # 40 worlds of slope -.5 between and within: the mean estimate within three of its standard errors
    values = []
    for seed in range(40):
        d, _, code = _world(np.random.default_rng(seed), 0.0, 0.0)
        y = -0.5 * d + np.random.default_rng(1000 + seed).normal(size=len(d))
        values.append(split_sample(d, y, code, splits=20).cross_person)
    assert abs(np.mean(values) + 0.5) < 3 * np.std(values, ddof=1) / np.sqrt(40)


def test_variance_components_by_hand():
    assert variance_components(np.array([1.0, 3.0, 5.0, 7.0]), np.array([0, 0, 1, 1])) == (7.0, 2.0)


def test_a_confounder_of_the_vanishing_strength_leaves_nothing():
    r = -0.37
    assert confounded(r, vanishing_strength(r), vanishing_strength(r)) == pytest.approx(0.0, abs=1e-12)
    grid = confounder_grid(r).set_index(["with_cause", "with_outcome"])["partial"]
    assert grid[(0.0, 0.0)] == pytest.approx(r)
    assert grid[(0.4, 0.4)] == pytest.approx((r + 0.16) / (1 - 0.16))


def test_shares_of_independent_players_are_their_own_r2():
    covariance = np.eye(4)[None]
    covariance[0, 3, :3] = covariance[0, :3, 3] = (0.5, 0.3, 0.1)
    worth = subset_r2(covariance, [[0], [1], [2]], 3)
    assert shapley_values(worth)[0] == pytest.approx([0.25, 0.09, 0.01])
    assert shapley_values(worth, [0, 1, 2])[0] == pytest.approx([0.25, 0.09, 0.01])


def test_a_root_that_acts_through_another_counts_in_causal_order_alone():
    # x -> m -> y, no direct path: r_xm = .6, r_my = .5, r_xy = .3
    covariance = np.array([[[1, 0.6, 0.3], [0.6, 1, 0.5], [0.3, 0.5, 1]]])
    worth = subset_r2(covariance, [[0], [1]], 2)
    assert shapley_values(worth)[0] == pytest.approx([0.045, 0.205])
    assert shapley_values(worth, [0, 1])[0] == pytest.approx([0.09, 0.16])


def test_a_covariance_that_is_none_gives_no_share():
    assert np.isnan(subset_r2(np.array([[[1, 2, 0.5], [2, 1, 0.5], [0.5, 0.5, 1]]]), [[0], [1]], 2)).all()


def test_greedy_and_exact_orders_can_differ():
    # 0 gains most alone, but 1 and 2 together gain far more than either with 0
    worth = np.array([[0.0, 3.0, 2.9, 3.1, 2.9, 3.1, 9.0, 9.2]])
    assert best_orders(worth).greedy[0, 0] == 0
    assert best_orders(worth).exact[0].tolist() == [1, 2, 0]


def test_holm_is_r_p_adjust():
    # p.adjust(c(.01, .04, .03, .005), "holm") in R
    assert holm([0.01, 0.04, 0.03, 0.005, np.nan])[:4] == pytest.approx([0.03, 0.06, 0.06, 0.02])


@pytest.mark.parametrize(
    ("interval", "p", "verdict"),
    [
        ((0.2, 0.4), 0.001, "supported"),
        ((-0.4, -0.2), 0.001, "refuted"),
        ((-0.05, 0.09), 0.5, "refuted"),
        ((-0.1, 0.3), 0.3, "undetermined"),
        ((np.nan, np.nan), np.nan, "undetermined"),
    ],
)
def test_verdicts_on_a_positive_path(interval, p, verdict):
    assert judge_path("+", float(np.mean(interval)), p, *interval) == verdict


def test_a_claim_about_accounts_can_fall():
    rng = np.random.default_rng(3)
    x = rng.normal(size=200)
    assert judge_association("c", x, x + rng.normal(size=200), "-", "")["verdict"] == "refuted"
    assert judge_association("c", x, -x + rng.normal(size=200), "-", "")["verdict"] == "supported"
    assert judge_association("c", x[:10], x[:10], "-", "")["verdict"] == "undetermined"


def test_false_support_under_a_null_world():
    rng = np.random.default_rng(9)
    found = [judge_association("c", *rng.normal(size=(2, 60)), "-", "")["verdict"] for _ in range(600)]
    # one-sided 2.5 %: 600 draws, three standard errors
    assert found.count("supported") / 600 <= 0.025 + 3 * np.sqrt(0.025 * 0.975 / 600)
