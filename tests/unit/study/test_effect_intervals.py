"""Bootstrap intervals of a study's paths: whole accounts where there are enough, and a word where that matters."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from wxsat.present.tables.intervals import tabulate_intervals
from wxsat.present.tables.modification import tabulate_modification
from wxsat.responses.clean import clean
from wxsat.sem.bootstrap.run import bootstrap_sem
from wxsat.sem.fit import fit_sem
from wxsat.study.answers import read_answers
from wxsat.study.effect_intervals import FEWEST_ACCOUNTS, add_intervals
from wxsat.study.load import load_study
from wxsat.study.prepare import prepare_study
from wxsat.study.street import _fit
from wxsat.study.study import Study

STUDY = """\
schema_version: 1
id: small
title: {en: A small study}
language: en
instrument: gov-wechat-public
form: standard
data:
  simulate: {truth: truth.yaml, n: 260, accounts: ACCOUNTS, seed: 7}
models: [tam]
bootstrap: 60
"""


def prepared_with(folder: Path, accounts: int, **changes: object):
    (folder / "study.yaml").write_text(STUDY.replace("ACCOUNTS", str(accounts)), encoding="utf-8")
    prepared = prepare_study(load_study(folder))
    prepared = replace(prepared, study=prepared.study.model_copy(update=changes))
    responses = clean(read_answers(prepared), prepared.study.cleaning)
    models = tuple(_fit(model, responses, None, prepared.study.estimator) for model in prepared.models)
    return prepared, responses, models


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    return prepared_with(tmp_path_factory.mktemp("many"), 26)


def test_whole_accounts_are_drawn_where_there_are_enough(many):
    prepared, responses, models = many
    (model,), _ = add_intervals(prepared, responses, models, "account")
    frame = model.intervals.frame
    fit = fit_sem(prepared.models[0].text, responses, cluster="account")
    drawn = bootstrap_sem(fit, draws=60, seed=prepared.study.seed).intervals.query("scale == 'raw' and op == '~'")
    paths = frame[frame["kind"] == "~"]
    assert model.intervals.n_accounts == responses.frame["account"].nunique() == 26
    assert paths["ci_lower"].tolist() == drawn["ci_lower"].tolist()
    own = model.result.parameters.query("op == '~'")
    assert paths["std_error"].tolist() == own["std_error"].tolist()
    assert paths["estimate"].tolist() == pytest.approx(drawn["estimate"].tolist(), abs=1e-6)
    # The model defines its effects: they stand here, the other indirect ones in the table of effects alone.
    assert set(frame["kind"]) == {"~", ":="}


def test_respondents_are_drawn_where_accounts_are_few_or_all_there_are(tmp_path, many):
    prepared, responses, models = prepared_with(tmp_path, FEWEST_ACCOUNTS - 8)
    (few,), findings = add_intervals(prepared, responses, models, "account")
    assert (few.intervals.n_accounts, findings) == (0, ())
    prepared, responses, models = many
    plan = prepared.study.diagnosis.model_copy(update={"accounts": "fixed"})
    fixed = replace(prepared, study=prepared.study.model_copy(update={"diagnosis": plan}))
    (all_there_are,), _ = add_intervals(fixed, responses, models, "account")
    fit = models[0].result
    drawn = bootstrap_sem(fit, draws=60, seed=prepared.study.seed).intervals.query("scale == 'raw' and op == '~'")
    assert all_there_are.intervals.n_accounts == 0
    assert all_there_are.intervals.frame.query("kind == '~'")["ci_upper"].tolist() == drawn["ci_upper"].tolist()


def test_none_when_told_so_and_none_of_ordinal_models_unless_asked(many):
    prepared, responses, models = many
    off = replace(prepared, study=prepared.study.model_copy(update={"bootstrap": 0}))
    assert add_intervals(off, responses, models, "account")[0][0].intervals is None
    ordinal = replace(prepared, study=prepared.study.model_copy(update={"bootstrap": None, "estimator": "WLSMV"}))
    assert add_intervals(ordinal, responses, models, "account")[0][0].intervals is None


def test_errors_that_accounts_make_larger_are_told(many):
    prepared, responses, _ = many
    # Every account shares one level of all items: respondents of an account are alike beyond the model.
    frame = responses.frame.copy()
    account = frame["account"].astype(str)
    rng = np.random.default_rng(3)
    items = [item.id for item in prepared.instrument.items_in("standard") if item.id[:2] in ("PU", "EO")]
    for names in ([i for i in items if i.startswith("PU")], [i for i in items if i.startswith("EO")]):
        level = dict(zip(account.unique(), rng.integers(-2, 3, account.nunique()), strict=True))
        moved = frame[names].add(account.map(level).astype(float), axis=0).clip(1, 7)
        frame[names] = moved
    alike = replace(responses, frame=frame)
    models = tuple(_fit(model, alike, None, "ML") for model in prepared.models)
    (model,), findings = add_intervals(prepared, alike, models, "account")
    ratio = (model.intervals.frame["bootstrap_error"] / model.intervals.frame["std_error"]).max()
    (told,) = findings
    assert told.code == "STUDY-103"
    assert told.evidence["ratio"] == pytest.approx(ratio)
    assert ratio > 1.25


def test_tables_of_intervals_and_of_modification_indices(many):
    prepared, responses, models = many
    (model,), _ = add_intervals(prepared, responses, models, "account")
    table = tabulate_intervals(model.intervals, prepared.instrument, "en", id="intervals.tam")
    frame = model.intervals.frame
    assert [row[-1] for row in table.rows] == frame["ci_upper"].tolist()
    assert table.rows[0][:3] == ("Path", "Perceived usefulness", "Perceived ease of use")
    assert "26 accounts" in table.notes[0]
    assert tabulate_intervals(None, prepared.instrument, "en").rows == ()
    indices = tabulate_modification(model.result, prepared.instrument, "en")
    expected = model.result.modification_indices().query("mi >= 6.63").head(10)
    assert [row[1] for row in indices.rows] == expected["mi"].tolist()
    assert [row[0] for row in indices.rows] == [f"{r.lhs} {r.op} {r.rhs}" for r in expected.itertuples()]


def test_the_number_of_draws_is_checked():
    with pytest.raises(ValueError, match="greater than or equal to 0"):
        Study.model_validate({"schema_version": 1, "id": "x", "bootstrap": -1})
    assert Study.model_fields["bootstrap"].default is None
