"""`wxsat readiness`: may the account open, and with which functions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wxsat.cli.output import emit_json, print_frame, say
from wxsat.errors import UsageError

Answers = Annotated[Path | None, typer.Argument(help="Answers to the readiness list (YAML).", metavar="ANSWERS.yaml")]
Template = Annotated[
    Path | None,
    typer.Option("--template", help="Write an answers file to fill in, with every item in words, and stop."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]


def readiness(answers: Answers = None, template: Template = None, as_json: Json = False) -> None:
    """Judge an account before launch: gates, blocks, load on the staff, and the decision in words."""
    from wxsat.panel.readiness import evaluate_readiness
    from wxsat.panel.readiness_answers import load_readiness

    if template is not None:
        _write_template(template)
        return
    if answers is None:
        raise UsageError(
            "READY-030",
            "no answers file was named.",
            hint="`wxsat readiness --template answers.yaml` writes one to fill in.",
        )
    result = evaluate_readiness(load_readiness(answers))
    if as_json:
        emit_json(result.to_dict())
        return
    import pandas as pd

    blocks = pd.DataFrame({"block": list(result.blocks), "score": list(result.blocks.values())})
    print_frame(blocks, f"Readiness {result.account}".strip(), digits=1)
    for when, load in (("all functions", result.load), ("after leaving out", result.load_after)):
        if load is not None and (when == "all functions" or result.drop):
            print(
                f"Load with {when}: {load.rho:.2f}; waits {load.p_wait:.2f}; starts late {load.p_late:.3f}; "
                f"posts required {load.fte_required:.2f}"
            )
    for finding in result.findings:
        say(finding.message)
    print(f"Mean of blocks {result.mean:.1f}. Decision: {result.decision_zh} ({result.decision.replace('_', ' ')})")


def _write_template(path: Path) -> None:
    from wxsat.panel.readiness_template import readiness_template

    if path.exists():
        raise UsageError("READY-031", "the file exists already.", where=str(path), hint="Name another file.")
    path.write_text(readiness_template(), encoding="utf-8")
    say(f"Written: {path}")
