"""From a file or a frame to coded answers: matching, coding, routing, times, provenance."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from wxsat.errors import DataError
from wxsat.instrument.instrument import Instrument
from wxsat.instrument.load import load_instrument
from wxsat.responses.match import readings
from wxsat.responses.read import read_responses

MakeAnswers = Callable[..., pd.DataFrame]
ITEMS = ("PU1", "PU2", "PU3", "SH1", "SH2", "SH3", "SH4", "SH5", "SH6", "SH7", "SH8")
WORDINGS = {
    "PU1": "1、办事比以前快。",
    "PU2": "Q2 Saved me trips",
    "PU3": "ＰＵ３",
    "SH1": "第4题问题说法1",
    "SH2": "sh2.问题说法2。",
}


def test_text_and_codes_of_one_survey_give_the_same_answers(
    tmp_path: Path, instrument: Instrument, make_answers: MakeAnswers
) -> None:
    codes = make_answers(20)
    labels = instrument.scales["agree7"].labels
    text = codes.copy().astype(object)
    for j, item in enumerate(ITEMS):
        wordings = labels["zh" if j % 2 else "en"]
        text[item] = [wordings[code - 1] for code in codes[item]]
    text = text.rename(columns=WORDINGS)
    codes.to_csv(tmp_path / "codes.csv", index=False)
    text.to_csv(tmp_path / "text.csv", index=False, encoding="gb18030", sep=";")
    a = read_responses(tmp_path / "codes.csv", instrument)
    b = read_responses(str(tmp_path / "text.csv"), instrument)
    pd.testing.assert_frame_equal(a.frame, b.frame)
    assert a.item_ids == ITEMS
    assert b.provenance["matched_by"]["PU1"] == "wording"
    assert a.frame["PU1"].tolist() == codes["PU1"].astype(float).tolist()


@pytest.mark.parametrize(
    ("column", "one_of"),
    [
        ("1、很好用。", "很好用"),
        ("Q12 很好用", "很好用"),
        ("12.很好用", "很好用"),
        ("PU1. Very useful", "pu1"),
        ("第3题 很好用", "很好用"),
    ],
)
def test_ways_to_read_a_column_name(column: str, one_of: str) -> None:
    assert one_of in list(readings(column))


def test_sav_labels_missing_and_system(tmp_path: Path, instrument: Instrument, make_answers: MakeAnswers) -> None:
    frame = make_answers(6).astype(float)
    frame.loc[:, "SH1"] = [1, 98, 99, np.nan, 9, 8]
    pyreadstat.write_sav(
        frame.rename(columns={"PU1": "V1"}), str(tmp_path / "a.sav"),
        column_labels={"V1": "办事比以前快。"},
        variable_value_labels={"SH1": {1: "非常不同意", 98: "不了解", 8: "不适用", 9: "没听清"}},
        missing_ranges={"SH1": [98, 8, 9]},
    )  # fmt: skip
    responses = read_responses(tmp_path / "a.sav", instrument)
    assert responses.reasons["SH1"].tolist() == ["", "dont_know", "refused", "system", "refused", "not_shown"]
    assert responses.frame["SH1"].tolist()[0] == 1.0
    assert responses.frame["PU1"].tolist() == frame["PU1"].tolist()
    assert responses.provenance["columns_matched"]["PU1"] == "V1"


def test_labels_that_run_the_other_way_are_a_fault_and_a_declared_recode_mends_it(
    tmp_path: Path, instrument: Instrument, make_answers: MakeAnswers
) -> None:
    frame = make_answers(7).astype(float)
    labels = dict(enumerate(reversed(instrument.scales["agree7"].labels["zh"]), start=1))
    pyreadstat.write_sav(frame, str(tmp_path / "a.sav"), variable_value_labels={"PU1": labels})
    with pytest.raises(DataError, match="run in the other direction") as caught:
        read_responses(tmp_path / "a.sav", instrument)
    assert caught.value.code == "RESP-033"
    turned = {code: 8 - code for code in range(1, 8)}
    mended = read_responses(tmp_path / "a.sav", instrument, recode={"PU1": turned})
    assert mended.frame["PU1"].tolist() == (8 - frame["PU1"]).tolist()


def test_routing_tells_not_shown_from_skipped(instrument: Instrument, make_answers: MakeAnswers) -> None:
    frame = make_answers(4, ASKED=[1, 0, 1, 0]).astype(object)
    frame["WAIT"] = [3.5, None, None, 2.0]
    responses = read_responses(frame, instrument)
    assert responses.reasons["WAIT"].tolist() == ["", "not_shown", "system", ""]
    assert any("1 answer(s) to 'WAIT' although the routing hides it" in line for line in responses.log)


def test_several_answers_become_one_column_a_choice(instrument: Instrument, make_answers: MakeAnswers) -> None:
    cells = ["社保┋交通", "Traffic", None, "1,2"]
    one = read_responses(make_answers(4, USES=cells), instrument).frame
    assert one["USES_1"].tolist()[:2] == [1.0, 0.0]
    assert one["USES_2"].tolist()[3] == 1.0
    assert np.isnan(one["USES_1"][2])
    apart = read_responses(make_answers(3, USES_1=["1", None, None], USES_2=["否", "√", None]), instrument).frame
    assert apart["USES_1"].tolist()[:2] == [1.0, 0.0]
    assert apart["USES_2"].tolist()[:2] == [0.0, 1.0]
    assert np.isnan(apart["USES_2"][2])


def test_several_files_run_on(tmp_path: Path, instrument: Instrument, make_answers: MakeAnswers) -> None:
    make_answers(3).to_csv(tmp_path / "a.csv", index=False)
    make_answers(5).drop(columns="SH8").to_csv(tmp_path / "b.csv", index=False)
    both = read_responses([tmp_path / "a.csv", tmp_path / "b.csv"], instrument)
    assert both.rows.tolist() == list(range(1, 9))
    assert [(f["file"], f["first_row"], f["last_row"]) for f in both.provenance["files"]] == [
        ("a.csv", 1, 3),
        ("b.csv", 4, 8),
    ]
    assert set(both.reasons["SH8"][3:]) == {"not_shown"}


def test_the_form_is_the_one_that_agrees_best(instrument: Instrument, make_answers: MakeAnswers) -> None:
    assert read_responses(make_answers(3), instrument).form == "full"
    assert read_responses(make_answers(3).drop(columns="PU3"), instrument).form == "standard"
    brief = read_responses(make_answers(3).drop(columns=["PU2", "PU3"]), instrument)
    assert brief.form == "brief"
    told = read_responses(make_answers(3).drop(columns="PU3"), instrument, form="full")
    assert told.provenance["items_absent"] == ["PU3", "WAIT"]


def test_mapping_account_weights_and_times(instrument: Instrument, make_answers: MakeAnswers) -> None:
    frame = make_answers(3).rename(columns={"PU1": "useful", "seconds": "how long"}).astype(object)
    frame["how long"] = ["85秒", "1分25秒", "00:02:00"]
    frame["account"] = ["007", "008", "007"]
    frame["w"] = ["1.5", "0.5", "1.0"]
    responses = read_responses(
        frame,
        instrument,
        columns={"useful": "PU1"},
        account="account",
        keep=["w"],
        paradata={"seconds": "how long"},
    )
    assert responses.paradata["seconds"].tolist() == [85.0, 85.0, 120.0]
    assert responses.frame["account"].tolist() == ["007", "008", "007"]
    assert responses.frame["w"].tolist() == [1.5, 0.5, 1.0]
    assert responses.provenance["account"] == "account"
    assert responses.provenance["columns_unused"] == []


def test_the_account_may_be_named_by_its_wechat_id(instrument: Instrument, make_answers: MakeAnswers) -> None:
    frame = make_answers(24).assign(微信号=["gh_city", "gh_county"] * 12)
    assert set(read_responses(frame, instrument, account="微信号").frame["微信号"]) == {"gh_city", "gh_county"}
    with pytest.raises(DataError, match="identifies people"):
        read_responses(frame.assign(微信号=[f"wx{i}" for i in range(24)]), instrument, account="微信号")


def test_a_question_about_phones_makes_nobody_a_duplicate(instrument: Instrument, make_answers: MakeAnswers) -> None:
    responses = read_responses(make_answers(24).assign(手机部数=["1部", "2部"] * 12), instrument)
    assert "fingerprint" not in responses.paradata


def test_seconds_from_start_and_end(instrument: Instrument, make_answers: MakeAnswers) -> None:
    frame = make_answers(2).drop(columns="seconds")
    frame["开始答题时间"] = ["2026-03-01 10:00:00", "2026-03-01 10:00:00"]
    frame["结束答题时间"] = ["2026-03-01 10:05:00", "2026/3/1 10:06"]
    assert read_responses(frame, instrument).paradata["seconds"].tolist() == [300.0, 360.0]


def test_times_with_and_without_an_offset_and_bare_numbers(instrument: Instrument, make_answers: MakeAnswers) -> None:
    frame = make_answers(2).drop(columns="seconds")
    frame["started"] = ["2026-03-01T10:00:00+08:00", "2026-03-01T02:00:00Z"]
    frame["finished"] = ["2026-03-01T10:05:00+08:00", "2026-03-01T02:01:00Z"]
    assert read_responses(frame, instrument).paradata["seconds"].tolist() == [300.0, 60.0]
    with pytest.raises(DataError, match="is no date and time") as caught:
        read_responses(frame.assign(started=46082.5), instrument)
    assert caught.value.code == "RESP-036"


def test_items_already_recoded_are_recognised_as_such(instrument: Instrument, make_answers: MakeAnswers) -> None:
    responses = read_responses(make_answers(3).rename(columns={"SH4": "SH4_r"}), instrument)
    assert responses.reversed_items == ("SH4",)
    with pytest.raises(DataError, match="recoded in this file") as caught:
        read_responses([make_answers(3).rename(columns={"SH4": "SH4_r"}), make_answers(3)], instrument)
    assert caught.value.code == "RESP-028"


def test_a_recode_by_question_or_column(instrument: Instrument, make_answers: MakeAnswers) -> None:
    frame = make_answers(3).astype(object)
    frame["SH1"] = [-3, "很同意", 7]
    responses = read_responses(frame, instrument, recode={"SH1": {-3: None, "很同意": "同意"}})
    assert responses.reasons["SH1"].tolist() == ["skipped", "", ""]
    assert responses.frame["SH1"].tolist()[1:] == [6.0, 7.0]


def test_the_bundled_instrument_reads_its_own_codebook_labels() -> None:
    from wxsat.instrument.load import load_instrument

    instrument = load_instrument("gov-wechat-public")
    items = instrument.items_in("standard")
    for language in ("zh", "en"):
        frame = pd.DataFrame(
            {
                f"{n}、{item.text.text(language)}": [instrument.scale_of(item).label_of(c, language) for c in (1, 5)]  # type: ignore[arg-type]
                for n, item in enumerate(items, start=1)
            }
        )
        responses = read_responses(frame, instrument)
        assert responses.form == "standard"
        assert responses.item_ids == tuple(i.id for i in items)
        coded = responses.frame[list(responses.item_ids)].to_numpy()
        assert (coded == np.array([[1.0], [5.0]])).all()


def test_a_study_of_a_few_constructs_keeps_the_form_that_asks_its_items() -> None:
    """Nine items of a 58-item form are no brief form: the brief one does not ask six of them."""
    public = load_instrument("gov-wechat-public")
    items = [f"{construct}{i}" for construct in ("PU", "EOU", "SAT") for i in (1, 2, 3)]
    assert read_responses(pd.DataFrame({item: [1, 4, 5] for item in items}), public).form == "standard"
    brief = [item.id for item in public.items_in("brief")]
    assert read_responses(pd.DataFrame({item: [1, 4, 5] for item in brief}), public).form == "brief"


def test_identifiers_in_the_place_of_answers_are_one_fault(instrument: Instrument, make_answers: MakeAnswers) -> None:
    answers = make_answers(4).astype(object)
    answers["PU1"] = [13800138000 + i for i in range(4)]
    with pytest.raises(DataError) as caught:
        read_responses(answers, instrument)
    assert len(caught.value.faults) == 1
    assert "4 cells; data row 1, 2, 3, 4" in str(caught.value)
    assert "13800" not in str(caught.value)
