"""Every sensible combination of cleaning rules, and whom each keeps.

A specification is a set of rules that count as evidence, the families of evidence that must agree, and whether
duplicates and respondents with too many missing answers leave. Answers that respondents withheld leave in all of them:
that is a wish, not a judgement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, combinations

import numpy as np
from numpy.typing import NDArray

from wxsat.responses.clean import withheld_answers
from wxsat.responses.plan import CleaningPlan
from wxsat.responses.responses import Responses
from wxsat.responses.rules import Family, RuleOutcome
from wxsat.responses.screen import screen_all

Flags = NDArray[np.bool_]
# More rules than this are taken together by family: 2^8 sets are as many as a reader can look at.
MOST_UNITS = 8
ATTENTION = "attention"


@dataclass(frozen=True)
class Specification:
    """
    One way to clean.

    Attributes
    ----------
    rules : tuple of str
        Rules (or families) that count as evidence; ``attention`` stands for all attention checks.
    min_families : int
        Families of evidence that must agree; 0 where no rule counts.
    duplicates, missing : bool
        Whether these steps are taken.
    keep : ndarray of bool, shape (n_respondents,)
    chosen : bool
        Whether this is the plan itself.
    """

    rules: tuple[str, ...]
    min_families: int
    duplicates: bool
    missing: bool
    keep: Flags
    chosen: bool = False


@dataclass(frozen=True)
class _Unit:
    """Rules that are switched together, with their flags by family."""

    name: str
    outcomes: tuple[RuleOutcome, ...]

    @property
    def families(self) -> set[Family]:
        return {outcome.family for outcome in self.outcomes}


def specifications(responses: Responses, plan: CleaningPlan | None = None) -> tuple[Specification, ...]:
    """
    Combine the rules of a plan in every sensible way.

    Parameters
    ----------
    responses : Responses
        As read.
    plan : CleaningPlan, optional
        Its thresholds are used; rules that only mark are left out. Rules that flag nobody make no difference and are
        left out too.

    Returns
    -------
    tuple of Specification
        The plan itself first, then no rule at all, then growing sets of rules. Combinations that ask for more families
        than their rules have are left out, as are steps that drop nobody.

    Examples
    --------
    >>> len(specifications(responses))  # doctest: +SKIP
    124
    """
    used = plan or CleaningPlan()
    screening = screen_all(responses, used)
    evidence = [o for o in screening.outcomes if o.is_evidence and o.flagged.any()]
    units = _units(evidence)
    table = screening.table
    # Both steps are known whether or not the plan takes them.
    duplicate = np.isfinite(screen_all(responses, used.model_copy(update={"duplicates": True})).table["duplicate_of"]
                            if not used.duplicates else table["duplicate_of"])  # fmt: skip
    sparse = table["missing_share"].to_numpy(dtype=float) > used.max_missing_share
    withheld = withheld_answers(responses) if used.diligence else np.zeros(responses.n, dtype=bool)
    found: dict[tuple[object, ...], Specification] = {}
    steps = [(d, m) for d in _both(np.asarray(duplicate), used.duplicates) for m in _both(sparse, used.missing)]
    own = (tuple(u.name for u in units), used.min_families if units else 0, used.duplicates, used.missing)
    combinations_of_rules = [(tuple(units), own[1])] if units else []
    combinations_of_rules += list(_combinations(units))
    for rules, needed in combinations_of_rules:
        careless = _careless(rules, needed, responses.n)
        for drop_duplicates, drop_sparse in steps:
            leaves = withheld | careless | (duplicate & drop_duplicates) | (sparse & drop_sparse)
            names = tuple(u.name for u in rules)
            key = (names, needed, drop_duplicates, drop_sparse)
            found.setdefault(key, Specification(*key, keep=np.asarray(~leaves), chosen=key == own))
    return tuple(sorted(found.values(), key=lambda s: (not s.chosen, len(s.rules), -s.min_families)))


def _units(evidence: Sequence[RuleOutcome]) -> list[_Unit]:
    grouped: dict[str, list[RuleOutcome]] = {}
    for outcome in evidence:
        grouped.setdefault(ATTENTION if outcome.family == "attention" else outcome.rule, []).append(outcome)
    if len(grouped) > MOST_UNITS:
        grouped = {}
        for outcome in evidence:
            grouped.setdefault(outcome.family, []).append(outcome)
    return [_Unit(name, tuple(outcomes)) for name, outcomes in grouped.items()]


def _both(leaves: Flags, chosen: bool) -> tuple[bool, ...]:
    return (chosen, not chosen) if leaves.any() else (chosen,)


def _combinations(units: Sequence[_Unit]) -> list[tuple[tuple[_Unit, ...], int]]:
    sets = chain.from_iterable(combinations(units, size) for size in range(len(units) + 1))
    found: list[tuple[tuple[_Unit, ...], int]] = []
    for rules in sets:
        n_families = len(set().union(*(u.families for u in rules))) if rules else 0
        found += [(rules, needed) for needed in ((0,) if not rules else (1, 2)) if needed <= n_families]
    return found


def _careless(rules: Sequence[_Unit], needed: int, n: int) -> Flags:
    """Whom these rules call careless; an instructed-response item alone never drops anyone."""
    by_family: dict[str, Flags] = {}
    beyond_instructed = np.zeros(n, dtype=bool)
    for outcome in (o for unit in rules for o in unit.outcomes):
        by_family[outcome.family] = by_family.get(outcome.family, np.zeros(n, dtype=bool)) | outcome.flagged
        if outcome.rule != "instructed":
            beyond_instructed |= outcome.flagged
    if not by_family:
        return beyond_instructed
    counts = np.sum([flags.astype(int) for flags in by_family.values()], axis=0)
    return np.asarray((counts >= needed) & beyond_instructed)
