"""Tables of records: read and checked against their layout and each other, every fault named with its rows."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from wxsat.errors import DataError, Fault, nearest
from wxsat.records.log_columns import Reading, checked_column
from wxsat.records.log_tables import KEYS, TABLES, Column
from wxsat.records.settings import LogSettings
from wxsat.responses.files import read_table
from wxsat.responses.raw_table import RawTable, masked

NO_ROWS = "RESP-004"
NO_DELIMITER = "RESP-005"
UNRECORDED_WHEN_BLANK = {("messages", "receipt_at")}
"""The layout brings the column: without a single receipt in it, receipts were not recorded."""

PARTS = (("accounts", "local_followers", "followers"), ("cases", "waiting_days_elsewhere", "waiting_days"))
AFTER_MESSAGE = ("heard_at", "receipt_at", "unfollowed_on")


@dataclass(frozen=True, eq=False)
class Records:
    """
    The account's own records.

    Attributes
    ----------
    tables : mapping of str to DataFrame
        Table to its rows, columns as in :data:`wxsat.records.log_tables.TABLES`; columns that the file does not have
        are there and empty. Tables without a file are empty.
    available : frozenset of tuple
        ``(table, column)`` pairs that the files really have.
    settings : LogSettings
    left_out : mapping of str to int
        Table to the number of rows after the cut-off.
    """

    tables: Mapping[str, pd.DataFrame]
    available: frozenset[tuple[str, str]]
    settings: LogSettings
    left_out: Mapping[str, int]

    @property
    def accounts(self) -> tuple[str, ...]:
        """Names of the accounts, in the order of their file."""
        return tuple(self.tables["accounts"]["account"])

    def has(self, table: str, *columns: str) -> bool:
        """Whether a table and these of its columns were given."""
        given = len(self.tables[table]) > 0 and all((table, column) in self.available for column in columns)
        blank = [column for column in columns if (table, column) in UNRECORDED_WHEN_BLANK]
        return given and not any(self.tables[table][column].isna().all() for column in blank)


def read_records(settings: LogSettings, folder: str | Path = ".") -> Records:
    """
    Read the tables that a settings file names.

    Parameters
    ----------
    settings : LogSettings
    folder : path
        What the file names are relative to.

    Returns
    -------
    Records

    Raises
    ------
    DataError
        LOG-020 a file or a needed column is missing, LOG-021 a time or number that cannot be read, LOG-022 an account,
        message or need that its table does not have, LOG-023 an id more than once, LOG-024 a reply, closing or receipt
        before what it answers, LOG-025 times with and without zone in one column, LOG-026 an unknown code, LOG-027
        a number out of range, LOG-028 a date that no record can have, LOG-029 a part that is larger than its whole,
        LOG-035 adults of an account that is not there, LOG-036 two figures of adults for one account. All at once.
        LOG-032 nothing before the cut-off.
    """
    frames: dict[str, pd.DataFrame] = {}
    numbers: dict[str, Sequence[int]] = {}
    faults: list[Fault] = []
    for table, name in settings.files.model_dump().items():
        if name is None:
            continue
        path = Path(folder) / name
        if not path.is_file():
            faults.append(Fault("LOG-020", f"there is no file {name!r} for `{table}`.", str(path), "Check `files:`."))
            continue
        try:
            read = _read_one(path)
            frames[table], numbers[table] = read.frame, [number + 1 for number in read.row_numbers]
        except DataError as problem:
            # A table that nobody has filled yet is a table that is not there; without accounts there is nothing.
            if problem.code != NO_ROWS or table == "accounts":
                raise
    if faults:
        raise DataError.from_faults(faults)
    return records_of(frames, settings, numbers)


def _read_one(path: Path) -> RawTable:
    try:
        return read_table(path)
    except DataError as problem:
        if problem.code != NO_DELIMITER:
            raise
        # A table of accounts may have no column but their names.
        return read_table(path, delimiter=",")


def records_of(
    frames: Mapping[str, pd.DataFrame], settings: LogSettings, numbers: Mapping[str, Sequence[int]] | None = None
) -> Records:
    """
    Check frames of records and bring them into one shape; faults as :func:`read_records`.

    Parameters
    ----------
    frames : mapping of str to DataFrame
    settings : LogSettings
    numbers : mapping of str to sequence of int, optional
        Row of the file that each row came from, for messages.
    """
    faults: list[Fault] = []
    given = numbers or {}
    names = {t: str(name) for t, name in settings.files.model_dump().items() if t in given}
    salt = secrets.token_bytes(32)
    readings = {t: Reading(t, names.get(t, ""), settings.time_zone, given.get(t, ()), faults, salt) for t in TABLES}
    tables: dict[str, pd.DataFrame] = {}
    available: set[tuple[str, str]] = set()
    for table, columns in TABLES.items():
        tables[table] = _shaped(readings[table], columns, frames.get(table), available)
    if not faults:
        _against_each_other(tables, readings)
        tables["accounts"] = _with_residents(tables["accounts"], settings, faults)
    if faults:
        raise DataError.from_faults(faults)
    cut, left_out = _until(tables, settings)
    _require_some(tables, left_out, settings)
    return Records(cut, frozenset(available), settings, left_out)


def _shaped(
    reading: Reading, columns: tuple[Column, ...], frame: pd.DataFrame | None, available: set[tuple[str, str]]
) -> pd.DataFrame:
    out = {}
    table = reading.table
    given = {} if frame is None else {str(name).strip().casefold(): str(name) for name in frame.columns}
    for column in columns:
        spellings = [given[s] for s in (column.name, column.zh) if s in given]
        if len(spellings) > 1:
            message = f"`{column.name}` stands there twice, as {' and '.join(spellings)}."
            reading.faults.append(Fault("LOG-020", message, reading.where, "Keep one of the two columns."))
        spelling = spellings[0] if spellings else None
        if spelling is None:
            if frame is not None and column.required:
                hint = f"Write `{column.name}` or `{column.zh}`.{nearest(column.name, given)}"
                reading.faults.append(Fault("LOG-020", f"there is no column `{column.name}`.", reading.where, hint))
            out[column.name] = _empty(column, 0 if frame is None else len(frame))
        elif frame is not None:
            out[column.name] = checked_column(frame[spelling], column, reading)
            available.add((table, column.name))
    shaped = pd.DataFrame(out)
    key = KEYS.get(table)
    if key and len(shaped) and all((table, name) in available for name in key):
        double = shaped.duplicated(list(key), keep=False) & shaped[key[-1]].notna()
        hint = "Ids must be unique; remove the copies or number them."
        reading.tell(double, "LOG-023", f"`{key[-1]}` is not unique", hint)
    return shaped


def _empty(column: Column, n: int) -> pd.Series:
    match column.kind:
        case "time":
            return pd.Series(pd.NaT, index=range(n), dtype="datetime64[ns]")
        case "number" | "count" | "share" | "yes_no":
            return pd.Series(np.nan, index=range(n), dtype=float)
        case _:
            return pd.Series(None, index=range(n), dtype=object)


def _against_each_other(tables: Mapping[str, pd.DataFrame], readings: Mapping[str, Reading]) -> None:
    for table in ("posts", "messages", "unfollows", "cases", "functions", "events"):
        _known(tables, readings[table], "account", "accounts")
    _known(tables, readings["replies"], "message_id", "messages")
    if len(tables["needs"]):
        for table in ("posts", "functions"):
            _known(tables, readings[table], "need", "needs")
    _in_order(tables, readings)
    _worth_something(tables["needs"], readings["needs"])
    for table, part, whole in PARTS:
        larger = tables[table][part] > tables[table][whole]
        hint = "A part cannot be larger than its whole: are the columns swapped?"
        readings[table].tell(larger, "LOG-029", f"`{part}` is larger than `{whole}`", hint)


def _with_residents(accounts: pd.DataFrame, settings: LogSettings, faults: list[Fault]) -> pd.DataFrame:
    """Fill in the adults that the settings give; two different figures for one account are none."""
    given = settings.resident_adults
    if given is None:
        return accounts
    names, own = accounts["account"].astype(str), accounts["resident_adults"]
    if isinstance(given, int):
        return accounts.assign(resident_adults=own.fillna(float(given)))
    for name in (name for name in given if name not in set(names)):
        message = f"`resident_adults` names {masked(name)!r}, which is not in `accounts`."
        faults.append(Fault("LOG-035", message, f"resident_adults.{masked(name)}", nearest(name, names).strip()))
    wanted = names.map(given).astype(float)
    for name, here, there in zip(names, own, wanted, strict=True):
        if np.isfinite(here) and np.isfinite(there) and here != there:
            message = (
                f"`resident_adults` of {masked(name)!r} is {here:,.0f} in `accounts` and {there:,.0f} in the settings."
            )
            faults.append(Fault("LOG-036", message, f"resident_adults.{masked(name)}", "Keep one of the two."))
    return accounts.assign(resident_adults=own.fillna(wanted))


def _worth_something(needs: pd.DataFrame, reading: Reading) -> None:
    if len(needs) and needs["share"].sum() == 0:
        hint = "Give every need its share, or its count; leave the file out where nobody asked."
        reading.tell(needs["share"] == 0, "LOG-027", "every `share` is 0", hint)


def _known(tables: Mapping[str, pd.DataFrame], reading: Reading, name: str, home: str) -> None:
    column, known = tables[reading.table][name], set(tables[home][name])
    unknown = column.notna() & ~column.isin(known)
    if unknown.any():
        first = str(column[unknown].iloc[0])
        # The ids of messages are no words: a near one is no better guess than any other.
        close = "" if home == "messages" else nearest(first, map(str, known))
        message = f"`{name}` {masked(first)!r} is not in `{home}`"
        reading.tell(unknown, "LOG-022", message, f"Every `{name}` must be in `{home}`.{close}")


def _in_order(tables: Mapping[str, pd.DataFrame], readings: Mapping[str, Reading]) -> None:
    messages, cases, events = tables["messages"], tables["cases"], tables["events"]
    replies = tables["replies"]
    asked = replies["message_id"].map(dict(zip(messages["message_id"], messages["time"], strict=True)))
    sent = messages["time"]
    pairs = [("replies", "time", replies["time"], asked.astype("datetime64[ns]"), "the message it answers")]
    pairs += [("messages", name, messages[name], sent, "the message") for name in AFTER_MESSAGE]
    pairs += [("cases", name, cases[name], cases["opened"], "the case was opened") for name in ("closed", "due")]
    pairs.append(("events", "first_statement", events["first_statement"], events["time"], "the event"))
    for table, name, later, earlier, what in pairs:
        wrong = later.notna() & earlier.notna() & (later < earlier)
        if name == "unfollowed_on":
            wrong &= later.dt.normalize() < earlier.dt.normalize()
        hint = "Time runs forward: check time zones and swapped columns."
        readings[table].tell(wrong, "LOG-024", f"`{name}` is before {what}", hint)


def _require_some(tables: Mapping[str, pd.DataFrame], left_out: Mapping[str, int], settings: LogSettings) -> None:
    """Refuse a cut-off before the first record: it would make every account a dead one."""
    dated = {t: len(frame) for t, frame in tables.items() if t in ("posts", "messages", "replies", "cases")}
    if sum(dated.values()) and all(left_out.get(table, 0) == rows for table, rows in dated.items()):
        raise DataError(
            "LOG-032",
            f"all {sum(dated.values())} posts, messages, replies and cases are after the cut-off, {settings.as_of}.",
            where="as_of",
            hint="Is `as_of` the last day of the records?",
        )


def _until(tables: Mapping[str, pd.DataFrame], settings: LogSettings) -> tuple[dict[str, pd.DataFrame], dict[str, int]]:
    end = pd.Timestamp(settings.as_of) + pd.Timedelta(days=1)
    cut, left_out = {}, {}
    for table, frame in tables.items():
        begins = next((name for name in ("time", "opened") if name in frame.columns), None)
        keep = frame[begins] < end if begins and table != "documents" else pd.Series(True, index=frame.index)
        kept = frame[keep].copy()
        for name in kept.columns:
            if kept[name].dtype.kind == "M" and name not in (begins, "due"):
                kept[name] = kept[name].where(kept[name] < end)
        cut[table] = kept.reset_index(drop=True)
        if dropped := int((~keep).sum()):
            left_out[table] = dropped
    return cut, left_out
