"""Modification indices of a fit, whatever it was fitted by."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from wxsat.errors import UsageError
from wxsat.sem.fit import fit_sem

MODEL = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"


@pytest.fixture(scope="module")
def hs() -> pd.DataFrame:
    import semopy.examples.holzinger39 as holzinger

    return holzinger.get_data()


@pytest.mark.parametrize("options", [{}, {"group": "school"}, {"group": "school", "group_equal": "loadings"}])
def test_full_information_of_complete_rows_is_plain_ml(hs, options):
    plain = fit_sem(MODEL, hs, meanstructure=True, modification=True, **options).modification
    full = fit_sem(MODEL, hs, missing="fiml", modification=True, **options).modification
    keys = ["lhs", "op", "rhs", "group"]
    both = plain.merge(full, on=keys, suffixes=("", "_full"))
    assert len(both) == len(plain) == len(full)
    for column in ("mi", "epc", "sepc_all"):
        np.testing.assert_allclose(both[column], both[f"{column}_full"], rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("estimator", ["ULS", "DWLS", "GLS"])
def test_small_changes_are_as_expected(hs, estimator):
    """Freed, a candidate of a small index goes where one step of the search says, and has the z that it says."""
    top = fit_sem(MODEL, hs, estimator=estimator, modification=True).modification
    small = top.query("op == '~~' and mi > 0.3 and mi < 2").head(3)
    assert len(small) == 3
    for row in small.to_dict("records"):
        free = fit_sem(f"{MODEL}\n{row['lhs']} ~~ {row['rhs']}", hs, estimator=estimator).parameters
        found = free[(free["lhs"] == row["lhs"]) & (free["rhs"] == row["rhs"])].iloc[0]
        assert row["epc"] == pytest.approx(found["estimate"], rel=0.15)
        assert np.sqrt(row["mi"]) == pytest.approx(abs(found["z"]), rel=0.25)


@pytest.mark.parametrize("estimator", ["ULS", "DWLS"])
def test_indices_of_least_squares_are_chi_square_where_the_model_holds(estimator):
    """The general score test has a mean of 1; lavaan's index of ULS has one that follows the items' units."""
    rng = np.random.default_rng(11)
    found = []
    for _ in range(60):
        factors = rng.multivariate_normal([0, 0], [[1.0, 0.4], [0.4, 1.0]], size=400)
        items = np.repeat(factors, 3, axis=1) * np.tile([1.0, 0.8, 0.6], 2) * 3.0 + rng.normal(size=(400, 6)) * 3.0
        frame = pd.DataFrame(items, columns=list("abcdef"))
        result = fit_sem("f =~ a + b + c\ng =~ d + e + f_", frame.rename(columns={"f": "f_"}), estimator=estimator)
        indices = result.modification_indices().query("op == '~~'")
        found.append(indices["mi"].mean())
    # 60 means of some 12 correlated chi-squares: three standard errors.
    assert np.mean(found) == pytest.approx(1.0, abs=3 * np.std(found) / np.sqrt(60))


def test_levels_have_none():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.normal(size=(300, 3)), columns=["a", "b", "c"]).assign(k=np.repeat(np.arange(60), 5))
    frame[["a", "b", "c"]] += rng.normal(size=(60, 1))[frame["k"]] + rng.normal(size=(300, 1))
    fit = fit_sem("level: 1\nw =~ a + b + c\nlevel: 2\nv =~ a + b + c", frame, cluster="k")
    with pytest.raises(UsageError, match="SEM-076"):
        fit.modification_indices()
