"""``wxsat responses``: look into a file of answers, read it, screen it, clean it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wxsat.cli import estimate, screening, weight

if TYPE_CHECKING:
    from wxsat.instrument.instrument import FormName, Instrument
    from wxsat.responses.plan import CleaningPlan
    from wxsat.responses.responses import Responses

app = typer.Typer(help="Files of answers: inspect, read, screen, clean.", no_args_is_help=True, rich_markup_mode=None)
app.command("check")(screening.check)
app.command("sensitivity")(screening.sensitivity)
app.command("weight")(weight.weight)
app.command("estimate")(estimate.estimate)
app.command("rates")(weight.rates)

FileArgument = Annotated[
    Path, typer.Argument(help="CSV, XLSX, XLS, SAV, ZSAV, POR, DTA, SAS, Parquet or JSON.", show_default=False)
]
InstrumentOption = Annotated[
    str,
    typer.Option("--instrument", "-i", help="Id of a bundled instrument, or a YAML file.", show_default=False),
]
FormOption = Annotated[str | None, typer.Option("--form", help="full, standard or brief; found when left out.")]
SheetOption = Annotated[str | None, typer.Option("--sheet", help="Sheet of a workbook, by name.")]
EncodingOption = Annotated[str | None, typer.Option("--encoding", help="Of a text file; found when left out.")]
DelimiterOption = Annotated[str | None, typer.Option("--delimiter", help="Of a text file; found when left out.")]
AccountOption = Annotated[str | None, typer.Option("--account", help="Column that names the account.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace files that are there.")]
PlanOption = Annotated[Path | None, typer.Option("--plan", help="Cleaning plan (YAML).")]
OutOption = Annotated[Path, typer.Option("--out", "-o", help="File to write: .csv, .xlsx, .sav or .dta.")]
PlatformOption = Annotated[
    str,
    typer.Option("--platform", help="Who wrote the file: wjx, tencent, qualtrics, google, kobo, ...; auto finds out."),
]
PairOption = Annotated[
    Path | None, typer.Option("--pair", help="The same answers exported the other way (by text, by number).")
]
MatchOption = Annotated[
    str, typer.Option("--match", help="names, or order: columns without a name by their place, where numbers agree.")
]
KeyOption = Annotated[
    Path | None, typer.Option("--key", help="Key file, kept by you: identifiers become a keyed hash (column person).")
]
LangOption = Annotated[str, typer.Option("--lang", help="Language of the labels: zh or en.")]


@app.command("inspect")
def inspect(
    file: FileArgument,
    instrument: Annotated[str | None, typer.Option("--instrument", "-i", help="Compare with this one only.")] = None,
    sheet: SheetOption = None,
    encoding: EncodingOption = None,
    delimiter: DelimiterOption = None,
    platform: PlatformOption = "auto",
    pair: PairOption = None,
    json: JsonOption = False,
) -> None:
    """Say what is in a file: who wrote it, columns with their codes, likely scales, identifiers, the instrument."""
    from wxsat.cli.output import emit_json, say
    from wxsat.cli.progress import byte_progress
    from wxsat.responses.inspection import inspect_file

    with byte_progress(file) as progress:
        found = inspect_file(
            file,
            _candidates(instrument),
            sheet=sheet,
            encoding=encoding,
            delimiter=_character(delimiter),
            platform=platform,
            pair=pair,
            progress=progress,
        )
    _say_platform(found["file"], found["platform"], found["platform_because"])
    if json:
        emit_json(found)
        return
    for note in found["notes"]:
        say(note)
    _print_inspection(found)


def _say_platform(file: str, platform: str, because: list[str]) -> None:
    from wxsat.cli.output import say

    say(f"{file}: platform {platform}" + (f" ({'; '.join(because)})" if because else " (one header row, nothing else)"))


def _print_inspection(found: dict[str, Any]) -> None:
    import pandas as pd

    from wxsat.cli.output import print_frame

    how = ", ".join(str(found[k]) for k in ("format", "encoding", "delimiter", "sheet") if found[k])
    print(f"{found['file']}: {found['rows']} rows, {found['columns']} columns ({how})")
    if found["instrument"]:
        print(
            f"instrument: {found['instrument']}, {found['form']} form;"
            f" {found['items_recognised']} items recognised, {found['items_in_form']} in the form"
        )
    else:
        print("instrument: none recognised")
    for scale in found["likely_scales"]:
        names = scale["columns"]
        print(
            f"likely a scale: {names[0]} to {names[-1]} ({len(names)} columns), answers {', '.join(scale['answers'])}"
        )
    for hidden in found["identifiers"]:
        print(f"identifier: {hidden['column']} ({hidden['kind']}); never written")
    columns = pd.DataFrame(found["column_list"])[["name", "question", "role", "kind", "filled", "distinct"]]
    columns["codes"] = [_codes_shown(record) for record in found["column_list"]]
    print_frame(columns.astype(object).where(columns.notna(), None))


def _codes_shown(record: dict[str, Any]) -> str:
    labels = [f"{value} {text}" for value, text in record["labels"].items()]
    shown = labels or [str(category["value"]) for category in record["categories"]]
    missing = f" (missing: {', '.join(record['missing_codes'])})" if record["missing_codes"] else ""
    return ", ".join(shown[:8]) + (", …" if len(shown) > 8 else "") + missing


@app.command("read")
def read(
    file: FileArgument,
    instrument: InstrumentOption,
    out: OutOption,
    form: FormOption = None,
    account: AccountOption = None,
    sheet: SheetOption = None,
    encoding: EncodingOption = None,
    delimiter: DelimiterOption = None,
    platform: PlatformOption = "auto",
    pair: PairOption = None,
    match: MatchOption = "names",
    key: KeyOption = None,
    lang: LangOption = "zh",
    force: ForceOption = False,
    json: JsonOption = False,
) -> None:
    """Code answers against an instrument and write them, uncleaned and in raw direction."""
    from wxsat.cli.output import emit_json, say
    from wxsat.cli.progress import byte_progress
    from wxsat.responses.pieces import is_large
    from wxsat.responses.reading_findings import reading_findings
    from wxsat.responses.save import write_responses

    _keep_input(file, out)
    for own in (pair, key):
        if own is not None:
            _keep_input(own, out)
    wishes: dict[str, Any] = {"platform": platform, "match": match, "key": key}
    if is_large(file) and out.suffix.casefold() == ".csv" and pair is None:
        from wxsat.instrument.load import load_instrument
        from wxsat.responses.stream import read_to_csv

        wishes |= {"form": form, "account": account, "encoding": encoding, "delimiter": _character(delimiter)}
        with byte_progress(file) as progress:
            responses = read_to_csv(file, load_instrument(instrument), out, force=force, progress=progress, **wishes)
        written: tuple[Path, ...] = (out,)
    else:
        responses = _responses(file, instrument, form, account, sheet, encoding, delimiter, pair=pair, **wishes)
        written = write_responses(responses, out, force=force, language=_language(lang))
    told = responses.provenance
    if told["platform"] == "plain":
        _say_platform(told["file"], told["platform"], [])
    for line in responses.log:
        say(line)
    findings = reading_findings(responses)
    for finding in findings:
        say(f"{finding.severity}: {finding.message}  [{finding.code}]")
    n = told["rows_read"]
    if json:
        emit_json(
            {
                "n": n,
                "outputs": [p.name for p in written],
                "findings": [f.to_dict() for f in findings],
                "provenance": told,
            }
        )
    else:
        print(f"{n} respondents -> {out}")


@app.command("screen")
def screen(
    file: FileArgument,
    instrument: InstrumentOption,
    plan: PlanOption = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the records as .csv or .xlsx.")] = None,
    form: FormOption = None,
    sheet: SheetOption = None,
    encoding: EncodingOption = None,
    delimiter: DelimiterOption = None,
    platform: PlatformOption = "auto",
    force: ForceOption = False,
    json: JsonOption = False,
) -> None:
    """Mark careless answers, one record a respondent; drops nobody."""
    from wxsat.cli.output import emit_json, print_frame, say
    from wxsat.responses.save import write_table
    from wxsat.responses.screen import screen_responses

    _keep_input(file, out)
    responses = _responses(file, instrument, form, None, sheet, encoding, delimiter, platform=platform)
    table = screen_responses(responses, _plan(plan))
    if out is not None:
        write_table(table, out, force=force)
        say(f"Written: {out}")
    if json:
        emit_json(_records(table))
        return
    flagged = table[table["flags"].map(len) > 0]
    shown = flagged[["id", "longstring", "irv", "seconds_per_item", "duplicate_of"]].copy()
    shown = shown.astype({"longstring": "Int64", "duplicate_of": "Int64"}).astype(object)
    shown = shown.where(shown.notna(), None)
    shown["flags"] = flagged["flags"].map(", ".join)
    print_frame(shown.head(40), f"{len(flagged)} of {len(table)} respondents with a flag")
    if len(flagged) > 40:
        say(f"... and {len(flagged) - 40} more; --out writes all of them.")


@app.command("clean")
def clean(
    file: FileArgument,
    instrument: InstrumentOption,
    out: OutOption,
    plan: PlanOption = None,
    form: FormOption = None,
    account: AccountOption = None,
    sheet: SheetOption = None,
    encoding: EncodingOption = None,
    delimiter: DelimiterOption = None,
    platform: PlatformOption = "auto",
    key: KeyOption = None,
    lang: LangOption = "zh",
    force: ForceOption = False,
    json: JsonOption = False,
) -> None:
    """Clean answers: drop on two families of evidence, recode reversed items, write ledger and flow."""
    from wxsat.cli.output import emit_json, print_frame, say
    from wxsat.responses.clean import clean as clean_responses
    from wxsat.responses.save import write_responses

    _keep_input(file, out)
    responses = _responses(file, instrument, form, account, sheet, encoding, delimiter, platform=platform, key=key)
    cleaned = clean_responses(responses, _plan(plan))
    written = write_responses(cleaned, out, force=force, language=_language(lang))
    for finding in cleaned.findings:
        say(f"{finding.severity}: {finding.message}  [{finding.code}]")
    if json:
        emit_json(
            {
                "file": file.name,
                "n_read": responses.n,
                "n_left": cleaned.n,
                "flow": cleaned.flow.to_dict("records"),
                "single_flag_rows": list(cleaned.single_flag_rows),
                "reversed_items": list(cleaned.reversed_items),
                "findings": [f.to_dict() for f in cleaned.findings],
                "outputs": [p.name for p in written],
            }
        )
        return
    print_frame(cleaned.flow, f"{responses.n} read, {cleaned.n} left")
    say(f"Written: {', '.join(str(p) for p in written)}")


def _responses(
    file: Path,
    instrument: str,
    form: str | None,
    account: str | None,
    sheet: str | None,
    encoding: str | None,
    delimiter: str | None,
    **more: Any,
) -> Responses:
    from typing import cast

    from wxsat.instrument.load import load_instrument
    from wxsat.responses.read import read_responses

    return read_responses(
        file,
        load_instrument(instrument),
        form=cast("FormName | None", form),
        account=account,
        sheet=sheet,
        encoding=encoding,
        delimiter=_character(delimiter),
        **more,
    )


def _keep_input(file: Path, out: Path | None) -> None:
    """Raw answers are never written over, not even with --force."""
    from wxsat.errors import UsageError

    if out is not None and out.exists() and file.exists() and out.samefile(file):
        raise UsageError("RESP-064", f"{out} is the file of answers itself.", hint="Name another file to write.")


def _candidates(instrument: str | None) -> list[Instrument]:
    from wxsat.errors import WxsatError
    from wxsat.instrument.load import bundled_instruments, load_instrument

    if instrument is not None:
        return [load_instrument(instrument)]
    loaded = []
    for _, path in bundled_instruments():
        try:
            loaded.append(load_instrument(path))
        except WxsatError:
            continue
    return loaded


def _plan(path: Path | None) -> CleaningPlan:
    from wxsat.responses.plan import CleaningPlan, load_plan

    return CleaningPlan() if path is None else load_plan(path)


def _language(lang: str) -> Any:
    from wxsat.errors import UsageError

    if lang not in ("zh", "en"):
        raise UsageError("RESP-029", f"there is no language '{lang}'; languages: zh, en.")
    return lang


def _character(delimiter: str | None) -> str | None:
    names = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
    return None if delimiter is None else names.get(delimiter, delimiter)


def _records(table: Any) -> list[dict[str, Any]]:
    """Rows as JSON records; row numbers as whole numbers."""
    from wxsat.numerics.plain import frame_records

    records = frame_records(table)
    for record in records:
        for name in ("duplicate_of", "identical_to", "same_address_as"):
            record[name] = None if record[name] is None else int(record[name])
    return records
