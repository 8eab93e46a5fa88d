"""SAM against lavaan's sam(), and the two ways to the same point where they must meet."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wxsat.errors import EstimationError, UsageError
from wxsat.sem.moments import Moments, Sample
from wxsat.sem.parameter_table import parse_model
from wxsat.sem.sam import fit_sam, sam_table

GOLDEN = json.loads(
    (Path(__file__).parents[2] / "golden" / "sem_bootstrap" / "sem_bootstrap.json").read_text(encoding="utf-8")
)["sam"]
# lavaan's second step is nlminb, which stops up to 1e-5 from the top.
ESTIMATE = 2e-5
CASES = list(GOLDEN)
# GLS mapping takes noise off a covariate too. lavaan carries its smaller variance (1.060; sample 1.100) into the
# information of the whole model; we take the sample's, as the covariate is given: errors differ by the ratio.
OTHER_ERRORS = "covariate_local_GLS"


@pytest.fixture(scope="module")
def data():
    import semopy.examples.holzinger39 as holzinger
    import semopy.examples.political_democracy as political

    return {"hs": holzinger.get_data(), "pd": political.get_data()}


def sample_of(table, frame, split=None):
    parts = [frame] if split is None else [part for _, part in frame.groupby(split, sort=False)]
    found = []
    for part in parts:
        values = part[list(table.observed_names)].to_numpy(dtype="float64")
        found.append(Moments(table.observed_names, np.cov(values.T, bias=True), values.mean(axis=0), len(part),
                             len(part), values))  # fmt: skip
    return Sample(found)


@pytest.mark.parametrize("name", CASES)
def test_against_lavaan(data, name):
    case = GOLDEN[name]
    table = parse_model(case["model"])
    found = sam_table(table, sample_of(table, data[case["data"]]), method=case["kind"], mapping=case["mapping"])
    ours = found.parameters.set_index(["lhs", "op", "rhs"])
    columns = case["parameters"]
    compared = 0
    for lhs, op, rhs, est, se in zip(*(columns[c] for c in ("lhs", "op", "rhs", "est", "se")), strict=True):
        if (lhs, op, rhs) not in ours.index:
            assert se == 0
            continue
        row = ours.loc[(lhs, op, rhs)]
        assert row["estimate"] == pytest.approx(est, rel=ESTIMATE, abs=ESTIMATE)
        if name != OTHER_ERRORS:
            assert row["std_error"] == pytest.approx(se, rel=ESTIMATE, abs=1e-6)
        compared += 1
    assert compared >= 4


def test_local_and_global_meet_when_the_structure_is_saturated(data):
    model = "visual =~ x1 + x2 + x3\nspeed =~ x7 + x8 + x9\nvisual ~ ageyr\nspeed ~ b*visual + ageyr"
    table = parse_model(model)
    sample = sample_of(table, data["hs"])
    local, whole = (sam_table(table, sample, method=m) for m in ("local", "global"))
    np.testing.assert_allclose(local.theta, whole.theta, rtol=1e-7, atol=1e-8)
    np.testing.assert_allclose(local.parameter_covariance, whole.parameter_covariance, rtol=1e-6, atol=1e-10)
    assert local.chisq == pytest.approx(0.0, abs=1e-8)
    assert local.reliability["value"].between(0, 1).all()


def test_correlated_residuals_bring_blocks_together(data):
    model = GOLDEN["pd_local_ML"]["model"] + "\ny1 ~~ y5\ny2 ~~ y6"
    table = parse_model(model)
    found = sam_table(table, sample_of(table, data["pd"]))
    assert found.blocks["latents"].tolist() == ["ind60", "dem60, dem65"]
    assert found.parameters.query("lhs == 'y1' and rhs == 'y5'")["estimate"].abs().item() > 0.1


def test_groups(data):
    model = "visual =~ x1 + x2 + x3\nspeed =~ x7 + x8 + x9\nspeed ~ visual"
    table = parse_model(model, groups=("Pasteur", "Grant-White"))
    frame = data["hs"]
    found = sam_table(table, sample_of(table, frame, "school"))
    alone = [
        sam_table(one := parse_model(model), sample_of(one, part)) for _, part in frame.groupby("school", sort=False)
    ]
    for group, single in enumerate(alone, start=1):
        ours = found.parameters[found.parameters["group"] == group].reset_index(drop=True)
        np.testing.assert_allclose(ours["estimate"], single.parameters["estimate"], rtol=1e-6, atol=1e-8)
        np.testing.assert_allclose(ours["std_error"], single.parameters["std_error"], rtol=1e-6, atol=1e-8)


def test_recovers_where_errors_are_large():
    generator = np.random.default_rng(8)
    n, slopes = 60, []
    for _ in range(60):
        x = generator.normal(size=n)
        y = 0.5 * x + generator.normal(size=n) * np.sqrt(0.75)
        items = np.column_stack([v[:, None] + generator.normal(size=(n, 3)) * 0.8 for v in (x, y)])
        frame = pd.DataFrame(items, columns=["a1", "a2", "a3", "b1", "b2", "b3"])
        table = parse_model("x =~ a1 + a2 + a3\ny =~ b1 + b2 + b3\ny ~ x")
        found = sam_table(table, sample_of(table, frame))
        slopes.append(found.parameters.query("op == '~'")["estimate"].item())
    # Sampling error of the mean of 60 slopes: their SD is about .2.
    assert abs(np.median(slopes) - 0.5) < 4 * 0.2 / np.sqrt(60)


REFUSED = {
    "second order": "v =~ x1 + x2 + x3\nt =~ x4 + x5 + x6\ns =~ x7 + x8 + x9\ng =~ v + t + s",
    "no latent": "x1 ~ x2",
    "item regressed": "v =~ x1 + x2 + x3\nx1 ~ x9",
    "means": "v =~ x1 + x2 + x3 + x4\nv ~ 1\nx1 ~ 0*1",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_sam_cannot_do_is_refused(data, name):
    table = parse_model(REFUSED[name])
    with pytest.raises(UsageError, match="SEM-059"):
        sam_table(table, sample_of(table, data["hs"]))


def test_a_block_that_is_not_identified_is_named(data):
    table = parse_model("v =~ x1 + x2\ns =~ x7 + x8 + x9\ns ~ v")
    with pytest.raises(EstimationError, match="measurement of v is not identified"):
        sam_table(table, sample_of(table, data["hs"]))
    together = sam_table(table, sample_of(table, data["hs"]), blocks=[["v", "s"]])
    assert together.parameters.query("op == '~'")["estimate"].item() > 0


def test_from_text_and_frame(data):
    model = "visual =~ x1 + x2 + x3\nspeed =~ x7 + x8 + x9\nspeed ~ visual"
    found = fit_sam(model, data["hs"])
    table = parse_model(model)
    np.testing.assert_allclose(found.theta, sam_table(table, sample_of(table, data["hs"])).theta, rtol=1e-9)
    grouped = fit_sam(model, data["hs"], group="school")
    assert set(grouped.parameters["group"]) == {1, 2}
