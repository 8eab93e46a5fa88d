"""The page on result columns names the columns of the sources' tables as the code does."""

from __future__ import annotations

import re
from pathlib import Path

from wxsat.diagnosis.accounts import ACCOUNT_COLUMNS
from wxsat.diagnosis.gaps import GAP_COLUMNS
from wxsat.diagnosis.staff_tables import STAFF_COLUMNS
from wxsat.diagnosis.triangulation import COMBINED_COLUMNS, PART_COLUMNS, SOURCE_COLUMNS

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "result-columns.md"


def test_columns_of_the_sources_are_those_of_the_code() -> None:
    told = dict(re.findall(r"^\| `(\.evidence[^`]*)` \| `([^`]+)` \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    declared = {
        ".evidence.tables.combined": COMBINED_COLUMNS,
        ".evidence.tables.sources": SOURCE_COLUMNS,
        ".evidence.tables.parts": PART_COLUMNS,
        ".evidence.accounts": ACCOUNT_COLUMNS,
        ".evidence.staff": STAFF_COLUMNS,
        ".evidence.gaps": GAP_COLUMNS,
    }
    # The page has tables besides whose columns the code declares nowhere.
    assert {name: told[name].split() for name in declared} == declared
