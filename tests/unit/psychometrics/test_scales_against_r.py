"""Every figure of `evaluate_scales` beside R's: psych, lavaan and semTools (tests/golden/psychometrics)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from wxsat.psychometrics.scales import ScaleQuality, evaluate_scales

# Closed forms differ by rounding only.
CLOSED_FORM = 1e-11
# lavaan's scoring stops at a parameter change of 1e-12 relative, ours at a gradient of 1e-11; semTools' omega
# comes from the same fit.
ITERATIVE = 1e-8

HOLZINGER = {
    "visual": ["x1", "x2", "x3"],
    "textual": ["x4", "x5", "x6"],
    "speed": ["x7", "x8", "x9"],
    "general": [f"x{i}" for i in range(1, 10)],
}
SIMULATED = {
    "PU": [f"PU{i}" for i in range(1, 5)],
    "EOU": [f"EOU{i}" for i in range(1, 6)],
    "SAT": [f"SAT{i}" for i in range(1, 4)],
    "OPEN": ["OPEN1", "OPEN2"],
}
CONSTRUCTS = [("holzinger", name) for name in HOLZINGER] + [("simulated", name) for name in SIMULATED]


@pytest.fixture(scope="module")
def quality(holzinger: pd.DataFrame, simulated: pd.DataFrame) -> dict[str, ScaleQuality]:
    general = evaluate_scales(holzinger, scales={"general": HOLZINGER["general"]}, draws=0)
    three = {name: items for name, items in HOLZINGER.items() if name != "general"}
    blocks = evaluate_scales(holzinger, scales=three, draws=0)
    return {
        "general": general,
        "holzinger": blocks,
        "simulated": evaluate_scales(simulated, scales=SIMULATED, reverse=["EOU4"], scale_range=(1, 7), draws=0),
    }


def _parts(quality: dict[str, ScaleQuality], data: str, construct: str) -> tuple[pd.Series, pd.DataFrame]:
    source = quality["general" if construct == "general" else data]
    row = source.reliability.set_index("construct").loc[construct]
    return row, source.items[source.items["construct"] == construct]


@pytest.mark.parametrize(("data", "construct"), CONSTRUCTS)
@pytest.mark.parametrize("figure", ["n", "alpha", "alpha_ci_lower", "alpha_ci_upper", "alpha_std", "mean_r"])
def test_alpha_and_interval_equal_psych(
    quality: dict[str, ScaleQuality], reference: dict[str, Any], data: str, construct: str, figure: str
) -> None:
    row, _ = _parts(quality, data, construct)
    assert row[figure] == pytest.approx(reference[data]["constructs"][construct][figure], abs=CLOSED_FORM)


@pytest.mark.parametrize(("data", "construct"), CONSTRUCTS)
@pytest.mark.parametrize("figure", ["n", "mean", "sd", "skew", "kurtosis"])
def test_item_distribution_equals_psych_describe(
    quality: dict[str, ScaleQuality], reference: dict[str, Any], data: str, construct: str, figure: str
) -> None:
    _, items = _parts(quality, data, construct)
    expected = reference[data]["constructs"][construct][f"item_{figure}"]
    np.testing.assert_allclose(items[figure], expected, rtol=0, atol=1e-10)


@pytest.mark.parametrize(("data", "construct"), CONSTRUCTS)
@pytest.mark.parametrize("figure", ["item_rest", "alpha_dropped"])
def test_item_analysis_equals_psych(
    quality: dict[str, ScaleQuality], reference: dict[str, Any], data: str, construct: str, figure: str
) -> None:
    _, items = _parts(quality, data, construct)
    expected = reference[data]["constructs"][construct].get(figure, [np.nan, np.nan])
    np.testing.assert_allclose(items[figure], expected, rtol=0, atol=CLOSED_FORM)


@pytest.mark.parametrize(("data", "construct"), [c for c in CONSTRUCTS if c[1] != "OPEN"])
@pytest.mark.parametrize("figure", ["omega", "cr", "ave"])
def test_omega_cr_ave_equal_lavaan(
    quality: dict[str, ScaleQuality], reference: dict[str, Any], data: str, construct: str, figure: str
) -> None:
    row, _ = _parts(quality, data, construct)
    assert row[figure] == pytest.approx(reference[data]["constructs"][construct][figure], abs=ITERATIVE)


@pytest.mark.parametrize(("data", "construct"), [c for c in CONSTRUCTS if c[1] != "OPEN"])
def test_loadings_equal_lavaan(
    quality: dict[str, ScaleQuality], reference: dict[str, Any], data: str, construct: str
) -> None:
    _, items = _parts(quality, data, construct)
    expected = reference[data]["constructs"][construct]["loadings"]
    np.testing.assert_allclose(items["loading"], expected, rtol=0, atol=ITERATIVE)


@pytest.mark.parametrize("data", ["holzinger", "simulated"])
@pytest.mark.parametrize("figure", ["htmt", "htmt2"])
def test_htmt_equals_semtools(
    quality: dict[str, ScaleQuality], reference: dict[str, Any], data: str, figure: str
) -> None:
    names = reference[data]["pairs"]["constructs"]
    expected = reference[data]["pairs"][figure]
    for row in quality[data].htmt.itertuples(index=False):
        r_value = expected[names.index(row.a)][names.index(row.b)]
        assert getattr(row, figure) == pytest.approx(r_value, abs=CLOSED_FORM), (row.a, row.b)


def test_latent_correlations_equal_lavaan_sam_on_complete_rows(
    reference: dict[str, Any], holzinger: pd.DataFrame, recoded: pd.DataFrame
) -> None:
    frames = {"holzinger": holzinger, "simulated": recoded}
    for data, scales in (("holzinger", HOLZINGER), ("simulated", SIMULATED)):
        expected = reference[data]["latent"]
        used = {name: scales[name] for name in expected["constructs"]}
        complete = frames[data].dropna(subset=[i for items in used.values() for i in items])
        assert len(complete) == expected["n"]
        names = expected["constructs"]
        for row in evaluate_scales(complete, scales=used, draws=0).fornell_larcker.itertuples(index=False):
            r_value = expected["correlation"][names.index(row.a)][names.index(row.b)]
            # sam's first step takes the optimiser's default parameter tolerance.
            assert row.correlation == pytest.approx(r_value, abs=1e-6), (row.a, row.b)


def test_two_items_give_spearman_brown(quality: dict[str, ScaleQuality], recoded: pd.DataFrame) -> None:
    row, items = _parts(quality, "simulated", "OPEN")
    r = recoded[["OPEN1", "OPEN2"]].dropna().corr().iloc[0, 1]
    assert row["cr"] == pytest.approx(2 * r / (1 + r), abs=CLOSED_FORM)
    assert row["ave"] == pytest.approx(r, abs=CLOSED_FORM)
    np.testing.assert_allclose(items["loading"], np.sqrt(r), rtol=0, atol=CLOSED_FORM)


@pytest.mark.parametrize(
    ("data", "case"),
    [("holzinger", "bootstrap"), ("simulated", "bootstrap"), ("simulated", "bootstrap_clustered")],
)
def test_htmt_interval_agrees_with_rs_bootstrap(
    reference: dict[str, Any], holzinger: pd.DataFrame, recoded: pd.DataFrame, data: str, case: str
) -> None:
    expected = reference[data][case]
    frame = {"holzinger": holzinger, "simulated": recoded}[data]
    scales = {name: {**HOLZINGER, **SIMULATED}[name] for name in expected["constructs"]}
    cluster = "account" if case.endswith("clustered") else None
    row = evaluate_scales(frame, scales=scales, draws=2000, seed=5, cluster=cluster).htmt.iloc[0]
    # A 2.5 % quantile of 2,000 draws has a standard error of .06 SD; two of them, four errors apart at most.
    tolerance = 4 * np.sqrt(2) * 0.06 * expected["sd"]
    assert row["ci_lower"] == pytest.approx(expected["ci_lower"], abs=tolerance)
    assert row["ci_upper"] == pytest.approx(expected["ci_upper"], abs=tolerance)
