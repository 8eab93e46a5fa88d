"""``wxsat responses weight`` and ``rates``: weights by margins, and the outcome rates of a survey."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wxsat.cli.output import emit_json, print_frame, say
from wxsat.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from wxsat.finding import Finding

LOOKED_AT = 2_000

File = Annotated[Path, typer.Argument(help="Answers: CSV, XLSX, XLS, SAV, ZSAV or DTA.", metavar="FILE")]
MarginsOption = Annotated[
    Path, typer.Option("--margins", "-m", help="What is known of the population: YAML, XLSX, CSV.")
]
Out = Annotated[Path, typer.Option("--out", "-o", help="File to write: the data with their weight, .csv or .xlsx.")]
Method = Annotated[str, typer.Option("--method", help="rake, poststratify, linear (GREG) or logit.")]
BoundsOption = Annotated[str | None, typer.Option("--bounds", help="L,U: weight over base weight, around 1.")]
Trim = Annotated[str | None, typer.Option("--trim", help="U or L,U: limits as multiples of the median weight.")]
BaseWeight = Annotated[str | None, typer.Option("--base-weight", help="Column of design weights.")]
MissingOption = Annotated[
    str, typer.Option("--missing", help="No answer to a margin variable: fail, drop (no weight) or keep (own level).")
]
Column = Annotated[str, typer.Option("--column", help="Name of the column of weights in the output.")]
Sheet = Annotated[str | None, typer.Option("--sheet", help="Sheet of a workbook.")]
MissingCodes = Annotated[
    list[float] | None, typer.Option("--missing-code", help="A code that stands for no answer (repeatable).")
]
Force = Annotated[bool, typer.Option("--force", help="Replace files that are there.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


def weight(
    file: File,
    margins: MarginsOption,
    out: Out,
    method: Method = "rake",
    bounds: BoundsOption = None,
    trim: Trim = None,
    base_weight: BaseWeight = None,
    missing: MissingOption = "fail",
    column: Column = "weight",
    sheet: Sheet = None,
    missing_code: MissingCodes = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Weight respondents to the margins of their population; write the data with a column of weights."""
    from typing import cast

    from wxsat.cli.columns import read_columns
    from wxsat.responses.save import write_table
    from wxsat.sampling.cells import MissingRule
    from wxsat.sampling.load_margins import load_margins
    from wxsat.sampling.weighting import weight_responses

    if out.exists() and file.exists() and out.samefile(file):
        raise UsageError("SAMP-019", f"{out} is the file of answers itself.", hint="Name another file to write.")
    known = load_margins(margins)
    frame = read_columns(file, sheet, missing_code)
    if column in frame.columns:
        raise UsageError("SAMP-019", f"the data have a column '{column}' already.", hint="Choose another --column.")
    found = weight_responses(
        frame,
        known,
        method=method,
        bounds=_pair(bounds, "--bounds"),
        trim=_limits(trim),
        base_weight=base_weight,
        missing=cast(MissingRule, missing),
    )
    kept = _without_identifiers(frame)
    write_table(kept.assign(**{column: found.weights}), out, force=force)
    for note in known.notes:
        say(note)
    if as_json:
        emit_json({"weights_file": str(out), **found.to_dict()})
        return
    print_frame(found.margins, f"Margins ({method}, {found.iterations} iterations)", digits=4)
    quality = found.quality
    print(
        f"n {quality.n}, design effect {quality.deff:.3f}, effective n {quality.n_effective:.1f}, weights "
        f"{quality.smallest:.4g} to {quality.largest:.4g} "
        f"(CV {quality.cv:.3f}; {quality.share_at_bounds:.1%} at bounds)"
    )
    _tell(found.findings)
    say(f"Written: {out}")


def _without_identifiers(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out the columns that identify people: they reach no output."""
    from wxsat.responses.identifiers import identifies

    personal = [name for name in frame.columns if identifies(str(name), frame[name].dropna().head(LOOKED_AT).tolist())]
    if personal:
        say(f"Not written, because they identify people: {', '.join(map(str, personal))}.")
    return frame.drop(columns=personal)


def _pair(text: str | None, option: str) -> tuple[float, float] | None:
    if text is None:
        return None
    try:
        low, high = (float(part) for part in text.split(","))
    except ValueError:
        raise UsageError("SAMP-018", f"{option} {text!r} is not L,U.", hint="For example 0.3,3.") from None
    return low, high


def _limits(text: str | None) -> float | tuple[float, float] | None:
    if text is None or "," in text:
        return _pair(text, "--trim")
    try:
        return float(text)
    except ValueError:
        raise UsageError("SAMP-018", f"--trim {text!r} is not a number.", hint="For example 5, or 0.2,5.") from None


def _tell(findings: Iterable[Finding]) -> None:
    for finding in findings:
        say(f"{finding.severity}: {finding.message}  [{finding.code}]")


Counts = Annotated[Path, typer.Argument(help="YAML with `sampling:` type, and `dispositions:` or `funnel:` counts.")]


def rates(file: Counts, as_json: Json = False) -> None:
    """Print AAPOR's outcome rates from disposition counts, or a web survey's rates from its funnel counts."""
    import pandas as pd

    from wxsat.sampling.plan import load_design
    from wxsat.sampling.response_rates import evaluate_outcome_rates, evaluate_web_rates

    plan = load_design(file).sampling
    if not plan.dispositions and not plan.funnel:
        raise UsageError("SAMP-053", "there are no counts.", where=file.name, hint="Give dispositions or funnel.")
    document: dict[str, Any] = {"sampling": plan.type}
    if plan.dispositions:
        document["aapor"] = evaluate_outcome_rates(plan.dispositions, e=plan.eligible_share).to_dict()
    if plan.funnel:
        document["cherries"] = evaluate_web_rates(plan.funnel).to_dict()
    if as_json:
        emit_json(document)
        return
    for name, title in (("aapor", "AAPOR outcome rates"), ("cherries", "Web survey (CHERRIES)")):
        if name in document:
            print_frame(pd.DataFrame(document[name]["rates"]), title, digits=4)
