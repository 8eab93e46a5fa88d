"""No number is typed into a sentence, and no sentence claims a cause that a cross-section cannot show.

Templates: every number stands in a field, but for conventions that are allowed by name. Rendered reports: every
number of a sentence is looked up by its id in numbers.json, and printed as what stands there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from wxsat.present import locale, numbers
from wxsat.present.causal import causal_words
from wxsat.present.document import (
    Bullets,
    Document,
    FigureBlock,
    FindingsBlock,
    KeyFigures,
    Paragraph,
    Section,
    document_from_dict,
    without_marks,
)
from wxsat.present.locale import topics
from wxsat.present.report import build_report
from wxsat.study.load import load_study
from wxsat.study.prepare import prepare_study
from wxsat.study.street import walk_street

LANGUAGES = ("zh", "en")
HOLZINGER = Path(__file__).resolve().parents[3] / "analysis" / "holzinger-1939"

TYPED = re.compile(r"(?<![A-Za-z_\d.])(?:\d+(?:,\d{3})*(?:\.\d+)?|\.\d+)(?=th\b|(?![A-Za-z_\d]))")
FIELD = re.compile(r"\{[^{}]*\}")
MARK = re.compile(r"⟦([^|⟧]+)\|([^⟧]*)⟧")

# Numbers that a text may hold without a record behind them, each under the name of its convention, and the keys of
# the locale that may print it. A number that is none of these is computed, and belongs into a field.
CONVENTIONS: dict[str, tuple[set[str], tuple[str, ...]]] = {
    "level of an interval or limit": ({"90", "95", "99.8"}, ("",)),
    "points of a supervisors' sheet": ({"59"}, ("tables.panel",)),
    "ends of a scale, one unit": ({"0", "1", "100"}, ("",)),
    "bands and verdicts of severity": (
        {"20", "40", "60", "80", "30", "10", ".90", ".10", ".80", ".20"},
        ("report.", "brief.", "accounts.", "figures.s", "figures.account_funnel", "findings.DIAG", "tables."),
    ),
    "percentile of a method interval, power mean": (
        {"5", "4", "2", "50"},
        ("tables.severity", "tables.dashboard", "tables.sources", "tables.between_accounts", "cite.margin"),
    ),
    "unit of a cost in yuan": ({"10,000"}, ("tables.sequence", "brief.first.priced")),
    "five answers are the least that is shown": ({"5"}, ("figures.reply_survival",)),
    "cut-offs of reliability and loadings": (
        {".30", ".40", ".50", ".70", ".708", ".80", ".95", ".60", ".74"},
        ("figures.", "report.", "tables.reliability", "tables.loadings", "tables.content_validity"),
    ),
    "information 4 is a reliability of .80": ({"4", ".50", ".80"}, ("figures.information",)),
    "cut-offs of HTMT": ({".85", ".90", "0.90"}, ("figures.htmt", "report.m", "tables.htmt", "tables.composite_htmt")),
    "cut-offs of fit": ({".95", ".06", ".08"}, ("tables.fit",)),
    "least modification index, 99% point of chi-square": ({"6.63", "99"}, ("tables.modification",)),
    "cut-offs of invariance": ({".010", ".015", ".030"}, ("figures.invariance", "tables.")),
    "level of a test": ({".05", ".01"}, ("figures.path_diagram", "figures.composite_path", "tables.")),
    "small coefficients and residuals": ({".10"}, ("figures.path_diagram", "findings.SEM", "tables.")),
    "cut-offs of other methods": (
        {".2", ".3", ".4", ".5", ".6", ".9", "3.3", "10", "20", "25", "5", "8", "2", "20,000"},
        ("tables.confounders", "tables.split_sample", "tables.collinearity", "tables.aligned_means", "findings.",
         "tables.between_accounts", "tables.rivals", "figures.reply_survival", "accounts."),
    ),
    "name of a standard, a hash, an index": (
        {"256", "7714", "7", "2", "8", "3"},
        ("citations.", "checklists.", "report.citation", "tables.", "brief.sure", "findings.INST"),
    ),
    "year of a source": ({"*year"}, ("tables.", "findings.", "citations.", "checklists.", "report.")),
}  # fmt: skip
YEAR = re.compile(r"(?:19|20)\d\d")


def conventions_of(key: str) -> set[str]:
    """Return the numbers that the text under a key may hold."""
    return {token for tokens, prefixes in CONVENTIONS.values() for token in tokens if key.startswith(prefixes)}


def typed_numbers(text: str, allowed: Iterable[str] = ()) -> list[str]:
    """Return the numbers of a text that stand in no field and no mark and that nothing allows."""
    known = set(allowed)
    bare = MARK.sub("", FIELD.sub("", text))
    found = [token.rstrip(",") for token in TYPED.findall(bare)]
    return [token for token in found if token not in known and not ("*year" in known and YEAR.fullmatch(token))]


def printed_forms(value: float) -> set[str]:
    """Return every way in which this package prints a number, its sign left to the text around it."""
    forms = {numbers.format_p_value(value), numbers.format_probability(value), str(value)}
    for digits in range(5):
        forms |= {numbers.format_number(value, digits, no_zero=zero) for zero in (False, True)}
        forms |= {numbers.format_percent(value, digits), numbers.format_number(value, digits, grouping=False)}
    return {form.strip("<>%−-").strip() for form in forms}


def texts(language):
    return {key: text for topic in topics(language) for key, text in locale._texts(language, topic).items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_number_is_typed_into_a_template(language):
    typed = {key: found for key, text in texts(language).items() if (found := typed_numbers(text, conventions_of(key)))}
    assert not typed, f"computed numbers belong into fields, conventions into CONVENTIONS by name: {typed}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_template_claims_a_cause(language):
    claims = {
        key: found for key, text in texts(language).items() if (found := causal_words(FIELD.sub("", text), language))
    }
    assert not claims, f"say association, expectation under the model, or why the design allows more: {claims}"


def test_every_convention_is_used():
    used = {
        name
        for name, (tokens, prefixes) in CONVENTIONS.items()
        for language in LANGUAGES
        for key, text in texts(language).items()
        if key.startswith(prefixes) and ({*typed_numbers(text)} & tokens or "*year" in tokens)
    }
    assert used == set(CONVENTIONS)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Severity is 57.1 (95% CI {low}–{high}).", ["57.1"]),
        ("Of ⟦sample.n|1,379⟧ people, 62% agree.", ["62"]),
        ("严重度为 57.1 分，PU1 与 R² 不算。", ["57.1"]),
        ("Severity is {s:number1}; ω ≥ .70.", []),
    ],
)
def test_a_typed_number_is_found(text, found):
    assert typed_numbers(text, {"95", ".70"}) == found


@pytest.mark.parametrize(
    ("text", "language", "number"),
    [
        ("Ease of use leads to satisfaction.", "en", 1),
        ("Leaders cause the dilemma, and silence results in distrust.", "en", 2),
        ("This is an association and no proof of causes.", "en", 0),
        ("感知有用性导致满意度提高。", "zh", 1),
        ("此为关联，不能证明因果。", "zh", 0),
    ],
)
def test_a_causal_claim_is_found(text, language, number):
    assert len(causal_words(text, language)) == number


def test_printed_forms_hold_what_is_printed():
    assert {"12.3", "0.123", ".12", "0.12"} <= printed_forms(0.1234)
    assert ".001" in printed_forms(0.0004)


def sentences(document: Document) -> Iterator[tuple[str, str]]:
    """Return section and text of everything that a reader reads outside tables and pictures."""
    for section in document.sections:
        for block in section.blocks:
            for text in _texts_of(block):
                yield section.id, text


def _texts_of(block: object) -> Iterator[str]:
    match block:
        case Paragraph(text=text):
            yield text
        case Bullets(items=items):
            yield from items
        case KeyFigures(figures=figures):
            for figure in figures:
                yield from (figure.label, figure.value, figure.reading)
        case FindingsBlock(findings=findings):
            yield from (f.text for f in findings)
        case FigureBlock(caption=caption):
            yield caption


# Numbers that name a version or a setting.
NAMED = {
    "code of a finding": re.compile(r"\b[A-Z]+-\d{3}\b"),
    "version of the instrument": re.compile(r"(?:版本|version) ?\d[\d.]*"),
    "second engine and its settings": re.compile(r"semopy \d[\d.]* \([^)]*\)"),
}
# Sections that hold no computed number in a sentence, by the name of what they hold.
NAMES_AND_HASHES = {"citation": "versions, seeds, hashes", "appendix": "questions as asked", "references": "sources"}


def unrecorded(documents: Iterable[Document], entries: list[dict[str, object]], said: Iterable[str]) -> list[str]:
    """Return every number of a report's sentences that numbers.json does not have as it is printed."""
    values = {str(entry["id"]): float(str(entry["value"])) for entry in entries}
    # Findings and captions print their numbers without a mark; a caption's are recorded as ``figure.{id}.{name}``.
    unmarked = [value for key, value in values.items() if key.startswith(("finding.", "figure."))]
    evidence = {form for value in unmarked for form in printed_forms(value)}
    conventions = {token for tokens, _ in CONVENTIONS.values() for token in tokens}
    found = []
    for document in documents:
        for section, text in sentences(document):
            for number_id, shown in MARK.findall(text):
                digits = TYPED.findall(shown)
                if number_id not in values:
                    found.append(f"{document.language} {section}: {number_id} is not in numbers.json")
                elif "·10" not in shown and not {*digits} <= printed_forms(values[number_id]):
                    found.append(f"{document.language} {section}: {number_id} is {values[number_id]}, printed {shown}")
            if section not in NAMES_AND_HASHES:
                own = text
                for words in sorted(filter(None, said), key=len, reverse=True):
                    own = own.replace(words, "")
                for setting in NAMED.values():
                    own = setting.sub("", own)
                found += [
                    f"{document.language} {section}: {token} in {without_marks(text)[:90]}"
                    for token in typed_numbers(own, conventions | evidence)
                ]
    return found


def words_of_study(study: object) -> list[str]:
    """Return what the study file itself says: its own words, not the report's."""
    work, title = study.fieldwork, study.title  # type: ignore[attr-defined]
    labels = [title, *(getattr(work, name) for name in ("population", "sampling", "mode", "response"))]
    dates = [date.isoformat() for date in (work.start, work.end) if date]
    return [text.rstrip("。.") for label in labels for text in (label.zh, label.en) if text] + dates


@pytest.fixture(scope="module")
def real_report():
    study = load_study(HOLZINGER)
    return build_report(walk_street(prepare_study(study)), LANGUAGES), words_of_study(study)


@pytest.fixture(scope="module")
def small_report(small_run):
    folder, outcome = small_run
    documents = document_from_dict(json.loads((folder / "documents.json").read_text(encoding="utf-8")))
    seed = str(outcome.content.provenance["seed"])
    models = [text for m in outcome.content.models for text in (m.title.zh, m.title.en) if text]
    return documents, json.loads((folder / "numbers.json").read_text(encoding="utf-8")), [*models, seed]


def test_every_number_of_a_simulated_report_is_recorded(small_report):
    documents, entries, said = small_report
    assert not unrecorded(documents, entries, said)


def test_every_number_of_a_real_report_is_recorded(real_report):
    report, said = real_report
    assert not unrecorded(report.documents, list(report.numbers), said)


def test_no_report_claims_a_cause(small_report, real_report):
    for document in (*small_report[0], *real_report[0].documents):
        for section, text in sentences(document):
            if section not in NAMES_AND_HASHES:
                assert not causal_words(without_marks(text), document.language), text


def test_a_typed_number_in_a_report_is_found(small_report):
    documents, entries, said = small_report
    first = documents[0]
    words = Paragraph("Severity is 57.13 and ⟦sample.n|9⟧ answered ⟦no.such|1⟧ question.")
    picture = FigureBlock("path", 1, "Path", "", "path.en", "57.13 covariances are not drawn.")
    lie = Section("summary", "S", (words, picture))
    found = unrecorded([Document(first.language, "T", "", (lie,))], entries, said)
    assert len(found) == 4


def test_no_table_prints_stars(small_report, real_report):
    for document in (*small_report[0], *real_report[0].documents):
        for block in document.tables():
            cells = [cell for row in block.table.rows for cell in row if isinstance(cell, str)]
            assert not [cell for cell in cells if re.search(r"[\d)]\s*\*+$|^\*+$", cell)]
