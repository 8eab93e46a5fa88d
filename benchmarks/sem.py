"""Timings of the engine against lavaan and semopy: one interleaved run, one thread, results compared first.

Each round runs every engine once on every case, in turn, so that a busy machine slows all of them alike; the figures
are medians over the rounds and ratios are medians of the rounds' ratios, of wall time and of processor time (which a
busy machine disturbs less). lavaan runs in a live R process: its start is not counted. No time is printed for a case
whose results differ. Nothing is carried over from run to run: text is parsed and data are read anew each time.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

HERE = Path(__file__).parent
SURVEY = HERE.parent / "surveys" / "gov-wechat-public"
ITEMS, LATENTS, ROWS = 4, 9, 1000
BFI = "A =~ A1 + A2 + A3 + A4 + A5\nC =~ C1 + C2 + C3 + C4 + C5\nE =~ E1 + E2 + E3 + E4 + E5\n" \
      "N =~ N1 + N2 + N3 + N4 + N5\nO =~ O1 + O2 + O3 + O4 + O5"  # fmt: skip
# lavaan's default optimiser stops up to 3e-5 from the top (FIML and large models: more), semopy's 5e-3.
TOLERANCE = {"lavaan": 2e-4, "semopy": 2e-2}
BOOTSTRAP_DRAWS, LAVAAN_DRAWS, WORKERS_DRAWS = 1000, 10, 4000
Spent = tuple[float, float]  # seconds of wall and of processor


@dataclass
class Case:
    """One piece of work, the same for all engines."""

    name: str
    title: str
    kind: str
    model: str
    data: pd.DataFrame
    goal: float
    semopy: bool = False
    workers: int = 1
    times: dict[str, list[Spent]] = field(default_factory=dict)
    scale: dict[str, float] = field(default_factory=dict)


class Lavaan:
    """A live R process."""

    def __init__(self, folder: Path, preload: str | None) -> None:
        environment = os.environ | ({"LD_PRELOAD": preload} if preload else {})
        self.process = subprocess.Popen(
            ["Rscript", str(HERE / "lavaan_worker.R")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=environment,
        )  # fmt: skip
        self.folder = folder

    def ask(self, *words: str) -> str:
        """Send one command and return the answer."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("\t".join(words) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"R ended at: {' '.join(words)}")
        return answer.strip()

    def prepare(self, case: Case) -> None:
        """Give R the data and the model."""
        data, model = self.folder / f"{case.name}.csv", self.folder / f"{case.name}.lav"
        case.data.to_csv(data, index=False)
        model.write_text(case.model + "\n", encoding="utf-8")
        self.ask("data", case.name, str(data))
        self.ask("case", case.name, case.name, case.kind, str(model))

    def run(self, case: Case) -> Spent:
        """Return seconds, measured inside R."""
        wall, processor = self.ask("run", case.name).split()
        return float(wall), float(processor)

    def table(self, case: Case) -> pd.DataFrame:
        """Return the estimates of the last run."""
        path = self.folder / f"{case.name}-table.csv"
        self.ask("table", case.name, str(path))
        return pd.read_csv(path)


def simulated_36() -> tuple[str, pd.DataFrame]:
    """Return a model of 9 latents with 4 items each, three of them explained, and 1,000 rows of it."""
    generator = np.random.default_rng(20240501)
    exogenous = generator.multivariate_normal(np.zeros(6), 0.3 + 0.7 * np.eye(6), size=ROWS)
    noise = generator.normal(size=(ROWS, 3)) * 0.8
    seven = exogenous[:, :3] @ [0.3, 0.2, 0.3] + noise[:, 0]
    eight = 0.4 * seven + exogenous[:, 3:5] @ [0.2, 0.3] + noise[:, 1]
    nine = 0.4 * eight + 0.2 * seven + 0.2 * exogenous[:, 5] + noise[:, 2]
    latent = np.column_stack([exogenous, seven, eight, nine])
    items = np.repeat(latent, ITEMS, axis=1) * np.tile([1.0, 0.8, 0.9, 0.7], LATENTS)
    items = items + generator.normal(size=items.shape) * 0.7
    names = [f"f{k}i{j}" for k in range(1, LATENTS + 1) for j in range(1, ITEMS + 1)]
    lines = [f"F{k} =~ " + " + ".join(f"f{k}i{j}" for j in range(1, ITEMS + 1)) for k in range(1, LATENTS + 1)]
    lines += ["F7 ~ F1 + F2 + F3", "F8 ~ F7 + F4 + F5", "F9 ~ F8 + F7 + F6"]
    return "\n".join(lines), pd.DataFrame(items, columns=names)


def simulated_dilemmas() -> tuple[str, pd.DataFrame]:
    """Return the model of the four dilemmas and 1,500 complete rows simulated from the bundled truth."""
    from wxsat import clean, load_instrument, simulate_responses
    from wxsat.sem.parameter_table import parse_model

    answers = clean(
        simulate_responses(load_instrument("gov-wechat-public"), SURVEY / "truth.yaml", n=2600, form="full")
    )
    text = (SURVEY / "dilemmas.sem").read_text(encoding="utf-8")
    frame = answers.frame[list(parse_model(text).observed_names)].astype("float64").dropna().head(1500)
    return text, frame.reset_index(drop=True)


def cases(bfi: Path | None) -> list[Case]:
    """Return what is timed."""
    model, data = simulated_36()
    dilemmas, answers = simulated_dilemmas()
    found = [
        Case("everything", "36 items: ML, errors, fit, standardised", "everything", model, data, 35, semopy=True),
        Case("point", "36 items: point estimate alone", "point", model, data, 10, semopy=True),
        Case("mlr", "36 items: MLR", "mlr", model, data, 40),
        Case("bootstrap", "36 items: 1,000 bootstrap draws", "bootstrap", model, data, 30),
        Case("workers", f"36 items: {WORKERS_DRAWS:,} bootstrap draws, one process and two", "workers", model, data, 2),
        Case("dilemmas", f"dilemmas: 18 latents, N = {len(answers):,}", "everything", dilemmas, answers, 20),
    ]
    if bfi is not None:
        frame = pd.read_csv(bfi)[[f"{f}{i}" for f in "ACENO" for i in range(1, 6)]]
        found.insert(5, Case("fiml", f"bfi: FIML, N = {len(frame):,}", "fiml", BFI, frame, 40))
    return found


class Watch:
    """Wall and processor time since it was made."""

    def __init__(self) -> None:
        self.begin = time.perf_counter(), time.process_time()

    def spent(self) -> Spent:
        """Return both."""
        return time.perf_counter() - self.begin[0], time.process_time() - self.begin[1]


def run_wxsat(case: Case) -> tuple[Spent, Any]:
    """Return seconds and the result, which is read as a user would."""
    from wxsat.sem.bootstrap.plan import BootstrapOptions, bootstrap_table
    from wxsat.sem.fit import fit_sem

    if case.kind in ("bootstrap", "workers"):
        fit = fit_sem(case.model, case.data, engine="native")
        draws = BOOTSTRAP_DRAWS if case.kind == "bootstrap" else WORKERS_DRAWS
        effects, watch = fit.effects, Watch()
        bootstrap_table(fit.table, fit.outcome.sample, fit.outcome.estimate.theta,
                        BootstrapOptions(draws=draws, seed=1, workers=case.workers), effects)  # fmt: skip
        return watch.spent(), fit
    watch = Watch()
    if case.kind == "point":
        found = point_estimate(case)
    else:
        options = {"mlr": {"estimator": "MLR"}, "fiml": {"missing": "fiml"}}.get(case.kind, {})
        found = fit_sem(case.model, case.data, engine="native", **options)
        assert len(found.parameters)
        assert "cfi" in found.fit_measures
        if case.kind == "everything":
            found.standardized()
    return watch.spent(), found


def point_estimate(case: Case) -> pd.DataFrame:
    """Return the estimates from text and frame, without errors, fit or checks."""
    from wxsat.sem.engines.engine import Task
    from wxsat.sem.engines.native import NativeEngine
    from wxsat.sem.fit_options import read_options
    from wxsat.sem.matrices import lay_out_groups
    from wxsat.sem.parameter_table import parse_model
    from wxsat.sem.restrictions import table_constraints
    from wxsat.sem.sample import read_sample

    table = parse_model(case.model)
    sample = read_sample(case.data, table, read_options("ML"))
    task = Task(table, lay_out_groups(table, sample), table_constraints(table), sample)
    theta = NativeEngine().estimate(task).theta
    rows = [(r.lhs, r.op, r.rhs, float(theta[r.free - 1])) for r in table.parameters if r.free]
    return pd.DataFrame(rows, columns=["lhs", "op", "rhs", "estimate"])


def run_semopy(case: Case) -> tuple[Spent, pd.DataFrame]:
    """Return seconds and semopy's table."""
    import semopy

    watch = Watch()
    model = semopy.Model(case.model)
    model.fit(case.data)
    if case.kind == "everything":
        table = model.inspect(std_est=True)
        semopy.calc_stats(model)
        return watch.spent(), table
    spent = watch.spent()
    return spent, model.inspect()


def difference(ours: pd.DataFrame, theirs: pd.DataFrame, columns: tuple[str, str]) -> float:
    """Return the largest difference of estimates, relative to max(|estimate|, 0.1); NaN rows are left out."""
    wanted = {}
    for lhs, op, rhs, value in theirs[["lhs", "op", "rhs", columns[1]]].itertuples(index=False):
        wanted[lhs, op, rhs] = wanted[rhs, op, lhs] = value
    largest, compared = 0.0, 0
    for lhs, op, rhs, value in ours[["lhs", "op", "rhs", columns[0]]].itertuples(index=False):
        other = pd.to_numeric(wanted.get((lhs, op, rhs)), errors="coerce")
        if other is not None and np.isfinite(other) and np.isfinite(value):
            largest = max(largest, abs(value - other) / max(abs(other), 0.1))
            compared += 1
    return largest if compared > len(ours) / 2 else float("inf")


def as_lavaan(table: pd.DataFrame) -> pd.DataFrame:
    """Turn semopy's ``item ~ latent`` rows into ``latent =~ item``."""
    latent = {row for row in table["rval"] if str(row)[0] == "F"}
    rows = []
    for lhs, op, rhs, value in table[["lval", "op", "rval", "Estimate"]].itertuples(index=False):
        loading = op == "~" and rhs in latent and lhs not in latent
        rows.append((rhs, "=~", lhs, value) if loading else (lhs, op, rhs, value))
    return pd.DataFrame(rows, columns=["lhs", "op", "rhs", "est"])


def compare(case: Case, lavaan: Lavaan | None) -> dict[str, str]:
    """Run each engine once and say how far its results are from ours; an engine that differs is not timed."""
    _, result = run_wxsat(case)
    ours = result if isinstance(result, pd.DataFrame) else result.parameters
    found = {}
    if lavaan is not None:
        lavaan.prepare(case)
        lavaan.run(case)
        theirs = lavaan.table(case)
        estimate = difference(ours, theirs, ("estimate", "est"))
        errors = difference(ours, theirs, ("std_error", "se")) if "std_error" in ours and case.kind != "point" else 0.0
        words = f"estimates {estimate:.1e}, errors {errors:.1e}"
        if not isinstance(result, pd.DataFrame) and np.isfinite(theirs["chisq"].iloc[0]):
            words += f", chi-square {result.fit_measures['chisq'] - theirs['chisq'].iloc[0]:+.1e}"
        found["lavaan"] = words if max(estimate, errors) < TOLERANCE["lavaan"] else f"DIFFERS: {words}"
    if case.semopy:
        _, table = run_semopy(case)
        estimate = difference(ours, as_lavaan(table), ("estimate", "est"))
        words = f"estimates {estimate:.1e}"
        found["semopy"] = words if estimate < TOLERANCE["semopy"] else f"DIFFERS: {words}"
    return found


def two_processes(case: Case) -> Spent:
    """Return the seconds of the same draws by two processes."""
    return run_wxsat(replace(case, workers=2))[0]


def measure(case: Case, engines: dict[str, Callable[[Case], Spent]], in_a_row: int) -> None:
    """Run every engine and keep its time: the median of several runs in a row, where they are asked."""
    for name, run in engines.items():
        spent = np.median([run(case) for _ in range(in_a_row)], axis=0) * case.scale.get(name, 1.0)
        case.times.setdefault(name, []).append((float(spent[0]), float(spent[1])))


def report(case: Case) -> None:
    """Print medians and ratios of one case."""
    own = np.array(case.times["wxsat"])
    print(f"\n{case.title}")
    print(f"  wxsat   {np.median(own[:, 0]) * 1e3:9.1f} ms   (best {own[:, 0].min() * 1e3:.1f})")
    if "two processes" in case.times:
        print(
            f"  two processes: {np.median(own[:, 0] / np.array(case.times['two processes'])[:, 0]):.2f} times as fast"
        )
    for name in ("lavaan", "semopy"):
        if name in case.times:
            other = np.array(case.times[name])
            low, middle, high = np.percentile(other[:, 0] / own[:, 0], [25, 50, 75])
            processor = np.median(other[:, 1] / own[:, 1])
            goal = f"   goal {case.goal:g}" if name == "lavaan" else ""
            print(
                f"  {name:7s} {np.median(other[:, 0]) * 1e3:9.1f} ms   ratio {middle:6.1f}  [{low:.1f}, {high:.1f}]"
                f"   by processor time {processor:6.1f}{goal}"
            )


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument(
        "--in-a-row", type=int, default=1, help="runs of an engine in a round, of which the median counts"
    )
    parser.add_argument("--bfi", type=Path, help="CSV of psych's bfi (2,800 rows), for the FIML case")
    parser.add_argument("--r-blas", help="shared library to preload into R: single-threaded OpenBLAS is the fair one")
    parser.add_argument("--only", nargs="*", help="names of cases")
    parser.add_argument("--no-lavaan", action="store_true")
    parser.add_argument("--no-semopy", action="store_true")
    return parser.parse_args()


def main() -> None:
    """Compare, then time."""
    asked = arguments()
    chosen = [c for c in cases(asked.bfi) if not asked.only or c.name in asked.only]
    with tempfile.TemporaryDirectory() as folder:
        lavaan = None if asked.no_lavaan else Lavaan(Path(folder), asked.r_blas)
        print(f"numpy {np.__version__}; {'no R' if lavaan is None else lavaan.ask('versions')}; one thread each")
        timed: list[tuple[Case, dict[str, Callable[[Case], Spent]]]] = []
        for case in chosen:
            if case.kind == "workers":
                timed.append((case, {"wxsat": lambda c: run_wxsat(c)[0], "two processes": two_processes}))
                continue
            case.semopy = case.semopy and not asked.no_semopy
            agreement = compare(case, lavaan)
            print(f"{case.name}: " + "; ".join(f"{k}: {v}" for k, v in agreement.items()))
            engines: dict[str, Callable[[Case], Spent]] = {"wxsat": lambda c: run_wxsat(c)[0]}
            if lavaan is not None and not agreement["lavaan"].startswith("DIFFERS"):
                engines["lavaan"] = lavaan.run
            if case.semopy and not agreement["semopy"].startswith("DIFFERS"):
                engines["semopy"] = lambda c: run_semopy(c)[0]
            if case.kind == "bootstrap":
                case.scale["lavaan"] = BOOTSTRAP_DRAWS / LAVAAN_DRAWS
            timed.append((case, engines))
        for _ in range(asked.rounds):
            for case, engines in timed:
                measure(case, engines, asked.in_a_row)
        for case, _ in timed:
            report(case)


if __name__ == "__main__":
    main()
