"""A report being written in one language: numbers tables and figures, formats and records every number."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from wxsat.finding import Finding
from wxsat.present import numbers
from wxsat.present.document import FigureBlock, NumberBook, TableBlock
from wxsat.present.locale import Wording, wording
from wxsat.present.table import Table

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Composite, Construct, Instrument, Language
    from wxsat.present.content import ReportContent
    from wxsat.present.figures.figure import FigureSpec

SHOWN_OF_HASH = 12
# Where the figures of a table are computed; a table's id up to the first dot decides.
COMPUTED_BY = {
    "flow": "wxsat.responses.clean",
    "ledger": "wxsat.responses.screen",
    "sample": "wxsat.responses.responses",
    "weights": "wxsat.sampling.weighting",
    "items": "wxsat.psychometrics.items",
    "reliability": "wxsat.psychometrics.reliability",
    "htmt": "wxsat.psychometrics.validity",
    "fornell_larcker": "wxsat.psychometrics.validity",
    "bias_models": "wxsat.sem.method_bias",
    "invariance": "wxsat.sem.invariance",
    "invariance_effects": "wxsat.sem.invariance",
    "fit": "wxsat.sem.fit_measures",
    "paths": "wxsat.sem.estimates",
    "loadings": "wxsat.sem.estimates",
    "effects": "wxsat.sem.effects",
    "defined": "wxsat.sem.effects",
    "r2": "wxsat.sem.r2",
    "residuals": "wxsat.sem.residuals",
    "intervals": "wxsat.sem.bootstrap",
    "modification": "wxsat.sem.modification",
    "severity": "wxsat.diagnosis.severity",
    "dashboard": "wxsat.diagnosis.triangulation",
    "sources": "wxsat.diagnosis.triangulation",
    "source_parts": "wxsat.diagnosis.triangulation",
    "roles": "wxsat.diagnosis.staff_severity",
    "beside": "wxsat.records.beside",
    "symptoms": "wxsat.records.symptoms",
    "inspections": "wxsat.diagnosis.base_rates",
    "knots": "wxsat.diagnosis.knots",
    "gaps": "wxsat.diagnosis.gaps",
    "panel_annual": "wxsat.panel.annual",
    "panel_raters": "wxsat.panel.facets",
    "dilemma_ranks": "wxsat.diagnosis.ranks",
    "account_ranks": "wxsat.diagnosis.ranks",
    "between_accounts": "wxsat.diagnosis.multilevel",
    "confounders": "wxsat.diagnosis.confounder",
    "waves": "wxsat.diagnosis.tracking",
    "wave_invariance": "wxsat.diagnosis.tracking_invariance",
    "changes": "wxsat.diagnosis.tracking_change",
    "priorities": "wxsat.diagnosis.priorities",
    "levers": "wxsat.diagnosis.levers",
    "sensitivity": "wxsat.study.run",
}


@dataclass
class Draft:
    """
    What the sections write into.

    Attributes
    ----------
    content : ReportContent
    language : {"zh", "en"}
    book : NumberBook
        Shared by the languages: one id, one value.
    figures : list of FigureSpec
        In the order of their numbers.
    """

    content: ReportContent
    language: Language
    book: NumberBook
    figures: list[FigureSpec] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)

    @property
    def words(self) -> Wording:
        """The wording in the draft's language."""
        return wording(self.language)

    @property
    def instrument(self) -> Instrument | None:
        """The instrument of the report."""
        return self.content.instrument

    @property
    def configuration(self) -> str:
        """The first digits of the study file's hash, as every cited table prints them; the diagnosis's without one."""
        whole = str(self.content.provenance.get("config", ""))
        if not whole and self.content.diagnosis is not None:
            whole = self.content.diagnosis.settings_sha256
        return whole[:SHOWN_OF_HASH]

    def text(self, key: str, **fields: Any) -> str:
        """Return one sentence of ``locale/*/report.yml``, filled."""
        return self.words.get(f"report.{key}", **fields)

    def name_of(self, identifier: str) -> str:
        """Return the name of a construct, composite or item, or the identifier itself."""
        if self.instrument is not None:
            known: tuple[Construct | Composite, ...] = (*self.instrument.constructs, *self.instrument.composites)
            for named in known:
                if named.id == identifier:
                    return named.name.text(self.language) or identifier
        return identifier

    def say(self, finding: Finding) -> str:
        """Word a finding in the draft's language, named where its evidence holds identifiers; record its numbers."""
        self._record_evidence(finding)
        evidence = {key: self._named(value) for key, value in finding.evidence.items()}
        said = self.words.finding(replace(finding, evidence=evidence), self.subject_of(finding))
        # A Chinese name takes no space where the identifier it stands for had one.
        return re.sub(r"(?<=[\u4e00-\u9fff”）]) (?=[\u4e00-\u9fff“（])", "", said) if self.language == "zh" else said

    def _record_evidence(self, finding: Finding) -> None:
        """Record every figure of a finding's evidence as ``finding.{code}.{subject}.{name}``."""
        about = ".".join(part for part in (finding.subject, str(finding.evidence.get("model", ""))) if part)
        for name, value in finding.evidence.items():
            if numbers.is_number(value):
                self._record_new(f"finding.{finding.code}.{about}.{name}", value)

    def _record_new(self, number_id: str, value: float | int) -> None:
        """Record a number under its id, or under the id with the first count that is free for this value."""
        unique, copy = number_id, 1
        while unique in self.book.entries and self.book.entries[unique]["value"] != value:
            copy += 1
            unique = f"{number_id}#{copy}"
        self.book.record(unique, value, "wxsat.finding")

    def _named(self, value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return self.join(str(self.words.term(self._named(part))) for part in value)
        if not isinstance(value, str):
            return value
        parts = value.split(", ")
        named = [self.name_of(part) for part in parts]
        return self.join(named) if named != parts else value

    def subject_of(self, finding: Finding) -> str | None:
        """Return the names of what a finding is about, where its subject is made of known identifiers."""
        for model in self.content.models:
            if model.id == finding.subject:
                return model.title.text(self.language) or model.id
        pair = finding.subject.split(" with ")
        if len(pair) == 2:
            between = "与" if self.language == "zh" else " with "
            return between.join(self.name_of(part) for part in pair)
        parts = re.split(r"[\s,/–-]+", finding.subject)
        named = [self.name_of(part) for part in parts]
        return self.join(named) if named != parts else None

    def number(self, number_id: str, value: float, digits: int = 2, source: str = "", no_zero: bool = False) -> str:
        """Record a number and return it as printed; an en dash when it is missing."""
        if value is None or not math.isfinite(value):
            return numbers.MISSING
        shown = numbers.format_number(float(value), digits, no_zero=no_zero)
        return self.book.cite(number_id, float(value), shown, source)

    def scientific(self, number_id: str, value: float | None, source: str = "") -> str:
        """Record a very small number and return it in scientific notation (``3·10⁻⁶``); an en dash when missing."""
        if value is None or not math.isfinite(value):
            return numbers.MISSING
        mantissa, _, power = f"{value:.0e}".partition("e")
        raised = str(int(power)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return self.book.cite(number_id, float(value), f"{mantissa}·10{raised}" if value else "0", source)

    def count(self, number_id: str, value: int, source: str = "") -> str:
        """Record a count and return it as printed."""
        return self.book.cite(number_id, int(value), numbers.format_integer(int(value)), source)

    def share(self, number_id: str, value: float, digits: int = 1, source: str = "") -> str:
        """Record a share in [0, 1] and return it as a percentage."""
        if not math.isfinite(value):
            return numbers.MISSING
        return self.book.cite(number_id, float(value), numbers.format_percent(float(value), digits), source)

    def probability(self, number_id: str, value: float, source: str = "") -> str:
        """Record a probability and return it with its relation (``= .87``, ``> .99``); never as a plain 0 or 1."""
        shown = numbers.format_probability(float(value))
        text = f"{shown[0]} {shown[1:]}" if shown[:1] in "<>" else f"= {shown}"
        return self.book.cite(number_id, float(value), text, source)

    def p_value(self, number_id: str, value: float, source: str = "") -> str:
        """Record a p value and return it with its relation (``= .031``, ``< .001``)."""
        if not math.isfinite(value):
            return numbers.MISSING
        shown = numbers.format_p_value(float(value))
        text = f"{shown[0]} {shown[1:]}" if shown.startswith("<") else f"= {shown}"
        return self.book.cite(number_id, float(value), text, source)

    def table(self, table: Table) -> TableBlock:
        """Number a table and record its figures."""
        self.tables.append(table)
        source = COMPUTED_BY.get(table.id.split(".")[0], "")
        for entry in numbers.numbers_of(table):
            self.book.record(entry["id"], entry["value"], source)
        return TableBlock(table, len(self.tables))

    def figure(self, spec: FigureSpec) -> FigureBlock:
        """Number a figure and record what its caption counts; its file is named by its id and the language."""
        self.figures.append(spec)
        for name, value in spec.numbers:
            self.book.record(f"figure.{spec.id}.{name}", value, "wxsat.present.figures")
        file = f"{spec.id}.{self.language}"
        return FigureBlock(spec.id, len(self.figures), spec.title, spec.alt, file, spec.caption)

    def join(self, parts: Iterable[str]) -> str:
        """Join names the way the language does."""
        return ("、" if self.language == "zh" else ", ").join(parts)
