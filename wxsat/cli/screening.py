"""``wxsat responses check`` and ``sensitivity``: whom to look at, and what cleaning does to the headline figures."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wxsat.cli.output import emit_json, print_frame, say
from wxsat.errors import UsageError
from wxsat.instrument.instrument import Language

if TYPE_CHECKING:
    from wxsat.instrument.instrument import FormName, Instrument
    from wxsat.responses.plan import CleaningPlan
    from wxsat.responses.responses import Responses
    from wxsat.study.specification_curve import SpecificationCurve

SHOWN = 60
MOST_FIGURES = 6
LANGUAGES: tuple[Language, ...] = ("zh", "en")

File = Annotated[Path, typer.Argument(help="Answers, uncleaned.", metavar="FILE", show_default=False)]
InstrumentName = Annotated[
    str, typer.Option("--instrument", "-i", help="Id of a bundled instrument, or a YAML file.", show_default=False)
]
Plan = Annotated[Path | None, typer.Option("--plan", help="Cleaning plan (YAML).")]
Form = Annotated[str | None, typer.Option("--form", help="full, standard or brief; found when left out.")]
Sheet = Annotated[str | None, typer.Option("--sheet", help="Sheet of a workbook, by name.")]
Platform = Annotated[str, typer.Option("--platform", help="Who wrote the file; auto finds out.")]
Force = Annotated[bool, typer.Option("--force", help="Replace what is there.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


def check(
    file: File,
    instrument: InstrumentName,
    plan: Plan = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the list as .csv or .xlsx.")] = None,
    form: Form = None,
    sheet: Sheet = None,
    platform: Platform = "auto",
    force: Force = False,
    json: Json = False,
) -> None:
    """List whom somebody should look at, with the figure behind every flag; drops nobody."""
    from wxsat.responses.save import write_table
    from wxsat.responses.verbs import check_responses

    listed = check_responses(_read(file, instrument, form, sheet, platform), _plan(plan))
    if out is not None:
        if out.exists() and file.exists() and out.samefile(file):
            raise UsageError("RESP-064", f"{out} is the file of answers itself.", hint="Name another file to write.")
        write_table(listed, out, force=force)
        say(f"Written: {out}")
    if json:
        from wxsat.numerics.plain import frame_records

        emit_json({"checks": frame_records(listed)})
        return
    leaving = int(listed.loc[listed["leaves"], "id"].nunique())
    title = f"{listed['id'].nunique()} to look at, {leaving} leave under the plan"
    print_frame(listed.head(SHOWN), title)
    if len(listed) > SHOWN:
        say(f"... and {len(listed) - SHOWN} more rows; --out writes all of them.")


def sensitivity(
    file: File,
    instrument: InstrumentName,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder to write: tables and figures.")] = None,
    plan: Plan = None,
    model: Annotated[
        str | None, typer.Option("--model", help="Model of the instrument by id, or a file: its paths are refitted.")
    ] = None,
    path: Annotated[
        list[str] | None, typer.Option("--path", help="A path to follow, SAT~PU (repeatable); all when left out.")
    ] = None,
    figure: Annotated[
        list[str] | None,
        typer.Option("--figure", help="Curve to draw: severity:D1, mean:SAT (repeatable)."),
    ] = None,
    form: Form = None,
    sheet: Sheet = None,
    platform: Platform = "auto",
    force: Force = False,
    json: Json = False,
) -> None:
    """Compute the headline figures under every sensible combination of cleaning rules: a specification curve."""
    from wxsat.study.specification_curve import specification_curve

    if path and model is None:
        raise UsageError("RESP-091", "--path belongs to --model.", hint="Name the model whose path it is.")
    if out is not None:
        _require_free(out, force)
    responses = _read(file, instrument, form, sheet, platform)
    text = None if model is None else _model_text(responses.instrument, model)
    with _counting() as progress:
        curve = specification_curve(responses, _plan(plan), model=text, paths=tuple(path or ()), progress=progress)
    if out is not None:
        _write(curve, responses, out, figure, file)
        say(f"Written: {out}")
    for finding in curve.findings:
        say(f"{finding.severity}: {finding.message}  [{finding.code}]")
    if json:
        emit_json(curve.to_dict())
    else:
        print_frame(curve.summary, f"{len(curve.specifications)} combinations of rules")


@contextmanager
def _counting() -> Iterator[Callable[[int, int], None]]:
    """Yield a function that shows on a terminal how many samples are done."""
    from rich.progress import Progress

    from wxsat.cli.terminal import open_console, shows_movement

    with Progress(console=open_console(sys.stderr), transient=True, disable=not shows_movement(sys.stderr)) as bar:
        task = bar.add_task("samples", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _write(curve: SpecificationCurve, responses: Responses, out: Path, wanted: list[str] | None, file: Path) -> None:
    import json as json_text

    from wxsat import __version__
    from wxsat.numerics.plain import plain
    from wxsat.present.figures.figure import render_formats
    from wxsat.present.figures.specification_curve import plot_specification_curve
    from wxsat.present.render.csv import render_csv
    from wxsat.present.tables.specifications import tabulate_specifications
    from wxsat.study.answers import is_simulated
    from wxsat.study.write import replace_folder

    drawn = [_figure_of(text, curve) for text in wanted] if wanted else _headlines(curve)
    stamp = "模拟数据 / simulated data" if is_simulated(responses) else None
    with replace_folder(out) as folder:
        curve.specifications.assign(rules=curve.specifications["rules"].map(" + ".join)).to_csv(
            folder / "specifications.csv", index=False, encoding="utf-8-sig"
        )
        curve.figures.to_csv(folder / "figures.csv", index=False, encoding="utf-8-sig")
        for language in LANGUAGES:
            table = tabulate_specifications(curve.summary, len(curve.specifications), responses.instrument, language)
            (folder / f"summary.{language}.csv").write_bytes(render_csv(table))
            for kind, name in drawn:
                spec = plot_specification_curve(
                    curve.specifications, curve.figures, kind, name, language=language,
                    instrument=responses.instrument, stamp=stamp,
                )  # fmt: skip
                for suffix, payload in render_formats(spec).items():
                    (folder / f"{spec.id}.{language}.{suffix}").write_bytes(payload)
        record = {
            "wxsat": __version__, "command": "responses sensitivity", "file": file.name,
            "inputs": {file.name: responses.provenance.get("sha256")},
            "findings": [f.to_dict() for f in curve.findings],
        }  # fmt: skip
        (folder / "run.json").write_text(
            json_text.dumps(plain(record), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )


def _headlines(curve: SpecificationCurve) -> list[tuple[str, str]]:
    """Return what is drawn unasked: severities and paths; without them the scale means."""
    listed = [(str(k), str(i)) for k, i in zip(curve.summary["kind"], curve.summary["id"], strict=True)]
    known = curve.summary["n_specifications"].to_numpy() > 0
    listed = [pair for pair, drawn in zip(listed, known, strict=True) if drawn]
    main = [pair for pair in listed if pair[0] in ("severity", "path")]
    return (main or [pair for pair in listed if pair[0] == "mean"])[:MOST_FIGURES]


def _figure_of(text: str, curve: SpecificationCurve) -> tuple[str, str]:
    from wxsat.errors import nearest

    kind, _, name = text.partition(":")
    known = [f"{k}:{i}" for k, i in zip(curve.summary["kind"], curve.summary["id"], strict=True)]
    if f"{kind}:{name}" not in known:
        raise UsageError(
            "RESP-093", f"there is no headline figure '{text}'.", hint=nearest(text, known).strip() or "Try mean:SAT."
        )
    return kind, name


def _require_free(out: Path, force: bool) -> None:
    from wxsat.study.write import require_writable

    if out.exists() and not force:
        raise UsageError(
            "RESP-092", "the output folder exists already.", where=str(out), hint="Give --force, or another --out."
        )
    require_writable(out)


def _model_text(instrument: Instrument | None, model: str) -> str:
    from wxsat.errors import ModelError, nearest

    declared = {m.id: m for m in instrument.models} if instrument else {}
    file = (instrument.folder or Path()) / declared[model].file if instrument and model in declared else Path(model)
    if not file.is_file():
        hint = nearest(model, declared).strip() or f"Models of the instrument: {', '.join(declared) or 'none'}."
        raise ModelError("RESP-094", f"there is no model '{model}'.", hint=hint)
    return file.read_text(encoding="utf-8-sig")


def _plan(path: Path | None) -> CleaningPlan:
    from wxsat.responses.plan import CleaningPlan, load_plan

    return CleaningPlan() if path is None else load_plan(path)


def _read(file: Path, instrument: str, form: str | None, sheet: str | None, platform: str) -> Responses:
    from typing import cast

    from wxsat.instrument.load import load_instrument
    from wxsat.responses.read import read_responses

    known_form = cast("FormName | None", form)
    return read_responses(file, load_instrument(instrument), form=known_form, sheet=sheet, platform=platform)
