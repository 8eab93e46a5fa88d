"""Appendix of measurement: how many dimensions, method bias, and whether groups were measured alike."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wxsat.present.content import GroupInvariance, MeasurementChecks
from wxsat.present.document import Block, Paragraph, Section
from wxsat.present.draft import Draft
from wxsat.present.figures.invariance import plot_invariance
from wxsat.present.figures.scree import plot_scree
from wxsat.present.tables.invariance import tabulate_invariance, tabulate_invariance_effects
from wxsat.present.tables.method_bias import tabulate_bias_models

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Question
    from wxsat.sem.invariance.result import InvarianceResult

FACTORS, BIAS = "wxsat.psychometrics.factors", "wxsat.sem.method_bias"


def describe_measurement_checks(draft: Draft) -> Section | None:
    """Write the appendix; None where the study did not ask for it or has too few scales."""
    checks = draft.content.checks
    if checks is None:
        return None
    blocks: list[Block] = [*_dimensions(draft, checks), *_method_bias(draft, checks)]
    for between in checks.groups:
        blocks += _invariance(draft, between)
    return Section("measurement_checks", draft.text("checks.title"), tuple(blocks))


def _dimensions(draft: Draft, checks: MeasurementChecks) -> list[Block]:
    found = checks.factors
    lead = Paragraph(draft.text("checks.dimensions"), "subheading")
    if found is None or found.parallel is None:
        return [lead, Paragraph(draft.text("checks.not_done", reason=checks.no_factors), "note")]
    text = draft.text(
        "checks.factors",
        items=draft.count("dimensions.items", len(found.items), FACTORS),
        n=draft.count("dimensions.n", found.n_obs, FACTORS),
        kmo=draft.number("dimensions.kmo", found.adequacy.overall, 2, FACTORS, no_zero=True),
        p=draft.p_value("dimensions.bartlett_p", found.sphericity.pvalue, FACTORS),
        factors=draft.count("dimensions.parallel_factors", found.parallel.n_factors, FACTORS),
        components=draft.count("dimensions.parallel_components", found.parallel.n_components, FACTORS),
        partial=draft.count("dimensions.map", found.average_partial.n_squared, FACTORS),
        scales=draft.count("dimensions.scales", checks.n_scales, FACTORS),
    )
    return [lead, Paragraph(text), draft.figure(plot_scree(found.parallel, language=draft.language))]


def _method_bias(draft: Draft, checks: MeasurementChecks) -> list[Block]:
    found = checks.method_bias
    lead = Paragraph(draft.text("checks.method_bias"), "subheading")
    if found is None:
        return [lead, Paragraph(draft.text("checks.not_done", reason=checks.no_method_bias), "note")]
    share = found.harman["first_eigenvalue_share"]
    blocks: list[Block] = [
        lead, Paragraph(draft.text("checks.harman", share=draft.share("method_bias.harman", share, 1, BIAS)))
    ]  # fmt: skip
    blocks += [Paragraph(draft.say(finding), "note") for finding in found.findings if finding.code != "SEM-190"]
    return [*blocks, draft.table(tabulate_bias_models(found, draft.instrument, draft.language))]


def _invariance(draft: Draft, between: GroupInvariance) -> list[Block]:
    question = _question(draft, between.column)
    labels = {str(c.code): c.text.text(draft.language) or str(c.code) for c in question.choices} if question else {}
    name = (question.text.text(draft.language) if question else "") or between.column
    blocks: list[Block] = [Paragraph(draft.text("checks.invariance", name=name), "subheading")]
    if between.small:
        blocks.append(
            Paragraph(
                draft.text("checks.small", groups=draft.join(labels.get(one, one) for one in between.small)), "note"
            )
        )
    if between.result is None:
        absent = draft.text("checks.no_column", column=between.column)
        return [*blocks, Paragraph(draft.text("checks.not_done", reason=between.failure or absent), "note")]
    result, language = _relabelled(between.result, labels), draft.language
    ladder = replace(tabulate_invariance(result, language, draft.instrument), id=f"invariance.{between.column}")
    if len(result.differences):
        figure = replace(plot_invariance(result, language=language), id=f"invariance-{between.column}")
        blocks.append(draft.figure(figure))
    blocks.append(draft.table(ladder))
    if len(result.effect_sizes):
        effects = tabulate_invariance_effects(result, language, draft.instrument)
        blocks.append(draft.table(replace(effects, id=f"invariance_effects.{between.column}")))
    return blocks


def _question(draft: Draft, column: str) -> Question | None:
    """Return what the instrument asks in this column; None where it is a column of the data alone."""
    asked = draft.instrument.background if draft.instrument is not None else ()
    return next((question for question in asked if question.id == column), None)


def _relabelled(result: InvarianceResult, labels: dict[str, str]) -> InvarianceResult:
    """Return the result with the groups under the wordings of their answers instead of the codes."""

    def named(code: object) -> str:
        return labels.get(str(code), str(code))

    effects = result.effect_sizes
    return replace(
        result,
        groups=result.groups.assign(name=result.groups["name"].map(named)),
        effect_sizes=effects.assign(block=effects["block"].map(named)) if len(effects) else effects,
        settings={**result.settings, "reference": named(result.settings["reference"])},
    )
