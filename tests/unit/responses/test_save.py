"""What is written can be read again to the same answers, and carries nothing that it must not carry."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
from python_calamine import CalamineWorkbook

from wxsat.errors import UsageError
from wxsat.instrument.instrument import Instrument
from wxsat.instrument.load import load_instrument
from wxsat.responses.clean import clean
from wxsat.responses.read import read_responses
from wxsat.responses.responses import CleanResponses
from wxsat.responses.save import defused, write_responses, write_table
from wxsat.responses.screen import screen_responses

MakeAnswers = Callable[..., pd.DataFrame]
SECRETS = (
    "13800138000",
    "o6_bmjrPTlm6_2sgVt7hMZOPfL2M",
    "192.168.1.77",
    "张三丰",
    "11010119900307283X",
    "wang@example.cn",
)


def personal_answers(make_answers: MakeAnswers) -> pd.DataFrame:
    """Answers with every kind of identifier, under telling names and under names that tell nothing."""
    frame = make_answers(20).astype(object)
    frame["手机号"] = SECRETS[0]
    frame["openid"] = SECRETS[1]
    frame["来自IP"] = SECRETS[2]
    frame["姓名"] = SECRETS[3]
    frame["补充2"] = SECRETS[4]
    frame["x17"] = SECRETS[5]
    for name in ("手机号", "openid", "补充2", "x17"):
        frame.loc[1:, name] = None  # nobody is a duplicate
    frame["WHY"] = "因为 13800138000 打不通，我是张三丰"
    frame.loc[0, "SH1"] = 98
    frame.loc[1, "SH4"] = 99
    return frame


@pytest.fixture
def cleaned(make_answers: MakeAnswers, instrument: Instrument) -> CleanResponses:
    frame = personal_answers(make_answers)
    frame["city"] = "=HYPERLINK(1)"
    return clean(read_responses(frame, instrument, keep=["city"]))


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".sav", ".zsav", ".dta"])
def test_written_and_read_again(tmp_path: Path, cleaned: CleanResponses, instrument: Instrument, suffix: str) -> None:
    target = tmp_path / f"clean{suffix}"
    written = write_responses(cleaned, target)
    assert [p.name for p in written] == [f"clean{suffix}", "clean.ledger.csv", "clean.flow.csv"]
    again = read_responses(target, instrument)
    assert again.reversed_items == ("SH4", "SH8")
    items = list(cleaned.item_ids)
    pd.testing.assert_frame_equal(again.frame[items], cleaned.frame[items])
    assert (again.reasons[items] == cleaned.reasons[items]).all(axis=None)
    assert again.paradata["seconds"].tolist() == cleaned.paradata["seconds"].tolist()


def test_labels_of_a_recoded_item_are_turned_round(tmp_path: Path, cleaned: CleanResponses) -> None:
    write_responses(cleaned, tmp_path / "a.sav", language="en")
    _, meta = pyreadstat.read_sav(str(tmp_path / "a.sav"), user_missing=True)
    assert meta.variable_value_labels["SH1"][1.0] == "Strongly disagree"
    assert meta.variable_value_labels["SH4_r"][7.0] == "Strongly disagree"
    assert meta.variable_value_labels["SH4_r"][98.0] == "Don't know"
    assert [r["lo"] for r in meta.missing_ranges["SH1"]] == [98.0, 99.0]
    assert meta.column_names_to_labels["SH4_r"] == "Problem statement 4."


def everything_in(folder: Path) -> str:
    texts = []
    for path in folder.iterdir():
        if path.suffix == ".xlsx":
            book = CalamineWorkbook.from_path(str(path))
            texts += [str(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names]
        else:
            texts.append(path.read_bytes().decode("utf-8", errors="ignore"))
    return "\n".join(texts)


def test_no_identifier_reaches_an_output(
    tmp_path: Path, cleaned: CleanResponses, make_answers: MakeAnswers, instrument: Instrument
) -> None:
    for suffix in (".csv", ".xlsx", ".sav", ".dta"):
        write_responses(cleaned, tmp_path / f"out{suffix}", force=True)
    write_table(screen_responses(read_responses(personal_answers(make_answers), instrument)), tmp_path / "screen.csv")
    shown = "\n".join([everything_in(tmp_path), repr(cleaned.provenance), *cleaned.log, repr(cleaned.findings)])
    shown += cleaned.ledger.to_csv() + cleaned.paradata.to_csv()
    for secret in SECRETS:
        assert secret not in shown
    assert "打不通" not in shown  # free text stays in memory
    assert set(cleaned.paradata["fingerprint"].dropna()) != set()
    kept = cleaned.frame.drop(columns="WHY").to_csv()
    assert not any(secret in kept for secret in SECRETS)
    assert sorted(cleaned.provenance["columns_identifying"]) == [
        "openid",
        "x17",
        "姓名",
        "手机号",
        "来自IP",
        "补充2",
    ]


def test_the_fingerprint_is_salted_anew(make_answers: MakeAnswers, instrument: Instrument) -> None:
    frame = make_answers(3).assign(openid=["a", "b", "a"])
    first, second = (read_responses(frame, instrument).paradata["fingerprint"].tolist() for _ in range(2))
    assert first[0] == first[2] != first[1]
    assert first[0] != second[0]


def test_a_shared_address_is_no_evidence_of_a_duplicate(make_answers: MakeAnswers, instrument: Instrument) -> None:
    frame = make_answers(12).assign(来自IP="10.0.0.1", 姓名="王伟")
    responses = read_responses(frame, instrument)
    assert "fingerprint" not in responses.paradata
    assert clean(responses).n == 12


def test_formulas_are_defused(tmp_path: Path, cleaned: CleanResponses) -> None:
    write_responses(cleaned, tmp_path / "a.csv")
    assert "'=HYPERLINK(1)" in (tmp_path / "a.csv").read_text(encoding="utf-8-sig")
    for start in ("=", "+", "-", "@", "\t", "\r"):
        assert defused(f"{start}x") == f"'{start}x"
    assert defused(-5) == -5


def test_nothing_is_overwritten_or_left_half_done(
    tmp_path: Path, cleaned: CleanResponses, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_responses(cleaned, tmp_path / "a.csv")
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    with pytest.raises(UsageError, match=r"already there: a\.csv, a\.ledger\.csv, a\.flow\.csv") as caught:
        write_responses(cleaned, tmp_path / "a.csv")
    assert caught.value.code == "RESP-060"

    def full_disk(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_csv", full_disk)
    with pytest.raises(Exception, match="No space left"):
        write_responses(cleaned, tmp_path / "a.csv", force=True)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


@pytest.mark.parametrize(("name", "code"), [("a.doc", "RESP-061"), ("nowhere/a.csv", "RESP-062")])
def test_targets_that_are_refused(tmp_path: Path, cleaned: CleanResponses, name: str, code: str) -> None:
    with pytest.raises(UsageError) as caught:
        write_responses(cleaned, tmp_path / name)
    assert caught.value.code == code


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".sav", ".dta"])
def test_the_account_that_is_rated_is_kept(tmp_path: Path, suffix: str) -> None:
    """Without it the saved answers would lose their clusters, and every interval from them would be too narrow."""
    instrument = load_instrument("gov-wechat-public")
    answers = pd.DataFrame({"PU1": [3, 4, 5], "PU2": [4, 4, 2], "PU3": [7, 1, 1], "account": ["A2", "=A1", "10"]})
    answers.to_csv(tmp_path / "in.csv", index=False)
    read = read_responses(tmp_path / "in.csv", instrument)
    write_responses(read, tmp_path / f"out{suffix}")
    again = read_responses(tmp_path / f"out{suffix}", instrument)
    assert [str(value).lstrip("'") for value in again.frame["account"]] == ["A2", "=A1", "10"]
    if suffix in (".csv", ".xlsx"):
        assert str(again.frame["account"].iloc[1]) == "'=A1"
