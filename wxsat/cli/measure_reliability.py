"""`wxsat measure reliability`: of the constructs' sums, or of the factors of a model with correlated errors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wxsat.cli import exhibits
from wxsat.cli.answer_options import File, Form, High, InstrumentName, Json, Low, MissingCodes, Reverse, Scales, Sheet
from wxsat.cli.columns import read_columns
from wxsat.cli.output import emit_json, print_frame, say
from wxsat.errors import Fault, InterpretationRefused, UsageError
from wxsat.finding import refusals

if TYPE_CHECKING:
    import pandas as pd

# One table a question: twenty columns side by side are cut in a terminal.
SHOWN = {
    "Reliability: alpha (Feldt's and bootstrap interval)": (
        "n", "n_items", "alpha", "alpha_ci_lower", "alpha_ci_upper", "alpha_boot_lower", "alpha_boot_upper",
        "alpha_std", "alpha_ordinal",
    ),
    "Omega, bounds and composites": (
        "omega", "omega_ordinal", "omega_h", "omega_h_bifactor", "glb", "cr", "rho_a", "ave",
    ),
    "Items": ("mean_r", "loading_min", "loading_max"),
}  # fmt: skip

Model = Annotated[
    str | None,
    typer.Option(
        "--model", help="Model file: composite reliability of its factors, correlated errors as it frees them."
    ),
]
Estimator = Annotated[str | None, typer.Option("--estimator", help="With --model: ML (default), MLR, ...")]
Missing = Annotated[str, typer.Option("--missing", help="With --model: listwise or fiml.")]
Group = Annotated[str | None, typer.Option("--group", help="With --model: column of the groups.")]
Ordered = Annotated[str | None, typer.Option("--ordered", help="With --model: ordinal items, all or names.")]
Draws = Annotated[int, typer.Option("--draws", min=0, help="Bootstrap samples for a second interval of alpha.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed of the bootstrap.")]
Cluster = Annotated[str | None, typer.Option("--cluster", help="Column whose values the bootstrap resamples whole.")]


def reliability(
    file: File,
    instrument: InstrumentName = None,
    scale: Scales = None,
    reverse: Reverse = None,
    low: Low = None,
    high: High = None,
    form: Form = None,
    sheet: Sheet = None,
    missing_code: MissingCodes = None,
    model: Model = None,
    estimator: Estimator = None,
    missing: Missing = "listwise",
    group: Group = None,
    ordered: Ordered = None,
    draws: Draws = 1000,
    seed: Seed = 1,
    cluster: Cluster = None,
    out: exhibits.Out = None,
    lang: exhibits.Lang = "zh",
    force: exhibits.Force = False,
    as_json: Json = False,
) -> None:
    """Print alpha with two intervals, the omegas, rho_A, the greatest lower bound, CR and AVE of every construct."""
    from wxsat.cli.measure import read_scale_answers, show_scales

    place = exhibits.destination(out, lang, force)
    if model is not None:
        if scale or reverse or low is not None or high is not None or cluster is not None:
            raise UsageError(
                "MEAS-012", "--model names the items itself: no --scale, --reverse, --min, --max or --cluster.",
                where="--model",
            )  # fmt: skip
        options = {"estimator": estimator, "missing": missing, "group": group, "ordered": ordered}
        _of_model(model, _model_answers(file, instrument, form, sheet, missing_code), options, as_json, place)
        return
    given = (("--estimator", estimator), ("--group", group), ("--ordered", ordered))
    named = [name for name, value in given if value is not None] + (["--missing"] if missing != "listwise" else [])
    if named:
        raise UsageError("MEAS-012", f"{', '.join(named)}: only with --model.", where=named[0])
    source, settings = read_scale_answers(
        file, instrument, scale, reverse, (low, high), form, sheet, missing_code, cluster
    )
    from wxsat.psychometrics.scales import evaluate_scales

    # One spoilt item must not hide the other constructs of a survey.
    quality = evaluate_scales(
        source,
        unusable="raise" if instrument is None else "report",
        cluster=cluster,
        draws=draws,
        seed=seed,
        **settings,
    )
    if place is not None:
        place.write((quality,), source, only=("reliability", "reliability_bounds"))
    frame = quality.reliability
    parts = {title: frame[["construct", *(name for name in names)]] for title, names in SHOWN.items()}
    show_scales(quality, {"scales": ("Reliability", frame)}, as_json, shown=parts)


def _model_answers(
    file: Path, instrument: str | None, form: str | None, sheet: str | None, missing_codes: list[float] | None
) -> Any:
    from wxsat.cli.sem_options import read_answers

    if instrument is None:
        return read_columns(file, sheet, missing_codes)
    return read_answers(file, instrument, form, sheet, missing_codes)


def _of_model(
    model: str, data: Any, options: dict[str, Any], as_json: bool, place: exhibits.Destination | None
) -> None:
    from wxsat.cli.sem_options import read_model_argument
    from wxsat.numerics.plain import frame_records
    from wxsat.sem.composite_reliability import FORMULA, evaluate_composite_reliability
    from wxsat.sem.fit import fit_sem

    fit = fit_sem(read_model_argument(model), data, **options)
    frame = _both(evaluate_composite_reliability(fit), evaluate_composite_reliability(fit, observed=False))
    refused = refusals(fit.findings)
    if place is not None:
        place.write(
            (exhibits.composite_reliability(frame, fit), fit), data, only=("composite_reliability", "loadings", "fit")
        )
    if as_json:
        emit_json(
            {
                "model": fit.model,
                "factors": frame_records(frame),
                "fit": dict(fit.fit_measures),
                "findings": [finding.to_dict() for finding in fit.findings],
                "formulas": {"omega": FORMULA},
            }
        )
    else:
        print_frame(frame, "Composite reliability of the model's factors")
        print(FORMULA)
        for finding in fit.findings:
            if finding.severity != "refusal":
                say(f"{finding.severity}: {finding.message}  [{finding.code}]")
    if refused:
        raise InterpretationRefused.from_faults(
            Fault(f.code, f.message, hint="The reliabilities must not be interpreted.") for f in refused
        )


def _both(observed: pd.DataFrame, implied: pd.DataFrame) -> pd.DataFrame:
    found = observed.assign(omega_implied=implied["omega"])
    return found[["group", "factor", "n_items", "omega", "omega_implied", "ave"]]
