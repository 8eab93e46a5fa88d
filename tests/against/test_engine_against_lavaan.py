"""The native engine against lavaan: own cases of tests/golden/sem/engine.json, and every shared case it can do."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wxsat.sem.fit import fit_sem

ROOT = Path(__file__).parents[1]
CASES = json.loads((ROOT / "golden" / "sem" / "engine.json").read_text(encoding="utf-8"))["cases"]
NAMES = {
    "estimator": "estimator", "likelihood": "likelihood", "information": "information", "se": "se", "test": "test",
    "missing": "missing", "group": "group", "group.equal": "group_equal", "group.partial": "group_partial",
    "sampling.weights": "weights", "cluster": "cluster", "std.lv": "std_lv", "std.ov": "std_ov",
    "orthogonal": "orthogonal", "fixed.x": "fixed_x", "meanstructure": "meanstructure",
    "effect.coding": "effect_coding", "bounds": "bounds", "mimic": "mimic",
}  # fmt: skip

# lavaan's Gauss-Newton ends at a zero gradient like ours; with ties it allows only nlminb, which stops 1e-5 away, and
# its augmented Lagrangian, which leaves an active inequality by 1e-8 and what hangs on it by 1e-4.
ESTIMATE = 1e-6
BY_NLMINB = 2e-5
INEQUALITY = 1e-4


def tolerance_of(name):
    if name == "inequality":
        return INEQUALITY
    return ESTIMATE if CASES[name]["gradient"] is not None else BY_NLMINB


FIT = 1e-6
INTERVAL = 1e-5  # lavaan searches the ends of RMSEA's interval with uniroot's coarse tolerance


def options_of(case):
    given = case["options"] or {}
    return {NAMES[k]: v for k, v in given.items() if k in NAMES}


@pytest.fixture(scope="module")
def hs() -> pd.DataFrame:
    import semopy.examples.holzinger39 as holzinger

    frame = holzinger.get_data()
    return frame.assign(
        w=1 + (frame["id"] % 5) / 4, cl=frame["id"] // 12, four=frame["school"].str[0] + frame["sex"].astype(str)
    )


@pytest.fixture(scope="module")
def fits(hs):
    known = {}

    def fit(name):
        if name not in known:
            known[name] = fit_sem(CASES[name]["model"], hs, **options_of(CASES[name]))
        return known[name]

    return fit


def pairs(result, case):
    """Yield our rows beside lavaan's."""
    columns = case["parameters"]
    theirs = {
        key: {k: columns[k][i] for k in ("est", "se", "std.lv", "std.all")}
        for i, key in enumerate(zip(*(columns[c] for c in ("lhs", "op", "rhs", "group")), strict=True))
    }
    found = 0
    for row in result.parameters.to_dict("records"):
        key = (row["lhs"], row["op"], row["rhs"], row["group"])
        if key in theirs:
            found += 1
            yield row, theirs[key]
    assert found >= sum(op not in ("==", "<", ">") for op in columns["op"])


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize(
    ("ours", "theirs"), [("estimate", "est"), ("std_error", "se"), ("std_lv", "std.lv"), ("std_all", "std.all")]
)
def test_parameters(fits, name, ours, theirs):
    tolerance = tolerance_of(name)
    for row, wanted in pairs(fits(name), CASES[name]):
        expected = wanted[theirs]
        if expected is None:
            assert math.isnan(row[ours]), (row, theirs)
        else:
            assert row[ours] == pytest.approx(expected, rel=tolerance, abs=tolerance), (
                row["lhs"],
                row["op"],
                row["rhs"],
            )


def differs(name, measure):
    """Figures where lavaan 0.6-14 is another opinion, with the reason."""
    # The discrepancy of ULS or DWLS is no chi-square: Browne's residual test stands in its place, as in lavaan 0.7.
    if name in ("uls", "dwls") and measure.startswith(("chisq", "pvalue", "baseline", "cfi", "tli", "rmsea")):
        return True
    # 0.6-14 scales clustered tests by the h1 information; without clusters it takes the Hessian, as we do always.
    return name in ("cluster", "weights_cluster") and ("scal" in measure or "robust" in measure)


@pytest.mark.parametrize("name", CASES)
def test_fit_measures(fits, name):
    found = fits(name).fit_measures
    for measure, expected in CASES[name]["fit"].items():
        if differs(name, measure) or expected is None:
            continue
        rel = INTERVAL if "ci." in measure or "close" in measure or "rmsea.pvalue" in measure else FIT
        rel = max(rel, tolerance_of(name))
        assert found[measure.replace(".", "_")] == pytest.approx(expected, rel=rel, abs=rel), measure


SHARED = ROOT.parent.parent / "shared" / "reference" / "golden" / "cases"
# Faults of lavaan 0.6-14 or its optimiser's stopping rule; the reference's own README names them.
SKIPPED = {
    "hs_heywood": "a flat ridge: test_a_flat_heywood_ridge_ends_below_lavaan",
}
OTHER_ERRORS = {"hs_cfa_uls", "bfi_cfa_uls", "pd_uls", "hs_cfa_dwls", "pd_dwls"}  # of no data at all, in 0.6-14
LEAST_SQUARES_P = OTHER_ERRORS | {"hs_cfa_ulsmv", "hs_cfa_wlsm", "hs_cfa_wlsmv", "pd_wlsmv"}
CLUSTERED = {"tam_sem_cluster", "tam_sem_cluster_fiml", "twolevel_clusterrobust"}
LOOSE = 1e-4  # nlminb and lavaan's EM stop up to 5e-5 from the top


def shared_names():
    if not SHARED.exists():
        return []
    names = []
    for path in sorted(SHARED.glob("*.json")):
        case = json.loads(path.read_text(encoding="utf-8"))
        if "dataset" in case and not case["ordered"] and path.stem not in SKIPPED:
            names.append(path.stem)
    return names


def not_compared(name, measure):
    """Figures where the reference is not the truth, see its README."""
    if measure in ("gfi", "agfi", "pgfi") or name == "hsmiss_robust_twostage":
        return True
    if name in LEAST_SQUARES_P and (measure in ("pvalue", "baseline.pvalue") or "robust" in measure):
        return True
    if name in OTHER_ERRORS and not measure.startswith(("npar", "df", "baseline.df", "srmr", "crmr", "rmr")):
        return True
    if name.startswith("twolevel_2l") and measure in ("fmin", "srmr", "srmr_within", "srmr_between"):
        return True
    return name in CLUSTERED and ("scal" in measure or "robust" in measure)


@pytest.mark.parametrize("name", shared_names())
def test_shared_cases(shared_data, name):
    case = json.loads(shared_data(f"reference/golden/cases/{name}.json").read_text(encoding="utf-8"))
    frame = pd.read_csv(shared_data(f"data/golden/{case['dataset']}"))
    if case.get("subset_rows"):
        frame = frame.query(case["subset_rows"])
    result = fit_sem(case["model"], frame, growth=case["fun"] == "growth", **options_of(case))
    level = "level" in result.parameters.columns
    # The judge where lavaan's optimiser stops early: our discrepancy is nowhere above its own.
    if not level and name not in OTHER_ERRORS and not (case["options"] or {}).get("missing"):
        assert result.fit_measures["chisq"] <= case["fit"]["chisq"] + 1e-7
    expected = {
        (p["lhs"], p["op"], p["rhs"], p["level"] if level else 0 if p["op"] == ":=" else p["group"] or 1): p
        for p in case["parameters"]
    }
    for row in result.parameters.to_dict("records"):
        wanted = expected[row["lhs"], row["op"], row["rhs"], row["level" if level else "group"]]
        loose = 3e-3 if level else LOOSE
        assert row["estimate"] == pytest.approx(wanted["est"], rel=loose, abs=5e-6 if not level else 1e-3)
        if wanted["se"] is None:
            assert np.isnan(row["std_error"])
        elif name not in OTHER_ERRORS:
            assert row["std_error"] == pytest.approx(wanted["se"], rel=LOOSE, abs=5e-6)
        assert row["std_all"] == pytest.approx(wanted["std.all"], rel=loose, abs=2e-5 if not level else 1e-3)
    for measure, figure in case["fit"].items():
        if figure is not None and not not_compared(name, measure):
            assert result.fit_measures[measure.replace(".", "_")] == pytest.approx(figure, rel=1e-4, abs=1e-4), measure
    assert result.n_obs == case["n"]
    at_zero_gradient(name, result)


# lavaan brought to a zero gradient: see tests/golden/sem_shared.
REFITTED = json.loads((ROOT / "golden" / "sem_shared" / "refit.json").read_text(encoding="utf-8"))["cases"]
GATE = 1e-5
# What hangs on lavaan's EM, which stops at 1e-5, and on its saturated two-level model (differences-from-lavaan).
BY_EM = ("robust", "rmr", "srmr", "crmr")
LOOSER = {"hsmiss_robust_twostage": 5e-5, "twolevel_2l": 2e-4}


def at_zero_gradient(name, result):
    """Every figure against lavaan's at the point where its own gradient is zero."""
    golden = REFITTED[name]
    columns, level = golden["parameters"], "level" in result.parameters.columns
    block = "level" if level else "group"
    place = {key: i for i, key in enumerate(zip(*(columns[c] for c in ("lhs", "op", "rhs", block)), strict=True))}
    gate = LOOSER.get(name, GATE)
    for row in result.parameters.to_dict("records"):
        i = place[row["lhs"], row["op"], row["rhs"], row[block] if row["op"] != ":=" or level else 0]
        for ours, theirs in (("estimate", "est"), ("std_error", "se"), ("std_lv", "std.lv"), ("std_all", "std.all")):
            wanted = columns[theirs][i]
            # At an inequality lavaan prints no error, or 0 after tighter limits.
            skipped = wanted is None or (ours == "std_error" and (name in OTHER_ERRORS or np.isnan(row[ours])))
            assert skipped or row[ours] == pytest.approx(wanted, rel=gate, abs=gate), (row["lhs"], row["rhs"], ours)
    for measure, figure in golden["fit"].items():
        if figure is not None and not not_compared(name, measure):
            by_em = result.missing != "listwise"
            loose = by_em and any(word in measure for word in BY_EM)
            rel, least = (1e-4, 1e-5) if loose else (max(gate, GATE), 1e-6)
            assert result.fit_measures[measure.replace(".", "_")] == pytest.approx(figure, rel=rel, abs=least), measure
