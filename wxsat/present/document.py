"""A document as data: sections of paragraphs, tables, figures and findings in one language.

Built once from the results, rendered by ``present/render`` to HTML, Word, Markdown or LaTeX, and stored in the run
folder so that ``wxsat report`` can render it again without the answers. A number in a paragraph is written
``⟦id|text⟧``: renderers show the text, and :class:`NumberBook` holds the value behind it at full precision.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from wxsat.present.table import Cell, Column, Table

NUMBER_MARK = re.compile(r"⟦([^|⟧]+)\|([^⟧]*)⟧")


@dataclass(frozen=True)
class Paragraph:
    """Running text, a heading within a section, or an entry of the references; numbers are marked ``⟦id|text⟧``."""

    text: str
    style: Literal["body", "lead", "note", "quote", "subheading", "reference"] = "body"


@dataclass(frozen=True)
class Bullets:
    """A list of short statements."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class KeyFigure:
    """One headline figure: a label, the printed value and a short reading."""

    label: str
    value: str
    reading: str


@dataclass(frozen=True)
class KeyFigures:
    """The headline figures of the summary."""

    figures: tuple[KeyFigure, ...]


@dataclass(frozen=True)
class TableBlock:
    """A table with its number in the document."""

    table: Table
    number: int


@dataclass(frozen=True)
class FigureBlock:
    """A figure with its number; ``file`` is its name without suffix in the run's ``figures`` folder."""

    id: str
    number: int
    title: str
    alt: str
    file: str
    caption: str = ""


@dataclass(frozen=True)
class FindingLine:
    """One finding in the document's language."""

    code: str
    severity: Literal["note", "warning", "refusal"]
    text: str


@dataclass(frozen=True)
class FindingsBlock:
    """Findings, gravest first."""

    findings: tuple[FindingLine, ...]


def _is_text(block: object) -> bool:
    return block is None or (isinstance(block, Paragraph) and block.style not in ("subheading", "reference"))


Block = Paragraph | Bullets | KeyFigures | TableBlock | FigureBlock | FindingsBlock


@dataclass(frozen=True)
class Section:
    """A titled run of blocks; ``new_page`` starts it at the top of a page on paper."""

    id: str
    title: str
    blocks: tuple[Block, ...]
    new_page: bool = False

    @property
    def opens_with_a_line(self) -> bool:
        """Whether a paragraph stands between the heading and something else; with the heading alone it ends no page."""
        first, then = (*self.blocks, None, None)[:2]
        return isinstance(first, Paragraph) and first.style in ("body", "note", "lead") and not _is_text(then)


@dataclass(frozen=True)
class Document:
    """
    A report in one language.

    Attributes
    ----------
    language : {"zh", "en"}
    title, subtitle : str
    stamp : str
        Shown on every page (``Simulated data``); empty for none.
    refusal : str
        Why the structural part must not be interpreted; empty when it may.
    sections : tuple of Section
    table_style : {"", "cyt", "apa"}
        Of tables on paper; by the language when empty.
    provenance : tuple of (str, str)
        What made the document, as name and value: version, seed, SHA-256 of every input.
    part : {"full", "brief", "brief-two-pages", "methods"}
        Which of the documents of a run it is.
    """

    language: Literal["zh", "en"]
    title: str
    subtitle: str
    sections: tuple[Section, ...]
    stamp: str = ""
    refusal: str = ""
    table_style: Literal["", "cyt", "apa"] = ""
    provenance: tuple[tuple[str, str], ...] = ()
    part: Literal["full", "brief", "brief-two-pages", "methods"] = "full"

    @property
    def is_brief(self) -> bool:
        """Whether the document is set tightly, to keep to its pages."""
        return self.pages is not None

    @property
    def pages(self) -> int | None:
        """How many pages of A4 the document may take; None for any number."""
        return {"brief": 1, "brief-two-pages": 2}.get(self.part)

    def tables(self) -> tuple[TableBlock, ...]:
        """Return the tables in order."""
        return tuple(block for block in self._blocks() if isinstance(block, TableBlock))

    def figures(self) -> tuple[FigureBlock, ...]:
        """Return the figures in order."""
        return tuple(block for block in self._blocks() if isinstance(block, FigureBlock))

    def _blocks(self) -> Iterator[Block]:
        for section in self.sections:
            yield from section.blocks


@dataclass
class NumberBook:
    """
    Every number that a page prints, with its id.

    A page's text is made through :meth:`cite`, so a number cannot be printed without being recorded; one id has one
    value.
    """

    entries: dict[str, dict[str, Any]] = field(default_factory=dict)

    def record(self, number_id: str, value: float | int, source: str) -> None:
        """Store one value under its id; ValueError when the id already stands for another value."""
        known = self.entries.get(number_id)
        if known is not None and known["value"] != value:
            raise ValueError(f"number {number_id!r} would be {value!r} and {known['value']!r}")
        self.entries[number_id] = {"id": number_id, "value": value, "source": source}

    def cite(self, number_id: str, value: float | int, text: str, source: str) -> str:
        """Record a value and return its printed text, marked with its id."""
        self.record(number_id, value, source)
        return f"⟦{number_id}|{text}⟧"

    def to_list(self) -> list[dict[str, Any]]:
        """Return the entries sorted by id."""
        return [self.entries[key] for key in sorted(self.entries)]


def without_marks(text: str) -> str:
    """
    Return text with the number marks reduced to what is printed.

    Examples
    --------
    >>> without_marks("N = ⟦sample.n|1,342⟧.")
    'N = 1,342.'
    """
    return NUMBER_MARK.sub(r"\2", text)


_NODES: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        Paragraph,
        Bullets,
        KeyFigure,
        KeyFigures,
        TableBlock,
        FigureBlock,
        FindingLine,
        FindingsBlock,
        Section,
        Document,
        Table,
        Column,
    )
}


def document_to_dict(node: Any) -> Any:
    """Return a document (or any part of it) as plain data with a ``node`` on every object."""
    if dataclasses.is_dataclass(node) and not isinstance(node, type):
        fields = {f.name: document_to_dict(getattr(node, f.name)) for f in dataclasses.fields(node)}
        return {"node": type(node).__name__, **fields}
    if isinstance(node, (tuple, list)):
        return [document_to_dict(part) for part in node]
    return node


def document_from_dict(node: Any) -> Any:
    """Rebuild what :func:`document_to_dict` wrote; KeyError or TypeError when it is something else."""
    if isinstance(node, Mapping):
        fields = {key: document_from_dict(value) for key, value in node.items() if key != "node"}
        return _NODES[node["node"]](**fields)
    if isinstance(node, list):
        return tuple(document_from_dict(part) for part in node)
    return node


__all__ = [
    "Block",
    "Bullets",
    "Cell",
    "Document",
    "FigureBlock",
    "FindingLine",
    "FindingsBlock",
    "KeyFigure",
    "KeyFigures",
    "NumberBook",
    "Paragraph",
    "Section",
    "TableBlock",
    "document_from_dict",
    "document_to_dict",
    "without_marks",
]
