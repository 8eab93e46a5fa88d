"""Bootstrap of PLS against plspm for Python, one core, in one run: replicates per second and their ratio.

``python benchmarks/pls.py mobi.csv --plspm /path/to/python``: mobi.csv holds the 24 ECSI items; the other interpreter
has plspm 0.5.7. plspm's rate is that of its own fits on resampled, standardised rows with its own algorithm and no
processes: its bootstrap does the same work and more.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time

import numpy as np
import pandas as pd

from wxsat.pls.bootstrap import bootstrap_pls
from wxsat.pls.estimates import estimate
from wxsat.pls.plan import plan_estimation
from wxsat.pls.read_model import read_path_model

ROUNDS, DRAWS, THEIRS = 5, 2000, 5
BLOCKS = {
    "Image": [f"IMAG{i}" for i in range(1, 6)],
    "Expectation": [f"CUEX{i}" for i in range(1, 4)],
    "Quality": [f"PERQ{i}" for i in range(1, 8)],
    "Value": ["PERV1", "PERV2"],
    "Satisfaction": [f"CUSA{i}" for i in range(1, 4)],
    "Complaints": ["CUSCO"],
    "Loyalty": [f"CUSL{i}" for i in range(1, 4)],
}
CAUSES = {
    "Expectation": ["Image"],
    "Quality": ["Expectation"],
    "Value": ["Expectation", "Quality"],
    "Satisfaction": ["Image", "Expectation", "Quality", "Value"],
    "Complaints": ["Satisfaction"],
    "Loyalty": ["Image", "Satisfaction", "Complaints"],
}
WORKER = """
import sys, time, warnings
warnings.simplefilter("ignore")
import numpy as np, pandas as pd
import plspm.config as c
from plspm.plspm import Plspm
from plspm.scheme import Scheme
from plspm.mode import Mode
blocks, causes, path, draws = eval(sys.argv[1]), eval(sys.argv[2]), sys.argv[3], int(sys.argv[4])
frame = pd.read_csv(path)[[i for items in blocks.values() for i in items]]
inner = c.Structure()
for target, sources in causes.items():
    inner.add_path(sources, [target])
layout = inner.path()  # asked twice, plspm finds a cycle
def fit(rows):
    rows = ((rows - rows.mean()) / rows.std()).reset_index(drop=True)
    config = c.Config(layout, scaled=False)
    for name, items in blocks.items():
        config.add_lv(name, Mode.A, *(c.MV(i) for i in items))
    return Plspm(rows, config, Scheme.PATH, 300, 1e-7)
paths = fit(frame).path_coefficients()
rng = np.random.default_rng(1)
start = time.perf_counter()
for _ in range(draws):
    fit(frame.iloc[rng.integers(len(frame), size=len(frame))])
print(float(paths.loc["Satisfaction", "Quality"]), (time.perf_counter() - start) / draws)
"""


def main() -> None:
    """Print the path that both agree on, and the median ratio of interleaved rounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data")
    parser.add_argument("--plspm", default=sys.executable, help="Python that has plspm")
    given = parser.parse_args()
    text = "\n".join(f"{name} =~ {' + '.join(items)}" for name, items in BLOCKS.items())
    text += "\n" + "\n".join(f"{target} ~ {' + '.join(sources)}" for target, sources in CAUSES.items())
    plan = plan_estimation(read_path_model(text))
    values = pd.read_csv(given.data)[list(plan.columns)].to_numpy(float)
    full = estimate(plan, np.corrcoef(values, rowvar=False)[None])
    own = float(full.paths[0, plan.nodes.index("Satisfaction"), plan.nodes.index("Quality")])
    ratios = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        bootstrap_pls(plan, values, full, draws=DRAWS, seed=1)
        ours = (time.perf_counter() - start) / DRAWS
        command = [given.plspm, "-c", WORKER, repr(BLOCKS), repr(CAUSES), given.data, str(THEIRS)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        theirs_path, theirs = (float(word) for word in done.stdout.split()[-2:])
        if abs(theirs_path - own) > 1e-4:
            raise SystemExit(f"the two disagree on Quality -> Satisfaction: {own:.6f} and {theirs_path:.6f}")
        ratios.append(theirs / ours)
        print(f"wxsat {1 / ours:.0f}/s, plspm {1 / theirs:.1f}/s, ratio {theirs / ours:.0f}")
    print(f"Quality -> Satisfaction {own:.6f} and {theirs_path:.6f}; median ratio {np.median(ratios):.0f}")


if __name__ == "__main__":
    main()
