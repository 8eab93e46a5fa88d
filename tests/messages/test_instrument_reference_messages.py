"""References, checks, composites and models that lead nowhere: code, line and words."""

from __future__ import annotations

import pytest

# (what the author did, old text, new text, code, text that stands on the faulty line, words of the message)
BROKEN = [
    # --- references
    (
        "an unknown default scale",
        "default_scale: agree5",
        "default_scale: agree7",
        "INST-004",
        "agree7",
        ["Defined: agree5, level10", "Did you mean 'agree5'"],
    ),
    (
        "an unknown scale",
        "    scale: level10",
        "    scale: level",
        "INST-004",
        "scale: level",
        ["construct 'AUD'", "Did you mean 'level10'"],
    ),
    (
        "an unknown part",
        "parts: [AUD, LAND]",
        "parts: [AUD, LNAD]",
        "INST-004",
        "LNAD",
        ["composite 'D2'", "Did you mean 'LAND'"],
    ),
    (
        "an unknown dilemma",
        "dilemma: D2",
        "dilemma: D3",
        "INST-004",
        "dilemma: D3",
        ["construct 'LAND'", "Defined: D2"],
    ),
    ("an unknown pair", "pair: LAND1", "pair: LAND9", "INST-004", "LAND9", ["check 'AC3'"]),
    (
        "an unknown question",
        "question: COMB",
        "question: COMP",
        "INST-004",
        "COMP",
        ["`ask_if` of 'AUD2'", "Did you mean 'COMB'"],
    ),
    # --- attention and routing
    ("no right answer", ", expect: 2", "", "INST-030", "AC1", ["no `expect`"]),
    (
        "the rule of another kind",
        "expect: 2",
        "expect: 2, tolerance: 3",
        "INST-030",
        "AC1",
        ["no use for `tolerance`"],
    ),
    (
        "an answer nobody can give",
        "expect: 2",
        "expect: 9",
        "INST-031",
        "expect: 9",
        ["Codes: 1, 2, 3, 4, 5"],
    ),
    (
        "a check that always fails",
        "fail_at_least: 4",
        "fail_at_least: 1",
        "INST-031",
        "AC2",
        ["every answer"],
    ),
    ("a pair on other scales", "pair: LAND1", "pair: AUD1", "INST-031", "AC3", ["same codes", "1 to 10"]),
    ("a pair in other forms", "pair: LAND1", "pair: LAND2", "INST-032", "AC3", ["brief form", "'LAND2'"]),
    (
        "opposites keyed alike",
        'id: LAND3, key: "R"',
        'id: LAND3, key: "+"',
        "INST-033",
        "AC4",
        ["both are keyed '+'"],
    ),
    (
        "a condition on a later item",
        "question: COMB, is_any_of: [1]",
        "question: AUD3, is_any_of: [1]",
        "INST-040",
        "AUD2",
        ["not asked earlier"],
    ),
    (
        "a condition on no answer",
        "is_any_of: [1]",
        "is_any_of: [3]",
        "INST-041",
        "is_any_of: [3]",
        ["no answer of 'COMB'", "1, 0"],
    ),
    (
        "a condition in another form",
        "id: COMB\n",
        "id: COMB\n    forms: [full]\n",
        "INST-042",
        "AUD2",
        ["standard and brief form"],
    ),
    # --- composites, models, languages, constructs
    (
        "a part missing from a form",
        "[F, S, B]",
        "[F, S]",
        "INST-050",
        "parts:",
        ["brief form", "LAND has no item"],
    ),
    (
        "a weight missing",
        "weights: equal",
        "weights: {AUD: 1}",
        "INST-051",
        "weights:",
        ["no weight for its part 'LAND'"],
    ),
    (
        "a negative weight",
        "weights: equal",
        "weights: {AUD: 1, LAND: -1}",
        "INST-051",
        "weights:",
        ["-1", "positive"],
    ),
    ("a part twice", "parts: [AUD, LAND]", "parts: [AUD, LAND, AUD]", "INST-052", "parts:", ["'AUD' twice"]),
    (
        "no model file",
        "file: tam.sem",
        "file: tma.sem",
        "INST-060",
        "tma.sem",
        ["not there", "Did you mean 'tam.sem'"],
    ),
    (
        "a model outside the folder",
        "file: tam.sem",
        "file: ../tam.sem",
        "INST-061",
        "../tam.sem",
        ["leads out"],
    ),
    (
        "a model at an absolute path",
        "file: tam.sem",
        "file: /etc/passwd",
        "INST-061",
        "/etc/passwd",
        ["leads out"],
    ),
    ("a text in one language", ", en: Knows whom it serves.}", "}", "INST-070", "AUD3", ["no wording in en"]),
    (
        "one reflective item",
        "attention:",
        "  - {id: ONE, name: {zh: 一, en: One}, items: [{id: ONE1, text: {zh: 单, en: Single}}]}\nattention:",
        "INST-080",
        "id: ONE,",
        ["one item", "model: single"],
    ),
]
ECHOES: dict[str, set[str]] = {
    # taking an item out of a form concerns the checks and models that need it there
    "INST-050": {"INST-032"},
}


@pytest.mark.parametrize(("old", "new", "code", "at", "words"), [c[1:] for c in BROKEN], ids=[c[0] for c in BROKEN])
def test_the_fault_is_named_on_its_line(named_on_its_line, old, new, code, at, words):
    named_on_its_line(old, new, code, at, words)


@pytest.mark.parametrize(("old", "new", "code"), [(c[1], c[2], c[3]) for c in BROKEN], ids=[c[0] for c in BROKEN])
def test_one_slip_is_one_fault(codes_after, old, new, code):
    """A slip is not followed by faults that are only its consequences."""
    assert codes_after(old, new) - {code} <= ECHOES.get(code, set())
