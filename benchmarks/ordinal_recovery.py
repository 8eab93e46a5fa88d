"""Recovery of known parameters from five-point answers: WLSMV against ML on the same simulated data.

Two correlated factors with four items each are cut into five categories at symmetric, skewed and strongly skewed
thresholds. Standardised loadings and the correlation of the factors are compared with the truth: relative bias,
coverage of the 95 % interval, and the mean standard error over the standard deviation of the estimates.

    OMP_NUM_THREADS=1 python benchmarks/ordinal_recovery.py --replicates 600 --out benchmarks/ordinal_recovery.csv
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from wxsat.errors import WxsatError  # noqa: E402
from wxsat.sem.fit import fit_sem  # noqa: E402

MODEL = "F =~ x1 + x2 + x3 + x4\nG =~ x5 + x6 + x7 + x8"
LOADINGS = np.array([0.8, 0.7, 0.6, 0.7, 0.8, 0.7, 0.6, 0.7])
CORRELATION = 0.5
THRESHOLDS = {
    "symmetric": (-1.5, -0.5, 0.5, 1.5),
    "skewed": (-1.9, -1.3, -0.6, 0.4),
    "strongly skewed": (-2.05, -1.55, -1.05, -0.4),
}
ESTIMATORS = ("WLSMV", "ML", "MLR")


def answers(thresholds: tuple[float, ...], rows: int, rng: np.random.Generator) -> pd.DataFrame:
    """Five-point answers whose latent responses follow the true model."""
    common = rng.normal(size=(rows, 1))
    factors = np.sqrt(CORRELATION) * common + np.sqrt(1 - CORRELATION) * rng.normal(size=(rows, 2))
    latent = LOADINGS * np.repeat(factors, 4, axis=1) + np.sqrt(1 - LOADINGS**2) * rng.normal(size=(rows, 8))
    return pd.DataFrame(np.digitize(latent, thresholds) + 1.0, columns=[f"x{i}" for i in range(1, 9)])


def estimates(frame: pd.DataFrame, estimator: str) -> tuple[np.ndarray, np.ndarray]:
    """Return standardised loadings and factor correlation, and their standard errors."""
    fit = fit_sem(MODEL, frame, estimator=estimator, std_lv=True, ordered="all" if estimator == "WLSMV" else None)
    found = fit.standardized()
    wanted = (found["op"] == "=~") | ((found["op"] == "~~") & (found["lhs"] == "F") & (found["rhs"] == "G"))
    rows = found[wanted]
    return rows["estimate"].to_numpy(float), rows["std_error"].to_numpy(float)


def recover(condition: str, rows: int, replicates: int, seed: int) -> list[dict[str, object]]:
    """Return one record an estimator and parameter."""
    truth = np.append(LOADINGS, CORRELATION)
    names = [f"{'F' if i < 4 else 'G'}=~x{i + 1}" for i in range(8)] + ["F~~G"]
    kept: dict[str, list[np.ndarray]] = {name: [] for name in ESTIMATORS}
    errors: dict[str, list[np.ndarray]] = {name: [] for name in ESTIMATORS}
    failures = dict.fromkeys(ESTIMATORS, 0)
    for replicate in range(replicates):
        frame = answers(THRESHOLDS[condition], rows, np.random.default_rng([seed, replicate]))
        for name in ESTIMATORS:
            try:
                value, error = estimates(frame, name)
            except WxsatError:
                failures[name] += 1
                continue
            kept[name].append(value)
            errors[name].append(error)
    records: list[dict[str, object]] = []
    for name in ESTIMATORS:
        values, spread = np.array(kept[name]), np.array(errors[name])
        inside = np.abs(values - truth) <= 1.959963984540054 * spread
        for k, parameter in enumerate(names):
            records.append(
                {
                    "thresholds": condition, "estimator": name, "parameter": parameter, "truth": truth[k],
                    "mean": values[:, k].mean(), "relative_bias": values[:, k].mean() / truth[k] - 1.0,
                    "coverage": inside[:, k].mean(), "se_over_sd": spread[:, k].mean() / values[:, k].std(ddof=1),
                    "replicates": len(values), "failures": failures[name], "n": rows,
                }
            )  # fmt: skip
    return records


def main() -> None:
    """Simulate every condition and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=600)
    parser.add_argument("--rows", type=int, default=500)
    parser.add_argument("--seed", type=int, default=20240601)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".csv"))
    options = parser.parse_args()
    records = [
        record for condition in THRESHOLDS
        for record in recover(condition, options.rows, options.replicates, options.seed)
    ]  # fmt: skip
    frame = pd.DataFrame(records)
    frame.to_csv(options.out, index=False, float_format="%.6g", lineterminator="\n")
    print(frame.groupby(["thresholds", "estimator"])[["relative_bias", "coverage", "se_over_sd"]].agg(["min", "max"]))


if __name__ == "__main__":
    main()
