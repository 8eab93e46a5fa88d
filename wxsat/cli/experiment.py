"""`wxsat measure experiment`: list experiments, anchoring vignettes and split ballots."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from wxsat.cli.answer_options import File, Json, MissingCodes, Sheet
from wxsat.cli.columns import read_columns
from wxsat.cli.method_bias import show

app = typer.Typer(no_args_is_help=True, help="List experiments, anchoring vignettes, split ballots.")


@app.command("list")
def list_experiment(
    file: File,
    count: Annotated[str, typer.Option("--count", help="Column of the number of statements agreed with.")],
    group: Annotated[str, typer.Option("--group", help="Column of the two random groups.")],
    statements: Annotated[int, typer.Option("--statements", help="Neutral statements of both groups.")],
    treated: Annotated[str | None, typer.Option("--treated", help="The group with the sensitive statement.")] = None,
    covariate: Annotated[list[str] | None, typer.Option("--covariate", help="Numeric column; repeatable.")] = None,
    direct: Annotated[str | None, typer.Option("--direct", help="Column of the open question, 1 and 0.")] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the test of design effects.")] = 1,
    sheet: Sheet = None,
    missing_code: MissingCodes = None,
    as_json: Json = False,
) -> None:
    """Share that agrees with a sensitive statement, with the test of design effects."""
    from wxsat.psychometrics.experiments.list_experiment import evaluate_list_experiment

    found = evaluate_list_experiment(
        read_columns(file, sheet, missing_code), count, group, statements, treated=treated,
        covariates=tuple(covariate or ()), direct=direct, seed=seed,
    )  # fmt: skip
    tables: dict[str, Any] = {"Share": found.estimates}
    tables |= {"Coefficients of the sensitive statement": found.coefficients} if len(found.coefficients) else {}
    show(found.to_dict(), tables, found.findings, as_json)


@app.command("vignettes")
def vignettes(
    file: File,
    own: Annotated[str, typer.Option("--self", help="Column of the self-assessment.")],
    vignette: Annotated[list[str], typer.Option("--vignette", help="Column, from the lowest to the highest.")],
    group: Annotated[str | None, typer.Option("--group", help="Column of groups to compare.")] = None,
    sheet: Sheet = None,
    missing_code: MissingCodes = None,
    as_json: Json = False,
) -> None:
    """Where respondents stand relative to the same imagined cases."""
    from wxsat.psychometrics.experiments.vignettes import evaluate_vignettes

    found = evaluate_vignettes(read_columns(file, sheet, missing_code), own, vignette, group=group)
    tables: dict[str, Any] = {"C": found.distribution, "Order of the vignettes": found.order}
    tables |= {"Means by group": found.group_means} if len(found.group_means) else {}
    show(found.to_dict(), tables, found.findings, as_json)


@app.command("split-ballot")
def split_ballot(
    file: File,
    answer: Annotated[str, typer.Option("--answer", help="Column of the answers.")],
    ballot: Annotated[str, typer.Option("--ballot", help="Column that tells the two forms.")],
    first: Annotated[str | None, typer.Option("--first", help="The form that differences are taken from.")] = None,
    sheet: Sheet = None,
    missing_code: MissingCodes = None,
    as_json: Json = False,
) -> None:
    """Do two forms of a question get different answers?"""
    import pandas as pd

    from wxsat.psychometrics.experiments.split_ballot import evaluate_split_ballot

    found = evaluate_split_ballot(read_columns(file, sheet, missing_code), answer, ballot, first=first)
    show(found.to_dict(), {"Split ballot": pd.DataFrame([found.to_dict()]).T.reset_index()}, (), as_json)
