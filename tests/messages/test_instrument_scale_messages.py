"""Ids, scales and closed questions that do not hold together: code, line and words."""

from __future__ import annotations

import pytest

# (what the author did, old text, new text, code, text that stands on the faulty line, words of the message)
BROKEN = [
    # --- names
    ("a Chinese id", "id: LAND2", "id: 落地2", "INST-020", "落地2", ["letters, digits and _", "ASCII"]),
    ("an id with a hyphen", "id: AUD2", "id: AUD-2", "INST-020", "AUD-2", ["item 'AUD-2'"]),
    ("an id that means missing", "id: age", "id: NA", "INST-020", "id: NA", ["'NA'", "missing"]),
    (
        "an id twice",
        "id: AUD2",
        "id: LAND2",
        "INST-021",
        "Does not know us",
        ["'LAND2' of this item is used twice"],
    ),
    (
        "an id that differs in capitals",
        "id: age",
        "id: land1",
        "INST-021",
        "id: land1",
        ["only in capitals", "'LAND1'"],
    ),
    # --- scales and questions
    (
        "a label too few",
        "[很不同意, 不同意, 一般, 同意, 很同意]",
        "[很不同意, 不同意, 同意, 很同意]",
        "INST-022",
        "zh: [很不同意",
        ["4 labels in zh", "5 codes"],
    ),
    ("a label twice", "Neutral, Agree", "Agree, Agree", "INST-022", "Agree, Agree", ["two codes"]),
    ("bounds the wrong way", "    max: 5", "    max: 0", "INST-023", "max: 0", ["min must be below max"]),
    ("half a code", "    max: 10", "    max: 10.5", "INST-023", "  level10", ["whole numbers"]),
    ("no max", "    max: 10\n", "", "INST-023", "  level10", ["no max", "continuous"]),
    ("don't know on the scale", "    dk: 98", "    dk: 5", "INST-024", "dk: 5", ["inside 1 to 5", "98"]),
    (
        "an anchor beside the scale",
        "      10: {zh",
        "      11: {zh",
        "INST-025",
        "11: {zh",
        ["code 11", "1 to 10"],
    ),
    (
        "a choice code twice",
        "{code: 0, text: {zh: 否",
        "{code: 1, text: {zh: 否",
        "INST-090",
        "否",
        ["code 1 to two choices"],
    ),
    (
        "a closed question without answers",
        ", kind: integer, min: 18, max: 100",
        "",
        "INST-090",
        "id: age",
        ["neither choices nor a scale"],
    ),
]
ECHOES: dict[str, set[str]] = {
    # an id that changed really leaves references to the old one dangling
    "INST-020": {"INST-004"},
    "INST-021": {"INST-004"},
    # a scale nobody defined, and codes that no longer fit, concern several entries
    "INST-023": {"INST-022", "INST-025"},
}


@pytest.mark.parametrize(("old", "new", "code", "at", "words"), [c[1:] for c in BROKEN], ids=[c[0] for c in BROKEN])
def test_the_fault_is_named_on_its_line(named_on_its_line, old, new, code, at, words):
    named_on_its_line(old, new, code, at, words)


@pytest.mark.parametrize(("old", "new", "code"), [(c[1], c[2], c[3]) for c in BROKEN], ids=[c[0] for c in BROKEN])
def test_one_slip_is_one_fault(codes_after, old, new, code):
    """A slip is not followed by faults that are only its consequences."""
    assert codes_after(old, new) - {code} <= ECHOES.get(code, set())
