"""`wxsat diagnose`: the four dilemmas of a study, on the terminal or as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

SHOWN = [
    "dilemma", "S", "ci_lower", "ci_upper", "method_lower", "method_upper", "p40", "band", "verdict", "grade",
    "best_grade", "pattern", "missing", "veto",
]  # fmt: skip
STRUCTURAL = {
    "shapley": "Shares of the explained variance of satisfaction: over all orders, and over the causal ones",
    "sequence": "Best order of the measures, points of 100 added by each step",
    "hypotheses": "Hypotheses: supported, refuted or undetermined (Holm over H6 to H20)",
    "claims": "Claims of the founding article",
    "split_sample": "Dilemma and satisfaction from different respondents of an account",
    "rivals": "The hierarchy and its rivals (positive delta_bic favours the hierarchy)",
    "confounders": "How strong an unseen common cause would have to be",
}
CHANGES = ["earlier", "later", "level", "id", "scale", "change", "se", "ci_lower", "ci_upper", "reading"]
MISSING_SOURCES = "DIAG-130"


def diagnose(
    study: Annotated[Path, typer.Argument(help="study.yaml, or the folder that holds it.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    record: Annotated[
        Path | None, typer.Option("--record", help="Also write the record, one row a dilemma: .csv, .xlsx or .json.")
    ] = None,
) -> None:
    """Diagnose the four dilemmas: severity, importance-performance and the expected gain of each remedy."""
    from wxsat.cli.output import emit_json, print_frame, say
    from wxsat.errors import UsageError
    from wxsat.study.load import load_study
    from wxsat.study.run import run_study

    if record is not None:
        from wxsat.diagnosis.record import require_record_path

        require_record_path(record)
    # What only the report prints is left out: intervals of the models' paths, dimensions and method bias.
    loaded = load_study(study)
    measurement = loaded.measurement.model_copy(update={"checks": False})
    loaded = loaded.model_copy(update={"bootstrap": 0, "measurement": measurement})
    outcome = run_study(loaded, progress=lambda step: None if as_json else say(f"... {step}"))
    diagnosis = outcome.content.diagnosis
    if diagnosis is None:
        raise UsageError(
            "CLI-010",
            "this study has no diagnosis: its instrument has no dilemma composites, or it is switched off.",
            where=str(study),
        )
    if record is not None:
        from wxsat.diagnosis.record import write_record

        write_record(diagnosis, record)
    if as_json:
        tracking = outcome.content.tracking
        emit_json(diagnosis.to_dict() | ({"tracking": tracking.to_dict()} if tracking is not None else {}))
    else:
        if diagnosis.evidence is not None:
            tables = diagnosis.evidence.tables
            print_frame(tables.combined[SHOWN], "The four dilemmas over all sources (0-100, higher is worse)", 1)
            if len(set(tables.sources["source"])) > 1:
                print_frame(tables.sources.drop(columns=["unit"]), "The sources side by side", 1)
        print_frame(diagnosis.severity.drop(columns=["unit"]), "Public survey: severity (0-100, higher is worse)", 1)
        if not diagnosis.priorities.empty:
            print_frame(diagnosis.priorities, "Importance (total effect on satisfaction) and performance", 2)
        if not diagnosis.levers.empty:
            print_frame(diagnosis.levers, "Expected gain in satisfaction, points of 100", 2)
        for name, title in STRUCTURAL.items():
            frame = diagnosis.structural.frames()[name]
            if not frame.empty:
                print_frame(frame, title, 3)
        if outcome.content.tracking is not None:
            print_frame(outcome.content.tracking.changes[CHANGES], "Change between waves, points of 0-100", 1)
    for finding in outcome.content.findings:
        if (finding.severity != "note" or finding.code == MISSING_SOURCES) and not as_json:
            say(f"[{finding.code}] {finding.message}")
    if outcome.refused:
        raise typer.Exit(6)
