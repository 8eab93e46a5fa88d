"""`wxsat sem`: fit structural equation models to a file of answers, and compare them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wxsat.cli import exhibits
from wxsat.cli import sem_options as option
from wxsat.cli.output import emit_json, print_frame, say
from wxsat.cli.sem_bootstrap import bootstrap as bootstrap_command
from wxsat.cli.sem_diagram import diagram as diagram_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wxsat.finding import Finding
    from wxsat.sem.result import SemResult

app = typer.Typer(no_args_is_help=True, help="Fit structural equation models.")
app.command("bootstrap")(bootstrap_command)
app.command("diagram")(diagram_command)

_ESTIMATES = ("estimate", "std_error", "z", "p_value", "ci_lower", "ci_upper", "std_all")


@app.callback()
def root() -> None:
    """Fit structural equation models."""


@app.command("fit")
def fit(
    model: Annotated[str, typer.Argument(help="Model file (lavaan syntax), or a model's id with --instrument.")],
    file: option.Answers = None,
    estimator: option.Estimator = None,
    missing: option.Missing = "listwise",
    group: option.Group = None,
    group_equal: option.GroupEqual = "",
    group_partial: option.GroupPartial = "",
    ordered: option.Ordered = None,
    parameterization: option.Parameterization = None,
    weights: option.Weights = None,
    cluster: option.Cluster = None,
    std_lv: option.StdLv = False,
    std_ov: option.StdOv = False,
    effect_coding: option.EffectCoding = False,
    meanstructure: option.Meanstructure = False,
    growth: option.Growth = False,
    fixed_x: option.FixedX = None,
    orthogonal: option.Orthogonal = False,
    rotation: option.Rotation = None,
    rotation_target: option.RotationTarget = None,
    geomin_epsilon: option.GeominEpsilon = None,
    likelihood: option.Likelihood = "normal",
    information: option.Information = None,
    se: option.Errors = None,
    test: option.Tests = None,
    mimic: option.Mimic = None,
    bounds: option.Bounds = None,
    cov: option.Cov = None,
    n: option.Rows = None,
    mean: option.Mean = None,
    bootstrap: Annotated[int | None, typer.Option(help="Draws for bootstrap errors and intervals.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the bootstrap.")] = 1,
    modification: Annotated[bool, typer.Option("--modification", help="Print modification indices.")] = False,
    engine: option.Engine = "native",
    check: Annotated[str | None, typer.Option(help="Second engine as a witness: semopy.")] = None,
    instrument: option.Instrument = None,
    form: option.Form = None,
    sheet: option.Sheet = None,
    missing_code: option.MissingCodes = None,
    out: exhibits.Out = None,
    lang: exhibits.Lang = "zh",
    force: exhibits.Force = False,
    as_json: option.AsJson = False,
) -> None:
    """Fit a model; exit code 6 when a stated rule forbids its structural reading."""
    from wxsat.sem.fit import fit_sem
    from wxsat.sem.reading import judge_reading

    place = exhibits.destination(out, lang, force)
    given = option.read_input(file, cov, n, mean, instrument, form, sheet, missing_code)
    sampled: dict[str, Any] = {
        "estimator": estimator, "missing": missing, "group": group, "weights": weights, "cluster": cluster,
        "ordered": ordered, **given,
    }  # fmt: skip
    with _reasons_told(model, given.get("data")):
        result = fit_sem(
            option.read_model_argument(model), group_equal=group_equal,
            group_partial=group_partial, std_lv=std_lv, std_ov=std_ov,
            effect_coding=effect_coding, meanstructure=meanstructure, growth=growth, fixed_x=fixed_x,
            orthogonal=orthogonal, likelihood=likelihood, information=information, se=se,
            test=None if test is None else [word.strip() for word in test.split(",")], mimic=mimic,
            bounds=bounds, bootstrap=bootstrap, seed=seed, modification=modification, engine=engine, check=check,
            parameterization=parameterization, **option.read_rotation(rotation, rotation_target, geomin_epsilon),
            **sampled,
        )  # fmt: skip
    result = judge_reading(result, given.get("data"), lambda text: fit_sem(text, **sampled))
    _tell(result.findings)
    if place is not None:
        place.write((result,), given.get("data"))
    if as_json:
        emit_json(result.to_dict())
    else:
        _show(result)
    if result.refused:
        raise typer.Exit(6)


@contextmanager
def _reasons_told(model: str, data: Any) -> Iterator[None]:
    """Say what in the answers stands against a model that has no solution, before its error goes on."""
    from wxsat.errors import EstimationError

    try:
        yield
    except EstimationError:
        from wxsat.sem.reading import reasons_without_solution

        _tell(reasons_without_solution(option.read_model_argument(model), data))
        raise


@app.command("compare")
def compare(
    model_a: Annotated[str, typer.Argument(help="One model, in any order.", metavar="MODEL_A")],
    model_b: Annotated[str, typer.Argument(help="The other; one must be nested in the other.", metavar="MODEL_B")],
    file: option.Answers = None,
    method: Annotated[
        str | None,
        typer.Option(
            help="Of scaled tests: satorra.bentler.2001 (default), satorra.bentler.2010, satorra.2000 (default with "
            "--ordered)."
        ),
    ] = None,
    estimator: option.Estimator = None,
    missing: option.Missing = "listwise",
    group: option.Group = None,
    group_equal: option.GroupEqual = "",
    group_partial: option.GroupPartial = "",
    group_equal_b: Annotated[str | None, typer.Option(help="--group-equal of MODEL_B, where it differs.")] = None,
    ordered: option.Ordered = None,
    parameterization: option.Parameterization = None,
    weights: option.Weights = None,
    cluster: option.Cluster = None,
    std_lv: option.StdLv = False,
    meanstructure: option.Meanstructure = False,
    growth: option.Growth = False,
    fixed_x: option.FixedX = None,
    orthogonal: option.Orthogonal = False,
    likelihood: option.Likelihood = "normal",
    cov: option.Cov = None,
    n: option.Rows = None,
    mean: option.Mean = None,
    instrument: option.Instrument = None,
    form: option.Form = None,
    sheet: option.Sheet = None,
    missing_code: option.MissingCodes = None,
    as_json: option.AsJson = False,
) -> None:
    """Compare two nested models by the difference of their chi-squares, scaled where their tests are."""
    from wxsat.sem.comparison import compare_sem
    from wxsat.sem.fit import fit_sem

    given: dict[str, Any] = {
        "estimator": estimator, "missing": missing, "group": group, "group_partial": group_partial, "weights": weights,
        "cluster": cluster, "std_lv": std_lv, "meanstructure": meanstructure, "growth": growth, "fixed_x": fixed_x,
        "orthogonal": orthogonal, "likelihood": likelihood, "ordered": ordered, "parameterization": parameterization,
    }  # fmt: skip
    given |= option.read_input(file, cov, n, mean, instrument, form, sheet, missing_code)
    equal = (group_equal, group_equal if group_equal_b is None else group_equal_b)
    results = [
        fit_sem(option.read_model_argument(name), group_equal=words, **given)
        for name, words in zip((model_a, model_b), equal, strict=True)
    ]
    found = compare_sem(*results, method=method)
    for result in results:
        _tell(result.findings, result.model)
    _tell(found.findings)
    if as_json:
        emit_json(found.to_dict())
        return
    print_frame(found.models, "Models")
    test = found.test
    p = "< .001" if test.p_value < 0.001 else f"= {test.p_value:.3f}"
    print(f"Difference ({test.name}): chi-square {test.statistic:.3f}, df {test.df:.0f}, p {p}")


def _tell(findings: tuple[Finding, ...], model: str = "") -> None:
    for finding in findings:
        say(f"{f'{model}: ' if model else ''}{finding.severity}: {finding.message} [{finding.code}]")


def _show(result: SemResult) -> None:
    from wxsat.sem.summary import check_line, fit_line

    print(fit_line(result))
    if "check" in result.provenance:
        print(check_line(result.provenance["check"]))
    several = len(result.groups) > 1
    by = ["level" if "level" in result.parameters.columns else "group"] if several else []
    print_frame(result.parameters[["lhs", "op", "rhs", *by, "label", *_ESTIMATES]], "Parameters")
    group = ["group"] if result.r2["group"].nunique() > 1 else []
    print_frame(result.r2[["variable", *group, "value"]], "R2")
    effects = result.effects[result.effects["kind"] != "specific"]
    if len(effects):
        columns = [c for c in _ESTIMATES if c != "z"]
        print_frame(effects[["outcome", "source", "kind", *group, *columns]], "Effects")
    if result.modification is not None:
        print_frame(result.modification.head(20), "Modification indices, the 20 largest")
