"""`wxsat panel`: supervisors' monthly sheets to fair annual scores."""

from __future__ import annotations

from math import isfinite, isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wxsat.cli.output import emit_json, print_frame, say
from wxsat.errors import InterpretationRefused
from wxsat.finding import refusals

if TYPE_CHECKING:
    import pandas as pd

Scores = Annotated[Path, typer.Argument(help="One row an account, month and supervisor.", metavar="SCORES.csv")]
Records = Annotated[
    Path | None,
    typer.Option("--records", help="CSV with `account` and `score` (0-100) from the records, to check against."),
]
Weight = Annotated[
    float, typer.Option("--weight", min=0, max=100, help="Weight of the panel in the annual evaluation.")
]
Check = Annotated[str | None, typer.Option("--check", help="statsmodels: refit the mixed model with it as well.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]


def panel(
    scores: Scores, records: Records = None, weight: Weight = 1.0, check: Check = None, as_json: Json = False
) -> None:
    """Evaluate supervisors' monthly sheets: severity, fair and annual scores, dependability, signs of gaming."""
    from wxsat.panel.evaluate import evaluate_panel
    from wxsat.panel.scores import read_panel_scores

    result = evaluate_panel(read_panel_scores(scores), records=_records(records), weight=weight, check=check)
    if as_json:
        emit_json(result.to_dict())
    else:
        print_frame(result.annual, "Annual scores", digits=1)
        print_frame(result.raters, "Supervisors: points above (lenient) or below (severe) the average one", digits=2)
        print_frame(result.icc, "Agreement by month", digits=2)
        low, high = result.phi_interval
        known = f"{result.phi:.3f}" if isfinite(result.phi) else "not known"
        interval = f"(95 % interval {low:.3f} to {high:.3f}) " if isfinite(low) else "(no interval) "
        print(
            f"Dependability Phi {known} {interval}"
            f"with {result.n_months:g} months and {result.raters_per_month:.2f} supervisors a month; "
            f"sheets of 95 points or more: {result.gaming.top_share:.0%}"
        )
        if result.check is not None:
            print(
                f"{result.check.engine} {result.check.version}: its variances differ by at most "
                f"{result.check.largest_difference:.1e} of the total ({result.check.component})"
            )
        for finding in result.findings:
            say(finding.message)
    if refused := refusals(result.findings):
        raise InterpretationRefused(
            refused[0].code,
            refused[0].message,
            hint="Add the sheets of other months."
            if isnan(result.phi)
            else "More supervisors an account, or rotating ones, raise it.",
        )


def _records(path: Path | None) -> pd.Series | None:
    if path is None:
        return None
    from wxsat.panel.record_scores import read_record_scores

    return read_record_scores(path)
