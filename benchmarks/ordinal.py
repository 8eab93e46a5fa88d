"""Timings of ordinal sample statistics against lavaan::lavCor: one interleaved run, one thread, results compared first.

Thresholds and 630 polychoric correlations of 36 items; the same with the full asymptotic covariance matrix; and what
100,000 respondents cost relative to 1,000. With ``--bfi FILE`` (psych::bfi as CSV) also the whole WLSMV fit of its 25
items with its scaled and robust fit measures. Ratios are medians of the rounds' ratios.

    OPENBLAS_NUM_THREADS=1 python benchmarks/ordinal.py --rounds 9 --r-blas /path/to/libopenblasp-r0.3.21.so
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
import time
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import numpy as np  # noqa: E402

from wxsat.psychometrics.ordinal.correlations import polychoric_correlations  # noqa: E402
from wxsat.psychometrics.ordinal.moments import evaluate_ordinal_moments  # noqa: E402

HERE = Path(__file__).parent
ITEMS, FACTORS = 36, 9
# lavaan's optimiser stops at about 1e-7 in a correlation.
TOLERANCE = 1e-6
WHOLE_TOLERANCE = 1e-5
GOALS = {"cor": 60.0, "gamma": 35.0}


def answers(rows: int, seed: int = 1) -> np.ndarray:
    """Five-point answers to 36 items of nine correlated factors."""
    rng = np.random.default_rng(seed)
    factors = np.sqrt(0.4) * rng.normal(size=(rows, 1)) + np.sqrt(0.6) * rng.normal(size=(rows, FACTORS))
    latent = 0.75 * np.repeat(factors, ITEMS // FACTORS, axis=1) + np.sqrt(1 - 0.75**2) * rng.normal(size=(rows, ITEMS))
    return np.digitize(latent, [-1.2, -0.4, 0.4, 1.2]).astype(float) + 1


class Lavaan:
    """A live R process."""

    def __init__(self, preload: str | None) -> None:
        environment = os.environ | ({"LD_PRELOAD": preload} if preload else {})
        self.process = subprocess.Popen(
            ["Rscript", str(HERE / "ordinal_worker.R")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=environment,
        )  # fmt: skip

    def ask(self, *words: str) -> str:
        """Send one command and return the answer."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("\t".join(words) + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()


def ours(kind: str, values: np.ndarray) -> tuple[float, np.ndarray]:
    """Run one piece of work; return its wall time and what it found."""
    names = [f"u{index}" for index in range(ITEMS)]
    begin = time.perf_counter()
    if kind == "cor":
        found = polychoric_correlations(values, names).correlation
    else:
        nacov = evaluate_ordinal_moments(values, names, [True] * ITEMS).nacov
        assert nacov is not None
        found = nacov
    return time.perf_counter() - begin, found


def check(kind: str, lavaan: Lavaan, folder: Path, found: np.ndarray) -> None:
    """Refuse to time results that differ."""
    target = folder / "result.csv"
    lavaan.ask("write", str(target))
    expected = np.loadtxt(target, delimiter=",")
    scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    apart = float(np.abs((found - expected) / scale).max())
    print(f"{kind}: largest difference {apart:.1e}")
    if apart > TOLERANCE:
        raise SystemExit(f"{kind}: results differ by {apart:.1e}; no time is printed.")


def whole_fit(lavaan: Lavaan, folder: Path, file: Path, rounds: int) -> None:
    """Time WLSMV from raw answers to every fit measure, after comparing the figures."""
    import pandas as pd

    from wxsat.sem.fit import fit_sem

    frame = pd.read_csv(file).iloc[:, :25]
    frame.to_csv(folder / "bfi.csv", index=False)
    model = "\n".join(f"{c} =~ " + " + ".join(f"{c}{i}" for i in range(1, 6)) for c in "ACENO")
    lavaan.ask("data", "bfi", str(folder / "bfi.csv"))
    ratios, own, theirs, of_processor = [], [], [], []
    for turn in range(rounds + 1):
        spent, processor = map(float, lavaan.ask("wlsmv", "bfi").split())
        times, busy = [], []
        for _ in range(5):
            begin, begin_busy = time.perf_counter(), time.process_time()
            fit = fit_sem(model, frame, ordered="all")
            times.append(time.perf_counter() - begin)
            busy.append(time.process_time() - begin_busy)
        if turn == 0:
            lavaan.ask("write", str(folder / "result.csv"))
            expected = np.loadtxt(folder / "result.csv", delimiter=",")
            names = ("chisq", "chisq_scaled", "cfi_robust", "rmsea_scaled", "srmr")
            apart = max(abs(fit.fit_measures[n] / e - 1) for n, e in zip(names, expected, strict=True))
            print(f"wlsmv: largest relative difference {apart:.1e}")
            if apart > WHOLE_TOLERANCE:
                raise SystemExit(f"wlsmv: results differ by {apart:.1e}; no time is printed.")
            continue
        own.append(float(np.median(times)))
        theirs.append(spent)
        ratios.append(spent / own[-1])
        of_processor.append(processor / float(np.median(busy)))
    print(
        f" wlsmv: lavaan {1e3 * np.median(theirs):.0f} ms, wxsat {1e3 * np.median(own):.1f} ms, "
        f"ratio {np.median(ratios):.0f} [{min(ratios):.0f}-{max(ratios):.0f}], "
        f"of processor time {np.median(of_processor):.0f} (goal 35)"
    )


def main() -> None:
    """Compare, time in turns, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--r-blas", default=None)
    parser.add_argument("--bfi", type=Path, default=None)
    options = parser.parse_args()
    small, large = answers(1000), answers(100_000)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        header = ",".join(f"u{index}" for index in range(ITEMS))
        np.savetxt(folder / "small.csv", small, fmt="%d", delimiter=",", header=header, comments="")
        lavaan = Lavaan(options.r_blas)
        print(lavaan.ask("versions"))
        lavaan.ask("data", "small", str(folder / "small.csv"))
        if options.bfi is not None:
            whole_fit(lavaan, folder, options.bfi, options.rounds)
        for kind, goal in GOALS.items():
            ratios, own, theirs, growth = [], [], [], []
            for turn in range(options.rounds + 1):
                spent = float(lavaan.ask(kind, "small").split()[0])
                # The median of five: the first call after another's work finds cold caches, lavaan's second does not.
                quick, found = sorted((ours(kind, small) for _ in range(5)), key=lambda pair: pair[0])[2]
                slow = ours(kind, large)[0]
                if turn == 0:
                    check(kind, lavaan, folder, found)
                    continue
                ratios.append(spent / quick)
                growth.append(slow / quick)
                own.append(quick)
                theirs.append(spent)
            print(
                f"{kind:>6}: lavaan {1e3 * np.median(theirs):.0f} ms, wxsat {1e3 * np.median(own):.1f} ms, "
                f"ratio {np.median(ratios):.0f} [{min(ratios):.0f}-{max(ratios):.0f}] (goal {goal:.0f}); "
                f"100,000 rows cost {np.median(growth):.1f} times 1,000 (goal: at most 30)"
            )


if __name__ == "__main__":
    main()
