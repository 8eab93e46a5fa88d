"""Whatever platform the answers were fielded on, reading its export back gives the same codes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wxsat.errors import UsageError
from wxsat.instrument.load import load_instrument
from wxsat.responses.files import read_table
from wxsat.responses.read import read_responses
from wxsat.responses.responses import Responses
from wxsat.simulate.files import PLATFORM_NAMES, write_export
from wxsat.simulate.respondents import simulate_export

INSTRUMENT = load_instrument("gov-wechat-public")
TRUTH = Path(__file__).resolve().parents[3] / "surveys/gov-wechat-public/truth.yaml"
FRAMES = {form: simulate_export(INSTRUMENT, TRUTH, 60, seed=5, form=form) for form in ("full", "standard")}  # type: ignore[arg-type]
# None ticked of a question with several answers looks like skipped, but for 问卷星 by number and the page.
KEEPS_NONE_TICKED = ("wjx-score", "wjx-index", "page")
OWN_NAME = {"qualtrics-values": "qualtrics", **dict.fromkeys(("wjx-text", "wjx-score", "wjx-index"), "wjx")}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Responses]:
    folder = tmp_path_factory.mktemp("plain")
    return {
        form: read_responses(write_export(frame, INSTRUMENT, folder / f"{form}.csv"), INSTRUMENT)
        for form, frame in FRAMES.items()
    }


def without_none_ticked(frame: pd.DataFrame, zero_is: float) -> pd.DataFrame:
    """Return the frame with every all-zero question of several answers as `zero_is`."""
    frame = frame.copy()
    for question in INSTRUMENT.background:
        ticks = [c for c in frame.columns if question.kind == "multiple" and str(c).startswith(f"{question.id}_")]
        if ticks:
            none = (frame[ticks].fillna(0.0) == 0.0).all(axis=1)
            frame.loc[none, ticks] = zero_is
    return frame


@pytest.mark.parametrize("form", FRAMES)
@pytest.mark.parametrize("platform", PLATFORM_NAMES)
def test_every_platform_gives_the_same_codes(
    tmp_path: Path, plain: dict[str, Responses], platform: str, form: str
) -> None:
    suffix = {"page": ".json", "wjx-index": ".xlsx", "tencent": ".xlsx"}.get(platform, ".csv")
    path = write_export(FRAMES[form], INSTRUMENT, tmp_path / f"export{suffix}", platform=platform)
    named = platform if platform in ("wjx-score", "wjx-index") else "auto"
    read, wanted = read_responses(path, INSTRUMENT, platform=named), plain[form]
    assert read.provenance["platform"] == OWN_NAME.get(platform, platform)
    assert list(read.frame.columns) == list(wanted.frame.columns)
    same = (lambda f: f) if platform in KEEPS_NONE_TICKED else (lambda f: without_none_ticked(f, np.nan))
    pd.testing.assert_frame_equal(same(read.frame), same(wanted.frame), check_dtype=False)
    told, meant = (frame.replace("system", "skipped") for frame in (read.reasons, wanted.reasons))
    pd.testing.assert_frame_equal(told, meant)
    assert read.form == form


@pytest.mark.parametrize("language", ["zh", "en"])
def test_both_languages(tmp_path: Path, plain: dict[str, Responses], language: str) -> None:
    frame = FRAMES["standard"]
    path = write_export(frame, INSTRUMENT, tmp_path / "q.csv", platform="surveymonkey", language=language)  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(read_responses(path, INSTRUMENT).frame, plain["standard"].frame, check_dtype=False)


def test_numbers_that_could_be_codes_or_positions_show_themselves(tmp_path: Path, plain: dict[str, Responses]) -> None:
    """Don't-know is 98 as a code and 8 as a position, and nobody scores 98 by position: the answers decide."""
    for platform in ("wjx-score", "wjx-index"):
        path = write_export(FRAMES["standard"], INSTRUMENT, tmp_path / f"{platform}.csv", platform=platform)
        read = read_responses(path, INSTRUMENT)
        pd.testing.assert_frame_equal(read.frame, plain["standard"].frame, check_dtype=False)


def test_a_pair_of_exports_is_one_file(tmp_path: Path, plain: dict[str, Responses]) -> None:
    text = write_export(FRAMES["standard"], INSTRUMENT, tmp_path / "a_0.csv", platform="wjx-text")
    index = write_export(FRAMES["standard"], INSTRUMENT, tmp_path / "a_2.csv", platform="wjx-index")
    for one, other in ((text, index), (index, text)):
        read = read_responses(one, INSTRUMENT, pair=other)
        pd.testing.assert_frame_equal(read.frame, plain["standard"].frame, check_dtype=False)


def test_what_it_was_recognised_by_is_said(tmp_path: Path) -> None:
    path = write_export(FRAMES["standard"], INSTRUMENT, tmp_path / "a.csv", platform="wjx-text")
    table = read_table(path)
    assert table.platform == "wjx"
    assert "提交答卷时间" in table.evidence[0]


def test_a_platform_that_is_not_simulated(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="SIM-010"):
        write_export(FRAMES["standard"], INSTRUMENT, tmp_path / "a.csv", platform="myspace")
    with pytest.raises(UsageError, match="SIM-010"):
        write_export(FRAMES["standard"], INSTRUMENT, tmp_path / "a.sav", platform="kobo")
