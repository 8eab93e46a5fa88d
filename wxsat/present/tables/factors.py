"""Loadings of an exploratory factor analysis, the large ones marked by their place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.present.numbers import Language, format_p_statement
from wxsat.present.table import Column, Table
from wxsat.present.tables.building import TableBuilder, records

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument
    from wxsat.psychometrics.factors.evaluate import FactorAnalysis


def tabulate_eigenvalues(analysis: FactorAnalysis, instrument: Instrument | None, language: Language) -> Table:
    """Return the eigenvalues beside those of random data; KMO, Bartlett's test and the numbers advised in the notes."""
    build = TableBuilder("eigenvalues", instrument, language)
    build.add_column("number", "integer")
    parallel, partial = analysis.parallel, analysis.average_partial
    columns = {"eigenvalue": analysis.eigenvalues}
    if parallel is not None:
        columns |= {
            "random": parallel.components_quantile,
            "factor_eigenvalue": parallel.factors,
            "factor_random": parallel.factors_quantile,
        }
    for name in columns:
        build.add_column(name, "number", 2)
    for place, values in enumerate(zip(*columns.values(), strict=True), start=1):
        build.add_row(str(place), (place, *values))
    test = analysis.sphericity
    shown = format_p_statement(float(test.pvalue))
    build.add_note("adequacy", kmo=analysis.adequacy.overall, df=int(test.df), chisq=test.chisq, p_text=shown)
    if parallel is not None:
        build.add_note(
            "parallel", draws=parallel.draws, percent=f"{100 * parallel.quantile:g}",
            components=parallel.n_components, factors=parallel.n_factors,
        )  # fmt: skip
    build.add_note("partial", squared=partial.n_squared, fourth=partial.n_fourth)
    return build.build()


def tabulate_factor_correlations(analysis: FactorAnalysis, instrument: Instrument | None, language: Language) -> Table:
    """Return the correlations of the factors as a lower triangle; zero by construction after varimax."""
    build = TableBuilder("factor_correlations", instrument, language)
    build.add_column("factor")
    names = analysis.factors
    build.columns.extend(Column(name, name, "number", 2, no_zero=True) for name in names[:-1])
    for row, name in enumerate(names):
        cells = [float(analysis.rotated.phi[row, column]) if column < row else "" for column in range(len(names) - 1)]
        build.add_row(name, (name, *cells))
    return build.build()


def tabulate_factors(analysis: FactorAnalysis, instrument: Instrument | None, language: Language) -> Table:
    """Return pattern loadings, communality and KMO, items under the factor they load on most; then the shares."""
    build = TableBuilder("factors", instrument, language)
    build.add_column("item")
    build.columns.extend(Column(name, name, "number", 2, True) for name in analysis.factors)
    for name in ("communality", "complexity", "kmo"):
        build.add_column(name, "number", no_zero=name != "complexity")
    frame = analysis.loadings_frame().assign(kmo=analysis.adequacy.items)
    size = frame[list(analysis.factors)].abs()
    order = size.max(axis=1).sort_values(ascending=False).index
    leading = size.to_numpy().argmax(axis=1)
    for row in records(frame.loc[sorted(order, key=lambda place: (leading[place], -size.loc[place].max()))]):
        build.add_row(str(row["item"]), (row[column.name] for column in build.columns))
    shares = analysis.variance_frame()["share"].tolist()
    build.add_row("share", (build.words.get("tables.factors.share"), *shares, None, None, None))
    settings, fit = analysis.settings, analysis.fit
    build.add_note(
        "method",
        n=analysis.n_obs,
        extraction=_word(build, settings["extraction"]),
        rotation=_word(build, settings["rotation"]),
        correlation=_word(build, settings["correlation"]),
        missing=_word(build, settings["missing"]),
    )
    if fit.df > 0:
        build.add_note(
            "fit",
            df=fit.df,
            chisq=fit.chisq,
            p_text=format_p_statement(float(fit.pvalue)),
            rmsea=fit.rmsea,
            tli=fit.tli,
            rms=fit.rms,
        )
    return build.build()


def _word(build: TableBuilder, code: object) -> str:
    """Return what a setting of the analysis is called."""
    return build.words.find(f"tables.factors.word.{code}") or str(code)
