"""Method bias by models: every step of the marker technique equals lavaan's."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from wxsat.errors import DataError, UsageError
from wxsat.sem.method_bias.evaluate import MethodBias, evaluate_method_bias

FOLDER = Path(__file__).parents[3] / "golden" / "method_bias"
GOLDEN = json.loads((FOLDER / "method_bias.json").read_text(encoding="utf-8"))
SCALES = {name: [f"{name}{k}" for k in (1, 2, 3)] for name in "ABC"}
MARKER = {"MK": ["MK1", "MK2", "MK3"]}
SAME_FIT = 1e-4  # chi-square: lavaan's search stops a little earlier
SAME_SOLUTION = 2e-5  # correlations and reliabilities, for the same reason


@pytest.fixture(scope="module")
def found() -> MethodBias:
    frame = pd.read_csv(FOLDER / "marker_answers.csv")
    return evaluate_method_bias(frame, scales={**SCALES, **MARKER}, marker="MK")


def _model(found: MethodBias, technique: str, model: str) -> Any:
    rows = found.models
    return rows[(rows["technique"] == technique) & (rows["model"] == model)].iloc[0]


@pytest.mark.parametrize(
    ("technique", "model", "key"),
    [
        ("marker", "cfa", "cfa"), ("marker", "baseline", "baseline"), ("marker", "method_c", "method_c"),
        ("marker", "method_u", "method_u"), ("marker", "method_r", "method_r_of_c"),
        ("unmeasured", "cfa", "cfa_alone"), ("unmeasured", "method factor", "ulmc"),
        ("harman", "one factor", "one_factor"),
    ],
)  # fmt: skip
def test_every_model_fits_as_in_lavaan(found: MethodBias, technique: str, model: str, key: str) -> None:
    row = _model(found, technique, model)
    assert row["chisq"] == pytest.approx(GOLDEN[key]["chisq"], abs=SAME_FIT)
    assert row["df"] == GOLDEN[key]["df"]
    assert row["cfi"] == pytest.approx(GOLDEN[key]["cfi"], abs=SAME_SOLUTION)


@pytest.mark.parametrize(
    ("technique", "model", "key"),
    [("marker", "cfa", "r_cfa"), ("marker", "baseline", "r_baseline"), ("marker", "method_c", "r_c"),
     ("marker", "method_u", "r_u"), ("unmeasured", "method factor", "r_ulmc")],
)  # fmt: skip
def test_correlations_equal_lavaan(found: MethodBias, technique: str, model: str, key: str) -> None:
    rows = found.correlations
    for row in rows[(rows["technique"] == technique) & (rows["model"] == model)].to_dict("records"):
        assert row["r"] == pytest.approx(GOLDEN[key][row["a"] + row["b"]], abs=SAME_SOLUTION)


def test_the_technique_comes_to_the_verdict_that_the_data_were_made_with(found: MethodBias) -> None:
    assert found.retained == "method_c"
    tests = found.comparisons.set_index("comparison")
    difference = GOLDEN["baseline"]["chisq"] - GOLDEN["method_c"]["chisq"]
    assert tests.loc["baseline, method_c", "chisq"] == pytest.approx(difference, abs=SAME_FIT)
    assert tests.loc["method_c, method_r", "df"] == 3
    assert {f.code for f in found.findings} >= {"SEM-190", "SEM-192"}
    assert found.harman["first_eigenvalue_share"] == pytest.approx(GOLDEN["eigen_share"], abs=1e-12)


def test_reliability_and_sensitivity_of_the_free_model_equal_lavaan() -> None:
    from wxsat.sem.method_bias.marker import _far
    from wxsat.sem.method_bias.models import held_text, measurement_text, method_text, orthogonal_text
    from wxsat.sem.method_bias.sequence import Fits, decompose, value_of

    frame = pd.read_csv(FOLDER / "marker_answers.csv")
    fit = Fits(frame, {})
    items = [i for v in SCALES.values() for i in v]
    cfa = fit(f"{measurement_text(SCALES)}\n{measurement_text(MARKER)}")
    held = {("MK", "=~", i): value_of(cfa, "MK", "=~", i) for i in MARKER["MK"]}
    held |= {(i, "~~", i): value_of(cfa, i, "~~", i) for i in MARKER["MK"]}
    start = f"{measurement_text(SCALES)}\n{held_text(held)}\n{orthogonal_text('MK', tuple(SCALES))}"
    free = fit(f"{start}\n{method_text('MK', items)}")
    for part in decompose(SCALES, fit(start), free, "MK"):
        expected = GOLDEN["reliability_u"][part.construct]
        assert part.substantive == pytest.approx(expected["substantive"], abs=SAME_SOLUTION)
        assert part.method == pytest.approx(expected["method"], abs=SAME_SOLUTION)
        if part.construct == "A":
            assert part.total == pytest.approx(GOLDEN["reliability_baseline"]["total"], abs=SAME_SOLUTION)
    pushed = fit(f"{start}\n{method_text('MK', items, _far(free, 'MK', items, 1.959963984540054))}")
    assert pushed.fit_measures["chisq"] == pytest.approx(GOLDEN["sensitivity"]["chisq"], abs=1e-3)


def test_shared_cases(shared_data: Callable[[str], Path]) -> None:
    case = json.loads(shared_data("reference/golden/cases/tam_cmv_ulmc.json").read_text(encoding="utf-8"))
    frame = pd.read_csv(shared_data("data/golden/TAMsim.csv"))
    scales = {"PEOU": [f"EOU{k}" for k in (1, 2, 3, 4)], "PU": [f"PU{k}" for k in (1, 2, 3, 4)],
              "PV": [f"PV{k}" for k in (1, 2, 3)], "SAT": [f"SAT{k}" for k in (1, 2, 3)]}  # fmt: skip
    row = _model(evaluate_method_bias(frame, scales=scales), "unmeasured", "method factor")
    assert row["chisq"] == pytest.approx(2 * case["n"] * case["fmin"], rel=1e-6)


def test_scales_that_cannot_carry_a_method_model_are_refused() -> None:
    frame = pd.read_csv(FOLDER / "marker_answers.csv")
    with pytest.raises(UsageError, match="MEAS-075"):
        evaluate_method_bias(frame, scales={"A": ["A1", "A2", "A3"]})
    with pytest.raises(UsageError, match="MEAS-075"):
        evaluate_method_bias(frame, scales=SCALES, marker=["MK1"])
    with pytest.raises(UsageError, match="MEAS-075"):
        evaluate_method_bias(frame, scales=SCALES, marker="ZZ")
    with pytest.raises(DataError, match="MEAS-001"):
        evaluate_method_bias(frame, scales={**SCALES, "D": ["D1", "D2"]})
