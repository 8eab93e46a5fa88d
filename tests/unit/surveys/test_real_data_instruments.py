"""The two real-data instruments name exactly the columns that their data have."""

from __future__ import annotations

from pathlib import Path

import pytest

from wxsat.instrument.load import load_instrument

ANALYSIS = Path(__file__).resolve().parents[3] / "analysis"


@pytest.mark.parametrize(
    ("folder", "example", "shape"),
    [("holzinger-1939", "holzinger39", (301, 15)), ("political-democracy", "political_democracy", (75, 11))],
)
def test_columns(folder, example, shape):
    from semopy import examples

    frame = getattr(examples, example).get_data()
    instrument = load_instrument(ANALYSIS / folder / "instrument.yaml")
    assert frame.shape == shape
    named = {i.id for i in instrument.items_in()} | {q.id for q in instrument.background}
    assert named == set(frame.columns)
    assert all(instrument.scale_of(i).kind == "continuous" for i in instrument.items_in())
    assert frame[[i.id for i in instrument.items_in()]].notna().all().all()


@pytest.mark.parametrize("folder", ["holzinger-1939", "political-democracy"])
def test_model_file_is_there_and_names_the_items(folder):
    instrument = load_instrument(ANALYSIS / folder / "instrument.yaml")
    text = (ANALYSIS / folder / instrument.models[0].file).read_text(encoding="utf-8")
    for construct in instrument.constructs:
        line = next(x for x in text.splitlines() if x.startswith(construct.id) and "=~" in x)
        assert [i.strip() for i in line.split("=~")[1].split("+")] == [i.id for i in construct.items]
