"""The appendix of measurement: what is asked for, what is left out and why, groups under their wordings."""

from __future__ import annotations

import pytest

import wxsat as wx
from wxsat.instrument.instrument import Label
from wxsat.present.content import ReportContent
from wxsat.present.document import without_marks
from wxsat.present.report import build_report
from wxsat.study.measurement_checks import check_measurement
from wxsat.study.study import MeasurementPlan


@pytest.fixture(scope="module")
def answers():
    instrument = wx.load_instrument("gov-wechat-public")
    raw = wx.simulate_responses(instrument, instrument.folder / "truth.yaml", n=700, seed=5)
    clean = wx.clean(raw)
    return instrument, clean, wx.evaluate_scales(clean, draws=0, constructs=["PU", "EOU", "SAT", "TRU"])


@pytest.fixture(scope="module")
def checks(answers):
    instrument, clean, scales = answers
    return check_measurement(MeasurementPlan(groups=["gender", "nothing"]), instrument, clean, scales, seed=1)


def test_nothing_is_computed_unless_asked_for(answers) -> None:
    instrument, clean, scales = answers
    assert check_measurement(MeasurementPlan(checks=False), instrument, clean, scales, 1) is None


def test_dimensions_are_those_of_the_library(answers, checks) -> None:
    _, clean, _ = answers
    again = wx.evaluate_factors(clean, parallel=0, n_factors=4)
    assert checks.factors.parallel.draws == 100
    assert checks.factors.adequacy.overall == again.adequacy.overall


def test_the_ladder_is_that_of_the_library_on_the_same_rows(answers, checks) -> None:
    _, clean, _ = answers
    found, absent = checks.groups
    sizes = clean.frame["gender"].value_counts()
    kept = clean.frame[clean.frame["gender"].isin(sizes.index[sizes >= 100])]
    model = "\n".join(f"{name} =~ {name}1 + {name}2 + {name}3" for name in ("PU", "EOU", "SAT", "TRU"))
    again = wx.evaluate_invariance(model, kept.reset_index(drop=True), group="gender")
    assert found.result.steps["chisq"].tolist() == pytest.approx(again.steps["chisq"].tolist(), rel=1e-9)
    assert absent.result is None


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_appendix_names_groups_in_words(answers, checks, language) -> None:
    instrument, _, scales = answers
    content = ReportContent(title=Label(zh="检查", en="Checks"), instrument=instrument, scales=scales, checks=checks)
    report = build_report(content, (language,))
    (section,) = [s for s in report.documents[0].sections if s.id == "measurement_checks"]
    texts = " ".join(without_marks(block.text) for block in section.blocks if hasattr(block, "text"))
    assert "nothing" in texts
    (ladder,) = [b.table for b in section.blocks if getattr(getattr(b, "table", None), "id", "") == "invariance.gender"]
    woman = next(q for q in instrument.background if q.id == "gender").choices[0].text.text(language)
    assert woman in ladder.notes[0]
    assert "scree" in {figure.id for figure in report.documents[0].figures()}


def test_too_few_answers_are_said_and_stop_nothing(answers) -> None:
    from dataclasses import replace

    instrument, clean, scales = answers
    few = replace(clean, frame=clean.frame.head(8), reasons=clean.reasons.head(8))
    checks = check_measurement(MeasurementPlan(groups=["gender"]), instrument, few, scales, seed=1)
    assert checks.factors is None
    assert "[MEAS-" in checks.no_factors or "[SEM-" in checks.no_factors
    assert checks.groups[0].result is None
