"""The panel of supervisors against lme4 and lm, expected mean squares, and sheets made to be refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wxsat.errors import DataError, UsageError
from wxsat.panel.annual import annual_points, annual_scores
from wxsat.panel.evaluate import evaluate_panel
from wxsat.panel.facets import fit_facets
from wxsat.panel.gaming import announcement_effect, rater_spread
from wxsat.panel.generalisability import (
    VarianceComponents,
    estimate_components,
    monthly_icc,
    one_way_icc,
    one_way_interval,
)
from wxsat.panel.record_scores import read_record_scores
from wxsat.panel.scores import PanelScores, panel_scores_of, read_panel_scores
from wxsat.panel.scoring_sheet import POINTS
from wxsat.panel.second_engine import check_components

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "panel"
REFERENCE = json.loads((GOLDEN / "panel.json").read_text(encoding="utf-8"))
# All optimise a flat REML surface and stop at a gradient of about 1e-5 of the log-likelihood.
COMPONENTS = {"rtol": 5e-4, "atol": 2e-3}
EXACT = {"rtol": 1e-8}


@pytest.fixture(scope="module")
def sheets() -> pd.DataFrame:
    return read_panel_scores(GOLDEN / "sheets.csv").frame


@pytest.fixture(scope="module")
def components(sheets) -> VarianceComponents:
    return estimate_components(sheets)


def test_components_equal_lme4(components):
    expected = REFERENCE["components"]
    for ours, theirs in (
        ("account", "account"),
        ("rater", "rater"),
        ("month", "month"),
        ("account_rater", "account:rater"),
        ("account_month", "account:month"),
        ("residual", "Residual"),
    ):
        np.testing.assert_allclose(getattr(components, ours), expected[theirs], **COMPONENTS, err_msg=ours)
    np.testing.assert_allclose(components.mean, REFERENCE["mean"], rtol=1e-4)


def test_components_at_zero_equal_lme4():
    reference = json.loads((GOLDEN / "boundary.json").read_text(encoding="utf-8"))["components"]
    found = estimate_components(read_panel_scores(GOLDEN / "boundary.csv").frame)
    assert found.account == pytest.approx(reference["account"], rel=1e-4)
    assert found.rater == pytest.approx(reference["rater"], rel=1e-4)
    assert found.account_rater == pytest.approx(reference["account:rater"], rel=1e-2)
    assert found.residual == pytest.approx(reference["Residual"], rel=1e-4)
    assert max(found.month, found.account_month) < 1e-4
    assert max(reference["month"], reference["account:month"]) < 1e-4


def test_components_equal_expected_mean_squares_on_balanced_data():
    rng = np.random.default_rng(3)
    a, r, m = 10, 4, 5
    y = (
        rng.normal(0, 6, (a, 1, 1)) + rng.normal(0, 4, (1, r, 1)) + rng.normal(0, 3, (1, 1, m))
        + rng.normal(0, 3, (a, r, 1)) + rng.normal(0, 3, (a, 1, m)) + rng.normal(0, 3, (a, r, m)) + 70
    )  # fmt: skip
    index = pd.MultiIndex.from_product([range(a), range(r), range(m)], names=["account", "rater", "month"])
    frame = pd.Series(y.ravel(), index=index, name="score").reset_index()
    grand = y.mean()
    means = {"a": y.mean((1, 2)), "r": y.mean((0, 2)), "m": y.mean((0, 1)), "ar": y.mean(2), "am": y.mean(1)}
    ss_a, ss_r = r * m * ((means["a"] - grand) ** 2).sum(), a * m * ((means["r"] - grand) ** 2).sum()
    ss_m = a * r * ((means["m"] - grand) ** 2).sum()
    ss_ar = m * ((means["ar"] - means["a"][:, None] - means["r"] + grand) ** 2).sum()
    ss_am = r * ((means["am"] - means["a"][:, None] - means["m"] + grand) ** 2).sum()
    df_e = a * r * m - 1 - (a - 1) - (r - 1) - (m - 1) - (a - 1) * (r - 1) - (a - 1) * (m - 1)
    ms_e = (((y - grand) ** 2).sum() - ss_a - ss_r - ss_m - ss_ar - ss_am) / df_e
    ms_ar, ms_am = ss_ar / ((a - 1) * (r - 1)), ss_am / ((a - 1) * (m - 1))
    found = estimate_components(frame)
    # With all mean squares in order, REML equals the ANOVA estimates.
    np.testing.assert_allclose(found.residual, ms_e, rtol=2e-3)
    np.testing.assert_allclose(found.account_rater, (ms_ar - ms_e) / m, rtol=1e-2)
    np.testing.assert_allclose(found.account, (ss_a / (a - 1) - ms_ar - ms_am + ms_e) / (r * m), rtol=1e-2)
    np.testing.assert_allclose(found.rater, (ss_r / (r - 1) - ms_ar) / (a * m), rtol=1e-2)


def test_phi_is_the_share_of_true_variance_of_a_mean():
    parts = VarianceComponents(50, 4, 2, 6, 8, 20, 70.0, True)
    error = 4 / 2 + 2 / 10 + 6 / 2 + 8 / 10 + 20 / 20
    assert parts.phi(2, 10) == pytest.approx(50 / (50 + error), rel=1e-12)


def test_fair_scores_and_leniency_equal_lm(sheets):
    facets = fit_facets(sheets)
    np.testing.assert_allclose(facets.accounts["fair"], REFERENCE["fair"], **EXACT)
    np.testing.assert_allclose(facets.raters["leniency"], REFERENCE["leniency"], rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(facets.raters["std_error"], REFERENCE["leniency_se"], **EXACT)
    np.testing.assert_allclose(facets.residual_sd, REFERENCE["sigma"], **EXACT)


def test_icc_of_a_month_from_the_mean_squares_of_r(sheets):
    january = sheets[sheets["month"] == pd.Period("2026-01")]
    double = january[january.groupby("account")["rater"].transform("size") > 1]
    between, within = (REFERENCE["icc_january"][key] for key in ("ms_between", "ms_within"))
    k, single, mean = one_way_icc(double["score"].to_numpy(), double["account"].to_numpy())
    assert k == pytest.approx(2)
    assert single == pytest.approx((between - within) / (between + within), rel=1e-8)
    assert mean == pytest.approx((between - within) / between, rel=1e-8)
    assert monthly_icc(sheets)["form"].iloc[0] == "ICC(1,k)"


def test_same_supervisors_for_all_give_the_two_way_icc():
    # Shrout & Fleiss (1979), table 4: ICC(2,1) = .29 and ICC(2,4) = .62.
    ratings = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    frame = pd.DataFrame(
        [(f"a{i}", f"r{j}", "2026-01", value) for i, row in enumerate(ratings) for j, value in enumerate(row)],
        columns=["account", "rater", "month", "score"],
    )
    row = monthly_icc(frame).iloc[0]
    assert (row["form"], round(row["icc"], 2), round(row["icc_k"], 2)) == ("ICC(2,k)", 0.29, 0.62)


def year(vetoed: bool = False, months: int = 12, double: bool = True) -> pd.DataFrame:
    rows = [
        (account, rater, pd.Period(f"2026-{m:02d}"), score, vetoed and account == "a" and m == 3, pd.NA)
        for account, score in (("a", 90.0), ("b", 70.0), ("c", 50.0))
        for m in range(1, months + 1)
        for rater in (("x", "y") if double else ("x",))
    ]
    return pd.DataFrame(rows, columns=["account", "rater", "month", "score", "veto", "inspection"])


def test_annual_score_is_shrunk_by_the_accounts_own_phi():
    parts = VarianceComponents(100, 10, 5, 10, 20, 30, 70.0, True)
    frame = year()
    annual = annual_scores(frame, frame["score"].to_numpy(), parts).set_index("account")
    assert annual.loc["a", "annual"] == pytest.approx(70 + parts.phi(2, 12) * 20)
    assert annual["verdict"].to_dict() == {"a": "good", "b": "pass", "c": "fail"}
    assert annual.loc["c", "points"] == 0


def test_a_veto_caps_and_thin_evidence_gives_no_score():
    parts = VarianceComponents(100, 10, 5, 10, 20, 30, 70.0, True)
    vetoed = year(vetoed=True)
    row = annual_scores(vetoed, vetoed["score"].to_numpy(), parts).set_index("account").loc["a"]
    assert (row["verdict"], row["points"]) == ("vetoed", 59.0)
    for frame in (year(months=8), year(double=False)):
        annual = annual_scores(frame, frame["score"].to_numpy(), parts)
        assert set(annual["verdict"]) == {"insufficient"}
        assert annual["annual"].isna().all()
    assert annual_points(85.0) == 85.0


def test_unconnected_supervisors_are_refused_by_name():
    frame = pd.DataFrame(
        {"account": list("aabb"), "rater": list("xyzw"), "month": ["2026-01"] * 4, "score": [1.0, 2, 3, 4]}
    )
    with pytest.raises(DataError, match="share no supervisor") as caught:
        fit_facets(frame)
    assert caught.value.code == "PANEL-010"


def test_a_supervisor_who_does_not_discriminate_is_named():
    rng = np.random.default_rng(5)
    rows = [
        (f"a{a}", f"r{r}", 80 + (0.5 if r == 0 else 9) * rng.normal()) for a in range(20) for r in range(4)
    ]  # fmt: skip
    table = rater_spread(pd.DataFrame(rows, columns=["account", "rater", "score"]))
    assert table.loc[table["collapsed"], "rater"].tolist() == ["r0"]


def test_announcement_effect_is_the_mean_difference_within_accounts():
    frame = pd.DataFrame(
        {
            "account": list("aabbcc"),
            "inspection": pd.array([True, False] * 3, dtype="boolean"),
            "score": [80.0, 70, 75, 69, 90, 82],
        }
    )
    effect, error = announcement_effect(frame)
    assert effect == pytest.approx(8.0)
    assert error == pytest.approx(2 / np.sqrt(3))


def test_whole_panel(sheets):
    records = pd.Series({f"a{i:02d}": float(i) for i in range(1, 17)})
    result = evaluate_panel(read_panel_scores(GOLDEN / "sheets.csv"), records=records)
    assert result.phi == pytest.approx(result.components.phi(result.raters_per_month, result.n_months))
    assert {f.code for f in result.findings} >= {"PANEL-108"}
    document = result.to_dict()
    assert len(document["annual"]) == 16
    assert document["gaming"]["log_n"] == 16
    json.dumps(document["monthly"])


SHEET = {"账号": ["甲", "乙"], "监督员": ["x", "y"], "月份": ["2026年3月", "202604"], **{k: [1, 2] for k in POINTS}}


def test_chinese_columns_items_and_months_are_read():
    scores = panel_scores_of(pd.DataFrame(SHEET))
    by_account = scores.frame.set_index("account")
    assert by_account.loc["乙", "score"] == 32
    assert str(by_account.loc["甲", "month"]) == "2026-03"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"月份": ["March", "202604"]}, "PANEL-002"),
        ({"A1": [7, 1]}, "PANEL-003"),
        ({"A1": ["six", 1]}, "PANEL-003"),
        ({"监督员": [None, "y"]}, "PANEL-003"),
        ({"账号": ["甲", "甲"], "监督员": ["x", "x"], "月份": ["202603", "202603"]}, "PANEL-004"),
        ({"月份": [46083, 46083]}, "PANEL-002"),
        ({"月份": ["1970-01", "2026-01"]}, "PANEL-002"),
        ({"月份": [2026.1, 2026.1]}, "PANEL-002"),
        ({"月份": ["2026.1", "2026.11"]}, "PANEL-002"),
        ({"A1": ["5分", 1]}, "PANEL-003"),
        ({"A1": [float("inf"), 1]}, "PANEL-003"),
        ({"单项否决": ["也许", "否"]}, "PANEL-007"),
        ({"单项否决": ["无虚假粉丝", "否"]}, "PANEL-007"),
        ({"检查期": ["?", "否"]}, "PANEL-007"),
        ({"总分": [50, 50]}, "PANEL-008"),
    ],
)
def test_bad_sheets_are_named(change, code):
    with pytest.raises(DataError) as caught:
        panel_scores_of(pd.DataFrame({**SHEET, **change}))
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("word", "vetoed"),
    [
        ("×", False), ("-", False), ("没有", False), ("未发现", False), ("否", False), (0.0, False), (None, False),
        ("是", True), ("√", True), (1, True), (2.0, True), ("2周无更新", True), ("无有效互动", True),
        ("一票否决", True), (True, True), (False, False),
    ],
)  # fmt: skip
def test_a_veto_is_a_veto_only_where_the_sheet_says_so(word, vetoed):
    frame = pd.DataFrame({"account": ["A"], "rater": ["r"], "month": ["2026-03"], "score": [81], "veto": [word]})
    assert panel_scores_of(frame.astype({"veto": object})).frame["veto"].tolist() == [vetoed]


def test_months_that_say_one_thing_are_read():
    months = ["2026.1", "2026.10", "2026.2", "202603", "20260415", "2026年5月", "2026-06-30"]
    frame = pd.DataFrame({"account": "A", "rater": "r", "month": months, "score": 81})
    assert [m.month for m in panel_scores_of(frame).frame["month"]] == [1, 2, 3, 4, 5, 6, 10]
    assert panel_scores_of(frame.head(1).assign(month=[202607.0])).frame["month"].tolist() == [pd.Period("2026-07")]
    assert panel_scores_of(frame.head(1).assign(month=["202607.0"])).frame["month"].tolist() == [pd.Period("2026-07")]


def test_supervisors_named_by_a_phone_number_are_numbered():
    raters = ["13800138001", "13800138000"]
    frame = pd.DataFrame({"account": "A", "rater": raters, "month": "2026-01", "score": [80, 70]})
    assert panel_scores_of(frame).frame["rater"].tolist() == ["S1", "S2"]


def test_row_numbers_are_those_of_the_file(tmp_path):
    path = tmp_path / "sheets.csv"
    path.write_text("account,rater,month,score\n\nA,r,2026-01,80\n,,,\nA,s,2026-01,85分\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"row 5 \('85分'\)"):
        read_panel_scores(path)


def test_scores_of_the_records_are_checked_before_they_are_compared(tmp_path, sheets):
    path = tmp_path / "health.csv"
    wrong = {"A,85分": "PANEL-003", "A,85\nA,86": "PANEL-006", "A,500": "PANEL-003", ",80": "PANEL-006"}
    for text, code in wrong.items():
        path.write_text(f"account,score\n{text}\n", encoding="utf-8")
        with pytest.raises(DataError) as caught:
            read_record_scores(path)
        assert caught.value.code == code
    scores = PanelScores(sheets.assign(veto=False, inspection=pd.NA), None)
    accounts = sorted(set(sheets["account"].astype(str)))
    alike = evaluate_panel(scores, records=pd.Series(70.0, index=accounts))
    assert alike.gaming.log_correlation is None
    assert "PANEL-109" in {f.code for f in alike.findings}
    with pytest.raises(UsageError, match="PANEL-013"):
        evaluate_panel(scores, weight=float("nan"))
    with pytest.raises(UsageError, match="PANEL-014"):
        evaluate_panel(scores, records={"A": 1})


def test_all_faults_at_once_and_missing_columns():
    with pytest.raises(DataError) as caught:
        panel_scores_of(pd.DataFrame({**SHEET, "A1": [9, 1], "月份": ["x", "y"]}))
    assert {fault.code for fault in caught.value.faults} == {"PANEL-002", "PANEL-003"}
    with pytest.raises(DataError, match="neither a column `score`"):
        panel_scores_of(pd.DataFrame({"account": ["a"], "rater": ["b"], "month": ["2026-01"], "A1": [3]}))
    with pytest.raises(DataError, match="no sheet"):
        panel_scores_of(pd.DataFrame({"account": [], "rater": [], "month": [], "score": []}))


# Intervals ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", ["sheets", "boundary"])
def test_statsmodels_finds_the_same(file):
    frame = read_panel_scores(GOLDEN / f"{file}.csv").frame
    components = estimate_components(frame)
    found = check_components(frame, components)
    for name, variance in found.components.items():
        # Of the total, where a variance is next to nothing; Powell stops at steps of 1e-4.
        assert getattr(components, name) == pytest.approx(variance, rel=5e-3, abs=0.05), name
    # As much as the largest of them differs, and no other.
    total = sum(getattr(components, name) for name in found.components)
    gaps = {name: abs(getattr(components, name) - value) / total for name, value in found.components.items()}
    assert found.largest_difference == pytest.approx(max(gaps.values()))
    assert gaps[found.component] == max(gaps.values())
    assert found.largest_difference < 5e-3


def test_the_second_engine_is_asked_by_name():
    result = evaluate_panel(GOLDEN / "boundary.csv", check="statsmodels")
    assert result.to_dict()["check"]["engine"] == "statsmodels"
    assert evaluate_panel(GOLDEN / "boundary.csv").to_dict()["check"] is None
    with pytest.raises(UsageError, match="PANEL-016"):
        evaluate_panel(GOLDEN / "boundary.csv", check="statmodels")


def test_curvature_of_the_likelihood_is_that_of_balanced_mean_squares():
    # One-way: 2 ln(between + within) and ln(within) have variances 2/df, the delta method gives those of components.
    from wxsat.panel.restricted_likelihood import cross_scores, fit_crossed

    rng = np.random.default_rng(8)
    a, k = 60, 6
    y = rng.normal(0, 2, (a, 1)) + rng.normal(0, 1, (a, k))
    account = np.repeat(np.arange(a), k)
    fit = fit_crossed(cross_scores(y.ravel(), account, np.tile(np.arange(k), a), np.zeros(a * k, int)), ["account"])
    within = fit.variances["residual"]
    between = within + k * fit.variances["account"]
    df_b, df_w = a - 1, a * (k - 1)
    assert within == pytest.approx(((y - y.mean(1, keepdims=True)) ** 2).sum() / df_w, rel=1e-4)
    assert fit.covariance[1, 1] == pytest.approx(2 / df_w, rel=0.01)
    share = between / (between - within)
    rest = within / (between - within)
    assert fit.covariance[0, 0] == pytest.approx(share**2 * 2 / df_b + rest**2 * 2 / df_w, rel=0.01)


def test_interval_of_phi_follows_its_logit(components):
    phi = components.phi(1.3, 12)
    low, high = components.phi_interval(1.3, 12)
    assert 0 < low < phi < high < 1
    middle = [np.log(end / (1 - end)) for end in (low, phi, high)]
    assert middle[1] - middle[0] == pytest.approx(middle[2] - middle[1])
    # More supervisors and months leave the accounts' own spread: Phi and both ends rise.
    assert components.phi_interval(4, 24)[0] > low
    assert np.isnan(VarianceComponents(0, 5, 2, 4, 10, 30, 70.0, True).phi_interval(2, 12)).all()


def test_icc_intervals_equal_psych():
    # R psych 2.2.9, ICC() of the ratings of Shrout & Fleiss (1979): 95 % limits of ICC1k, and of ICC2k.
    ratings = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float)
    found = one_way_interval(ratings.ravel(), np.repeat(np.arange(6), 4))
    assert found == pytest.approx((-0.88444215524, 0.9124154203), abs=1e-9)
    rows = [(f"a{i}", f"r{j}", "2026-01", value) for i, row in enumerate(ratings) for j, value in enumerate(row)]
    row = monthly_icc(pd.DataFrame(rows, columns=["account", "rater", "month", "score"])).iloc[0]
    assert (row["ci_lower"], row["ci_upper"]) == pytest.approx((0.071136815303, 0.927232040168), abs=1e-9)


def test_two_supervisors_of_four_accounts_are_two_way_and_full_agreement_is_one():
    # by hand: mean squares 10/3 between accounts, 8 between supervisors, 0 left over
    shifted = [(f"a{i}", r, "2026-01", 60.0 + i + shift) for i in range(4) for r, shift in (("x", 0.0), ("y", 2.0))]
    columns = ["account", "rater", "month", "score"]
    row = monthly_icc(pd.DataFrame(shifted, columns=columns)).iloc[0]
    assert (row["form"], row["icc"]) == ("ICC(2,k)", pytest.approx((10 / 3) / (10 / 3 + 2 * 8 / 4)))
    alike = [(a, r, m, 60.0 + int(a[1])) for a, r, m, _ in shifted]
    assert monthly_icc(pd.DataFrame(alike, columns=columns)).iloc[0]["icc_k"] == pytest.approx(1.0)


def test_result_tells_the_intervals(sheets):
    result = evaluate_panel(panel_scores_of(sheets.assign(month=sheets["month"].astype(str))))
    told = result.to_dict()
    assert (told["phi_ci_lower"], told["phi_ci_upper"]) == result.phi_interval
    assert {"ci_lower", "ci_upper"} <= set(told["icc"][0])
