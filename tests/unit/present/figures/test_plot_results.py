"""Severity, reliability, levers, priorities, HTMT and the flow: the numbers of the frames are what is drawn."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from wxsat.diagnosis.verdict import BAND_EDGES
from wxsat.present import theme
from wxsat.present.figures.exclusion_flow import plot_exclusion_flow
from wxsat.present.figures.htmt import plot_htmt
from wxsat.present.figures.levers import plot_levers
from wxsat.present.figures.path_labels import Box
from wxsat.present.figures.point_labels import place_point_labels
from wxsat.present.figures.priorities import plot_priorities, span
from wxsat.present.figures.reliability import plot_reliability
from wxsat.present.figures.severity import plot_severity
from wxsat.present.table import SUPPRESSED


def dots(look, figure, gid: str = "values") -> np.ndarray:
    return np.ma.filled(np.concatenate([np.ma.asarray(d.get_offsets()) for d in look.by_gid(figure, gid)]), np.nan)


def ends(look, figure, gid: str = "intervals") -> np.ndarray:
    """Return x of both ends of every interval."""
    return np.array([[p[0] for p in path.vertices] for path in look.by_gid(figure, gid)[0].get_paths()])


class TestSeverity:
    def test_each_dilemma_stands_over_its_parts_with_its_value_and_interval(self, severity, look) -> None:
        spec = plot_severity(severity, language="en")
        with look.drawn(spec) as figure:
            np.testing.assert_allclose(dots(look, figure)[:, 0], [37.0, 55.4, 18.6, 61.25, np.nan])
            np.testing.assert_allclose(ends(look, figure), [[35.1, 38.9], [52.9, 57.9], [16.8, 20.5], [55.0, 67.5]])
            assert "61.3  [55.0, 67.5]" in look.words(figure)
        assert [name for name, whole in zip(spec.data.names, spec.data.is_dilemma, strict=True) if whole] == [
            "D1",
            "D2",
        ]

    def test_verdicts_are_the_words_of_the_table(self, severity, look) -> None:
        for language, words in (("zh", {"严重", "不严重", "未定"}), ("en", {"severe", "not severe", "undetermined"})):
            with look.drawn(plot_severity(severity, language=language)) as figure:
                assert words <= set(look.words(figure))

    def test_a_withheld_row_shows_no_figure_and_no_verdict(self, severity, look) -> None:
        spec = plot_severity(severity, language="en")
        assert "GEO withheld" in spec.alt
        with look.drawn(spec) as figure:
            assert look.words(figure).count(SUPPRESSED) == 1
            assert "not stated" not in look.words(figure)
            assert any("fewer than 10 answers" in words for words in look.words(figure))

    def test_bands_and_lines_stand_at_the_edges_of_the_diagnosis(self, severity, look) -> None:
        assert [low for _, low, _ in theme.BANDS[1:]] == sorted(edge for edge, _ in BAND_EDGES if edge > 0)
        assert {band for band, _, _ in theme.BANDS} == {band for _, band in BAND_EDGES}
        with look.drawn(plot_severity(severity, language="en")) as figure:
            for at in (20, 40, 60):
                (line,) = look.by_gid(figure, f"line-{at}")
                assert list(line.get_xdata()) == [at, at]

    def test_units_do_not_mix(self, severity) -> None:
        other = severity.assign(unit="b", S=10.0)
        data = plot_severity(pd.concat([severity, other]), language="en").data
        assert data.is_dilemma == (True, False, False, True, False) * 2
        assert data.names[0] == "all · D1"
        assert data.names[5] == "b · D1"


class TestReliability:
    def test_alpha_interval_and_the_other_coefficients(self, reliability, look) -> None:
        with look.drawn(plot_reliability(reliability, language="en")) as figure:
            np.testing.assert_allclose(dots(look, figure)[:, 0], [0.791, 0.655, np.nan])
            np.testing.assert_allclose(ends(look, figure), [[0.771, 0.81], [0.61, 0.70]])
            np.testing.assert_allclose(dots(look, figure, "omega")[:, 0], [0.795, 0.66, np.nan])
            np.testing.assert_allclose(dots(look, figure, "cr")[:, 0], [0.794, 0.664, np.nan])
            assert ".79  [.77, .81]" in look.words(figure)
            assert look.words(figure).count("–") == 1

    def test_the_convention_is_called_one(self, reliability, look) -> None:
        with look.drawn(plot_reliability(reliability, language="en")) as figure:
            (line,) = look.by_gid(figure, "convention")
            assert list(line.get_xdata()) == [0.7, 0.7]
            assert "convention .70" in look.words(figure)


class TestLevers:
    def test_greatest_first_and_all_together_apart_at_the_foot(self, levers, instrument, look) -> None:
        spec = plot_levers(levers, language="en", instrument=instrument)
        data = spec.data
        assert data.gain == (11.2, 10.9, 7.7, -0.4, 23.1)
        assert data.names[-1] == "All four together"
        assert data.places[-1] - data.places[-2] > 1
        with look.drawn(spec) as figure:
            np.testing.assert_allclose(dots(look, figure)[:, 0], data.gain)
            np.testing.assert_allclose(dots(look, figure, "own")[:, 0], [3.9, 10.9, 4.3, -0.2, np.nan])
            assert look.by_gid(figure, "together")
            assert "−0.4  [−1.6, 0.8]" in look.words(figure)
            assert "+23.1  [20.3, 25.9]" in look.words(figure)

    def test_remedies_are_named_as_in_the_table(self, levers, instrument) -> None:
        assert plot_levers(levers, language="zh", instrument=instrument).data.names[1] == "D1 · 根本：转变领导思维"
        assert plot_levers(levers, language="en").data.names[1] == "D1 · R1"

    def test_extrapolations_carry_a_mark_and_an_open_bar(self, levers, look) -> None:
        spec = plot_levers(levers, language="en")
        assert [label.endswith("†") for label in spec.data.labels] == [True, True, False, False, True]
        sober = plot_levers(levers.assign(extrapolation=False), language="en")
        with look.drawn(spec) as figure:
            assert any("† extrapolation" in words for words in look.words(figure))
        with look.drawn(sober) as figure:
            assert not any("†" in words for words in look.words(figure))

    def test_without_the_last_row_nothing_stands_apart(self, levers, look) -> None:
        spec = plot_levers(levers.head(4), language="en")
        assert spec.data.places == (0, 1, 2, 3)
        with look.drawn(spec) as figure:
            assert not look.by_gid(figure, "together")


class TestPriorities:
    def test_points_intervals_and_the_lines_at_the_means(self, priorities, look) -> None:
        with look.drawn(plot_priorities(priorities, language="en")) as figure:
            np.testing.assert_allclose(dots(look, figure, "driver-values"), [[0.43, 56.7], [0.32, 62.3]])
            np.testing.assert_allclose(dots(look, figure, "dilemma-values"), [[0.295, 43.0], [0.29, 41.5]])
            np.testing.assert_allclose(ends(look, figure, "dilemma-importance-intervals"), [[0.24, 0.35], [0.23, 0.36]])
            (across,), (up,) = look.by_gid(figure, "mean-importance"), look.by_gid(figure, "mean-performance")
            assert across.get_xdata()[0] == pytest.approx(priorities["importance"].mean())
            assert up.get_ydata()[0] == pytest.approx(priorities["performance"].mean())

    def test_quadrants_have_the_tables_names_in_their_corners(self, priorities, look) -> None:
        with look.drawn(plot_priorities(priorities, language="en")) as figure:
            width, height = figure.bbox.width, figure.bbox.height
            centre = {text.get_text(): text.get_window_extent().p0 for text in look.texts(figure)}
            for name, (right, top) in {
                "act first": (True, False), "keep up": (True, True), "low priority": (False, False),
                "possible overkill": (False, True),
            }.items():  # fmt: skip
                x, y = centre[name]
                assert (x > width / 2, y > height / 2) == (right, top), name

    def test_names_of_points_in_one_place_do_not_overlap(self, priorities, look) -> None:
        same = pd.concat([priorities] * 2, ignore_index=True).assign(importance=0.3, performance=50.0)
        same["driver"] = [f"construct number {k}" for k in range(8)]
        with look.drawn(plot_priorities(same, language="en")) as figure:
            boxes = [look.by_gid(figure, f"name-{k + 1}")[0].get_window_extent() for k in range(8)]
        for k, one in enumerate(boxes):
            for other in boxes[:k]:
                assert min(one.x1, other.x1) - max(one.x0, other.x0) < 1 or (
                    min(one.y1, other.y1) - max(one.y0, other.y0) < 3
                )

    def test_a_driver_without_figures_is_told_but_not_drawn(self, priorities, look) -> None:
        priorities.loc[0, ["importance", "importance_ci_lower", "importance_ci_upper"]] = np.nan
        spec = plot_priorities(priorities, language="en")
        assert "PU importance – (–), performance 56.7 (54.9–58.6), keep up" in spec.alt
        with look.drawn(spec) as figure:
            assert len(dots(look, figure, "driver-values")) == 1
            assert not look.by_gid(figure, "name-1")

    def test_labels_keep_off_points_where_there_is_room(self) -> None:
        points = [(1.0, 1.0), (1.3, 1.02), (3.0, 1.9)]
        marks = [Box(x, y, 0.06, 0.06) for x, y in points]
        boxes = place_point_labels(points, [(0.5, 0.12)] * 3, marks, 3.1, 2.0)
        assert not any(box.overlap(mark) for box in boxes for mark in marks)
        assert all(box.x + box.half_width <= 3.1 and box.y + box.half_height <= 2.0 for box in boxes)

    def test_an_axis_holds_the_values_and_ends_where_the_scale_ends(self) -> None:
        assert span([98.0, 99.0], 10.0, (0, 100))[1] == 100
        low, high = span([0.3, float("nan")], 0.1, (-np.inf, np.inf))
        assert low < 0.3 < high


class TestHtmt:
    def test_the_lower_triangle_holds_every_pair_once(self, htmt, look) -> None:
        spec = plot_htmt(htmt, language="en")
        assert spec.data.names == ("PU", "EOU", "SAT", "TRU")
        expected = [[np.nan] * 3, [0.52, np.nan, np.nan], [0.87, 0.90, np.nan], [0.349, np.nan, 0.61]]
        np.testing.assert_allclose(spec.data.values, expected)
        with look.drawn(spec) as figure:
            from matplotlib.collections import QuadMesh

            mesh = next(m for m in figure.findobj(QuadMesh) if np.size(m.get_array()) == 12)
            np.testing.assert_allclose(np.ma.filled(mesh.get_array(), np.nan).reshape(4, 3), expected)
            shown = {gid: look.by_gid(figure, gid)[0].get_text() for gid in ("value-2-1", "value-4-1", "value-4-2")}
            assert shown == {"value-2-1": ".52", "value-4-1": ".35", "value-4-2": "–"}
            assert not look.by_gid(figure, "value-1-1")

    def test_conventions_frame_the_cells_and_are_called_conventions(self, htmt, look) -> None:
        spec = plot_htmt(htmt, language="en")
        with look.drawn(spec) as figure:
            (thin,), (thick,) = look.like_gid(figure, "frame-thin"), look.like_gid(figure, "frame-thick")
            assert [int(v) for v in thin.get_xy()] == [0, 2]
            assert [int(v) for v in thick.get_xy()] == [1, 2]
            assert thick.get_linewidth() > thin.get_linewidth()
            assert {"≥ .85 (convention)", "≥ .90 (convention)"} <= set(look.words(figure))
        assert "at or above .85: 2, at or above .90: 1" in spec.alt
        assert "EOU with SAT .90 (.85–1.02); PU with SAT .87 (.82–.92)" in spec.alt

    @pytest.mark.parametrize(("n", "with_values"), [(20, True), (21, False)])
    def test_values_stand_in_the_cells_up_to_twenty_constructs(self, n, with_values, look) -> None:
        rows = [(f"C{a}", f"C{b}", 0.5, 0.4, 0.6) for a in range(n) for b in range(a + 1, n)]
        spec = plot_htmt(pd.DataFrame(rows, columns=["a", "b", "htmt", "ci_lower", "ci_upper"]), language="en")
        with look.drawn(spec) as figure:
            assert bool(look.by_gid(figure, f"value-{n}-1")) == with_values

    def test_nothing_computed_is_said(self, htmt) -> None:
        assert plot_htmt(htmt.assign(htmt=np.nan), language="en").alt.endswith("none could be computed.")


class TestExclusionFlow:
    def test_those_who_stay_go_down_and_those_who_leave_go_right(self, flow, look) -> None:
        with look.drawn(plot_exclusion_flow(flow, language="en")) as figure:
            stay = [look.by_gid(figure, f"left-{k}")[0] for k in range(4)]
            left = [look.by_gid(figure, f"dropped-{k}")[0] for k in (1, 2, 3)]
            assert [text.get_text().splitlines()[-1] for text in stay] == [
                "n = 1,500", "n = 1,482", "n = 1,482", "n = 1,379",
            ]  # fmt: skip
            assert [text.get_text().splitlines()[0] for text in left] == [
                "Own statement: dropped n = 18", "Duplicates: dropped n = 0", "Careless answers: dropped n = 103",
            ]  # fmt: skip
            heights = [text.get_window_extent().y0 for text in stay]
            assert heights == sorted(heights, reverse=True)
            assert min(t.get_window_extent().x0 for t in left) > max(t.get_window_extent().x1 for t in stay)

    def test_steps_and_reasons_are_worded_in_the_language(self, flow) -> None:
        alt = plot_exclusion_flow(flow, language="zh").alt
        assert "作答不认真：剔除 103 人（至少两类独立标记一致），剩 1,379 人" in alt
        assert "two families" not in alt

    def test_an_unknown_step_prints_its_own_reason(self, flow) -> None:
        flow.loc[3, "step"] = "moon"
        assert "moon: 103 dropped (two families), 1,379 remain" in plot_exclusion_flow(flow, language="en").alt
