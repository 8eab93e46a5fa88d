"""The options of `wxsat power`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Population = Annotated[
    Path | None,
    typer.Argument(help="Model text with a value for every parameter, or a TRUTH.yaml.", metavar="[POPULATION]"),
]
N = Annotated[
    list[str] | None, typer.Option("--n", help="Respondents: 200, a grid 100,200,400 or 100:500:100; may be repeated.")
]
Target = Annotated[float | None, typer.Option("--target", help="Search the N of this power instead.")]
Model = Annotated[Path | None, typer.Option("--model", help="What is fitted; by default the population's.")]
Parameter = Annotated[list[str] | None, typer.Option("--parameter", help='With --target: "b~a"; may be repeated.')]
Replicates = Annotated[int, typer.Option("--replicates", help="Samples of each size.")]
Seed = Annotated[int, typer.Option("--seed", help="Replicate r of size n depends on it, n and r alone.")]
Estimator = Annotated[str | None, typer.Option("--estimator", help="ML, MLM, MLMV, MLR, WLSMV, DWLS or ULSMV.")]
Missing = Annotated[float, typer.Option("--missing", help="Share of cells missing completely at random.")]
MissingRule = Annotated[str | None, typer.Option("--missing-rule", help="listwise, fiml or pairwise.")]
Skewness = Annotated[float, typer.Option("--skewness", help="Of continuous variables (Vale-Maurelli).")]
Kurtosis = Annotated[float, typer.Option("--kurtosis", help="Excess kurtosis of continuous variables.")]
ClusterSize = Annotated[int, typer.Option("--cluster-size", help="Respondents an account; needs --icc.")]
Icc = Annotated[
    float | None, typer.Option("--icc", help="Share of variance between accounts; a truth file brings its own.")
]
Standardised = Annotated[bool, typer.Option("--standardised", help="Variances left out make total variances 1.")]
StdLv = Annotated[bool, typer.Option("--std-lv", help="With --model: latent variances 1.")]
Alpha = Annotated[float, typer.Option("--alpha", help="Level of the tests.")]
Jobs = Annotated[int, typer.Option("--jobs", help="Processes; the figures do not depend on it.")]
Results = Annotated[Path | None, typer.Option("--results", help="File that finished blocks go to.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with --results.")]
Instrument = Annotated[
    str | None, typer.Option("--instrument", "-i", help="With TRUTH.yaml; the truth's own by default.")
]
Form = Annotated[str, typer.Option("--form", help="With TRUTH.yaml: full, standard or brief.")]
Rmsea = Annotated[bool, typer.Option("--rmsea", help="Power of the test of fit: needs --df.")]
Df = Annotated[int | None, typer.Option("--df", help="With --rmsea: degrees of freedom.")]
Test = Annotated[str, typer.Option("--test", help="With --rmsea: close, not_close or exact.")]
NullRmsea = Annotated[float | None, typer.Option("--null", help="With --rmsea: RMSEA under H0.")]
TrueRmsea = Annotated[float | None, typer.Option("--true", help="With --rmsea: RMSEA in the population.")]
Groups = Annotated[int, typer.Option("--groups", help="With --rmsea: groups.")]
Figure = Annotated[Path | None, typer.Option("--figure", help="Write the power curve: .svg or .png.")]
Language = Annotated[str, typer.Option("--lang", help="Of figures and tables: zh, en, or with --out both.")]
Force = Annotated[bool, typer.Option("--force", help="Replace a figure or a folder that exists.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
