"""Items, reliability and validity: what their results show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.present.exhibits.exhibits import Exhibits, FactorReliability, ItemCorrelations
from wxsat.present.figures.figure import FigureSpec
from wxsat.present.table import Table

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument, Language
    from wxsat.psychometrics.evaluate_validity import Validity
    from wxsat.psychometrics.scales import ScaleQuality


def of_scales(scales: ScaleQuality, instrument: Instrument | None, language: Language) -> Exhibits:
    """Return items, reliability, and what pairs of constructs show, as far as there is anything."""
    from wxsat.present.figures.htmt import plot_htmt
    from wxsat.present.figures.reliability import plot_reliability
    from wxsat.present.tables.fornell_larcker import tabulate_fornell_larcker
    from wxsat.present.tables.htmt import tabulate_htmt
    from wxsat.present.tables.items import tabulate_items
    from wxsat.present.tables.reliability import tabulate_reliability, tabulate_reliability_bounds

    tables: list[Table] = [tabulate_items(scales, instrument, language)]
    figures: list[FigureSpec] = []
    if len(scales.reliability):
        tables.append(tabulate_reliability(scales, instrument, language))
        tables.append(tabulate_reliability_bounds(scales, instrument, language))
        figures.append(plot_reliability(scales.reliability, language=language, instrument=instrument))
    if len(scales.htmt):
        tables.append(tabulate_htmt(scales, instrument, language))
        tables.append(tabulate_fornell_larcker(scales, instrument, language))
        figures.append(plot_htmt(scales.htmt, language=language, instrument=instrument))
    return Exhibits(tuple(tables), tuple(figures))


def of_validity(validity: Validity, instrument: Instrument | None, language: Language) -> Exhibits:
    """Return the tests of HTMT, cross-loadings, collinearity and outside criteria."""
    from wxsat.present.tables.validity import (
        tabulate_collinearity,
        tabulate_criterion,
        tabulate_cross_loadings,
        tabulate_htmt_tests,
    )

    tables = [
        tabulate_htmt_tests(validity, instrument, language),
        tabulate_cross_loadings(validity, instrument, language),
        tabulate_collinearity(validity, instrument, language),
    ]
    if len(validity.criterion):
        tables.append(tabulate_criterion(validity, instrument, language))
    return Exhibits(tuple(tables))


def of_item_correlations(found: ItemCorrelations, instrument: Instrument | None, language: Language) -> Exhibits:
    """Return the correlations of the items of each construct as triangles."""
    from wxsat.present.tables.inter_item import tabulate_inter_item

    return Exhibits((tabulate_inter_item(found.frame, found.kind, instrument, language),))


def of_factor_reliability(found: FactorReliability, instrument: Instrument | None, language: Language) -> Exhibits:
    """Return the composite reliability of a model's factors."""
    from wxsat.present.tables.reliability import tabulate_composite_reliability

    return Exhibits((tabulate_composite_reliability(found.frame, found.fit, instrument, language),))
