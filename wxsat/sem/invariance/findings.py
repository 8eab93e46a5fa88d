"""What must be known before an invariance analysis is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from wxsat.finding import Finding
from wxsat.sem.invariance.ladder import Step, index_family
from wxsat.sem.invariance.options import InvarianceOptions
from wxsat.sem.invariance.step_models import BINARY, TRINARY, Design
from wxsat.sem.invariance.verdict import Verdict

if TYPE_CHECKING:
    from wxsat.sem.invariance.partial import Release

FEW_ROWS, ROWS_PER_PARAMETER = 100, 5
LOW_CFI, HIGH_SRMR = 0.90, 0.08


def refusal_of_means(verdict: Verdict, *, asked: bool) -> tuple[Finding, ...]:
    """Refuse the comparison of latent means that the measurement does not allow (SEM-177)."""
    if not asked or verdict.means_comparable:
        return ()
    message = (
        f"latent means must not be compared: the highest step that holds is {verdict.level}, and means need equal "
        "loadings and intercepts (scalar), at least of two items in every factor."
    )
    return (Finding("SEM-177", "refusal", "means", message, {"level": verdict.level}),)


def ladder_findings(
    design: Design, steps: Sequence[Step], releases: Sequence[Release], options: InvarianceOptions
) -> tuple[Finding, ...]:
    """
    Return the findings of a ladder that was climbed.

    SEM-171 a configural model that fits poorly, SEM-172 conventions on ordinal indices, SEM-173 a search led by the
    data, SEM-174 what few categories leave untestable, SEM-175 small groups, SEM-179 improper solutions, SEM-181
    steps that hold by convention against their test.
    """
    return (
        *_configural(steps), *_ordinal_conventions(design, options), *_search(releases), *_untestable(design),
        *_small(design, steps), *_admissible(steps), *_rejected(steps, options),
    )  # fmt: skip


def fits_poorly(steps: Sequence[Step]) -> bool:
    """Whether the configural model misses the usual conventions (CFI .90, SRMR .08)."""
    if not steps or steps[0].result is None:
        return False
    cfi, srmr = steps[0].index("cfi", index_family(steps[0], steps[0])), steps[0].index("srmr", "")
    return cfi < LOW_CFI or srmr > HIGH_SRMR


def _configural(steps: Sequence[Step]) -> Iterator[Finding]:
    if fits_poorly(steps):
        cfi, srmr = steps[0].index("cfi", index_family(steps[0], steps[0])), steps[0].index("srmr", "")
        message = (
            f"the configural model itself fits poorly (CFI {cfi:.3f}, SRMR {srmr:.3f}): that a step loses little fit "
            "against it says little. Mend the measurement model first."
        )
        yield Finding("SEM-171", "warning", "configural", message, {"cfi": cfi, "srmr": srmr})


def _ordinal_conventions(design: Design, options: InvarianceOptions) -> Iterator[Finding]:
    if design.cuts and options.rule != "test":
        message = (
            "the conventions for changes of CFI, RMSEA and SRMR were made for maximum likelihood on continuous "
            "answers; on ordinal ones read them with the difference test."
        )
        yield Finding("SEM-172", "note", "rule", message, {"rule": options.rule})


def _search(releases: Sequence[Release]) -> Iterator[Finding]:
    if releases:
        names = ", ".join(release.freed.name for release in releases)
        message = (
            f"released by a search in these data: {names}. Such a model fits by chance better than it will elsewhere; "
            "confirm it in other data, and say why these items differ."
        )
        yield Finding("SEM-173", "warning", "partial", message, {"parameters": names, "count": len(releases)})


def _untestable(design: Design) -> Iterator[Finding]:
    two = [item for item, cuts in design.cuts.items() if cuts == BINARY]
    three = [item for item, cuts in design.cuts.items() if cuts == TRINARY]
    if two:
        items = ", ".join(two)
        message = (
            f"two categories have one threshold: of {items} thresholds, loadings and intercepts are held equal "
            "together at the scalar step and cannot be tested one by one."
        )
        yield Finding("SEM-174", "note", items, message, {"categories": 2})
    if three:
        items = ", ".join(three)
        message = (
            f"three categories have two thresholds, which intercept and scale take up: equal thresholds of {items} "
            "restrict nothing and cannot be tested."
        )
        yield Finding("SEM-174", "note", items, message, {"categories": 3})


def _small(design: Design, steps: Sequence[Step]) -> Iterator[Finding]:
    if not steps or steps[0].result is None:
        return
    result = steps[0].result
    needed = ROWS_PER_PARAMETER * int(result.fit_measures["npar"]) // (1 if design.over_time else len(design.blocks))
    needed = max(FEW_ROWS, needed)
    for fit in result.groups:
        if fit.n_obs < needed:
            where = f"group {fit.name}" if fit.name else "data"
            message = (
                f"{where} has {fit.n_obs} rows, fewer than {needed} (100, or five a parameter): differences may go "
                "unnoticed, and changes of fit indices vary much."
            )
            yield Finding("SEM-175", "warning", where, message, {"n": fit.n_obs, "needed": needed})


def _admissible(steps: Sequence[Step]) -> Iterator[Finding]:
    """Pass on what the fits refuse, as warnings: an improper solution of a step spoils its comparison."""
    for step in steps:
        if step.result is None:
            continue
        codes = sorted({f.code for f in step.result.findings if f.severity == "refusal"})
        if codes:
            message = (
                f"the solution of the {step.id} step is improper ({', '.join(codes)}); its comparison is doubtful."
            )
            yield Finding("SEM-179", "warning", step.id, message, {"codes": ", ".join(codes)})


def _rejected(steps: Sequence[Step], options: InvarianceOptions) -> Iterator[Finding]:
    for step in steps:
        if step.holds and step.test is not None and step.test.p_value < options.alpha and step.name != "means":
            p = step.test.p_value
            message = (
                f"the {step.id} step holds by the conventions, but its difference test rejects it (p = {p:.3g}): there "
                "are differences, small in what the indices see. Look at rule='test' and at the effect sizes."
            )
            yield Finding("SEM-181", "note", step.id, message, {"step": step.id, "p_value": p})
