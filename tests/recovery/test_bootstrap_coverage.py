"""Do bootstrap intervals of an indirect effect hold the truth as often as they say? Slow: run once and reported."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from wxsat.sem.bootstrap.run import bootstrap_sem
from wxsat.sem.fit import fit_sem

MODEL = "x =~ a1 + a2 + a3\nm =~ b1 + b2 + b3\ny =~ c1 + c2 + c3\nm ~ a*x\ny ~ b*m + x\nind := a*b"
TRUTH = 0.4 * 0.5
SAMPLES, ROWS = 200, 200


@pytest.mark.slow
def test_coverage_of_an_indirect_effect():
    generator = np.random.default_rng(20240501)
    held = {"percentile": 0, "bc": 0, "normal": 0}
    failed = 0
    for sample in range(SAMPLES):
        x = generator.normal(size=ROWS)
        m = 0.4 * x + generator.normal(size=ROWS) * 0.9
        y = 0.5 * m + 0.2 * x + generator.normal(size=ROWS) * 0.8
        items = np.column_stack([v[:, None] + generator.normal(size=(ROWS, 3)) * 0.6 for v in (x, m, y)])
        frame = pd.DataFrame(items, columns=[f"{k}{i}" for k in "abc" for i in (1, 2, 3)])
        found = bootstrap_sem(fit_sem(MODEL, frame, engine="native"), draws=500, seed=sample)
        failed += found.counts["failed"]
        for kind in held:
            row = found.with_intervals(kind).intervals.set_index("name").loc["ind"]
            held[kind] += bool(row["ci_lower"] <= TRUTH <= row["ci_upper"])
    print(held, failed)
    assert failed == 0
    # .95 with a standard error of .015 from 200 samples; three of them, and the intervals' own error of order 1/N.
    for kind, count in held.items():
        assert 0.895 <= count / SAMPLES <= 0.995, kind
