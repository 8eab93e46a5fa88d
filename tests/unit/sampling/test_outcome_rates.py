"""AAPOR's rates against a published example, CHERRIES rates by hand, and what has no rate."""

from __future__ import annotations

import pytest

from wxsat.errors import DataError, UsageError
from wxsat.sampling.response_rates import evaluate_outcome_rates, evaluate_web_rates

# Worked example of the R package outcomerate (rOpenSci): 12 cases, e by proportional allocation.
PUBLISHED = {
    "RR1": 0.364, "RR2": 0.545, "RR3": 0.370, "RR4": 0.556, "RR5": 0.444, "RR6": 0.667,
    "COOP1": 0.500, "COOP2": 0.750, "COOP3": 0.571, "COOP4": 0.857,
    "REF1": 0.091, "REF2": 0.093, "REF3": 0.111, "CON1": 0.727, "CON2": 0.741, "CON3": 0.889,
}  # fmt: skip


def test_published_example() -> None:
    found = evaluate_outcome_rates({"I": 4, "P": 2, "R": 1, "NC": 1, "O": 1, "UH": 1, "UO": 1, "NE": 1})
    assert found.e == 0.9
    assert found.rates == pytest.approx(PUBLISHED, abs=0.0005)


def test_rates_that_need_e_are_missing_without_it() -> None:
    found = evaluate_outcome_rates({"complete": 50, "refusal": 30, "unknown_other": 20})
    assert (found.rates["RR1"], found.rates["RR3"], found.rates["RR5"]) == (0.5, None, 0.625)
    assert evaluate_outcome_rates({"complete": 50, "refusal": 50}).rates["RR3"] == 0.5
    assert evaluate_outcome_rates({"complete": 0}).rates["RR1"] is None


def test_an_opt_in_sample_has_no_response_rate() -> None:
    with pytest.raises(UsageError, match="no response rate"):
        evaluate_outcome_rates({"I": 5}, sampling="opt-in")


def test_faults_of_the_counts() -> None:
    with pytest.raises(DataError) as caught:
        evaluate_outcome_rates({"complete": -1, "refusals": 3, "partial": "few"})  # type: ignore[dict-item]
    assert [fault.code for fault in caught.value.faults] == ["SAMP-050", "SAMP-053", "SAMP-050"]
    assert "Did you mean 'refusal'" in str(caught.value)
    with pytest.raises(DataError, match="300 completed, but only 200 consented"):
        evaluate_web_rates({"first_page": 500, "consented": 200, "completed": 300})


def test_web_rates_by_hand() -> None:
    found = evaluate_web_rates({"pushed": 1000, "opened": 400, "consented": 300, "completed": 150, "valid": 120})
    assert (found.view_rate, found.participation_rate, found.completion_rate, found.valid_share) == (
        0.4,
        0.75,
        0.5,
        0.8,
    )
    assert evaluate_web_rates({"completed": 5}).completion_rate is None
