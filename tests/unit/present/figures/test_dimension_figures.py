"""Scree and information curves: what is drawn is what was computed, in both languages."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
import pytest

from wxsat.present.figures.figure import build_figure, render_figure
from wxsat.present.figures.information import plot_information
from wxsat.present.figures.scree import plot_scree
from wxsat.present.tables.factors import tabulate_factors
from wxsat.psychometrics.factors.evaluate import FactorAnalysis, evaluate_factors
from wxsat.psychometrics.item_response.evaluate import evaluate_item_response

ITEMS = list("abcdef")
Language = Literal["zh", "en"]


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    values = rng.normal(size=(250, 1)) + rng.normal(size=(250, 6))
    return pd.DataFrame(np.digitize(values, [-1.5, 0, 1.5]) + 1.0, columns=ITEMS)


@pytest.fixture(scope="module")
def analysis(answers: pd.DataFrame) -> FactorAnalysis:
    return evaluate_factors(answers, columns=ITEMS, n_factors=2, parallel=20)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_scree_draws_the_four_series(analysis: FactorAnalysis, language: Language) -> None:
    assert analysis.parallel is not None
    spec = plot_scree(analysis.parallel, language=language)
    lines = build_figure(spec).axes[0].lines
    np.testing.assert_allclose(np.asarray(lines[0].get_ydata(), dtype=float), analysis.parallel.components)
    np.testing.assert_allclose(np.asarray(lines[3].get_ydata(), dtype=float), analysis.parallel.factors_quantile)
    assert render_figure(spec) == render_figure(spec)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_information_of_the_scale_is_the_sum_of_its_items(answers: pd.DataFrame, language: Language) -> None:
    (scale,) = evaluate_item_response(answers, scales={"T": ITEMS})
    data = plot_information(scale, language=language).data
    np.testing.assert_allclose(np.sum(data.curves, axis=0), data.test)
    assert b"<title>" in render_figure(plot_information(scale, language=language))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_loadings_table_has_every_item_and_the_shares(analysis: FactorAnalysis, language: Language) -> None:
    table = tabulate_factors(analysis, None, language)
    assert sorted(table.row_keys[:-1]) == ITEMS
    assert table.rows[-1][1] == pytest.approx(analysis.variance_frame()["share"][0])
