"""``wxsat responses estimate``: figures of a population, with the errors of the sample's design."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wxsat.cli.output import emit_json, print_frame, say
from wxsat.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.sampling.design import SurveyDesign
    from wxsat.sampling.estimates import Estimates
    from wxsat.sampling.independence import Independence

Names = list[str] | None
File = Annotated[Path, typer.Argument(help="Answers: CSV, XLSX, XLS, SAV, ZSAV or DTA.", metavar="FILE")]
DesignOption = Annotated[Path | None, typer.Option("--design", "-d", help="Design file (YAML): sampling, weights.")]
SamplingOption = Annotated[str | None, typer.Option("--sampling", help="probability or opt-in, without a design file.")]
Weights = Annotated[str | None, typer.Option("--weights", help="Column of weights, without a design file.")]
Strata = Annotated[Names, typer.Option("--strata", help="Column of strata, one a stage (repeatable).")]
Clusters = Annotated[Names, typer.Option("--cluster", help="Column of sampled units, one a stage (repeatable).")]
Fpc = Annotated[Names, typer.Option("--fpc", help="Column of population sizes, one a stage (repeatable).")]
LonelyOption = Annotated[str, typer.Option("--lonely", help="Stratum of one unit: fail, adjust or certainty.")]
MeanOption = Annotated[Names, typer.Option("--mean", help="Column whose mean is estimated (repeatable).")]
TotalOption = Annotated[Names, typer.Option("--total", help="Column whose total is estimated (repeatable).")]
ProportionOption = Annotated[Names, typer.Option("--proportion", help="Column whose levels' shares are estimated.")]
QuantileOption = Annotated[Names, typer.Option("--quantile", help="Column whose quantiles are estimated.")]
At = Annotated[str, typer.Option("--at", help="Quantiles, by commas.")]
RatioOption = Annotated[Names, typer.Option("--ratio", help="A/B: ratio of the totals of two columns.")]
DifferenceOption = Annotated[Names, typer.Option("--difference", help="Column whose group means are compared; --by.")]
RegressionOption = Annotated[Names, typer.Option("--regression", help='Linear regression: "y ~ x1 + x2".')]
IndependenceOption = Annotated[Names, typer.Option("--independence", help="A,B: Rao-Scott test of two columns.")]
By = Annotated[Names, typer.Option("--by", help="Column whose levels are subpopulations (repeatable).")]
Where = Annotated[str | None, typer.Option("--where", help='Subpopulation: "age >= 18 and district == 3".')]
Interval = Annotated[str, typer.Option("--interval", help="Of proportions: logit, beta, asin or mean.")]
ReplicatesOption = Annotated[str | None, typer.Option("--replicates", help="JK1, JKn, bootstrap, BRR or Fay.")]
Draws = Annotated[int, typer.Option("--draws", min=2, help="Replicates of the bootstrap.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed of the bootstrap.")]
Confidence = Annotated[float, typer.Option("--confidence", help="Level of the intervals.")]
Df = Annotated[str, typer.Option("--df", help="Degrees of freedom: design, normal, or a number.")]
Sheet = Annotated[str | None, typer.Option("--sheet", help="Sheet of a workbook.")]
MissingCodes = Annotated[
    list[float] | None, typer.Option("--missing-code", help="A code that stands for no answer (repeatable).")
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


def estimate(
    file: File,
    design: DesignOption = None,
    mean: MeanOption = None,
    total: TotalOption = None,
    proportion: ProportionOption = None,
    quantile: QuantileOption = None,
    at: At = "0.25,0.5,0.75",
    ratio: RatioOption = None,
    difference: DifferenceOption = None,
    regression: RegressionOption = None,
    independence: IndependenceOption = None,
    by: By = None,
    where: Where = None,
    sampling: SamplingOption = None,
    weights: Weights = None,
    strata: Strata = None,
    cluster: Clusters = None,
    fpc: Fpc = None,
    lonely: LonelyOption = "fail",
    interval: Interval = "logit",
    replicates: ReplicatesOption = None,
    draws: Draws = 500,
    seed: Seed = 1,
    confidence: Confidence = 0.95,
    df: Df = "design",
    sheet: Sheet = None,
    missing_code: MissingCodes = None,
    as_json: Json = False,
) -> None:
    """Estimate means, totals, shares, quantiles, ratios, differences and tests under the sample's design."""
    from wxsat.cli.columns import read_columns

    options: dict[str, Any] = {
        "sampling": sampling, "weights": weights, "strata": strata, "clusters": cluster, "fpc": fpc, "lonely": lonely,
    }  # fmt: skip
    frame = read_columns(file, sheet, missing_code)
    made = _design(frame, design, options, (replicates, draws, seed))
    if where is not None:
        made = made.subset(where)
    limits = {"confidence": confidence, "degrees": _degrees(df)}
    asked = {
        "mean": mean, "total": total, "proportion": proportion, "quantile": quantile, "ratio": ratio,
        "difference": difference, "regression": regression,
    }  # fmt: skip
    if not any(asked.values()) and not independence:
        raise UsageError("SAMP-047", "nothing is asked for.", hint="For example --mean SCORE --by district.")
    found = _estimates(made, asked, by, limits, interval, at)
    tests = [_test(made, pair) for pair in independence or []]
    _show(found, tests, made, as_json)


def _design(
    frame: pd.DataFrame, file: Path | None, options: dict[str, Any], replicates: tuple[str | None, int, int]
) -> SurveyDesign:
    from wxsat.sampling.design import SurveyDesign
    from wxsat.sampling.plan import load_design

    kind, draws, seed = replicates
    margins = None
    if file is not None:
        stated = [name for name, value in options.items() if value and (name, value) != ("lonely", "fail")]
        if stated:
            raise UsageError("SAMP-047", f"--design says it already: {', '.join(stated)}.", hint="Give one of both.")
        read = load_design(file)
        plan = read.sampling
        base = read.weights.base_weight if read.weights else None
        options = {
            "sampling": plan.type, "weights": plan.weights or base, "strata": plan.strata, "clusters": plan.clusters,
            "fpc": plan.fpc, "lonely": plan.lonely,
        }  # fmt: skip
        margins = read.weights if read.weights and read.weights.margins is not None else None
    made = SurveyDesign(frame, **options)
    if kind is not None:
        made = made.replicate(kind, replicates=draws, seed=seed)
    if margins is not None and file is not None:
        source = margins.margins
        named = file.parent / source if isinstance(source, str) else source
        made = made.calibrate(named or {}, method=margins.method, bounds=margins.bounds, trim=margins.trim)
    return made


def _degrees(text: str) -> Any:
    if text in ("design", "normal"):
        return "design" if text == "design" else math.inf
    try:
        return float(text)
    except ValueError:
        raise UsageError("SAMP-045", f"--df {text!r} is not design, normal or a number.") from None


def _estimates(
    made: SurveyDesign,
    asked: dict[str, Names],
    by: Names,
    limits: dict[str, Any],
    interval: str,
    at: str,
) -> list[Estimates]:
    from wxsat.sampling import means, proportions, quantiles, regression

    def ratio(text: str) -> Estimates:
        return means.estimate_ratio(made, *_two(text, "/", "--ratio"), by, **limits)

    def difference(name: str) -> Estimates:
        if not by or len(by) != 1:
            raise UsageError("SAMP-047", "--difference needs one --by: the column of the groups.")
        return means.estimate_difference(made, name, by[0], **limits)

    def regress(text: str) -> Estimates:
        outcome, right = _two(text, "~", "--regression")
        terms = [term.strip() for term in right.split("+") if term.strip()]
        return regression.estimate_regression(made, outcome, terms, **limits)

    def share(name: str) -> Estimates:
        return proportions.estimate_proportion(made, name, by, interval=interval, **limits)  # type: ignore[arg-type]

    ways: dict[str, Callable[[str], Estimates]] = {
        "mean": lambda name: means.estimate_mean(made, name, by, **limits),
        "total": lambda name: means.estimate_total(made, name, by, **limits),
        "proportion": share,
        "quantile": lambda name: quantiles.estimate_quantile(made, name, _shares(at), by, **limits),
        "ratio": ratio,
        "difference": difference,
        "regression": regress,
    }
    return [ways[kind](name) for kind, names in asked.items() for name in names or []]


def _shares(text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise UsageError("SAMP-043", f"--at {text!r} is not a list of numbers.", hint="For example 0.25,0.5.") from None


def _two(text: str, mark: str, option: str) -> tuple[str, str]:
    left, found, right = (part.strip() for part in text.partition(mark))
    if not found or not left or not right:
        raise UsageError("SAMP-047", f"{option} {text!r} is not LEFT {mark} RIGHT.")
    return left, right


def _test(made: SurveyDesign, pair: str) -> Independence:
    from wxsat.sampling.independence import evaluate_independence

    return evaluate_independence(made, *_two(pair, ",", "--independence"))


def _show(found: list[Estimates], tests: list[Independence], made: SurveyDesign, as_json: bool) -> None:
    import pandas as pd

    from wxsat.finding import distinct
    from wxsat.numerics.plain import frame_records

    findings = distinct([*(f for e in found for f in e.findings), *(f for t in tests for f in t.findings)])
    records = [record | {"df": part.df} for part in found for record in frame_records(part.table)]
    if as_json:
        documents = [{k: v for k, v in t.to_dict().items() if k not in ("design", "findings")} for t in tests]
        emit_json(
            {
                "estimates": records,
                "independence": documents,
                "confidence": found[0].confidence if found else None,
                "design": made.describe(),
                "findings": [finding.to_dict() for finding in findings],
            }
        )
        return
    for part in found:
        table = part.table.dropna(axis=1, how="all")
        print_frame(table.drop(columns="statistic"), str(part.table["statistic"].iloc[0]))
    for test in tests:
        plain = {k: v for k, v in test.to_dict().items() if k not in ("design", "findings") and v is not None}
        print_frame(pd.DataFrame([plain]), "Rao-Scott test of independence")
    for finding in findings:
        say(f"{finding.severity}: {finding.message}  [{finding.code}]")
