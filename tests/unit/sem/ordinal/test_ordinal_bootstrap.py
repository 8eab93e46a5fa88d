"""The bootstrap of ordinal models: every draw is the fit of its rows, and its errors are near the robust ones."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wxsat.errors import UsageError
from wxsat.sem.bootstrap.draws import draw_weights, rows_to_resample
from wxsat.sem.bootstrap.run import bootstrap_sem
from wxsat.sem.fit import fit_sem

FRAME = pd.read_csv(Path(__file__).parents[3] / "golden" / "sem_ordinal" / "answers.csv")
MODEL = "f1 =~ a1 + a2 + a3\nf2 =~ b1 + b2 + b3\nf2 ~ s1*f1\ntwice := 2*s1"


@pytest.fixture(scope="module")
def fit():
    return fit_sem(MODEL, FRAME, ordered="all")


@pytest.fixture(scope="module")
def drawn(fit):
    return bootstrap_sem(fit, draws=130, seed=3)


def test_the_full_sample_values_are_the_fits_own(fit, drawn):
    free = fit.parameters[fit.parameters["free"] > 0]["estimate"].to_numpy()
    assert drawn.estimate[: len(free)] == pytest.approx(free, abs=1e-12)
    table = drawn.intervals.set_index("name")
    assert table.loc["twice", "estimate"] == pytest.approx(2 * table.loc["f2~f1", "estimate"])
    std = fit.parameters.set_index(["lhs", "op", "rhs"])["std_all"]
    assert table.loc["std(f2~f1)", "estimate"] == pytest.approx(std["f2", "~", "f1"], abs=1e-10)


def test_a_draw_is_the_fit_of_its_rows(fit, drawn):
    counts = draw_weights(rows_to_resample(fit.outcome.sample), 3, [5])[0][0].astype(int)
    own = fit_sem(MODEL, FRAME.iloc[np.repeat(np.arange(600), counts)], ordered="all")
    free = own.parameters[own.parameters["free"] > 0]["estimate"].to_numpy()
    assert drawn.values[5, : len(free)] == pytest.approx(free, abs=1e-6)
    assert drawn.chisq[5] == pytest.approx(own.fit_measures["chisq"], rel=1e-6)


def test_errors_are_near_the_robust_ones(fit, drawn):
    # 130 draws: the error of a standard error is 6 percent.
    table = drawn.intervals.set_index("name")
    robust = fit.parameters.set_index(["lhs", "op", "rhs"])["std_error"]
    for name, key in {"f2~f1": ("f2", "~", "f1"), "a1|t1": ("a1", "|", "t1")}.items():
        assert table.loc[name, "std_error"] == pytest.approx(robust[key], rel=0.25)


def test_workers_and_shards_change_nothing(fit, drawn):
    part = bootstrap_sem(fit, draws=130, seed=3, shard=(2, 2))
    place = np.searchsorted(drawn.numbers, part.numbers)
    assert np.array_equal(part.values, drawn.values[place])


def test_a_lost_category_is_a_failed_draw():
    frame = FRAME.copy()
    frame["a1"] = np.where(np.arange(600) == 0, 6, frame["a1"])
    found = bootstrap_sem("f1 =~ a1 + a2 + a3", frame, ordered="all", draws=60, seed=1)
    # One respondent: left out of a draw with probability 1/e.
    assert 8 <= found.counts["failed"] <= 36
    assert "SEM-150" in {f.code for f in found.findings}


def test_progress_is_told(fit):
    seen = []
    bootstrap_sem(fit, draws=40, seed=1, progress=lambda done, to_do: seen.append((done, to_do)))
    assert seen[-1] == (40, 40)


@pytest.mark.parametrize("options", [{"method": "bollen_stine"}, {"kind": "bca"}])
def test_what_is_not_there_is_refused(fit, options):
    with pytest.raises(UsageError, match="SEM-029"):
        bootstrap_sem(fit, draws=20, **options)


def test_bootstrap_errors_in_the_fit():
    fit = fit_sem("f1 =~ a1 + a2 + a3", FRAME, ordered="all", bootstrap=40, seed=2)
    assert fit.bootstrap.counts["used"] == 40
    assert fit.provenance["standard_errors"].startswith("bootstrap")
