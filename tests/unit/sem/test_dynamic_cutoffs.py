"""Dynamic cut-offs: what is simulated is what is said, and the cut-offs separate right from wrong."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from wxsat.errors import UsageError
from wxsat.sem.dynamic_cutoffs import _indices, _sample_covariance, _spoilt, _standardised, _Study, dynamic_cutoffs
from wxsat.sem.fit import fit_sem

THREE = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
ONE = "g =~ " + " + ".join(f"x{i}" for i in range(1, 10))


@pytest.fixture(scope="module")
def hs() -> pd.DataFrame:
    import semopy.examples.holzinger39 as holzinger

    return holzinger.get_data()


@pytest.fixture(scope="module")
def three(hs):
    return fit_sem(THREE, hs, engine="native")


def test_indices_are_those_of_a_fit(hs, three):
    value = three.fit_measures["chisq"] / three.n_obs
    found = _indices(three.sample_covariance[None], three.implied_covariance[None], np.array([value]), three.n_obs, 24)[
        0
    ]
    np.testing.assert_allclose(found, [three.fit_measures[k] for k in ("srmr", "rmsea", "cfi")], rtol=1e-9)


def test_samples_have_the_distribution_of_covariances():
    sigma = np.array([[1.0, 0.5], [0.5, 2.0]])
    study = _Study(None, None, np.linalg.cholesky(sigma), 50, 1, 3)
    draws = np.stack([_sample_covariance(study, i) for i in range(4000)])
    # E S = Sigma (N - 1) / N, Var s12 = (s11 s22 + s12^2) (N - 1) / N^2; 4 standard errors of 4,000 draws.
    error = np.sqrt((1.0 * 2.0 + 0.25) * 49 / 50**2)
    assert abs(draws[:, 0, 1].mean() - 0.5 * 49 / 50) < 4 * error / np.sqrt(4000)
    assert draws[:, 0, 1].std() == pytest.approx(error, rel=4 / np.sqrt(2 * 4000))


def test_populations_are_standardised_and_spoilt_as_said(hs, three):
    truth = _standardised(three, three.table)
    np.testing.assert_allclose(np.diag(truth.covariance), 1.0, atol=1e-10)
    sd = np.sqrt(np.diag(three.implied_covariance))
    np.testing.assert_allclose(truth.covariance, three.implied_covariance / np.outer(sd, sd), atol=1e-10)
    levels = _spoilt(truth, three.table)
    assert len(levels) == 2
    for k, (_, population) in enumerate(levels, start=1):
        np.testing.assert_allclose(np.diag(population.covariance), 1.0, atol=1e-10)
        assert np.count_nonzero(population.loadings) == 9 + k
    one = fit_sem(ONE, hs, engine="native")
    truth = _standardised(one, one.table)
    pairs = [np.count_nonzero(np.triu(p.residual, 1)) for _, p in _spoilt(truth, one.table)]
    assert pairs == [1, 3, 4]


def test_cutoffs_separate(three):
    found = dynamic_cutoffs(three, replications=200, seed=4)
    simulated = found.simulated
    assert simulated["level"].value_counts().min() >= 195
    true = simulated[simulated["level"] == 0]
    # Unbiased at the truth: the mean of chi-square is its df, hence RMSEA is small.
    assert true["rmsea"].median() < 0.03
    for _, row in found.cutoffs.iterrows():
        spoilt = simulated[simulated["level"] == row["level"]]
        for name, sign in (("srmr", 1), ("rmsea", 1), ("cfi", -1)):
            if np.isfinite(row[name]):
                share = row[f"{name}_power"]
                assert np.mean(sign * spoilt[name] >= sign * row[name]) == pytest.approx(share, abs=0.01)
                assert np.mean(sign * true[name] > sign * row[name]) <= 1 - share + 0.01
    assert found.cutoffs["rmsea"].notna().any()
    assert found.observed["cfi"] == pytest.approx(three.fit_measures["cfi"])


def test_same_seed_same_cutoffs_whoever_works(three):
    first = dynamic_cutoffs(three, replications=150, seed=4)
    again = dynamic_cutoffs(three, replications=150, seed=4, workers=2)
    pd.testing.assert_frame_equal(first.cutoffs, again.cutoffs)
    other = dynamic_cutoffs(three, replications=150, seed=5)
    assert not other.simulated.equals(first.simulated)


def test_larger_n_needs_less_misfit_to_be_seen(three):
    small = dynamic_cutoffs(three, replications=100, n_obs=120).simulated
    large = dynamic_cutoffs(three, replications=100, n_obs=2000).simulated
    assert large.query("level == 0")["srmr"].mean() < small.query("level == 0")["srmr"].mean() / 3


REFUSED = {
    "regressions": (THREE + "\nspeed ~ visual", {}),
    "groups": (THREE, {"group": "school"}),
    "second order": (THREE + "\ng =~ visual + textual + speed", {}),
    "cross-loading": (THREE + "\nvisual =~ x9", {}),
}


@pytest.mark.parametrize("name", REFUSED)
def test_other_models_are_refused(hs, name):
    model, options = REFUSED[name]
    with pytest.raises(UsageError, match="SEM-059"):
        dynamic_cutoffs(fit_sem(model, hs, engine="native", **options))
