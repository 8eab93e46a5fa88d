"""Simulated respondents: the same bytes, the declared shares, routing, and agreement with the reader."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from wxsat.errors import StudyError, UsageError
from wxsat.instrument.load import load_instrument
from wxsat.responses.read import read_responses
from wxsat.simulate.draws import Draws
from wxsat.simulate.people import draw_people
from wxsat.simulate.population import solve_population
from wxsat.simulate.respondents import simulate_export, simulate_responses
from wxsat.simulate.truth import Careless, load_truth

INSTRUMENT = load_instrument("gov-wechat-public")
TRUTH = load_truth(Path(__file__).resolve().parents[3] / "surveys/gov-wechat-public/truth.yaml")
FORMS = ("full", "standard", "brief")


def test_bytes_are_frozen():
    # Portable arithmetic throughout: the demonstration's data may change only on purpose.
    text = simulate_export(INSTRUMENT, TRUTH).to_csv(index=False, lineterminator="\n")
    assert (
        hashlib.sha256(text.encode()).hexdigest() == "3610090460f983f88f00ca1a39c63cf95f754920dbeae9a9ceeca83eb94311c4"
    )


def test_another_seed_gives_other_answers():
    a, b = (simulate_responses(INSTRUMENT, TRUTH, 200, seed=seed).frame for seed in (1, 2))
    assert not a.equals(b)


@pytest.mark.parametrize("form", FORMS)
def test_every_question_of_the_form_is_there(form):
    responses = simulate_responses(INSTRUMENT, TRUTH, 60, form=form)
    items = {i.id for i in INSTRUMENT.items_in(form)}
    checks = {c.id for c in INSTRUMENT.attention if form in c.forms and c.kind != "antonyms"}
    assert set(responses.reasons.columns) == items | checks
    assert items | checks <= set(responses.frame.columns)
    assert responses.provenance["questions_left_out"] == []


def test_same_person_answers_alike_in_a_shorter_form():
    pure = TRUTH.without_nuisance()
    full, standard, brief = (simulate_responses(INSTRUMENT, pure, 100, form=form).frame for form in FORMS)
    for item in INSTRUMENT.items_in("standard"):
        assert full[item.id].equals(standard[item.id])
    for item in INSTRUMENT.items_in("brief"):
        assert full[item.id].equals(brief[item.id])


def test_codes_stay_on_their_scale():
    frame = simulate_responses(INSTRUMENT, TRUTH, 800, form="full").frame
    for item in INSTRUMENT.items_in("full"):
        assert set(frame[item.id].dropna()) <= set(INSTRUMENT.scale_of(item).codes), item.id
    for question in INSTRUMENT.background:
        if question.choices and question.id in frame:
            assert set(frame[question.id].dropna()) <= {c.code for c in question.choices}, question.id
        elif question.min is not None and question.id in frame:
            assert frame[question.id].dropna().between(question.min, question.max).all(), question.id


def test_raw_direction_reversed_items_fall_with_their_construct():
    frame = simulate_responses(INSTRUMENT, TRUTH.without_nuisance(), 2000).frame
    assert frame["SHOW1"].corr(frame["SHOW4"]) < -0.4
    assert frame["SHOW1"].corr(frame["SHOW2"]) > 0.4


def test_shares_are_those_declared():
    responses = simulate_responses(INSTRUMENT, TRUTH, 20_000, accounts=500)
    careless = responses.provenance["careless"]
    assert sum(careless.values()) == pytest.approx(0.12 * 20_000, abs=20)
    # Four standard errors of a share near .1. Only the careful say that they do not know, users less often.
    dk = (responses.reasons["LDR1"] == "dont_know").mean()
    assert dk == pytest.approx(0.11 * 0.88 * (0.64 * 0.55 + 0.36 * 1.8), abs=4 * 0.3 / np.sqrt(20_000))
    assert responses.provenance["second_submissions"] == 80
    assert responses.paradata["fingerprint"].duplicated().sum() == 80


def test_dont_knows_come_together():
    reasons = simulate_responses(INSTRUMENT, TRUTH, 4000).reasons
    first, second = (reasons[name] == "dont_know" for name in ("LDR1", "LDR2"))
    assert (first & second).sum() > 4 * first.mean() * second.mean() * 4000


def test_routing_is_respected():
    responses = simulate_responses(INSTRUMENT, TRUTH, 1500, form="full")
    complained = responses.frame["COMB"]
    for item in ("COMH1", "COMH2", "COMH3"):
        assert (responses.reasons.loc[complained == 0, item] == "not_shown").all()
        assert responses.frame.loc[complained == 1, item].notna().mean() > 0.9
    no_reply = responses.frame["COMR"].isin([3, 4])
    assert responses.frame.loc[no_reply, "COMT"].isna().all()
    assert responses.frame.loc[responses.frame["N01U"] == 0, "N01P"].isna().all()


def test_each_manner_shows():
    responses = simulate_responses(INSTRUMENT, TRUTH, 3000)
    # People and their streams do not depend on the form or on the nuisance that follows.
    people = draw_people(
        solve_population(TRUTH), Draws(20140713), 3000, accounts=40, icc=0.1, careless=TRUTH.nuisance.careless
    )
    items = responses.frame[[i.id for i in INSTRUMENT.items_in("standard") if i.id not in {"SAT1", "SAT2", "SAT3"}]]
    own = ~responses.paradata["fingerprint"].duplicated().to_numpy()
    spread = items.std(axis=1)
    seconds = responses.paradata["seconds"]
    line, fast, careful, anyhow = (
        people.answering(manner) & own for manner in ("straight_line", "fast", "careful", "random")
    )
    assert spread[line].median() < 0.7 < spread[careful].median() < spread[anyhow].median()
    assert seconds[fast].median() < 0.35 * seconds[careful].median()
    assert (responses.frame.loc[careful, "AC1"] == 2).mean() > 0.95
    assert (responses.frame.loc[anyhow, "AC1"] == 2).mean() < 0.4


def test_clustering_is_the_declared_share_of_a_latent():
    # One-way ANOVA estimate of ICC(1) over 400 accounts of about 50; four standard errors are about .04.
    people = draw_people(solve_population(TRUTH), Draws(8), 20_000, accounts=400, icc=0.10, careless=Careless())
    for name in ("SHOW", "SAT"):
        score, account = people.latents[name], people.account
        size = np.bincount(account, minlength=400)
        mean = np.bincount(account, weights=score, minlength=400) / size
        within = ((score - mean[account]) ** 2).sum() / (len(score) - 400)
        between = (size * (mean - score.mean()) ** 2).sum() / 399
        n0 = (len(score) - (size**2).sum() / len(score)) / 399
        share = (between - within) / n0 / ((between - within) / n0 + within)
        assert share == pytest.approx(0.10, abs=0.04)
        assert score.var() == pytest.approx(1.0, abs=0.06)


def test_it_says_that_it_is_simulated():
    responses = simulate_responses(INSTRUMENT, TRUTH, 50, seed=7)
    frame = simulate_export(INSTRUMENT, TRUTH, 50, seed=7)
    for provenance in (responses.provenance, responses.frame.attrs["provenance"], frame.attrs["provenance"]):
        assert provenance["simulated"] is True
        assert provenance["seed"] == 7
        assert provenance["truth_sha256"] == TRUTH.sha256
    assert set(frame["simulated"]) == {"S1-reference, seed 7"}


@pytest.mark.parametrize(("form", "labels"), [("standard", None), ("standard", "zh"), ("full", "en"), ("brief", "zh")])
def test_reading_the_export_gives_the_same_responses(tmp_path, form, labels):
    path = tmp_path / "answers.csv"
    frame = simulate_export(INSTRUMENT, TRUTH, 300, form=form, labels=labels)
    frame.to_csv(path, index=False, encoding="utf-8-sig")
    read, made = read_responses(path, INSTRUMENT), simulate_responses(INSTRUMENT, TRUTH, 300, form=form)
    assert read.form == form
    for name in made.reasons.columns:
        assert read.frame[name].equals(made.frame[name]), name
        assert (read.reasons[name].astype(str) == made.reasons[name].astype(str)).all(), name
    assert (read.paradata["seconds"] == made.paradata["seconds"]).all()
    assert read.provenance["columns_unused"] == ["simulated"]


def test_nothing_is_spoilt_without_nuisance():
    responses = simulate_responses(INSTRUMENT, TRUTH.without_nuisance(), 300)
    assert (responses.reasons == "").all().all()
    assert responses.paradata["fingerprint"].is_unique


@pytest.mark.parametrize("wrong", [{"n": 0}, {"seed": -1}, {"accounts": 0}])
def test_a_size_that_makes_no_sense(wrong):
    with pytest.raises(UsageError, match="SIM-009"):
        simulate_responses(INSTRUMENT, TRUTH, **({"n": 10} | wrong))


def test_a_truth_that_lacks_a_construct():
    poorer = TRUTH.model_copy(update={"companions": {"RES": {}}})
    with pytest.raises(StudyError, match="VASE") as caught:
        simulate_responses(INSTRUMENT, poorer, 10)
    assert caught.value.code == "SIM-008"
