"""The JSON Schema of an instrument file, made from the models, so that an editor completes and checks it.

Put it beside the instrument and name it on the first line:
``# yaml-language-server: $schema=instrument.schema.json``.
References (does the scale exist, do ids clash) are beyond a schema: ``wxsat instrument check`` finds those.
"""

from __future__ import annotations

from typing import Any

from wxsat.instrument.instrument import NAME_PATTERN, Instrument

SCHEMA_VERSION = 1
SCHEMA_ID = f"urn:wxsat:schema:instrument:{SCHEMA_VERSION}"


def instrument_schema() -> dict[str, Any]:
    """
    Return the JSON Schema (draft 2020-12) of an instrument file.

    Returns
    -------
    dict
        With ``$id`` carrying the version of the file format, and a title, a description and, where it helps,
        an example for every key.

    Examples
    --------
    >>> instrument_schema()["$id"]
    'urn:wxsat:schema:instrument:1'
    """
    schema = Instrument.model_json_schema(by_alias=True)
    for definition in [schema, *schema["$defs"].values()]:
        _tidy(definition)
    schema["properties"]["scales"]["propertyNames"] = {"pattern": NAME_PATTERN}
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "wxsat instrument",
        "description": f"Scales, constructs, items and checks of a survey. File format {SCHEMA_VERSION}.",
    }
    return head | {key: value for key, value in schema.items() if key not in head}


def _tidy(definition: dict[str, Any]) -> None:
    """Keep the first paragraph of a docstring and drop titles that only repeat the key."""
    if "description" in definition:
        definition["description"] = " ".join(definition["description"].split("\n\n")[0].split())
    for key, value in definition.get("properties", {}).items():
        value["title"] = key.replace("_", " ").capitalize()
        if value.get("default", "") is None:
            # An optional key is left out; writing null is allowed but not what an editor should propose.
            del value["default"]
