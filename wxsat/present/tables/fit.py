"""Global fit of one or several models, the conventional cut-offs in the last row, named as conventions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from wxsat.present.numbers import Language
from wxsat.present.table import Table
from wxsat.present.tables.building import TableBuilder

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument
    from wxsat.sem.result import SemResult

CONVENTION_KEY = "convention"


def tabulate_fit(
    result: SemResult | Sequence[SemResult],
    instrument: Instrument | None,
    language: Language,
    *,
    id: str = "",
    labels: Sequence[str] = (),
    refused: bool | None = None,
) -> Table:
    """
    Return the fit measures, one row a model.

    Parameters
    ----------
    result : SemResult or sequence of SemResult
    instrument : Instrument or None
    language : {"zh", "en"}
    id : str
        Of the table; ``fit`` by default.
    labels : sequence of str
        Names of the models; numbered by default.
    refused : bool, optional
        Mark the rows; each result's own refusal by default.
    """
    results = list(result) if isinstance(result, Sequence) else [result]
    build = TableBuilder("fit", instrument, language, id)
    build.add_column("model")
    build.add_column("n", "integer")
    build.add_column("chisq", "number")
    build.add_column("df", "integer")
    build.add_column("pvalue", "p_value")
    build.add_column("chisq_df", "number")
    for name in ("cfi", "tli", "rmsea"):
        build.add_column(name, "number", 3, no_zero=True)
    build.add_interval("rmsea_ci_lower", "rmsea_ci_upper", 3, no_zero=True)
    build.add_column("srmr", "number", 3, no_zero=True)
    for name in ("aic", "bic"):
        build.add_column(name, "number", 1)
    for position, one in enumerate(results):
        label = labels[position] if position < len(labels) else build.words.get("tables.fit.model", n=position + 1)
        marked = one.refused if refused is None else refused
        build.add_row(f"model{position + 1}", (label, *_figures(build, one)), marked=marked)
    build.add_row(CONVENTION_KEY, _cuts(build))
    build.add_note("estimator", estimator=results[0].estimator, engine=results[0].engine)
    if any(is_corrected(one) for one in results):
        build.add_note("corrected")
    build.add_note("convention")
    build.add_refusal(finding for one in results for finding in one.findings)
    return build.build()


def is_corrected(result: SemResult) -> bool:
    """Whether the estimator's own test is a scaled one (MLR, MLM, WLSMV, ...), which is then what a report prints."""
    return result.fit_measures.get("chisq_scaled") is not None


def reported_measures(result: SemResult) -> dict[str, float]:
    """
    Return the fit measures that belong into a report.

    Notes
    -----
    With a scaled test: the scaled statistic with its degrees of freedom and p value, and the robust CFI, TLI and RMSEA
    (the scaled ones where robust ones do not exist).
    """
    measures = dict(result.fit_measures)
    if is_corrected(result):
        for name in ("chisq", "df", "pvalue"):
            measures[name] = measures.get(f"{name}_scaled", measures.get(name, float("nan")))
        for name in ("cfi", "tli", "rmsea", "rmsea_ci_lower", "rmsea_ci_upper"):
            robust = measures.get(f"{name}_robust")
            known = robust is not None and robust == robust
            measures[name] = robust if robust is not None and known else measures.get(f"{name}_scaled", measures[name])
    return measures


def _figures(build: TableBuilder, result: SemResult) -> list[float | int | None]:
    measures = reported_measures(result)
    df = measures.get("df")
    measures["n"] = result.n_obs
    measures["chisq_df"] = measures["chisq"] / df if df and "chisq" in measures else float("nan")
    figures = [measures.get(column.name) for column in build.columns[1:]]
    # The degrees of freedom are a count that the mapping carries as a float.
    return [
        int(value)
        if column.kind == "integer" and value is not None and value == value and float(value).is_integer()
        else value
        for column, value in zip(build.columns[1:], figures, strict=True)
    ]


def _cuts(build: TableBuilder) -> list[str]:
    cuts = {"model": build.words.get("tables.fit.convention_row"), "cfi": "≥.95", "tli": "≥.95"}
    cuts |= {"rmsea": "≤.06", "srmr": "≤.08"}
    return [cuts.get(column.name, "") for column in build.columns]
