"""Ordinal models that the shared cases lack, against lavaan 0.6-14 on simulated answers kept beside its output."""

import json
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from wxsat.sem.comparison import compare_sem
from wxsat.sem.fit import fit_sem
from wxsat.sem.parameter_table import parse_model

FOLDER = Path(__file__).parents[3] / "golden" / "sem_ordinal"
GOLDEN = json.loads((FOLDER / "sem_ordinal.json").read_text(encoding="utf-8"))["cases"]
FRAME = pd.read_csv(FOLDER / "answers.csv")
CASES = sorted(set(GOLDEN) - {"differences", "tables"})
ITEMS = ("a1", "a2", "a3", "b1", "b2", "b3", "d1", "d2", "d3")
CATEGORIES = {"a1": 5, "a2": 4, "a3": 4, "b1": 3, "b2": 5, "b3": 3, "d1": 2, "d2": 2, "d3": 2}
ESTIMATE, ERROR, FIT = 1e-4, 1e-3, 1e-4
# Its divisor counted the covariates (0.7 has another), and under WLS it has residuals of variances otherwise.
WITHOUT_SRMR = {"theta_covariates", "delta_covariates", "mixed_covariates", "mediator_theta", "mixed_wls",
                "groups_configural_covariates", "covariates_random"}  # fmt: skip
PATHS = "f1 =~ a1 + a2 + a3\nf2 =~ b1 + b2 + b3\nf3 =~ d1 + d2 + d3\nf2 ~ f1\nf3 ~ "


@cache
def fitted(name):
    case = GOLDEN[name]
    options = {k.replace(".", "_"): tuple(v) if isinstance(v, list) else v for k, v in case["options"].items()}
    options["weights"] = options.pop("sampling_weights", None)
    options.pop("conditional_x", None)
    return fit_sem(case["model"], FRAME, **options)


def key_of(p):
    return p["lhs"], p["op"], "" if p["op"] == "~1" else p["rhs"], p["group"]


@pytest.mark.parametrize("name", CASES)
def test_estimates_errors_and_standardised_values(name):
    fit = fitted(name)
    found = {(r.lhs, r.op, r.rhs, r.group): r for r in fit.parameters.itertuples()}
    for p in GOLDEN[name]["parameters"]:
        lhs, op, rhs, group = key_of(p)
        row = found.get((lhs, op, rhs, group)) or found[rhs, op, lhs, group]
        assert row.estimate == pytest.approx(p["est"], abs=ESTIMATE), (lhs, op, rhs)
        assert row.std_error == pytest.approx(p["se"], rel=ERROR, abs=1e-6), (lhs, op, rhs)
        if p["std_all"] is not None:
            assert row.std_all == pytest.approx(p["std_all"], abs=ESTIMATE), (lhs, op, rhs)


@pytest.mark.parametrize("name", CASES)
def test_errors_of_standardised_values(name):
    found = {(r.lhs, r.op, r.rhs, r.group): r for r in fitted(name).standardized().itertuples()}
    for p in GOLDEN[name]["standardized"]:
        row = found.get(key_of(p))
        if row is not None and p["se"] is not None:
            assert row.std_error == pytest.approx(p["se"], rel=ERROR, abs=1e-5), key_of(p)


@pytest.mark.parametrize("name", CASES)
def test_tests_and_indices(name):
    measures = fitted(name).fit_measures
    for key, value in GOLDEN[name]["fit"].items():
        if value is not None and not (key == "srmr" and name in WITHOUT_SRMR):
            assert measures[key.replace(".", "_")] == pytest.approx(value, rel=FIT, abs=1e-5), key


@pytest.mark.parametrize("name", [name for name in CASES if GOLDEN[name].get("modification")])
def test_modification_indices(name):
    found = {(r.lhs, r.op, r.rhs): r for r in fitted(name).modification_indices().itertuples()}
    theta = GOLDEN[name]["options"].get("parameterization") == "theta"
    for p in GOLDEN[name]["modification"]:
        if p["op"] == "~*~" and theta:
            assert ("d1", "~*~", "d1") not in found  # no parameter of this parameterisation
            continue
        row = found[p["lhs"], p["op"], p["rhs"]]
        assert row.mi == pytest.approx(p["mi"], rel=1e-3, abs=1e-3)
        assert row.epc == pytest.approx(p["epc"], rel=1e-3, abs=ESTIMATE)


@pytest.mark.parametrize("estimator", ["WLSMV", "ULSMV", "WLSM", "WLSM_2000"])
def test_scaled_difference(estimator):
    expected = GOLDEN["differences"][estimator]
    name, method = estimator.removesuffix("_2000"), None
    if name == "WLSM":  # lavaan takes the 2001 method for mean-scaled tests; we the exact one, unless it is asked
        method = "satorra.2000" if estimator.endswith("2000") else "satorra.bentler.2001"
    fits = [fit_sem(PATHS + last, FRAME, ordered="all", estimator=name) for last in ("f1 + f2", "f2")]
    test = compare_sem(*fits, method=method).test
    assert test.statistic == pytest.approx(expected["diff"], rel=FIT)
    assert test.df == expected["df"]
    assert test.p_value == pytest.approx(expected["p"], rel=1e-3)


@pytest.mark.parametrize(
    ("name", "models"),
    [("scalar", ("groups_thresholds_loadings", "groups_scalar")), ("partial", ("groups_partial", "groups_scalar"))],
)
def test_scaled_difference_of_groups(name, models):
    expected = GOLDEN["differences"][name]
    test = compare_sem(*map(fitted, models)).test
    assert test.statistic == pytest.approx(expected["diff"], rel=FIT)
    assert (test.df, test.p_value) == (expected["df"], pytest.approx(expected["p"], rel=1e-3))


CFA = "f1 =~ a1 + a2 + a3\nf2 =~ b1 + b2 + b3"


@pytest.mark.parametrize("parameterization", ["delta", "theta"])
def test_equal_thresholds_and_loadings_free_the_intercepts(parameterization):
    """The words say what the written-out model says (0.6-14 does not; 0.7 does)."""
    suffix = "_theta" if parameterization == "theta" else ""
    written = fitted(f"groups_thresholds_loadings{suffix}")
    words = fit_sem(CFA, FRAME, ordered="all", group="g", group_equal="thresholds,loadings",
                    parameterization=parameterization)  # fmt: skip
    assert words.fit_measures["chisq"] == pytest.approx(written.fit_measures["chisq"], rel=1e-7)
    assert words.fit_measures["df"] == written.fit_measures["df"]


def test_equal_intercepts_free_the_latent_means_and_partial_frees_one_item():
    equal = "thresholds,loadings,intercepts"
    scalar = fit_sem(CFA, FRAME, ordered="all", group="g", group_equal=equal)
    assert scalar.fit_measures["chisq"] == pytest.approx(fitted("groups_scalar").fit_measures["chisq"], rel=1e-7)
    partial = fit_sem(CFA, FRAME, ordered="all", group="g", group_equal=equal, group_partial="a2~1")
    assert partial.fit_measures["chisq"] == pytest.approx(fitted("groups_partial").fit_measures["chisq"], rel=1e-7)
    freed = fit_sem(CFA, FRAME, ordered="all", group="g", group_equal=equal, group_partial="a1|t1")
    assert freed.fit_measures["df"] == scalar.fit_measures["df"] - 1


TABLES = {
    "covariates": (GOLDEN["theta_covariates"]["model"], ITEMS, {}),
    "mixed": (GOLDEN["mixed_theta"]["model"], ITEMS[:7], {}),
    "configural": (CFA, ITEMS[:6], {"groups": ("1", "2")}),
    "loadings": (CFA, ITEMS[:6], {"groups": ("1", "2"), "group_equal": ("loadings",)}),
    "written": (GOLDEN["groups_thresholds_loadings"]["model"], ITEMS[:6], {"groups": ("1", "2")}),
}


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_those_of_lavaanify(name):
    model, items, options = TABLES[name]
    table = parse_model(model, ordered={i: CATEGORIES[i] for i in items}, meanstructure=True, **options)
    expected = [p for p in GOLDEN["tables"][name] if p["op"] != "=="]
    assert [(r.lhs, r.op, r.rhs, r.group) for r in table.parameters] == [
        (p["lhs"], p["op"], p["rhs"], p["group"]) for p in expected
    ]
    assert [r.free for r in table.parameters] == [p["free"] for p in expected]
    assert [r.user for r in table.parameters] == [p["user"] for p in expected]
    # lavaan marks regressions on given covariates as well.
    assert [r.exo for r in table.parameters] == [p["exo"] if p["op"] != "~" else 0 for p in expected]
    fixed = [
        (r.ustart, p["ustart"]) for r, p in zip(table.parameters, expected, strict=True) if not r.free and not r.exo
    ]
    assert all(own == other for own, other in fixed)


def test_a_table_written_out_is_the_table_again():
    options = {"ordered": {i: CATEGORIES[i] for i in ITEMS[:6]}, "groups": ("1", "2")}
    for more in (
        {},
        {"group_equal": ("thresholds", "loadings")},
        {"group_equal": ("thresholds",), "parameterization": "theta"},
    ):
        table = parse_model(CFA, **options, **more)
        again = parse_model(table.to_text(), **options, parameterization=more.get("parameterization", "delta"))
        rows = {(r.key, r.group): bool(r.free) for r in table.parameters}
        assert {(r.key, r.group): bool(r.free) for r in again.parameters} == rows
        assert len(again.constraints) == len(table.constraints)
