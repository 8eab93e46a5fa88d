"""The examples in the docstrings of every public module run and print what they say."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import wxsat

MODULES = sorted(m.name for m in pkgutil.walk_packages(wxsat.__path__, "wxsat."))


def _examples(name: str) -> list[doctest.DocTest]:
    module = importlib.import_module(name)
    names = {"np": importlib.import_module("numpy"), "pd": importlib.import_module("pandas"), **vars(module)}
    found = doctest.DocTestFinder(exclude_empty=True).find(module, name, globs=dict(names))
    return [test for test in found if any(not _skipped(example) for example in test.examples)]


def _skipped(example: doctest.Example) -> bool:
    return bool(example.options.get(doctest.SKIP))


@pytest.mark.parametrize("name", MODULES)
def test_docstring_examples(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    for test in _examples(name):
        runner.run(test, out=report.append)
    assert runner.failures == 0, "".join(report)


def test_there_are_examples() -> None:
    assert sum(len(_examples(name)) for name in ("wxsat.psychometrics.reliability", "wxsat.diagnosis.verdict")) >= 6
