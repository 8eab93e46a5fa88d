"""`wxsat audit`: what the account's own records say of the four dilemmas."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wxsat.cli.output import emit_json, print_frame, say
from wxsat.errors import UsageError

if TYPE_CHECKING:
    from wxsat.records.audit import AuditResult

Logs = Annotated[
    Path, typer.Argument(help="Settings of the records (`wxsat new DIR --audit` makes one).", metavar="LOGS.yaml")
]
Out = Annotated[Path | None, typer.Option("--out", help="Also write every table as CSV into this new folder.")]
Force = Annotated[bool, typer.Option("--force", help="Write into a folder that exists.")]
Draws = Annotated[int, typer.Option("--draws", min=100, help="Bootstrap draws.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed of the bootstrap.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]


def audit(
    logs: Logs, out: Out = None, force: Force = False, draws: Draws = 2000, seed: Seed = 1, as_json: Json = False
) -> None:
    """Audit records: indicators L01-L34, severities with intervals, vetoes, symptoms, what conventions decide."""
    from wxsat.records.audit import audit as run_audit

    if out is not None:
        _require_free(out, force)
    result = run_audit(logs, draws=draws, seed=seed)
    if out is not None:
        _write(result, out, logs)
    if as_json:
        emit_json(result.to_dict())
        return
    print_frame(result.overall, "Severity by the records, 0 to 100, all accounts", digits=1)
    print_frame(result.sensitivity, "With the knots that are conventions moved by a quarter", digits=1)
    wide = result.dilemmas.pivot(index="account", columns="dilemma", values="severity").reset_index()
    vetoes = result.dilemmas.drop_duplicates("account")[["account", "vetoes"]]
    print_frame(wide.merge(vetoes, on="account"), "By account, with vetoes", digits=1)
    print_frame(result.symptom_frame(), "Symptoms", digits=2)
    waiting = result.waiting().head(1).drop(columns="account")
    if not waiting.empty:
        print_frame(waiting, "Waiting for a person's reply, working days; mean over the first 15", digits=2)
    if not result.beside.empty:
        print_frame(result.beside_overall(), "Beside the indicators, over accounts; enters no severity", digits=3)
    for finding in result.findings:
        say(finding.message)


def _require_free(out: Path, force: bool) -> None:
    from wxsat.study.write import require_writable

    if out.exists() and not force:
        raise UsageError(
            "LOG-031", "the folder exists already.", where=str(out), hint="Name another one, or use --force."
        )
    require_writable(out)


def _write(result: AuditResult, out: Path, logs: Path) -> None:
    import json

    from wxsat import __version__
    from wxsat.numerics.plain import plain
    from wxsat.responses.save import defused
    from wxsat.study.write import replace_folder

    tables = {
        "indicators": result.indicators,
        "dilemmas": result.dilemmas,
        "overall": result.overall,
        "symptoms": result.symptom_frame(),
        "copying": result.copying,
        "sensitivity": result.sensitivity,
        "waiting": result.waiting(),
        "beside": result.beside,
        "beside_overall": result.beside_overall(),
    }
    record = {"wxsat": __version__, "command": "audit", "file": logs.name, "settings": dict(result.settings)}
    with replace_folder(out) as folder:
        for name, frame in tables.items():
            frame.map(defused).to_csv(folder / f"{name}.csv", index=False, encoding="utf-8-sig", lineterminator="\n")
        (folder / "run.json").write_text(
            json.dumps(plain(record), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
    say(f"Written: {out}")
