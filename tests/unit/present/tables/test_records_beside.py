"""Tables of the records: figures beside indicators, and dead accounts told apart from those to be closed."""

from __future__ import annotations

import pandas as pd
import pytest

from wxsat.present.tables.beside import tabulate_beside
from wxsat.present.tables.symptoms import tabulate_symptoms
from wxsat.records.beside import FIGURES, OVERALL


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_figure_has_a_name_and_stands_beside_its_indicator(language) -> None:
    rows = [(name, of.indicator, 3, 0.4, 0.1, 0.8, 0.7 if of.indicator else None) for name, of in FIGURES.items()]
    table = tabulate_beside(pd.DataFrame(rows, columns=list(OVERALL)), language)
    assert [row[0] for row in table.rows] != list(FIGURES)
    assert len({row[0] for row in table.rows}) == len(FIGURES)
    by_name = dict(zip(FIGURES, table.rows, strict=True))
    assert by_name["landing_by_use"][1:] == (0.4, 0.1, 0.8, 0.7, 3)
    assert by_name["off_point"][4] == ""


@pytest.mark.parametrize(("language", "word"), [("zh", "关停"), ("en", "closure")])
def test_accounts_for_the_closure_list_follow_the_dead_ones(language, word) -> None:
    rows = [("A", "zombie"), ("A", "closure"), ("B", "zombie"), ("C", "deaf"), ("D", "healthy")]
    symptoms = pd.DataFrame(rows, columns=["account", "symptom"]).assign(confirmed=True, primary=False)
    table = tabulate_symptoms(symptoms, language)
    assert list(table.row_keys) == ["deaf", "healthy", "zombie", "closure"]
    counts = dict(zip(table.row_keys, (row[1] for row in table.rows), strict=True))
    assert (counts["zombie"], counts["closure"]) == (2, 1)
    assert any(word in note for note in table.notes)
    without = tabulate_symptoms(symptoms[symptoms["symptom"] != "closure"], language)
    assert not any(word in note for note in without.notes)
