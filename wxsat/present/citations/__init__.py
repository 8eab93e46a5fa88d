"""References of a run: the software, instruments and methods that it used, in GB/T 7714, APA style and BibTeX."""

from wxsat.present.citations.bibtex import render_bibtex
from wxsat.present.citations.reference import Reference, load_references, references_from_json, references_to_json
from wxsat.present.citations.section import cite_again, default_style
from wxsat.present.citations.styles import STYLES, format_reference
from wxsat.present.citations.used import references_of

__all__ = [
    "STYLES",
    "Reference",
    "cite_again",
    "default_style",
    "format_reference",
    "load_references",
    "references_from_json",
    "references_of",
    "references_to_json",
    "render_bibtex",
]
