"""Tables and figures of results as files: all of them, in both languages, moved into place whole."""

from __future__ import annotations

import csv
import json

import numpy as np
import pandas as pd
import pytest

import wxsat as wx
from wxsat.errors import UsageError
from wxsat.present.exhibits.choose import CHOOSERS, choose_exhibits
from wxsat.present.exhibits.exhibits import ColumnAnswers, Exhibits, ItemCorrelations, RaterAgreement, RmseaSizes
from wxsat.present.exhibits.save import save_exhibits
from wxsat.psychometrics.coefficients.intraclass import evaluate_retest, intraclass_correlations

SCALES = {"PU": ["a1", "a2", "a3"], "TR": ["b1", "b2", "b3"], "SA": ["c1", "c2", "c3"]}
MODEL = "\n".join(f"{name} =~ {' + '.join(items)}" for name, items in SCALES.items())


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    """Nine items of three correlated traits, five categories, two groups."""
    rng = np.random.default_rng(7)
    traits = rng.multivariate_normal(np.zeros(3), 0.4 * np.ones((3, 3)) + 0.6 * np.eye(3), size=300)
    items = {
        item: np.clip(np.round(3 + 0.9 * traits[:, t] + rng.normal(0, 0.7, 300)), 1, 5)
        for t, names in enumerate(SCALES.values())
        for item in names
    }
    return pd.DataFrame(items).assign(group=np.repeat([1, 2], 150), age=rng.integers(18, 70, 300))


@pytest.fixture(scope="module")
def quality(frame):
    return wx.evaluate_scales(frame, scales=SCALES, draws=20, seed=1)


@pytest.fixture(scope="module")
def results(frame, quality):
    named = {"scales": SCALES}
    ratings = frame[["a1", "a2"]].to_numpy()
    return {
        "answers": ColumnAnswers(frame, {k: tuple(v) for k, v in SCALES.items()}, ("a2",)),
        "scales": quality,
        "pairs": ItemCorrelations(wx.inter_item_correlations(frame, **named)),
        "validity": wx.evaluate_validity(frame, draws=20, criteria=("age",), **named),
        "factors": wx.evaluate_factors(frame, n_factors=3, parallel=20, **named),
        "items": list(wx.evaluate_item_response(frame, **named)),
        "invariance": wx.evaluate_invariance(MODEL, frame, group="group"),
        "alignment": wx.align_groups(MODEL, frame, group="group"),
        "bias": wx.evaluate_method_bias(frame, marker="SA", **named),
        "content": wx.evaluate_content_validity(pd.DataFrame({"i1": [4, 4, 3.0], "i2": [1, 2, 4.0]})),
        "agreement": RaterAgreement(
            intraclass_correlations(ratings), 300, evaluate_retest(ratings[:, 0], ratings[:, 1])
        ),
        "missing": wx.evaluate_missing(frame, imputations=2, **named),
        "sem": wx.fit_sem(MODEL + "\nSA ~ PU + TR", frame),
        "power": wx.evaluate_power("y ~ 0.3*x\ny ~~ 0.91*y\nx ~~ 1*x", [50, 100], replicates=20),
        "rmsea": RmseaSizes((wx.power_of_rmsea(20, 100), wx.power_of_rmsea(20, 200))),
    }


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_result_has_tables_or_figures_in_words(results, language) -> None:
    for name, result in results.items():
        chosen = choose_exhibits(result, language=language)
        assert chosen.tables or chosen.figures, name
        for table in chosen.tables:
            assert table.rows, (name, table.id)
            assert table.language == language
            assert "{" not in table.title + "".join(table.notes), (name, table.id)
        for figure in chosen.figures:
            assert figure.alt, (name, figure.id)
            assert "{" not in figure.alt + figure.caption + figure.title, (name, figure.id)


def test_both_languages_hold_the_same_numbers(results) -> None:
    for result in results.values():
        zh, en = (choose_exhibits(result, language=one) for one in ("zh", "en"))
        assert [t.id for t in zh.tables] == [t.id for t in en.tables]
        assert [f.id for f in zh.figures] == [f.id for f in en.figures]
        for one, other in zip(zh.tables, en.tables, strict=True):
            assert one.row_keys == other.row_keys
            numbers = [[c for c in row if isinstance(c, (int, float))] for row in one.rows]
            assert numbers == [[c for c in row if isinstance(c, (int, float))] for row in other.rows]


def test_every_class_of_results_is_still_what_it_was_called() -> None:
    from importlib import import_module

    for chooser in CHOOSERS.values():
        module, _, name = chooser.partition(":")
        assert callable(getattr(import_module(f"wxsat.present.exhibits.{module}"), name))


def test_files_are_complete_and_listed(quality, tmp_path) -> None:
    folder = save_exhibits(quality, tmp_path / "out", language="both")
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    tables = ("items", "reliability", "reliability_bounds", "htmt", "fornell_larcker")
    expected = {f"tables/{name}.csv" for name in tables} | {"exhibits.json"}
    for language in ("zh", "en"):
        expected |= {f"tables/tables.{language}.{suffix}" for suffix in ("xlsx", "docx")}
        expected |= {
            f"figures/{name}.{language}.{suffix}" for name in ("reliability", "htmt") for suffix in ("svg", "png")
        }
    assert found == expected
    listed = json.loads((folder / "exhibits.json").read_text(encoding="utf-8"))
    assert [table["id"] for table in listed["tables"]] == list(tables)
    assert listed["figures"][0]["zh"]["svg"] in found
    with (folder / "tables" / "reliability.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = {row["row"]: row for row in csv.DictReader(stream)}
    frame = quality.reliability.set_index("construct")
    assert float(rows["TR"]["alpha"]) == frame.loc["TR", "alpha"]
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_the_same_result_gives_the_same_bytes(quality, tmp_path) -> None:
    folders = [save_exhibits(quality, tmp_path / name, language="en", only=("reliability",)) for name in "ab"]
    files = [sorted(path for path in folder.rglob("*") if path.is_file()) for folder in folders]
    assert [path.name for path in files[0]] == [path.name for path in files[1]]
    assert all(one.read_bytes() == other.read_bytes() for one, other in zip(*files, strict=True))


def test_a_folder_is_replaced_only_with_force_and_only_if_it_is_ours(quality, tmp_path) -> None:
    folder = save_exhibits(quality, tmp_path / "out", only=("reliability",))
    with pytest.raises(UsageError, match="OUT-073"):
        save_exhibits(quality, folder)
    save_exhibits(quality, folder, only=("items",), force=True)
    assert [path.name for path in (folder / "tables").glob("*.csv")] == ["items.csv"]
    other = tmp_path / "mine"
    other.mkdir()
    (other / "letter.txt").write_text("keep me", encoding="utf-8")
    with pytest.raises(UsageError, match="OUT-074"):
        save_exhibits(quality, other, force=True)
    assert (other / "letter.txt").read_text(encoding="utf-8") == "keep me"


def test_a_failure_leaves_what_was_there(quality, tmp_path, monkeypatch) -> None:
    folder = save_exhibits(quality, tmp_path / "out", only=("reliability",))
    before = sorted(path.name for path in folder.rglob("*"))

    def fail(*_args: object) -> None:
        raise RuntimeError("no drawing today")

    monkeypatch.setattr("wxsat.present.exhibits.save._write_figures", fail)
    with pytest.raises(RuntimeError):
        save_exhibits(quality, folder, force=True)
    assert sorted(path.name for path in folder.rglob("*")) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_has_nothing_to_show_is_named(tmp_path) -> None:
    with pytest.raises(UsageError, match="OUT-071"):
        save_exhibits({"a": 1}, tmp_path / "out")
    with pytest.raises(UsageError, match="OUT-072"):
        save_exhibits([], tmp_path / "out", language="fr")  # type: ignore[arg-type]


def test_simulated_data_are_stamped(quality, tmp_path) -> None:
    folder = save_exhibits(quality, tmp_path / "out", language="en", only=("reliability",), stamp=True)
    listed = json.loads((folder / "exhibits.json").read_text(encoding="utf-8"))
    assert any("imulated" in note for note in listed["tables"][0]["en"]["notes"])


def test_two_models_keep_apart(results) -> None:
    twice = choose_exhibits([results["sem"], results["sem"]], language="en")
    ids = [table.id for table in twice.tables]
    assert len(set(ids)) == len(ids)
    assert {"fit", "fit.2"} <= set(ids)
    assert [figure.id for figure in twice.figures] == ["path", "path-2"]


def test_inter_item_triangle_has_every_pair_once(frame, results) -> None:
    (table,) = choose_exhibits(results["pairs"], language="en").tables
    cells = [cell for row in table.rows for cell in row[3:] if isinstance(cell, float)]
    expected = [np.corrcoef(frame[a], frame[b])[0, 1] for a, b in (("a1", "a2"), ("a1", "a3"), ("a2", "a3"))]
    assert cells[:3] == pytest.approx(expected)
    assert len(cells) == 9


def test_information_table_agrees_with_the_curve(results) -> None:
    scale = results["items"][0]
    table = choose_exhibits(scale, language="en").tables[1]
    at_zero = scale.information([0.0])["test"].iloc[0]
    row = table.rows[table.row_keys.index("0")]
    assert row[1] == pytest.approx(at_zero)
    assert row[3] == pytest.approx(at_zero / (1 + at_zero))


def test_answer_shares_of_columns_are_counted_as_they_stand(frame) -> None:
    from wxsat.present.figures.column_answers import choose_column_answers

    data = choose_column_answers(frame, ["a1", "a2"], reverse=("a2",), language="en")
    assert data.ids == ("a1", "a2 (R)")
    assert data.shares[1] == pytest.approx([(frame["a2"] == code).mean() for code in (1, 2, 3, 4, 5)])
    with pytest.raises(UsageError, match="OUT-023"):
        choose_column_answers(frame.assign(a1=frame["a1"] + 0.5), ["a1"])


def test_idle_categories_are_found() -> None:
    from wxsat.present.figures.category_curves import CategoryData, idle_categories

    data = CategoryData((0.0, 1.0), ("q",), (("1", "2", "3"),), (((0.6, 0.2), (0.3, 0.3), (0.1, 0.5)),), (), "", "")
    assert idle_categories(data) == {"q": ("2",)}


def test_nothing_wanted_is_everything() -> None:
    assert Exhibits().only(()) == Exhibits()
