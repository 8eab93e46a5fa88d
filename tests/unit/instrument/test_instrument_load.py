"""Loading: the shape of the format, bundled instruments, lines, provenance, what is not imported."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from wxsat.errors import InstrumentError
from wxsat.instrument.checks import check_instrument, warn_instrument
from wxsat.instrument.load import bundled_instruments, examine_instrument, find_instrument, load_instrument
from wxsat.instrument.yaml_tree import Positions, parse

ROOT = Path(__file__).resolve().parents[3]

# As printed in the design, flow style, form letters, an unquoted version.
DESIGN_SHAPE = """\
instrument: {id: wxsat-public, version: 1.0, languages: [zh, en], default_scale: likert3}
scales:
  likert3: {min: 1, max: 3, dk: 98, labels: {zh: [不同意, 中立, 同意], en: [Disagree, Neutral, Agree]}}
constructs:
  - id: LAND
    name: {zh: 落地不足, en: Function-landing failure}
    model: reflective
    dilemma: D2
    direction: problem            # higher = worse
    lineage: ["authored; seed: 落地率"]
    items:
      - {id: LAND1, key: "+", forms: [F, S, B], text: {zh: 点进去却办不成。, en: Not possible.}}
      - {id: LAND3, key: "R", forms: [F, S], text: {zh: 都真能办成。, en: Really works.}}
composites:
  - {id: D2, name: {zh: 定位, en: Positioning}, parts: [LAND], weights: equal, status: formative}
"""


@pytest.fixture
def design_file(tmp_path: Path) -> Path:
    path = tmp_path / "instrument.yaml"
    path.write_text(DESIGN_SHAPE, encoding="utf-8")
    return path


def test_the_shape_of_the_design_loads(design_file):
    instrument = load_instrument(design_file)
    assert instrument.id == "wxsat-public"
    assert instrument.header.version == "1.0", "as written, not as the number 1"
    item = instrument.item("LAND3")
    assert (item.reversed, item.forms, item.construct_id) == (True, ["full", "standard"], "LAND")
    assert instrument.scale_of(item).id == "likert3"
    assert instrument.scale_of(item).codes == (1, 2, 3)
    assert instrument.item_ids_of("LAND", "brief") == ("LAND1",)


def test_version_keeps_its_last_zero(design_file):
    design_file.write_text(DESIGN_SHAPE.replace("version: 1.0", "version: 1.10"), encoding="utf-8")
    assert load_instrument(design_file).header.version == "1.10"


def test_folder_file_and_hash(design_file):
    from_folder, from_file = load_instrument(design_file.parent), load_instrument(str(design_file))
    assert from_folder == from_file
    assert from_file.folder == design_file.parent
    assert from_file.sha256 == hashlib.sha256(design_file.read_bytes()).hexdigest()


def test_an_instrument_is_frozen(design_file):
    with pytest.raises(ValidationError):
        load_instrument(design_file).header.version = "2"


def test_every_bundled_instrument_is_sound_and_named_as_its_folder():
    bundled = bundled_instruments()
    assert "gov-wechat-public" in dict(bundled)
    for name, path in bundled:
        examination = examine_instrument(path)
        assert examination.faults == ()
        assert examination.instrument.id == name


def test_bundled_id_and_its_folder_are_the_same():
    path = find_instrument("gov-wechat-public")
    assert load_instrument("gov-wechat-public") == load_instrument(path.parent)


@pytest.mark.parametrize("name", ["holzinger-1939", "political-democracy"])
def test_instruments_of_the_studies_are_sound(name):
    assert examine_instrument(ROOT / "analysis" / name).faults == ()


def test_data_are_what_a_safe_loader_reads():
    """Outside witness: PyYAML's own safe loader, on a file without its YAML 1.1 surprises."""
    path = find_instrument("gov-wechat-public")
    text = path.read_text(encoding="utf-8")
    document, faults = parse(text, str(path))
    assert faults == []

    def with_text_keys(value):
        if isinstance(value, dict):
            return {str(key): with_text_keys(entry) for key, entry in value.items()}
        return [with_text_keys(entry) for entry in value] if isinstance(value, list) else value

    assert document.data == with_text_keys(yaml.safe_load(text))


def test_every_line_number_points_at_its_key():
    path = find_instrument("gov-wechat-public")
    lines = path.read_text(encoding="utf-8").splitlines()
    document, _ = parse("\n".join(lines), str(path))
    checked = 0
    for steps, line in document.positions.lines.items():
        if steps and isinstance(steps[-1], str):
            assert steps[-1] in lines[line - 1]
            checked += 1
    assert checked > 500


@pytest.mark.parametrize(
    ("written", "value"),
    [
        *[(text, text) for text in ("010", "12:30", "1_000", "0x1F", "2024-01-01", ".inf", ".nan", "9" * 30)],
        *[("7", 7), ("-1", -1), ("0.5", 0.5), ("true", True), ("~", None)],
    ],
)
def test_only_plain_decimals_are_numbers(written, value):
    document, _ = parse(f"a: {written}", "x")
    assert document.data == {"a": value}
    assert type(document.data["a"]) is type(value)


def test_positions_fall_back_to_the_enclosing_value():
    positions = Positions("x.yaml", {(): 1, ("scales",): 4})
    assert positions.where(("scales", "s", "min")) == "x.yaml:4"
    assert positions.where(("models", 0)) == "x.yaml:1"
    assert Positions().where(("scales", "s")) == "scales.s"


def test_checks_run_on_an_instrument_without_file(design_file):
    instrument = load_instrument(design_file)
    broken = instrument.model_copy(update={"scales": {}})
    assert {fault.code for fault in check_instrument(broken)} == {"INST-004"}


def test_warnings_say_where(design_file):
    text = DESIGN_SHAPE.replace("dk: 98", "dk: 99").replace("en: Really works.", "en: Not possible.")
    text = text.replace("都真能办成。", "点进去却办不成。")
    design_file.write_text(text, encoding="utf-8")
    examination = examine_instrument(design_file)
    found = {warning.code: warning.evidence["where"].rpartition(":")[2] for warning in examination.warnings}
    assert found == {"INST-102": "5", "INST-104": "13", "INST-105": "3"}
    assert warn_instrument(examination.instrument, examination.positions) == examination.warnings


def test_a_folder_is_not_a_file_and_unreadable_files_are_said(tmp_path):
    with pytest.raises(InstrumentError, match="neither a file, nor a folder"):
        load_instrument(tmp_path / "none.yaml")


def test_checking_loads_neither_pandas_nor_numpy():
    program = (
        "import sys; from wxsat.instrument.load import examine_instrument;"
        "from wxsat.instrument.export import export_instrument;"
        "from wxsat.cli import instrument;"
        "from typer.testing import CliRunner;"
        "r = CliRunner().invoke(instrument.app, ['check', 'gov-wechat-public']);"
        "assert r.exit_code == 0, r.output;"
        "print([m for m in ('pandas', 'numpy', 'docx', 'xlsxwriter', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.stdout.strip() == "[]", done.stderr
