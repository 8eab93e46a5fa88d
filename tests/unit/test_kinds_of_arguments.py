"""An argument of the wrong kind is refused by name, not by what trips over it deep inside."""

from __future__ import annotations

import inspect
from typing import Any

import pandas as pd
import pytest

import wxsat as wx
from wxsat.errors import UsageError, WxsatError, require_kind, require_path

FRAME = pd.DataFrame({"a1": [1.0, 2, 3, 4] * 5, "a2": [2.0, 2, 3, 5] * 5, "g": list("xy") * 10})
WRONG: dict[str, Any] = {"None": None, "a number": 5, "a list": [1, 2], "an object": object()}
# What shows itself by its own constructor, takes whatever it is given, or has no argument to be wrong.
APART = {
    "WxsatError", "Finding", "Table", "Responses", "PlsResult", "SemResult", "Instrument", "ParameterTable", "Model",
    "Wave", "CleaningPlan", "track_waves", "n_for_rmsea", "power_of_rmsea",
}  # fmt: skip


@pytest.mark.parametrize("kind", WRONG)
@pytest.mark.parametrize("name", sorted(set(wx._PUBLIC) - APART))
def test_every_public_function_refuses_it(name: str, kind: str) -> None:
    function = getattr(wx, name)
    asked = [p for p in inspect.signature(function).parameters.values() if p.default is p.empty]
    given: list[Any] = []
    named: dict[str, Any] = {}
    for number, parameter in enumerate(asked):
        value = WRONG[kind] if number == 0 else FRAME if parameter.name in ("data", "responses") else "a1"
        if parameter.kind is parameter.KEYWORD_ONLY:
            named[parameter.name] = value
        elif parameter.kind is not parameter.VAR_KEYWORD and parameter.kind is not parameter.VAR_POSITIONAL:
            given.append(value)
    with pytest.raises(WxsatError):
        function(*given, **named)


def test_degrees_of_freedom_and_sizes_are_numbers() -> None:
    for call in (
        lambda: wx.n_for_rmsea("20"),
        lambda: wx.power_of_rmsea(None, 100),
        lambda: wx.power_of_rmsea(20, "x"),
    ):
        with pytest.raises(UsageError, match="was expected") as caught:
            call()
        assert caught.value.code == "CLI-011"


def test_the_refusal_says_what_it_got() -> None:
    with pytest.raises(UsageError, match="`path` is of type int; the name of a file was expected"):
        require_path(5, "path")
    require_kind(5, (int, str), "n", "a number")
