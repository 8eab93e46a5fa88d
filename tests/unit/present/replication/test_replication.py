"""The replication files give the headline fit again: in lavaan where R is present, in semopy everywhere."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from semopy.examples import holzinger39

from wxsat.present.replication import replicate, why_not_from_moments
from wxsat.present.replication.short_names import ShortNames
from wxsat.sem.fit import fit_sem
from wxsat.sem.result import SemResult

CFA = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9\n"
ITEMS = [f"x{i}" for i in range(1, 10)]
CONSTRAINED = "visual =~ x1 + x2 + x3\ntextual =~ x4 + a*x5 + a*x6\nvisual ~ b*textual\nx1 ~~ x4\ntwice := a*b^2\n"
HAS_R = [path for path in [shutil.which("Rscript")] if path]
# Both programs stop at a gradient of about 1e-5; polychoric correlations differ in the sixth decimal, and lavaan takes
# the Hessian behind MLR's scaling by differences.
CHISQ = 2e-6


def _data(name: str) -> pd.DataFrame:
    frame = holzinger39.get_data()
    if name == "ordinal":
        for item in ITEMS:
            frame[item] = pd.cut(frame[item], 4, labels=False) + 1
    if name == "incomplete":
        frame.loc[::7, "x1"] = float("nan")
        frame.loc[::11, "x5"] = float("nan")
    return frame


CASES: dict[str, tuple[str, str, Mapping[str, Any], str]] = {
    "ml": (CONSTRAINED, "plain", {}, "moments"),
    "groups": (CFA, "plain", {"group": "school", "group_equal": ["loadings", "intercepts"]}, "moments"),
    "gls": (CFA, "plain", {"estimator": "GLS"}, "moments"),
    "wishart": (CFA, "plain", {"likelihood": "wishart"}, "moments"),
    "wlsmv": (CFA, "ordinal", {"estimator": "WLSMV", "ordered": ITEMS}, "ordinal"),
    "ulsmv": (CFA, "ordinal", {"estimator": "ULSMV", "ordered": ITEMS}, "ordinal"),
    "theta": (
        CFA,
        "ordinal",
        {"estimator": "WLSMV", "ordered": ITEMS, "group": "school", "parameterization": "theta"},
        "ordinal",
    ),
    "mlr": (CFA, "plain", {"estimator": "MLR", "group": "school"}, "answers"),
    "fiml": (CFA, "incomplete", {"missing": "fiml"}, "answers"),
}


def _fit(case: str) -> SemResult:
    model, data, options, _ = CASES[case]
    return fit_sem(model, _data(data), **options)


def _write(case: str, folder: Path) -> SemResult:
    fit = _fit(case)
    made = replicate(fit)
    assert made.source == CASES[case][3]
    for name, text in made.files.items():
        (folder / name).write_text(text, encoding="utf-8")
    if made.source == "answers":
        answers = _data(CASES[case][1])
        answers["group"] = answers["school"]
        answers.to_csv(folder / "answers.csv", index=False)
    return fit


def test_moments_hold_names_means_and_n() -> None:
    fit = _fit("mlr")
    rows = list(csv.reader(replicate(fit).files["moments.1.csv"].splitlines()))
    assert [row[0] for row in rows] == ["", *fit.observed_names, "mean", "n"]
    assert rows[-1][1] == "156"  # Pasteur
    whole = list(csv.reader(replicate(_fit("gls")).files["moments.csv"].splitlines()))
    assert float(whole[-2][1]) == pytest.approx(4.935770, abs=1e-6)  # mean of x1, published with lavaan


@pytest.mark.parametrize("case", [*(CASES if HAS_R else ())] or ["absent"])
def test_lavaan_gives_the_same_fit(case: str, tmp_path: Path) -> None:
    if case == "absent":  # no R on this machine: the script itself must still be whole
        script = replicate(_fit("ml")).files["reproduce.R"]
        assert script.count("(") == script.count(")")
        assert 'estimator = "ML"' in script
        return
    fit = _write(case, tmp_path)
    ran = subprocess.run([HAS_R[0], "reproduce.R"], cwd=tmp_path, capture_output=True, text=True, check=True)
    words = next(line for line in ran.stdout.splitlines() if line.startswith("chisq")).split()
    name = "chisq_scaled" if words[0] == "chisq.scaled" else "chisq"
    assert float(words[1]) == pytest.approx(float(fit.fit_measures[name]), rel=CHISQ)
    assert int(words[3]) == fit.fit_measures["df"]
    with (tmp_path / "estimates.csv").open(encoding="utf-8") as file:
        found = {(r["lhs"], r["op"], r["rhs"], r.get("group", "1")): float(r["est"]) for r in csv.DictReader(file)}
    own = fit.parameters[fit.parameters.free > 0] if "free" in fit.parameters else fit.parameters
    for row in own.itertuples():
        assert found[row.lhs, row.op, row.rhs, str(row.group)] == pytest.approx(row.estimate, abs=2e-4)


def test_semopy_gives_the_same_fit(tmp_path: Path) -> None:
    fit = _write("ml", tmp_path)
    ran = subprocess.run([sys.executable, "model_semopy.py"], cwd=tmp_path, capture_output=True, text=True, check=True)
    shown = dict(line.rsplit(" ", 1) for line in ran.stdout.splitlines() if re.match(r"(p\d+|chisq) ", line))
    assert float(shown["chisq"]) == pytest.approx(fit.fit_measures["chisq"], abs=1e-3)  # semopy stops early
    estimates = fit.parameters.set_index(["lhs", "op", "rhs"]).estimate
    loading = next(row for row in fit.table.parameters if row.key == ("textual", "=~", "x5"))
    assert float(shown[f"p{loading.free}"]) == pytest.approx(estimates["textual", "=~", "x5"], abs=1e-3)


@pytest.mark.parametrize("case", ["groups", "theta"])
def test_semopy_says_what_it_cannot(case: str) -> None:
    made = replicate(_fit(case))
    topics = {entry.topic for entry in made.untold if entry.program == "semopy"}
    assert "groups" in topics
    assert made.files["model_semopy.py"].startswith("# semopy does not fit this model")


@pytest.mark.parametrize("case", CASES)
def test_mplus_text_is_within_its_limits(case: str) -> None:
    fit = _fit(case)
    text = replicate(fit).files["model.inp"]
    lines = text.splitlines()
    assert max(map(len, lines)) <= 90
    assert text.isascii()
    # Every command once, in order; every statement ends with a semicolon.
    heads = [line.split(":")[0] for line in lines if re.match(r"[A-Z ]+\d?:", line)]
    fixed = [head for head in heads if not head.startswith("MODEL")]
    assert fixed == ["TITLE", "DATA", "VARIABLE", "ANALYSIS", "OUTPUT"]
    assert heads[4] == "MODEL"
    assert heads.count("MODEL G1") == (1 if fit.table.n_groups > 1 else 0)
    statement = re.compile(
        r"  ((\w{1,8} (BY|ON|WITH) )?\w{1,8}|\[\w{1,8}(\$\d+)?\]|\[\w{1,8}(\$\d+)?)([*@][-\d.e+]*)?\]?( \(P\d+\))?;"
    )
    start, end = lines.index("MODEL:"), lines.index(next(x for x in lines if x.startswith(("MODEL C", "OUTPUT"))))
    body = [line for line in lines[start + 1 : end] if not line.startswith("MODEL G")]
    assert body
    assert [line for line in body if not statement.fullmatch(line)] == []


def test_mplus_says_equalities_and_definitions() -> None:
    text = replicate(_fit("ml")).files["model.inp"]
    tied = [line for line in text.splitlines() if re.fullmatch(r"  TEXTUAL BY X[56]\* \(P\d+\);", line)]
    assert len(tied) == 2
    assert len({line.split("(")[1] for line in tied}) == 1
    label, path = tied[0].split("(")[1][:-2], re.search(r"VISUAL ON TEXTUAL\* \((P\d+)\)", text)
    assert path is not None
    assert "NEW(TWICE);" in text
    assert f"TWICE = {label}*{path[1]}**2;" in text


def test_mplus_ties_parameters_over_groups() -> None:
    text = replicate(_fit("groups")).files["model.inp"]
    loadings = re.findall(r"VISUAL BY X2\* \((P\d+)\);", text)
    assert len(loadings) == 2  # in both groups, not in the part that holds for all
    assert loadings[0] == loadings[1]
    residuals = re.findall(r"^  X2\*(.*);", text, re.MULTILINE)
    assert residuals == ["", "", ""]


def test_mplus_reads_moments_group_under_group() -> None:
    made = replicate(_fit("groups"))
    rows = [list(map(float, line.split())) for line in made.files["moments.dat"].splitlines()]
    assert [len(row) for row in rows] == [9, *range(1, 10)] * 2
    assert "NOBSERVATIONS ARE 156 145;" in made.files["model.inp"]


def test_short_names_are_unique_without_case() -> None:
    names = ShortNames()
    names.add(["satisfaction1", "x1", "X1", "满意", "on", "v1"], "variable", "V")
    shown = [names[n] for n in ("satisfaction1", "x1", "X1", "满意", "on", "v1")]
    assert len({n.upper() for n in shown}) == len(shown)
    assert all(re.fullmatch(r"[A-Z][A-Z0-9_]{0,7}", n) for n in shown)
    assert shown[1] == "X1"
    assert shown[5] == "V1"
    assert "满意" in names.legend()


def test_seminr_has_constructs_paths_and_item_errors() -> None:
    made = replicate(_fit("ml"))
    text = made.files["model_seminr.R"]
    assert 'reflective("visual", c("x1", "x2", "x3"))' in text
    assert 'paths(from = "textual", to = "visual")' in text
    assert 'item_errors("x1", "x4")' in text
    topics = {entry.topic for entry in made.untold if entry.program == "seminr"}
    assert topics == {"constraints", "definitions"}
    code = re.sub(r'"[^"]*"', '""', "\n".join(x for x in text.splitlines() if not x.startswith("#")))
    assert code.count("(") == code.count(")")


def test_why_moments_do_not_suffice() -> None:
    assert why_not_from_moments(_fit("ml")) == ""
    assert why_not_from_moments(_fit("mlr")) == "estimator"
    assert why_not_from_moments(_fit("fiml")) == "missing"
    weighted = _data("plain").assign(w=1.5)
    assert why_not_from_moments(fit_sem(CFA, weighted, weights="w")) == "weights"
