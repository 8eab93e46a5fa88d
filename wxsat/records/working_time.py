"""The working-day clock: time that passes only in duty hours of working days, adjusted holidays (调休) included."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

NANOSECONDS_AN_HOUR = 3_600_000_000_000


@dataclass(frozen=True, eq=False)
class WorkingTime:
    """
    A clock over a stretch of days.

    Attributes
    ----------
    first_day : numpy.datetime64
    is_working : ndarray of bool
        One a day from `first_day` on.
    start_hour, end_hour : float
        Duty hours, local time.
    guessed_years : tuple of int
        Years that the calendar does not know: Monday to Friday are taken as working days.
    """

    first_day: np.datetime64
    is_working: NDArray[np.bool_]
    start_hour: float
    end_hour: float
    guessed_years: tuple[int, ...]

    @property
    def hours_a_day(self) -> float:
        """Duty hours of a working day."""
        return self.end_hour - self.start_hour

    def reading(self, when: pd.Series) -> NDArray[np.float64]:
        """Return the clock's reading in working days since its first day; NaN for no time."""
        stamps = when.to_numpy(dtype="datetime64[ns]")
        missing = np.isnat(stamps)
        safe = np.where(missing, self.first_day.astype("datetime64[ns]"), stamps)
        days = safe.astype("datetime64[D]")
        hours = (safe - days.astype("datetime64[ns]")).astype(np.int64) / NANOSECONDS_AN_HOUR
        index = (days - self.first_day).astype(int)
        before = np.concatenate([[0], np.cumsum(self.is_working)])[index]
        part = np.clip((hours - self.start_hour) / self.hours_a_day, 0, 1) * self.is_working[index]
        return np.where(missing, np.nan, before + part)

    def elapsed(self, since: pd.Series, until: pd.Series) -> NDArray[np.float64]:
        """
        Return working days between two times, element by element.

        A message outside duty hours starts at the next working hour: the clock does not move before it.
        """
        return self.reading(until) - self.reading(since)


def working_time(
    first: dt.date,
    last: dt.date,
    *,
    start_hour: float = 9.0,
    end_hour: float = 17.0,
    extra_workdays: Iterable[dt.date] = (),
    extra_holidays: Iterable[dt.date] = (),
) -> WorkingTime:
    """
    Make the clock for a stretch of days from the State Council's calendar of working days and adjusted holidays.

    Parameters
    ----------
    first, last : date
        The clock covers a day more at either end.
    start_hour, end_hour : float
        Duty hours.
    extra_workdays, extra_holidays : iterable of date
        Local changes, which win.

    Returns
    -------
    WorkingTime

    Notes
    -----
    Calendar: the ``chinesecalendar`` package. Years it does not know are taken as Monday to Friday and named.

    Examples
    --------
    >>> import datetime as dt
    >>> clock = working_time(dt.date(2026, 2, 13), dt.date(2026, 2, 28))
    >>> int(clock.is_working[1:-1].sum())  # Spring Festival: 13, 14 and 24-28 February are working days
    7
    """
    days = [first + dt.timedelta(n) for n in range(-1, (last - first).days + 2)]
    guessed: set[int] = set()
    working = np.array([_is_workday(day, guessed) for day in days])
    for changed, value in ((extra_workdays, True), (extra_holidays, False)):
        for day in changed:
            if days[0] <= day <= days[-1]:
                working[(day - days[0]).days] = value
    return WorkingTime(np.datetime64(days[0], "D"), working, start_hour, end_hour, tuple(sorted(guessed)))


def _is_workday(day: dt.date, guessed: set[int]) -> bool:
    import chinese_calendar

    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        guessed.add(day.year)
        return day.weekday() < 5
