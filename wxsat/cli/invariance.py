"""`wxsat measure invariance`: is the same measured in every group, or at every wave?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from wxsat.cli import exhibits
from wxsat.cli import sem_options as option
from wxsat.cli.output import emit_json, print_frame, say
from wxsat.errors import Fault, InterpretationRefused, UsageError
from wxsat.finding import refusals

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wxsat.finding import Finding
    from wxsat.sem.invariance.align import AlignmentResult
    from wxsat.sem.invariance.result import InvarianceResult


def invariance(
    model: Annotated[str, typer.Argument(help="Measurement model: a file with lavaan syntax, or the text itself.")],
    file: option.Answers = None,
    group: option.Group = None,
    waves: Annotated[str | None, typer.Option(help="Instead of --group: names of the waves, by commas.")] = None,
    wave_pattern: Annotated[
        str, typer.Option(help="With --waves: how an item's column of a wave is called.")
    ] = "{item}_{wave}",
    ordered: option.Ordered = None,
    rule: Annotated[
        str,
        typer.Option(
            help="When a step holds: conventions (small changes of CFI, RMSEA, SRMR, or p of the test), indices, test, "
            "both."
        ),
    ] = "conventions",
    alpha: Annotated[float, typer.Option(help="Level of the tests.")] = 0.05,
    partial: Annotated[
        bool, typer.Option("--partial/--no-partial", help="Search for partial invariance where a step does not hold.")
    ] = True,
    adjust: Annotated[str, typer.Option(help="Over the candidates of that search: holm, bonferroni or none.")] = "holm",
    means: Annotated[bool, typer.Option("--means", help="Add a step with equal latent means.")] = False,
    compare_means: Annotated[
        bool, typer.Option("--compare-means", help="Print latent means; exit code 6 where they must not be compared.")
    ] = False,
    collapse: Annotated[
        bool, typer.Option("--collapse", help="Merge categories that a group never uses, in every group.")
    ] = False,
    align: Annotated[
        str | None, typer.Option(help="Many groups: alignment instead of the ladder, fixed or free.")
    ] = None,
    estimator: option.Estimator = None,
    missing: option.Missing = "listwise",
    weights: option.Weights = None,
    cluster: option.Cluster = None,
    instrument: option.Instrument = None,
    form: option.Form = None,
    sheet: option.Sheet = None,
    missing_code: option.MissingCodes = None,
    out: exhibits.Out = None,
    lang: exhibits.Lang = "zh",
    force: exhibits.Force = False,
    as_json: option.AsJson = False,
) -> None:
    """Test measurement invariance step by step; exit code 6 when means are asked for and must not be compared."""
    place = exhibits.destination(out, lang, force)
    data = option.read_input(file, None, None, None, instrument, form, sheet, missing_code)["data"]
    text = option.read_model_argument(model)
    if align is not None:
        _refuse_with_alignment(waves, ordered, weights, cluster)
        if group is None:
            raise UsageError("SEM-098", "alignment needs groups.", where="--align", hint="Give --group.")
        from wxsat.sem.invariance.align import align_groups

        aligned = align_groups(text, data, group=group, align=align, estimator=estimator, missing=missing)
        if place is not None:
            place.write((aligned,), data)
        _finish(aligned, aligned.findings, as_json, _show_alignment)
        return
    from wxsat.sem.invariance.evaluate import evaluate_invariance

    result = evaluate_invariance(
        text, data, group=group, waves=waves, wave_pattern=wave_pattern, ordered=ordered, rule=rule, alpha=alpha,
        partial=partial, adjust=adjust, means=means, compare_means=compare_means, collapse=collapse,
        estimator=estimator, missing=missing, weights=weights, cluster=cluster,
    )  # fmt: skip
    if place is not None:
        place.write((result,), data)
    _finish(result, result.findings, as_json, _show)


def _refuse_with_alignment(waves: str | None, ordered: str | None, weights: str | None, cluster: str | None) -> None:
    given = {"--waves": waves, "--ordered": ordered, "--weights": weights, "--cluster": cluster}
    named = [name for name, value in given.items() if value is not None]
    if named:
        raise UsageError("SEM-098", f"{', '.join(named)} cannot go with --align.", where="--align",
                         hint="Alignment takes items as continuous, in groups, without weights.")  # fmt: skip


def _finish(result: Any, findings: Iterable[Finding], as_json: bool, show: Any) -> None:
    for finding in findings:
        if finding.severity != "refusal":
            say(f"{finding.severity}: {finding.message} [{finding.code}]")
    if as_json:
        emit_json(result.to_dict())
    else:
        show(result)
    refused = refusals(findings)
    if refused:
        raise InterpretationRefused.from_faults(
            Fault(f.code, f.message, hint="Compare relations or single items instead.") for f in refused
        )


def _show(result: InvarianceResult) -> None:
    steps = result.steps.assign(partial=result.steps["partial"].map({True: "yes", False: ""}))
    print_frame(steps, f"Steps ({result.settings['estimator']}; fit indices: {result.settings['indices']})")
    differences = result.differences.assign(
        partial=result.differences["partial"].map({True: "yes", False: ""}),
        holds=result.differences["holds"].map({True: "yes", False: "no"}),
    )
    print_frame(differences, f"Differences (rule: {result.settings['rule']})")
    for title, frame in (
        ("Released, in order", result.freed),
        ("Effect sizes (dMACS)", result.effect_sizes),
        (f"Latent means, in standard deviations of {result.settings['reference']}", result.means),
    ):
        if len(frame):
            print_frame(frame, title)
    print(f"Verdict: {result.verdict.text}")


def _show_alignment(result: AlignmentResult) -> None:
    print_frame(result.means, f"Aligned means ({result.settings['align'].upper()})")
    print_frame(result.items, "Items: aligned loadings and intercepts over groups")
    print(f"Parameters that differ: {100 * result.settings['share_different']:.1f} %")
