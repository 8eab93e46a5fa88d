"""Product indicators, simple slopes and Johnson-Neyman bounds against semTools and by what defines them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wxsat.errors import DataError, ModelError, UsageError
from wxsat.sem.fit import fit_sem
from wxsat.sem.interaction.johnson_neyman import johnson_neyman, slope_curve
from wxsat.sem.interaction.product_indicators import (
    add_products,
    interaction_text,
    pair_items,
    with_interaction,
)
from wxsat.sem.interaction.simple_slopes import simple_slopes, slope_of

GOLDEN = json.loads(
    (Path(__file__).parents[3] / "golden" / "sem_bootstrap" / "sem_bootstrap.json").read_text(encoding="utf-8")
)["interactions"]
MODEL = "f1 =~ x1 + x2 + x3\nf2 =~ x4 + x5 + x6\nf3 =~ x7 + x8 + x9\nf3 ~ f1 + f2 + f12"
NAMES = ("f3", "f1", "f2", "f12")
# Gauss-Newton on both sides.
SAME = 1e-6


@pytest.fixture(scope="module")
def data(shared_data) -> pd.DataFrame:
    return pd.read_csv(shared_data("data/golden/dat2way500.csv"))


@pytest.fixture(scope="module", params=["matched", "all"])
def fitted(request, data):
    text, frame = with_interaction(MODEL, data, "f12", "f1", "f2", pairing=request.param)
    return request.param, frame, fit_sem(text, frame, engine="native")


def test_products_are_semtools(fitted):
    pairing, frame, _ = fitted
    for name, values in GOLDEN[pairing]["products"].items():
        np.testing.assert_allclose(frame[name].iloc[:5], values, rtol=1e-12)
        assert abs(frame[name].mean()) < 1e-12


def test_the_model_is_lavaans(fitted):
    pairing, _, result = fitted
    ours = result.parameters.set_index(["lhs", "op", "rhs"])
    wanted = GOLDEN[pairing]["parameters"]
    for lhs, op, rhs, est, se in zip(*(wanted[c] for c in ("lhs", "op", "rhs", "est", "se")), strict=True):
        key = (lhs, op, rhs) if (lhs, op, rhs) in ours.index else (rhs, op, lhs)
        assert ours.loc[key, "estimate"] == pytest.approx(est, rel=SAME, abs=SAME)
        assert ours.loc[key, "std_error"] == pytest.approx(se, rel=SAME, abs=SAME)


def test_slopes_are_semtools(fitted):
    pairing, frame, result = fitted
    found = simple_slopes(result, *NAMES, at=[-1, 0, 1.5])
    wanted = GOLDEN[pairing]["slopes"]
    np.testing.assert_allclose(found["estimate"], wanted["est"], rtol=SAME)
    np.testing.assert_allclose(found["std_error"], wanted["se"], rtol=SAME)
    np.testing.assert_allclose(found["p_value"], wanted["pvalue"], rtol=1e-4, atol=1e-12)
    with_means = fit_sem(GOLDEN[pairing]["means_model"], frame, engine="native")
    found = simple_slopes(with_means, *NAMES, at=[-1, 0, 1.5])
    for what in ("slope", "intercept"):
        ours, theirs = found[found["what"] == what], GOLDEN[pairing][f"means_{what}s"]
        np.testing.assert_allclose(ours["estimate"], theirs["est"], rtol=SAME)
        np.testing.assert_allclose(ours["std_error"], theirs["se"], rtol=SAME)


def test_default_values_are_mean_and_one_sd(fitted):
    _, _, result = fitted
    variance = result.parameters.query("lhs == 'f2' and op == '~~' and rhs == 'f2'")["estimate"].item()
    found = simple_slopes(result, *NAMES)
    np.testing.assert_allclose(found["value"], np.sqrt(variance) * np.array([-1, 0, 1]), atol=1e-12)


def test_at_the_bounds_p_is_alpha(fitted):
    _, _, result = fitted
    for level in (0.95, 0.9):
        region = johnson_neyman(result, *NAMES, level=level)
        assert region.region == "outside"
        found = simple_slopes(result, *NAMES, at=[region.lower, region.upper])
        np.testing.assert_allclose(found["p_value"], 1 - level, rtol=1e-8)
        beyond = simple_slopes(result, *NAMES, at=[region.lower - 0.1, region.upper + 0.1])
        assert (beyond["p_value"] < 1 - level).all()
        assert simple_slopes(result, *NAMES, at=[(region.lower + region.upper) / 2])["p_value"].item() > 1 - level
        # The share is that of a normal moderator.
        draws = np.random.default_rng(1).normal(region.mean, region.sd, 200_000)
        share = np.mean((draws < region.lower) | (draws > region.upper))
        assert region.share == pytest.approx(share, abs=0.005)


def test_regions_of_all_kinds(fitted, monkeypatch):
    import wxsat.sem.interaction.johnson_neyman as module
    from wxsat.sem.interaction.simple_slopes import Slope

    _, _, result = fitted
    kinds = {
        "everywhere": Slope(3.0, 0.0, np.diag([0.01, 0.0]), 0.0, 1.0),
        "nowhere": Slope(0.0, 0.0, np.diag([1.0, 1.0]), 0.0, 1.0),
        "inside": Slope(3.0, 0.1, np.diag([0.5, 1.0]), 0.0, 1.0),
        "outside": Slope(0.1, 3.0, np.diag([0.5, 0.1]), 0.0, 1.0),
    }
    for region, slope in kinds.items():
        monkeypatch.setattr(module, "slope_of", lambda *_, slope=slope, **__: slope)
        found = johnson_neyman(result, *NAMES)
        assert found.region == region
        if region in ("inside", "outside"):
            middle, variance = slope.at((found.lower + found.upper) / 2)
            assert (abs(middle) / np.sqrt(variance) > 1.96) == (region == "inside")


def test_curve(fitted):
    _, _, result = fitted
    curve = slope_curve(result, *NAMES, points=7)
    slope = slope_of(result, *NAMES)
    assert curve["estimate"].iloc[3] == pytest.approx(slope.main)
    assert (curve["ci_lower"] < curve["estimate"]).all()


def test_products_that_share_an_item_have_correlated_residuals():
    text = interaction_text("f", pair_items(["a", "b"], ["c", "d"], "all"))
    assert text.splitlines() == [
        "f =~ a.c + a.d + b.c + b.d", "a.c ~~ a.d", "a.c ~~ b.c", "a.d ~~ b.d", "b.c ~~ b.d",
    ]  # fmt: skip


def test_missing_items_make_missing_products():
    frame = pd.DataFrame({"a": [1.0, 2.0, np.nan], "b": [2.0, 1.0, 4.0], "c": [1.0, 3.0, 5.0], "d": [0.0, 1.0, 1.0]})
    made = add_products(frame, pair_items(["a", "b"], ["c", "d"]))
    assert made["a.c"].isna().tolist() == [False, False, True]
    assert made["b.d"].notna().all()
    assert list(frame.columns) == ["a", "b", "c", "d"]


def test_refusals(data):
    with pytest.raises(UsageError, match="SEM-059"):
        pair_items(["a", "b"], ["c", "d"], "al")
    with pytest.raises(UsageError, match="at least two"):
        pair_items(["a"], ["c"])
    with pytest.raises(ModelError, match="does not measure 'f9'"):
        with_interaction(MODEL, data, "f12", "f1", "f9")
    with pytest.raises(ModelError, match="measured by the model already"):
        with_interaction(MODEL, data, "f3", "f1", "f2")
    products = pair_items(["x1", "x2"], ["x4", "x5"])
    with pytest.raises(DataError, match="there already"):
        add_products(add_products(data, products), products)
    with pytest.raises(DataError, match="SEM-041"):
        add_products(data, pair_items(["x1", "x22"], ["x4", "x5"]))


def test_unknown_regressions_are_named(fitted):
    _, _, result = fitted
    with pytest.raises(UsageError, match="no regression 'f3 ~ f13'"):
        simple_slopes(result, "f3", "f1", "f2", "f13")
