"""PLS against what SmartPLS 2.0 M3, seminr, R plspm and ADANCO 2.2.1 printed for the same answers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from wxsat.pls.fit import fit_pls

REAL = "data/real/A_satisfaction_sem"
PRINTED = 5e-5  # four decimals
SHOWN = 1e-6  # ADANCO's workbook holds six decimals
STOPPED = 2e-5  # SmartPLS 2 and plspm stop their search earlier
MOBI = """
Image =~ IMAG1 + IMAG2 + IMAG3 + IMAG4 + IMAG5
Expectation =~ CUEX1 + CUEX2 + CUEX3
Quality =~ PERQ1 + PERQ2 + PERQ3 + PERQ4 + PERQ5 + PERQ6 + PERQ7
Value =~ PERV1 + PERV2
Satisfaction =~ CUSA1 + CUSA2 + CUSA3
Complaints =~ CUSCO
Loyalty =~ CUSL1 + CUSL2 + CUSL3
Expectation ~ Image
Quality ~ Expectation
Value ~ Expectation + Quality
Satisfaction ~ Image + Expectation + Quality + Value
Complaints ~ Satisfaction
Loyalty ~ Image + Satisfaction + Complaints
"""
PATHS = {
    ("Image", "Expectation"): 0.5049, ("Image", "Satisfaction"): 0.1787, ("Image", "Loyalty"): 0.1958,
    ("Expectation", "Quality"): 0.5567, ("Expectation", "Value"): 0.0500, ("Expectation", "Satisfaction"): 0.0625,
    ("Quality", "Value"): 0.5583, ("Quality", "Satisfaction"): 0.5120, ("Value", "Satisfaction"): 0.1948,
    ("Satisfaction", "Complaints"): 0.5281, ("Satisfaction", "Loyalty"): 0.4855, ("Complaints", "Loyalty"): 0.0669,
}  # fmt: skip
BASIC = """
Image =~ IMAG1 + IMAG2 + IMAG3 + IMAG4 + IMAG5
Expectation =~ CUEX1 + CUEX2 + CUEX3
Value =~ PERV1 + PERV2
Satisfaction =~ CUSA1 + CUSA2 + CUSA3
Satisfaction ~ Image + Expectation + Value
"""
HIGHER = """
Image =~ IMAG1 + IMAG2 + IMAG3 + IMAG4 + IMAG5
Value =~ PERV1 + PERV2
Expectation =~ CUEX1 + CUEX2 + CUEX3
Quality =~ PERQ1 + PERQ2 + PERQ3 + PERQ4 + PERQ5 + PERQ6 + PERQ7
Satisfaction =~ Image + Value
Complaints =~ CUSCO
Loyalty =~ CUSL1 + CUSL2 + CUSL3
Satisfaction ~ Expectation + Quality
Complaints ~ Satisfaction
Loyalty ~ Satisfaction
"""


def bank(operator):
    sizes = {"imag": 5, "expe": 5, "qual": 5, "val": 4, "sat": 4, "loy": 4}
    blocks = [f"{n.upper()} {operator} " + " + ".join(f"{n}{i + 1}" for i in range(k)) for n, k in sizes.items()]
    inner = ["EXPE ~ IMAG", "QUAL ~ EXPE", "VAL ~ EXPE + QUAL", "SAT ~ IMAG + EXPE + QUAL + VAL", "LOY ~ IMAG + SAT"]
    return "\n".join(blocks + inner)


@pytest.fixture(scope="module")
def mobi(shared_data):
    return pd.read_csv(shared_data(f"{REAL}/semPLS/mobi.csv"))


@pytest.fixture(scope="module")
def satisfaction(shared_data):
    return pd.read_csv(shared_data(f"{REAL}/plspm/satisfaction.csv"))


def paths_of(result):
    return {
        (a, b): e for a, b, e in zip(result.paths["from"], result.paths["to"], result.paths["estimate"], strict=True)
    }


def of(frame, key, value):
    return dict(zip(frame[key], frame[value], strict=True))


def smartpls(path):
    """Read a SmartPLS matrix: tabs, decimal commas, blanks around names, sometimes a tab at the end of a line."""
    lines = [line.rstrip().split("\t") for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    rows = {line[0].strip(): [float(cell.replace(",", ".")) for cell in line[1:]] for line in lines[1:]}
    return pd.DataFrame.from_dict(rows, orient="index", columns=[cell.strip() for cell in lines[0][1:]])


def test_the_twelve_paths_of_ecsi(mobi):
    found = paths_of(fit_pls(MOBI, mobi))
    assert found.keys() == PATHS.keys()
    for pair, value in PATHS.items():
        assert found[pair] == pytest.approx(value, abs=1e-4)


@pytest.mark.parametrize(
    ("scheme", "folder"), [("path", "pathWeighting"), ("factor", "factorial"), ("centroid", "centroid")]
)
def test_smartpls_in_its_three_schemes(mobi, shared_data, scheme, folder):
    result = fit_pls(MOBI, mobi, scheme=scheme)
    where = f"{REAL}/semPLS/SmartPLS_results/{folder}"
    expected = smartpls(shared_data(f"{where}/pathCoefficients.txt"))
    for (source, target), value in paths_of(result).items():
        assert value == pytest.approx(expected.loc[source, target], abs=STOPPED)
    weights = smartpls(shared_data(f"{where}/outerWeights.txt"))
    crossed = smartpls(shared_data(f"{where}/crossLoadings.txt"))
    total = smartpls(shared_data(f"{where}/totalEffects.txt"))
    for row in result.weights.to_dict("records"):
        assert row["estimate"] == pytest.approx(weights.loc[row["item"], row["construct"]], abs=STOPPED)
    for row in result.loadings.to_dict("records"):
        assert row["estimate"] == pytest.approx(crossed.loc[row["item"], row["construct"]], abs=STOPPED)
    for row in result.total_effects.to_dict("records"):
        assert row["estimate"] == pytest.approx(total.loc[row["from"], row["to"]], abs=STOPPED)


def test_r2_reliability_and_index_of_ecsi(mobi):
    result = fit_pls(MOBI, mobi, scale=(1, 10))
    r2 = of(result.r2, "construct", "r2")
    expected = {"Expectation": 0.255, "Quality": 0.310, "Value": 0.345, "Satisfaction": 0.681, "Complaints": 0.279,
                "Loyalty": 0.457}  # fmt: skip
    assert {name: round(value, 3) for name, value in r2.items()} == expected
    printed = {"Image": (0.478, 0.819), "Expectation": (0.480, 0.733), "Quality": (0.577, 0.905),
               "Value": (0.848, 0.918), "Satisfaction": (0.693, 0.871), "Loyalty": (0.517, 0.722)}  # fmt: skip
    rows = result.reliability.set_index("construct")
    for name, (ave, cr) in printed.items():
        assert rows.loc[name, "ave"] == pytest.approx(ave, abs=1e-3)
        assert rows.loc[name, "cr"] == pytest.approx(cr, abs=1e-3)
    assert rows.loc["Complaints", ["alpha", "rho_a", "cr", "ave"]].isna().all()
    index = result.index.set_index("construct").loc["Satisfaction"]
    assert index["mean"] == pytest.approx(72.45, abs=0.005)
    assert index["equal_weights"] == pytest.approx(71.97, abs=0.005)


def test_seminr_on_ecsi(mobi, shared_data):
    folder = shared_data(f"{REAL}/seminr/expected_V_3_6_0")
    plain = fit_pls(BASIC, mobi)
    rows, expected = plain.reliability.set_index("construct"), pd.read_csv(folder / "reliability.csv", index_col=0)
    for ours, theirs in (("alpha", "alpha"), ("cr", "rhoC"), ("ave", "AVE"), ("rho_a", "rhoA")):
        assert rows[ours].to_numpy() == pytest.approx(expected.loc[rows.index, theirs].to_numpy(), abs=SHOWN)
    explained = pd.read_csv(folder / "rsquared1.csv", index_col=0)["Satisfaction"]
    assert plain.r2["r2"].iloc[0] == pytest.approx(explained["Rsq"], abs=SHOWN)
    assert plain.r2["r2_adjusted"].iloc[0] == pytest.approx(explained["AdjRsq"], abs=SHOWN)


def test_seminr_consistent_factors(mobi, shared_data):
    folder = shared_data(f"{REAL}/seminr/expected_V_3_6_0")
    result = fit_pls(BASIC, mobi, scheme="factor", consistent=True)
    expected = pd.read_csv(folder / "path_coef1.csv", index_col=0)
    for (source, target), value in paths_of(result).items():
        assert value == pytest.approx(expected.loc[source, target], abs=SHOWN)
    explained = pd.read_csv(folder / "rsquaredplsc.csv", index_col=0)["Satisfaction"]
    assert result.r2["r2"].iloc[0] == pytest.approx(explained["Rsq"], abs=SHOWN)
    loadings = pd.read_csv(folder / "loadings1.csv", index_col=0)
    for row in result.loadings.to_dict("records"):
        assert row["estimate"] == pytest.approx(loadings.loc[row["item"], row["construct"]], abs=SHOWN)
    rho = pd.read_csv(folder / "rho1.csv", index_col=0)["rhoA"]
    assert result.reliability["rho_a"].to_numpy() == pytest.approx(rho.to_numpy(), abs=SHOWN)


def test_seminr_two_stage_higher_order(mobi, shared_data):
    result = fit_pls(HIGHER, mobi)
    folder = shared_data(f"{REAL}/seminr/expected_V_3_6_0")
    expected = pd.read_csv(folder / "hoc-paths.csv", index_col=0)
    for (source, target), value in paths_of(result).items():
        assert value == pytest.approx(expected.loc[source, target], abs=SHOWN)
    weights = pd.read_csv(folder / "hoc-weights.csv", index_col=0)
    for row in result.weights.to_dict("records"):
        assert row["estimate"] == pytest.approx(weights.loc[row["item"], row["construct"]], abs=SHOWN)


def test_seminr_two_stage_with_a_formative_block(mobi, shared_data):
    result = fit_pls(HIGHER.replace("Quality =~", "Quality <~"), mobi)
    expected = pd.read_csv(shared_data(f"{REAL}/plspm-python/seminr-mobi-hoc-ts-paths.csv"), index_col=0)
    for (source, target), value in paths_of(result).items():
        assert value == pytest.approx(expected.loc[source, target], abs=SHOWN)


ADANCO_FACTORS = {
    ("IMAG", "EXPE"): 0.656437, ("EXPE", "QUAL"): 0.979802, ("EXPE", "VAL"): -1.711702, ("QUAL", "VAL"): 2.559634,
    ("IMAG", "SAT"): -0.000791, ("EXPE", "SAT"): 0.546430, ("QUAL", "SAT"): -0.854212, ("VAL", "SAT"): 1.253492,
    ("IMAG", "LOY"): 0.318131, ("SAT", "LOY"): 0.508861,
}  # fmt: skip
ADANCO_COMPOSITES = {
    ("IMAG", "EXPE"): 0.609960, ("EXPE", "QUAL"): 0.850195, ("EXPE", "VAL"): 0.163054, ("QUAL", "VAL"): 0.640471,
    ("IMAG", "SAT"): 0.194704, ("EXPE", "SAT"): -0.003542, ("QUAL", "SAT"): 0.116500, ("VAL", "SAT"): 0.609881,
    ("IMAG", "LOY"): 0.240539, ("SAT", "LOY"): 0.543729,
}  # fmt: skip


@pytest.mark.parametrize(
    ("operator", "consistent", "paths", "fit"),
    [
        ("=~", True, ADANCO_FACTORS, [(0.058532, 1.29503, 1.052997), (0.086569, 2.832814, 1.150493)]),
        ("<~", False, ADANCO_COMPOSITES, [(0.052505, 1.042042, 0.860047), (0.086076, 2.800629, 0.972905)]),
    ],
)
def test_adanco_factors_and_composites(satisfaction, operator, consistent, paths, fit):
    result = fit_pls(bank(operator), satisfaction, scheme="centroid", consistent=consistent)
    for pair, value in paths_of(result).items():
        # Some of these paths are differences of near-collinear constructs: ADANCO's own stop shows in the last digits.
        assert value == pytest.approx(paths[pair], abs=2e-5)
    for row, (srmr, d_uls, d_g) in zip(result.model_fit.to_dict("records"), fit, strict=True):
        assert row["srmr"] == pytest.approx(srmr, abs=SHOWN)
        assert row["d_uls"] == pytest.approx(d_uls, abs=5e-6)
        # ADANCO takes logarithms to base ten, Dijkstra and Henseler (2015) natural ones.
        assert row["d_g"] / np.log(10) ** 2 == pytest.approx(d_g, abs=5e-6)


def test_plspm_mode_b_r2(satisfaction, shared_data):
    expected = pd.read_csv(shared_data(f"{REAL}/plspm-python/satisfaction.modeb.inner-summary.csv"), index_col=0)
    r2 = of(fit_pls(bank("<~"), satisfaction, scheme="centroid").r2, "construct", "r2")
    for name, value in r2.items():
        assert value == pytest.approx(expected.loc[name, "r_squared"], abs=STOPPED)
