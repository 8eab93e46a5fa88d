"""Simulated field data as witness: what was put in comes back, and how many were careless is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wxsat.instrument.instrument import Instrument
from wxsat.instrument.load import load_instrument
from wxsat.responses.clean import clean
from wxsat.responses.read import read_responses
from wxsat.simulate.respondents import simulate_export, simulate_responses
from wxsat.simulate.truth import Truth, load_truth

N = 600


@pytest.fixture(scope="module")
def public() -> Instrument:
    return load_instrument("gov-wechat-public")


@pytest.fixture(scope="module")
def truth(public: Instrument) -> Truth:
    assert public.folder is not None
    return load_truth(public.folder / "truth.yaml")


@pytest.mark.parametrize("form", ["full", "standard", "brief"])
@pytest.mark.parametrize("labels", [None, "zh", "en"])
def test_what_was_answered_comes_back(
    tmp_path: Path, public: Instrument, truth: Truth, form: str, labels: str | None
) -> None:
    expected = simulate_responses(public, truth, N, form=form)
    export = simulate_export(public, truth, N, form=form, labels=labels)
    export.to_csv(tmp_path / "a.csv", index=False, encoding="gb18030")
    responses = read_responses(tmp_path / "a.csv", public, account="account" if "account" in export else None)
    assert responses.form == form
    assert set(responses.frame.columns) == set(expected.frame.columns)
    for name in responses.frame.columns:
        assert same(responses.frame[name], expected.frame[name]), name
    reasons = list(responses.reasons.columns)
    assert (responses.reasons.to_numpy() == expected.reasons[reasons].to_numpy()).all()
    assert responses.paradata["seconds"].tolist() == [float(int(s)) for s in expected.paradata["seconds"]]


def same(ours: pd.Series, theirs: pd.Series) -> bool:
    if ours.dtype.kind == "f":
        return np.array_equal(ours.to_numpy(dtype=float), theirs.to_numpy(dtype=float), equal_nan=True)
    return ours.astype(str).tolist() == theirs.astype(str).tolist()


def careless_drops(public: Instrument, truth: Truth, **careless: float) -> tuple[int, int]:
    """Return how many were dropped as careless, and how many were."""
    nuisance = truth.nuisance.model_copy(update={"careless": truth.nuisance.careless.model_copy(update=careless)})
    changed = truth.model_copy(update={"nuisance": nuisance})
    responses = simulate_responses(public, changed, N)
    flow = clean(responses).flow.set_index("step")
    return int(flow.loc["careless", "n_dropped"]), sum(responses.provenance["careless"].values())


def test_among_attentive_respondents_nobody_is_dropped_as_careless(public: Instrument, truth: Truth) -> None:
    dropped, careless = careless_drops(public, truth, share=0.0)
    assert careless == 0
    assert dropped <= 1  # of 600: an attentive respondent needs two families by accident


def test_straight_lines_are_nearly_all_found(public: Instrument, truth: Truth) -> None:
    dropped, careless = careless_drops(public, truth, share=0.12, random=0.0, fast=0.0)
    assert careless > 50
    assert 0.8 * careless < dropped <= careless
