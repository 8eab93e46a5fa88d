"""What the pages state as fact is held against the code: columns, refusals, settings, lavaan's figures, exit codes."""

from __future__ import annotations

import importlib.util
import json
import re
from functools import cache
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

import wxsat as wx

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def table_rows(text: str) -> list[list[str]]:
    """Return the cells of every table row of a page, back ticks and backslashes removed."""
    rows = re.findall(r"^\|(.+)\|\s*$", text, re.MULTILINE)
    return [[c.strip().replace("`", "") for c in re.split(r"(?<!\\)\|", row)] for row in rows]


@cache
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules["generate"] = module
    spec.loader.exec_module(module)
    return module


@cache
def codes() -> dict[str, str]:
    """Every code with its severity or exit code, as the reference prints it."""
    rows = table_rows(generator().codes_page())
    return {row[0]: row[1] for row in rows if re.fullmatch(r"[A-Z]+-\d{3}", row[0])}


def test_reference_lists_every_code_of_the_source() -> None:
    written = set()
    for path in (ROOT / "wxsat").rglob("*.py"):
        written |= set(re.findall(rf'"((?:{generator().PREFIXES})-\d{{3}})"', path.read_text("utf-8")))
    assert written - set(codes()) == set()


def test_reference_lists_the_codes_of_every_settings_file() -> None:
    """A study, an account's records and readiness answers are read by one function under three prefixes."""
    for prefix in ("STUDY", "LOG", "READY"):
        assert {f"{prefix}-{number}" for number in ("001", "003", "010", "011", "012")} <= set(codes())


def test_gallery_shows_every_figure() -> None:
    """Every function that draws a figure has a script in the gallery."""
    source = "".join(p.read_text("utf-8") for p in sorted((ROOT / "wxsat" / "present" / "figures").glob("*.py")))
    scripts = "".join(p.read_text("utf-8") for p in sorted((DOCS / "gallery").glob("*.py")))
    functions = set(re.findall(r"^def (plot_\w+)", source, re.MULTILINE)) - {"plot_path_diagrams"}  # one a group
    assert functions - set(re.findall(r"\b(plot_\w+)\(", scripts)) == set()


def test_every_code_has_a_wording() -> None:
    rows = [row for row in table_rows(generator().codes_page()) if row[0] in codes()]
    assert [row[0] for row in rows if not row[2]] == []


def test_refusals_page_lists_every_refusal_and_no_other() -> None:
    listed = {row[0] for row in table_rows(page("explanation/refusals.md")) if row[0] in codes()}
    assert listed == {code for code, what in codes().items() if "refusal" in what}


@pytest.mark.parametrize(
    "name", sorted(str(p.relative_to(DOCS)) for p in DOCS.rglob("*.md") if "generated" not in p.parts)
)
def test_codes_named_on_a_page_exist(name: str) -> None:
    named = set(re.findall(rf"\b(?:{generator().PREFIXES})-\d{{3}}\b", page(name)))
    assert named - set(codes()) == set()


def test_command_reference_holds_every_command() -> None:
    text = generator().commands_page()
    found = re.findall(r"^## `(wxsat [\w -]+)`", text, re.MULTILINE)
    for command in ("wxsat run", "wxsat demo", "wxsat new", "wxsat sem fit", "wxsat measure validity", "wxsat report"):
        assert command in found
    assert len(found) == len(set(found)) >= 18


def test_lavaan_figures_of_the_first_model() -> None:
    from semopy.examples import political_democracy

    source = (DOCS / "snippets" / "first_sem.py").read_text(encoding="utf-8")
    model = re.search(r'model = """(.+?)"""', source, re.DOTALL)
    assert model is not None
    fit = wx.fit_sem(model.group(1), political_democracy.get_data())
    ours = {(r.lhs, r.op, r.rhs.replace(" ", "")): r for r in fit.parameters.itertuples()}
    shown = [row for row in table_rows(page("tutorials/04-first-sem.md")) if len(row) == 5 and row[1] in ("~", ":=")]
    assert len(shown) == 5
    for lhs, op, rhs, estimate, error in shown:
        assert f"{ours[lhs, op, rhs].estimate:.3f}" == estimate
        assert f"{ours[lhs, op, rhs].std_error:.3f}" == error
    golden = json.loads((ROOT / "tests" / "golden" / "sem" / "fits.json").read_text(encoding="utf-8"))["cases"]
    theirs = {
        (a, op, b): f"{value:.3f}"
        for case in golden.values()
        if case["data"] == "pd" and not case["options"]
        for a, op, b, value in zip(*(case["parameters"][k] for k in ("lhs", "op", "rhs", "est")), strict=True)
    }
    assert {(lhs, op, rhs): estimate for lhs, op, rhs, estimate, _ in shown if op == "~"}.items() <= theirs.items()


@cache
def clean() -> wx.responses.responses.CleanResponses:  # type: ignore[name-defined]
    instrument = wx.load_instrument("gov-wechat-public")
    return wx.clean(wx.simulate_responses(instrument, instrument.folder / "truth.yaml", n=300, seed=5))


def results() -> dict[str, list[str]]:
    from wxsat.responses.screen import screen_responses

    instrument = wx.load_instrument("gov-wechat-public")
    raw = wx.simulate_responses(instrument, instrument.folder / "truth.yaml", n=120, seed=5)
    scales = wx.evaluate_scales(clean(), draws=0)
    fit = wx.fit_sem("tam", clean())
    diagnosis = wx.diagnose(clean(), draws=200)
    frames = {
        "screen_responses": screen_responses(raw),
        "clean(...).ledger": clean().ledger,
        "clean(...).flow": clean().flow,
        "evaluate_scales(...).items": scales.items,
        ".reliability": scales.reliability,
        ".htmt": scales.htmt,
        ".fornell_larcker": scales.fornell_larcker,
        "fit_sem(...).parameters": fit.parameters,
        ".fit_measures": pd.DataFrame([dict(fit.fit_measures)]),
        ".r2": fit.r2,
        ".effects": fit.effects,
        ".residuals": fit.residuals,
        "diagnose(...).severity": diagnosis.severity,
        ".priorities": diagnosis.priorities,
        ".levers": diagnosis.levers,
        ".total_effects": diagnosis.total_effects,
        ".paths": diagnosis.paths,
    }
    return {name: [str(c) for c in frame.columns] for name, frame in frames.items()}


def test_result_columns_are_those_of_the_results() -> None:
    text = page("reference/result-columns.md")
    told = dict(re.findall(r"^`([^`]+)`\n: (?:lavaan's names[^`]*`_` for `.`: )?`([^`]+)`", text, re.MULTILINE))
    assert {name: columns.split() for name, columns in told.items()} == results()


def test_tables_of_columns_are_those_of_the_results() -> None:
    """The tables of the page, section by section, against a diagnosis, an invariance ladder and a composite model."""
    from semopy.examples import holzinger39

    pupils = holzinger39.get_data()
    model = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6"
    sections = re.split(r"^## ", page("reference/result-columns.md"), flags=re.MULTILINE)
    results = {
        "Diagnosis": wx.diagnose(clean(), draws=200),
        "Invariance": wx.evaluate_invariance(model, pupils, group="school"),
        "Composite models": wx.fit_pls(f"{model}\ntextual ~ visual", pupils, draws=20, seed=1),
    }
    told = 0
    for title, result in results.items():
        text = next(section for section in sections if section.startswith(title))
        for name, columns in re.findall(r"^\| `\.([\w.]+)` \| `([^`]+)` \|", text, re.MULTILINE):
            frame = result
            for attribute in name.split("."):
                frame = getattr(frame, attribute)
            if len(frame.columns):  # without records or gaps a table is empty
                assert " ".join(map(str, frame.columns)) == columns, name
                told += 1
    assert told >= 24


def test_study_page_explains_every_key() -> None:
    from wxsat.study.study import Fieldwork, Study

    told = {key.strip() for row in table_rows(page("reference/study-file.md")) for key in row[0].split(",")}
    hidden = {"folder", "file", "sha256", "places"}
    assert set(Study.model_fields) - hidden <= told
    assert set(Fieldwork.model_fields) <= told


def test_api_page_lists_every_public_name() -> None:
    listed = set(re.findall(r"^   (\w+)$", page("reference/api.md"), re.MULTILINE))
    assert listed == set(wx.__all__) - {"__version__"}


def test_exit_codes_of_the_pages_are_those_of_the_errors() -> None:
    from wxsat import errors

    told = {int(row[0]) for row in table_rows(page("reference/cli.md")) if row[0].isdigit()}
    kinds = [getattr(errors, name) for name in generator().EXIT_CODES]
    assert {kind.exit_code for kind in kinds} | {0, 1, 130} == told
    assert {kind.__name__: kind.exit_code for kind in kinds} == generator().EXIT_CODES


def test_conventions_in_the_pages_are_those_of_the_code() -> None:
    from wxsat.diagnosis import verdict
    from wxsat.psychometrics import conventions, validity
    from wxsat.responses.plan import CleaningPlan
    from wxsat.sem import admissibility

    plan = CleaningPlan()
    assert (plan.min_seconds_per_item, plan.relative_speed, plan.longstring_share, plan.min_irv) == (
        2.0,
        1 / 3,
        0.5,
        0.3,
    )
    assert (plan.longstring_min_items, plan.identical_min_items, plan.mahalanobis_p) == (6, 20, 0.001)
    assert (plan.max_missing_share, plan.expected_careless, plan.dk_share, plan.min_families) == (0.5, 0.12, 0.5, 2)
    assert (validity.HTMT_WARNING, validity.HTMT_REFUSAL) == (0.85, 0.90)
    assert (conventions.ALPHA_LOW, conventions.AVE_LOW, conventions.LOADING_LOW) == (0.70, 0.50, 0.40)
    assert (verdict.SEVERE_IF_AT_LEAST, verdict.NOT_SEVERE_IF_AT_MOST) == (0.90, 0.10)
    assert (verdict.SUPPRESS_BELOW, verdict.REFERENCE_ONLY_BELOW) == (10, 30)
    assert [edge for edge, _ in verdict.BAND_EDGES[:3]] == [60.0, 40.0, 20.0]
    assert admissibility.LARGE_RESIDUAL == 0.10
