"""What holds for every figure: same bytes, no missing glyph, nothing cut off or on something else, said in words."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import warnings
import xml.etree.ElementTree as ElementTree
from itertools import combinations
from pathlib import Path

import pandas as pd
import pytest

from wxsat.errors import UsageError
from wxsat.present import fonts
from wxsat.present.figures import figure as figure_module
from wxsat.present.figures.exclusion_flow import plot_exclusion_flow
from wxsat.present.figures.figure import render_figure
from wxsat.present.figures.htmt import plot_htmt
from wxsat.present.figures.levers import plot_levers
from wxsat.present.figures.priorities import plot_priorities
from wxsat.present.figures.reliability import plot_reliability
from wxsat.present.figures.severity import plot_severity
from wxsat.present.locale import wording

ROOT = Path(__file__).resolve().parents[4]
FIGURES = (
    "severity", "reliability", "levers", "priorities", "htmt", "exclusion-flow", "likert", "likert10", "sources",
    "account-funnel", "reply-survival", "control-chart", "response-surface",
)  # fmt: skip
LANGUAGES = ("zh", "en")
LARGEST_SVG = 300_000
SVG = "{http://www.w3.org/2000/svg}"
PLOTS = {
    "severity": plot_severity, "reliability": plot_reliability, "levers": plot_levers, "priorities": plot_priorities,
    "htmt": plot_htmt, "flow": plot_exclusion_flow,
}  # fmt: skip
# Boxes of texts include the empty part above and below the letters; this many pixels at 100 dots an inch may overlap.
LEADING = 3.0

every_figure = pytest.mark.parametrize("name", FIGURES)
both_languages = pytest.mark.parametrize("language", LANGUAGES)


@every_figure
@both_languages
def test_the_same_specification_gives_the_same_bytes_and_no_warning(make, name, language) -> None:
    spec = make(name, language)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        svg = render_figure(spec, "svg")
        assert render_figure(make(name, language), "svg") == svg
        assert render_figure(make(name, language), "png") == render_figure(spec, "png")
        # A glyph that no face holds would warn here, in whatever format.
        assert render_figure(make(name, language), "pdf") == render_figure(spec, "pdf")
    assert len(svg) < LARGEST_SVG
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == spec.title
    assert root.findtext(f"{SVG}desc") == spec.alt
    ids = [part.get("id") for part in root.iter() if part.get("id")]
    assert not [one for one in ids if re.search(r"[^\w.-]", one, re.ASCII)]
    assert len(ids) == len(set(ids))
    # Glyphs are paths: the picture needs no font where it is shown.
    assert not list(root.iter(f"{SVG}text"))


@every_figure
@both_languages
def test_no_text_is_cut_off_or_stands_on_another(make, look, name, language) -> None:
    with look.drawn(make(name, language, stamp="模拟数据 / simulated data")) as figure:
        page = figure.bbox
        boxes = [
            (text.get_text(), text.get_window_extent()) for text in look.texts(figure) if text.get_gid() != "refusal"
        ]
        for words, box in boxes:
            assert page.x0 - 1 <= box.x0 < box.x1 <= page.x1 + 1, words
            assert page.y0 - LEADING <= box.y0 < box.y1 <= page.y1 + LEADING, words
        for (one, a), (other, b) in combinations(boxes, 2):
            wide = min(a.x1, b.x1) - max(a.x0, b.x0)
            high = min(a.y1, b.y1) - max(a.y0, b.y0)
            assert wide <= 1 or high <= LEADING, f"{one!r} and {other!r}"


def _overlapping_axes(figure) -> list[tuple[str, str]]:
    found = []
    for one, other in combinations(figure.axes, 2):
        a, b = one.get_position(), other.get_position()
        wide, high = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
        # A second scale lies exactly on the first.
        if wide > 1e-6 and high > 1e-6 and a.bounds != b.bounds:
            found.append((str(a), str(b)))
    return found


@every_figure
@both_languages
def test_no_axes_stand_on_others(make, look, name, language) -> None:
    with look.drawn(make(name, language)) as figure:
        assert not _overlapping_axes(figure)


@pytest.mark.parametrize("n", [2, 3, 19, 30])
def test_the_bar_of_colours_stays_narrow_beside_any_number_of_constructs(look, n) -> None:
    """The demonstration's nineteen constructs once lay under it."""
    pairs = [(f"C{a:02}", f"C{b:02}", 0.3, 0.2, 0.4) for a, b in combinations(range(n), 2)]
    with look.drawn(plot_htmt(pd.DataFrame(pairs, columns=["a", "b", "htmt", "ci_lower", "ci_upper"]))) as figure:
        assert not _overlapping_axes(figure)
        assert figure.axes[1].get_position().width * figure.get_size_inches()[0] < 0.3


@every_figure
def test_title_caption_and_alt_are_in_the_language_asked(make, name) -> None:
    def chinese(text: str) -> bool:
        return re.search("[\u4e00-\u9fff]", text) is not None

    zh, en = (make(name, language) for language in LANGUAGES)
    assert all(map(chinese, (zh.caption, zh.alt)))
    assert not any(map(chinese, (en.caption, en.alt)))


@every_figure
def test_the_alt_texts_of_both_languages_carry_the_same_numbers(make, name) -> None:
    # Ids (D1, AUD3) hold digits that are no figures; the dash between ends differs by language.
    def numbers(text: str) -> list[str]:
        return sorted(re.findall(r"(?<![A-Za-z\d])−?\d*[.,]?\d+%?", re.sub(r"\b[A-Z]+\d+\b", "", text)))

    zh, en = (numbers(make(name, language).alt) for language in LANGUAGES)
    assert len(zh) > 4
    assert zh == en


@every_figure
def test_the_stamp_stands_in_its_own_strip(make, look, name) -> None:
    plain = make(name, "en")
    stamped = make(name, "en", stamp="simulated data")
    with look.drawn(stamped) as figure:
        assert "simulated data" in look.words(figure)
        assert figure.get_figheight() == pytest.approx(plain.height + figure_module.STAMP_INCHES)
    assert render_figure(stamped) != render_figure(plain)


def test_another_process_draws_the_same_bytes() -> None:
    script = (
        "import hashlib, sys, pandas as pd\n"
        "from wxsat.present.figures.exclusion_flow import plot_exclusion_flow\n"
        "from wxsat.present.figures.figure import render_figure\n"
        "flow = pd.DataFrame({'step': ['read', 'careless'], 'n_left': [9, 7], 'n_dropped': [0, 2], 'reason': 'x'})\n"
        "spec = plot_exclusion_flow(flow, language='zh')\n"
        "print(*[hashlib.sha256(render_figure(spec, to)).hexdigest() for to in ('svg', 'png')])\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "7", "MPLBACKEND": "pdf"}
    other = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    flow = pd.DataFrame({"step": ["read", "careless"], "n_left": [9, 7], "n_dropped": [0, 2], "reason": "x"})
    spec = plot_exclusion_flow(flow, language="zh")
    assert other.stdout.split() == [hashlib.sha256(render_figure(spec, to)).hexdigest() for to in ("svg", "png")]


def test_drawing_leaves_no_window_and_no_setting_behind(make) -> None:
    import matplotlib
    import matplotlib.pyplot as plt

    before = dict(matplotlib.rcParams)
    render_figure(make("htmt", "zh"))
    assert plt.get_fignums() == []
    assert dict(matplotlib.rcParams) == before


def test_another_format_is_refused(make) -> None:
    with pytest.raises(ValueError, match="'svg', 'png', 'pdf'"):
        render_figure(make("htmt", "zh"), "gif")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", PLOTS)
def test_an_empty_frame_and_a_foreign_one_are_said(request, name) -> None:
    frame = request.getfixturevalue(name)
    with pytest.raises(UsageError) as empty:
        PLOTS[name](frame.head(0))
    assert empty.value.code == "OUT-021"
    with pytest.raises(UsageError) as foreign:
        PLOTS[name](pd.DataFrame({"x": [1]}))
    assert foreign.value.code == "OUT-022"


@pytest.mark.parametrize("name", ["levers", "priorities"])
@both_languages
def test_a_refused_reading_is_stamped_and_said(make, look, name, language) -> None:
    plain, refused = make(name, language), make(name, language, refused=True)
    with look.drawn(plain) as figure:
        assert not look.by_gid(figure, "refusal")
    with look.drawn(refused) as figure:
        (stamp,) = look.by_gid(figure, "refusal")
        assert stamp.get_text() == "不作解释 / not to be interpreted"
        assert stamp.get_rotation() > 5
        box = stamp.get_window_extent()
        assert box.x0 >= 0
        assert box.x1 <= figure.bbox.x1
    assert refused.alt.endswith(plain.alt)
    assert refused.alt.startswith({"zh": "按既定规则不作解释", "en": "A stated rule forbids"}[language])


def test_without_a_chinese_face_it_is_said_and_drawn_all_the_same(make, monkeypatch) -> None:
    fonts.find_chinese_family.cache_clear()
    monkeypatch.setattr(fonts, "holds_chinese", lambda family: False)
    try:
        with pytest.warns(fonts.MissingChineseFont, match="noto-cjk-sans-otc") as said:
            assert render_figure(make("severity", "zh"), "png").startswith(b"\x89PNG")
        # Not one more warning a glyph.
        assert len(said) == 1
    finally:
        fonts.find_chinese_family.cache_clear()


def test_a_dollar_sign_is_a_dollar_sign(make, look, htmt) -> None:
    spec = plot_htmt(htmt, language="en", names={"PU": "Price in $ and in $ again"})
    with look.drawn(spec) as figure:
        assert any("$ again" in words for words in look.words(figure))
        assert not any(text.get_parse_math() for text in look.texts(figure))


@both_languages
def test_figures_and_tables_share_their_words(language) -> None:
    keys = wording(language).keys("figures")
    assert not [key for key in keys if "verdict." in key or "quadrant" in key or "steps" in key]
    assert keys == wording("en" if language == "zh" else "zh").keys("figures")
