"""Which lists of answers are rating scales, and which of their answers are no answer."""

from __future__ import annotations

import re

from wxsat.instrument.instrument import Language
from wxsat.instrument.sources.found import FoundAnswer, FoundQuestion, FoundText

# Two answers are a yes or no; a list of more than eleven is no rating scale.
FEWEST_CODES, MOST_CODES = 3, 11
LOWEST_DK = 88
_NO_ANSWER = re.compile(
    r"^(?:不知道|不了解|不清楚|不适用|不好说|记不清|没用过|未使用|没有|拒答|不愿|无法|"
    r"don'?t know|not applicable|n/?a\b|refuse|prefer not|no opinion|not sure|can'?t say)",
    re.IGNORECASE,
)


def scale_codes(question: FoundQuestion) -> tuple[list[FoundAnswer], list[FoundAnswer]] | None:
    """Return the answers of a rating scale and its missing answers; None where the list is no scale."""
    if question.kind != "single":
        return None
    valid = [answer for answer in question.answers if not _is_no_answer(answer, question.answers)]
    missing = [answer for answer in question.answers if answer not in valid]
    codes = [answer.code for answer in valid]
    if not FEWEST_CODES <= len(codes) <= MOST_CODES or len(missing) > 2:
        return None
    if sorted(codes) != list(range(min(codes), max(codes) + 1)):
        return None
    words = [answer.text.any for answer in valid if answer.text.any]
    return (sorted(valid, key=lambda a: a.code), missing) if len(set(words)) == len(words) else None


def _is_no_answer(answer: FoundAnswer, answers: tuple[FoundAnswer, ...]) -> bool:
    if answer.missing:
        return True
    edge = answer.code in (min(a.code for a in answers), max(a.code for a in answers))
    apart = answer.code >= LOWEST_DK or answer.code < 0
    return (apart and len(answers) > 2) or (edge and bool(_NO_ANSWER.match(answer.text.any)))


def wording_of(text: FoundText, languages: list[Language], fallback: str) -> dict[str, str]:
    """Return a wording in the declared languages; the other language, then the fallback, stand in."""
    return {each: (text.zh if each == "zh" else text.en) or text.any or fallback for each in languages}
