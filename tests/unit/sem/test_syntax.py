"""The language as a table: text -> statements, and bad text -> code, place and words."""

from __future__ import annotations

import pytest

from wxsat.errors import ModelError
from wxsat.sem.syntax import read_syntax

STATEMENTS = {
    "f =~ x1 + x2": ["f =~ x1", "f =~ x2"],
    "f=~x1+x2": ["f =~ x1", "f =~ x2"],
    "f =~ x1 +\n  x2": ["f =~ x1", "f =~ x2"],
    "f =~ x1\n  + x2": ["f =~ x1", "f =~ x2"],
    "f =~\n x1 + x2\n\n\ng =~ x3": ["f =~ x1", "f =~ x2", "g =~ x3"],
    "f =~ x1; g =~ x2;": ["f =~ x1", "g =~ x2"],
    "# all\nf =~ x1 # one\n  + x2 ! two\n! end": ["f =~ x1", "f =~ x2"],
    "f =~ 0.5*x1 + -1*x2 + 1e-3*x3": ["f =~ 0.5*x1", "f =~ -1.0*x2", "f =~ 0.001*x3"],
    "f =~ NA*x1 + a*x2": ["f =~ NA*x1", "f =~ a*x2"],
    "f =~ start(0.5)*x1 + start(.1)*b*x2": ["f =~ start(0.5)*x1", "f =~ start(0.1)*b*x2"],
    "f =~ x1 + a*x2 + start(2)*x2": ["f =~ x1", "f =~ a*start(2.0)*x2"],
    'f =~ label("a")*x1 + "b"*x2': ["f =~ a*x1", "f =~ b*x2"],
    "y1 + y2 ~ x": ["y1 ~ x", "y2 ~ x"],
    "y ~ 1 + x": ["y ~1 ", "y ~ x"],
    "x1 ~~ x2 + 0*x3": ["x1 ~~ x2", "x1 ~~ 0.0*x3"],
    "f =~ lower(0)*x1 + upper(1/2)*x2": ["f =~ lower(0.0)*x1", "f =~ upper(0.5)*x2"],
    "f =~ item.1 + .x2 + x_3": ["f =~ item.1", "f =~ .x2", "f =~ x_3"],
    "满意 =~ 满意1 + 好用*满意2": ["满意 =~ 满意1", "满意 =~ 好用*满意2"],
    "f =~ c(a, b)*x1 + c(NA, 1/2)*x2": ["f =~ c(a,b)*x1", "f =~ c(NA,0.5)*x2"],
    "f =~ start(c(1, 2))*x1 + 0.5?x2": ["f =~ start(c(1.0,2.0))*x1", "f =~ start(0.5)*x2"],
    'f =~ c("a", NA)*x1 + equal("f=~x1")*x2': ["f =~ c(a,NA)*x1", "f =~ equal(f=~x1)*x2"],
    "y ~ a + a:b + c : d": ["y ~ a", "y ~ a:b", "y ~ c:d"],
    "group: 1\nf =~ x1\ngroup: b\nf =~ x1": ["f =~ x1", "f =~ x1"],
    "\ufefff =~ x1\r\ng =~ x2\r\n": ["f =~ x1", "g =~ x2"],
}


def written(relation):
    def value(m):
        values = ["NA" if v is None or v == "" else str(v) for v in m.values]
        return values[0] if len(values) == 1 else f"c({','.join(values)})"

    parts = [f"{value(m)}*" if m.kind in ("fixed", "label") else f"{m.kind}({value(m)})*" for m in relation.modifiers]
    lhs, op, rhs = relation.key
    return f"{lhs} {op} {''.join(parts)}{rhs}"


@pytest.mark.parametrize("text", STATEMENTS)
def test_statements(text):
    assert [written(r) for r in read_syntax(text).relations] == STATEMENTS[text]


def test_constraints_keep_their_order():
    syntax = read_syntax("f =~ a*x1 + b*x2\nu := a*(b + 1)^2 / exp(-b)\na == b\na > 0.1")
    assert [(c.op, c.left.text, c.right.text) for c in syntax.constraints] == [
        (":=", "u", "a*(b+1)^2/exp(-b)"),
        ("==", "a", "b"),
        (">", "a", "0.1"),
    ]


FAULTS = {
    "f =~ x1 ++ x2": ("SEM-002", "1:10", "Write one '+' between two names"),
    "f =~ x1 + x2 +": ("SEM-002", "1:14", "ends with '+'"),
    "y ~": ("SEM-002", "1:4", "nothing stands after '~'"),
    "~ x": ("SEM-002", "1:1", "nothing stands before '~'"),
    "x1 + x2": ("SEM-003", "1:1", "no operator"),
    "f =~ x1\n\nx2 + x3\ng =~ x4": ("SEM-003", "3:1", "no operator"),
    "f = x1 + x2": ("SEM-004", "1:3", "unknown operator '='"),
    "f <= x1": ("SEM-004", "1:3", "unknown operator '<='"),
    "f =~ 'a*x1": ("SEM-005", "1:6", "quote is not closed"),
    "f =~ start(0.5*x1": ("SEM-005", "1:11", "'(' is not closed"),
    "f =~ x1)": ("SEM-005", "1:8", "')' without its '('"),
    "f =~ x1\ng =~ x2\nf =~ x1": ("SEM-006", "3:6", "said twice; first in line 1, column 6"),
    "x1 ~~ x2\nx2 ~~ x1": ("SEM-006", "2:7", "said twice"),
    "f =~ x1 + x1": ("SEM-006", "1:11", "said twice"),
    "f =~ f + x1": ("SEM-007", "1:6", "measured by itself"),
    "y ~ x + y": ("SEM-007", "1:9", "regressed on itself"),
    "f =~ c(a, 1)*x1": ("SEM-009", "1:6", "labels or numbers, not both"),
    "f =~ c(a, )*x1": ("SEM-009", "1:11", "one value a group"),
    "f =~ c(, a)*x1": ("SEM-009", "1:8", "missing before ','"),
    "x1 | low": ("SEM-016", "1:6", "called t1, t2"),
    "x1 ~*~ x2": ("SEM-017", "1:8", "belongs to one"),
    "f <~ x1": ("SEM-008", "1:3", "formative"),
    "y ~ a:": ("SEM-002", "1:6", "no variable after"),
    "y ~ a:2": ("SEM-002", "1:7", "inside a product"),
    "school: 1\nf =~ x1": ("SEM-008", "1:1", "blocks"),
    "group:\nf =~ x1": ("SEM-002", "1:6", "needs one name"),
    "f =~ *x1": ("SEM-009", "1:6", "nothing stands before '*'"),
    "f =~ a*b*x1": ("SEM-009", "1:8", "two modifiers of one kind"),
    "f =~ NA*1*x1": ("SEM-009", "1:9", "two modifiers of one kind"),
    "f =~ foo(2)*x1": ("SEM-009", "1:6", "unknown modifier 'foo'"),
    "f =~ x1 x2": ("SEM-002", "1:9", "'+' or '*' was expected"),
    "f =~ x1 @ x2": ("SEM-001", "1:9", "no meaning"),
    "f =~ x1 ＋ x2": ("SEM-001", "1:9", "no meaning"),
    "a*f =~ x1": ("SEM-002", "1:2", "belongs to the right side"),
    "y ~ 2": ("SEM-002", "1:5", "only y ~ 1"),
    "f =~ x1\nu := ": ("SEM-002", "2:5", "nothing stands after ':='"),
    "f =~ x1\nu := a +* b": ("SEM-002", "2:9", "label, a number or '('"),
    "f =~ x1\nu := foo(a)": ("SEM-002", "2:6", "unknown function 'foo'"),
    "y ~\nz ~ x": ("SEM-002", "1:3", "nothing stands after '~' on its line"),
    "y ~ x ~ z": ("SEM-002", "1:7", "second operator"),
    "": ("SEM-012", "", "empty"),
    "# nothing\n": ("SEM-012", "", "empty"),
}


@pytest.mark.parametrize("text", FAULTS)
def test_faults(text):
    code, place, words = FAULTS[text]
    with pytest.raises(ModelError) as caught:
        read_syntax(text, "m.sem")
    assert caught.value.code == code
    assert caught.value.where == (f"m.sem:{place}" if place else "m.sem")
    assert words.lower() in str(caught.value).lower()


def test_all_faults_are_told_at_once():
    with pytest.raises(ModelError) as caught:
        read_syntax("f =~ x1 ++ x2\ng = x3\nh =~ x4\nh ~ h")
    assert [f.code for f in caught.value.faults] == ["SEM-002", "SEM-004", "SEM-007"]


def test_the_caret_stands_under_the_place():
    with pytest.raises(ModelError) as caught:
        read_syntax("f =~ x1 ++ x2")
    _, line, caret, *_ = str(caught.value).splitlines()
    assert line[caret.index("^")] == "+"
    assert caret.index("^") == 4 + 9
