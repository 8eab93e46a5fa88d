"""What people tick: item codes from latents, answers of those who do not read, attention checks."""

from __future__ import annotations

import math

import numpy as np

from wxsat.errors import StudyError, nearest
from wxsat.instrument.instrument import AttentionCheck, FormName, Instrument, Item, Scale
from wxsat.simulate.draws import Draws, Floats
from wxsat.simulate.people import People
from wxsat.simulate.truth import Truth

# A respondent who draws one line through the questionnaire takes the middle most often, the low end least.
LINE_POSITIONS = (0.05, 0.05, 0.08, 0.37, 0.15, 0.20, 0.10)
LINE_HOLDS = 0.97
FAST_READS = 0.45
CAREFUL_PASSES = 0.975
CAREFUL_FOOLED = 0.02
SAYS_UNUSABLE = {"careful": 0.004, "random": 0.08, "straight_line": 0.05, "fast": 0.05}


def answer_items(
    instrument: Instrument, form: FormName, truth: Truth, people: People, draws: Draws
) -> dict[str, Floats]:
    """
    Return the raw code of every item of the form, complete, in questionnaire order.

    Raises
    ------
    StudyError
        SIM-008, a construct of the form that the truth does not have.
    """
    require_constructs(instrument, form, truth)
    answers = {}
    for construct in instrument.constructs_in(form):
        for position, item in enumerate(construct.items):
            if form in item.forms:
                honest = _honest_code(item, position, instrument.scale_of(item), truth, people, draws)
                answers[item.id] = _with_careless(honest, item.id, instrument.scale_of(item), people, draws)
    return answers


def require_constructs(instrument: Instrument, form: FormName, truth: Truth) -> None:
    """Raise SIM-008 when the form asks for a construct of which the truth says nothing."""
    missing = [c.id for c in instrument.constructs_in(form) if c.id not in truth.names]
    if missing:
        raise StudyError(
            "SIM-008",
            f"the truth '{truth.id}' says nothing of these constructs of '{instrument.id}' ({form} form): "
            f"{', '.join(missing)}.",
            hint=nearest(missing[0], truth.names).strip() or "Add them under `companions:`.",
        )


def _honest_code(item: Item, position: int, scale: Scale, truth: Truth, people: People, draws: Draws) -> Floats:
    """Mean and spread carried linearly from the truth's scale to the item's, so that 0-100 scores agree."""
    measurement = truth.measurement
    loading = measurement.loading_of(item.id, position)
    noise = draws.normal(f"item/{item.id}", people.n)
    shown = loading * people.latents[item.construct_id] + math.sqrt(1.0 - loading * loading) * noise
    mean, sd = measurement.means[item.construct_id], measurement.sd
    if scale.kind == "continuous" or scale.min is None or scale.max is None:
        value = mean + sd * shown
        return 2.0 * mean - value if item.reversed else value
    stretch = (scale.max - scale.min) / (measurement.scale.max - measurement.scale.min)
    centre = scale.min + (mean - measurement.scale.min) * stretch
    code = np.clip(np.rint(centre + (sd * stretch) * shown), scale.min, scale.max)
    return scale.min + scale.max - code if item.reversed else code


def _with_careless(honest: Floats, question: str, scale: Scale, people: People, draws: Draws) -> Floats:
    """Put in the answers of those who do not read; they do not see that an item is reversed."""
    if not scale.codes or not people.manner.any():
        return honest
    codes = np.array(scale.codes, dtype=np.float64)
    anything = codes[draws.below(f"careless/{question}", people.n, len(codes))]
    line = codes[_line_position(people, draws, len(codes))]
    keeps = draws.happens(f"careless/keeps/{question}", LINE_HOLDS, people.n)
    reads = draws.happens(f"careless/reads/{question}", FAST_READS, people.n)
    straight, fast = people.answering("straight_line"), people.answering("fast")
    answer = np.where(people.answering("random") | (straight & ~keeps) | (fast & ~reads), anything, honest)
    return np.where(straight & keeps, line, answer)


def _line_position(people: People, draws: Draws, n_codes: int) -> np.ndarray:
    position = draws.which("careless/line", people.n, LINE_POSITIONS).astype(np.float64)
    return np.asarray(np.rint(position * ((n_codes - 1) / (len(LINE_POSITIONS) - 1))), dtype=np.int64)


def answer_checks(
    instrument: Instrument, form: FormName, answers: dict[str, Floats], people: People, draws: Draws
) -> dict[str, Floats]:
    """Return the code of every attention check that the form asks; people who do not read fail by chance."""
    checks = {}
    for check in instrument.attention:
        if form in check.forms and check.kind != "antonyms":
            scale = instrument.scales[check.scale or instrument.header.default_scale]
            if check.kind == "diligence":
                checks[check.id] = _diligence(check, people, draws)
            else:
                careful = _careful_check(check, scale, answers, people, draws)
                checks[check.id] = _with_careless(careful, check.id, scale, people, draws)
    return checks


def _careful_check(
    check: AttentionCheck, scale: Scale, answers: dict[str, Floats], people: People, draws: Draws
) -> Floats:
    low, high = float(scale.min or 0.0), float(scale.max or 0.0)
    anything = low + draws.below(f"check/{check.id}/any", people.n, int(high - low) + 1).astype(np.float64)
    if check.kind == "instructed":
        passes = draws.happens(f"check/{check.id}", CAREFUL_PASSES, people.n)
        return np.where(passes, float(check.expect or 0), anything)
    if check.kind == "bogus":
        fooled = draws.happens(f"check/{check.id}", CAREFUL_FOOLED, people.n)
        return np.where(fooled, anything, low + (anything > high - 1.0))
    step = draws.which(f"check/{check.id}", people.n, (0.06, 0.18, 0.52, 0.18, 0.06)).astype(np.float64) - 2.0
    twin = answers.get(check.pair or "")
    return np.clip((twin if twin is not None else anything) + step, low, high)


def _diligence(check: AttentionCheck, people: People, draws: Draws) -> Floats:
    codes = [float(choice.code) for choice in check.choices]
    unusable = float(check.exclude_code or 0)
    usable = next((code for code in codes if code != unusable), unusable)
    probability = np.array([SAYS_UNUSABLE[manner] for manner in ("careful", "random", "straight_line", "fast")])
    return np.where(draws.happens(f"check/{check.id}", probability[people.manner], people.n), unusable, usable)
