"""`wxsat instrument`: list, show, check, export, and the schema of the file format."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Construct, FormName, Instrument, Language, Scale
    from wxsat.instrument.load import Examination
    from wxsat.instrument.questionnaire import PrintLanguage

app = typer.Typer(no_args_is_help=True)

INVALID = 3
# Written out here too: importing the models would make `wxsat --help` wait for pydantic.
_FORMS: tuple[FormName, ...] = ("full", "standard", "brief")


class FormOption(StrEnum):
    """Questionnaire length."""

    FULL = "full"
    STANDARD = "standard"
    BRIEF = "brief"


class LanguageOption(StrEnum):
    """Language of what is shown."""

    ZH = "zh"
    EN = "en"
    BOTH = "both"


class FormatOption(StrEnum):
    """What to export."""

    MARKDOWN = "markdown"
    DOCX = "docx"
    CODEBOOK_CSV = "codebook-csv"
    CODEBOOK_XLSX = "codebook-xlsx"
    DDI = "ddi"
    HTML = "html"
    WJX_TEXT = "wjx-text"
    WJX_JSONL = "wjx-jsonl"
    XLSFORM = "xlsform"
    QUALTRICS_TXT = "qualtrics-txt"
    LIMESURVEY_TSV = "limesurvey-tsv"
    REDCAP_CSV = "redcap-csv"
    SURVEYJS = "surveyjs"


class SourceOption(StrEnum):
    """What to import."""

    WJX_TEXT = "wjx-text"
    XLSFORM = "xlsform"
    QSF = "qsf"
    REDCAP_CSV = "redcap-csv"
    SAV = "sav"


Source = Annotated[str, typer.Argument(metavar="X", help="Bundled id, folder or YAML file.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
Force = Annotated[bool, typer.Option("--force", help="Replace a file that is already there.")]


@app.command("list")
def list_instruments(as_json: Json = False) -> None:
    """List the bundled instruments: id, version, title, items of each form."""
    from wxsat.instrument.load import bundled_instruments, load_instrument

    instruments = [load_instrument(path) for _, path in bundled_instruments()]
    records = [
        {
            "id": each.id,
            "version": each.header.version,
            "title": {"zh": each.header.title.zh, "en": each.header.title.en},
            "languages": each.header.languages,
            "forms": {form: len(each.items_in(form)) for form in _FORMS},
        }
        for each in instruments
    ]
    if as_json:
        _emit(records)
        return
    rows = [
        [
            each.id,
            each.header.version,
            *(str(len(each.items_in(form))) for form in _FORMS),
            each.header.title.text("zh"),
        ]
        for each in instruments
    ]
    _print_rows(["id", "version", *_FORMS, "title"], rows, right=(2, 3, 4))


@app.command("show")
def show(
    source: Source,
    form: Annotated[FormOption | None, typer.Option(help="Only what this form asks.")] = None,
    lang: Annotated[LanguageOption, typer.Option(help="Language of the wording.")] = LanguageOption.ZH,
    as_json: Json = False,
) -> None:
    """Show constructs, items and scales of an instrument."""
    from wxsat.instrument.load import load_instrument
    from wxsat.instrument.questionnaire import printed_languages

    instrument = load_instrument(source)
    chosen = _form(form)
    languages = printed_languages(instrument, _language(lang))
    if as_json:
        _emit(_instrument_record(instrument, chosen, _language(lang)))
        return
    _print_instrument(instrument, chosen, languages)


@app.command("check")
def check(
    source: Annotated[str, typer.Argument(metavar="FILE", help="YAML file, folder or bundled id.")],
    as_json: Json = False,
) -> None:
    """Check an instrument: every fault with its line, then warnings. Exit code 3 when there is a fault."""
    from wxsat.instrument.load import examine_instrument

    examination = examine_instrument(source)
    if as_json:
        _emit(_examination_record(examination))
    else:
        _print_examination(examination)
    if examination.faults:
        raise typer.Exit(INVALID)


@app.command("schema")
def schema(
    out: Annotated[Path | None, typer.Option("--out", help="File to write; stdout when left out.")] = None,
    force: Force = False,
) -> None:
    """Write the JSON Schema of the instrument file, for editors."""
    from wxsat.cli.output import say
    from wxsat.instrument.export import refuse_existing, write_beside
    from wxsat.instrument.schema import instrument_schema

    text = json.dumps(instrument_schema(), ensure_ascii=False, indent=2) + "\n"
    if out is None:
        typer.echo(text, nl=False)
        return
    refuse_existing(out, force=force)
    write_beside(out, text.encode("utf-8"))
    say(f"{out} written. First line of an instrument: # yaml-language-server: $schema={out.name}")


@app.command("export")
def export(
    source: Source,
    to: Annotated[FormatOption, typer.Option("--to", help="What to write.")],
    out: Annotated[Path, typer.Option("--out", help="File to write.")],
    form: Annotated[FormOption, typer.Option(help="Questionnaire length.")] = FormOption.FULL,
    lang: Annotated[LanguageOption, typer.Option(help="Language of the wording.")] = LanguageOption.ZH,
    post: Annotated[str, typer.Option("--post", help="html: address that takes the answers as JSON.")] = "",
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Export a questionnaire, a codebook or a form for a platform; what the file cannot carry is listed."""
    from wxsat.cli.output import say
    from wxsat.instrument.export import export_instrument, export_losses
    from wxsat.instrument.load import load_instrument

    instrument = load_instrument(source)
    asked, language = _form(form) or "full", _language(lang)
    path = export_instrument(instrument, to.value, out, form=asked, language=language, force=force, post=post)
    losses = export_losses(instrument, to.value, asked, language)
    if as_json:
        _emit({"file": str(path), "findings": [loss.to_dict() for loss in losses]})
    say(f"{path} written: {instrument.id} {instrument.header.version}, {form.value} form, {lang.value}.")
    for loss in losses:
        say(f"{loss.severity}: {loss.message}  [{loss.code}]")


@app.command("diff")
def diff(
    a: Annotated[str, typer.Argument(metavar="A", help="Earlier version: id, folder or YAML file.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Later version.")],
    as_json: Json = False,
) -> None:
    """Show what changed between two versions and which comparisons that breaks."""
    from wxsat.cli.output import say
    from wxsat.instrument.compare import compare_instruments
    from wxsat.instrument.load import load_instrument

    found = compare_instruments(load_instrument(a), load_instrument(b))
    if as_json:
        _emit(found.to_dict())
    else:
        same, every = len(found.comparable), len(found.hashes)
        typer.echo(f"{found.a['id']} {found.a['version']} -> {found.b['id']} {found.b['version']}")
        typer.echo(f"{_counted(len(found.changes), 'change')}; {same} of {every} questions are the same.")
        for change in found.changes:
            typer.echo(f"\n{change.id}  {change.what}: {change.before or '-'} -> {change.after or '-'}")
            typer.echo(f"    {change.breaks}")
    for finding in found.findings:
        say(f"{finding.severity}: {finding.message}  [{finding.code}]")


@app.command("import")
def import_draft(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What you have.")],
    source: Annotated[SourceOption, typer.Option("--from", help="What it is.")],
    out: Annotated[Path, typer.Option("--out", help="YAML file to write.")],
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Draft an instrument from a questionnaire or data file; what is left to fill in is listed."""
    from wxsat.cli.output import say
    from wxsat.instrument.export import refuse_existing, write_beside
    from wxsat.instrument.sources.draft import import_instrument

    refuse_existing(out, force=force)
    draft = import_instrument(file, source.value, name=out.stem)
    write_beside(out, draft.yaml.encode("utf-8"))
    if as_json:
        _emit({"file": str(out), "questions": draft.n_questions, "findings": [f.to_dict() for f in draft.findings]})
    say(f"{out} written: a draft of {_counted(draft.n_questions, 'question')}. Check it: wxsat instrument check {out}")
    for finding in draft.findings:
        say(f"{finding.severity}: {finding.message}  [{finding.code}]")


def _form(option: FormOption | None) -> FormName | None:
    return option.value if option is not None else None


def _language(option: LanguageOption) -> PrintLanguage:
    return option.value


def _emit(document: Any) -> None:
    from wxsat.cli.output import emit_json

    emit_json(document)


def _instrument_record(instrument: Instrument, form: FormName | None, language: PrintLanguage) -> dict[str, Any]:
    from wxsat.instrument.codebook import codebook_rows

    record = instrument.model_dump(mode="json", by_alias=True)
    return {
        "instrument": record["instrument"],
        "sha256": instrument.sha256,
        "form": form,
        "scales": record["scales"],
        "constructs": [
            {
                "id": construct.id,
                "name": construct.name.model_dump(),
                "model": construct.model,
                "direction": construct.direction,
                "dilemma": construct.dilemma,
                "items": instrument.item_ids_of(construct.id, form),
            }
            for construct in instrument.constructs_in(form)
        ],
        "composites": record["composites"],
        "models": record["models"],
        "variables": codebook_rows(instrument, form, language),
    }


def _examination_record(examination: Examination) -> dict[str, Any]:
    def line(where: str) -> int | None:
        number = where.rpartition(":")[2]
        return int(number) if number.isdigit() else None

    return {
        "file": str(examination.path),
        "ok": not examination.faults,
        "faults": [
            {"code": f.code, "line": line(f.where), "where": f.where, "message": f.message, "hint": f.hint}
            for f in examination.faults
        ],
        "warnings": [
            {
                "code": w.code,
                "severity": w.severity,
                "line": line(str(w.evidence.get("where", ""))),
                "where": w.evidence.get("where", ""),
                "subject": w.subject,
                "message": w.message,
            }
            for w in examination.warnings
        ],
    }


def _print_examination(examination: Examination) -> None:
    for fault in examination.faults:
        typer.echo(str(fault))
    for warning in examination.warnings:
        typer.echo(f"{warning.evidence.get('where', '')}: {warning.severity}: {warning.message}  [{warning.code}]")
    n_faults, n_warnings = len(examination.faults), len(examination.warnings)
    counts = f"{_counted(n_faults, 'fault')}, {_counted(n_warnings, 'warning')}"
    instrument = examination.instrument
    if instrument is None:
        typer.echo(f"{examination.path}: {counts}. Mend the faults and check again.")
        return
    forms = ", ".join(f"{form} {len(instrument.items_in(form))}" for form in _FORMS)
    name = f"{instrument.id} {instrument.header.version}"
    size = f"Constructs: {len(instrument.constructs)}; items: {forms}."
    typer.echo(f"{examination.path}: {name} is sound ({counts}). {size}")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _print_instrument(instrument: Instrument, form: FormName | None, languages: tuple[Language, ...]) -> None:
    from wxsat.instrument.questionnaire import wording

    header = instrument.header
    typer.echo(f"{instrument.id} {header.version}  {' / '.join(wording(header.title, languages))}")
    counts = ", ".join(f"{each} {len(instrument.items_in(each))}" for each in _FORMS)
    typer.echo(f"languages: {', '.join(header.languages)}; items: {counts}\n")
    for construct in instrument.constructs_in(form):
        _print_construct(instrument, construct, form, languages)
    for kind, ids in (
        ("attention checks", [c.id for c in instrument.attention if form is None or form in c.forms]),
        ("background", [q.id for q in instrument.background if form is None or form in q.forms]),
        ("composites", [f"{c.id} = {' + '.join(c.parts)}" for c in instrument.composites]),
        ("models", [f"{m.id} ({m.file}; {', '.join(m.forms)})" for m in instrument.models]),
    ):
        if ids:
            typer.echo(f"{kind}: {', '.join(ids)}")
    typer.echo("\nscales")
    for scale in instrument.scales.values():
        typer.echo(f"  {scale.id}: {_scale_line(scale, languages)}")


def _scale_line(scale: Scale, languages: tuple[Language, ...]) -> str:
    """Write a scale in one line: its range, then the codes that have a wording."""
    from wxsat.instrument.questionnaire import scale_options

    if not scale.codes:
        return scale.kind
    worded = [f"{o.code}={' / '.join(o.text)}" for o in scale_options(scale, languages) if o.text]
    return f"{scale.codes[0]} to {scale.codes[-1]}; {'; '.join(worded)}"


def _print_construct(
    instrument: Instrument, construct: Construct, form: FormName | None, languages: tuple[Language, ...]
) -> None:
    from wxsat.instrument.questionnaire import wording

    name = " / ".join(wording(construct.name, languages))
    dilemma = f", {construct.dilemma}" if construct.dilemma else ""
    typer.echo(f"{construct.id}  {name}  ({construct.model}, {construct.direction}{dilemma})")
    rows = [
        [
            item.id,
            item.key,
            "".join(each[0].upper() for each in item.forms),
            instrument.scale_of(item).id,
            " / ".join(wording(item.text, languages)),
        ]
        for item in construct.items
        if form is None or form in item.forms
    ]
    _print_rows(None, rows)
    typer.echo("")


def _print_rows(headings: list[str] | None, rows: list[list[str]], right: tuple[int, ...] = ()) -> None:
    """Print aligned columns; the last one is free to be as long as it is."""
    lines = [headings, *rows] if headings else rows
    indent = "" if headings else "  "
    if not lines:
        return
    widths = [max((_cells(line[i]) for line in lines), default=0) for i in range(len(lines[0]))]
    for line in lines:
        cells = [
            " " * (widths[i] - _cells(text)) + text if i in right else text + " " * (widths[i] - _cells(text))
            for i, text in enumerate(line[:-1])
        ]
        typer.echo(indent + "  ".join([*cells, line[-1]]))


def _cells(text: str) -> int:
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)
