"""Items named in a note: a run of ids is written by its ends."""

from __future__ import annotations

import pytest

from wxsat.present.citation import runs_of


@pytest.mark.parametrize(
    ("items", "said"),
    [
        (["PU1", "PU2", "PU3", "SAT1", "SAT2"], ["PU1–PU3", "SAT1", "SAT2"]),
        (["PE01", "PE02", "PE03", "PE05"], ["PE01–PE03", "PE05"]),
        (["A9", "A10", "A11"], ["A9–A11"]),
        (["A3", "A2", "A1", "B"], ["A3", "A2", "A1", "B"]),
        ([], []),
    ],
)
def test_three_ids_that_count_upwards_are_one_run(items: list[str], said: list[str]) -> None:
    assert runs_of(items) == said
