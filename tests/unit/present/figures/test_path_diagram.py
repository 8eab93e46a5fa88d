"""Path diagrams of real fits: the printed numbers are the fit's, and nothing lies on anything else."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import wxsat as wx
from wxsat.errors import UsageError
from wxsat.finding import Finding
from wxsat.present.figures.figure import build_figure, render_figure
from wxsat.present.figures.path_diagram import MANY_ARROWS, plot_path_diagram, plot_path_diagrams
from wxsat.present.figures.path_drawing import DASHED, DOTTED_DASH, PathData
from wxsat.present.figures.path_graph import read_path_graph
from wxsat.present.figures.path_labels import Box
from wxsat.present.figures.path_text import path_texts, to_dot, to_mermaid
from wxsat.present.figures.path_tikz import to_tikz
from wxsat.present.figures.splines import sample
from wxsat.present.figures.wording import fixed
from wxsat.present.theme import figure_context

ROOT = Path(__file__).resolve().parents[4]
MINUS = "\N{MINUS SIGN}"
MODELS = ("tam", "dilemmas", "ecsi", "success", "holzinger-1939", "political-democracy")
REAL = {"holzinger-1939": "holzinger39", "political-democracy": "political_democracy"}
# A pixel at 200 dots an inch.
HAIR = 0.005


@lru_cache(maxsize=2)
def simulated(form: str) -> Any:
    from wxsat.simulate.respondents import simulate_responses
    from wxsat.simulate.truth import load_truth

    truth = load_truth(str(ROOT / "surveys/gov-wechat-public/truth.yaml"))
    instrument = wx.load_instrument("gov-wechat-public")
    return simulate_responses(instrument, truth, n=1200, seed=20140713, form=form, accounts=40)


@lru_cache(maxsize=8)
def fitted(model: str) -> wx.SemResult:
    if model in REAL:
        examples = __import__("semopy.examples", fromlist=[REAL[model]])
        text = (ROOT / "analysis" / model / "model.sem").read_text(encoding="utf-8")
        return wx.fit_sem(text, getattr(examples, REAL[model]).get_data())
    return wx.fit_sem(model, simulated("standard" if model in ("tam", "dilemmas") else "full"))


def instrument_of(model: str) -> wx.Instrument:
    where = str(ROOT / "analysis" / model / "instrument.yaml") if model in REAL else "gov-wechat-public"
    return wx.load_instrument(where)


@lru_cache(maxsize=16)
def drawn(model: str, language: Any) -> PathData:
    data = plot_path_diagram(fitted(model), language=language, instrument=instrument_of(model)).data
    assert isinstance(data, PathData)
    return data


def std_all(result: wx.SemResult, op: str) -> dict[tuple[str, str], float]:
    rows = result.parameters[result.parameters["op"] == op]
    return {(str(r["lhs"]), str(r["rhs"])): float(r["std_all"]) for r in rows.to_dict("records")}


@pytest.fixture(scope="module")
def feedback() -> wx.SemResult:
    """A reciprocal pair with an instrument variable on each side."""
    rng = np.random.default_rng(1)
    x1, x2 = rng.normal(size=(2, 800))
    a = 0.5 * x1 + rng.normal(size=800)
    b = 0.3 * a - 0.4 * x2 + rng.normal(size=800)
    frame = {"x1": x1, "x2": x2}
    for name, latent in (("a", a), ("b", b)):
        frame |= {f"{name}{j}": latent + 0.7 * rng.normal(size=800) for j in (1, 2, 3)}
    text = "A =~ a1+a2+a3\nB =~ b1+b2+b3\nA ~ x1 + B\nB ~ x2 + A"
    return wx.fit_sem(text, pd.DataFrame(frame))


def texts_of(spec: Any) -> list[tuple[str, str]]:
    with figure_context(spec.language):
        figure = build_figure(spec)
        return [(t.get_gid() or "", t.get_text()) for t in figure.findobj(lambda o: hasattr(o, "get_text"))]


# the numbers


@pytest.mark.parametrize("model", ["tam", "ecsi", "success", "political-democracy"])
def test_printed_coefficients_are_those_of_the_fit(model: str) -> None:
    paths = std_all(fitted(model), "~")
    printed = {(m.bundle.target, m.bundle.source): m.text for m in drawn(model, "zh").arrows if m.bundle.kind == "path"}
    assert printed == {pair: fixed(value, 2, no_zero=True) for pair, value in paths.items()}


def test_printed_loadings_are_those_of_the_fit() -> None:
    loadings = std_all(fitted("holzinger-1939"), "=~")
    marks = [m for m in drawn("holzinger-1939", "en").arrows if m.bundle.kind == "loading"]
    assert {(m.bundle.source, m.bundle.target): float("0" + m.text) for m in marks} == {
        pair: pytest.approx(value, abs=0.005) for pair, value in loadings.items()
    }
    assert len(marks) == 9


def test_numbers_have_no_leading_zero_and_a_true_minus() -> None:
    for model in MODELS:
        for mark in drawn(model, "en").arrows:
            assert not re.search(r"\b0\.|-", mark.text)
    assert any(MINUS in mark.text for mark in drawn("dilemmas", "en").arrows)


def test_r2_stands_in_endogenous_ellipses_only() -> None:
    result = fitted("success")
    r2 = {str(r["variable"]): float(r["value"]) for r in result.r2.to_dict("records")}
    endogenous = {target for target, _ in std_all(result, "~")}
    metas = {node.shape.name: node.meta for node in drawn("success", "zh").nodes}
    for name in endogenous:
        assert metas[name] == f"{name} · R² {fixed(r2[name], 2, no_zero=True)}"
    assert {name for name, meta in metas.items() if "R²" not in meta} == {"IQ", "SYQ", "RES", "INT"}


# composites and many arrows


def test_every_path_of_the_dilemmas_model_is_drawn_once() -> None:
    data, paths = drawn("dilemmas", "zh"), std_all(fitted("dilemmas"), "~")
    shown = [(a.target, a.source) for m in data.arrows for a in m.bundle.arrows if m.bundle.kind == "path"]
    assert sorted(shown) == sorted(paths)
    assert len(paths) > 50 > len(data.arrows)
    assert {f.frame.members for f in data.frames} == {
        ("SHOW", "LDR"),
        ("AUD", "GEO", "FUN", "LAND"),
        ("FRAG", "LOOP", "CAP"),
    }


def test_arrows_of_a_composite_print_lowest_and_highest() -> None:
    paths = std_all(fitted("dilemmas"), "~")
    for mark in drawn("dilemmas", "en").arrows:
        if mark.bundle.kind != "path" or not mark.text:
            continue
        values = [paths[a.target, a.source] for a in mark.bundle.arrows]
        ends = {fixed(v, 2, no_zero=True) for v in (min(values), max(values))}
        assert set(re.split("–|, ", mark.text)) == ends


def test_of_many_arrows_the_small_ones_are_not_printed_and_the_caption_says_so() -> None:
    spec = plot_path_diagram(fitted("dilemmas"), language="en")
    marks = spec.data.arrows
    assert len(marks) > MANY_ARROWS
    for mark in marks:
        small = max(abs(a.value) for a in mark.bundle.arrows) < 0.10
        assert (mark.text == "") == small
    assert "below .10" in spec.caption
    assert "below .10" not in plot_path_diagram(fitted("ecsi"), language="en").caption


def test_many_residual_covariances_are_counted_in_the_caption() -> None:
    caption = plot_path_diagram(fitted("dilemmas"), language="en").caption
    rows = fitted("dilemmas").parameters
    inner = {target for target, _ in std_all(fitted("dilemmas"), "~")}
    n = sum(op == "~~" and a != b and {a, b} <= inner for a, op, b in zip(rows.lhs, rows.op, rows.rhs, strict=True))
    assert n > 6
    assert f"{n} residual covariances not drawn" in caption


def test_few_residual_covariances_of_indicators_are_drawn() -> None:
    spec = plot_path_diagram(fitted("political-democracy"), language="en")
    residual = {(m.bundle.source, m.bundle.target) for m in spec.data.arrows if m.bundle.kind == "residual"}
    assert ("y1", "y5") in residual
    assert len(residual) == 6
    assert "not drawn" not in spec.caption


# style


def test_line_style_says_p_sign_and_size() -> None:
    spec = plot_path_diagram(fitted("success"), language="en")
    with figure_context("en"):
        patches = {p.get_gid(): p for p in build_figure(spec).findobj(lambda o: hasattr(o, "get_linestyle"))}
        rows = fitted("success").parameters.query("op == '~'").to_dict("records")
        lines = [(row, patches[f"path {row['rhs']} {row['lhs']}"]) for row in rows]
        doubtful = [row["p_value"] >= 0.05 for row, _ in lines]
        assert 0 < sum(doubtful) < len(doubtful)
        for row, line in lines:
            assert (line._unscaled_dash_pattern[1] is not None) == (row["p_value"] >= 0.05)
        by_size = sorted(lines, key=lambda pair: abs(pair[0]["std_all"]))
        widths = [line.get_linewidth() for _, line in by_size]
        assert widths == sorted(widths)
        assert widths[-1] > widths[0]


def test_feedback_is_broken_and_drawn_dash_dotted(feedback: wx.SemResult) -> None:
    spec = plot_path_diagram(feedback, language="en")
    back = [(m.bundle.source, m.bundle.target) for m in spec.data.arrows if m.bundle.feedback]
    assert back == [("B", "A")]
    assert "feedback" in spec.caption
    with figure_context("en"):
        patches = {p.get_gid(): p for p in build_figure(spec).findobj(lambda o: hasattr(o, "get_linestyle"))}
    pattern = patches["path B A"]._unscaled_dash_pattern
    assert pattern[1] is not None
    assert len(pattern[1]) in (len(DOTTED_DASH[1]), len(DASHED[1]))


def test_observed_variables_are_boxes(feedback: wx.SemResult) -> None:
    kinds = {n.shape.name: n.shape.kind for n in plot_path_diagram(feedback, language="en").data.nodes}
    assert kinds["x1"] == "observed"
    assert kinds["A"] == "latent"


def test_exogenous_covariances_are_drawn_at_the_left() -> None:
    data = drawn("success", "en")
    arcs = [m for m in data.arrows if m.bundle.kind == "covariance"]
    leftmost = min(n.shape.x - n.shape.half_width for n in data.nodes)
    assert len(arcs) == 6
    assert all(min(x for x, _ in sample(m.points)) < leftmost for m in arcs)


# places


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("model", MODELS)
def test_nothing_lies_on_anything_else(model: str, language: str) -> None:
    data = drawn(model, language)
    nodes = [Box(n.shape.x, n.shape.y, n.shape.half_width, n.shape.half_height) for n in data.nodes]
    labels = [m.label for m in data.arrows if m.label is not None]
    assert len(labels) == sum(bool(m.text) for m in data.arrows)
    for i, box in enumerate(nodes):
        assert not any(box.overlap(other) for other in nodes[:i])
        # An ellipse is smaller than its box by a fifth; its box is the stricter test.
        assert not any(box.overlap(label) for label in labels)
    for i, label in enumerate(labels):
        assert not any(label.overlap(other) for other in labels[:i])
    for box in [*nodes, *labels]:
        assert box.half_width - HAIR <= box.x <= data.width - box.half_width + HAIR
        assert box.half_height - HAIR <= box.y <= data.height - box.half_height + HAIR


@pytest.mark.parametrize("model", MODELS)
def test_lines_end_on_borders_and_stay_on_the_page(model: str) -> None:
    data = drawn(model, "en")
    shapes = {n.shape.name: n.shape for n in data.nodes}
    for mark in data.arrows:
        assert all(0 <= x <= data.width and 0 <= y <= data.height for x, y in sample(mark.points))
        shape, (x, y) = shapes[mark.bundle.target], mark.points[-1]
        u, v = abs(x - shape.x) / shape.half_width, abs(y - shape.y) / shape.half_height
        assert (np.hypot(u, v) if shape.kind == "latent" else max(u, v)) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("model", MODELS)
def test_lines_pass_no_variable_but_their_own(model: str) -> None:
    data = drawn(model, "zh")
    for mark in data.arrows:
        if mark.bundle.kind in ("covariance", "residual"):
            continue
        own = {mark.bundle.target, *(a.source for a in mark.bundle.arrows)}
        for node in data.nodes:
            s = node.shape
            if s.name in own:
                continue
            inside = [np.hypot((x - s.x) / s.half_width, (y - s.y) / s.half_height) < 1 for x, y in sample(mark.points)]
            assert not any(inside), f"{mark.bundle.source} -> {mark.bundle.target} passes over {s.name}"


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("model", ["dilemmas", "ecsi", "political-democracy"])
def test_rendered_names_fit_in_their_ellipses(model: str, language: Any) -> None:
    spec = plot_path_diagram(fitted(model), language=language, instrument=instrument_of(model))
    with figure_context(language):
        figure = build_figure(spec)
        figure.canvas.draw()
        ax = figure.axes[0]
        to_inches = ax.transData.inverted()
        texts = [(t.get_text(), to_inches.transform(t.get_window_extent())) for t in ax.texts]
    for node in spec.data.nodes:
        s = node.shape
        if s.kind != "latent":
            continue
        for line in (*node.lines, node.meta):
            extents = [e for text, e in texts if text == line and abs(e[:, 0].mean() - s.x) < 0.02]
            nearest = min(extents, key=lambda e: abs(e[:, 1].mean() - s.y))
            # Corners of the box around the letters, of which the outermost 12 % are empty in height.
            corners = [(x, s.y + (y - s.y) * 0.88) for x in nearest[:, 0] for y in nearest[:, 1]]
            assert max(np.hypot((x - s.x) / s.half_width, (y - s.y) / s.half_height) for x, y in corners) < 1.02


def test_eighteen_latents_fit_landscape() -> None:
    for language in ("zh", "en"):
        data = drawn("dilemmas", language)
        assert data.width <= 13
        # A4 landscape is 1.414 wide to high.
        assert data.width / data.height >= 1.414


def test_indicators_are_shown_in_small_models_only() -> None:
    def shown(model: str) -> bool:
        return any(n.shape.kind == "indicator" for n in drawn(model, "zh").nodes)

    assert {m: shown(m) for m in MODELS} == {
        "tam": True,
        "dilemmas": False,
        "ecsi": False,
        "success": False,
        "holzinger-1939": True,
        "political-democracy": True,
    }


# refusal


def refused(result: wx.SemResult) -> wx.SemResult:
    finding = Finding("SEM-104", "refusal", "PU", "the latent covariance matrix is not positive definite")
    return replace(result, findings=(*result.findings, finding))


@pytest.mark.parametrize(
    "make",
    [
        lambda fit, **k: plot_path_diagram(refused(fit), **k),
        lambda fit, **k: plot_path_diagram(fit, refused=True, **k),
        lambda fit, **k: plot_path_diagram(fit, stamp="不作解释 / not to be interpreted", **k),
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_refused_model_says_so_across_the_picture(make: Callable[..., Any], language: str) -> None:
    spec = make(fitted("tam"), language=language)
    across = [text for gid, text in texts_of(spec) if gid == "refused"]
    assert across == ["不作解释 / not to be interpreted"]
    assert spec.alt.startswith({"zh": "该模型被拒绝解释", "en": "This model must not be interpreted"}[language])


def test_a_sound_model_has_no_refusal() -> None:
    spec = plot_path_diagram(fitted("tam"), language="en", stamp="模拟数据 / simulated data")
    assert "refused" not in [gid for gid, _ in texts_of(spec)]
    assert "interpreted" not in spec.alt


# words


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("model", ["tam", "dilemmas"])
def test_alt_has_every_structural_coefficient(model: str, language: Any) -> None:
    instrument = instrument_of(model)
    spec = plot_path_diagram(fitted(model), language=language, instrument=instrument)
    name = {c.id: c.name.text(language) for c in instrument.constructs}
    for (target, source), value in std_all(fitted(model), "~").items():
        assert f"{name[source]} → {name[target]} {fixed(value, 2, no_zero=True)}" in spec.alt


def test_alt_of_a_measurement_model_has_loadings_and_correlations() -> None:
    alt = plot_path_diagram(fitted("holzinger-1939"), language="en").alt
    assert "visual → x1 .77" in alt
    assert "visual with textual .46" in alt


def test_names_overrule_the_instrument() -> None:
    spec = plot_path_diagram(fitted("tam"), language="en", names={"PU": "Benefit"})
    assert any(node.lines == ("Benefit",) for node in spec.data.nodes)


def test_title_and_id_are_taken() -> None:
    spec = plot_path_diagram(fitted("tam"), id="path-m1", title="Core model")
    assert (spec.id, spec.title) == ("path-m1", "Core model")


# bytes


@pytest.mark.parametrize("to", ["svg", "png"])
def test_same_result_same_bytes(to: Any) -> None:
    first, second = (render_figure(plot_path_diagram(fitted("dilemmas"), language="zh"), to) for _ in range(2))
    assert first == second


def test_places_do_not_depend_on_the_hash_seed(tmp_path: Path) -> None:
    fitted("dilemmas").parameters.to_pickle(tmp_path / "parameters.pkl")
    fitted("dilemmas").r2.to_pickle(tmp_path / "r2.pkl")
    script = (
        "import sys, types, hashlib, pandas as pd\n"
        "from wxsat.present.figures.path_diagram import choose_path_diagram\n"
        "p, r, names = pd.read_pickle(sys.argv[1]), pd.read_pickle(sys.argv[2]), tuple(sys.argv[3].split(','))\n"
        "fit = types.SimpleNamespace(parameters=p, r2=r, latent_names=names)\n"
        "data = choose_path_diagram(fit, language='en')\n"
        "print(hashlib.sha256(repr((data.nodes, data.arrows, data.frames)).encode()).hexdigest())\n"
    )
    files = [str(tmp_path / "parameters.pkl"), str(tmp_path / "r2.pkl"), ",".join(fitted("dilemmas").latent_names)]
    answers = {
        subprocess.run(
            [sys.executable, "-c", script, *files], env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(answers) == 1


# text for other programs


@pytest.mark.parametrize("write", [to_dot, to_mermaid])
def test_text_has_every_path_with_its_coefficient(write: Callable[..., str]) -> None:
    text = write(fitted("tam"), language="en")
    for value in std_all(fitted("tam"), "~").values():
        assert f'"{fixed(value, 2, no_zero=True)}"' in text
    assert "PU1" not in text
    assert "PU1" in write(fitted("tam"), language="en", indicators=True)


def test_dot_is_balanced_and_escapes_quotes() -> None:
    text = to_dot(fitted("tam"), language="en", names={"PU": 'the "use" of \\ it'})
    assert text.startswith("digraph model {")
    assert text.rstrip().endswith("}")
    assert r"the \"use\" of \\ it" in text
    assert text.count(" -> ") == len(read_path_graph(fitted("tam")).of_kind("path"))


def test_mermaid_escapes_and_avoids_its_own_words() -> None:
    text = to_mermaid(fitted("tam"), language="en", names={"PU": '<b>"end"</b>'})
    assert "#lt;b#gt;#quot;end#quot;#lt;/b#gt;" in text
    assert re.findall(r"^  (\w+)\(\[", text, re.M) == ["v0", "v1", "v2", "v3"]


def test_texts_of_the_path_keep_what_was_written_and_no_mark_of_direction() -> None:
    names = {"PU": "\u202eA & B &lt;"}
    assert '"A #amp; B #amp;lt;<br/>' in to_mermaid(fitted("tam"), language="en", names=names)
    for text in (to_dot(fitted("tam"), names=names), to_tikz(fitted("tam"), names=names)):
        assert "\u202e" not in text


def test_dot_and_mermaid_mark_doubt() -> None:
    doubtful = sum(a.doubtful for a in read_path_graph(fitted("success")).of_kind("path"))
    assert doubtful > 0
    assert to_dot(fitted("success")).count("style=dashed") == doubtful
    assert to_mermaid(fitted("success")).count("-.->") == doubtful


# groups, intervals, unstandardised


@lru_cache(maxsize=1)
def by_school() -> wx.SemResult:
    examples = __import__("semopy.examples", fromlist=["holzinger39"])
    text = "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\nspeed =~ x7+x8+x9\nspeed ~ visual + textual"
    return wx.fit_sem(text, examples.holzinger39.get_data(), group="school")


def test_every_group_has_its_own_diagram_with_its_own_numbers() -> None:
    figures = plot_path_diagrams(by_school(), language="en")
    assert [f.id for f in figures] == ["path-g1", "path-g2"]
    for number, figure in enumerate(figures, start=1):
        assert figure.title.endswith(str(by_school().groups[number - 1].name))
        rows = by_school().parameters.query("op == '~' and group == @number")
        expected = {row.rhs: fixed(row.std_all, 2, no_zero=True) for row in rows.itertuples()}
        printed = {m.bundle.source: m.text for m in figure.data.arrows if m.bundle.kind == "path"}
        assert printed == expected
    assert figures[0].alt != figures[1].alt


def test_a_group_is_asked_for_by_number_or_name_and_a_wrong_one_is_refused() -> None:
    by_name = plot_path_diagram(by_school(), group="Grant-White")
    assert render_figure(by_name) == render_figure(plot_path_diagram(by_school(), group=2))
    with pytest.raises(UsageError, match="OUT-043") as caught:
        plot_path_diagram(by_school(), group="Pastor")
    assert "Pasteur" in caught.value.hint


def test_intervals_are_the_standardised_solutions_own() -> None:
    standard = by_school().standardized().query("op == '~' and group == 2")
    figure = plot_path_diagram(by_school(), group=2, intervals=True, language="en")
    for row in standard.itertuples():
        ends = ", ".join(fixed(end, 2, no_zero=True) for end in (row.ci_lower, row.ci_upper))
        mark = next(m for m in figure.data.arrows if m.bundle.source == row.rhs and m.bundle.kind == "path")
        assert mark.text == f"{fixed(row.estimate, 2, no_zero=True)}\n[{ends}]"
        assert ends in figure.alt


def test_unstandardised_coefficients_keep_the_widths_of_the_standardised() -> None:
    raw = plot_path_diagram(by_school(), standardised=False, language="en")
    standard = plot_path_diagram(by_school(), language="en")
    estimates = by_school().parameters.query("op == '~' and group == 1").set_index("rhs")["estimate"]
    printed = {m.bundle.source: m.text for m in raw.data.arrows if m.bundle.kind == "path"}
    assert printed == {name: fixed(value, 2) for name, value in estimates.items()}
    assert [m.bundle.strength for m in raw.data.arrows] == [m.bundle.strength for m in standard.data.arrows]
    assert "Unstandardised" in raw.caption
    assert "Unstandardised" in raw.alt


# text files


def test_every_group_is_written_in_every_text_format() -> None:
    texts = path_texts(by_school(), language="en", intervals=True)
    assert sorted(texts) == [f"path-g{g}.{suffix}" for g in (1, 2) for suffix in ("dot", "mmd", "tikz")]
    interval = by_school().standardized().query("op == '~' and group == 1 and rhs == 'visual'").iloc[0]
    for name, text in texts.items():
        if name.startswith("path-g1"):
            assert fixed(interval["ci_upper"], 2, no_zero=True) in text


def test_tikz_is_balanced_and_draws_every_variable_and_arrow() -> None:
    text = to_tikz(by_school(), language="en", names={"speed": "50 %_{#}"})
    data = plot_path_diagram(by_school(), language="en").data
    assert text.count(r"\begin{tikzpicture}") == text.count(r"\end{tikzpicture}") == 1
    body = text.replace(r"\{", "").replace(r"\}", "")
    depth = 0
    for character in body:
        depth += {"{": 1, "}": -1}.get(character, 0)
        assert depth >= 0
    assert depth == 0
    assert len(re.findall(r"\\node\[draw, ", text)) == len(data.nodes)
    assert len(re.findall(r"\\draw\[(?:<->|->), ", text)) == len(data.arrows)
    assert r"50 \%\_\{\#\}" in text
    # A bracket after a line break would be read as the break's option.
    assert not re.search(r"\\\\ *\[", text)
    commands = [line.strip() for line in text.splitlines()[6:-1] if line.strip()]
    assert all(line.endswith(";") for line in commands)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_refused_model_says_so_in_every_text_format(language: Any) -> None:
    for text in path_texts(by_school(), language=language, refused=True).values():
        assert "not to be interpreted" in text
    assert "not to be interpreted" not in "".join(path_texts(by_school(), language=language).values())


def test_dot_parses_by_its_grammar() -> None:
    """Every line of the body is an attribute, a node or an edge with balanced quotes (checked with Graphviz too)."""
    quoted = r'"(?:[^"\\]|\\.)*"'
    attribute = rf"[a-z]+=(?:{quoted}|[\w.]+)"
    listed = rf"\[{attribute}(?:, {attribute})*\]"
    line = re.compile(
        rf"  (?:{attribute};(?: {attribute};)*|(?:node|edge) {listed};|{quoted}(?: -> {quoted})? {listed};)"
    )
    for name, text in path_texts(by_school(), language="zh", refused=True).items():
        if name.endswith("dot"):
            rows = text.splitlines()
            assert (rows[0], rows[-1]) == ("digraph model {", "}")
            assert [row for row in rows[1:-1] if not line.fullmatch(row)] == []


def test_mermaid_parses_by_its_grammar() -> None:
    text = r'"[^"]*"'
    node = rf"\w+(?:\(\[{text}\]\)|\[{text}\])"
    line = re.compile(rf"  (?:{node}|v\d+ <?-\.?->\|{text}\| v\d+)")
    for name, written in path_texts(by_school(), language="zh", intervals=True, refused=True).items():
        if name.endswith("mmd"):
            rows = written.splitlines()
            assert rows[0] == "flowchart LR"
            assert [row for row in rows[1:] if not line.fullmatch(row)] == []
