"""A panel that cannot be evaluated is refused by name, with its file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wxsat.errors import DataError
from wxsat.numerics.plain import plain
from wxsat.panel.evaluate import evaluate_panel


def write_sheets(path: Path, raters: dict[str, str], months: tuple[str, ...], scores: tuple[float, ...]) -> Path:
    rows = [
        {"account": account, "rater": rater, "month": month, "score": score}
        for account, score in zip("ABCD", scores, strict=True)
        for rater in raters[account]
        for month in months
    ]
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


EVERYWHERE = dict.fromkeys("ABCD", "rs")
TWO_MONTHS = ("2026-03", "2026-04")
REFUSED = {
    "PANEL-010": ({"A": "r", "B": "r", "C": "s", "D": "s"}, TWO_MONTHS, (70.0, 80.0, 75.0, 85.0)),
    "PANEL-011": (dict.fromkeys("ABCD", "r"), TWO_MONTHS, (70.0, 80.0, 75.0, 85.0)),
    "PANEL-012": (EVERYWHERE, TWO_MONTHS, (70.0, 70.0, 70.0, 70.0)),
}


@pytest.mark.parametrize("code", REFUSED)
def test_what_cannot_be_evaluated_names_its_file(tmp_path: Path, code: str) -> None:
    file = write_sheets(tmp_path / "march.csv", *REFUSED[code])
    with pytest.raises(DataError) as caught:
        evaluate_panel(file)
    assert caught.value.code == code
    assert caught.value.where == "march.csv"


def test_two_months_of_one_account_are_enough_to_try(tmp_path: Path) -> None:
    file = write_sheets(tmp_path / "two.csv", EVERYWHERE, TWO_MONTHS, (70.0, 80.0, 75.0, 85.0))
    frame = pd.read_csv(file)
    frame["score"] += [0.0, 1.0, 2.0, -1.0] * 4
    assert len(evaluate_panel(frame).accounts) == 4


def test_sheets_of_one_month_tell_agreement_and_no_dependability(tmp_path: Path) -> None:
    file = write_sheets(tmp_path / "march.csv", EVERYWHERE, TWO_MONTHS[:1], (70.0, 80.0, 75.0, 85.0))
    frame = pd.read_csv(file)
    frame["score"] += [0.0, 1.0, 2.0, -1.0] * 2
    result = evaluate_panel(frame)
    assert np.isnan([result.phi, *result.phi_interval]).all()
    assert not result.usable
    assert {"PANEL-110"} == {f.code for f in result.findings if f.severity == "refusal"}
    assert len(result.icc) == 1
    assert result.icc["icc"].notna().all()
    assert result.annual[["annual", "phi"]].isna().all(axis=None)
    assert json.dumps(plain(result.to_dict()), allow_nan=False)
