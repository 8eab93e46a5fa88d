"""Keys and values of an instrument that are not as expected: code, line and words."""

from __future__ import annotations

import pytest

# (what the author did, old text, new text, code, text that stands on the faulty line, words of the message)
BROKEN = [
    # --- fields
    ("a missing key", "  default_scale: agree5\n", "", "INST-010", "instrument:", ["no `default_scale`"]),
    (
        "an item without text",
        ", text: {zh: 还要到窗口。, en: The counter again.}",
        "",
        "INST-010",
        "LAND2",
        ["item 'LAND2' has no `text`"],
    ),
    (
        "a misspelt key",
        "direction: problem\n    items",
        "directoin: problem\n    items",
        "INST-011",
        "directoin",
        ["construct 'LAND'", "Did you mean 'direction'"],
    ),
    (
        "a comma in a text in braces",
        "en: Landing}",
        "en: Landing, not}",
        "INST-011",
        "not}",
        ["comma", "quotes"],
    ),
    (
        "a key that loading fills in",
        '        key: "+"',
        "        construct_id: AUD",
        "INST-011",
        "construct_id",
        ["not known"],
    ),
    (
        "a word for a number",
        "    min: 1\n    max: 5",
        "    min: one\n    max: 5",
        "INST-012",
        "one",
        ["`min` of scale 'agree5'", "expected a number"],
    ),
    ("a quoted number", "    dk: 98", '    dk: "98"', "INST-012", '"98"', ["whole number"]),
    ("yes for a number", "    dk: 98", "    dk: yes", "INST-012", "dk: yes", ["whole number"]),
    (
        "a text without language",
        "name: {zh: 受众错位, en: Audience}",
        "name: Audience",
        "INST-012",
        "name: Audience",
        ["{zh: ..., en: ...}"],
    ),
    (
        "an empty value",
        "    scale: level10",
        "    items_:\n    scale: level10",
        "INST-011",
        "items_",
        ["not known"],
    ),
    (
        "an unknown form",
        "[F, S, B]",
        "[F, S, short]",
        "INST-013",
        "short",
        ["full, standard, brief, F, S, B"],
    ),
    (
        "a small r",
        'key: "R", forms',
        "key: r, forms",
        "INST-013",
        "LAND3",
        ["'r'", "Allowed: +, R", 'key: "R"'],
    ),
    (
        "an unknown direction",
        "direction: problem\n    items",
        "direction: probelm\n    items",
        "INST-013",
        "probelm",
        ["Did you mean 'problem'"],
    ),
    (
        "a weight in words",
        "weights: equal",
        "weights: {AUD: 1, LAND: big}",
        "INST-013",
        "big",
        ["positive number"],
    ),
    (
        "no parts",
        "parts: [AUD, LAND]",
        "parts: []",
        "INST-013",
        "parts: []",
        ["`parts` of composite 'D2' is empty"],
    ),
    ("an unquoted no", "en: Did not}", "en: no}", "INST-014", "en: no}", ["truth value false", '"no"']),
    ("an unquoted number", "en: Landing}", "en: 12}", "INST-014", "en: 12}", ["reads as a number", '"12"']),
]
ECHOES: dict[str, set[str]] = {}


@pytest.mark.parametrize(("old", "new", "code", "at", "words"), [c[1:] for c in BROKEN], ids=[c[0] for c in BROKEN])
def test_the_fault_is_named_on_its_line(named_on_its_line, old, new, code, at, words):
    named_on_its_line(old, new, code, at, words)


@pytest.mark.parametrize(("old", "new", "code"), [(c[1], c[2], c[3]) for c in BROKEN], ids=[c[0] for c in BROKEN])
def test_one_slip_is_one_fault(codes_after, old, new, code):
    """A slip is not followed by faults that are only its consequences."""
    assert codes_after(old, new) - {code} <= ECHOES.get(code, set())
