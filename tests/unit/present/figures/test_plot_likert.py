"""Likert bars: shares counted by hand, the direction asked, don't-knows on the base of those asked, odd scales."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from wxsat.errors import UsageError
from wxsat.present.figures.axes import inch_axes
from wxsat.present.figures.likert import answer_shares, choose_likert, plot_likert, split_sides
from wxsat.present.figures.likert_drawing import bar_starts, category_colours
from wxsat.present.figures.wording import names_in

# Counts of the fixture's answers 1 to 7: 1, 2, 3, 4, 4, 3, 3 of 20.
COUNTS = np.array([1, 2, 3, 4, 4, 3, 3])


def bars_of(look, figure, category: int) -> list:
    return look.like_gid(figure, f"category-{category}-")


def test_bars_are_the_shares_and_spread_from_the_middle(answers, look) -> None:
    with look.drawn(plot_likert(answers, ["PU2"], language="en")) as figure:
        bars = [bars_of(look, figure, k)[0] for k in range(1, 8)]
        np.testing.assert_allclose([bar.get_width() for bar in bars], 100 * COUNTS / 20)
        # The middle of the middle category is the middle of the picture.
        middle = bars[3]
        assert middle.get_x() + middle.get_width() / 2 == pytest.approx(0)
        edges = [bar.get_x() for bar in bars] + [bars[-1].get_x() + bars[-1].get_width()]
        np.testing.assert_allclose(np.diff(edges), 100 * COUNTS / 20)
        totals = [look.by_gid(figure, gid)[0].get_text() for gid in ("low-1", "high-1")]
        assert totals == ["30%", "50%"]


def test_a_recoded_item_is_turned_back_and_marked(answers, look) -> None:
    data = choose_likert(answers, ["PU2", "AUD3"], language="en")
    assert data.ids == ("PU2", "AUD3 (R)")
    assert data.shares[0] == pytest.approx(data.shares[1])
    assert "as asked" in data.note
    with look.drawn(plot_likert(answers, ["PU2", "AUD3"], language="zh")) as figure:
        for category in range(1, 8):
            asked, turned = bars_of(look, figure, category)
            assert asked.get_width() == pytest.approx(turned.get_width())
        assert "AUD3 (R)" in look.words(figure)


def test_a_raw_reverse_keyed_item_is_marked_and_left_as_it_is(answers) -> None:
    raw = replace(answers, reversed_items=())
    assert choose_likert(raw, ["AUD3"]).shares[0] == pytest.approx(tuple(COUNTS[::-1] / 20))
    assert choose_likert(raw, ["AUD3"]).ids == ("AUD3 (R)",)


def test_dont_knows_are_a_share_of_those_asked_and_no_part_of_the_bars(answers, look) -> None:
    data = choose_likert(answers, ["AUD1"], language="en")
    assert data.n == (16,)
    assert data.dont_know == (3 / 20,)
    assert sum(data.shares[0]) == pytest.approx(1)
    with look.drawn(plot_likert(answers, ["AUD1"], language="en")) as figure:
        words = look.words(figure)
        assert "15%" in words
        assert "16" in words


def test_a_few_dont_knows_are_not_none(answers) -> None:
    reasons = answers.reasons.copy()
    many = replace(
        answers,
        frame=answers.frame.loc[np.repeat(answers.frame.index, 20)].reset_index(drop=True),
        reasons=reasons.loc[np.repeat(reasons.index, 20)].reset_index(drop=True),
    )
    many.reasons.loc[0, "PU2"] = "dont_know"
    assert choose_likert(many, ["PU2"]).columns.dont_know == ("<1%",)


@pytest.mark.parametrize(("given", "shown"), [(9, False), (10, True)])
def test_a_base_under_ten_is_withheld_in_picture_and_words(answers, look, given: int, shown: bool) -> None:
    """The least base is that of the diagnosis: ten answers; nine show neither bars nor their own number."""
    few = replace(answers, frame=answers.frame.assign(PU2=answers.frame["PU2"].where(np.arange(20) < given)))
    spec = plot_likert(few, ["PU1", "PU2"], language="en")
    assert ("PU2: fewer than 10 valid answers" in spec.alt) is not shown
    with look.drawn(spec) as figure:
        assert any("fewer than 10" in word for word in look.words(figure)) is not shown
        assert ("<10" in look.words(figure)) is not shown
        assert bool(look.by_gid(figure, "low-2")) is shown
    assert np.isnan(choose_likert(few, ["PU2"]).shares[0]).all() == (not shown)


def test_an_item_nobody_answered_says_so(answers, look) -> None:
    spec = plot_likert(answers, ["PU1", "PU2"], language="en")
    with look.drawn(spec) as figure:
        assert "no valid answer" in look.words(figure)
        assert len(bars_of(look, figure, 1)) == 1
    assert "PU1: no valid answer, don't know –" in spec.alt


def test_the_ten_point_scale_has_no_middle_and_each_item_its_own_ends(answers, look) -> None:
    spec = plot_likert(answers, ["SAT1", "SAT2", "SAT3"], language="en")
    with look.drawn(spec) as figure:
        fifth, sixth = bars_of(look, figure, 5), bars_of(look, figure, 6)
        for low, high in zip(fifth, sixth, strict=True):
            assert low.get_x() + low.get_width() == pytest.approx(0)
            assert high.get_x() == pytest.approx(0)
        words = " ".join(look.words(figure))
        assert "1 = Very dissatisfied; 10 = Very satisfied" in words
        assert "1 = Far below; 10 = Far above" in words
        assert {"1", "10"} <= set(look.words(figure))
    assert "SAT1: lower side 50%, upper side 50%" in spec.alt
    assert "middle" not in spec.alt


def test_the_key_names_every_category_in_the_language(answers, look) -> None:
    for language, ends in (("zh", ("非常不同意", "非常同意")), ("en", ("Strongly disagree", "Strongly agree"))):
        with look.drawn(plot_likert(answers, ["PU2"], language=language)) as figure:
            assert set(ends) <= set(look.words(figure))


@pytest.mark.parametrize(
    ("items", "code", "message"),
    [
        ([], "OUT-021", "no items"),
        (["PU9"], "OUT-022", "the instrument has no such item"),
        (["TRU1"], "OUT-022", "the answers do not hold it"),
        (["PU2", "SAT1"], "OUT-023", "PU2: 1-7, SAT1: 1-10"),
    ],
)
def test_what_cannot_be_drawn_is_said(answers, items, code, message) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        plot_likert(answers, items)
    assert caught.value.code == code


def test_answers_without_an_instrument_are_refused(answers) -> None:
    with pytest.raises(UsageError, match="needs an instrument"):
        plot_likert(replace(answers, instrument=None), ["PU2"])


def test_sides_of_even_and_odd_scales() -> None:
    assert split_sides(np.array([0.1, 0.2, 0.3, 0.4])) == (pytest.approx(0.3), 0.0, pytest.approx(0.7))
    assert split_sides(np.array([0.1, 0.2, 0.3, 0.25, 0.15])) == pytest.approx((0.3, 0.3, 0.4))
    assert np.isnan(answer_shares(np.array([np.nan]), (1, 2))).all()
    assert bar_starts([0.25, 0.5, 0.25]) == [-50, -25, 25]


@pytest.mark.parametrize("n", [2, 3, 4, 5, 7, 10, 11])
def test_categories_are_told_apart_and_mirror_each_other(n) -> None:
    colours = category_colours(n)
    assert len(set(colours)) == n
    assert (colours[n // 2] == "#DDE1E5") == bool(n % 2)


@pytest.mark.parametrize(("left", "right", "width"), [(2.0, 1.0, 0.5), (30.0, 1.0, 0.2), (0.0, 9.0, 0.2)])
def test_margins_wider_than_the_picture_leave_room_for_the_axes(left: float, right: float, width: float) -> None:
    from matplotlib.figure import Figure

    box = inch_axes(Figure((6.0, 4.0)), left=left, right=right, top=0.5, bottom=0.5).get_position()
    assert box.width == pytest.approx(width)
    assert box.height == pytest.approx(0.75)


def test_long_names_are_shortened_in_pictures() -> None:
    assert names_in(None, "en", {"a": "长" * 300})["a"] == "长" * 31 + "…"
    assert names_in(None, "zh", {"a": "感知有用性"})["a"] == "感知有用性"
