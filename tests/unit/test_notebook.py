"""Results show themselves in a notebook, are frozen, and hold no live markup of the data."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
import sys

import pytest

import wxsat
from wxsat.notebook import tables_of

FUNCTIONS = [name for name in wxsat.__all__ if name != "__version__" and inspect.isfunction(getattr(wxsat, name))]
NO_RESULTS = {"Instrument", "Study", "Path", "DataFrame", "Margins", "StudyOutcome"}
GOES_IN = {"ParameterTable", "PanelScores", "ReadinessAnswers"}


def result_class(name: str) -> type | None:
    """Return the class that a public function says that it returns, None where that is no result."""
    function = getattr(wxsat, name)
    said = str(inspect.signature(function).return_annotation)
    room = ".".join(function.__module__.split(".")[:2])
    wanted = said.removeprefix("pd.").split("[")[0].split(" |")[0]
    if wanted in NO_RESULTS | GOES_IN or wanted in dir(__builtins__) or not wanted.isidentifier():
        return None
    for module in list(sys.modules.values()):
        found = getattr(module, wanted, None)
        if inspect.isclass(found) and found.__module__.startswith(room):
            return found
    return None


@pytest.fixture(scope="module", autouse=True)
def every_module() -> None:
    """Load what a signature may name."""
    for module in pkgutil.walk_packages(wxsat.__path__, "wxsat."):
        if ".cli" not in module.name:
            importlib.import_module(module.name)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_result_is_frozen_and_shows_itself(name):
    found = result_class(name)
    if found is None:
        return
    assert dataclasses.is_dataclass(found)
    assert found.__dataclass_params__.frozen
    assert hasattr(found, "_repr_html_")


def test_the_survey_of_signatures_finds_the_results():
    names = {found.__name__ for found in map(result_class, FUNCTIONS) if found is not None}
    assert {"SemResult", "Comparison", "PlsResult", "Readiness", "Tracking", "Estimates", "Diagnosis"} <= names


def test_text_of_the_data_is_escaped():
    shown = tables_of({"<b>": "<script>1</script>", "rows": [{"a": "<i>", "b": 1.23456}, {"a": None, "b": 2}]})
    assert "<script>" not in shown
    assert "<i>" not in shown
    assert "&lt;i&gt;" in shown
    assert "1.235" in shown
