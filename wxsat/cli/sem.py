"""`wxsat sem`: fit structural equation models to a file of answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from wxsat.cli.columns import read_columns
from wxsat.cli.output import emit_json, print_frame, say
from wxsat.errors import UsageError

if TYPE_CHECKING:
    from wxsat.instrument.instrument import FormName
    from wxsat.sem.result import SemResult

app = typer.Typer(no_args_is_help=True, help="Fit structural equation models.")


@app.callback()
def root() -> None:
    """Fit structural equation models."""


@app.command("fit")
def fit(
    model: Annotated[str, typer.Argument(help="Model file (lavaan syntax), or a model's id with --instrument.")],
    file: Annotated[Path, typer.Argument(help="Answers: CSV, XLSX, XLS, SAV, ZSAV or DTA.", metavar="FILE")],
    estimator: Annotated[str, typer.Option(help="Estimator: ML.")] = "ML",
    missing: Annotated[str, typer.Option(help="Rows with missing answers: listwise.")] = "listwise",
    std_lv: Annotated[bool, typer.Option("--std-lv", help="Fix latent variances to 1, not first loadings.")] = False,
    orthogonal: Annotated[
        bool, typer.Option("--orthogonal", help="Latents uncorrelated unless the model says so.")
    ] = False,
    fixed_x: Annotated[bool, typer.Option(help="Take the moments of exogenous covariates as given.")] = True,
    engine: Annotated[str, typer.Option(help="Engine: semopy.")] = "semopy",
    instrument: Annotated[
        str | None,
        typer.Option("--instrument", "-i", help="Bundled id, folder or YAML file that the answers belong to."),
    ] = None,
    form: Annotated[str | None, typer.Option(help="With --instrument: full, standard or brief.")] = None,
    sheet: Annotated[str | None, typer.Option(help="Sheet of a workbook.")] = None,
    missing_code: Annotated[
        list[float] | None, typer.Option("--missing-code", help="A code that stands for no answer (repeatable).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Fit a model; exit code 6 when a stated rule forbids its structural reading."""
    from wxsat.sem.fit import fit_sem

    if form is not None and instrument is None:
        raise UsageError("SEM-038", "--form needs --instrument.", where="--form")
    data = _data(file, instrument, form, sheet, missing_code)
    result = fit_sem(
        _model(model), data, estimator=estimator, missing=missing, engine=engine, std_lv=std_lv,
        orthogonal=orthogonal, fixed_x=fixed_x,
    )  # fmt: skip
    result = _with_distinctness(result, data)
    for finding in result.findings:
        say(f"{finding.severity}: {finding.message} [{finding.code}]")
    if as_json:
        emit_json(result.to_dict())
    else:
        _show(result)
    if result.refused:
        raise typer.Exit(6)


def _with_distinctness(result: SemResult, data: Any) -> SemResult:
    """Add the refusal of a reading in which two constructs that are not distinct predict one outcome."""
    from dataclasses import replace

    from wxsat.psychometrics.validity import discriminant_findings, htmt_of_blocks

    frame = getattr(data, "frame", data)
    table = result.table
    found = discriminant_findings(htmt_of_blocks(frame, table.indicators_of()), table.predictors_of())
    known = {(finding.code, finding.subject) for finding in result.findings}
    new = tuple(finding for finding in found if (finding.code, finding.subject) not in known)
    return replace(result, findings=(*new, *result.findings)) if new else result


def _model(model: str) -> str | Path:
    return Path(model) if Path(model).is_file() else model


def _data(
    file: Path, instrument: str | None, form: str | None, sheet: str | None, missing_codes: list[float] | None
) -> Any:
    """Return plain columns, or with an instrument its coded answers with reverse-keyed items recoded."""
    if instrument is None:
        return read_columns(file, sheet, missing_codes)
    if missing_codes:
        raise UsageError("SEM-038", "--missing-code is for plain columns; an instrument declares its own codes.")
    from wxsat.instrument.load import load_instrument
    from wxsat.responses.read import read_responses

    return read_responses(file, load_instrument(instrument), form=cast("FormName | None", form), sheet=sheet)


def _show(result: SemResult) -> None:
    from wxsat.sem.summary import fit_line

    print(fit_line(result))
    shown = [
        "lhs",
        "op",
        "rhs",
        "label",
        "estimate",
        "std_error",
        "z",
        "p_value",
        "ci_lower",
        "ci_upper",
        "std_all",
    ]
    print_frame(result.parameters[shown], "Parameters")
    print_frame(result.r2[["variable", "value"]], "R2")
    effects = result.effects[result.effects["kind"] != "specific"]
    if len(effects):
        columns = [
            "outcome",
            "source",
            "kind",
            "estimate",
            "std_error",
            "p_value",
            "ci_lower",
            "ci_upper",
            "std_all",
        ]
        print_frame(effects[columns], "Effects")
