"""Tables on the terminal: a wide one goes on below, and nothing of it is cut off."""

from __future__ import annotations

import pandas as pd
import pytest

from wxsat.cli import output

WIDE = pd.DataFrame(
    {"lhs": ["satisfaction", "trust"], "op": ["=~", "~"], "text": ["a sentence of words that wraps", "short"]}
    | {f"figure_number_{k}": [1234.5678 + k, float("nan")] for k in range(12)}
)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of 80 columns."""
    monkeypatch.setattr(output, "_page_width", lambda: 80)


def test_a_wide_table_is_whole_on_a_narrow_terminal(terminal, capsys):
    output.print_frame(WIDE, "Parameters")
    shown = capsys.readouterr().out
    assert "…" not in shown
    for k in range(12):
        assert f"figure_number_{k}" in shown
        assert f"{1234.5678 + k:.3f}" in shown
    assert max(map(len, shown.splitlines())) <= 80
    assert shown.count("Parameters") == 1
    assert shown.count("satisfaction") > 1  # every part says which row it is


def test_a_table_that_fits_stands_in_one_piece(capsys):
    output.print_frame(WIDE[["lhs", "op", "figure_number_1"]])
    assert capsys.readouterr().out.count("satisfaction") == 1


def test_chinese_text_without_spaces_wraps_and_loses_nothing(terminal, capsys):
    sentence = "目标定位困境严重度较高而且在多数账号中都能看到这样的情况" * 3
    output.print_frame(pd.DataFrame({"说明": [sentence], "值": [1.5]}))
    shown = "".join(capsys.readouterr().out.split())
    assert all(shown.count(mark) >= sentence.count(mark) for mark in set(sentence))
    assert "1.500" in shown


def test_names_from_a_file_command_no_terminal(capsys):
    hostile = "\x1b[31mRED\x1b]0;title\x07 \u202eabc\x9b2J"
    output.print_frame(pd.DataFrame({hostile: [hostile], "n": [1.0]}))
    output.say(f"account '{hostile}'")
    written = "".join(capsys.readouterr())
    assert "REDabc" in written.replace("]0;title ", "").replace("[31m", "")
    assert not [one for one in written if one in "\x1b\x07\u202e\x9b"]
