"""The same answers from CSV, XLSX, SAV and DTA give the same diagnosis; each keeps account names its own way."""

from __future__ import annotations

import pandas as pd
import pytest

import wxsat as wx
from wxsat.instrument.load import find_instrument

INSTRUMENT = "gov-wechat-public"
N_ACCOUNTS = 12


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    asked = wx.load_instrument(INSTRUMENT)
    truth = find_instrument(INSTRUMENT).parent / "truth.yaml"
    frame = wx.simulate_responses(asked, truth, n=240, accounts=N_ACCOUNTS, seed=3).frame
    number = {name: str(i + 1) for i, name in enumerate(sorted(frame["account"].unique()))}
    return frame.assign(account=frame["account"].map(number).astype(int))


def written(frame: pd.DataFrame, folder, kind: str):
    import pyreadstat

    path = folder / f"answers.{kind.split('-')[0]}"
    padded = frame.assign(account=frame["account"].map("{:03d}".format))
    holed = frame.assign(account=frame["account"].astype(float))
    match kind:
        case "csv":
            frame.to_csv(path, index=False)
        case "csv-zeros":
            padded.to_csv(path, index=False)
        case "xlsx":
            frame.to_excel(path, index=False)
        case "xlsx-text":
            padded.to_excel(path, index=False)
        case "sav":
            pyreadstat.write_sav(holed, path)
        case "sav-text":
            pyreadstat.write_sav(frame.assign(account=frame["account"].astype(str)), path)
        case "dta":
            pyreadstat.write_dta(frame, path)
        case _:
            pyreadstat.write_dta(padded, path)
    return path


def figures(path):
    found = wx.diagnose(
        wx.clean(wx.read_responses(path, wx.load_instrument(INSTRUMENT))), draws=200, index_only=True, seed=5
    )
    assert found.evidence is not None
    return found.severity, found.evidence.tables.combined, found.evidence.accounts


@pytest.mark.parametrize("kind", ["csv-zeros", "xlsx", "xlsx-text", "sav", "sav-text", "dta", "dta-text"])
def test_every_format_gives_the_same_diagnosis(answers, tmp_path, kind):
    expected = figures(written(answers, tmp_path, "csv"))
    found = figures(written(answers, tmp_path, kind))
    for one, other in zip(expected, found, strict=True):
        pd.testing.assert_frame_equal(one, other, check_exact=True)
    assert sorted(set(expected[2]["account"]), key=int) == [str(i + 1) for i in range(N_ACCOUNTS)]
