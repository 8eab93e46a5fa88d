"""The file that says where an account's records are and by which clock and knots they are read (``logs.yaml``)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from wxsat.errors import StudyError
from wxsat.instrument.settings_file import load_settings
from wxsat.records.knots import KnotChange
from wxsat.records.log_times import EARLIEST_YEAR, LATEST_YEAR


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LogFiles(_Strict):
    """Files of the records; only accounts is always needed, what is missing makes its indicators unavailable."""

    accounts: str
    posts: str | None = None
    messages: str | None = None
    unfollows: str | None = None
    replies: str | None = None
    cases: str | None = None
    functions: str | None = None
    events: str | None = None
    needs: str | None = None
    documents: str | None = None


class Period(_Strict):
    """Days from, and to, both counted."""

    start: dt.date
    end: dt.date

    @field_validator("end")
    @classmethod
    def _after(cls, end: dt.date, info: ValidationInfo) -> dt.date:
        start = info.data.get("start")
        if start is not None and end < start:
            raise ValueError(f"it ends ({end}) before it starts ({start})")
        return end


class Duty(_Strict):
    """Duty hours of a working day, local time, in hours."""

    start: Annotated[float, Field(ge=0, lt=24)] = 9.0
    end: Annotated[float, Field(gt=0, le=24)] = 17.0

    @field_validator("end")
    @classmethod
    def _after(cls, end: float, info: ValidationInfo) -> float:
        start = info.data.get("start", 0.0)
        if end <= start:
            raise ValueError(f"duty ends ({end:g}) before it starts ({start:g})")
        return end


class Calendar(_Strict):
    """Local changes to the national calendar of working days."""

    extra_workdays: list[dt.date] = []
    extra_holidays: list[dt.date] = []

    @field_validator("extra_holidays")
    @classmethod
    def _not_both(cls, holidays: list[dt.date], info: ValidationInfo) -> list[dt.date]:
        if both := sorted(set(holidays) & set(info.data.get("extra_workdays", []))):
            raise ValueError(f"{both[0]} is named as a working day too")
        return holidays


Adults = Annotated[int, Field(ge=1, le=2_000_000_000)]


class LogSettings(_Strict):
    """
    Where the records are and how they are read.

    Attributes
    ----------
    as_of : date
        Cut-off; the day itself still counts, later records are left out and counted.
    window_days : int
        Days before the cut-off that most indicators look at.
    time_zone : str
        Of times that carry none.
    files : LogFiles
        Relative to this file.
    duty, calendar, inspections, knots
        Duty hours, changes to the calendar, inspection periods (for the campaign ratio), changed knots.
    sla_days : float
        Working days within which a message should be answered.
    resident_adults : int or dict, optional
        Adults who live in the area that all accounts serve, or account to the adults of its area; the column of that
        name in accounts goes before it.
    """

    as_of: Annotated[dt.date, Field(ge=dt.date(EARLIEST_YEAR, 1, 1), le=dt.date(LATEST_YEAR, 12, 31))]
    window_days: Annotated[int, Field(ge=7, le=1100)] = 90
    time_zone: str = "Asia/Shanghai"
    files: LogFiles
    duty: Duty = Duty()
    calendar: Calendar = Calendar()
    inspections: list[Period] = []
    knots: dict[str, KnotChange] = {}
    sla_days: Annotated[float, Field(gt=0, le=250)] = 5.0
    resident_adults: Adults | dict[str, Adults] | None = None

    @field_validator("resident_adults", mode="before")
    @classmethod
    def _by_name(cls, given: object) -> object:
        # YAML reads an account called 1001 as a number.
        return {str(name): adults for name, adults in given.items()} if isinstance(given, dict) else given

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as problem:
            raise ValueError("not a time zone; write e.g. Asia/Shanghai") from problem
        return name


def load_log_settings(path: str | Path) -> LogSettings:
    """
    Read and check a file of record settings.

    Parameters
    ----------
    path : path

    Returns
    -------
    LogSettings

    Raises
    ------
    StudyError
        LOG-001 to LOG-012, all faults at once, each with its line.
    """
    return load_settings(Path(path), LogSettings, "LOG", StudyError).value
