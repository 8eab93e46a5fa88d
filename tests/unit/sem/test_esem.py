"""Rotated blocks inside a fitted model against lavaan, and against the rotation's own derivative."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import wxsat as wx
from wxsat.errors import ModelError, UsageError
from wxsat.sem.bootstrap.run import bootstrap_sem
from wxsat.sem.esem.blocks import split_blocks

GOLDEN = Path(__file__).parents[2] / "golden" / "esem"
# lavaan's rotation stops at a projected gradient of 1e-6.
ROTATION = 5e-6
ERRORS = 5e-6
THREE = "efa('b')*f1 + efa('b')*f2 + efa('b')*f3 =~ x1+x2+x3+x4+x5+x6+x7+x8+x9"
ITEMS = [f"x{j}" for j in range(1, 10)]
RAW = {"standardise": False}
TARGET = pd.DataFrame(np.where(np.kron(np.eye(3), np.ones((3, 1))) == 1, np.nan, 0.0), ITEMS, ["f1", "f2", "f3"])
# name: options, and whether lavaan's errors are those of the model (with std.ov those of oblique factors are not, and
# factors with predictors lack their residual covariance).
CASES: dict[str, tuple[dict[str, Any], bool]] = {
    "geomin": ({"rotation": "geomin"}, False),
    "geomin_01": ({"rotation": "geomin", "rotation_args": RAW | {"epsilon": 0.01}}, True),
    "oblimin": ({"rotation": "oblimin", "rotation_args": RAW}, True),
    "target": ({"rotation": "target", "rotation_args": {"target": TARGET}}, False),
    "orthogonal": ({"rotation": "geomin", "orthogonal": True}, True),
    "mlr": ({"rotation": "oblimin", "estimator": "MLR", "rotation_args": RAW}, True),
    "fiml": ({"rotation": "oblimin", "missing": "fiml", "rotation_args": RAW}, True),
    "outcome": ({"rotation": "geomin", "rotation_args": RAW}, True),
    "full": ({"rotation_args": RAW}, False),
}


@pytest.fixture(scope="module")
def golden() -> dict[str, Any]:
    return dict(json.loads((GOLDEN / "reference.json").read_text(encoding="utf-8"))["cases"])


@pytest.fixture(scope="module")
def pupils(shared_data: Callable[[str], Path]) -> pd.DataFrame:
    return pd.read_csv(shared_data("data/golden/HS39.csv"))


@pytest.mark.parametrize("name", list(CASES))
def test_rotated_estimates_and_errors_equal_lavaan(golden: dict[str, Any], pupils: pd.DataFrame, name: str) -> None:
    case, (options, comparable) = golden[name], CASES[name]
    data = pd.read_csv(GOLDEN / "holes.csv") if name == "fiml" else pupils
    fit = wx.fit_sem(case["model"], data, **options)
    found = fit.parameters.assign(key=fit.parameters["lhs"] + fit.parameters["op"] + fit.parameters["rhs"])
    found = found.set_index("key")
    assert fit.fit_measures["chisq"] == pytest.approx(case["chisq"], abs=1e-6)
    assert (fit.fit_measures["df"], fit.fit_measures["rmsea"]) == pytest.approx((case["df"], case["rmsea"]), abs=1e-6)
    for key, estimate, error, standardised, _ in case["rows"]:
        row = found.loc[key]
        assert row["estimate"] == pytest.approx(estimate, abs=ROTATION), key
        assert standardised is None or row["std_all"] == pytest.approx(standardised, abs=ROTATION), key
        if comparable and row["free"]:
            assert row["std_error"] == pytest.approx(error, abs=ERRORS), key


def test_every_group_is_rotated(golden: dict[str, Any], pupils: pd.DataFrame) -> None:
    case = golden["groups"]
    fit = wx.fit_sem(case["model"], pupils, group="school", rotation="oblimin", rotation_args=RAW)
    loadings = fit.parameters[fit.parameters["op"] == "=~"]
    wanted = [row for row in case["rows"] if "=~" in row[0]]
    assert loadings["estimate"].to_numpy() == pytest.approx([row[1] for row in wanted], abs=2e-5)
    assert loadings["std_error"].to_numpy() == pytest.approx([row[2] for row in wanted], abs=2e-5)


def test_errors_are_those_of_the_rotation_s_own_derivative(pupils: pd.DataFrame) -> None:
    # Standardised oblique rotation, where lavaan 0.6-14 is no witness: each draw of the sampling distribution of the
    # unrotated solution is rotated again.
    from wxsat.sem.esem.blocks import checked_blocks, with_loadings
    from wxsat.sem.esem.criterion import RotationOptions, criterion_of
    from wxsat.sem.esem.turning import turn_block, turned_matrices
    from wxsat.sem.implied import implied_groups
    from wxsat.sem.matrices import lay_out_groups
    from wxsat.sem.model_options import ModelOptions
    from wxsat.sem.parameter_table import complete_model
    from wxsat.sem.syntax import read_syntax

    plain, named = split_blocks(THREE, "model")
    syntax = read_syntax(plain)
    (block,) = checked_blocks(syntax, named)
    table = complete_model(with_loadings(syntax, (block,), echelon=True, oblique=True), ModelOptions())
    before = wx.fit_sem(table, pupils).outcome
    assert before is not None
    options = RotationOptions("oblimin", starts=2)
    cells = lay_out_groups(table, before.sample)

    def rotated(theta: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
        at = implied_groups(cells, theta)[0]
        turn = turn_block(at, block, 1, criterion_of(options, block), options, oblique=True)
        return turned_matrices(at, [turn], {block.name: block})[0][:9, 9:].T.ravel()

    theta, step = before.estimate.theta, 1e-4
    jacobian = np.column_stack(
        [(rotated(theta + e) - rotated(theta - e)) / (2 * step) for e in np.eye(len(theta)) * step]
    )
    wanted = np.sqrt(np.diag(jacobian @ before.vcov @ jacobian.T))
    fit = wx.fit_sem(THREE, pupils, rotation="oblimin")
    found = fit.parameters.loc[fit.parameters["op"] == "=~", "std_error"].to_numpy()
    assert found == pytest.approx(wanted, abs=2e-5)


def test_a_target_of_its_own_values_settles_the_direction(pupils: pd.DataFrame) -> None:
    turned = TARGET.copy()
    turned.loc[["x1", "x2", "x3"], "f1"] = -0.7
    fit = wx.fit_sem(THREE, pupils, rotation="target", rotation_args={"target": {"b": turned}})
    loadings = fit.parameters.query("op == '=~' and lhs == 'f1'").set_index("rhs")["std_all"]
    assert (loadings[["x1", "x2", "x3"]] < -0.4).all()


def test_scores_modification_indices_and_definitions_are_there(pupils: pd.DataFrame) -> None:
    model = THREE + "\nf1 + f2 + f3 ~ ageyr".replace("f1 + f2 + f3 ~ ageyr", "f1 ~ a*ageyr\nf2 ~ b*ageyr\nf3 ~ ageyr")
    fit = wx.fit_sem(model + "\nd := a - b", pupils, modification=True)
    assert fit.parameters.iloc[-1]["lhs"] == "d"
    assert np.isfinite(fit.parameters.iloc[-1]["std_error"])
    assert fit.modification is not None
    assert fit.to_dict()["provenance"]["rotation"]["method"] == "geomin"


@pytest.mark.parametrize(
    ("model", "code", "words"),
    [
        ("efa(b)*f1 + efa(b)*f2 =~ x1 + x2 + x3 + x4 + x5", "SEM-088", "cannot be read"),
        ("efa('a')*f1 + efa('b')*f1 =~ x1 + x2 + x3 + x4", "SEM-088", "already"),
        ("efa('b')*f1 =~ x1 + x2 + x3 + x4 + x5\nefa('b')*f2 =~ x1 + x2 + x3 + x4 + x6", "SEM-089", "same items"),
        ("efa('b')*f1 + efa('b')*f2 =~ 1*x1 + x2 + x3 + x4 + x5", "SEM-089", "modifiers"),
        ("efa('b')*f1 + efa('b')*f2 =~ x1 + x2 + x3", "SEM-089", "too few"),
        (THREE + "\nf1 ~ ageyr", "SEM-089", "f2, f3 lacks"),
        (THREE + "\nf1 ~ f2", "SEM-089", "settled by the rotation"),
        (THREE + "\nx1 ~~ a*x2\nx1 ~~ b*x3\na == b", "SEM-089", "equalities"),
    ],
)  # fmt: skip
def test_what_no_rotation_keeps_is_refused(pupils: pd.DataFrame, model: str, code: str, words: str) -> None:
    with pytest.raises(ModelError, match=re.escape(words)) as caught:
        wx.fit_sem(model, pupils)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "options",
    [
        {"rotation": "varimox"}, {"rotation": "target"}, {"rotation_args": {"eps": 1}},
        {"rotation_args": {"epsilon": 0}},
        {"bootstrap": 10}, {"ordered": "all"}, {"engine": "semopy"}, {"group": "school", "group_equal": "loadings"},
        {"rotation": "target", "rotation_args": {"target": TARGET.drop(index="x9")}},
        {"rotation": "target", "rotation_args": {"target": TARGET * np.nan}},
    ],
)  # fmt: skip
def test_options_that_a_rotation_cannot_carry_are_refused(pupils: pd.DataFrame, options: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as caught:
        wx.fit_sem(THREE, pupils, **options)
    assert caught.value.code == "SEM-099"


def test_rotated_factors_are_not_resampled(pupils: pd.DataFrame) -> None:
    """Draws end in other orders and signs of the factors: their spread would be that of the labels."""
    with pytest.raises(UsageError) as caught:
        bootstrap_sem(THREE, pupils, draws=20)
    assert caught.value.code == "SEM-099"


def test_a_rotation_of_nothing_is_refused(pupils: pd.DataFrame) -> None:
    with pytest.raises(UsageError, match="explores no factors"):
        wx.fit_sem("f =~ x1 + x2 + x3", pupils, rotation="geomin")


def test_comments_and_places_of_faults_stay() -> None:
    plain, blocks = split_blocks("# efa(x)\nefa(\"b\")*f1 + efa('b')*f2 =~ x1 # efa('c')*g", "model")
    assert plain.splitlines()[1].index("f1") == len('efa("b")*')
    assert [b.factors for b in blocks] == [("f1", "f2")]
