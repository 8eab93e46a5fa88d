"""Who left within 90 days of a message: messages one by one, or senders once where a fingerprint tells them apart."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

OBSERVED_DAYS = 90
DAY = pd.Timedelta(days=1)
MOMENT = pd.Timedelta(nanoseconds=1)

Floats = NDArray[np.float64]


def unfollow_marks(messages: pd.DataFrame, departures: pd.DataFrame, end: pd.Timestamp, messages_tell: bool) -> Floats:
    """
    Return 1 for a unit whose sender left within 90 days of a message, 0 if not, NaN where it does not count.

    Parameters
    ----------
    messages : DataFrame
        One account's, with ``time``, ``unfollowed_on`` and ``sender`` (None where nobody recorded it).
    departures : DataFrame
        When followers of the account left: ``sender``, ``time``. An account that nobody ever left is one whose
        departures were not recorded.
    end : Timestamp
        Cut-off; messages that are not observed for 90 days do not count.
    messages_tell : bool
        Whether ``unfollowed_on`` was recorded; without it a message is judged only if its sender is known.

    Returns
    -------
    ndarray, shape (messages,)
        A sender who is known counts once, as gone if any message of theirs that counts was followed by it; the other
        rows of theirs are NaN. Messages without a sender count one by one.

    Notes
    -----
    A sender who left, came back and wrote again had not left after that message: of several departures the next one
    after a message decides. A departure of which only the day is known is taken as the end of that day.
    """
    sent, sender = messages["time"], messages["sender"]
    known = sender.notna().to_numpy(bool)
    gone = _within(messages["unfollowed_on"] - sent)
    if known.any():
        gone |= _next_departure(messages, departures)
    judged = (end - sent).dt.days.to_numpy(float) >= OBSERVED_DAYS
    if not messages_tell:
        judged &= known & bool(len(departures))
    return _once_a_sender(np.where(judged, gone.astype(float), np.nan), sender)


def _within(after: pd.Series) -> NDArray[np.bool_]:
    return np.asarray(after.dt.days.to_numpy(float) <= OBSERVED_DAYS, dtype=np.bool_)


def _next_departure(messages: pd.DataFrame, departures: pd.DataFrame) -> NDArray[np.bool_]:
    """Whether the sender's next departure after each message falls within the 90 days."""
    told = messages[["sender", "unfollowed_on"]].rename(columns={"unfollowed_on": "time"})
    left = pd.concat([told, departures[["sender", "time"]]], ignore_index=True).dropna()
    asked = messages.loc[messages["sender"].notna(), ["sender", "time"]].rename(columns={"time": "sent"})
    gone = np.zeros(len(messages), dtype=np.bool_)
    if left.empty:
        return gone
    whole_day = left["time"] == left["time"].dt.normalize()
    left = left.assign(until=left["time"].where(~whole_day, left["time"] + DAY - MOMENT))
    asked = asked.assign(row=messages.index.get_indexer(asked.index))
    pairs = pd.merge_asof(
        _in_time(asked, "sent"),
        _in_time(left, "until"),
        left_on="sent",
        right_on="until",
        by="sender",
        direction="forward",
    )
    gone[pairs["row"].to_numpy(int)] = _within(pairs["time"] - pairs["sent"])
    return gone


def _in_time(frame: pd.DataFrame, by: str) -> pd.DataFrame:
    out = frame.sort_values(by, kind="stable")
    out[by] = out[by].astype("datetime64[ns]")
    out["sender"] = out["sender"].astype(str)
    return out


def _once_a_sender(marks: Floats, sender: pd.Series) -> Floats:
    """Keep one mark of each known sender, the highest, on the first row of theirs that counts."""
    known = sender.notna().to_numpy(bool) & np.isfinite(marks)
    out = marks.copy()
    if known.any():
        judged = pd.DataFrame({"sender": sender[known].to_numpy(), "mark": marks[known]})
        most = judged.groupby("sender")["mark"].transform("max").to_numpy(float)
        out[known] = np.where(judged["sender"].duplicated().to_numpy(bool), np.nan, most)
    return out
