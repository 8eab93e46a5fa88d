"""`wxsat pls`: composite models by partial least squares; prediction, groups, and a covariance model beside them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wxsat.cli import sem_options as option
from wxsat.cli.output import emit_json, print_frame, say
from wxsat.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wxsat.finding import Finding
    from wxsat.pls.result import PlsResult

app = typer.Typer(no_args_is_help=True, help="Composite models by partial least squares.")

ModelArgument = Annotated[str, typer.Argument(help="Model file: =~ mode A, <~ mode B, ~ paths, A:B interactions.")]
Scheme = Annotated[str, typer.Option(help="Inner weights: path, factor or centroid.")]
Consistent = Annotated[bool, typer.Option("--consistent", help="Correct mode A constructs for attenuation (PLSc).")]
HigherOrder = Annotated[str, typer.Option(help="Latents of latents: two_stage or repeated.")]
Missing = Annotated[str, typer.Option(help="Rows with a missing answer: listwise (left out) or mean (filled).")]
Seed = Annotated[int, typer.Option(help="Seed of all draws.")]
Out = Annotated[Path | None, typer.Option("--out", "-o", help="Folder to write: tables (CSV, XLSX, DOCX), figures.")]
Force = Annotated[bool, typer.Option("--force", help="Replace the folder.")]

TITLES = {
    "paths": "Paths (standardised)",
    "total_effects": "Total effects",
    "loadings": "Loadings",
    "weights": "Weights",
    "r2": "Explained variance",
    "reliability": "Reliability and convergent validity",
    "htmt": "HTMT",
    "model_fit": "Model fit",
    "index": "Index, 0-100",
    "importance": "Importance and performance",
}


@app.callback()
def root() -> None:
    """Composite models by partial least squares."""


@app.command("fit")
def fit(
    model: ModelArgument,
    file: option.Answers = None,
    scheme: Scheme = "path",
    consistent: Consistent = False,
    higher_order: HigherOrder = "two_stage",
    missing: Missing = "listwise",
    draws: Annotated[int, typer.Option(help="Bootstrap draws; 0 for none.")] = 1000,
    seed: Seed = 1,
    interval: Annotated[str, typer.Option(help="percentile or bca.")] = "percentile",
    level: Annotated[float, typer.Option(help="Coverage of the intervals, between 0 and 1.")] = 0.95,
    sign_change: Annotated[str, typer.Option(help="Of draws: none or construct.")] = "none",
    low: Annotated[
        float | None, typer.Option("--min", help="Lowest answer of the items' scale, for the index.")
    ] = None,
    high: Annotated[float | None, typer.Option("--max", help="Highest answer of the items' scale.")] = None,
    target: Annotated[str | None, typer.Option(help="Construct of the importance-performance map.")] = None,
    tolerance: Annotated[float, typer.Option(help="Sum of the weights' changes at which the search ends.")] = 1e-7,
    max_iterations: Annotated[int, typer.Option(help="Most iterations of the search.")] = 300,
    instrument: option.Instrument = None,
    form: option.Form = None,
    sheet: option.Sheet = None,
    missing_code: option.MissingCodes = None,
    out: Out = None,
    force: Force = False,
    as_json: option.AsJson = False,
) -> None:
    """Fit a composite model; exit code 6 when a stated rule forbids its reading."""
    from wxsat.pls.fit import fit_pls

    answers = _answers(file, instrument, form, sheet, missing_code, out, force)
    result = fit_pls(
        option.read_model_argument(model),
        answers,
        scheme=scheme,
        consistent=consistent,
        higher_order=higher_order,
        missing=missing,
        draws=draws,
        seed=seed,
        interval=interval,
        level=level,
        sign_change=sign_change,
        scale=_scale(low, high),
        target=target,
        tolerance=tolerance,
        max_iterations=max_iterations,
    )
    _tell(result.findings)
    if out is not None:
        from wxsat.cli.pls_output import figures_of_fit, stamp_of
        from wxsat.present.tables.composite_frames import tabulate_composite_fit

        figures = figures_of_fit(result, _instrument(answers), stamp_of(answers))
        _write(out, "pls fit", file, result, answers, tabulate_composite_fit, figures)
    if as_json:
        emit_json(result.to_dict())
    else:
        _show(result)
    if result.refused:
        raise typer.Exit(6)


@app.command("predict")
def predict(
    model: ModelArgument,
    file: option.Answers = None,
    scheme: Scheme = "path",
    higher_order: HigherOrder = "two_stage",
    missing: Missing = "listwise",
    folds: Annotated[int, typer.Option(help="Parts that are predicted from the rest.")] = 10,
    repeats: Annotated[int, typer.Option(help="Times the rows are dealt out anew.")] = 10,
    omission: Annotated[int, typer.Option(help="Omission distance of blindfolding (Q2).")] = 7,
    seed: Seed = 1,
    instrument: option.Instrument = None,
    form: option.Form = None,
    sheet: option.Sheet = None,
    missing_code: option.MissingCodes = None,
    out: Out = None,
    force: Force = False,
    as_json: option.AsJson = False,
) -> None:
    """Predict left-out rows: RMSE and MAE beside the linear model and the item means, CVPAT, and Q2 by blindfolding."""
    from wxsat.finding import refusals
    from wxsat.pls.predict import predict_pls

    answers = _answers(file, instrument, form, sheet, missing_code, out, force)
    found = predict_pls(
        option.read_model_argument(model),
        answers,
        scheme=scheme,
        higher_order=higher_order,
        missing=missing,
        folds=folds,
        repeats=repeats,
        omission=omission,
        seed=seed,
    )
    _tell(found.findings)
    if out is not None:
        from wxsat.present.tables.composite_frames import tabulate_prediction

        _write(out, "pls predict", file, found, answers, tabulate_prediction)
    if as_json:
        emit_json(found.to_dict())
    else:
        print_frame(found.items, "Prediction of the items")
        print_frame(found.cvpat, "CVPAT: loss of the model less that of the benchmark; negative is better")
        print_frame(found.q2, "Q2 by blindfolding")
    if refusals(found.findings):
        raise typer.Exit(6)


@app.command("mga")
def mga(
    model: ModelArgument,
    file: option.Answers = None,
    group: option.Group = None,
    between: Annotated[str | None, typer.Option(help='The two values to compare, where there are more: "1,2".')] = None,
    scheme: Scheme = "path",
    consistent: Consistent = False,
    missing: Missing = "listwise",
    draws: Annotated[int, typer.Option(help="Permutations.")] = 1000,
    seed: Seed = 1,
    level: Annotated[float, typer.Option(help="Confidence of the tests, between 0 and 1.")] = 0.95,
    instrument: option.Instrument = None,
    form: option.Form = None,
    sheet: option.Sheet = None,
    missing_code: option.MissingCodes = None,
    out: Out = None,
    force: Force = False,
    as_json: option.AsJson = False,
) -> None:
    """Compare two groups: MICOM in three steps, then paths; exit code 6 without compositional invariance."""
    from wxsat.pls.groups import compare_groups

    if group is None:
        raise UsageError("PLS-026", "the column of the groups is missing.", where="--group")
    answers = _answers(file, instrument, form, sheet, missing_code, out, force)
    found = compare_groups(
        option.read_model_argument(model),
        answers,
        group,
        between=_pair(between),
        scheme=scheme,
        consistent=consistent,
        missing=missing,
        draws=draws,
        seed=seed,
        level=level,
    )
    _tell(found.findings)
    if out is not None:
        from wxsat.present.tables.composite_frames import tabulate_groups

        _write(out, "pls mga", file, found, answers, tabulate_groups)
    if as_json:
        emit_json(found.to_dict())
    else:
        print(f"{found.groups[0]} (n = {found.sizes[0]}) less {found.groups[1]} (n = {found.sizes[1]})")
        print_frame(found.micom, "Measurement invariance of composites")
        print_frame(found.paths, "Differences of paths")
    if found.refused:
        raise typer.Exit(6)


@app.command("beside")
def beside(
    model: ModelArgument,
    file: option.Answers = None,
    draws: Annotated[int, typer.Option(help="Bootstrap draws of the composite models.")] = 1000,
    seed: Seed = 1,
    instrument: option.Instrument = None,
    form: option.Form = None,
    missing_code: option.MissingCodes = None,
    sheet: option.Sheet = None,
    out: Out = None,
    force: Force = False,
    as_json: option.AsJson = False,
) -> None:
    """Set a covariance model, PLS and consistent PLS side by side on the same rows, and say what differs and why."""
    from wxsat.pls.beside import set_beside

    answers = _answers(file, instrument, form, sheet, missing_code, out, force)
    found = set_beside(option.read_model_argument(model), answers, draws=draws, seed=seed)
    _tell(found.findings)
    if out is not None:
        from wxsat.present.tables.composite_frames import tabulate_beside

        _write(out, "pls beside", file, found, answers, tabulate_beside)
    if as_json:
        emit_json(found.to_dict())
        return
    print_frame(found.paths, "Standardised paths")
    print_frame(found.r2, "Explained variance")
    print_frame(found.differences, "What differs, and why")


def _answers(
    file: Path | None,
    instrument: str | None,
    form: str | None,
    sheet: str | None,
    codes: list[float] | None,
    out: Path | None,
    force: bool,
) -> Any:
    if form is not None and instrument is None:
        raise UsageError("PLS-026", "--form needs --instrument.", where="--form")
    if file is None:
        raise UsageError("PLS-026", "no answers were given.", where="FILE", hint="Name a file of answers.")
    if out is not None:
        from wxsat.cli.pls_output import require_free

        require_free(out, force)
    return option.read_answers(file, instrument, form, sheet, codes)


def _instrument(answers: Any) -> Any:
    return getattr(answers, "instrument", None)


def _write(
    out: Path, command: str, file: Path | None, found: Any, answers: Any, tabulate: Any, figures: Any = None
) -> None:
    from wxsat.cli.pls_output import stamp_of, write_folder

    if file is None:
        return
    instrument = _instrument(answers)
    extra: dict[str, Any] = {"stamp": stamp_of(answers)}
    if figures is not None:
        extra["figures"] = figures
    write_folder(out, command, file, found.to_dict(), lambda language: tabulate(found, instrument, language), **extra)
    say(f"Written: {out}")


def _pair(between: str | None) -> tuple[str, str] | None:
    if between is None:
        return None
    parts = [part.strip() for part in between.replace("，", ",").split(",")]
    if len(parts) != 2 or not all(parts):
        raise UsageError("PLS-026", f"{between!r}; two values by a comma were expected.", where="--between")
    return parts[0], parts[1]


def _scale(low: float | None, high: float | None) -> tuple[float, float] | None:
    if (low is None) != (high is None):
        raise UsageError("PLS-024", "--min and --max go together.", where="--min")
    return None if low is None or high is None else (low, high)


def _tell(findings: Iterable[Finding]) -> None:
    for finding in findings:
        say(f"{finding.severity}: {finding.message} [{finding.code}]")


def _show(result: PlsResult) -> None:
    used, asked = result.counts["used"], result.counts["requested"]
    settings = result.settings
    errors = f"; {used} of {asked} draws, seed {settings['seed']}, {settings['interval']} intervals" if asked else ""
    print(f"N = {result.n_obs}, {settings['scheme']} scheme, {result.iterations} iterations{errors}")
    for name, title in TITLES.items():
        frame = getattr(result, name)
        if len(frame):
            print_frame(frame.dropna(axis=1, how="all"), title)
