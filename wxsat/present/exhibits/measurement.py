"""Dimensions, item response, invariance, method bias, agreement: what their results show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.present.exhibits.exhibits import Exhibits, RaterAgreement

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument, Language
    from wxsat.psychometrics.content_validity import ContentValidity
    from wxsat.psychometrics.factors.evaluate import FactorAnalysis
    from wxsat.psychometrics.item_response.evaluate import ScaleResponse
    from wxsat.psychometrics.missing.evaluate import MissingReport
    from wxsat.sem.invariance.align import AlignmentResult
    from wxsat.sem.invariance.result import InvarianceResult
    from wxsat.sem.method_bias.evaluate import MethodBias


def of_factors(analysis: FactorAnalysis, instrument: Instrument | None, language: Language) -> Exhibits:
    """Return eigenvalues, loadings and factor correlations; the scree and the loadings as a heat map."""
    from wxsat.present.figures.factor_loadings import plot_factor_loadings
    from wxsat.present.figures.scree import plot_scree
    from wxsat.present.tables.factors import tabulate_eigenvalues, tabulate_factor_correlations, tabulate_factors

    tables = [tabulate_eigenvalues(analysis, instrument, language), tabulate_factors(analysis, instrument, language)]
    if len(analysis.factors) > 1:
        tables.append(tabulate_factor_correlations(analysis, instrument, language))
    scree = () if analysis.parallel is None else (plot_scree(analysis.parallel, language=language),)
    return Exhibits(tuple(tables), (*scree, plot_factor_loadings(analysis, language=language)))


def of_item_response(scale: ScaleResponse, instrument: Instrument | None, language: Language) -> Exhibits:
    """Return slopes and thresholds, information by trait level, information curves and category curves."""
    from wxsat.present.figures.category_curves import plot_category_curves
    from wxsat.present.figures.information import plot_information
    from wxsat.present.tables.item_response import tabulate_information, tabulate_item_response
    from wxsat.present.tables.naming import Names

    name = Names(instrument, language).of(scale.scale)
    return Exhibits(
        (tabulate_item_response(scale, instrument, language), tabulate_information(scale, instrument, language)),
        (
            plot_information(scale, language=language, name=name),
            plot_category_curves(scale, language=language, name=name),
        ),
    )


def of_invariance(result: InvarianceResult, instrument: Instrument | None, language: Language) -> Exhibits:
    """Return the ladder as table and figure, the items that differ, and latent means that may be compared."""
    from wxsat.present.figures.invariance import plot_invariance
    from wxsat.present.tables.invariance import (
        tabulate_invariance,
        tabulate_invariance_effects,
        tabulate_latent_means,
    )

    tables = [tabulate_invariance(result, language, instrument)]
    if len(result.effect_sizes):
        tables.append(tabulate_invariance_effects(result, language, instrument))
    if len(result.means):
        tables.append(tabulate_latent_means(result, language, instrument))
    figures = (plot_invariance(result, language=language),) if len(result.differences) else ()
    return Exhibits(tuple(tables), figures)


def of_alignment(result: AlignmentResult, instrument: Instrument | None, language: Language) -> Exhibits:
    """Return aligned means and the items' parameters over the groups."""
    from wxsat.present.tables.alignment import tabulate_aligned_items, tabulate_aligned_means

    return Exhibits(
        (tabulate_aligned_means(result, instrument, language), tabulate_aligned_items(result, instrument, language))
    )


def of_method_bias(found: MethodBias, instrument: Instrument | None, language: Language) -> Exhibits:
    """Return the model sequence, its comparisons, and what the method takes from correlations and reliabilities."""
    from wxsat.present.tables.method_bias import (
        tabulate_bias_comparisons,
        tabulate_bias_correlations,
        tabulate_bias_loadings,
        tabulate_bias_models,
        tabulate_bias_reliability,
    )

    tables = [tabulate_bias_models(found, instrument, language)]
    if len(found.comparisons):
        tables.append(tabulate_bias_comparisons(found, instrument, language))
    if len(found.correlations):
        tables.append(tabulate_bias_correlations(found, instrument, language))
    if len(found.reliability):
        tables.append(tabulate_bias_reliability(found, instrument, language))
    if len(found.loadings):
        tables.append(tabulate_bias_loadings(found, instrument, language))
    return Exhibits(tuple(tables))


def of_content_validity(found: ContentValidity, instrument: Instrument | None, language: Language) -> Exhibits:
    """Return the indices of every item; those of the scale stand in the notes."""
    from wxsat.present.tables.content_validity import tabulate_content_validity

    return Exhibits((tabulate_content_validity(found, instrument, language),))


def of_agreement(found: RaterAgreement, instrument: Instrument | None, language: Language) -> Exhibits:
    """Return the six intraclass correlations; test-retest figures in the notes."""
    from wxsat.present.tables.agreement import tabulate_agreement

    return Exhibits((tabulate_agreement(found.frame, found.n, found.retest, instrument, language),))


def of_missing(report: MissingReport, instrument: Instrument | None, language: Language) -> Exhibits:
    """Return what every variable lacks, the patterns as a map, and means over imputations where there are any."""
    from wxsat.present.figures.missing_map import plot_missing_map
    from wxsat.present.tables.missing import tabulate_missing_variables, tabulate_pooled_means

    tables = [tabulate_missing_variables(report, instrument, language)]
    if len(report.means):
        tables.append(tabulate_pooled_means(report, instrument, language))
    names = [str(name) for name in report.variables["variable"]]
    shares = {name: float(share) for name, share in zip(names, report.variables["share"], strict=True)}
    figures = (plot_missing_map(report.patterns, names, shares, language=language),) if len(report.patterns) else ()
    return Exhibits(tuple(tables), figures)
