"""Text formats by small snapshots: captions, joined intervals, collapsed labels, daggers, escapes."""

from __future__ import annotations

import csv
import io
import re

import pytest

from wxsat.errors import UsageError
from wxsat.present.render.column_widths import break_endless, em_width
from wxsat.present.render.csv import csv_text, defuse, render_csv
from wxsat.present.render.formats import render_table
from wxsat.present.render.html import render_html_table
from wxsat.present.render.latex import escape_latex
from wxsat.present.table import SUPPRESSED, Column, Table

COLUMNS = (
    Column("construct", "Construct", collapse=True),
    Column("item", "Item"),
    Column("n", "n", "integer"),
    Column("r", "r", "number", 2, no_zero=True),
    Column("ci_lower", "95% CI lower", "number", 2, no_zero=True, upper="ci_upper", interval_heading="95% CI"),
    Column("ci_upper", "95% CI upper", "number", 2, no_zero=True),
    Column("p", "p", "p_value"),
    Column("share", "Share (%)", "percent", 1),
)
ROWS = (
    ("Trust", "T1", 1500, -0.934, -0.95, -0.915, 0.0004, 0.1234),
    ("Trust", "T2", SUPPRESSED, None, None, None, None, SUPPRESSED),
    ("=cmd|'/C calc'!A1", "<b>&_%$#", 3, 0.005, 0.0, 0.01, 0.05, 1.0),
)
TABLE = Table("demo", "Demo & <title>", "en", COLUMNS, ROWS, ("T1", "T2", "x"), ("First.", "Second."), (1,))


def test_text():
    lines = render_table(TABLE, "text", 2).splitlines()
    assert lines[0] == "Table 2. Demo & <title>"
    assert lines[2].split() == ["Construct", "Item", "n", "r", "95%", "CI", "p", "Share", "(%)"]
    assert lines[4].split() == ["Trust", "T1", "1,500", "−.93", "[−.95,", "−.92]", "<.001", "12.3"]
    assert lines[5].split() == ["T2†", "[c]", "–", "–", "–", "[c]"]
    assert lines[-2:] == ["Note. First.", "Second."]


def test_text_is_aligned_by_display_width():
    columns = (Column("a", "构念"), Column("b", "b", "integer"))
    table = Table("t", "题", "zh", columns, (("信度", 1), ("ab", 22)), ("x", "y"))
    assert render_table(table, "text").splitlines()[4:6] == ["信度   1", "ab    22"]


def test_html():
    html = render_html_table(TABLE, 1)
    assert "<caption>Table 1. Demo &amp; &lt;title&gt;</caption>" in html
    assert '<th scope="row" class="text">Trust</th>' in html
    assert '<td class="number" data-id="demo.T1.r">−.93</td>' in html
    assert '[<span data-id="demo.T1.ci_lower">−.95</span>, <span data-id="demo.T1.ci_upper">−.92</span>]' in html
    assert '<tr class="marked"><td class="text"></td><td class="text">T2†</td>' in html
    assert "&lt;b&gt;&amp;_%$#" in html
    assert 'data-id="demo.T2' not in html
    assert html.count('<th scope="col"') == len(COLUMNS) - 1


def test_html_lets_no_script_through():
    evil = '"><script>alert(1)</script>'
    table = Table('x"><script>', evil, "zh", (Column(evil, evil),), ((evil,),), (evil,), (evil,))
    assert "<script" not in render_html_table(table, 1)


def test_markdown():
    lines = render_table(TABLE, "markdown", 1).splitlines()
    assert lines[3] == "|:---|:---|---:|---:|---:|---:|---:|"
    assert lines[4] == r"| Trust | T1 | 1,500 | −.93 | \[−.95, −.92\] | \<.001 | 12.3 |"
    assert r"| =cmd\|'/C calc'!A1 | \<b\>&\_%\$\# |" in lines[6]


def test_latex():
    latex = render_table(TABLE, "latex", 3)
    assert r"\setcounter{table}{2}" in latex
    assert r"\caption{Demo \& \textless{}title\textgreater{}}\label{tab:demo}" in latex
    assert r"Trust & T1 & 1,500 & $-$.93 & [$-$.95, $-$.92] & \textless{}.001 & 12.3 \\" in latex
    assert r"\textless{}b\textgreater{}\&\_\%\$\#" in latex
    assert latex.index(r"\toprule") < latex.index(r"\midrule") < latex.index(r"\bottomrule")


def test_latex_row_that_begins_with_a_bracket_is_no_option():
    table = Table("t", "T", "en", (Column("a", "A"),), (("[c]",),), ("x",))
    assert r"{}[c] \\" in render_table(table, "latex")


def test_latex_long_table_breaks_over_pages():
    table = Table(
        "t", "信度", "zh", (Column("a", "甲"),), tuple((str(i),) for i in range(40)), tuple(map(str, range(40)))
    )
    latex = render_table(table, "latex")
    assert r"\begin{longtable}{l}" in latex
    assert latex.count("甲") == 2


def test_csv_keeps_full_precision_and_nothing_else():
    rows = list(csv.reader(io.StringIO(csv_text(TABLE))))
    assert rows[0] == ["row", *(c.name for c in COLUMNS), "not_interpretable"]
    assert rows[1] == ["T1", "Trust", "T1", "1500", "-0.934", "-0.95", "-0.915", "0.0004", "0.1234", "false"]
    assert rows[2] == ["T2", "Trust", "T2", "", "", "", "", "", "", "true"]
    assert rows[3][1] == "'=cmd|'/C calc'!A1"
    assert render_csv(TABLE).startswith(b"\xef\xbb\xbfrow,")


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\n=1", " =1", "\u3000=1", "＝1", "＋1", "－1", "＠x"]
)
def test_csv_defuses_formulas(text):
    assert defuse(text) == "'" + text


@pytest.mark.parametrize("text", ["", "PU1", "信度", "−.93", "a=b"])
def test_csv_leaves_other_text_alone(text):
    assert defuse(text) == text


def test_csv_without_marks_has_no_mark_column():
    table = Table("t", "T", "en", (Column("n", "n", "integer"),), ((1,),), ("a",))
    assert csv_text(table) == "row,n\r\na,1\r\n"


def test_control_characters_never_reach_a_page():
    table = Table("t", "T", "en", (Column("a", "A"),), (("a\x00b\x0bc",),), ("x",))
    assert "abc" in render_table(table, "html")


def test_overrides_of_direction_never_reach_a_table():
    table = Table("t", "T", "en", (Column("a", "A"),), (("a\u202ebc\u2066d\ufeff",),), ("x",))
    assert "abcd" in render_table(table, "html")


def test_an_endless_word_is_broken_by_the_room_it_takes():
    parts = break_endless("W" * 100, 64).split("\u200b")
    # A line of 46 em holds 64 small letters, but not so many capitals.
    assert max(map(em_width, parts)) <= 64 * 0.72
    assert break_endless("x" * 64, 64) == "x" * 64


def test_caption_follows_the_language():
    table = Table("t", "信度", "zh", (Column("a", "甲"),), (("x",),), ("x",), ("说明。",))
    assert "<caption>表1  信度</caption>" in render_html_table(table, 1)
    assert "<li>注：说明。</li>" in render_html_table(table, 1)
    assert "<caption>信度</caption>" in render_html_table(table)


def test_collapse_starts_anew_under_another_group():
    columns = (Column("g", "G", collapse=True), Column("c", "C", collapse=True), Column("i", "I"))
    table = Table("t", "T", "en", columns, (("1", "A", "a"), ("2", "A", "a"), ("2", "A", "b")), ("x", "y", "z"))
    assert [line.split() for line in render_table(table, "text").splitlines()[4:7]] == [
        ["1", "A", "a"],
        ["2", "A", "a"],
        ["b"],
    ]


def test_unknown_format_names_the_nearest():
    with pytest.raises(UsageError, match=r"Did you mean 'markdown'\?.*OUT-004"):
        render_table(TABLE, "markdow")  # type: ignore[arg-type]


def test_latex_wraps_texts_that_are_wider_than_the_line():
    columns = (Column("item", "Item"), Column("text", "Wording"), Column("n", "n", "integer"))
    rows = tuple((f"T{i}", "a wording of many words " * 8, 100) for i in range(9))
    latex = render_table(Table("t", "T", "en", columns, rows, tuple(map(str, range(9)))), "latex")
    width = float(re.search(r"\{lp\{([\d.]+)pt\}r\}", latex)[1])
    assert 150 < width < 455
    assert "longtable" not in latex
    # The same rows with longer texts fill more than a page.
    longer = tuple((a, b * 3, c) for a, b, c in rows)
    assert "longtable" in render_table(Table("t", "T", "en", columns, longer, tuple(map(str, range(9)))), "latex")


def test_latex_sets_a_table_of_many_figures_within_the_line():
    columns = (Column("a", "Construct"), *(Column(f"c{i}", "Composite reliability", "number", 2) for i in range(11)))
    latex = render_table(Table("t", "T", "en", columns, (("A", *([-12.345] * 11)),), ("x",)), "latex")
    widths = [float(found) for found in re.findall(r"\\multicolumn\{1\}\{p\{([\d.]+)pt\}\}", latex)]
    padding = float(re.search(r"tabcolsep\}\{([\d.]+)pt", latex)[1])
    assert len(widths) == 12
    assert sum(widths) + 2 * padding * 12 <= 455


def test_latex_breaks_an_endless_word_and_drops_marks_of_direction():
    assert escape_latex("W" * 60).replace(r"\allowbreak{}", "|") == "|".join(["W" * 16] * 3 + ["W" * 12])
    assert escape_latex("a\u202eb\ufeffc") == "abc"
    assert escape_latex("https://a.org/b") == r"https://\allowbreak{}a.org/\allowbreak{}b"
