"""No path through the tables of one run reveals a withheld cell: the margins leave every one of them open."""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from wxsat.instrument.load import load_instrument
from wxsat.present.table import SUPPRESSED
from wxsat.present.tables.disclosure import background_questions, count_system, margin_level, withheld_counts
from wxsat.present.tables.sample import tabulate_sample
from wxsat.present.tables.suppression import SMALLEST_SHOWN, determined_positions, withheld_positions
from wxsat.present.tables.weights import tabulate_weights
from wxsat.responses.responses import Responses


def room(counts, relations, withheld, cell):
    """The least and the most that a reader who knows the sums and the shown cells can say of one withheld cell."""
    unknown = sorted(withheld)
    system = np.array([[relation.get(i, 0) for i in unknown] for relation in relations], dtype=float)
    known = system @ np.array([counts[i] for i in unknown], dtype=float)
    ends = []
    for sign in (1, -1):
        objective = [sign * float(i == cell) for i in unknown]
        solved = linprog(objective, A_eq=system, b_eq=known, bounds=[(0, None)] * len(unknown))
        assert solved.status == 0
        ends.append(sign * solved.fun)
    return ends


def two_way(generator, rows, columns):
    counts = generator.poisson(9, size=(rows, columns))
    cells = np.arange(rows * columns).reshape(rows, columns)
    sums = [dict.fromkeys(line.tolist(), 1) for line in (*cells, *cells.T)]
    return counts.ravel().tolist(), sums


def test_no_margin_of_a_two_way_table_determines_a_withheld_cell():
    generator = np.random.default_rng(20)
    protected = 0
    for _ in range(120):
        counts, sums = two_way(generator, *generator.integers(2, 6, size=2))
        withheld = withheld_positions(counts, sums)
        assert {i for i, count in enumerate(counts) if 0 < count < SMALLEST_SHOWN} <= withheld
        assert not determined_positions(withheld, sums)
        for cell in sorted(withheld)[:4]:
            low, high = room(counts, sums, withheld, cell)
            # An interval, not a value: linear programming is the witness of the null space.
            assert high - low > 0.5
            protected += 1
    assert protected > 200


def test_a_determined_cell_is_found_by_its_equations():
    relations = [{0: 1, 1: 1, 2: 1}, {0: 1, 3: 1}, {1: 1, 3: -1}]
    # x0 + x3 and x1 - x3 are known, so x0 + x1 is, so x2 is.
    assert determined_positions([0, 1, 2, 3], relations) == {2}


def test_nothing_small_withholds_nothing():
    assert withheld_positions([9, 12, 0, 7], [{0: 1, 1: 1}, {2: 1, 3: 1}]) == frozenset()


@pytest.fixture(scope="module")
def instrument():
    return load_instrument("gov-wechat-public")


def answers(frame, instrument):
    frame = pd.DataFrame(frame)
    reasons = pd.DataFrame("", index=frame.index, columns=frame.columns)
    return Responses(
        frame=frame, reasons=reasons, paradata=pd.DataFrame(index=frame.index), rows=np.arange(len(frame)),
        instrument=instrument, form=None, provenance={}, log=(),
    )  # fmt: skip


def gate_and_routed(instrument):
    """A closed question of the background that another one hangs on."""
    closed = {q.id: q for q in background_questions(instrument) if q.choices}
    return next(
        (closed[q.ask_if.question], q) for q in closed.values() if q.ask_if is not None and q.ask_if.question in closed
    )


def test_a_routed_question_does_not_give_its_gate_away(instrument):
    gate, routed = gate_and_routed(instrument)
    opened = routed.ask_if.is_any_of[0]
    other = next(c.code for c in gate.choices if c.code not in routed.ask_if.is_any_of)
    # 3 people opened the routed question: neither they nor its base may be seen.
    first = [float(opened)] * 3 + [float(other)] * 60
    second = [float(routed.choices[0].code)] * 3 + [np.nan] * 60
    given = answers({gate.id: first, routed.id: second}, instrument)
    given.reasons[routed.id] = [""] * 3 + ["not_shown"] * 60
    table = tabulate_sample(given, instrument, "en")
    cells = dict(zip(table.row_keys, (row[2] for row in table.rows), strict=True))
    assert cells[f"{gate.id}.{opened}"] == SUPPRESSED
    assert cells[f"{gate.id}.{other}"] == SUPPRESSED
    assert cells[f"{routed.id}.{routed.choices[0].code}"] == SUPPRESSED


def test_the_base_of_a_routed_question_does_not_give_the_rest_of_its_gate_away(instrument):
    gate, routed = gate_and_routed(instrument)
    opened = routed.ask_if.is_any_of[0]
    other = next(c.code for c in gate.choices if c.code not in routed.ask_if.is_any_of)
    # 3 did not open it: 40 of 43 answered the routed question, whose base would tell.
    first = [float(opened)] * 40 + [float(other)] * 3
    codes = [float(c.code) for c in routed.choices]
    second = list(itertools.islice(itertools.cycle(codes[:2]), 40)) + [np.nan] * 3
    given = answers({gate.id: first, routed.id: second}, instrument)
    given.reasons[routed.id] = [""] * 40 + ["not_shown"] * 3
    table = tabulate_sample(given, instrument, "en")
    base = sum(row[2] for key, row in zip(table.row_keys, table.rows, strict=True)
               if key.startswith(f"{routed.id}.") and isinstance(row[2], int))  # fmt: skip
    assert base != 40
    shown = [row[2] for key, row in zip(table.row_keys, table.rows, strict=True) if key.startswith(f"{gate.id}.")]
    assert not {40, 3} & {n for n in shown if isinstance(n, int)}


def weighting(rows):
    margins = pd.DataFrame(rows, columns=["variable", "level", "n", "unweighted", "target", "achieved"])
    quality = SimpleNamespace(
        n=100, deff=1.2, n_effective=83.0, cv=0.4, smallest=0.5, largest=2.0, median=1.0, share_at_bounds=0.0
    )
    return SimpleNamespace(margins=margins, quality=quality)


def test_the_weights_do_not_show_what_the_sample_withholds(instrument):
    question = next(q for q in instrument.background if q.id == "gender")
    a, b, c = (choice.code for choice in question.choices[:3])
    n = {a: 60, b: 38, c: 2}
    given = answers({"gender": [float(code) for code, count in n.items() for _ in range(count)]}, instrument)
    rows = [("gender", str(code), count, count / 100, 1 / 3, 1 / 3) for code, count in n.items()]
    # Merged levels: one group of a and c, which a sum of the sample's cells makes.
    weights = weighting([("gender", str(a), 60, 0.6, 0.5, 0.5), ("gender", str(b), 38, 0.38, 0.3, 0.3), rows[2]])
    withheld = withheld_counts(given, instrument, weights)
    assert {("gender", str(c)), ("margin:gender", str(c))} <= withheld
    sample = tabulate_sample(given, instrument, "en", withheld)
    table = tabulate_weights(weights, instrument, "en", withheld)
    of_sample = {key.split(".")[1]: row[2] for key, row in zip(sample.row_keys, sample.rows, strict=True)}
    of_weights = {str(key).split(".")[1]: row[2] for key, row in zip(table.row_keys, table.rows, strict=True)}
    for level in (str(a), str(b), str(c)):
        assert (of_sample[level] == SUPPRESSED) == (of_weights[level] == SUPPRESSED)


def test_random_samples_leave_no_withheld_cell_open_to_their_own_sums(instrument):
    generator = np.random.default_rng(7)
    gate, routed = gate_and_routed(instrument)
    codes = {q.id: [float(c.code) for c in q.choices] for q in (gate, routed)}
    for _ in range(40):
        n = int(generator.integers(30, 90))
        first = generator.choice(codes[gate.id], size=n, p=generator.dirichlet([0.6] * len(codes[gate.id])))
        asked = np.isin(first, routed.ask_if.is_any_of)
        second = np.where(asked, generator.choice(codes[routed.id], size=n), np.nan)
        given = answers({gate.id: first, routed.id: second}, instrument)
        given.reasons[routed.id] = np.where(asked, "", "not_shown")
        system = count_system(given, instrument)
        withheld = {system.keys.index(key) for key in withheld_counts(given, instrument)}
        small = {i for i, count in enumerate(system.counts) if 0 < count < SMALLEST_SHOWN}
        assert small <= withheld
        # A base is told by any count of its question that is shown with its percentage.
        told = [
            gated for name, gated in system.routed.items()
            if any(k == name and i not in withheld and system.counts[i] for i, (k, _) in enumerate(system.keys))
        ]  # fmt: skip
        known = [r for r in system.relations if _told(r, system, withheld)]
        # What nothing can protect is a question whose withheld cells are all it has: its base is not told either.
        assert not {i for i in determined_positions(withheld, [*known, *told]) if system.counts[i]}


def _told(relation, system, withheld):
    """Whether the base of a question stands in the table: N, or a shown count beside its percentage."""
    name = system.keys[next(iter(relation))][0]
    if name not in system.routed:
        return True
    return any(i not in withheld and system.counts[i] for i in relation)


def test_levels_of_margins_are_told_by_code(instrument):
    question = next(q for q in instrument.background if q.id == "gender")
    choice = question.choices[0]
    assert margin_level("gender", choice.text.zh, instrument) == str(choice.code)
    assert margin_level("gender*x", f"{choice.text.en}*y", instrument) == f"{choice.code}*y"
    assert margin_level("gender", "(missing)", instrument) == "missing"
