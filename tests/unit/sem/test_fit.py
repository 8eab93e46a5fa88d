"""fit_sem: what it refuses and how it says so, what it does with forms, and what it returns."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from wxsat.errors import DataError, EstimationError, ModelError, UsageError
from wxsat.sem.fit import fit_sem
from wxsat.sem.parameter_table import parse_model
from wxsat.sem.restrict import restrict_model

MODEL = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
PATHS = MODEL + "\nspeed ~ a*visual + b*textual\ntextual ~ c*visual\nind := c*b"


@pytest.fixture(scope="module")
def hs() -> pd.DataFrame:
    import semopy.examples.holzinger39 as holzinger

    return holzinger.get_data()


@pytest.fixture(scope="module")
def result(hs):
    return fit_sem(PATHS, hs)


def with_column(frame, name, values):
    changed = frame.copy()
    changed[name] = values
    return changed


BAD_DATA = {
    "constant": (lambda d: with_column(d, "x2", 3.0), "SEM-045", "constant (3)"),
    "twin": (lambda d: with_column(d, "x2", d["x1"]), "SEM-046", "same as column 'x1'"),
    "linear": (lambda d: with_column(d, "x2", 2 * d["x1"] + 1), "SEM-046", "linear function of 'x1'"),
    "sum": (lambda d: with_column(d, "x9", d["x1"] + d["x2"]), "SEM-046", "linear function of other columns"),
    "text": (lambda d: with_column(d, "x2", d["x2"].astype(str)), "SEM-042", "numbers were expected"),
    "yes": (lambda d: with_column(d, "x2", "yes"), "SEM-042", "'yes'"),
    "category": (lambda d: with_column(d, "x2", pd.Categorical(["a"] * len(d))), "SEM-042", "category"),
    "infinite": (lambda d: d.assign(x2=d["x2"].where(d.index != d.index[6], np.inf)), "SEM-043", "row 7"),
    "few rows": (lambda d: d.head(6), "SEM-044", "6 complete rows of 6"),
    "all missing": (lambda d: with_column(d, "x2", np.nan), "SEM-044", "no answer at all"),
    "twice": (lambda d: pd.concat([d, d[["x2"]]], axis=1), "SEM-041", "2 columns of this name"),
}


@pytest.mark.parametrize("name", BAD_DATA)
def test_bad_data_are_refused_by_name(hs, name):
    spoil, code, words = BAD_DATA[name]
    with pytest.raises(DataError) as caught:
        fit_sem(MODEL, spoil(hs))
    assert caught.value.code == code
    assert words in str(caught.value)


def test_nullable_integers_are_numbers(hs):
    rounded = hs[[f"x{i}" for i in range(1, 10)]].mul(10).round()
    plain = fit_sem(MODEL, rounded)
    nullable = fit_sem(MODEL, rounded.astype("Int64"))
    assert nullable.fit_measures == plain.fit_measures


OPTIONS = {
    "estimator": ({"estimator": "MLRR"}, "SEM-032", "Did you mean 'MLR'"),
    "pairwise": ({"missing": "pairwise"}, "SEM-033", "fiml uses every answer"),
    "engine": ({"engine": "lisrel"}, "SEM-031", "Available now: 'native', 'semopy'"),
    "check": ({"check": "lavaan"}, "SEM-031", "unknown witness"),
    "several": ({"n_factors": 2, "model_search": "ant"}, "SEM-035", "n_factors, model_search"),
    "theta without ordinal items": ({"parameterization": "theta"}, "SEM-025", "about ordinal items"),
    "likelihood": ({"likelihood": "wishar"}, "SEM-066", "Did you mean 'wishart'"),
    "information": ({"information": "guess"}, "SEM-066", "Known: 'expected'"),
    "errors": ({"se": "bootstrap"}, "SEM-066", "se='bootstrap' is unknown"),
    "test": ({"test": "satorra"}, "SEM-066", "satorra.bentler"),
    "fiml with MLM": ({"missing": "fiml", "estimator": "MLM"}, "SEM-067", "no full-information form"),
    "two-stage with GLS": ({"missing": "two_stage", "estimator": "GLS"}, "SEM-067", "two-stage"),
    "weights with GLS": ({"weights": "w", "estimator": "GLS"}, "SEM-067", "does not use weights"),
    "weights with MLM": ({"weights": "w", "estimator": "MLM"}, "SEM-067", "no meaning with weights"),
    "observed GLS": ({"information": "observed", "estimator": "GLS"}, "SEM-067", "expected information"),
    "Wishart FIML": ({"likelihood": "wishart", "missing": "fiml"}, "SEM-067", "complete rows"),
    "Wishart MLR": ({"likelihood": "wishart", "estimator": "MLR"}, "SEM-067", "no robust form"),
    "semopy and GLS": ({"engine": "semopy", "estimator": "GLS"}, "SEM-074", "estimator GLS"),
    "semopy and means": ({"engine": "semopy", "meanstructure": True}, "SEM-074", "a mean structure"),
    "data and matrix": ({"cov": pd.DataFrame()}, "SEM-061", "both given"),
    "word of equality": ({"group": "school", "group_equal": "loading"}, "SEM-062", "Did you mean 'loadings'"),
}


@pytest.mark.parametrize("name", OPTIONS)
def test_options_of_later_versions_are_refused_by_name(hs, name):
    options, code, words = OPTIONS[name]
    with pytest.raises(UsageError) as caught:
        fit_sem(MODEL, hs, **options)
    assert caught.value.code == code
    assert words in str(caught.value)


MODELS = {
    "contradiction": ("f =~ x1 + a*x2 + x3 + x4\na == 1\na == 2", ModelError, "SEM-014", "contradict"),
    "absent": ("f =~ x1 + x2 + xx3", ModelError, "SEM-021", "Did you mean 'x3'"),
    "no file": ("nothing.sem", ModelError, "SEM-022", "neither model text, nor a file"),
    "too many": ("f =~ x1 + x2", EstimationError, "SEM-051", "df = -1"),
    "no scale": ("f =~ NA*x1 + x2 + x3 + x4 + x5", EstimationError, "SEM-052", "f=~x1"),
    "two items alone": (
        "f =~ x1 + x2\nh =~ x5 + x6 + x7 + x8\nf ~~ 0*h",
        EstimationError,
        "SEM-052",
        "not identified",
    ),
}


@pytest.mark.parametrize("name", MODELS)
def test_models_are_refused_by_name(hs, name):
    text, kind, code, words = MODELS[name]
    with pytest.raises(kind) as caught:
        fit_sem(text, hs)
    assert caught.value.code == code
    assert words in str(caught.value)


def test_unidentified_parameters_are_the_right_ones(hs):
    with pytest.raises(EstimationError) as caught:
        fit_sem("f =~ NA*x1 + x2 + x3 + x4\ng =~ x5 + x6 + x7\nf ~~ 0*g", hs)
    message = str(caught.value)
    for loose in ("f=~x1", "f=~x4", "f~~f"):
        assert loose in message
    assert "x1~~x1" not in message
    assert "g=~" not in message


def test_missing_answers_cost_rows_and_are_counted(hs):
    holes = hs.copy().reset_index(drop=True)
    holes.loc[[3, 10, 11], "x2"] = np.nan
    result = fit_sem(MODEL, holes)
    assert (result.n_obs, result.n_read, result.missing) == (298, 301, "listwise")
    assert "SEM-108" in {f.code for f in result.findings}
    assert result.fit_measures == fit_sem(MODEL, holes.dropna(subset=["x2"])).fit_measures


def test_the_residual_covariance_is_standardised_by_residual_variances():
    import semopy.examples.political_democracy as democracy

    frame = fit_sem(democracy.get_model(), democracy.get_data()).parameters.set_index(["lhs", "op", "rhs"])
    # lavaan .338; semopy itself divides by total variances and says .126
    assert frame.loc[("y6", "~~", "y8"), "std_all"] == pytest.approx(0.338, abs=5e-4)


def test_columns_of_the_contract(result):
    assert list(result.parameters.columns) == (
        [
            "lhs",
            "op",
            "rhs",
            "group",
            "label",
            "free",
            "estimate",
            "std_error",
            "z",
            "p_value",
            "ci_lower",
            "ci_upper",
            "std_lv",
            "std_all",
        ]
    )
    assert list(result.effects.columns) == (
        [
            "outcome",
            "source",
            "kind",
            "estimate",
            "std_error",
            "z",
            "p_value",
            "ci_lower",
            "ci_upper",
            "std_all",
            "path",
            "group",
        ]
    )
    assert list(result.r2.columns) == ["variable", "group", "value"]
    assert list(result.residuals.columns) == ["a", "b", "observed", "implied", "raw", "correlation", "group"]
    assert result.parameter_covariance.shape == (result.table.n_free, result.table.n_free)


def test_effects_add_up(result):
    effects = result.effects.set_index(["outcome", "source", "kind"])["estimate"]
    assert effects["speed", "visual", "total"] == pytest.approx(
        effects["speed", "visual", "direct"] + effects["speed", "visual", "indirect"], abs=1e-14
    )
    specific = result.effects[result.effects["kind"] == "specific"]
    assert list(specific["path"]) == ["visual -> textual -> speed"]
    assert ("speed", "textual", "indirect") not in effects.index


def test_json_document(result):
    document = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    assert {"engine", "estimator", "converged", "iterations", "n", "n_parameters", "groups"} <= set(document)
    assert {"parameters", "fit", "r2", "modification", "warnings", "provenance"} <= set(document)
    assert document["parameters"][0]["z"] is None
    assert document["fit"]["df"] == 24
    assert document["parameters"][-1]["op"] == ":="


def test_views_of_a_result(result):
    assert "speed ~ visual (a)" in result.summary()
    assert "N = 301 of 301 read" in result._repr_html_()
    assert result.glance().loc[0, "cfi"] == result.fit_measures["cfi"]
    copied = pickle.loads(pickle.dumps(result))
    assert copied.fit_measures == result.fit_measures
    own = result.tidy()
    own.loc[0, "estimate"] = 99.0
    assert result.parameters.loc[0, "estimate"] == 1.0


def test_html_escapes_names(hs):
    frame = hs.rename(columns={"x1": "item"})
    result = fit_sem("f =~ item + x2 + x3 + x4", frame)
    assert "<script" not in result._repr_html_()


def test_chinese_item_names_and_reserved_words(hs):
    names = {"x1": "有用1", "x2": "lambda", "x3": "START", "x4": "v1", "x5": "f1", "x6": "p1"}
    renamed = fit_sem("有用 =~ 有用1 + lambda + START\nf2 =~ v1 + f1 + p1", hs.rename(columns=names))
    plain = fit_sem("a =~ x1 + x2 + x3\nb =~ x4 + x5 + x6", hs)
    np.testing.assert_array_equal(renamed.parameters["estimate"], plain.parameters["estimate"])


def test_a_model_file_and_a_table_give_the_same_fit(hs, tmp_path, result):
    path = tmp_path / "model.sem"
    path.write_text(PATHS, encoding="utf-8")
    assert fit_sem(path, hs).fit_measures == result.fit_measures
    assert fit_sem(str(path), hs).fit_measures == result.fit_measures
    assert fit_sem(parse_model(PATHS), hs).fit_measures == result.fit_measures


def test_a_model_file_in_another_encoding_is_named(hs, tmp_path):
    path = tmp_path / "model.sem"
    path.write_bytes("有用 =~ x1 + x2 + x3".encode("gb18030"))
    with pytest.raises(ModelError, match="SEM-023"):
        fit_sem(path, hs)


def test_items_that_a_form_does_not_ask_are_dropped_and_named():
    table = parse_model("f =~ x1 + x2 + x3 + x4\ng =~ y1 + l*y2 + y3\ng ~ f\ny1 ~~ x1\nu := 2*l")
    reduced, findings = restrict_model(table, ["x2", "x3", "x4", "y1", "y2", "y3"], unasked=["x1"], form="standard")
    assert reduced.observed_names == ("x2", "x3", "x4", "y1", "y2", "y3")
    fixed = {row.name: row.ustart for row in reduced.parameters if row.free == 0}
    assert fixed == {"f=~x2": 1.0, "g=~y1": 1.0}
    assert [row.lhs for row in reduced.definitions] == ["u"]
    assert [(f.code, f.evidence["items"]) for f in findings] == [("SEM-101", ["x1"])]


def test_definitions_that_need_a_dropped_item_are_named():
    table = parse_model("f =~ x1 + l*x2 + x3 + k*x4\nu := 2*l\nv := u + k\nw := 3*k")
    reduced, (finding,) = restrict_model(table, ["x1", "x3", "x4"], unasked=["x2"], form="standard")
    assert [row.lhs for row in reduced.definitions] == ["w"]
    assert finding.evidence["undefined"] == ["u", "v"]
    assert "u, v cannot be computed" in finding.message


def test_nothing_to_drop_returns_the_same_table():
    table = parse_model("f =~ x1 + x2 + x3")
    assert restrict_model(table, ["x1", "x2", "x3"]) == (table, ())


def test_a_latent_left_without_items_is_an_error():
    table = parse_model("f =~ x1 + x2 + x3\ng =~ y1 + y2")
    with pytest.raises(ModelError) as caught:
        restrict_model(table, ["x1", "x2", "x3"], unasked=["y1", "y2"], form="brief")
    assert caught.value.code == "SEM-020"
    assert "'g'" in str(caught.value)


def test_importing_the_room_loads_no_engine():
    code = "import sys, wxsat.sem.fit; print([m for m in ('semopy', 'statsmodels', 'scipy.stats') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_search_that_does_not_converge_is_an_error(hs, monkeypatch):
    from wxsat.sem import scoring

    monkeypatch.setattr(scoring, "MAX_ITERATIONS", 0)
    with pytest.raises(EstimationError) as caught:
        fit_sem(MODEL, hs)
    assert caught.value.code == "SEM-053"
    assert caught.value.exit_code == 5


def bundled_responses(form, seed=5, n=400):
    from wxsat.instrument.load import load_instrument
    from wxsat.responses.responses import Responses

    instrument = load_instrument("gov-wechat-public")
    generator = np.random.default_rng(seed)
    general = generator.normal(size=n)
    columns = {}
    for construct in instrument.constructs_in(form):
        latent = 0.6 * general + 0.8 * generator.normal(size=n)
        for item in instrument.item_ids_of(construct.id, form):
            columns[item] = 0.8 * latent + 0.6 * generator.normal(size=n)
    frame = pd.DataFrame(columns)
    empty = pd.DataFrame(index=frame.index)
    reverse = tuple(i.id for i in instrument.items_in(form) if i.reversed)
    return Responses(frame, empty, empty, np.arange(1, n + 1), instrument, form, reverse)


def test_a_model_of_the_instrument_by_its_id():
    result = fit_sem("tam", bundled_responses("standard"))
    assert result.model == "tam.sem"
    assert result.latent_names == ("PU", "EOU", "SAT", "CI")
    assert {"PU", "EOU"} <= set(result.effects["source"])


def test_the_form_explains_absent_items():
    responses = bundled_responses("standard")
    asked = set(responses.frame.columns)
    items = [i for i in responses.instrument.item_ids_of("PU") + responses.instrument.item_ids_of("SAT")]
    gone = [i for i in items if i not in asked]
    text = "PU =~ " + " + ".join(i for i in items if i.startswith("PU"))
    text += "\nSAT =~ " + " + ".join(i for i in items if i.startswith("SAT"))
    result = fit_sem(text, responses)
    dropped = [f.evidence["items"] for f in result.findings if f.code == "SEM-101"]
    assert dropped == ([gone] if gone else [])
    assert set(result.observed_names) == set(items) & asked


def test_an_unknown_model_id_lists_the_models():
    with pytest.raises(ModelError, match="dilemmas"):
        fit_sem("tams", bundled_responses("standard"))


def test_items_in_raw_direction_are_a_warning():
    from dataclasses import replace

    responses = bundled_responses("full")
    item = next(i for i in responses.instrument.items_in("full") if i.reversed)
    ids = responses.instrument.item_ids_of(item.construct_id, "full")
    raw = replace(responses, reversed_items=())
    result = fit_sem("f =~ " + " + ".join(ids), raw)
    assert "SEM-102" in {f.code for f in result.findings}
    assert "SEM-102" not in {f.code for f in fit_sem("f =~ " + " + ".join(ids), responses).findings}


def test_a_failing_semopy_is_told(hs, monkeypatch):
    import semopy

    def fail(*_args, **_kwargs):
        raise np.linalg.LinAlgError("no eigenvalues")

    expected = fit_sem(MODEL, hs)
    monkeypatch.setattr(semopy.Model, "fit", fail)
    result = fit_sem(MODEL, hs, engine="semopy")
    assert "SEM-110" in {f.code for f in result.findings}
    assert "SEM-110" not in {f.code for f in expected.findings}
    assert result.fit_measures["chisq"] == pytest.approx(expected.fit_measures["chisq"], rel=1e-9)


def test_options_do_not_change_a_table_in_silence(hs):
    with pytest.raises(UsageError, match="SEM-039"):
        fit_sem(parse_model(MODEL), hs, std_lv=True)
    table = parse_model(MODEL, std_lv=True)
    assert fit_sem(table, hs, std_lv=True).fit_measures == fit_sem(table, hs).fit_measures
