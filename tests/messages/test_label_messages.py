"""Labels written another way: the message shows labels that load when they are copied from it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from wxsat.errors import InstrumentError
from wxsat.instrument.load import load_instrument

FILE = """schema_version: 1
instrument: {id: toy, version: "1", languages: [zh, en], default_scale: agree}
scales:
  agree: {min: 1, max: 5, LABELS}
constructs:
  - id: PU
    name: {zh: 有用, en: Usefulness}
    items:
      - {id: PU1, text: {zh: 甲, en: A}}
      - {id: PU2, text: {zh: 乙, en: B}}
      - {id: PU3, text: {zh: 丙, en: C}}
"""
WRITTEN = {
    "a list": "labels: [a, b, c, d, e]",
    "a text": "labels: 'a, b, c, d, e'",
    "a text a language": "labels: {zh: 'a, b', en: 'a, b'}",
    "an unknown language": "labels: {cn: [a, b, c, d, e], en: [a, b, c, d, e]}",
    "a language left out": "labels: {zh: [a, b, c, d, e]}",
    "a label too few": "labels: {zh: [a, b, c, d], en: [a, b, c, d, e]}",
    "codes": "labels: {1: a, 5: e}",
    "codes in two languages": "labels: {1: {zh: 低, en: Low}, 5: {zh: 高, en: High}}",
}


@pytest.mark.parametrize("way", WRITTEN)
def test_the_labels_a_message_shows_load(tmp_path: Path, way: str) -> None:
    file = tmp_path / "toy.instrument.yaml"
    file.write_text(FILE.replace("LABELS", WRITTEN[way]), encoding="utf-8")
    with pytest.raises(InstrumentError) as caught:
        load_instrument(file)
    shown = re.findall(r"`((?:labels|anchors): \{.*?\]?\}+)`", str(caught.value))
    assert any(example.startswith("labels") for example in shown)
    for example in set(shown):
        file.write_text(FILE.replace("LABELS", example), encoding="utf-8")
        assert load_instrument(file).scales["agree"].label_of(5, "en") in ("Strongly agree", "High")


def test_a_longer_scale_is_told_how_many_labels_it_needs(tmp_path: Path) -> None:
    file = tmp_path / "toy.instrument.yaml"
    file.write_text(FILE.replace("max: 5, LABELS", "max: 7, labels: [a]"), encoding="utf-8")
    with pytest.raises(InstrumentError, match="yours has min: 1, max: 7, so 7 of each"):
        load_instrument(file)
