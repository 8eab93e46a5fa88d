"""Survival curves of replies, control charts and the response surface: their numbers, words and marks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from wxsat.errors import UsageError
from wxsat.numerics.control_chart import ewma_chart
from wxsat.present.figures.control_chart import plot_control_charts
from wxsat.present.figures.reply_survival import plot_reply_survival, waiting_curve
from wxsat.present.figures.response_surface import plot_response_surface, stationary_point
from wxsat.present.figures.severity import plot_severity
from wxsat.present.figures.wording import fixed

GOLDEN = Path(__file__).resolve().parents[3] / "golden" / "records" / "reply_survival.json"


def replies(n: int = 60, seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "account": np.where(np.arange(n) % 2, "A", "B"),
            "kind": np.where(np.arange(n) < 25, "complaint", "consultation"),
            "wait": rng.exponential(4, n), "replied": rng.random(n) < 0.7,
        }
    )  # fmt: skip


def test_the_curve_is_rs_survfit_with_log_log_intervals() -> None:
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    curve = waiting_curve("all", np.array(golden["days"]), np.array(golden["replied"], dtype=bool))
    for ours, theirs in ((curve.days, "time"), (curve.waiting, "surv"), (curve.lower, "lower"), (curve.upper, "upper")):
        expected = np.array([np.nan if v is None else v for v in golden[theirs]], dtype=float)
        known = np.isfinite(ours) & np.isfinite(expected)
        assert known.sum() > 20
        # Both print doubles of the same formula.
        assert ours[known] == pytest.approx(expected[known], abs=1e-12)
    surv, lower, upper = golden["at5"]
    assert [curve.within_limit, curve.within_lower, curve.within_upper] == pytest.approx(
        [1 - surv, 1 - upper, 1 - lower]
    )


def test_nobody_observed_for_five_days_leaves_the_share_unknown() -> None:
    curve = waiting_curve("x", np.array([1.0, 2.0, 3.0]), np.array([True, False, False]))
    assert np.isnan(curve.within_limit)
    late = waiting_curve("x", np.array([6.0, 7.0, 8.0]), np.array([True, False, False]))
    assert late.within_limit == 0.0


def test_groups_keep_their_order_and_small_ones_are_named_but_not_drawn() -> None:
    spec = plot_reply_survival(
        replies(), language="en", groups={"A": "first", "B": "second"}, order=["second", "first"]
    )
    assert spec is not None
    assert [curve.name for curve in spec.data.curves] == ["second", "first"]
    assert spec.id != plot_reply_survival(replies(), language="en").id  # type: ignore[union-attr]
    few = replies().assign(kind=lambda f: np.where(np.arange(len(f)) < 5, "suggestion", "complaint"))
    spec = plot_reply_survival(few, language="en")
    assert spec is not None
    assert [curve.name for curve in spec.data.curves] == ["complaints"]
    assert "suggestions (5)" in spec.caption
    assert plot_reply_survival(few.head(5), language="en") is None


def test_a_group_where_nobody_replied_stays_at_the_top(look: Any) -> None:
    silent = replies().assign(replied=False)
    spec = plot_reply_survival(silent, language="zh")
    assert spec is not None
    with look.drawn(spec) as figure:
        for line in look.like_gid(figure, "waiting"):
            assert set(line.get_ydata()) == {1.0}


@pytest.fixture
def months() -> pd.DataFrame:
    values = np.concatenate([np.random.default_rng(1).normal(60, 1, 8), np.full(6, 68.0)])
    names = [f"{2025 + m // 12}-{m % 12 + 1:02d}" for m in range(14)]
    return pd.DataFrame({"month": names, "value": values})


def test_the_chart_draws_the_numbers_and_names_the_months_beyond(months: pd.DataFrame, look: Any) -> None:
    spec = plot_control_charts({"Scores": months}, language="en")
    assert spec is not None
    expected = ewma_chart(months["value"].to_numpy())
    assert expected.outside.any()
    with look.drawn(spec) as figure:
        line = look.by_gid(figure, "average-0")[0]
        assert line.get_ydata() == pytest.approx(expected.averages)
        marks = look.by_gid(figure, "signals-0")[0]
        assert marks.get_xdata().tolist() == np.flatnonzero(expected.outside).tolist()
    for month, out in zip(months["month"], expected.outside, strict=True):
        assert (month in spec.alt.split("beyond the limits in")[1]) == out
    assert fixed(expected.width, 2) in spec.caption


def test_short_series_and_gaps_have_no_chart(months: pd.DataFrame) -> None:
    assert plot_control_charts({"a": months.head(5)}) is None
    assert plot_control_charts({"a": months.drop(index=3)}) is None
    with pytest.raises(UsageError, match="OUT-022"):
        plot_control_charts({"a": months.rename(columns={"value": "x"})})


def surface(b: list[float], **more: float) -> pd.DataFrame:
    a = [b[1] + b[2], b[3] + b[4] + b[5], b[1] - b[2], b[3] - b[4] + b[5]]
    frame = pd.DataFrame({"term": [f"b{i}" for i in range(6)] + [f"a{i}" for i in range(1, 5)], "estimate": b + a})
    return frame.assign(ci_lower=frame["estimate"] - 0.1, ci_upper=frame["estimate"] + 0.1, n=200, r2=0.31, **more)


def test_the_stationary_point_is_where_the_closed_form_of_edwards_and_parry_puts_it() -> None:
    rng = np.random.default_rng(2)
    for b in rng.normal(size=(50, 6)):
        below = 4 * b[3] * b[5] - b[4] ** 2
        expected = (b[2] * b[4] - 2 * b[1] * b[5]) / below, (b[1] * b[4] - 2 * b[2] * b[3]) / below
        point, kind = stationary_point(b)
        assert point == pytest.approx(expected)
        assert kind == ("saddle" if below < 0 else "maximum" if b[3] < 0 else "minimum")
    assert stationary_point(np.array([1.0, 2, 3, 0, 0, 0])) == (None, "none")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_flat_point_is_drawn_within_the_scale_and_told_outside_of_it(language: Any, look: Any) -> None:
    inside = plot_response_surface(surface([60, 0.2, -0.1, -0.01, 0.0, -0.01]), language=language)
    with look.drawn(inside) as figure:
        assert look.by_gid(figure, "stationary")[0].get_offsets().tolist()[0] == pytest.approx([60.0, 45.0])
        assert not look.by_gid(figure, "unobserved")
    outside = plot_response_surface(surface([60, 3.0, 0, -0.01, 0.0, -0.01]), language=language)
    with look.drawn(outside) as figure:
        assert not look.by_gid(figure, "stationary")
    assert "200.0" in outside.alt


def test_what_was_not_observed_is_veiled_and_takes_no_colours(look: Any) -> None:
    seen = {"x_lower": 20.0, "x_upper": 80.0, "y_lower": 40.0, "y_upper": 60.0}
    spec = plot_response_surface(surface([60, 0.5, 0.1, 0.01, 0.0, 0.02], **seen), language="en")
    with look.drawn(spec) as figure:
        assert len(look.by_gid(figure, "unobserved")) == 1
    with pytest.raises(UsageError, match="OUT-022"):
        plot_response_surface(surface([1, 1, 1, 1, 1, 1]).iloc[:5])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_severity_has_both_intervals_where_both_are_known(severity: pd.DataFrame, language: Any, look: Any) -> None:
    both = severity.assign(method_lower=severity["S"] - 8, method_upper=severity["S"] + 9)
    spec = plot_severity(both, language=language)
    with look.drawn(spec) as figure:
        (lines,) = look.by_gid(figure, "method")
        ends = sorted((float(path.vertices[0, 0]), float(path.vertices[1, 0])) for path in lines.get_paths())
    known = both["S"].dropna()
    assert np.array(ends) == pytest.approx(np.array(sorted((s - 8, s + 9) for s in known)), abs=1e-9)
    assert fixed(float(known.iloc[0]) + 9, 1) in spec.alt
    plain = plot_severity(severity, language=language)
    assert plain.caption != spec.caption
    with look.drawn(plain) as figure:
        assert not look.by_gid(figure, "method")
