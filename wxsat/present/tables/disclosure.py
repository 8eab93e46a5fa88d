"""Which counts of the respondents' background no table of a run may show: one plan for all of them.

The tables of one run share their margins: a question's cells sum to its base, a routed question's base is a count of
the question before it, a weighting margin counts the same people again. The plan knows these sums and withholds
what would give a small cell away through any of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wxsat.present.tables.suppression import Relation, determined_positions, withheld_positions

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.instrument.instrument import Instrument, Question
    from wxsat.responses.responses import Responses
    from wxsat.sampling.weighting import Weighting

UNANSWERED, ANSWERED = "missing", "answered"
UNANSWERED_LEVEL = "(missing)"

# A question or a weighting margin, and its answer: its code, ANSWERED or UNANSWERED.
CountKey = tuple[str, str]


@dataclass
class CountSystem:
    """
    Counts that the tables of a run could show, and the sums that tie them together.

    Attributes
    ----------
    keys : list of (str, str)
    counts : list of int
    relations : list of mapping of int to int
        Positions and coefficients; the weighted sum is known to a reader.
    routed : dict of str to Relation
        For each question that only some were asked: the counts of the question before it that its base adds up to.
    """

    keys: list[CountKey] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    routed: dict[str, Relation] = field(default_factory=dict)

    def add(self, name: str, cells: Iterable[tuple[str, int]]) -> list[int]:
        """Add the cells of one question, whose sum is known; return their positions."""
        places = []
        for level, count in cells:
            self.keys.append((name, level))
            self.counts.append(count)
            places.append(len(self.keys) - 1)
        self.relations.append(dict.fromkeys(places, 1))
        return places

    def place(self, key: CountKey) -> int | None:
        """Return where a count stands, or None."""
        return self.keys.index(key) if key in self.keys else None


def withheld_counts(
    responses: Responses, instrument: Instrument | None, weighting: Weighting | None = None
) -> frozenset[CountKey]:
    """
    Return the counts of the background questions and weighting margins that must not be shown.

    Parameters
    ----------
    responses : Responses
    instrument : Instrument or None
    weighting : Weighting, optional

    Returns
    -------
    frozenset of (str, str)
        Question or margin, and the code of the answer, ``answered`` (of a numeric question) or ``missing``.
    """
    system = count_system(responses, instrument, weighting)
    relations, hidden = [*system.relations, *system.routed.values()], set[int]()
    while True:
        withheld = withheld_positions(system.counts, relations, also=hidden)
        exposed = determined_positions(withheld, relations)
        giving = [q for q, gate in system.routed.items() if gate in relations and exposed & set(gate)]
        if not giving:
            return frozenset(system.keys[i] for i in withheld)
        # A base that cannot be told without telling the cell behind it: nothing of that question is shown.
        for question in giving:
            relations.remove(system.routed[question])
            hidden |= {i for i, (name, _) in enumerate(system.keys) if name == question}


def count_system(
    responses: Responses, instrument: Instrument | None, weighting: Weighting | None = None
) -> CountSystem:
    """Return every count of the background that a table could show, with the sums that tie them together."""
    system = CountSystem()
    asked = [q for q in background_questions(instrument) if q.id in responses.frame.columns]
    for question in asked:
        answers = answers_of_asked(responses, question)
        if len(answers):
            system.add(question.id, question_cells(question, answers))
    for question in asked:
        if question.ask_if is None:
            continue
        opened = (system.place((question.ask_if.question, str(code))) for code in question.ask_if.is_any_of)
        gate = {place: 1 for place in opened if place is not None}
        if gate and system.place((question.id, UNANSWERED)) is not None:
            system.routed[question.id] = gate
    if weighting is not None:
        _add_margins(system, weighting, instrument)
    return system


def background_questions(instrument: Instrument | None) -> list[Question]:
    """Return the questions about the respondents themselves that can be counted."""
    if instrument is None:
        return []
    return [
        q
        for q in instrument.background
        if q.role == "background" and ((q.kind == "single" and q.choices) or q.kind in ("integer", "number"))
    ]


def answers_of_asked(responses: Responses, question: Question) -> pd.Series:
    """Return the answers of those who were shown the question."""
    import pandas as pd

    answers = pd.to_numeric(responses.frame[question.id], errors="coerce")
    if question.id in responses.reasons.columns:
        return answers[responses.reasons[question.id] != "not_shown"]
    if question.ask_if is None:
        return answers
    # Without a record of who was asked, the condition says it; without its question, only the answers do.
    gate = question.ask_if.question
    if gate not in responses.frame.columns:
        return answers.dropna()
    opened = pd.to_numeric(responses.frame[gate], errors="coerce").isin(question.ask_if.is_any_of)
    return answers[opened | answers.notna()]


def question_cells(question: Question, answers: pd.Series) -> list[tuple[str, int]]:
    """Return the counts of one question: its choices, or those who answered, and those who did not."""
    if question.choices:
        cells = [(str(choice.code), int((answers == choice.code).sum())) for choice in question.choices]
    else:
        cells = [(ANSWERED, int(answers.notna().sum()))]
    return [*cells, (UNANSWERED, len(answers) - sum(count for _, count in cells))]


def margin_level(variable: str, level: str, instrument: Instrument | None) -> str:
    """Return a level of a weighting margin by the codes of its questions, where its wording is one of theirs."""
    if level == UNANSWERED_LEVEL:
        return UNANSWERED
    questions = {q.id: q for q in instrument.background} if instrument is not None else {}
    parts = []
    for name, part in zip(variable.split("*"), level.split("*"), strict=False):
        choices = questions[name].choices if name in questions else ()
        parts.append(next((str(c.code) for c in choices if part in (str(c.code), c.text.zh, c.text.en)), part))
    return "*".join(parts)


def _add_margins(system: CountSystem, weighting: Weighting, instrument: Instrument | None) -> None:
    """Add the margins of the weights; a margin that counts what another counts is tied to it cell by cell."""
    rows = weighting.margins
    for variable in dict.fromkeys(rows["variable"].astype(str)):
        own = rows[(rows["variable"].astype(str) == variable) & rows["level"].notna()]
        levels = [margin_level(variable, str(level), instrument) for level in own["level"]]
        places = system.add(f"margin:{variable}", zip(levels, (int(n) for n in own["n"]), strict=True))
        for position, single in enumerate(variable.split("*")):
            _tie(system, single, position, dict(zip(levels, places, strict=True)))


def _tie(system: CountSystem, single: str, position: int, cells: dict[str, int]) -> None:
    """Tie each level of one question to the cells of a margin that count the same people."""
    for name in (single, f"margin:{single}"):
        for place, (variable, level) in enumerate(list(system.keys)):
            if variable != name or place in cells.values():
                continue
            same = [at for key, at in cells.items() if key.split("*")[min(position, key.count("*"))] == level]
            if same and sum(system.counts[at] for at in same) == system.counts[place]:
                system.relations.append({place: -1, **dict.fromkeys(same, 1)})
