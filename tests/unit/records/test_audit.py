"""The audit of records: clock, reply rates, copying, knots, symptoms, and records made to be refused."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wxsat.errors import DataError, StudyError, UsageError
from wxsat.records.audit import audit
from wxsat.records.copying import containment, normalised
from wxsat.records.definitions import DEFINITIONS
from wxsat.records.knots import KnotChange, changed_indicators, default_indicators
from wxsat.records.layout import write_layout
from wxsat.records.read import records_of
from wxsat.records.resampled import median_time, replied_within, restricted_mean, share, survival
from wxsat.records.settings import LogSettings, load_log_settings
from wxsat.records.shares import fit_beta_binomial, wilson_interval
from wxsat.records.symptoms import diagnose_symptoms, service_funnel
from wxsat.records.waiting import waiting_table
from wxsat.records.working_time import working_time
from wxsat.simulate.records import AccountCondition, simulate_records, write_records

GOLDEN = json.loads((Path(__file__).resolve().parents[2] / "golden/records/survival.json").read_text(encoding="utf-8"))
AS_OF = dt.date(2026, 3, 31)
SETTINGS = LogSettings.model_validate({"as_of": AS_OF, "files": {"accounts": "accounts.csv"}})


# Working time -------------------------------------------------------------------------------------------------------


def test_clock_stands_still_at_night_on_weekends_and_holidays_and_runs_on_adjusted_days():
    clock = working_time(dt.date(2026, 2, 1), dt.date(2026, 3, 10))
    times = pd.Series(pd.to_datetime(["2026-02-13 16:00", "2026-02-14 10:00", "2026-02-24 10:00", "2026-02-28 17:00"]))
    # Saturday the 14th is a working day (adjusted), 15-23 February is the Spring Festival, Saturday the 28th is worked.
    elapsed = clock.elapsed(pd.Series([times[0]] * 3), times[1:].reset_index(drop=True))
    np.testing.assert_allclose(elapsed, [2 / 8, 1 / 8 + 1 + 1 / 8, 1 / 8 + 1 + 5], atol=1e-12)


def test_message_outside_duty_hours_starts_at_the_next_working_hour():
    clock = working_time(dt.date(2026, 3, 1), dt.date(2026, 3, 20))
    night = pd.Series(pd.to_datetime(["2026-03-06 22:00"]))
    assert clock.elapsed(night, pd.Series(pd.to_datetime(["2026-03-09 09:00"])))[0] == pytest.approx(0)
    assert clock.elapsed(night, pd.Series(pd.to_datetime(["2026-03-09 13:00"])))[0] == pytest.approx(0.5)


def test_unknown_years_are_named_and_local_changes_win():
    clock = working_time(dt.date(2099, 1, 1), dt.date(2099, 1, 10), extra_holidays=[dt.date(2099, 1, 6)])
    assert clock.guessed_years == (2098, 2099) or clock.guessed_years == (2099,) or 2099 in clock.guessed_years
    assert not clock.is_working[(dt.date(2099, 1, 6) - dt.date(2098, 12, 31)).days]


# Reply rates --------------------------------------------------------------------------------------------------------

TIME, REPLIED = np.array(GOLDEN["time"]), np.array(GOLDEN["replied"], dtype=bool)
ONES = np.ones((1, len(TIME)))


def test_waiting_by_hand():
    # A: replies after 1 and 4 days, one open for 20: S = 2/3 from day 1, 1/3 from day 4 on. B: all answered by day 2.
    frame = pd.DataFrame(
        {"account": ["A"] * 3 + ["B"] * 2 + ["C"], "wait": [1, 4, 20, 1, 2, 3.0], "replied": [1, 1, 0, 1, 1, 0]}
    ).astype({"replied": bool})
    table = waiting_table(frame, limit=5).set_index("account")
    assert table.loc["A", "mean_wait"] == pytest.approx(1 + 3 * 2 / 3 + 11 / 3)
    assert table.loc["A", "within_limit"] == pytest.approx(2 / 3)
    assert table.loc["B", "mean_wait"] == pytest.approx(1.5)
    # Nobody of C was seen for fifteen days.
    assert np.isnan(table.loc["C", "mean_wait"])
    assert waiting_table(frame, limit=5)["n"].tolist() == [6, 3, 2, 1]
    assert waiting_table(frame.head(0), limit=5).empty


def test_survival_equals_r_weighted_or_not():
    for limit, plain, weighted in zip(GOLDEN["at"], GOLDEN["survival"], GOLDEN["weighted"], strict=True):
        assert 1 - replied_within(ONES, TIME, REPLIED, limit)[0] == pytest.approx(plain, abs=1e-12)
        drawn = np.array([GOLDEN["weights"]], dtype=float)
        assert 1 - replied_within(drawn, TIME, REPLIED, limit)[0] == pytest.approx(weighted, abs=1e-12)
    assert median_time(ONES, TIME, REPLIED)[0] == pytest.approx(GOLDEN["median"])
    assert restricted_mean(ONES, TIME, REPLIED, 8)[0] == pytest.approx(GOLDEN["rmean8"], abs=1e-10)


def test_survival_equals_statsmodels():
    from statsmodels.duration.survfunc import SurvfuncRight

    theirs = SurvfuncRight(TIME, REPLIED.astype(int))
    at, curve = survival(ONES, TIME, REPLIED)
    for time, value in zip(theirs.surv_times, theirs.surv_prob, strict=True):
        assert curve[0, np.searchsorted(at, time, side="right") - 1] == pytest.approx(value, abs=1e-12)


def test_young_messages_are_censored_not_unanswered():
    wait, replied = np.array([1.0, 2, 6, 0.5, 0.5, 0.5]), np.array([True, True, False, False, False, False])
    ones = np.ones((1, 6))
    naive = replied.mean()
    assert replied_within(ones, wait, replied, 5)[0] == pytest.approx(2 / 3)
    assert naive == pytest.approx(1 / 3)
    assert np.isnan(replied_within(ones, np.minimum(wait, 3), replied, 5)[0])
    assert median_time(ones, wait, np.zeros(6, bool))[0] == np.inf
    # Nobody was followed for 15 days: that the median is long is not known either.
    assert np.isnan(median_time(ones, wait, np.zeros(6, bool), 15.0)[0])


@pytest.mark.parametrize(
    ("time", "replied", "median"),
    [
        ([1, 2, 3, 4], [1, 1, 1, 1], 2.5),
        ([1, 2, 3, 4], [1, 1, 0, 0], 2.0),
        ([1, 2, 2.5, 3, 4], [1, 1, 0, 0, 1], 4.0),
        ([1, 2, 2.5, 3, 4, 5], [1, 1, 1, 0, 1, 1], 3.25),
        ([10, 30], [1, 1], 20.0),
        ([10, 30], [1, 0], 10.0),
    ],
)
def test_medians_on_a_flat_stretch_equal_r(time, replied, median):
    # R 4.2.2, survival 3.5.3: summary(survfit(Surv(time, replied) ~ 1))$table["median"]
    found = median_time(np.ones((1, len(time))), np.array(time, float), np.array(replied, bool))
    assert found[0] == pytest.approx(median)


def test_receipts_and_statements_not_there_yet_are_censored():
    messages = pd.DataFrame(
        {
            "account": ["a"] * 6,
            "message_id": list("uvwxyz"),
            "time": ["2026-03-02 10:00"] * 3 + ["2026-03-31 23:30"] * 3,
            "kind": ["complaint"] * 6,
            "receipt_at": ["2026-03-02 10:40", "2026-03-02 10:50", "2026-03-02 11:30", None, None, None],
        }
    )
    events = pd.DataFrame(
        {
            "account": ["a", "a", "b"],
            "event": ["fire", "flood", "storm"],
            "time": ["2026-03-01 00:00", "2026-03-30 00:00", "2026-03-31 00:00"],
            "first_statement": ["2026-03-02 06:00", None, None],
        }
    )
    accounts = pd.DataFrame({"account": ["a", "b"]})
    frames = {"accounts": accounts, "messages": messages, "events": events}
    found = audit(records_of(frames, SETTINGS), draws=50)
    table = found.indicators.set_index(["indicator", "account"])
    # Three messages half an hour before the cut-off say nothing beyond half an hour: the median is the middle receipt.
    assert table.loc[("L34", "a"), "value"] == pytest.approx(50.0)
    # One statement after 30 hours, one event watched for 48; of b nobody knows yet.
    assert table.loc[("L33", "a"), "value"] == pytest.approx(30.0)
    assert np.isnan(table.loc[("L33", "b"), "severity"])
    silent = messages.assign(receipt_at=["2026-03-02 10:40"] + [None] * 5)
    found = audit(records_of({**frames, "messages": silent}, SETTINGS), draws=50)
    assert found.indicators.set_index(["indicator", "account"]).loc[("L34", "a"), "severity"] == 100.0
    assert [f.code for f in found.findings if f.code == "LOG-106"] == ["LOG-106"]


def test_wilson_of_published_counts():
    # Base rates printed with their Wilson intervals: 25/252, 16/53, 43/471.
    for reached, base, low, high in ((25, 252, 6.8, 14.2), (16, 53, 19.5, 43.5), (43, 471, 6.8, 12.1)):
        assert [round(100 * end, 1) for end in wilson_interval(reached, base)] == [low, high]


def test_beta_binomial_recovers_what_was_put_in():
    rng = np.random.default_rng(2)
    n = rng.integers(10, 60, 4000).astype(float)
    reached = rng.binomial(n.astype(int), rng.beta(6, 14, 4000)).astype(float)
    prior = fit_beta_binomial(reached, n)
    assert prior.mean == pytest.approx(0.3, abs=0.01)
    assert prior.strength == pytest.approx(20, rel=0.12)
    assert fit_beta_binomial(np.full(50, 3.0), np.full(50, 10.0)).strength == np.inf


# Copying ------------------------------------------------------------------------------------------------------------


def words(rng: np.random.Generator, n: int) -> str:
    return "".join(chr(0x4E00 + i) for i in rng.integers(0, 3000, n))


def test_containment_equals_the_definition():
    rng = np.random.default_rng(1)
    base = words(rng, 500)
    texts = [base, base[:300] + words(rng, 200), words(rng, 400), base, "短文"]
    times = np.array(["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-01T12", "2026-01-05"], dtype="datetime64[h]")
    found = containment(texts, times, ["a", "b", "c", "a", "d"])
    grams = [{text[i : i + 5] for i in range(len(text) - 4)} for text in texts]
    assert found.share[0] == 0
    assert found.share[1] == pytest.approx(len(grams[1] & grams[0]) / len(grams[1]))
    assert found.share[3] == 0, "a text is not held against its own account's"
    assert np.isnan(found.share[4])
    assert found.copied(0.6).tolist()[:4] == [0, 0, 0, 0]


def test_copied_unless_explained():
    rng = np.random.default_rng(4)
    document = words(rng, 600)
    texts = [document, document, document + words(rng, 330)]
    times = np.arange(3).astype("datetime64[D]")
    found = containment(texts, times, ["pool", "a", "b"])
    assert found.copied(0.8).tolist() == [0, 1, 0]
    assert found.copied(0.6).tolist() == [0, 1, 0], "35 % and 330 characters of its own are interpretation"
    assert normalised("根据《办法》第三条：“不得拖延”。") == "根据第三条"


# Knots --------------------------------------------------------------------------------------------------------------


def test_knots_are_monotone_and_forty_at_the_compliance_line():
    for indicator in default_indicators().values():
        at = indicator.severity(np.array([indicator.target, indicator.compliance, indicator.critical]))
        np.testing.assert_allclose(at, [0, 40, 100])
        span = np.linspace(indicator.target, indicator.critical, 50)
        assert (np.diff(indicator.severity(span)) >= 0).all()
    assert set(default_indicators()) == set(DEFINITIONS)
    gap = default_indicators()["L01"]
    assert gap.severity(14) == 100
    assert gap.vetoed(14)
    assert not gap.vetoed(13)


def test_a_city_may_change_knots_but_not_their_order():
    changed = changed_indicators({"L04": KnotChange(h=0.92, source="city rule")})
    assert changed["L04"].severity(0.92) == pytest.approx(40)
    assert changed["L04"].provenance == "local"
    with pytest.raises(StudyError) as caught:
        changed_indicators({"L04": KnotChange(h=0.99, source="x")})
    assert caught.value.code == "LOG-014"
    with pytest.raises(StudyError, match="no indicator"):
        changed_indicators({"L99": KnotChange(h=1, source="x")})


# Whole audits -------------------------------------------------------------------------------------------------------

BAD = (0.95, 0.95, 1.0, 0.95)
GOOD = (0.05, 0.05, 0.05, 0.05)


@pytest.fixture(scope="module")
def frames() -> dict[str, pd.DataFrame]:
    conditions = [
        AccountCondition("good", *GOOD),
        AccountCondition("bad", *BAD),
        AccountCondition("deaf", 0.3, 0.3, 0.3, 0.3, channel=False),
        AccountCondition("zombie", 0.3, 0.3, 0.3, 0.3, silent_days=120),
        AccountCondition("gamed", 0.2, 0.2, 0.95, 0.2, counts_automatic=True),
    ]
    return simulate_records(conditions, as_of=AS_OF, seed=4)


@pytest.fixture(scope="module")
def result(frames):
    return audit(records_of(frames, SETTINGS), draws=300, seed=2)


def severity(result, account: str, dilemma: str) -> float:
    table = result.dilemmas.set_index(["account", "dilemma"])
    return float(table.loc[(account, dilemma), "severity"])


def test_what_was_put_in_is_found(result):
    for dilemma in ("D1", "D2", "D3", "D4"):
        assert severity(result, "good", dilemma) < 35
        assert severity(result, "bad", dilemma) > 50
    assert severity(result, "gamed", "D3") > 60, "automatic replies do not help"


def test_symptoms_by_synthetic_accounts(result):
    found = result.symptom_frame().groupby("account")["symptom"].apply(set)
    assert found["deaf"] >= {"deaf", "too_few"}
    assert "zombie" in found["zombie"]
    assert {"document_mover", "demented"} <= found["bad"]
    assert found["good"] == {"healthy"}
    vetoes = result.dilemmas.drop_duplicates("account").set_index("account")["vetoes"]
    assert "L03" in vetoes["deaf"]
    assert {"L01", "L02"} <= set(vetoes["zombie"].split(", "))


def test_intervals_hold_the_estimate_and_draws_their_mean(result):
    table = result.dilemmas.dropna(subset=["severity"])
    assert (table["ci_lower"] <= table["severity"] + 1e-9).all()
    assert (table["ci_upper"] >= table["severity"] - 1e-9).all()
    overall = result.overall.set_index("dilemma")
    means = np.nanmean(result.draws, axis=(0, 1))
    np.testing.assert_allclose(means, overall["severity"], atol=1.0)


def test_funnel_multiplies_and_losses_sum_to_one(result):
    for one in result.symptoms:
        funnel = one.funnel
        if funnel.losses and np.isfinite(funnel.overall):
            assert np.prod(funnel.shares) == pytest.approx(funnel.overall)
            assert sum(funnel.losses.values()) == pytest.approx(1)


def test_same_seed_same_draws_and_accounts_do_not_disturb_each_other(frames, result):
    again = audit(records_of(frames, SETTINGS), draws=300, seed=2)
    np.testing.assert_array_equal(again.draws, result.draws)
    json.dumps(result.to_dict()["settings"])


def test_naive_rate_is_flagged(result):
    assert "LOG-104" in {finding.code for finding in result.findings}


def test_indicators_by_hand():
    accounts = pd.DataFrame(
        {"account": ["a"], "followers": [1000], "local_followers": [600], "fte": [2], "channel": [1]}
    )
    posts = pd.DataFrame(
        {
            "account": ["a"] * 4,
            "post_id": list("wxyz"),
            "time": ["2026-01-05", "2026-02-01", "2026-02-20", "2026-03-30"],
            "category": ["1", "5", "5", "2"],
            "locality": ["local", "none", "local", "elsewhere"],
        }
    )
    needs = pd.DataFrame({"need": ["p", "q"], "share": [3, 1]})
    functions = pd.DataFrame(
        {
            "account": ["a"] * 4,
            "function": list("1234"),
            "outcome": ["works"] * 3 + ["broken"],
            "need": ["p", "p", "q", "q"],
        }
    )
    frames = {"accounts": accounts, "posts": posts, "needs": needs, "functions": functions}
    table = audit(records_of(frames, SETTINGS), draws=100).indicators.set_index("indicator")["value"]
    assert table["L01"] == 38
    assert table["L02"] == 1
    assert table["L16"] == 0.6
    assert table["L17"] == 0.5
    assert table["L18"] == 0.5
    assert table["L19"] == pytest.approx(0.25)
    assert table["L21"] == 0.75
    assert table["L22"] == 2
    assert np.isnan(table["L04"])


def test_shares_ignore_unknown_units():
    weights = np.array([[1.0, 1, 1], [0, 0, 2]])
    np.testing.assert_array_equal(share(weights, np.array([1.0, 0, np.nan])), [0.5, np.nan])


def test_deaf_account_has_an_empty_funnel(frames):
    from wxsat.records.account_records import prepare_records

    account = next(a for a in prepare_records(records_of(frames, SETTINGS)).accounts if a.account == "deaf")
    assert service_funnel(account).inbound == 0
    assert diagnose_symptoms(account, {"L03": 0.0}, {}).primary == "deaf"


# Bad records --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "change", "code"),
    [
        ("messages", {"time": "soon"}, "LOG-021"),
        ("messages", {"account": "nobody"}, "LOG-022"),
        ("messages", {"message_id": "good-m00001"}, "LOG-023"),
        ("replies", {"time": "2020-01-01 10:00"}, "LOG-024"),
        ("messages", {"time": "2026-03-02T10:00:00+08:00"}, "LOG-025"),
        ("messages", {"kind": "shout"}, "LOG-026"),
        ("cases", {"transfers": -1}, "LOG-027"),
        ("cases", {"satisfaction": 9}, "LOG-027"),
        ("cases", {"closed": "2020-01-01"}, "LOG-024"),
        ("replies", {"message_id": "no-such"}, "LOG-022"),
        ("accounts", {"channel": "maybe"}, "LOG-026"),
    ],
)
def test_bad_records_are_named_with_their_row(frames, table, change, code):
    broken = {name: frame.copy() for name, frame in frames.items()}
    frame = broken[table].astype(object)
    for column, value in change.items():
        frame.loc[0, column] = value
    broken[table] = frame.astype({c: str for c in change if c == "time" and code == "LOG-025"})
    with pytest.raises(DataError) as caught:
        records_of(broken, SETTINGS)
    assert code in {fault.code for fault in caught.value.faults}
    assert "row" in str(caught.value) or code == "LOG-025"


def test_missing_columns_and_files(tmp_path, frames):
    with pytest.raises(DataError, match="no column `message_id`"):
        records_of({**frames, "messages": frames["messages"].drop(columns="message_id")}, SETTINGS)
    path = tmp_path / "logs.yaml"
    path.write_text("as_of: 2026-03-31\nfiles: {accounts: none.csv}\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"none\.csv"):
        audit(path)
    path.write_text("as_of: 2026-03-31\nwindow_day: 9\nfiles: {accounts: a.csv}\n", encoding="utf-8")
    with pytest.raises(StudyError, match="window_day"):
        load_log_settings(path)


def test_later_records_are_left_out_and_zones_converted(frames):
    late = {
        **frames,
        "posts": pd.concat([frames["posts"], frames["posts"].head(1).assign(post_id="new", time="2026-04-02 10:00")]),
    }
    late["posts"]["time"] = late["posts"]["time"].astype(str)
    assert records_of(late, SETTINGS).left_out == {"posts": 1}
    times = ["2026-03-31T17:30:00Z", "2026-03-31T10:00:00Z"]
    one = {"accounts": frames["accounts"], "posts": frames["posts"].head(2).assign(time=times)}
    assert records_of(one, SETTINGS).left_out == {"posts": 1}


def test_files_and_layout_round_trip(tmp_path, frames, result):
    path = write_records(frames, tmp_path / "rec", AS_OF)
    again = audit(path, draws=300, seed=2)
    pd.testing.assert_series_equal(again.overall["severity"], result.overall["severity"], rtol=0.02)
    made = write_layout(tmp_path / "new")
    assert {p.name for p in made} >= {"logs.yaml", "messages.csv", "LAYOUT.md"}
    load_log_settings(tmp_path / "new" / "logs.yaml")
    with pytest.raises(UsageError):
        write_layout(tmp_path / "new")
