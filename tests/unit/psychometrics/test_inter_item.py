"""Inter-item and item-total correlations against R (cor, psych::alpha's raw.r, psych::polychoric)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from semopy.examples import holzinger39
from typer.testing import CliRunner

from wxsat.cli.app import app
from wxsat.psychometrics.inter_item import inter_item_correlations
from wxsat.psychometrics.items import item_total_correlation

# R: cor(HolzingerSwineford1939[, c("x1", "x2", "x3")]); psych::alpha(...)$item.stats$raw.r
PEARSON = [0.2973455110, 0.4406679953, 0.3398489810]
RAW_R = [0.766637, 0.725952, 0.777915]
SCALES = {"V": ["x1", "x2", "x3"]}


@pytest.fixture(scope="module")
def tests():
    return holzinger39.get_data()[["x1", "x2", "x3"]].astype(float)


def test_pearson_equals_r(tests):
    np.testing.assert_allclose(inter_item_correlations(tests, scales=SCALES)["correlation"], PEARSON, atol=1e-8)


def test_item_total_equals_psych(tests):
    np.testing.assert_allclose(item_total_correlation(tests.cov().to_numpy()), RAW_R, atol=5e-7)


def test_polychoric_is_the_ordinal_rooms_and_a_constant_item_has_none(tests):
    from wxsat.psychometrics.ordinal.correlations import polychoric

    coded = tests.apply(lambda x: (x.rank() / len(x) * 4).astype(int).clip(0, 3) + 1.0)
    found = inter_item_correlations(coded, scales=SCALES, kind="polychoric")["correlation"]
    expected = polychoric(coded).correlation[np.triu_indices(3, 1)]
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_command_prints_the_pairs(tmp_path: Path, tests) -> None:
    path = tmp_path / "hs.csv"
    tests.to_csv(path, index=False)
    call = ["measure", "items", str(path), "--scale", "V=x1,x2,x3", "--correlations", "pearson", "--json"]
    document = json.loads(CliRunner().invoke(app, call).stdout)
    assert [round(row["correlation"], 6) for row in document["correlations"]] == [round(r, 6) for r in PEARSON]
    assert "item_total" in document["items"][0]
