"""The call that writes a report from whatever results are at hand."""

from __future__ import annotations

import pandas as pd
import pytest

import wxsat as wx
from wxsat.errors import UsageError
from wxsat.finding import Finding

FINDING = Finding("SEM-106", "note", "x with y", "A residual correlation.", {"count": 1, "pairs": 3, "largest": 0.2})


def test_one_result_needs_no_list(tmp_path):
    frame = pd.DataFrame({f"x{i}": [1, 2, 3, 4, 5, 3, 2, 4] for i in range(1, 4)})
    frame["x2"] += [0, 1, 0, 0, -1, 0, 1, 0]
    frame["x3"] += [1, 0, 0, -1, 0, 1, 0, 0]
    fit = wx.fit_sem("f =~ x1 + x2 + x3", frame)
    one, several = tmp_path / "one.md", tmp_path / "several.md"
    wx.render_report(fit, to=one, language="en")
    wx.render_report([fit], to=several, language="en")
    assert one.read_text(encoding="utf-8").startswith("# Report of an analysis\n"), "data of any subject"
    assert one.read_text(encoding="utf-8") == several.read_text(encoding="utf-8")


def test_a_language_that_is_not_spoken_is_the_caller_s_mistake(tmp_path):
    with pytest.raises(UsageError) as raised:
        wx.render_report([FINDING], to=tmp_path / "page.md", language="fr")
    assert raised.value.code == "OUT-037"
    assert not (tmp_path / "page.md").exists()
