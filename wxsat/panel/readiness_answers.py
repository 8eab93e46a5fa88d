"""Answers to the readiness list: one YAML file, checked whole before anything is counted."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from wxsat.errors import Fault, StudyError, nearest, require_path
from wxsat.instrument.settings_file import Settings, load_settings
from wxsat.instrument.yaml_tree import Positions
from wxsat.numerics.queueing import ServiceFunction, Staffing
from wxsat.panel.readiness_list import BLOCKS, GATES, ITEMS

HOURS_OF_A_WEEK = 168
Cases = Annotated[float, Field(gt=0, le=1e7)]
HoursOfWork = Annotated[float, Field(gt=0, le=1e4)]
Need = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Posts = Annotated[float, Field(ge=0.01, le=1e5)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PlannedFunction(_Strict):
    """One planned function: its name, expected cases a week, hours of work a case, and how much it is needed."""

    name: str
    cases_per_week: Cases
    handling_hours: HoursOfWork
    need: Need


class Capacity(_Strict):
    """Planned staff and functions."""

    fte: Posts
    hours_per_week: Annotated[float, Field(gt=0, le=HOURS_OF_A_WEEK)] = 40.0
    utilisation: Annotated[float, Field(gt=0, le=1)] = 0.8
    sla_hours: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 40.0
    functions: list[PlannedFunction] = Field(min_length=1)

    @field_validator("functions")
    @classmethod
    def _distinct(cls, functions: list[PlannedFunction]) -> list[PlannedFunction]:
        names = [function.name for function in functions]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"function names must differ; twice: {', '.join(twice)}")
        return functions

    def staffing(self) -> Staffing:
        """Return the staff as the queue sees it."""
        return Staffing(self.fte, self.hours_per_week, self.utilisation, self.sla_hours)

    def service_functions(self) -> tuple[ServiceFunction, ...]:
        """Return the functions as the queue sees them."""
        return tuple(ServiceFunction(f.name, f.cases_per_week, f.handling_hours, f.need) for f in self.functions)


class ReadinessAnswers(_Strict):
    """
    One account's answers.

    Attributes
    ----------
    account : str
    answers : dict
        Item (``R1.1``) to 0, 1 or 2.
    gates : dict
        Gate (``G1``) to true or false.
    outsourcing_contract : bool
        Whether a contract with performance clauses covers operation (blocks R2 and R3).
    capacity : Capacity, optional
        Without it the load is not judged, and the result says so.
    """

    account: str = ""
    answers: dict[str, Literal[0, 1, 2]]
    gates: dict[str, bool]
    outsourcing_contract: bool = False
    capacity: Capacity | None = None

    @field_validator("answers", mode="before")
    @classmethod
    def _points(cls, answers: object) -> object:
        if not isinstance(answers, dict):
            return answers
        named = [_item(str(k)) for k in answers]
        if twice := sorted({name for name in named if named.count(name) > 1}):
            raise ValueError(f"answered twice in two spellings: {', '.join(twice)}")
        # true would pass for 1, which means partly.
        return {k: str(v).lower() if isinstance(v, bool) else v for k, v in zip(named, answers.values(), strict=True)}


def _item(name: str) -> str:
    """Return ``R1.1`` for the spellings people use: R1_1, r1-1, R1.1."""
    match = re.fullmatch(r"\s*[Rr](\d)[._-](\d)\s*", name)
    return f"R{match.group(1)}.{match.group(2)}" if match else name


def load_readiness(path: str | Path) -> ReadinessAnswers:
    """
    Read and check the answers to the readiness list.

    Parameters
    ----------
    path : path
        YAML as ``wxsat readiness --template`` writes it.

    Returns
    -------
    ReadinessAnswers

    Raises
    ------
    StudyError
        READY-001 to READY-012 for a file that cannot be read; READY-020 for items or gates without an answer,
        READY-021 for names that are not on the list. All at once.
    """
    require_path(path, "path")
    source = Path(path)
    settings = load_settings(source, ReadinessAnswers, "READY", StudyError)
    faults = [*find_gaps(settings.value, settings.positions, source), *_unknown(settings)]
    if faults:
        raise StudyError.from_faults(faults)
    return settings.value


def find_gaps(value: ReadinessAnswers, positions: Positions | None = None, source: Path | None = None) -> list[Fault]:
    """Return a READY-020 for items, and for gates, that have no answer."""
    gaps = {
        "answers": [item for item in ITEMS if item not in value.answers],
        "gates": [gate for gate in GATES if gate not in value.gates],
    }
    return [
        Fault(
            "READY-020",
            f"`{block}` has no answer for {', '.join(missing)}.",
            (positions.where((block,)) if positions is not None else "") or str(source or block),
            "Every item needs 0, 1 or 2 and every gate true or false; what nobody knows is 0 or false.",
        )
        for block, missing in gaps.items()
        if missing
    ]


def _unknown(settings: Settings[ReadinessAnswers]) -> list[Fault]:
    value = settings.value
    asked = (("answers", list(value.answers), ITEMS), ("gates", list(value.gates), GATES))
    known = f"Items are {', '.join(BLOCKS)} with a number, gates {GATES[0]} to {GATES[-1]}."
    return [
        Fault(
            "READY-021",
            f"`{block}` has {name!r}, which is not on the list.",
            settings.positions.where((block, name)),
            nearest(name, listed).strip() or known,
        )
        for block, names, listed in asked
        for name in names
        if name not in listed
    ]
