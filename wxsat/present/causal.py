"""Words that claim a cause, which a cross-section cannot show; one list for the package's wording and a study's own."""

from __future__ import annotations

import re
from collections.abc import Mapping

from wxsat.present.numbers import Language

CLAIMS: Mapping[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(?:caus(?:e|es|ed|ing)|leads? to|led to|results? in|brings? about|due to|because of|drives?|driven by"
        r"|(?:in|de)creases? (?:satisfaction|trust|the)|improves? (?:satisfaction|trust)|the effect of \w+ is)\b",
        re.IGNORECASE,
    ),
    "zh": re.compile("导致|造成了|引起|致使|促使|使得|带来了|归因于|根源在于|显著提高了|显著降低了|有效提升"),
}
# Where such a word denies or describes, and claims nothing: by the name of the reason.
NO_CLAIMS: Mapping[Language, Mapping[str, re.Pattern[str]]] = {
    "en": {
        "a cause is denied": re.compile(r"\b(?:no|not|never|cannot|nothing)\b[^.]*\bcaus\w*", re.IGNORECASE),
        "a claim is told": re.compile(r"claims? a cause"),
        "why figures do not add up": re.compile(r"because of rounding"),
        "the name of a rival model or of a confounder": re.compile(r"parallel causes|common causes?"),
        "the name of a role": re.compile(r"drivers?\b"),
    },
    "zh": {"a cause is denied": re.compile("不(?:能|应|得|是)[^。；]*(?:导致|引起|造成)|不能证明因果")},
}


def causal_words(text: str, language: Language) -> list[str]:
    """
    Return the words of a text that claim a cause.

    Examples
    --------
    >>> causal_words("Ease of use leads to satisfaction; this proves no cause.", "en")
    ['leads to']
    """
    for reason in NO_CLAIMS[language].values():
        text = reason.sub("", text)
    return CLAIMS[language].findall(text)
