"""References as text: GB/T 7714-2015, GB/T 7714-2025 and APA's seventh edition.

GB/T 7714-2025 differs here from 2015 in two points that its text is known for: family names are no longer set in
capitals, and a hyphen between given names stays in the initials (``Godard J-L``). Neither prints a date of access:
every reference is a printed work or a program, with its DOI where it has one.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from wxsat.present.citations.reference import Author, Reference

SHOWN_GBT = 3  # more authors become "et al." or "等"
SHOWN_APA = 20  # more authors: the first nineteen, an ellipsis, the last
MARKS = {"article": "J", "book": "M", "chapter": "C", "software": "CP", "dataset": "DS", "document": "Z"}


def format_reference(reference: Reference, style: str) -> str:
    """
    Return one reference as text.

    Parameters
    ----------
    reference : Reference
    style : {"gbt2015", "gbt2025", "apa"}

    Returns
    -------
    str
        Plain text: no italics.

    Examples
    --------
    >>> from wxsat.present.citations import load_references
    >>> davis = next(b.reference for b in load_references() if b.reference.key == "davis1989")
    >>> format_reference(davis, "gbt2015")[:40]
    'DAVIS F D. Perceived usefulness, perceiv'
    """
    return STYLES[style](reference)


def _gbt2015(reference: Reference) -> str:
    return _gbt(reference, capitals=True, hyphens=False)


def _gbt2025(reference: Reference) -> str:
    return _gbt(reference, capitals=False, hyphens=True)


def _gbt(reference: Reference, *, capitals: bool, hyphens: bool) -> str:
    names = [_gbt_name(author, capitals, hyphens) for author in reference.authors[:SHOWN_GBT]]
    if len(reference.authors) > SHOWN_GBT:
        names.append("等" if reference.language == "zh" else "et al.")
    head = ", ".join(names)
    title = f"{reference.title}{_gbt_version(reference)}[{MARKS[reference.kind]}]"
    parts = [f"{head}{'' if head.endswith('.') else '.'} {title}" if head else title, _gbt_source(reference)]
    said = ". ".join(part for part in parts if part)
    if reference.kind == "chapter":
        said = f"{parts[0]}//{parts[1]}"
    doi = f" DOI:{reference.doi}." if reference.doi else f" {reference.url}." if reference.url else ""
    return f"{said}.{doi}"


def _gbt_name(author: Author, capitals: bool, hyphens: bool) -> str:
    if author.body or not author.given or _is_chinese(author.family):
        return author.family + author.given
    family = author.family.upper() if capitals else author.family
    return f"{family} {_initials(author.given, '', ' ', hyphens).upper()}"


def _gbt_version(reference: Reference) -> str:
    if reference.kind not in ("software", "dataset") or not reference.version:
        return ""
    return f": {reference.version}版" if reference.language == "zh" else f": version {reference.version}"


def _gbt_source(reference: Reference) -> str:
    year = "" if reference.year is None else str(reference.year)
    match reference.kind:
        case "article":
            issue = f"{reference.volume}({reference.number})" if reference.number else reference.volume
            return f"{', '.join(p for p in (reference.journal, year, issue) if p)}: {reference.pages}"
        case "chapter":
            place = f"{reference.address}: {reference.publisher}, " if reference.publisher else ""
            return f"{reference.book}. {place}{year}: {reference.pages}"
        case "book":
            return f"{reference.address}: {reference.publisher}, {year}"
        case _:
            return ", ".join(part for part in (reference.publisher, year) if part)


def _apa(reference: Reference) -> str:
    names = _apa_names(reference.authors)
    year = reference.year if reference.year is not None else "n.d."
    dot = "" if names.endswith(".") else "."
    # A work without an author begins with its title.
    parts = (f"{names}{dot}", f"({year}).", _apa_source(reference)) if names else (_apa_source(reference), f"({year}).")
    return " ".join(part for part in (*parts, _link(reference)) if part)


def _apa_source(reference: Reference) -> str:
    title = _dotted(reference.title)
    match reference.kind:
        case "article":
            issue = f"{reference.volume}({reference.number})" if reference.number else reference.volume
            number = "" if reference.pages.find("-") >= 0 else "Article "
            return f"{title} {reference.journal}, {issue}, {number}{_dash(reference.pages)}."
        case "chapter":
            publisher = f" {_dotted(reference.publisher)}" if reference.publisher else ""
            return f"{title} In {reference.book} (pp. {_dash(reference.pages)}).{publisher}"
        case "book":
            return f"{title} {_dotted(reference.publisher)}"
        case "document":
            return title
        case _:
            version = f" (Version {reference.version})" if reference.version else ""
            what = "Computer software" if reference.kind == "software" else "Measurement instrument"
            publisher = f" {_dotted(reference.publisher)}" if reference.publisher else ""
            return f"{reference.title}{version} [{what}].{publisher}"


def _apa_names(authors: tuple[Author, ...]) -> str:
    shown = [_apa_name(author) for author in authors]
    if len(shown) > SHOWN_APA:
        return f"{', '.join(shown[: SHOWN_APA - 1])}, . . . {shown[-1]}"
    if len(shown) < 2:
        return "".join(shown)
    return f"{', '.join(shown[:-1])}, & {shown[-1]}"


def _apa_name(author: Author) -> str:
    if author.body or not author.given:
        return author.family
    if _is_chinese(author.family):
        return author.family + author.given
    return f"{author.family}, {_initials(author.given, '.', ' ', True)}"


def _initials(given: str, dot: str, between: str, hyphens: bool) -> str:
    """Return the initials of given names: ``Andrew R. J.`` -> ``A R J``; ``Jean-Luc`` -> ``J-L`` or ``J L``."""
    names = []
    for name in given.split():
        pieces = [piece[0] + dot for piece in name.rstrip(".").split("-") if piece]
        names.append(("-" if hyphens else between).join(pieces))
    return between.join(names)


def _is_chinese(text: str) -> bool:
    return re.search("[\u4e00-\u9fff]", text) is not None


def _dash(pages: str) -> str:
    return pages.replace("-", "–")


def _dotted(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _link(reference: Reference) -> str:
    return f"https://doi.org/{reference.doi}" if reference.doi else reference.url


STYLES: dict[str, Callable[[Reference], str]] = {"gbt2015": _gbt2015, "gbt2025": _gbt2025, "apa": _apa}
