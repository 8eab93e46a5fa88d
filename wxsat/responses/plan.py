"""The cleaning plan: every rule with its threshold and a switch; conventions, stated with their source."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from wxsat.errors import Fault, StudyError, nearest


class CleaningPlan(BaseModel):
    """
    What counts as a careless answer, and who leaves.

    Every threshold is a convention that a study may change; the reasons are in the field descriptions. The
    rule behind all of them: nobody leaves on one family of evidence (time, pattern, attention, duplicate)
    alone.

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

    attention: bool = Field(True, description="Judge the instrument's attention checks.")
    attention_checks: dict[str, bool] = Field(
        default_factory=dict, description="Switch single checks off: {AC2: false}."
    )

    min_families: int = Field(
        2, ge=1, le=4,
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
            message = f"'{name}' is no rule of a cleaning plan." if unknown else f"'{name}': {fault['msg']}."
            hint = nearest(name, CleaningPlan.model_fields).strip() if unknown else f"Found {fault['input']!r}."
            faults.append(Fault("RESP-052", message, where, hint))
        raise StudyError.from_faults(faults) from None
    except TypeError:
        raise StudyError("RESP-052", "rule names are words.", where=where) from None
