"""The cleaning plan: every rule with its threshold and a switch; conventions, stated with their source."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from wxsat.errors import Fault, StudyError, nearest

Action = Literal["mark", "check", "exclude"]
RuleName = Literal[
    "speed", "page_speed", "longstring", "longstring_page", "irv", "cycle", "autocorrelation", "identical",
    "same_address", "instructed", "bogus", "paraphrase", "antonyms", "psychsyn", "psychant", "semantic_synonyms",
    "semantic_antonyms", "evenodd", "person_fit", "mahalanobis",
]  # fmt: skip
# What counts as evidence unless a plan says otherwise; every other rule marks.
EXCLUDING: frozenset[str] = frozenset(
    ["speed", "longstring", "irv", "identical", "instructed", "bogus", "paraphrase", "antonyms"]
)


class CleaningPlan(BaseModel):
    """
    What counts as a careless answer, and who leaves.

    Every threshold is a convention that a study may change; the reasons are in the field descriptions. The
    rule behind all of them: nobody leaves on one family of evidence (time, pattern, attention, duplicate,
    consistency) alone.

    Raises
    ------
    pydantic.ValidationError
        For a value outside its range or an unknown name; :func:`load_plan` turns it into a
        :class:`StudyError`.

    Examples
    --------
    >>> CleaningPlan(min_seconds=120).min_families
    2
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    diligence: bool = Field(True, description="Drop respondents who say that their answers may not be used.")

    duplicates: bool = Field(
        True, description="Drop later answers of one person or device, keep the first complete one."
    )
    window_days: float | None = Field(
        None,
        gt=0,
        description="Days within which one person counts as answering twice; none = the whole file.",
    )
    identical_answers: bool = Field(True, description="Flag answer vectors that another respondent also gave.")
    identical_min_items: int = Field(
        20, ge=2, description="Items below which identical answers are no evidence (convention)."
    )

    missing: bool = Field(True, description="Drop respondents with too many unanswered items.")
    max_missing_share: float = Field(
        0.5, ge=0, le=1,
        description="Largest share of shown items left empty; don't know counts as an answer. Half is AAPOR's"
        " usual line between a partial interview and a break-off (convention).",
    )  # fmt: skip

    speed: bool = Field(True, description="Flag answers given faster than they can be read.")
    min_seconds: float | None = Field(None, ge=0, description="Least total seconds; none = not judged.")
    min_seconds_per_item: float | None = Field(2.0, ge=0, description="Least mean seconds an item (Huang et al. 2012).")
    relative_speed: float | None = Field(
        1 / 3, ge=0, le=1, description="Least share of the median seconds an item (convention)."
    )

    longstring: bool = Field(True, description="Flag long runs of one answer across reversed items.")
    longstring_share: float = Field(
        0.5, gt=0, le=1,
        description="Share of the longest block (neighbouring constructs of one direction and scale that hold"
        " reversed items) that one answer may run on (convention).",
    )  # fmt: skip
    longstring_min_items: int = Field(6, ge=2, description="Shorter blocks are not judged (convention).")

    irv: bool = Field(True, description="Flag respondents whose answers hardly vary.")
    min_irv: float = Field(
        0.30, ge=0, description="Least within-person standard deviation on a 7-point scale, scaled to others."
    )

    mahalanobis: bool = Field(True, description="Report unusual answer vectors; never a reason to drop.")
    mahalanobis_p: float = Field(0.001, gt=0, lt=1, description="Below this chance probability (convention).")

    synonym_r: float = Field(
        0.60, gt=0, lt=1, description="Least sample correlation of a pair of synonyms; antonyms its negative."
    )
    min_psychsyn: float | None = Field(None, ge=-1, le=1, description="Least consistency over synonyms of the sample.")
    max_psychant: float | None = Field(None, ge=-1, le=1, description="Most consistency over antonyms of the sample.")
    min_semantic_synonyms: float | None = Field(
        None, ge=-1, le=1, description="Least consistency over pairs of one construct with the same key."
    )
    max_semantic_antonyms: float | None = Field(
        None, ge=-1, le=1, description="Most consistency over pairs of one construct with opposite keys."
    )
    max_evenodd: float | None = Field(None, ge=-1, le=1, description="Most even-odd inconsistency (higher is worse).")
    max_person_fit: float | None = Field(None, ge=0, le=1, description="Most normed Guttman errors (Emons 2008).")
    min_cycle: int | None = Field(None, ge=4, description="Items in a stretch that repeats one pattern.")
    max_autocorrelation: float | None = Field(None, ge=0, le=1, description="Most autocorrelation at any lag to 10.")
    min_seconds_per_page: float | None = Field(None, ge=0, description="Least seconds on the fastest page.")
    pages: list[list[str]] = Field(
        default_factory=list, description="Item ids of every page, for runs within a page: [[PU1, PU2], [EOU1]]."
    )
    max_longstring_page: int | None = Field(None, ge=2, description="Longest run of one answer within a page.")
    address_window_minutes: float | None = Field(
        60, gt=0,
        description="Mark answers from an address (IP) that answered within so many minutes before; none = not judged.",
    )  # fmt: skip

    attention: bool = Field(True, description="Judge the instrument's attention checks.")
    attention_checks: dict[str, bool] = Field(
        default_factory=dict, description="Switch single checks off: {AC2: false}."
    )

    actions: dict[RuleName, Action] = Field(
        default_factory=dict,
        description="What a rule does: mark (recorded), check (recorded, and listed to be looked at), exclude (evidence"
        " that counts towards min_families). Rules that need a threshold of yours only mark until you say otherwise.",
    )

    min_families: int = Field(
        2, ge=1, le=5,
        description="Independent flag families before a respondent is dropped. An instructed-response item"
        " alone never drops anyone, even at 1.",
    )  # fmt: skip

    expected_careless: float = Field(
        0.12, gt=0, lt=1, description="Usual share of careless respondents (Meade & Craig 2012: 10-12 %)."
    )
    dk_share: float = Field(
        0.5,
        gt=0,
        le=1,
        description="Don't-know share above which an item or construct is invisible (convention).",
    )

    def action_of(self, rule: str) -> Action:
        """
        Return what a rule does: ``mark``, ``check`` or ``exclude``.

        Examples
        --------
        >>> plan = CleaningPlan(actions={"irv": "check"})
        >>> plan.action_of("irv"), plan.action_of("speed"), plan.action_of("mahalanobis")
        ('check', 'exclude', 'mark')
        """
        declared: dict[str, Action] = {str(name): action for name, action in self.actions.items()}
        return declared.get(rule, "exclude" if rule in EXCLUDING else "mark")


def load_plan(path: str | Path) -> CleaningPlan:
    """
    Read a cleaning plan from YAML.

    Raises
    ------
    StudyError
        RESP-051 no such file or no YAML, RESP-052 unknown names and values out of range, all at once.
    """
    import yaml

    source = Path(path)
    try:
        document = yaml.safe_load(source.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise StudyError("RESP-051", "there is no such plan.", where=str(path)) from None
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        raise StudyError("RESP-051", f"the plan cannot be read: {error}", where=source.name) from None
    return plan_from(document, source.name)


def plan_from(document: Any, where: str = "cleaning plan") -> CleaningPlan:
    """Validate a plan given as plain data; raises StudyError RESP-052 with every fault."""
    if document is None:
        return CleaningPlan()
    if not isinstance(document, dict):
        raise StudyError("RESP-052", "a plan is a mapping of rule to value.", where=where)
    if set(document) == {"cleaning"}:
        return plan_from(document["cleaning"], where)
    try:
        return CleaningPlan(**document)
    except ValidationError as error:
        faults = []
        for fault in error.errors():
            name = ".".join(map(str, fault["loc"]))
            unknown = fault["type"] == "extra_forbidden"
            if fault["loc"][0] == "actions" and fault["type"] == "literal_error":
                faults.append(_action_fault(fault["loc"], fault["input"], where))
                continue
            message = f"'{name}' is no rule of a cleaning plan." if unknown else f"'{name}': {fault['msg']}."
            hint = nearest(name, CleaningPlan.model_fields).strip() if unknown else f"Found {fault['input']!r}."
            faults.append(Fault("RESP-052", message, where, hint))
        raise StudyError.from_faults(faults) from None
    except TypeError:
        raise StudyError("RESP-052", "rule names are words.", where=where) from None


def _action_fault(place: tuple[int | str, ...], found: Any, where: str) -> Fault:
    if place[-1] == "[key]":
        rules = get_args(RuleName)
        return Fault("RESP-052", f"'actions': there is no rule '{found}'.", where, nearest(str(found), rules).strip())
    message = f"'actions': rule '{place[1]}' has the action {found!r}."
    return Fault("RESP-052", message, where, f"Actions: {', '.join(get_args(Action))}.")
