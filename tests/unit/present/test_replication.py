"""The replication files give the headline fit again, in lavaan where R is present."""

from __future__ import annotations

import csv
import shutil
import subprocess
from pathlib import Path

import pytest

from wxsat.errors import UsageError
from wxsat.present.replication import replication_files, why_not_from_moments
from wxsat.sem.result import SemResult
from wxsat.study.run import run_study

STUDY = Path(__file__).parents[3] / "analysis" / "holzinger-1939"


@pytest.fixture(scope="module")
def fit() -> SemResult:
    model = run_study(STUDY).content.main_model
    if model is None or model.result is None:
        raise LookupError("the study has no fitted model")
    return model.result


def test_moments_hold_names_means_and_n(fit: SemResult) -> None:
    rows = list(csv.reader(replication_files(fit)["moments.csv"].splitlines()))
    assert [row[0] for row in rows] == ["", *fit.observed_names, "mean", "n"]
    assert rows[-1][1] == "301"
    assert float(rows[-2][1]) == pytest.approx(4.935770, abs=1e-6)  # mean of x1, published with lavaan


def test_other_estimators_are_refused(fit: SemResult) -> None:
    import dataclasses

    ordinal = dataclasses.replace(fit, estimator="WLSMV")
    assert "WLSMV" in why_not_from_moments(ordinal)
    with pytest.raises(UsageError, match="OUT-030"):
        replication_files(ordinal)


@pytest.mark.parametrize("present", [path for path in [shutil.which("Rscript")] if path])
def test_lavaan_gives_the_same_fit(fit: SemResult, present: str, tmp_path: Path) -> None:
    for name, text in replication_files(fit).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    ran = subprocess.run([present, "reproduce.R"], cwd=tmp_path, capture_output=True, text=True, check=True)
    words = next(line for line in ran.stdout.splitlines() if line.startswith("chisq")).split()
    assert float(words[1]) == pytest.approx(float(fit.fit_measures["chisq"]), abs=1e-4)
    assert int(words[3]) == 24
    with (tmp_path / "estimates.csv").open(encoding="utf-8") as file:
        found = {(r["lhs"], r["op"], r["rhs"]): float(r["est"]) for r in csv.DictReader(file)}
    frame = fit.parameters
    expected = dict(zip(zip(frame.lhs, frame.op, frame.rhs, strict=True), frame.estimate, strict=True))
    assert expected.keys() <= found.keys()
    for key, value in expected.items():
        assert found[key] == pytest.approx(value, abs=1e-4)
