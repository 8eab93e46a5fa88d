"""Sphinx configuration: MyST Markdown pages, numpydoc docstrings, warnings as errors (``make docs``)."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from wxsat import __version__

project = "wxsat"
author = "The wxsat developers"
copyright = "2026, the wxsat developers"
version = release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "sphinx.ext.mathjax", "numpydoc"]
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
