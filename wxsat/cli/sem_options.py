"""The options that `sem fit`, `sem compare` and their like share, and the reading of models, data and matrices."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from wxsat.cli.columns import read_columns
from wxsat.errors import DataError, UsageError

if TYPE_CHECKING:
    from wxsat.instrument.instrument import FormName

Answers = Annotated[
    Path | None, typer.Argument(help="Answers: CSV, XLSX, XLS, SAV, ZSAV, POR, DTA or Parquet.", metavar="FILE")
]
Estimator = Annotated[
    str | None,
    typer.Option(
        help="ML (default), MLM, MLMV, MLMVS, MLR, MLF, GLS, ULS, ULSM, ULSMV, WLS, DWLS, WLSM, WLSMV (default with "
        "--ordered), WLSMVS."
    ),
]
Missing = Annotated[
    str,
    typer.Option(
        help="Missing answers: listwise, fiml, two_stage or robust_two_stage; with --ordered listwise or pairwise."
    ),
]
Group = Annotated[str | None, typer.Option(help="Column of the groups.")]
GroupEqual = Annotated[
    str,
    typer.Option(
        help="Equal over groups, by commas: loadings, intercepts, means, residuals, residual.covariances, "
        "lv.variances, lv.covariances, regressions, thresholds."
    ),
]
GroupPartial = Annotated[str, typer.Option(help='Freed from equality, by commas: "PU=~PU2,PU3~1".')]
Ordered = Annotated[str | None, typer.Option(help="Ordinal items: all (but covariates), or names by commas.")]
Parameterization = Annotated[str | None, typer.Option(help="Of ordinal items: delta (default) or theta.")]
Weights = Annotated[str | None, typer.Option(help="Column of sampling weights; errors and test become robust.")]
Cluster = Annotated[str | None, typer.Option(help="Column of clusters; errors and test become robust.")]
StdLv = Annotated[bool, typer.Option("--std-lv", help="Fix latent variances to 1, not first loadings.")]
StdOv = Annotated[bool, typer.Option("--std-ov", help="Standardise the observed variables first.")]
EffectCoding = Annotated[
    bool, typer.Option("--effect-coding", help="Loadings average 1, intercepts sum to 0, per latent.")
]
Meanstructure = Annotated[bool, typer.Option("--meanstructure", help="Add intercepts.")]
Growth = Annotated[bool, typer.Option("--growth", help="Growth curves: item intercepts 0, latent means free.")]
FixedX = Annotated[
    bool | None, typer.Option("--fixed-x/--no-fixed-x", help="Take the moments of exogenous covariates as given.")
]
Orthogonal = Annotated[bool, typer.Option("--orthogonal", help="Latents uncorrelated unless the model says so.")]
Rotation = Annotated[
    str | None, typer.Option(help="Of factors explored together (efa() in the model): geomin, oblimin or target.")
]
RotationTarget = Annotated[
    Path | None,
    typer.Option(help="With --rotation target: file with the items in its first column, a column a factor, empty "
                 "where a loading is free."),
]  # fmt: skip
GeominEpsilon = Annotated[float | None, typer.Option(help="With --rotation geomin: what keeps it smooth, .001.")]
Likelihood = Annotated[str, typer.Option(help="normal (S divided by N) or wishart (N - 1).")]
Information = Annotated[str | None, typer.Option(help="expected, observed or first.order.")]
Errors = Annotated[
    str | None,
    typer.Option("--se", help="standard, first.order, robust.sem, robust.huber.white, ...: not the estimator's."),
]
Tests = Annotated[str | None, typer.Option("--test", help="Tests by lavaan's names and commas: not the estimator's.")]
Mimic = Annotated[str | None, typer.Option(help="Defaults of another program: Mplus or EQS.")]
Bounds = Annotated[str | None, typer.Option(help="Automatic bounds: pos.var, pos.ov.var, pos.lv.var or standard.")]
Cov = Annotated[Path | None, typer.Option(help="Covariance matrix (divided by N - 1) with named columns, not FILE.")]
Rows = Annotated[int | None, typer.Option("--n", help="With --cov: rows behind the matrix.")]
Mean = Annotated[Path | None, typer.Option(help="With --cov: file with one row of means, named columns.")]
Engine = Annotated[str, typer.Option(help="native or semopy.")]
Instrument = Annotated[
    str | None,
    typer.Option("--instrument", "-i", help="Bundled id, folder or YAML file that the answers belong to."),
]
Form = Annotated[str | None, typer.Option(help="With --instrument: full, standard or brief.")]
Sheet = Annotated[str | None, typer.Option(help="Sheet of a workbook.")]
MissingCodes = Annotated[
    list[float] | None, typer.Option("--missing-code", help="A code that stands for no answer (repeatable).")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]


def read_rotation(rotation: str | None, target: Path | None, epsilon: float | None) -> dict[str, Any]:
    """Return the arguments of fit_sem that say how explored factors are rotated."""
    given: dict[str, Any] = {} if epsilon is None else {"epsilon": epsilon}
    if target is not None:
        frame = read_columns(target, None)
        given["target"] = frame.set_index(frame.columns[0]).apply(_numbers_or_free)
    return {"rotation": rotation, "rotation_args": given or None}


def _numbers_or_free(column: Any) -> Any:
    import pandas as pd

    try:
        return pd.to_numeric(column)
    except (ValueError, TypeError) as error:
        raise UsageError(
            "SEM-099", f"column {column.name!r} of the target holds text.", where="--rotation-target",
            hint="Numbers where a loading is aimed at, nothing where it is free.",
        ) from error  # fmt: skip


def read_model_argument(model: str) -> str | Path:
    """Return the path of a model file, or the text that stands for something else."""
    return Path(model) if Path(model).is_file() else model


def read_input(
    file: Path | None,
    cov: Path | None,
    rows: int | None,
    mean: Path | None,
    instrument: str | None,
    form: str | None,
    sheet: str | None,
    missing_codes: list[float] | None = None,
) -> dict[str, Any]:
    """Return the arguments of fit_sem that say what it is fitted to."""
    if form is not None and instrument is None:
        raise UsageError("SEM-038", "--form needs --instrument.", where="--form")
    if cov is not None:
        if file is not None:
            raise UsageError("SEM-061", "FILE and --cov were both given.", where="--cov", hint="Give one of them.")
        return {"cov": _matrix(cov), "n": rows, "mean": None if mean is None else _means(mean)}
    if file is None:
        raise UsageError("SEM-040", "no answers were given.", where="FILE", hint="Name a file, or --cov with --n.")
    return {"data": read_answers(file, instrument, form, sheet, missing_codes)}


def read_answers(
    file: Path,
    instrument: str | None,
    form: str | None,
    sheet: str | None,
    missing_codes: list[float] | None = None,
) -> Any:
    """Return plain columns, or with an instrument its coded answers with reverse-keyed items recoded."""
    if instrument is None:
        return read_columns(file, sheet, missing_codes)
    if missing_codes:
        raise UsageError("SEM-038", "--missing-code is for plain columns; an instrument declares its own codes.")
    from wxsat.instrument.load import load_instrument
    from wxsat.responses.read import read_responses

    return read_responses(file, load_instrument(instrument), form=cast("FormName | None", form), sheet=sheet)


def _matrix(path: Path) -> Any:
    """Read a covariance matrix; a first column of names is dropped."""
    frame = read_columns(path, None)
    if len(frame.columns) == len(frame) + 1:
        frame = frame.iloc[:, 1:]
    if len(frame.columns) != len(frame):
        raise DataError(
            "SEM-073",
            f"{len(frame)} rows and {len(frame.columns)} columns; a square matrix with a head of names was expected.",
            where=path.name,
        )
    return frame


def _means(path: Path) -> Any:
    return read_columns(path, None).iloc[0]
