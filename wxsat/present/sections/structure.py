"""Structure: every fitted model with its fit, paths, effects and residuals, marked where it must not be read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wxsat.finding import refusals
from wxsat.present.content import FittedModel
from wxsat.present.document import Block, Paragraph, Section
from wxsat.present.draft import Draft
from wxsat.present.figures.path_diagram import plot_path_diagrams
from wxsat.present.tables.effects import tabulate_defined, tabulate_effects
from wxsat.present.tables.fit import reported_measures, tabulate_fit
from wxsat.present.tables.intervals import tabulate_intervals
from wxsat.present.tables.loadings import tabulate_loadings
from wxsat.present.tables.modification import tabulate_modification
from wxsat.present.tables.paths import tabulate_paths
from wxsat.present.tables.r2 import tabulate_r2
from wxsat.present.tables.residuals import tabulate_residuals

SOURCE = "wxsat.sem.fit_measures"


def describe_structure(draft: Draft) -> Section:
    """Write the section on the structural models."""
    blocks: list[Block] = []
    if not draft.content.models:
        blocks.append(Paragraph(draft.text("structure.none")))
    else:
        blocks.append(Paragraph(draft.text("structure.association"), "note"))
    for model in draft.content.models:
        blocks.extend(_model(draft, model))
    return Section("structure", draft.text("structure.title"), tuple(blocks))


def _model(draft: Draft, model: FittedModel) -> list[Block]:
    title = model.title.text(draft.language) or model.id
    if model.result is None:
        cause = draft.words.find(f"findings.terms.{model.failure_code}")
        reason = draft.text("structure.cause", cause=cause, detail=model.failure) if cause else model.failure
        return [Paragraph(draft.text("structure.failed", title=title, reason=reason), "quote")]
    result, instrument, language = model.result, draft.instrument, draft.language
    blocks: list[Block] = [Paragraph(draft.text("structure.model", title=title), "subheading")]
    reasons = refusals((*result.findings, *draft.content.refusing))
    marked = bool(reasons)
    if reasons:
        separator = "" if draft.language == "zh" else " "
        said = separator.join(dict.fromkeys(draft.say(f) for f in reasons))
        blocks.append(Paragraph(draft.text("structure.refused", reasons=said), "quote"))
    blocks.append(Paragraph(_fit_sentence(draft, model)))
    if result.provenance.get("check"):
        blocks.append(Paragraph(_witness(draft, model, result.provenance["check"]), "note"))
    fit = tabulate_fit(result, instrument, language, id=f"fit.{model.id}", labels=[title], refused=marked)
    blocks.append(draft.table(fit))
    drawn: dict[str, Any] = {"language": language, "instrument": instrument, "title": title, "refused": marked}
    blocks += [draft.figure(spec) for spec in plot_path_diagrams(result, id=f"path-{model.id}", **drawn)]
    tables = [
        tabulate_paths(result, instrument, language, id=f"paths.{model.id}", refused=marked),
        tabulate_loadings(result, instrument, language, id=f"loadings.{model.id}", refused=marked),
        tabulate_effects(result, instrument, language, id=f"effects.{model.id}", refused=marked),
        tabulate_defined(result, instrument, language, id=f"defined.{model.id}", refused=marked),
        tabulate_intervals(model.intervals, instrument, language, id=f"intervals.{model.id}", refused=marked),
        tabulate_r2(result, instrument, language, id=f"r2.{model.id}", refused=marked),
        tabulate_residuals(result, instrument, language, id=f"residuals.{model.id}"),
        tabulate_modification(result, instrument, language, id=f"modification.{model.id}"),
    ]
    blocks += [draft.table(table) for table in tables if table.rows]
    return blocks


def _fit_sentence(draft: Draft, model: FittedModel) -> str:
    assert model.result is not None
    measures, key = reported_measures(model.result), f"fit.{model.id}"

    def shown(name: str, digits: int, no_zero: bool = True) -> str:
        return draft.number(f"{key}.{name}", measures[name], digits, SOURCE, no_zero=no_zero)

    return draft.text(
        "structure.fit",
        # Without thousands separators: χ²(1,220) would read as two numbers.
        df=draft.book.cite(f"{key}.df", int(measures["df"]), str(int(measures["df"])), SOURCE),
        chisq=shown("chisq", 2, no_zero=False),
        p=draft.p_value(f"{key}.pvalue", measures["pvalue"], SOURCE),
        cfi=shown("cfi", 3),
        tli=shown("tli", 3),
        rmsea=shown("rmsea", 3),
        low=shown("rmsea_ci_lower", 3),
        high=shown("rmsea_ci_upper", 3),
        srmr=shown("srmr", 3),
        n=draft.count(f"{key}.n", model.result.n_obs, SOURCE),
        read=draft.count(f"{key}.n_read", model.result.n_read, SOURCE),
    )


def _witness(draft: Draft, model: FittedModel, check: Mapping[str, Any]) -> str:
    """Say how far the second engine's refit is from ours, or why it could not check."""
    if not check["done"]:
        return draft.text("structure.witness_not", engine=check["engine"], reason=check["reason"])
    source, key = "wxsat.sem.engines.witness", f"witness.{model.id}"
    shown = {
        name: draft.scientific(f"{key}.{name}", check[f"largest_difference_{field}"], source)
        for name, field in (("estimates", "estimates"), ("errors", "std_errors"))
    }
    return draft.text("structure.witness", engine=check["engine"], parameter=check["parameter"], **shown)
