"""Both languages say the same things, and every finding that the source can state has a wording in each."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

import wxsat
from wxsat.errors import WxsatError
from wxsat.finding import Finding
from wxsat.present.locale import topics, wording

SOURCE = Path(wxsat.__file__).parent
# Findings carry 1nn, errors 0nn.
FINDING_CODE = re.compile(r"[A-Z]+-1\d\d")


def codes_in_source() -> set[str]:
    found = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and FINDING_CODE.fullmatch(node.value):
                found.add(node.value)
    return found


def fields_of(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def raw(language, topic):
    from wxsat.present import locale

    return locale._texts(language, topic)


@pytest.mark.parametrize("topic", ["tables", "findings"])
def test_languages_have_the_same_keys_and_fields(topic):
    zh, en = raw("zh", topic), raw("en", topic)
    assert sorted(zh) == sorted(en)
    if topic == "tables":
        assert {k for k in zh if fields_of(zh[k]) != fields_of(en[k])} == set()


def test_languages_have_the_same_topics():
    assert topics("zh") == topics("en")


def test_every_finding_of_the_source_has_a_wording():
    for language in ("zh", "en"):
        known = {key.removeprefix("findings.") for key in raw(language, "findings")}
        missing = codes_in_source() - known
        assert not missing, f"no wording in locale/{language}/findings.yml: {', '.join(sorted(missing))}"


def test_no_wording_without_a_finding():
    known = {key.removeprefix("findings.") for key in raw("en", "findings")}
    assert {code for code in known if FINDING_CODE.fullmatch(code)} <= codes_in_source()


def test_missing_key_names_itself_and_the_nearest():
    with pytest.raises(WxsatError, match=r"tables\.reliability\.titel.*tables\.reliability\.title"):
        wording("en").get("tables.reliability.titel")


def test_missing_field_is_named():
    with pytest.raises(WxsatError, match=r"number.*OUT-002"):
        wording("zh").get("tables.caption")


def test_find_returns_none_for_an_unknown_code():
    assert wording("zh").find("tables.verdict.never_heard_of") is None


def test_fields_are_formatted_by_the_house():
    finding = Finding("SEM-103", "refusal", "SAT", "raw message", {"estimate": -0.0456, "std_error": 0.0123})
    assert "（−0.046，标准误 0.012）" in wording("zh").finding(finding)
    assert "(−0.046, SE 0.012)" in wording("en").finding(finding)


def test_codes_in_the_evidence_are_put_into_words():
    finding = Finding(
        "RESP-106", "warning", "screening", "raw", {"families": ["time"], "missing": ["pattern"], "needed": 2}
    )
    assert "作答模式" in wording("zh").finding(finding)


def test_a_finding_is_never_lost_over_its_wording():
    unknown = Finding("XYZ-199", "note", "s", "the plain message")
    lacking = Finding("SEM-103", "refusal", "SAT", "the plain message", {})
    assert wording("zh").finding(unknown) == wording("zh").finding(lacking) == "the plain message"
