"""Parallel analysis against `psych::fa.parallel` on the same answers, one core, in one run.

Run in the repository: ``python benchmarks/parallel_analysis.py`` (needs Rscript with psych). It prints both
and the ratio.
psych draws two random data sets a round (shuffled and normal), wxsat one: the ratio counts a round as two draws.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from wxsat.psychometrics.factors.parallel import analyse_parallel, correlate

ROUNDS = 50


def main() -> None:
    """Time both on 1000 respondents and 20 items."""
    rng = np.random.default_rng(1)
    values = (
        np.digitize(np.repeat(rng.normal(size=(1000, 4)), 5, axis=1) + rng.normal(size=(1000, 20)), [-1, 0, 1]) + 1.0
    )
    correlation = correlate(values, "pearson", "listwise")
    start = time.perf_counter()
    found = analyse_parallel(values, correlation, draws=2 * ROUNDS)
    ours = time.perf_counter() - start
    with tempfile.TemporaryDirectory() as folder:
        pd.DataFrame(values).to_csv(Path(folder) / "answers.csv", index=False)
        script = Path(__file__).with_suffix(".R")
        done = subprocess.run(["Rscript", str(script), folder, str(ROUNDS)], capture_output=True, text=True, check=True)
    theirs = float(done.stdout.split()[-1])
    print(f"wxsat {ours:.3f} s ({found.n_components} components), psych {theirs:.3f} s, ratio {theirs / ours:.1f}")


if __name__ == "__main__":
    main()
