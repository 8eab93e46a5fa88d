"""Chinese text is drawn as Chinese: the right face is found, and where there is none it is said once."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from wxsat.present import fonts, theme

NOT_A_CHARACTER = "\uffff"


@pytest.fixture
def forgotten_family() -> Iterator[None]:
    """Search anew in the test and again after it."""
    fonts.find_chinese_family.cache_clear()
    yield
    fonts.find_chinese_family.cache_clear()


def raster(text: str) -> np.ndarray:
    """Return the pixels of a text in the house style."""
    with theme.figure_context("zh"):
        figure = Figure(figsize=(0.6, 0.6))
        canvas = FigureCanvasAgg(figure)
        figure.text(0.5, 0.5, text, fontsize=24, ha="center", va="center")
        canvas.draw()
        return np.asarray(canvas.buffer_rgba())[..., 0].copy()


@pytest.mark.parametrize("character", ["政", "务", "骤", "困", "龘"])
def test_a_chinese_character_is_not_the_empty_box(character: str) -> None:
    with pytest.warns(UserWarning, match="missing from"):
        box = raster(NOT_A_CHARACTER)
    drawn = raster(character)
    assert (box < 128).any()
    assert (drawn < 128).any()
    # Every missing character has the same picture, so that two pictures tell a glyph from the box.
    assert not np.array_equal(drawn, box)


def test_two_characters_have_two_pictures() -> None:
    assert not np.array_equal(raster("政"), raster("务"))


def test_the_text_of_a_figure_draws_without_a_missing_glyph() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        raster("政务微信 α β ω ≥ − – — · † ² → “满意度”（0—100），。；：")


def test_latin_first_then_chinese() -> None:
    families = fonts.font_families()
    assert families[0] == "DejaVu Sans"
    assert fonts.holds_chinese(families[1])
    assert not fonts.holds_chinese(families[0])


def test_the_packaged_collection_gives_the_simplified_face(
    monkeypatch: pytest.MonkeyPatch, forgotten_family: None
) -> None:
    pytest.importorskip("noto_cjk_sans_otc")
    monkeypatch.setattr(fonts, "SYSTEM_FAMILIES", ())
    # Before 3.11 matplotlib reads only the first face of a collection.
    version = tuple(int(part) for part in matplotlib.__version__.split(".")[:2])
    expected = "Noto Sans CJK SC" if version >= (3, 11) else "Noto Sans CJK JP"
    assert fonts.find_chinese_family() == expected


def test_a_system_face_comes_before_the_packaged_one(monkeypatch: pytest.MonkeyPatch, forgotten_family: None) -> None:
    monkeypatch.setattr(fonts, "holds_chinese", lambda family: family in {"SimHei", "Noto Sans CJK SC"})
    monkeypatch.setattr(fonts, "SYSTEM_FAMILIES", ("PingFang SC", "SimHei"))
    assert fonts.find_chinese_family() == "SimHei"


def test_the_collection_is_added_once(forgotten_family: None) -> None:
    fonts.find_chinese_family()
    listed = len(font_manager.fontManager.ttflist)
    fonts.find_chinese_family.cache_clear()
    fonts.find_chinese_family()
    assert len(font_manager.fontManager.ttflist) == listed


def test_no_face_is_said_once_with_what_to_do(monkeypatch: pytest.MonkeyPatch, forgotten_family: None) -> None:
    monkeypatch.setattr(fonts, "holds_chinese", lambda family: False)
    with pytest.warns(fonts.MissingChineseFont, match="pip install noto-cjk-sans-otc"):
        assert fonts.font_families() == ["DejaVu Sans"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert fonts.font_families() == ["DejaVu Sans"]


def test_a_font_that_is_listed_but_gone_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    gone = font_manager.FontEntry(fname=str(tmp_path / "gone.ttf"), name="Gone Hei", weight=400, size="scalable")
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [*font_manager.fontManager.ttflist, gone])
    assert not fonts.holds_chinese("Gone Hei")


def test_an_unknown_family_is_not_looked_for_on_disk() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not fonts.holds_chinese("No Such Hei")


def test_the_style_starts_from_the_defaults_and_is_put_back() -> None:
    with matplotlib.rc_context({"lines.linewidth": 9.0, "font.family": ["serif"]}):
        before = dict(matplotlib.rcParams)
        with theme.figure_context("zh"):
            assert matplotlib.rcParams["lines.linewidth"] == matplotlib.rcParamsDefault["lines.linewidth"]
            assert matplotlib.rcParams["font.family"] == fonts.font_families()
        assert dict(matplotlib.rcParams) == before
