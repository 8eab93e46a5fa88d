"""Texts that people typed reach a picture without what cannot be drawn, and everything else untouched."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from wxsat.present.figures.drawable import drawable_data, drawable_text
from wxsat.present.figures.figure import FigureSpec, MissingGlyphs, render_formats

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
