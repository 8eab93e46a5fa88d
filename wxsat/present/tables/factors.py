"""Loadings of an exploratory factor analysis, the large ones marked by their place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.present.numbers import Language
from wxsat.present.table import Column, Table
from wxsat.present.tables.building import TableBuilder, records

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument
    from wxsat.psychometrics.factors.evaluate import FactorAnalysis


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
        extraction=str(settings["extraction"]),
        rotation=str(settings["rotation"]),
        correlation=str(settings["correlation"]),
        missing=str(settings["missing"]),
    )
    if fit.df > 0:
        build.add_note("fit", df=fit.df, chisq=fit.chisq, p=fit.pvalue, rmsea=fit.rmsea, tli=fit.tli, rms=fit.rms)
    return build.build()
