"""What was made fast gives what the plain way gives."""

import pickle

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import chndtr

from wxsat.sem.bootstrap.workers import over_blocks
from wxsat.sem.fit import fit_sem
from wxsat.sem.fit_measures.rmsea import rmsea_interval
from wxsat.sem.implied import reach_of
from wxsat.sem.matrices import lay_out
from wxsat.sem.parameter_table import parse_model
from wxsat.sem.restrictions import Restrictions, unrestricted
from wxsat.sem.robust.inverse import definite_inverse


def spread(size: int, seed: int = 3) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(3 * size, size))
    return rows.T @ rows / len(rows)


def test_inverse_and_determinant_are_those_of_numpy():
    matrix = spread(12)
    inverse, log_det = definite_inverse(matrix)
    np.testing.assert_allclose(inverse, np.linalg.inv(matrix), rtol=1e-10)
    assert np.array_equal(inverse, inverse.T)
    assert log_det == pytest.approx(np.linalg.slogdet(matrix)[1], rel=1e-12)


@pytest.mark.parametrize("bad", [np.diag([1.0, -1.0]), np.ones((2, 2)), np.full((2, 2), np.nan)])
def test_what_is_not_positive_definite_is_refused(bad):
    with pytest.raises(np.linalg.LinAlgError):
        definite_inverse(bad)


def test_reach_needs_the_acting_variables_alone():
    a = np.zeros((7, 7))
    a[:3, 5], a[3:5, 6], a[6, 5], a[5, 6] = [1.0, 0.7, 0.9], [1.0, 0.8], 0.4, 0.2  # with a feedback loop
    np.testing.assert_allclose(reach_of(a, np.array([5, 6])), np.linalg.inv(np.eye(7) - a), rtol=1e-12)
    assert np.array_equal(reach_of(np.zeros((3, 3)), np.zeros(0, dtype=np.intp)), np.eye(3))


def test_covariance_of_a_nearly_singular_information_is_not_made_to_look_sound():
    information = spread(4)
    information[3] = information[:, 3] = information[:, 2]
    information[3, 3] = information[2, 2] * (1 + 1e-13)
    assert not np.abs(unrestricted(4).covariance(information)).max() < 1e8
    plain = Restrictions(np.eye(4), np.zeros(4))
    sound = spread(4)
    np.testing.assert_allclose(unrestricted(4).covariance(sound), plain.covariance(sound), rtol=1e-12)


def test_cells_are_shared_only_where_no_sample_enters_them():
    latent, covariates = parse_model("f =~ x1 + x2 + x3"), parse_model("y ~ a + b")
    assert lay_out(latent, np.eye(3)) is lay_out(latent, 2.0 * np.eye(3))
    assert not np.array_equal(lay_out(covariates, np.eye(3)).fixed_s, lay_out(covariates, 2.0 * np.eye(3)).fixed_s)


@pytest.mark.parametrize(("statistic", "df"), [(620.0, 573.0), (85.3, 24.0), (9.1, 2.0), (40.0, 41.0)])
def test_interval_of_rmsea_solves_its_equation(statistic, df):
    size = 500.0

    def end(probability: float) -> float:
        if chndtr(statistic, df, 0.0) <= probability:
            return 0.0
        found = brentq(lambda nc: chndtr(statistic, df, nc) - probability, 0.0, 10 * statistic, xtol=1e-12)
        return float(np.sqrt(found / (size * df)))

    assert rmsea_interval(statistic, df, size) == pytest.approx((end(0.95), end(0.05)), rel=1e-9, abs=1e-9)


def test_views_are_computed_once_and_survive_pickling():
    generator = np.random.default_rng(1)
    import pandas as pd

    f = generator.normal(size=(200, 1))
    frame = pd.DataFrame(f + generator.normal(size=(200, 4)), columns=list("abcd"))
    result = fit_sem("f =~ a + b + c + d", frame)
    assert result.residuals is result.residuals
    copied = pickle.loads(pickle.dumps(result))
    pd.testing.assert_frame_equal(copied.r2, result.r2)
    pd.testing.assert_frame_equal(copied.tests, result.tests)
    before = result.parameters["estimate"].copy()
    frame.iloc[:, 0] = 0.0
    assert result.outcome.sample[0].values[:, 0].std() > 0.5
    assert before.equals(result.parameters["estimate"])


def _square(plan: int, block: int) -> int:
    if block == 7 and plan < 0:
        raise ValueError("seven")
    return plan * block**2


def test_helpers_find_what_one_process_finds_and_faults_come_through():
    blocks = list(range(12))
    assert over_blocks(_square, 3, blocks, 2) == over_blocks(_square, 3, blocks, 1) == [3 * k**2 for k in blocks]
    with pytest.raises(ValueError, match="seven"):
        over_blocks(_square, -1, blocks, 2)
