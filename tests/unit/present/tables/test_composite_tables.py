"""Tables of composite models: every path has its row, refusals their notes, in both languages."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from wxsat.pls.beside import set_beside
from wxsat.pls.fit import fit_pls
from wxsat.present.tables.composites import tabulate_composite_paths, tabulate_side_by_side

MODEL = "A =~ a1 + a2 + a3\nC =~ c1 + c2 + c3\nC ~ A"


TWINS = "A =~ a1 + a2\nB =~ a3 + a4\nC =~ c1 + c2 + c3\nC ~ A + B"


def answers():
    rng = np.random.default_rng(1)
    a = rng.normal(size=(200, 1))
    c = 0.6 * a + 0.8 * rng.normal(size=(200, 1))
    items = np.hstack([a + 0.5 * rng.normal(size=(200, 4)), c + 0.5 * rng.normal(size=(200, 3))])
    return pd.DataFrame(items, columns=["a1", "a2", "a3", "a4", "c1", "c2", "c3"])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_paths_with_an_interaction(language):
    frame = answers()
    result = fit_pls("c1 ~ a1 + a2 + a1:a2", frame, draws=50)
    table = tabulate_composite_paths(result, None, language)
    assert [row[1] for row in table.rows] == ["a1", "a2", "a1:a2"]
    assert [row[2] for row in table.rows] == result.paths["estimate"].tolist()
    assert "200" in table.notes[0]
    assert "50" in table.notes[0]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_side_by_side_holds_three_methods_and_their_reasons(language):
    found = set_beside(MODEL, answers(), draws=20)
    table = tabulate_side_by_side(found, None, language)
    row = table.rows[0]
    assert row[2:] == tuple(found.paths.iloc[0, 2:])
    assert len(table.notes) == 1
    refused = set_beside(TWINS, answers(), draws=20)
    stopped = [f for f in refused.findings if f.code in ("PLS-138", "PLS-139")]
    assert stopped
    assert len(tabulate_side_by_side(refused, None, language).notes) == 1 + len(stopped)
