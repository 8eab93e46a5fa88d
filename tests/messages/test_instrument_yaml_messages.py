"""Broken YAML, and what a Chinese keyboard leaves behind: code, line and words."""

from __future__ import annotations

import pytest

# (what the author did, old text, new text, code, text that stands on the faulty line, words of the message)
BROKEN = [
    # --- YAML itself
    ("a tab", "  id: toy", "\tid: toy", "INST-003", "\tid: toy", ["tab", "spaces"]),
    ("colon in a text", "en: Landing}", "en: a: b}", "INST-003", "a: b", ["not YAML", "quotes"]),
    ("question mark in braces", "en: Complained}", "en: Complained?}", "INST-003", "Complained?", ["quotes"]),
    ("unquoted minus as key", '        key: "+"', "        key: -", "INST-003", "key: -", ["lone `-`"]),
    (
        "a key twice",
        "    max: 5",
        "    max: 5\n    min: 2",
        "INST-005",
        "    min: 2",
        ["`min` is given twice", "line 9"],
    ),
    (
        "a tag",
        "  id: toy",
        "  id: !!python/name:os.system toy",
        "INST-006",
        "!!python",
        ["tag", "not allowed"],
    ),
    (
        "a merge key",
        "    min: 1\n    max: 10",
        "    <<: {min: 1}\n    max: 10",
        "INST-006",
        "<<",
        ["merge key"],
    ),
    ("an alias of nothing", "  id: toy", "  id: *toy", "INST-006", "*toy", ["undefined alias"]),
    ("a second document", "attention:", "---\nattention:", "INST-006", "---", ["second document"]),
    (
        "a control character",
        "en: Landing}",
        'en: "Land\\aing"}',
        "INST-006",
        "Land\\aing",
        ["control character"],
    ),
    # --- what a Chinese keyboard or a hasty hand leaves behind: named, on its own line
    ("a full-width colon", "  version: 1.0", "  version：1.0", "INST-003", "version：1.0", ["full-width colon"]),
    ("a full-width comma", "{zh: 落地不足, en", "{zh: 落地不足， en", "INST-003", "落地不足，", ["full-width comma"]),
    (
        "a full-width space",
        "    min: 1\n    max: 10",
        "　　min: 1\n    max: 10",
        "INST-003",
        "　　min: 1",
        ["full-width"],
    ),
    (
        "a brace left open",
        "name: {zh: 落地不足, en: Landing}",
        "name: {zh: 落地不足, en: Landing",
        "INST-003",
        "dilemma: D2",
        ["not closed", "`{` of line 2"],
    ),
    ("no space after -", "      - id: LAND1", "      -id: LAND1", "INST-003", "-id: LAND1", ["space is missing"]),
    ("no space after :", "      - id: LAND1", "      - id:LAND1", "INST-003", "id:LAND1", ["space is missing"]),
]
ECHOES: dict[str, set[str]] = {
    # what a refused merge key would have brought in is missing
    "INST-006": {"INST-023"},
}


@pytest.mark.parametrize(("old", "new", "code", "at", "words"), [c[1:] for c in BROKEN], ids=[c[0] for c in BROKEN])
def test_the_fault_is_named_on_its_line(named_on_its_line, old, new, code, at, words):
    named_on_its_line(old, new, code, at, words)


@pytest.mark.parametrize(("old", "new", "code"), [(c[1], c[2], c[3]) for c in BROKEN], ids=[c[0] for c in BROKEN])
def test_one_slip_is_one_fault(codes_after, old, new, code):
    """A slip is not followed by faults that are only its consequences."""
    assert codes_after(old, new) - {code} <= ECHOES.get(code, set())
