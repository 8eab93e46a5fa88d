"""The JSON Schema: a document of its own, agreeing with the loader on what is a valid file."""

from __future__ import annotations

import pytest

from wxsat.instrument.instrument import Instrument
from wxsat.instrument.load import find_instrument
from wxsat.instrument.schema import SCHEMA_ID, instrument_schema
from wxsat.instrument.yaml_tree import parse


@pytest.fixture
def public_data():
    path = find_instrument("gov-wechat-public")
    document, _ = parse(path.read_text(encoding="utf-8"), str(path))
    return document.data


@pytest.fixture(scope="module")
def validator():
    jsonschema = pytest.importorskip("jsonschema")
    schema = instrument_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_identity():
    schema = instrument_schema()
    assert schema["$id"] == SCHEMA_ID == "urn:wxsat:schema:instrument:1"
    assert Instrument.model_fields["schema_version"].default == 1
    assert schema["required"] == ["instrument", "scales", "constructs"]


def test_every_key_is_described_and_nothing_filled_by_loading_is_offered():
    schema = instrument_schema()
    definitions = {"Instrument": schema} | schema["$defs"]
    for name, definition in definitions.items():
        for key, value in definition["properties"].items():
            assert value.get("description") or "$ref" in value, f"{name}.{key}"
            assert value["title"]
        assert definition["additionalProperties"] is False, name
    assert "construct_id" not in schema["$defs"]["Item"]["properties"]
    assert "id" not in schema["$defs"]["Scale"]["properties"]
    assert not {"folder", "sha256", "header"} & set(schema["properties"])


def test_closed_sets_are_enumerated():
    definitions = instrument_schema()["$defs"]
    assert definitions["Item"]["properties"]["key"]["enum"] == ["+", "R"]
    forms = definitions["Item"]["properties"]["forms"]["items"]["enum"]
    assert forms == ["full", "standard", "brief", "F", "S", "B"]


def test_the_public_instrument_is_valid(validator, public_data):
    assert list(validator.iter_errors(public_data)) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data.pop("scales"),
        lambda data: data.update(scalse={}),
        lambda data: data["constructs"][0]["items"][0].update(key="r"),
        lambda data: data["constructs"][0]["items"][0].update(id="PU 1"),
        lambda data: data["constructs"][0].update(direction="bad"),
        lambda data: data["constructs"][0]["items"][0]["text"].update(zh=5),
        lambda data: data["constructs"][0]["items"][0].update(forms=["short"]),
        lambda data: data["composites"][0].update(weights="some"),
        lambda data: data["attention"][0].update(expect="two"),
        lambda data: data.update(schema_version=2),
        lambda data: data["constructs"][0]["items"][0].update(construct_id="PU"),
    ],
)
def test_a_spoilt_one_is_not(validator, public_data, spoil):
    spoil(public_data)
    assert list(validator.iter_errors(public_data)) != []
