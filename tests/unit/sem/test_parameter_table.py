"""The parameter table against lavaan's own parser, and its views."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

from wxsat.errors import ModelError, UsageError
from wxsat.sem.compose import Model
from wxsat.sem.model_text import table_from_frame
from wxsat.sem.parameter_table import parse_model

EVERY = json.loads((Path(__file__).parents[2] / "golden" / "sem" / "lavaanify.json").read_text(encoding="utf-8"))[
    "cases"
]
OPTIONS = {
    "plain": {},
    "std_lv": {"std_lv": True},
    "orthogonal": {"orthogonal": True},
    "free_x": {"fixed_x": False},
}
# lavaan ignores a group.partial that names nothing, we refuse it (test_partial_names_must_exist)
GOLDEN = {name: case for name, case in EVERY.items() if name != "path/partial/groups"}
NAMES = {
    "std.lv": "std_lv",
    "orthogonal": "orthogonal",
    "fixed.x": "fixed_x",
    "meanstructure": "meanstructure",
    "int.lv.free": "growth",
    "effect.coding": "effect_coding",
    "group.equal": "group_equal",
    "group.partial": "group_partial",
}


def options_of(case):
    """lavaan's option names as ours; a single word of R stands for a list of one."""
    if "options" not in case:
        return OPTIONS[case["variant"]]
    ours = {NAMES[k]: v for k, v in (case["options"] or {}).items() if k in NAMES}
    ours = {k: [v] if isinstance(v, str) else v for k, v in ours.items()}
    return ours | ({"groups": ("g1", "g2")} if case["ngroups"] == 2 else {})


COLUMNS = ("id", "lhs", "op", "rhs", "user", "group", "free", "ustart", "exo", "label", "plabel")
POLITICS = GOLDEN["political_democracy/plain"]["text"]


@pytest.mark.parametrize("name", GOLDEN)
def test_rows_are_those_of_lavaanify(name):
    case = GOLDEN[name]
    columns = case["rows"]
    known = [c for c in COLUMNS if c in columns]
    theirs = [tuple(plain(columns[c][i]) for c in known) for i in range(len(columns["id"]))]
    table = parse_model(case["text"], **options_of(case))
    # lavaan 0.6-14 numbers the group of label equalities 0 and of user lines 0 as well: same here
    assert [tuple(getattr(row, c) for c in known) for row in table] == theirs


def plain(value):
    return None if value == "" and not isinstance(value, str) else value


# With effect coding lavaan leaves the bounds [0, 0] of a fixed latent mean on the mean that it has freed.
BOUNDED = [n for n, c in GOLDEN.items() if "lower" in c["rows"] and c["variant"] != "coded"]


@pytest.mark.parametrize("name", BOUNDED)
def test_bounds_are_those_of_lavaanify(name):
    case = GOLDEN[name]
    table = parse_model(case["text"], **options_of(case))
    for position, row in enumerate(table.parameters):
        if row.free:  # lavaan writes infinite bounds, JSON has none
            assert row.lower == case["rows"]["lower"][position]
            assert row.upper == case["rows"]["upper"][position]


@pytest.mark.parametrize("name", GOLDEN)
def test_text_gives_the_table_again(name):
    case = GOLDEN[name]
    table = parse_model(case["text"], **options_of(case))
    # the text says everything: no option is needed to read it again
    again = parse_model(table.to_text(), groups=table.group_names)

    def content(t):
        return sorted((r.key, r.group, r.ustart, r.free > 0, written(r.label)) for r in t.parameters)

    def written(label):
        # equal() names another row; as text the two rows share a label
        return "" if label.startswith((".p", "p.")) or "~" in label else label

    assert content(again) == content(table)
    assert again.observed_names == table.observed_names or set(again.observed_names) == set(table.observed_names)
    assert len(again.constraints) == len(table.constraints)


def test_partial_names_must_exist():
    with pytest.raises(UsageError, match="SEM-064"):
        parse_model("f =~ x1 + x2 + x3", groups=("a", "b"), group_equal=["loadings"], group_partial=["f=~y2"])


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        ("f =~ x1 + c(a, b)*x2 + x3", {}, "SEM-060"),
        ("f =~ x1 + c(a, b, d)*x2 + x3", {"groups": ("g", "h")}, "SEM-060"),
        ("group: 1\nf =~ x1 + x2 + x3", {"groups": ("g", "h")}, "SEM-060"),
        ("f =~ x1 + c(a, 1)*x2 + x3", {"groups": ("g", "h")}, "SEM-009"),
        ("f =~ x1 + x2 + x3", {"groups": ("g", "h"), "group_equal": ["loading"]}, "SEM-062"),
        ("f =~ x1 + x2 + x3", {"effect_coding": ["variances"]}, "SEM-063"),
        ("f =~ x1 + x2 + x3", {"effect_coding": ["loadings"], "std_lv": True}, "SEM-063"),
    ],
)
def test_group_options_that_do_not_fit(text, options, code):
    with pytest.raises((ModelError, UsageError)) as caught:
        parse_model(text, **options)
    assert caught.value.code == code


def test_levels_are_blocks_of_their_own():
    text = "level: 1\n fw =~ y1 + a*y2 + y3\nlevel: 2\n fb =~ y1 + a*y2 + y3\n fb ~ w"
    table = parse_model(text, meanstructure=True)
    assert table.n_levels == 2
    assert [row.name for row in table.at_level(2) if row.op in ("=~", "~")] == ["fb=~y1", "fb=~y2", "fb=~y3", "fb~w"]
    assert {row.lhs: row.free > 0 for row in table.at_level(1) if row.op == "~1"} == {
        "y1": False, "y2": False, "y3": False, "fw": False
    }  # fmt: skip
    assert [(row.lhs, row.rhs) for row in table.constraints] == [(".p2.", ".p13.")]


def test_composed_models_are_those_of_the_text():
    model = Model().measure("f", ["x1", "x2", "x3"]).measure("g", {"x4": "", "x5": "a", "x6": "a"})
    model = model.regress("g", ["f"]).covary("x1", ["x4"]).define("d", "2*a").constrain("a > 0")
    text = "f =~ x1 + x2 + x3\ng =~ x4 + a*x5 + a*x6\ng ~ f\nx1 ~~ x4\nd := 2*a\na > 0"
    assert model.table() == parse_model(text)


def test_a_frame_gives_its_table_again():
    table = parse_model("f =~ x1 + c(a, b)*x2 + x3", groups=("g", "h"), group_equal=["intercepts"])
    again = table_from_frame(table.frame, table.options, groups=table.group_names)
    assert again.rows == table.rows
    with pytest.raises(ModelError, match="SEM-065"):
        table_from_frame(table.frame.drop(columns="op"))


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
