"""Result to table: contracts of the columns, names, marks, notes, suppression; the results are small stand-ins."""

# ruff: noqa: E501 - column contracts and rows of stand-in frames stay on one line each
from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from wxsat.finding import Finding
from wxsat.instrument.load import load_instrument
from wxsat.present.numbers import numbers_of
from wxsat.present.render.printed import print_table
from wxsat.present.table import SUPPRESSED
from wxsat.present.tables.building import as_cell, with_notes
from wxsat.present.tables.effects import tabulate_defined, tabulate_effects
from wxsat.present.tables.fit import tabulate_fit
from wxsat.present.tables.flow import tabulate_flow
from wxsat.present.tables.fornell_larcker import tabulate_fornell_larcker
from wxsat.present.tables.htmt import tabulate_htmt
from wxsat.present.tables.items import tabulate_items
from wxsat.present.tables.ledger import tabulate_ledger
from wxsat.present.tables.levers import tabulate_levers
from wxsat.present.tables.loadings import tabulate_loadings
from wxsat.present.tables.paths import tabulate_paths
from wxsat.present.tables.priorities import tabulate_priorities
from wxsat.present.tables.r2 import tabulate_r2
from wxsat.present.tables.reliability import tabulate_reliability
from wxsat.present.tables.residuals import tabulate_residuals
from wxsat.present.tables.sample import tabulate_sample
from wxsat.present.tables.sensitivity import tabulate_sensitivity
from wxsat.present.tables.severity import tabulate_severity
from wxsat.present.tables.suppression import suppressed_positions

NAN = float("nan")


@pytest.fixture(scope="module")
def instrument():
    return load_instrument("gov-wechat-public")


def frame(columns, *rows):
    return pd.DataFrame(rows, columns=columns.split())


SCALES = SimpleNamespace(
    items=frame(
        "construct item reversed n mean sd skew kurtosis floor ceiling missing dont_know item_rest alpha_dropped loading",
        ("PU", "PU1", False, 90, 4.5, 1.2, 0.1, -0.2, 0.01, 0.05, 0.1, 0.02, 0.7, 0.8, 0.75),
        ("UNA", "UNA4", True, np.int64(88), 3.5, 1.1, NAN, NAN, 0.0, 0.0, 0.0, NAN, 0.6, NAN, 0.7),
    ),
    reliability=frame(
        "construct n n_items alpha alpha_ci_lower alpha_ci_upper alpha_std omega cr ave mean_r loading_min loading_max",
        ("PU", 80, 3, 0.853, 0.81, 0.88, 0.85, 0.86, 0.86, 0.66, 0.6, 0.7, 0.9),
    ),
    htmt=frame(
        "a b htmt htmt2 ci_lower ci_upper",
        ("PU", "EOU", 0.4, 0.39, 0.3, 0.5),
        ("PU", "SAT", 0.91, 0.9, 0.85, 0.96),
        ("EOU", "SAT", NAN, NAN, NAN, NAN),
    ),
    fornell_larcker=frame(
        "a b correlation score_correlation sqrt_ave_a sqrt_ave_b distinct",
        ("PU", "EOU", 0.4, 0.3, 0.81, 0.77, True),
        ("PU", "SAT", 0.9, 0.8, 0.81, 0.83, False),
        ("EOU", "SAT", -0.2, -0.1, 0.77, 0.83, None),
    ),
)
REFUSAL = Finding("SEM-103", "refusal", "SAT", "negative variance", {})


def sem(refused=False):
    estimates = (0.05, 8.0, 0.0, 0.3, 0.5, 0.38, 0.41)
    return SimpleNamespace(
        estimator="ML", engine="semopy", n_obs=321, refused=refused, findings=(REFUSAL,) if refused else (),
        parameters=frame(
            "lhs op rhs group label free estimate std_error z p_value ci_lower ci_upper std_lv std_all",
            ("PU", "=~", "PU1", 1, "", 0, 1.0, NAN, NAN, NAN, NAN, NAN, 0.9, 0.8),
            ("PU", "=~", "PU2", 1, "", 1, 0.9, *estimates),
            ("SAT", "~", "PU", 1, "b1", 2, 0.4, *estimates),
            ("CI", "~", "SAT", 1, "", 3, 0.4, *estimates),
            ("SAT", "~", "EOU", 1, "", 4, 0.4, *estimates),
            ("total", ":=", "b1*b2", 1, "total", 0, 0.16, *estimates),
        ),
        fit_measures={"chisq": 30.0, "df": 20.0, "pvalue": 0.07, "cfi": 0.991, "rmsea": 0.04, "srmr": NAN},
        r2=frame("variable group value", ("SAT", 1, 0.45), ("CI", 1, 0.3), ("PU1", 1, 0.64)),
        effects=frame(
            "outcome source kind estimate std_error z p_value std_all path",
            ("SAT", "PU", "direct", 0.4, 0.05, 8.0, 0.0, 0.41, ""),
            ("SAT", "PU", "total", 0.4, 0.05, 8.0, 0.0, 0.41, ""),
            ("CI", "PU", "indirect", 0.16, 0.02, 8.0, 0.0, 0.17, ""),
            ("CI", "PU", "total", 0.16, 0.02, 8.0, 0.0, 0.17, ""),
            ("CI", "PU", "specific", 0.16, 0.02, 8.0, 0.0, 0.17, "PU->SAT->CI"),
        ),
        residuals=frame(
            "a b observed implied raw correlation",
            ("PU1", "PU1", 1.0, 1.0, 0.0, 0.0),
            ("PU1", "PU2", 0.5, 0.48, 0.02, 0.02),
            ("PU1", "SAT1", 0.1, 0.3, -0.2, -0.15),
        ),
    )  # fmt: skip


def diagnosis(refused=False):
    return SimpleNamespace(
        refused=refused,
        findings=(Finding("DIAG-112", "refusal", "structure", "", {}),) if refused else (),
        severity=frame(
            "unit level id dilemma S se ci_lower ci_upper method_lower method_upper p40 band verdict word n n_clusters",
            ("all", "sub", "SHOW", "D1", 57.3, 0.4, 56.5, 58.2, NAN, NAN, 0.9995, "orange", "severe", "virtually_certain", 90, 12),
            ("all", "sub", "LDR", "D1", NAN, NAN, NAN, NAN, NAN, NAN, NAN, None, "not_stated", None, 7, 3),
            ("all", "dilemma", "D1", "D1", 50.0, 0.4, 49.0, 51.0, 40.0, 60.0, 0.5, "orange", "undetermined", "about_as_likely_as_not", 90, 12),
        ),
        priorities=frame(
            "driver kind importance importance_ci_lower importance_ci_upper performance performance_ci_lower performance_ci_upper quadrant p_act_first",
            ("PVAL", "driver", 0.35, 0.3, 0.4, 55.0, 54.0, 56.0, "act_first", 0.93),
            ("D1", "dilemma", 0.3, 0.2, 0.4, 42.7, 41.0, 44.0, "keep_up", 0.1),
        ),
        levers=frame(
            "lever dilemma severity target shift gain ci_lower ci_upper own own_ci_lower own_ci_upper own_share extrapolation",
            ("R1", "D1", 57.3, 20.0, -37.3, 12.2, 10.0, 14.0, 12.2, 10.0, 14.0, 0.52, True),
            ("all", None, NAN, 20.0, NAN, 23.4, 20.0, 26.0, 23.4, 20.0, 26.0, 1.0, True),
        ),
    )  # fmt: skip


def column(table, name):
    place = [c.name for c in table.columns].index(name)
    return [row[place] for row in table.rows]


def test_items(instrument):
    table = tabulate_items(SCALES, instrument, "zh")
    assert column(table, "construct") == ["感知有用性", "无人问津"]
    assert column(table, "item") == ["PU1", "UNA4 (R)"]
    assert column(table, "alpha_dropped") == [0.8, None]
    assert type(column(table, "n")[1]) is int
    assert {"id": "items.PU1.mean", "value": 4.5, "table": "items", "row": "PU1", "column": "mean"} in numbers_of(table)


def test_items_with_fewer_than_ten_answers_are_withheld() -> None:
    frame = SCALES.items.assign(n=[9, *SCALES.items["n"].tolist()[1:]])
    table = tabulate_items(SimpleNamespace(items=frame), None, "en")
    assert set(table.rows[0][2:]) == {"[c]"}
    assert not any("[c]" in row for row in table.rows[1:])
    assert "fewer than 10" in table.notes[-1]


def test_names_are_ids_without_an_instrument():
    assert column(tabulate_reliability(SCALES, None, "en"), "construct") == ["PU"]


def test_reliability_notes_name_formula_and_convention(instrument):
    notes = " ".join(tabulate_reliability(SCALES, instrument, "en").notes)
    assert "Cronbach" in notes
    assert "Conventions, not tests" in notes


def test_htmt_is_a_lower_triangle(instrument):
    table = tabulate_htmt(SCALES, instrument, "en")
    assert [c.name for c in table.columns] == ["construct", "PU", "EOU"]
    assert [c.heading for c in table.columns] == ["Construct", "1", "2"]
    assert [row[1:] for row in table.rows] == [("", ""), (0.4, ""), (0.91, None)]
    assert any("HTMT = .91, 95% CI [.85, .96]" in note for note in table.notes)
    assert [entry["id"] for entry in numbers_of(table)] == ["htmt.EOU.PU", "htmt.SAT.PU"]


def test_fornell_larcker_has_the_roots_on_the_diagonal(instrument):
    table = tabulate_fornell_larcker(SCALES, instrument, "en")
    assert [row[1:] for row in table.rows] == [(0.81, "", ""), (0.4, 0.77, ""), (0.9, -0.2, 0.83)]
    assert table.notes[-1].startswith("1 pair(s) fail: Perceived usefulness – Satisfaction")


def test_fit_carries_the_conventions_as_such(instrument):
    table = tabulate_fit(sem(), instrument, "en", id="fit.tam")
    assert table.id == "fit.tam"
    assert table.row_keys == ("model1", "convention")
    assert column(table, "df") == [20, ""]
    assert column(table, "chisq_df") == [1.5, ""]
    assert column(table, "srmr") == [None, "≤.08"]
    assert column(table, "tli") == [None, "≥.95"]
    assert not any(entry["row"] == "convention" for entry in numbers_of(table))


def test_paths_stand_together_under_their_outcome(instrument):
    table = tabulate_paths(sem(), instrument, "en")
    assert table.row_keys == ("SAT~PU", "SAT~EOU", "CI~SAT")
    assert table.marked_rows == ()
    assert column(table, "std_all") == [0.41, 0.41, 0.41]


@pytest.mark.parametrize(
    "tabulate", [tabulate_paths, tabulate_loadings, tabulate_effects, tabulate_defined, tabulate_r2]
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_refused_results_are_marked_and_say_why(tabulate, language, instrument):
    table = tabulate(sem(refused=True), instrument, language)
    assert table.marked_rows == tuple(range(len(table.rows)))
    assert "SEM-103" in table.notes[-1]
    assert tabulate(sem(), instrument, language).marked_rows == ()


def test_refusal_from_elsewhere_marks_without_a_code(instrument):
    table = tabulate_paths(sem(), instrument, "en", refused=True)
    assert table.marked_rows == (0, 1, 2)
    assert "A stated rule forbids" in table.notes[-1]


def test_fit_of_a_refused_model_marks_the_model_not_the_convention(instrument):
    assert tabulate_fit([sem(), sem(refused=True)], instrument, "en").marked_rows == (1,)


def test_a_fixed_loading_has_no_standard_error(instrument):
    table = tabulate_loadings(sem(), instrument, "en")
    assert column(table, "std_error") == [None, 0.05]
    assert any("fixed to set the scale" in note for note in table.notes)


def test_effects_list_pairs_with_an_indirect_effect(instrument):
    table = tabulate_effects(sem(), instrument, "en")
    assert table.row_keys == ("CI~PU",)
    assert column(table, "direct") == [""]
    assert column(table, "indirect") == column(table, "total") == [0.16]


def test_defined_parameters(instrument):
    table = tabulate_defined(sem(), instrument, "zh")
    assert table.row_keys == ("total",)
    assert column(table, "formula") == ["b1*b2"]


def test_r2_leaves_out_indicators(instrument):
    table = tabulate_r2(sem(), instrument, "en")
    assert table.row_keys == ("SAT", "CI")
    assert column(table, "predictors") == ["Perceived usefulness, Perceived ease of use", "Satisfaction"]


def test_residuals_are_ranked_by_size(instrument):
    table = tabulate_residuals(sem(), instrument, "en", largest=1)
    assert table.row_keys == ("PU1~~SAT1",)
    assert table.notes[0] == "The 1 largest in size; 1 of all 2 pairs exceed .10 in size."


def test_groups_get_a_column_and_a_key(instrument):
    first = sem()
    twice = pd.concat([first.parameters, first.parameters.assign(group=2)], ignore_index=True)
    table = tabulate_paths(SimpleNamespace(**{**vars(first), "parameters": twice}), instrument, "en")
    assert table.row_keys[:2] == ("SAT~PU@1", "SAT~EOU@1")
    assert table.columns[0].name == "group"


def test_severity_puts_dilemmas_first_and_withholds_small_cells(instrument):
    table = tabulate_severity(diagnosis(), instrument, "zh")
    assert table.row_keys == ("D1", "SHOW", "LDR")
    assert column(table, "dilemma")[0] == "领导者政务服务思维困境"
    assert column(table, "dilemma")[1].endswith("作秀感")
    assert column(table, "verdict") == ["未定", "严重", ""]
    assert column(table, "word")[1] == "几乎可以确定"
    assert column(table, "method_lower") == [40.0, "", SUPPRESSED]
    assert column(table, "S")[2] == column(table, "n")[2] == SUPPRESSED
    assert not any(entry["row"] == "LDR" and entry["column"] != "n_clusters" for entry in numbers_of(table))


def test_priorities(instrument):
    table = tabulate_priorities(diagnosis(), instrument, "en")
    assert column(table, "quadrant") == ["act first", "keep up"]
    assert tabulate_priorities(diagnosis(refused=True), instrument, "en").marked_rows == (0, 1)


def test_levers(instrument):
    table = tabulate_levers(diagnosis(), instrument, "en")
    assert column(table, "lever") == ["The root: change the leaders' thinking", "All four together"]
    assert column(table, "severity") == [57.3, ""]
    assert column(table, "extrapolation") == ["yes", "yes"]
    assert tabulate_levers(diagnosis(), instrument, "en", refused=True).marked_rows == (0, 1)


def responses(**answers):
    data = pd.DataFrame(answers, dtype=float)
    flow = frame(
        "step n_left n_dropped reason", ("read", 200, 0, "rows"), ("careless", len(data), 200 - len(data), "x")
    )
    ledger = frame(
        "row rule family subject value threshold action",
        (1, "speed", "time", "", 0.5, 2.0, "drop"),
        (1, "bogus", "attention", "AC2", 7.0, 4.0, "drop"),
        (2, "speed", "time", "", 1.5, 2.0, "flag"),
        (2, "speed", "time", "", 1.5, 2.0, "flag"),
        (pd.NA, "reverse_key", "recode", "UNA4", 8.0, NAN, "recode"),
    )
    return SimpleNamespace(
        frame=data, reasons=pd.DataFrame(index=data.index), flow=flow, ledger=ledger, single_flag_rows=(2,), n=len(data)
    )


def test_flow(instrument):
    table = tabulate_flow(responses(gender=[1] * 50), instrument, "en")
    assert column(table, "n_left") == [200, 50]
    assert column(table, "share_dropped") == [0.0, 0.75]
    assert column(table, "reason")[1] == "Two independent families of evidence agree"


def test_flow_prints_an_unknown_step_as_it_is(instrument):
    given = responses(gender=[1] * 50)
    given.flow.loc[1, "step"] = "new_rule"
    assert column(tabulate_flow(given, instrument, "zh"), "step") == ["读入", "new_rule"]


def test_ledger_counts_respondents_once(instrument):
    table = tabulate_ledger(responses(gender=[1] * 50), instrument, "en")
    assert table.row_keys == ("speed", "bogus.AC2")
    assert column(table, "n_flagged") == [2, 1]
    assert column(table, "n_dropped") == [1, 1]
    assert column(table, "share_flagged") == [0.01, 0.005]
    assert table.notes[-1].startswith("1 reverse-keyed items")


SUPPRESSION = [
    # counts of one question, positions withheld
    ([120, 30, 40], []),
    ([120, 30, 0], []),
    ([120, 3, 40], [1, 2]),  # the next smallest protects it
    ([120, 3, 2, 90], [1, 2]),
    ([120, 1, 2, 90], [1, 2, 3]),  # 1 + 2 < 5: their sum would give both away
    ([120, 4, 0], [0, 1]),
    ([4], [0]),
    ([4, 4], [0, 1]),
    ([], []),
]


@pytest.mark.parametrize(("counts", "withheld"), SUPPRESSION)
def test_suppression(counts, withheld):
    assert sorted(suppressed_positions(counts)) == withheld


def test_nothing_withheld_can_be_worked_out_from_the_total():
    generator = np.random.default_rng(7)
    for _ in range(500):
        counts = generator.integers(0, 12, size=generator.integers(2, 7)).tolist()
        withheld = suppressed_positions(counts)
        assert all(i in withheld for i, count in enumerate(counts) if 0 < count < 5)
        if withheld and any(count >= 5 for i, count in enumerate(counts) if i not in withheld):
            assert len(withheld) > 1
            assert sum(counts[i] for i in withheld) >= 5


def test_sample(instrument):
    gender = [1.0] * 20 + [2.0] * 27 + [3.0] * 2 + [NAN]
    table = tabulate_sample(responses(gender=gender, age=[30.0] * 49 + [NAN]), instrument, "zh")
    assert table.row_keys == ("age.answered", "gender.1", "gender.2", "gender.3", "gender.missing")
    # 2 respondents and 1 unanswered are withheld, and the 20 that would give their sum away; 49 of 50 would tell
    # that one respondent gave no age.
    assert column(table, "n") == [SUPPRESSED, SUPPRESSED, 27, SUPPRESSED, SUPPRESSED]
    assert column(table, "percent")[2] == 27 / 50
    assert column(table, "mean") == [30.0, "", "", "", ""]
    assert [e["id"] for e in numbers_of(table) if ".gender." in e["id"]] == [
        "sample.gender.2.n",
        "sample.gender.2.percent",
    ]


def test_sample_base_is_who_was_shown_the_question(instrument):
    given = responses(gender=[1.0] * 30 + [2.0] * 10 + [NAN] * 10)
    given.reasons["gender"] = [""] * 40 + ["not_shown"] * 10
    table = tabulate_sample(given, instrument, "en")
    assert column(table, "percent") == [0.75, 0.25, 0.0]


def test_sample_without_instrument_is_empty():
    assert tabulate_sample(responses(gender=[1.0]), None, "en").rows == ()


def test_sensitivity_compares_by_key(instrument):
    model = SimpleNamespace(id="tam", title=instrument.models[0].title, result=sem())
    run = {"scales": SCALES, "models": (model,), "diagnosis": diagnosis()}
    second = {**run, "diagnosis": None}
    content = SimpleNamespace(
        instrument=instrument, responses=SimpleNamespace(n=321), second_run=SimpleNamespace(n=300, **second), **run
    )
    table = tabulate_sensitivity(content, "en")
    assert table.row_keys[:2] == ("S.all.D1", "tam.cfi")
    assert column(table, "second")[0] is None
    assert column(table, "difference")[:2] == [None, 0.0]
    assert table.notes[0] == "Main run N = 321, second run N = 300."


def test_every_heading_names_its_unit_once(instrument):
    for table in (tabulate_items(SCALES, instrument, "en"), tabulate_ledger(responses(gender=[1]), instrument, "zh")):
        assert all("%" in c.heading for c in table.columns if c.kind == "percent")


@pytest.mark.parametrize(
    ("value", "cell"),
    [(np.float64(0.5), 0.5), (np.int64(3), 3), (np.nan, None), (pd.NA, None), (np.inf, None), (np.True_, True)],
)
def test_cells_are_plain(value, cell):
    assert as_cell(value) == cell
    assert type(as_cell(value)) in (int, float, bool, type(None))


def test_notes_can_be_added(instrument):
    table = tabulate_reliability(SCALES, instrument, "en")
    assert with_notes(table, "Source: own survey.", "") == replace(table, notes=(*table.notes, "Source: own survey."))


def test_a_fixed_loading_from_an_engine_that_gives_it_an_error_of_zero(instrument):
    result = sem()
    result.parameters.loc[0, ["std_error", "ci_lower", "ci_upper"]] = [0.0, 1.0, 1.0]
    table = tabulate_loadings(result, instrument, "en")
    assert column(table, "std_error") == [None, 0.05]
    assert column(table, "ci_lower") == [None, 0.3]


def test_the_note_on_equal_paths_needs_a_shared_label(instrument):
    result = sem()
    assert not any("set equal" in note for note in tabulate_paths(result, instrument, "en").notes)
    result.parameters.loc[[2, 4], "label"] = "b1"
    assert any("set equal" in note for note in tabulate_paths(result, instrument, "en").notes)


def test_rows_may_differ_in_their_decimals(instrument):
    given = responses(gender=[1] * 50)
    given.ledger["threshold"] = [2.9, 0.001, 2.9, 2.9, NAN]
    table = tabulate_ledger(given, instrument, "en")
    assert table.row_digits == (1, 3)
    printed = [[cell.text for cell in row] for row in print_table(table).rows]
    assert [row[3] for row in printed] == ["2.9", "0.001"]
    with pytest.raises(ValueError, match="row digits"):
        replace(table, row_digits=(1,))


def test_ledger_families_stand_in_the_order_of_the_locale(instrument):
    given = responses(gender=[1] * 50)
    given.ledger["family"] = ["report", "made_up", "report", "report", "recode"]
    given.ledger["rule"] = ["mahalanobis", "other", "mahalanobis", "mahalanobis", "reverse_key"]
    given.ledger.loc[2, ["rule", "family"]] = ["diligence", "diligence"]
    assert column(tabulate_ledger(given, instrument, "en"), "family") == ["Own statement", "Reported only", "made_up"]
