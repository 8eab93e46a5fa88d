"""The indicators L01 to L34: what each needs, what a bootstrap resamples for it, and what kind of interval it has."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from wxsat.records import indicators as of
from wxsat.records.account_records import AccountRecords
from wxsat.records.indicators import Flags, Floats, Frame, Marks, Measure
from wxsat.records.intervals import mean_interval, median_time_interval, reply_rate_interval
from wxsat.records.mismatch import mismatch_interval
from wxsat.records.read import Records
from wxsat.records.resampled import share
from wxsat.records.shares import wilson_interval

NOT_SAMPLED = (math.nan, math.nan)
Known = Callable[[AccountRecords, Frame], Flags]
Bounds = Callable[[AccountRecords, Frame, float, int, Floats], tuple[float, float]]


@dataclass(frozen=True)
class Definition:
    """
    How an indicator is counted.

    Attributes
    ----------
    unit : str
        What a bootstrap resamples: posts, messages, cases, functions; ``account`` for figures without sampling.
    needs : tuple of (table, column)
        Columns without which it cannot be told.
    or_else : tuple of (table, column)
        Columns that tell it where those are not there; none by default.
    measure : callable
        Account, weights of shape (draws, units) and what is shared by all, to one value a draw.
    known : callable or None
        Which units count; None for all of them.
    bounds : callable or None
        Account, what is shared, value, cases and draws to the 95 % interval; None where every unit of the window is in
        the figure (the longest gap between posts), so that nothing was sampled.
    marks : callable or None
        For shares: 1, 0 or NaN (not counted) for each unit.
    times : float
        What a share is multiplied by: 100 for figures a hundred cases.
    """

    unit: str
    needs: tuple[tuple[str, str], ...]
    measure: Measure
    known: Known | None = None
    bounds: Bounds | None = None
    marks: Marks | None = None
    times: float = 1.0
    or_else: tuple[tuple[str, str], ...] = ()

    def told_by(self, records: Records) -> bool:
        """Whether the columns are there that it needs."""
        ways = (self.needs, self.or_else) if self.or_else else (self.needs,)
        return any(all(records.has(table, column) for table, column in way) for way in ways)

    def cases(self, account: AccountRecords, frame: Frame, size: int) -> int:
        """Return the number of units behind the figure."""
        return size if self.known is None else int(self.known(account, frame).sum())


def _fact(column: str) -> Measure:
    def measure(a: AccountRecords, w: Floats, f: Frame) -> Floats:
        return np.full(len(w), float(a.facts[column]))

    measure.__doc__ = f"`{column}` of the account."
    return measure


def _pairs(needs: str) -> tuple[tuple[str, str], ...]:
    return tuple((table, column) for table, _, column in (pair.partition(".") for pair in needs.split()))


def _figure(
    unit: str, needs: str, measure: Measure, known: Known | None = None, bounds: Bounds | None = None
) -> Definition:
    return Definition(unit, _pairs(needs), measure, known, bounds)


def _share(unit: str, needs: str, marks: Marks, times: float = 1.0, or_else: str = "") -> Definition:
    def measure(a: AccountRecords, w: Floats, f: Frame) -> Floats:
        return times * share(w, marks(a, f))

    def known(a: AccountRecords, f: Frame) -> Flags:
        return np.isfinite(marks(a, f))

    def bounds(a: AccountRecords, f: Frame, value: float, n: int, draws: Floats) -> tuple[float, float]:
        low, high = wilson_interval(value / times * n, n)
        return times * low, times * high

    return Definition(unit, _pairs(needs), measure, known, bounds, marks, times, _pairs(or_else))


def _mean_bounds(a: AccountRecords, f: Frame, value: float, n: int, draws: Floats) -> tuple[float, float]:
    return mean_interval(draws, n)


def _mean(needs: str, measure: Measure) -> Definition:
    columns = [column for _, column in _pairs(needs)]

    def known(a: AccountRecords, f: Frame) -> Flags:
        return np.asarray(a.cases[columns].notna().all(axis=1), dtype=np.bool_)

    return Definition("cases", _pairs(needs), measure, known, _mean_bounds)


def _rate_bounds(a: AccountRecords, f: Frame, value: float, n: int, draws: Floats) -> tuple[float, float]:
    return reply_rate_interval(*of.waits(a, f), f.settings.sla_days)


def _median(kind: str, name: str) -> Definition:
    def known(a: AccountRecords, f: Frame) -> NDArray[np.bool_]:
        return np.asarray(a.messages["kind"] == kind, dtype=np.bool_)

    def bounds(a: AccountRecords, f: Frame, value: float, n: int, draws: Floats) -> tuple[float, float]:
        return median_time_interval(*of.waits(a, f, kind))

    needs = "messages.kind replies.time"
    return Definition("messages", _pairs(needs), of.median_of_kind(kind, name), known, bounds)


def _receipt_bounds(a: AccountRecords, f: Frame, value: float, n: int, draws: Floats) -> tuple[float, float]:
    return median_time_interval(*of.receipts(a, f))


def _mismatch_bounds(a: AccountRecords, f: Frame, value: float, n: int, draws: Floats) -> tuple[float, float]:
    if not a.posts["need"].notna().any():
        return NOT_SAMPLED
    supply = np.array([(a.posts["need"] == need).sum() for need in f.needs], dtype=np.int64)
    return mismatch_interval(supply, np.array(list(f.needs.values())), draws)


DEFINITIONS: Mapping[str, Definition] = MappingProxyType(
    {
        "L01": _figure("posts", "posts.time", of.longest_gap),
        "L02": _figure("posts", "posts.time", of.days_silent),
        "L03": _figure("account", "accounts.channel", _fact("channel")),
        "L04": _figure("messages", "messages.time replies.time", of.reply_rate, bounds=_rate_bounds),
        "L05": _median("consultation", "L05"),
        "L06": _median("complaint", "L06"),
        "L07": _figure("account", "messages.time replies.time", of.long_unanswered),
        "L08": _share("messages", "replies.score", of.substantive),
        "L09": _share("cases", "cases.due cases.closed", of.closing_rate),
        "L10": _share("cases", "cases.due cases.closed", of.overdue_rate),
        "L11": _share("cases", "cases.closed cases.result_online", of.closed_loop),
        "L12": _mean("cases.transfers", of.mean_transfers),
        "L13": _mean("cases.waiting_days cases.waiting_days_elsewhere", of.waiting_elsewhere),
        "L14": _share("cases", "cases.tracked", of.case_mark("tracked")),
        "L15": _figure("account", "accounts.fte functions.cases_per_week functions.handling_hours", of.staffing_ratio),
        "L16": _figure("account", "accounts.followers accounts.local_followers", of.local_followers),
        "L17": _share("posts", "posts.locality", of.local_posts),
        "L18": _share("posts", "posts.category", of.service_posts),
        "L19": _figure("posts", "needs.share", of.mismatch, of.serving_posts, _mismatch_bounds),
        "L20": _figure("account", "needs.share functions.need", of.need_coverage),
        "L21": _share("functions", "functions.outcome", of.landing),
        "L22": _figure("account", "accounts.fte functions.function", of.functions_a_post),
        "L23": _share("posts", "posts.text", of.copied_posts),
        "L24": _share("posts", "posts.policy_document posts.explained", of.interpretation),
        "L25": _share("cases", "cases.satisfaction cases.closed", of.satisfied),
        "L26": _share("cases", "cases.repeated", of.case_mark("repeated")),
        "L27": _share(
            "year_messages", "messages.unfollowed_on", of.unfollowed, or_else="messages.sender unfollows.sender"
        ),
        "L28": _share("cases", "cases.leader_signed", of.case_mark("leader_signed"), times=100.0),
        "L29": _figure("account", "replies.by", of.leader_replies),
        "L30": _share("posts", "posts.category", of.ceremony_posts),
        "L31": _figure("account", "accounts.opened_on posts.category", of.launch_decay),
        "L32": _figure("account", "posts.time", of.campaign_ratio),
        "L33": _figure("account", "events.first_statement", of.event_response),
        "L34": _figure("messages", "messages.receipt_at", of.receipt, bounds=_receipt_bounds),
    }
)
"""Indicator to how it is counted."""
