"""The native engine: invariances, constraints of every kind, groups, weights, matrices, and what it refuses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from wxsat.errors import DataError, ModelError, UsageError
from wxsat.sem.constrained import quadratic_program
from wxsat.sem.discrepancy.objectives import LeastSquares, MaximumLikelihood
from wxsat.sem.engines.engine import Task
from wxsat.sem.engines.native import objective_of
from wxsat.sem.fit import fit_sem
from wxsat.sem.matrices import lay_out_groups
from wxsat.sem.moments import Sample, rows_moments
from wxsat.sem.parameter_table import parse_model
from wxsat.sem.restrictions import table_constraints
from wxsat.sem.scoring import quasi_newton, search
from wxsat.sem.start_values import good_starts, small_latents

MODEL = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
PATHS = MODEL + "\nspeed ~ visual + textual\ntextual ~ visual"
ITEMS = [f"x{i}" for i in range(1, 10)]

# Reordering rows, items or groups changes the order of additions alone.
SAME = 1e-8


@pytest.fixture(scope="module")
def hs() -> pd.DataFrame:
    import semopy.examples.holzinger39 as holzinger

    return holzinger.get_data().reset_index(drop=True)


def indexed(result, *columns):
    frame = result.parameters
    by = ["lhs", "op", "rhs"] if frame["group"].nunique() == 1 else ["lhs", "op", "rhs", "group"]
    return frame.set_index(by)[list(columns) or ["estimate", "std_error"]]


# --- invariance ---


def test_the_same_input_gives_the_same_bits(hs):
    first, second = fit_sem(PATHS, hs), fit_sem(PATHS, hs)
    np.testing.assert_array_equal(first.parameter_covariance, second.parameter_covariance)
    assert first.fit_measures == second.fit_measures


def test_the_order_of_rows_does_not_matter(hs):
    shuffled = fit_sem(PATHS, hs.sample(frac=1.0, random_state=4))
    pd.testing.assert_frame_equal(indexed(shuffled), indexed(fit_sem(PATHS, hs)), rtol=SAME)


def test_the_order_of_items_and_columns_does_not_matter(hs):
    text = "speed =~ x7 + x9 + x8\ntextual =~ x4 + x6 + x5\nvisual =~ x1 + x3 + x2"
    other, plain = fit_sem(text, hs[hs.columns[::-1]]), fit_sem(MODEL, hs)
    ours, theirs = (r.parameters.copy() for r in (other, plain))
    for frame in (ours, theirs):
        frame["name"] = [
            op.join(sorted((a, b)) if op == "~~" else (a, b))
            for a, op, b in frame[["lhs", "op", "rhs"]].itertuples(index=False)
        ]
    columns = ["estimate", "std_error", "std_all"]
    merged = ours.set_index("name")[columns].loc[theirs["name"]]
    np.testing.assert_allclose(merged, theirs[columns], rtol=SAME)


def test_the_order_of_groups_does_not_matter(hs):
    given = {"group": "school", "group_equal": ["loadings"], "estimator": "MLR"}
    there = fit_sem(PATHS, hs, **given)
    back = fit_sem(PATHS, hs.iloc[::-1], **given)
    assert [g.name for g in back.groups] == [g.name for g in there.groups][::-1]
    swapped = back.parameters.assign(group=3 - back.parameters["group"]).set_index(["lhs", "op", "rhs", "group"])
    columns = ["estimate", "std_error", "std_all"]
    np.testing.assert_allclose(
        swapped.loc[indexed(there).index, columns], indexed(there, *columns), rtol=SAME, atol=SAME
    )


def test_rescaling_an_item_rescales_what_belongs_to_it(hs):
    plain, other = fit_sem(MODEL, hs), fit_sem(MODEL, hs.assign(x2=hs["x2"] * 1e4, x5=-hs["x5"]))
    assert other.fit_measures["chisq"] == pytest.approx(plain.fit_measures["chisq"], rel=1e-9)
    ours, theirs = indexed(other, "estimate", "z"), indexed(plain, "estimate", "z")
    assert ours.loc[("visual", "=~", "x2"), "estimate"] == pytest.approx(
        1e4 * theirs.loc[("visual", "=~", "x2"), "estimate"], rel=1e-7
    )
    assert ours.loc[("textual", "=~", "x5"), "z"] == pytest.approx(-theirs.loc[("textual", "=~", "x5"), "z"], rel=1e-7)


def test_the_choice_of_the_scale_changes_no_fit(hs):
    given = {"group": "school", "group_equal": ["loadings", "intercepts"]}
    statistics = [
        fit_sem(MODEL, hs, **given, **way).fit_measures["chisq"]
        for way in ({}, {"std_lv": True}, {"effect_coding": True})
    ]
    np.testing.assert_allclose(statistics, statistics[0], rtol=1e-9)


# --- derivatives ---


def task_of(text, frame, discrepancy="ML", *, groups=None, **options):
    parts = [frame] if groups is None else [part for _, part in frame.groupby(groups, sort=False)]
    table = parse_model(text, groups=tuple(str(i) for i in range(len(parts))) if groups else (), **options)
    names = list(table.observed_names)
    values = [part[names].to_numpy(dtype="float64") for part in parts]
    sample = Sample(rows_moments(v, v, names) for v in values)
    return Task(table, lay_out_groups(table, sample), table_constraints(table), sample, discrepancy)


@pytest.mark.parametrize("discrepancy", ["ML", "GLS", "ULS", "DWLS", "WLS"])
@pytest.mark.parametrize("options", [{}, {"meanstructure": True}])
def test_gradient_and_hessian_against_differences(hs, discrepancy, options):
    task = task_of(PATHS, hs, discrepancy, groups="school", **options)
    objective = objective_of(task)
    assert isinstance(objective, MaximumLikelihood if discrepancy == "ML" else LeastSquares)
    theta = good_starts(task.table, task.sample) * 1.03
    step = 1e-6 * (1 + np.abs(theta))

    def along(function, k):
        moved = [theta + sign * step[k] * np.eye(len(theta))[k] for sign in (1, -1)]
        return (function(moved[0]) - function(moved[1])) / (2 * step[k])

    gradient = objective.at(theta).gradient
    numeric = np.array([along(lambda t: objective.at(t).value, k) for k in range(len(theta))])
    np.testing.assert_allclose(gradient, numeric, atol=1e-6 * np.abs(gradient).max())
    hessian = objective.hessian(theta)
    for k in (0, 7, 20, len(theta) - 1):
        column = along(lambda t: objective.at(t).gradient, k)
        np.testing.assert_allclose(hessian[:, k], column, atol=1e-6 * np.abs(hessian).max())


# --- constraints ---

LABELLED = "visual =~ x1 + a*x2 + b*x3\ntextual =~ x4 + c*x5 + d*x6\nspeed =~ x7 + e*x8 + f*x9"


def test_a_nonlinear_equality_holds_and_its_error_follows(hs):
    result = fit_sem(LABELLED + "\na*b == 0.5\nshown := a*b", hs)
    by_label = result.parameters.set_index("label")
    assert by_label.loc["a", "estimate"] * by_label.loc["b", "estimate"] == pytest.approx(0.5, abs=1e-9)
    assert by_label.loc["shown", "std_error"] == pytest.approx(0.0, abs=1e-6)
    assert result.fit_measures["df"] == 25


def test_an_inequality_that_does_not_bind_changes_nothing(hs):
    plain, held = fit_sem(LABELLED, hs), fit_sem(LABELLED + "\na > 0.1\na < 5", hs)
    np.testing.assert_allclose(indexed(held), indexed(plain), rtol=1e-6, atol=1e-9)
    assert "SEM-121" not in {f.code for f in held.findings}


def test_an_inequality_that_binds_is_an_equality_with_a_finding(hs):
    held = fit_sem(LABELLED + "\na > 0.7", hs)
    tied = fit_sem(LABELLED + "\na == 0.7", hs)
    assert held.fit_measures["chisq"] == pytest.approx(tied.fit_measures["chisq"], rel=1e-8)
    assert held.fit_measures["df"] == 24
    assert np.isnan(held.parameters.set_index("label").loc["a", "std_error"])
    finding = next(f for f in held.findings if f.code == "SEM-121")
    assert finding.evidence["parameters"] == ["a > 0.7"]


def test_a_bound_keeps_an_estimate_inside(hs):
    few = hs[hs["id"] < 60]
    text = "visual =~ x1 + x2 + x9\ntextual =~ x4 + x5"
    free, bounded = fit_sem(text, few), fit_sem(text, few, bounds="pos.var")
    variances = bounded.parameters.query("op == '~~' and lhs == rhs")["estimate"]
    assert (free.parameters.query("op == '~~' and lhs == rhs")["estimate"] < 0).any()
    assert variances.min() >= -1e-12
    assert bounded.fit_measures["chisq"] >= free.fit_measures["chisq"]
    assert "SEM-121" in {f.code for f in bounded.findings}


def test_equal_parameters_are_equal_to_the_bit(hs):
    result = fit_sem("visual =~ x1 + a*x2 + a*x3 + a*x4 + x5", hs)
    tied = result.parameters.loc[result.parameters["label"] == "a", ["estimate", "std_error"]]
    assert len(tied.drop_duplicates()) == 1


def test_contradicting_constraints_are_refused(hs):
    with pytest.raises(ModelError, match="SEM-014"):
        fit_sem(LABELLED + "\na == 1\na == 2", hs)


def test_quadratic_programs_against_enumeration():
    generator = np.random.default_rng(8)
    for _ in range(40):
        n, m, n_equal = 4, 5, int(generator.integers(0, 2))
        root = generator.normal(size=(n, n))
        hessian, gradient = root @ root.T + np.eye(n), generator.normal(size=n)
        slopes = generator.normal(size=(m, n))
        targets = slopes @ generator.normal(size=n) - np.abs(generator.normal(size=m)) * (np.arange(m) >= n_equal)
        d, multipliers = quadratic_program(hessian, gradient, slopes, targets, n_equal)
        # optimality: stationary, feasible, complementary
        np.testing.assert_allclose(hessian @ d + gradient, slopes.T @ multipliers, atol=1e-8)
        gap = slopes @ d - targets
        assert np.abs(gap[:n_equal]).max(initial=0.0) < 1e-8
        assert gap.min() > -1e-8
        assert multipliers[n_equal:].min(initial=0.0) > -1e-8
        np.testing.assert_allclose(multipliers[n_equal:] * gap[n_equal:], 0.0, atol=1e-7)


def test_a_quadratic_program_without_a_solution_is_none():
    slopes, targets = np.array([[1.0, 0.0], [-1.0, 0.0]]), np.array([1.0, 1.0])
    assert quadratic_program(np.eye(2), np.zeros(2), slopes, targets, 0) is None


# --- groups ---


def test_free_groups_are_separate_fits(hs):
    both = fit_sem(MODEL, hs, group="school")
    alone = [fit_sem(MODEL, part, meanstructure=True) for _, part in hs.groupby("school", sort=False)]
    assert both.fit_measures["chisq"] == pytest.approx(sum(f.fit_measures["chisq"] for f in alone), rel=1e-9)
    for number, part in enumerate(alone, start=1):
        own = both.parameters[both.parameters["group"] == number].reset_index(drop=True)
        np.testing.assert_allclose(own["estimate"], part.parameters["estimate"], rtol=1e-7, atol=1e-9)
        np.testing.assert_allclose(own["std_error"], part.parameters["std_error"], rtol=1e-6)


def test_frames_and_json_of_groups(hs):
    result = fit_sem(PATHS, hs, group="school", group_equal="loadings, intercepts")
    document = result.to_dict()
    assert document["groups"] == [{"name": "Pasteur", "n": 156}, {"name": "Grant-White", "n": 145}]
    assert {r["group"] for r in document["r2"]} == {1, 2}
    assert {r["group"] for r in document["effects"]} == {1, 2}
    assert set(result.mean_residuals["group"]) == {1, 2}
    assert len(result.residuals) == 2 * 36
    assert "Group 2 [Grant-White]" in result.summary()
    free = result.parameters.query("op == '~1' and lhs == 'visual'").set_index("group")["std_error"]
    assert free[1] == 0.0
    assert free[2] > 0


def test_rows_without_a_group_are_counted(hs):
    holes = hs.assign(school=hs["school"].where(hs.index > 4))
    result = fit_sem(MODEL, holes, group="school")
    assert result.n_obs == 296
    assert next(f for f in result.findings if f.code == "SEM-123").evidence["count"] == 5


GROUP_FAULTS = {
    "absent": ({"group": "scool"}, DataError, "SEM-068", "Did you mean 'school'"),
    "one value": ({"group": "one"}, DataError, "SEM-068", "1 value"),
    "many values": ({"group": "id"}, DataError, "SEM-068", "301 values"),
    "partial": (
        {"group": "school", "group_equal": "loadings", "group_partial": "visual=~x4"},
        UsageError,
        "SEM-064",
        "",
    ),
    "weights absent": ({"weights": "w"}, DataError, "SEM-069", "not in the data"),
    "weights negative": ({"weights": "minus"}, DataError, "SEM-069", "row 1"),
    "cluster absent": ({"cluster": "c"}, DataError, "SEM-070", "not in the data"),
    "one cluster": ({"cluster": "one"}, DataError, "SEM-070", "one cluster"),
}


@pytest.mark.parametrize("name", GROUP_FAULTS)
def test_bad_columns_are_refused_by_name(hs, name):
    options, kind, code, words = GROUP_FAULTS[name]
    with pytest.raises(kind) as caught:
        fit_sem(MODEL, hs.assign(one=1, minus=-1.0), **options)
    assert caught.value.code == code
    assert words in str(caught.value)


# --- weights, products, matrices ---


def test_whole_weights_are_repeated_rows(hs):
    weight = 1 + hs["id"] % 3
    weighted = fit_sem(MODEL, hs.assign(w=weight), weights="w")
    repeated = fit_sem(MODEL, hs.loc[hs.index.repeat(weight)])
    np.testing.assert_allclose(weighted.parameters["estimate"], repeated.parameters["estimate"], rtol=1e-7)
    assert weighted.estimator == "MLR"
    assert "SEM-120" in {f.code for f in weighted.findings}


def test_a_product_is_computed_unless_the_data_have_it(hs):
    made = fit_sem("x9 ~ x1 + x4 + x1:x4", hs)
    given = fit_sem("x9 ~ x1 + x4 + p", hs.assign(p=hs["x1"] * hs["x4"]))
    np.testing.assert_allclose(made.parameters["estimate"], given.parameters["estimate"], rtol=1e-10)
    with pytest.raises(ModelError, match="SEM-021"):
        fit_sem("x9 ~ x1 + x1:x44", hs)


@pytest.mark.parametrize("options", [{}, {"likelihood": "wishart"}, {"estimator": "GLS"}, {"meanstructure": True}])
def test_a_covariance_matrix_gives_the_fit_of_its_rows(hs, options):
    mean = hs[ITEMS].mean() if options.get("meanstructure") else None
    by_matrix = fit_sem(MODEL, cov=hs[ITEMS].cov(), n=len(hs), mean=mean, **options)
    by_rows = fit_sem(MODEL, hs, **options)
    np.testing.assert_allclose(indexed(by_matrix), indexed(by_rows), rtol=1e-8, atol=1e-10)
    for name in ("chisq", "cfi", "rmsea", "srmr"):
        assert by_matrix.fit_measures[name] == pytest.approx(by_rows.fit_measures[name], rel=1e-9)


def test_matrices_of_groups(hs):
    parts = dict(list(hs.groupby("school", sort=False)))
    cov = {name: part[ITEMS].cov() for name, part in parts.items()}
    mean = {name: part[ITEMS].mean() for name, part in parts.items()}
    sizes = [len(part) for part in parts.values()]
    by_matrix = fit_sem(MODEL, cov=cov, n=sizes, mean=mean, group_equal=["loadings", "intercepts"])
    by_rows = fit_sem(MODEL, hs, group="school", group_equal=["loadings", "intercepts"])
    np.testing.assert_allclose(indexed(by_matrix), indexed(by_rows), rtol=1e-8, atol=1e-10)


MATRIX_FAULTS = {
    "robust": ({"estimator": "MLR"}, UsageError, "SEM-061", "robust standard errors"),
    "test": ({"test": "satorra.bentler"}, UsageError, "SEM-061", "satorra.bentler"),
    "DWLS": ({"estimator": "DWLS"}, UsageError, "SEM-061", "DWLS"),
    "fiml": ({"missing": "fiml"}, UsageError, "SEM-061", "missing"),
    "weights": ({"weights": "w"}, UsageError, "SEM-061", ""),
    "no n": ({"n": None}, UsageError, "SEM-071", "Give n="),
    "means": ({"meanstructure": True}, UsageError, "SEM-072", "mean="),
    "few": ({"n": 9}, DataError, "SEM-044", "n = 9"),
}


@pytest.mark.parametrize("name", MATRIX_FAULTS)
def test_what_a_matrix_cannot_give_is_refused(hs, name):
    options, kind, code, words = MATRIX_FAULTS[name]
    with pytest.raises(kind) as caught:
        fit_sem(MODEL, **({"cov": hs[ITEMS].cov(), "n": 301} | options))
    assert caught.value.code == code
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda c: c.to_numpy(), "DataFrame with named columns"),
        (lambda c: c.assign(x1=c["x2"]), "not symmetric"),
        (lambda c: c.where(c != c.loc["x1", "x2"]), "holes"),
        (lambda c: c - 2 * np.eye(9), "not positive definite"),
        (lambda c: c.iloc[:5], "square"),
        (lambda c: c.drop(columns="x1").drop(index="x1"), "x1"),
    ],
)
def test_bad_matrices_are_refused(hs, spoil, words):
    with pytest.raises((DataError, ModelError)) as caught:
        fit_sem(MODEL, cov=spoil(hs[ITEMS].cov()), n=301)
    assert words in str(caught.value)


# --- missing values, levels, growth ---


def test_fiml_of_complete_rows_is_ml(hs):
    fiml, plain = fit_sem(MODEL, hs, missing="fiml"), fit_sem(MODEL, hs, meanstructure=True, information="observed")
    np.testing.assert_allclose(indexed(fiml), indexed(plain), rtol=1e-6, atol=1e-8)
    for name in ("chisq", "logl", "unrestricted_logl", "aic", "cfi"):
        assert fiml.fit_measures[name] == pytest.approx(plain.fit_measures[name], rel=1e-8)


def test_rows_without_any_answer_are_counted(hs):
    holes = hs.copy()
    holes.loc[[1, 2, 3], ITEMS] = np.nan
    holes.loc[[7, 9], "x3"] = np.nan
    result = fit_sem(MODEL, holes, missing="fiml")
    assert (result.n_obs, result.n_read) == (298, 301)
    assert "SEM-122" in {f.code for f in result.findings}
    assert "SEM-108" not in {f.code for f in result.findings}


def two_levels(seed=3, clusters=60, size=8):
    generator = np.random.default_rng(seed)
    code = np.repeat(np.arange(clusters), size)
    between = generator.normal(size=clusters)
    within = generator.normal(size=clusters * size)
    columns = {
        f"y{k}": loading * (within + 0.7 * between[code]) + 0.3 * generator.normal(size=clusters)[code]
        + 0.6 * generator.normal(size=len(code))
        for k, loading in enumerate((1.0, 0.8, 0.9), start=1)
    }  # fmt: skip
    return pd.DataFrame(columns | {"city": code, "w": 0.5 * between[code] + generator.normal(size=clusters)[code]})


TWO_LEVELS = "level: 1\n fw =~ y1 + y2 + y3\nlevel: 2\n fb =~ y1 + y2 + y3\n fb ~ w"


def test_a_two_level_model():
    result = fit_sem(TWO_LEVELS, two_levels(), cluster="city")
    assert result.estimator == "ML"
    assert [g.name for g in result.groups] == ["within", "between"]
    assert set(result.parameters["level"]) == {1, 2}
    loading = result.parameters.query("lhs == 'fw' and rhs == 'y2'").iloc[0]
    assert abs(loading["estimate"] - 0.8) < 4 * loading["std_error"]
    assert {"srmr_within", "srmr_between"} <= set(result.fit_measures)
    assert fit_sem(TWO_LEVELS, two_levels(), cluster="city", estimator="MLR").estimator == "MLR"


LEVEL_FAULTS = {
    "no cluster": ({}, "SEM-075"),
    "fiml": ({"cluster": "city", "missing": "fiml"}, "SEM-067"),
    "estimator": ({"cluster": "w", "estimator": "GLS"}, "SEM-067"),
}


@pytest.mark.parametrize("name", LEVEL_FAULTS)
def test_what_levels_do_not_go_with(name):
    options, code = LEVEL_FAULTS[name]
    with pytest.raises(UsageError) as caught:
        fit_sem(TWO_LEVELS, two_levels(), **options)
    assert caught.value.code == code


def test_growth_curves_recover_their_means():
    generator = np.random.default_rng(5)
    n = 2000
    level, slope = 1.5 + generator.normal(size=n), 0.4 + 0.3 * generator.normal(size=n)
    frame = pd.DataFrame({f"t{k}": level + k * slope + 0.5 * generator.normal(size=n) for k in range(4)})
    result = fit_sem("i =~ 1*t0 + 1*t1 + 1*t2 + 1*t3\ns =~ 0*t0 + 1*t1 + 2*t2 + 3*t3", frame, growth=True)
    means = result.parameters.query("op == '~1' and lhs in ('i', 's')").set_index("lhs")
    for name, truth in (("i", 1.5), ("s", 0.4)):
        assert abs(means.loc[name, "estimate"] - truth) < 4 * means.loc[name, "std_error"]
    assert (result.parameters.query("op == '~1' and lhs == 't0'")["estimate"] == 0).all()


# --- what hangs on a result ---


def test_views_that_are_computed_when_asked(hs):
    result = fit_sem(MODEL, hs, modification=True)
    assert result.modification.iloc[0][["lhs", "op", "rhs"]].tolist() == ["visual", "=~", "x9"]
    assert result.to_dict()["modification"][0]["mi"] == pytest.approx(36.411, abs=1e-3)  # lavaan's, to 3 decimals
    scores = result.factor_scores()
    assert scores.shape == (301, 4)
    standard = result.standardized()
    assert standard["estimate"].tolist() == pytest.approx(result.parameters["std_all"].tolist())


def test_bootstrap_errors_take_the_place_of_the_others(hs):
    plain, drawn = fit_sem(PATHS, hs), fit_sem(PATHS, hs, bootstrap=60, seed=2)
    assert drawn.to_dict()["bootstrap"]["counts"]["requested"] == 60
    free = plain.parameters["free"] > 0
    assert (drawn.parameters["std_error"][free] != plain.parameters["std_error"][free]).all()
    np.testing.assert_array_equal(drawn.parameters["estimate"], plain.parameters["estimate"])
    assert "bootstrap" in drawn.provenance["standard_errors"]
    table = drawn.bootstrap.intervals.query("quantity == 'effect' and scale == 'raw'").set_index(["lhs", "op", "rhs"])
    assert len(drawn.effects) == len(table)
    for row in drawn.effects.to_dict("records"):
        source = row["path"] if row["kind"] == "specific" else row["source"]
        for column in ("std_error", "ci_lower", "ci_upper"):
            assert row[column] == table.loc[(row["outcome"], row["kind"], source), column]


def test_semopy_is_a_witness_on_request(hs):
    check = fit_sem(PATHS, hs, check="semopy").provenance["check"]
    assert check["done"]
    assert check["largest_difference_estimates"] < 1e-4
    assert check["largest_difference_std_errors"] < 1e-4
    beyond = fit_sem(PATHS, hs, check="semopy", meanstructure=True)
    assert beyond.provenance["check"]["reason"] == "a mean structure"
    assert "not possible (a mean structure)" in beyond.summary()


def test_both_engines_end_at_the_same_point(hs):
    native, semopy = fit_sem(PATHS, hs), fit_sem(PATHS, hs, engine="semopy")
    np.testing.assert_allclose(indexed(native), indexed(semopy), rtol=1e-7)
    assert native.engine == "native"


def test_starts_are_close_and_kept_in_the_table(hs):
    result = fit_sem(MODEL, hs)
    starts = result.table.frame.set_index(["lhs", "op", "rhs"])["start"]
    ends = indexed(result)["estimate"]
    assert starts.notna().all()
    assert abs(starts["textual", "=~", "x5"] - ends["textual", "=~", "x5"]) < 0.05
    assert result.iterations <= 10


def test_least_squares_leave_covariates_random_as_lavaan_does(hs):
    text = "visual =~ x1 + x2 + x3\nvisual ~ sex + ageyr"
    # lavaan 0.6-14: npar 11 and 8; chi-square 3.909337 and 3.992479 with fixed.x = TRUE, baseline 67.37247
    random, given = fit_sem(text, hs, estimator="GLS"), fit_sem(text, hs, estimator="GLS", fixed_x=True)
    assert (random.fit_measures["npar"], given.fit_measures["npar"]) == (11, 8)
    assert random.fit_measures["chisq"] == pytest.approx(3.909337, abs=1e-6)
    assert given.fit_measures["chisq"] == pytest.approx(3.992479, abs=1e-6)
    assert given.fit_measures["baseline_chisq"] == pytest.approx(67.37247, abs=1e-5)
    wishart = fit_sem(text, hs, likelihood="wishart").fit_measures
    assert wishart["chisq"] == pytest.approx(3.957439, abs=1e-6)
    assert fit_sem(text, hs, estimator="WLS", fixed_x=True).fit_measures["chisq"] == pytest.approx(4.145175, abs=1e-6)


def test_without_a_marker_the_first_item_points_along_its_latent(hs):
    turned = hs.assign(x1=-hs["x1"], x4=-hs["x4"])
    result = fit_sem(MODEL, turned, std_lv=True).parameters.set_index(["lhs", "op", "rhs"])["estimate"]
    for latent, item in (("visual", "x1"), ("textual", "x4"), ("speed", "x7")):
        assert result[latent, "=~", item] > 0
    assert result["visual", "=~", "x2"] < 0


def test_the_quasi_newton_fallback_ends_in_the_same_valley(hs):
    task = task_of(PATHS, hs)
    objective, linear = objective_of(task), task.constraints.linear
    plain = search(objective, linear, good_starts(task.table, task.sample))
    rough = quasi_newton(objective, linear, small_latents(task.table, task.sample))
    assert search(objective, linear, rough).iterations <= 3
    np.testing.assert_allclose(rough, plain.theta, rtol=1e-4)
