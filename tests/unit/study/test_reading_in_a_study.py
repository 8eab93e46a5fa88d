"""A study names every reason against reading a model, as `sem fit` does: of fits that stand and of fits that fail."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from wxsat.finding import refusals
from wxsat.instrument.instrument import Label
from wxsat.sem.fit import fit_sem
from wxsat.sem.reading import judge_reading
from wxsat.study.prepare import PlannedModel
from wxsat.study.street import _fit, _model_findings

TEXT = "A =~ a1 + a2 + a3\nB =~ b1 + b2 + b3\nC =~ c1 + c2 + c3\nC ~ A + B\n"


def answers(likeness: float) -> pd.DataFrame:
    """Return two predictors that correlate by `likeness`, and an outcome whose items hardly agree."""
    rng = np.random.default_rng(5)
    a = rng.normal(size=(400, 1))
    b = likeness * a + np.sqrt(1 - likeness**2) * rng.normal(size=(400, 1))
    c = 0.5 * a + 0.5 * b + 0.5 * rng.normal(size=(400, 1))
    noise = rng.normal(size=(400, 9)) * np.array([0.5] * 6 + [2.0] * 3)
    return pd.DataFrame(
        np.hstack([a.repeat(3, 1), b.repeat(3, 1), c.repeat(3, 1)]) + noise,
        columns=[f"{name}{i}" for name in "abc" for i in (1, 2, 3)],
    )


def planned(text: str = TEXT) -> PlannedModel:
    return PlannedModel("main", Label(zh="主模型", en="Main"), text, Path("main.sem"))


def test_a_fit_carries_the_reasons_of_sem_fit():
    frame = answers(0.99)
    model = _fit(planned(), frame, None, "ML")
    found = _model_findings(model, False, TEXT, frame)
    codes = {f.code for f in refusals(found)}
    assert {"MEAS-121", "MEAS-181"} <= codes
    alone = judge_reading(fit_sem(TEXT, frame), frame, lambda text: fit_sem(text, frame))
    assert codes == {f.code for f in refusals(alone.findings)}
    assert model.result is not None
    assert model.result.refused
    assert all("main: " in f.message for f in _model_findings(model, True, TEXT, frame))


def test_distinct_constructs_are_left_alone():
    frame = answers(0.3)
    model = _fit(planned(TEXT.replace("c1 + c2 + c3", "c1 + c2")), frame, None, "ML")
    codes = {f.code for f in _model_findings(model, False, TEXT, frame)}
    assert not codes & {"MEAS-121", "MEAS-180", "MEAS-182"}


def test_a_fit_that_fails_is_followed_by_its_reasons(monkeypatch):
    from wxsat.errors import EstimationError
    from wxsat.study import street

    def fail(*_: object) -> None:
        raise EstimationError("SEM-053", "no solution.")

    monkeypatch.setattr(street, "_fitted", fail)
    frame = answers(0.99)
    model = _fit(planned(), frame, None, "ML")
    codes = [f.code for f in _model_findings(model, False, TEXT, frame)]
    assert codes[0] == "STUDY-101"
    assert {"MEAS-121", "MEAS-181"} <= set(codes)
