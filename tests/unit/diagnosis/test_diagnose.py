"""The diagnosis as a whole: what it returns, what it says about its own limits, what it refuses."""

import json
import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from wxsat.diagnosis.diagnose import diagnose
from wxsat.errors import DataError, UsageError

RECORD = [
    "unit",
    "dilemma",
    "S",
    "ci_lo",
    "ci_hi",
    "method_lo",
    "method_hi",
    "P20",
    "P40",
    "P60",
    "band",
    "verdict",
    "veto",
    "S_pub",
    "S_ops",
    "S_log",
    "n_pub",
    "n_ops",
    "n_msg",
    "pattern",
    "grade",
    "T_SAT",
    "gross_loss",
    "own_loss",
    "own_share",
    "lmg",
    "causal_shapley",
    "lever_best",
    "dSAT",
    "flags",
    "config_hash",
]
FRAMES = ("severity", "total_effects", "priorities", "levers", "paths")
DRAWS = 400


def codes(diagnosis):
    return {finding.code for finding in diagnosis.findings}


@pytest.fixture(scope="module")
def diagnosis(clean):
    return diagnose(clean, draws=DRAWS)


def test_the_account_column_is_found_by_its_role(diagnosis):
    assert diagnosis.settings["cluster"] == {"value": "account", "label": "data"}
    assert (diagnosis.severity["n_clusters"] == 30).all()
    assert not codes(diagnosis) & {"DIAG-101", "DIAG-102"}


def test_a_dilemma_is_the_weighted_sum_of_its_parts(diagnosis):
    table = diagnosis.severity.set_index(["level", "id"])["S"]
    parts = table["sub"]
    assert table["dilemma", "D3"] == pytest.approx(
        (parts["COPY"] + parts["UNA"] + parts["VASE"]) / 4 + (parts["PVAL"] + parts["SAT"]) / 8
    )


def test_severity_of_a_construct_is_its_mean_on_0_100(diagnosis, clean):
    answered = clean.frame[["UNA1", "UNA2", "UNA3"]]
    scores = answered.mean(axis=1)[answered.notna().sum(axis=1) >= 2]
    row = diagnosis.severity.set_index("id").loc["UNA"]
    assert row["S"] == pytest.approx(100 * (scores.mean() - 1) / 6)
    assert row["n"] == len(scores)


def test_the_own_parts_sum_to_the_whole(diagnosis):
    levers = diagnosis.levers.set_index("lever")
    assert levers.loc[["R1", "R2", "R3", "R4"], "own"].sum() == pytest.approx(levers.loc["all", "gain"], abs=1e-8)
    assert (levers["ci_lower"] < levers["gain"]).all()
    assert (levers["gain"] < levers["ci_upper"]).all()


def test_the_truth_lies_in_the_intervals(diagnosis):
    # simulated paths, of which a 95 % interval should miss few: 3 misses of 27 has probability < .2
    truth = {
        "H1": 0.4,
        "H2": 0.25,
        "H20": 0.35,
        "H14": -0.2,
        "H15": -0.2,
        "H12": 0.5,
        "H11": -0.2,
        "H8": -0.3,
    }
    paths = diagnosis.paths.drop_duplicates("hypothesis").set_index("hypothesis")
    missed = [h for h, b in truth.items() if not paths.loc[h, "ci_lower"] <= b <= paths.loc[h, "ci_upper"]]
    assert len(missed) <= 2, missed


def test_same_seed_same_figures_other_seed_other_draws(clean, diagnosis):
    again, other = diagnose(clean, draws=DRAWS), diagnose(clean, draws=DRAWS, seed=2)
    for name in FRAMES:
        pd.testing.assert_frame_equal(getattr(diagnosis, name), getattr(again, name))
    pd.testing.assert_series_equal(diagnosis.severity["S"], other.severity["S"])
    assert not np.allclose(diagnosis.levers["ci_lower"], other.levers["ci_lower"])
    assert diagnosis.settings_sha256 == again.settings_sha256 != other.settings_sha256


def test_the_order_of_rows_does_not_matter(clean, diagnosis):
    shuffled = clean.frame.sample(frac=1, random_state=3).reset_index(drop=True)
    again = diagnose(replace(clean, frame=shuffled), draws=DRAWS)
    pd.testing.assert_frame_equal(diagnosis.levers, again.levers, rtol=1e-9)


def test_the_record_holds_every_field_and_is_plain_json(diagnosis):
    document = json.loads(json.dumps(diagnosis.to_dict(), allow_nan=False))
    assert [list(record) for record in document["dilemmas"]] == [RECORD] * 4
    first = document["dilemmas"][0]
    assert first["S"] == first["S_pub"]
    assert (first["S_ops"], first["S_log"], first["grade"]) == (None, None, "C")
    assert first["gross_loss"] == pytest.approx(-first["dSAT"])
    assert first["T_SAT"] < 0


def test_it_shows_itself_in_a_notebook(diagnosis):
    page = diagnosis._repr_html_()
    assert page.count("<table") == len(FRAMES)


def test_the_result_pickles(diagnosis):
    copy = pickle.loads(pickle.dumps(diagnosis))
    pd.testing.assert_frame_equal(copy.severity, diagnosis.severity)


def test_conventions_are_labelled(diagnosis):
    labels = {entry["label"] for entry in diagnosis.settings.values()}
    assert labels == {"convention", "option", "data"}
    assert diagnosis.settings["severe_if_p40_at_least"] == {"value": 0.9, "label": "convention"}


def test_without_accounts_it_says_so(clean):
    found = diagnose(replace(clean, frame=clean.frame.drop(columns="account")), draws=DRAWS)
    assert "DIAG-101" in codes(found)
    assert (found.severity["n_clusters"] == 0).all()


def test_one_account_is_no_clustering(clean):
    found = diagnose(replace(clean, frame=clean.frame.assign(account="a")), draws=DRAWS)
    assert "DIAG-101" in codes(found)


def test_few_accounts_and_nameless_respondents_are_said(simulate, small, instrument):
    frame = simulate(300, 8, 5)
    frame.loc[:3, "account"] = None
    found = diagnose(
        replace(small(frame, {"PU": 3}), instrument=instrument, reversed_items=("SHOW3", "UNA3")), draws=DRAWS
    )
    assert {"DIAG-102", "DIAG-107"} <= codes(found)
    assert found.settings["n_clusters"]["value"] == 8 + 4


def test_absent_constructs_are_named_not_guessed(clean):
    frame = clean.frame.drop(columns=[c for c in clean.frame if c.startswith(("VASE", "COPY", "CMI"))])
    found = diagnose(replace(clean, frame=frame), draws=DRAWS)
    by_code = {f.code: f for f in found.findings}
    assert by_code["DIAG-106"].evidence["absent"] == ["COPY", "VASE"]
    assert by_code["DIAG-105"].evidence["absent"] == ["COPY", "CMI"]
    d3 = found.severity.set_index(["level", "id"])["S"]
    expected = (2 * d3["sub", "UNA"] + d3["sub", "PVAL"] + d3["sub", "SAT"]) / 4
    assert d3["dilemma", "D3"] == pytest.approx(expected)


def test_adoption_model_alone(small):
    rng = np.random.default_rng(1)
    eou = rng.normal(4, 1, 400)
    frame = pd.DataFrame({f"EOU{i}": eou + rng.normal(0, 0.5, 400) for i in (1, 2)})
    sat = 2 + 0.5 * eou + rng.normal(0, 0.5, 400)
    frame = frame.assign(SAT1=sat + rng.normal(0, 0.3, 400), SAT2=sat + rng.normal(0, 0.3, 400)).clip(1, 7)
    found = diagnose(small(frame, {"EOU": 2, "SAT": 2}, composites=[]), draws=DRAWS)
    assert found.severity.empty
    assert found.levers.empty
    assert found.priorities["driver"].tolist() == ["EOU"]
    assert found.priorities["importance"][0] == pytest.approx(0.5, abs=0.07)


def test_severity_without_an_outcome(small, simulate):
    frame = simulate(200, 25, 3)[["SHOW1", "SHOW2", "LDR1", "LDR2", "account"]]
    found = diagnose(small(frame, {"SHOW": 2, "LDR": 2}), draws=DRAWS)
    assert found.severity["id"].tolist() == ["SHOW", "LDR", "D1"]
    assert found.paths.empty
    assert found.levers.empty
    assert json.dumps(found.to_dict(), allow_nan=False)


def test_a_refused_model_still_shows_its_figures(clean):
    found = diagnose(clean, draws=DRAWS, refused=True)
    assert found.refused
    assert "DIAG-122" in codes(found)
    assert found.levers["gain"].notna().all()


def test_a_constant_construct_refuses_the_structural_reading(clean):
    frame = clean.frame.assign(PU1=4.0, PU2=4.0, PU3=4.0)
    found = diagnose(replace(clean, frame=frame), draws=DRAWS)
    assert found.refused
    assert {"DIAG-111", "DIAG-113"} <= codes(found)
    assert found.severity["S"].notna().all()


def test_items_that_contradict_each_other_have_no_true_variance(clean):
    frame = clean.frame.assign(PVAL2=8 - clean.frame["PVAL1"], PVAL3=np.nan)
    found = diagnose(replace(clean, frame=frame.drop(columns="PVAL3")), draws=DRAWS)
    assert "DIAG-111" in codes(found)
    assert found.refused


def test_true_scores_that_cannot_be_are_refused(clean):
    low = dict.fromkeys(("SHOW", "LDR", "PU", "EOU", "PVAL", "SAT", "TRU", "CI"), 0.2)
    found = diagnose(clean, reliability=low, draws=DRAWS)
    assert "DIAG-112" in codes(found)
    assert found.refused


def test_a_form_of_single_items_is_an_index_not_a_model(simulate, small):
    frame = simulate(400, 30, 4, n_items=1)
    items = {c[:-1]: 1 for c in frame.columns if c != "account"}
    found = diagnose(small(frame, items), draws=DRAWS)
    single = next(f for f in found.findings if f.code == "DIAG-114")
    assert single.severity == "refusal"
    assert found.settings["reliability_used"]["value"]["PU"] is None


def test_a_single_item_outcome_needs_no_warning(clean):
    found = diagnose(replace(clean, frame=clean.frame.drop(columns=["CMI1", "CMI2"])), draws=DRAWS)
    assert "DIAG-114" not in codes(found)
    assert not found.refused


def test_given_reliabilities_are_used(clean, diagnosis):
    found = diagnose(clean, reliability={"UNA": 0.5, "PU": float("nan")}, draws=DRAWS)
    assert found.settings["reliability_used"]["value"]["UNA"] == 0.5
    assert found.settings["reliability_given"]["value"] == ["UNA"]

    def effect(d):
        return d.total_effects.set_index(["outcome", "source"])["estimate"]["SAT", "UNA"]

    assert effect(found) < effect(diagnosis) < 0


def test_a_path_against_its_sign_is_said(clean):
    frame = clean.frame.copy()
    frame[["COPY1", "COPY2", "COPY3"]] = 8 - frame[["COPY1", "COPY2", "COPY3"]]
    found = diagnose(replace(clean, frame=frame), draws=DRAWS)
    wrong = {f.subject for f in found.findings if f.code == "DIAG-115"}
    assert {"D2 -> COPY", "COPY -> PU"} <= wrong


def test_few_respondents_are_not_read_structurally(simulate, small, instrument):
    base = small(simulate(25, 5, 2), {"PU": 3})
    found = diagnose(replace(base, instrument=instrument, reversed_items=("SHOW3", "UNA3")), draws=DRAWS)
    assert {"DIAG-103", "DIAG-116"} <= codes(found)
    assert set(found.severity["verdict"]) == {"not_stated"}
    base = small(simulate(8, 4, 2), {"PU": 3})
    tiny = diagnose(replace(base, instrument=instrument, reversed_items=("SHOW3", "UNA3")), draws=DRAWS)
    assert "DIAG-104" in codes(tiny)
    assert tiny.severity["S"].isna().all()
    assert tiny.paths.empty
    assert all(record["S"] is None for record in tiny.to_dict()["dilemmas"])


def test_extrapolation_names_accounts_but_no_respondent(clean):
    on_accounts = [f for f in diagnose(clean, draws=DRAWS).findings if f.code == "DIAG-121"]
    assert on_accounts
    assert all(f.evidence["observed_on"] == "account" and f.evidence["lowest"] > 20 for f in on_accounts)
    alone = replace(clean, frame=clean.frame.drop(columns="account"))
    assert "DIAG-121" not in codes(diagnose(alone, target=45.0, draws=DRAWS))
    beyond = [f for f in diagnose(alone, target=0.5, draws=DRAWS).findings if f.code == "DIAG-121"]
    assert beyond
    assert all(f.evidence["observed_on"] == "respondent" and "lowest" not in f.evidence for f in beyond)


def test_weights_of_one_change_nothing_and_doubling_a_group_moves_the_mean(clean, diagnosis):
    even = diagnose(replace(clean, frame=clean.frame.assign(w=3.0)), weights="w", draws=DRAWS)
    pd.testing.assert_frame_equal(even.severity, diagnosis.severity)
    heavy = np.where(clean.frame["UNA1"] >= 5, 2.0, 1.0)
    tilted = diagnose(replace(clean, frame=clean.frame.assign(w=heavy)), weights="w", draws=DRAWS)
    assert tilted.severity.set_index("id").loc["UNA", "S"] > diagnosis.severity.set_index("id").loc["UNA", "S"] + 2


FAULTS = [
    ({"cluster": "acount"}, DataError, "DIAG-005", "Did you mean 'account'"),
    ({"weights": "w"}, DataError, "DIAG-005", "no column 'w'"),
    ({"weights": "account"}, DataError, "DIAG-008", "not numbers"),
    ({"target": 100.0}, UsageError, "DIAG-006", "target"),
    ({"target": -1.0}, UsageError, "DIAG-006", "target"),
    ({"draws": 10}, UsageError, "DIAG-006", "at least 200"),
    ({"reliability": {"UNAA": 0.8}}, UsageError, "DIAG-007", "Did you mean 'UNA'"),
    ({"reliability": {"UNA": 1.2}}, UsageError, "DIAG-007", "1.2"),
    ({"reliability": {"UNA": 0.0}}, UsageError, "DIAG-007", "more than 0"),
]


@pytest.mark.parametrize(("options", "kind", "code", "text"), FAULTS)
def test_faults_are_named(clean, options, kind, code, text):
    with pytest.raises(kind, match=text) as caught:
        diagnose(clean, **options)
    assert caught.value.code == code


def test_nothing_to_diagnose(small):
    with pytest.raises(DataError) as caught:
        diagnose(small(pd.DataFrame({"X1": [1.0, 2.0]}), {"X": 1}, composites=[]))
    assert caught.value.code == "DIAG-002"


def test_negative_weights_name_their_rows(clean):
    weights = np.ones(clean.n)
    weights[4] = -1.0
    with pytest.raises(DataError, match=r"rows 5\)"):
        diagnose(replace(clean, frame=clean.frame.assign(w=weights)), weights="w")


def test_something_else_than_answers_is_refused(clean):
    with pytest.raises(UsageError, match="DataFrame"):
        diagnose(clean.frame)
