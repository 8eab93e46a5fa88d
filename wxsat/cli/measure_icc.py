"""`wxsat measure icc`: how far raters, or two points in time, agree."""

from __future__ import annotations

from typing import Annotated

import typer

from wxsat.cli import exhibits
from wxsat.cli.answer_options import File, Json, MissingCodes, Sheet
from wxsat.cli.columns import read_columns
from wxsat.cli.output import emit_json, print_frame, say
from wxsat.errors import UsageError

Raters = Annotated[str, typer.Option("--columns", help='One column a rater or occasion: "R1,R2,R3".')]
Confidence = Annotated[float, typer.Option("--confidence", help="Of the intervals.")]


def icc(
    file: File,
    columns: Raters,
    sheet: Sheet = None,
    missing_code: MissingCodes = None,
    confidence: Confidence = 0.95,
    out: exhibits.Out = None,
    lang: exhibits.Lang = "zh",
    force: exhibits.Force = False,
    as_json: Json = False,
) -> None:
    """Print all intraclass correlations of ratings, one row a target; with two columns test-retest figures too."""
    from dataclasses import asdict

    from wxsat.numerics.plain import frame_records
    from wxsat.psychometrics.coefficients.intraclass import evaluate_retest, intraclass_correlations
    from wxsat.psychometrics.construct_data import numeric_columns

    place = exhibits.destination(out, lang, force)
    names = [name.strip() for name in columns.split(",") if name.strip()]
    if not 0 < confidence < 1:
        raise UsageError("MEAS-014", f"confidence must lie between 0 and 1; got {confidence:g}.")
    import numpy as np

    held = numeric_columns(read_columns(file, sheet, missing_code), names)
    values = np.column_stack([held[name] for name in names]) if names else np.zeros((0, 0))
    complete = values[~np.isnan(values).any(axis=1)]
    frame = intraclass_correlations(complete, confidence)
    retest = evaluate_retest(values[:, 0], values[:, 1], confidence) if len(names) == 2 else None
    if place is not None:
        place.write((exhibits.rater_agreement(frame, len(complete), retest),))
    if as_json:
        emit_json(
            {
                "n": len(complete),
                "n_read": len(values),
                "icc": frame_records(frame),
                "retest": None if retest is None else asdict(retest),
            }
        )
        return
    say(f"{len(complete)} of {len(values)} rows have all {len(names)} ratings.")
    print_frame(frame, "Intraclass correlations")
    if retest is not None:
        print(
            f"Test-retest: r = {retest.correlation:.3f} [{retest.ci_lower:.3f}, {retest.ci_upper:.3f}], "
            f"change {retest.mean_change:.3f}, standard error of measurement {retest.standard_error:.3f}"
        )
