"""Columns of a file for commands that name them on the command line instead of by an instrument.

Codes that a statistics file declares as missing become missing; numbers held as text become numbers; a code that looks
like "don't know" beside the answers is pointed out, because nothing else would.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wxsat.cli.output import say

if TYPE_CHECKING:
    import pandas as pd

# What survey platforms and archives write for no answer, don't know, refused.
USUAL_MISSING_CODES = frozenset({-9, -8, -7, -3, -2, 77, 88, 97, 98, 99, 777, 888, 997, 998, 999, -99, -999})
LARGEST_ANSWER = 20


def read_columns(file: Path, sheet: str | None, missing_codes: list[float] | None = None) -> pd.DataFrame:
    """
    Read a table for direct use of its columns.

    Parameters
    ----------
    file : Path
    sheet : str, optional
        Of a workbook.
    missing_codes : list of float, optional
        Codes that stand for no answer in every column.

    Returns
    -------
    DataFrame
        Numbers as float; columns that hold other text stay as they are, to be refused by name if a model uses them.
    """
    from wxsat.responses.files import read_table

    table = read_table(file, sheet=sheet)
    for note in table.notes:
        say(note)
    frame = table.frame.copy()
    for column, ranges in table.missing.items():
        declared = frame[column].map(lambda value, ranges=ranges: any(r.holds(value) for r in ranges))
        frame[column] = frame[column].where(~declared.astype(bool), None)
    frame = _numeric(frame)
    if missing_codes:
        frame = frame.mask(frame.isin(missing_codes))
    _point_out_missing_codes(frame)
    return frame


def _numeric(frame: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    columns = {}
    for position in range(len(frame.columns)):
        column = frame.iloc[:, position]
        if not pd.api.types.is_numeric_dtype(column.dtype):
            text = column.astype("string").str.strip()
            numbers = pd.to_numeric(text.where(text != ""), errors="coerce")
            known = text.isin(["", "NA", "NaN", "nan", "."]) | text.isna()
            column = numbers.astype("float64") if bool((numbers.notna() | known).all()) else column
        columns[position] = column
    numeric = pd.DataFrame(columns)
    numeric.columns = frame.columns
    return numeric


def suspicious_codes(values: set[float]) -> list[float]:
    """
    Return the codes of a column that look like "no answer": a usual missing code far from small whole answers.

    Examples
    --------
    >>> suspicious_codes({1.0, 2.0, 3.0, 98.0}), suspicious_codes({95.0, 97.0, 98.0})
    ([98.0], [])
    """
    answers = values - USUAL_MISSING_CODES
    if not answers or max(answers) > LARGEST_ANSWER or min(answers) < 0 or any(v != int(v) for v in answers):
        return []
    return sorted(values & USUAL_MISSING_CODES)


def _point_out_missing_codes(frame: pd.DataFrame) -> None:
    import pandas as pd

    found: dict[float, list[str]] = {}
    for position, name in enumerate(frame.columns):
        column = frame.iloc[:, position]
        if pd.api.types.is_numeric_dtype(column.dtype):
            for code in suspicious_codes({float(v) for v in column.dropna().unique()}):
                found.setdefault(code, []).append(str(name))
    for code, names in found.items():
        shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        say(
            f"warning: {code:g} stands beside small answer codes in {shown} and is taken as an answer. "
            f"If it means no answer, say so: --missing-code {code:g}"
        )
