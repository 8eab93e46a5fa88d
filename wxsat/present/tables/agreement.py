"""Agreement of raters or occasions: the six intraclass correlations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.present.numbers import Language
from wxsat.present.table import Table
from wxsat.present.tables.building import TableBuilder, records

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.instrument.instrument import Instrument
    from wxsat.psychometrics.coefficients.intraclass import Retest


def tabulate_agreement(
    frame: pd.DataFrame, n: int, retest: Retest | None, instrument: Instrument | None, language: Language
) -> Table:
    """Return every form with F test and interval; with two ratings the note has the test-retest figures."""
    build = TableBuilder("agreement", instrument, language)
    build.add_column("form")
    build.add_column("meaning")
    build.add_column("icc", "number", no_zero=True)
    build.add_interval(no_zero=True)
    build.add_column("F", "number", 2)
    build.add_column("df1", "integer")
    build.add_column("df2", "number", 0)
    build.add_column("p_value", "p_value", 3)
    for row in records(frame):
        meaning = build.words.find(f"tables.agreement.meaning.{row['type']}") or ""
        figures = (row[column.name] for column in build.columns[2:])
        build.add_row(str(row["type"]), (row["form"], meaning, *figures))
    build.add_note("base", n=n)
    if retest is not None:
        build.add_note("retest", r=retest.correlation, low=retest.ci_lower, high=retest.ci_upper,
                       change=retest.mean_change, sem=retest.standard_error)  # fmt: skip
    return build.build()
