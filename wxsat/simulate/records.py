"""Records of accounts with known faults: posts, messages, replies, cases, functions, followers of a made-up city.

Each account has a condition of four figures between 0 (good) and 1 (bad), one a dilemma; everything else follows from
them by chance, so that an audit of these records can be held against what was put in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

NEEDS = {
    "办证预约": 0.16, "社保查询": 0.14, "医保报销": 0.13, "公积金": 0.10, "交通违法": 0.10, "就学入学": 0.09,
    "停水停电": 0.08, "投诉咨询": 0.08, "天气预警": 0.07, "就业招聘": 0.05,
}  # fmt: skip
HISTORY_DAYS = 400
WINDOW_DAYS = 90
_HANZI = np.array([chr(code) for code in range(0x4E00, 0x4E00 + 2500)])


@dataclass(frozen=True)
class AccountCondition:
    """
    How an account is.

    Attributes
    ----------
    account : str
    leadership, positioning, value, institution : float
        0 good, 1 bad: the four dilemmas.
    channel : bool
        Whether messages can be sent at all.
    silent_days : int
        Days of silence before the cut-off.
    counts_automatic : bool
        Whether automatic answers dress up the reply rate (a gamed log).
    """

    account: str
    leadership: float
    positioning: float
    value: float
    institution: float
    channel: bool = True
    silent_days: int = 0
    counts_automatic: bool = False


def simulate_records(
    conditions: Sequence[AccountCondition],
    *,
    as_of: dt.date = dt.date(2026, 3, 31),
    messages: int = 90,
    posts_a_week: float = 4.0,
    seed: int = 1,
) -> dict[str, pd.DataFrame]:
    """
    Simulate the records of accounts.

    Parameters
    ----------
    conditions : sequence of AccountCondition
    as_of : date
        Cut-off.
    messages : int
        Mean number of messages an account within the window.
    posts_a_week : float
    seed : int

    Returns
    -------
    dict of str to DataFrame
        Tables by name, as :func:`wxsat.records.read.records_of` takes them.

    Examples
    --------
    >>> frames = simulate_records([AccountCondition("city-01", 0.2, 0.5, 0.5, 0.8)], messages=30)
    >>> sorted(frames)[:3]
    ['accounts', 'cases', 'documents']
    """
    end = pd.Timestamp(as_of) + pd.Timedelta(hours=18)
    streams = np.random.SeedSequence(seed).spawn(len(conditions) + 1)
    pool = _documents(np.random.default_rng(streams[-1]), end)
    tables: dict[str, list[pd.DataFrame]] = {}
    for condition, stream in zip(conditions, streams, strict=False):
        rng = np.random.default_rng(stream)
        posts = _posts(condition, rng, end, posts_a_week, pool)
        asked, replies = _messages(condition, rng, end, messages)
        parts = {
            "accounts": _account(condition, rng, end),
            "posts": posts,
            "messages": asked,
            "replies": replies,
            "cases": _cases(condition, rng, end, max(messages // 2, 4)),
            "functions": _functions(condition, rng),
            "events": _events(condition, rng, end),
        }
        for name, frame in parts.items():
            tables.setdefault(name, []).append(frame)
    out = {name: pd.concat(frames, ignore_index=True) for name, frames in tables.items()}
    out["needs"] = pd.DataFrame({"need": list(NEEDS), "share": list(NEEDS.values())})
    out["documents"] = pool
    return out


def write_records(frames: dict[str, pd.DataFrame], folder: Path, as_of: dt.date) -> Path:
    """Write simulated records and the settings file that names them; returns the path of ``logs.yaml``."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"as_of: {as_of.isoformat()}", f"window_days: {WINDOW_DAYS}", "files:"]
    for name, frame in frames.items():
        frame.to_csv(folder / f"{name}.csv", index=False, encoding="utf-8", date_format="%Y-%m-%d %H:%M")
        lines.append(f"  {name}: {name}.csv")
    path = folder / "logs.yaml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _text(rng: np.random.Generator, length: int) -> str:
    return "".join(rng.choice(_HANZI, size=length))


def _documents(rng: np.random.Generator, end: pd.Timestamp) -> pd.DataFrame:
    n = 60
    times = end - pd.to_timedelta(HISTORY_DAYS + 5, "D") + pd.to_timedelta(np.arange(n), "h")
    texts = [_text(rng, int(rng.integers(350, 600))) for _ in range(n)]
    return pd.DataFrame({"document_id": [f"doc-{i:03d}" for i in range(n)], "time": times, "text": texts})


def _account(c: AccountCondition, rng: np.random.Generator, end: pd.Timestamp) -> pd.DataFrame:
    followers = int(rng.integers(8_000, 60_000))
    return pd.DataFrame(
        {
            "account": [c.account],
            "opened_on": [(end - pd.Timedelta(days=HISTORY_DAYS)).normalize()],
            "followers": [followers],
            "local_followers": [int(followers * np.clip(0.9 - 0.55 * c.positioning + 0.03 * rng.normal(), 0.05, 0.99))],
            "fte": [round(float(np.clip(3.2 - 2.6 * c.institution + 0.2 * rng.normal(), 0.3, 6)), 1)],
            "channel": [int(c.channel)],
        }
    )


def _posts(
    c: AccountCondition, rng: np.random.Generator, end: pd.Timestamp, a_week: float, pool: pd.DataFrame
) -> pd.DataFrame:
    days = np.arange(HISTORY_DAYS - c.silent_days)
    fading = 1 - 0.6 * c.leadership * days / HISTORY_DAYS
    on = days[rng.random(len(days)) < np.clip(a_week / 7 * fading * (1 - 0.35 * c.value), 0, 1)]
    times = (
        (end - pd.Timedelta(days=HISTORY_DAYS)).normalize()
        + pd.to_timedelta(on, "D")
        + pd.to_timedelta(rng.integers(8 * 60, 18 * 60, len(on)), "m")
    )
    service = float(np.clip(0.65 - 0.5 * c.positioning, 0.05, 0.9))
    ceremony = float(np.clip(0.06 + 0.5 * c.leadership, 0, 0.9 - service))
    category = rng.choice(["1", "2", "4", "5", "6"], size=len(on), p=_shares(service, ceremony))
    copied = rng.random(len(on)) < np.clip(0.08 + 0.85 * c.value, 0, 0.95)
    needs = np.array(list(NEEDS))
    spread = np.array(list(NEEDS.values())) ** (1 - c.positioning)
    spread[:3] *= 1 + 4 * c.positioning
    document = rng.random(len(on)) < 0.4
    explained = (rng.random(len(on)) < 0.9 - 0.9 * c.value) & document
    texts = [pool["text"].iloc[int(rng.integers(len(pool)))] if is_copy else _text(rng, 300) for is_copy in copied]
    far = 0.1 + 0.5 * c.positioning
    return pd.DataFrame(
        {
            "account": c.account,
            "post_id": [f"{c.account}-p{i:04d}" for i in range(len(on))],
            "time": times,
            "text": texts,
            "category": category,
            "locality": rng.choice(["local", "elsewhere"], size=len(on), p=[1 - far, far]),
            "policy_document": document.astype(int),
            "explained": explained.astype(int),
            "need": rng.choice(needs, size=len(on), p=spread / spread.sum()),
        }
    )  # fmt: skip


def _shares(service: float, ceremony: float) -> list[float]:
    rest = 1 - service - ceremony
    return [service * 0.5, service * 0.3, service * 0.2, ceremony, rest]


def _messages(
    c: AccountCondition, rng: np.random.Generator, end: pd.Timestamp, mean: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    n = int(rng.poisson(mean * HISTORY_DAYS / WINDOW_DAYS)) if c.channel else 0
    sent = end - pd.to_timedelta(np.sort(rng.uniform(0, HISTORY_DAYS, n))[::-1], "D")
    ids = [f"{c.account}-m{i:05d}" for i in range(n)]
    # Reply times in days: an exponential race that bad accounts lose.
    silent = rng.random(n) < 0.03 + 0.45 * c.value
    wait = rng.exponential(1.0 + 6.0 * c.value, n)
    answered_at = sent + pd.to_timedelta(np.where(silent, 1e4, wait), "D")
    answered = np.asarray(answered_at < end)
    substantive = rng.random(n) < 0.93 - 0.4 * c.value
    score = np.where(answered, np.where(substantive, rng.integers(3, 6, n), rng.integers(1, 3, n)), np.nan)
    correct = np.where(answered & substantive, (rng.random(n) < 0.92 - 0.3 * c.value).astype(float), np.nan)
    resolved = np.where(correct == 1, (rng.random(n) < 0.9 - 0.45 * c.institution).astype(float), np.nan)
    heard = answered | (rng.random(n) < 0.75 - 0.5 * c.value)
    heard_at = np.where(
        heard, np.minimum(answered_at, sent + pd.to_timedelta(rng.exponential(0.8, n), "D")), np.datetime64("NaT")
    )
    messages = pd.DataFrame(
        {
            "account": c.account,
            "message_id": ids,
            "time": sent,
            "kind": rng.choice(["consultation", "complaint", "suggestion"], size=n, p=[0.6, 0.3, 0.1]),
            "heard_at": pd.to_datetime(heard_at).where(pd.to_datetime(heard_at) < end),
            "receipt_at": sent + pd.to_timedelta(rng.exponential(2 + 600 * c.institution, n), "m"),
            "correct": correct,
            "resolved": resolved,
            "unfollowed_on": _unfollowed(c, rng, sent, end),
        }
    )
    human = pd.DataFrame({"message_id": ids, "time": answered_at, "by": "staff", "score": score})[answered]
    human.loc[rng.random(len(human)) < 0.06 * (1 - c.leadership), "by"] = "leader"
    automatic = pd.DataFrame({"message_id": ids, "time": sent + pd.Timedelta(seconds=5), "by": "auto", "score": np.nan})
    keep = rng.random(n) < (1.0 if c.counts_automatic else 0.4)
    return messages, pd.concat([human, automatic[keep]], ignore_index=True)


def _unfollowed(c: AccountCondition, rng: np.random.Generator, sent: pd.DatetimeIndex, end: pd.Timestamp) -> pd.Series:
    gone = rng.random(len(sent)) < 0.03 + 0.25 * c.value
    when = pd.Series(sent + pd.to_timedelta(rng.uniform(1, 85, len(sent)), "D"))
    return when.where(pd.Series(gone) & (when < end))


def _cases(c: AccountCondition, rng: np.random.Generator, end: pd.Timestamp, n: int) -> pd.DataFrame:
    opened = end - pd.to_timedelta(np.sort(rng.uniform(0, WINDOW_DAYS, n))[::-1], "D")
    due = opened + pd.Timedelta(days=15)
    takes = rng.gamma(3.0, 3.0 + 4.0 * c.institution, n)
    ended = pd.Series(opened + pd.to_timedelta(takes, "D"))
    closed = ended.where(ended < end)
    done = np.asarray(closed.notna())
    transfers = 1 + rng.poisson(0.1 + 1.4 * c.institution, n)
    waiting = np.round(np.minimum(takes, (end - opened).total_seconds() / 86400), 2)
    elsewhere = np.round(waiting * np.clip(rng.beta(2 + 6 * c.institution, 6, n), 0, 1), 2)
    rating = np.where(rng.random(n) < 0.9 - 0.4 * c.value, rng.integers(4, 6, n), rng.integers(1, 4, n)).astype(float)
    return pd.DataFrame(
        {
            "account": c.account,
            "case_id": [f"{c.account}-c{i:04d}" for i in range(n)],
            "opened": opened,
            "due": due,
            "closed": closed,
            "transfers": transfers,
            "waiting_days": waiting,
            "waiting_days_elsewhere": elsewhere,
            "tracked": (rng.random(n) < 0.99 - 0.5 * c.institution).astype(int),
            "result_online": np.where(done, (rng.random(n) < 0.95 - 0.6 * c.institution).astype(float), np.nan),
            "satisfaction": np.where(done & (rng.random(n) < 0.6), rating, np.nan),
            "repeated": (rng.random(n) < 0.04 + 0.3 * c.institution).astype(int),
            "leader_signed": (rng.random(n) < 0.12 * (1 - c.leadership)).astype(int),
        }
    )


def _functions(c: AccountCondition, rng: np.random.Generator) -> pd.DataFrame:
    n = round(8 + 14 * c.positioning)
    needs = list(NEEDS)
    offered = [needs[i % len(needs)] if i < len(needs) * (1 - 0.5 * c.positioning) else None for i in range(n)]
    works = rng.random(n) < 0.97 - 0.5 * c.positioning
    return pd.DataFrame(
        {
            "account": c.account,
            "function": [f"功能{i + 1}" for i in range(n)],
            "outcome": np.where(works, "works", rng.choice(["repeats_offline", "broken", "dead_link"], size=n)),
            "uses_month": rng.poisson(120 * (1 - 0.6 * c.value), n),
            "cases_per_week": np.round(rng.uniform(2, 12, n), 1),
            "handling_hours": np.round(rng.uniform(0.2, 0.8, n), 2),
            "need": offered,
        }
    )


def _events(c: AccountCondition, rng: np.random.Generator, end: pd.Timestamp) -> pd.DataFrame:
    when = end - pd.to_timedelta(rng.uniform(20, 80, 2), "D")
    spoke = when + pd.to_timedelta(rng.gamma(2.0, 8 + 30 * c.institution, 2), "h")
    return pd.DataFrame({"account": c.account, "event": ["事件一", "事件二"], "time": when, "first_statement": spoke})
