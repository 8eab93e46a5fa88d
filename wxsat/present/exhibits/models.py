"""Fitted models and the planning of samples: what their results show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wxsat.present.exhibits.exhibits import Exhibits, RmseaSizes

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument, Language
    from wxsat.pls.beside import SideBySide
    from wxsat.pls.result import PlsResult
    from wxsat.sem.result import SemResult
    from wxsat.simulate.power.result import PowerResult
    from wxsat.simulate.power.rmsea import RmseaPower
    from wxsat.simulate.power.sample_size import SampleSize

POWER_SHOWN = 0.80


def of_sem(result: SemResult, instrument: Instrument | None, language: Language) -> Exhibits:
    """Return fit, loadings, paths, effects, explained variance, large residuals, and the path diagram."""
    from wxsat.present.figures.path_diagram import plot_path_diagrams
    from wxsat.present.tables.effects import tabulate_defined, tabulate_effects
    from wxsat.present.tables.fit import tabulate_fit
    from wxsat.present.tables.loadings import tabulate_loadings
    from wxsat.present.tables.paths import tabulate_paths
    from wxsat.present.tables.r2 import tabulate_r2
    from wxsat.present.tables.residuals import tabulate_residuals

    operators = set(result.parameters["op"])
    tables = [tabulate_fit([result], instrument, language)]
    if "=~" in operators:
        tables.append(tabulate_loadings(result, instrument, language))
    if "~" in operators:
        tables.append(tabulate_paths(result, instrument, language))
        tables.append(tabulate_effects(result, instrument, language))
    if ":=" in operators:
        tables.append(tabulate_defined(result, instrument, language))
    if len(result.r2):
        tables.append(tabulate_r2(result, instrument, language))
    tables.append(tabulate_residuals(result, instrument, language))
    tables = [table for table in tables if table.rows]
    return Exhibits(tuple(tables), plot_path_diagrams(result, language=language, instrument=instrument))


def of_pls(result: PlsResult, instrument: Instrument | None, language: Language) -> Exhibits:
    """Return the paths of a composite model, its diagram, and the importance-performance map where it was asked for."""
    from wxsat.present.figures.ipma import plot_ipma
    from wxsat.present.figures.pls_path import plot_composite_paths
    from wxsat.present.tables.composites import tabulate_composite_paths

    drawn: dict[str, Any] = {"language": language, "instrument": instrument}
    maps = (plot_ipma(result, **drawn),) if len(result.importance) else ()
    return Exhibits(
        (tabulate_composite_paths(result, instrument, language),), (plot_composite_paths(result, **drawn), *maps)
    )


def of_side_by_side(found: SideBySide, instrument: Instrument | None, language: Language) -> Exhibits:
    """Return a covariance model, PLS and consistent PLS side by side."""
    from wxsat.present.tables.composites import tabulate_side_by_side

    return Exhibits((tabulate_side_by_side(found, instrument, language),))


def of_power(result: PowerResult, instrument: Instrument | None, language: Language) -> Exhibits:
    """Return power and coverage by parameter and size, convergence by size, and the power curve."""
    return _power(result, instrument, language, POWER_SHOWN, ())


def of_sample_size(found: SampleSize, instrument: Instrument | None, language: Language) -> Exhibits:
    """Return the sizes tried, and the curve of the parameter that decides."""
    return _power(found.result, instrument, language, found.target, (found.parameter,))


def _power(
    result: PowerResult, instrument: Instrument | None, language: Language, target: float, names: tuple[str, ...]
) -> Exhibits:
    from wxsat.present.figures.power_curve import plot_power
    from wxsat.present.tables.power import tabulate_power, tabulate_power_models

    return Exhibits(
        (tabulate_power(result, instrument, language), tabulate_power_models(result, instrument, language)),
        (plot_power(result.parameters, language=language, target=target, names=names),),
    )


def of_rmsea_sizes(sizes: RmseaSizes, instrument: Instrument | None, language: Language) -> Exhibits:
    """Return the power of a test of fit by size."""
    from wxsat.present.tables.power import tabulate_rmsea_power

    return Exhibits((tabulate_rmsea_power(sizes.found, instrument, language),))


def of_rmsea_power(found: RmseaPower, instrument: Instrument | None, language: Language) -> Exhibits:
    """Return the power of one test of fit."""
    return of_rmsea_sizes(RmseaSizes((found,)), instrument, language)
