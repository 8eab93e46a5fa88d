"""`wxsat measure validity`, `method-bias` and `content`: are constructs distinct, and is it method or substance?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from wxsat.cli import exhibits
from wxsat.cli.answer_options import File, Form, High, InstrumentName, Json, Low, MissingCodes, Reverse, Scales, Sheet
from wxsat.cli.columns import read_columns
from wxsat.cli.output import emit_json, print_frame, say
from wxsat.errors import Fault, InterpretationRefused, UsageError
from wxsat.finding import Finding, refusals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wxsat.instrument.instrument import FormName
    from wxsat.psychometrics.evaluate_validity import Validity
    from wxsat.psychometrics.scales import ScaleQuality

# What `measure validity --out` writes of the results.
VALIDITY = ("htmt", "fornell_larcker", "htmt_tests", "cross_loadings", "collinearity", "criterion")

Cluster = Annotated[str | None, typer.Option("--cluster", help="Column that the bootstrap resamples whole.")]
Draws = Annotated[int, typer.Option("--draws", min=0, help="Bootstrap samples.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed of the bootstrap.")]


def validity(
    file: File,
    instrument: InstrumentName = None,
    scale: Scales = None,
    reverse: Reverse = None,
    low: Low = None,
    high: High = None,
    form: Form = None,
    sheet: Sheet = None,
    missing_code: MissingCodes = None,
    cluster: Cluster = None,
    draws: Draws = 1000,
    seed: Seed = 1,
    interval: Annotated[str, typer.Option("--interval", help="Of the tests: percentile or bca.")] = "percentile",
    correlations: Annotated[
        str, typer.Option("--correlations", help="HTMT of the tests from: pearson or polychoric.")
    ] = "pearson",
    criterion: Annotated[
        list[str] | None, typer.Option("--criterion", help="Column of an outside variable; may be repeated.")
    ] = None,
    out: exhibits.Out = None,
    lang: exhibits.Lang = "zh",
    force: exhibits.Force = False,
    as_json: Json = False,
) -> None:
    """Print HTMT with intervals and tests, Fornell-Larcker, cross-loadings, collinearity, and outside criteria."""
    from wxsat.psychometrics.scales import evaluate_scales

    place = exhibits.destination(out, lang, force)
    source, scales = read_scales(
        file, instrument, scale, reverse, (low, high), form, sheet, missing_code, account=cluster
    )
    settings: dict[str, Any] = {"draws": draws, "seed": seed, "cluster": cluster} | scales
    quality = evaluate_scales(source, unusable="report" if instrument else "raise", **settings)
    found = _pairs_tested(
        source, {"interval": interval, "correlations": correlations, "criteria": tuple(criterion or ()), **settings}
    )
    kept, tables, findings = _validity_parts(quality, found)
    kept["settings"] |= {"interval": interval, "correlations": correlations}
    if place is not None:
        place.write([quality] if found is None else [quality, found], source, only=VALIDITY)
    show(kept, tables, findings, as_json)


def _pairs_tested(source: Any, settings: dict[str, Any]) -> Validity | None:
    """Return what pairs of scales show; None for one scale alone, of which the rest is printed."""
    from wxsat.errors import WxsatError
    from wxsat.psychometrics.evaluate_validity import evaluate_validity

    try:
        return evaluate_validity(source, **settings)
    except WxsatError as error:
        if error.code != "MEAS-077" or settings["criteria"] or "usable" not in error.message:
            raise
        return None


def _validity_parts(
    quality: ScaleQuality, found: Validity | None
) -> tuple[dict[str, Any], dict[str, Any], list[Finding]]:
    """Return the JSON document, the tables and the findings of both results, each finding once."""
    document = quality.to_dict()
    findings = list(quality.findings)
    tables = {"Heterotrait-monotrait ratio (HTMT)": quality.htmt, "Fornell-Larcker": quality.fornell_larcker}
    kept = {name: document[name] for name in ("htmt", "fornell_larcker")}
    if found is not None:
        kept |= {k: v for k, v in found.to_dict().items() if k not in ("findings", "settings")}
        known = {(f.code, f.subject) for f in findings}
        findings += [f for f in found.findings if (f.code, f.subject) not in known]
        tables |= {
            "HTMT and HTMT2, tests against .85, .90 and 1": found.htmt_tests,
            "Cross-loadings (own construct without the item)": found.cross_loadings,
            "Full collinearity": found.collinearity,
        } | ({"Criterion validity": found.criterion} if len(found.criterion) else {})
    kept |= {
        "findings": [f.to_dict() for f in findings],
        "settings": dict(document["settings"]),
        "formulas": {n: t for n, t in document["formulas"].items() if n in {*quality.htmt, *quality.fornell_larcker}},
    }
    return kept, tables, findings


def method_bias(
    file: File,
    instrument: InstrumentName = None,
    scale: Scales = None,
    marker: Annotated[
        str | None, typer.Option("--marker", help='Marker: a construct\'s name, or columns "MK1,MK2,MK3".')
    ] = None,
    construct: Annotated[
        list[str] | None, typer.Option("--construct", help="With --instrument: one to use; may be repeated.")
    ] = None,
    reverse: Reverse = None,
    low: Low = None,
    high: High = None,
    form: Form = None,
    sheet: Sheet = None,
    missing_code: MissingCodes = None,
    estimator: Annotated[str, typer.Option("--estimator", help="ML, MLM or MLR.")] = "ML",
    missing: Annotated[str, typer.Option("--missing", help="listwise or fiml.")] = "listwise",
    out: exhibits.Out = None,
    lang: exhibits.Lang = "zh",
    force: exhibits.Force = False,
    as_json: Json = False,
) -> None:
    """Harman's description, an unmeasured method factor and, with a marker, the CFA marker technique."""
    from wxsat.sem.method_bias.evaluate import evaluate_method_bias

    place = exhibits.destination(out, lang, force)
    source, scales = read_scales(file, instrument, scale, reverse, (low, high), form, sheet, missing_code)
    named = marker.split(",") if marker and "," in marker else marker
    own = [m.strip() for m in named] if isinstance(named, list) else named
    found = evaluate_method_bias(source, marker=own, constructs=construct, estimator=estimator, missing=missing,
                                 **scales)  # fmt: skip
    import pandas as pd

    harman = pd.DataFrame([found.harman])
    tables = {
        "Harman's single factor (description only)": harman,
        "Models": found.models.drop(columns=["tli", "srmr", "aic"]),
        "Comparisons": found.comparisons,
        "Correlations of the constructs": found.correlations,
    }
    tables |= {"Reliability, substance and method": found.reliability} if len(found.reliability) else {}
    tables |= {"Loadings": found.loadings} if len(found.loadings) else {}
    if place is not None:
        place.write((found,), source)
    show(found.to_dict(), tables, found.findings, as_json)


def content(
    file: Annotated[Path, typer.Argument(help="Ratings: one row an expert, one column an item.", metavar="FILE")],
    relevant_from: Annotated[float, typer.Option("--relevant-from", help="Lowest rating that is relevant.")] = 3,
    low: Annotated[float, typer.Option("--min", help="Lowest rating.")] = 1,
    high: Annotated[float, typer.Option("--max", help="Highest rating.")] = 4,
    leave_out: Annotated[
        list[str] | None, typer.Option("--leave-out", help="A column that is no item (the expert's number).")
    ] = None,
    sheet: Sheet = None,
    out: exhibits.Out = None,
    lang: exhibits.Lang = "zh",
    force: exhibits.Force = False,
    as_json: Json = False,
) -> None:
    """Content validity from experts' ratings: I-CVI, S-CVI, modified kappa, Fleiss' kappa."""
    from wxsat.errors import nearest
    from wxsat.psychometrics.content_validity import evaluate_content_validity

    place = exhibits.destination(out, lang, force)
    frame = read_columns(file, sheet)
    unknown = [name for name in leave_out or [] if name not in frame.columns]
    if unknown:
        close = nearest(unknown[0], map(str, frame.columns))
        raise UsageError("MEAS-070", f"there is no column {unknown[0]!r}.{close}", where="--leave-out")
    found = evaluate_content_validity(
        frame.drop(columns=leave_out or []), relevant_from=relevant_from, lowest=low, highest=high
    )
    if place is not None:
        place.write((found,))
    show(found.to_dict(), {"Content validity": found.items}, found.findings, as_json)
    if not as_json:
        print(
            f"S-CVI/Ave {found.s_cvi_ave:.3f}, S-CVI/UA {found.s_cvi_ua:.3f}, Fleiss' kappa {found.fleiss_kappa:.3f}; "
            f"{found.n_experts} experts"
        )


def read_scales(
    file: Path,
    instrument: str | None,
    scale: list[str] | None,
    reverse: list[str] | None,
    ends: tuple[float | None, float | None],
    form: str | None,
    sheet: str | None,
    missing_codes: list[float] | None,
    *,
    account: str | None = None,
) -> tuple[Any, dict[str, Any]]:
    """Return the answers and the arguments that say which columns are which scale."""
    from wxsat.cli.measure import parse_scales, require_one_source

    require_one_source(instrument, scale, reverse, ends, form)
    if instrument is None:
        ranged = (ends[0], ends[1]) if ends[0] is not None and ends[1] is not None else None
        named = {"scales": parse_scales(scale or []), "reverse": reverse or (), "scale_range": ranged}
        return read_columns(file, sheet, missing_codes), named
    if missing_codes:
        raise UsageError("MEAS-012", "--missing-code belongs to --scale; an instrument declares its own codes.")
    from wxsat.instrument.load import load_instrument
    from wxsat.responses.read import read_responses

    known = cast("FormName | None", form)
    responses = read_responses(file, load_instrument(instrument), form=known, account=account, sheet=sheet)
    turned = [
        item.id
        for item in (responses.instrument.items_in() if responses.instrument else [])
        if item.reversed and item.id in responses.frame and item.id not in responses.reversed_items
    ]
    say(f"{responses.n} respondents, none screened out; reverse-keyed items recoded: {len(turned)}.")
    return responses, {}


def show(document: dict[str, Any], tables: dict[str, Any], findings: Sequence[Finding], as_json: bool) -> None:
    """Print tables, or the one JSON document; findings on stderr, refusals as the end of the command (exit 6)."""
    if as_json:
        emit_json(document)
    else:
        for title, frame in tables.items():
            print_frame(frame, title)
        for finding in findings:
            if finding.severity != "refusal":
                say(f"{finding.severity}: {finding.message}  [{finding.code}]")
    refused = refusals(findings)
    if refused:
        raise InterpretationRefused.from_faults(
            Fault(f.code, f.message, hint="The figures that rest on it must not be interpreted.") for f in refused
        )
