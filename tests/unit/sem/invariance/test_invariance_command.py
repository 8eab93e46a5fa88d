"""The command `wxsat measure invariance` and its table and figure."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import wxsat as wx
from wxsat.cli.app import app
from wxsat.errors import InterpretationRefused
from wxsat.present.figures.figure import render_figure
from wxsat.present.figures.invariance import plot_invariance
from wxsat.present.tables.invariance import (
    tabulate_invariance,
    tabulate_invariance_effects,
    tabulate_latent_means,
)

MODEL = "f =~ x1 + x2 + x3 + x4"


@pytest.fixture
def answers(tmp_path):
    rng = np.random.default_rng(4)
    values = 0.8 * rng.normal(size=(600, 1)) + 0.6 * rng.normal(size=(600, 4))
    frame = pd.DataFrame(values, columns=["x1", "x2", "x3", "x4"]).assign(g=["a"] * 300 + ["b"] * 300)
    frame.loc[300:, "x4"] += 0.6
    frame.to_csv(tmp_path / "answers.csv", index=False)
    return tmp_path / "answers.csv"


def test_json_alone_on_stdout(answers):
    words = ["measure", "invariance", MODEL, str(answers), "--group", "g", "--compare-means", "--json"]
    run = CliRunner().invoke(app, words)
    document = json.loads(run.stdout)
    assert run.exit_code == 0
    assert document["verdict"]["means_comparable"]
    assert [row["parameter"] for row in document["freed"]] == ["x4~1"]
    assert {"factor", "block", "mean", "std_error"} <= set(document["means"][0])


def test_refused_means_are_exit_code_six(answers):
    run = CliRunner().invoke(
        app, ["measure", "invariance", MODEL, str(answers), "--group", "g", "--compare-means", "--no-partial"]
    )
    assert isinstance(run.exception, InterpretationRefused)
    assert run.exception.exit_code == 6
    assert "Verdict: Loadings are equal" in run.stdout


def test_alignment_by_the_command(answers):
    words = ["measure", "invariance", MODEL, str(answers), "--group", "g", "--align", "fixed", "--json"]
    run = CliRunner().invoke(app, words)
    assert json.loads(run.stdout)["settings"]["n_groups"] == 2


@pytest.mark.parametrize("language", ["zh", "en"])
def test_tables_and_figure_in_both_languages(answers, language):
    found = wx.evaluate_invariance(MODEL, pd.read_csv(answers), group="g", compare_means=True)
    table = tabulate_invariance(found, language)
    assert len(table.rows) == len(found.steps)
    assert any(("Verdict" if language == "en" else "结论") in note for note in table.notes)
    assert len(tabulate_invariance_effects(found, language).rows) == 1
    assert len(tabulate_latent_means(found, language).rows) == 1
    figure = plot_invariance(found, language=language)
    assert b"<svg" in render_figure(figure)
    assert str(found.differences["df"][0]) in figure.alt
