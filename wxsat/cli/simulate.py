"""`wxsat simulate`: made-up respondents of a declared truth, as a file that a platform could have given."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wxsat.cli.output import emit_json, say

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Language


class Form(StrEnum):
    """Lengths of the questionnaire."""

    full = "full"
    standard = "standard"
    brief = "brief"


class LabelLanguage(StrEnum):
    """Languages of answer labels."""

    zh = "zh"
    en = "en"


def simulate(
    truth: Annotated[Path, typer.Argument(metavar="TRUTH.yaml", help="The truth: population, items, nuisance.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write: .csv, .xlsx, .sav or .json.")],
    n: Annotated[int, typer.Option("--n", help="Respondents.")] = 1500,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same bytes.")] = 20140713,
    instrument: Annotated[
        str | None,
        typer.Option("--instrument", "-i", help="Instrument id or file; the truth's own by default."),
    ] = None,
    form: Annotated[Form, typer.Option("--form", help="Length of the questionnaire.")] = Form.standard,
    accounts: Annotated[int, typer.Option("--accounts", help="Accounts that are rated.")] = 40,
    labels: Annotated[
        LabelLanguage | None, typer.Option("--labels", help="Write answers as labels instead of codes.")
    ] = None,
    platform: Annotated[
        str | None, typer.Option("--platform", help="Write it as this platform would (wjx-text, qualtrics, ...).")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """
    Simulate respondents of a declared truth and write them as a raw file.

    The data are made up, and say so in their last column.
    """
    from wxsat.errors import UsageError
    from wxsat.instrument.load import load_instrument
    from wxsat.simulate.files import write_export
    from wxsat.simulate.respondents import simulate_export
    from wxsat.simulate.truth import load_truth

    declared = load_truth(truth)
    asked = instrument or declared.instrument
    if asked is None:
        raise UsageError(
            "SIM-012", f"the truth '{declared.id}' names no instrument.", hint="Give one with --instrument."
        )
    loaded = load_instrument(asked)
    language: Language | None = "zh" if labels == "zh" else "en" if labels == "en" else None
    frame = simulate_export(
        loaded,
        declared,
        n,
        seed=seed,
        form=form.value,
        accounts=accounts,
        # A platform words its own labels; an SPSS file carries codes and labels side by side.
        labels=None if out.suffix.lower() == ".sav" or platform else language,
    )
    written = write_export(frame, loaded, out, language=language or "zh", force=force, platform=platform)
    say(f"{written}: {n} simulated respondents, {form.value} form, truth {declared.id}, seed {seed}; made up.")
    if as_json:
        emit_json(
            {
                "file": str(written),
                "n": n,
                "columns": list(frame.columns),
                "provenance": frame.attrs["provenance"],
            }
        )
