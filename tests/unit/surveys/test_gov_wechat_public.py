"""The public instrument: complete, counted, consistent with its forms, models and truth."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from wxsat.instrument.load import load_instrument
from wxsat.simulate.truth import load_truth

FOLDER = Path(__file__).resolve().parents[3] / "surveys/gov-wechat-public"
INSTRUMENT = load_instrument("gov-wechat-public")

ITEMS_PER_CONSTRUCT = {
    "PU": 4,
    "EOU": 4,
    "IQ": 4,
    "SYQ": 3,
    "SEC": 3,
    "RES": 4,
    "INT": 3,
    "PVAL": 4,
    "SAC": 3,
    "EXPT": 3,
    "CONF": 3,
    "SAT": 3,
    "TRU": 4,
    "CI": 3,
    "COMH": 3,
    "CMI": 3,
    "SHOW": 4,
    "LDR": 3,
    "AUD": 3,
    "GEO": 3,
    "FUN": 4,
    "LAND": 3,
    "COPY": 4,
    "UNA": 4,
    "VASE": 3,
    "FRAG": 4,
    "LOOP": 3,
    "CAP": 3,
    "MK": 3,
}
REVERSED = {
    "SEC3",
    "SHOW4",
    "LDR2",
    "LDR3",
    "AUD3",
    "GEO3",
    "FUN4",
    "LAND3",
    "COPY4",
    "UNA4",
    "VASE3",
    "FRAG4",
    "LOOP3",
    "CAP3",
}
SUB_DILEMMAS = ["SHOW", "LDR", "AUD", "GEO", "FUN", "LAND", "COPY", "UNA", "VASE", "FRAG", "LOOP", "CAP"]
BRIEF = set(
    [
        *("PU1", "EOU1", "PVAL1", "SAT1", "SAT2", "SAT3", "TRU2", "CI2", "SHOW1", "LDR2", "AUD1", "GEO1"),
        *("FUN1", "LAND1", "COPY1", "UNA1", "VASE1", "FRAG1", "LOOP1", "CAP1"),
    ]
)


def test_items_per_construct():
    assert {c.id: len(c.items) for c in INSTRUMENT.constructs} == ITEMS_PER_CONSTRUCT


def test_full_form_has_96_scale_questions_and_the_official_rating():
    items = [i for i in INSTRUMENT.items_in("full") if i.construct_id != "MK"]
    assert len(items) + len({"GT1"}) == 96
    assert sum(i.optional for i in items) == 3
    assert sum(i.ask_if is not None for i in items) == 3


def test_standard_form_has_60_questions():
    items = INSTRUMENT.items_in("standard")
    by_construct = {c.id: INSTRUMENT.item_ids_of(c.id, "standard") for c in INSTRUMENT.constructs}
    for construct in ["PU", "EOU", "RES", "PVAL", "SAT", "TRU", "CI", *SUB_DILEMMAS]:
        assert len(by_construct[construct]) == 3, construct
    assert by_construct["CMI"] == ("CMI3",)
    linked = [q.id for q in INSTRUMENT.background if q.id in {"SATG", "GT1"} and "standard" in q.forms]
    assert len(items) + len(linked) == 60


def test_brief_form_has_22_questions():
    assert {i.id for i in INSTRUMENT.items_in("brief")} == BRIEF
    checks = [c.id for c in INSTRUMENT.attention if "brief" in c.forms]
    satg = next(q for q in INSTRUMENT.background if q.id == "SATG")
    assert checks == ["AC1"]
    assert "brief" in satg.forms
    assert len(BRIEF) + len(checks) + 1 == 22


def test_forms_are_nested():
    full, standard, brief = ({i.id for i in INSTRUMENT.items_in(f)} for f in ("full", "standard", "brief"))
    assert brief < standard < full


def test_reversed_items():
    assert {i.id for i in INSTRUMENT.items_in() if i.reversed} == REVERSED


def test_every_block_with_a_reversed_item_also_has_direct_ones():
    for form in ("full", "standard"):
        for construct in SUB_DILEMMAS:
            keys = {INSTRUMENT.item(i).key for i in INSTRUMENT.item_ids_of(construct, form)}
            assert keys == {"+", "R"}, (construct, form)


def test_both_languages_everywhere():
    labels = [
        *((c.id, c.name) for c in INSTRUMENT.constructs),
        *((c.id, c.definition) for c in INSTRUMENT.constructs),
        *((i.id, i.text) for i in INSTRUMENT.items_in()),
        *((q.id, q.text) for q in INSTRUMENT.background),
        *((q.id, choice.text) for q in INSTRUMENT.background for choice in q.choices),
        *((a.id, a.text) for a in INSTRUMENT.attention if a.kind != "antonyms"),
        *((c.id, c.remedy) for c in INSTRUMENT.composites),
    ]
    for name, label in labels:
        assert label is not None, name
        assert label.zh, name
        assert label.en, name
        assert not re.search(r"[\u4e00-\u9fff]", label.en), name
        assert "…" not in label.en, name
    assert len({i.text.zh for i in INSTRUMENT.items_in()}) == len(INSTRUMENT.items_in())


def test_expectations_are_asked_before_any_evaluation():
    assert INSTRUMENT.constructs[0].id == "EXPT"


def test_scales():
    for item in INSTRUMENT.items_in():
        scale = INSTRUMENT.scale_of(item)
        expected = (1, 10) if item.construct_id == "SAT" else (1, 7)
        assert (scale.min, scale.max, scale.dk) == (*expected, 98), item.id
    anchors = {i: INSTRUMENT.scale_of(INSTRUMENT.item(i)).anchors[10].zh for i in ("SAT1", "SAT2", "SAT3")}
    assert anchors == {"SAT1": "非常满意", "SAT2": "远高于", "SAT3": "很近"}
    assert [len(x) for x in INSTRUMENT.scales["likert7"].labels.values()] == [7, 7]
    assert INSTRUMENT.scales["official5"].label_of(5, "zh") == "非常满意"


def test_directions():
    problem = {c.id for c in INSTRUMENT.constructs if c.direction == "problem"}
    neutral = {c.id for c in INSTRUMENT.constructs if c.direction == "neutral"}
    assert problem == {*SUB_DILEMMAS, "SAC"}
    assert neutral == {"EXPT", "CMI", "MK"}
    assert {c.id for c in INSTRUMENT.constructs if c.dilemma} == set(SUB_DILEMMAS)


@pytest.mark.parametrize(
    ("dilemma", "weights", "remedy"),
    [
        ("D1", {"SHOW": 1 / 2, "LDR": 1 / 2}, "根本"),
        ("D2", {"AUD": 1 / 4, "GEO": 1 / 4, "FUN": 1 / 4, "LAND": 1 / 4}, "关键"),
        ("D3", {"COPY": 1 / 4, "UNA": 1 / 4, "VASE": 1 / 4, "PVAL": 1 / 8, "SAT": 1 / 8}, "核心"),
        ("D4", {"FRAG": 1 / 3, "LOOP": 1 / 3, "CAP": 1 / 3}, "保障"),
    ],
)
def test_composites(dilemma, weights, remedy):
    composite = next(c for c in INSTRUMENT.composites if c.id == dilemma)
    assert {part: composite.weight_of(part) for part in composite.parts} == pytest.approx(weights)
    assert composite.remedy.zh.startswith(remedy)
    for part in composite.parts:
        assert INSTRUMENT.construct(part).dilemma in {dilemma, None}


def test_link_and_control_questions_belong_to_no_construct():
    roles = {q.id: q.role for q in INSTRUMENT.background}
    assert roles["SATG"] == "outcome"
    assert roles["GT1"] == "control"
    assert {roles[q] for q in ("COMB", "COMN", "COMR", "COMT")} == {"outcome"}
    assert not {"SATG", "GT1", "COMB"} & {i.id for i in INSTRUMENT.items_in()}


def test_routing():
    conditions = {q.id: q.ask_if for q in INSTRUMENT.background if q.ask_if}
    conditions |= {i.id: i.ask_if for i in INSTRUMENT.items_in() if i.ask_if}
    assert {conditions[i].question for i in ("COMH1", "COMH2", "COMH3", "COMN", "COMR")} == {"COMB"}
    assert conditions["COMT"].question == "COMR"
    assert [conditions[f"N{k:02d}P"].question for k in range(1, 13)] == [f"N{k:02d}U" for k in range(1, 13)]


def _variables(text: str) -> tuple[dict[str, list[str]], set[str]]:
    """Measurement lines, and every other name that stands for a variable."""
    measured, named = {}, set()
    for line in (part.split("#")[0] for part in text.splitlines()):
        if "=~" in line:
            latent, items = line.split("=~")
            measured[latent.strip()] = [i.strip() for i in items.split("+")]
        elif "~" in line and ":=" not in line:
            named |= {term.split("*")[-1].strip() for term in re.split(r"~~|~|\+", line)}
    return measured, named


@pytest.mark.parametrize("model", [m.id for m in INSTRUMENT.models])
def test_models_speak_of_the_instrument(model):
    declared = next(m for m in INSTRUMENT.models if m.id == model)
    text = (FOLDER / declared.file).read_text(encoding="utf-8")
    assert text.startswith("# M")
    measured, named = _variables(text)
    constructs = {c.id for c in INSTRUMENT.constructs}
    for latent, items in measured.items():
        if latent in constructs:
            assert set(items) <= set(INSTRUMENT.item_ids_of(latent)), latent
            for form in declared.forms:
                assert set(items) & set(INSTRUMENT.item_ids_of(latent, form)), (latent, form)
        else:
            assert set(items) <= set(measured), latent
    assert named <= set(measured)


def test_the_main_model_never_lets_value_satisfaction_or_verdict_cause_satisfaction():
    measured, _ = _variables((FOLDER / "dilemmas.sem").read_text(encoding="utf-8"))
    assert "VASE" not in measured
    assert "RES" not in measured
    assert len(measured) == 18


def test_the_truth_covers_the_instrument():
    truth = load_truth(FOLDER / "truth.yaml")
    assert {c.id for c in INSTRUMENT.constructs} == set(truth.names)
    # The account and its region belong to the design; everything else that is declared must be asked.
    assert set(truth.background) <= {q.id for q in INSTRUMENT.background}
    known = {
        "default",
        *truth.names,
        *(i.id for i in INSTRUMENT.items_in()),
        *(q.id for q in INSTRUMENT.background),
    }
    assert set(truth.nuisance.dont_know) <= known
