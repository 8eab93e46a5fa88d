"""The parameter table against lavaan's own parser, and its views."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

from wxsat.errors import ModelError
from wxsat.sem.parameter_table import parse_model

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "sem" / "lavaanify.json").read_text(encoding="utf-8"))[
    "cases"
]
OPTIONS = {
    "plain": {},
    "std_lv": {"std_lv": True},
    "orthogonal": {"orthogonal": True},
    "free_x": {"fixed_x": False},
}
COLUMNS = ("id", "lhs", "op", "rhs", "user", "group", "free", "ustart", "exo", "label", "plabel")
POLITICS = GOLDEN["political_democracy/plain"]["text"]


@pytest.mark.parametrize("name", GOLDEN)
def test_rows_are_those_of_lavaanify(name):
    case = GOLDEN[name]
    columns = case["rows"]
    theirs = [tuple(columns[c][i] for c in COLUMNS) for i in range(len(columns["id"]))]
    table = parse_model(case["text"], **OPTIONS[case["variant"]])
    # lavaan 0.6-14 numbers the group of label equalities 0 and of user lines 0 as well: same here
    assert [tuple(getattr(row, c) for c in COLUMNS) for row in table] == theirs


@pytest.mark.parametrize("name", GOLDEN)
def test_text_gives_the_table_again(name):
    case = GOLDEN[name]
    options = OPTIONS[case["variant"]]
    table = parse_model(case["text"], **options)
    again = parse_model(table.to_text(), **options)

    def content(t):
        return sorted((r.key, r.ustart, r.free > 0, r.label) for r in t.parameters)

    assert content(again) == content(table)
    assert again.observed_names == table.observed_names or set(again.observed_names) == set(table.observed_names)
    assert len(again.constraints) == len(table.constraints)


def test_views():
    table = parse_model(POLITICS)
    assert table.latent_names == ("ind60", "dem60", "dem65")
    assert table.observed_names == ("x1", "x2", "x3", *(f"y{i}" for i in range(1, 9)))
    assert table.endogenous == ("dem60", "dem65")
    assert table.exogenous == ("ind60",)
    assert table.predictors_of() == {"dem60": ["ind60"], "dem65": ["ind60", "dem60"]}
    assert table.indicators_of()["ind60"] == ["x1", "x2", "x3"]
    assert [e.name for e in table.structural_edges] == ["dem60~ind60", "dem65~ind60", "dem65~dem60"]


def test_frame_has_one_row_a_parameter_and_no_placeholders():
    frame = parse_model(POLITICS).frame
    assert len(frame) == 34
    assert frame["ustart"].dtype == "float64"
    assert frame.loc[0, "ustart"] == 1.0


def test_chinese_names():
    table = parse_model("有用 =~ 有用1 + 有用2 + 有用3\n满意 =~ 满意1 + 满意2 + 满意3\n满意 ~ 路径*有用")
    assert table.latent_names == ("有用", "满意")
    assert [row.label for row in table.structural_edges] == ["路径"]


def test_a_table_is_frozen_and_pickles():
    table = parse_model(POLITICS)
    assert pickle.loads(pickle.dumps(table)) == table
    with pytest.raises(AttributeError):
        table.std_lv = True


@pytest.mark.parametrize(
    ("text", "code", "place", "words"),
    [
        ("f =~ x1 + a*x2 + x3\nind := a*b", "SEM-010", "model:2:10", "'b' is no label"),
        ("f =~ x1 + a*x2 + x3\nu := v + a\nv := 2*a", "SEM-011", "model:2:6", "defined only later"),
        ("f =~ x1 + a*x2 + x3\nu := 2*u", "SEM-011", "model:2:8", "defined only later"),
        ("f =~ x1 + a*x2 + x3\na := 2", "SEM-013", "model:2:1", "already a label"),
        ("f =~ x1 + a*x2 + x3\nu := a\nu := 2*a", "SEM-013", "model:3:1", "already defined above"),
        ("f =~ x1 + lam*x2 + x3\nlm == 1", "SEM-010", "model:2:1", "Did you mean 'lam'"),
    ],
)
def test_names_that_mean_nothing(text, code, place, words):
    with pytest.raises(ModelError) as caught:
        parse_model(text)
    assert caught.value.code == code
    assert caught.value.where == place
    assert words in str(caught.value)
