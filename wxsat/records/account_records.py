"""The records of one account as arrays ready to be counted, and the clock's readings on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wxsat.records.copying import Containment, containment
from wxsat.records.read import Records
from wxsat.records.working_time import WorkingTime, working_time

WEEK_DAYS = 7
DOCUMENT_POOL = "\x1fdocuments"
NOBODY_LEFT = pd.DataFrame({"sender": pd.Series(dtype=object), "time": pd.Series(dtype="datetime64[ns]")})


@dataclass(frozen=True, eq=False)
class AccountRecords:
    """
    One account within its window.

    Attributes
    ----------
    account : str
    facts : Series
        Its row of ``accounts``.
    posts, messages, cases : DataFrame
        Within the window, with what the clock says added: messages have ``wait`` (working days until the first human
        reply or the end of observation), ``replied``, ``only_automatic``, ``score`` of the first human reply.
    all_posts, year_messages : DataFrame
        The whole record; the last year's messages.
    functions, events : DataFrame
    leader_replies : int
        Replies by a leader within the window.
    replies_dated : Series
        Times of all human replies.
    observed_until : Timestamp
        End of the day of the cut-off.
    replies_known, hearing_known : bool
        Whether replies, and when messages were opened or assigned, were recorded at all: what nobody recorded is not
        what nobody did.
    automatic : Series
        Of each automatic answer within the window, whether it answers what was asked; NaN where nobody judged it.
    unfollows : DataFrame
        When which followers left: ``sender``, ``time``.
    unfollowing_told : bool
        Whether messages say themselves when their sender left; else only those with a sender are judged.
    """

    account: str
    facts: pd.Series
    posts: pd.DataFrame
    messages: pd.DataFrame
    cases: pd.DataFrame
    all_posts: pd.DataFrame
    year_messages: pd.DataFrame
    functions: pd.DataFrame
    events: pd.DataFrame
    leader_replies: int
    replies_dated: pd.Series
    observed_until: pd.Timestamp
    replies_known: bool = True
    hearing_known: bool = True
    automatic: pd.Series = field(default_factory=lambda: pd.Series(dtype=float))
    unfollows: pd.DataFrame = field(default_factory=lambda: NOBODY_LEFT)
    unfollowing_told: bool = True

    def blocks(self) -> dict[str, NDArray[np.int64]]:
        """Return what is resampled together: messages, cases and functions one by one, posts by the week."""
        weeks = self.posts["time"].to_numpy("datetime64[D]").astype(np.int64) // WEEK_DAYS
        single = {
            name: np.arange(len(getattr(self, name))) for name in ("messages", "year_messages", "cases", "functions")
        }
        return {"posts": weeks, **single}


@dataclass(frozen=True, eq=False)
class PreparedRecords:
    """All accounts with their arrays, the clock, and the containment of every post."""

    accounts: tuple[AccountRecords, ...]
    clock: WorkingTime
    copying: Containment | None
    needs: Mapping[str, float]


def prepare_records(records: Records) -> PreparedRecords:
    """
    Bring checked records to one set of arrays an account.

    Parameters
    ----------
    records : Records

    Returns
    -------
    PreparedRecords

    Notes
    -----
    A message's wait ends with the first reply by a person; an automatic reply is no reply. Messages that nobody
    answered are observed until the cut-off: they are censored, not counted as unanswered.
    """
    settings, tables = records.settings, records.tables
    clock = _clock(records)
    messages = _with_replies(tables["messages"], tables["replies"], clock, _end(records))
    posts, copying = _with_copying(records)
    begin = pd.Timestamp(settings.as_of) + pd.Timedelta(days=1 - settings.window_days)
    year = pd.Timestamp(settings.as_of) + pd.Timedelta(days=1 - 365)
    human = tables["replies"][tables["replies"]["by"] != "auto"]
    home = tables["messages"].set_index("message_id")["account"] if len(tables["messages"]) else pd.Series(dtype=object)
    human = human.assign(account=human["message_id"].map(home))
    automatic = tables["replies"][(tables["replies"]["by"] == "auto") & (tables["replies"]["time"] >= begin)]
    automatic = automatic.assign(account=automatic["message_id"].map(home))
    replies_known = records.has("replies", "time")
    hearing_known = records.has("messages", "heard_at") and bool(tables["messages"]["heard_at"].notna().any())
    left = tables["unfollows"]
    told = not len(left) or bool(tables["messages"]["unfollowed_on"].notna().any())
    prepared = []
    for _, facts in tables["accounts"].iterrows():
        name = facts["account"]
        own = {table: frame[frame["account"] == name] for table, frame in (("posts", posts), ("messages", messages))}
        cases = tables["cases"][tables["cases"]["account"] == name]
        replies = human[human["account"] == name]
        recent = replies[replies["time"] >= begin]
        prepared.append(
            AccountRecords(
                str(name),
                facts,
                own["posts"][own["posts"]["time"] >= begin].reset_index(drop=True),
                own["messages"][own["messages"]["time"] >= begin].reset_index(drop=True),
                cases[cases["opened"] >= begin].reset_index(drop=True),
                own["posts"].reset_index(drop=True),
                own["messages"][own["messages"]["time"] >= year].reset_index(drop=True),
                tables["functions"][tables["functions"]["account"] == name].reset_index(drop=True),
                tables["events"][tables["events"]["account"] == name].reset_index(drop=True),
                int((recent["by"] == "leader").sum()),
                replies["time"].reset_index(drop=True),
                _end(records),
                replies_known,
                hearing_known,
                automatic.loc[automatic["account"] == name, "on_point"].reset_index(drop=True),
                left[left["account"] == name].reset_index(drop=True),
                told,
            )
        )
    return PreparedRecords(tuple(prepared), clock, copying, _need_shares(tables["needs"]))


def _end(records: Records) -> pd.Timestamp:
    return pd.Timestamp(records.settings.as_of) + pd.Timedelta(days=1) - pd.Timedelta(seconds=1)


def _clock(records: Records) -> WorkingTime:
    settings = records.settings
    times = [
        frame[name] for frame in records.tables.values() for name in frame.columns if frame[name].dtype.kind == "M"
    ]
    first = min((column.min() for column in times if column.notna().any()), default=pd.Timestamp(settings.as_of))
    last = max((column.max() for column in times if column.notna().any()), default=pd.Timestamp(settings.as_of))
    return working_time(
        min(first.date(), settings.as_of),
        max(last.date(), settings.as_of),
        start_hour=settings.duty.start,
        end_hour=settings.duty.end,
        extra_workdays=settings.calendar.extra_workdays,
        extra_holidays=settings.calendar.extra_holidays,
    )


def _with_replies(messages: pd.DataFrame, replies: pd.DataFrame, clock: WorkingTime, end: pd.Timestamp) -> pd.DataFrame:
    if not len(messages):
        return messages.assign(
            wait=0.0, replied=False, replied_at=messages["time"], only_automatic=False, score=0.0, any_reply=False
        )
    human = replies[replies["by"] != "auto"].sort_values("time", kind="stable").drop_duplicates("message_id")
    first = human.set_index("message_id")
    at = messages["message_id"].map(first["time"]) if len(first) else pd.Series(pd.NaT, index=messages.index)
    at = at.astype("datetime64[ns]")
    replied = at.notna()
    until = at.where(replied, end)
    automatic = set(replies.loc[replies["by"] == "auto", "message_id"])
    return messages.assign(
        wait=clock.elapsed(messages["time"], until),
        replied=replied.to_numpy(),
        replied_at=at.to_numpy(),
        only_automatic=(messages["message_id"].isin(automatic) & ~replied).to_numpy(),
        score=messages["message_id"].map(first["score"]).to_numpy(float) if len(first) else np.nan,
        any_reply=(messages["message_id"].isin(automatic) | replied).to_numpy(),
    )


def _with_copying(records: Records) -> tuple[pd.DataFrame, Containment | None]:
    posts, documents = records.tables["posts"], records.tables["documents"]
    if not records.has("posts", "text"):
        return posts.assign(containment=np.nan, own_characters=0), None
    texts = [*posts["text"].fillna(""), *documents["text"].fillna("")]
    times = np.concatenate([posts["time"].to_numpy("datetime64[ns]"), documents["time"].to_numpy("datetime64[ns]")])
    owners = [*posts["account"].astype(str), *([DOCUMENT_POOL] * len(documents))]
    found = containment(texts, times, owners)
    n = len(posts)
    of_posts = Containment(found.share[:n], found.source[:n], found.characters[:n])
    return posts.assign(containment=of_posts.share, own_characters=of_posts.characters), of_posts


def _need_shares(needs: pd.DataFrame) -> dict[str, float]:
    total = float(needs["share"].sum()) if len(needs) else 0.0
    return (
        {str(need): float(value) / total for need, value in zip(needs["need"], needs["share"], strict=True)}
        if total
        else {}
    )
