"""`wxsat measure`: items, reliability and discriminant validity of the scales in a file of answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from wxsat.cli import (
    exhibits,
    experiment,
    invariance,
    measure_factors,
    measure_icc,
    measure_irt,
    measure_reliability,
    method_bias,
    missing,
)
from wxsat.cli.answer_options import File, Form, High, InstrumentName, Json, Low, MissingCodes, Reverse, Scales, Sheet
from wxsat.cli.columns import read_columns
from wxsat.cli.output import emit_json, print_frame, raise_on_refusal, say
from wxsat.errors import Fault, UsageError

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.instrument.instrument import FormName
    from wxsat.psychometrics.scales import ScaleQuality
    from wxsat.responses.responses import Responses

app = typer.Typer(no_args_is_help=True, help="Items, reliability and validity of scales.")
app.command("missing")(missing.missing)
app.command("factors")(measure_factors.factors)
app.command("irt")(measure_irt.irt)
app.command("icc")(measure_icc.icc)
app.command("invariance")(invariance.invariance)
app.command("method-bias")(method_bias.method_bias)
app.command("content")(method_bias.content)
app.add_typer(experiment.app, name="experiment", help="List experiments, anchoring vignettes, split ballots.")

Correlations = Annotated[
    str | None, typer.Option("--correlations", help="Also of every pair of items: pearson or polychoric.")
]


@app.command("items")
def items(
    file: File,
    instrument: InstrumentName = None,
    scale: Scales = None,
    reverse: Reverse = None,
    low: Low = None,
    high: High = None,
    form: Form = None,
    sheet: Sheet = None,
    missing_code: MissingCodes = None,
    correlations: Correlations = None,
    out: exhibits.Out = None,
    lang: exhibits.Lang = "zh",
    force: exhibits.Force = False,
    as_json: Json = False,
) -> None:
    """Print for every item its distribution, missing answers, item-rest correlation and loading."""
    place = exhibits.destination(out, lang, force)
    source, settings = read_scale_answers(file, instrument, scale, reverse, (low, high), form, sheet, missing_code)
    from wxsat.psychometrics.scales import evaluate_scales

    quality = evaluate_scales(source, unusable="report", draws=0, **settings)
    pairs = _inter_item(source, settings, correlations)
    if place is not None:
        # A file to cite has the correlations of the items whether or not they were asked for on the screen.
        kind = correlations or "pearson"
        related = exhibits.item_correlations(_inter_item(source, settings, kind), kind)
        shown = (exhibits.answers_of(source, settings), quality, related)
        place.write(shown, source, only=("likert", "items", "inter_item"))
    show_scales(quality, {"items": ("Items", quality.items)}, as_json, pairs)


app.command("reliability")(measure_reliability.reliability)
app.command("validity")(method_bias.validity)


def read_scale_answers(
    file: Path,
    instrument: str | None,
    scale: list[str] | None,
    reverse: list[str] | None,
    ends: tuple[float | None, float | None],
    form: str | None,
    sheet: str | None,
    missing_codes: list[float] | None,
    account: str | None = None,
) -> tuple[Responses | pd.DataFrame, dict[str, Any]]:
    """Return the answers, and what says which of their columns are scales."""
    require_one_source(instrument, scale, reverse, ends, form)
    if instrument is not None and missing_codes:
        raise UsageError("MEAS-012", "--missing-code belongs to --scale; an instrument declares its own codes.")
    if instrument is not None:
        from wxsat.instrument.load import load_instrument
        from wxsat.responses.read import read_responses

        known_form = cast("FormName | None", form)
        responses = read_responses(file, load_instrument(instrument), form=known_form, account=account, sheet=sheet)
        reversed_now = [i.id for i in responses.instrument.items_in() if i.reversed] if responses.instrument else []
        turned = [i for i in reversed_now if i in responses.frame and i not in responses.reversed_items]
        say(f"{responses.n} respondents, none screened out; reverse-keyed items recoded: {len(turned)}.")
        return responses, {}
    settings = {
        "scales": parse_scales(scale or []),
        "reverse": reverse or (),
        "scale_range": (ends[0], ends[1]) if ends[0] is not None and ends[1] is not None else None,
    }
    return read_columns(file, sheet, missing_codes), settings


def _inter_item(source: Responses | pd.DataFrame, settings: dict[str, Any], kind: str | None) -> pd.DataFrame | None:
    if kind is None:
        return None
    if kind not in ("pearson", "polychoric"):
        raise UsageError("MEAS-012", f"--correlations is '{kind}'.", hint="It is pearson or polychoric.")
    from wxsat.psychometrics.inter_item import CorrelationKind, inter_item_correlations

    return inter_item_correlations(source, kind=cast("CorrelationKind", kind), **settings)


def require_one_source(
    instrument: str | None,
    scale: list[str] | None,
    reverse: list[str] | None,
    ends: tuple[float | None, float | None],
    form: str | None,
) -> None:
    """Raise MEAS-012 unless the items are named by an instrument or by scales, with the options of that one."""
    if (instrument is None) == (not scale):
        found = "neither was given" if instrument is None else "both were given"
        raise UsageError(
            "MEAS-012",
            f"name the items either by --instrument or by --scale; {found}.",
            hint='For example --scale "PU=PU1,PU2,PU3".',
        )
    if instrument is not None and (reverse or ends != (None, None)):
        raise UsageError(
            "MEAS-012",
            "--reverse, --min and --max belong to --scale; an instrument declares keys and scales itself.",
        )
    if scale and form is not None:
        raise UsageError("MEAS-012", "--form belongs to --instrument.")
    low, high = ends
    if (low is None) != (high is None) or (low is not None and high is not None and low >= high):
        raise UsageError("MEAS-009", f"--min and --max go together, the smaller first; got {low} and {high}.")


def parse_scales(texts: list[str]) -> dict[str, list[str]]:
    """
    Read ``"PU=PU1,PU2"`` into construct and columns.

    Raises
    ------
    UsageError
        MEAS-012 for text without a name or columns, or a construct that comes twice; all at once.

    Examples
    --------
    >>> parse_scales(["PU = PU1, PU2"])
    {'PU': ['PU1', 'PU2']}
    """
    scales: dict[str, list[str]] = {}
    faults = []
    for text in texts:
        name, _, rest = text.partition("=")
        columns = [column.strip() for column in rest.split(",") if column.strip()]
        name = name.strip()
        if not name or not columns:
            faults.append(
                Fault("MEAS-012", f"--scale {text!r} is not NAME=COLUMN,COLUMN,...", hint='Try "PU=PU1,PU2".')
            )
        elif name in scales:
            faults.append(Fault("MEAS-012", f"--scale names construct {name!r} twice."))
        scales[name] = columns
    if faults:
        raise UsageError.from_faults(faults)
    return scales


def show_scales(
    quality: ScaleQuality,
    tables: dict[str, tuple[str, pd.DataFrame]],
    as_json: bool,
    pairs: pd.DataFrame | None = None,
    shown: dict[str, pd.DataFrame] | None = None,
) -> None:
    """Print tables (`shown`: how a terminal sees them) or the one JSON document, then findings and refusals."""
    document = quality.to_dict()
    if as_json:
        columns = {column for _, frame in tables.values() for column in frame.columns}
        formulas = {name: text for name, text in document["formulas"].items() if name in columns}
        kept = {name: document[name] for name in (*tables, "findings", "settings")}
        if pairs is not None:
            from wxsat.numerics.plain import frame_records

            kept["correlations"] = frame_records(pairs)
        emit_json(kept | {"formulas": formulas})
    else:
        for title, frame in (shown or dict(tables.values())).items():
            print_frame(frame, title)
        if pairs is not None:
            print_frame(pairs, "Inter-item correlations")
    for finding in quality.findings:
        if not as_json and finding.severity != "refusal":
            say(f"{finding.severity}: {finding.message}  [{finding.code}]")
    raise_on_refusal(quality.findings)
