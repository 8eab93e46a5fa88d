"""Every indicator of the records, L01 to L34, each a function of one account's records and of resampling weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wxsat.numerics.queueing import ServiceFunction, Staffing, evaluate_load
from wxsat.records.account_records import AccountRecords
from wxsat.records.copying import MAIN_THRESHOLD, Containment
from wxsat.records.knots import Indicator
from wxsat.records.resampled import median_time, ratio, replied_within, share
from wxsat.records.settings import LogSettings
from wxsat.records.unfollowing import unfollow_marks

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
SUBSTANTIVE_SCORE = 3
SATISFIED_FROM = 4
TOP_NEEDS = 10
DAYS_A_MONTH = 30.4375
UNANSWERED_DAYS = 91
HOURS_A_WEEK = 40.0
UTILISATION = 0.8
SERVICE, CEREMONY = frozenset("1234"), frozenset("5")


@dataclass(frozen=True)
class Frame:
    """What all accounts share: settings, the public's shares of need, and the knots."""

    settings: LogSettings
    needs: Mapping[str, float]
    knots: Mapping[str, Indicator]


Measure = Callable[[AccountRecords, Floats, Frame], Floats]
Marks = Callable[[AccountRecords, Frame], Floats]


def _fixed(value: float, weights: Floats) -> Floats:
    return np.full(len(weights), value)


def _flag(column: pd.Series, wanted: frozenset[str]) -> Floats:
    return np.where(column.isna(), np.nan, column.isin(wanted).astype(float)).astype(float)


def longest_gap(a: AccountRecords, w: Floats, f: Frame) -> Floats:
    """Longest gap between posts within the window, its ends included, in days."""
    end = pd.Timestamp(f.settings.as_of)
    begin = end - pd.Timedelta(days=f.settings.window_days - 1)
    opened = a.facts["opened_on"]
    begin = max(begin, opened) if pd.notna(opened) else begin
    days = np.sort(a.posts["time"].dt.normalize().unique())
    edges = np.concatenate([[begin.to_datetime64()], days, [end.to_datetime64()]]).astype("datetime64[D]")
    return _fixed(float(np.diff(edges).astype(int).max()), w)


def days_silent(a: AccountRecords, w: Floats, f: Frame) -> Floats:
    """Days since the last post of the whole record; from the opening day (or the window's length) if there is none."""
    if len(a.all_posts):
        last = a.all_posts["time"].max()
    elif pd.notna(a.facts["opened_on"]):
        last = a.facts["opened_on"]
    else:
        return _fixed(float(f.settings.window_days), w)
    return _fixed(float((pd.Timestamp(f.settings.as_of) - last.normalize()).days), w)


def waits(a: AccountRecords, f: Frame, kind: str | None = None) -> tuple[Floats, Flags]:
    """Return working days until a person's reply or the end of observation, and whether it came."""
    chosen = np.ones(len(a.messages), dtype=bool) if kind is None else (a.messages["kind"] == kind).to_numpy(bool)
    return a.messages["wait"].to_numpy(float)[chosen], a.messages["replied"].to_numpy(bool)[chosen]


def reply_rate(a: AccountRecords, w: Floats, f: Frame) -> Floats:
    """Human replies within the service limit, by Kaplan-Meier over working days."""
    return replied_within(w, *waits(a, f), f.settings.sla_days)


def median_of_kind(kind: str, name: str) -> Measure:
    """Return the measure of the median working days until the first human reply to one kind of message."""

    def measure(a: AccountRecords, w: Floats, f: Frame) -> Floats:
        chosen = (a.messages["kind"] == kind).to_numpy(bool)
        return median_time(w[:, chosen], *waits(a, f, kind), f.knots[name].critical)

    return measure


def long_unanswered(a: AccountRecords, w: Floats, f: Frame) -> Floats:
    """Messages of the last year without a human answer for more than three months, answered later or not at all."""
    end = pd.Timestamp(f.settings.as_of)
    until = a.year_messages["replied_at"].fillna(end)
    return _fixed(float(((until - a.year_messages["time"]).dt.days > UNANSWERED_DAYS).sum()), w)


def substantive(a: AccountRecords, f: Frame) -> Floats:
    """Human replies that the rubric gives 3 or more."""
    score = a.messages["score"].to_numpy(float)
    return np.where(np.isnan(score), np.nan, (score >= SUBSTANTIVE_SCORE).astype(float))


def _due(a: AccountRecords, f: Frame) -> tuple[Flags, Flags]:
    end = pd.Timestamp(f.settings.as_of) + pd.Timedelta(days=1)
    due = (a.cases["due"] < end).to_numpy(bool)
    return due, a.cases["closed"].notna().to_numpy(bool)


def closing_rate(a: AccountRecords, f: Frame) -> Floats:
    """Closed among the cases that are due."""
    due, closed = _due(a, f)
    return np.where(due, closed.astype(float), np.nan)


def overdue_rate(a: AccountRecords, f: Frame) -> Floats:
    """Closed late, or still open, among the cases that are due."""
    due, closed = _due(a, f)
    late = ~closed | (a.cases["closed"] > a.cases["due"]).to_numpy(bool)
    return np.where(due, late.astype(float), np.nan)


def closed_loop(a: AccountRecords, f: Frame) -> Floats:
    """Closed cases whose result was reported online."""
    closed = a.cases["closed"].notna().to_numpy(bool)
    return np.where(closed, a.cases["result_online"].to_numpy(float), np.nan)


def satisfied(a: AccountRecords, f: Frame) -> Floats:
    """Rated 4 or 5 among rated closed cases."""
    rating = np.where(a.cases["closed"].notna(), a.cases["satisfaction"].to_numpy(float), np.nan)
    return np.where(np.isnan(rating), np.nan, (rating >= SATISFIED_FROM).astype(float))


def case_mark(column: str) -> Marks:
    """Return the marks of cases by a column of yes and no."""

    def marks(a: AccountRecords, f: Frame) -> Floats:
        return a.cases[column].to_numpy(float)

    return marks


def mean_transfers(a: AccountRecords, w: Floats, f: Frame) -> Floats:
    """Mean hand-overs a case."""
    return share(w, a.cases["transfers"].to_numpy(float))


def waiting_elsewhere(a: AccountRecords, w: Floats, f: Frame) -> Floats:
    """Share of the waiting days that cases spent in other departments."""
    return ratio(w, a.cases["waiting_days_elsewhere"].to_numpy(float), a.cases["waiting_days"].to_numpy(float))


def staffing_ratio(a: AccountRecords, w: Floats, f: Frame) -> Floats:
    """Dedicated posts over the posts that the offered load requires (utilisation .80, Erlang C)."""
    offered = a.functions[["function", "cases_per_week", "handling_hours"]].dropna()
    offered = offered[(offered["cases_per_week"] > 0) & (offered["handling_hours"] > 0)]
    fte = float(a.facts["fte"])
    if offered.empty or np.isnan(fte):
        return _fixed(np.nan, w)
    functions = [ServiceFunction(str(n), float(c), float(h), 1.0) for n, c, h in offered.itertuples(index=False)]
    hours = f.settings.sla_days * (f.settings.duty.end - f.settings.duty.start)
    required = evaluate_load(functions, Staffing(max(fte, 0.01), HOURS_A_WEEK, UTILISATION, hours)).fte_required
    return _fixed(fte / required, w)


def local_followers(a: AccountRecords, w: Floats, f: Frame) -> Floats:
    """Local among all followers."""
    followers = float(a.facts["followers"])
    return _fixed(float(a.facts["local_followers"]) / followers if followers > 0 else np.nan, w)


def local_posts(a: AccountRecords, f: Frame) -> Floats:
    """Posts of local relevance."""
    return _flag(a.posts["locality"], frozenset({"local"}))


def service_posts(a: AccountRecords, f: Frame) -> Floats:
    """Posts that serve: service, interpretation, alerts, replies."""
    return _flag(a.posts["category"], SERVICE)


def ceremony_posts(a: AccountRecords, f: Frame) -> Floats:
    """Posts on leaders and ceremonies."""
    return _flag(a.posts["category"], CEREMONY)


def serving_posts(a: AccountRecords, f: Frame) -> Flags:
    """Whether a post serves a need that is known."""
    return np.asarray(a.posts["need"].notna(), dtype=np.bool_)


def mismatch(a: AccountRecords, w: Floats, f: Frame) -> Floats:
    """Half the absolute difference between shares of need and shares of supply (posts, else functions)."""
    by_posts = a.posts["need"].notna().any()
    column, weights = (a.posts["need"], w) if by_posts else (a.functions["need"], np.ones((len(w), len(a.functions))))
    if not f.needs or not column.notna().any():
        return _fixed(np.nan, w)
    supply = np.column_stack(
        [share(weights, np.where(column.isna(), np.nan, (column == need).astype(float))) for need in f.needs]
    )
    out: Floats = 0.5 * np.abs(supply - np.array(list(f.needs.values()))).sum(axis=1)
    return out


def need_coverage(a: AccountRecords, w: Floats, f: Frame) -> Floats:
    """Needs among the ten largest that some function serves."""
    if not f.needs or not a.functions["need"].notna().any():
        return _fixed(np.nan, w)
    top = sorted((need for need in f.needs if f.needs[need] > 0), key=lambda need: -f.needs[need])[:TOP_NEEDS]
    return _fixed(float(np.isin(top, a.functions["need"].dropna().to_numpy(str)).mean()), w)


def landing(a: AccountRecords, f: Frame) -> Floats:
    """Functions that passed an end-to-end test."""
    return _flag(a.functions["outcome"], frozenset({"works"}))


def functions_a_post(a: AccountRecords, w: Floats, f: Frame) -> Floats:
    """Advertised functions a dedicated post."""
    fte = float(a.facts["fte"])
    if np.isnan(fte) or not len(a.functions):
        return _fixed(np.nan, w)
    return _fixed(len(a.functions) / fte if fte > 0 else np.inf, w)


def copied_posts(a: AccountRecords, f: Frame) -> Floats:
    """Posts that are copied (5-gram containment .80 or more, and not interpretation)."""
    return copied_at(a, MAIN_THRESHOLD)


def copied_at(a: AccountRecords, threshold: float) -> Floats:
    """Return 1 for the posts that are copied at a threshold of containment, 0 for others, NaN where not judged."""
    found = Containment(
        a.posts["containment"].to_numpy(float), np.empty(0, np.int64), a.posts["own_characters"].to_numpy(np.int64)
    )
    return found.copied(threshold)


def interpretation(a: AccountRecords, f: Frame) -> Floats:
    """Policy documents that come with an own explanation."""
    document = a.posts["policy_document"].to_numpy(float) == 1
    return np.where(document, a.posts["explained"].to_numpy(float), np.nan)


def unfollowed(a: AccountRecords, f: Frame) -> Floats:
    """Senders of the last year who unfollowed within 90 days of a message, among those observed that long."""
    return unfollow_marks(a.year_messages, a.unfollows, pd.Timestamp(f.settings.as_of), a.unfollowing_told)


def leader_replies(a: AccountRecords, w: Floats, f: Frame) -> Floats:
    """Replies by a leader a month."""
    return _fixed(a.leader_replies / (f.settings.window_days / DAYS_A_MONTH), w)


def _activity(a: AccountRecords) -> pd.Series:
    service = a.all_posts.loc[a.all_posts["category"].isin(SERVICE), "time"]
    return pd.concat([service, a.replies_dated], ignore_index=True)


def launch_decay(a: AccountRecords, w: Floats, f: Frame) -> Floats:
    """Service posts and human replies a month in months 7 to 12, over those in months 1 to 3."""
    opened = a.facts["opened_on"]
    if pd.isna(opened) or opened + pd.DateOffset(months=12) > pd.Timestamp(f.settings.as_of):
        return _fixed(np.nan, w)
    times = _activity(a)
    early = times.between(opened, opened + pd.DateOffset(months=3), inclusive="left").sum() / 3
    late = (
        times.between(opened + pd.DateOffset(months=6), opened + pd.DateOffset(months=12), inclusive="left").sum() / 6
    )
    return _fixed(float(late / early) if early else np.nan, w)


def campaign_ratio(a: AccountRecords, w: Floats, f: Frame) -> Floats:
    """Posts and human replies a day in inspection weeks, over those in other weeks of the window."""
    if not f.settings.inspections:
        return _fixed(np.nan, w)
    end = pd.Timestamp(f.settings.as_of)
    days = pd.date_range(end - pd.Timedelta(days=f.settings.window_days - 1), end)
    inspected = np.zeros(len(days), dtype=bool)
    for period in f.settings.inspections:
        inspected |= np.asarray((days >= pd.Timestamp(period.start)) & (days <= pd.Timestamp(period.end)))
    dates = pd.concat([a.posts["time"], a.replies_dated], ignore_index=True).dt.normalize()
    counts = dates.value_counts().reindex(days, fill_value=0).to_numpy(float)
    if not inspected.any() or inspected.all() or counts[~inspected].sum() == 0:
        return _fixed(np.nan, w)
    return _fixed(float(counts[inspected].mean() / counts[~inspected].mean()), w)


def event_response(a: AccountRecords, w: Floats, f: Frame) -> Floats:
    """Median hours from a public event to the first statement, by Kaplan-Meier."""
    hours, spoke = _until_end(a.events["time"], a.events["first_statement"], f, 3600.0)
    return _fixed(float(median_time(np.ones((1, len(hours))), hours, spoke, f.knots["L33"].critical)[0]), w)


def receipts(a: AccountRecords, f: Frame) -> tuple[Floats, Flags]:
    """Return minutes until the sender's receipt or the cut-off, and whether it came."""
    return _until_end(a.messages["time"], a.messages["receipt_at"], f, 60.0)


def receipt(a: AccountRecords, w: Floats, f: Frame) -> Floats:
    """Median minutes until the sender gets a receipt, by Kaplan-Meier."""
    return median_time(w, *receipts(a, f), f.knots["L34"].critical)


def _until_end(since: pd.Series, until: pd.Series, f: Frame, unit: float) -> tuple[Floats, Flags]:
    """Times by the clock on the wall, and whether they ended; those that did not are censored at the cut-off."""
    end = pd.Timestamp(f.settings.as_of) + pd.Timedelta(days=1)
    lasted = np.asarray((until.fillna(end) - since).dt.total_seconds() / unit, dtype=np.float64)
    return lasted, np.asarray(until.notna(), dtype=np.bool_)
