"""`wxsat demo`, `wxsat new` and `wxsat run`."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wxsat.cli.output import say

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Language
    from wxsat.study.run import StudyOutcome
    from wxsat.study.study import Study

STEPS = (
    "check", "read", "clean", "sources", "measure", "fit", "diagnose", "bootstrap", "second run", "report", "figures",
    "tables", "pages",
)  # fmt: skip

TOLD_PER_CODE = 5

Lang = Annotated[str | None, typer.Option("--lang", help="zh or en: this language alone; both when left out.")]
Force = Annotated[bool, typer.Option("--force", help="Replace the folder of an earlier run.")]


def demo(
    out: Annotated[Path, typer.Option(help="Folder to write.")] = Path("wxsat-demo"),
    force: Force = False,
    lang: Lang = None,
    estimator: Annotated[str, typer.Option(help="ML, or WLSMV or ULSMV with the items as ordinal.")] = "ML",
) -> None:
    """Run the bundled study, end to end: simulated responses (said so on every page) to a report."""
    from wxsat.instrument.load import find_instrument
    from wxsat.study.load import load_study

    file = find_instrument("gov-wechat-public").parent / "demo.yaml"
    _finish(_run(_with_estimator(load_study(file), estimator), out, force, lang))


def _with_estimator(study: Study, name: str) -> Study:
    """Return the study with another estimator of its models."""
    from wxsat.errors import UsageError, nearest

    known = ("ML", "WLSMV", "ULSMV")
    if name.upper() not in known:
        raise UsageError(
            "CLI-001", f"--estimator is '{name}'.{nearest(name.upper(), known)}", hint="It is ML, WLSMV or ULSMV."
        )
    return study.model_copy(update={"estimator": name.upper()})


def run(
    study: Annotated[Path, typer.Argument(help="study.yaml, or the folder that holds it.")],
    out: Annotated[Path | None, typer.Option(help="Folder to write; report/ beside the study when left out.")] = None,
    force: Force = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, compute and write nothing.")] = False,
    jobs: Annotated[int, typer.Option("--jobs", min=1, help="Processes that draw; the files do not depend on it.")] = 1,
    lang: Lang = None,
    table_style: Annotated[
        str | None,
        typer.Option("--table-style", help="Tables of Word files: cyt or apa; the study file's when left out."),
    ] = None,
) -> None:
    """Run a study: from raw answers to a report, tables, figures and numbers.json."""
    from wxsat.study.load import load_study
    from wxsat.study.prepare import prepare_study

    loaded = _with_table_style(load_study(study), table_style)
    if dry_run:
        prepared = prepare_study(loaded)
        names = ", ".join(model.id for model in prepared.models) or "none"
        print(
            f"{loaded.id}: instrument {prepared.instrument.id} {prepared.instrument.header.version}, models: {names}."
        )
        for path in prepared.files:
            print(f"answers: {path}")
        for wave in prepared.study.waves[:-1]:
            print(f"compared with wave {wave.id}: {', '.join(wave.files)}")
        say("Everything that can be checked without computing is in order; nothing was written.")
        return
    target = out or (loaded.folder or Path()) / "report"
    _finish(_run(loaded, target, force, lang, jobs))


def _with_table_style(study: Study, style: str | None) -> Study:
    """Return the study with another style of its tables."""
    if style is None:
        return study
    from wxsat.present.render.table_style import choose_style

    outputs = study.outputs.model_copy(update={"table_style": choose_style(style, study.language)})
    return study.model_copy(update={"outputs": outputs})


def new(
    folder: Annotated[Path, typer.Argument(help="Folder to make.")],
    instrument: Annotated[str, typer.Option(help="Bundled instrument id or an instrument file.")] = "gov-wechat-public",
    form: Annotated[str, typer.Option(help="full, standard or brief.")] = "standard",
    audit: Annotated[
        bool, typer.Option("--audit", help="Make a folder for the account's own records instead.")
    ] = False,
) -> None:
    """Make a study folder: study.yaml with every setting explained, data/ with a template, README."""
    if audit:
        from wxsat.records.layout import write_layout

        for path in write_layout(folder):
            print(path)
        say(f"Fill the tables, edit {folder / 'logs.yaml'}, then: wxsat audit {folder / 'logs.yaml'}")
        return
    from wxsat.study.scaffold import scaffold_study

    for path in scaffold_study(folder, instrument, form):
        print(path)
    say(f"Put your answers into {folder / 'data'}, edit {folder / 'study.yaml'}, then: wxsat run {folder}")


def _run(study: Study, out: Path, force: bool, lang: str | None, jobs: int = 1) -> StudyOutcome:
    from wxsat.study.run import run_study

    languages = _languages(lang)
    with _progress() as tell:
        return run_study(
            study, out, force=force, languages=languages, command=["wxsat", *sys.argv[1:]], progress=tell, jobs=jobs
        )


def _languages(lang: str | None) -> tuple[Language, ...] | None:
    if lang is None:
        return None
    if lang == "zh":
        return ("zh",)
    if lang == "en":
        return ("en",)
    from wxsat.errors import UsageError

    raise UsageError("CLI-001", f"--lang is '{lang}'.", hint="It is zh or en.")


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Show the steps on stderr: a bar on a terminal, one line a step elsewhere."""
    from wxsat.cli.terminal import open_console, shows_movement

    if not shows_movement(sys.stderr):
        yield lambda step: say(f"... {step}")
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = open_console(sys.stderr)
    with Progress(
        TextColumn("{task.description:<12}"), BarColumn(), TimeElapsedColumn(), console=console, transient=True
    ) as bar:
        task = bar.add_task("start", total=len(STEPS))

        def tell(step: str) -> None:
            done = STEPS.index(step) if step in STEPS else 0
            bar.update(task, completed=done, description=step)

        yield tell


def _finish(outcome: StudyOutcome) -> None:
    """Say where the report is; exit 6 when it refuses the structural reading."""
    print((outcome.folder or Path()) / "report.html")
    told: Counter[str] = Counter()
    for finding in outcome.content.findings:
        if finding.severity != "note":
            told[finding.code] += 1
            if told[finding.code] <= TOLD_PER_CODE:
                say(f"[{finding.code}] {finding.message}")
    for code, number in told.items():
        if number > TOLD_PER_CODE:
            say(f"[{code}] ... and {number - TOLD_PER_CODE} more; log.txt lists all.")
    if outcome.refused:
        say("The numbers are in the tables, marked; the structural part must not be interpreted (exit code 6).")
        raise typer.Exit(6)
