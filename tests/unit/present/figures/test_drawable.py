"""Texts that people typed reach a picture without what cannot be drawn, and everything else untouched."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import pytest

from wxsat.instrument.instrument import Scale
from wxsat.present.figures.drawable import drawable_data, drawable_text
from wxsat.present.figures.figure import FigureSpec, MissingGlyphs, render_formats
from wxsat.present.figures.wording import em_width, names_in, wrap_text

HOSTILE = "\ufeff+1 \u202eRTL\u202c שלום zero\u200bwidth a\tb\x07 $x^2$ \\frac{1}{ %"


@dataclass(frozen=True)
class Labels:
    """What a figure prints."""

    names: tuple[str, ...]
    places: dict[str, float]
    share: float


def _write(data: Labels, figure) -> None:
    figure.text(0.1, 0.5, data.names[0])


def _spec(text: str) -> FigureSpec:
    data = Labels((text,), {text: 1.0}, 0.5)
    return FigureSpec("labels", "t", "a", "en", data, _write, width=3.0, height=1.0)


def test_characters_without_a_shape_go_and_letters_of_every_script_stay() -> None:
    assert drawable_text(HOSTILE) == "+1 RTL שלום zerowidth a b $x^2$ \\frac{1}{ %"
    assert drawable_text("满意度\n第二行，می‌خواهم") == "满意度\n第二行，می‌خواهم"
    assert drawable_text("a\ud800") == "a\ufffd"


def test_texts_deep_in_the_data_are_reached_and_untouched_data_stay_the_same_object() -> None:
    data = Labels(("\u202eA", "B"), {"\ufeffk": 2.0}, 0.5)
    assert drawable_data(data) == Labels(("A", "B"), {"k": 2.0}, 0.5)
    clean = Labels(("甲", "B"), {"k": float("nan")}, 0.5)
    assert drawable_data(clean) is clean


def test_a_byte_order_mark_inside_a_name_does_not_stop_a_figure() -> None:
    drawn = render_formats(_spec(HOSTILE), ("pdf", "svg", "png"))
    assert drawn["pdf"].startswith(b"%PDF")


def test_characters_that_no_font_has_are_said_in_one_sentence() -> None:
    with pytest.warns(MissingGlyphs) as said:
        render_formats(_spec("x \U0001f469"), ("pdf", "svg", "png"))
    assert [str(one.message) for one in said] == [
        "figures show an empty box where a text has \U0001f469 (U+1F469): no font at hand has the character."
    ]


def test_a_word_longer_than_any_line_is_broken_and_common_words_are_not() -> None:
    lines = wrap_text("W" * 60 + " end", 12).split("\n")
    assert max(map(em_width, lines)) <= 12
    assert "".join(lines).replace(" ", "") == "W" * 60 + "end"
    assert wrap_text("Responsiveness", 6) == "Responsiveness"
    assert wrap_text("Dissatisfied", 3, longest_word=4).count("\n") == 2


def test_a_label_keeps_to_its_lines() -> None:
    for text in ("构念名称很长" * 9, "long name of a construct " * 6, "W" * 90):
        lines = wrap_text(text, 17, most_lines=2).split("\n")
        assert len(lines) == 2
        assert lines[-1].endswith("…")
        assert max(map(em_width, lines)) <= 17


def test_names_stand_on_one_line_whatever_was_typed() -> None:
    assert names_in(None, "en", {"A": "one\ntwo\n\n three"}) == {"A": "one two three"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_wording_of_a_category_keeps_off_its_neighbours(make, look, monkeypatch, language) -> None:
    word = "W" * 60 if language == "en" else "极其非常不同意这一说法" * 8
    monkeypatch.setattr(Scale, "label_of", lambda self, code, language: f"{code} {word}")
    spec = make("likert", language)
    with look.drawn(spec) as figure:
        boxes = [t.get_window_extent() for t in look.texts(figure) if "WWW" in t.get_text() or "极" in t.get_text()]
        heights = [box.height for box in boxes]
    boxes.sort(key=lambda box: box.x0)
    assert len(boxes) == 7
    assert all(left.x1 <= right.x0 for left, right in pairwise(boxes))
    # Five lines of a key at 100 dots an inch, and a little for what stands between them.
    assert max(heights) < 5 * 14
