"""Every real export and statistics file at hand is read, or refused by name; the two halves of a pair agree."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from wxsat.errors import WxsatError
from wxsat.responses.files import read_table
from wxsat.responses.pair import pair_tables

ROOT = Path(__file__).resolve().parents[3]
FOLDERS = ("data/real/C_platform", "data/real/D_spss_stata_sas")
PAGE = ROOT / "docs/how-to/import-platform-export.md"
SharedData = Callable[[str], Path]


def outcome(path: Path) -> tuple[str, str, str]:
    """Return what became of a file: read or refused, by which platform or code, and its size or what it is."""
    try:
        table = read_table(path)
    except WxsatError as error:
        return "refused", error.code, re.split(r"[.;:] ", error.message)[0].rstrip(".")
    return "read", table.platform or "plain", f"{table.n_rows} × {len(table.columns)}"


def every_file(shared_data: SharedData) -> list[tuple[str, Path]]:
    return [
        (f"{root.name}/{path.relative_to(root).as_posix()}", path)
        for root in map(shared_data, FOLDERS)
        for path in sorted(root.rglob("*"))
        if path.is_file()
    ]


def test_every_file_is_read_or_refused_by_name(shared_data: SharedData) -> None:
    outcomes = {name: outcome(path) for name, path in every_file(shared_data)}
    assert len(outcomes) > 180
    assert all(re.fullmatch(r"RESP-0\d\d", code) for what, code, _ in outcomes.values() if what == "refused")
    definitions = [name for name, (what, code, _) in outcomes.items() if code == "RESP-067"]
    assert not [name for name in outcomes if "xlsform" in name and outcomes[name][0] == "read"]
    assert not [name for name in definitions if "/data" in name and name.endswith("data.csv")]


def table_of_outcomes(shared_data: SharedData) -> str:
    lines = ["| file | result | platform or code | rows × columns, or what it is |", "|---|---|---|---|"]
    for name, path in every_file(shared_data):
        what, by, size = outcome(path)
        lines.append(f"| `{name}` | {what} | `{by}` | {size} |")
    return "\n".join(lines)


def test_the_table_of_the_page_is_what_happens(shared_data: SharedData) -> None:
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition("<!-- files -->\n")
    table, _, after = rest.partition("\n<!-- /files -->")
    found = table_of_outcomes(shared_data)
    if os.environ.get("WXSAT_UPDATE_DOCS"):
        PAGE.write_text(f"{before}<!-- files -->\n{found}\n<!-- /files -->{after}", encoding="utf-8")
    else:
        assert table == found


PLATFORM_OF = {
    "C_platform/wjx_pair_800/wjx_800_800_0_text.xls": "wjx",
    "C_platform/wjx_text_1044/wjx_text_1044.xlsx": "wjx",
    "C_platform/wjx_sav_53/wjx_export.sav": "wjx",
    "C_platform/qualtrics/ropensci_qualtRics/sample.csv": "qualtrics",
    "C_platform/qualtrics/ropensci_qualtRics/sample_legacy.csv": "qualtrics",
    "C_platform/limesurvey/limonaid/survey_998192_R_data_file.csv": "limesurvey",
    "C_platform/redcap/REDCapR/simple/data.csv": "redcap",
    "C_platform/kobo/formpack/customer_satisfaction/v1.json": "kobo",
    "C_platform/surveymonkey_api/bulk-eda25e.json": "json",
    "D_spss_stata_sas/readspss/electric.por": "spss",
    "D_spss_stata_sas/gbk_peking/data.dta": "stata",
    "D_spss_stata_sas/haven/hadley.sas7bdat": "sas",
}


@pytest.mark.parametrize("name", PLATFORM_OF)
def test_the_platform_is_recognised_and_says_why(shared_data: SharedData, name: str) -> None:
    table = read_table(shared_data(f"data/real/{name}"))
    assert table.platform == PLATFORM_OF[name]
    assert table.evidence


def test_two_exports_of_the_same_800_answers_agree(shared_data: SharedData) -> None:
    folder = shared_data("data/real/C_platform/wjx_pair_800")
    text, index = (read_table(folder / f"wjx_800_800_{part}.xls") for part in ("0_text", "2_code"))
    assert index.numbering == "positions" or index.numbering == "unknown"
    paired = pair_tables(text, index)
    assert paired.code_books["3、性别"] == {1.0: "男", 2.0: "女"}
    assert len(paired.code_books) == 6
    assert "6 question(s) agree" in paired.notes[-1]
    assert pair_tables(index, text).frame.equals(paired.frame)


def test_a_catalogue_gives_sas_its_labels(shared_data: SharedData) -> None:
    table = read_table(shared_data("data/real/D_spss_stata_sas/pyreadstat/sas_catalog/test_data_win.sas7bdat"))
    assert table.value_labels
    assert "test_formats_win.sas7bcat" in table.notes[0]


def test_gbk_bytes_in_three_formats_are_the_same_answers(shared_data: SharedData) -> None:
    folder = shared_data("data/real/D_spss_stata_sas/gbk_peking")
    sav, dta, xlsx = (read_table(folder / f"data.{suffix}") for suffix in ("sav", "dta", "xlsx"))
    assert sav.n_rows == dta.n_rows == xlsx.n_rows == 189
    assert [c for c in sav.columns if any("\u4e00" <= ch <= "\u9fff" for ch in c + sav.column_labels.get(c, ""))]
    assert "\ufffd" not in "".join(sav.column_labels.values())
