"""`wxsat measure irt`: the graded-response model of every scale."""

from __future__ import annotations

from typing import Annotated

import typer

from wxsat.cli import exhibits
from wxsat.cli.answer_options import File, Form, High, InstrumentName, Json, Low, MissingCodes, Reverse, Scales, Sheet
from wxsat.cli.measure_factors import Constructs, answers_and_items
from wxsat.cli.output import emit_json, print_frame, raise_on_refusal, say

Nodes = Annotated[int, typer.Option("--nodes", min=5, help="Gauss-Hermite nodes.")]


def irt(
    file: File,
    instrument: InstrumentName = None,
    scale: Scales = None,
    constructs: Constructs = None,
    reverse: Reverse = None,
    low: Low = None,
    high: High = None,
    form: Form = None,
    sheet: Sheet = None,
    missing_code: MissingCodes = None,
    nodes: Nodes = 61,
    out: exhibits.Out = None,
    lang: exhibits.Lang = "zh",
    force: exhibits.Force = False,
    as_json: Json = False,
) -> None:
    """Print slopes and thresholds of the graded-response model, with where each scale measures well."""
    import numpy as np

    from wxsat.psychometrics.item_response.evaluate import evaluate_item_response

    place = exhibits.destination(out, lang, force)
    source, named = answers_and_items(
        file, instrument, scale, None, constructs, reverse, (low, high), form, sheet, missing_code
    )
    fitted = evaluate_item_response(source, **named, nodes=nodes)
    if place is not None:
        place.write(fitted, source)
    if as_json:
        emit_json({"scales": [result.to_dict() for result in fitted]})
    for result in () if as_json else fitted:
        print_frame(result.parameters(), f"{result.scale}: graded-response model, {result.fit.n_obs} respondents")
        points = result.information(np.arange(-2.0, 3.0))
        print_frame(points[["theta", "test", "std_error"]], "Information of the scale")
        print(f"log-likelihood {result.fit.log_likelihood:.3f}; marginal reliability {result.reliability:.3f}")
        for finding in result.findings:
            if finding.severity != "refusal":
                say(f"{finding.severity}: {finding.message}  [{finding.code}]")
    raise_on_refusal([finding for result in fitted for finding in result.findings])
