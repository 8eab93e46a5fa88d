"""The examples in the docstrings of every module run and print what they say.

Besides the module's own names they may use numpy as ``np``, pandas as ``pd``, and the results that a reader has at
hand: ``instrument, responses, clean, scales, fit, diagnosis`` of a small simulated sample, and one figure, ``spec``.
"""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from collections.abc import Mapping
from typing import Any

import pytest

import wxsat

MODULES = sorted(m.name for m in pkgutil.walk_packages(wxsat.__path__, "wxsat."))


@pytest.fixture(scope="module")
def at_hand() -> Mapping[str, Any]:
    import numpy as np
    import pandas as pd
    from matplotlib.figure import Figure

    from wxsat.present.figures.figure import render_figure
    from wxsat.present.figures.reliability import plot_reliability

    instrument = wxsat.load_instrument("gov-wechat-public")
    assert instrument.folder is not None
    responses = wxsat.simulate_responses(instrument, instrument.folder / "truth.yaml", n=250)
    clean = wxsat.clean(responses)
    scales = wxsat.evaluate_scales(clean, draws=0)
    return {
        "np": np,
        "pd": pd,
        "Figure": Figure,
        "render_figure": render_figure,
        "instrument": instrument,
        "responses": responses,
        "clean": clean,
        "scales": scales,
        "fit": wxsat.fit_sem("tam", clean),
        "diagnosis": wxsat.diagnose(clean, draws=200),
        "spec": plot_reliability(scales.reliability, language="en"),
    }


def examples_of(name: str, at_hand: Mapping[str, Any]) -> list[doctest.DocTest]:
    module = importlib.import_module(name)
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = finder.find(module, name, globs={**at_hand, **vars(module)})
    return [test for test in found if not all(example.options.get(doctest.SKIP) for example in test.examples)]


@pytest.mark.parametrize("name", MODULES)
def test_docstring_examples(name: str, at_hand: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    for test in examples_of(name, at_hand):
        runner.run(test, out=report.append)
    assert runner.failures == 0, "".join(report)


def test_there_are_examples() -> None:
    names = {"np": importlib.import_module("numpy")}
    found = [
        test for m in ("wxsat.psychometrics.reliability", "wxsat.diagnosis.verdict") for test in examples_of(m, names)
    ]
    assert sum(len(test.examples) for test in found) >= 6
