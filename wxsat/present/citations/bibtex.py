"""References as BibTeX, for LaTeX and reference managers."""

from __future__ import annotations

from collections.abc import Sequence

from wxsat.present.citations.reference import Author, Reference

TYPES = {
    "article": "article",
    "book": "book",
    "chapter": "inproceedings",
    "software": "misc",
    "dataset": "misc",
    "document": "misc",
}
_SPECIAL = {"&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_", "$": r"\$"}


def render_bibtex(references: Sequence[Reference]) -> str:
    """
    Return references as a ``.bib`` file, one entry each, in the order given.

    Examples
    --------
    >>> from wxsat.present.citations import load_references
    >>> render_bibtex([load_references()[0].reference]).splitlines()[0]
    '@article{numpy,'
    """
    return "\n".join(_entry(reference) for reference in references)


def _entry(reference: Reference) -> str:
    fields = {
        "author": " and ".join(_name(author) for author in reference.authors),
        # Braces keep capitals and names in titles as they are.
        "title": f"{{{_escape(reference.title)}}}",
        "year": "" if reference.year is None else str(reference.year),
        "journal": _escape(reference.journal),
        "booktitle": _escape(reference.book),
        "volume": reference.volume,
        "number": reference.number,
        "pages": reference.pages.replace("-", "--"),
        "publisher": _escape(reference.publisher),
        "address": _escape(reference.address),
        "version": _escape(reference.version),
        "doi": reference.doi,
        "url": reference.url,
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value and value != "{}"]
    return f"@{TYPES[reference.kind]}{{{reference.key},\n" + "\n".join(lines) + "\n}\n"


def _name(author: Author) -> str:
    if author.body or not author.given:
        return f"{{{_escape(author.family)}}}"
    return f"{_escape(author.family)}, {_escape(author.given)}"


def _escape(text: str) -> str:
    return "".join(_SPECIAL.get(char, "" if char in "{}\\" else char) for char in text)
