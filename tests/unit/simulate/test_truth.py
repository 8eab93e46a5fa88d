"""Bad truth files: code, place and hint, all faults of a file at once."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import yaml

from wxsat.errors import StudyError
from wxsat.simulate.truth import load_truth, truth_from

PATH = Path(__file__).resolve().parents[3] / "surveys/gov-wechat-public/truth.yaml"
CONTENT = yaml.safe_load(PATH.read_text(encoding="utf-8"))


def _changed(path: str, value: object) -> dict:
    content = copy.deepcopy(CONTENT)
    *folders, last = path.split(".")
    place = content
    for folder in folders:
        place = place[folder]
    place[last] = value
    return content


CASES = [
    ("nuisance.iccc", 0.1, "SIM-002", "icc"),
    ("nuisance.icc", 1.5, "SIM-002", "1.5"),
    ("measurement.sd", 0, "SIM-002", "greater than 0"),
    ("paths.SAT", {"PU": float("nan")}, "SIM-002", "finite"),
    ("paths.SAT", {"PUU": 0.2}, "SIM-003", "Did you mean 'PU'?"),
    ("paths.SATT", {"PU": 0.2}, "SIM-003", "Did you mean 'SAT'?"),
    ("paths.SAT", {"CONF": 0.2}, "SIM-003", "not a latent or a composite"),
    ("composites.D1", ["SHOW", "LDDR"], "SIM-003", "Did you mean 'LDR'?"),
    ("composites.D1", [], "SIM-003", "no parts"),
    ("composites.SAT", ["PU"], "SIM-003", "two things"),
    ("latents", ["SHOW", *CONTENT["latents"]], "SIM-003", "twice"),
    ("residual_correlations", [{"within": "D5", "r": 0.1}], "SIM-003", "composite"),
    ("residual_correlations", [{"r": 0.1}], "SIM-003", "either"),
    ("background.age", {"shares": {1: 0.5}}, "SIM-002", "sum to 0.5"),
    ("background.age", {"quantiles": [3, 2, 9]}, "SIM-002", "ascending"),
    ("background.age", {"quantiles": [1, 2], "shares": {1: 1.0}}, "SIM-002", "exactly one"),
    ("background.age", {"quantiles": [1, 2], "leans_on": {"XYZ": 0.1}}, "SIM-003", "XYZ"),
    (
        "measurement.means",
        {k: v for k, v in CONTENT["measurement"]["means"].items() if k != "PU"},
        "SIM-004",
        "'PU'",
    ),
]


@pytest.mark.parametrize(("path", "value", "code", "said"), CASES)
def test_a_fault_is_named(path, value, code, said):
    with pytest.raises(StudyError) as caught:
        truth_from(_changed(path, value), "truth.yaml")
    assert code in {fault.code for fault in caught.value.faults}
    assert said in str(caught.value)
    assert "truth.yaml" in str(caught.value)


def test_all_faults_at_once():
    content = _changed("paths.SAT", {"PUU": 0.2, "EOUU": 0.1})
    content["composites"]["D1"] = ["SHOWW"]
    with pytest.raises(StudyError) as caught:
        truth_from(content)
    assert len(caught.value.faults) >= 3


@pytest.mark.parametrize(
    ("text", "said"), [("a: [1, 2", "not valid YAML"), ("- 1\n", "keys and values"), ("", "keys and values")]
)
def test_a_file_that_is_no_truth(tmp_path, text, said):
    path = tmp_path / "t.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match=said):
        load_truth(path)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(StudyError, match="SIM-001"):
        load_truth(tmp_path / "none.yaml")


def test_bytes_that_are_not_text(tmp_path):
    path = tmp_path / "t.yaml"
    path.write_bytes("标题: 政务".encode("gb18030"))
    with pytest.raises(StudyError, match="not UTF-8"):
        load_truth(path)


def test_hash_follows_what_is_said_and_not_how(tmp_path):
    same = tmp_path / "t.yaml"
    same.write_text("# a comment\n" + yaml.safe_dump(CONTENT, allow_unicode=True), encoding="utf-8")
    assert load_truth(same).sha256 == load_truth(PATH).sha256
    assert truth_from(_changed("paths.CI", {"SAT": 0.36, "PU": 0.25, "TRU": 0.15})).sha256 != load_truth(PATH).sha256


def test_bundled_truth_is_the_published_reference():
    truth = load_truth(PATH)
    assert truth.paths["PU"] == {"EOU": 0.40, "D2": -0.30, "COPY": -0.20}
    assert truth.paths["LOOP"]["D1"] / 2 == pytest.approx(0.31625)
    assert truth.measurement.loadings == [0.85, 0.80, 0.75, 0.70]
    assert truth.nuisance.careless.share == 0.12
