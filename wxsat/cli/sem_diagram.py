"""`wxsat sem diagram`: fit a model and write its path diagram as a picture or as text for another program."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wxsat.cli import sem_options as option
from wxsat.cli.output import say
from wxsat.errors import UsageError, nearest

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument, Language
    from wxsat.sem.result import SemResult

PICTURES = ("svg", "png", "pdf")
# What a user may call each kind of text, and its suffix.
TEXTS = {"dot": "dot", "graphviz": "dot", "mermaid": "mmd", "mmd": "mmd", "tikz": "tikz", "tex": "tikz"}
FORMATS = (*PICTURES, "dot", "tikz", "mermaid")


def diagram(
    model: Annotated[str, typer.Argument(help="Model file (lavaan syntax), or a model's id with --instrument.")],
    file: option.Answers = None,
    to: Annotated[
        str | None,
        typer.Option("--to", help="svg, png, pdf, dot, tikz or mermaid; else by the suffix of --out."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File to write; text goes to stdout when left out.")
    ] = None,
    lang: Annotated[str, typer.Option("--lang", help="zh or en.")] = "en",
    unstandardised: Annotated[
        bool, typer.Option("--unstandardised", "--unstandardized", help="Print the estimates as they are.")
    ] = False,
    intervals: Annotated[bool, typer.Option("--intervals", help="Print 95 % intervals.")] = False,
    indicators: Annotated[
        bool | None, typer.Option("--indicators/--no-indicators", help="Of dot and mermaid: the indicators too.")
    ] = None,
    show_group: Annotated[
        str | None, typer.Option("--show-group", help="Draw this group alone (number or name); all by default.")
    ] = None,
    figure_size: Annotated[str | None, typer.Option("--figure-size", help="Fit pictures to a4 or slide.")] = None,
    estimator: option.Estimator = None,
    missing: option.Missing = "listwise",
    group: option.Group = None,
    group_equal: option.GroupEqual = "",
    ordered: option.Ordered = None,
    weights: option.Weights = None,
    cluster: option.Cluster = None,
    std_lv: option.StdLv = False,
    cov: option.Cov = None,
    n: option.Rows = None,
    mean: option.Mean = None,
    instrument: option.Instrument = None,
    form: option.Form = None,
    sheet: option.Sheet = None,
    missing_code: option.MissingCodes = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
) -> None:
    """Draw a fitted model: a picture (SVG, PNG, PDF), or text for Graphviz, LaTeX or Mermaid."""
    from wxsat.sem.fit import fit_sem

    language, kind = _language(lang), _kind(to, out)
    if kind in PICTURES and out is None:
        raise UsageError("OUT-044", f"a picture ({kind}) needs a file.", where="--out", hint=f"--out path.{kind}")
    result = fit_sem(
        option.read_model_argument(model), estimator=estimator, missing=missing, group=group, group_equal=group_equal,
        ordered=ordered, weights=weights, cluster=cluster, std_lv=std_lv,
        **option.read_input(file, cov, n, mean, instrument, form, sheet, missing_code),
    )  # fmt: skip
    for finding in result.findings:
        say(f"{finding.severity}: {finding.message} [{finding.code}]")
    known = _instrument(instrument)
    drawn = {"language": language, "instrument": known, "standardised": not unstandardised, "intervals": intervals}
    if kind in PICTURES:
        written = _pictures(result, kind, figure_size, show_group, drawn)
    else:
        written = _texts(result, TEXTS[kind], indicators, show_group, drawn)
    _write(written, out, force)
    if result.refused:
        raise typer.Exit(6)


def _language(name: str) -> Language:
    if name == "zh":
        return "zh"
    if name == "en":
        return "en"
    raise UsageError("CLI-001", f"--lang is '{name}'.", hint="It is zh or en.")


def _kind(to: str | None, out: Path | None) -> str:
    named = (to or (out.suffix.lstrip(".") if out is not None else "") or "dot").lower()
    if named in PICTURES or named in TEXTS:
        return named
    hint = f"Known: {', '.join(FORMATS)}.{nearest(named, FORMATS)}"
    raise UsageError("OUT-045", f"'{named}' is not a format of a path diagram.", where="--to", hint=hint)


def _instrument(name: str | None) -> Instrument | None:
    if name is None:
        return None
    from wxsat.instrument.load import load_instrument

    return load_instrument(name)


def _pictures(
    result: SemResult, kind: str, size: str | None, show_group: str | None, drawn: dict[str, Any]
) -> dict[str, bytes]:
    from wxsat.present.figures.figure import render_formats
    from wxsat.present.figures.path_diagram import plot_path_diagram, plot_path_diagrams
    from wxsat.present.figures.sizes import require_size

    fitted = require_size(size) if size is not None else None
    if show_group is not None:
        specs = [plot_path_diagram(result, group=show_group, **drawn)]
    else:
        specs = list(plot_path_diagrams(result, **drawn))
    wanted: Any = (kind,)
    return {spec.id.removeprefix("path"): render_formats(spec, wanted, fitted)[wanted[0]] for spec in specs}


def _texts(
    result: SemResult, suffix: str, indicators: bool | None, show_group: str | None, drawn: dict[str, Any]
) -> dict[str, bytes]:
    from wxsat.present.figures.path_graph import find_group, group_numbers
    from wxsat.present.figures.path_text import TEXT_WRITERS

    groups = group_numbers(result)
    numbers = list(groups) if show_group is None else [find_group(groups, show_group)]
    more = {} if suffix == "tikz" else {"indicators": indicators}
    return {
        f"-g{number}" if len(numbers) > 1 else "": TEXT_WRITERS[suffix](result, group=number, **more, **drawn).encode()
        for number in numbers
    }


def _write(written: dict[str, bytes], out: Path | None, force: bool) -> None:
    """Write one file, or one a group with ``-g1``, ``-g2`` before the suffix; without a name, print."""
    from wxsat.present.render.atomic import write_atomically

    if out is None:
        print("\n".join(payload.decode("utf-8").rstrip("\n") for payload in written.values()))
        return
    files = {out.with_name(f"{out.stem}{mark}{out.suffix}"): payload for mark, payload in written.items()}
    standing = [str(path) for path in files if path.exists()]
    if standing and not force:
        raise UsageError("OUT-012", "the file exists already.", where=", ".join(standing), hint="Give --force.")
    for path, payload in files.items():
        write_atomically(path, payload)
        print(path)
