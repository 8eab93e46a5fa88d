"""Power by RMSEA: equal to semTools and to the tables of MacCallum, Browne and Sugawara (1996)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wxsat.errors import UsageError
from wxsat.simulate.power.rmsea import FitTest, n_for_rmsea, power_of_rmsea

GOLDEN = json.loads((Path(__file__).parents[3] / "golden" / "planning" / "planning.json").read_text(encoding="utf-8"))
SAME_LAW = 1e-10  # two implementations of the noncentral chi-square
PRINTED = 0.0006  # the tables print three decimals


def _test_of(case: dict[str, float]) -> FitTest:
    return "not_close" if case["rmsea1"] < case["rmsea0"] else "close" if case["rmsea0"] > 0 else "exact"


@pytest.mark.parametrize("case", GOLDEN["power"])
def test_power_equals_semtools(case: dict[str, float]) -> None:
    found = power_of_rmsea(
        int(case["df"]), int(case["n"]), test=_test_of(case), null=case["rmsea0"], true=case["rmsea1"]
    )
    assert found.power == pytest.approx(case["power"], abs=SAME_LAW)


@pytest.mark.parametrize("case", GOLDEN["sizes"])
def test_sizes_equal_semtools(case: dict[str, float]) -> None:
    found = n_for_rmsea(int(case["df"]), test=_test_of(case), null=case["rmsea0"], true=case["rmsea1"])
    assert found.n == case["n"]
    assert found.power >= 0.80 > power_of_rmsea(found.df, found.n - 1, test=found.test).power


@pytest.mark.parametrize(
    ("df", "n", "close", "not_close", "exact"), [(5, 100, 0.127, 0.081, 0.112), (5, 200, 0.199, 0.124, 0.188)]
)
def test_power_is_that_of_the_published_table(df: int, n: int, close: float, not_close: float, exact: float) -> None:
    for test, printed in (("close", close), ("not_close", not_close), ("exact", exact)):
        assert power_of_rmsea(df, n, test=test).power == pytest.approx(printed, abs=PRINTED)  # type: ignore[arg-type]


@pytest.mark.parametrize(("df", "close", "not_close"), [(10, 782, 750), (40, 252, 307), (100, 132, 178)])
def test_sizes_are_those_of_the_published_table(df: int, close: int, not_close: int) -> None:
    assert n_for_rmsea(df).n == close
    assert n_for_rmsea(df, test="not_close").n == not_close


def test_nonsense_is_refused_all_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        power_of_rmsea(0, 100, null=0.08, true=0.05, alpha=2)
    assert [fault.where for fault in caught.value.faults] == ["df", "alpha", "true"]
    with pytest.raises(UsageError, match="MEAS-085"):
        n_for_rmsea(1, null=0.05, true=0.0501)
