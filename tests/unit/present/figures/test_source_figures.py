"""The sources side by side and the funnel of accounts: what is drawn is what the frames say."""

from __future__ import annotations

import pytest

from wxsat.errors import UsageError
from wxsat.present.figures.account_funnel import plot_account_funnel
from wxsat.present.figures.sources import plot_sources


def test_each_dilemma_stands_over_its_sources(combined, sources) -> None:
    data = plot_sources(combined, sources, language="en").data
    assert data.kinds == ("all", "pub", "ops", "log", "all", "pub")
    assert data.severity == (51.1, 57.1, 45.7, 50.6, 49.7, 49.7)


def test_accounts_outside_the_limits_are_counted_and_suppressed_ones_left_out(accounts) -> None:
    spec = plot_account_funnel(accounts, language="en")
    assert spec is not None
    assert [len(panel.n) for panel in spec.data.panels] == [4, 4, 4]
    # 15 points with 45 answers and a spread of 18: 15 - 5.1 (their own pull on the mean) > 3.09 * 18 / sqrt(45) = 8.3.
    assert [panel.outside for panel in spec.data.panels] == [1, 1, 1]
    assert "1 of 4" in spec.alt


def test_nothing_to_draw(accounts, combined, sources) -> None:
    assert plot_account_funnel(accounts.iloc[:2]) is None
    with pytest.raises(UsageError, match="OUT-021"):
        plot_sources(combined.iloc[:0], sources)
