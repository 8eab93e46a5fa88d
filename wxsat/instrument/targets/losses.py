"""What a platform's file cannot carry, said before the field, never found out after it.

One table says what each format has; the losses of an instrument are what it needs and the table lacks.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from wxsat.finding import Finding
from wxsat.instrument.fielded import FieldedForm, Prompt
from wxsat.instrument.instrument import AttentionCheck, Item, Question
from wxsat.instrument.order import asking_order

ROUTING, REVERSE, RULES, DRAWS, CODES, BOUNDS, LANGUAGES, IDS, REQUIRED = (
    "routing", "reverse", "rules", "draws", "codes", "bounds", "languages", "ids", "required",
)  # fmt: skip

CARRIES = MappingProxyType(
    {
        "wjx-text": frozenset({REQUIRED}),
        "wjx-jsonl": frozenset({REQUIRED}),
        "xlsform": frozenset({ROUTING, DRAWS, CODES, BOUNDS, LANGUAGES, IDS, REQUIRED}),
        "qualtrics-txt": frozenset({CODES, IDS}),
        "limesurvey-tsv": frozenset({ROUTING, DRAWS, CODES, BOUNDS, LANGUAGES, IDS, REQUIRED}),
        "redcap-csv": frozenset({ROUTING, CODES, BOUNDS, IDS, REQUIRED}),
        "surveyjs": frozenset({ROUTING, CODES, BOUNDS, LANGUAGES, IDS, REQUIRED}),
        "html": frozenset({ROUTING, DRAWS, CODES, BOUNDS, LANGUAGES, IDS, REQUIRED}),
    }
)
"""What each fielding format can express; formats for reading only (docx, codebook, ddi) are not in it."""


def find_losses(form: FieldedForm, to: str) -> tuple[Finding, ...]:
    """
    Return what a format leaves out of a form.

    Parameters
    ----------
    form : FieldedForm
    to : str
        Name of a format.

    Returns
    -------
    tuple of Finding
        Codes ``INST-108`` to ``INST-116``; empty for formats that nobody answers in.

    Examples
    --------
    >>> from wxsat.instrument.fielded import fielded_form
    >>> from wxsat.instrument.load import load_instrument
    >>> [f.code for f in find_losses(fielded_form(load_instrument("gov-wechat-public"), "brief"), "surveyjs")]
    ['INST-109', 'INST-110']
    """
    if to not in CARRIES:
        return ()
    carried = CARRIES[to]
    return tuple(finding for need, found in _needs(form, to) if need not in carried for finding in found)


def _needs(form: FieldedForm, to: str) -> Iterator[tuple[str, tuple[Finding, ...]]]:
    """Walk everything the form needs with the finding that stands for its loss."""
    instrument, prompts = form.instrument, form.prompts
    asked = asking_order(instrument, form.form)
    routed = [prompt for prompt in prompts if prompt.condition is not None]
    yield ROUTING, _finding("INST-108", to, [p.id for p in routed], _ROUTING + _conditions(routed))
    yield REVERSE, _finding("INST-109", to, [a.id for a in asked if isinstance(a, Item) and a.reversed], _REVERSE)
    yield RULES, _finding("INST-110", to, [a.id for a in asked if isinstance(a, AttentionCheck)], _RULES)
    yield DRAWS, _finding("INST-111", to, [p.id for p in prompts if p.assigned], _DRAWS)
    yield CODES, _finding("INST-112", to, [p.id for p in prompts if _counted_otherwise(p)], _CODES)
    bounded = [p.id for p in prompts if p.kind in ("integer", "number") and (p.low is not None or p.high is not None)]
    yield BOUNDS, _finding("INST-113", to, bounded, _BOUNDS)
    if len(form.languages) > 1:
        yield LANGUAGES, _finding("INST-114", to, [instrument.id], _LANGUAGES)
    yield IDS, _finding("INST-115", to, [instrument.id], _IDS)
    yield REQUIRED, _finding("INST-116", to, [p.id for p in prompts if p.required], _REQUIRED)
    documents = [a.id for a in asked if isinstance(a, Question) and a.evidence]
    yield "documents", _finding("INST-117", to, documents, _DOCUMENTS)


_ROUTING = "has no routing for {subject}: set it up on the platform, or these are asked of everybody: "
_REVERSE = "has no place for the reverse keys of {subject}: leave the raw answers, reading recodes them once."
_RULES = "does not apply the rules of {subject}: screening applies them after reading."
_DRAWS = "does not draw {subject} at random: set up the randomisation on the platform."
_CODES = "counts the answers of {subject} from 1 and not by their codes: export the answers as text, not as numbers."
_BOUNDS = "does not hold {subject} to their lowest and highest number: set the limits on the platform."
_LANGUAGES = "holds one wording: both languages stand in it one after the other; field one file a language instead."
_IDS = "has no place for the ids of the questions: answers are found again by their wording, which must stay as it is."
_REQUIRED = "does not say which questions must be answered: ask for an answer to {subject} on the platform."
_DOCUMENTS = "collects no documents: ask for the evidence of {subject} beside it."


def _finding(code: str, to: str, subjects: list[str], words: str) -> tuple[Finding, ...]:
    if not subjects:
        return ()
    named = ", ".join(subjects)
    message = f"{to} " + words.replace("{subject}", _shortened(subjects))
    return (Finding(code, "warning", to, message, {"target": to, "items": named, "count": len(subjects)}),)


def _shortened(subjects: list[str], most: int = 12) -> str:
    more = f" and {len(subjects) - most} more" if len(subjects) > most else ""
    return ", ".join(subjects[:most]) + more


def _conditions(routed: list[Prompt]) -> str:
    rules: dict[str, list[str]] = {}
    for prompt in routed:
        if prompt.condition is not None:
            codes = " or ".join(map(str, prompt.condition.is_any_of))
            rules.setdefault(f"{prompt.condition.question} = {codes}", []).append(prompt.id)
    return "; ".join(f"{', '.join(ids)} only if {rule}" for rule, ids in rules.items()) + "."


def _counted_otherwise(prompt: Prompt) -> bool:
    """Whether counting the answers from 1 gives other numbers than their codes."""
    return [a.code for a in prompt.answers] != list(range(1, len(prompt.answers) + 1))
