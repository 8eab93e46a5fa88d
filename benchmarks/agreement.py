"""Random models on random data, fitted by wxsat and by lavaan: do they agree, and where not, who is right?

Structures: factor models, structural models, paths, MIMIC, second order, cross-loadings, growth; one or two groups
with equalities; means, fixed and free covariates, answers missing at random; ML, MLM, MLR, GLS, ULSMV. Half of the data
come from the model that is fitted, half from one that it misses. lavaan's optimiser stops up to 1e-4 from the
optimum, so its fit is brought to a zero gradient by Newton steps on its own gradient (lavaan_newton.R) before anything
is compared; where the two still differ, lavaan's own discrepancy is evaluated at both solutions.

Run: python benchmarks/agreement.py [--cases 240] [--seed 1]     (needs R with lavaan and jsonlite)
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from wxsat.errors import WxsatError
from wxsat.sem.fit import fit_sem
from wxsat.sem.result import SemResult

HERE = Path(__file__).parent
# Of a figure of size 1 or more; below that absolute. What hangs on lavaan's EM (stopped at 1e-5) has its own.
TOLERANCE, BY_EM = 1e-5, 1e-4
KINDS = ("cfa", "cfa", "sem", "sem", "path", "mimic", "second_order", "cross", "growth")
OPTIONS = {"std.lv": "std_lv", "group.equal": "group_equal", "fixed.x": "fixed_x"}
# Where lavaan 0.6-14 is another opinion: docs/explanation/differences-from-lavaan.md.
NOT_COMPARED = {"gfi", "agfi", "pgfi"}
SAME = 1e-9  # of lavaan's discrepancy at two points


@dataclass
class Case:
    """One model with its data and what came of it."""

    kind: str
    model: str
    data: pd.DataFrame
    options: dict[str, Any]
    ours: SemResult | WxsatError | None = None
    theirs: dict[str, Any] = field(default_factory=dict)


def random_case(rng: np.random.Generator) -> Case:
    """Return a model and data, well posed most of the time."""
    kind = str(rng.choice(KINDS))
    n = int(rng.choice([150, 300, 600]))
    options = _options(rng, kind)
    groups = 2 if "group" in options else 1
    parts = [_group(rng, kind, n // groups, shifted=g > 0) for g in range(groups)]
    data = pd.concat([p for p, _ in parts], ignore_index=True)
    lines = parts[0][1]
    # Every part draws the same structure: it depends on the kind and on the numbers below alone.
    if "group" in options:
        data["g"] = np.repeat(["b", "a"], n // groups)
    if rng.random() < 0.25:
        data[[c for c in data if c != "g"]] *= 10.0 ** rng.integers(-1, 3)
    if options.get("missing") == "ml":
        items = [c for c in data if c[0] in "yt"]
        holes = rng.random((len(data), len(items))) < 0.08
        data[items] = data[items].mask(holes)
    if kind in ("cfa", "sem") and rng.random() < 0.2 and "group" not in options and "std.lv" not in options:
        lines = [lines[0].replace(" + y2", " + a*y2").replace(" + y3", " + a*y3"), *lines[1:]]
    return Case(kind, "\n".join(lines), data, options)


def _options(rng: np.random.Generator, kind: str) -> dict[str, Any]:
    options: dict[str, Any] = {}
    estimator = str(rng.choice(["ML", "ML", "ML", "MLR", "MLM", "GLS", "ULSMV"]))
    if estimator != "ML":
        options["estimator"] = estimator
    if rng.random() < 0.3:
        options["group"] = "g"
        equal = [[], ["loadings"], ["loadings", "intercepts"], ["loadings", "intercepts", "residuals"]]
        chosen = equal[int(rng.integers(0, 4))] if kind not in ("path", "growth") else []
        if chosen:
            options["group.equal"] = chosen
    if estimator in ("ML", "MLR") and rng.random() < 0.3:
        options["missing"] = "ml"
    elif rng.random() < 0.3:
        options["meanstructure"] = True
    if kind in ("cfa", "sem", "mimic", "second_order") and rng.random() < 0.3:
        options["std.lv"] = True
    if kind in ("path", "mimic") and rng.random() < 0.3:
        options["fixed.x"] = False
    return options


def _group(rng: np.random.Generator, kind: str, n: int, *, shifted: bool) -> tuple[pd.DataFrame, list[str]]:
    """Return the rows of one group and the lines of the model."""
    x = np.column_stack([rng.normal(size=n), rng.random(n) < 0.5]).astype(float)
    shift = 0.4 if shifted else 0.0
    if kind == "path":
        m = 0.5 * x[:, 0] + 0.4 * x[:, 1] + rng.normal(size=n)
        k = 0.4 * m - 0.3 * x[:, 0] + rng.normal(size=n) + shift
        y = 0.5 * k + 0.3 * m + rng.standard_t(8, size=n)
        frame = pd.DataFrame({"x1": x[:, 0], "x2": x[:, 1], "y1": m, "y2": k, "y3": y})
        return frame, ["y1 ~ x1 + x2", "y2 ~ y1 + x1", "y3 ~ y2 + y1"]
    if kind == "growth":
        level, slope = 2.0 + 0.5 * x[:, 0] + rng.normal(size=n), 0.5 + 0.2 * x[:, 0] + 0.5 * rng.normal(size=n)
        frame = pd.DataFrame({f"t{t}": level + t * slope + 0.7 * rng.normal(size=n) + shift for t in range(4)})
        lines = ["i =~ " + " + ".join(f"1*t{t}" for t in range(4)), "s =~ " + " + ".join(f"{t}*t{t}" for t in range(4))]
        return frame.assign(x1=x[:, 0]), [*lines, "i + s ~ x1"]
    latents = 3 if kind in ("second_order", "sem") else 2
    common, eta, columns, lines = rng.normal(size=n), [], {}, []
    size = 4
    for f in range(latents):
        score = 0.7 * common + 0.7 * rng.normal(size=n) + shift * (f == 0)
        if kind == "sem" and f:
            score = 0.5 * eta[f - 1] + 0.8 * rng.normal(size=n)
        if kind == "mimic":
            score = score + 0.4 * x[:, 0] - 0.3 * x[:, 1]
        eta.append(score)
        names = [f"y{f * size + j + 1}" for j in range(size)]
        for j, name in enumerate(names):
            columns[name] = (0.8 + 0.1 * j) * score + 0.8 * rng.standard_t(8, size=n) + j
        lines.append(f"f{f + 1} =~ {' + '.join(names)}")
    frame = pd.DataFrame(columns)
    if rng.random() < 0.5:  # something that the model does not know of
        frame["y2"] += 0.4 * frame["y6"] - 0.4 * frame["y6"].mean()
    if kind == "sem":
        lines += ["f2 ~ f1", "f3 ~ f2 + f1"]
    elif kind == "second_order":
        lines.append("h =~ f1 + f2 + f3")
    elif kind == "cross":
        lines += ["f1 =~ y6", "y3 ~~ y7"]
    elif kind == "mimic":
        lines += ["f1 ~ x1 + x2", "f2 ~ x1 + f1"]
        frame = frame.assign(x1=x[:, 0], x2=x[:, 1])
    return frame, lines


def fit_ours(case: Case) -> None:
    """Fit a case by wxsat."""
    options = {OPTIONS.get(k, k): ("fiml" if v == "ml" else v) for k, v in case.options.items()}
    try:
        case.ours = fit_sem(case.model, case.data, growth=case.kind == "growth", **options)
    except WxsatError as error:
        case.ours = error


def fit_theirs(cases: list[Case], folder: Path) -> None:
    """Fit all cases by lavaan, in one R process."""
    records = []
    for number, case in enumerate(cases):
        case.data.to_csv(folder / f"{number}.csv", index=False)
        record = {"model": case.model, "data": f"{number}.csv", "options": case.options,
                  "fun": "growth" if case.kind == "growth" else "sem"}  # fmt: skip
        if isinstance(case.ours, SemResult):
            rows = case.ours.parameters.query("op != ':='")
            record["ours"] = {k: rows[k].tolist() for k in ("lhs", "op", "rhs", "estimate")}
            record["ours"]["block"] = rows["group"].tolist()
        records.append(record)
    (folder / "cases.json").write_text(json.dumps(records), encoding="utf-8")
    subprocess.run(["Rscript", str(HERE / "agreement_worker.R"), str(folder)], check=True, stdout=subprocess.DEVNULL)
    for case, found in zip(cases, json.loads((folder / "lavaan.json").read_text(encoding="utf-8")), strict=True):
        case.theirs = found


def disagreements(case: Case) -> Iterator[tuple[str, float, float]]:
    """Yield every figure of two converged fits that differs: its name, ours, theirs."""
    result, table = case.ours, case.theirs["parameters"]
    assert isinstance(result, SemResult)
    keys = zip(*(table[k] for k in ("lhs", "op", "rhs", "block")), strict=True)
    theirs = {key: {k: table[k][i] for k in ("est", "se", "std.lv", "std.all")} for i, key in enumerate(keys)}
    columns = (("estimate", "est"), ("std_error", "se"), ("std_lv", "std.lv"), ("std_all", "std.all"))
    for row in result.parameters.to_dict("records"):
        wanted = theirs[row["lhs"], row["op"], row["rhs"], row["group"]]
        for name, other in columns:
            if wanted[other] is not None and not _close(row[name], wanted[other], TOLERANCE):
                yield f"{row['lhs']}{row['op']}{row['rhs']} {name}", row[name], wanted[other]
    for name, value in (case.theirs["fit"] or {}).items():
        found = result.fit_measures.get(name.replace(".", "_"), np.nan)
        by_em = "missing" in case.options and not name.startswith(("chisq", "logl", "aic", "bic", "npar", "df"))
        if name in NOT_COMPARED or value is None or _other_opinion(case, name):
            continue
        if not _close(found, value, BY_EM if by_em else TOLERANCE):
            yield name, found, value


def _other_opinion(case: Case, name: str) -> bool:
    """Whether lavaan is not followed in a figure (differences-from-lavaan)."""
    free_x = "missing" in case.options and case.options.get("fixed.x") is False
    return (free_x and "robust" in name) or (name == "pvalue" and case.options.get("estimator") == "ULSMV")


def _close(ours: float, theirs: float, tolerance: float) -> bool:
    return bool(abs(ours - theirs) <= tolerance * max(1.0, abs(theirs)))


def verdict(case: Case) -> tuple[str, str]:
    """Return in one word what came of a case, and the details where there is something to explain."""
    failed = case.theirs.get("error")
    if isinstance(case.ours, WxsatError):
        return ("neither" if failed else "only lavaan"), str(case.ours).splitlines()[0]
    assert case.ours is not None
    if failed:
        return "only wxsat", str(failed).splitlines()[0]
    found = list(disagreements(case))
    if not found:
        return "agree", ""
    at_ours, at_theirs = case.theirs.get("at_ours"), case.theirs.get("at_theirs")
    name, ours, theirs = max(found, key=lambda d: abs(d[1] - d[2]) / max(1.0, abs(d[2])))
    words = (
        f"{len(found)} figures, {name}: {ours:.7g} against {theirs:.7g}; lavaan's F {at_ours} here, {at_theirs} there"
    )
    if at_ours is None or at_theirs is None:
        return "differ", words
    if at_ours < at_theirs - SAME:
        return "lavaan ends higher", words
    return ("wxsat ends higher" if at_ours > at_theirs + SAME else "differ at one point"), words


def main() -> None:
    """Print the table of agreement, and what is not agreement case by case."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=240)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    cases = [random_case(np.random.default_rng([arguments.seed, i])) for i in range(arguments.cases)]
    for case in cases:
        fit_ours(case)
    with tempfile.TemporaryDirectory() as folder:
        fit_theirs(cases, Path(folder))
    counts: Counter[tuple[str, str]] = Counter()
    for number, case in enumerate(cases):
        word, details = verdict(case)
        counts[case.kind, word] += 1
        if word != "agree":
            print(f"[{number}] {case.kind}, N = {len(case.data)}, {case.options}: {word}: {details}")
    table = pd.Series(counts).unstack(fill_value=0)
    table.loc["all"] = table.sum()
    head = f"{len(cases)} models, seed {arguments.seed}; estimates, errors, standardised values, fit: to {TOLERANCE:g}"
    print("\n" + head)
    print(table.to_string())


if __name__ == "__main__":
    main()
