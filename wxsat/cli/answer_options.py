"""Options of every command that reads answers: from an instrument, or from columns named on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

File = Annotated[Path, typer.Argument(help="Answers: CSV, XLSX, XLS, SAV, ZSAV or DTA.", metavar="FILE")]
InstrumentName = Annotated[
    str | None,
    typer.Option("--instrument", "-i", help="Bundled id, folder or YAML file; its constructs are evaluated."),
]
Scales = Annotated[
    list[str] | None,
    typer.Option("--scale", help='Construct and its columns: "PU=PU1,PU2,PU3"; may be repeated.'),
]
Reverse = Annotated[
    list[str] | None,
    typer.Option("--reverse", help="With named columns: one to recode as min + max - x; may be repeated."),
]
Low = Annotated[float | None, typer.Option("--min", help="With named columns: lowest code of the response scale.")]
High = Annotated[float | None, typer.Option("--max", help="With named columns: highest code of the response scale.")]
Form = Annotated[str | None, typer.Option("--form", help="With --instrument: full, standard or brief.")]
Sheet = Annotated[str | None, typer.Option("--sheet", help="Sheet of a workbook.")]
MissingCodes = Annotated[
    list[float] | None,
    typer.Option("--missing-code", help="With named columns: a code that stands for no answer; may be repeated."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
