"""Whole instruments: every fault in one go, files that are none, encodings, models beside them, names."""

from __future__ import annotations

import pytest

from wxsat.errors import InstrumentError
from wxsat.instrument.load import examine_instrument, load_instrument


def test_the_unbroken_one_is_sound(write, good):
    examination = examine_instrument(write(good))
    assert examination.faults == ()
    assert examination.instrument is not None


def test_faults_of_every_kind_come_in_one_go(write, good):
    text = good.replace("dk: 98", "dk: 5").replace("forms: [F, S, B]", "forms: [F, S, X]")
    text = text.replace("parts: [AUD, LAND]", "parts: [AUD, LNAD]").replace("id: toy", "id: toy\n  id: toy2")
    with pytest.raises(InstrumentError) as caught:
        load_instrument(write(text))
    codes = [fault.code for fault in caught.value.faults]
    assert codes == ["INST-005", "INST-024", "INST-013", "INST-004"], "in the order of lines"
    assert caught.value.exit_code == 3


@pytest.mark.parametrize(
    ("content", "code", "word"),
    [
        (b"", "INST-007", "empty"),
        (b"# only a comment\n", "INST-007", "empty"),
        (b"- a\n- b\n", "INST-007", "a list"),
        (b"just words\n", "INST-007", "a single text"),
        (b"\x80\x81\xff\xfe\xfa" * 9, "INST-002", "UTF-8"),
        (b"\xff\xfea", "INST-002", "UTF-16"),
        (b"PK\x03\x04" + bytes(range(256)), "INST-002", "UTF-8"),
        (b"a: &a [*a]\n", "INST-006", "contains it"),
        (b"a: " + b"[" * 3000, "INST-006", "deeper"),
        (b"a: " + b"[" * 60 + b"]" * 60, "INST-006", "deeper"),
        (
            b"a: &a [1,1,1,1,1,1,1,1,1,1]\n"
            + b"".join(b"%c: &%c [%s]\n" % (98 + i, 98 + i, b",".join([b"*%c" % (97 + i)] * 10)) for i in range(8)),
            "INST-006",
            "multiply",
        ),
        (b"x" * 5_000_001, "INST-002", "too many"),
    ],
    ids=[
        "empty",
        "comment",
        "list",
        "text",
        "bytes",
        "cut UTF-16",
        "zip",
        "loop",
        "open",
        "deep",
        "bomb",
        "large",
    ],
)
def test_files_that_are_no_instrument(tmp_path, content, code, word):
    path = tmp_path / "x.yaml"
    path.write_bytes(content)
    (fault,) = examine_instrument(path).faults
    assert fault.code == code
    assert word in str(fault)
    assert fault.where.startswith(str(path))


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
def test_other_encodings_are_read_and_said(tmp_path, encoding, good, model_text):
    (tmp_path / "tam.sem").write_text(model_text, encoding="utf-8")
    path = tmp_path / "toy.yaml"
    path.write_bytes(good.encode(encoding))
    examination = examine_instrument(path)
    assert examination.faults == ()
    assert examination.instrument.construct("LAND").name.zh == "落地不足"
    assert [w.code for w in examination.warnings] == ["INST-101"]
    assert encoding.replace("gb", "GB").replace("utf", "UTF") in examination.warnings[0].message


def test_utf8_with_byte_order_mark_needs_no_warning(write, tmp_path, good):
    path = write(good)
    path.write_bytes(good.encode("utf-8-sig"))
    assert examine_instrument(path).warnings == ()


@pytest.mark.parametrize(
    ("model", "code", "words"),
    [
        ("LAND =~ LAND1 + LAND7", "INST-004", ["tam.sem:1", "'LAND7'", "no item"]),
        ("# first\n\nAUD =~ AUD1 +\n  AUD9", "INST-004", ["tam.sem:3", "'AUD9'"]),
    ],
)
def test_models_that_measure_by_no_item(write, tmp_path, model, code, words, good):
    path = write(good)
    (tmp_path / "tam.sem").write_text(model, encoding="utf-8")
    (fault,) = examine_instrument(path).faults
    assert fault.code == code
    assert all(word in fault.message for word in words)


def test_model_in_a_form_without_its_items(write, tmp_path, good):
    text = good.replace("title: {zh: 模型, en: Model}", "title: {zh: 模型, en: Model}, forms: [brief]")
    path = write(text)
    (tmp_path / "tam.sem").write_text("F =~ LAND2 + LAND3", encoding="utf-8")
    (fault,) = examine_instrument(path).faults
    assert fault.code == "INST-050"
    assert "brief form, which has no item of F" in fault.message


def test_a_link_out_of_the_folder_is_refused(write, tmp_path, good, model_text):
    outside = tmp_path.parent / "outside.sem"
    outside.write_text(model_text, encoding="utf-8")
    (tmp_path / "link.sem").symlink_to(outside)
    (fault,) = examine_instrument(write(good.replace("file: tam.sem", "file: link.sem"))).faults
    assert fault.code == "INST-061"


def test_no_such_instrument_names_the_bundled_ones():
    with pytest.raises(InstrumentError) as caught:
        load_instrument("gov-wechat-publik")
    assert caught.value.code == "INST-001"
    assert "Did you mean 'gov-wechat-public'?" in str(caught.value)


def test_a_folder_without_instrument(tmp_path):
    with pytest.raises(InstrumentError, match=r"holds no instrument\.yaml"):
        load_instrument(tmp_path)
