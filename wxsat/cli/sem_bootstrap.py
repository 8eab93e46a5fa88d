"""`wxsat sem bootstrap`: resample a model, in one go or in shards that are merged."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wxsat.cli.output import emit_json, print_frame, say
from wxsat.errors import UsageError

if TYPE_CHECKING:
    from wxsat.sem.bootstrap.result import BootstrapResult


def bootstrap(
    model: Annotated[
        str | None, typer.Argument(help="Model file (lavaan syntax), or a model's id with --instrument.")
    ] = None,
    file: Annotated[Path | None, typer.Argument(help="Answers: CSV, XLSX, XLS, SAV, ZSAV or DTA.")] = None,
    draws: Annotated[int, typer.Option(help="Number of resamples, over all shards.")] = 1000,
    seed: Annotated[int, typer.Option(help="Draw i depends on the seed and on i alone.")] = 1,
    workers: Annotated[int, typer.Option(help="Processes.")] = 1,
    kind: Annotated[str, typer.Option(help="Intervals: percentile, basic, normal, bc or bca.")] = "percentile",
    level: Annotated[float, typer.Option(help="Coverage of the intervals, between 0 and 1.")] = 0.95,
    method: Annotated[str, typer.Option(help="naive, or bollen_stine for the p value of chi-square.")] = "naive",
    inadmissible: Annotated[str, typer.Option(help="Draws that are not admissible: keep or drop.")] = "keep",
    shard: Annotated[str, typer.Option(help="Part i/k of the draws.")] = "1/1",
    save: Annotated[Path | None, typer.Option(help="Write all draws to this JSON file.")] = None,
    merge: Annotated[
        list[Path] | None, typer.Option(help="Saved shards to merge instead of drawing; repeat the option.")
    ] = None,
    group: Annotated[str | None, typer.Option(help="Column of the groups; resampled within.")] = None,
    estimator: Annotated[str | None, typer.Option(help="ML and its kin; with --ordered WLSMV, ULSMV, ...")] = None,
    ordered: Annotated[
        str | None, typer.Option(help="Ordinal items: all, or names by commas; polychorics anew in every draw.")
    ] = None,
    parameterization: Annotated[str | None, typer.Option(help="Of ordinal items: delta or theta.")] = None,
    missing: Annotated[str, typer.Option(help="listwise; with --ordered also pairwise.")] = "listwise",
    weights: Annotated[str | None, typer.Option(help="Column of sampling weights.")] = None,
    cluster: Annotated[str | None, typer.Option(help="Column of clusters; resampled whole.")] = None,
    std_lv: Annotated[bool, typer.Option("--std-lv", help="Fix latent variances to 1, not first loadings.")] = False,
    orthogonal: Annotated[bool, typer.Option("--orthogonal", help="Latents uncorrelated by default.")] = False,
    meanstructure: Annotated[bool, typer.Option("--meanstructure", help="Add intercepts.")] = False,
    fixed_x: Annotated[bool, typer.Option(help="Take the moments of exogenous covariates as given.")] = True,
    instrument: Annotated[
        str | None,
        typer.Option("--instrument", "-i", help="Bundled id, folder or YAML file that the answers belong to."),
    ] = None,
    form: Annotated[str | None, typer.Option(help="With --instrument: full, standard or brief.")] = None,
    sheet: Annotated[str | None, typer.Option(help="Sheet of a workbook.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Bootstrap errors and intervals; failed and inadmissible draws are counted and reported."""
    if merge:
        if model is not None:
            raise UsageError("SEM-056", "--merge reads saved shards; model and data are not read again.",
                             where="--merge")  # fmt: skip
        from wxsat.sem.bootstrap.result import load_bootstrap, merge_bootstraps

        found = merge_bootstraps([load_bootstrap(path) for path in merge]).with_intervals(level=level)
        found = found if kind == found.kind else found.with_intervals(kind)
    else:
        from wxsat.cli.sem_options import read_answers, read_model_argument
        from wxsat.sem.bootstrap.run import bootstrap_sem

        if model is None or file is None:
            raise UsageError("SEM-056", "a model and a file of answers were expected.", where="MODEL FILE",
                             hint="Or --merge with saved shards.")  # fmt: skip
        if form is not None and instrument is None:
            raise UsageError("SEM-038", "--form needs --instrument.", where="--form")
        found = bootstrap_sem(
            read_model_argument(model), read_answers(file, instrument, form, sheet), draws=draws, seed=seed,
            workers=workers, kind=kind,
            level=level, method=method, inadmissible=inadmissible, shard=_shard(shard), group=group, weights=weights,
            cluster=cluster, std_lv=std_lv, orthogonal=orthogonal, meanstructure=meanstructure, fixed_x=fixed_x,
            estimator=estimator, ordered=ordered, parameterization=parameterization, missing=missing,
            progress=_say_progress,
        )  # fmt: skip
    if save is not None:
        found.save(save)
    for finding in found.findings:
        say(f"{finding.severity}: {finding.message} [{finding.code}]")
    if as_json:
        emit_json(found.to_dict())
    else:
        _show(found)


def _say_progress(done: int, to_do: int) -> None:
    """Say every tenth of the way how far the draws are."""
    if done == to_do or done * 10 // to_do > (done - 32) * 10 // to_do:
        say(f"{done} of {to_do} draws")


def _shard(text: str) -> tuple[int, int]:
    part, slash, parts = text.partition("/")
    if not (slash and part.strip().isdigit() and parts.strip().isdigit()):
        raise UsageError("SEM-056", f"{text!r}; i/k such as 2/4 was expected.", where="--shard")
    return int(part), int(parts)


def _show(found: BootstrapResult) -> None:
    counts = found.counts
    print(
        f"{counts['used']} of {counts['requested']} draws, seed {found.seed}, {found.method}; "
        f"{counts['alone']} refitted alone, {counts['failed']} failed, {counts['inadmissible']} inadmissible; "
        f"{found.kind} intervals at {found.level:.0%}"
    )
    if found.method == "bollen_stine":
        print(f"chi-square {found.full_chisq:.3f}, Bollen-Stine p = {found.p_value:.4f}")
    frame = found.intervals
    shown = ["name", "label", "estimate", "bias", "std_error", "ci_lower", "ci_upper"]
    titles = {"parameter": "Parameters", "defined": "Defined parameters", "effect": "Effects"}
    for quantity, title in titles.items():
        for scale, suffix in (("raw", ""), ("std_all", ", standardised")):
            part = frame[(frame["quantity"] == quantity) & (frame["scale"] == scale)]
            part = part[part["std_error"] > 0]
            if len(part):
                print_frame(part[shown], title + suffix)
