"""Margins in every shape they come in, weights that meet them, and what does not match named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from wxsat.errors import DataError, EstimationError, StudyError, UsageError
from wxsat.sampling.load_margins import load_margins
from wxsat.sampling.weight_quality import evaluate_weights, kish_deff
from wxsat.sampling.weighting import weight_responses

PEOPLE = pd.DataFrame({"g": ["f"] * 60 + ["m"] * 40, "a": [1.0, 2.0] * 50, "b": [False, True, True, True] * 25})


def shares(found: object) -> dict[str, float]:
    table = found.margins  # type: ignore[attr-defined]
    return {f"{row.variable}.{row.level}": row.achieved for row in table.itertuples()}


def written(folder: Path, name: str, frames: dict[str, pd.DataFrame]) -> Path:
    import xlsxwriter

    path = folder / name
    with xlsxwriter.Workbook(str(path)) as book:
        for sheet, frame in frames.items():
            page = book.add_worksheet(sheet)
            page.write_row(0, 0, list(frame.columns))
            for i, row in enumerate(frame.itertuples(index=False, name=None), start=1):
                page.write_row(i, 0, row)
    return path


def test_shares_percentages_and_counts_give_the_same_weights_but_for_their_sum() -> None:
    by_share = weight_responses(PEOPLE, {"g": {"f": 0.5, "m": 0.5}})
    by_percent = weight_responses(PEOPLE, {"g": {"f": "50%", "m": "50%"}})
    by_count = weight_responses(PEOPLE, {"g": {"f": 700, "m": 700}})
    assert_allclose(by_share.weights.sum(), 100)
    assert_allclose(by_percent.weights, by_share.weights)
    assert_allclose(by_count.weights, 14 * by_share.weights)
    assert shares(by_count) == pytest.approx({"g.f": 700, "g.m": 700})


def test_yaml_xlsx_and_csv_say_the_same(tmp_path: Path) -> None:
    yaml = tmp_path / "m.yaml"
    yaml.write_text("margins:\n  g: {f: 0.4, m: 0.6}\n  a: {1: 30, 2: 70}\n", encoding="utf-8")
    long = pd.DataFrame({"variable": list("ggaa"), "level": ["f", "m", 1, 2], "target": [0.4, 0.6, 30, 70]})
    long.to_csv(tmp_path / "m.csv", index=False)
    chinese = long.rename(columns={"variable": "变量", "level": "类别", "target": "比例"})
    sheets = {
        "g": pd.DataFrame({"x": ["f", "m"], "y": [0.4, 0.6]}),
        "a": pd.DataFrame({"level": [1, 2], "n": [30, 70]}),
    }
    sources = [
        yaml,
        tmp_path / "m.csv",
        written(tmp_path, "one.xlsx", {"margins": chinese}),
        written(tmp_path, "two.xlsx", sheets),
        long,
        {"margins": [{"variable": "g", "levels": {"f": 0.4, "m": 0.6}}, {"variable": "a", "targets": {1: 30, 2: 70}}]},
    ]
    expected = weight_responses(PEOPLE, sources[0]).weights
    for source in sources[1:]:
        assert_allclose(weight_responses(PEOPLE, source).weights, expected)


def test_words_that_yaml_takes_for_truth_stay_words(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text("margins:\n  q: {Yes: 0.3, No: 0.7}\n", encoding="utf-8")
    people = pd.DataFrame({"q": ["Yes", "No", "No", "Yes"]})
    assert shares(weight_responses(people, path)) == pytest.approx({"q.Yes": 0.3, "q.No": 0.7})


def test_levels_match_across_numbers_width_case_and_truth_values() -> None:
    people = pd.DataFrame({"a": [1.0, 2.0], "b": ["１８－３５", "36-55"], "c": ["YES", "no"], "d": [True, False]})
    margins = {
        "a": {"1": 0.4, 2: 0.6},
        "b": {"18-35": 0.4, "36-55": 0.6},
        "c": {"yes": 0.4, "no": 0.6},
        "d": {"true": 0.4, "false": 0.6},
    }
    assert_allclose(weight_responses(people, margins).weights, [0.8, 1.2])


def test_every_mismatch_is_named_at_once() -> None:
    margins = {"gg": {"f": 0.5, "m": 0.5}, "a": {"1": 0.5, "3": 0.5}}
    with pytest.raises(DataError) as caught:
        weight_responses(PEOPLE, margins)
    assert [fault.code for fault in caught.value.faults] == ["SAMP-010", "SAMP-011"]
    assert "level '2' of 'a'" in str(caught.value)


def test_an_empty_cell_and_a_forbidden_one_are_named() -> None:
    with pytest.raises(DataError, match=r"level 'x' of 'g' has the target 0.1 and no respondent") as caught:
        weight_responses(PEOPLE, {"g": {"f": 0.5, "m": 0.4, "x": 0.1}})
    assert caught.value.code == "SAMP-012"
    with pytest.raises(DataError, match="target 0 and 40 respondents"):
        weight_responses(PEOPLE, {"g": {"f": 1.0, "m": 0.0}})


def test_thin_cells_are_a_finding() -> None:
    people = pd.DataFrame({"g": ["f"] * 90 + ["m"] * 4})
    found = weight_responses(people, {"g": {"f": 0.5, "m": 0.5}})
    assert [f.code for f in found.findings] == ["SAMP-102", "SAMP-106"]
    assert "m (4)" in found.findings[0].message


def test_missing_margin_answers_fail_are_dropped_or_keep_their_share() -> None:
    people = PEOPLE.assign(g=PEOPLE["g"].where(PEOPLE.index % 10 != 0))
    margins = {"g": {"f": 0.5, "m": 0.5}}
    with pytest.raises(DataError, match="10 respondents have no answer to the margin variable 'g'"):
        weight_responses(people, margins)
    dropped = weight_responses(people, margins, missing="drop")
    assert int(np.isnan(dropped.weights).sum()) == 10
    assert_allclose(np.nansum(dropped.weights), 90)
    kept = weight_responses(people, margins, missing="keep")
    assert shares(kept) == pytest.approx({"g.f": 0.45, "g.m": 0.45, "g.(missing)": 0.1})


def test_a_level_without_a_known_target_counts_as_no_answer() -> None:
    people = PEOPLE.assign(g=PEOPLE["g"].where(PEOPLE.index != 3, "other"))
    margins = {"g": {"f": 0.5, "m": 0.5, "other": None}}
    with pytest.raises(DataError, match=r"1 respondents have no answer .* or one without a target"):
        weight_responses(people, margins)
    assert np.flatnonzero(np.isnan(weight_responses(people, margins, missing="drop").weights)).tolist() == [3]


@pytest.mark.parametrize(
    ("margins", "code", "words"),
    [
        ({"g": {"f": 0.5, "m": 0.3}}, "SAMP-006", "sum to 0.8"),
        ({"g": {"f": 45.5, "m": 30.2}}, "SAMP-006", "sum to 75.7"),
        ({"g": {"f": -1, "m": 3}}, "SAMP-004", "cannot be negative"),
        ({"g": {"f": "many", "m": 3}}, "SAMP-004", "not a number"),
        ({"g": {"f": 500, "m": 500}, "a": {"1": 500, "2": 700}}, "SAMP-007", "1200"),
        ({"margins": [{"levels": {"f": 1}}]}, "SAMP-003", "lacks its variable"),
        ({"margins": {}}, "SAMP-003", "no margin"),
        ({"g*a": {"f": 0.5, "m": 0.5}}, "SAMP-005", "crosses 2 variables"),
        ({"totals": {"a": 5}}, "SAMP-007", "size of the population"),
    ],
)
def test_faults_of_the_margins(margins: dict[str, object], code: str, words: str) -> None:
    with pytest.raises(StudyError, match=words) as caught:
        load_margins(margins)
    assert caught.value.code == code


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "margins.yaml").write_text("g: {f: 0.5, m: 0.5}", encoding="utf-8")
    with pytest.raises(StudyError, match=r"Did you mean 'margins.yaml'"):
        load_margins(tmp_path / "margin.yaml")
    (tmp_path / "bad.yaml").write_text("g: {f: 0.5", encoding="utf-8")
    (tmp_path / "bad.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    for name in ("bad.yaml", "bad.xlsx"):
        with pytest.raises(StudyError) as caught:
            load_margins(tmp_path / name)
        assert caught.value.code == "SAMP-002"


def test_crossed_margins_nest_in_yaml() -> None:
    nested = {"g*a": {"f": {1: 0.1, 2: 0.4}, "m": {1: 0.2, 2: 0.3}}}
    found = weight_responses(PEOPLE, nested, method="poststratify")
    assert shares(found) == pytest.approx({"g*a.f*1": 0.1, "g*a.f*2": 0.4, "g*a.m*1": 0.2, "g*a.m*2": 0.3})
    with pytest.raises(UsageError, match="takes one margin"):
        weight_responses(PEOPLE, {"g": {"f": 0.5, "m": 0.5}, "a": {"1": 0.5, "2": 0.5}}, method="poststratify")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"method": "raking"}, "Did you mean 'rake'"),
        ({"bounds": (1.2, 3)}, "enclose 1"),
        ({"method": "logit"}, "finite bounds"),
        ({"trim": 0.5}, "around 1"),
        ({"missing": "ignore"}, "not known"),
    ],
)
def test_options_that_make_no_sense(options: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        weight_responses(PEOPLE, {"g": {"f": 0.5, "m": 0.5}}, **options)  # type: ignore[arg-type]


def test_bounds_that_cannot_be_met_name_the_margin() -> None:
    with pytest.raises(EstimationError, match=r"'g', level 'f': it needs a factor of 0.3333") as caught:
        weight_responses(PEOPLE, {"g": {"f": 0.2, "m": 0.8}}, bounds=(0.5, 1.5))
    assert caught.value.code == "SAMP-021"


def test_contradicting_margins_do_not_converge() -> None:
    people = pd.DataFrame({"a": ["x", "y"] * 20, "b": ["x", "y"] * 20})
    with pytest.raises(EstimationError, match="did not settle"):
        weight_responses(people, {"a": {"x": 0.5, "y": 0.5}, "b": {"x": 0.3, "y": 0.7}})


@pytest.mark.parametrize("bad", [[1.0, np.nan], [1.0, -1.0], [0.0, 0.0], ["a", "b"]])
def test_base_weights_that_are_no_weights(bad: list[object]) -> None:
    with pytest.raises(DataError) as caught:
        weight_responses(pd.DataFrame({"g": ["f", "m"], "w": bad}), {"g": {"f": 0.5, "m": 0.5}}, base_weight="w")
    assert caught.value.code == "SAMP-014"


def test_trimmed_weights_keep_their_sum_and_limit_and_say_what_is_off() -> None:
    people = pd.DataFrame({"g": ["f"] * 95 + ["m"] * 5})
    found = weight_responses(people, {"g": {"f": 0.5, "m": 0.5}}, trim=5)
    assert_allclose(found.weights.sum(), 100)
    untrimmed_median = 50 / 95
    assert_allclose(found.weights.max(), 5 * untrimmed_median)
    assert "SAMP-103" in [f.code for f in found.findings]
    assert found.quality.share_at_bounds == pytest.approx(0.05)
    loose = weight_responses(people, {"g": {"f": 0.5, "m": 0.5}}, trim=30)
    assert shares(loose) == pytest.approx({"g.f": 0.5, "g.m": 0.5})


def test_kish_and_effective_n_by_hand() -> None:
    """Weights 1, 1, 2: n sum w2 / (sum w)2 = 3 * 6 / 16."""
    assert kish_deff(np.array([1.0, 1.0, 2.0])) == 1.125
    quality = evaluate_weights(np.array([1.0, 1.0, 2.0, np.nan]))
    assert (quality.n, quality.n_effective, quality.max_min_ratio) == (3, pytest.approx(16 / 6), 2.0)


def test_a_million_rows_by_four_margins_take_seconds() -> None:
    import time

    rng = np.random.default_rng(1)
    people = pd.DataFrame({f"v{j}": rng.integers(0, 4 + j, 1_000_000) for j in range(4)})
    margins = {f"v{j}": dict(enumerate(rng.dirichlet(np.full(4 + j, 8.0)).tolist())) for j in range(4)}
    start = time.perf_counter()
    found = weight_responses(people, margins)
    # 0.3 s on one core; ten seconds leave room for a busy machine.
    assert time.perf_counter() - start < 10
    assert float((found.margins["achieved"] - found.margins["target"]).abs().max()) < 1e-10
