"""Styles against examples that the standards and the manual publish; every bundled reference is whole."""

from __future__ import annotations

import re

import pytest

from wxsat.present.citations import (
    STYLES,
    Reference,
    format_reference,
    load_references,
    references_from_json,
    references_to_json,
    render_bibtex,
)
from wxsat.present.citations.reference import Author

BUNDLED = {bundled.reference.key: bundled.reference for bundled in load_references()}
# GB/T 7714-2015, 8.8.2 and appendix A.8: KANAMORI H. Shaking without quaking[J]. Science, 1998, 279(5359): 2063.
KANAMORI = Reference(
    "k", "article", (Author("Kanamori", "Hiroo"),), 1998, "Shaking without quaking", journal="Science", volume="279",
    number="5359", pages="2063",
)  # fmt: skip
# GB/T 7714-2015, appendix A.1: 陈登原. 国史旧闻[M]. 北京: 中华书局, 2000.
CHEN = Reference(
    "c", "book", (Author("陈", "登原"),), 2000, "国史旧闻", publisher="中华书局", address="北京", language="zh"
)
# Publication Manual of the APA, 7th edition, example 1.
MCCAULEY = Reference(
    "m", "article", (Author("McCauley", "S. M."), Author("Christiansen", "M. H.")), 2019,
    "Language learning as language use: A cross-linguistic model of child language development",
    journal="Psychological Review", volume="126", number="1", pages="1-51", doi="10.1037/rev0000126",
)  # fmt: skip
# Publication Manual of the APA, 7th edition, example 4: more than twenty authors.
KALNAY_NAMES = (
    "Kalnay, E.|Kanamitsu, M.|Kistler, R.|Collins, W.|Deaven, D.|Gandin, L.|Iredell, M.|Saha, S.|White, G.|Woollen, J.|"
    "Zhu, Y.|Chelliah, M.|Ebisuzaki, W.|Higgins, W.|Janowiak, J.|Mo, K. C.|Ropelewski, C.|Wang, J.|Leetmaa, A.|"
    "Reynolds, R.|Jenne, R.|Joseph, D."
)
KALNAY = Reference(
    "kal", "article", tuple(Author(*name.split(", ", 1)) for name in KALNAY_NAMES.split("|")), 1996,
    "The NCEP/NCAR 40-year reanalysis project", journal="Bulletin of the American Meteorological Society", volume="77",
    number="3", pages="437-471", doi="fg6rf9",
)  # fmt: skip


def test_gbt_2015_gives_its_own_examples() -> None:
    assert format_reference(KANAMORI, "gbt2015") == (
        "KANAMORI H. Shaking without quaking[J]. Science, 1998, 279(5359): 2063."
    )
    assert format_reference(CHEN, "gbt2015") == "陈登原. 国史旧闻[M]. 北京: 中华书局, 2000."


def test_gbt_2025_writes_family_names_without_capitals_and_keeps_hyphens() -> None:
    assert format_reference(KANAMORI, "gbt2025").startswith("Kanamori H. Shaking")
    # The initials that the 2025 edition prints: Godard J-L.
    godard = Reference("g", "book", (Author("Godard", "Jean-Luc"),), 2020, "T", publisher="P", address="Paris")
    assert format_reference(godard, "gbt2025").startswith("Godard J-L. ")
    assert format_reference(godard, "gbt2015").startswith("GODARD J L. ")


def test_gbt_names_three_authors_and_says_that_there_are_more() -> None:
    assert format_reference(BUNDLED["numpy"], "gbt2015").startswith(
        "HARRIS C R, MILLMAN K J, VAN DER WALT S J, et al. "
    )
    chinese = Reference(
        "z", "article", tuple(Author(n[0], n[1:]) for n in ("袁训来", "陈哲", "肖书海", "甲乙")), 2012, "题",
        journal="刊", volume="1", pages="1", language="zh",
    )  # fmt: skip
    assert format_reference(chinese, "gbt2015").startswith("袁训来, 陈哲, 肖书海, 等. 题[J]. ")


def test_apa_gives_the_manuals_examples() -> None:
    assert format_reference(MCCAULEY, "apa") == (
        "McCauley, S. M., & Christiansen, M. H. (2019). Language learning as language use: A cross-linguistic model of "
        "child language development. Psychological Review, 126(1), 1–51. https://doi.org/10.1037/rev0000126"
    )
    assert format_reference(KALNAY, "apa") == (
        "Kalnay, E., Kanamitsu, M., Kistler, R., Collins, W., Deaven, D., Gandin, L., Iredell, M., Saha, S., White, "
        "G., Woollen, J., Zhu, Y., Chelliah, M., Ebisuzaki, W., Higgins, W., Janowiak, J., Mo, K. C., Ropelewski, C., "
        "Wang, J., Leetmaa, A., . . . Joseph, D. (1996). The NCEP/NCAR 40-year reanalysis project. Bulletin of the "
        "American Meteorological Society, 77(3), 437–471. https://doi.org/fg6rf9"
    )


def test_software_has_its_version() -> None:
    program = Reference("w", "software", (Author("The wxsat developers", body=True),), 2026, "wxsat", version="0.1.0")
    assert format_reference(program, "gbt2025") == "The wxsat developers. wxsat: version 0.1.0[CP]. 2026."
    assert format_reference(program, "apa") == (
        "The wxsat developers. (2026). wxsat (Version 0.1.0) [Computer software]."
    )


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("key", BUNDLED)
def test_bundled_references_are_whole(style: str, key: str) -> None:
    reference = BUNDLED[key]
    said = format_reference(reference, style)
    assert str(reference.year) in said
    assert reference.title in said
    assert not re.search(r"\s\s|\.\.(?! \.)|None|, ,|: \.|\(\)", said.replace(" . . .", ""))
    assert reference.doi.startswith("10.") or reference.kind in ("book", "document")


def test_json_gives_the_references_back() -> None:
    stored = {"en": tuple(BUNDLED.values()), "zh": (CHEN,)}
    assert references_from_json(references_to_json(stored)) == stored


def test_bibtex_is_balanced_and_escapes() -> None:
    text = render_bibtex([BUNDLED["browne1992"], BUNDLED["scipy"], CHEN])
    assert text.count("{") == text.count("}")
    assert r"Sociological Methods \& Research" in text
    assert "{SciPy 1.0 Contributors}" in text
    assert "author = {陈, 登原}" in text
    assert "pages = {230--258}" in text
    assert re.findall(r"@(\w+)\{(\w+),", text) == [("article", "browne1992"), ("article", "scipy"), ("book", "c")]
