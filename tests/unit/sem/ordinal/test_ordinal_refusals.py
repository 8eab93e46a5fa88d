"""What is refused by name, what is said beside the figures, and what the command line does with ordinal items."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from wxsat.cli.app import app
from wxsat.errors import DataError, EstimationError, ModelError, UsageError
from wxsat.sem.comparison import compare_sem
from wxsat.sem.fit import fit_sem
from wxsat.sem.quality import evaluate_quality

FOLDER = Path(__file__).parents[3] / "golden" / "sem_ordinal"
FRAME = pd.read_csv(FOLDER / "answers.csv")
CFA = "f1 =~ a1 + a2 + a3\nf2 =~ b1 + b2 + b3"
ORDERED = {"ordered": "all"}
LEVELS = "level: 1\nf =~ a1 + a2 + a3\nlevel: 2\nh =~ a1 + a2 + a3"

REFUSED = {
    "ML": (CFA, {"estimator": "ML"}, UsageError, "SEM-019", "WLSMV"),
    "fiml": (CFA, {"missing": "fiml"}, UsageError, "SEM-024", 'missing="pairwise"'),
    "wishart": (CFA, {"likelihood": "wishart"}, UsageError, "SEM-025", "Wishart"),
    "engine": (CFA, {"engine": "semopy"}, UsageError, "SEM-025", "semopy"),
    "witness": (CFA, {"check": "semopy"}, UsageError, "SEM-025", "cannot check"),
    "standardised": (CFA, {"std_ov": True}, UsageError, "SEM-025", "no units"),
    "parameterization": (CFA, {"parameterization": "tehta"}, UsageError, "SEM-025", "Did you mean 'theta'"),
    "residuals": (CFA, {"group": "g", "group_equal": "residuals"}, UsageError, "SEM-025", "theta"),
    "covariate": (CFA + "\nf1 ~ s", {"ordered": "a1,s"}, ModelError, "SEM-018", "covariates are taken as they are"),
    "name": (CFA, {"ordered": "a1,a9"}, ModelError, "SEM-018", "Observed: a1, a2"),
    "threshold": (CFA + "\nb1 | t3", {}, ModelError, "SEM-016", "3 categories"),
    "residual": (CFA + "\nb1 ~~ b1", {}, ModelError, "SEM-017", "no parameter under delta"),
    "scale of a numeric": ("f =~ a1 + a2 + y1\ny1 ~*~ y1", {"ordered": "a1,a2"}, ModelError, "SEM-017", "not ordinal"),
    "free scale": (CFA + "\nb1 ~*~ NA*b1", {"parameterization": "theta"}, ModelError, "SEM-017", "under theta"),
    "continuous": ("f =~ a1 + a2 + y1", {}, DataError, "SEM-026", "different values"),
    "two items": ("f1 =~ a1 + a2", {}, EstimationError, "SEM-051", "df = -1"),
    "binary": ("f =~ d1 + d2 + d3", {"group": "g", "group_equal": "thresholds"}, EstimationError, "SEM-051", "df"),
    "levels": (LEVELS, {"cluster": "g"}, UsageError, "SEM-025", "two-level"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused_by_name(name):
    model, options, kind, code, words = REFUSED[name]
    with pytest.raises(kind) as caught:
        fit_sem(model, FRAME, **(ORDERED | options))
    assert caught.value.code == code
    assert words in str(caught.value)


def test_equal_thresholds_without_ordinal_items_are_refused():
    with pytest.raises(UsageError, match="no variable is ordinal"):
        fit_sem(CFA, FRAME, group="g", group_equal="thresholds")


def test_a_category_that_a_group_never_uses_is_named():
    frame = FRAME[~((FRAME["g"] == 2) & (FRAME["b1"] == 3))]
    with pytest.raises(DataError, match="MEAS-030") as caught:
        fit_sem(CFA, frame, ordered="all", group="g")
    assert "b1 in group 2" in str(caught.value)


def test_thresholds_in_the_text_make_a_variable_ordinal():
    said = fit_sem(CFA + "\na1 | t1 + t2 + t3 + t4", FRAME)
    assert said.estimator == "WLSMV"
    assert said.table.ordered == {"a1": 4}
    asked = fit_sem(CFA, FRAME, ordered=["a1"])
    assert said.fit_measures["chisq"] == pytest.approx(asked.fit_measures["chisq"], rel=1e-10)


def test_wlsmv_without_ordinal_items_is_that_of_continuous_data():
    plain = fit_sem(CFA, FRAME, estimator="WLSMV")
    assert not plain.table.ordered
    assert plain.fit_measures["chisq"] != pytest.approx(
        fit_sem(CFA, FRAME, ordered="all").fit_measures["chisq"], rel=1e-3
    )


def test_a_column_beside_the_model_may_be_declared():
    both = fit_sem(CFA, FRAME, ordered=["a1", "a2", "a3", "b1", "b2", "b3", "d1"])
    assert both.fit_measures["chisq"] == pytest.approx(fit_sem(CFA, FRAME, ordered="all").fit_measures["chisq"])


def test_findings_say_which_indices_are_there():
    codes = {f.code for f in fit_sem(CFA, FRAME, ordered="all").findings}
    assert "SEM-111" in codes
    mixed = fit_sem("f1 =~ a1 + a2 + a3\nf2 =~ b1 + b2 + y1", FRAME, ordered="a1,a2,a3,b1,b2")
    assert "SEM-112" in {f.code for f in mixed.findings}
    assert np.isnan(mixed.fit_measures["cfi_robust"])
    assert "SEM-115" in {f.code for f in fit_sem(CFA, FRAME[:200], ordered="all", estimator="WLS").findings}


def test_pairwise_uses_every_answer_and_says_how_many():
    frame = FRAME.astype("float64")
    frame.loc[:99, "a1"] = np.nan
    fit = fit_sem(CFA, frame, ordered="all", missing="pairwise")
    assert fit.n_obs == 600
    finding = next(f for f in fit.findings if f.code == "SEM-114")
    assert (finding.evidence["fewest"], finding.evidence["most"]) == (500, 600)
    assert fit_sem(CFA, frame, ordered="all").n_obs == 500


def test_clusters_change_the_errors_and_not_the_weights_of_copies():
    """Every row twice in a cluster of its own: the same statistics, the errors of the single rows."""
    twice = pd.concat([FRAME.assign(c=range(600))] * 2, ignore_index=True)
    single = fit_sem(CFA, FRAME, ordered="all", estimator="ULSMV")
    doubled = fit_sem(CFA, twice, ordered="all", estimator="ULSMV", cluster="c")
    assert doubled.parameters["estimate"].tolist() == pytest.approx(single.parameters["estimate"].tolist(), abs=1e-7)
    # C / (C - 1) and N - 1 against 2 N - 1 are all that differ.
    free = single.parameters["std_error"] > 0
    ratio = (doubled.parameters["std_error"] / single.parameters["std_error"])[free]
    assert ratio.to_numpy() == pytest.approx(1.0, abs=2e-3)


def test_an_ordinal_and_a_continuous_fit_are_not_compared():
    with pytest.raises(UsageError, match="SEM-077"):
        compare_sem(fit_sem(CFA, FRAME, ordered="all"), fit_sem(CFA + "\nf1 ~~ 0*f2", FRAME))


def test_what_has_no_ordinal_form_says_so():
    fit = fit_sem(CFA, FRAME, ordered="all")
    with pytest.raises(UsageError, match="SEM-029"):
        fit.factor_scores()


def test_quality_takes_the_residual_variances_that_follow():
    fit = fit_sem("f1 =~ a1 + a2 + a3", FRAME, ordered="all")
    loadings = fit.parameters.query("op == '=~'")["std_all"].to_numpy()
    quality = evaluate_quality(fit).constructs.iloc[0]
    expected = loadings.sum() ** 2 / (loadings.sum() ** 2 + (1 - loadings**2).sum())
    assert quality["cr"] == pytest.approx(expected, rel=1e-6)


@pytest.fixture
def files(tmp_path):
    (tmp_path / "cfa.sem").write_text(CFA, encoding="utf-8")
    (tmp_path / "apart.sem").write_text(CFA + "\nf1 ~~ 0*f2", encoding="utf-8")
    FRAME.to_csv(tmp_path / "answers.csv", index=False)
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(app, [str(a) for a in arguments])


def test_fit_on_the_command_line(files):
    result = run("sem", "fit", files / "cfa.sem", files / "answers.csv", "--ordered", "all", "--json", "--modification")
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert document["estimator"] == "WLSMV"
    ops = {row["op"] for row in document["parameters"]}
    assert {"=~", "|", "~~", "~*~", "~1"} <= ops
    assert document["fit"]["pvalue"] is None
    assert document["fit"]["cfi_robust"] <= document["fit"]["cfi"]
    assert {"mi", "epc", "sepc_all"} <= set(document["modification"][0])


def test_compare_and_bootstrap_on_the_command_line(files):
    both = (files / "cfa.sem", files / "apart.sem", files / "answers.csv", "--ordered", "all", "--json")
    document = json.loads(run("sem", "compare", *both).stdout)
    assert document["difference"]["df"] == 1
    assert document["difference"]["method"] == "satorra.2000"
    result = run(
        "sem", "bootstrap", files / "cfa.sem", files / "answers.csv", "--ordered", "all", "--draws", 40, "--json"
    )
    assert result.exit_code == 0
    assert json.loads(result.stdout)["counts"]["used"] == 40
    assert "40 of 40 draws" in result.stderr


@pytest.mark.parametrize("more", [{}, {"parameterization": "theta"}, {"std_lv": True}])
def test_a_latent_of_one_item_is_its_latent_response(more):
    """The same model with the item itself in the regressions: lavaan's way to write it."""
    alone = fit_sem("f1 =~ a1 + a2 + a3\nc =~ b1\nc ~ f1", FRAME, ordered="all", **more)
    direct = fit_sem("f1 =~ a1 + a2 + a3\nb1 ~ f1", FRAME, ordered="all", **more)
    assert alone.fit_measures["chisq"] == pytest.approx(direct.fit_measures["chisq"], rel=1e-7)
    assert alone.fit_measures["df"] == direct.fit_measures["df"]
    slopes = [f.parameters.query("op == '~'").iloc[0] for f in (alone, direct)]
    assert slopes[0]["std_all"] == pytest.approx(slopes[1]["std_all"], abs=1e-7)
    assert slopes[0]["std_error"] == pytest.approx(slopes[1]["std_error"], rel=1e-6)
    errors = [f.standardized().query("op == '~'")["std_error"].iloc[0] for f in (alone, direct)]
    assert errors[0] == pytest.approx(errors[1], rel=1e-6)


@pytest.mark.parametrize("missing", ["listwise", "pairwise"])
def test_copied_ordinal_columns_are_refused_as_numeric_ones_are(missing):
    with pytest.raises(DataError, match="is the same as column 'a1'") as caught:
        fit_sem(CFA, FRAME.assign(a2=FRAME["a1"]), missing=missing, **ORDERED)
    assert caught.value.code == "SEM-046"
