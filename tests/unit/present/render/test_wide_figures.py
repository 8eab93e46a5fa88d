"""A drawing that would be too small on the page is scrolled instead of shrunk."""

from __future__ import annotations

import pytest

from wxsat.present.document import Document, FigureBlock, Section
from wxsat.present.render.page import render_page


def _page(width: float, hinted: bool) -> str:
    part = '<g id="node"><title>A</title></g>' if hinted else ""
    svg = f'<svg role="img" width="{width}pt" height="100pt">{part}</svg>'.encode()
    figure = FigureBlock("path", 1, "Model", "what it says", "path")
    document = Document("en", "T", "s", (Section("a", "A", (figure,)),))
    return render_page([document], lambda block, language: (svg, "image/svg+xml"))


@pytest.mark.parametrize("hinted", [True, False])
def test_a_very_wide_drawing_is_scrolled_with_the_keyboard_too(hinted) -> None:
    assert '<div class="scroll wide" tabindex="0" role="region" aria-label="Figure 1. Model">' in _page(1753.8, hinted)
    assert "scroll wide" not in _page(700.0, hinted)
