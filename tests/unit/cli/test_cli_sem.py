"""wxsat sem fit: what goes to stdout, what to stderr, and the exit codes."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from wxsat.cli.sem import app
from wxsat.errors import EstimationError, ModelError, UsageError

runner = CliRunner()
MODEL = "visual =~ x1 + x2 + x3\nspeed =~ x7 + x8 + x9\nspeed ~ a*visual\ntwice := 2*a\n"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    import semopy.examples.holzinger39 as holzinger

    folder = tmp_path_factory.mktemp("sem")
    frame = holzinger.get_data()
    frame.to_csv(folder / "hs.csv", index=False)
    frame[frame["id"] < 60].to_csv(folder / "few.csv", index=False)
    (folder / "m.sem").write_text(MODEL, encoding="utf-8")
    (folder / "heywood.sem").write_text("visual =~ x1 + x2 + x9\ntextual =~ x4 + x5\n", encoding="utf-8")
    (folder / "loose.sem").write_text("visual =~ x1 + x2\n", encoding="utf-8")
    (folder / "typo.sem").write_text("visual =~ x1 ++ x2\n", encoding="utf-8")
    return folder


def fit(files, model, data, *options):
    return runner.invoke(app, ["fit", str(files / model), str(files / data), *options])


def test_readable_output(files):
    done = fit(files, "m.sem", "hs.csv")
    assert done.exit_code == 0
    assert "chisq(8)" in done.stdout
    for words in ("Parameters", "std_all", "twice", "R2", "Effects"):
        assert words in done.stdout
    assert "SEM-106" in done.stderr
    assert "SEM-106" not in done.stdout


def test_json_is_one_document_and_nothing_else(files):
    done = fit(files, "m.sem", "hs.csv", "--json")
    document = json.loads(done.stdout)
    assert document["n"] == 301
    assert document["fit"]["df"] == 8
    assert next(p for p in document["parameters"] if p["op"] == ":=")["lhs"] == "twice"


def test_a_refused_reading_exits_6_with_its_numbers(files):
    done = fit(files, "heywood.sem", "few.csv", "--json")
    assert done.exit_code == 6
    document = json.loads(done.stdout)
    assert document["refused"] is True
    assert "SEM-103" in {w["code"] for w in document["warnings"]}


@pytest.mark.parametrize(
    ("model", "options", "kind", "code"),
    [
        ("loose.sem", (), EstimationError, 5),
        ("typo.sem", (), ModelError, 3),
        ("m.sem", ("--estimator", "MLX"), UsageError, 2),
        ("m.sem", ("--form", "brief"), UsageError, 2),
        ("absent.sem", (), ModelError, 3),
    ],
)
def test_errors_propagate_with_their_exit_code(files, model, options, kind, code):
    done = fit(files, model, "hs.csv", *options)
    assert isinstance(done.exception, kind)
    assert done.exception.exit_code == code
    assert done.stdout == ""


def test_numbers_kept_as_text_are_read_and_words_are_not(files):
    frame = pd.read_csv(files / "hs.csv")
    frame["x1"] = frame["x1"].map(lambda v: f" {v} ")
    frame.to_csv(files / "spaces.csv", index=False)
    assert json.loads(fit(files, "m.sem", "spaces.csv", "--json").stdout)["n"] == 301
    frame["x1"] = "agree"
    frame.to_csv(files / "words.csv", index=False)
    assert "SEM-042" in str(fit(files, "m.sem", "words.csv").exception)


def test_compare_prints_the_difference(files):
    (files / "equal.sem").write_text(MODEL.replace("x2 + x3", "b*x2 + b*x3"), encoding="utf-8")
    done = runner.invoke(app, ["compare", str(files / "equal.sem"), str(files / "m.sem"), str(files / "hs.csv")])
    assert done.exit_code == 0
    assert "df 1" in done.stdout
    options = ("--estimator", "MLR", "--json")
    done = runner.invoke(
        app, ["compare", str(files / "m.sem"), str(files / "equal.sem"), str(files / "hs.csv"), *options]
    )
    document = json.loads(done.stdout)
    assert [m["role"] for m in document["models"]] == ["free", "restricted"]
    assert document["difference"]["df"] == 1
    assert document["difference"]["scaling_factor"] > 0


def test_options_reach_the_fit(files):
    options = ("--group", "school", "--group-equal", "loadings,intercepts", "--group-partial", "visual=~x2,x3~1")
    document = json.loads(fit(files, "m.sem", "hs.csv", *options, "--estimator", "MLM", "--json").stdout)
    assert [g["name"] for g in document["groups"]] == ["Pasteur", "Grant-White"]
    assert document["estimator"] == "MLM"
    assert document["fit"]["chisq_scaled"] > 0
    shown = fit(files, "m.sem", "hs.csv", *options).stdout
    assert "group" in shown
    assert "< .001" in shown


def test_the_witness_has_a_line_of_its_own(files):
    assert "Check by semopy" in fit(files, "m.sem", "hs.csv", "--check", "semopy").stdout


def test_a_covariance_matrix_instead_of_answers(files):
    frame = pd.read_csv(files / "hs.csv")
    items = [f"x{i}" for i in range(1, 10)]
    frame[items].cov().to_csv(files / "cov.csv", index=False)
    frame[items].cov().to_csv(files / "named.csv")
    rows = json.loads(fit(files, "m.sem", "hs.csv", "--json").stdout)
    for name in ("cov.csv", "named.csv"):
        arguments = ["fit", str(files / "m.sem"), "--cov", str(files / name), "--n", "301", "--json"]
        document = json.loads(runner.invoke(app, arguments).stdout)
        assert document["fit"]["chisq"] == pytest.approx(rows["fit"]["chisq"], rel=1e-9)


@pytest.mark.parametrize(
    "options", [("--ordered", "all", "--missing", "fiml"), ("--cov", "hs.csv"), ("--bounds", "wide")]
)
def test_options_that_make_no_sense_are_refused(files, options):
    assert fit(files, "m.sem", "hs.csv", *options).exception.exit_code == 2


MOBI_MODEL = """
Image =~ IMAG1 + IMAG2 + IMAG3 + IMAG4 + IMAG5
Expectation =~ CUEX1 + CUEX2 + CUEX3
Quality =~ PERQ1 + PERQ2 + PERQ3 + PERQ4 + PERQ5 + PERQ6 + PERQ7
Value =~ PERV1 + PERV2
Satisfaction =~ CUSA1 + CUSA2 + CUSA3
Loyalty =~ CUSL1 + CUSL2 + CUSL3
Complaints =~ CUSCO
Expectation ~ Image
Quality ~ Expectation
Value ~ Expectation + Quality
Satisfaction ~ Image + Expectation + Quality + Value
Complaints ~ Satisfaction
Loyalty ~ Image + Satisfaction + Complaints
"""


def test_predictors_that_are_not_distinct_are_refused(tmp_path, shared_data):
    """The European mobile phone data: paths of 2.2 and -1.5 with standard errors of 16 and 24, HTMT beyond .90."""
    answers = shared_data("data/real/A_satisfaction_sem/semPLS/mobi.csv")
    (tmp_path / "mobi.sem").write_text(MOBI_MODEL, encoding="utf-8")
    done = runner.invoke(app, ["fit", str(tmp_path / "mobi.sem"), str(answers), "--json"])
    assert done.exit_code == 6
    document = json.loads(done.stdout)
    assert document["refused"] is True
    assert "MEAS-121" in {w["code"] for w in document["warnings"]}


def test_two_predictors_that_are_one_are_refused(tmp_path):
    rng = np.random.default_rng(1)
    same, outcome = rng.normal(size=(2, 400))
    columns = {f"{name}{i}": same + 0.6 * rng.normal(size=400) for name in "ab" for i in (1, 2, 3)}
    columns |= {f"y{i}": same + outcome + 0.6 * rng.normal(size=400) for i in (1, 2, 3)}
    pd.DataFrame(columns).to_csv(tmp_path / "d.csv", index=False)
    measured = "A =~ a1 + a2 + a3\nB =~ b1 + b2 + b3\nY =~ y1 + y2 + y3\n"
    (tmp_path / "both.sem").write_text(measured + "Y ~ A + B\n", encoding="utf-8")
    (tmp_path / "one.sem").write_text(measured + "Y ~ A\n", encoding="utf-8")
    refused = runner.invoke(app, ["fit", str(tmp_path / "both.sem"), str(tmp_path / "d.csv")])
    assert refused.exit_code == 6
    assert "MEAS-121" in refused.stderr
    assert "MEAS-121" not in runner.invoke(app, ["fit", str(tmp_path / "one.sem"), str(tmp_path / "d.csv")]).stderr
