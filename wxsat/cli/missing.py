"""``wxsat measure missing``: what is missing, whether at random, and scale means after multiple imputation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wxsat.cli.answer_options import File, Form, High, InstrumentName, Json, Low, MissingCodes, Reverse, Scales, Sheet
from wxsat.cli.columns import read_columns
from wxsat.cli.output import emit_json, print_frame, say
from wxsat.errors import UsageError
from wxsat.instrument.instrument import Language

if TYPE_CHECKING:
    from wxsat.instrument.instrument import FormName
    from wxsat.psychometrics.missing.evaluate import MissingReport

LANGUAGES: tuple[Language, ...] = ("zh", "en")
SHOWN_PATTERNS = 15

Planned = Annotated[
    list[str] | None,
    typer.Option("--planned", help='Columns that a form did not ask of everybody, a block: "B1,B2" (repeatable).'),
]
Imputations = Annotated[int, typer.Option("--imputations", min=0, help="Completed copies; 0 for none.")]
Iterations = Annotated[int, typer.Option("--iterations", min=1, help="Rounds over all variables a copy.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed of the imputation.")]
Out = Annotated[Path | None, typer.Option("--out", "-o", help="Folder to write: tables and the missing map.")]
Force = Annotated[bool, typer.Option("--force", help="Replace the folder.")]


def missing(
    file: File,
    instrument: InstrumentName = None,
    scale: Scales = None,
    reverse: Reverse = None,
    low: Low = None,
    high: High = None,
    form: Form = None,
    sheet: Sheet = None,
    missing_code: MissingCodes = None,
    planned: Planned = None,
    imputations: Imputations = 20,
    iterations: Iterations = 5,
    seed: Seed = 1,
    out: Out = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Print what is missing together, Little's test, and scale means pooled over multiple imputations."""
    from wxsat.cli.measure import parse_scales, require_one_source
    from wxsat.psychometrics.missing.evaluate import evaluate_missing

    require_one_source(instrument, scale, reverse, (low, high), form)
    if instrument is not None and missing_code:
        raise UsageError("MEAS-012", "--missing-code belongs to --scale; an instrument declares its own codes.")
    if out is not None:
        _require_free(out, force)
    blocks = [[name.strip() for name in block.split(",") if name.strip()] for block in planned or ()]
    how = {"planned": blocks, "imputations": imputations, "iterations": iterations, "seed": seed}
    if instrument is not None:
        from typing import cast

        from wxsat.instrument.load import load_instrument
        from wxsat.responses.read import read_responses

        known_form = cast("FormName | None", form)
        responses = read_responses(file, load_instrument(instrument), form=known_form, sheet=sheet)
        report = evaluate_missing(responses, **how)  # type: ignore[arg-type]
    else:
        report = evaluate_missing(
            read_columns(file, sheet, missing_code),
            scales=parse_scales(scale or []),
            reverse=reverse or (),
            scale_range=(low, high) if low is not None and high is not None else None,
            **how,  # type: ignore[arg-type]
        )
    if out is not None:
        _write(report, out, file)
        say(f"Written: {out}")
    if as_json:
        emit_json(report.to_dict())
        return
    _print(report)


def _print(report: MissingReport) -> None:
    print_frame(report.variables, "Missing answers by variable")
    shown = report.patterns[["pattern", "n", "share", "n_missing"]].head(SHOWN_PATTERNS)
    print_frame(shown, f"{len(report.patterns)} patterns, the most frequent first")
    if report.mcar is not None:
        t = report.mcar
        print(f"Little's test: chi-square({t.df}) = {t.statistic:.3f}, p = {t.p_value:.4f} ({t.n_patterns} patterns)")
    if len(report.means):
        columns = ["construct", "n", "complete", "estimate", "std_error", "df", "ci_lower", "ci_upper", "fmi"]
        print_frame(report.means[columns], f"Scale means, {report.settings['imputations']} imputations")
    for finding in report.findings:
        say(f"{finding.severity}: {finding.message}  [{finding.code}]")


def _require_free(out: Path, force: bool) -> None:
    from wxsat.study.write import require_writable

    if out.exists() and not force:
        raise UsageError(
            "MEAS-044", "the output folder exists already.", where=str(out), hint="Give --force, or another --out."
        )
    require_writable(out)


def _write(report: MissingReport, out: Path, file: Path) -> None:
    import json as json_text

    from wxsat import __version__
    from wxsat.numerics.plain import plain
    from wxsat.present.figures.figure import render_formats
    from wxsat.present.figures.missing_map import plot_missing_map
    from wxsat.present.render.csv import render_csv
    from wxsat.present.tables.missing import tabulate_missing_variables, tabulate_pooled_means
    from wxsat.study.write import replace_folder

    with replace_folder(out) as folder:
        report.patterns.to_csv(folder / "patterns.csv", index=False, encoding="utf-8-sig")
        for language in LANGUAGES:
            tables = [tabulate_missing_variables(report, None, language)]
            tables += [tabulate_pooled_means(report, None, language)] if len(report.means) else []
            for table in tables:
                (folder / f"{table.id}.{language}.csv").write_bytes(render_csv(table))
            spec = plot_missing_map(
                report.patterns, [str(v) for v in report.variables["variable"]], report.shares, language=language
            )
            for suffix, payload in render_formats(spec).items():
                (folder / f"{spec.id}.{language}.{suffix}").write_bytes(payload)
        record = {"wxsat": __version__, "command": "measure missing", "file": file.name, **report.to_dict()}
        (folder / "run.json").write_text(
            json_text.dumps(plain(record), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
