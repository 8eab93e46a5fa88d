"""One thing that is cited, with its fields; the bundled ones, and those of a run as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

Kind = Literal["article", "book", "chapter", "software", "dataset", "document"]


@dataclass(frozen=True)
class Author:
    """A person (family and given names) or a body (family alone, ``body`` true)."""

    family: str
    given: str = ""
    body: bool = False


@dataclass(frozen=True)
class Reference:
    """
    A reference.

    Attributes
    ----------
    key : str
    kind : {"article", "book", "chapter", "software", "dataset", "document"}
        A document is known by author, year and title alone.
    authors : tuple of Author
    year : int or None
    title : str
    version : str
        Of software and instruments.
    package : str
        The Python package that an article describes; its version in the run stands in `version`.
    language : {"zh", "en"}
    """

    key: str
    kind: Kind
    authors: tuple[Author, ...]
    year: int | None
    title: str
    journal: str = ""
    volume: str = ""
    number: str = ""
    pages: str = ""
    book: str = ""
    publisher: str = ""
    address: str = ""
    doi: str = ""
    url: str = ""
    version: str = ""
    package: str = ""
    language: Literal["zh", "en"] = "en"


@dataclass(frozen=True)
class Bundled:
    """A bundled reference, and what makes a run use it: ``use``, or a ``word`` of a construct's lineage."""

    reference: Reference
    use: str
    word: str = ""


@lru_cache(maxsize=1)
def load_references() -> tuple[Bundled, ...]:
    """Return the references that lie beside this module, in the order of their file."""
    import yaml

    stored: dict[str, dict[str, Any]] = yaml.safe_load(
        Path(__file__).with_name("references.yml").read_text(encoding="utf-8")
    )
    return tuple(_bundled(key, dict(entry)) for key, entry in stored.items())


def _bundled(key: str, entry: dict[str, Any]) -> Bundled:
    use, word = entry.pop("for"), entry.pop("word", "")
    return Bundled(_reference({"key": key, **entry}), use, word)


def _reference(fields: Mapping[str, Any]) -> Reference:
    authors = tuple(_author(entry) for entry in fields["authors"])
    return Reference(**{**fields, "authors": authors})


def _author(entry: str | Mapping[str, Any]) -> Author:
    if isinstance(entry, str):
        family, _, given = entry.partition(", ")
        return Author(family, given)
    if "name" in entry:
        return Author(entry["name"], body=True)
    return Author(**entry)


def references_to_json(references: Mapping[str, Sequence[Reference]]) -> str:
    """Return the references of every language as JSON text for the run folder."""
    stored = {language: [asdict(entry) for entry in entries] for language, entries in references.items()}
    return json.dumps(stored, ensure_ascii=False, indent=1) + "\n"


def references_from_json(text: str) -> dict[str, tuple[Reference, ...]]:
    """Return what :func:`references_to_json` wrote."""
    return {language: tuple(map(_reference, entries)) for language, entries in json.loads(text).items()}
