"""`wxsat measure factors`: how many dimensions a set of items has, and which item belongs to which."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from wxsat.cli import exhibits
from wxsat.cli.answer_options import File, Form, High, InstrumentName, Json, Low, MissingCodes, Reverse, Scales, Sheet
from wxsat.cli.columns import read_columns
from wxsat.cli.output import emit_json, print_frame, say
from wxsat.errors import UsageError

if TYPE_CHECKING:
    from wxsat.instrument.instrument import FormName
    from wxsat.psychometrics.factors.evaluate import FactorAnalysis
    from wxsat.sem.result import SemResult

Columns = Annotated[str | None, typer.Option("--columns", help='The items without scales: "PU1,PU2,EOU1".')]
Constructs = Annotated[
    str | None, typer.Option("--constructs", help="With --instrument: only these, comma between them.")
]
NFactors = Annotated[int | None, typer.Option("--n-factors", min=1, help="Default: by parallel analysis.")]
RotationName = Annotated[str, typer.Option("--rotation", help="none, varimax, promax, oblimin, geomin or target.")]
ExtractionName = Annotated[str, typer.Option("--extraction", help="minres, ml or pa.")]
Kind = Annotated[str, typer.Option("--correlation", help="pearson or polychoric.")]
MissingRule = Annotated[str, typer.Option("--missing", help="listwise or pairwise.")]
Parallel = Annotated[int, typer.Option("--parallel", min=0, help="Random data sets of parallel analysis; 0: none.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Of parallel analysis and rotation starts.")]
Cfa = Annotated[
    bool, typer.Option("--cfa", help="Fit the confirmatory model of the largest loadings to the same answers.")
]


def factors(
    file: File,
    instrument: InstrumentName = None,
    scale: Scales = None,
    columns: Columns = None,
    constructs: Constructs = None,
    reverse: Reverse = None,
    low: Low = None,
    high: High = None,
    form: Form = None,
    sheet: Sheet = None,
    missing_code: MissingCodes = None,
    n_factors: NFactors = None,
    rotation: RotationName = "oblimin",
    extraction: ExtractionName = "minres",
    correlation: Kind = "pearson",
    missing: MissingRule = "listwise",
    parallel: Parallel = 500,
    seed: Seed = 1,
    cfa: Cfa = False,
    out: exhibits.Out = None,
    lang: exhibits.Lang = "zh",
    force: exhibits.Force = False,
    as_json: Json = False,
) -> None:
    """Print KMO, Bartlett's test, parallel analysis, MAP, and the loadings of an exploratory factor analysis."""
    from wxsat.psychometrics.factors.evaluate import evaluate_factors

    place = exhibits.destination(out, lang, force)
    how: dict[str, Any] = {
        "n_factors": n_factors, "rotation": rotation, "extraction": extraction, "correlation": correlation,
        "missing": missing, "parallel": parallel, "seed": seed,
    }  # fmt: skip
    source, named = answers_and_items(
        file, instrument, scale, columns, constructs, reverse, (low, high), form, sheet, missing_code
    )
    analysis = evaluate_factors(source, **named, **how)
    if place is not None:
        place.write((analysis,), source)
    fit = _confirmed(analysis, source) if cfa else None
    if as_json:
        emit_json(analysis.to_dict() | ({} if fit is None else {"cfa": fit.to_dict()}))
        return
    _print(analysis)
    if fit is not None:
        _print_confirmed(analysis, fit)


def answers_and_items(
    file: Path,
    instrument: str | None,
    scale: list[str] | None,
    columns: str | None,
    constructs: str | None,
    reverse: list[str] | None,
    ends: tuple[float | None, float | None],
    form: str | None,
    sheet: str | None,
    missing_codes: list[float] | None,
) -> tuple[Any, dict[str, Any]]:
    """Return the data, and which items of them are meant as keyword arguments of an ``evaluate_`` function."""
    from wxsat.cli.measure import parse_scales, require_one_source

    names = [name.strip() for name in (columns or "").split(",") if name.strip()]
    if columns is not None and (scale or not names):
        raise UsageError("MEAS-012", "--columns names the items alone, not beside --scale.", hint='"PU1,PU2,PU3".')
    texts = [f"items={','.join(names)}"] if names else scale
    require_one_source(instrument, texts, reverse, ends, form)
    if instrument is not None and missing_codes:
        raise UsageError("MEAS-012", "--missing-code belongs to --scale; an instrument declares its own codes.")
    if instrument is None:
        if constructs is not None:
            raise UsageError("MEAS-012", "--constructs belongs to --instrument.")
        low, high = ends
        return read_columns(file, sheet, missing_codes), {
            "scales": parse_scales(texts or []),
            "reverse": reverse or (),
            "scale_range": (low, high) if low is not None and high is not None else None,
        }
    from wxsat.instrument.load import load_instrument
    from wxsat.responses.read import read_responses

    responses = read_responses(file, load_instrument(instrument), form=cast("FormName | None", form), sheet=sheet)
    wanted = [name.strip() for name in (constructs or "").split(",") if name.strip()]
    return responses, {"constructs": wanted or None}


def _print(analysis: FactorAnalysis) -> None:
    a, fit, test = analysis, analysis.fit, analysis.sphericity
    s = a.settings
    print(f"{a.n_obs} rows ({s['missing']}), {len(a.items)} items, {s['correlation']} correlations")
    print(f"KMO = {a.adequacy.overall:.3f}; Bartlett: chi-square({test.df}) = {test.chisq:.2f}, p = {test.pvalue:.3g}")
    _print_numbers(analysis)
    print(f"{len(a.factors)} factor(s): {s['n_factors_rule']}; extraction {s['extraction']}, rotation {s['rotation']}")
    print_frame(a.loadings_frame().assign(kmo=a.adequacy.items), "Loadings (pattern)")
    print_frame(a.variance_frame(), "Variance")
    if len(a.factors) > 1:
        print_frame(a.phi_frame().reset_index(names="factor"), "Correlations of the factors")
    if fit.df > 0:
        print(
            f"chi-square({fit.df}) = {fit.chisq:.3f}, p = {fit.pvalue:.4f}; RMSEA {fit.rmsea:.3f} "
            f"[{fit.rmsea_ci_lower:.3f}, {fit.rmsea_ci_upper:.3f}]; TLI {fit.tli:.3f}; BIC {fit.bic:.2f}; "
            f"RMSR {fit.rms:.3f}"
        )
    else:
        print(f"{fit.df} degrees of freedom: the fit cannot be tested; RMSR {fit.rms:.3f}")
    for finding in a.findings:
        say(f"{finding.severity}: {finding.message}  [{finding.code}]")


def _confirmed(analysis: FactorAnalysis, source: Any) -> SemResult:
    from wxsat.sem.fit import fit_sem

    return fit_sem(analysis.cfa_model(), source)


def _print_confirmed(analysis: FactorAnalysis, fit: SemResult) -> None:
    from wxsat.sem.summary import fit_line

    print(analysis.cfa_model())
    print(fit_line(fit))
    shown = fit.parameters[fit.parameters["op"].isin(["=~", "~~"]) & (fit.parameters["lhs"] != fit.parameters["rhs"])]
    print_frame(
        shown[["lhs", "op", "rhs", "estimate", "std_error", "z", "p_value", "std_all"]], "Confirmatory factor analysis"
    )
    say("The model was found on these answers and fits them too well: test it on other respondents.")
    for finding in fit.findings:
        say(f"{finding.severity}: {finding.message}  [{finding.code}]")


def _print_numbers(analysis: FactorAnalysis) -> None:
    import pandas as pd

    p, partial = analysis.parallel, analysis.average_partial
    table = {"number": range(1, len(analysis.items) + 1), "eigenvalue": analysis.eigenvalues}
    if p is not None:
        table |= {
            "random_95": p.components_quantile,
            "factor_eigenvalue": p.factors,
            "factor_random_95": p.factors_quantile,
        }
    print_frame(pd.DataFrame(table), "Eigenvalues")
    if p is not None:
        print(f"Parallel analysis ({p.draws} draws): {p.n_components} components, {p.n_factors} factors")
    print(f"Minimum average partial: {partial.n_squared} (squared), {partial.n_fourth} (fourth power)")
