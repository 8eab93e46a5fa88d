"""The bootstrap as a whole: reproducible draws, lavaan's figures within Monte-Carlo error, honest counts."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wxsat.errors import DataError, EstimationError, UsageError
from wxsat.sem.bootstrap.bollen_stine import bollen_stine_p_value, data_under_model
from wxsat.sem.bootstrap.draws import draw_weights, left_out_moments, left_out_units, rows_to_resample, weighted_moments
from wxsat.sem.bootstrap.intervals import bootstrap_intervals, jackknife_acceleration
from wxsat.sem.bootstrap.plan import BLOCK, BootstrapOptions, bootstrap_table
from wxsat.sem.bootstrap.result import load_bootstrap, merge_bootstraps
from wxsat.sem.definitions import defined_parameters
from wxsat.sem.implied import implied_groups
from wxsat.sem.matrices import lay_out_groups
from wxsat.sem.moments import Moments
from wxsat.sem.parameter_table import parse_model

HERE = Path(__file__)
GOLDEN = json.loads((HERE.parents[3] / "golden" / "sem_bootstrap" / "sem_bootstrap.json").read_text(encoding="utf-8"))
_spec = importlib.util.spec_from_file_location("batched_newton_cases", HERE.parent / "test_batched_newton.py")
assert _spec is not None
assert _spec.loader is not None
cases = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(cases)

# lavaan's interval from lavaan's draws: the same arithmetic, only rounding.
SAME_DRAWS = 1e-8


@pytest.fixture(scope="module")
def hs() -> pd.DataFrame:
    import semopy.examples.holzinger39 as holzinger

    return holzinger.get_data()


@pytest.fixture(scope="module")
def democracy() -> pd.DataFrame:
    import semopy.examples.political_democracy as political

    return political.get_data()


def fitted(text, frame, **options):
    table = parse_model(text, **options)
    sample = cases.sample_of(table, frame)
    _, best = cases.alone(table, sample)
    assert best.converged
    return table, sample, best.theta


def column(result, name):
    return result.values[:, [q.name for q in result.listed].index(name)]


@pytest.mark.parametrize(
    ("ours", "theirs"), [("percentile", "perc"), ("basic", "basic"), ("normal", "norm"), ("bc", "bca.simple")]
)
def test_intervals_of_lavaans_draws(ours, theirs):
    draws = np.array(GOLDEN["intervals"]["draws"])
    table = GOLDEN["intervals"]["tables"][theirs]
    found = bootstrap_intervals(draws, np.array(table["est"]), ours)
    np.testing.assert_allclose(found[:, 0], table["ci.lower"], rtol=SAME_DRAWS)
    np.testing.assert_allclose(found[:, 1], table["ci.upper"], rtol=SAME_DRAWS)
    np.testing.assert_allclose(draws.std(axis=0), table["se"], rtol=SAME_DRAWS)


def test_bca_of_a_mean_is_efrons():
    # Closed form: the acceleration of a mean is skewness / (6 sqrt(n)).
    x = np.random.default_rng(4).exponential(size=80)
    left_out = (x.sum() - x)[:, None] / (len(x) - 1)
    skewness = np.mean((x - x.mean()) ** 3) / x.std() ** 3
    assert jackknife_acceleration(left_out)[0] == pytest.approx(skewness / (6 * np.sqrt(len(x))), rel=1e-9)


def test_bc_with_every_draw_on_one_side():
    draws = np.arange(1.0, 11.0)[:, None]
    assert bootstrap_intervals(draws, np.array([0.0]), "bc").tolist() == [[1.0, 1.0]]
    assert np.isnan(bootstrap_intervals(np.ones((9, 1)), np.array([1.0]), "bc")).all()


def test_draws_do_not_depend_on_workers_blocks_or_shards(democracy):
    table, sample, theta = fitted("ind60 =~ x1 + x2 + x3\ndem60 =~ y1 + y2 + y3 + y4\ndem60 ~ ind60", democracy)
    options = BootstrapOptions(draws=2 * BLOCK + 40, seed=11)
    whole = bootstrap_table(table, sample, theta, options)
    two = bootstrap_table(table, sample, theta, replace(options, workers=2))
    parts = [bootstrap_table(table, sample, theta, replace(options, shard=(i, 2))) for i in (2, 1)]
    for other in (two, merge_bootstraps(parts)):
        np.testing.assert_array_equal(other.values, whole.values)
        np.testing.assert_array_equal(other.chisq, whole.chisq)
    rows = rows_to_resample(sample)
    np.testing.assert_array_equal(draw_weights(rows, 11, [7])[0][0], draw_weights(rows, 11, range(20))[0][7])
    assert not np.array_equal(draw_weights(rows, 12, [7])[0], draw_weights(rows, 11, [7])[0])


def test_against_lavaans_bootstrap(democracy, shared_data):
    golden = json.loads(shared_data("reference/golden/measure/bootstrap_poldem.json").read_text())
    table, sample, theta = fitted(golden["model"], democracy)
    result = bootstrap_table(table, sample, theta, BootstrapOptions(draws=2000, seed=1))
    assert result.counts["failed"] == 0
    frame = result.intervals[result.intervals["scale"] == "raw"].set_index("name")
    for row in golden["perc"]:
        name = row["lhs"] if row["op"] == ":=" else row["lhs"] + row["op"] + row["rhs"]
        if name not in frame.index:
            continue
        ours = frame.loc[name]
        assert ours["estimate"] == pytest.approx(row["est"], rel=1e-4, abs=1e-4)
        # An SD from R draws errs by se / sqrt(2 R) (more with long tails), an end at 2.5 % by 2.7 se / sqrt(R).
        se = row["se"]
        assert abs(ours["std_error"] - se) < 5 * se / np.sqrt(2 * 1000)
        for end, theirs in (("ci_lower", "ci.lower"), ("ci_upper", "ci.upper")):
            assert abs(ours[end] - row[theirs]) < 4 * 2.7 * se / np.sqrt(1000) * np.sqrt(1.5)


def test_bollen_stine_against_lavaan(hs, shared_data):
    golden = json.loads(shared_data("reference/golden/measure/bollenstine_hs.json").read_text())
    table, sample, theta = fitted(cases.CFA, hs)
    result = bootstrap_table(table, sample, theta, BootstrapOptions(draws=1000, seed=3, method="bollen_stine"))
    assert result.full_chisq == pytest.approx(85.3055, abs=1e-4)
    assert result.p_value < 0.005
    for share, name in ((0.05, "5%"), (0.5, "50%"), (0.95, "95%")):
        # lavaan has 200 draws: its quantiles err by about 0.6, 0.6 and 1.6.
        reach = 4 * {"5%": 0.6, "50%": 0.6, "95%": 1.6}[name]
        assert abs(np.quantile(result.chisq, share) - golden["chisq_quantiles"][name]) < reach


def test_data_under_the_model_have_its_moments(hs):
    table, sample, theta = fitted(cases.MODELS["two groups"][0], hs, **cases.MODELS["two groups"][1])
    implied = implied_groups(lay_out_groups(table, sample), theta)
    for at, moments in zip(implied, data_under_model(sample, implied), strict=True):
        np.testing.assert_allclose(np.cov(moments.values.T, bias=True), at.sigma, atol=1e-10)
        np.testing.assert_allclose(moments.values.mean(axis=0), at.mu, atol=1e-10)
    assert bollen_stine_p_value(1.0, np.array([2.0, np.nan, 0.5])) == pytest.approx(2 / 3)


def test_quantities_are_those_of_each_draw(hs):
    text = cases.CFA + "speed ~ b*visual + c*textual\ntextual ~ a*visual\nind := a*c\nratio := ind/(ind + b)"
    table, sample, theta = fitted(text, hs)
    frame = pd.DataFrame(
        [
            {"outcome": "speed", "source": "visual", "kind": kind, "path": path}
            for kind, path in (("total", ""), ("indirect", ""), ("direct", ""),
                               ("specific", "visual -> textual -> speed"))
        ]
    )  # fmt: skip
    result = bootstrap_table(table, sample, theta, BootstrapOptions(draws=200, seed=2), frame)
    a, b, c = column(result, "textual~visual"), column(result, "speed~visual"), column(result, "speed~textual")
    np.testing.assert_allclose(column(result, "ind"), a * c, rtol=1e-10)
    np.testing.assert_allclose(column(result, "ratio"), a * c / (a * c + b), rtol=1e-10)
    np.testing.assert_allclose(column(result, "indirect(visual -> speed)"), a * c, rtol=1e-9)
    np.testing.assert_allclose(column(result, "specific(visual -> textual -> speed)"), a * c, rtol=1e-10)
    np.testing.assert_allclose(column(result, "total(visual -> speed)"), a * c + b, rtol=1e-9)
    # Standardised: by hand for one path, from the draw's own parameters.
    variance = column(result, "visual~~visual")
    total = a**2 * variance + column(result, "textual~~textual")
    np.testing.assert_allclose(column(result, "std(textual~visual)"), a * np.sqrt(variance / total), rtol=1e-10)
    np.testing.assert_allclose(
        column(result, "std(ind)"), column(result, "std(textual~visual)") * column(result, "std(speed~textual)"),
        rtol=1e-9,
    )  # fmt: skip
    assert result.estimate[[q.name for q in result.listed].index("ind")] == pytest.approx(
        defined_parameters(table, theta)[0][0]
    )


def test_clusters_come_whole_and_weights_with_their_rows(hs):
    table = parse_model("f =~ x1 + x2 + x3 + x4")
    values = hs[list(table.observed_names)].to_numpy()
    clusters = np.repeat(np.arange(43), 7)
    weights = np.random.default_rng(1).uniform(0.5, 2, size=301)
    weights *= 301 / weights.sum()
    mean = np.average(values, axis=0, weights=weights)
    moments = Moments(table.observed_names, np.cov(values.T, aweights=weights, bias=True), mean, 301, 301, values,
                      weights, clusters)  # fmt: skip
    rows = rows_to_resample([moments])
    drawn = draw_weights(rows, 1, range(30))[0]
    counts = drawn / weights
    assert np.allclose(counts, np.round(counts))
    assert all(len(set(np.round(counts[0, clusters == c], 8))) == 1 for c in range(43))
    again = weighted_moments(rows[0], drawn)
    np.testing.assert_allclose(again.covariance[3], np.cov(values.T, aweights=drawn[3], bias=True), rtol=1e-9)
    left = left_out_units(rows)
    assert len(left) == 43
    keep = clusters != 5
    without = left_out_moments(rows, [left[5]])[0]
    np.testing.assert_allclose(without.covariance[0], np.cov(values[keep].T, aweights=weights[keep], bias=True),
                               rtol=1e-9)  # fmt: skip
    np.testing.assert_allclose(without.mean[0], np.average(values[keep], axis=0, weights=weights[keep]), rtol=1e-9)


def test_groups_are_resampled_within(hs):
    table, sample, _ = fitted(cases.MODELS["two groups"][0], hs, **cases.MODELS["two groups"][1])
    drawn = draw_weights(rows_to_resample(sample), 1, range(4))
    assert [block.sum(axis=1).tolist() for block in drawn] == [[156.0] * 4, [145.0] * 4]
    assert table.n_groups == 2


def test_constraints_that_are_not_linear_are_fitted_one_by_one(hs):
    text = cases.CFA.replace("x2 + x3", "a*x2 + b*x3", 1) + "b == a^2"
    table = parse_model(text)
    sample = cases.sample_of(table, hs)
    from wxsat.sem.constrained import search_constrained
    from wxsat.sem.restrictions import table_constraints
    from wxsat.sem.start_values import good_starts

    objective, _ = cases.alone(parse_model(cases.CFA), sample)
    theta = search_constrained(objective, table_constraints(table), good_starts(table, sample)).theta
    result = bootstrap_table(table, sample, theta, BootstrapOptions(draws=20, seed=1))
    assert result.counts["alone"] == 20
    np.testing.assert_allclose(column(result, "visual=~x3"), column(result, "visual=~x2") ** 2, atol=1e-7)


def test_small_samples_are_counted_not_hidden(hs):
    table, sample, theta = fitted(cases.CFA, hs.iloc[::6])
    result = bootstrap_table(table, sample, theta, BootstrapOptions(draws=300, seed=1))
    counts = result.counts
    assert counts["inadmissible"] > 0
    assert counts["used"] == counts["drawn"] - counts["failed"]
    dropped = replace(result, inadmissible="drop")
    assert dropped.counts["used"] == counts["used"] - counts["inadmissible"]
    codes = {f.code for f in result.findings}
    assert {"SEM-151", "SEM-152"} <= codes
    assert result.draws["chisq"].notna().sum() == counts["used"]


def test_hardly_any_draw_converges(hs):
    table, sample, theta = fitted(cases.CFA, hs)
    few = [replace(m, values=np.repeat(m.values[:9], 3, axis=0), n_obs=27) for m in sample]
    with pytest.raises(EstimationError, match="SEM-058"):
        bootstrap_table(table, few, theta, BootstrapOptions(draws=20, seed=1))


def test_saved_and_read_again(hs, tmp_path):
    table, sample, theta = fitted("f =~ x1 + x2 + x3 + x4", hs)
    result = bootstrap_table(table, sample, theta, BootstrapOptions(draws=50, seed=1, kind="bca"))
    result.save(tmp_path / "part.json")
    again = load_bootstrap(tmp_path / "part.json")
    pd.testing.assert_frame_equal(again.intervals, result.intervals)
    (tmp_path / "other.json").write_text("{}")
    with pytest.raises(DataError, match="SEM-057"):
        load_bootstrap(tmp_path / "other.json")
    with pytest.raises(UsageError, match="draw 0 is in two shards"):
        merge_bootstraps([result, again])
    with pytest.raises(UsageError, match="not of one bootstrap"):
        merge_bootstraps([result, replace(again, seed=2)])


REFUSED = {
    "kind": {"kind": "percentil"},
    "level": {"level": 95.0},
    "method": {"method": "parametric"},
    "draws": {"draws": 1},
    "seed": {"seed": -1},
    "workers": {"workers": 0},
    "shard": {"shard": (3, 2)},
    "shards": {"shard": (1, 99)},
}


@pytest.mark.parametrize("name", REFUSED)
def test_options_without_meaning_are_refused(name):
    with pytest.raises(UsageError, match="SEM-056"):
        BootstrapOptions(**REFUSED[name]).checked()


def test_data_that_cannot_be_resampled(hs):
    table, sample, theta = fitted("f =~ x1 + x2 + x3 + x4", hs)
    with pytest.raises(UsageError, match="SEM-054"):
        bootstrap_table(table, [replace(sample[0], values=None)], theta)
    holes = sample[0].values.copy()
    holes[0, 0] = np.nan
    with pytest.raises(UsageError, match="SEM-055"):
        bootstrap_table(table, [replace(sample[0], values=holes)], theta)
