"""Sphinx configuration: MyST Markdown pages, numpydoc docstrings, warnings as errors (``make docs``)."""

import sys
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from wxsat import __version__

project = "wxsat"
author = "The wxsat developers"
copyright = "2026, the wxsat developers"
version = release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "numpydoc"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
# What lies in generated/ as Markdown is included by the pages beside it; the stubs of autosummary are pages.
exclude_patterns = ["_build", "_templates", "gallery", "snippets", "reference/generated/*.md"]
templates_path = ["_templates"]
myst_enable_extensions = ["dollarmath", "deflist"]
myst_heading_anchors = 3
autosummary_generate = True
autodoc_typehints = "none"
autodoc_class_signature = "mixed"
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False
html_theme = "furo"
html_title = f"wxsat {__version__}"
html_copy_source = False
html_show_sphinx = False
html_static_path = ["_static"]
html_css_files = ["page.css"]
html_math_renderer = "mathml"


def setup(app: Sphinx) -> None:
    """Print formulas as MathML, which every browser draws itself: the pages load nothing from elsewhere."""
    app.add_html_math_renderer("mathml", (_visit_inline, None), (_visit_block, None))


def _visit_inline(writer: Any, node: nodes.math) -> None:
    writer.body.append(tex2mathml(node.astext()))
    raise nodes.SkipNode


def _visit_block(writer: Any, node: nodes.math_block) -> None:
    writer.body.append(f"<div>{tex2mathml(node.astext(), as_block=True)}</div>")
    raise nodes.SkipNode
