"""The main run beside the run without the respondents that a single flag family marked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from wxsat.present.numbers import Language
from wxsat.present.table import Table
from wxsat.present.tables.building import TableBuilder, as_cell, records

if TYPE_CHECKING:
    from wxsat.present.content import ReportContent

FIT = ("cfi", "rmsea", "srmr")
RUN = Any
"""ReportContent or SecondRun: both have scales, models and diagnosis."""
Figure = tuple[str, str, str, float | None, int]
"""Key, part, name, value and decimals of a compared figure."""


def tabulate_sensitivity(content: ReportContent, language: Language) -> Table:
    """
    Return the key figures of both runs and their difference: reliability, fit, paths, severities.

    Parameters
    ----------
    content : ReportContent
        With a second run; without one the table has no rows.
    language : {"zh", "en"}
    """
    build = TableBuilder("sensitivity", content.instrument, language)
    build.add_column("part", collapse=True)
    build.add_column("figure")
    build.add_column("main", "number", 2)
    build.add_column("second", "number", 2)
    build.add_column("difference", "number", 2)
    again = content.second_run
    if again is not None:
        second = {key: value for key, _, _, value, _ in _figures(build, again)}
        for key, part, name, value, digits in _figures(build, content):
            other = second.get(key)
            difference = None if value is None or other is None else other - value
            build.add_row(key, (part, name, value, other, difference), digits=digits)
        n = content.responses.n if content.responses is not None else None
        build.add_note("runs", n=n, n_second=again.n)
    build.add_note("difference")
    return build.build()


def _figures(build: TableBuilder, run: RUN) -> Iterator[Figure]:
    """Yield every compared figure."""
    if run.diagnosis is not None:
        part = build.words.get("tables.sensitivity.parts.severity")
        for row in records(run.diagnosis.severity):
            if row["level"] == "dilemma":
                yield f"S.{row['unit']}.{row['id']}", part, build.names.of(row["id"]), _number(row["S"]), 1
    for model in run.models:
        if model.result is not None:
            yield from _model(build, model)
    if run.scales is not None:
        part = build.words.get("tables.sensitivity.parts.omega")
        for row in records(run.scales.reliability):
            yield f"omega.{row['construct']}", part, build.names.of(row["construct"]), _number(row["omega"]), 2


def _model(build: TableBuilder, model: Any) -> Iterator[Figure]:
    title = model.title.text(build.language) or model.id
    part = build.words.get("tables.sensitivity.parts.fit", model=title)
    for measure in FIT:
        value = model.result.fit_measures.get(measure)
        yield f"{model.id}.{measure}", part, measure.upper(), _number(value), 3
    part = build.words.get("tables.sensitivity.parts.paths", model=title)
    for row in records(model.result.parameters):
        if row["op"] == "~" and row.get("group") in (None, 0, 1):
            name = f"{build.names.of(row['rhs'])} → {build.names.of(row['lhs'])}"
            yield f"{model.id}.{row['lhs']}~{row['rhs']}", part, name, _number(row["std_all"]), 3


def _number(value: Any) -> float | None:
    cell = as_cell(value)
    return float(cell) if isinstance(cell, (int, float)) else None
