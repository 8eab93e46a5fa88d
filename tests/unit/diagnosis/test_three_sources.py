"""The public, the staff and the records in one diagnosis: what is combined, hidden, refused and said."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wxsat.diagnosis.diagnose import diagnose
from wxsat.diagnosis.joint_draws import draw_accounts
from wxsat.diagnosis.latent import latent_severity
from wxsat.diagnosis.record import RECORD_COLUMNS, record_table, write_record
from wxsat.diagnosis.result import Diagnosis
from wxsat.errors import DataError, UsageError
from wxsat.instrument.load import find_instrument, load_instrument
from wxsat.records.audit import AuditResult, audit
from wxsat.records.read import records_of
from wxsat.records.redrawn import redraw_severities
from wxsat.records.settings import LogFiles, LogSettings
from wxsat.responses.clean import clean
from wxsat.responses.read import read_responses
from wxsat.responses.responses import CleanResponses
from wxsat.simulate.respondents import simulate_responses
from wxsat.simulate.sources import simulate_sources
from wxsat.simulate.truth import Truth, load_truth

ACCOUNTS, DRAWS = 12, 400


@pytest.fixture(scope="module")
def truth() -> Truth:
    return load_truth(find_instrument("gov-wechat-public").parent / "truth.yaml")


@pytest.fixture(scope="module")
def public(truth: Truth) -> CleanResponses:
    return clean(simulate_responses(load_instrument("gov-wechat-public"), truth, n=500, accounts=ACCOUNTS))


@pytest.fixture(scope="module")
def others(truth: Truth) -> tuple[AuditResult, CleanResponses]:
    staff_instrument = load_instrument("gov-wechat-operators")
    made = simulate_sources(truth, staff_instrument, accounts=ACCOUNTS, seed=20140713, messages=20)
    settings = LogSettings(as_of=made.as_of, files=LogFiles(accounts="accounts.csv"))
    audited = audit(records_of(made.records, settings), draws=100)
    return audited, clean(read_responses(made.staff, staff_instrument))


@pytest.fixture(scope="module")
def three(public: CleanResponses, others: tuple[AuditResult, CleanResponses]) -> Diagnosis:
    return diagnose(public, audit=others[0], operators=others[1], draws=DRAWS)


def test_the_combined_severity_is_the_mean_of_the_sources(three: Diagnosis) -> None:
    assert three.evidence is not None
    tables = three.evidence.tables
    for row in tables.combined.to_dict("records"):
        own = tables.sources[tables.sources["dilemma"] == row["dilemma"]]
        assert len(own) == 3
        assert row["S"] == pytest.approx(own["S"].mean())
        parts = tables.parts[tables.parts["dilemma"] == row["dilemma"]]
        for source in own.to_dict("records"):
            made_of = parts[parts["source"] == source["source"]]
            assert float((made_of["S"] * made_of["weight"]).sum()) == pytest.approx(source["S"])
        assert row["method_min"] <= row["method_lower"] <= row["method_upper"] <= row["method_max"]


def test_each_source_stands_as_in_its_own_table(three: Diagnosis, others: tuple[AuditResult, CleanResponses]) -> None:
    assert three.evidence is not None
    sources = three.evidence.tables.sources.set_index(["source", "dilemma"])
    overall = others[0].overall.set_index("dilemma")["severity"]
    own = three.severity[three.severity["level"] == "dilemma"].set_index("id")
    for dilemma in ("D1", "D2", "D3", "D4"):
        assert sources.loc[("log", dilemma), "S"] == pytest.approx(overall[dilemma])
        for name in ("S", "se", "ci_lower", "ci_upper", "p40"):
            assert sources.loc[("pub", dilemma), name] == pytest.approx(own.loc[dilemma, name])


def test_the_public_alone_keeps_its_severity_and_says_what_is_missing(public: CleanResponses) -> None:
    alone = diagnose(public, draws=DRAWS)
    assert alone.evidence is not None
    combined = alone.evidence.tables.combined.set_index("dilemma")
    own = alone.severity[alone.severity["level"] == "dilemma"].set_index("id")
    for name in ("S", "ci_lower", "ci_upper", "method_lower", "method_upper", "p20", "p40", "p60"):
        np.testing.assert_array_equal(combined[name], own.loc[combined.index, name])
    assert set(combined["grade"]) == {"C"}
    said = next(f for f in alone.findings if f.code == "DIAG-130")
    assert said.evidence == {"missing": ["ops", "log"], "best_grade": "C"}


def test_with_the_records_alone_beside_the_grade_is_b_at_best(
    public: CleanResponses, others: tuple[AuditResult, CleanResponses]
) -> None:
    got = diagnose(public, audit=others[0], draws=DRAWS)
    assert got.evidence is not None
    assert set(got.evidence.tables.combined["best_grade"]) == {"B"}
    assert got.evidence.tables.combined["pattern"].isna().all()


def test_the_same_inputs_give_the_same_numbers(
    three: Diagnosis, public: CleanResponses, others: tuple[AuditResult, CleanResponses]
) -> None:
    again = diagnose(public, audit=others[0], operators=others[1], draws=DRAWS)
    assert json.dumps(again.to_dict()) == json.dumps(three.to_dict())
    other = diagnose(public, audit=others[0], operators=others[1], draws=DRAWS, accounts="fixed")
    assert other.settings_sha256 != three.settings_sha256


def test_the_record_has_every_column_and_the_numbers_of_the_tables(three: Diagnosis, tmp_path: Path) -> None:
    assert three.evidence is not None
    table = record_table(three)
    assert tuple(table.columns) == RECORD_COLUMNS
    combined = three.evidence.tables.combined
    np.testing.assert_array_equal(table["S"], combined["S"])
    np.testing.assert_array_equal(table["S_ops"], combined["S_ops"])
    assert set(table["config_hash"]) == {three.settings_sha256}
    for name in ("r.csv", "r.xlsx", "r.json"):
        first = write_record(three, tmp_path / name)
        assert write_record(three, tmp_path / "more" / name).read_bytes() == first.read_bytes()
    assert {p.name for p in tmp_path.iterdir()} == {"r.csv", "r.xlsx", "r.json", "more"}
    with pytest.raises(UsageError, match="DIAG-027"):
        write_record(three, tmp_path / "r.csv" / "below-a-file.csv")
    back = pd.read_csv(tmp_path / "r.csv")
    np.testing.assert_array_equal(back["S"], combined["S"])
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))[0]["S"] == combined["S"].iloc[0]
    with pytest.raises(UsageError, match="DIAG-027"):
        write_record(three, tmp_path / "r.csv")
    with pytest.raises(UsageError, match="DIAG-027"):
        write_record(three, tmp_path / "r.docx")


def test_the_records_spread_has_the_shrinkage_done_again(others: tuple[AuditResult, CleanResponses]) -> None:
    """Figures of few cases are shrunk towards each other, and would make the mean of drawn accounts look too sure."""
    audited = others[0]
    assert (audited.indicators["own_weight"] < 0.5).any()
    shrunk = audited.dilemmas.pivot(index="account", columns="dilemma", values="severity").loc[list(audited.accounts)]
    everybody = np.ones((1, ACCOUNTS))
    np.testing.assert_allclose(redraw_severities(audited, everybody)[0], shrunk.mean(axis=0), rtol=1e-10)
    counts = draw_accounts(audited.accounts, 2000, "sampled", np.random.default_rng(3)).counts
    finished = counts @ shrunk["D3"].to_numpy() / counts.sum(axis=1)
    assert redraw_severities(audited, counts)[:, 2].std() > 1.02 * finished.std()


def test_small_figures_are_shrunken_as_for_the_drawn_accounts_alone(others: tuple[AuditResult, CleanResponses]) -> None:
    audited = others[0]
    counts = np.zeros((1, ACCOUNTS))
    counts[0, : ACCOUNTS // 2] = 1.0
    half = replace(
        audited,
        accounts=audited.accounts[: ACCOUNTS // 2],
        indicators=audited.indicators[audited.indicators["account"].isin(audited.accounts[: ACCOUNTS // 2])],
    )
    alone = redraw_severities(half, np.ones((1, ACCOUNTS // 2)))
    np.testing.assert_allclose(redraw_severities(audited, counts), alone, rtol=1e-10)


def test_no_leader_is_told_below_the_whole(three: Diagnosis) -> None:
    assert three.evidence is not None
    assert (three.evidence.accounts["n_ops"] == 3).all()
    assert "LD" not in set(three.evidence.accounts.columns)
    assert three.evidence.staff.groupby("role")["n"].min()["LD"] == ACCOUNTS


def test_vetoes_are_listed_and_never_averaged(three: Diagnosis) -> None:
    assert three.evidence is not None
    combined = three.evidence.tables.combined.set_index("dilemma")
    vetoed = combined[combined["veto"] != ""]
    assert (vetoed["band"] == "red").all()
    assert three.evidence.accounts["veto"].ne("").any() == (len(vetoed) > 0)


def test_sources_that_share_no_account_are_refused(
    public: CleanResponses, others: tuple[AuditResult, CleanResponses]
) -> None:
    audited, staff = others
    renamed = replace(staff, frame=staff.frame.assign(account="B" + staff.frame["account"].astype(str)))
    with pytest.raises(DataError, match="DIAG-023"):
        diagnose(public, operators=renamed, draws=DRAWS)
    with pytest.raises(UsageError, match="DIAG-024"):
        diagnose(public, audit="logs.yaml", draws=DRAWS)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="DIAG-025"):
        diagnose(public, audit=audited, accounts="some", draws=DRAWS)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="DIAG-029"):
        diagnose(public, needs=pd.DataFrame(), draws=DRAWS)  # type: ignore[arg-type]
    for wrong in ({"seed": -1}, {"severity": "true"}):
        with pytest.raises(UsageError, match="DIAG-006"):
            diagnose(public, **{"draws": DRAWS, **wrong})  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="DIAG-026"):
        diagnose(public, panel=pd.DataFrame(), draws=DRAWS)  # type: ignore[arg-type]


def test_answers_about_one_account_or_none_named_are_told_apart_from_the_accounts_of_the_records(
    public: CleanResponses, others: tuple[AuditResult, CleanResponses]
) -> None:
    audited, _ = others
    first = audited.accounts[0]
    for frame, uncovered in (
        (public.frame.assign(account=first), ACCOUNTS - 1),
        (public.frame.drop(columns="account"), ACCOUNTS),
    ):
        found = diagnose(replace(public, frame=frame), audit=audited, draws=DRAWS).findings
        told = [f.evidence["only_here"] for f in found if f.code == "DIAG-138" and f.subject == "audit"]
        assert told == [uncovered]
    with pytest.raises(DataError, match="DIAG-023"):
        diagnose(replace(public, frame=public.frame.assign(account="elsewhere")), audit=audited, draws=DRAWS)


def test_latent_means_of_complete_answers_are_the_observed_means(public: CleanResponses) -> None:
    """Effects coding with a free mean structure: the latent mean is the mean of the item means, exactly."""
    instrument = public.instrument
    assert instrument is not None
    names = ("SHOW", "LDR", "SAT")
    items = [i.id for c in instrument.constructs if c.id in names for i in c.items if i.id in public.frame.columns]
    keep = public.frame[items].notna().all(axis=1)
    complete = replace(public, frame=public.frame[keep].reset_index(drop=True))
    got = latent_severity(complete, names, None, None)
    assert got.accepted
    for j, name in enumerate(names):
        own = complete.frame[[i for i in items if i.startswith(name)]].to_numpy(dtype=float)
        low, high = (1, 10) if name == "SAT" else (1, 7)
        score = 100 * (own - low) / (high - low)
        observed = 100 - score.mean() if name == "SAT" else score.mean()
        # Up to the optimiser's tolerance.
        assert got.means[j] == pytest.approx(observed, abs=1e-3)
        robust = score.mean(axis=1).std() / np.sqrt(len(own))
        assert np.sqrt(got.covariance[j, j]) == pytest.approx(robust, rel=2e-3)


def test_a_brief_form_keeps_its_observed_means_and_says_why(truth: Truth) -> None:
    brief = clean(
        simulate_responses(load_instrument("gov-wechat-public"), truth, n=300, accounts=ACCOUNTS, form="brief")
    )
    got = diagnose(brief, draws=200, severity="latent", index_only=True)
    said = next(f for f in got.findings if f.code == "DIAG-132")
    assert said.evidence["reason"] == "single_items"


def test_levers_and_priorities_start_where_the_severity_table_ends(public: CleanResponses) -> None:
    """One severity on the page: the latent one stands in the levers, the priorities and the order of measures too."""
    latent, observed = (diagnose(public, draws=DRAWS, severity=kind) for kind in ("latent", "observed"))
    table = latent.severity.set_index("id")["S"]
    levers = latent.levers.set_index("dilemma")["severity"]
    for dilemma in ("D1", "D2", "D4"):  # D3 acts through its symptoms alone
        assert levers[dilemma] == pytest.approx(table[dilemma], abs=1e-9)
    plain = observed.levers.set_index("dilemma")["severity"]
    assert (levers[["D1", "D2", "D4"]] - plain[["D1", "D2", "D4"]]).abs().max() > 0.01
    drivers = latent.priorities.set_index("driver")["performance"]
    assert drivers["D1"] == pytest.approx(100 - table["D1"], abs=1e-9)


def test_latent_severities_replace_the_observed_ones_in_every_table(public: CleanResponses) -> None:
    latent, observed = diagnose(public, draws=DRAWS, severity="latent"), diagnose(public, draws=DRAWS)
    assert any(f.code == "DIAG-131" for f in latent.findings)
    one, two = (d.severity.set_index("id")["S"] for d in (latent, observed))
    assert not np.allclose(one, two, atol=1e-9)
    np.testing.assert_allclose(one, two, atol=1.5)
    assert latent.evidence is not None
    np.testing.assert_array_equal(latent.evidence.tables.combined["S"], one[["D1", "D2", "D3", "D4"]])


@pytest.mark.slow
def test_intervals_of_the_combination_cover_the_truth() -> None:
    """Two sources over shared, sampled accounts: the 95% interval of the mean covers in 93 to 97 of 100 worlds."""
    from wxsat.diagnosis.joint_draws import draw_means
    from wxsat.diagnosis.sampling import Units
    from wxsat.diagnosis.sources import SourceSeverity
    from wxsat.diagnosis.triangulation import combine_sources

    rng = np.random.default_rng(20140713)
    hits, worlds, accounts, each = 0, 1500, 40, 25
    names = [str(a) for a in range(accounts)]
    units = Units(np.repeat(np.arange(accounts), each), accounts, clustered=True)
    for _ in range(worlds):
        shared = rng.normal(0, 6, accounts)
        values = (50 + np.repeat(shared, each) + rng.normal(0, 18, accounts * each))[:, None]
        severities = np.full((accounts, 4), np.nan)
        severities[:, 0] = 44 + shared + rng.normal(0, 5, accounts)
        drawn = draw_accounts(names, 400, "sampled", rng)
        pub = np.full((400, 4), np.nan)
        log = drawn.of(names) @ severities / drawn.of(names).sum(axis=1, keepdims=True)
        pub[:, :1] = draw_means(values, units, drawn.of(names), None, 400, rng)
        both = [
            SourceSeverity("pub", {"D1": {"D1": (float(values.mean()), 1.0)}}, pub, {"D1": len(values)}),
            SourceSeverity("log", {"D1": {"D1": (float(severities[:, 0].mean()), 1.0)}}, log, {"D1": 100}),
        ]
        row = combine_sources(both, unit="all", df=accounts - 1, vetoes={}, rng=rng).combined.iloc[0]
        hits += row["ci_lower"] <= 47.0 <= row["ci_upper"]
    # Binomial error of 1,500 worlds: 0.6 points.
    assert 0.93 <= hits / worlds <= 0.97


def test_dates_of_the_simulated_records_are_fixed(truth: Truth) -> None:
    made = simulate_sources(truth, load_instrument("gov-wechat-operators"), accounts=2, seed=3, messages=5)
    again = simulate_sources(truth, load_instrument("gov-wechat-operators"), accounts=2, seed=3, messages=5)
    assert made.as_of == dt.date(2026, 3, 31)
    pd.testing.assert_frame_equal(made.staff, again.staff)
    for name, frame in made.records.items():
        pd.testing.assert_frame_equal(frame, again.records[name])
    assert set(made.staff["simulated"]) == {"staff, seed 3"}
